//! Which group a preset makes a user a member of. The short name (`r_reader`) is for the first database and set of schemas of
//! a server; whoever asks for others gets a group of their own. A group of old that opens several sets keeps its members, who
//! are told, until an event says that they are to leave it.

use std::collections::{BTreeMap, BTreeSet};

use super::postgres::implied_sequences;
use super::why::Note;
use crate::jobs::db_users::codes;
use crate::jobs::db_users::model::{Catalog, Grant, ObjectKind, State as Catalogs, World};
use crate::jobs::db_users::request::{Group, Request, UserRequest, Words};
use crate::text::printable;

/// What a group gets on each of its schemas, and on the database.
const USAGE: &str = "USAGE";
const CONNECT: &str = "CONNECT";

/// The event with its groups, and what is to be said to whom about them.
pub fn with_groups(request: &Request, world: &World) -> (Request, BTreeMap<String, Note>) {
    let Catalogs::Postgres(catalog) = &world.state else { return (request.clone(), BTreeMap::new()) };
    let mut naming = Naming { request, catalog, given: BTreeMap::new() };
    let mut notes = BTreeMap::new();
    let mut leaving = Vec::new();
    let mut resolved = request.with_groups(|user, group| {
        let name = naming.name_for(user, group);
        if let Some(too_much) = naming.too_much(user, group) {
            if request.migrate_presets && name != group.common_name() {
                leaving.push((user.name.clone(), group.common_name().to_owned()));
            } else {
                notes.insert(user.name.clone(), note(group, &too_much));
            }
        }
        name
    });
    for (name, group) in leaving {
        if let Some(user) = resolved.users.iter_mut().find(|user| user.name == name) {
            user.leaves = Some(group);
        }
    }
    (resolved, notes)
}

fn note(group: &Group, too_much: &str) -> Note {
    Note {
        code: &codes::PRESET_UNION,
        message: format!("it is a member of {}, which also opens {}", group.common_name(), printable(too_much)),
        fix: Some("say \"migrate_presets\": true, and it gets a group of its own and leaves this one".to_owned()),
    }
}

struct Naming<'a> {
    request: &'a Request,
    catalog: &'a Catalog,
    /// Who got each name in this plan.
    given: BTreeMap<String, Group>,
}

