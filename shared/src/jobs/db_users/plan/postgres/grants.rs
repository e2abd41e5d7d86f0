//! What a user is to get that it has not: on the database, its schemas, what is in them, and what will be.

use std::collections::BTreeSet;

use super::authority::Authority;
use super::{Draft, Planner, sql};
use crate::jobs::db_users::codes;
use crate::jobs::db_users::model::{Grant, Object, ObjectKind, PUBLIC};
use crate::jobs::db_users::plan::listed::listed;
use crate::jobs::db_users::request::{UserRequest, Words};
use crate::services::sql::ident;
use crate::text::{count, printable};

/// Objects named one by one in a statement: a list a person can still read.
pub(super) const NAMED_AT_ONCE: usize = 50;
pub(super) const KINDS: [ObjectKind; 3] = [ObjectKind::Table, ObjectKind::Sequence, ObjectKind::Routine];

/// The objects of a schema, as far as somebody lacks something on them.
#[derive(Default)]
struct Found<'a> {
    todo: Vec<&'a Object>,
    /// The master cannot act as their owners.
    foreign: Vec<&'a Object>,
    /// Routines that an extension keeps from everybody.
    of_extensions: Vec<&'a Object>,
    /// How many are as they should be, and can be granted.
    right: usize,
    /// How many are not to be touched, and need not be.
    left: usize,
}

