//! What one account has to be given, and what has to be taken from it, until it may do what another may.

use std::collections::{BTreeMap, BTreeSet};

use crate::jobs::secret_rotation::model::{Account, Right};
use crate::services::sql::Engine;

/// What has to be given to the clone and taken from it. It may be the one in use: what it has and keeps it has at every moment, so
/// that what is missing is given first. Where a server takes no other way than to take more and give that back, both go in one message:
/// it goes on with the second though nobody waits for it any more.
pub(super) fn reconciled(engine: Engine, base: &Account, own: &Account, clone: &str) -> Vec<String> {
    let mut all = Vec::new();
    let has = |account: &Account, on: &str, word: &str| {
        account.rights.contains(&Right { on: on.to_owned(), word: word.to_owned() })
    };
    // Whoever has all on an object has what it had word by word before; a column's right is apart.
    let is_within = |right: &&Right| {
        has(base, &right.on, ALL) && right.word != "GRANT OPTION" && !right.word.contains('(') && right.word != ALL
    };
    let default_roles = default_roles(engine, base, clone);
    let mut taken = BTreeSet::new();
    let revoked = |on: &str, words: &[&str]| format!("REVOKE {} ON {on} FROM {clone}", words.join(", "));
    for (on, words) in by_object(base.rights.difference(&own.rights)) {
        let (option, words): (Vec<&str>, Vec<&str>) = words.into_iter().partition(|word| *word == "GRANT OPTION");
        let words = if words.is_empty() { "USAGE".to_owned() } else { words.join(", ") };
        let option = if option.is_empty() { "" } else { " WITH GRANT OPTION" };
        let given = format!("GRANT {words} ON {on} TO {clone}{option}");
        // All of it cannot be taken behind a part that was given.
        if has(own, on, ALL) && !has(base, on, ALL) {
            all.push(format!("{}; {given}", revoked(on, &[ALL])));
            taken.insert(on);
        } else {
            all.push(given);
        }
    }
    let given = |role: &str, passes: bool| {
        let option = if passes { " WITH ADMIN OPTION" } else { "" };
        format!("GRANT {role} TO {clone}{option}")
    };
    // Leave to pass a role on is not taken without the role, which is no default role then; others can be only once all are there.
    let (anew, new): (Vec<_>, Vec<_>) = base
        .roles
        .difference(&own.roles)
        .partition(|(role, passes)| !passes && own.roles.contains(&(role.clone(), true)));
    all.extend(new.into_iter().map(|(role, passes)| given(role, *passes)));
    let anew = anew
        .into_iter()
        .map(|(role, passes)| format!("REVOKE {role} FROM {clone}; {}; {default_roles}", given(role, *passes)));
    all.extend(anew);
    let is_taken = |right: &&Right| right.word == ALL && taken.contains(right.on.as_str());
    let surplus = own.rights.difference(&base.rights).filter(|right| !is_within(right) && !is_taken(right));
    for (on, words) in by_object(surplus) {
        all.push(revoked(on, &words));
    }
    for (role, _) in own.roles.iter().filter(|(role, _)| !base.roles.iter().any(|(kept, _)| kept == role)) {
        all.push(format!("REVOKE {role} FROM {clone}"));
    }
    if own.default_roles != base.default_roles {
        all.push(default_roles);
    }
    all
}

/// What makes the default roles of the clone those of its base.
fn default_roles(engine: Engine, base: &Account, clone: &str) -> String {
    let roles: Vec<_> = base.default_roles.iter().map(String::as_str).collect();
    let roles = if roles.is_empty() { "NONE".to_owned() } else { roles.join(", ") };
    let whose = if engine == Engine::Mariadb { "FOR" } else { "TO" };
    format!("SET DEFAULT ROLE {roles} {whose} {clone}")
}

const ALL: &str = "ALL PRIVILEGES";

