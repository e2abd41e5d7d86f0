//! The mark of a copy: what an operator writes into a database by hand before it may be anonymised. It names the database and the
//! server's own name, which TLS verifies, so the mark of one copy opens no other server: one that came along with a clone or a restore
//! says where it came from, and production carries one only if somebody logged in there and called it a copy by its own name.

use super::begun::codes;
use crate::report::{Code, PlanDigest, Reason};
use crate::services::sql::{Engine, literal, mysql_literal};
use crate::text::printable;

/// The schema that carries it; a database with one table on `MySQL` and `MariaDB`.
pub const MARK: &str = "nightshift_copy";

/// A database on a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The database.
    pub database: String,
    /// The server's own name.
    pub host: String,
}

/// What stands in the database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The text of the mark, where there is one.
    pub text: Option<String>,
    /// Whether whoever is logged in may change it.
    pub reachable: bool,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}", self.database, self.host.to_lowercase())
    }
}

impl Place {
    /// The text of the mark.
    pub fn copy(&self) -> String {
        format!("nightshift: {self} is a copy")
    }

    /// What it becomes at the end of a run, so that a second one begins nothing.
    pub fn sealed(&self, plan: &PlanDigest) -> String {
        format!("{}{plan}", self.seal())
    }

    /// How it is set, by hand.
    pub fn how(&self, engine: Engine) -> String {
        match engine {
            Engine::Postgres => format!("CREATE SCHEMA {MARK}; {}", marked(engine, &self.copy())),
            Engine::Mysql | Engine::Mariadb => {
                format!("CREATE DATABASE {MARK}; CREATE TABLE {MARK}.mark (one INT); {}", marked(engine, &self.copy()))
            }
        }
    }

    /// How it is set where AWS has said that this is a copy: it may be there already, or have come along with the data.
    pub fn claimed(&self, engine: Engine) -> String {
        let make = match engine {
            Engine::Postgres => format!("CREATE SCHEMA IF NOT EXISTS {MARK}"),
            Engine::Mysql | Engine::Mariadb => {
                format!("CREATE DATABASE IF NOT EXISTS {MARK}; CREATE TABLE IF NOT EXISTS {MARK}.mark (one INT)")
            }
        };
        format!("{make}; {}", marked(engine, &self.copy()))
    }

    /// Whether `found` says that a run came to its end at this very place, by whatever plan.
    pub fn is_sealed(&self, found: &Found) -> bool {
        found.text.as_deref().is_some_and(|text| text.starts_with(&self.seal()))
    }

    fn seal(&self) -> String {
        format!("nightshift: {self} was anonymised by plan ")
    }

    /// Whether `found` lets a run go on that plan `plan` began: it is a copy still, or sealed by that plan, which died behind the seal.
    pub fn goes_on(&self, found: &Found, engine: Engine, plan: &PlanDigest) -> Result<(), Reason> {
        if found.text.as_deref() == Some(&self.sealed(plan)) { Ok(()) } else { self.is_copy(found, engine) }
    }

    /// Whether `found` says of this place that it is a copy.
    pub fn is_copy(&self, found: &Found, engine: Engine) -> Result<(), Reason> {
        let set = format!("if it is, log in to it and set the mark: {}", self.how(engine));
        let refused = |code: &'static Code, message: String, fix: String| Err(Reason::new(code, message, fix));
        let Some(text) = &found.text else {
            return refused(&codes::NOT_MARKED, format!("nothing says that {self} is a copy"), set);
        };
        if *text == self.copy() && found.reachable {
            return Ok(());
        }
        if *text == self.copy() {
            let message = format!("the mark in {MARK} belongs to a role that whoever is logged in is no member of");
            return refused(&codes::NOT_MARKED, message, "have the master user set it".to_owned());
        }
        if self.is_sealed(found) {
            let fix = format!("to do it again all the same: {}", marked(engine, &self.copy()));
            return refused(&codes::ANONYMISED, format!("its mark says '{}'", printable(text)), fix);
        }
        let message = format!("its mark says '{}', and this is {self}", printable(text));
        let fix = format!("if this is a copy, too, set its own mark: {}", marked(engine, &self.copy()));
        refused(&codes::MARKED_ELSEWHERE, message, fix)
    }
}

