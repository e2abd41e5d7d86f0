//! What the master sees of a pair of accounts of `MySQL` and `MariaDB`. What an account may do is read as the server itself
//! writes it (`SHOW GRANTS`), so that nothing is left out, and taken apart with its quotes and parentheses in mind.

use std::collections::BTreeSet;

use crate::domains::databases::names::CLONE;
use crate::jobs::secret_rotation::model::{Account, Accounts, Right};
use crate::services::sql::{Engine, MySession, SqlError, mysql_ident as ident, mysql_literal as literal};

/// The host part of the account that a session is logged in as.
pub(super) async fn host(session: &MySession) -> Result<String, SqlError> {
    let rows = session.read("which account it is", "SELECT substring_index(current_user(), '@', -1)").await?;
    Ok(rows.first().map(|row| field(row, 0)).unwrap_or_default())
}

/// Both accounts, whether they are there or not. A server of another engine than `engine` is asked no more than what it is.
pub(super) async fn of(session: &MySession, engine: Engine, base: &str, host: &str) -> Result<Accounts, SqlError> {
    let rows = session.read("who the master is", MASTER).await?;
    let said = |at: usize| rows.first().map(|row| field(row, at)).unwrap_or_default();
    let clone = format!("{base}{CLONE}");
    let mut accounts = Accounts {
        engine,
        master: said(0),
        name: base.to_owned(),
        host: host.to_owned(),
        base: None,
        clone: None,
        known: false,
        speaks: Engine::of_version(&said(1)),
        elsewhere: BTreeSet::new(),
    };
    if accounts.speaks != engine {
        return Ok(accounts);
    }
    for row in &session.read("the two accounts", &query_of(engine, [base, &clone])).await? {
        let (name, at) = (field(row, 0), field(row, 7));
        if at != host {
            accounts.elsewhere.extend((name == base).then_some(at));
            continue;
        }
        let limit = |at: usize| field(row, at).parse().unwrap_or_default();
        let mut account = Account {
            locked: ["Y", "true", "1"].contains(&field(row, 1).as_str()),
            tls: field(row, 2),
            limits: [limit(3), limit(4), limit(5), limit(6)],
            plugin: field(row, 8),
            ..Account::default()
        };
        if account.tls == "SPECIFIED" {
            account.odd.push("a certificate of its own to log in by".to_owned());
        }
        if !takes_passwords(engine, &account.plugin) {
            account.odd.push(format!("a way to log in of its own ({})", account.plugin));
        }
        let question = format!("SHOW GRANTS FOR {}@{}", literal(&name), literal(host));
        for line in &session.read("what an account may do", &question).await? {
            take(&field(line, 0), &mut account);
        }
        if engine == Engine::Mysql {
            let question = format!(
                "SELECT default_role_user, default_role_host FROM mysql.default_roles WHERE user = {} AND host = {}",
                literal(&name),
                literal(host)
            );
            for role in &session.read("its default roles", &question).await? {
                account.default_roles.insert(format!("{}@{}", ident(&field(role, 0)), ident(&field(role, 1))));
            }
        }
        if name == clone {
            accounts.clone = Some(account);
        } else {
            account.by_roles = by_roles(session, &account).await?;
            accounts.base = Some(account);
        }
    }
    Ok(accounts)
}

/// What the roles of `account` let it do, and the roles of these.
async fn by_roles(session: &MySession, account: &Account) -> Result<BTreeSet<Right>, SqlError> {
    let mut all = Account { roles: account.roles.clone(), ..Account::default() };
    let mut seen = BTreeSet::new();
    while let Some(role) = all.roles.iter().map(|(role, _)| role.clone()).find(|role| !seen.contains(role)) {
        for line in &session.read("what a role may do", &format!("SHOW GRANTS FOR {role}")).await? {
            take(&field(line, 0), &mut all);
        }
        seen.insert(role);
    }
    Ok(all.rights)
}

/// Whether an account of this kind keeps a password as the two that take turns get one.
fn takes_passwords(engine: Engine, plugin: &str) -> bool {
    match engine {
        Engine::Mariadb => ["", "mysql_native_password"].contains(&plugin),
        _ => ["caching_sha2_password", "mysql_native_password", "sha256_password"].contains(&plugin),
    }
}

