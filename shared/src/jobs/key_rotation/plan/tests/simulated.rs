//! A user whose plans are carried out in memory, night after night, as applying does it, and the invariants each step has
//! to keep.

use super::*;
use crate::domains::keys::tags::Memory as _;

/// See the module.
pub(super) struct Life {
    pub user: User,
    pub now: Timestamp,
    /// Whether its people take the new key when they are told of it, or go on with the old one.
    pub adopts: bool,
    /// Whether anybody can be told anything.
    pub announces: bool,
    pub minted: u32,
    /// What was sent, which no tag has a say in.
    pub letters: Vec<Letter>,
}

/// A message.
#[derive(Debug)]
pub(super) struct Letter {
    pub to: String,
    pub at: Timestamp,
    pub kind: KeyNotice,
    pub key: String,
}

/// So long after it was announced a key is its own run's to prove.
const SETTLED: jiff::SignedDuration = jiff::SignedDuration::from_mins(30);

impl Life {
    pub(super) fn of(user: User, adopts: bool) -> Self {
        Self { user, now: now(), adopts, announces: true, minted: 0, letters: Vec::new() }
    }

    /// One night: decides, judges, carries out. The step, or the code of the reason for none.
    pub(super) fn night(&mut self, policy: &Policy) -> Result<Step, &'static str> {
        let request = Request::default();
        let terms = Terms { now: self.now, announces: self.announces, ..terms(policy, &request) };
        let (_, said) = rules::ask(&self.user, terms).ok_or("out of scope")?;
        self.judge_of_leaks(&said);
        let step = said.map_err(|why| why.code().name)?;
        self.judge_of_minting(&step);
        self.judge(&step, terms);
        self.apply(&step, policy);
        Ok(step)
    }

    /// A day passes; whoever uses a key uses it that day.
    pub(super) fn a_day_passes(&mut self) {
        self.now = state::after(self.now, 1);
        let (now, adopts) = (self.now, self.adopts);
        let told = self.user.tags.get(&KeyNotice::Rotated.tag("")).map(str::to_owned);
        let Read::Known(keys) = &mut self.user.keys else { return };
        let busy =
            |key: &Key| matches!(&key.last_used, LastUsed::At(last) if now.duration_since(last.at) < state::days(4));
        let anybody = keys.iter().any(|key| key.status == Status::Active && busy(key));
        for key in keys.iter_mut().filter(|key| key.status == Status::Active) {
            let is_new = told.as_deref().is_some_and(|told| told.starts_with(&key.id));
            let uses = if told.is_some() && adopts { is_new && anybody } else { busy(key) && !is_new };
            if uses || is_new && adopts && told.is_some() {
                key.last_used = LastUsed::At(Use { at: now, service: "s3".to_owned(), region: "eu-west-1".to_owned() });
            }
        }
    }

    /// No leaked key that works is passed by: it goes off, people hear of it, or it is what the night is about. (What could not be
    /// read is another matter, and so is a key that is replaced because it is due.)
    fn judge_of_leaks(&self, said: &Result<Step, Why>) {
        let Some(on) = self.keys().iter().find(|key| key.works() && self.user.tags.leaked(&key.id)) else { return };
        let is_about_it = match said {
            Ok(Step::Leaked { keys, .. }) => keys.iter().any(|leaked| leaked.key == on.id),
            Ok(Step::Tell { kind: KeyNotice::Held, key, .. }) | Err(Why::LeakedActive { key }) => {
                self.keys().iter().any(|one| one.id == *key && self.user.tags.leaked(key))
            }
            Ok(Step::Rotate(rotate)) => rotate.replaces.as_ref() == Some(&on.id),
            Ok(Step::Readers { .. }) | Err(Why::PreflightUnknown { .. }) => true,
            // The one key there is, and due: whatever leads to its replacement, or is in the way.
            Ok(_) | Err(_) => {
                self.keys().len() == 1 && (!self.announces || self.told_at(KeyNotice::Held, &on.id).is_some())
            }
        };
        assert!(is_about_it, "{said:?} of {:#?}", self.user);
    }

    /// What is ours by a note is ours by that and by nothing else, and nothing is done beside a run that may be at work.
    fn judge_of_minting(&self, step: &Step) {
        let intent = self.user.tags.intent();
        let say = || format!("{step:?} of {:#?}", self.user);
        match step {
            Step::DeleteOrphan { key } => {
                let intent = intent.unwrap_or_else(|| panic!("nothing says that it is ours: {}", say()));
                assert!(intent.minted.as_ref() == Some(key) && !intent.before.contains(key), "{}", say());
                assert!(self.user.tags.proof(key).is_none() && !self.user.tags.leaked(key), "{}", say());
                let secret = self.user.secret.known().and_then(Option::as_ref).expect("there was a secret");
                assert!(!secret.deleted && !secret.versions.iter().any(|one| one.id == "edited"), "{}", say());
            }
            Step::Resume { key, .. } => {
                let is_of = |intent: &tags::Intent| intent.minted.as_ref().is_none_or(|minted| minted == key);
                let young = intent.is_some_and(|one| is_of(&one) && self.now.duration_since(one.at) < SETTLED);
                assert!(!young && !self.user.tags.leaked(key), "{}", say());
            }
            Step::Rotate(_) => assert_eq!(self.keys().len(), 1, "{}", say()),
            _ => {}
        }
    }

    /// I1 and I3, and that nothing of anybody else's is deleted.
    fn judge(&self, step: &Step, terms: Terms<'_>) {
        let (Step::Deactivate { key, .. } | Step::Delete { key, .. } | Step::DeleteOrphan { key }) = step else {
            return;
        };
        let keys = self.keys();
        let taken = keys.iter().find(|one| one.id == *key).expect("a step is about a key that is there");
        let say = || format!("{step:?} of {:#?}", self.user);
        if let Step::DeleteOrphan { .. } = step {
            assert_eq!((self.class(taken, terms), &taken.last_used), (Class::Orphan, &LastUsed::Never), "{}", say());
            return;
        }
        assert!(!matches!(taken.last_used, LastUsed::Unknown(_)) || taken.status == Status::Inactive, "{}", say());
        // The policy may have keys deleted that are off, whatever else there is; not without a word, and none that leaked.
        if matches!(step, Step::Delete { .. }) && terms.policy.delete_inactive {
            let told = self.told_at(KeyNotice::Deactivated, key).expect("not without a word");
            assert!(self.now.duration_since(told) >= state::days(terms.policy.ages.recovery), "{}", say());
            assert!(!taken.works() && !self.user.tags.leaked(key), "{}", say());
            return;
        }
        let other = keys.iter().find(|one| one.id != *key && one.status == Status::Active);
        let other = other.unwrap_or_else(|| panic!("the last active key is taken: {}", say()));
        let proven = self.class(other, terms) == Class::Current;
        let idle = match &taken.last_used {
            LastUsed::Never => self.now.duration_since(taken.created_at) >= state::days(terms.policy.ages.idle),
            LastUsed::At(last) => self.now.duration_since(last.at) >= state::days(terms.policy.ages.idle),
            _ => false,
        };
        assert!(proven || idle, "no proven key takes its place: {}", say());
        assert!(!proven || self.is_taken_over(other) || self.hold_has_ended(key), "nobody has the new key: {}", say());
        assert!(!self.user.tags.leaked(key), "a leaked key is evidence: {}", say());
        if let Step::Delete { .. } = step {
            let Some(Off::Done(since)) = self.user.tags.off(key) else { panic!("not ours to delete: {}", say()) };
            assert!(self.now.duration_since(since) >= state::days(terms.policy.ages.recovery), "{}", say());
            assert!(self.told_at(KeyNotice::Deactivated, key).is_some(), "not without a word: {}", say());
            assert_eq!(taken.status, Status::Inactive, "{}", say());
        }
    }

    /// As these lives have it: its people use a key a day after they were told of it at the soonest, and nobody else does.
    fn is_taken_over(&self, new: &Key) -> bool {
        let told = self.told_at(KeyNotice::Rotated, &new.id);
        let secret = self.user.secret.known().and_then(Option::as_ref);
        let fetched = state::version(&self.user, new, secret, ACCOUNT).and_then(|version| version.last_accessed);
        told.is_some_and(|told| {
            matches!(&new.last_used, LastUsed::At(last) if last.at > told) || fetched.is_some_and(|at| at > told)
        })
    }

    /// Whether a date has come that was named a week before, at the least.
    fn hold_has_ended(&self, old: &str) -> bool {
        let until = self.user.tags.told_until(KeyNotice::NotTakenOver, old);
        let named = self.told_at(KeyNotice::NotTakenOver, old).zip(until);
        named.is_some_and(|(told, until)| until >= state::after(told, 7) && self.now >= until)
    }

    fn apply(&mut self, step: &Step, policy: &Policy) {
        match step {
            Step::Rotate(rotate) => self.rotate(rotate, policy),
            Step::Resume { key, replaces } => {
                self.promote(key);
                self.told(KeyNotice::Rotated, key, replaces.as_deref(), policy);
            }
            Step::Deactivate { key, .. } => {
                self.key(key).status = Status::Inactive;
                self.note(key, Off::Done(self.now));
                self.told(KeyNotice::Deactivated, key, None, policy);
            }
            Step::Delete { key, .. } | Step::DeleteOrphan { key } => {
                if let Read::Known(keys) = &mut self.user.keys {
                    keys.retain(|one| one.id != *key);
                }
            }
            Step::DropPending { version } => {
                for one in self.versions().iter_mut().filter(|one| one.id == *version) {
                    one.labels.remove(PENDING);
                }
            }
            Step::NoteOff { key, since } => self.note(key, Off::Done(since.unwrap_or(self.now))),
            Step::Tell { kind: KeyNotice::Deleted, key, .. } => self.user.tags.remove(&format!("{}{key}", tags::OFF)),
            Step::Tell { kind, key, other, came_back } => {
                if *came_back {
                    self.note(key, Off::Back(self.now));
                }
                self.told(*kind, key, other.as_deref(), policy);
                if *kind == KeyNotice::Rotated {
                    self.user.tags.remove(tags::INTENT);
                }
            }
            Step::Tidy { tags } => tags.iter().for_each(|tag| self.user.tags.remove(tag)),
            Step::Leaked { keys, then } => {
                let [leaked] = keys.as_slice() else { panic!("a night goes on with the only key: {keys:?}") };
                assert!(
                    leaked.off && self.user.tags.replacing_a_leak(),
                    "a night only goes on with what an event began"
                );
                self.told(KeyNotice::Leaked, &leaked.key, None, policy);
                if let Some(rotate) = then {
                    self.rotate(rotate, policy);
                    self.user.tags.remove(tags::INTENT);
                }
            }
            Step::Reactivate { .. } | Step::Suspected { .. } => unreachable!("only an event asks for it"),
            Step::Readers { .. } => {
                let readers = self.user.tags.get(tags::READERS).unwrap_or_default().to_owned();
                self.user.tags.set(tags::READERS_DONE, readers);
            }
        }
    }

    fn rotate(&mut self, rotate: &Rotate, policy: &Policy) {
        self.minted += 1;
        assert!(self.keys().len() < 2, "no slot: {:#?}", self.user);
        let id = format!("MINTED{}", self.minted);
        let replaced = rotate.replaces.as_deref().expect("a rotation replaces a key");
        assert!(self.user.tags.leaked(replaced) || self.key(replaced).status == Status::Active);
        let minted = Key { created_at: self.now, ..key(&id, 0, LastUsed::Never) };
        let Read::Known(keys) = &mut self.user.keys else { unreachable!() };
        keys.push(minted);
        let mut versions = match &self.user.secret {
            Read::Known(Some(secret)) => secret.versions.clone(),
            _ => Vec::new(),
        };
        let id_of = naming::version_of(ACCOUNT, &self.user.id, &id);
        versions.push(Version {
            id: id_of,
            labels: [PENDING.to_owned()].into(),
            created_at: None,
            last_accessed: None,
        });
        let user_id = Some(self.user.id.clone());
        self.user.secret = Read::Known(Some(KeySecret { versions, ..secret_of(user_id.as_deref()) }));
        self.promote(&id);
        self.told(KeyNotice::Rotated, &id, rotate.replaces.as_deref(), policy);
    }

    fn promote(&mut self, key: &str) {
        let id = naming::version_of(ACCOUNT, &self.user.id, key);
        for version in self.versions() {
            if version.labels.remove(CURRENT) && version.id != id {
                version.labels.insert("AWSPREVIOUS".to_owned());
            }
            if version.id == id {
                version.labels = [CURRENT.to_owned()].into();
            }
        }
    }

    fn told(&mut self, kind: KeyNotice, key: &str, other: Option<&str>, policy: &Policy) {
        let request = Request::default();
        let terms = Terms { now: self.now, ..super::terms(policy, &request) };
        let dates = dates(&self.user, kind, key, other, terms);
        if self.announces {
            let whose = terms.whose(&self.user);
            let earlier = self.user.tags.telling_to(kind, key, &whose).map(|before| before.earlier).unwrap_or_default();
            let (whom, who) = (tags::Whom::Everybody, Some(whose.mark(1).to_owned()));
            let telling = tags::Telling { at: self.now, dates, signs: Vec::new(), whom, who, earlier };
            self.user.tags.set(kind.tag(key), telling.value(key));
            let to = self.user.tags.get("mail").unwrap_or_default().to_owned();
            self.letters.push(Letter { to, at: self.now, kind, key: key.to_owned() });
        }
    }

    /// When its present owner was told, as the tags have it.
    fn told_at(&self, kind: KeyNotice, key: &str) -> Option<Timestamp> {
        let (policy, request) = (policy(&[]), Request::default());
        known::told(&self.user, kind, key, terms(&policy, &request))
    }

    fn note(&mut self, key: &str, off: Off) {
        self.user.tags.set(format!("{}{key}", tags::OFF), off.value());
    }

    pub(super) fn keys(&self) -> &[Key] {
        self.user.keys.known().map(Vec::as_slice).unwrap_or_default()
    }

    fn key(&mut self, id: &str) -> &mut Key {
        let Read::Known(keys) = &mut self.user.keys else { unreachable!() };
        keys.iter_mut().find(|key| key.id == id).expect("the key is there")
    }

    fn versions(&mut self) -> &mut Vec<Version> {
        let Read::Known(Some(secret)) = &mut self.user.secret else { panic!("there is no secret") };
        &mut secret.versions
    }

    fn class(&self, key: &Key, terms: Terms<'_>) -> Class {
        state::class(&self.user, key, self.user.secret.known().and_then(Option::as_ref), terms)
    }
}

