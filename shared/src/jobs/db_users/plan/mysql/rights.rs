//! What a user gets and gives back on `MySQL` and `MariaDB`. Of the rows that open a database to an account the server looks
//! at one alone, the one whose name is written out furthest: a grant on the database itself hides what a pattern gave. So
//! what counted before is looked at, and is given again where nobody asked to take it.

use crate::jobs::db_users::codes;
use crate::report::Code;
use std::collections::BTreeMap;

use super::{Planner, sql};
use crate::domains::databases::Statement;
use crate::jobs::db_users::model::{InGrant, SchemaGrant};
use crate::jobs::db_users::plan::Why;
use crate::jobs::db_users::plan::listed::listed;
use crate::jobs::db_users::plan::why::Note;
use crate::jobs::db_users::request::{ALL, Revoke, TABLES_MYSQL, UserRequest, Words};
use crate::services::sql::mysql_ident;
use crate::text::{count, printable};

/// What `grant_ddl` gives beside `grant_privileges`.
const DDL: [&str; 14] = [
    "CREATE",
    "ALTER",
    "DROP",
    "INDEX",
    "REFERENCES",
    "CREATE VIEW",
    "SHOW VIEW",
    "TRIGGER",
    "EVENT",
    "CREATE ROUTINE",
    "ALTER ROUTINE",
    "EXECUTE",
    "CREATE TEMPORARY TABLES",
    "LOCK TABLES",
];

/// A row of privileges on a database or on a pattern of names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Row {
    pattern: String,
    words: Words,
    /// They may be passed on: one word for all of them.
    passable: bool,
}

/// What comes of looking at one user's rights.
struct Draft<'a> {
    name: &'a str,
    statements: &'a mut Vec<Statement>,
    notes: &'a mut Vec<Note>,
}

impl Draft<'_> {
    fn note(&mut self, code: &'static Code, message: String, fix: impl Into<Option<&'static str>>) {
        self.notes.push(Note { code, message, fix: fix.into().map(str::to_owned) });
    }
}

