//! Random histories: nights, and between them whatever owners, administrators and AWS may do, in any order and more than once.
//! Each step keeps the invariants of [`Life`]; and whatever happens, no leaked key is deleted, none that a person made is taken for ours,
//! a leaked key that nobody switched on again is off, and whoever owns the user by now could read in time of what is taken.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::simulated::Life;
use super::*;
use crate::domains::keys::tags::Memory as _;
use crate::jobs::key_rotation::model::Compromised;

/// What happens next. Of two keys `true` is the newer.
#[derive(Debug, Clone, Copy)]
enum Turn {
    /// So many days pass, and a night comes.
    Night(u32),
    Uses(bool),
    Fetches,
    SwitchesOff(bool),
    SwitchesOn(bool),
    Deletes(bool),
    Makes,
    Edits,
    ThrowsAway,
    TakesBack,
    Renames,
    LosesTags,
    Leaks(bool),
    LosesAnswer,
    /// To one of five, one of whom owned it at first.
    ChangesOwner(u8),
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        8 => prop_oneof![Just(1), Just(1), Just(3), Just(8), Just(45)].prop_map(Turn::Night),
        2 => any::<bool>().prop_map(Turn::Uses),
        2 => Just(Turn::Fetches),
        1 => any::<bool>().prop_map(Turn::SwitchesOff),
        1 => any::<bool>().prop_map(Turn::SwitchesOn),
        1 => any::<bool>().prop_map(Turn::Deletes),
        1 => Just(Turn::Makes),
        1 => Just(Turn::Edits),
        1 => Just(Turn::ThrowsAway),
        1 => Just(Turn::TakesBack),
        1 => Just(Turn::Renames),
        1 => Just(Turn::LosesTags),
        2 => any::<bool>().prop_map(Turn::Leaks),
        1 => Just(Turn::LosesAnswer),
        2 => (0..5_u8).prop_map(Turn::ChangesOwner),
    ]
}

/// A life, and what is true of it whatever the plan knows.
struct History {
    life: Life,
    /// Keys an event called compromised.
    leaked: BTreeSet<String>,
    /// Those of them that somebody switched on again.
    back: BTreeSet<String>,
    /// Keys of which this tool cannot know that it made them.
    by_hand: BTreeSet<String>,
    made: u32,
}

impl History {
    fn begin(adopts: bool) -> Self {
        let life = Life::of(with(&[key("ONE", 80, used(0))]), adopts);
        let by_hand = ["ONE".to_owned()].into();
        Self { life, leaked: BTreeSet::new(), back: BTreeSet::new(), by_hand, made: 0 }
    }

    fn keys(&mut self) -> &mut Vec<Key> {
        let Read::Known(keys) = &mut self.life.user.keys else { unreachable!() };
        keys
    }

    fn id(&mut self, newer: bool) -> Option<String> {
        let keys = self.keys();
        let one = if newer {
            keys.iter().max_by_key(|key| key.created_at)
        } else {
            keys.iter().min_by_key(|key| key.created_at)
        };
        one.map(|key| key.id.clone())
    }

    fn change(&mut self, newer: bool, change: impl FnOnce(&mut Key)) {
        if let Some(id) = self.id(newer)
            && let Some(key) = self.keys().iter_mut().find(|key| key.id == id)
        {
            change(key);
        }
    }

    fn add(&mut self) {
        if self.keys().len() < 2 {
            self.made += 1;
            let id = format!("HAND{}", self.made);
            let created_at = self.life.now;
            self.keys().push(Key { created_at, ..key(&id, 0, LastUsed::Never) });
            self.by_hand.insert(id);
        }
    }

    fn secret(&mut self) -> Option<&mut KeySecret> {
        match &mut self.life.user.secret {
            Read::Known(secret) => secret.as_mut(),
            _ => None,
        }
    }

