//! What people do, day by day, each with habits of their own.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;

use super::moments::{expiry, of_day};
use crate::acts::{Act, Traits};
use crate::aged::Tags;
use crate::dice::{self, chance, pick};
use crate::generate::night;
use crate::history::Timed;
use crate::time::later;

const NAMES: [&str; 9] = ["orders", "billing", "search", "reports", "users", "orders-2", "pay-main", "cart", "ledger"];
const OWNERS: [&str; 3] = ["ana", "ben", "eva"];
const EXPIRY: &str = "auto-delete-after";
/// What the function's role may lose.
const RIGHTS: [&str; 8] = [
    "rds:AddTagsToResource",
    "rds:DeleteDBCluster",
    "rds:DeleteDBInstance",
    "rds:DescribeDBClusterSnapshots",
    "rds:DescribeDBInstances",
    "rds:DescribeBlueGreenDeployments",
    "rds:RemoveTagsFromResource",
    "ses:SendEmail",
];
/// How many kinds of things people do.
const KINDS: usize = 16;

pub(super) fn draw(seed: u64, first: Timestamp, nights: u64, policy: &BTreeMap<String, String>) -> Vec<Timed> {
    let mut swarm = dice::at(seed, &[&"swarm"]);
    let kinds: Vec<usize> = (0..KINDS).filter(|_| chance(&mut swarm, 500)).collect();
    let mut acts: Vec<Timed> = Vec::new();
    let mut known: Vec<String> = Vec::new();
    let begin = later(night(first, 0), Duration::ZERO);
    let mut dice = dice::at(seed, &[&"first"]);
    for name in NAMES.iter().take(dice.usize(2..=5)) {
        let at = begin.checked_sub(jiff::SignedDuration::from_hours(dice.i64(1..=20))).unwrap_or(begin);
        acts.push(Timed { at, act: create(&mut dice, first, 0, name) });
        known.push((*name).to_owned());
    }
    for number in 0..nights {
        let mut dice = dice::at(seed, &[&"day", &number]);
        let run = super::runs(seed, first, number).first().map(|run| run.at);
        for _ in 0..*pick(&mut dice, &[0, 0, 1, 1, 2]) {
            let at = of_day(&mut dice, first, number, run);
            let act = if kinds.is_empty() || chance(&mut dice, 350) {
                usual(&mut dice, first, number, &mut known)
            } else {
                let kind = *pick(&mut dice, &kinds);
                one(kind, &mut dice, (first, number), &mut known, policy)
            };
            acts.push(Timed { at, act });
        }
    }
    habits(seed, first, nights, &mut acts);
    acts.sort_by_key(|timed| timed.at);
    acts
}

/// Terraform comes round every few nights, schedulers each evening and morning.
fn habits(seed: u64, first: Timestamp, nights: u64, acts: &mut Vec<Timed>) {
    let made: Vec<_> = acts
        .iter()
        .filter_map(|timed| match &timed.act {
            Act::Create { cluster, traits, .. } => Some((cluster.clone(), *traits)),
            _ => None,
        })
        .collect();
    for (cluster, traits) in made {
        let mut dice = dice::at(seed, &[&"habit", &cluster]);
        let (every, at) = (dice.u64(1..=6), Duration::from_mins(dice.u64(1..1_400)));
        let stops = chance(&mut dice, 120);
        for number in 0..nights {
            if traits.terraform && number % every == 0 {
                let at = later(night(first, number), at);
                acts.push(Timed { at, act: Act::Terraform { cluster: cluster.clone() } });
            }
            if stops {
                let (evening, morning) = (Duration::from_hours(18), Duration::from_hours(5));
                let (cluster, night) = (cluster.clone(), night(first, number));
                acts.push(Timed { at: later(night, morning), act: Act::Start { cluster: cluster.clone() } });
                acts.push(Timed { at: later(night, evening), act: Act::Stop { cluster } });
            }
        }
    }
}

fn create(dice: &mut Rng, first: Timestamp, number: u64, name: &str) -> Act {
    let mut tags = Tags::new();
    if !chance(dice, 100) {
        let key = if chance(dice, 900) { "owner" } else { "Owner" };
        tags.insert(key.to_owned(), (*pick(dice, &OWNERS)).to_owned());
    }
    let env = *pick(dice, &["dev", "dev", "dev", "dev", "dev", "prod", "Dev", "test"]);
    tags.insert("env".to_owned(), env.to_owned());
    if !chance(dice, 150) {
        tags.insert(EXPIRY.to_owned(), expiry(dice, first, number));
    }
    if chance(dice, 100) {
        tags.insert("tier".to_owned(), "gold".to_owned());
    }
    if chance(dice, 40) {
        for number in 0..dice.usize(38..=47) {
            tags.insert(format!("cost-{number}"), "x".to_owned());
        }
    }
    let traits = Traits {
        protected: chance(dice, 150),
        copies_tags: chance(dice, 400),
        terraform: chance(dice, 250),
        global: chance(dice, 50),
    };
    if traits.terraform && chance(dice, 500) {
        tags.insert("managed-by".to_owned(), "terraform".to_owned());
    }
    let engine = *pick(dice, &["aurora-mysql", "aurora-postgresql", "aurora-mysql", "neptune"]);
    let engine = if chance(dice, 850) { "aurora-mysql" } else { engine };
    Act::Create { cluster: name.to_owned(), engine: engine.to_owned(), tags, members: dice.usize(0..=3), traits }
}

