//! Keys that leaked: off at once, noted where it lasts, told, and replaced where nothing else works.

use super::retire::other;
use super::{Applier, Ended, ROTATION_BUDGET, Setback};
use crate::clock;
use crate::domains::keys::naming;
use crate::domains::keys::tags::{self, INTENT, KeyNotice, LEAK, Memory as _, OWED, Telling, Whom};
use crate::jobs::key_rotation::model::User;
use crate::jobs::key_rotation::plan::{self, Leaked, Rotate, Standing};
use crate::report::{self, Reason};
use crate::run::{Done, Steps};
use crate::secret::Secret;
use crate::services::aws::AwsError;
use crate::services::iam::{Key, Status};

/// What the version holds that says that a key leaked.
const MARK: &str = r#"{"Message":"an access key of this user leaked; nightshift could not write that on the user"}"#;

impl Applier<'_> {
    /// The leaked keys go first; that they could not be replaced, or nobody told, does not bring them back.
    pub(super) async fn leaked(
        &self,
        user: &User,
        keys: &[Leaked],
        then: Option<&Rotate>,
        facts: &Standing,
        steps: &mut Steps<'_>,
    ) -> Ended {
        let (off, stopped) = self.switch_off_leaked(user, keys, steps).await;
        let user = match self.note_leaked(user, &off, steps).await {
            Ok(user) => user,
            Err(error) => {
                // Told by the run that switched it off, and by no other: nothing remembers it where nothing can be written.
                let before = |key: &str| keys.iter().any(|leaked| leaked.off && leaked.key == key);
                for key in off.iter().filter(|key| !before(key)) {
                    self.send(user, KeyNotice::Leaked, (key, other(user, key)), facts, steps).await;
                }
                return Err(error.into());
            }
        };
        let is_new = |key: &&str| plan::is_untold(&user, KeyNotice::Leaked, key, self.terms);
        let new: Vec<_> = off.iter().copied().filter(is_new).collect();
        let untold = self.tell_of(KeyNotice::Leaked, &user, &new, facts, steps).await?;
        if let Some(error) = stopped {
            return Err(error.into());
        }
        let Some(rotate) = then else { return Ok(untold) };
        if !self.ledger.deadline().leaves(ROTATION_BUDGET, clock::now()) {
            let message = "the leaked key is off, and no time was left to mint another";
            return Ok(Some(Reason::plain(&report::codes::DEADLINE, message)));
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
        steps: &mut Steps<'_>,
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

    /// Writes down that `keys` leaked, and what is still to be done about it, so that it is done even if this run dies. Where
    /// nothing can be written on the user, the secret keeps it, and the error is for whoever waits.
    async fn note_leaked(&self, user: &User, keys: &[&str], steps: &mut Steps<'_>) -> Result<User, AwsError> {
        let mut noted = user.clone();
        if keys.is_empty() {
            return Ok(noted);
        }
        let at = self.moment().to_string();
        let new = keys.iter().filter(|key| !user.tags.leaked(key));
        let mut tags: Vec<_> = new.map(|key| (format!("{LEAK}{key}"), at.clone())).collect();
        if owes(user, keys) {
            tags.push((INTENT.to_owned(), OWED.to_owned()));
        }
        if let Err(error) = self.writers.iam.tag(&user.name, &tags).await {
            self.mark_in_secret(user, keys, steps).await;
            return Err(error);
        }
        for (tag, value) in tags {
            noted.tags.set(tag, value);
        }
        Ok(noted)
    }

    /// The same in the user's secret, as versions that carry a label and no key.
    async fn mark_in_secret(&self, user: &User, keys: &[&str], steps: &mut Steps<'_>) {
        let mark = Secret::new(MARK.to_owned());
        let name = self.secret_of(user);
        let marked = async {
            match user.secret.known() {
                Some(Some(secret)) if !secret.deleted && secret.user_id.as_ref() == Some(&user.id) => {}
                // Nor is one made for somebody whose id nobody knows: it would be nobody's for ever.
                Some(None) if !user.id.is_empty() => self.make(user, &name, steps).await?,
                _ => return Ok(false),
            }
            for key in keys {
                let version = naming::leak_version_of(self.terms.account, &user.id, key);
                self.writers.store.put(&name, &version, &mark, &naming::leak_label(key)).await?;
            }
            Ok::<_, AwsError>(true)
        };
        let marked = marked.await;
        steps.push(match marked {
            Ok(true) => format!("noted in secret {name} that it leaked, since it could not be noted on the user"),
            Ok(false) => "nothing says that it leaked but this report: it is not noted anywhere".to_owned(),
            Err(error) => format!("nothing says that it leaked but this report: {}", error.said()),
        });
    }

    /// A notice for each of `keys`, each with a tag of its own.
    pub(super) async fn tell_of(
        &self,
        kind: KeyNotice,
        user: &User,
        keys: &[&str],
        facts: &Standing,
        steps: &mut Steps<'_>,
    ) -> Result<Option<Reason>, AwsError> {
        let mut untold = None;
        for key in keys {
            let why = self.tell(user, kind, (key, other(user, key)), facts, Vec::new(), steps).await?;
            untold = untold.or(why);
        }
        Ok(untold)
    }

    /// `user` of whose `keys` nobody knows, unless it was this very sign that some were told of and others not.
    fn of_this_sign(&self, user: &User, keys: &[&str]) -> User {
        let mut user = user.clone();
        let mark = tags::mark(self.terms.request.sign.as_deref().unwrap_or_default());
        for key in keys {
            let whose = self.terms.whose(&user);
            let Some(told) = user.tags.telling_to(KeyNotice::Suspected, key, &whose) else { continue };
            if told.whom == Whom::Everybody || told.signs.last() != Some(&mark) {
                let nobody = Telling { whom: Whom::Nobody, ..told };
                user.tags.set(KeyNotice::Suspected.tag(key), nobody.value(key));
            }
        }
        user
    }

    pub(super) async fn tell_of_signs(
        &self,
        user: &User,
        keys: &[String],
        facts: &Standing,
        steps: &mut Steps<'_>,
    ) -> Ended {
        let keys: Vec<_> = keys.iter().map(String::as_str).collect();
        let user = self.of_this_sign(user, &keys);
        match self.tell_of(KeyNotice::Suspected, &user, &keys, facts, steps).await? {
            None => Ok(None),
            // To tell is all there was to do.
            Some(reason) => Err(Setback::Done(Box::new(Done::failed(Vec::new(), reason)))),
        }
    }
}

/// Whether `user` is owed a key once `leaked` are off: also where it could not be read whether another works. If one does, a
/// later run takes it back.
fn owes(user: &User, leaked: &[&str]) -> bool {
    let works = |key: &Key| key.works() && !leaked.contains(&key.id.as_str());
    !user.keys.known().is_some_and(|all| all.iter().any(works))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::key_rotation::plan::someone;
    use crate::services::Read;
    use crate::services::iam::LastUsed;

    #[test]
    fn who_has_nothing_left_that_works_is_owed_a_key_and_that_is_written_down() {
        let key =
            |id: &str, status| Key { id: id.to_owned(), status, created_at: clock::now(), last_used: LastUsed::Never };
        let (on, off) = (Status::Active, Status::Inactive);
        let of = |keys: Read<Vec<Key>>, leaked: &[&str]| owes(&User { keys, ..someone() }, leaked);
        assert!(of(Read::Known(vec![key("A", on)]), &["A"]));
        assert!(of(Read::Known(vec![key("A", on), key("B", off)]), &["A"]));
        assert!(of(Read::Known(vec![key("A", on), key("B", on)]), &["A", "B"]));
        assert!(of(Read::unknown("iam:ListAccessKeys", "AccessDenied"), &["A"]), "what nobody knows is no yes");
        assert!(!of(Read::Known(vec![key("A", on), key("B", on)]), &["A"]));
    }
}
