//! How an extension comes into a database. Its script runs with the master's rights, or a superuser's, and looks for names in
//! the schema it goes to and in those of the extensions it needs: whoever can put something there could have it run. So it is
//! made only where nobody else has put anything and nobody else can.

use super::{Planner, sql};
use crate::domains::databases::Statement;
use crate::jobs::db_users::model::Extension;
use crate::jobs::db_users::plan::Why;
use crate::services::sql::ident;

/// Where extensions are looked for by those who use them.
const PUBLIC_SCHEMA: &str = "public";

impl Planner<'_> {
    /// The statement that makes the extension `name`; `fresh` is whether the database has just been made, so that nobody has
    /// put anything into it yet.
    pub(super) fn extension(&self, name: &str, fresh: bool) -> Result<Statement, Why> {
        let unknown = Extension::default();
        let known = self.catalog.wanted_extensions.get(name).unwrap_or(&unknown);
        let extension = ident(name);
        let safe = |schema: &str| fresh || self.is_ours_alone(schema);
        let unsafe_at = |schema: &str| Why::UnsafeSchema { extension: name.to_owned(), schema: schema.to_owned() };
        if let Some(schema) = known.leans_on.iter().find(|schema| !safe(schema)) {
            return Err(unsafe_at(schema));
        }
        match &known.schema {
            // It would go to where names are looked for first, which here is the server's own schema.
            None if safe(PUBLIC_SCHEMA) => {
                Ok(sql(format!("CREATE EXTENSION {extension} SCHEMA {}", ident(PUBLIC_SCHEMA))))
            }
            None => Err(unsafe_at(PUBLIC_SCHEMA)),
            Some(schema) if safe(schema) || !self.catalog.schemas.contains_key(schema) => {
                Ok(sql(format!("CREATE EXTENSION {extension}")))
            }
            Some(schema) => Err(unsafe_at(schema)),
        }
    }

    /// Whether nobody but the server and the master has put anything into the schema, or could.
    fn is_ours_alone(&self, name: &str) -> bool {
        if name.starts_with("pg_") {
            return true;
        }
        let Some(schema) = self.catalog.schemas.get(name) else { return false };
        let ours = |role: &str| {
            role == self.master()
                || self.catalog.roles.get(role).is_some_and(|role| role.superuser)
                || role == "the server"
        };
        // Of a database that is yet to be made only what it begins with is known.
        let open = schema.grants.iter().any(|grant| grant.privileges.has("CREATE") && !ours(&grant.grantee));
        ours(self.acting(&schema.owner)) && !open && !self.catalog.shared_schemas.contains(name)
    }
}