/// What people do most: make something, and move its day.
fn usual(dice: &mut Rng, first: Timestamp, number: u64, known: &mut Vec<String>) -> Act {
    if known.is_empty() || chance(dice, 400) {
        let name = *pick(dice, &NAMES);
        known.push(name.to_owned());
        return create(dice, first, number, name);
    }
    Act::Tag { cluster: pick(dice, known).clone(), key: EXPIRY.to_owned(), value: expiry(dice, first, number) }
}

fn one(
    kind: usize,
    dice: &mut Rng,
    (first, number): (Timestamp, u64),
    known: &mut Vec<String>,
    policy: &BTreeMap<String, String>,
) -> Act {
    if known.is_empty() {
        return usual(dice, first, number, known);
    }
    let cluster = pick(dice, known).clone();
    let on = chance(dice, 500);
    match kind {
        0 => Act::Tag { cluster, key: "owner".to_owned(), value: (*pick(dice, &OWNERS)).to_owned() },
        1 => Act::Tag { cluster, key: "env".to_owned(), value: (*pick(dice, &["dev", "prod", "dev"])).to_owned() },
        2 => {
            let keys = [EXPIRY, "owner", "nightshift:notified", "nightshift:delete-requested", "nightshift:asked"];
            Act::Untag { cluster, key: (*pick(dice, &keys)).to_owned() }
        }
        3 => {
            let to = format!("{}-{}", pick(dice, &NAMES), dice.u32(3..=5));
            known.push(to.clone());
            Act::Rename { cluster, to }
        }
        4 if on => Act::Stop { cluster },
        4 => Act::Start { cluster },
        5 => Act::Protect { cluster, on },
        6 if on => Act::AddMember { cluster },
        6 => Act::RemoveMember { cluster },
        7 => Act::Delete { cluster },
        8 => Act::BlueGreen { cluster, on },
        9 => {
            let name = format!("{cluster}-clone");
            known.push(name.clone());
            let tags = [("owner", *pick(dice, &OWNERS)), ("env", "dev"), ("nightshift:source", cluster.as_str())];
            let mut tags: Tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            tags.insert(EXPIRY.to_owned(), expiry(dice, first, number));
            // Some nights it is one of ours that nobody was ever handed, and whose run died.
            if number % 4 == 3 {
                tags.extend(raw(&name, &cluster));
            }
            Act::Clone { cluster: name, of: cluster, tags }
        }
        10 => {
            let value = if on { Some("never".to_owned()) } else { None };
            Act::TagSnapshots { of: cluster, key: "nightshift:purge-after".to_owned(), value }
        }
        11 => Act::Quota { snapshots: *pick(dice, &[0, 2, 100]) },
        12 => Act::Deny { action: (*pick(dice, &RIGHTS)).to_owned(), on },
        13 => Act::Mailbox { address: format!("{}@example.com", pick(dice, &OWNERS)), takes: !on },
        14 => changed(dice, policy),
        _ => Act::Tag { cluster, key: "Auto_Delete_After".to_owned(), value: expiry(dice, first, number) },
    }
}

/// What a raw copy of `source` bears that is in quarantine, for the clone `name`.
fn raw(name: &str, source: &str) -> [(String, String); 5] {
    [
        ("nightshift:raw", name.to_owned()),
        ("nightshift:rules", "sha256:00".to_owned()),
        ("nightshift:clone", "creating".to_owned()),
        ("nightshift:tool", "nightshift 0.1.0".to_owned()),
        ("nightshift:source", format!("arn:aws:rds:eu-west-1:111122223333:cluster:{source}")),
    ]
    .map(|(key, value)| (key.to_owned(), value))
}

/// An operator changes what the function may do.
fn changed(dice: &mut Rng, policy: &BTreeMap<String, String>) -> Act {
    const CHANGES: [(&str, &[&str]); 7] = [
        ("NIGHTSHIFT_FINAL_SNAPSHOT", &["never", "always", "unless-clone"]),
        ("NIGHTSHIFT_SNAPSHOT_KEEP_DAYS", &["2", "5", "30"]),
        ("NIGHTSHIFT_MAX_DELETIONS", &["0", "1", "10"]),
        ("NIGHTSHIFT_WARN_HOURS", &["24", "72"]),
        ("NIGHTSHIFT_MIN_NOTICE_HOURS", &["20", "44"]),
        ("NIGHTSHIFT_MODE", &["plan", "apply"]),
        ("NIGHTSHIFT_REQUIRED_TAGS", &["env=dev", "env=dev,owner=ana"]),
    ];
    let (variable, values) = *pick(dice, &CHANGES);
    let before = policy.get(variable).cloned();
    let value = if chance(dice, 300) { before } else { Some((*pick(dice, values)).to_owned()) };
    Act::Policy { variable: variable.to_owned(), value }
}
