//! The four steps.

use super::action::{Action, NewValue, Rehearsal, SetPassword, What};
use super::{Decision, Terms, accounts, pair};
use crate::domains::databases::{Login, PasswordPolicy, Statement, Strategy, names};
use crate::jobs::secret_rotation::model::{Pair, Rights, Second, Stored, Tried, World};
use crate::jobs::secret_rotation::request::Request;
use crate::jobs::secret_rotation::{codes, gate};
use crate::report::Reason;
use crate::run::plan::Act as _;
use crate::services::Read;
use crate::services::secrets::CURRENT;
use crate::services::sql::{Engine, ident};
use crate::services::tags::Tags;
use crate::text::printable;

/// `createSecret`. The same token again makes no other password.
pub(super) fn create(world: &World, terms: Terms<'_>) -> Result<Decision, Reason> {
    let request = terms.request;
    let (stored, current) = gate::current(world.current.as_ref(), request)?;
    let strategy = gate::strategy(world.secret.as_ref(), current, request)?;
    may_be_rotated(current, strategy, terms)?;
    if world.pending.is_some() {
        let (_, coming) = gate::pending(world.pending.as_ref(), request)?;
        if !world.edited {
            gate::may_follow(coming, current, strategy, request)?;
        }
        let message = format!("version {} has its value", printable(&request.token));
        return Ok(Decision::Right(Reason::plain(&codes::STAGED, message)));
    }
    if strategy == Strategy::Alternating {
        no_proxy(&world.proxies, request)?;
    }
    Ok(Decision::Do(What::Store(NewValue {
        version: request.token.clone(),
        from: stored.version.clone(),
        user: gate::next_user(current, strategy),
        passwords: passwords(world, current.engine, terms)?,
    })))
}

/// `setSecret`. The login sets its own password, with whichever the server takes.
pub(super) fn set(world: &World, terms: Terms<'_>) -> Result<Decision, Reason> {
    let request = terms.request;
    let (_, current) = gate::current(world.current.as_ref(), request)?;
    let (pending, coming) = gate::pending(world.pending.as_ref(), request)?;
    let strategy = gate::strategy(world.secret.as_ref(), current, request)?;
    if let Err(refused) = gate::may_follow(coming, current, strategy, request) {
        return overtaken(world, coming, refused, request).map(|let_go| match let_go {
            Some(what) => Decision::Do(what),
            None => Decision::Right(already_set(coming)),
        });
    }
    may_be_rotated(current, strategy, terms)?;
    match &pending.tried {
        _ if strategy == Strategy::Alternating => {}
        Tried::Works => return Ok(Decision::Right(already_set(coming))),
        Tried::Failed(error) => return Err(gate::of_login(error)),
        Tried::Not | Tried::Refused => {}
    }
    let set = setting(world, current, coming, strategy, request)?;
    if set.statements.is_empty() {
        let message =
            format!("the server takes the coming password of {}, whose rights are in order", printable(&coming.user));
        return Ok(Decision::Right(Reason::plain(&codes::ALREADY_SET, message)));
    }
    Ok(Decision::Do(What::Set(set)))
}

fn already_set(coming: &Login) -> Reason {
    let message = format!("the server takes the coming password of {}", printable(&coming.user));
    Reason::plain(&codes::ALREADY_SET, message)
}

/// The coming version is not of the server or the user that the current one says. Where somebody wrote the current one anew, and
/// that one works, the coming one is let go; where it works no more and the coming one does, nothing is in the way of that.
fn overtaken(world: &World, coming: &Login, refused: Reason, request: &Request) -> Result<Option<What>, Reason> {
    let tried = |stored: &Option<Stored>| stored.as_ref().map_or(Tried::Not, |stored| stored.tried.clone());
    if !world.edited {
        return Err(refused);
    }
    match (tried(&world.current), tried(&world.pending)) {
        (Tried::Works, _) => {
            let (id, version) = (printable(&request.secret), request.token.clone());
            let message = format!(
                "somebody wrote secret {id} anew while version {version}, of {}, was the coming one: what they wrote works, and that \
                 version is let go",
                printable(&coming.user)
            );
            let fix = "nothing: the next rotation begins with it; aws secretsmanager rotate-secret begins one at once";
            Ok(Some(What::LetGo { version, why: Reason::new(&codes::EDITED_MEANWHILE, message, fix) }))
        }
        (Tried::Failed(error), _) => Err(gate::of_login(&error)),
        (Tried::Refused, Tried::Works) => Ok(None),
        (Tried::Refused | Tried::Not, _) => Err(refused),
    }
}

