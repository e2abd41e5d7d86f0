//! What a user is to have, by the words of SQL, with nothing left to look up.

use std::collections::BTreeSet;

use super::Planner;
use crate::jobs::db_users::model::ObjectKind;
use crate::jobs::db_users::request::{ALL, State, UserRequest, Words};

fn words(list: &[&str]) -> Words {
    list.iter().map(|&word| word.to_owned()).collect()
}

impl Planner<'_> {
    /// On the database.
    pub(super) fn on_database(user: &UserRequest) -> Words {
        words(if user.ddl { &["CONNECT", "TEMPORARY", "CREATE"] } else { &["CONNECT"] })
    }

    /// On each of its schemas.
    pub(super) fn on_schema(user: &UserRequest) -> Words {
        words(if user.ddl { &["USAGE", "CREATE"] } else { &["USAGE"] })
    }

    /// On each object of `kind` in its schemas.
    pub(super) fn on_objects(&self, user: &UserRequest, kind: ObjectKind) -> Words {
        match kind {
            ObjectKind::Table => {
                let all = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"];
                let known = if self.version() >= 17 { &all[..] } else { &all[..7] };
                expanded(&user.tables, known)
            }
            ObjectKind::Sequence => {
                let asked = user.sequences.as_ref().map(|asked| expanded(asked, &["USAGE", "SELECT", "UPDATE"]));
                asked.unwrap_or_else(|| implied_sequences(&user.tables))
            }
            ObjectKind::Routine => expanded(&user.functions, &["EXECUTE"]),
        }
    }

    /// Whose objects of tomorrow are open to the user: its grantor's, for a group every manager's, otherwise the master's.
    /// What somebody with an owner role makes is that role's.
    pub(super) fn creators(&self, user: &UserRequest) -> BTreeSet<String> {
        let owner = |maker: &String| {
            let present = self.terms.request.user(maker).filter(|maker| maker.state == State::Present);
            let owner = present.and_then(|maker| maker.owner_role.clone());
            owner.unwrap_or_else(|| maker.clone())
        };
        let makers: BTreeSet<_> = user.grantor.iter().chain(&user.makers).map(owner).collect();
        if makers.is_empty() { [self.master().to_owned()].into() } else { makers }
    }
}

fn expanded(asked: &Words, known: &[&str]) -> Words {
    if asked.contains(ALL) {
        return words(known);
    }
    // What this version does not know cannot be granted on it: MAINTAIN before 17.
    asked.iter().filter(|word| known.contains(&word.as_str())).cloned().collect()
}

/// Writing into a table with a serial column takes its sequence, too.
pub(in crate::jobs::db_users::plan) fn implied_sequences(tables: &Words) -> Words {
    if tables.contains(ALL) {
        return words(&["USAGE", "SELECT", "UPDATE"]);
    }
    let mut sequences = Words::new();
    if tables.contains("INSERT") || tables.contains("UPDATE") {
        sequences.insert("USAGE".to_owned());
    }
    if tables.contains("SELECT") {
        sequences.insert("SELECT".to_owned());
    }
    sequences
}
