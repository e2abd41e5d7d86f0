//! What the catalogs of `MySQL` and `MariaDB` say about the users of an event. There are no owners here, and no privileges on
//! what is yet to come but those on a whole database.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::Held;

/// The catalogs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accounts {
    /// Whether the event's database is there.
    pub database: bool,
    /// Where the server sees this run come from: an address, or a name.
    pub from: String,
    /// The accounts of the event's names, by user and host.
    pub accounts: BTreeMap<(String, String), Account>,
    /// `partial_revokes` is on: in a grant, the name of a database is itself and no pattern.
    pub names_are_literal: bool,
    /// What they may do on databases.
    pub grants: Vec<SchemaGrant>,
    /// What they may do on single tables, columns and routines.
    pub inner: Vec<InGrant>,
    /// The roles each is a member of, as SQL names them, and whether the master may take them back, by `'user'@'host'`.
    pub roles: BTreeMap<String, Vec<(String, bool)>>,
    /// The names of the roles that users of each name may become, by whatever chain.
    pub reached: BTreeMap<String, Vec<String>>,
    /// Who is a member of an account to be dropped, as of a role, by its user and host.
    pub members: BTreeMap<(String, String), Vec<String>>,
    /// How many privileges on all databases each has: reported, never touched.
    pub global_grants: BTreeMap<String, usize>,
    /// What runs with the rights of a user to be dropped.
    pub held: BTreeMap<String, Vec<Held>>,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "as the server has them")]
pub struct Account {
    /// Nobody can log in as it.
    pub locked: bool,
    /// How it proves who it is.
    pub plugin: String,
    /// Other ways to prove it, which are as good.
    pub or_by: Vec<String>,
    /// It may administer users or the server, be another account, or reach every database.
    pub privileged: bool,
    /// Its password has run out.
    pub expired: bool,
    /// The server takes no password for it that it had before.
    pub remembers: bool,
    /// It may keep the password before as a second one: `APPLICATION_PASSWORD_ADMIN`.
    pub keeps_second: bool,
}

/// One privilege on one database, or on a pattern of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaGrant {
    /// `'user'@'host'`.
    pub grantee: String,
    /// The name as it stands in the grant, with its backslashes.
    pub database: String,
    /// The word.
    pub privilege: String,
    /// It may be passed on.
    pub passable: bool,
}

/// One privilege on a table, a column or a routine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InGrant {
    /// `'user'@'host'`.
    pub grantee: String,
    /// The database.
    pub database: String,
    /// What it is on, as SQL names it behind ON.
    pub on: String,
    /// The word.
    pub privilege: String,
    /// Of a column, its name as SQL has it, quoted.
    pub column: Option<String>,
    /// It may be passed on.
    pub passable: bool,
}

impl Accounts {
    /// Whether one can log in as this user from here, and then is the account of this host.
    pub fn takes_login(&self, user: &str, host: &str) -> bool {
        let account = self.accounts.get(&(user.to_owned(), host.to_owned()));
        account.is_some_and(|account| !account.locked) && self.meets(user, host)
    }

    /// Whether a login from here meets the account of `user` at `host`, if there is one: of those whose pattern is met, the
    /// server takes the most specific.
    pub fn meets(&self, user: &str, host: &str) -> bool {
        takes(host, &self.from, self.hosts_of(user))
    }

    /// The roles that an account of the name `user` may become, by whatever chain.
    pub fn reached<'a>(&'a self, user: &str) -> impl Iterator<Item = &'a str> {
        self.reached.get(user).into_iter().flatten().map(String::as_str)
    }

    /// The host parts of all accounts of `user`.
    pub fn hosts_of(&self, user: &str) -> impl Iterator<Item = &str> {
        self.accounts.keys().filter(move |(name, _)| name == user).map(|(_, host)| host.as_str())
    }

    /// Whether a grant on `pattern` opens the database `name`.
    pub fn opens(&self, pattern: &str, name: &str) -> bool {
        if self.names_are_literal { pattern == name } else { is_opened(pattern, name) }
    }

    /// What the server goes by where several patterns open a database: the one with its first wildcard furthest behind.
    pub fn weight(&self, pattern: &str) -> usize {
        let mut escaped = false;
        let wild = pattern.chars().position(|c| {
            let wild = !escaped && (c == '%' || c == '_');
            escaped = !escaped && c == '\\';
            wild
        });
        wild.filter(|_| !self.names_are_literal).unwrap_or(usize::MAX)
    }
}

/// Whether the account of `host` takes a login from `from`, where there are accounts of the same name for `others`.
pub fn takes<'a>(host: &'a str, from: &str, others: impl Iterator<Item = &'a str>) -> bool {
    let met = others.chain([host]).filter(|pattern| is_met(pattern, from));
    met.max_by_key(|pattern| (literal_length(pattern), *pattern == host)) == Some(host)
}

