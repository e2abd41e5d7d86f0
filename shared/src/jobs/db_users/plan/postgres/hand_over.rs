//! How what a role owns comes to its heir. Schemas, tables and sequences go one by one, some in each transaction: a table that
//! changes hands is closed to everybody meanwhile. The rest goes at once; nobody waits for that.

use std::collections::BTreeSet;

use super::authority::Authority;
use super::{Planner, sql};
use crate::domains::databases::Statement;
use crate::jobs::db_users::model::{Held, NotForHeir, PUBLIC, Thing, ThingKind};
use crate::jobs::db_users::plan::Why;
use crate::jobs::db_users::plan::action::{HandOver, Lent};
use crate::jobs::db_users::request::{State, UserRequest};
use crate::services::sql::ident;

impl Planner<'_> {
    /// Why `heir` cannot get what `user` owns in `held`: it has to be one who may make things where they are, and where it is
    /// not, the master has to be able to let it for a moment.
    pub(super) fn cannot_inherit(&self, user: &str, heir: &str, held: &[Held]) -> Option<Why> {
        for held in held {
            let own = held.things.iter().filter(|thing| thing.is_of(user));
            if let Some(thing) = own.clone().find(|thing| thing.what == ThingKind::Grantable("DATABASE")) {
                let database = thing.sql_name.clone();
                if !self.catalog.roles.get(self.master()).is_some_and(|role| role.creates_databases || role.superuser) {
                    return Some(Why::HeirCannotOwn {
                        heir: heir.to_owned(),
                        what: format!("the database {database}"),
                    });
                }
            }
            // What the event gives it before, it has by then.
            let coming = |thing: &&NotForHeir| thing.takes_create && self.makes_everything(heir, held);
            if let Some(thing) = held.not_for_heir.iter().find(|thing| !coming(thing)) {
                let place = held.database.as_deref().unwrap_or_default();
                let what = format!("{} of the database {place}", thing.what);
                return Some(Why::HeirCannotOwn { heir: heir.to_owned(), what });
            }
            let schemas: BTreeSet<_> = own.filter_map(|thing| thing.schema.as_deref()).collect();
            let closed = schemas.into_iter().find(|schema| self.makes_in(user, heir, held, schema) == Makes::No);
            if let Some(schema) = closed {
                let place = held.database.as_deref().unwrap_or_default();
                let what = format!("what is in the schema {schema} of the database {place}");
                return Some(Why::HeirCannotOwn { heir: heir.to_owned(), what });
            }
        }
        None
    }

    /// Whether the event gives `heir` the right to make things in the database of `held`.
    fn makes_everything(&self, heir: &str, held: &Held) -> bool {
        let here = held.database.as_deref() == Some(self.world.server.database.as_str());
        here && self.terms.request.user(heir).is_some_and(|heir| heir.state == State::Present && heir.ddl)
    }

    /// Whether `heir` may make things in a schema in which `user` owns some.
    fn makes_in(&self, user: &str, heir: &str, held: &Held, schema: &str) -> Makes {
        let is_own =
            |thing: &&Thing| thing.what == ThingKind::Grantable("SCHEMA") && thing.schema.as_deref() == Some(schema);
        if held.things.iter().any(|thing| is_own(&thing) && thing.is_of(user)) {
            // The schema comes first, and is the heir's then.
            return Makes::Yes;
        }
        let Some(facts) = held.places.get(schema) else { return Makes::No };
        let may = facts.makers.iter().any(|maker| maker == heir || maker == PUBLIC || self.has_rights_of(heir, maker));
        // The event may give it before: what it gives is not taken back as if it had been lent.
        let named = |heir: &UserRequest| heir.schemas.iter().any(|named| named == schema);
        let given = self.makes_everything(heir, held) && self.terms.request.user(heir).is_some_and(named);
        if may || given || facts.owner == heir {
            Makes::Yes
        } else if self.authority(&facts.owner) == Authority::None {
            Makes::No
        } else {
            Makes::ForAMoment
        }
    }

    /// What brings all that `user` owns in one database to `heir`.
    pub(super) fn hand_over(&self, user: &str, heir: &str, held: &Held) -> Option<HandOver> {
        let database = held.database.clone().unwrap_or_else(|| self.world.server.database.clone());
        let (name, to) = (ident(user), ident(heir));
        let own: Vec<&Thing> = held.things.iter().filter(|thing| thing.is_of(user)).collect();
        if own.is_empty() {
            return None;
        }
        let of = |word| own.iter().filter(move |thing| thing.what == ThingKind::Grantable(word));
        let schemas = of("SCHEMA").map(|thing| sql(format!("ALTER SCHEMA {} OWNER TO {to}", thing.sql_name)));
        let tables = of("TABLE").map(|thing| sql(format!("ALTER TABLE {} OWNER TO {to}", thing.sql_name)));
        let alone = of("SEQUENCE").filter(|thing| !thing.goes_with_table);
        let sequences = alone.map(|thing| sql(format!("ALTER SEQUENCE {} OWNER TO {to}", thing.sql_name)));
        let things: Vec<Statement> = schemas.chain(tables).chain(sequences).collect();
        let places: BTreeSet<_> = own.iter().filter_map(|thing| thing.schema.as_deref()).collect();
        let lets: Vec<_> =
            places.into_iter().filter(|place| self.makes_in(user, heir, held, place) == Makes::ForAMoment).collect();
        let mut lent = BTreeSet::from([user.to_owned(), heir.to_owned()]);
        lent.extend(lets.iter().filter_map(|place| Some(held.places.get(*place)?.owner.clone())));
        let (before, after) = self.lend(&lent);
        let let_in = |place: &str| Lent {
            schema: place.to_owned(),
            give: sql(format!("GRANT CREATE ON SCHEMA {} TO {to}", ident(place))),
            take: sql(format!("REVOKE CREATE ON SCHEMA {} FROM {to}", ident(place))),
        };
        let lent = lets.into_iter().map(let_in).collect();
        let rest = vec![sql(format!("REASSIGN OWNED BY {name} TO {to}"))];
        Some(HandOver { database, heir: heir.to_owned(), before, lent, things, rest, after })
    }

    /// The statements that make the master each of `roles` where it has to be made one, and those that undo it.
    pub(super) fn lend(&self, roles: &BTreeSet<String>) -> (Vec<Statement>, Vec<Statement>) {
        let borrowed = roles.iter().filter(|role| self.authority(role) == Authority::Borrowed);
        let (give, mut back): (Vec<_>, Vec<_>) = borrowed.map(|role| self.borrow(role)).unzip();
        back.reverse();
        (give, back)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Makes {
    Yes,
    /// The master can let it.
    ForAMoment,
    No,
}
