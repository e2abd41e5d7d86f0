//! What makes a clone the equal of its base on `PostgreSQL`. The clone is a member of the base and its sessions act as it, or
//! as whom the base's own act: so both have one owner's rights, what either makes belongs to that owner, and a right that is
//! granted later is both's at once. The base itself is changed in nothing but its password.

use std::collections::BTreeSet;

use crate::domains::databases::Statement;
use crate::domains::databases::names::{CLONE, base_of};
use crate::jobs::secret_rotation::model::{Role, Roles};
use crate::jobs::secret_rotation::{codes, gate};
use crate::report::Reason;
use crate::services::sql::{ident, literal};
use crate::text::printable;

/// What makes the pair what it is to be, with the password of `user` last: all of it is one transaction.
pub(super) fn statements(pair: &Roles, user: &str) -> Result<Vec<Statement>, Reason> {
    let base = base_of(user);
    let clone = format!("{base}{CLONE}");
    let role = judge(pair, base, &clone)?;
    let (base_sql, clone_sql) = (ident(base), ident(&clone));
    let mut all = Vec::new();
    let mut sql = |text: String| all.push(Statement::Sql(text));
    if pair.clone.is_none() {
        sql(format!("CREATE ROLE {clone_sql} LOGIN"));
    }
    if pair.membership != Some(true) {
        let options = if pair.version >= 16 { " WITH INHERIT TRUE, SET TRUE" } else { "" };
        sql(format!("GRANT {base_sql} TO {clone_sql}{options}"));
    }
    let own = pair.clone.clone().unwrap_or_else(|| Role { connections: -1, ..Role::default() });
    if own.connections != role.connections {
        sql(format!("ALTER ROLE {clone_sql} CONNECTION LIMIT {}", role.connections));
    }
    if own.until != role.until {
        let until = role.until.as_deref().unwrap_or("infinity");
        sql(format!("ALTER ROLE {clone_sql} VALID UNTIL {}", literal(until)));
    }
    let wanted = wanted(pair, role, base);
    if !pair.own.is_empty() && acting(&wanted) != acting(&own.settings) {
        return Err(would_lose(pair, base, &clone));
    }
    let place =
        |database: &str| if database.is_empty() { String::new() } else { format!(" IN DATABASE {}", ident(database)) };
    for (database, name, _) in &own.settings {
        if !wanted.iter().any(|(place, wanted, _)| place == database && wanted == name) {
            sql(format!("ALTER ROLE {clone_sql}{} RESET {}", place(database), setting(name)));
        }
    }
    for (database, name, value) in wanted.difference(&own.settings) {
        sql(format!("ALTER ROLE {clone_sql}{} SET {} TO {}", place(database), setting(name), value_of(name, value)));
    }
    let before = format!("ALTER ROLE {} PASSWORD ", ident(user));
    all.push(Statement::Password { before, after: String::new() });
    Ok(all)
}

/// What is to be set for the sessions of the clone: what is set for the base's, and that they act as it, or as whom the base's own
/// act as, be that said of the base or of everybody.
fn wanted(pair: &Roles, role: &Role, base: &str) -> BTreeSet<Setting> {
    // `none` is to act as oneself.
    let whom = |value: &str| if value == "none" { base.to_owned() } else { value.to_owned() };
    let of_base = role.settings.iter().map(|(database, name, value)| {
        (database.clone(), name.clone(), if name == ROLE { whom(value) } else { value.clone() })
    });
    let mut wanted: BTreeSet<Setting> = of_base.collect();
    let says =
        |wanted: &BTreeSet<Setting>, at: &str| wanted.iter().any(|(database, name, _)| database == at && name == ROLE);
    if !says(&wanted, "") {
        for (database, value) in &pair.everybodys {
            if !says(&wanted, database) {
                wanted.insert((database.clone(), ROLE.to_owned(), whom(value)));
            }
        }
    }
    if !says(&wanted, "") {
        wanted.insert((String::new(), ROLE.to_owned(), base.to_owned()));
    }
    wanted
}

/// In which database (empty for all), what, to what.
type Setting = (String, String, String);

const ROLE: &str = "role";

/// As whom sessions act.
fn acting(settings: &BTreeSet<Setting>) -> Vec<&Setting> {
    settings.iter().filter(|(_, name, _)| name == ROLE).collect()
}

/// A pair that AWS's template made acts each as itself, and its second may have made things or been given rights. Once it acts as
/// the first it has none of that, and it may be the one in use.
fn would_lose(pair: &Roles, base: &str, clone: &str) -> Reason {
    let (shown, shown_clone) = (printable(base), printable(clone));
    let own: Vec<_> = pair.own.iter().map(|what| printable(what)).collect();
    let message = format!(
        "from now on {shown_clone} acts as {shown}, and would lose what it has by itself: {}; nothing was changed",
        own.join(", ")
    );
    let (base, clone) = (ident(base), ident(clone));
    let fix = format!(
        "in each database: REASSIGN OWNED BY {clone} TO {base}; what {shown_clone} was given itself: GRANT it to {shown}, and REVOKE \
         it from {shown_clone}"
    );
    Reason::new(&codes::SECOND_HAS_ITS_OWN, message, fix)
}

