//! What makes a clone the equal of its base on `MySQL` and `MariaDB`. Each statement about accounts is for good by itself, so
//! order is the only transaction: a new clone is locked until it may do what the base may, and its password, with the end of the
//! lock, is the last statement. The base is changed in nothing but its password.

use std::fmt::Write as _;

use super::equal::reconciled;
use crate::domains::databases::names::{self, CLONE};
use crate::domains::databases::{Statement, powers};
use crate::jobs::secret_rotation::model::{Account, Accounts, Right};
use crate::jobs::secret_rotation::{codes, gate};
use crate::report::Reason;
use crate::services::sql::{Engine, mysql_literal as literal};
use crate::text::printable;

/// Beside what ends in `ADMIN` and the words of [`powers`]: whoever has one of these on all databases administers the server,
/// or can.
const ADMINISTERS: [&str; 8] =
    ["ALL PRIVILEGES", "CREATE USER", "FILE", "GRANT OPTION", "RELOAD", "SET USER", "SHUTDOWN", "SUPER"];

const WRITES: [&str; 10] = [
    "ALL PRIVILEGES",
    "ALTER",
    "CREATE",
    "CREATE ROUTINE",
    "DELETE",
    "DROP",
    "GRANT OPTION",
    "INSERT",
    "TRIGGER",
    "UPDATE",
];

/// What makes the pair what it is to be, with the password of `user` last, unless the server has it.
pub(super) fn statements(accounts: &Accounts, user: &str, has_it: bool) -> Result<Vec<Statement>, Reason> {
    let base = judge(accounts, &names::other_of(user))?;
    let clone_name = format!("{}{CLONE}", accounts.name);
    let account = |name: &str| format!("{}@{}", literal(name), literal(&accounts.host));
    let clone = account(&clone_name);
    let hashed = if accounts.engine == Engine::Mariadb { "PASSWORD " } else { "" };
    let mut all = Vec::new();
    // It keeps its password as the base does: whoever can log in as the one can as the other.
    let kept = |plugin: &str| match accounts.engine {
        Engine::Mysql if !plugin.is_empty() => format!("IDENTIFIED WITH {} BY ", literal(plugin)),
        _ => format!("IDENTIFIED BY {hashed}"),
    };
    let own = accounts.clone.clone().unwrap_or_else(|| {
        let before = format!("CREATE USER {clone} {}", kept(&base.plugin));
        let after = format!(" WITH MAX_QUERIES_PER_HOUR {} ACCOUNT LOCK", Account::MARK);
        all.push(Statement::Nobodys { before, after });
        let plugin = base.plugin.clone();
        Account { locked: true, limits: [Account::MARK, 0, 0, 0], plugin, ..Account::default() }
    });
    all.extend(reconciled(accounts.engine, base, &own, &clone).into_iter().map(Statement::Sql));
    let terms = terms(base, &own);
    let is_clones = user == clone_name;
    if (has_it || !is_clones) && !terms.is_empty() {
        all.push(Statement::Sql(format!("ALTER USER {clone}{terms}")));
    }
    if has_it {
        return Ok(all);
    }
    let unlock = if own.is_half_made() { " ACCOUNT UNLOCK" } else { "" };
    let after = if is_clones { format!("{terms}{unlock}") } else { String::new() };
    let kept = if is_clones && own.plugin != base.plugin { kept(&base.plugin) } else { kept("") };
    all.push(Statement::Password { before: format!("ALTER USER {} {kept}", account(user)), after });
    Ok(all)
}

