//! What a rule makes and the column cannot hold, or what stops a step half-way, is known before; and values that the server takes
//! for equal stay equal.

use super::{BOTH, server, tried, tried_in};

#[tokio::test(flavor = "multi_thread")]
async fn a_unique_index_goes_by_more_than_its_own_columns() -> anyhow::Result<()> {
    let sql = "CREATE TABLE person (id int, mail text, state text, gone timestamptz, nick text, \
               low text GENERATED ALWAYS AS (lower(mail)) STORED UNIQUE, head text GENERATED ALWAYS AS (left(nick, 1)) STORED UNIQUE); \
               CREATE UNIQUE INDEX active ON person (id) WHERE state = 'active'; \
               CREATE UNIQUE INDEX here ON person (id, mail) WHERE gone IS NULL AND mail IS NOT NULL;";
    for version in BOTH {
        let server = server(version).await?;
        let rules = "[table.\"public.person\"]\nkeep = [\"id\"]\n[table.\"public.person\".column]\nmail = \"hash\"\n\
                     gone = { round = \"year\" }\nnick = \"hash\"\nstate = { constant = \"active\" }\n";
        let tried_one = tried(&server, "two_ways", sql, rules).await?;
        tried_one.refused(&[
            "public.person.state: unique-lossy: the unique index active holds where (state = 'active'::text)",
            "public.person.nick: unique-lossy: ",
        ]);
        assert!(
            !tried_one.said().contains("person.mail") && !tried_one.said().contains("person.gone"),
            "{}",
            tried_one.said()
        );
        let nulled = rules
            .replace("gone = { round = \"year\" }", "gone = \"null\"")
            .replace("{ constant = \"active\" }", "\"keep\"");
        let tried_two = tried(&server, "nulled", sql, &nulled).await?;
        tried_two.refused(&["public.person.gone: unique-lossy: the unique index here holds where "]);
        let made_up = rules.replace("mail = \"hash\"", "mail = { fake = \"name\" }");
        tried(&server, "made_up", sql, &made_up).await?.refused(&["public.person.mail: unique-lossy: "]);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_cannot_be_set_anew_makes_it_an_update() -> anyhow::Result<()> {
    let sql = "CREATE TYPE shape AS (id int, name text); CREATE TABLE typed OF shape; INSERT INTO typed VALUES (1, 'needle'); \
               CREATE TABLE person (id int, name text); INSERT INTO person VALUES (1, 'needle'); \
               CREATE DOMAIN persons AS person[]; CREATE TABLE holds (them persons); \
               CREATE TABLE computed (name text, low text GENERATED ALWAYS AS (lower(name)) STORED); INSERT INTO computed VALUES ('needle')";
    let rules = "[table.\"public.typed\"]\nkeep = [\"id\"]\ncolumn.name = \"hash\"\n[table.\"public.person\"]\nkeep = [\"id\"]\ncolumn.name = \"hash\"\n\
                 [table.\"public.holds\"]\ncolumn.them = \"null\"\n[table.\"public.computed\"]\ncolumn.name = \"hash\"\n";
    for version in BOTH {
        let server = server(version).await?;
        let tried = tried(&server, "types", sql, rules).await?;
        tried.carried().await?;
        let question = "SELECT count(*) FROM (SELECT name FROM typed UNION ALL SELECT name FROM person UNION ALL SELECT low FROM computed) s \
                        WHERE name ~ '^[0-9a-f]{20}$'";
        assert_eq!(tried.number(question).await?, 3);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_are_equal_to_the_server_stay_equal() -> anyhow::Result<()> {
    for version in BOTH {
        let server = server(version).await?;
        let sql = "CREATE EXTENSION citext; GRANT CREATE, USAGE ON SCHEMA public TO shop; -- shop \
                   CREATE TABLE person (id int, mail citext UNIQUE); CREATE TABLE post (mail citext REFERENCES person (mail)); \
                   INSERT INTO person VALUES (1, 'JOSÉ@x'); INSERT INTO post VALUES ('josé@X')";
        let rules = "[table.\"public.person\"]\nkeep = [\"id\"]\ncolumn.mail = \"hash\"\n[table.\"public.post\"]\n";
        // Here the case of a letter is known that is not English.
        let how = "TEMPLATE template0 LC_CTYPE 'C.UTF-8' LC_COLLATE 'C'";
        let case = tried_in(&server, "of_case", how, sql, rules).await?;
        case.carried().await?;
        assert_eq!(case.number("SELECT count(*) FROM person JOIN post USING (mail)").await?, 1);
        let sql = "CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level1', deterministic = false); CREATE TABLE a (b text COLLATE blind)";
        for (database, rule) in [("hashed", "\"hash\""), ("made_up", "{ fake = \"name\" }")] {
            let rules = format!("[table.\"public.a\"]\ncolumn.b = {rule}\n");
            tried(&server, database, sql, &rules).await?.refused(&["public.a.b: collation: ", "public.blind"]);
        }
        assert_eq!(tried(&server, "nulled", sql, "[table.\"public.a\"]\ncolumn.b = \"null\"\n").await?.said(), "");
    }
    Ok(())
}