use crate::jobs::key_rotation::plan::action::Rotate;
use crate::jobs::key_rotation::plan::dates;

#[test]
fn a_life_of_rotations_leaves_nobody_without_a_key() {
    let policy = policy(&[]);
    let mut life = Life::of(with(&[key("ONE", 80, used(0))]), true);
    let mut story = Vec::new();
    for day in 0..110 {
        if let Ok(step) = life.night(&policy) {
            story.push(format!("{day}: {}", short(&step)));
        }
        assert!(life.keys().iter().any(|key| key.status == Status::Active));
        life.a_day_passes();
    }
    insta::assert_snapshot!(story.join("\n"), @"
    3: tell warning ONE
    10: rotate ONE
    17: deactivate ONE Quiet
    24: delete ONE
    25: tell deleted ONE
    26: tidy nightshift:told:deactivated:ONE nightshift:told:rotated nightshift:told:warning
    93: tell warning MINTED1
    100: rotate MINTED1
    107: deactivate MINTED1 Quiet
    ");
}

/// Sixty nights of somebody who goes on with the old key, whose program uses the new one as well or not.
fn sixty_nights(policy: &Policy, uses_both: bool) -> String {
    let mut life = Life::of(with(&[key("ONE", 90, used(0))]), false);
    let mut story = Vec::new();
    for day in 0..60 {
        if let Ok(step) = life.night(policy) {
            story.push(format!("{day}: {}", short(&step)));
        }
        life.a_day_passes();
        let now = life.now;
        if let Read::Known(keys) = &mut life.user.keys {
            for new in keys.iter_mut().filter(|key| uses_both && key.id != "ONE") {
                new.last_used = LastUsed::At(Use { at: now, service: "sts".to_owned(), region: "N/A".to_owned() });
            }
        }
    }
    story.join("\n")
}

#[test]
fn a_life_that_will_not_let_go_is_held_and_ends_after_the_operators_knew() {
    insta::assert_snapshot!(sixty_nights(&policy(&[]), true), @"
    0: rotate ONE
    7: tell held ONE
    30: deactivate ONE HardEnd
    37: delete ONE
    38: tell deleted ONE
    39: tidy nightshift:told:deactivated:ONE nightshift:told:held nightshift:told:rotated
    ");
}

#[test]
fn a_life_that_never_takes_the_new_key_over_keeps_the_old_one_unless_the_policy_has_an_end() {
    insta::assert_snapshot!(sixty_nights(&policy(&[]), false), @"
    0: rotate ONE
    7: tell not-taken-over ONE
    ");
    insta::assert_snapshot!(sixty_nights(&policy(&[("NIGHTSHIFT_HOLD_LIMIT_DAYS", "40")]), false), @"
    0: rotate ONE
    7: tell not-taken-over ONE
    40: deactivate ONE HoldLimit
    47: delete ONE
    48: tell deleted ONE
    49: tidy nightshift:told:deactivated:ONE nightshift:told:not-taken-over nightshift:told:rotated
    ");
}
