//! What a user has and the event does not give. Only what the owner or the master granted is taken back; what others
//! granted is noted and stays.

use super::authority::Authority;
use super::grants::KINDS;
use super::{Draft, Planner, sql};
use crate::jobs::db_users::model::{DefaultGrant, Grant, ObjectKind};
use crate::jobs::db_users::plan::statement::listed;
use crate::jobs::db_users::request::{Auth, Revoke, UserRequest, Words};
use crate::services::sql::ident;
use crate::text::{count, printable};

impl Planner<'_> {
    pub(super) fn revokes(&self, user: &UserRequest, draft: &mut Draft) {
        let name = ident(&user.name);
        if let Some(database) = &self.catalog.database {
            let surplus = self.surplus(&Self::on_database(user), &database.grants, &database.owner, user, draft);
            if !surplus.is_empty() {
                let on = ident(&self.world.server.database);
                draft.revokes.push(sql(format!("REVOKE {} ON DATABASE {on} FROM {name}", listed(&surplus))));
            }
        }
        let everywhere = self.terms.request.revoke == Revoke::All;
        for (schema, found) in &self.catalog.schemas {
            let named = user.schemas.contains(schema);
            if !named && !everywhere {
                continue;
            }
            let wanted = if named { Self::on_schema(user) } else { Words::new() };
            if found.owner != user.name {
                let surplus = self.surplus(&wanted, &found.grants, &found.owner, user, draft);
                if !surplus.is_empty() {
                    draft.revokes.push(sql(format!(
                        "REVOKE {} ON SCHEMA {} FROM {name}",
                        listed(&surplus),
                        ident(schema)
                    )));
                }
            }
            for kind in KINDS {
                let wanted = if named { self.on_objects(user, kind) } else { Words::new() };
                self.revoke_on_objects(user, schema, kind, &wanted, draft);
                self.revoke_on_coming(user, schema, kind, &wanted, draft);
            }
        }
        self.revoke_on_coming_anywhere(user, everywhere, draft);
        if everywhere {
            self.revoke_memberships(user, draft);
        }
        if let Some(columns) = self.catalog.column_grants.get(&user.name).filter(|columns| **columns > 0) {
            draft.note(
                "column-grants",
                format!("it has privileges on {}, which are not touched", count(*columns, "single column")),
                "revoke them by hand if they are not meant",
            );
        }
    }

    fn revoke_on_objects(&self, user: &UserRequest, schema: &str, kind: ObjectKind, wanted: &Words, draft: &mut Draft) {
        for object in self.objects(schema, kind).filter(|object| !object.of_extension && object.owner != user.name) {
            let surplus = self.surplus(wanted, &object.grants, &object.owner, user, draft);
            if !surplus.is_empty() {
                draft.revokes.push(sql(format!(
                    "REVOKE {} ON {} {}.{} FROM {}",
                    listed(&surplus),
                    kind.singular(),
                    ident(schema),
                    object.sql_name,
                    ident(&user.name)
                )));
            }
        }
    }

    fn revoke_on_coming(&self, user: &UserRequest, schema: &str, kind: ObjectKind, wanted: &Words, draft: &mut Draft) {
        let creators = self.creators(user);
        let surplus = |entry: &&DefaultGrant| {
            entry.schema.as_deref() == Some(schema)
                && !(creators.contains(&entry.creator) && wanted.contains(&entry.privilege))
        };
        let place = format!("IN SCHEMA {} ", ident(schema));
        for (creator, words) in self.defaults_by_creator(user, kind, surplus) {
            self.revoke_default(user, creator, &place, kind, &words, draft);
        }
    }

    /// Default privileges that hold in every schema open what is made in those of the event, too, and no revoking in one
    /// schema takes them away.
    fn revoke_on_coming_anywhere(&self, user: &UserRequest, everywhere: bool, draft: &mut Draft) {
        for kind in KINDS {
            for (creator, words) in self.defaults_by_creator(user, kind, |entry| entry.schema.is_none()) {
                if everywhere {
                    self.revoke_default(user, creator, "", kind, &words, draft);
                    continue;
                }
                draft.note(
                    "foreign-grant",
                    format!(
                        "it has {} on all {} that {} makes in whatever schema, which is not touched",
                        listed(&words),
                        kind.plural().to_lowercase(),
                        printable(creator)
                    ),
                    "revoke it by hand, or with \"revoke\": \"all\", if it is not meant",
                );
            }
        }
    }

    /// What `user` has by default privileges on objects of `kind`, as far as `counts`, by whose objects they are.
    fn defaults_by_creator<'b>(
        &'b self,
        user: &UserRequest,
        kind: ObjectKind,
        counts: impl Fn(&&DefaultGrant) -> bool,
    ) -> Vec<(&'b str, Words)> {
        let mut found: Vec<(&str, Words)> = Vec::new();
        let own = self.catalog.defaults.iter().filter(|entry| entry.kind == kind && entry.grantee == user.name);
        for entry in own.filter(counts) {
            match found.iter_mut().find(|(creator, _)| *creator == entry.creator) {
                Some((_, words)) => _ = words.insert(entry.privilege.clone()),
                None => found.push((&entry.creator, [entry.privilege.clone()].into())),
            }
        }
        found
    }

    fn revoke_default(
        &self,
        user: &UserRequest,
        creator: &str,
        place: &str,
        kind: ObjectKind,
        words: &Words,
        draft: &mut Draft,
    ) {
        match self.authority(creator) {
            Authority::None => return foreign(words, creator, draft),
            Authority::Borrowed => _ = draft.borrowed.insert(creator.to_owned()),
            Authority::Own => {}
        }
        draft.revokes.push(sql(format!(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {} {place}REVOKE {} ON {} FROM {}",
            ident(creator),
            listed(words),
            kind.plural(),
            ident(&user.name)
        )));
    }

    fn revoke_memberships(&self, user: &UserRequest, draft: &mut Draft) {
        let rows = self.catalog.memberships.iter().filter(|row| row.member == user.name);
        for row in rows {
            let wanted = user.member_of.contains(&row.role) || (user.auth == Auth::Iam && row.role == "rds_iam");
            if wanted {
                continue;
            }
            let ours = row.grantor == self.master() || self.version() < 16;
            if ours && self.administers(&row.role) {
                draft.revokes.push(sql(format!("REVOKE {} FROM {}", ident(&row.role), ident(&user.name))));
            } else {
                draft.note(
                    "foreign-grant",
                    format!("it is a member of {}, by {}", printable(&row.role), printable(&row.grantor)),
                    "revoke it as its grantor if it is not meant",
                );
            }
        }
    }

    /// What `user` has beyond `wanted`, as far as it can be taken back.
    fn surplus(&self, wanted: &Words, grants: &[Grant], owner: &str, user: &UserRequest, draft: &mut Draft) -> Words {
        let mut surplus = Words::new();
        for grant in grants.iter().filter(|grant| grant.grantee == user.name && !wanted.contains(&grant.privilege)) {
            let authority = if grant.grantor == owner { self.authority(owner) } else { Authority::None };
            match authority {
                Authority::Own => _ = surplus.insert(grant.privilege.clone()),
                Authority::Borrowed => {
                    draft.borrowed.insert(owner.to_owned());
                    surplus.insert(grant.privilege.clone());
                }
                Authority::None => foreign(&[grant.privilege.clone()].into(), &grant.grantor, draft),
            }
        }
        surplus
    }
}

fn foreign(words: &Words, grantor: &str, draft: &mut Draft) {
    draft.note(
        "foreign-grant",
        format!("it has {} from {}, which the master user cannot take back", listed(words), printable(grantor)),
        "revoke it as that role if it is not meant",
    );
}