/// The base, where the pair is one that may be touched.
fn judge<'a>(accounts: &'a Accounts, current: &str) -> Result<&'a Account, Reason> {
    let (shown, clone) = (printable(&accounts.name), printable(&format!("{}{CLONE}", accounts.name)));
    let host = printable(&accounts.host);
    let Some(base) = &accounts.base else {
        let message = format!("the server has no account {shown}@{host}, of which {clone} is the second");
        return Err(Reason::new(&codes::BASE_GONE, message, "make it again: db-users does"));
    };
    let administers = |right: &&Right| {
        let word = right.word.as_str();
        let ends_so = word.ends_with("_ADMIN") || word.ends_with(" ADMIN");
        let is_named = ADMINISTERS.contains(&word) || powers::ADMINISTER.contains(&word);
        let at_all = right.on == "*.*" && !powers::OF_APPLICATIONS.contains(&word) && (ends_so || is_named);
        // Whoever writes there can make anybody anything.
        at_all || (right.on.starts_with("`mysql`.") && WRITES.contains(&word))
    };
    if accounts.name == accounts.master || base.rights.iter().chain(&base.by_roles).any(|right| administers(&right)) {
        let message = format!("{shown} administers the server, and a second login would as well");
        return Err(Reason::new(&codes::PAIR_REFUSED, message, "rotate it as single-user"));
    }
    if let Some(odd) = base.odd.first() {
        let message = format!("{shown} has what a second login cannot be given: {}", printable(odd));
        return Err(Reason::new(&codes::PAIR_REFUSED, message, "take that from it, or rotate it as single-user"));
    }
    let is_half_made = accounts.clone.as_ref().is_some_and(Account::is_half_made);
    if accounts.other_than(current).is_some() && !accounts.known && !(is_half_made && current == accounts.name) {
        return Err(gate::not_known(&format!("{}@{host}", printable(&names::other_of(current)))));
    }
    if !accounts.elsewhere.is_empty() {
        let hosts: Vec<_> = accounts.elsewhere.iter().map(|host| printable(host)).collect();
        let message = format!(
            "{shown} has an account for {host} and others for {}: who logs in from there would have no second",
            hosts.join(", ")
        );
        return Err(Reason::new(&codes::PAIR_REFUSED, message, "keep one account of that name, for all hosts"));
    }
    Ok(base)
}

