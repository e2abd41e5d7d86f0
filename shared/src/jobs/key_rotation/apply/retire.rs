//! Taking keys out of use, and bringing one back. What is about to be done is written on the user first, so that a run that
//! dies in between leaves word of what it did.

use jiff::Timestamp;

use super::{Applier, Ended, ROTATION_BUDGET};
use crate::clock;
use crate::domains::keys::tags::{self, INTENT, Kind, LEAKED, Memory as _, OFF, OWED, Off, TOLD};
use crate::jobs::key_rotation::model::User;
use crate::jobs::key_rotation::plan::{Facts, Leaked, Rotate};
use crate::report::Reason;
use crate::services::aws::AwsError;
use crate::services::iam::Status;

impl Applier<'_> {
    pub(super) async fn deactivate(&self, user: &User, key: &str, facts: &Facts, steps: &mut Vec<String>) -> Ended {
        let (iam, name) = (&self.writers.iam, &user.name);
        iam.tag(name, &[off(key, Off::Todo(self.moment()))]).await?;
        iam.set_status(name, key, Status::Inactive).await?;
        steps.push(format!("switched key {key} off"));
        let done = off(key, Off::Done(self.moment()));
        Ok(self.tell(user, Kind::Deactivated, (key, other(user, key)), facts, vec![done], steps).await?)
    }

    pub(super) async fn delete(
        &self,
        user: &User,
        key: &str,
        replaced_by: Option<&str>,
        facts: &Facts,
        steps: &mut Vec<String>,
    ) -> Ended {
        self.writers.iam.delete_key(&user.name, key).await?;
        steps.push(format!("deleted key {key}"));
        self.farewell(user, (key, replaced_by), facts, steps).await
    }

    /// Tells that a key is gone, and puts away what was written about it. Not told, the tags stay and the next run tells.
    pub(super) async fn farewell(
        &self,
        user: &User,
        keys: (&str, Option<&str>),
        facts: &Facts,
        steps: &mut Vec<String>,
    ) -> Ended {
        let key = keys.0;
        let untold = self.send(user, Kind::Deleted, keys, facts, steps).await;
        if untold.is_none() || !self.terms.announces {
            let about_it = |(tag, value): &(&str, &str)| {
                *tag == format!("{OFF}{key}")
                    || *tag == key
                    || tag.starts_with(TOLD) && value.split(' ').next() == Some(key)
            };
            let gone: Vec<_> = user.tags.iter().filter(about_it).map(|(tag, _)| tag.to_owned()).collect();
            self.writers.iam.untag(&user.name, &gone).await?;
        }
        Ok(untold)
    }

    pub(super) async fn delete_orphan(&self, user: &User, key: &str, steps: &mut Vec<String>) -> Ended {
        self.writers.iam.delete_key(&user.name, key).await?;
        steps.push(format!("deleted key {key}, which nobody holds"));
        self.settle_intent(user).await?;
        Ok(None)
    }

    pub(super) async fn drop_pending(&self, user: &User, version: &str, steps: &mut Vec<String>) -> Ended {
        self.writers.store.drop_pending(&self.secret_of(user), version).await?;
        steps.push("took AWSPENDING from a version whose key is gone".to_owned());
        Ok(None)
    }

    pub(super) async fn note_off(
        &self,
        user: &User,
        key: &str,
        since: Option<Timestamp>,
        steps: &mut Vec<String>,
    ) -> Ended {
        let since = since.unwrap_or_else(|| self.moment());
        self.writers.iam.tag(&user.name, &[off(key, Off::Done(since))]).await?;
        steps.push(format!("noted that key {key} is off since {since}"));
        Ok(None)
    }

    pub(super) async fn tidy(&self, user: &User, keys: &[String], steps: &mut Vec<String>) -> Ended {
        self.writers.iam.untag(&user.name, keys).await?;
        steps.push(format!("removed {}", keys.join(", ")));
        Ok(None)
    }

    /// The leaked keys go first; that they could not be replaced, or nobody told, does not bring them back.
    pub(super) async fn leaked(
        &self,
        user: &User,
        keys: &[Leaked],
        then: Option<&Rotate>,
        facts: &Facts,
        steps: &mut Vec<String>,
    ) -> Ended {
        let (off, stopped) = self.switch_off_leaked(user, keys, steps).await;
        let user = self.note_leaked(user, &off).await?;
        let untold = self.tell_of_leaks(user.clone(), &off, facts, steps).await?;
        if let Some(error) = stopped {
            return Err(error.into());
        }
        let Some(rotate) = then else { return Ok(untold) };
        if !self.ledger.deadline().leaves(ROTATION_BUDGET, clock::now()) {
            let message = "the leaked key is off, and no time was left to mint another";
            return Ok(Some(Reason::new("deadline", message, "nothing to do; the next run mints it")));
        }
        match self.rotate(&user, rotate, facts, steps).await {
            Ok(also_untold) => Ok(untold.or(also_untold)),
            Err(stop) => Ok(stop.reason()),
        }
    }

    /// Those that are off now, and the first refusal: one that stays on does not keep another on.
    async fn switch_off_leaked<'k>(
        &self,
        user: &User,
        keys: &'k [Leaked],
        steps: &mut Vec<String>,
    ) -> (Vec<&'k str>, Option<AwsError>) {
        let (mut off, mut stopped) = (Vec::new(), None);
        for leaked in keys {
            let key = leaked.key.as_str();
            if !leaked.off {
                if let Err(error) = self.writers.iam.set_status(&user.name, key, Status::Inactive).await {
                    stopped = stopped.or(Some(error));
                    continue;
                }
                steps.push(format!("switched leaked key {key} off"));
            }
            off.push(key);
        }
        (off, stopped)
    }

    /// Writes down that `keys` leaked, and what is still to be done about it, so that it is done even if this run dies.
    async fn note_leaked(&self, user: &User, keys: &[&str]) -> Result<User, AwsError> {
        let known = user.tags.get(LEAKED).into_iter().flat_map(str::split_whitespace);
        let new = keys.iter().copied().filter(|key| !user.tags.leaked(key));
        let leaked = known.chain(new).collect::<Vec<_>>().join(" ");
        let mut noted = user.clone();
        if keys.is_empty() {
            return Ok(noted);
        }
        let alone = user.keys.known().is_some_and(|keys| keys.len() == 1);
        let owed = alone.then(|| (INTENT.to_owned(), OWED.to_owned()));
        let tags: Vec<_> = [(LEAKED.to_owned(), leaked)].into_iter().chain(owed).collect();
        self.writers.iam.tag(&user.name, &tags).await?;
        for (tag, value) in tags {
            noted.tags.set(tag, value);
        }
        Ok(noted)
    }

    /// A notice for each key; the tag names all that were told of.
    async fn tell_of_leaks(
        &self,
        mut user: User,
        keys: &[&str],
        facts: &Facts,
        steps: &mut Vec<String>,
    ) -> Result<Option<Reason>, AwsError> {
        let mut untold = None;
        for key in keys {
            if user.tags.told(Kind::Leaked, key).is_some() {
                continue;
            }
            let why = self.tell(&user, Kind::Leaked, (key, other(&user, key)), facts, Vec::new(), steps).await?;
            if why.is_none() {
                let (tag, value) = self.telling(&user, Kind::Leaked, key);
                user.tags.set(tag, value);
            }
            untold = untold.or(why);
        }
        Ok(untold)
    }

    pub(super) async fn reactivate(&self, user: &User, key: &str, steps: &mut Vec<String>) -> Ended {
        self.writers.iam.set_status(&user.name, key, Status::Active).await?;
        steps.push(format!("switched key {key} on again"));
        self.writers.iam.tag(&user.name, &[off(key, Off::Back(self.moment()))]).await?;
        Ok(None)
    }
}

pub(super) fn off(key: &str, off: Off) -> (String, String) {
    (format!("{}{key}", tags::OFF), off.value())
}

fn other<'a>(user: &'a User, key: &str) -> Option<&'a str> {
    user.keys.known()?.iter().find(|one| one.id != key).map(|one| one.id.as_str())
}