/// The base, where the pair is one that may be touched.
fn judge<'a>(pair: &'a Roles, base: &str, clone: &str) -> Result<&'a Role, Reason> {
    let (shown, shown_clone, master) = (printable(base), printable(clone), printable(&pair.master));
    let Some(role) = &pair.base else {
        let message = format!("the server has no role {shown}, of which {shown_clone} is the second");
        return Err(Reason::new(&codes::BASE_GONE, message, "make it again: db-users does"));
    };
    if base == pair.master || role.privileged {
        let message = format!("{shown} administers the server, and a second login would as well");
        return Err(Reason::new(&codes::PAIR_REFUSED, message, "rotate it as single-user"));
    }
    if !pair.known {
        return Err(gate::not_known(&shown));
    }
    if clone == pair.master || pair.clone.as_ref().is_some_and(|clone| clone.privileged) {
        let message = format!("{shown_clone} administers the server, and {shown} does not");
        return Err(Reason::new(&codes::PAIR_REFUSED, message, format!("take that from {shown_clone}")));
    }
    if pair.clone.is_some() && pair.membership.is_none() {
        let message =
            format!("the server has a role {shown_clone} that is no member of {shown}: it is somebody else's");
        return Err(Reason::new(&codes::CLONE_NOT_OURS, message, "drop or rename it, or rotate as single-user"));
    }
    let roles = [(base, Some(role)), (clone, pair.clone.as_ref())];
    let foreign = roles.into_iter().find(|(_, role)| role.is_some_and(|role| !role.administered));
    if let Some((name, _)) = foreign {
        let message = format!("{master} may not change {}: somebody else made it", printable(name));
        let fix = format!("as whoever made it: GRANT {} TO {} WITH ADMIN OPTION", ident(name), ident(&pair.master));
        return Err(Reason::new(&codes::NOT_ADMINISTERED, message, fix));
    }
    Ok(role)
}

/// The name of a setting; one of an extension has a dot in it.
fn setting(name: &str) -> String {
    name.split('.').map(ident).collect::<Vec<_>>().join(".")
}

/// The settings whose value is a list of names, which the catalogs keep quoted (`GUC_LIST_QUOTE`).
const LISTS: [&str; 6] = [
    "search_path",
    "temp_tablespaces",
    "session_preload_libraries",
    "local_preload_libraries",
    "shared_preload_libraries",
    "unix_socket_directories",
];

