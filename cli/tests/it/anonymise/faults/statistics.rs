//! Statistics outlive the rows they are of, and anybody who may read the table can read them.

use super::{BOTH, server, tried};

/// A table with a view on it, so that its type cannot be set anew, and with rows that look like somebody's.
const HELD: &str = "CREATE TABLE person (id int, name text, town text, loud text GENERATED ALWAYS AS (upper(name)) STORED); \
                    CREATE VIEW people AS SELECT name, town FROM person; \
                    INSERT INTO person SELECT n, 'needle' || n % 3, 'needle' || n % 4 FROM generate_series(1, 200) n;";

#[tokio::test(flavor = "multi_thread")]
async fn those_that_analyze_passes_over_are_thrown_away_or_refused() -> anyhow::Result<()> {
    let emptied = "[table.\"public.person\"]\ntruncate = true\n";
    let masked = "[table.\"public.person\"]\nkeep = [\"id\"]\ncolumn.name = \"hash\"\ncolumn.town = \"hash\"\n";
    for version in BOTH {
        let server = server(version).await?;
        // It was emptied some time ago, and its statistics are still there.
        let old = tried(&server, "old", &format!("{HELD} ANALYZE; TRUNCATE person"), masked).await?;
        // A target of nought on a column that changes, on one that is computed, and on an index.
        let targets = [
            ("target", "ALTER TABLE person ALTER town SET STATISTICS 0", "public.person.town: statistics-stay: "),
            ("computed", "ALTER TABLE person ALTER loud SET STATISTICS 0", "public.person.loud: statistics-stay: "),
            ("indexed", "ALTER INDEX by_town ALTER COLUMN 1 SET STATISTICS 0", "public.by_town: statistics-stay: "),
        ];
        let mut all = vec![(old, "public.person: statistics-stay: ")];
        for (database, change, line) in targets {
            let sql = format!("{HELD} CREATE INDEX by_town ON person (lower(town)); ANALYZE; {change}");
            all.push((tried(&server, database, &sql, masked).await?, line));
        }
        // What no owner can throw away on any version.
        let both = "CREATE STATISTICS both_of_them ON name, town FROM person; ANALYZE;";
        let off = format!("{HELD} {both} ALTER STATISTICS both_of_them SET STATISTICS 0");
        tried(&server, "extended_off", &off, masked).await?.refused(&["public.both_of_them: statistics-stay: "]);
        let emptied_extended = tried(&server, "extended", &format!("{HELD} {both}"), emptied).await?;
        emptied_extended.refused(&["statistics-stay: "]);
        if version >= 18 {
            emptied_extended.refused(&["public.both_of_them: statistics-stay: ", "DROP STATISTICS"]);
        }
        let sql =
            format!("{HELD} CREATE INDEX by_town ON person (lower(town)); CREATE INDEX one ON person ((1)); ANALYZE");
        all.push((tried(&server, "by_expression", &sql, emptied).await?, "public.person.town: statistics-stay: "));
        for (tried, line) in all {
            if version < 18 {
                tried.refused(&[line]);
            } else {
                assert_ne!(tried.statistics().await?, "", "what is looked for is there before");
                tried.carried().await?;
                assert_eq!(tried.statistics().await?, "", "{version} {}", tried.database);
            }
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_row_left_means_no_statistics_left() -> anyhow::Result<()> {
    let none = "[table.\"public.person\"]\nkeep = [\"id\", \"town\"]\nwhere = \"id < 0\"\ncolumn.name = \"hash\"\n";
    for version in BOTH {
        let server = server(version).await?;
        let plain = HELD.replace("CREATE VIEW people AS SELECT name, town FROM person;", "");
        for (database, sql) in [("held_all", HELD), ("plain_all", plain.as_str())] {
            let tried = tried(&server, database, &format!("{sql} ANALYZE"), none).await?;
            if version < 18 {
                // Nobody knows before that none will be left: the step says so when it comes to that.
                assert!(tried.plan.watched.iter().any(|line| line.contains("statistics")), "{:?}", tried.plan.watched);
                let error = tried.carried().await.expect_err("the statistics stay");
                assert!(format!("{error:#}").contains("public.person is empty, and its statistics"), "{error:#}");
            } else {
                tried.carried().await?;
                assert_eq!(tried.statistics().await?, "", "{version} {database}");
            }
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_comes_out_empty_keeps_none() -> anyhow::Result<()> {
    let sql = "CREATE TABLE person (id int, name text); CREATE TABLE log (id int, name text); \
               INSERT INTO person SELECT n, 'needle' || n % 3 FROM generate_series(1, 200) n; INSERT INTO log TABLE person; \
               CREATE MATERIALIZED VIEW names AS SELECT name, id FROM SOURCE; CREATE INDEX low ON names (lower(name)); ANALYZE;";
    let rules =
        "[table.\"public.person\"]\nkeep = [\"id\"]\ncolumn.name = \"hash\"\n[table.\"public.log\"]\ntruncate = true\n";
    for version in BOTH {
        let server = server(version).await?;
        // Of a table that is emptied it is sure; of a condition it is not known before.
        for (database, source, sure) in [("gone", "log", true), ("none", "person WHERE name ~ 'needle'", false)] {
            let tried = tried(&server, database, &sql.replace("SOURCE", source), rules).await?;
            if version >= 18 {
                tried.carried().await?;
                assert_eq!(tried.number("SELECT count(*) FROM names").await?, 0);
                assert_eq!(tried.statistics().await?, "", "{version} {database}");
            } else if sure {
                tried.refused(&["public.names: statistics-stay: "]);
            } else {
                let error = tried.carried().await.expect_err("the statistics stay");
                assert!(format!("{error:#}").contains("public.names is empty, and its statistics"), "{error:#}");
            }
        }
        // It is filled by nobody, and has statistics all the same; and one with a target of nought.
        for (database, change) in [
            ("unfilled", "REFRESH MATERIALIZED VIEW names WITH NO DATA"),
            ("off", "ALTER MATERIALIZED VIEW names ALTER name SET STATISTICS 0"),
        ] {
            let sql = format!("{}{change}", sql.replace("SOURCE", "person"));
            let tried = tried(&server, database, &sql, rules).await?;
            if version < 18 {
                tried.refused(&["public.names: statistics-stay: "]);
            } else {
                tried.carried().await?;
                assert_eq!(tried.statistics().await?, "", "{version} {database}");
            }
        }
    }
    Ok(())
}
