//! A law: whatever the policy and the cluster, each line in a message to an owner does what the message says when somebody
//! types it as it stands. A shell takes it apart, this command's own parser reads it, and the job decides.

use std::collections::BTreeMap;
use std::process::Command as Process;

use clap::Parser as _;
use jiff::{SignedDuration, Timestamp};
use nightshift::config::{Environment, Settings as Variables};
use nightshift::domains::clusters::deletion::HalfDeleted;
use nightshift::domains::clusters::expiry::{self, Expiry};
use nightshift::domains::clusters::tags;
use nightshift::jobs::cluster_cleanup::notice::{Data, Digest, Expiring, Hand, Matter, Setting, letter};
use nightshift::jobs::cluster_cleanup::plan::{Assessment, Obstacle, Terms, Why, assess};
use nightshift::jobs::cluster_cleanup::{ClusterCleanup, ClusterDelete, DeletePolicy, Policy, Request};
use nightshift::jobs::cluster_extend::{ClusterExtend, Seen};
use nightshift::notify::{Clock, Language, NotifyPolicy};
use nightshift::run::event::Fields;
use nightshift::run::{Acting, Given, Job as _};
use nightshift::services::aws::{Identity, Skew};
use nightshift::services::rds::{Access, Cluster, Settings};
use nightshift::services::tags::Tags;
use proptest::prelude::*;

use crate::args::{Cli, ClusterCommand, Command};
use crate::extend;

const FUNCTION: &str = "nightshift-dev-cluster-cleanup";
const HOME: &str = "eu-central-1";

/// What a function is deployed with.
fn any_variables() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let one = |name: &'static str, values: Vec<&'static str>| {
        prop::option::of(prop::sample::select(values))
            .prop_map(move |value| value.map(|value| (name, value.to_owned())))
    };
    let zones = vec!["Europe/Madrid", "America/Los_Angeles", "Asia/Tokyo", "Pacific/Kiritimati", "America/Havana"];
    let lease = prop_oneof![1 => 1..6_u16, 1 => 6..120_u16, 1 => 120..400_u16];
    (
        one("NIGHTSHIFT_TAG_KEY", vec!["expires on", "-expires", "a=b", "Expiry"]),
        one("NIGHTSHIFT_OWNER_TAG", vec!["team", "-team", "Owner"]),
        one("NIGHTSHIFT_TIME_ZONE", zones),
        prop::option::of(lease.prop_map(|days| ("NIGHTSHIFT_MAX_LEASE_DAYS", days.to_string()))),
    )
        .prop_map(|(key, owner, zone, lease)| key.into_iter().chain(owner).chain(zone).chain(lease).collect())
}

/// What its tags say.
#[derive(Debug, Clone)]
enum Value {
    /// So many minutes from the run on.
    In(i64),
    Day(i64),
    Text(&'static str),
    None,
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => (-90_000..90_000_i64).prop_map(Value::In),
        2 => (-60..400_i64).prop_map(Value::Day),
        1 => prop::sample::select(vec!["friday", "1743422400", "never", "2099-01-01"]).prop_map(Value::Text),
        1 => Just(Value::None),
    ]
}

fn policy(variables: &[(&str, String)]) -> Policy {
    let environment: Environment = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut settings = Variables::of(&environment);
    let policy = ClusterCleanup::policy(&mut settings, Some("eu-west-1"));
    settings.finish().unwrap();
    policy
}

fn hand_policy(variables: &[(&str, String)]) -> DeletePolicy {
    let environment: Environment = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    ClusterDelete::policy(&mut Variables::of(&environment), Some("eu-west-1"))
}

