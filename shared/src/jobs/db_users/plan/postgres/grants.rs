//! What a user is to get that it has not: on the database, its schemas, what is in them, and what will be.

use std::collections::BTreeSet;

use super::authority::Authority;
use super::{Draft, Planner, sql};
use crate::jobs::db_users::model::{Grant, Object, ObjectKind};
use crate::jobs::db_users::plan::statement::listed;
use crate::jobs::db_users::request::{UserRequest, Words};
use crate::services::sql::ident;
use crate::text::{count, printable};

/// Something the event gives and the master cannot.
pub(super) const NOT_GRANTABLE: &str = "not-grantable";
/// Objects named one by one in a statement: a list a person can still read.
const NAMED_AT_ONCE: usize = 50;
pub(super) const KINDS: [ObjectKind; 3] = [ObjectKind::Table, ObjectKind::Sequence, ObjectKind::Routine];

impl Planner<'_> {
    pub(super) fn grants(&self, user: &UserRequest, draft: &mut Draft) {
        self.grant_on_database(user, draft);
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
                draft.borrowed.insert(owner.to_owned());
                true
            }
            Authority::None => {
                let missing: Words =
                    lacking.iter().filter(|word| !self.has_by_others(word, grants, user)).cloned().collect();
                if !missing.is_empty() {
                    draft.note(
                        NOT_GRANTABLE,
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
            grant.privilege == word && (grant.grantee == "PUBLIC" || self.is_member(&user.name, &grant.grantee))
        })
    }

    fn grant_on_objects(&self, user: &UserRequest, schema: &str, kind: ObjectKind, wanted: &Words, draft: &mut Draft) {
        let all: Vec<_> = self.objects(schema, kind).collect();
        let mut todo: Vec<&Object> = Vec::new();
        let mut foreign: Vec<&Object> = Vec::new();
        for object in all.iter().copied().filter(|object| !object.of_extension && object.owner != user.name) {
            let lacking = lacking(wanted, &object.grants, &user.name);
            if lacking.is_empty() {
                continue;
            }
            match self.authority(&object.owner) {
                Authority::Own => todo.push(object),
                Authority::Borrowed => {
                    draft.borrowed.insert(object.owner.clone());
                    todo.push(object);
                }
                Authority::None if lacking.iter().all(|word| self.has_by_others(word, &object.grants, user)) => {}
                Authority::None => foreign.push(object),
            }
        }
        note_foreign(kind, schema, &foreign, draft);
        let (words, to) = (listed(wanted), ident(&user.name));
        if todo.len() > 1 && todo.len() == all.len() {
            // All of them, and each can be granted: one that could not would make the whole statement fail.
            let plural = kind.plural();
            draft.grants.push(sql(format!("GRANT {words} ON ALL {plural} IN SCHEMA {} TO {to}", ident(schema))));
            return;
        }
        for some in todo.chunks(NAMED_AT_ONCE) {
            let names: Vec<_> = some.iter().map(|object| format!("{}.{}", ident(schema), object.sql_name)).collect();
            let singular = kind.singular();
            draft.grants.push(sql(format!("GRANT {words} ON {singular} {} TO {to}", names.join(", "))));
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
                    NOT_GRANTABLE,
                    format!(
                        "what {} makes in schema {} tomorrow cannot be opened: the master user cannot act as that role",
                        printable(creator),
                        printable(schema)
                    ),
                    "make the master user a member of it",
                );
                return;
            }
            Authority::Borrowed => _ = draft.borrowed.insert(creator.to_owned()),
            Authority::Own => {}
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
        let others: BTreeSet<_> = tables.map(|object| object.owner.as_str()).filter(|owner| !known(owner)).collect();
        if !others.is_empty() {
            let names = others.into_iter().map(printable).collect::<Vec<_>>().join(", ");
            draft.note(
                "other-owners",
                format!("schema {} has tables of {names}; what they make tomorrow is not covered", printable(schema)),
                "let one role own all tables, and name it as the grantor",
            );
        }
    }

    pub(super) fn objects<'b>(&'b self, schema: &'b str, kind: ObjectKind) -> impl Iterator<Item = &'b Object> {
        self.catalog.objects.iter().filter(move |object| object.kind == kind && object.schema == schema)
    }
}

fn lacking(wanted: &Words, grants: &[Grant], user: &str) -> Words {
    let has = |word: &str| grants.iter().any(|grant| grant.grantee == user && grant.privilege == word);
    wanted.iter().filter(|word| !has(word)).cloned().collect()
}

fn note_foreign(kind: ObjectKind, schema: &str, foreign: &[&Object], draft: &mut Draft) {
    if foreign.is_empty() {
        return;
    }
    let owners: BTreeSet<_> = foreign.iter().map(|object| printable(&object.owner)).collect();
    let owners = owners.into_iter().collect::<Vec<_>>().join(", ");
    draft.note(
        NOT_GRANTABLE,
        format!(
            "{} in schema {} belong to {owners}, and the master user cannot act as those roles",
            count(foreign.len(), &kind.singular().to_lowercase()),
            printable(schema)
        ),
        "grant on them as their owners, or make the master user a member of them",
    );
}
