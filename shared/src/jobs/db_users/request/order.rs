//! Who has to be there before whom: a grantor before those it grants to, a role before its members, an heir before the
//! one it inherits from.

use std::collections::BTreeSet;

use super::user::{State, UserRequest};

/// What a user needs another role for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It becomes a member of it, and so may do what that one may.
    Member,
    /// What that one makes tomorrow is open to it.
    Grantor,
    /// That one gets what it owns.
    Heir,
}

impl UserRequest {
    /// The roles it needs, and what for; never itself: an owner role may be the one whose tables its members read. A user to
    /// be dropped needs nothing but its heir.
    pub fn uses(&self) -> impl Iterator<Item = (Use, &String)> {
        let present = self.state == State::Present;
        let grantors = self.grantor.iter().chain(&self.makers).map(|role| (Use::Grantor, role));
        let groups = self.member_of.iter().map(|role| (Use::Member, role));
        let heirs = self.reassign_to.iter().map(|role| (Use::Heir, role));
        let wanted = grantors.chain(groups).filter(move |_| present).chain(heirs);
        wanted.filter(|(_, role)| **role != self.name)
    }

    /// The roles that have to be there first.
    pub fn needs(&self) -> impl Iterator<Item = &String> {
        self.uses().map(|(_, role)| role)
    }
}

/// The users in an order in which each comes after those it needs, those to be dropped last; otherwise as the event has
/// them. `Err` is the users of a circle.
pub fn ordered(users: &[UserRequest]) -> Result<Vec<&UserRequest>, Vec<String>> {
    let mut done: Vec<&UserRequest> = Vec::with_capacity(users.len());
    let mut placed = BTreeSet::new();
    let mut waiting: Vec<&UserRequest> = users.iter().collect();
    waiting.sort_by_key(|user| user.state == State::Absent);
    while !waiting.is_empty() {
        let names: BTreeSet<_> = waiting.iter().map(|user| user.name.as_str()).collect();
        let free =
            |user: &&&UserRequest| user.needs().all(|need| !names.contains(need.as_str()) || placed.contains(need));
        let Some(next) = waiting.iter().find(free).copied() else {
            return Err(names.into_iter().map(str::to_owned).collect());
        };
        waiting.retain(|user| !std::ptr::eq(*user, next));
        if !waiting.iter().any(|user| user.name == next.name) {
            placed.insert(&next.name);
        }
        done.push(next);
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str, grantor: Option<&str>, state: State) -> UserRequest {
        UserRequest { name: name.to_owned(), grantor: grantor.map(str::to_owned), state, ..UserRequest::default() }
    }

    fn names(users: &[UserRequest]) -> Result<Vec<String>, Vec<String>> {
        ordered(users).map(|users| users.into_iter().map(|user| user.name.clone()).collect())
    }

    #[test]
    fn a_grantor_comes_first_and_the_rest_stays_as_written() {
        use State::{Absent, Present};
        let users = [
            user("old", None, Absent),
            user("ro", Some("ddl"), Present),
            user("rw", Some("ro"), Present),
            user("ddl", Some("elsewhere"), Present),
        ];
        assert_eq!(names(&users).unwrap(), ["ddl", "ro", "rw", "old"]);
        let circle = [user("a", Some("b"), Present), user("b", Some("a"), Present), user("c", None, Present)];
        assert_eq!(names(&circle).unwrap_err(), ["a", "b"]);
    }
}