impl Naming<'_> {
    fn name_for(&mut self, user: &UserRequest, group: &Group) -> String {
        let name = self.choose(user, group);
        self.given.entry(name.clone()).or_insert_with(|| group.clone());
        name
    }

    fn choose(&self, user: &UserRequest, group: &Group) -> String {
        let common = group.common_name().to_owned();
        // Who names it as a user says what it is; who may not have it is told so by name.
        let is_login = self.catalog.roles.get(&common).is_some_and(|role| role.login);
        if self.request.user(&common).is_some() || is_login {
            return common;
        }
        let own = self.own_name(group);
        // A member stays where it is, whoever else got a group of their own meanwhile: the same event again does nothing.
        let stays = !self.request.migrate_presets && self.is_member(&user.name, &common);
        if stays && !self.is_member(&user.name, &own) && self.opens(&common, group) {
            return common;
        }
        if self.is_there(&own) || self.given.get(&own) == Some(group) {
            return own;
        }
        if self.is_free(&common, group) { common } else { own }
    }

    /// The name with the database in it; the one that cannot be mistaken where the plain one is another's.
    fn own_name(&self, group: &Group) -> String {
        let database = &self.request.database;
        let plain = group.own_name(database, false);
        let other = self.given.get(&plain).is_some_and(|given| given != group);
        if other || (self.is_there(&plain) && !self.is_within(&plain, group)) {
            return group.own_name(database, true);
        }
        plain
    }

    fn is_there(&self, name: &str) -> bool {
        self.catalog.roles.contains_key(name)
    }

    fn is_member(&self, user: &str, role: &str) -> bool {
        self.catalog.memberships.iter().any(|row| row.member == user && row.role == role)
    }

    /// Whether the name is nobody's yet, or this very group's.
    fn is_free(&self, name: &str, group: &Group) -> bool {
        if self.given.get(name).is_some_and(|given| given != group) {
            return false;
        }
        if !self.is_there(name) {
            return true;
        }
        let opens = self.schemas(name);
        let whole = opens.iter().eq(group.schemas.iter());
        // One that opens nothing can come to open this, if that is news to none of its members.
        (whole || (opens.is_empty() && self.has_only(name, group))) && self.is_within(name, group)
    }

    fn has_only(&self, name: &str, group: &Group) -> bool {
        let of_group = |user: &str| {
            self.request.user(user).is_some_and(|user| self.request.group_of(user).as_ref() == Some(group))
        };
        let members = self.catalog.memberships.iter().filter(|row| row.role == name && (row.inherit || row.set));
        members.map(|row| row.member.as_str()).all(of_group)
    }

    /// Whether the role opens nothing beyond what the group does.
    fn is_within(&self, name: &str, group: &Group) -> bool {
        self.beyond(name, group).is_none()
    }

    /// Whether the role opens all that the group does.
    fn opens(&self, name: &str, group: &Group) -> bool {
        let opens = self.schemas(name);
        group.schemas.iter().all(|schema| opens.contains(schema))
    }

    /// What `user` gets as a member of the common group and its own does not give.
    fn too_much(&self, user: &UserRequest, group: &Group) -> Option<String> {
        let common = group.common_name();
        let counts = self.is_member(&user.name, common) && self.request.user(common).is_none();
        if counts { self.beyond(common, group) } else { None }
    }

    /// What the role opens beyond the group, in words. What it has is known thing by thing; of the rest only the number is,
    /// and that is enough: whatever is not known to be the group's, is beyond it.
    fn beyond(&self, name: &str, group: &Group) -> Option<String> {
        let held = self.catalog.held.get(name).map_or(&[][..], Vec::as_slice);
        let own = self.request.database.as_str();
        let places = held.iter().filter_map(|held| held.database.as_deref());
        let elsewhere: Vec<_> = places.filter(|place| *place != own).collect();
        if !elsewhere.is_empty() {
            return Some(format!("what is in the database {}", elsewhere.join(", ")));
        }
        let others: Vec<_> = self.schemas(name).into_iter().filter(|schema| !group.schemas.contains(schema)).collect();
        if !others.is_empty() {
            return Some(format!("the schema {}", others.join(", ")));
        }
        let also = self.catalog.reached(name, |_| true);
        if !also.is_empty() {
            return Some(format!("what is open to {}", also.into_iter().collect::<Vec<_>>().join(", ")));
        }
        if held.iter().any(|held| held.owns > 0) {
            return Some("what it owns".to_owned());
        }
        if self.has_more(name, group) {
            return Some("more than that in its schemas".to_owned());
        }
        let here: i64 = held.iter().filter(|held| held.database.is_some()).map(|held| held.named).sum();
        let shared: i64 = held.iter().filter(|held| held.database.is_none()).map(|held| held.named).sum();
        let beside = here > self.known(name) || shared > i64::from(self.connects(name));
        beside.then(|| "something that is no table, sequence or schema of its own".to_owned())
    }

    /// Whether it may, on what the group is for, what the preset does not give.
    fn has_more(&self, name: &str, group: &Group) -> bool {
        let tables = group.preset.tables();
        let sequences = implied_sequences(&tables);
        let (usage, connect) = ([USAGE.to_owned()].into(), [CONNECT.to_owned()].into());
        let none = Words::new();
        let of_kind = |kind| match kind {
            ObjectKind::Table => &tables,
            ObjectKind::Sequence => &sequences,
            ObjectKind::Routine => &none,
        };
        let exceeds = |grants: &[Grant], words: &Words| {
            let own = grants.iter().filter(|grant| *grant.grantee == *name);
            own.into_iter()
                .any(|grant| !grant.passable.is_empty() || grant.privileges.words().any(|word| !words.contains(word)))
        };
        let defaults = self.catalog.defaults.iter().filter(|entry| entry.grantee == name);
        self.catalog.database.iter().any(|database| exceeds(&database.grants, &connect))
            || self.catalog.schemas.values().any(|schema| exceeds(&schema.grants, &usage))
            || self.catalog.objects.iter().any(|object| exceeds(&object.grants, of_kind(object.kind)))
            || defaults
                .into_iter()
                .any(|entry| entry.schema.is_none() || !of_kind(entry.kind).contains(&entry.privilege))
    }

    /// How many things of this database are known to name it.
    fn known(&self, name: &str) -> i64 {
        let names = |grants: &[Grant]| grants.iter().any(|grant| *grant.grantee == *name);
        let schemas = self.catalog.schemas.values().filter(|schema| names(&schema.grants)).count();
        let objects = self.catalog.objects.iter().filter(|object| names(&object.grants)).count();
        let defaults = self.catalog.defaults.iter().filter(|entry| entry.grantee == name);
        let defaults: BTreeSet<_> = defaults.map(|entry| (&entry.creator, &entry.schema, entry.kind)).collect();
        i64::try_from(schemas + objects + defaults.len()).unwrap_or(i64::MAX)
    }

    /// Whether it has a privilege on the database itself.
    fn connects(&self, name: &str) -> bool {
        let database = self.catalog.database.as_ref();
        database.is_some_and(|database| database.grants.iter().any(|grant| *grant.grantee == *name))
    }

    /// The schemas of this database that the role has something to do with.
    fn schemas(&self, name: &str) -> BTreeSet<String> {
        let of_grant = |grants: &[Grant]| grants.iter().any(|grant| *grant.grantee == *name);
        let open = self.catalog.schemas.iter().filter(|(_, schema)| of_grant(&schema.grants));
        let defaults = self.catalog.defaults.iter().filter(|entry| entry.grantee == name);
        let objects = self.catalog.objects.iter().filter(|object| of_grant(&object.grants));
        open.map(|(schema, _)| schema.clone())
            .chain(defaults.filter_map(|entry| entry.schema.clone()))
            .chain(objects.map(|object| object.schema.to_string()))
            .collect()
    }
}