/// What somebody wrote into the version before, that is handed out no more.
pub(super) fn edit_of_before(world: &World) -> Option<String> {
    world.previous.as_ref().filter(|_| world.edited).map(|stored| stored.version.clone())
}

/// What gives the server the password of `coming`.
fn setting(
    world: &World,
    current: &Login,
    coming: &Login,
    strategy: Strategy,
    request: &Request,
) -> Result<SetPassword, Reason> {
    if strategy == Strategy::Alternating {
        return by_the_master(world, current, coming, request);
    }
    let rest = [("current", &world.current), ("previous", &world.previous)];
    let rest = rest.into_iter().filter_map(|(which, stored)| stored.as_ref().map(|stored| (which, stored)));
    for (which, stored) in rest.chain(world.left_over.iter().map(|stored| ("left-over", stored))) {
        match &stored.tried {
            Tried::Works => {
                gate::speaks(world, current.engine)?;
                return Ok(keeping(by_itself(current, request, which, stored), strategy, world, stored));
            }
            Tried::Failed(error) => return Err(gate::of_login(error)),
            Tried::Not | Tried::Refused => {}
        }
    }
    Err(none_works(current, "the coming password, the current one and those before"))
}

fn none_works(login: &Login, which: &str) -> Reason {
    let message = format!("the server {} refuses {} {which}", printable(&login.host), printable(&login.user));
    let fix = if names::base_of(&login.user) == login.user {
        format!("set its password to that of {CURRENT}; db-users does it")
    } else {
        format!("set its password to that of {CURRENT} as the master; nobody else may")
    };
    Reason::new(&codes::NO_PASSWORD_WORKS, message, fix)
}

/// Whoever writes a name into a secret does not get that user's second login: the current one has to work, or the very login that is to
/// come, by the password it had before.
fn by_the_master(world: &World, current: &Login, coming: &Login, request: &Request) -> Result<SetPassword, Reason> {
    let before =
        world.previous.as_ref().filter(|stored| stored.login.as_ref().is_ok_and(|login| login.user == coming.user));
    match (world.current.as_ref().map(|stored| &stored.tried), before.map(|stored| &stored.tried)) {
        (Some(Tried::Works), _) | (Some(Tried::Refused), Some(Tried::Works)) => {}
        (Some(Tried::Failed(error)), _) | (_, Some(Tried::Failed(error))) => return Err(gate::of_login(error)),
        _ => {
            return Err(none_works(
                current,
                "its current password, and so is the other of the pair, so that gets none",
            ));
        }
    }
    let Some(pair) = &world.pair else { return Err(none_works(current, "what nobody tried")) };
    let pair = pair.as_ref().map_err(Clone::clone)?;
    gate::speaks(world, current.engine)?;
    Ok(SetPassword {
        version: request.token.clone(),
        user: coming.user.clone(),
        engine: coming.engine,
        by: format!("as the master {}", printable(pair.master())),
        former: None,
        statements: match pair {
            Pair::Roles(roles) => pair::statements(roles, &coming.user)?,
            Pair::Accounts(accounts) => {
                let has_it = world.pending.as_ref().is_some_and(|pending| pending.tried == Tried::Works);
                accounts::statements(accounts, &coming.user, has_it)?
            }
        },
        note: None,
    })
}

/// A proxy knows one user a secret: once the other is handed out, whoever still has the first is refused.
fn no_proxy(proxies: &Read<Vec<String>>, request: &Request) -> Result<(), Reason> {
    let id = printable(&request.secret);
    let ways = format!(
        "set the tag {} to {}, or let the application log in without the proxy",
        Strategy::TAG,
        Strategy::Single.as_str()
    );
    match proxies {
        Read::Known(names) if names.is_empty() => Ok(()),
        Read::Known(names) => {
            let names: Vec<_> = names.iter().map(|name| printable(name)).collect();
            let message = format!(
                "the proxy {} logs in by secret {id} and would refuse whoever has the value before, so two users cannot take turns",
                names.join(", ")
            );
            Err(Reason::new(&codes::BEHIND_PROXY, message, ways))
        }
        Read::Unknown { call, said, .. } => {
            let message = format!("whether a proxy logs in by secret {id} could not be found out: {call}: {said}");
            Err(Reason::new(&codes::PROXIES_UNKNOWN, message, format!("allow {call}; or {ways}")))
        }
        Read::NotOffered | Read::NotAsked => {
            let message = format!("nobody looked whether a proxy logs in by secret {id}");
            Err(Reason::new(&codes::PROXIES_UNKNOWN, message, ways))
        }
    }
}

