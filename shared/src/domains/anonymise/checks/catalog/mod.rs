//! The check of the catalog's own texts: labels, defaults, comments, bounds, bodies. A plan changes none of them, so a value that stands in
//! one is there for whoever gets the copy. What somebody has read and accepts by its name counts for nothing.

mod mysql;
mod postgres;

use std::collections::BTreeSet;

use super::Question;
use crate::domains::anonymise::schema::Schema;
use crate::services::sql::Engine;

/// What it is called.
const ABOUT: &str = "the catalog";

pub(super) fn question(schema: &Schema, accepted: &BTreeSet<String>) -> Question {
    let script = match schema.engine {
        Engine::Postgres => postgres::script(schema.version, accepted),
        engine @ (Engine::Mysql | Engine::Mariadb) => mysql::script(engine, &schema.database, accepted),
    };
    Question {
        about: ABOUT.to_owned(),
        looks_at: "every label, default, comment and body".to_owned(),
        script,
        needed: true,
    }
}
