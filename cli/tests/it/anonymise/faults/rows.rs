//! Rows and keys: what a statement touches besides the table it names, and what becomes of both sides of a foreign key.

use super::{BOTH, server, tried};

#[tokio::test(flavor = "multi_thread")]
async fn a_family_by_inheritance_has_one_fate() -> anyhow::Result<()> {
    let sql = "CREATE TABLE note (id int, text text); CREATE TABLE signed (by_whom text) INHERITS (note); \
               CREATE TABLE late () INHERITS (signed); \
               INSERT INTO note SELECT n, 'needle ' || n % 3 FROM generate_series(1, 90) n; \
               INSERT INTO signed SELECT n, 'needle ' || n % 3, 'needle ' || n % 3 FROM generate_series(1, 90) n; \
               CREATE VIEW people AS SELECT by_whom FROM signed; ANALYZE";
    for version in BOTH {
        let server = server(version).await?;
        // TRUNCATE goes down to the children, whatever the rules say of them.
        let one = "[table.\"public.note\"]\ntruncate = true\n[table.\"public.signed\"]\nkeep = [\"id\", \"text\", \"by_whom\"]\n\
                   [table.\"public.late\"]\nkeep = [\"id\", \"text\", \"by_whom\"]\n";
        let tried_one = tried(&server, "one", sql, one).await?;
        tried_one.refused(&["public.note: inherits: ", "public.signed", "NO INHERIT"]);
        let all = "[table.\"public.note\"]\ntruncate = true\n[table.\"public.signed\"]\ntruncate = true\n\
                   [table.\"public.late\"]\ntruncate = true\n";
        let held = tried(&server, "held", sql, all).await?;
        if version < 18 {
            held.refused(&["public.signed.by_whom: statistics-stay: "]);
        } else {
            held.carried().await?;
            assert_eq!(held.number("SELECT count(*) FROM note").await?, 0);
            assert_eq!(held.statistics().await?, "");
        }
        let free =
            tried(&server, "free", &sql.replace("CREATE VIEW people AS SELECT by_whom FROM signed;", ""), all).await?;
        free.carried().await?;
        assert_eq!(free.number("SELECT count(*) FROM note").await?, 0);
        assert_eq!(free.statistics().await?, "");
        let kept = all.replace("truncate = true\n", "keep = [\"id\", \"text\"]\n");
        let kept = kept.replace("signed\"]\nkeep = [", "signed\"]\nkeep = [\"by_whom\", ");
        let kept = kept.replace("late\"]\nkeep = [", "late\"]\nkeep = [\"by_whom\", ");
        assert_eq!(tried(&server, "kept", sql, &kept).await?.said(), "");
        let theirs = sql.replace("CREATE TABLE late () INHERITS (signed);", "");
        let theirs = format!(
            "CREATE ROLE other; GRANT other TO master; CREATE SCHEMA others AUTHORIZATION shop; -- shop {theirs}; RESET ROLE; \
             ALTER TABLE signed OWNER TO other"
        );
        let two = all.replace("[table.\"public.late\"]\ntruncate = true\n", "");
        tried(&server, "theirs", &theirs, &two)
            .await?
            .refused(&["public.note: mixed-owners: it is emptied together with"]);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reads_its_own_row_is_followed_by_nobody() -> anyhow::Result<()> {
    let sql = "CREATE TABLE person (id int PRIMARY KEY, code text UNIQUE, seen timestamptz UNIQUE, day date UNIQUE); \
               CREATE TABLE post (id int PRIMARY KEY, who text REFERENCES person (code), was text, \
               low text GENERATED ALWAYS AS (lower(was)) STORED REFERENCES person (code), day date REFERENCES person (day))";
    let server = server(18).await?;
    let rules = |of_person: &str, of_post: &str| {
        format!(
            "[table.\"public.person\"]\nkeep = [\"id\", \"seen\", \"day\"]\n{of_person}\n[table.\"public.post\"]\nkeep = [\"id\"]\n{of_post}\n"
        )
    };
    let own = "column.code = { sql = \"'c' || id\" }";
    let follows = tried(&server, "follows", sql, &rules(own, "column.was = \"null\"")).await?;
    follows.refused(&["public.post.who: foreign-key-differs: ", "an expression"]);
    let same =
        tried(&server, "same", sql, &rules(own, "column.was = \"null\"\ncolumn.who = { sql = \"'c' || id\" }")).await?;
    same.refused(&["public.post.who: foreign-key-differs: "]);
    // What is computed cannot be made to follow.
    let hashed = "column.code = \"hash\"";
    let computed = tried(&server, "computed", sql, &rules(hashed, "column.was = \"hash\"")).await?;
    computed.refused(&["public.post.low: foreign-key-differs: "]);
    assert!(!computed.said().contains("post.who"), "{}", computed.said());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_stands_only_while_neither_side_changes() -> anyhow::Result<()> {
    let sql = "CREATE TABLE person (id int PRIMARY KEY, mail text UNIQUE); CREATE TABLE audit (was text); \
               CREATE TABLE post (id int PRIMARY KEY, who text CONSTRAINT whose REFERENCES person (mail) ON UPDATE CASCADE ON DELETE SET NULL); \
               CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS \
               'BEGIN INSERT INTO public.audit VALUES (OLD::text); RETURN NEW; END'; \
               CREATE TRIGGER audit AFTER UPDATE ON post FOR EACH ROW EXECUTE FUNCTION audit(); \
               INSERT INTO person SELECT n, 'needle' || n FROM generate_series(1, 40) n; \
               INSERT INTO post SELECT n, 'needle' || n FROM generate_series(1, 20) n; VIEWS ANALYZE";
    let rules = "[table.\"public.person\"]\nkeep = [\"id\"]\ncolumn.mail = \"hash\"\n[table.\"public.audit\"]\nkeep = [\"was\"]\n\
                 [table.\"public.post\"]\nkeep = [\"id\"]\ncolumn.who = \"null\"\n";
    for version in BOTH {
        let server = server(version).await?;
        for (database, views) in [("plain", ""), ("held", "CREATE VIEW mails AS SELECT mail FROM person;")] {
            let tried = tried(&server, database, &sql.replace("VIEWS", views), rules).await?;
            tried.carried().await?;
            assert_eq!(tried.number("SELECT count(*) FROM person WHERE mail ~ '^[0-9a-f]{20}$'").await?, 40);
            assert_eq!(tried.number("SELECT count(who) FROM post").await?, 0);
            assert_eq!(tried.number("SELECT count(*) FROM audit").await?, 0, "a trigger ran");
            let key = tried
                .text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'whose' AND convalidated")
                .await?;
            assert_eq!(key, "FOREIGN KEY (who) REFERENCES person(mail) ON UPDATE CASCADE ON DELETE SET NULL");
        }
        // One that holds in whole or not at all takes no half of a null.
        let full = "CREATE TABLE pair (a int, b text, UNIQUE (a, b)); \
                    CREATE TABLE refers (a int, b text, CONSTRAINT whole FOREIGN KEY (a, b) REFERENCES pair (a, b) MATCH FULL)";
        let half = "[table.\"public.pair\"]\nkeep = [\"a\", \"b\"]\n[table.\"public.refers\"]\nkeep = [\"a\"]\ncolumn.b = \"null\"\n";
        tried(&server, "whole", full, half).await?.refused(&["public.refers.b: foreign-key-differs: ", "MATCH FULL"]);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_go_only_where_none_of_the_table_itself_refer_to_them() -> anyhow::Result<()> {
    let sql = "CREATE TABLE staff (id int PRIMARY KEY, boss int CONSTRAINT whose REFERENCES staff (id) ON DELETE CASCADE, name text)";
    let rules = "[table.\"public.staff\"]\nkeep = [\"id\", \"boss\"]\nwhere = \"id <> 1\"\ncolumn.name = \"null\"\n";
    let server = server(18).await?;
    let refused = tried(&server, "cascade", sql, rules).await?;
    refused.refused(&[
        "public.staff: still-referenced: it loses rows, and refers to itself by whose",
        "DROP CONSTRAINT whose",
    ]);
    let emptied = tried(&server, "emptied", sql, "[table.\"public.staff\"]\ntruncate = true\n").await?;
    assert_eq!(emptied.said(), "");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_look_alike_are_two() -> anyhow::Result<()> {
    let sql = "CREATE TABLE \"a.b\" (c text); CREATE TABLE a (\"b.c\" text, d text); \
               INSERT INTO \"a.b\" VALUES ('needle'); INSERT INTO a VALUES ('needle', 'x'); \
               CREATE TABLE e (f text); CREATE TABLE g (f text UNIQUE); CREATE TABLE \"e, public.g\" (f text); \
               ALTER TABLE e ADD FOREIGN KEY (f) REFERENCES g (f); INSERT INTO g VALUES ('needle'); INSERT INTO e VALUES ('needle'); \
               INSERT INTO \"e, public.g\" VALUES ('needle')";
    let rules = "[table.\"public.a.b\"]\ncolumn.c = \"hash\"\n[table.\"public.a\"]\nkeep = [\"d\"]\ncolumn.\"b.c\" = \"hash\"\n\
                 [table.\"public.e\"]\n[table.\"public.g\"]\ncolumn.f = \"hash\"\n[table.\"public.e, public.g\"]\ncolumn.f = \"hash\"\n";
    let server = server(18).await?;
    let tried = tried(&server, "alike", sql, rules).await?;
    tried.carried().await?;
    // A join is one column's alone unless somebody gave it a name.
    assert_eq!(tried.text("SELECT (c = \"b.c\")::text FROM \"a.b\", a").await?, "false");
    // And a step that is done is not another one of the same name.
    assert_eq!(
        tried
            .number(
                "SELECT count(*) FROM (TABLE e UNION ALL TABLE g UNION ALL TABLE \"e, public.g\") s WHERE f ~ 'needle'"
            )
            .await?,
        0
    );
    Ok(())
}