fn by_itself(login: &Login, request: &Request, which: &str, stored: &Stored) -> SetPassword {
    let before = match login.engine {
        Engine::Postgres => format!("ALTER ROLE {} PASSWORD ", ident(&login.user)),
        // Of the one who is logged in: that takes no right.
        Engine::Mysql => "ALTER USER USER() IDENTIFIED BY ".to_owned(),
        Engine::Mariadb => "SET PASSWORD = ".to_owned(),
    };
    SetPassword {
        version: request.token.clone(),
        user: login.user.clone(),
        engine: login.engine,
        by: format!("as {}, by its {which} password (version {})", printable(&login.user), stored.version),
        former: None,
        statements: vec![Statement::Password { before, after: String::new() }],
        note: None,
    }
}

/// The same, with the password of before kept until the next rotation, where that was asked for and can be had.
fn keeping(set: SetPassword, strategy: Strategy, world: &World, stored: &Stored) -> SetPassword {
    if strategy != Strategy::Dual {
        return set;
    }
    let Some(Second { allowed: true, half_way }) = world.second else {
        let user = printable(&set.user);
        let message =
            format!("{user} may keep no second password: until the new one is handed out, the old one is refused");
        let fix = format!("GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO {user}; MySQL has it from 8.0.14 on");
        return SetPassword { note: Some(Reason::new(&codes::NO_SECOND_PASSWORD, message, fix)), ..set };
    };
    let statement = |after: &str| Statement::Password {
        before: "ALTER USER USER() IDENTIFIED BY ".to_owned(),
        after: after.to_owned(),
    };
    SetPassword {
        former: half_way.then(|| (stored.version.clone(), statement(""))),
        statements: vec![statement(" RETAIN CURRENT PASSWORD")],
        ..set
    }
}

/// `testSecret`. It stands alone: Secrets Manager calls it by itself to try a configuration.
pub(super) fn test(world: &World, terms: Terms<'_>) -> Result<Decision, Reason> {
    let (pending, coming) = gate::pending(world.pending.as_ref(), terms.request)?;
    match &pending.tried {
        Tried::Works => {
            same_rights(world)?;
            let message = format!("{} logs in with the coming password", printable(&coming.user));
            Ok(Decision::Right(Reason::plain(&codes::TESTED, message)))
        }
        Tried::Failed(error) => Err(gate::of_login(error)),
        Tried::Not | Tried::Refused => {
            let (host, user) = (printable(&coming.host), printable(&coming.user));
            let message = format!("the server {host} refuses {user} the coming password");
            Err(Reason::new(&codes::TEST_FAILED, message, "see who else sets it; Secrets Manager tries again"))
        }
    }
}

/// More than these differences are not told.
const MOST_TOLD: usize = 12;

fn same_rights(world: &World) -> Result<(), Reason> {
    let Some(rights) = &world.rights else { return Ok(()) };
    let Rights { differ } = rights.as_ref().map_err(Clone::clone)?;
    if differ.is_empty() {
        return Ok(());
    }
    let shown: Vec<_> = differ.iter().take(MOST_TOLD).map(|what| printable(what)).collect();
    let message = format!("the two logins may not do the same ({} in all): {}", differ.len(), shown.join("; "));
    let fix = "if somebody changed it meanwhile, nothing: setSecret mends it when Secrets Manager tries again";
    Err(Reason::new(&codes::RIGHTS_DIFFER, message, fix))
}

/// `finishSecret`. A version without a value is never handed out.
pub(super) fn finish(world: &World, terms: Terms<'_>) -> Result<Decision, Reason> {
    let request = terms.request;
    let (_, coming) = gate::pending(world.pending.as_ref(), request)?;
    let from = world.secret.as_ref().and_then(|secret| secret.with(CURRENT));
    let from = from.ok_or_else(|| gate::no_current(request))?.to_owned();
    let version = request.token.clone();
    // What cannot be read is nothing that somebody wrote and works by.
    let current = world.current.as_ref().and_then(|stored| stored.login.as_ref().ok());
    let follows = current.map_or(Ok(()), |current| {
        let strategy = gate::strategy(world.secret.as_ref(), current, request)?;
        gate::may_follow(coming, current, strategy, request)
    });
    if let Err(refused) = follows {
        if let Some(let_go) = overtaken(world, coming, refused, request)? {
            return Ok(Decision::Do(let_go));
        }
        let message = format!(
            "somebody wrote another server or user into secret {} while its password was being changed: the server takes the new \
             one alone, which is handed out with what stood there before",
            printable(&request.secret)
        );
        let note = Reason::new(&codes::EDIT_NOT_KEPT, message, format!("write it again; it stands in version {from}"));
        return Ok(Decision::Do(What::HandOut { version, from, edit: None, note: Some(note) }));
    }
    let edit = world.edited.then(|| from.clone());
    Ok(Decision::Do(What::HandOut { version, from, edit, note: None }))
}

