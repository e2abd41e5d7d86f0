//! What a user has and the event does not give. Where the event says so, what the owner or the master granted is taken back;
//! what others granted, or what the user has passed on, stays and is noted. Where it does not say so, all of it is only
//! noted, in groups. From a role that the event does not name but implies nothing is taken: it is others' as well.

use std::collections::BTreeMap;

use super::authority::Authority;
use super::grants::{KINDS, NAMED_AT_ONCE, named, some_of};
use super::surplus::{Surplus, note_drift, note_foreign, note_untakeable, passed_on_by};
use super::{Draft, Planner, sql};
use crate::jobs::db_users::codes;
use crate::jobs::db_users::model::{DefaultGrant, Object, ObjectKind};
use crate::jobs::db_users::plan::listed::listed;
use crate::jobs::db_users::request::{Origin, Revoke, UserRequest, Words};
use crate::services::sql::ident;
use crate::text::{count, printable};

impl Planner<'_> {
    pub(super) fn revokes(&self, user: &UserRequest, draft: &mut Draft) {
        let takes = self.terms.request.revoke != Revoke::None && user.origin == Origin::Named;
        let everywhere = takes && self.terms.request.revoke == Revoke::All;
        self.revoke_on_database(user, takes, draft);
        for (schema, found) in &self.catalog.schemas {
            let is_named = user.schemas.contains(schema);
            let takes = takes && (is_named || everywhere);
            let wanted = if is_named { Self::on_schema(user) } else { Words::new() };
            if found.owner != user.name {
                let surplus = self.surplus(&wanted, &found.grants, &found.owner, user);
                let on = format!("SCHEMA {}", ident(schema));
                self.take(
                    &surplus,
                    &on,
                    &found.owner,
                    &format!("the schema {}", printable(schema)),
                    user,
                    takes,
                    draft,
                );
            }
            for kind in KINDS {
                let wanted = if is_named { self.on_objects(user, kind) } else { Words::new() };
                self.revoke_on_objects(user, schema, kind, &wanted, takes, draft);
                self.revoke_on_coming(user, schema, kind, &wanted, takes, draft);
            }
        }
        self.revoke_on_coming_anywhere(user, takes, everywhere, draft);
        self.revoke_memberships(user, everywhere, draft);
        if let Some(columns) = self.catalog.column_grants.get(&user.name).filter(|columns| **columns > 0) {
            draft.note(
                &codes::COLUMN_GRANTS,
                format!("it has privileges on {}, which are not touched", count(*columns, "single column")),
                "revoke them by hand if they are not meant",
            );
        }
    }

    fn revoke_on_database(&self, user: &UserRequest, takes: bool, draft: &mut Draft) {
        let Some(database) = self.catalog.database.as_ref().filter(|database| database.owner != user.name) else {
            return;
        };
        let surplus = self.surplus(&Self::on_database(user), &database.grants, &database.owner, user);
        let on = format!("DATABASE {}", ident(&self.world.server.database));
        self.take(&surplus, &on, &database.owner, "the database", user, takes, draft);
    }

    /// Takes back, or notes, what was found on one thing.
    #[expect(clippy::too_many_arguments, reason = "a thing, by its name in SQL and in words")]
    fn take(
        &self,
        surplus: &Surplus,
        on: &str,
        owner: &str,
        said: &str,
        user: &UserRequest,
        takes: bool,
        draft: &mut Draft,
    ) {
        if surplus.is_empty() {
            return;
        }
        note_untakeable(surplus, said, draft);
        if !takes {
            return note_drift(surplus, said, draft);
        }
        let name = ident(&user.name);
        for (option, words) in surplus.takeable() {
            self.borrow_for(owner, draft);
            draft.revokes.push(sql(format!("REVOKE {option}{} ON {on} FROM {name}", listed(words))));
        }
    }

    fn revoke_on_objects(
        &self,
        user: &UserRequest,
        schema: &str,
        kind: ObjectKind,
        wanted: &Words,
        takes: bool,
        draft: &mut Draft,
    ) {
        let mut alike: BTreeMap<Surplus, Vec<&Object>> = BTreeMap::new();
        for object in self.objects(schema, kind).filter(|object| *object.owner != *user.name) {
            let surplus = self.surplus(wanted, &object.grants, &object.owner, user);
            if !surplus.is_empty() {
                alike.entry(surplus).or_default().push(object);
            }
        }
        let (one, number) = (kind.singular().to_lowercase(), |objects: &[&Object]| objects.len());
        for (surplus, objects) in &alike {
            let said =
                format!("{} in schema {} ({})", count(number(objects), &one), printable(schema), some_of(objects));
            note_untakeable(surplus, &said, draft);
            if takes {
                self.revoke_alike(surplus, objects, schema, kind, user, draft);
            } else {
                note_drift(surplus, &said, draft);
            }
        }
    }

    fn revoke_alike(
        &self,
        surplus: &Surplus,
        objects: &[&Object],
        schema: &str,
        kind: ObjectKind,
        user: &UserRequest,
        draft: &mut Draft,
    ) {
        let name = ident(&user.name);
        for (option, words) in surplus.takeable() {
            let words = listed(words);
            if option.is_empty() && objects.len() > NAMED_AT_ONCE && self.can_take_from_all(surplus, schema, kind, user)
            {
                for object in self.objects(schema, kind) {
                    self.borrow_for(&object.owner, draft);
                }
                let all = format!("ALL {} IN SCHEMA {}", kind.plural(), ident(schema));
                draft.revokes.push(sql(format!("REVOKE {words} ON {all} FROM {name}")));
                continue;
            }
            for object in objects {
                self.borrow_for(&object.owner, draft);
            }
            for some in objects.chunks(NAMED_AT_ONCE) {
                let names = named(schema, some);
                draft.revokes.push(sql(format!("REVOKE {option}{words} ON {} {names} FROM {name}", kind.singular())));
            }
        }
    }

    /// Whether taking `surplus` from all objects of the schema is the same as taking it from those that have it: it can be
    /// taken from each, and none is the user's own or is one whose privileges it passed on.
    fn can_take_from_all(&self, surplus: &Surplus, schema: &str, kind: ObjectKind, user: &UserRequest) -> bool {
        kind != ObjectKind::Routine
            && self.objects(schema, kind).all(|object| {
                let passed_on = passed_on_by(&object.grants, user);
                *object.owner != *user.name
                    && self.authority(&object.owner) != Authority::None
                    && surplus.words.iter().all(|word| !passed_on.contains(word))
            })
    }

    fn revoke_on_coming(
        &self,
        user: &UserRequest,
        schema: &str,
        kind: ObjectKind,
        wanted: &Words,
        takes: bool,
        draft: &mut Draft,
    ) {
        let creators = self.creators(user);
        let surplus = |entry: &&DefaultGrant| {
            entry.schema.as_deref() == Some(schema)
                && !(creators.contains(&entry.creator) && wanted.contains(&entry.privilege))
        };
        let place = format!("IN SCHEMA {} ", ident(schema));
        let said = format!("in schema {}", printable(schema));
        for (creator, words) in self.defaults_by_creator(user, kind, surplus) {
            self.revoke_default(user, creator, (&place, &said), kind, &words, takes, draft);
        }
    }

    /// Default privileges that hold in every schema open what is made in those of the event, too, and no revoking in one
    /// schema takes them away.
    fn revoke_on_coming_anywhere(&self, user: &UserRequest, takes: bool, everywhere: bool, draft: &mut Draft) {
        for kind in KINDS {
            for (creator, words) in self.defaults_by_creator(user, kind, |entry| entry.schema.is_none()) {
                if everywhere || !takes {
                    self.revoke_default(user, creator, ("", "in whatever schema"), kind, &words, everywhere, draft);
                    continue;
                }
                draft.note(
                    &codes::FOREIGN_GRANT,
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

    /// What `user` has by default privileges on objects of `kind`, as far as `counts`, by whose objects they are. What it
    /// has on its own is its own.
    fn defaults_by_creator<'b>(
        &'b self,
        user: &UserRequest,
        kind: ObjectKind,
        counts: impl Fn(&&DefaultGrant) -> bool,
    ) -> Vec<(&'b str, Words)> {
        let mut found: Vec<(&str, Words)> = Vec::new();
        let own = self.catalog.defaults.iter().filter(|entry| entry.kind == kind && entry.grantee == user.name);
        for entry in own.filter(|entry| entry.creator != user.name).filter(counts) {
            match found.iter_mut().find(|(creator, _)| *creator == entry.creator) {
                Some((_, words)) => _ = words.insert(entry.privilege.clone()),
                None => found.push((&entry.creator, [entry.privilege.clone()].into())),
            }
        }
        found
    }

    #[expect(clippy::too_many_arguments, reason = "a default, by its place in SQL and in words")]
    fn revoke_default(
        &self,
        user: &UserRequest,
        creator: &str,
        (place, said): (&str, &str),
        kind: ObjectKind,
        words: &Words,
        takes: bool,
        draft: &mut Draft,
    ) {
        let said = format!("{} that {} makes {said}", kind.plural().to_lowercase(), printable(creator));
        if !takes {
            return note_drift(&Surplus { words: words.clone(), ..Surplus::default() }, &said, draft);
        }
        if self.authority(creator) == Authority::None {
            return note_foreign(words, creator, &said, draft);
        }
        self.borrow_for(creator, draft);
        draft.revokes.push(sql(format!(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {} {place}REVOKE {} ON {} FROM {}",
            ident(creator),
            listed(words),
            kind.plural(),
            ident(&user.name)
        )));
    }
}
