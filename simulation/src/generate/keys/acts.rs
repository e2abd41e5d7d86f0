//! What people do to users, keys and secrets, day by day, each with habits of their own.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use crate::acts::Act;
use crate::acts::keys::{Act as Of, Edit, Which};
use crate::aged::Tags;
use crate::dice::{self, chance, pick};
use crate::generate::night;
use crate::history::Timed;
use crate::time::later;

/// Who may be there. Two are called alike at the beginning.
pub(super) const NAMES: [&str; 6] = ["ana", "ben", "anabel", "svc-build", "eva", "ci,x"];
const OWNERS: [&str; 3] = ["ana", "ben", "eva"];
/// What the function's role may lose.
const RIGHTS: [&str; 13] = [
    "iam:GetAccountAuthorizationDetails",
    "iam:TagUser",
    "iam:UntagUser",
    "iam:CreateAccessKey",
    "iam:UpdateAccessKey",
    "iam:DeleteAccessKey",
    "iam:GetAccessKeyLastUsed",
    "iam:ListAccessKeys",
    "secretsmanager:PutSecretValue",
    "secretsmanager:DescribeSecret",
    "secretsmanager:UpdateSecretVersionStage",
    "secretsmanager:GetSecretValue",
    "ses:SendEmail",
];
/// How many kinds of things people do.
const KINDS: usize = 15;
/// Nobody does anything in the last hours before a night: see the end of a history.
const DAY_ENDS: u64 = 70_000_000;

/// What a user is like.
struct Habits {
    /// Of a thousand days, on how many it fetches what is handed out.
    fetches: u32,
    /// Of a thousand days, on how many it uses a key.
    uses: u32,
    /// Of a thousand uses, how many are of the oldest key that still works.
    old: u32,
    /// Terraform made it, and comes round every so many days.
    terraform: Option<u64>,
    /// Each day something names another owner, one of so many in turn.
    flips: Option<u64>,
    /// Makes a key by hand at once where a run was about to make one and none came.
    impatient: bool,
}

impl Habits {
    fn of(seed: u64, name: &str) -> Self {
        let mut dice = dice::at(seed, &[&"habits", &name]);
        let (fetches, old) = *pick(&mut dice, &[(600, 50), (600, 50), (150, 300), (0, 1_000), (400, 900), (250, 100)]);
        let uses = *pick(&mut dice, &[900, 900, 400, 100, 0]);
        let terraform = chance(&mut dice, 250).then(|| dice.u64(1..=6));
        let flips = chance(&mut dice, 60).then(|| *pick(&mut dice, &[2, 3, 1_000]));
        let impatient = chance(&mut dice, 300);
        Self { fetches, uses, old, terraform, flips, impatient }
    }
}

pub(super) fn draw(seed: u64, first: Timestamp, nights: u64, policy: &BTreeMap<String, String>) -> Vec<Timed> {
    let mut swarm = dice::at(seed, &[&"swarm"]);
    let kinds: Vec<usize> = (0..KINDS).filter(|_| chance(&mut swarm, 500)).collect();
    let mut acts: Vec<Timed> = Vec::new();
    let mut known: Vec<String> = Vec::new();
    let mut dice = dice::at(seed, &[&"first"]);
    for name in NAMES.iter().take(dice.usize(2..=4)) {
        // Made before the function ever ran; no key is older than its user.
        let hours = dice.i64(30..=24 * 24);
        let at = before(first, SignedDuration::from_hours(24 * 25));
        let terraform = Habits::of(seed, name).terraform.is_some();
        acts.push(Timed { at, act: Act::Keys(make(&mut dice, name, terraform)) });
        acts.push(Timed { at: before(first, SignedDuration::from_hours(hours)), act: make_key(name) });
        if chance(&mut dice, 150) {
            let hours = dice.i64(26..=hours.max(27));
            acts.push(Timed { at: before(first, SignedDuration::from_hours(hours)), act: make_key(name) });
        }
        known.push((*name).to_owned());
    }
    for number in 0..nights {
        let mut dice = dice::at(seed, &[&"day", &number]);
        let run = super::runs(seed, first, number).first().map(|run| run.at);
        for _ in 0..*pick(&mut dice, &[0, 0, 1, 1, 2]) {
            if kinds.is_empty() {
                continue;
            }
            let at = of_day(&mut dice, first, number, run);
            let kind = *pick(&mut dice, &kinds);
            acts.push(Timed { at, act: one(kind, &mut dice, &mut known, policy) });
        }
        for name in &known {
            daily(seed, first, number, name, &mut acts);
        }
    }
    acts.sort_by_key(|timed| timed.at);
    acts
}

fn before(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.checked_sub(duration).unwrap_or(at)
}

/// A moment of the day after night `number`; often while its run, which begins at `run`, looks and acts.
fn of_day(dice: &mut Rng, first: Timestamp, number: u64, run: Option<Timestamp>) -> Timestamp {
    if let Some(run) = run.filter(|_| chance(dice, 250)) {
        return later(run, Duration::from_millis(dice.u64(100..=4_000)));
    }
    later(night(first, number), Duration::from_millis(dice.u64(60_000..DAY_ENDS)))
}

