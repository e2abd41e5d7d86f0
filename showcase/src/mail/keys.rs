//! What the owner of an access key is told, of a believable user and of one of whom every word means harm.

use nightshift::domains::keys::tags::KeyNotice;
use nightshift::jobs::key_rotation::model::User;
use nightshift::jobs::key_rotation::notice::{Notice, Setting, letter};
use nightshift::jobs::key_rotation::plan::{KeyFacts, Standing};
use nightshift::jobs::key_rotation::policy::Ages;
use nightshift::notify::{Clock, Letter};
use nightshift::services::Read;
use nightshift::services::iam::Status;
use serde_json::json;

use super::{ACCOUNT, at};

const NEW: &str = "AKIAIOSFODNN7EXAMPLE";
const OLD: &str = "AKIAI44QH8DHBEXAMPLE";
const AGES: Ages = Ages {
    rotate_after: 90,
    warn: 7,
    overlap: 7,
    quiet: 2,
    max_overlap: 30,
    hold_limit: None,
    recovery: 7,
    idle: 90,
    every: 1,
};

/// A notice of `kind` to `name`.
pub(super) fn to(name: &str, kind: KeyNotice, clock: Clock<'_>) -> Letter {
    about(name, "s3", kind, clock)
}

/// The same, where nothing that comes from outside is what it should be; but IAM itself keeps names to 64 letters, digits
/// and a few signs.
pub(super) fn hostile(values: &str, clock: Clock<'_>) -> Letter {
    about(&"W".repeat(64), values, KeyNotice::Held, clock)
}

fn about(name: &str, service: &str, kind: KeyNotice, clock: Clock<'_>) -> Letter {
    let user = User {
        name: name.to_owned(),
        id: "AIDACKCEVSQ6C2EXAMPLE".to_owned(),
        arn: format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
        path: "/".to_owned(),
        created_at: None,
        groups: Vec::new(),
        tags: std::iter::empty::<(String, String)>().collect(),
        policies: Vec::new(),
        keys: Read::NotAsked,
        secret: Read::NotAsked,
    };
    let last = json!({"at": "2026-11-20T09:15:00Z", "service": service, "region": "eu-west-1"});
    let keys = vec![key(NEW, 0, json!("never")), key(OLD, 95, last)];
    let (key, other) = if kind == KeyNotice::Rotated { (NEW, OLD) } else { (OLD, NEW) };
    let dates = [at("2026-11-28T02:00:00Z"), at("2026-12-21T02:00:00Z")];
    let facts = Standing { keys, next: None };
    let notice = Notice { kind, user: &user, key, other: Some(other), dates: &dates, facts: &facts };
    let secret = format!("/aws/iam/credentials/{name}");
    let setting = Setting {
        account: ACCOUNT,
        region: "eu-west-1",
        secret: &secret,
        ages: AGES,
        deactivate_unused: false,
        function: "nightshift-prod-key-rotation",
        readers: &[],
        operators: &["platform@example.com".to_owned()],
        sign: Some("AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED"),
        named: &[],
        keeps_inactive: true,
        now: at("2026-11-21T02:00:00Z"),
        clock,
    };
    letter(notice, setting)
}

fn key(id: &str, age_days: i64, last_used: serde_json::Value) -> KeyFacts {
    KeyFacts {
        id: id.to_owned(),
        status: Status::Active,
        class: None,
        created_at: at("2026-08-18T02:00:00Z"),
        age_days,
        last_used: Some(last_used),
        fetched: None,
        use_unknown: false,
    }
}
