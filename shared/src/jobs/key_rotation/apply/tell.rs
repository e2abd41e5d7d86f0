//! Telling people. That somebody was told is written on the user only after a channel took the notice: killed in between,
//! the next run tells again.

use jiff::Timestamp;

use super::retire::off;
use super::{Applier, Ended};
use crate::domains::keys::tags::{self, INTENT, KeyNotice, Memory as _, Off, Telling, Whom};
use crate::jobs::key_rotation::model::User;
use crate::jobs::key_rotation::notice::{Notice, Told};
use crate::jobs::key_rotation::plan::{self, Standing, Terms};
use crate::report::{self, Reason};
use crate::run::Steps;
use crate::services::aws::AwsError;

/// A key, and the one that takes its place or stands in its way.
type Keys<'a> = (&'a str, Option<&'a str>);

impl Applier<'_> {
    /// A notice that is a step of its own.
    pub(super) async fn tell_only(
        &self,
        user: &User,
        kind: KeyNotice,
        keys: Keys<'_>,
        came_back: bool,
        facts: &Standing,
        steps: &mut Steps<'_>,
    ) -> Ended {
        if kind == KeyNotice::Deleted {
            return self.farewell(user, keys, facts, steps).await;
        }
        let mut tags = Vec::new();
        if came_back {
            // Written whether anybody can be told or not: the old date of going off must not count once it is off again.
            tags.push(off(keys.0, Off::Back(self.moment())));
        }
        let untold = self.tell(user, kind, keys, facts, tags, steps).await?;
        if kind == KeyNotice::Rotated && untold.is_none() && user.tags.get(INTENT).is_some() {
            self.writers.iam.untag(&user.name, &[INTENT.to_owned()]).await?;
        }
        Ok(untold)
    }

    /// Writes `tags`, tells, and then writes, if a channel took it, that it was told. Answers with why it could not be.
    /// What the next run has to know is written before anybody is told: telling may take long, and the process may end. So is
    /// that it is about to be told: where nothing can be written, it would be told again each night.
    pub(super) async fn tell(
        &self,
        user: &User,
        kind: KeyNotice,
        keys: Keys<'_>,
        facts: &Standing,
        mut tags: Vec<(String, String)>,
        steps: &mut Steps<'_>,
    ) -> Result<Option<Reason>, AwsError> {
        let whose = self.terms.whose(user);
        // Of a new owner as well, beside whom the operators may know already.
        let is_written = user.tags.telling(kind, keys.0).is_some_and(|telling| telling.is_of(&whose));
        let before = user.tags.telling_to(kind, keys.0, &whose).map(|telling| (telling.whom, telling.who));
        let (before, known_as) = before.unwrap_or((Whom::Nobody, None));
        if self.terms.announces && (before == Whom::Nobody || !is_written) {
            tags.push(self.telling(user, kind, keys, before, whose.mark(1)));
        }
        if !tags.is_empty() {
            self.writers.iam.tag(&user.name, &tags).await?;
        }
        let (whom, tried, untold) = self.send(user, kind, keys, facts, steps).await;
        if whom != before && whom != Whom::Nobody {
            let who = known_as.filter(|_| tried == 0).unwrap_or_else(|| whose.mark(tried).to_owned());
            self.writers.iam.tag(&user.name, &[self.telling(user, kind, keys, whom, &who)]).await?;
        }
        Ok(untold)
    }

    /// That `kind` was told about a key to the owner `who`, as its tag remembers it, with the dates that were named.
    pub(super) fn telling(
        &self,
        user: &User,
        kind: KeyNotice,
        keys: Keys<'_>,
        whom: Whom,
        who: &str,
    ) -> (String, String) {
        let before = user.tags.telling_to(kind, keys.0, &self.terms.whose(user));
        let (mut signs, earlier) = before.map(|telling| (telling.signs, telling.earlier)).unwrap_or_default();
        if let Some(sign) = self.terms.request.sign.as_deref().filter(|_| kind == KeyNotice::Suspected) {
            let mark = tags::mark(sign);
            signs.retain(|known| *known != mark);
            signs.push(mark);
        }
        let (at, dates, who) = (self.moment(), self.dates(user, kind, keys), Some(who.to_owned()));
        let telling = Telling { at, dates, signs, whom, who, earlier };
        (kind.tag(keys.0), telling.value(keys.0))
    }

    fn dates(&self, user: &User, kind: KeyNotice, (key, other): Keys<'_>) -> Vec<Timestamp> {
        let dates = plan::dates(user, kind, key, other, Terms { now: self.moment(), ..self.terms });
        // Whole seconds: the rest is nobody's to read.
        dates.into_iter().map(|date| Timestamp::from_second(date.as_second()).unwrap_or(date)).collect()
    }

    /// Who knows by now, at which of its owner's addresses that came to its end, and why not everybody does.
    pub(super) async fn send(
        &self,
        user: &User,
        kind: KeyNotice,
        (key, other): Keys<'_>,
        facts: &Standing,
        steps: &mut Steps<'_>,
    ) -> (Whom, usize, Option<Reason>) {
        let dates = self.dates(user, kind, (key, other));
        let told = self.writers.teller.tell(Notice { kind, user, key, other, dates: &dates, facts }).await;
        let about = format!("'{}' about key {key}", kind.as_str());
        let (whom, tried, message) = match told {
            Told::Sent { to, whom, tried, missing } => {
                steps.push(format!("told {to}: {}", kind.as_str()));
                let Some(said) = missing else { return (whom, tried, None) };
                (whom, tried, format!("not everybody could be told {about}: {said}"))
            }
            Told::NoChannel => (Whom::Nobody, 0, format!("nobody was told {about}: no channel is configured")),
            Told::NotSent(said) => (Whom::Nobody, 0, format!("nobody could be told {about}: {said}")),
        };
        let fix = "the next run tells again; no old key is taken from anybody before its owner was told";
        (whom, tried, Some(Reason::new(&report::codes::NOT_TOLD, message, fix)))
    }
}
