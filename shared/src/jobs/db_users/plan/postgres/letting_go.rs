//! How a role is let go of: every privilege, default and policy that names it is taken back by name, as seen when it was
//! planned. Nothing is dropped in a sweep, so what the role comes to own meanwhile keeps it from being dropped, and is kept.

use std::collections::BTreeSet;

use super::authority::Authority;
use super::{Planner, sql};
use crate::domains::databases::Statement;
use crate::jobs::db_users::model::{Grant, Held, PUBLIC, Thing, ThingKind};
use crate::jobs::db_users::plan::Why;
use crate::services::sql::ident;
use crate::text::printable;

/// Things named one by one in a statement.
const NAMED_AT_ONCE: usize = 50;

/// What lets go of a role in one place, and the roles the master has to be for it.
#[derive(Debug, Default)]
pub(super) struct LettingGo {
    pub lent: BTreeSet<String>,
    pub statements: Vec<Statement>,
    /// What brings it all back.
    pub back: Vec<Statement>,
}

impl Planner<'_> {
    /// Why the master cannot let go of `user`, which holds all this.
    pub(super) fn cannot_let_go(&self, user: &str, held: &[Held]) -> Option<Why> {
        let named = || held.iter().flat_map(|held| &held.things).filter(|thing| !thing.is_of(user));
        let mut to: BTreeSet<String> =
            named().flat_map(|thing| thing.passed_on(user)).map(|(grantee, _)| printable(grantee)).collect();
        if self.version() >= 16 {
            let members = self.catalog.memberships.iter().filter(|row| row.grantor == user && row.member != user);
            to.extend(
                members.map(|row| format!("{} (as a member of {})", printable(&row.member), printable(&row.role))),
            );
        }
        if !to.is_empty() {
            return Some(Why::PassedOn { to: to.into_iter().collect() });
        }
        let granted = |thing: &&Thing| matches!(thing.what, ThingKind::Grantable(_) | ThingKind::Default(_));
        let mut owners: BTreeSet<String> = BTreeSet::new();
        for thing in named().filter(granted).filter(|thing| thing.owner != user) {
            owners.extend(thing.other_grantors(user).map(str::to_owned));
            if self.authority(&thing.owner) == Authority::None {
                owners.insert(thing.owner.clone());
            }
        }
        if !owners.is_empty() {
            return Some(Why::GrantedByOthers { owners: owners.into_iter().collect() });
        }
        let stuck: Vec<_> = named().filter(|thing| self.is_stuck(thing, user)).map(said).collect();
        if stuck.is_empty() { None } else { Some(Why::StillNamed { things: stuck }) }
    }

    /// Whether a thing names the role in a way that nobody can take back without changing what the thing does.
    fn is_stuck(&self, thing: &Thing, user: &str) -> bool {
        match thing.what {
            ThingKind::Policy => {
                let alone = thing.roles.iter().all(|role| role == user);
                alone || thing.owner == user || self.authority(&thing.owner) == Authority::None
            }
            ThingKind::UserMapping => self.authority(&thing.owner) == Authority::None,
            ThingKind::Other => true,
            ThingKind::Grantable(_) | ThingKind::Default(_) => false,
        }
    }
}

/// What lets go of `user` in one place, when what it owns there is its heir's.
pub(super) fn let_go(user: &str, heir: Option<&str>, things: &[Thing]) -> LettingGo {
    let mut all = LettingGo::default();
    let mut granted: Vec<(&str, Vec<&str>)> = Vec::new();
    for thing in things.iter().filter(|thing| !thing.is_of(user)) {
        all.lent.insert(thing.owner.clone());
        // A server that was its own has changed hands by now.
        all.lent.extend(heir.filter(|_| thing.owner == user).map(str::to_owned));
        all.back.extend(brought_back(thing, user));
        match thing.what {
            ThingKind::Grantable(word) => match granted.iter_mut().find(|(known, _)| *known == word) {
                Some((_, names)) => names.push(&thing.sql_name),
                None => granted.push((word, vec![&thing.sql_name])),
            },
            ThingKind::Default(word) if thing.owner == user => {
                all.statements.extend(own_defaults(thing, word, user));
            }
            ThingKind::Default(word) => all.statements.push(sql(format!(
                "ALTER DEFAULT PRIVILEGES FOR ROLE {}{} REVOKE ALL ON {word} FROM {}",
                ident(&thing.owner),
                in_schema(thing),
                ident(user)
            ))),
            ThingKind::Policy => {
                let rest = thing.roles.iter().filter(|role| *role != user).map(|role| ident(role));
                let rest = rest.collect::<Vec<_>>().join(", ");
                all.statements.push(sql(format!("ALTER POLICY {} TO {rest}", thing.sql_name)));
            }
            ThingKind::UserMapping => {
                all.statements.push(sql(format!("DROP USER MAPPING FOR {} SERVER {}", ident(user), thing.sql_name)));
            }
            ThingKind::Other => {}
        }
    }
    for (word, mut names) in granted {
        names.dedup();
        for some in names.chunks(NAMED_AT_ONCE) {
            let some = some.join(", ");
            all.statements.push(sql(format!("REVOKE ALL ON {word} {some} FROM {}", ident(user))));
        }
    }
    all
}