fn cluster(policy: &Policy, value: Option<String>, owner: Option<&str>, now: Timestamp) -> Cluster {
    let mut tags: Tags = [("env", "dev")].into_iter().collect();
    if let Some(value) = value {
        tags.set(&policy.tag_key, value);
    }
    if let Some(owner) = owner {
        tags.set(&policy.owner_tag, owner);
    }
    Cluster {
        id: "orders-dev".to_owned(),
        arn: "arn:aws:rds:eu-west-1:111122223333:cluster:orders-dev".to_owned(),
        region: "eu-west-1".to_owned(),
        resource_id: "cluster-ABC".to_owned(),
        engine: "aurora-mysql".to_owned(),
        engine_version: None,
        status: "available".to_owned(),
        created_at: Some(now - SignedDuration::from_hours(24 * 400)),
        tags,
        deletion_protection: Some(false),
        members: Vec::new(),
        global_cluster: None,
        replication_source: None,
        read_replicas: Vec::new(),
        limitless: false,
        clone_group: None,
        copies_tags: false,
        restarts_at: None,
        restorable: (None, None),
        settings: Settings::default(),
        access: Access::default(),
        kms_key: None,
    }
}

/// The words of a line, as a shell takes it apart.
fn words(line: &str) -> Vec<String> {
    let script = format!("set -- {line}\nprintf '%s\\0' \"$@\"");
    let said = Process::new("sh").args(["-c", &script]).output().unwrap();
    assert!(said.status.success(), "{line}: {}", String::from_utf8_lossy(&said.stderr));
    let said = String::from_utf8(said.stdout).unwrap();
    said.split_terminator('\0').map(str::to_owned).collect()
}

/// What `cluster` is like once `words` have been typed by its owner at `now`.
fn typed(words: &[String], cluster: &Cluster, deployed: &[(&str, String)], now: Timestamp) -> Cluster {
    let assigned: BTreeMap<_, _> = words.iter().map_while(|word| word.split_once('=')).collect();
    let words = &words[assigned.len()..];
    let mut after = cluster.clone();
    if words[0] == "aws" {
        let after_flag = |flag: &str| words[words.iter().position(|word| word == flag).unwrap() + 1].as_str();
        assert_eq!((words[1].as_str(), words[2].as_str()), ("rds", "add-tags-to-resource"));
        assert_eq!((after_flag("--region"), after_flag("--resource-name")), (&*cluster.region, &*cluster.arn));
        let tag = after_flag("--tags");
        let json = serde_json::from_str::<serde_json::Value>(tag).ok();
        let of_json = |name: &str| Some(json.as_ref()?[0][name].as_str()?.to_owned());
        // Else the AWS CLI's shorthand.
        let (key, value) = of_json("Key").zip(of_json("Value")).unwrap_or_else(|| {
            let (key, value) = tag.split_once(',').unwrap();
            (key.strip_prefix("Key=").unwrap().to_owned(), value.strip_prefix("Value=").unwrap().to_owned())
        });
        after.tags.set(key, value);
        return after;
    }
    let cli = Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{words:?}: {error}"));
    let Command::Clusters { command: ClusterCommand::Extend(args) } = cli.command else { panic!("{words:?}") };
    let known = if let Some(function) = &args.policy.function {
        assert_eq!((function.as_str(), assigned.get("AWS_REGION")), (FUNCTION, Some(&HOME)));
        hand_policy(deployed)
    } else {
        hand_policy(&[])
    };
    let hand = known.hand(args.tag_key.as_deref());
    let mut fields = Fields::of(extend::event(&args, &args.until, cli.globals.region.as_deref().unwrap())).unwrap();
    let request = ClusterExtend::request(&mut fields, &hand);
    fields.finish().unwrap();
    let account = "111122223333".to_owned();
    let arn = format!("arn:aws:sts::{account}:assumed-role/Developer/somebody@example.com");
    let caller = Identity { account, arn, skew: Skew::Agreed };
    let nothing = Environment::default();
    let notify = NotifyPolicy::read(&mut Variables::of(&nothing));
    let given = Given { policy: &hand, request: &request, caller: &caller, now, notify: &notify };
    let by = Acting::For(tags::owner(&cluster.tags, &known.cleanup.owner_tag).unwrap_or_default());
    let plan = ClusterExtend::plan(&Seen { cluster: cluster.clone(), by }, given);
    let [extension] = plan.actions.as_slice() else { panic!("{words:?} is refused: {:?}", plan.left) };
    after.tags = after.tags.with(extension.tags());
    after
}

