//! Taking keys out of use, and bringing one back. What is about to be done is written on the user first, so that a run that
//! dies in between leaves word of what it did.

use jiff::Timestamp;

use super::{Applier, Ended};
use crate::keys::model::{Status, User};
use crate::keys::plan::{Facts, Rotate};
use crate::keys::tags::{self, INTENT, Kind, LEAKED, OFF, Off, TOLD};

impl Applier<'_> {
    pub(super) async fn deactivate(&self, user: &User, key: &str, facts: &Facts, steps: &mut Vec<String>) -> Ended {
        let (iam, name) = (&self.hands.iam, &user.name);
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
        self.hands.iam.delete_key(&user.name, key).await?;
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
            self.hands.iam.untag(&user.name, &gone).await?;
        }
        Ok(untold)
    }

    pub(super) async fn delete_orphan(&self, user: &User, key: &str, steps: &mut Vec<String>) -> Ended {
        self.hands.iam.delete_key(&user.name, key).await?;
        steps.push(format!("deleted key {key}, which nobody holds"));
        // Where a leaked key is still to be replaced, the intent is what says so.
        if !user.tags.replacing_a_leak() {
            self.hands.iam.untag(&user.name, &[INTENT.to_owned()]).await?;
        }
        Ok(None)
    }

    pub(super) async fn drop_pending(&self, user: &User, version: &str, steps: &mut Vec<String>) -> Ended {
        self.hands.store.drop_pending(&self.secret_of(user), version).await?;
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
        self.hands.iam.tag(&user.name, &[off(key, Off::Done(since))]).await?;
        steps.push(format!("noted that key {key} is off since {since}"));
        Ok(None)
    }

    pub(super) async fn tidy(&self, user: &User, keys: &[String], steps: &mut Vec<String>) -> Ended {
        self.hands.iam.untag(&user.name, keys).await?;
        steps.push(format!("removed {}", keys.join(", ")));
        Ok(None)
    }

    /// The leaked key goes first; that it could not be replaced, or nobody told, does not bring it back.
    pub(super) async fn leaked(
        &self,
        user: &User,
        key: &str,
        is_off: bool,
        then: Option<&Rotate>,
        facts: &Facts,
        steps: &mut Vec<String>,
    ) -> Ended {
        if !is_off {
            self.hands.iam.set_status(&user.name, key, Status::Inactive).await?;
            steps.push(format!("switched leaked key {key} off"));
        }
        let known = user.tags.get(LEAKED).unwrap_or_default();
        let leaked = if user.tags.leaked(key) { known.to_owned() } else { format!("{known} {key}").trim().to_owned() };
        // What is still to be done about it is written at once, so that it is done even if this run dies.
        let alone = user.keys.known().is_some_and(|keys| keys.len() == 1);
        let intent = alone.then(|| (INTENT.to_owned(), self.intent(user).value()));
        let tags = [(LEAKED.to_owned(), leaked.clone())].into_iter().chain(intent).collect();
        let untold = if user.tags.told(Kind::Leaked, key).is_none() {
            self.tell(user, Kind::Leaked, (key, other(user, key)), facts, tags, steps).await?
        } else {
            self.hands.iam.tag(&user.name, &tags).await?;
            None
        };
        let Some(rotate) = then else { return Ok(untold) };
        let mut user = user.clone();
        user.tags.set(LEAKED, leaked);
        match self.rotate(&user, rotate, facts, steps).await {
            Ok(also_untold) => Ok(untold.or(also_untold)),
            Err(stop) => Ok(stop.reason()),
        }
    }

    pub(super) async fn reactivate(&self, user: &User, key: &str, steps: &mut Vec<String>) -> Ended {
        self.hands.iam.set_status(&user.name, key, Status::Active).await?;
        steps.push(format!("switched key {key} on again"));
        self.hands.iam.tag(&user.name, &[off(key, Off::Back(self.moment()))]).await?;
        Ok(None)
    }
}

pub(super) fn off(key: &str, off: Off) -> (String, String) {
    (format!("{}{key}", tags::OFF), off.value())
}

fn other<'a>(user: &'a User, key: &str) -> Option<&'a str> {
    user.keys.known()?.iter().find(|one| one.id != key).map(|one| one.id.as_str())
}
