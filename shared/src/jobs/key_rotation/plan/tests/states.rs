//! Every state a user can be found in: keys, status, ages, last use, what is stored, and tags. In each of them the plan
//! keeps the invariants, and run night after night it comes to rest.

use super::simulated::Life;
use super::*;

const AGES: [u32; 4] = [10, 85, 95, 400];
const STORED: [Option<&[&str]>; 5] =
    [None, Some(&[PENDING]), Some(&[PENDING, CURRENT]), Some(&[CURRENT]), Some(&["AWSPREVIOUS"])];

/// A key and what its version carries.
type Stored = (Key, Option<&'static [&'static str]>);
/// How many different things beside the state of a key may be written on a user.
const RESTS: usize = 14;

fn last_uses() -> [LastUsed; 4] {
    [LastUsed::Never, used(1), used(100), LastUsed::Unknown("throttled".to_owned())]
}

/// Of so many states that differ in little one is looked at; which, takes turns with all else, so that each key, pair and memory
/// is met. A prime: what else takes turns does not go in step with it.
const TURNS: usize = 17;

/// Every key named `id`, with what its version carries.
fn every_key(id: &str) -> Vec<Stored> {
    let mut keys = Vec::new();
    for age in AGES {
        for last_used in last_uses() {
            for stored in STORED {
                for status in [Status::Active, Status::Inactive] {
                    // A key is not used before it is made.
                    let last_used = match &last_used {
                        LastUsed::At(last) if last.at < ago(age) => LastUsed::Never,
                        other => other.clone(),
                    };
                    keys.push((Key { status, ..key(id, age, last_used) }, stored));
                }
            }
        }
    }
    keys.dedup();
    keys
}

/// What may be written on a user with a key `B` and perhaps an older `A`.
fn every_memory() -> Vec<Vec<(&'static str, String)>> {
    let off = |off: Off| vec![("nightshift:off:A", off.value())];
    let told = |kind: &'static str, about: &str, days| vec![(kind, format!("{about} {}", ago(days)))];
    let offs =
        [vec![], off(Off::Todo(ago(1))), off(Off::Done(ago(3))), off(Off::Done(ago(10))), off(Off::Back(ago(2)))];
    let rotated = [vec![], told("nightshift:told:rotated", "B", 3), told("nightshift:told:rotated", "B", 40)];
    let rest: [_; RESTS] = [
        vec![],
        told("nightshift:told:deactivated", "A", 3),
        told("nightshift:told:held", "A", 9),
        vec![(tags::INTENT, format!("{} A", ago(10)))],
        vec![(tags::INTENT, "nonsense".to_owned())],
        vec![(tags::LEAKED, "A".to_owned())],
        vec![(tags::LEAKED, "B".to_owned()), (tags::INTENT, format!("{} B", ago(10)))],
        vec![(tags::LEAKED, "B".to_owned()), (tags::INTENT, tags::OWED.to_owned())],
        vec![("nightshift:leaked:A", ago(9).to_string()), ("nightshift:leaked:B", ago(9).to_string())],
        vec![(tags::INTENT, format!("{} A minted=B", ago(10)))],
        vec![(tags::INTENT, format!("{} A minted=B", now()))],
        vec![("nightshift:leaked:B", ago(9).to_string())],
        vec![("nightshift:told:unused", format!("A {} {}", ago(9), ago(2)))],
        vec![("nightshift:told:held", format!("A {} {} operators", ago(9), ago(1)))],
    ];
    let mut memories = Vec::new();
    for off in &offs {
        for rotated in &rotated {
            memories.extend(rest.iter().map(|rest| [off.as_slice(), rotated, rest].concat()));
        }
    }
    memories
}

fn user_of(keys: &[&Stored], memory: &[(&'static str, String)]) -> User {
    let labels: Vec<_> = keys.iter().filter_map(|(key, stored)| Some((key.id.as_str(), (*stored)?))).collect();
    let user = with(&keys.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>());
    tagged(if labels.is_empty() { user } else { stored(user, &labels) }, memory)
}

/// Night after night, sparing some of those in which nothing happens; each is judged. In the end nothing is done any more.
fn live(user: User, adopts: bool, policy: &Policy) {
    // A key ten days old is warned of on day 73.
    const DAYS: u32 = 72;
    let mut life = Life::of(user, adopts);
    let before = life.user.clone();
    let (mut day, mut last_step) = (0, None);
    while day < DAYS {
        let done = life.night(policy);
        let passing = if done.is_ok() { 1 } else { 3 };
        if let Ok(step) = done {
            last_step = Some((day, step));
        }
        day += passing;
        (0..passing).for_each(|_| life.a_day_passes());
    }
    if let Some((day, step)) = last_step {
        assert!(day < DAYS - 12, "still at it on day {day}: {step:?} since {before:#?} now {:#?}", life.user);
    }
}

#[test]
fn one_key_in_every_state_keeps_the_invariants_and_comes_to_rest() {
    let policy = policy(&[]);
    for (number, key) in every_key("B").iter().enumerate() {
        for (other, memory) in every_memory().iter().enumerate().skip(number % TURNS).step_by(TURNS) {
            live(user_of(&[key], memory), (other / TURNS).is_multiple_of(2), &policy);
        }
    }
}

/// Every pair of keys, the newer first, with its number.
fn every_pair(look: impl FnMut(usize, &Stored, &Stored)) {
    let mut look = look;
    let mut number = 0;
    for newer in every_key("B") {
        for older in every_key("A").into_iter().filter(|(older, _)| older.created_at <= newer.0.created_at) {
            look(number, &newer, &older);
            number += 1;
        }
    }
    assert!(number > 10_000, "{number}");
}

#[test]
fn two_keys_in_every_state_keep_the_invariants() {
    let policy = policy(&[]);
    let memories = every_memory();
    // Every way a key is taken out of use and every age of its notice takes turns, and so does the rest of what may be
    // written, so that all of it is met by every kind of pair.
    every_pair(|number, newer, older| {
        for (turn, some) in memories.chunks(RESTS).enumerate().skip(number % TURNS).step_by(TURNS) {
            let memory = &some[(number + turn) % RESTS];
            let _ = Life::of(user_of(&[newer, older], memory), true).night(&policy);
        }
    });
}

#[test]
fn two_keys_come_to_rest() {
    let policy = policy(&[]);
    let memories = every_memory();
    let step = memories.len();
    every_pair(|number, newer, older| {
        if number % (2 * TURNS) == 0 {
            live(user_of(&[newer, older], &memories[number / 2 % step]), number % (4 * TURNS) == 0, &policy);
        }
    });
}

#[test]
fn without_a_channel_nothing_is_taken_from_anybody() {
    let policy = policy(&[]);
    let memories = every_memory();
    every_pair(|number, newer, older| {
        for memory in memories.iter().skip(number % (15 * TURNS)).step_by(15 * TURNS) {
            let done = Life { announces: false, ..Life::of(user_of(&[newer, older], memory), true) }.night(&policy);
            assert!(!matches!(done, Ok(Step::Deactivate { .. } | Step::Tell { came_back: false, .. })), "{done:?}");
        }
    });
}