/// What brings back what `user` has of one thing, as it was seen. What stands in a login at another server nobody is shown, so
/// that cannot be brought back.
fn brought_back(thing: &Thing, user: &str) -> Vec<Statement> {
    match thing.what {
        ThingKind::Grantable(word) => {
            let own = thing.grants.iter().filter(|grant| *grant.grantee == *user);
            own.flat_map(|grant| given(grant, thing.column.as_deref(), &format!("{word} {}", thing.sql_name)))
                .map(sql)
                .collect()
        }
        ThingKind::Default(word) => {
            let alter = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}{}", ident(&thing.owner), in_schema(thing));
            let is_own = thing.owner == user;
            let everybodys = is_own && thing.sql_name.is_empty();
            let taken = [ident(user), "PUBLIC".to_owned()].into_iter().filter(|_| everybodys);
            let taken = taken.map(|name| format!("{alter} REVOKE ALL ON {word} FROM {name}"));
            let own = thing.grants.iter().filter(|grant| is_own || *grant.grantee == *user);
            let given = own.flat_map(|grant| given(grant, None, word)).map(|given| format!("{alter} {given}"));
            taken.chain(given).map(sql).collect()
        }
        ThingKind::Policy => {
            let roles = thing.roles.iter().map(|role| ident(role)).collect::<Vec<_>>().join(", ");
            vec![sql(format!("ALTER POLICY {} TO {roles}", thing.sql_name))]
        }
        ThingKind::UserMapping | ThingKind::Other => Vec::new(),
    }
}

/// What gives `grant` on `on`, or on a column of it.
fn given(grant: &Grant, column: Option<&str>, on: &str) -> Vec<String> {
    let of_column = column.map_or_else(String::new, |column| format!(" ({column})"));
    let passes = |passes: bool| {
        let words = grant.privileges.words().filter(move |word| grant.passable.has(word) == passes);
        let words: Vec<_> = words.map(|word| format!("{word}{of_column}")).collect();
        let option = if passes { " WITH GRANT OPTION" } else { "" };
        (!words.is_empty())
            .then(|| format!("GRANT {} ON {on} TO {}{option}", words.join(", "), of_role(&grant.grantee)))
    };
    [false, true].into_iter().filter_map(passes).collect()
}

fn of_role(name: &str) -> String {
    if name == PUBLIC { "PUBLIC".to_owned() } else { ident(name) }
}

fn in_schema(thing: &Thing) -> String {
    if thing.sql_name.is_empty() { String::new() } else { format!(" IN SCHEMA {}", thing.sql_name) }
}

/// What the role itself gives by default: as it is when nobody has said anything, there is nothing left of it.
fn own_defaults(thing: &Thing, word: &str, user: &str) -> Vec<Statement> {
    let for_role = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}{}", ident(user), in_schema(thing));
    let everybodys = match word {
        "ROUTINES" => Some("EXECUTE"),
        "TYPES" => Some("USAGE"),
        _ => None,
    };
    let global = thing.sql_name.is_empty();
    let stays = |grantee: &str| global && (grantee == user || (grantee == PUBLIC && everybodys.is_some()));
    let grantees: BTreeSet<&str> =
        thing.grants.iter().map(|grant| &*grant.grantee).filter(|grantee| !stays(grantee)).collect();
    let mut statements: Vec<_> = grantees
        .into_iter()
        .map(|grantee| sql(format!("{for_role} REVOKE ALL ON {word} FROM {}", of_role(grantee))))
        .collect();
    if global {
        statements.push(sql(format!("{for_role} GRANT ALL ON {word} TO {}", ident(user))));
        statements.extend(everybodys.map(|right| sql(format!("{for_role} GRANT {right} ON {word} TO PUBLIC"))));
    }
    statements
}

fn said(thing: &Thing) -> String {
    let what = match thing.what {
        ThingKind::Policy => "policy ",
        ThingKind::UserMapping => "user mapping for server ",
        _ => "",
    };
    printable(&format!("{what}{}", thing.sql_name))
}
