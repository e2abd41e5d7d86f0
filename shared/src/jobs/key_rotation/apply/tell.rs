//! Telling people. That somebody was told is written on the user only after a channel took the notice: killed in between,
//! the next run tells again.

use jiff::Timestamp;

use super::retire::off;
use super::{Applier, Ended};
use crate::domains::keys::tags::{INTENT, Kind, Memory as _, Off};
use crate::jobs::key_rotation::model::User;
use crate::jobs::key_rotation::notice::{Notice, Told};
use crate::jobs::key_rotation::plan::{self, Facts};
use crate::report::Reason;
use crate::services::aws::AwsError;

/// A key, and the one that takes its place or stands in its way.
type Keys<'a> = (&'a str, Option<&'a str>);

impl Applier<'_> {
    /// A notice that is a step of its own.
    pub(super) async fn tell_only(
        &self,
        user: &User,
        kind: Kind,
        keys: Keys<'_>,
        came_back: bool,
        facts: &Facts,
        steps: &mut Vec<String>,
    ) -> Ended {
        if kind == Kind::Deleted {
            return self.farewell(user, keys, facts, steps).await;
        }
        let mut tags = Vec::new();
        if came_back {
            // Written whether anybody can be told or not: the old date of going off must not count once it is off again.
            tags.push(off(keys.0, Off::Back(self.moment())));
        }
        let untold = self.tell(user, kind, keys, facts, tags, steps).await?;
        if kind == Kind::Rotated && untold.is_none() && user.tags.get(INTENT).is_some() {
            self.writers.iam.untag(&user.name, &[INTENT.to_owned()]).await?;
        }
        Ok(untold)
    }

    /// Writes `tags`, tells, and then writes, if a channel took it, that it was told. Answers with why it could not be.
    /// What the next run has to know is written before anybody is told: telling may take long, and the process may end.
    pub(super) async fn tell(
        &self,
        user: &User,
        kind: Kind,
        keys: Keys<'_>,
        facts: &Facts,
        tags: Vec<(String, String)>,
        steps: &mut Vec<String>,
    ) -> Result<Option<Reason>, AwsError> {
        if !tags.is_empty() {
            self.writers.iam.tag(&user.name, &tags).await?;
        }
        let untold = self.send(user, kind, keys, facts, steps).await;
        if untold.is_none() {
            let (tag, told) = self.telling(user, kind, keys.0);
            let until = self.hold_end(user, kind, keys).map(|until| format!(" {until}")).unwrap_or_default();
            self.writers.iam.tag(&user.name, &[(tag, told + &until)]).await?;
        }
        Ok(untold)
    }

    /// That `kind` was told about `key`, as its tag remembers it. Several keys may leak; of each it is told once.
    pub(super) fn telling(&self, user: &User, kind: Kind, key: &str) -> (String, String) {
        let here = user.keys.known().into_iter().flatten().map(|one| one.id.as_str());
        let before = here.filter(|id| kind == Kind::Leaked && *id != key && user.tags.told(kind, id).is_some());
        let about = before.chain([key]).collect::<Vec<_>>().join(" ");
        (kind.tag(), format!("{about} {}", self.moment()))
    }

    /// The date a notice of a hold names, and its tag keeps.
    fn hold_end(&self, user: &User, kind: Kind, (key, other): Keys<'_>) -> Option<Timestamp> {
        let came_back = matches!(user.tags.off(key), Some(Off::Done(_) | Off::Back(_)));
        let is_held = !came_back && !user.tags.leaked(key);
        other.filter(|_| is_held).and_then(|new| plan::hold_end(user, kind, new, self.terms))
    }

    pub(super) async fn send(
        &self,
        user: &User,
        kind: Kind,
        (key, other): Keys<'_>,
        facts: &Facts,
        steps: &mut Vec<String>,
    ) -> Option<Reason> {
        let until = self.hold_end(user, kind, (key, other));
        let message = match self.writers.teller.tell(Notice { kind, user, key, other, until, facts }).await {
            Told::Sent(whom) => {
                steps.push(format!("told {whom}: {}", kind.as_str()));
                return None;
            }
            Told::NoChannel => format!("nobody was told '{}' about key {key}: no channel is configured", kind.as_str()),
            Told::NotSent(said) => format!("nobody could be told '{}' about key {key}: {said}", kind.as_str()),
        };
        let fix = "the next run tells again; no old key is taken from anybody before its owner was told";
        Some(Reason::new("not-told", message, fix))
    }
}