impl Planner<'_> {
    pub(super) fn grants(&self, user: &UserRequest, draft: &mut Draft) {
        self.grant_on_database(user, draft);
        if user.tables.contains("MAINTAIN") && self.version() < 17 {
            draft.note(
                &codes::NOT_GRANTABLE,
                format!("MAINTAIN is no privilege of version {}, but of 17 and later", self.version()),
                "take it out of the event for this server",
            );
        }
        for schema in &user.schemas {
            self.grant_on_schema(user, schema, draft);
            for kind in KINDS {
                let wanted = self.on_objects(user, kind);
                if !wanted.is_empty() {
                    self.grant_on_objects(user, schema, kind, &wanted, draft);
                    for creator in self.creators(user) {
                        self.grant_on_coming(user, schema, kind, &creator, &wanted, draft);
                    }
                }
            }
            self.note_other_owners(user, schema, draft);
        }
    }

    fn grant_on_database(&self, user: &UserRequest, draft: &mut Draft) {
        let Some(database) = &self.catalog.database else { return };
        let name = &self.world.server.database;
        let lacking = lacking(&Self::on_database(user), &database.grants, &user.name);
        if self.may_grant(&database.owner, &lacking, &database.grants, user, draft, &format!("the database {name}")) {
            let words = listed(&lacking);
            draft.grants.push(sql(format!("GRANT {words} ON DATABASE {} TO {}", ident(name), ident(&user.name))));
        }
    }

    fn grant_on_schema(&self, user: &UserRequest, name: &str, draft: &mut Draft) {
        let Some(schema) = self.catalog.schemas.get(name) else { return };
        if schema.owner == user.name {
            return;
        }
        let lacking = lacking(&Self::on_schema(user), &schema.grants, &user.name);
        if self.may_grant(&schema.owner, &lacking, &schema.grants, user, draft, &format!("the schema {name}")) {
            let words = listed(&lacking);
            draft.grants.push(sql(format!("GRANT {words} ON SCHEMA {} TO {}", ident(name), ident(&user.name))));
        }
    }

    /// Whether `lacking` is something and can be granted. If not, and the user does not have it through others, that is
    /// noted.
    fn may_grant(
        &self,
        owner: &str,
        lacking: &Words,
        grants: &[Grant],
        user: &UserRequest,
        draft: &mut Draft,
        object: &str,
    ) -> bool {
        if lacking.is_empty() {
            return false;
        }
        match self.authority(owner) {
            Authority::Own => true,
            Authority::Borrowed => {
                self.borrow_for(owner, draft);
                true
            }
            Authority::None => {
                let missing: Words =
                    lacking.iter().filter(|word| !self.has_by_others(word, grants, user)).cloned().collect();
                if !missing.is_empty() {
                    draft.note(
                        &codes::NOT_GRANTABLE,
                        format!(
                            "{} on {} is {}'s to grant, and the master user cannot act as that role",
                            listed(&missing),
                            printable(object),
                            printable(owner)
                        ),
                        "grant it as that owner, or make the master user a member of it",
                    );
                }
                false
            }
        }
    }

    /// Whether the user has `word` through everybody or a role it is a member of.
    fn has_by_others(&self, word: &str, grants: &[Grant], user: &UserRequest) -> bool {
        grants.iter().any(|grant| {
            grant.privileges.has(word) && (&*grant.grantee == PUBLIC || self.is_member(&user.name, &grant.grantee))
        })
    }

    fn grant_on_objects(&self, user: &UserRequest, schema: &str, kind: ObjectKind, wanted: &Words, draft: &mut Draft) {
        let mut found = Found::default();
        for object in self.objects(schema, kind).filter(|object| *object.owner != *user.name) {
            self.sort_in(object, user, wanted, &mut found);
        }
        note_foreign(kind, schema, &found.foreign, draft);
        note_of_extensions(schema, &found.of_extensions, draft);
        let (words, to) = (listed(wanted), ident(&user.name));
        let owns_some = self.objects(schema, kind).any(|object| *object.owner == *user.name);
        let each = found.foreign.is_empty() && found.of_extensions.is_empty() && found.left == 0 && !owns_some;
        let todo = found.todo;
        // All of them at once, where each can be granted, since one that could not would make the whole statement fail.
        if each && todo.len() > 1 && (found.right == 0 || todo.len() > NAMED_AT_ONCE) {
            for object in self.objects(schema, kind) {
                self.borrow_for(&object.owner, draft);
            }
            let plural = kind.plural();
            draft.grants.push(sql(format!("GRANT {words} ON ALL {plural} IN SCHEMA {} TO {to}", ident(schema))));
            return;
        }
        for object in &todo {
            self.borrow_for(&object.owner, draft);
        }
        for some in todo.chunks(NAMED_AT_ONCE) {
            let names = named(schema, some);
            draft.grants.push(sql(format!("GRANT {words} ON {} {names} TO {to}", kind.singular())));
        }
    }

    fn sort_in<'b>(&self, object: &'b Object, user: &UserRequest, wanted: &Words, found: &mut Found<'b>) {
        let lacking = lacking(wanted, &object.grants, &user.name);
        let by_others = || lacking.iter().all(|word| self.has_by_others(word, &object.grants, user));
        if object.of_extension && object.kind == ObjectKind::Routine {
            // What an extension keeps from everybody, it keeps for a reason.
            if lacking.is_empty() || by_others() {
                found.left += 1;
            } else {
                found.of_extensions.push(object);
            }
        } else if self.authority(&object.owner) != Authority::None {
            if lacking.is_empty() {
                found.right += 1;
            } else {
                found.todo.push(object);
            }
        } else if lacking.is_empty() || by_others() {
            found.left += 1;
        } else {
            found.foreign.push(object);
        }
    }

    /// Notes that the master has to be `owner` meanwhile, if it is not by itself.
    pub(super) fn borrow_for(&self, owner: &str, draft: &mut Draft) {
        if self.authority(owner) == Authority::Borrowed {
            let acting = self.acting(owner);
            if !draft.borrowed.contains(acting) {
                draft.borrowed.insert(acting.to_owned());
            }
        }
    }

    fn grant_on_coming(
        &self,
        user: &UserRequest,
        schema: &str,
        kind: ObjectKind,
        creator: &str,
        wanted: &Words,
        draft: &mut Draft,
    ) {
        if creator == user.name || Some(creator) == user.owner_role.as_deref() {
            return;
        }
        let has = |word: &&String| {
            self.catalog.defaults.iter().any(|entry| {
                entry.creator == creator
                    && entry.kind == kind
                    && entry.grantee == user.name
                    && entry.privilege == **word
                    && entry.schema.as_deref().is_none_or(|found| found == schema)
            })
        };
        let lacking: Words = wanted.iter().filter(|word| !has(word)).cloned().collect();
        if lacking.is_empty() {
            return;
        }
        match self.authority(creator) {
            Authority::None => {
                draft.note(
                    &codes::NOT_GRANTABLE,
                    format!(
                        "what {} makes in schema {} tomorrow cannot be opened: the master user cannot act as that role",
                        printable(creator),
                        printable(schema)
                    ),
                    "make the master user a member of it",
                );
                return;
            }
            Authority::Borrowed | Authority::Own => self.borrow_for(creator, draft),
        }
        draft.grants.push(sql(format!(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA {} GRANT {} ON {} TO {}",
            ident(creator),
            ident(schema),
            listed(&lacking),
            kind.plural(),
            ident(&user.name)
        )));
    }

    /// Tables of somebody else than the one whose future is covered: today's are granted, tomorrow's will not be.
    fn note_other_owners(&self, user: &UserRequest, schema: &str, draft: &mut Draft) {
        if user.tables.is_empty() {
            return;
        }
        let creators = self.creators(user);
        let known = |owner: &str| {
            creators.contains(owner)
                || owner == user.name
                || Some(owner) == user.owner_role.as_deref()
                || owner == self.master()
        };
        let tables = self.objects(schema, ObjectKind::Table).filter(|object| !object.of_extension);
        let others: BTreeSet<_> = tables.map(|object| &*object.owner).filter(|owner| !known(owner)).collect();
        if !others.is_empty() {
            let names = others.into_iter().map(printable).collect::<Vec<_>>().join(", ");
            draft.note(
                &codes::OTHER_OWNERS,
                format!("schema {} has tables of {names}; what they make tomorrow is not covered", printable(schema)),
                "let one role own all tables, and name it as the grantor",
            );
        }
    }

    pub(super) fn objects<'b>(&'b self, schema: &'b str, kind: ObjectKind) -> impl Iterator<Item = &'b Object> {
        self.catalog.objects.iter().filter(move |object| object.kind == kind && *object.schema == *schema)
    }
}

