//! Makes one user what it should be. The order is what makes a crash harmless: a password is stored before the database
//! has it, and is the current one only after a login with it was seen to work.

use super::stop::Stop;
use super::{Applier, SqlError};
use crate::domains::databases::{Content, OWNER_TAG, Strategy, owner_tag_value};
use crate::jobs::db_users::codes;
use crate::jobs::db_users::observe::{Kept, shape_of};
use crate::jobs::db_users::plan::{Change, RotationStep, SecretPlan, SecretStep, TagStep};
use crate::report::{self, Reason};
use crate::run::Steps;
use crate::secret::Secret;
use crate::services::secrets::{CURRENT, NewSecret, PENDING};
use crate::services::sql::{self, Engine, Trial};

impl Applier<'_> {
    pub(super) async fn change(&mut self, change: &Change, steps: &mut Steps<'_>) -> Result<(), Stop> {
        if !change.lock.is_empty() {
            self.transaction(&change.lock, None).await?;
            steps.extend(change.lock.iter().map(ToString::to_string));
        }
        if let Some(SecretPlan { name, .. }) =
            change.secret.as_ref().filter(|secret| secret.rotation == RotationStep::Off)
        {
            // First, so that no step of it begins behind what is tried and decided here.
            self.writer.cancel_rotation(name).await?;
            steps.push(format!("ended the rotation of secret {name}"));
        }
        if let Some(secret) = change.secret.as_ref().filter(|secret| secret.is_restored()) {
            self.restore(&secret.name, change, steps).await?;
        }
        let password = match &change.secret {
            Some(secret) => {
                let kept = self.kept(&change.user);
                self.store(&change.user, secret, kept, steps).await?
            }
            None => None,
        };
        // Where each statement is for good by itself, each is on record by itself.
        let at_once = if self.way.request.engine == Engine::Postgres { change.statements.len() } else { 1 };
        for statements in change.statements.chunks(at_once.max(1)) {
            self.transaction(statements, password.as_ref()).await?;
            steps.extend(statements.iter().map(ToString::to_string));
        }
        let Some(secret) = &change.secret else { return Ok(()) };
        if secret.proves_login()
            && let Some(password) = &password
        {
            self.prove(secret, password).await?;
            steps.push(format!("logged in as {}", secret.login));
        }
        self.settle(secret, steps).await
    }

    /// Brings the secret back. From then on its password of old is in it, so the login stays away until there is a new one.
    async fn restore(&mut self, name: &str, change: &Change, steps: &mut Steps<'_>) -> Result<(), Stop> {
        let Err(error) = self.writer.restore(name).await else {
            steps.push(format!("restored secret {name}"));
            return Ok(());
        };
        if !error.may_have_happened() && !change.unlock.is_empty() {
            match self.transaction(&change.unlock, None).await {
                Ok(()) => steps.extend(change.unlock.iter().map(ToString::to_string)),
                Err(error) => steps.push(format!("its login could not be given back: {error}")),
            }
        }
        Err(error.into())
    }

    /// The secret as it has to be before the database hears of a password; answers with that password.
    async fn store(
        &self,
        user: &str,
        secret: &SecretPlan,
        kept: Kept,
        steps: &mut Steps<'_>,
    ) -> Result<Option<Secret>, Stop> {
        let name = &secret.name;
        let shape = shape_of(&self.way.request, self.way, user);
        match &secret.step {
            SecretStep::Keep => Ok(kept.current),
            SecretStep::Promote { .. } => Ok(kept.pending),
            SecretStep::Create { token, kms_key } => {
                let password = self.new_password()?;
                let value = Content::empty().written(&shape, &password);
                let new = NewSecret {
                    name,
                    description: "A database user's login, kept by Nightshift.",
                    value: &value,
                    version: token,
                    kms_key: kms_key.as_deref(),
                    replicas: &[],
                    tag: (OWNER_TAG, &owner_tag_value(user)),
                };
                self.writer.create(new).await?;
                steps.push(format!("created secret {name}"));
                Ok(Some(password))
            }
            SecretStep::Stage { token, new_password, .. } => {
                let password = match kept.current.filter(|_| !new_password) {
                    Some(password) => password,
                    None => self.new_password()?,
                };
                let content = kept.content.unwrap_or_else(Content::empty);
                match self.writer.stage(name, token, &content.written(&shape, &password)).await {
                    Ok(()) => {
                        steps.push(format!("wrote a version of secret {name} as {PENDING}"));
                        Ok(Some(password))
                    }
                    // An earlier run wrote this very version: its password is the one to go on with.
                    Err(error) if error.kind == crate::services::aws::Kind::Exists => {
                        let written = self.reader.value(name, token).await?;
                        Ok(written.as_ref().and_then(Content::read).and_then(|content| content.password()))
                    }
                    Err(error) => Err(error.into()),
                }
            }
        }
    }

    /// Logs in with what is stored.
    async fn prove(&self, secret: &SecretPlan, password: &Secret) -> Result<(), Stop> {
        let login = &secret.login;
        match self.way.endpoint.try_login(login, password, &self.way.request.database).await {
            Trial::Works => Ok(()),
            Trial::Refused | Trial::NotTried | Trial::Expired if !secret.sets_password => {
                let message =
                    format!("the server took the password of {login} and refuses it now; no version was dropped");
                let fix = "nothing: a step of a rotation was under way, and the next run goes by what came of it";
                Err(Stop::failed(Reason::new(&report::codes::CHANGED_SINCE_PLAN, message, fix)))
            }
            Trial::Refused | Trial::NotTried | Trial::Expired => {
                let message = format!("the server refuses the password that was just set for {login}");
                let fix = "see whether somebody else sets it, too, or the role's password has run out (VALID UNTIL)";
                Err(Stop::failed(Reason::new(&sql::codes::LOGIN_REFUSED, message, fix)))
            }
            Trial::Unknown(said) => {
                let error = SqlError::unreachable(format!("logging in as {login}"), said);
                Err(error.into())
            }
        }
    }

    /// What comes after the login was seen to work.
    async fn settle(&self, secret: &SecretPlan, steps: &mut Steps<'_>) -> Result<(), Stop> {
        let name = &secret.name;
        let promoted = match &secret.step {
            SecretStep::Stage { token, restore: true, .. } => {
                // Which version was the current one shows only now that the secret is back.
                let from = self.reader.describe(name).await?.and_then(|found| found.with(CURRENT).map(str::to_owned));
                Some((token, from.filter(|from| from != token)))
            }
            SecretStep::Stage { token, from, .. } => Some((token, from.clone())),
            SecretStep::Promote { version, from } => Some((version, from.clone())),
            SecretStep::Keep | SecretStep::Create { .. } => None,
        };
        if let Some((version, from)) = promoted {
            self.writer.promote(name, version, from.as_deref()).await?;
            steps.push(format!("made version {version} of secret {name} the current one"));
            self.writer.drop_pending(name, version).await?;
        }
        if let Some(version) = &secret.stale_pending {
            self.writer.drop_pending(name, version).await?;
            steps.push(format!("took {PENDING} from version {version} of secret {name}"));
        }
        if let Some(key) = &secret.kms_key {
            self.writer.encrypt_with(name, key).await?;
            steps.push(format!("encrypted secret {name} with {key}"));
        }
        // Before it is rotated by it.
        match secret.tag {
            TagStep::AsIs => {}
            TagStep::Say(strategy) => {
                self.writer.tag(name, Strategy::TAG, strategy.as_str()).await?;
                steps.push(format!("tagged secret {name} with {}={}", Strategy::TAG, strategy.as_str()));
            }
            TagStep::Nothing => {
                self.writer.untag(name, Strategy::TAG).await?;
                steps.push(format!("took the tag {} from secret {name}", Strategy::TAG));
            }
        }
        if let RotationStep::On { function, schedule, immediately } = &secret.rotation {
            self.writer.rotate(name, function, schedule, *immediately).await?;
            steps.push(format!("secret {name} is rotated by {function}, {schedule}"));
        }
        Ok(())
    }

    fn new_password(&self) -> Result<Secret, Stop> {
        Ok(self.policy.passwords.make()?)
    }
}

impl From<getrandom::Error> for Stop {
    fn from(error: getrandom::Error) -> Self {
        let message = format!("the operating system gave no randomness for a password: {error}");
        Self::failed(Reason::new(&codes::NO_RANDOMNESS, message, "run this again"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Outcome;

    #[test]
    fn without_randomness_there_is_no_password_and_a_failure_says_so() {
        let stop = Stop::from(getrandom::Error::UNSUPPORTED);
        assert_eq!((stop.outcome, stop.reason.code.as_ref()), (Outcome::Failed, "no-randomness"));
        assert!(stop.reason.message.contains("gave no randomness for a password: "), "{}", stop.reason.message);
    }
}
