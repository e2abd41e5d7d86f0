//! Making sure of the place the secret half of a key goes to, before there is one: that it is there, can be written, and is read
//! by nobody but those who may.

use super::mint::readers_done;
use super::{Applier, Ended, Setback};
use crate::domains::keys::naming;
use crate::domains::keys::tags::{READERS_DONE, USER_ID};
use crate::jobs::key_rotation::codes;
use crate::jobs::key_rotation::model::User;
use crate::jobs::key_rotation::plan::Rotate;
use crate::jobs::key_rotation::readers;
use crate::jobs::key_rotation::store::{self, EMPTY, Fault, PLACEHOLDER, Principals};
use crate::report::Reason;
use crate::run::{Done, Steps};
use crate::secret::Secret;
use crate::services::aws::AwsError;
use crate::services::secrets::NewSecret;

impl Applier<'_> {
    pub(super) async fn prepare(&self, user: &User, rotate: &Rotate, steps: &mut Steps<'_>) -> Result<(), Setback> {
        let (store, name) = (&self.writers.store, rotate.secret.as_str());
        if matches!(user.secret.known(), Some(None)) {
            self.make(user, name, steps).await?;
            return self.write_policy(user, name, None).await;
        }
        if rotate.restore {
            store.restore(name).await?;
            steps.push(format!("restored secret {name}"));
        }
        // Nothing changes where it is there already, and that it can be written is shown.
        let placeholder = naming::placeholder_of(self.terms.account, &user.id);
        let empty = Secret::new(PLACEHOLDER.to_owned());
        let (policy, put) =
            futures::join!(self.readers.store.policy(name), store.put(name, &placeholder, &empty, EMPTY));
        put?;
        self.write_policy(user, name, policy?.as_deref()).await
    }

    /// Makes the secret of `user`, with no key in it.
    pub(super) async fn make(&self, user: &User, name: &str, steps: &mut Steps<'_>) -> Result<(), AwsError> {
        let policy = &self.terms.policy.store;
        let new = NewSecret {
            name,
            description: &format!("Access key of IAM user {}, rotated by nightshift", user.name),
            value: &Secret::new(PLACEHOLDER.to_owned()),
            version: &naming::placeholder_of(self.terms.account, &user.id),
            kms_key: policy.kms_key.as_deref(),
            replicas: &policy.replicas,
            tag: (USER_ID, &user.id),
        };
        self.writers.store.create(new).await?;
        steps.push(format!("made secret {name}"));
        Ok(())
    }

    /// Says who may read it, beside what others have said in `before`.
    pub(super) async fn write_policy(&self, user: &User, name: &str, before: Option<&str>) -> Result<(), Setback> {
        let readers = readers::of(user, self.terms.policy);
        let principals =
            Principals { owner: &user.arn, owner_id: &user.id, readers: &readers, rotator: self.writers.rotator };
        let document = store::document(principals, before).map_err(|fault| refused(name, &fault))?;
        let is_so = before.is_some_and(|before| {
            serde_json::from_str(before).is_ok_and(|before: serde_json::Value| before == document)
        });
        if !is_so {
            self.writers.store.set_policy(name, &document).await?;
        }
        Ok(())
    }

    /// Lets those read it whom the tag names by now.
    pub(super) async fn let_read(&self, user: &User, name: &str, steps: &mut Steps<'_>) -> Ended {
        let before = self.readers.store.policy(name).await?;
        self.write_policy(user, name, before.as_deref()).await?;
        match readers_done(user) {
            Some(tag) => self.writers.iam.tag(&user.name, &[tag]).await?,
            None => self.writers.iam.untag(&user.name, &[READERS_DONE.to_owned()]).await?,
        }
        steps.push(format!("wrote who may read secret {name}"));
        Ok(None)
    }
}

fn refused(secret: &str, fault: &Fault) -> Setback {
    let reason = match fault {
        Fault::Open { statement } => Reason::new(
            &codes::POLICY_OPEN,
            format!("the policy of secret {secret} lets everybody in ('{statement}'), so no key is put into it"),
            "take that statement out of the secret's resource policy; the next run goes on",
        ),
        Fault::SidTaken { statement } => Reason::new(
            &codes::POLICY_SID_TAKEN,
            format!(
                "the policy of secret {secret} has a statement '{statement}' that is not as this tool writes it, so nothing is written over it"
            ),
            "give that statement another Sid, or take it out; the next run goes on",
        ),
        Fault::Unreadable { said } => Reason::new(
            &codes::POLICY_UNREADABLE,
            format!("the policy of secret {secret} cannot be read ({said}), so nothing is written over it"),
            "mend or delete the secret's resource policy; the next run goes on",
        ),
    };
    Setback::Done(Box::new(Done::failed(Vec::new(), reason)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Code, Outcome};

    #[test]
    fn a_policy_that_is_open_taken_or_unreadable_stops_what_would_put_a_key_behind_it() {
        let statement = || "Team".to_owned();
        let table: [(Fault, &Code); 3] = [
            (Fault::Open { statement: statement() }, &codes::POLICY_OPEN),
            (Fault::SidTaken { statement: statement() }, &codes::POLICY_SID_TAKEN),
            (Fault::Unreadable { said: "EOF".to_owned() }, &codes::POLICY_UNREADABLE),
        ];
        for (fault, code) in table {
            let Setback::Done(done) = refused("/x", &fault) else { panic!("it ends the item") };
            assert_eq!(done.outcome, Outcome::Failed);
            assert!(done.reason.is_some_and(|reason| reason.is(code) && reason.message.contains("/x")));
        }
    }
}