/// What the next rotation would come to, by what is so now. It is no promise: the steps look again, each for itself.
pub(super) fn rehearse(world: &World, terms: Terms<'_>) -> Result<Rehearsal, Reason> {
    let request = terms.request;
    let (stored, current) = gate::current(world.current.as_ref(), request)?;
    let strategy = gate::strategy(world.secret.as_ref(), current, request)?;
    may_be_rotated(current, strategy, terms)?;
    let paired = strategy == Strategy::Alternating;
    if paired {
        no_proxy(&world.proxies, request)?;
    }
    let coming = Login { user: gate::next_user(current, strategy), ..current.clone() };
    let (version, from) = (request.token.clone(), stored.version.clone());
    let new = NewValue {
        version: version.clone(),
        from: from.clone(),
        user: coming.user.clone(),
        passwords: passwords(world, current.engine, terms)?,
    };
    let set = setting(world, current, &coming, strategy, request)?;
    let mut notes: Vec<_> = set.note.iter().cloned().collect();
    if world.secret.as_ref().is_some_and(|secret| !secret.rotation.enabled) {
        let message = format!("rotation is not on for secret {}", printable(&request.secret));
        let fix = "turn it on: 'rotation' in the event of db-users, or aws secretsmanager rotate-secret";
        notes.push(Reason::new(&codes::ROTATION_OFF, message, fix));
    }
    let lines = |what| Action { secret: request.secret.clone(), what }.steps();
    let mut steps = lines(What::Store(new));
    steps.extend(lines(What::Set(set)));
    let compared = if paired { ", and compare what the two may do" } else { "" };
    steps.push(format!("log in as {} with it{compared}", printable(&coming.user)));
    steps.extend(lines(What::HandOut { version, from, edit: None, note: None }));
    let nothing = Tags::default();
    let tags = world.secret.as_ref().map_or(&nothing, |secret| &secret.tags);
    Ok(Rehearsal { strategy, why: Strategy::why(tags, current), steps, notes })
}

fn may_be_rotated(login: &Login, strategy: Strategy, terms: Terms<'_>) -> Result<(), Reason> {
    let user = printable(&login.user);
    let next = gate::next_user(login, strategy);
    if let Some(pattern) = terms.policy.protected.find([login.user.as_str(), names::base_of(&login.user), &next]) {
        let message = format!("{user} is protected by '{}' of NIGHTSHIFT_PROTECTED", printable(pattern));
        let fix = "turn its rotation off, or take it out of the variable";
        return Err(Reason::new(&codes::PROTECTED, message, fix));
    }
    if login.is_at_proxy() {
        let message = format!(
            "{} is an RDS Proxy, which checks a password against the current version and takes no coming one: {user} would be \
             refused half-way",
            printable(&login.host)
        );
        let fix = "write the endpoint of the writer into the secret's host; applications keep the proxy's under a key of their own";
        return Err(Reason::new(&codes::HOST_IS_PROXY, message, fix));
    }
    let pair = strategy == Strategy::Alternating;
    let name = if pair { names::base_of(&login.user) } else { &login.user };
    if let Some(fault) = names::fault_of_user(name, login.engine, pair) {
        let message = format!("the password of {user} is not rotated: {fault}");
        return Err(Reason::new(&codes::NAME_UNFIT, message, "rotate another user's secret"));
    }
    Ok(())
}

/// As the secret's tags say, else as the function's variables do, and never longer than the engine takes.
fn passwords(world: &World, engine: Engine, terms: Terms<'_>) -> Result<PasswordPolicy, Reason> {
    let (policy, nothing) = (&terms.policy.passwords, Tags::default());
    let tags = world.secret.as_ref().map_or(&nothing, |secret| &secret.tags);
    policy.by_tags(tags, engine).map_err(|said| gate::bad_tag(&said, terms.request))
}