/// The statement that makes `text` the mark, where there is one.
pub fn marked(engine: Engine, text: &str) -> String {
    match engine {
        Engine::Postgres => format!("COMMENT ON SCHEMA {MARK} IS {}", literal(text)),
        Engine::Mysql | Engine::Mariadb => format!("ALTER TABLE {MARK}.mark COMMENT = {}", mysql_literal(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_opens_the_place_it_names_and_no_other() {
        let place = |database: &str, host: &str| Place { database: database.to_owned(), host: host.to_owned() };
        let copy = place("shop", "Copy.example");
        let judged = |text: Option<String>, reachable| {
            let judged = copy.is_copy(&Found { text, reachable }, Engine::Postgres);
            judged.map_err(|reason| reason.code.into_owned())
        };
        let no = |code: &str| Err(code.to_owned());
        assert_eq!(judged(Some(place("shop", "copy.example").copy()), true), Ok(()));
        assert_eq!(judged(None, true), no("not-marked-as-copy"));
        assert_eq!(judged(Some(copy.copy()), false), no("not-marked-as-copy"));
        assert_eq!(judged(Some(place("shop", "prod.example").copy()), true), no("marked-elsewhere"));
        assert_eq!(judged(Some(place("other", "copy.example").copy()), true), no("marked-elsewhere"));
        assert_eq!(judged(Some("a copy".to_owned()), true), no("marked-elsewhere"));
        let plan = PlanDigest::of("anonymise", "shop", &["a"]);
        assert_eq!(judged(Some(copy.sealed(&plan)), true), no("already-anonymised"));
        let sealed = Found { text: Some(copy.sealed(&plan)), reachable: true };
        assert_eq!(copy.goes_on(&sealed, Engine::Postgres, &plan), Ok(()));
        let other = PlanDigest::of("anonymise", "shop", &["b"]);
        let refused = copy.goes_on(&sealed, Engine::Postgres, &other).map_err(|reason| reason.code.into_owned());
        assert_eq!(refused, no("already-anonymised"), "another plan's seal");
        assert!(
            copy.is_sealed(&sealed) && !place("shop", "other.example").is_sealed(&sealed),
            "a seal is of one place"
        );
        assert!(!copy.is_sealed(&Found { text: Some(copy.copy()), reachable: true }));
    }

    #[test]
    fn what_is_refused_says_how_the_mark_is_set() {
        let place = Place { database: "sh'op".to_owned(), host: "h".to_owned() };
        let fix = |engine| place.is_copy(&Found::default(), engine).unwrap_err().fix.unwrap_or_default();
        insta::assert_snapshot!(fix(Engine::Postgres), @"if it is, log in to it and set the mark: CREATE SCHEMA nightshift_copy; COMMENT ON SCHEMA nightshift_copy IS 'nightshift: sh''op at h is a copy'");
        insta::assert_snapshot!(fix(Engine::Mysql), @"if it is, log in to it and set the mark: CREATE DATABASE nightshift_copy; CREATE TABLE nightshift_copy.mark (one INT); ALTER TABLE nightshift_copy.mark COMMENT = 'nightshift: sh''op at h is a copy'");
        let claimed = |engine| place.claimed(engine);
        insta::assert_snapshot!(claimed(Engine::Postgres), @"CREATE SCHEMA IF NOT EXISTS nightshift_copy; COMMENT ON SCHEMA nightshift_copy IS 'nightshift: sh''op at h is a copy'");
        insta::assert_snapshot!(claimed(Engine::Mysql), @"CREATE DATABASE IF NOT EXISTS nightshift_copy; CREATE TABLE IF NOT EXISTS nightshift_copy.mark (one INT); ALTER TABLE nightshift_copy.mark COMMENT = 'nightshift: sh''op at h is a copy'");
    }
}
