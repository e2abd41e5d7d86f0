//! The steps a plan can hold. Each carries all that carrying it out takes, so that apply has no decision left to make, and
//! no password.

use serde::Serialize;

use super::why::Note;
use crate::domains::databases::{Statement, Strategy};
use crate::services::secrets::{CURRENT, PENDING};

/// One thing to do to the database or to one user.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Action {
    /// Make what the users are about: the database, its extensions and schemas.
    Prepare(Prepare),
    /// Make a user what it should be.
    Change(Box<Change>),
    /// Drop a user.
    Drop(Box<DropUser>),
}

/// See [`Action::Prepare`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prepare {
    /// The database.
    pub database: String,
    /// Creates it; run outside of any transaction and of the database itself.
    pub create: Option<Statement>,
    /// Run in it, in one transaction.
    pub statements: Vec<Statement>,
}

/// See [`Action::Change`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Its name.
    pub user: String,
    /// It does not exist yet.
    pub creates: bool,
    /// Users of the event that have to be right before this one can be.
    pub needs: Vec<String>,
    /// Takes its login away before its secret comes back from its deletion: a run that dies right behind that leaves nobody
    /// the password of old, and the next one knows by it that there has to be a new one.
    pub lock: Vec<Statement>,
    /// Gives it back, where the secret did not come back.
    #[serde(skip)]
    pub unlock: Vec<Statement>,
    /// Its secret; `None` if it has no password.
    pub secret: Option<SecretPlan>,
    /// What is run, in one transaction where the engine has them.
    pub statements: Vec<Statement>,
    /// What is worth knowing beside.
    #[serde(skip)]
    pub notes: Vec<Note>,
}

/// What happens to the secret of a user that is to be there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SecretPlan {
    /// As the event names it.
    pub name: String,
    /// The new value, if there is one.
    pub step: SecretStep,
    /// The user to log in as with what is stored: the second of a pair may be the one in use.
    pub login: String,
    /// Whether the database gets the password.
    pub sets_password: bool,
    /// The account takes no logins from where this run is, so that its password cannot be tried.
    pub untried: bool,
    /// A version that still says it is coming and is not.
    pub stale_pending: Option<String>,
    /// The key to encrypt with from now on.
    pub kms_key: Option<String>,
    /// What its tag says of how, from now on.
    pub tag: TagStep,
    /// How it is rotated from now on.
    pub rotation: RotationStep,
}

/// See [`SecretPlan::step`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum SecretStep {
    /// What it says is what holds.
    Keep,
    /// Make it, with a new password.
    Create {
        /// What makes asking twice the same as asking once.
        token: String,
        /// What it is encrypted with; the account's default if none.
        kms_key: Option<String>,
    },
    /// Write a new version that becomes the current one when the login with it has been seen to work.
    Stage {
        /// The new version's id.
        token: String,
        /// The version it takes the place of.
        from: Option<String>,
        /// It is in its deletion window and comes back first.
        restore: bool,
        /// The password is a new one.
        new_password: bool,
        /// What is written anew.
        keys: Vec<String>,
    },
    /// An earlier run wrote this version and got no further, or a rotation did and the database already has its password.
    Promote {
        /// The version.
        version: String,
        /// The one it takes the place of.
        from: Option<String>,
    },
}

/// See [`SecretPlan::tag`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TagStep {
    /// As it is.
    AsIs,
    /// This, before anything is rotated by it.
    Say(Strategy),
    /// Nothing: there is no rotation to say it of.
    Nothing,
}

/// See [`SecretPlan::rotation`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "rotation", rename_all = "kebab-case")]
pub enum RotationStep {
    /// As it is.
    AsIs,
    /// No more.
    Off,
    /// From now on.
    On {
        /// What rotates it.
        function: String,
        /// When.
        schedule: String,
        /// Once at once.
        immediately: bool,
    },
}

