//! The rotate chain. What each call leaves if the process dies right after it, and what the next run does about it, is the
//! table in `docs/key-rotation.md`.

use super::{Applier, Ended, Setback};
use crate::domains::keys::naming;
use crate::domains::keys::tags::{
    INTENT, Intent, KeyNotice, Memory as _, OWED, PROOF, Proof, READERS, READERS_DONE, SECRET,
};
use crate::jobs::key_rotation::codes;
use crate::jobs::key_rotation::model::User;
use crate::jobs::key_rotation::plan::{Rotate, Standing};
use crate::jobs::key_rotation::store::{self, Value};
use crate::report::{Outcome, Reason};
use crate::run::{Done, Steps};
use crate::services::aws::{AwsError, Kind as Refusal};
use crate::services::iam::{LastUsed, Minted};
use crate::services::secrets::{CURRENT, PENDING, Version};
use crate::services::tags::Tags;

impl Applier<'_> {
    pub(super) async fn rotate(&self, user: &User, rotate: &Rotate, facts: &Standing, steps: &mut Steps<'_>) -> Ended {
        self.prepare(user, rotate, steps).await?;
        let intent = self.announce(user, rotate, steps).await?;
        let minted = self.mint(user, steps).await?;
        self.note_minted(user, intent, &minted.id, steps).await;
        self.keep(user, rotate, &minted, steps).await?;
        self.prove(user, &minted.id, &minted.secret, steps).await?;
        let proof = Proof { at: self.moment(), read: false };
        self.hand_out(user, (&minted.id, proof), rotate.replaces.as_deref(), facts, steps).await
    }

    /// Writes down that a key of `user` is about to be minted, which keys there are before, and where it goes.
    async fn announce(&self, user: &User, rotate: &Rotate, steps: &mut Steps<'_>) -> Result<Intent, AwsError> {
        let before = user.keys.known().into_iter().flatten().map(|key| key.id.clone()).collect();
        let intent = Intent { at: self.moment(), before, minted: None };
        let mut tags = vec![(INTENT.to_owned(), intent.value()), (SECRET.to_owned(), rotate.secret.clone())];
        // A tag's value is shorter than the longest name of a secret; it is found by the user's name then.
        tags.retain(|(_, value)| value.chars().count() <= Tags::VALUE_LIMIT);
        tags.extend(readers_done(user));
        let written = self.writers.iam.tag(&user.name, &tags).await;
        // The last no may follow on a yes whose answer was lost, to us or to the SDK.
        if written.is_err() {
            self.take_back(user, steps).await;
        }
        written.map(|()| intent)
    }

    /// Writes down which key it came to: by that id, and by nothing else, a later run knows that it is ours. Where it cannot be
    /// written, the key is nobody's until it is stored.
    async fn note_minted(&self, user: &User, intent: Intent, minted: &str, steps: &mut Steps<'_>) {
        let intent = Intent { minted: Some(minted.to_owned()), ..intent };
        if let Err(error) = self.writers.iam.tag(&user.name, &[(INTENT.to_owned(), intent.value())]).await {
            steps.push(format!("could not note which key was minted: {}", error.said()));
        }
    }

    /// No key of ours is there, for certain. What is written must not say otherwise: a key its owner makes now would be taken
    /// for one that nobody holds, and deleted.
    async fn take_back(&self, user: &User, steps: &mut Steps<'_>) {
        if let Err(error) = self.settle_intent(user).await {
            steps.push(format!(
                "could not take back {INTENT}: remove it before a key is made by hand; {}",
                error.said()
            ));
        }
    }

    /// No mint is under way any more. That a leaked key is still to be replaced stays written.
    pub(super) async fn settle_intent(&self, user: &User) -> Result<(), AwsError> {
        let (iam, name, owed) = (&self.writers.iam, &user.name, (INTENT.to_owned(), OWED.to_owned()));
        if user.tags.replacing_a_leak() {
            iam.tag(name, &[owed]).await
        } else if iam.untag(name, &[INTENT.to_owned(), SECRET.to_owned()]).await.is_err() {
            // Written over it is as good as gone, and a later run tidies it.
            iam.tag(name, &[owed]).await
        } else {
            Ok(())
        }
    }

    /// A key an earlier run stored: its value is read for the one purpose of proving it.
    pub(super) async fn resume(
        &self,
        user: &User,
        key: &str,
        replaces: Option<&str>,
        facts: &Standing,
        steps: &mut Steps<'_>,
    ) -> Ended {
        let version = naming::version_of(self.terms.account, &user.id, key);
        // Before it is read and used: what this run does itself must never be taken for its owner's doing, even if it dies.
        let about_to = Proof { at: self.moment(), read: true };
        self.writers.iam.tag(&user.name, &[(PROOF.to_owned(), about_to.value(key))]).await?;
        let value = self.readers.store.labelled(&self.secret_of(user), &version, PENDING).await;
        match value.map(|value| value.as_ref().and_then(store::halves)) {
            Ok(Some((id, secret))) if id == key => self.prove(user, key, &secret, steps).await?,
            Ok(_) => return self.give_up(user, key, &version, "its stored value is not this key", steps).await,
            // Whoever may not read it begins anew: the key was handed to nobody.
            Err(error) if matches!(error.kind, Refusal::Denied | Refusal::NotFound) => {
                return self.give_up(user, key, &version, &error.said(), steps).await;
            }
            Err(error) => {
                // Handed out by another run since, it is not what was asked for.
                let versions = self.readers.store.labels(&self.secret_of(user)).await;
                return Err(match versions.map(|versions| proven_since(&versions, &version)) {
                    Ok(true) => Setback::proven_by_another(key),
                    _ => error.into(),
                });
            }
        }
        let proof = Proof { at: self.moment(), read: true };
        self.hand_out(user, (key, proof), replaces, facts, steps).await
    }

    async fn mint(&self, user: &User, steps: &mut Steps<'_>) -> Result<Minted, Setback> {
        match self.writers.iam.create_key(&user.name).await {
            Ok(minted) => {
                steps.push(format!("minted key {}", minted.id));
                Ok(minted)
            }
            // It may have been minted. If so it bears the mark of our intent, and a later run removes it.
            Err(error) if error.may_have_happened() => Err(error.into()),
            Err(error) => {
                self.take_back(user, steps).await;
                if error.kind != Refusal::Quota {
                    return Err(error.into());
                }
                let message = format!("another key was made meanwhile: {}", error.said());
                Err(Setback::Done(Box::new(Done::moved(message))))
            }
        }
    }

    /// Stores the secret half. Where AWS says no and it is not stored either, the key goes again: nobody will ever hold
    /// it. Where nobody knows, it stays: the next run finds it stored and goes on, or finds it nowhere and deletes it.
    async fn keep(&self, user: &User, rotate: &Rotate, minted: &Minted, steps: &mut Steps<'_>) -> Result<(), Setback> {
        let version = naming::version_of(self.terms.account, &user.id, &minted.id);
        let value = Value {
            key: &minted.id,
            secret: &minted.secret,
            user: &user.name,
            account: self.terms.account,
            created_at: minted.created_at,
            previous: rotate.replaces.as_deref(),
        };
        let text = value.text(&self.terms.policy.store);
        let put = || self.writers.store.stage(&rotate.secret, &version, &text);
        // A lost answer may have been a success; the same version with the same value again changes nothing.
        let stored = match put().await {
            Err(error) if error.may_have_happened() || error.kind == Refusal::Throttled => put().await,
            other => other,
        };
        let put_away = format!("stored it in {} as AWSPENDING", rotate.secret);
        let Err(error) = stored else {
            steps.push(put_away);
            return Ok(());
        };
        // The last no may follow on a yes whose answer was lost, to us or to the SDK.
        match self.is_stored(&rotate.secret, &version).await {
            Some(true) => {
                steps.push(put_away);
                return Ok(());
            }
            Some(false) if !error.may_have_happened() => {}
            _ => {
                steps.push(format!("key {} stays: nobody knows whether it was stored; a later run looks", minted.id));
                return Err(error.into());
            }
        }
        match self.writers.iam.delete_key(&user.name, &minted.id).await {
            Ok(()) => {
                steps.push(format!("deleted key {} again: it could not be stored", minted.id));
                self.take_back(user, steps).await;
            }
            Err(stays) => {
                steps.push(format!(
                    "key {} could not be stored and not be deleted; a later run deletes it: {}",
                    minted.id,
                    stays.said()
                ));
                // It may be gone all the same; then the next key that appears is its owner's own.
                let keys = self.readers.iam.keys(&user.name).await;
                if keys.is_ok_and(|keys| keys.iter().all(|key| key.id != minted.id)) {
                    self.take_back(user, steps).await;
                }
            }
        }
        Err(error.into())
    }

    /// Whether `secret` has the version by now; `None` where that cannot be read.
    async fn is_stored(&self, secret: &str, version: &str) -> Option<bool> {
        let versions = self.readers.store.labels(secret).await.ok()?;
        Some(versions.iter().any(|one| one.id == version))
    }

    /// The key works: its version becomes what the secret hands out, and the owner hears of it.
    async fn hand_out(
        &self,
        user: &User,
        (key, proof): (&str, Proof),
        replaces: Option<&str>,
        facts: &Standing,
        steps: &mut Steps<'_>,
    ) -> Ended {
        let (store, name) = (&self.writers.store, self.secret_of(user));
        let version = naming::version_of(self.terms.account, &user.id, key);
        let versions = self.readers.store.labels(&name).await?;
        let holder = versions.iter().find(|one| one.has(CURRENT)).map(|one| one.id.clone());
        if holder.as_deref() != Some(&version) {
            store.promote(&name, &version, holder.as_deref()).await?;
        }
        if versions.iter().any(|one| one.id == version && one.has(PENDING)) {
            store.drop_pending(&name, &version).await?;
        }
        steps.push("handed it out as AWSCURRENT");
        // The console keeps a key's description in a tag named as the key.
        let description = replaces.and_then(|old| user.tags.get(old)).filter(|_| user.tags.get(key).is_none());
        let description = description.map(|text| (key.to_owned(), text.to_owned()));
        // It counts beside the notice only; where nobody can be told, it is not worth a call.
        let proof = self.terms.announces.then(|| (PROOF.to_owned(), proof.value(key)));
        let tags = description.into_iter().chain(proof).collect();
        let untold = self.tell(user, KeyNotice::Rotated, (key, replaces), facts, tags, steps).await?;
        if untold.is_none() {
            self.writers.iam.untag(&user.name, &[INTENT.to_owned()]).await?;
        }
        Ok(untold)
    }

    /// Begins anew where a stored key cannot be proven: it goes, if nobody ever used it.
    async fn give_up(&self, user: &User, key: &str, version: &str, why: &str, steps: &mut Steps<'_>) -> Ended {
        // AWS's word of a last use comes late: what is handed out may be in use already.
        let versions = self.readers.store.labels(&self.secret_of(user)).await?;
        let stored = versions.iter().find(|one| one.id == version);
        if proven_since(&versions, version) {
            return Err(Setback::proven_by_another(key));
        }
        if let Some(by) = is_somebodys(stored, &self.readers.iam.last_used(key).await?.0) {
            let message = format!("key {key} is stored, cannot be proven, and {by}: {why}");
            let fix =
                "find out who uses it; then delete it, or take AWSPENDING from its version if it is meant to stay";
            return Err(Setback::Done(Box::new(Done::failed(
                Vec::new(),
                Reason::new(&codes::NOT_PROVEN, message, fix),
            ))));
        }
        self.writers.iam.delete_key(&user.name, key).await?;
        steps.push(format!("deleted key {key}, which was handed to nobody: {why}"));
        self.writers.store.drop_pending(&self.secret_of(user), version).await?;
        if user.tags.get(INTENT).is_some() {
            self.settle_intent(user).await?;
        }
        let message =
            format!("the key an earlier run stored could not be proven, and the next run mints another: {why}");
        Ok(Some(Reason::plain(&codes::BEGUN_ANEW, message)))
    }

    pub(super) fn secret_of(&self, user: &User) -> String {
        let by_name = || naming::secret_name(&self.terms.policy.store.prefix, &user.name);
        match user.secret.known() {
            Some(Some(secret)) => secret.name.clone(),
            _ => by_name(),
        }
    }
}

