//! What has to hold before any step, as AWS's contract has it, and which versions may be tried where. Pure: asked before
//! anything is read that a refusal would make needless, and again by the plan.

use super::codes;
use super::model::{Stored, World};
use super::request::Request;
use crate::domains::databases::{Login, Strategy, names};
use crate::report::Reason;
use crate::services::secrets::{CURRENT, Described, PENDING};
use crate::services::sql::{Engine, SqlError};
use crate::services::tags::Tags;
use crate::text::printable;

/// How far the version of a rotation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is the coming one.
    Coming,
    /// It is handed out, and nothing is left to do.
    Current,
    /// It is handed out, and still says that it is coming.
    Lingering,
}

/// Whether a rotation may begin, whether it is on or not.
pub(super) fn may_begin(secret: Option<&Described>, request: &Request) -> Result<(), Reason> {
    let secret = ours(secret, request)?;
    let Some(other) = secret.with(PENDING).filter(|other| secret.with(CURRENT) != Some(*other)) else { return Ok(()) };
    let message = format!(
        "version {} of secret {} is the coming one: Secrets Manager goes on with that rotation before it begins another",
        printable(other),
        printable(&request.secret)
    );
    let fix = "aws secretsmanager rotate-secret goes on with it at once";
    Err(Reason::new(&codes::PREVIOUS_INCOMPLETE, message, fix))
}

/// Whether the step may be done.
pub(super) fn judge(secret: Option<&Described>, request: &Request) -> Result<Standing, Reason> {
    let secret = ours(secret, request)?;
    standing(secret, request)
}

/// The secret, if it is there and a function may rotate it.
fn ours<'a>(secret: Option<&'a Described>, request: &Request) -> Result<&'a Described, Reason> {
    let id = printable(&request.secret);
    let Some(secret) = secret.filter(|secret| !secret.deleted) else {
        let message = format!("there is no secret {id} in {}, or it is on its way out", request.region);
        return Err(Reason::new(&codes::NO_SUCH_SECRET, message, "check its name, and the Region of the function"));
    };
    if let Some(owner) = &secret.managed_by {
        let message = format!("{} owns secret {id} and rotates it by itself; no function may", printable(owner));
        return Err(Reason::new(&codes::SECRET_MANAGED, message, "leave it to that service"));
    }
    Ok(secret)
}

fn standing(secret: &Described, request: &Request) -> Result<Standing, Reason> {
    let id = printable(&request.secret);
    if !secret.rotation.enabled {
        let fix = "turn it on: 'rotation' in the event of db-users, or aws secretsmanager rotate-secret";
        return Err(Reason::new(&codes::ROTATION_OFF, format!("rotation is not on for secret {id}"), fix));
    }
    let token = printable(&request.token);
    let Some(version) = secret.labelled.iter().find(|version| version.id == request.token) else {
        let message = format!("secret {id} has no labelled version {token}");
        return Err(Reason::new(
            &codes::VERSION_UNKNOWN,
            message,
            "start a rotation: aws secretsmanager rotate-secret",
        ));
    };
    match (version.has(CURRENT), version.has(PENDING)) {
        (true, true) => Ok(Standing::Lingering),
        (true, false) => Ok(Standing::Current),
        (false, true) => Ok(Standing::Coming),
        (false, false) => Err(not_coming(secret, &id, &token)),
    }
}

fn not_coming(secret: &Described, id: &str, token: &str) -> Reason {
    if let Some(other) = secret.with(PENDING).filter(|other| secret.with(CURRENT) != Some(*other)) {
        let other = printable(other);
        let message =
            format!("version {other} of secret {id} is the coming one, and not {token}: that rotation is not complete");
        return Reason::new(&codes::PREVIOUS_INCOMPLETE, message, "let that one end; Secrets Manager tries it again");
    }
    let message = format!("version {token} of secret {id} is not {PENDING}");
    Reason::new(&codes::VERSION_NOT_PENDING, message, "start a rotation: aws secretsmanager rotate-secret")
}

/// The login that stands in a version, or what is wrong with that.
pub(super) fn login<'a>(stored: &'a Stored, request: &Request) -> Result<&'a Login, Reason> {
    stored.login.as_ref().map_err(|problem| {
        let message =
            format!("version {} of secret {} {problem}", printable(&stored.version), printable(&request.secret));
        Reason::new(&codes::SECRET_MALFORMED, message, "mend the value of the secret")
    })
}

/// The current version, which every step but the last goes by.
pub(super) fn current<'a>(current: Option<&'a Stored>, request: &Request) -> Result<(&'a Stored, &'a Login), Reason> {
    let stored = current.ok_or_else(|| no_current(request))?;
    Ok((stored, login(stored, request)?))
}

/// Nobody knows whose password this is.
pub(super) fn no_current(request: &Request) -> Reason {
    let message =
        format!("no version of secret {} is {CURRENT}, or that one holds no text", printable(&request.secret));
    Reason::new(&codes::NO_CURRENT, message, "put a value with AWSCURRENT into it")
}

/// The coming version's value. After `createSecret` there is one.
pub(super) fn pending<'a>(pending: Option<&'a Stored>, request: &Request) -> Result<(&'a Stored, &'a Login), Reason> {
    let Some(stored) = pending else {
        let message = format!(
            "version {} of secret {} has no value, or none that Secrets Manager shows yet",
            printable(&request.token),
            printable(&request.secret)
        );
        let fix = "nothing: Secrets Manager begins anew with createSecret";
        return Err(Reason::new(&codes::NO_PENDING_VALUE, message, fix));
    };
    let login = login(stored, request).map_err(|reason| {
        Reason::new(&codes::SECRET_MALFORMED, reason.message, "remove AWSPENDING from that version and rotate again")
    })?;
    Ok((stored, login))
}