/// What a user does each day, as its habits are.
fn daily(seed: u64, first: Timestamp, number: u64, name: &str, acts: &mut Vec<Timed>) {
    let (habits, mut dice) = (Habits::of(seed, name), dice::at(seed, &[&"daily", &number, &name]));
    let at = |dice: &mut Rng| later(night(first, number), Duration::from_millis(dice.u64(60_000..DAY_ENDS)));
    let user = || name.to_owned();
    if chance(&mut dice, habits.fetches) {
        acts.push(Timed { at: at(&mut dice), act: Act::Keys(Of::Fetch { user: user() }) });
    }
    if chance(&mut dice, habits.uses) {
        let key = if chance(&mut dice, habits.old) { Which::Oldest } else { Which::Newest };
        acts.push(Timed { at: at(&mut dice), act: Act::Keys(Of::Use { user: user(), key }) });
    }
    if habits.terraform.is_some_and(|every| number.is_multiple_of(every)) {
        acts.push(Timed { at: at(&mut dice), act: Act::Keys(Of::Terraform { user: user() }) });
    }
    if let Some(run) = super::runs(seed, first, number).first().filter(|_| habits.impatient) {
        let soon = later(run.at, Duration::from_millis(dice.u64(4_000..=50_000)));
        acts.push(Timed { at: soon, act: Act::Keys(Of::MakeKeyInstead { user: user() }) });
    }
    if let Some(owners) = habits.flips {
        let place = number % owners;
        let known = usize::try_from(place).ok().and_then(|place| OWNERS.get(place));
        let value = known.map_or_else(|| format!("owner-{place}"), |name| (*name).to_owned());
        acts.push(Timed {
            at: at(&mut dice),
            act: Act::Keys(Of::Tag { user: user(), key: "owner".to_owned(), value }),
        });
    }
}

fn make(dice: &mut Rng, name: &str, terraform: bool) -> Of {
    let mut tags = Tags::new();
    if !chance(dice, 100) {
        let key = if chance(dice, 900) { "owner" } else { "Owner" };
        tags.insert(key.to_owned(), (*pick(dice, &OWNERS)).to_owned());
    }
    if chance(dice, 150) {
        tags.insert("mail".to_owned(), format!("{}@example.com", pick(dice, &OWNERS)));
    }
    if chance(dice, 100) {
        tags.insert("keep".to_owned(), "yes".to_owned());
    }
    if chance(dice, 60) {
        for number in 0..dice.usize(38..=47) {
            tags.insert(format!("cost-{number}"), "x".to_owned());
        }
    }
    let path = *pick(dice, &["/", "/", "/robots/"]);
    Of::MakeUser { user: name.to_owned(), path: path.to_owned(), tags, terraform }
}

fn make_key(name: &str) -> Act {
    Act::Keys(Of::MakeKey { user: name.to_owned() })
}

fn one(kind: usize, dice: &mut Rng, known: &mut Vec<String>, policy: &BTreeMap<String, String>) -> Act {
    let user = pick(dice, known).clone();
    let on = chance(dice, 500);
    let key = if chance(dice, 500) { Which::Oldest } else { Which::Newest };
    Act::Keys(match kind {
        0 => Of::Tag { user, key: "owner".to_owned(), value: (*pick(dice, &OWNERS)).to_owned() },
        1 if on => Of::Tag { user, key: "keep".to_owned(), value: "yes".to_owned() },
        1 => Of::Untag { user, start: "keep".to_owned() },
        2 => {
            let all =
                ["nightshift:", "nightshift:told", "nightshift:off", "nightshift:proof", "nightshift:intent", "owner"];
            Of::Untag { user, start: (*pick(dice, &all)).to_owned() }
        }
        3 => {
            let to = format!("{user}-{}", dice.u32(2..=3));
            known.push(to.clone());
            Of::Rename { user, to }
        }
        4 if on => Of::DeleteUser { user },
        4 => {
            let name = (*pick(dice, &NAMES)).to_owned();
            if !known.contains(&name) {
                known.push(name.clone());
            }
            make(dice, &name, false)
        }
        5 => Of::MakeKey { user },
        6 => Of::Switch { user, key, on },
        7 => Of::DropKey { user, key },
        8 => {
            let all = [Edit::Value, Edit::Pending, Edit::Back, Edit::Policy, Edit::Open, Edit::Untag];
            Of::Edit { secret: user, how: *pick(dice, &all) }
        }
        9 => Of::Edit { secret: user, how: if on { Edit::Delete } else { Edit::Restore } },
        10 => Of::Quarantine { user, on },
        11 => Of::Tag { user, key: "nightshift:rotate-after-days".to_owned(), value: dice.u32(0..=9).to_string() },
        12 => return Act::Deny { action: (*pick(dice, &RIGHTS)).to_owned(), on },
        13 => return Act::Mailbox { address: format!("{}@example.com", pick(dice, &OWNERS)), takes: !on },
        _ => return changed(dice, policy),
    })
}

/// An operator changes what the function may do.
fn changed(dice: &mut Rng, policy: &BTreeMap<String, String>) -> Act {
    const CHANGES: [(&str, &[&str]); 8] = [
        ("NIGHTSHIFT_ROTATE_AFTER_DAYS", &["5", "12", "30"]),
        ("NIGHTSHIFT_RECOVERY_DAYS", &["1", "4"]),
        ("NIGHTSHIFT_OVERLAP_DAYS", &["1"]),
        ("NIGHTSHIFT_MAX_ROTATIONS", &["0", "1", "10"]),
        ("NIGHTSHIFT_MAX_DEACTIVATIONS", &["0", "1", "10"]),
        ("NIGHTSHIFT_MODE", &["plan", "apply"]),
        ("NIGHTSHIFT_EXCLUDE", &["ana*", "tag:keep=yes"]),
        ("NIGHTSHIFT_SECRET_READERS", &["arn:aws:iam::111122223333:role/break-glass"]),
    ];
    let (variable, values) = *pick(dice, &CHANGES);
    let before = policy.get(variable).cloned();
    let value = if chance(dice, 300) { before } else { Some((*pick(dice, values)).to_owned()) };
    Act::Policy { variable: variable.to_owned(), value }
}