fn field(row: &[Option<String>], at: usize) -> String {
    row.get(at).cloned().flatten().unwrap_or_default()
}

/// A name may have an `@` of its own.
const MASTER: &str = "SELECT left(current_user(), char_length(current_user()) - 1 - \
                      char_length(substring_index(current_user(), '@', -1))), version()";

fn query_of(engine: Engine, names: [&str; 2]) -> String {
    let limits = "u.ssl_type, u.max_questions, u.max_updates, u.max_connections, u.max_user_connections";
    let names = names.map(literal).join(", ");
    if engine == Engine::Mariadb {
        // One that may log in by several ways has them under `auth_or`.
        return format!(
            "SELECT g.User, coalesce(JSON_VALUE(g.Priv, '$.account_locked'), 'false'), {limits}, g.Host, \
             coalesce(JSON_EXTRACT(g.Priv, '$.auth_or'), JSON_VALUE(g.Priv, '$.plugin'), '') FROM mysql.global_priv g \
             JOIN mysql.user u ON u.User = g.User AND u.Host = g.Host WHERE g.User IN ({names}) ORDER BY g.User, g.Host"
        );
    }
    format!(
        "SELECT u.user, u.account_locked, {limits}, u.host, u.plugin FROM mysql.user u WHERE u.user IN ({names}) \
         ORDER BY u.user, u.host"
    )
}

/// `text` with everything in quotes and in parentheses blotted out, so that what is left are the words of SQL itself.
fn blotted(text: &str) -> String {
    let (mut quote, mut depth, mut escaped) = (None, 0_u32, false);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let hidden = match quote {
            Some(open) => {
                if escaped {
                    escaped = false;
                } else if c == '\\' && open != '`' {
                    escaped = true;
                } else if c == open {
                    quote = None;
                }
                true
            }
            None if matches!(c, '`' | '\'' | '"') => {
                quote = Some(c);
                true
            }
            None if c == '(' => {
                depth += 1;
                true
            }
            None if c == ')' => {
                depth = depth.saturating_sub(1);
                true
            }
            None => depth > 0,
        };
        if hidden {
            (0..c.len_utf8()).for_each(|_| out.push('\u{1}'));
        } else {
            out.push(c);
        }
    }
    out
}

/// `text` at each `mark` that is SQL's own.
fn parts(text: &str, mark: char) -> Vec<&str> {
    let blotted = blotted(text);
    let mut all = Vec::new();
    let mut from = 0;
    for (at, _) in blotted.match_indices(mark) {
        all.push(text[from..at].trim());
        from = at + mark.len_utf8();
    }
    all.push(text[from..].trim());
    all
}

/// Takes one line of `SHOW GRANTS` into `account`. A password's hash, which some servers print there, goes nowhere.
fn take(line: &str, account: &mut Account) {
    let plain = blotted(line);
    if let Some(rest) = plain.strip_prefix("SET DEFAULT ROLE ") {
        let start = line.len() - rest.len();
        let end = rest.find(" FOR ").map_or(line.len(), |at| start + at);
        account.default_roles.extend(Some(line[start..end].to_owned()).filter(|role| role != "NONE"));
        return;
    }
    let (Some(rest), Some(to)) = (plain.strip_prefix("GRANT "), plain.find(" TO ")) else {
        let first: String = line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        account.odd.push(format!("a line of its rights that begins with {first}"));
        return;
    };
    let start = line.len() - rest.len();
    let (what, tail) = (&line[start..to], &plain[to..]);
    let Some(on) = plain[start..to].find(" ON ") else {
        let passes = tail.contains(" WITH ADMIN OPTION");
        account.roles.extend(parts(what, ',').into_iter().map(|role| (role.to_owned(), passes)));
        return;
    };
    let (words, on) = (&what[..on], &what[on + " ON ".len()..]);
    for word in parts(words, ',') {
        match word {
            "PROXY" => account.odd.push(format!("leave to be another account ({on})")),
            "USAGE" => {}
            word => account.rights.extend(one_by_one(word).map(|word| Right { on: on.to_owned(), word })),
        }
    }
    if tail.contains(" WITH GRANT OPTION") {
        account.rights.insert(Right { on: on.to_owned(), word: "GRANT OPTION".to_owned() });
    }
}