fn lacking(wanted: &Words, grants: &[Grant], user: &str) -> Words {
    let has = |word: &str| grants.iter().any(|grant| *grant.grantee == *user && grant.privileges.has(word));
    wanted.iter().filter(|word| !has(word)).cloned().collect()
}

/// The objects behind their schema, as GRANT and REVOKE list them.
pub(super) fn named(schema: &str, objects: &[&Object]) -> String {
    let names: Vec<_> = objects.iter().map(|object| format!("{}.{}", ident(schema), object.sql_name)).collect();
    names.join(", ")
}

/// The first of some objects by name, and how many there are besides.
pub(super) fn some_of(objects: &[&Object]) -> String {
    const SHOWN: usize = 3;
    let names: Vec<_> = objects.iter().take(SHOWN).map(|object| printable(&object.sql_name)).collect();
    let more = objects.len().saturating_sub(SHOWN);
    if more == 0 { names.join(", ") } else { format!("{} and {more} more", names.join(", ")) }
}

fn note_foreign(kind: ObjectKind, schema: &str, foreign: &[&Object], draft: &mut Draft) {
    if foreign.is_empty() {
        return;
    }
    let owners: BTreeSet<_> = foreign.iter().map(|object| printable(&object.owner)).collect();
    let owners = owners.into_iter().collect::<Vec<_>>().join(", ");
    draft.note(
        &codes::NOT_GRANTABLE,
        format!(
            "{} in schema {} belong to {owners}, and the master user cannot act as those roles: {}",
            count(foreign.len(), &kind.singular().to_lowercase()),
            printable(schema),
            some_of(foreign)
        ),
        "grant on them as their owners, or make the master user a member of them",
    );
}

fn note_of_extensions(schema: &str, objects: &[&Object], draft: &mut Draft) {
    if !objects.is_empty() {
        draft.note(
            &codes::OF_EXTENSION,
            format!(
                "{} in schema {} are kept from everybody by the extensions they belong to: {}",
                count(objects.len(), "routine"),
                printable(schema),
                some_of(objects)
            ),
            "grant those that are meant by hand",
        );
    }
}
