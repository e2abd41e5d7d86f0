//! Taking keys out of use, and bringing one back. What is about to be done is written on the user first, so that a run that
//! dies in between leaves word of what it did.

use jiff::Timestamp;

use super::{Applier, Ended};
use crate::domains::keys::tags::{self, BY_OTHERS, KeyNotice, Memory as _, OFF, Off, TOLD, Whom};
use crate::jobs::key_rotation::model::User;
use crate::jobs::key_rotation::plan::{Standing, SwitchOffReason};
use crate::run::Steps;
use crate::services::iam::Status;

impl Applier<'_> {
    pub(super) async fn deactivate(
        &self,
        user: &User,
        key: &str,
        because: SwitchOffReason,
        facts: &Standing,
        steps: &mut Steps<'_>,
    ) -> Ended {
        let (iam, name) = (&self.writers.iam, &user.name);
        let note = |off: Off| (format!("{OFF}{key}"), off.because(because.as_str()));
        iam.tag(name, &[note(Off::Todo(self.moment()))]).await?;
        iam.set_status(name, key, Status::Inactive).await?;
        steps.push(format!("switched key {key} off"));
        let (tag, value) = note(Off::Done(self.moment()));
        // For the notice, which says why.
        let mut user = user.clone();
        user.tags.set(&tag, &value);
        Ok(self.tell(&user, KeyNotice::Deactivated, (key, other(&user, key)), facts, vec![(tag, value)], steps).await?)
    }

    pub(super) async fn delete(
        &self,
        user: &User,
        key: &str,
        replaced_by: Option<&str>,
        facts: &Standing,
        steps: &mut Steps<'_>,
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
        facts: &Standing,
        steps: &mut Steps<'_>,
    ) -> Ended {
        let key = keys.0;
        let own = KeyNotice::Deleted.tag(key);
        let about_it = |(tag, value): &(&str, &str)| {
            *tag == key || tag.starts_with(TOLD) && value.split(' ').next() == Some(key) && **tag != *own
        };
        let gone: Vec<_> = user.tags.iter().filter(about_it).map(|(tag, _)| tag.to_owned()).collect();
        // First, so that nobody is told each night where no tag can be removed. The last tag goes when it was told.
        self.writers.iam.untag(&user.name, &gone).await?;
        let (whom, tried, untold) = self.send(user, KeyNotice::Deleted, keys, facts, steps).await;
        if untold.is_none() || !self.terms.announces {
            let mut last = vec![format!("{OFF}{key}")];
            last.extend(user.tags.get(&own).map(|_| own));
            self.writers.iam.untag(&user.name, &last).await?;
        } else if whom != Whom::Nobody {
            // The operators know it, in its owner's place. Next time, only its owner is told.
            let who = self.terms.whose(user).mark(tried).to_owned();
            let telling = self.telling(user, KeyNotice::Deleted, keys, whom, &who);
            self.writers.iam.tag(&user.name, &[telling]).await?;
        }
        Ok(untold)
    }

    pub(super) async fn delete_orphan(&self, user: &User, key: &str, steps: &mut Steps<'_>) -> Ended {
        self.writers.iam.delete_key(&user.name, key).await?;
        steps.push(format!("deleted key {key}, which nobody holds"));
        self.settle_intent(user).await?;
        Ok(None)
    }

    pub(super) async fn drop_pending(&self, user: &User, version: &str, steps: &mut Steps<'_>) -> Ended {
        self.writers.store.drop_pending(&self.secret_of(user), version).await?;
        steps.push("took AWSPENDING from a version of which nothing is left to prove");
        Ok(None)
    }

    pub(super) async fn note_off(
        &self,
        user: &User,
        key: &str,
        since: Option<Timestamp>,
        steps: &mut Steps<'_>,
    ) -> Ended {
        // Why it is off is known where this tool was about to do it.
        let why = user.tags.off_because(key).filter(|_| since.is_some()).unwrap_or(BY_OTHERS).to_owned();
        let since = since.unwrap_or_else(|| self.moment());
        self.writers.iam.tag(&user.name, &[(format!("{OFF}{key}"), Off::Done(since).because(&why))]).await?;
        steps.push(format!("noted that key {key} is off since {since}"));
        Ok(None)
    }

    pub(super) async fn tidy(&self, user: &User, keys: &[String], steps: &mut Steps<'_>) -> Ended {
        self.writers.iam.untag(&user.name, keys).await?;
        steps.push(format!("removed {}", keys.join(", ")));
        Ok(None)
    }

    pub(super) async fn reactivate(&self, user: &User, key: &str, steps: &mut Steps<'_>) -> Ended {
        self.writers.iam.set_status(&user.name, key, Status::Active).await?;
        steps.push(format!("switched key {key} on again"));
        self.writers.iam.tag(&user.name, &[off(key, Off::Back(self.moment()))]).await?;
        Ok(None)
    }
}

pub(super) fn off(key: &str, off: Off) -> (String, String) {
    (format!("{}{key}", tags::OFF), off.value())
}

pub(super) fn other<'a>(user: &'a User, key: &str) -> Option<&'a str> {
    user.keys.known()?.iter().find(|one| one.id != key).map(|one| one.id.as_str())
}