/// Whether the coming login is one of the current server's, and of the user whose turn it is: a password goes nowhere else.
pub(super) fn may_follow(
    pending: &Login,
    current: &Login,
    strategy: Strategy,
    request: &Request,
) -> Result<(), Reason> {
    let fix = "see who wrote the coming version; remove AWSPENDING from it and rotate again";
    if !pending.is_of_server_of(current) {
        let place = |login: &Login| format!("{} at {}:{}", login.engine, printable(&login.host), login.port);
        let message = format!(
            "the coming version of secret {} is of {}, and the current one of {}; no password was sent to either",
            printable(&request.secret),
            place(pending),
            place(current),
        );
        return Err(Reason::new(&codes::OTHER_SERVER, message, fix));
    }
    let wanted = next_user(current, strategy);
    if pending.user != wanted {
        let message = format!(
            "the coming version of secret {} is of user {}, and it is the turn of {}",
            printable(&request.secret),
            printable(&pending.user),
            printable(&wanted),
        );
        return Err(Reason::new(&codes::OTHER_USER, message, fix));
    }
    Ok(())
}

/// Whose password comes next.
pub(super) fn next_user(current: &Login, strategy: Strategy) -> String {
    match strategy {
        Strategy::Alternating => names::other_of(&current.user),
        Strategy::Single | Strategy::Dual => current.user.clone(),
    }
}

/// How the secret is rotated, where it can be so.
pub(super) fn strategy(secret: Option<&Described>, login: &Login, request: &Request) -> Result<Strategy, Reason> {
    let nothing = Tags::default();
    let strategy = Strategy::of(secret.map_or(&nothing, |secret| &secret.tags), login);
    let strategy = strategy.map_err(|said| bad_tag(&said, request))?;
    let why = match (strategy, login.engine) {
        (Strategy::Alternating, _) if login.master.is_none() => "it names no master's secret (masterarn)".to_owned(),
        (Strategy::Single | Strategy::Alternating, _) | (Strategy::Dual, Engine::Mysql) => return Ok(strategy),
        (Strategy::Dual, engine) => format!("a login of {engine} has no second password"),
    };
    let message = format!(
        "secret {} asks for {}, and {why}; nothing else is done in its place",
        printable(&request.secret),
        strategy.as_str()
    );
    let fix = format!("set its tag {} to {}", Strategy::TAG, Strategy::Single.as_str());
    Err(Reason::new(&codes::STRATEGY_UNAVAILABLE, message, fix))
}

pub(super) fn bad_tag(said: &str, request: &Request) -> Reason {
    let message = format!("of secret {}, {said}", printable(&request.secret));
    Reason::new(&codes::BAD_TAG, message, "correct the tag")
}

/// Whether the server is the one whose passwords this makes: `MySQL` and `MariaDB` speak alike, and each takes what is made for the
/// other for something else.
pub(super) fn speaks(world: &World, engine: Engine) -> Result<(), Reason> {
    if engine == Engine::Postgres {
        return Ok(());
    }
    match &world.speaks {
        Some(Ok(found)) if *found == engine => Ok(()),
        Some(Ok(found)) => {
            let message = format!(
                "the secret's engine is {engine}, and its server is {found}; no password was sent to it to be set"
            );
            Err(Reason::new(
                &codes::OTHER_ENGINE,
                message,
                "correct 'engine' in the secret; the next rotation goes by it",
            ))
        }
        Some(Err(error)) => Err(of_server(error)),
        None => Err(of_server(&SqlError::unreachable("asking what the server is", "nobody looked"))),
    }
}

/// A login that no version of the secret shows to be its own.
pub(super) fn not_known(login: &str) -> Reason {
    let message = format!(
        "the server has a login {login} that no version of the secret was handed out for: it is somebody else's"
    );
    let fix = "drop or rename it, or rotate as single-user; if it is the pair's, store its name and password in the secret once";
    Reason::new(&codes::CLONE_NOT_OURS, message, fix)
}

/// What came of an attempt to log in that was no verdict on the password.
pub(super) fn of_login(error: &SqlError) -> Reason {
    if !error.is_about_database() {
        return of_server(error);
    }
    let fix = "write the database that the login works in into 'dbname' of the secret; without one it is postgres";
    Reason::new(&codes::NO_DATABASE, error.to_string(), fix)
}

/// What the server, or the way to it, said.
pub(super) fn of_server(error: &SqlError) -> Reason {
    Reason::new(error.reason_code(), error.to_string(), error.fix())
}

/// Whether a version of old may be tried in the place of the current one.
pub(super) fn may_be_tried(stored: &Stored, current: &Login) -> bool {
    stored.login.as_ref().is_ok_and(|login| login.is_of_server_of(current) && login.user == current.user)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::secret_rotation::model::Tried;

    #[test]
    fn a_version_of_old_is_tried_at_the_same_door_by_the_same_user_alone() {
        let login = |host: &str, user: &str| Login {
            engine: Engine::Postgres,
            host: host.to_owned(),
            port: 5432,
            user: user.to_owned(),
            database: None,
            tls_name: None,
            master: None,
        };
        let current = login("db.example", "app");
        let stored = |login| Stored { version: "v".to_owned(), login, tried: Tried::Not };
        assert!(may_be_tried(&stored(Ok(login("db.example", "app"))), &current));
        assert!(!may_be_tried(&stored(Ok(login("other.example", "app"))), &current), "a password of another server");
        assert!(!may_be_tried(&stored(Ok(login("db.example", "other"))), &current), "a password of another user");
    }
}