/// See [`Action::Drop`]. Cannot be undone; the secret can be had back for some days.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct DropUser {
    /// Its name.
    pub user: String,
    /// The users of the event that have to be right before.
    pub needs: Vec<String>,
    /// Takes the login away; none where there is no such user any more.
    pub lock: Vec<Statement>,
    /// Gives it back, where the rest could not be done.
    pub unlock: Vec<Statement>,
    /// Ends its sessions.
    pub end_sessions: Vec<Statement>,
    /// The same on `MySQL` and `MariaDB`, where they have to be looked for.
    pub sessions_of: Option<Sessions>,
    /// What it owns goes to its heir, in each database.
    pub hand_over: Vec<HandOver>,
    /// What it may do is taken back, by name, in each other database that knows it.
    pub empty: Vec<Emptied>,
    /// The same in the event's own, and the end of it: one transaction, where there are any.
    pub drop: Vec<Statement>,
    /// What of its things goes with its sessions.
    #[serde(skip)]
    pub fleeting: i64,
    /// What is worth knowing beside.
    #[serde(skip)]
    pub notes: Vec<Note>,
    /// Its secret.
    pub secret: Option<DropSecret>,
}

/// What a user may do in one database is taken back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Emptied {
    /// The database.
    pub database: String,
    /// Take it back.
    pub statements: Vec<Statement>,
    /// Give it again, should the user not go after all.
    #[serde(skip)]
    pub back: Vec<Statement>,
}

/// Whose sessions end: those of one account, and none of the others of its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sessions {
    /// From where it may log in.
    pub host: String,
    /// From where the others may.
    pub others: Vec<String>,
}

/// What a user owns in one database goes to its heir: some things at a time, since each of them is held meanwhile and
/// everybody who wants it waits.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct HandOver {
    /// The database.
    pub database: String,
    /// Who gets it.
    pub heir: String,
    /// What comes before the things of each transaction.
    pub before: Vec<Statement>,
    /// Where the heir may make things meanwhile.
    pub lent: Vec<Lent>,
    /// One statement a thing.
    pub things: Vec<Statement>,
    /// What is not named one by one, and holds nobody up.
    pub rest: Vec<Statement>,
    /// What comes behind the things of each transaction.
    pub after: Vec<Statement>,
}

/// A schema an heir may make things in for the length of a transaction, if it does not have that right by itself: then it is
/// not lent, and so not taken back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lent {
    /// The schema.
    pub schema: String,
    /// Lends the right.
    pub give: Statement,
    /// Takes it back.
    pub take: Statement,
}

/// The secret of a user that goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DropSecret {
    /// As the event names it.
    pub name: String,
    /// Rotation has to end first.
    pub cancel_rotation: bool,
    /// For how long it can be had back.
    pub recovery_days: i64,
}

impl Action {
    /// The item it is reported as.
    pub fn id(&self) -> &str {
        match self {
            Self::Prepare(prepare) => &prepare.database,
            Self::Change(change) => &change.user,
            Self::Drop(drop) => &drop.user,
        }
    }

    /// What has to be right before.
    pub fn needs(&self) -> &[String] {
        match self {
            Self::Prepare(_) => &[],
            Self::Change(change) => &change.needs,
            Self::Drop(drop) => &drop.needs,
        }
    }

    /// What will be done, one line each: SQL to the letter, the rest in words.
    pub fn steps(&self) -> Vec<String> {
        match self {
            Self::Prepare(prepare) => {
                prepare.create.iter().chain(&prepare.statements).map(ToString::to_string).collect()
            }
            Self::Change(change) => change.steps(),
            Self::Drop(drop) => drop.steps(),
        }
    }
}

impl Change {
    fn steps(&self) -> Vec<String> {
        let mut steps: Vec<String> = self.lock.iter().map(ToString::to_string).collect();
        steps.extend(self.secret.iter().flat_map(SecretPlan::before));
        steps.extend(self.statements.iter().map(ToString::to_string));
        steps.extend(self.secret.iter().flat_map(SecretPlan::after));
        steps
    }
}

impl SecretPlan {
    /// Whether there is nothing to do to the secret, nor to the password.
    pub fn is_empty(&self) -> bool {
        let Self { name: _, step, login: _, sets_password, untried: _, stale_pending, kms_key, tag, rotation } = self;
        *step == SecretStep::Keep
            && !sets_password
            && stale_pending.is_none()
            && kms_key.is_none()
            && *tag == TagStep::AsIs
            && *rotation == RotationStep::AsIs
    }

    /// Whether the secret comes back from its deletion.
    pub fn is_restored(&self) -> bool {
        matches!(self.step, SecretStep::Stage { restore: true, .. })
    }

