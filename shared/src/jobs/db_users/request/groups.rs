//! The groups that presets make their users members of. A group is for one database and one set of schemas: who reads the one
//! must not come to read another because somebody else asked for it. The first on a server has the short name; which one that
//! is, only the server tells, so a plan gives the names.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::server::Request;
use super::user::{Preset, State, UserRequest};
use crate::services::sql::Engine;

/// Who reads or writes what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// Which of the two.
    pub preset: Preset,
    /// Each once, in order.
    pub schemas: Vec<String>,
}

impl Group {
    /// The name of the first group of its kind on a server.
    pub const fn common_name(&self) -> &'static str {
        self.preset.group()
    }

    /// The name of any other: with the database and the schemas in it. Two sets can come to the same (`a_b` and `c`, `a` and
    /// `b_c`), or to one that is too long; `told_apart` has a digest behind it.
    pub fn own_name(&self, database: &str, told_apart: bool) -> String {
        let plain = format!("{}_{database}_{}", self.common_name(), self.schemas.join("_"));
        let most = Engine::Postgres.longest_user();
        if !told_apart && plain.len() <= most {
            return plain;
        }
        let mut hash = Sha256::new();
        for part in [database].into_iter().chain(self.schemas.iter().map(String::as_str)) {
            hash.update(part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digest = format!("_{}", crate::text::hex(&hash.finalize()[..4]));
        let mut cut = plain.len().min(most - digest.len());
        while !plain.is_char_boundary(cut) {
            cut -= 1;
        }
        format!("{}{digest}", &plain[..cut])
    }

    /// Every name it could have.
    pub fn names(&self, database: &str) -> [String; 3] {
        [self.common_name().to_owned(), self.own_name(database, false), self.own_name(database, true)]
    }
}

impl Request {
    /// The group of `user`, if its preset has one here.
    pub fn group_of(&self, user: &UserRequest) -> Option<Group> {
        let preset = user.preset.filter(|preset| *preset != Preset::Manager)?;
        if self.engine != Engine::Postgres || user.state == State::Absent {
            return None;
        }
        let schemas: BTreeSet<_> = user.schemas.iter().cloned().collect();
        Some(Group { preset, schemas: schemas.into_iter().collect() })
    }

    /// Every name that one of the groups could have and no user of the event has.
    pub fn groups(&self) -> BTreeSet<String> {
        let groups: BTreeSet<_> = self.users.iter().filter_map(|user| self.group_of(user)).collect();
        let names = groups.iter().flat_map(|group| group.names(&self.database));
        names.filter(|name| self.user(name).is_none()).collect()
    }

    /// Everybody the event names or may come to imply.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.users.iter().map(|user| user.name.clone()).chain(self.groups())
    }

    /// The same with the groups among its users, each by the name that `named` gives for one of its users.
    #[must_use]
    pub fn with_groups(&self, mut named: impl FnMut(&UserRequest, &Group) -> String) -> Self {
        let mut all = self.clone();
        let present = self.users.iter().filter(|user| user.state == State::Present);
        let managers = present.filter(|user| user.preset == Some(Preset::Manager));
        // What a manager makes tomorrow is open to them; without one, what the master makes.
        let makers: Vec<_> = managers.map(|user| user.name.clone()).collect();
        for (place, user) in self.users.iter().enumerate() {
            let Some(group) = self.group_of(user) else { continue };
            let name = named(user, &group);
            all.users[place].member_of.push(name.clone());
            match all.users.iter_mut().find(|other| other.name == name) {
                Some(known) if self.user(&name).is_none() => {
                    known.schemas.extend(group.schemas);
                    known.schemas.sort();
                    known.schemas.dedup();
                }
                // Who names the group as a user says what it is.
                Some(_) => {}
                None => all.users.push(UserRequest::group(name, group, makers.clone())),
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_named_after_its_database_and_schemas_within_the_limit() {
        let group = |schemas: &[&str]| Group {
            preset: Preset::Reader,
            schemas: schemas.iter().map(|&schema| schema.to_owned()).collect(),
        };
        assert_eq!(group(&["a", "b"]).own_name("shop", false), "r_reader_shop_a_b");
        assert_eq!(group(&["b", "c"]).own_name("a", false), group(&["c"]).own_name("a_b", false));
        assert_ne!(group(&["b", "c"]).own_name("a", true), group(&["c"]).own_name("a_b", true));
        let long = group(&["é".repeat(40).as_str()]).own_name("shop", false);
        assert!(long.len() <= 63 && long.starts_with("r_reader_shop_éé"), "{long}");
        assert_ne!(long, group(&["é".repeat(41).as_str()]).own_name("shop", false));
    }
}
