//! Code of the database that carrying a plan out would run: each place of it is read, on the oldest server as on the newest.

use super::{BOTH, server, tried};
use crate::anonymise::command_on;
use crate::said;

#[tokio::test(flavor = "multi_thread")]
async fn every_place_that_can_hold_code_is_read() -> anyhow::Result<()> {
    let function = "CREATE FUNCTION f(text) RETURNS text LANGUAGE sql IMMUTABLE RETURN upper($1); \
                    CREATE FUNCTION is_f(text) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN $1 <> ''; \
                    CREATE TABLE person (id int, name text); ";
    let view = "CREATE MATERIALIZED VIEW names AS SELECT name FROM person; ";
    let cases = [
        ("computed", String::from("ALTER TABLE person ADD low text GENERATED ALWAYS AS (f(name)) STORED"), "public.person"),
        ("by_index", "CREATE INDEX ON person (f(name))".to_owned(), "public.person"),
        ("statistic", "CREATE STATISTICS s ON f(name), id FROM person".to_owned(), "public.person"),
        (
            "partitions",
            "DROP TABLE person; CREATE TABLE person (id int, name text, part text) PARTITION BY LIST (f(part)); \
             CREATE TABLE one PARTITION OF person FOR VALUES IN ('X')"
                .to_owned(),
            "public.person",
        ),
        (
            "domain_in_array",
            "CREATE DOMAIN d AS text CHECK (is_f(VALUE)); ALTER TABLE person ADD all_of_them d[]".to_owned(),
            "public.person",
        ),
        (
            "range",
            "CREATE FUNCTION far(int8, int8) RETURNS float8 LANGUAGE sql IMMUTABLE RETURN 1.0; \
             CREATE TYPE r AS RANGE (subtype = int8, subtype_diff = far); ALTER TABLE person ADD span r"
                .to_owned(),
            "public.person",
        ),
        (
            "own_cast",
            "CREATE TYPE pair AS (a text, b text); CREATE FUNCTION to_pair(text) RETURNS pair LANGUAGE sql IMMUTABLE \
             RETURN ROW($1, $1)::pair; CREATE CAST (text AS pair) WITH FUNCTION to_pair(text) AS ASSIGNMENT; ALTER TABLE person ADD two pair"
                .to_owned(),
            "public.person",
        ),
        ("view_index", format!("{view} CREATE INDEX ON names (f(name))"), "public.names"),
        ("view_statistic", format!("{view} CREATE STATISTICS s ON f(name), lower(name) FROM names"), "public.names"),
        (
            "view_domain",
            "CREATE DOMAIN d AS text CHECK (is_f(VALUE)); CREATE MATERIALIZED VIEW names AS SELECT name::d FROM person".to_owned(),
            "public.names",
        ),
        (
            "view_policy",
            format!("{view} ALTER TABLE person ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON person USING (is_f(name))"),
            "public.names",
        ),
        (
            "view_operator",
            "CREATE OPERATOR ~~~~ (PROCEDURE = is_f, RIGHTARG = text); \
             CREATE MATERIALIZED VIEW names AS SELECT name FROM person WHERE ~~~~ name"
                .to_owned(),
            "public.names",
        ),
    ];
    for version in BOTH {
        let server = server(version).await?;
        for (database, sql, object) in &cases {
            let added =
                ["low", "part", "all_of_them", "span", "two"].map(|column| format!("column.{column} = \"null\"\n"));
            let has = |line: &&String| {
                let column = line.split(['.', ' ']).nth(1).unwrap_or_default();
                column != "low" && sql.contains(&format!(" {column} "))
            };
            let more: String = added.iter().filter(has).cloned().collect();
            let rules = format!("[table.\"public.person\"]\nkeep = [\"id\"]\ncolumn.name = \"hash\"\n{more}")
                .replace("column.part = \"null\"\n", "column.part = \"keep\"\n");
            let tried = tried(&server, database, &format!("{function}{sql}"), &rules).await?;
            tried.refused(&[&format!("{object}: code-would-run: "), "under [accept]"]);
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_has_thought_of_is_refused() -> anyhow::Result<()> {
    let server = server(18).await?;
    // A function of somebody's own where no plan expects one.
    let sql = "CREATE FUNCTION lex(internal, internal, internal, internal) RETURNS internal LANGUAGE internal STRICT AS 'dsimple_lexize'; \
               CREATE TEXT SEARCH TEMPLATE own (LEXIZE = lex); -- shop CREATE TABLE a (b text)";
    let tried = tried(&server, "strange", sql, "[table.\"public.a\"]\ncolumn.b = \"hash\"\n").await?;
    tried.refused(&[
        "text search template public.own: not-understood: ",
        "public.lex(internal,internal,internal,internal)",
    ]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn proposals_are_made_without_reading_what_is_elsewhere() -> anyhow::Result<()> {
    let server = server(18).await?;
    // Whoever reads it gets an error: nothing is behind it.
    let sql = "CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER far FOREIGN DATA WRAPPER nothing; GRANT USAGE ON FOREIGN SERVER far TO shop; \
               -- shop CREATE TABLE visit (at date, mail text) PARTITION BY RANGE (at); \
               CREATE FOREIGN TABLE visit_old PARTITION OF visit FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') SERVER far; \
               CREATE TABLE note (text text); CREATE FOREIGN TABLE note_far () INHERITS (note) SERVER far; \
               GRANT SELECT ON ALL TABLES IN SCHEMA public TO master";
    let rules = "[table.\"public.visit\"]\nkeep = [\"at\", \"mail\"]\n[table.\"public.note\"]\nkeep = [\"text\"]\n[table.\"public.note_far\"]\nkeep = [\"text\"]\n";
    let tried = tried(&server, "far", sql, rules).await?;
    tried.refused(&["public.visit: foreign-table: ", "public.note_far: foreign-table: "]);
    let proposed = said(&mut command_on(&server, "far", &["--suggest"]));
    assert!(
        proposed.code == 0 && proposed.out.contains("[table.\"public.visit\"]"),
        "{}{}",
        proposed.out,
        proposed.err
    );
    Ok(())
}
