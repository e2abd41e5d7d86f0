//! Does the one step there is.

use super::codes;
use super::gate::{self, Standing};
use super::observe::Vault;
use super::plan::{NewValue, SetPassword, What};
use super::policy::Policy;
use super::request::Request;
use crate::clock;
use crate::domains::databases::{Content, Statement, Words, token_of};
use crate::report::Reason;
use crate::run::{Done, Entry, Ledger, Steps, done};
use crate::secret::Secret;
use crate::services::Permit;
use crate::services::aws::{Aws, AwsError, Kind};
use crate::services::secrets::{CURRENT, PENDING, SecretsReader, SecretsWriter};
use crate::services::sql::{Engine, Session, SqlError, SqlKind};

/// How often a statement that met another session is tried, and for how long each time is waited.
const TRIES: u32 = 5;
const PAUSE: std::time::Duration = std::time::Duration::from_millis(200);

/// Why it went no further.
#[derive(Debug)]
struct Stop(Reason);

impl From<AwsError> for Stop {
    fn from(error: AwsError) -> Self {
        Self(done::verdict(&error).1)
    }
}

impl From<getrandom::Error> for Stop {
    fn from(error: getrandom::Error) -> Self {
        let message = format!("the operating system gave no randomness for a password: {error}");
        Self(Reason::new(&codes::NO_RANDOMNESS, message, "nothing: Secrets Manager tries again"))
    }
}

impl From<SqlError> for Stop {
    fn from(error: SqlError) -> Self {
        Self(Reason::new(error.reason_code(), error.to_string(), error.fix()))
    }
}

/// Everything one step takes.
#[derive(Debug)]
pub(super) struct Hand<'a> {
    permit: &'a Permit,
    policy: &'a Policy,
    request: &'a Request,
    reader: SecretsReader,
    writer: SecretsWriter<'a>,
    vault: &'a mut Vault,
}

impl<'a> Hand<'a> {
    pub(super) fn new(
        aws: &Aws,
        permit: &'a Permit,
        policy: &'a Policy,
        request: &'a Request,
        vault: &'a mut Vault,
    ) -> Self {
        let (reader, writer) =
            (SecretsReader::new(aws, &request.region), SecretsWriter::new(aws, &request.region, permit));
        Self { permit, policy, request, reader, writer, vault }
    }

    pub(super) async fn work(&mut self, what: &What, entry: &Entry, ledger: &Ledger<'_>) -> Done {
        let mut steps = Steps::new(ledger, entry, str::to_owned);
        let done = match what {
            What::Store(new) => self.store(new, &mut steps).await,
            What::Set(set) => self.set(set, &mut steps).await,
            What::HandOut { version, from, edit, note } => {
                let done = self.hand_out(version, from, edit.as_deref(), &mut steps).await;
                done.map(|reason| note.clone().or(reason))
            }
            What::Tidy { version, edit } => self.tidy_and_keep(version, edit.as_deref(), &mut steps).await,
            What::Keep { version, edit } => self.keep(version, edit, &mut steps).await.map(|()| None),
            What::LetGo { version, why } => self.let_go(version, why, &mut steps).await,
        };
        match done {
            Ok(None) => Done::changed(steps.take()),
            Ok(Some(reason)) => Done::but(steps.take(), reason),
            Err(Stop(reason)) => Done::failed(steps.take(), reason),
        }
    }

