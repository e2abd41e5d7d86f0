//! Who may do what on an object of `PostgreSQL`, kept small: a database may have ten thousand tables with ten users each. The
//! server writes one entry a grantee and grantor, with a letter for each privilege and a star where it may be passed on.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// Whom an entry means that names nobody.
pub const PUBLIC: &str = "PUBLIC";

/// As the server writes them.
const LETTERS: [(char, &str); 14] = [
    ('r', "SELECT"),
    ('a', "INSERT"),
    ('w', "UPDATE"),
    ('d', "DELETE"),
    ('D', "TRUNCATE"),
    ('x', "REFERENCES"),
    ('t', "TRIGGER"),
    ('m', "MAINTAIN"),
    ('X', "EXECUTE"),
    ('U', "USAGE"),
    ('C', "CREATE"),
    ('T', "TEMPORARY"),
    ('c', "CONNECT"),
    ('s', "SET"),
];

/// A set of privileges.
#[derive(Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub struct Privileges(u16);

impl Privileges {
    /// Whether `word` is one of them.
    pub fn has(self, word: &str) -> bool {
        self.0 & Self::bit(word) != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// By the words of SQL.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        LETTERS.iter().enumerate().filter(move |(place, _)| self.0 & (1 << place) != 0).map(|(_, (_, word))| *word)
    }

    fn bit(word: &str) -> u16 {
        LETTERS.iter().position(|(_, known)| *known == word).map_or(0, |place| 1 << place)
    }

    fn add(&mut self, letter: char) {
        if let Some(place) = LETTERS.iter().position(|(known, _)| *known == letter) {
            self.0 |= 1 << place;
        }
    }
}

impl<'a> FromIterator<&'a str> for Privileges {
    fn from_iter<I: IntoIterator<Item = &'a str>>(words: I) -> Self {
        Self(words.into_iter().map(Self::bit).fold(0, |all, bit| all | bit))
    }
}

impl fmt::Debug for Privileges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.words()).finish()
    }
}

/// What one grantee has by one grantor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// A role, or [`PUBLIC`].
    pub grantee: Arc<str>,
    /// Who granted it.
    pub grantor: Arc<str>,
    /// What.
    pub privileges: Privileges,
    /// What of it the grantee may pass on.
    pub passable: Privileges,
}

/// Each name once, however many objects have it.
#[derive(Debug, Default)]
pub struct Names(BTreeSet<Arc<str>>);

impl Names {
    /// The one copy of `name`.
    pub fn of(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return Arc::clone(known);
        }
        let new: Arc<str> = name.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}

/// The grants that `entries`, as the server writes them, hold for or by somebody who `concerns` us.
pub fn grants(entries: &[String], concerns: impl Fn(&str) -> bool, names: &mut Names) -> Vec<Grant> {
    let mut grants: Vec<Grant> = Vec::new();
    for entry in entries {
        let Some((grantee, privileges, passable, grantor)) = entry_of(entry) else { continue };
        let grantee = if grantee.is_empty() { PUBLIC } else { &grantee };
        if concerns(grantee) || concerns(&grantor) {
            let (grantee, grantor) = (names.of(grantee), names.of(&grantor));
            grants.push(Grant { grantee, grantor, privileges, passable });
        }
    }
    grants.sort();
    grants
}

/// `grantee=letters/grantor`; a name with anything but letters and digits in it stands in quotes.
fn entry_of(entry: &str) -> Option<(String, Privileges, Privileges, String)> {
    let (grantee, rest) = name(entry)?;
    let (letters, rest) = rest.strip_prefix('=')?.split_once('/')?;
    let (grantor, _) = name(rest)?;
    let (mut privileges, mut passable) = (Privileges::default(), Privileges::default());
    let mut last = None;
    for letter in letters.chars() {
        match (letter, last) {
            ('*', Some(last)) => passable.add(last),
            _ => privileges.add(letter),
        }
        last = Some(letter);
    }
    Some((grantee, privileges, passable, grantor))
}

/// The name `text` begins with, and what follows it.
fn name(text: &str) -> Option<(String, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find(['=', '/']).unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut name = String::new();
    loop {
        let (before, after) = rest.split_once('"')?;
        name.push_str(before);
        rest = after;
        match rest.strip_prefix('"') {
            // A doubled one is one of the name's.
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some((name, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_as_the_server_writes_it() {
        let parsed = |entry: &str| {
            let mut found = grants(&[entry.to_owned()], |_| true, &mut Names::default());
            let Grant { grantee, grantor, privileges, passable } = found.remove(0);
            let words = |set: Privileges| set.words().collect::<Vec<_>>().join(" ");
            format!("{grantee} < {grantor}: {} | {}", words(privileges), words(passable))
        };
        for (entry, expected) in [
            ("app=arw/maker", "app < maker: SELECT INSERT UPDATE | "),
            ("=Tc/master", "PUBLIC < master: TEMPORARY CONNECT | "),
            ("app=r*w/maker", "app < maker: SELECT UPDATE | SELECT"),
            ("\"a=b/c\"=X/\"d\"\"e\"", "a=b/c < d\"e: EXECUTE | "),
            ("\"rw-ddl\"=UC*/rdsadmin", "rw-ddl < rdsadmin: USAGE CREATE | CREATE"),
            ("app=/maker", "app < maker:  | "),
            ("app=rQ/maker", "app < maker: SELECT | "),
        ] {
            assert_eq!(parsed(entry), expected, "{entry}");
        }
        let twice: Privileges = ["SELECT", "INSERT", "SELECT"].into_iter().collect();
        assert_eq!(twice.words().collect::<Vec<_>>(), ["SELECT", "INSERT"], "said twice is said");
        assert_eq!(grants(&["nonsense".to_owned(), "\"open=r/x".to_owned()], |_| true, &mut Names::default()), []);
        assert!(grants(&["other=r/maker".to_owned()], |name| name == "app", &mut Names::default()).is_empty());
        assert_eq!(grants(&["other=r/app".to_owned()], |name| name == "app", &mut Names::default()).len(), 1);
    }
}