/// A privilege on several columns is one on each.
fn one_by_one(word: &str) -> impl Iterator<Item = String> {
    let (verb, columns) = match word.split_once('(') {
        Some((verb, columns)) => (verb.trim(), parts(columns.strip_suffix(')').unwrap_or(columns), ',')),
        None => (word, Vec::new()),
    };
    let whole = columns.is_empty().then(|| verb.to_owned());
    let verb = verb.to_owned();
    whole.into_iter().chain(columns.into_iter().map(move |column| format!("{verb} ({column})")).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::sql::one_question;

    fn read(lines: &[&str]) -> Account {
        let mut account = Account::default();
        for line in lines {
            take(line, &mut account);
        }
        account
    }

    fn said(account: &Account) -> Vec<String> {
        account.rights.iter().map(|right| format!("{} ON {}", right.word, right.on)).collect()
    }

    #[test]
    fn each_line_is_taken_apart_whatever_stands_in_the_names() {
        let account = read(&[
            "GRANT USAGE ON *.* TO `app`@`%` IDENTIFIED BY PASSWORD '*AAAA TO BBBB' REQUIRE SSL",
            "GRANT SELECT, CREATE ROUTINE ON `my\\_shop`.* TO `app`@`%`",
            "GRANT SELECT (`a, b`, `c)`), INSERT (`a`) ON `s`.`it ON x TO ``y```  TO `app`@`%`",
            "GRANT EXECUTE ON PROCEDURE `s`.`p` TO `app`@`%` WITH GRANT OPTION",
            "GRANT USAGE ON `only`.* TO `app`@`%` WITH GRANT OPTION",
            "GRANT `crew`@`%`,`r, TO s`@`10.%` TO `app`@`%` WITH ADMIN OPTION",
            "SET DEFAULT ROLE `crew FOR x` FOR `app`@`%`",
            "GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO `app`@`%`",
        ]);
        assert_eq!(
            said(&account),
            [
                "APPLICATION_PASSWORD_ADMIN ON *.*",
                "EXECUTE ON PROCEDURE `s`.`p`",
                "GRANT OPTION ON PROCEDURE `s`.`p`",
                "CREATE ROUTINE ON `my\\_shop`.*",
                "SELECT ON `my\\_shop`.*",
                "GRANT OPTION ON `only`.*",
                "INSERT (`a`) ON `s`.`it ON x TO ``y``` ",
                "SELECT (`a, b`) ON `s`.`it ON x TO ``y``` ",
                "SELECT (`c)`) ON `s`.`it ON x TO ``y``` ",
            ]
        );
        let roles: Vec<_> = account.roles.iter().map(|(role, passes)| (role.as_str(), *passes)).collect();
        assert_eq!(roles, [("`crew`@`%`", true), ("`r, TO s`@`10.%`", true)]);
        assert_eq!(account.default_roles.iter().collect::<Vec<_>>(), ["`crew FOR x`"]);
        assert_eq!(account.odd, Vec::<String>::new());
        assert!(!format!("{account:?}").contains("AAAA"), "a hash is nothing to be kept");
    }

    #[test]
    fn what_a_second_account_cannot_be_given_is_said() {
        let account = read(&[
            "GRANT PROXY ON ``@`` TO `app`@`%` WITH GRANT OPTION",
            "REVOKE INSERT ON `mysql`.* FROM `app`@`%`",
            "SET DEFAULT ROLE NONE FOR `app`@`%`",
        ]);
        assert_eq!(
            account.odd,
            ["leave to be another account (``@``)", "a line of its rights that begins with REVOKE INSERT"]
        );
        assert!(account.default_roles.is_empty());
    }

    #[test]
    fn what_is_asked_is_one_question_whatever_an_account_is_called() {
        for name in ["app", "it's", "back\\", "a\\'; DROP USER b; -- ", "`;`"] {
            for engine in [Engine::Mysql, Engine::Mariadb] {
                assert!(one_question(&query_of(engine, [name, "x"])), "{name}");
            }
            assert!(one_question(&format!("SHOW GRANTS FOR {}@{}", literal(name), literal(name))), "{name}");
        }
        assert!(one_question(MASTER));
    }
}
