//! The four steps.

use super::action::{NewValue, SetPassword, What};
use super::{Decision, Terms};
use crate::domains::databases::{Login, PasswordPolicy, Statement, Strategy, names};
use crate::jobs::secret_rotation::model::{Stored, Tried, World};
use crate::jobs::secret_rotation::request::Request;
use crate::jobs::secret_rotation::{codes, gate};
use crate::report::Reason;
use crate::services::secrets::{CURRENT, Described};
use crate::services::sql::{Engine, SqlError, ident};
use crate::services::tags::Tags;
use crate::text::printable;

/// `createSecret`. The same token again makes no other password.
pub(super) fn create(world: &World, terms: Terms<'_>) -> Result<Decision, Reason> {
    let request = terms.request;
    let (stored, current) = gate::current(world.current.as_ref(), request)?;
    let tags = tags(world);
    strategy(&tags, current, request)?;
    may_be_rotated(current, terms)?;
    if world.pending.is_some() {
        let (_, coming) = gate::pending(world.pending.as_ref(), request)?;
        gate::may_follow(coming, current, request)?;
        let message = format!("version {} has its value", printable(&request.token));
        return Ok(Decision::Right(Reason::plain(&codes::STAGED, message)));
    }
    Ok(Decision::Do(What::Store(NewValue {
        version: request.token.clone(),
        from: stored.version.clone(),
        user: current.user.clone(),
        passwords: passwords(&tags, current.engine, terms)?,
    })))
}

/// `setSecret`. The login sets its own password, with whichever the server takes.
pub(super) fn set(world: &World, terms: Terms<'_>) -> Result<Decision, Reason> {
    let request = terms.request;
    let (_, current) = gate::current(world.current.as_ref(), request)?;
    let (pending, coming) = gate::pending(world.pending.as_ref(), request)?;
    gate::may_follow(coming, current, request)?;
    strategy(&tags(world), current, request)?;
    may_be_rotated(current, terms)?;
    match &pending.tried {
        Tried::Works => {
            let message = format!("the server takes the coming password of {}", printable(&coming.user));
            return Ok(Decision::Right(Reason::plain(&codes::ALREADY_SET, message)));
        }
        Tried::Failed(error) => return Err(of_server(error)),
        Tried::Not | Tried::Refused => {}
    }
    let rest = [("current", &world.current), ("previous", &world.previous)];
    let rest = rest.into_iter().filter_map(|(which, stored)| stored.as_ref().map(|stored| (which, stored)));
    for (which, stored) in rest.chain(world.left_over.iter().map(|stored| ("left-over", stored))) {
        match &stored.tried {
            Tried::Works => return Ok(Decision::Do(by_itself(current, request, which, stored))),
            Tried::Failed(error) => return Err(of_server(error)),
            Tried::Not | Tried::Refused => {}
        }
    }
    let message = format!(
        "the server {} refuses {} the coming password, the current one and those before",
        printable(&current.host),
        printable(&current.user)
    );
    let fix = format!("set its password to that of {CURRENT}; db-users does it");
    Err(Reason::new(&codes::NO_PASSWORD_WORKS, message, fix))
}

fn by_itself(login: &Login, request: &Request, which: &str, stored: &Stored) -> What {
    let before = match login.engine {
        Engine::Postgres => format!("ALTER ROLE {} PASSWORD ", ident(&login.user)),
        // Of the one who is logged in: that takes no right.
        Engine::Mysql => "ALTER USER USER() IDENTIFIED BY ".to_owned(),
        Engine::Mariadb => "SET PASSWORD = ".to_owned(),
    };
    What::Set(SetPassword {
        version: request.token.clone(),
        user: login.user.clone(),
        engine: login.engine,
        by: format!("as {}, by its {which} password (version {})", printable(&login.user), stored.version),
        statements: vec![Statement::Password { before, after: String::new() }],
    })
}

/// `testSecret`. It stands alone: Secrets Manager calls it by itself to try a configuration.
pub(super) fn test(world: &World, terms: Terms<'_>) -> Result<Decision, Reason> {
    let (pending, coming) = gate::pending(world.pending.as_ref(), terms.request)?;
    match &pending.tried {
        Tried::Works => {
            let message = format!("{} logs in with the coming password", printable(&coming.user));
            Ok(Decision::Right(Reason::plain(&codes::TESTED, message)))
        }
        Tried::Failed(error) => Err(of_server(error)),
        Tried::Not | Tried::Refused => {
            let (host, user) = (printable(&coming.host), printable(&coming.user));
            let message = format!("the server {host} refuses {user} the coming password");
            Err(Reason::new(&codes::TEST_FAILED, message, "see who else sets it; Secrets Manager tries again"))
        }
    }
}

/// `finishSecret`. A version without a value is never handed out.
pub(super) fn finish(world: &World, terms: Terms<'_>) -> Result<Decision, Reason> {
    let request = terms.request;
    gate::pending(world.pending.as_ref(), request)?;
    let from = world.secret.as_ref().and_then(|secret| secret.with(CURRENT));
    let from = from.ok_or_else(|| gate::no_current(request))?;
    Ok(Decision::Do(What::HandOut { version: request.token.clone(), from: from.to_owned() }))
}

fn tags(world: &World) -> Tags {
    world.secret.as_ref().map(|secret: &Described| secret.tags.clone()).unwrap_or_default()
}

/// What the server, or the way to it, said.
fn of_server(error: &SqlError) -> Reason {
    Reason::new(error.reason_code(), error.to_string(), error.fix())
}

fn may_be_rotated(login: &Login, terms: Terms<'_>) -> Result<(), Reason> {
    let user = printable(&login.user);
    if let Some(pattern) = terms.policy.protected.find([&login.user]) {
        let message = format!("{user} is protected by '{}' of NIGHTSHIFT_PROTECTED", printable(pattern));
        let fix = "turn its rotation off, or take it out of the variable";
        return Err(Reason::new(&codes::PROTECTED, message, fix));
    }
    if let Some(fault) = names::fault_of_user(&login.user, login.engine, false) {
        let message = format!("the password of {user} is not rotated: {fault}");
        return Err(Reason::new(&codes::NAME_UNFIT, message, "rotate another user's secret"));
    }
    Ok(())
}

fn strategy(tags: &Tags, login: &Login, request: &Request) -> Result<Strategy, Reason> {
    let strategy = Strategy::of(tags, login).map_err(|said| bad_tag(&said, request))?;
    if strategy == Strategy::Single {
        return Ok(strategy);
    }
    let message = format!(
        "secret {} asks for {}, which this version cannot do; nothing else is done in its place",
        printable(&request.secret),
        strategy.as_str()
    );
    let fix = format!("set its tag {} to {}", Strategy::TAG, Strategy::Single.as_str());
    Err(Reason::new(&codes::STRATEGY_UNAVAILABLE, message, fix))
}

fn bad_tag(said: &str, request: &Request) -> Reason {
    let message = format!("of secret {}, {said}", printable(&request.secret));
    Reason::new(&codes::BAD_TAG, message, "correct the tag")
}

/// As the secret's tags say, else as the function's variables do, and never longer than the engine takes.
fn passwords(tags: &Tags, engine: Engine, terms: Terms<'_>) -> Result<PasswordPolicy, Reason> {
    let policy = &terms.policy.passwords;
    policy.by_tags(tags, engine).map_err(|said| bad_tag(&said, terms.request))
}