    fn take(&mut self, turn: Turn, policy: &Policy) {
        let now = self.life.now;
        match turn {
            Turn::Night(days) => {
                (0..days).for_each(|_| self.life.a_day_passes());
                self.night(policy);
            }
            Turn::Uses(newer) => self.change(newer, |key| {
                if key.works() && key.created_at < now {
                    key.last_used = LastUsed::At(Use { at: now, service: "sts".to_owned(), region: "N/A".to_owned() });
                }
            }),
            Turn::Fetches => {
                let current =
                    |secret: &'_ mut KeySecret| secret.versions.iter().position(|version| version.has(CURRENT));
                if let Some(secret) = self.secret()
                    && let Some(place) = current(secret)
                {
                    secret.versions[place].last_accessed = Some(now);
                }
            }
            Turn::SwitchesOff(newer) => self.change(newer, |key| key.status = Status::Inactive),
            Turn::SwitchesOn(newer) => {
                self.change(newer, |key| key.status = Status::Active);
                let id = self.id(newer);
                self.back.extend(id);
            }
            Turn::Deletes(newer) => {
                let id = self.id(newer);
                self.keys().retain(|key| Some(&key.id) != id.as_ref());
            }
            Turn::Makes => self.add(),
            Turn::Edits => {
                if let Some(secret) = self.secret() {
                    for version in &mut secret.versions {
                        version.labels.remove(CURRENT);
                    }
                    let labels = [CURRENT.to_owned()].into();
                    secret.versions.push(Version {
                        id: "edited".to_owned(),
                        labels,
                        created_at: None,
                        last_accessed: None,
                    });
                }
            }
            Turn::ThrowsAway | Turn::TakesBack => {
                if let Some(secret) = self.secret() {
                    secret.deleted = matches!(turn, Turn::ThrowsAway);
                }
            }
            // Nothing of that name is there, and nobody noted the old one.
            Turn::Renames => self.life.user.secret = Read::Known(None),
            Turn::LosesTags => self.life.user.tags = someone().tags,
            Turn::ChangesOwner(number) => {
                let name = ["ana", "ben", "eva", "kim", "leo"][usize::from(number)];
                self.life.user.tags.set("mail", format!("{name}@example.com"));
            }
            Turn::Leaks(newer) => self.leak(newer, policy),
            Turn::LosesAnswer => {
                if self.keys().len() < 2 {
                    let before = self.keys().iter().map(|key| key.id.clone()).collect();
                    let intent = tags::Intent { at: now, before, minted: None };
                    self.life.user.tags.set(tags::INTENT, intent.value());
                    self.add();
                }
            }
        }
    }

    fn night(&mut self, policy: &Policy) {
        let before: BTreeSet<_> = self.keys().iter().map(|key| key.id.clone()).collect();
        let Ok(step) = self.life.night(policy) else { return };
        // Carrying it out told nobody of it before.
        assert!(self.life.was_read(&step, policy), "{step:?} of {:#?} after {:?}", self.life.user, self.life.letters);
        let after: BTreeSet<_> = self.keys().iter().map(|key| key.id.clone()).collect();
        for gone in before.difference(&after) {
            assert!(
                !self.leaked.contains(gone) || !self.life.user.tags.leaked(gone),
                "a leaked key is deleted: {step:?}"
            );
            let ours = !matches!(step, Step::DeleteOrphan { .. });
            assert!(ours || !self.by_hand.contains(gone), "a key of a person's is taken for ours: {step:?}");
        }
        for key in self.life.keys().iter().filter(|key| key.works()) {
            let leaked = self.leaked.contains(&key.id) && !self.back.contains(&key.id);
            assert!(!leaked, "a leaked key works: {step:?}");
        }
    }

    /// An event calls a key compromised, as carrying it out does; it may come twice.
    fn leak(&mut self, newer: bool, policy: &Policy) {
        let Some(id) = self.id(newer) else { return };
        let named = Compromised { user: Some("ana".to_owned()), known: true, key: id.clone() };
        let request = Request { compromised: vec![named], ..Request::default() };
        let terms = Terms { now: self.life.now, ..terms(policy, &request) };
        let (rule, said) = rules::ask(&self.life.user, terms).expect("an event about a key is answered");
        assert_eq!(rule, Rule::R11);
        let at = self.life.now;
        if let Ok(Step::Leaked { keys, .. }) = said {
            assert!(keys.iter().any(|leaked| leaked.key == id), "{keys:?}");
            self.change(newer, |key| key.status = Status::Inactive);
            self.life.user.tags.set(format!("nightshift:leaked:{id}"), at.to_string());
            self.life.user.tags.set(KeyNotice::Leaked.tag(&id), format!("{id} {at}"));
            if !self.life.keys().iter().any(Key::works) {
                self.life.user.tags.set(tags::INTENT, tags::OWED);
            }
        }
        let stands = self.life.keys().iter().find(|key| key.id == id);
        assert!(stands.is_some_and(|key| !key.works()), "the event was answered and the key works");
        self.back.remove(&id);
        self.leaked.insert(id);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn whatever_happens_nobody_is_locked_out_and_nothing_of_a_persons_is_taken(
        adopts in any::<bool>(),
        turns in prop::collection::vec(turn(), 1..50),
    ) {
        let policies = [policy(&[]), policy(&[("NIGHTSHIFT_INACTIVE_KEYS", "delete")])];
        for policy in &policies {
            let mut history = History::begin(adopts);
            for turn in &turns {
                history.take(*turn, policy);
            }
        }
    }
}