    /// Whether a login has to be seen to work before the rest is done. Where a rotation ends, what it left is judged once more
    /// behind that: a step of it may have been under way.
    pub fn proves_login(&self) -> bool {
        let ends_one = self.rotation == RotationStep::Off && self.stale_pending.is_some();
        !self.untried && (self.sets_password || self.step != SecretStep::Keep || ends_one)
    }

    fn before(&self) -> Vec<String> {
        let end = (self.rotation == RotationStep::Off).then(|| format!("end the rotation of secret {}", self.name));
        end.into_iter().chain(self.storing()).collect()
    }

    fn storing(&self) -> Vec<String> {
        let name = &self.name;
        match &self.step {
            SecretStep::Create { kms_key, .. } => {
                let key = kms_key.as_ref().map_or_else(String::new, |key| format!(" encrypted with {key}"));
                vec![format!("create secret {name}{key} with a new password")]
            }
            SecretStep::Stage { restore, new_password, keys, .. } => {
                let back = restore.then(|| format!("restore secret {name} from its deletion"));
                let with = if *new_password { "a new password" } else { "the same password" };
                let keys = if keys.is_empty() { String::new() } else { format!(" and its {}", keys.join(", ")) };
                let put = format!("write a version of secret {name} as {PENDING}, with {with}{keys}");
                back.into_iter().chain([put]).collect()
            }
            SecretStep::Keep | SecretStep::Promote { .. } => Vec::new(),
        }
    }

    fn after(&self) -> Vec<String> {
        let name = &self.name;
        let mut steps = Vec::new();
        if self.proves_login() {
            steps.push(format!("log in as {}", self.login));
        }
        match &self.step {
            SecretStep::Stage { .. } => steps.push(format!("make that version {CURRENT}")),
            SecretStep::Promote { version, .. } => steps.push(format!("make version {version} of {name} {CURRENT}")),
            SecretStep::Keep | SecretStep::Create { .. } => {}
        }
        if let Some(version) = &self.stale_pending {
            steps.push(format!("take {PENDING} from version {version} of secret {name}"));
        }
        if let Some(key) = &self.kms_key {
            steps.push(format!("encrypt secret {name} with {key}"));
        }
        match self.tag {
            TagStep::AsIs => {}
            TagStep::Say(strategy) => {
                steps.push(format!("tag secret {name} with {}={}", Strategy::TAG, strategy.as_str()));
            }
            TagStep::Nothing => steps.push(format!("take the tag {} from secret {name}", Strategy::TAG)),
        }
        if let RotationStep::On { function, schedule, immediately } = &self.rotation {
            let now = if *immediately { ", and at once" } else { "" };
            steps.push(format!("rotate secret {name} by {function}, {schedule}{now}"));
        }
        steps
    }
}

impl DropUser {
    fn steps(&self) -> Vec<String> {
        let mut steps: Vec<String> = self.lock.iter().chain(&self.end_sessions).map(ToString::to_string).collect();
        steps.extend(
            self.sessions_of.iter().map(|sessions| format!("end the sessions of {}@{}", self.user, sessions.host)),
        );
        for HandOver { database, heir: _, before, lent, things, rest, after } in &self.hand_over {
            let before = before.iter().chain(lent.iter().map(|lent| &lent.give));
            let after = lent.iter().rev().map(|lent| &lent.take).chain(after);
            let all =
                before.chain(things).chain(rest).chain(after).map(|statement| format!("in {database}: {statement}"));
            steps.extend(abridged(all.collect()));
        }
        for Emptied { database, statements, back: _ } in &self.empty {
            steps.extend(abridged(statements.iter().map(|statement| format!("in {database}: {statement}")).collect()));
        }
        steps.extend(abridged(self.drop.iter().map(ToString::to_string).collect()));
        if let Some(secret) = &self.secret {
            if secret.cancel_rotation {
                steps.push(format!("end the rotation of secret {}", secret.name));
            }
            steps.push(format!("delete secret {}, to be had back for {} days", secret.name, secret.recovery_days));
        }
        steps
    }
}

/// Steps of one kind, of which nobody reads more than some: the middle of a long list is only counted.
pub fn abridged(mut steps: Vec<String>) -> Vec<String> {
    const SHOWN: usize = 40;
    if steps.len() <= SHOWN {
        return steps;
    }
    let end = steps.split_off(steps.len() - SHOWN / 2);
    let left_out = steps.split_off(SHOWN / 2);
    steps.push(format!("and {} more like these", left_out.len()));
    steps.extend(end);
    steps
}