/// How it has to come and how often it may, where that is not as the base's is.
fn terms(base: &Account, own: &Account) -> String {
    let mut terms = String::new();
    if own.tls != base.tls {
        let tls = match base.tls.as_str() {
            "ANY" => "SSL",
            "X509" => "X509",
            _ => "NONE",
        };
        terms.push_str(" REQUIRE ");
        terms.push_str(tls);
    }
    if own.limits != base.limits {
        let [queries, updates, connections, at_once] = base.limits;
        let _ = write!(
            terms,
            " WITH MAX_QUERIES_PER_HOUR {queries} MAX_UPDATES_PER_HOUR {updates} MAX_CONNECTIONS_PER_HOUR {connections} \
             MAX_USER_CONNECTIONS {at_once}"
        );
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(on: &str, word: &str) -> Right {
        Right { on: on.to_owned(), word: word.to_owned() }
    }

    fn account(rights: &[(&str, &str)]) -> Account {
        Account { rights: rights.iter().map(|(on, word)| right(on, word)).collect(), ..Account::default() }
    }

    fn pair(engine: Engine, base: Account, clone: Option<Account>) -> Accounts {
        Accounts {
            engine,
            master: "master".to_owned(),
            name: "app".to_owned(),
            host: "10.%".to_owned(),
            base: Some(base),
            clone,
            known: true,
            speaks: engine,
            elsewhere: [].into(),
        }
    }

    fn said(accounts: &Accounts, user: &str) -> String {
        match statements(accounts, user, false) {
            Ok(all) => all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
            Err(reason) => reason.code.into_owned(),
        }
    }

    fn base() -> Account {
        let mut base = account(&[("`s`.*", "SELECT"), ("`s`.*", "INSERT"), ("`s`.*", "GRANT OPTION")]);
        base.roles = [("`crew`@`%`".to_owned(), false)].into();
        base.default_roles = ["`crew`@`%`".to_owned()].into();
        (base.tls, base.limits) = ("ANY".to_owned(), [0, 0, 0, 7]);
        base
    }

    #[test]
    fn a_new_clone_is_locked_until_it_is_its_bases_equal_and_the_password_is_last() {
        insta::assert_snapshot!(said(&pair(Engine::Mysql, base(), None), "app_clone"), @r"
        CREATE USER 'app_clone'@'10.%' IDENTIFIED BY '********' WITH MAX_QUERIES_PER_HOUR 4011985 ACCOUNT LOCK
        GRANT INSERT, SELECT ON `s`.* TO 'app_clone'@'10.%' WITH GRANT OPTION
        GRANT `crew`@`%` TO 'app_clone'@'10.%'
        SET DEFAULT ROLE `crew`@`%` TO 'app_clone'@'10.%'
        ALTER USER 'app_clone'@'10.%' IDENTIFIED BY '********' REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 0 MAX_UPDATES_PER_HOUR 0 MAX_CONNECTIONS_PER_HOUR 0 MAX_USER_CONNECTIONS 7 ACCOUNT UNLOCK
        ");
        let mariadb = said(&pair(Engine::Mariadb, base(), None), "app_clone");
        assert!(mariadb.starts_with("CREATE USER 'app_clone'@'10.%' IDENTIFIED BY PASSWORD '********' "), "{mariadb}");
        assert!(mariadb.contains("SET DEFAULT ROLE `crew`@`%` FOR 'app_clone'"), "{mariadb}");
        // Killed behind its first statements: it is known by its mark, and gone on with.
        let mut half = account(&[("`s`.*", "SELECT")]);
        (half.locked, half.limits[0]) = (true, Account::MARK);
        let mut killed = pair(Engine::Mysql, base(), Some(half));
        killed.known = false;
        let on = said(&killed, "app_clone");
        assert!(!on.contains("CREATE USER") && on.ends_with("MAX_USER_CONNECTIONS 7 ACCOUNT UNLOCK"), "{on}");
    }

    #[test]
    fn what_drifted_is_taken_back_and_given_again_and_the_base_gets_its_password_alone() {
        let mut drifted = account(&[("`s`.*", "SELECT"), ("`s`.*", "DELETE"), ("`t`.*", "SELECT (`a`)")]);
        drifted.roles = [("`crew`@`%`".to_owned(), true), ("`far`@`%`".to_owned(), false)].into();
        drifted.tls = "ANY".to_owned();
        insta::assert_snapshot!(said(&pair(Engine::Mysql, base(), Some(drifted)), "app"), @r"
        GRANT INSERT ON `s`.* TO 'app_clone'@'10.%' WITH GRANT OPTION
        REVOKE `crew`@`%` FROM 'app_clone'@'10.%'; GRANT `crew`@`%` TO 'app_clone'@'10.%'; SET DEFAULT ROLE `crew`@`%` TO 'app_clone'@'10.%'
        REVOKE DELETE ON `s`.* FROM 'app_clone'@'10.%'
        REVOKE SELECT (`a`) ON `t`.* FROM 'app_clone'@'10.%'
        REVOKE `far`@`%` FROM 'app_clone'@'10.%'
        SET DEFAULT ROLE `crew`@`%` TO 'app_clone'@'10.%'
        ALTER USER 'app_clone'@'10.%' WITH MAX_QUERIES_PER_HOUR 0 MAX_UPDATES_PER_HOUR 0 MAX_CONNECTIONS_PER_HOUR 0 MAX_USER_CONNECTIONS 7
        ALTER USER 'app'@'10.%' IDENTIFIED BY '********'
        ");
        let settled = pair(Engine::Mysql, base(), Some(base()));
        for user in ["app", "app_clone"] {
            assert_eq!(said(&settled, user), format!("ALTER USER '{user}'@'10.%' IDENTIFIED BY '********'"));
        }
        // A server may take no password that it had before, be it the same.
        assert_eq!(statements(&settled, "app_clone", true), Ok(Vec::new()));
        // Somebody locked it on purpose.
        let locked = Account { locked: true, ..base() };
        assert!(!said(&pair(Engine::Mysql, base(), Some(locked)), "app_clone").contains("UNLOCK"));
    }

    #[test]
    fn what_is_not_ours_is_not_touched_and_who_administers_gets_no_second() {
        let refused = |base: Account, change: &dyn Fn(&mut Accounts)| {
            let mut accounts = pair(Engine::Mysql, base, Some(account(&[])));
            change(&mut accounts);
            said(&accounts, "app_clone")
        };
        assert_eq!(refused(base(), &|accounts| accounts.known = false), "clone-not-ours");
        assert_eq!(refused(base(), &|accounts| accounts.base = None), "base-gone");
        assert_eq!(refused(base(), &|accounts| accounts.master = "app".to_owned()), "pair-refused");
        for word in ADMINISTERS.into_iter().chain(powers::ADMINISTER).chain(["ROLE_ADMIN", "CONNECTION ADMIN"]) {
            assert_eq!(refused(account(&[("*.*", word)]), &|_| {}), "pair-refused", "{word}");
        }
        // By a role as well, and by whoever may write the server's own tables.
        let by_role = Account { by_roles: account(&[("*.*", "CREATE USER")]).rights, ..base() };
        assert_eq!(refused(by_role, &|_| {}), "pair-refused");
        for (on, word, expected) in
            [("`mysql`.*", "ALL PRIVILEGES", true), ("`mysql`.`user`", "UPDATE", true), ("`mysql`.*", "SELECT", false)]
        {
            assert_eq!(refused(account(&[(on, word)]), &|_| {}) == "pair-refused", expected, "{word} on {on}");
        }
        assert_eq!(refused(base(), &|accounts| accounts.elsewhere = ["10.9.%".to_owned()].into()), "pair-refused");
        for word in powers::OF_APPLICATIONS.into_iter().chain(["SELECT", "PROCESS"]) {
            assert!(refused(account(&[("*.*", word)]), &|_| {}).contains("GRANT"), "{word}");
        }
        let odd = Account { odd: vec!["a certificate".to_owned()], ..base() };
        assert_eq!(refused(odd, &|_| {}), "pair-refused");
        // Locked, but by somebody else: nobody's mark.
        let theirs = Some(Account { locked: true, ..account(&[]) });
        let strange = Accounts { known: false, ..pair(Engine::Mysql, base(), theirs) };
        assert_eq!(said(&strange, "app_clone"), "clone-not-ours");
        // The turn is the first's, and that one is somebody else's.
        let strange = Accounts { known: false, ..pair(Engine::Mysql, base(), Some(base())) };
        assert_eq!(said(&strange, "app"), "clone-not-ours");
    }

    #[test]
    fn the_clone_keeps_its_password_as_the_base_does() {
        let kept = |plugin: &str| Account { plugin: plugin.to_owned(), ..base() };
        let made = said(&pair(Engine::Mysql, kept("mysql_native_password"), None), "app_clone");
        assert!(
            made.starts_with("CREATE USER 'app_clone'@'10.%' IDENTIFIED WITH 'mysql_native_password' BY '********' "),
            "{made}"
        );
        let other = pair(Engine::Mysql, kept("mysql_native_password"), Some(kept("caching_sha2_password")));
        assert_eq!(
            said(&other, "app_clone"),
            "ALTER USER 'app_clone'@'10.%' IDENTIFIED WITH 'mysql_native_password' BY '********'"
        );
        assert_eq!(said(&other, "app"), "ALTER USER 'app'@'10.%' IDENTIFIED BY '********'", "the base keeps its own");
        let mariadb = said(&pair(Engine::Mariadb, kept("mysql_native_password"), None), "app_clone");
        assert!(mariadb.starts_with("CREATE USER 'app_clone'@'10.%' IDENTIFIED BY PASSWORD '********' "), "{mariadb}");
    }

    #[test]
    fn what_differs_is_said_of_whom() {
        let accounts = pair(Engine::Mysql, base(), Some(account(&[("`s`.*", "DELETE")])));
        assert_eq!(
            accounts.compared().differ,
            [
                "only app has GRANT OPTION on `s`.*",
                "only app has INSERT on `s`.*",
                "only app has SELECT on `s`.*",
                "only app has `crew`@`%` as a default role",
                "only app has membership in `crew`@`%`",
                "only app_clone has DELETE on `s`.*",
            ]
        );
        assert!(pair(Engine::Mysql, base(), Some(base())).compared().differ.is_empty());
    }
}
