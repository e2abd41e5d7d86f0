//! The one gate. Whatever role an event names or implies, in whatever place, is judged here, by the policy and by what the
//! server says of it, before anything is planned that leans on it.

use super::{Terms, Why};
use crate::jobs::db_users::model::{Accounts, Catalog, Role, State as Catalogs, World};
use crate::jobs::db_users::request::{Origin, Use, UserRequest};

/// What is to become of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is made what the event wants.
    Itself(Origin),
    /// Another one leans on it.
    For(Use),
}

/// Why `user` itself may not be touched.
pub(super) fn judge_itself(user: &UserRequest, world: &World, terms: Terms<'_>) -> Result<(), Why> {
    judge(&user.name, Place::Itself(user.origin), world, terms)
}

/// Why `name` may not be what it is in its `place`.
pub(super) fn judge(name: &str, place: Place, world: &World, terms: Terms<'_>) -> Result<(), Why> {
    if let Some(pattern) = terms.policy.protected.find([name]) {
        return Err(Why::Protected { pattern: pattern.to_owned(), by: None });
    }
    if name == world.server.master {
        // What it makes is its own to open. What another leaves may hold code (an index over an expression, a view, a function
        // for its definer), which would run with the master's rights, by autovacuum alone.
        let lends_itself = place == Place::For(Use::Grantor);
        return if lends_itself { Ok(()) } else { Err(Why::IsMaster) };
    }
    match &world.state {
        Catalogs::Postgres(catalog) => {
            judge_role(name, place, catalog, world)?;
            spare_protected(catalog.reached(name, |_| true), terms)
        }
        Catalogs::Mysql(accounts) => {
            judge_account(name, accounts)?;
            spare_protected(accounts.reached(name), terms)
        }
    }
}

/// Whoever is a member of a protected role, by whatever chain, may what that one may: whose password is set, and who comes to
/// be a member of it, is that role's matter, too.
fn spare_protected<'a>(others: impl IntoIterator<Item = &'a str>, terms: Terms<'_>) -> Result<(), Why> {
    let protected = &terms.policy.protected;
    let found = others.into_iter().find_map(|other| Some((other, protected.find([other])?)));
    let refused =
        |(other, pattern): (&str, &str)| Why::Protected { pattern: pattern.to_owned(), by: Some(other.to_owned()) };
    found.map_or(Ok(()), |found| Err(refused(found)))
}

fn judge_role(name: &str, place: Place, catalog: &Catalog, world: &World) -> Result<(), Why> {
    let Some(role) = catalog.roles.get(name) else { return Ok(()) };
    let master = world.server.master.as_str();
    if let Some(what) = own_power(role).or_else(|| power_by_others(name, catalog, master)) {
        return Err(Why::PrivilegedRole { what });
    }
    let is_itself = matches!(place, Place::Itself(_));
    if is_itself && world.server.version < 16 && catalog.is_member(master, name) {
        return Err(Why::MasterIsMember);
    }
    // It happens to have the name; whoever logs in as it would be locked out.
    if place == Place::Itself(Origin::Implied) && role.login { Err(Why::IsLogin) } else { Ok(()) }
}

/// What a role may that no event gives.
fn own_power(role: &Role) -> Option<&'static str> {
    if role.superuser {
        Some("is a superuser")
    } else if role.privileged {
        Some("may replicate or pass by row security")
    } else if role.creates_roles {
        Some("may create roles")
    } else {
        None
    }
}

/// The same, where it may by becoming another one, by whatever chain.
fn power_by_others(name: &str, catalog: &Catalog, master: &str) -> Option<&'static str> {
    let others = catalog.reached(name, |_| true);
    let is_one_of = |name: &str| others.contains(name);
    let has = |is: fn(&Role) -> bool| others.iter().filter_map(|other| catalog.roles.get(*other)).any(is);
    if is_one_of(master) {
        Some("is a member of the master user")
    } else if is_one_of("rds_superuser") {
        Some("is a member of rds_superuser")
    } else if ["pg_execute_server_program", "pg_read_server_files", "pg_write_server_files"].into_iter().any(is_one_of)
    {
        Some("may run programs on the server, or read or write its files")
    } else if ["rds_replication", "pg_create_subscription"].into_iter().any(is_one_of) {
        Some("may replicate")
    } else if ["pg_read_all_data", "pg_write_all_data", "pg_maintain", "rds_password"].into_iter().any(is_one_of) {
        Some("may do what it may in every database of the server")
    } else if has(|role| role.superuser) {
        Some("is a member of a superuser")
    } else if has(|role| role.creates_roles) {
        Some("is a member of a role that may create roles")
    } else if has(|role| role.privileged) {
        Some("is a member of a role that may replicate or pass by row security")
    } else {
        None
    }
}

/// All accounts of a name are one user to an event.
fn judge_account(name: &str, accounts: &Accounts) -> Result<(), Why> {
    let mut of_name = accounts.accounts.iter().filter(|((user, _), _)| user == name);
    if of_name.any(|(_, account)| account.privileged) {
        let what = "may administer the server or its users, be another user, or reach every database";
        return Err(Why::PrivilegedRole { what });
    }
    Ok(())
}
