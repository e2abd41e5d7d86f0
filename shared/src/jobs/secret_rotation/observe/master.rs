//! As the master user: what it sees of a pair, and the session that changes it. Everybody else who changes users on this server is
//! kept out first.

use super::logins::{DEFAULT, Door};
use super::{accounts, pair};
use crate::domains::databases::Login;
use crate::domains::databases::names::base_of;
use crate::jobs::secret_rotation::model::{Pair, Tried};
use crate::jobs::secret_rotation::{codes, gate};
use crate::report::{Mode, Reason};
use crate::run::done;
use crate::secret::Secret;
use crate::servers::master::{self, Asked, Master, MasterFault};
use crate::services::rds::RdsReader;
use crate::services::secrets::SecretsReader;
use crate::services::sql::Session;
use crate::text::printable;

/// See the module. `host` is the host part of the current account, where accounts have one.
pub(super) async fn look(
    door: &Door,
    (secrets, rds): (&SecretsReader, &RdsReader),
    current: &Login,
    host: Option<&str>,
    mode: Mode,
) -> Result<(Pair, Session), Reason> {
    let session = match log_in(door, secrets, rds, current).await {
        // RDS may have rotated its password between the reading and the login.
        Err(Some(reason)) => return Err(reason),
        Err(None) => log_in(door, secrets, rds, current).await.map_err(|reason| reason.unwrap_or_else(refused))?,
        Ok(session) => session,
    };
    if mode == Mode::Apply {
        // Before anything is read: what two runs decide from the same sight, both do.
        session.lock().await.map_err(|error| gate::of_server(&error))?;
    }
    let base = base_of(&current.user);
    let pair = match &session {
        Session::Postgres(session) => pair::of(session, base).await.map(Pair::Roles),
        Session::Mysql(session) => accounts::of(session, current.engine, base, host.unwrap_or("%"))
            .await
            .map(|accounts| Pair::Accounts(Box::new(accounts))),
    };
    Ok((pair.map_err(|error| gate::of_server(&error))?, session))
}

/// `Err(None)` is the server's no to the password.
async fn log_in(
    door: &Door,
    secrets: &SecretsReader,
    rds: &RdsReader,
    current: &Login,
) -> Result<Session, Option<Reason>> {
    let secret = current.master.as_deref().unwrap_or_default();
    let asked = Asked { secret, host: &current.host, named_by: "'masterarn' in the secret" };
    let read = master::read(asked, secrets, rds).await;
    let Master { user, password, tls_name, port, .. } = read.map_err(|fault| {
        Some(match fault {
            MasterFault::Aws(error) => done::verdict(&error).1,
            MasterFault::Refused(why) => Reason::new(&codes::MASTER_UNFIT, why, "correct 'masterarn' in the secret"),
        })
    })?;
    if port.is_some_and(|port| port != current.port) {
        let message = format!(
            "the master secret {} is of another server: that one listens at port {}, and this secret's at {}; the master's \
             password was sent nowhere",
            printable(secret),
            port.unwrap_or_default(),
            current.port
        );
        return Err(Some(Reason::new(&codes::MASTER_UNFIT, message, "correct 'masterarn' or 'port' in the secret")));
    }
    // What the server has to prove to the master is not for whoever writes this secret to say.
    let login = Login { user, tls_name, database: Some(DEFAULT.to_owned()), ..current.clone() };
    as_master(door, &login, &password).await
}

async fn as_master(door: &Door, login: &Login, password: &Secret) -> Result<Session, Option<Reason>> {
    match door.open(login, password).await {
        (_, Some(session)) => Ok(session),
        (Tried::Failed(error), None) => Err(Some(gate::of_server(&error))),
        (_, None) => Err(None),
    }
}

fn refused() -> Reason {
    let message = "the server refuses the master user its password, read twice";
    Reason::new(&codes::MASTER_UNFIT, message, "correct the master's secret, or 'masterarn' in this one")
}