/// What says that somebody may live by a key that is stored as `stored`, if anything does.
fn is_somebodys(stored: Option<&Version>, last_used: &LastUsed) -> Option<&'static str> {
    if stored.is_some_and(|one| one.has(CURRENT)) {
        return Some("is what its secret hands out");
    }
    (*last_used != LastUsed::Never).then_some("was used")
}

/// Whether `version`, which was to be proven, is proven by now.
fn proven_since(versions: &[Version], version: &str) -> bool {
    versions.iter().any(|one| one.id == version && !one.has(PENDING))
}

/// What the tag of readers said when the policy was written, as another tag keeps it.
pub(super) fn readers_done(user: &User) -> Option<(String, String)> {
    user.tags.get(READERS).map(|readers| (READERS_DONE.to_owned(), readers.to_owned()))
}

impl Setback {
    /// The reason, for what goes on in spite of it.
    pub(super) fn reason(self) -> Option<Reason> {
        let done = match self {
            Self::Error(error) => Done::stopped_by(&error, Vec::new()),
            Self::Done(done) => *done,
        };
        done.reason
    }

    fn proven_by_another(key: &str) -> Self {
        Self::Done(Box::new(Done::moved(format!("key {key} was proven by another run meanwhile"))))
    }

    pub(super) fn unproven(key: &str, error: &AwsError) -> Self {
        let message = format!(
            "key {key} is stored and did not work within a minute; the next run goes on with it, and the old key works: {}",
            error.said()
        );
        let reason = Some(Reason::plain(&codes::NOT_PROVEN, message));
        Self::Done(Box::new(Done { outcome: Outcome::Deferred, steps: Vec::new(), reason }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::iam::Use;

    fn version(labels: &[&str]) -> Version {
        let labels = labels.iter().map(|&label| label.to_owned()).collect();
        Version { id: "v".to_owned(), labels, created_at: None, last_accessed: None }
    }

    #[test]
    fn a_key_that_somebody_may_live_by_is_not_given_up() {
        let at = "2026-11-21T02:00:00Z".parse().unwrap();
        let used = LastUsed::At(Use { at, service: "s3".to_owned(), region: "eu-west-1".to_owned() });
        let pending = version(&[PENDING]);
        assert_eq!(is_somebodys(Some(&pending), &LastUsed::Never), None);
        assert_eq!(is_somebodys(None, &LastUsed::Never), None);
        assert_eq!(is_somebodys(Some(&pending), &used), Some("was used"));
        assert_eq!(
            is_somebodys(None, &LastUsed::Unknown("denied".to_owned())),
            Some("was used"),
            "what nobody knows is no never"
        );
        let handed_out = version(&[PENDING, CURRENT]);
        assert_eq!(is_somebodys(Some(&handed_out), &LastUsed::Never), Some("is what its secret hands out"));
    }

    #[test]
    fn what_lost_its_label_of_being_on_its_way_was_proven_by_another() {
        assert!(!proven_since(&[version(&[PENDING])], "v"));
        assert!(proven_since(&[version(&[CURRENT])], "v") && proven_since(&[version(&[])], "v"));
        assert!(!proven_since(&[version(&[CURRENT])], "another"));
    }
}