fn value_of(name: &str, value: &str) -> String {
    if !LISTS.contains(&name) {
        return literal(value);
    }
    let mut names = vec![String::new()];
    let (mut quoted, mut rest) = (false, value.chars().peekable());
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                names.last_mut().into_iter().for_each(|name| name.push('"'));
            }
            '"' => quoted = !quoted,
            ',' if !quoted => names.push(String::new()),
            c if c.is_whitespace() && !quoted => {}
            c => names.last_mut().into_iter().for_each(|name| name.push(c)),
        }
    }
    names.iter().map(|name| literal(name)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role() -> Role {
        Role { administered: true, connections: -1, ..Role::default() }
    }

    fn pair() -> Roles {
        let (version, master) = (16, "master".to_owned());
        Roles {
            version,
            master,
            base: Some(role()),
            clone: None,
            membership: None,
            known: true,
            own: Vec::new(),
            everybodys: BTreeSet::new(),
        }
    }

    fn said(pair: &Roles, user: &str) -> String {
        match statements(pair, user) {
            Ok(all) => all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
            Err(reason) => reason.code.into_owned(),
        }
    }

    #[test]
    fn a_clone_becomes_its_bases_equal_and_the_password_is_last() {
        insta::assert_snapshot!(said(&pair(), "app_clone"), @r#"
        CREATE ROLE "app_clone" LOGIN
        GRANT "app" TO "app_clone" WITH INHERIT TRUE, SET TRUE
        ALTER ROLE "app_clone" SET "role" TO 'app'
        ALTER ROLE "app_clone" PASSWORD '********'
        "#);
        assert!(said(&Roles { version: 15, ..pair() }, "app_clone").contains("GRANT \"app\" TO \"app_clone\"\n"));
        let setting =
            |database: &str, name: &str, value: &str| (database.to_owned(), name.to_owned(), value.to_owned());
        let mut base = role();
        base.connections = 5;
        base.until = Some("2030-01-01 00:00:00+00".to_owned());
        base.settings = [
            setting("", "role", "owner"),
            setting("shop", "search_path", "\"$user\", \"My \"\"x\"\"\", public"),
            setting("", "app.mode", "it's"),
        ]
        .into();
        let mut clone = role();
        clone.settings = [setting("", "role", "app"), setting("", "work_mem", "1GB")].into();
        let drifted = Roles { base: Some(base.clone()), clone: Some(clone), membership: Some(false), ..pair() };
        insta::assert_snapshot!(said(&drifted, "app"), @r#"
        GRANT "app" TO "app_clone" WITH INHERIT TRUE, SET TRUE
        ALTER ROLE "app_clone" CONNECTION LIMIT 5
        ALTER ROLE "app_clone" VALID UNTIL '2030-01-01 00:00:00+00'
        ALTER ROLE "app_clone" RESET "work_mem"
        ALTER ROLE "app_clone" SET "app"."mode" TO 'it''s'
        ALTER ROLE "app_clone" SET "role" TO 'owner'
        ALTER ROLE "app_clone" IN DATABASE "shop" SET "search_path" TO '$user', 'My "x"', 'public'
        ALTER ROLE "app" PASSWORD '********'
        "#);
        let settled = Roles { clone: Some(base.clone()), base: Some(base), membership: Some(true), ..pair() };
        assert_eq!(said(&settled, "app"), "ALTER ROLE \"app\" PASSWORD '********'");
    }

    #[test]
    fn what_is_not_ours_is_not_touched() {
        let foreign = || Some(Role { administered: false, ..role() });
        let privileged = || Some(Role { privileged: true, ..role() });
        for (changed, expected) in [
            (Roles { base: None, ..pair() }, "base-gone"),
            (Roles { base: privileged(), ..pair() }, "pair-refused"),
            (Roles { master: "app".to_owned(), ..pair() }, "pair-refused"),
            (Roles { clone: Some(role()), ..pair() }, "clone-not-ours"),
            (Roles { base: foreign(), ..pair() }, "not-administered"),
            (Roles { known: false, ..pair() }, "clone-not-ours"),
            (Roles { clone: privileged(), membership: Some(true), ..pair() }, "pair-refused"),
            (Roles { master: "app_clone".to_owned(), ..pair() }, "pair-refused"),
            (Roles { clone: foreign(), membership: Some(true), ..pair() }, "not-administered"),
        ] {
            assert_eq!(said(&changed, "app_clone"), expected);
            assert_eq!(said(&changed, "app"), expected);
        }
    }

    /// What the clone is to act as, where.
    fn acts(base: Role, everybodys: &[(&str, &str)]) -> String {
        let everybodys = everybodys.iter().map(|(place, value)| ((*place).to_owned(), (*value).to_owned())).collect();
        let all = said(&Roles { base: Some(base), everybodys, ..pair() }, "app_clone");
        let role = |line: &str| {
            line.strip_prefix("ALTER ROLE \"app_clone\" ")
                .filter(|line| line.contains("SET \"role\""))
                .map(str::to_owned)
        };
        all.lines().filter_map(role).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn the_clone_acts_as_whom_the_base_acts_whoever_says_so() {
        let set = |database: &str, value: &str| Role {
            settings: [(database.to_owned(), "role".to_owned(), value.to_owned())].into(),
            ..role()
        };
        for (base, everybodys, expected) in [
            (role(), &[][..], "SET \"role\" TO 'app'"),
            (set("", "none"), &[], "SET \"role\" TO 'app'"),
            (set("", "owner"), &[("shop", "other")], "SET \"role\" TO 'owner'"),
            (role(), &[("", "all")], "SET \"role\" TO 'all'"),
            (role(), &[("shop", "owner")], "SET \"role\" TO 'app'; IN DATABASE \"shop\" SET \"role\" TO 'owner'"),
            (set("shop", "own"), &[("shop", "x")], "SET \"role\" TO 'app'; IN DATABASE \"shop\" SET \"role\" TO 'own'"),
            (
                set("shop", "none"),
                &[("shop", "x")],
                "SET \"role\" TO 'app'; IN DATABASE \"shop\" SET \"role\" TO 'app'",
            ),
        ] {
            assert_eq!(acts(base, everybodys), expected, "{everybodys:?}");
        }
    }

    #[test]
    fn a_clone_that_has_its_own_does_not_lose_it_by_acting_as_the_base() {
        let own = vec!["it owns 2 things in database shop".to_owned()];
        let taken_over = Roles { clone: Some(role()), membership: Some(true), own: own.clone(), ..pair() };
        assert_eq!([said(&taken_over, "app"), said(&taken_over, "app_clone")], ["second-has-its-own"; 2]);
        // It acts as the base already: nothing is lost by going on.
        let settings = [(String::new(), "role".to_owned(), "app".to_owned())].into();
        let settled = Roles { clone: Some(Role { settings, ..role() }), ..taken_over };
        assert_eq!(said(&settled, "app"), "ALTER ROLE \"app\" PASSWORD '********'");
    }
}