/// What the message is about: what the plan says, or a deletion that stands half-way.
fn matter(cluster: &Cluster, policy: &Policy, half_way: bool, now: Timestamp) -> Option<Matter> {
    let terms = Terms { policy, request: &Request::default(), now, announces: true, asked: None };
    let half = HalfDeleted { asked: now, had: 2, has: 0 };
    let (id, region, arn) = (cluster.id.clone(), cluster.region.clone(), cluster.arn.clone());
    let owner = policy.owner(&cluster.tags);
    let hand = |why| {
        Matter::Hand(Hand {
            id: cluster.id.clone(),
            region: cluster.region.clone(),
            arn: cluster.arn.clone(),
            owner: owner.clone(),
            why,
        })
    };
    let at = cluster.tags.get(&policy.tag_key).and_then(|value| match expiry::read(value, &policy.time_zone) {
        Ok(Expiry::At(at)) => Some(at),
        _ => None,
    });
    match (half_way, assess(cluster, terms)) {
        (false, Assessment::Untold(expires_at)) => {
            let data = Data::Lost;
            Some(Matter::Expiring(Expiring { id, region, arn, owner: owner.clone(), expires_at, earliest: now, data }))
        }
        (false, Assessment::Left(why)) if why.is_for_its_owner() => Some(hand(why)),
        (true, Assessment::Untold(at)) if at <= now => {
            Some(hand(Why::HalfDeletedBlocked { half, stop: Obstacle::Why(Box::new(Why::DeletionProtection)) }))
        }
        (true, _) => Some(hand(Why::HalfDeleted { half, until: at.filter(|at| *at > now) })),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_line_in_a_message_does_what_the_message_says(
        variables in any_variables(),
        value in any_value(),
        owner in prop::option::weighted(0.9, prop::sample::select(vec![
            "ana", "the data team", "ana@example.com", "-x", "--until", "o'neil", "a=b", "$HOME", "ñandú", "a\u{2028}b", "*", "",
        ])),
        deployed: bool,
        half_way in prop::bool::weighted(0.3),
        minute in 0..600_000_i64,
    ) {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute);
        let policy = Policy {
            function: deployed.then(|| FUNCTION.to_owned()),
            home: deployed.then(|| HOME.to_owned()),
            ..policy(&variables)
        };
        let value = match value {
            Value::In(minutes) => Some((now + SignedDuration::from_mins(minutes)).to_string()),
            Value::Day(days) => {
                let at = now + SignedDuration::from_hours(24 * days);
                Some(at.to_zoned(policy.time_zone.clone()).date().to_string())
            }
            Value::Text(text) => Some(text.to_owned()),
            Value::None => None,
        };
        let before = cluster(&policy, value.clone(), owner, now);
        let Some(matter) = matter(&before, &policy, half_way, now) else { return Ok(()) };
        let digest = Digest { matters: vec![(None, matter)], ..Digest::default() };
        let setting = Setting {
            account: "111122223333",
            tag_key: &policy.tag_key,
            owner_tag: &policy.owner_tag,
            lease_days: policy.max_lease_days,
            function: policy.function.as_deref(),
            home: policy.home.as_deref(),
            contact: "",
            now,
            clock: Clock { zone: &policy.time_zone, language: Language::English },
        };
        let letter = letter(&digest, setting);
        let commands: Vec<_> = letter.sections.iter().flat_map(|section| &section.entries).flat_map(|entry| &entry.commands).collect();
        // Some hours later, as somebody reads it who had not sat up for it.
        for later in [1, 12] {
            let read = now + SignedDuration::from_hours(later);
            for command in &commands {
                let after = typed(&words(&command.line), &before, &variables, read);
                let tag = |cluster: &Cluster| match expiry::read(cluster.tags.get(&policy.tag_key).unwrap_or_default(), &policy.time_zone) {
                    Ok(Expiry::At(at)) => Some(at),
                    _ => None,
                };
                let (was, is) = (tag(&before), tag(&after));
                prop_assert!(is.is_some_and(|is| is > read), "{} leaves {:?}", command.line, after.tags);
                prop_assert!(was.is_none_or(|was| was < is.unwrap() || was > now + SignedDuration::from_hours(24 * 365 * 4)), "{} shortens", command.line);
                prop_assert!(value.as_deref() != Some("never") && value.is_some(), "{} gives a date to what has none", command.line);
            }
        }
    }
}