    async fn store(&mut self, new: &NewValue, steps: &mut Steps<'_>) -> Result<Option<Reason>, Stop> {
        let password = new.passwords.make()?;
        let content = self.vault.contents.remove(&new.from).unwrap_or_else(Content::empty);
        let value = content.of_user(&new.user, &password);
        let name = &self.request.secret;
        match self.put(&new.version, &value, PENDING).await {
            Ok(()) => {
                steps.push(format!("wrote version {} as {PENDING}", new.version));
                Ok(None)
            }
            // Another invocation of the same step was quicker: its password is the one.
            Err(error) if error.kind == Kind::Exists && self.reader.value(name, &new.version).await?.is_some() => {
                let message = format!("version {} got its value from another invocation", new.version);
                Ok(Some(Reason::plain(&codes::STAGED, message)))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn set(&mut self, set: &SetPassword, steps: &mut Steps<'_>) -> Result<Option<Reason>, Stop> {
        let mut statements = Vec::new();
        if let Some((version, statement)) = &set.former {
            statements.extend(self.sendable(set, version, std::slice::from_ref(statement))?);
        }
        statements.extend(self.sendable(set, &set.version, &set.statements)?);
        if !self.is_still_coming().await? {
            let message = format!("another invocation made version {} the current one", set.version);
            return Ok(Some(Reason::plain(&codes::ALREADY_SET, message)));
        }
        let Some(session) = &self.vault.session else {
            return Err(SqlError::unreachable(&*set.by, "the session that was to do it is gone").into());
        };
        // Where each statement is for good by itself, each is on record by itself.
        let at_once = if set.engine == Engine::Postgres { statements.len() } else { 1 };
        for statements in statements.chunks(at_once.max(1)) {
            run(self.permit, session, statements).await?;
            steps.extend(statements.iter().map(|(_, shown)| shown));
        }
        Ok(set.note.clone())
    }

    /// Logins and another run may have been waited for since the secret was read, and the rotation been cancelled and followed by the
    /// next one. A password that is set then is that of a version nobody hands out.
    async fn is_still_coming(&self) -> Result<bool, Stop> {
        let secret = self.reader.describe(&self.request.secret).await?;
        let standing = gate::judge(secret.as_ref(), self.request).map_err(Stop)?;
        Ok(standing == Standing::Coming)
    }

    fn sendable(
        &self,
        set: &SetPassword,
        version: &str,
        statements: &[Statement],
    ) -> Result<Vec<(String, String)>, SqlError> {
        let password = self.vault.contents.get(version).and_then(Content::password);
        Words { engine: set.engine, passwords: &self.policy.passwords, password: password.as_ref() }
            .sendable(statements)
    }

    async fn put(&self, version: &str, value: &Secret, label: &str) -> Result<(), AwsError> {
        let Request { secret, rotation_token, .. } = self.request;
        self.writer.put_for(secret, version, value, label, rotation_token.as_ref()).await
    }

    async fn hand_out(
        &mut self,
        version: &str,
        from: &str,
        edit: Option<&str>,
        steps: &mut Steps<'_>,
    ) -> Result<Option<Reason>, Stop> {
        let name = &self.request.secret;
        if let Err(error) = self.writer.promote(name, version, Some(from)).await {
            // It names the version that the label is to be taken from, and that has it no more.
            if error.code() == Some("InvalidParameterException") {
                let message = format!("{CURRENT} is on version {from} no more: {error}");
                return Err(Stop(Reason::new(&codes::LABEL_MOVED, message, "nothing: Secrets Manager tries again")));
            }
            return Err(error.into());
        }
        steps.push(format!("made version {version} the current one"));
        self.tidy_and_keep(version, edit, steps).await
    }

    async fn tidy_and_keep(
        &mut self,
        version: &str,
        edit: Option<&str>,
        steps: &mut Steps<'_>,
    ) -> Result<Option<Reason>, Stop> {
        let untidy = self.tidy(version, steps).await?;
        if let Some(edit) = edit {
            self.keep(version, edit, steps).await?;
        }
        Ok(untidy)
    }

    /// What somebody wrote while the rotation was on its way, with the login that is handed out by now. Its id follows from both, so
    /// that the same again is the same call.
    async fn keep(&mut self, version: &str, edit: &str, steps: &mut Steps<'_>) -> Result<(), Stop> {
        let handed = self.vault.contents.get(version);
        let login = handed.and_then(|content| Some((content.text("username")?.to_owned(), content.password()?)));
        if let (Some((user, password)), Some(edited)) = (login, self.vault.contents.remove(edit)) {
            let id = token_of(&[&self.request.secret, version, edit, "edit"]);
            self.put(&id, &edited.of_user(&user, &password), CURRENT).await?;
            steps.push(format!(
                "wrote what version {edit} says with the password of {version} as version {id}, {CURRENT}"
            ));
        }
        Ok(())
    }

    /// To Secrets Manager that is a failure: it asked for a version that will not be handed out.
    async fn let_go(&mut self, version: &str, why: &Reason, steps: &mut Steps<'_>) -> Result<Option<Reason>, Stop> {
        self.writer.drop_pending(&self.request.secret, version).await?;
        steps.push(format!("took {PENDING} from version {version}"));
        Err(Stop(why.clone()))
    }

    /// What is handed out needs no label that it is coming. The rotation is complete without it, so that this fails nothing.
    async fn tidy(&mut self, version: &str, steps: &mut Steps<'_>) -> Result<Option<Reason>, Stop> {
        match self.writer.drop_pending(&self.request.secret, version).await {
            Ok(()) => {
                steps.push(format!("took {PENDING} from version {version}"));
                Ok(None)
            }
            Err(error) => Ok(Some(done::verdict(&error).1)),
        }
    }
}

/// Runs `statements`, all or none, again if another session was at the same row at the same moment.
async fn run(permit: &Permit, session: &Session, statements: &[(String, String)]) -> Result<(), SqlError> {
    let mut tries = 1;
    loop {
        let done = match statements {
            [(statement, shown)] => session.run(permit, statement, shown).await,
            all => session.together(permit, all).await,
        };
        match done {
            Err(error) if error.kind == SqlKind::Busy && tries < TRIES => {
                tries += 1;
                clock::sleep(PAUSE).await;
            }
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_randomness_no_value_is_written_and_secrets_manager_is_told() {
        let Stop(reason) = getrandom::Error::UNSUPPORTED.into();
        assert_eq!(reason.code, "no-randomness");
        assert!(reason.message.contains("gave no randomness for a password: "), "{}", reason.message);
    }
}