/// `LIKE`, where a backslash makes a wildcard the character it is.
fn is_opened(pattern: &str, name: &str) -> bool {
    /// One place of a pattern.
    #[derive(Clone, Copy)]
    enum Place {
        Any,
        One,
        Is(char),
    }
    let mut places = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        places.push(match c {
            '\\' => Place::Is(chars.next().unwrap_or('\\')),
            '%' => Place::Any,
            '_' => Place::One,
            c => Place::Is(c),
        });
    }
    // Which places can be next, after each character of the name.
    let skip = |mut at: Vec<bool>| {
        for place in 0..places.len() {
            if at[place] && matches!(places[place], Place::Any) {
                at[place + 1] = true;
            }
        }
        at
    };
    let mut at = vec![false; places.len() + 1];
    at[0] = true;
    at = skip(at);
    for c in name.chars() {
        let mut next = vec![false; places.len() + 1];
        for (place, meant) in places.iter().enumerate().filter(|(place, _)| at[*place]) {
            match meant {
                Place::Any => next[place] = true,
                Place::One => next[place + 1] = true,
                Place::Is(own) if *own == c => next[place + 1] = true,
                Place::Is(_) => {}
            }
        }
        at = skip(next);
    }
    at[places.len()]
}

/// How much of a pattern stands before its first wildcard; all of it is more than any.
fn literal_length(pattern: &str) -> usize {
    pattern.find(['%', '_', '/']).unwrap_or(usize::MAX)
}

/// Whether the host part of an account is met by a login from `from`: a pattern of `LIKE`, or an address with its mask.
fn is_met(pattern: &str, from: &str) -> bool {
    if let Some((network, mask)) = pattern.split_once('/') {
        let bits = |text: &str| text.parse::<Ipv4Addr>().ok().map(u32::from);
        let short = mask.parse::<u32>().ok().filter(|length| *length <= 32);
        let mask = short.map(|length| u32::MAX.checked_shl(32 - length).unwrap_or(0)).or_else(|| bits(mask));
        return matches!((bits(network), bits(from), mask), (Some(network), Some(from), Some(mask)) if from & mask == network);
    }
    is_like(&pattern.to_lowercase(), &from.to_lowercase())
}

/// `LIKE`: `%` is any text, `_` any character. Goes back to the last `%` alone, so that no pattern takes it long.
fn is_like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<_>, Vec<_>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut seen, mut last) = (0, 0, None);
    while seen < text.len() {
        match pattern.get(at) {
            Some('%') => {
                last = Some((at, seen));
                at += 1;
            }
            Some(own) if *own == '_' || *own == text[seen] => (at, seen) = (at + 1, seen + 1),
            _ => {
                // The last `%` stands for one character more.
                let Some((wild, from)) = last else { return false };
                last = Some((wild, from + 1));
                (at, seen) = (wild + 1, from + 1);
            }
        }
    }
    pattern[at..].iter().all(|own| *own == '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_met_as_the_server_has_it() {
        for (pattern, from, met) in [
            ("%", "10.1.2.3", true),
            ("10.1.%", "10.1.2.3", true),
            ("10.2.%", "10.1.2.3", false),
            ("10.1.2._", "10.1.2.3", true),
            ("10.1.2._", "10.1.2.34", false),
            ("10.1.0.0/255.255.0.0", "10.1.2.3", true),
            ("10.1.0.0/16", "10.1.2.3", true),
            ("10.1.0.0/24", "10.1.2.3", false),
            ("0.0.0.0/0", "10.1.2.3", true),
            ("localhost", "LOCALHOST", true),
            ("localhost", "127.0.0.1", false),
            ("", "10.1.2.3", false),
            ("%.%.2.%", "10.1.2.3", true),
            ("%.example.com", "a.example.com.example.org", false),
            ("%.example.com", "example.com.a.example.com", true),
        ] {
            assert_eq!(is_met(pattern, from), met, "{pattern} {from}");
        }
    }

    #[test]
    fn a_grant_opens_the_databases_its_pattern_meets_and_the_most_literal_counts() {
        let accounts = Accounts::default();
        for (pattern, name, opens) in [
            ("my_shop", "my_shop", true),
            ("my_shop", "myXshop", true),
            ("my\\_shop", "my_shop", true),
            ("my\\_shop", "myXshop", false),
            ("my%", "my_shop", true),
            ("%", "my_shop", true),
            ("%_shop", "shop", false),
            ("my\\%", "my_shop", false),
            ("%shop%shop", "shopshop", true),
            ("%shop%shop", "shop", false),
        ] {
            assert_eq!(accounts.opens(pattern, name), opens, "{pattern} {name}");
        }
        let mut patterns = ["%", "my\\_shop", "my%", "my_shop", "my\\_sh%"];
        patterns.sort_by_key(|pattern| accounts.weight(pattern));
        assert_eq!(patterns, ["%", "my%", "my_shop", "my\\_sh%", "my\\_shop"]);
        let literal = Accounts { names_are_literal: true, ..Accounts::default() };
        assert!(literal.opens("my_shop", "my_shop") && !literal.opens("my_shop", "myXshop"));
    }

    #[test]
    fn of_several_accounts_the_most_specific_takes_the_login() {
        let accounts = ["%", "10.%", "10.2.%"].map(|host| (("app".to_owned(), host.to_owned()), Account::default()));
        let accounts = Accounts { from: "10.1.2.3".to_owned(), accounts: accounts.into(), ..Accounts::default() };
        assert!(accounts.takes_login("app", "10.%") && !accounts.takes_login("app", "%"));
        assert!(!accounts.takes_login("app", "10.2.%") && !accounts.takes_login("other", "%"));
        assert!(accounts.meets("other", "%"), "one that is yet to be made");
    }
}