fn by_object<'a>(rights: impl Iterator<Item = &'a Right>) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for right in rights {
        all.entry(&right.on).or_default().insert(&right.word);
    }
    all.into_iter().map(|(on, words)| (on, words.into_iter().collect())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(rights: &[(&str, &str)]) -> Account {
        let right = |(on, word): &(&str, &str)| Right { on: (*on).to_owned(), word: (*word).to_owned() };
        Account { rights: rights.iter().map(right).collect(), ..Account::default() }
    }

    fn said(base: &[(&str, &str)], own: &[(&str, &str)]) -> String {
        reconciled(Engine::Mysql, &account(base), &account(own), "c").join("; ")
    }

    #[test]
    fn what_is_taken_to_be_given_back_is_one_message_with_it() {
        let of = |base: &Account, own: &Account| reconciled(Engine::Mariadb, base, own, "c");
        let given = of(&account(&[("`s`.*", "SELECT")]), &account(&[("`s`.*", ALL)]));
        assert_eq!(given, ["REVOKE ALL PRIVILEGES ON `s`.* FROM c; GRANT SELECT ON `s`.* TO c"]);
        let roles = |roles: &[(&str, bool)]| Account {
            roles: roles.iter().map(|(role, passes)| ((*role).to_owned(), *passes)).collect(),
            default_roles: ["a", "b"].map(str::to_owned).into(),
            ..Account::default()
        };
        let given = of(&roles(&[("a", false), ("b", false)]), &roles(&[("a", true)]));
        let anew = "REVOKE a FROM c; GRANT a TO c; SET DEFAULT ROLE a, b FOR c";
        assert_eq!(given, ["GRANT b TO c", anew], "a default role has to be there");
    }

    /// The clone may be the one in use.
    #[test]
    fn what_it_has_and_keeps_is_not_taken_for_a_moment() {
        const S: &str = "`s`.*";
        for (base, own, expected) in [
            (
                &[(S, "SELECT"), (S, "INSERT")][..],
                &[(S, "SELECT"), (S, "DELETE")][..],
                "GRANT INSERT ON `s`.* TO c; REVOKE DELETE ON `s`.* FROM c",
            ),
            (&[(S, ALL)], &[(S, "SELECT"), (S, "INSERT")], "GRANT ALL PRIVILEGES ON `s`.* TO c"),
            (
                &[(S, ALL)],
                &[(S, "SELECT"), (S, "GRANT OPTION")],
                "GRANT ALL PRIVILEGES ON `s`.* TO c; REVOKE GRANT OPTION ON `s`.* FROM c",
            ),
            (&[(S, ALL), (S, "GRANT OPTION")], &[(S, ALL)], "GRANT USAGE ON `s`.* TO c WITH GRANT OPTION"),
            (&[(S, ALL)], &[(S, ALL), (S, "SELECT (`a`)")], "REVOKE SELECT (`a`) ON `s`.* FROM c"),
            (
                &[(S, "SELECT")],
                &[(S, ALL), (S, "GRANT OPTION")],
                "REVOKE ALL PRIVILEGES ON `s`.* FROM c; GRANT SELECT ON `s`.* TO c; REVOKE GRANT OPTION ON `s`.* FROM c",
            ),
            (&[], &[(S, ALL)], "REVOKE ALL PRIVILEGES ON `s`.* FROM c"),
            (&[(S, ALL)], &[(S, ALL)], ""),
        ] {
            assert_eq!(said(base, own), expected);
        }
    }

    #[test]
    fn leave_to_pass_a_role_on_is_given_beside_the_role_and_taken_with_it() {
        let of = |roles: &[(&str, bool)]| {
            let roles = roles.iter().map(|(role, passes)| ((*role).to_owned(), *passes)).collect();
            Account { roles, ..Account::default() }
        };
        let said = |base, own| reconciled(Engine::Mysql, &of(base), &of(own), "c").join("; ");
        assert_eq!(said(&[("r", true)], &[("r", false)]), "GRANT r TO c WITH ADMIN OPTION");
        assert_eq!(said(&[("r", false)], &[("r", true)]), "REVOKE r FROM c; GRANT r TO c; SET DEFAULT ROLE NONE TO c");
        assert_eq!(said(&[], &[("r", true)]), "REVOKE r FROM c");
    }
}