impl Planner<'_> {
    /// What `user` gets, and what it gives back.
    pub(super) fn rights(
        &self,
        user: &UserRequest,
        name: &str,
        statements: &mut Vec<Statement>,
        notes: &mut Vec<Note>,
    ) -> Result<(), Why> {
        let mut draft = Draft { name, statements, notes };
        let wanted = wanted(user);
        let counts = self.counting_row(user)?;
        let shadows = self.grant(&wanted, &counts, &mut draft);
        self.revoke_on_databases(user, &wanted, &counts, shadows, &mut draft);
        self.revoke_inside(user, &wanted, &mut draft);
        self.revoke_roles(user, &mut draft);
        self.note_global(user, &mut draft);
        Ok(())
    }

    fn takes(&self) -> bool {
        self.terms.request.revoke != Revoke::None
    }

    fn takes_all(&self) -> bool {
        self.terms.request.revoke == Revoke::All
    }

    /// The database's name as a grant has it: `_` and `%` stand for other characters there, unless a backslash says no.
    fn literal_pattern(&self) -> String {
        let name = &self.terms.request.database;
        if self.accounts.names_are_literal {
            return name.clone();
        }
        name.replace('\\', "\\\\").replace('_', "\\_").replace('%', "\\%")
    }

    /// Every row of `user`.
    fn rows(&self, user: &UserRequest) -> Vec<Row> {
        let grantee = format!("'{}'@'{}'", user.name, user.host);
        let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
        for SchemaGrant { database, privilege, passable, .. } in
            self.accounts.grants.iter().filter(|grant| grant.grantee == grantee)
        {
            let row = rows.entry(database).or_default();
            row.pattern.clone_from(database);
            row.passable |= passable;
            if privilege != "USAGE" {
                row.words.insert(privilege.clone());
            }
        }
        rows.into_values().collect()
    }

    /// The row the server goes by for the event's database; an empty one where there is none.
    fn counting_row(&self, user: &UserRequest) -> Result<Row, Why> {
        let (name, literal) = (&self.terms.request.database, self.literal_pattern());
        let mut rows = self.rows(user);
        if let Some(own) = rows.iter().position(|row| row.pattern == literal) {
            return Ok(rows.swap_remove(own));
        }
        rows.retain(|row| self.accounts.opens(&row.pattern, name));
        let most = rows.iter().map(|row| self.accounts.weight(&row.pattern)).max();
        rows.retain(|row| Some(self.accounts.weight(&row.pattern)) == most);
        if rows.len() > 1 && rows.iter().any(|row| (&row.words, row.passable) != (&rows[0].words, rows[0].passable)) {
            return Err(Why::PatternsTie { patterns: rows.into_iter().map(|row| row.pattern).collect() });
        }
        Ok(rows.into_iter().next().unwrap_or_default())
    }

    /// Grants what is lacking; whether that hides a pattern that counted until now.
    fn grant(&self, wanted: &Words, counts: &Row, draft: &mut Draft<'_>) -> bool {
        let literal = self.literal_pattern();
        let by_pattern = !counts.pattern.is_empty() && counts.pattern != literal;
        let lacking: Words = wanted.difference(&counts.words).cloned().collect();
        let too_much = counts.passable || counts.words.iter().any(|word| !wanted.contains(word));
        let hides = by_pattern && self.takes() && too_much;
        if wanted.is_empty() || (lacking.is_empty() && !hides) {
            return false;
        }
        let on = mysql_ident(&literal);
        if !by_pattern {
            draft.statements.push(sql(format!("GRANT {} ON {on}.* TO {}", listed(&lacking), draft.name)));
            return false;
        }
        let pattern = printable(&counts.pattern);
        if self.takes() {
            draft.statements.push(sql(format!("GRANT {} ON {on}.* TO {}", listed(wanted), draft.name)));
            draft.note(
                &codes::PATTERN_HIDDEN,
                format!("what it has on the pattern {pattern} no longer counts in this database, which now has a row of its own"),
                None,
            );
            return true;
        }
        // Nobody asked to take what the pattern gave.
        let all: Words = wanted.union(&counts.words).cloned().collect();
        let option = if counts.passable { " WITH GRANT OPTION" } else { "" };
        draft.statements.push(sql(format!("GRANT {} ON {on}.* TO {}{option}", listed(&all), draft.name)));
        if too_much {
            draft.note(
                &codes::PATTERN_KEPT,
                format!(
                    "it had {} on the pattern {pattern}, which a grant on the database itself would hide: it gets that there, too",
                    listed(&counts.words)
                ),
                "say \"revoke\": \"managed\" to give it what the event gives and no more",
            );
        }
        true
    }

    fn revoke_on_databases(
        &self,
        user: &UserRequest,
        wanted: &Words,
        counts: &Row,
        hidden: bool,
        draft: &mut Draft<'_>,
    ) {
        let literal = self.literal_pattern();
        for row in self.rows(user) {
            let here = row.pattern == literal;
            let surplus: Words = row.words.iter().filter(|word| !(here && wanted.contains(*word))).cloned().collect();
            let on = mysql_ident(&row.pattern);
            if (here && self.takes()) || self.takes_all() {
                if row.passable {
                    draft.statements.push(sql(format!("REVOKE GRANT OPTION ON {on}.* FROM {}", draft.name)));
                }
                if !surplus.is_empty() {
                    draft.statements.push(sql(format!("REVOKE {} ON {on}.* FROM {}", listed(&surplus), draft.name)));
                }
            } else if here {
                drift(&surplus, row.passable, "this database", draft);
            } else if !hidden && row.pattern == counts.pattern {
                let surplus: Words = surplus.into_iter().filter(|word| !wanted.contains(word)).collect();
                drift(&surplus, row.passable, &format!("the pattern {}", printable(&row.pattern)), draft);
            } else if self.takes() && self.accounts.opens(&row.pattern, &self.terms.request.database) {
                draft.note(
                    &codes::FOREIGN_GRANT,
                    format!(
                        "it has {} on the pattern {}, which this database's name matches",
                        listed(&row.words),
                        printable(&row.pattern)
                    ),
                    "revoke it by hand, or with \"revoke\": \"all\", if it is not meant",
                );
            }
        }
    }

    /// Single tables, columns and routines.
    fn revoke_inside(&self, user: &UserRequest, wanted: &Words, draft: &mut Draft<'_>) {
        let grantee = format!("'{}'@'{}'", user.name, user.host);
        let own = self.accounts.inner.iter().filter(|grant| grant.grantee == grantee);
        let mut taken: BTreeMap<(&str, bool), Vec<String>> = BTreeMap::new();
        let mut kept: BTreeMap<&str, Words> = BTreeMap::new();
        for grant in own {
            let InGrant { database, on, privilege, column, passable, grantee: _ } = grant;
            let here = *database == self.terms.request.database;
            let is_wanted = here && wanted.contains(privilege);
            if is_wanted && !passable {
                continue;
            }
            if (here && self.takes()) || self.takes_all() {
                if *passable {
                    taken.entry((on, true)).or_default();
                }
                if !is_wanted {
                    let column = column.as_ref().map_or_else(String::new, |column| format!(" ({column})"));
                    taken.entry((on, false)).or_default().push(format!("{privilege}{column}"));
                }
            } else if here || self.takes() {
                kept.entry(on).or_default().insert(privilege.clone());
            }
        }
        for ((on, option), words) in taken.iter().rev() {
            let words = if *option { "GRANT OPTION".to_owned() } else { words.join(", ") };
            draft.statements.push(sql(format!("REVOKE {words} ON {on} FROM {}", draft.name)));
        }
        let mut alike: BTreeMap<&Words, Vec<&str>> = BTreeMap::new();
        for (on, words) in &kept {
            alike.entry(words).or_default().push(on);
        }
        for (words, on) in alike {
            let first = printable(on.first().copied().unwrap_or_default());
            let more = if on.len() > 1 { format!(" and {} more", on.len() - 1) } else { String::new() };
            drift(words, false, &format!("{first}{more}"), draft);
        }
    }

    fn revoke_roles(&self, user: &UserRequest, draft: &mut Draft<'_>) {
        let grantee = format!("'{}'@'{}'", user.name, user.host);
        let roles = self.accounts.roles.get(&grantee).map_or(&[][..], Vec::as_slice);
        if roles.is_empty() {
            return;
        }
        let (taken, kept): (Vec<_>, Vec<_>) = roles.iter().partition(|(_, ours)| *ours && self.takes_all());
        let statements = taken.iter().map(|(role, _)| sql(format!("REVOKE {role} FROM {}", draft.name)));
        draft.statements.extend(statements);
        let kept: Vec<_> = kept.iter().map(|(role, _)| role.as_str()).collect();
        if kept.is_empty() {
            return;
        }
        let kept = printable(&kept.join(", "));
        if self.takes_all() {
            draft.note(
                &codes::FOREIGN_GRANT,
                format!("it is a member of {kept}, which the master user may not take back"),
                "revoke it as who administers that role, if it is not meant",
            );
        } else {
            draft.note(
                &codes::DRIFT,
                format!("it is a member of {kept}, which the event does not say"),
                "revoke it by hand, or with \"revoke\": \"all\", if it is not meant",
            );
        }
    }

    fn note_global(&self, user: &UserRequest, draft: &mut Draft<'_>) {
        let grantee = format!("'{}'@'{}'", user.name, user.host);
        if let Some(number) = self.accounts.global_grants.get(&grantee).filter(|number| **number > 0) {
            draft.note(
                &codes::FOREIGN_GRANT,
                format!("it has {} on all databases, which are not touched", count(*number, "privilege")),
                "revoke them by hand if they are not meant",
            );
        }
    }
}

fn wanted(user: &UserRequest) -> Words {
    let all = TABLES_MYSQL.iter().filter(|word| **word != ALL);
    let mut wanted: Words =
        if user.tables.contains(ALL) { all.map(|word| (*word).to_owned()).collect() } else { user.tables.clone() };
    if user.ddl {
        wanted.extend(DDL.iter().map(|word| (*word).to_owned()));
    }
    wanted
}

fn drift(surplus: &Words, passable: bool, said: &str, draft: &mut Draft<'_>) {
    if !surplus.is_empty() {
        draft.note(
            &codes::DRIFT,
            format!("it has {} on {said}, which the event does not give", listed(surplus)),
            "\"revoke\": \"managed\" takes back what is in this database, \"all\" the rest, too",
        );
    }
    if passable {
        draft.note(
            &codes::DRIFT,
            format!("it may pass on what it has on {said}"),
            "\"revoke\": \"managed\" takes that back in this database, \"all\" everywhere",
        );
    }
}
