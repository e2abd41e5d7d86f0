//! The same on `MySQL` and `MariaDB`.

use anyhow::{Context as _, ensure};
use mysql_async::Conn;
use mysql_async::prelude::Queryable as _;
use nightshift::domains::anonymise::plan::{self, Plan};
use nightshift::domains::anonymise::rules;
use nightshift::servers::catalog;
use nightshift_testkit::database::anonymise::carry_out_mysql;
use nightshift_testkit::database::postgres::{MASTER, PASSWORD, RDS_ADMIN};
use nightshift_testkit::database::{Flavour, Mysql};

use super::said;
use crate::anonymise::carried::key;
use crate::anonymise::{HOST, engine_of, session};

const FLAVOURS: [Flavour; 2] = [Flavour::Mysql, Flavour::Mariadb];

async fn server(flavour: Flavour) -> anyhow::Result<Mysql> {
    let program = flavour.find().context("run `cargo xtask setup`")?;
    Mysql::start(&program, HOST, "empty").await
}

/// One database, and the plan of it.
struct Tried<'a> {
    server: &'a Mysql,
    admin: Conn,
    plan: Plan,
}

/// Makes `database` by `sql`, and plans as `user`.
async fn tried_as<'a>(
    server: &'a Mysql,
    user: &str,
    database: &str,
    sql: &[&str],
    rules_text: &str,
) -> anyhow::Result<Tried<'a>> {
    let mut admin = server.log_in(RDS_ADMIN, PASSWORD, "").await?;
    for statement in [&format!("CREATE DATABASE {database}")[..], &format!("USE {database}")].iter().chain(sql) {
        admin.query_drop(*statement).await.with_context(|| (*statement).to_owned())?;
    }
    let session =
        session(engine_of(server.flavour), server.address(), &server.certificates.authority, user, "").await?;
    let schema = catalog::schema(&session, database).await?;
    let rules = rules::read(&format!("version = 1\nengine = \"{}\"\n{rules_text}", server.flavour.engine()))?;
    Ok(Tried { server, admin, plan: plan::make(&rules, &schema) })
}

async fn tried<'a>(server: &'a Mysql, database: &str, sql: &[&str], rules: &str) -> anyhow::Result<Tried<'a>> {
    tried_as(server, MASTER, database, sql, rules).await
}

impl Tried<'_> {
    #[track_caller]
    fn refused(&self, lines: &[&str]) {
        let said = said(&self.plan);
        for line in lines {
            assert!(said.contains(line), "{:?}: {line}\n{said}", self.server.flavour);
        }
    }

    async fn carried(&self) -> anyhow::Result<()> {
        ensure!(self.plan.blockers.is_empty(), "{:?}: {}", self.server.flavour, said(&self.plan));
        let mut master = self.server.log_in(MASTER, PASSWORD, "").await?;
        carry_out_mysql(&mut master, &self.plan, &key()).await.with_context(|| format!("{:?}", self.server.flavour))
    }

    async fn number(&mut self, question: &str) -> anyhow::Result<i64> {
        let found: Option<i64> = self.admin.query_first(question).await.with_context(|| question.to_owned())?;
        found.with_context(|| format!("{question}: nothing"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_key_refers_to_changes_with_it_or_the_plan_is_refused() -> anyhow::Result<()> {
    for flavour in FLAVOURS {
        let server = server(flavour).await?;
        let one = ["CREATE TABLE person (mail VARCHAR(60) PRIMARY KEY)"];
        tried(&server, "one", &one, "[table.\"one.person\"]\ncolumn.mail = \"hash\"\n").await?;
        let two = [
            "CREATE TABLE post (id INT PRIMARY KEY, who VARCHAR(60), CONSTRAINT far FOREIGN KEY (who) REFERENCES one.person (mail))",
            "CREATE TABLE named (name VARCHAR(60), low VARCHAR(60) AS (LOWER(name)) STORED, UNIQUE KEY (low))",
            "CREATE TABLE refers (low VARCHAR(60), CONSTRAINT computed FOREIGN KEY (low) REFERENCES named (low))",
        ];
        let rules = "[table.\"two.post\"]\nkeep = [\"id\"]\ncolumn.who = \"hash\"\n[table.\"two.named\"]\ncolumn.name = \"hash\"\n\
                     [table.\"two.refers\"]\nkeep = [\"low\"]\n";
        let tried_two = tried(&server, "two", &two, rules).await?;
        tried_two.refused(&[
            "two.post.who: foreign-key-differs: ",
            "one.person.mail",
            "two.refers.low: foreign-key-differs: ",
            "computed",
        ]);
        let three = [
            "CREATE TABLE person (id INT PRIMARY KEY, code VARCHAR(30), KEY (code), name VARCHAR(20))",
            "CREATE TABLE post (id INT PRIMARY KEY, code VARCHAR(30), FOREIGN KEY (code) REFERENCES person (code) ON UPDATE CASCADE)",
            "INSERT INTO person VALUES (1, 'needle', 'needle')",
            "INSERT INTO post VALUES (1, 'needle')",
        ];
        if flavour == Flavour::Mariadb {
            let rules = "[table.\"three.person\"]\nkeep = [\"id\"]\ncolumn.code = { sql = \"CONCAT('c', id)\" }\ncolumn.name = \"null\"\n\
                         [table.\"three.post\"]\nkeep = [\"id\"]\n";
            tried(&server, "three", &three, rules).await?.refused(&["three.post.code: foreign-key-differs: "]);
            let rules = "[table.\"four.person\"]\nkeep = [\"id\"]\ncolumn.code = \"hash\"\ncolumn.name = \"null\"\n\
                         [table.\"four.post\"]\nkeep = [\"id\"]\ncolumn.code = \"null\"\n";
            let mut tried = tried(&server, "four", &three, rules).await?;
            tried.carried().await?;
            assert_eq!(tried.number("SELECT COUNT(*) FROM post WHERE code IS NULL").await?, 1);
            assert_eq!(tried.number("SELECT COUNT(*) FROM person WHERE code REGEXP '^[0-9a-f]{20}$'").await?, 1);
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_trigger_runs_when_a_table_is_emptied() -> anyhow::Result<()> {
    let server = server(Flavour::Mariadb).await?;
    let past = "CREATE TABLE past (id INT PRIMARY KEY, who VARCHAR(60)) WITH SYSTEM VERSIONING";
    let plain = "CREATE TABLE plain (id INT PRIMARY KEY, who VARCHAR(60))";
    let log = "CREATE TABLE log (was VARCHAR(60))";
    let of = |table: &str| {
        format!("CREATE TRIGGER keep_{table} AFTER DELETE ON {table} FOR EACH ROW INSERT INTO log VALUES (OLD.who)")
    };
    let sql = [
        past,
        plain,
        log,
        &of("past"),
        &of("plain"),
        "INSERT INTO past VALUES (1, 'needle')",
        "INSERT INTO plain VALUES (1, 'needle')",
    ];
    let emptied = "[table.\"DB.past\"]\ntruncate = true\n[table.\"DB.plain\"]\ntruncate = true\n[table.\"DB.log\"]\nkeep = [\"was\"]\n";
    let refused = tried(&server, "emptied", &sql, &emptied.replace("DB", "emptied")).await?;
    refused.refused(&["emptied.past: code-would-run: ", "would fire keep_past"]);
    assert!(!said(&refused.plan).contains("plain"), "{}", said(&refused.plan));
    // An update fires no trigger on DELETE, nor does what becomes of its history.
    let masked = "[table.\"masked.past\"]\nkeep = [\"id\"]\ncolumn.who = \"hash\"\n[table.\"masked.plain\"]\ntruncate = true\n\
                  [table.\"masked.log\"]\nkeep = [\"was\"]\n";
    server.admin(&["GRANT DELETE HISTORY ON *.* TO 'master'@'%'"]).await?;
    let mut masked = tried(&server, "masked", &sql, masked).await?;
    masked.carried().await?;
    assert_eq!(masked.number("SELECT COUNT(*) FROM log").await?, 0);
    assert_eq!(masked.number("SELECT COUNT(*) FROM past FOR SYSTEM_TIME ALL").await?, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_equal_to_a_collation_has_one_pseudonym() -> anyhow::Result<()> {
    for flavour in FLAVOURS {
        let server = server(flavour).await?;
        let collations: &[&str] = match flavour {
            Flavour::Mysql => {
                &["utf8mb4_0900_ai_ci", "utf8mb4_0900_as_cs", "utf8mb4_unicode_ci", "utf8mb4_bin", "utf8mb3_general_ci"]
            }
            Flavour::Mariadb => &[
                "utf8mb4_uca1400_ai_ci",
                "utf8mb4_unicode_ci",
                "utf8mb4_uca1400_nopad_ai_ci",
                "utf8mb4_bin",
                "latin1_swedish_ci",
            ],
        };
        for (at, collation) in collations.iter().enumerate() {
            let database = format!("c{at}");
            let set = collation.split('_').next().unwrap_or_default();
            let of = |table: &str, more: &str| {
                format!(
                    "CREATE TABLE {table} (id INT PRIMARY KEY, mail VARCHAR(60) CHARACTER SET {set} COLLATE {collation}{more})"
                )
            };
            let (person, post) =
                (of("person", ", UNIQUE KEY (mail)"), of("post", ", FOREIGN KEY (mail) REFERENCES person (mail)"));
            let values = ["JOSÉ@x", "josé@X", "jose@x", "José@x ", "straße", "STRASSE", "a b", "a  b", "ñ", "n"];
            let mut sql = vec![person, post];
            for (at, value) in values.iter().enumerate() {
                sql.push(format!("INSERT IGNORE INTO person VALUES ({at}, '{value}')"));
            }
            for (at, value) in values.iter().enumerate() {
                sql.push(format!("INSERT INTO post VALUES ({at}, '{value}')"));
            }
            sql.push(
                "CREATE TABLE before_it AS SELECT p.id AS person, o.id AS post FROM person p JOIN post o USING (mail)"
                    .to_owned(),
            );
            let sql: Vec<_> = sql.iter().map(String::as_str).collect();
            let rules = format!(
                "[table.\"{database}.person\"]\nkeep = [\"id\"]\ncolumn.mail = \"hash\"\n[table.\"{database}.post\"]\nkeep = [\"id\"]\n\
                 [table.\"{database}.before_it\"]\nkeep = [\"person\", \"post\"]\n"
            );
            let mut tried = tried(&server, &database, &sql, &rules).await?;
            tried.carried().await?;
            let both = "SELECT COUNT(*) FROM before_it b JOIN person p ON p.id = b.person JOIN post o ON o.id = b.post AND o.mail = p.mail";
            let found = tried.number(both).await?;
            assert_eq!(found, i64::try_from(values.len())?, "{flavour:?} {collation}");
            let distinct = "SELECT COUNT(DISTINCT mail) - COUNT(*) FROM person WHERE mail REGEXP '^[0-9a-f]{20}$'";
            assert_eq!(tried.number(distinct).await?, 0, "{flavour:?} {collation}");
        }
        let odd = ["CREATE TABLE a (b VARCHAR(9) COLLATE utf8mb4_bin, c VARCHAR(9) COLLATE utf8mb4_unicode_ci)"];
        let join = "[table.\"odd.a\"]\n[table.\"odd.a\".column]\nb = { fake = \"name\", join = \"j\" }\nc = { fake = \"name\", join = \"j\" }\n";
        tried(&server, "odd", &odd, join).await?.refused(&[
            "odd.a.c: collation: ",
            "utf8mb4_unicode_ci",
            "as _bin does",
        ]);
    }
    // Of these nobody can say what is equal to them.
    let mariadb = server(Flavour::Mariadb).await?;
    let several = ["CREATE TABLE a (b VARCHAR(60) COLLATE utf8mb4_uca1400_as_ci)"];
    tried(&mariadb, "several", &several, "[table.\"several.a\"]\ncolumn.b = \"hash\"\n")
        .await?
        .refused(&["several.a.b: collation: "]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_see_all_plans_nothing() -> anyhow::Result<()> {
    for flavour in FLAVOURS {
        let server = server(flavour).await?;
        let sql = ["CREATE TABLE seen (a VARCHAR(60))", "CREATE TABLE hidden (a VARCHAR(60))"];
        let user = |name: &str| format!("CREATE USER {name}@'%' IDENTIFIED BY '{PASSWORD}'");
        server
            .admin(&[&user("some"), &user("readers"), &user("of_role"), &user("unused"), "CREATE ROLE all_of_it"])
            .await?;
        let rules = "[table.\"DB.seen\"]\ncolumn.a = \"hash\"\n";
        for (at, (login, grants, sees)) in [
            ("some", &["GRANT SELECT ON `DB`.`seen` TO some@'%'"][..], false),
            ("readers", &["GRANT SELECT ON *.* TO readers@'%'"], false),
            ("readers", &["GRANT TRIGGER, EVENT ON *.* TO readers@'%'"], true),
            ("unused", &["GRANT SELECT, TRIGGER, EVENT ON *.* TO all_of_it", "GRANT all_of_it TO unused@'%'"], false),
            ("of_role", &["GRANT all_of_it TO of_role@'%'", DEFAULT], true),
        ]
        .into_iter()
        .enumerate()
        {
            let database = format!("d{at}");
            let default = if flavour == Flavour::Mysql {
                "SET DEFAULT ROLE all_of_it TO of_role@'%'"
            } else {
                "SET DEFAULT ROLE all_of_it FOR of_role@'%'"
            };
            let grants: Vec<_> =
                grants.iter().map(|grant| grant.replace("DB", &database).replace(DEFAULT, default)).collect();
            let all: Vec<_> = sql.iter().copied().chain(grants.iter().map(String::as_str)).collect();
            let tried = tried_as(&server, login, &database, &all, &rules.replace("DB", &database)).await?;
            let said = said(&tried.plan);
            assert_eq!(said.contains("not-all-seen: "), !sees, "{flavour:?} {login} {at}: {said}");
            assert!(!sees || said.contains(&format!("{database}.hidden: undecided-table")), "{said}");
        }
    }
    Ok(())
}

const DEFAULT: &str = "the default role";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_column_cannot_hold_is_known_before() -> anyhow::Result<()> {
    for flavour in FLAVOURS {
        let server = server(flavour).await?;
        let unique = [
            "CREATE TABLE a (mail VARCHAR(60), low VARCHAR(60) AS (LOWER(mail)) STORED, head VARCHAR(60) AS (LEFT(low, 3)) STORED, \
             UNIQUE KEY by_low (low), UNIQUE KEY by_head (head))",
        ];
        let rules = "[table.\"uniq.a\"]\ncolumn.mail = \"hash\"\n";
        let refused = tried(&server, "uniq", &unique, rules).await?;
        refused.refused(&["uniq.a.mail: unique-lossy: the unique index by_head"]);
        let one = [unique[0].replace(", UNIQUE KEY by_head (head)", "")];
        let one = [one[0].as_str()];
        assert_eq!(said(&tried(&server, "one", &one, &rules.replace("uniq", "one")).await?.plan), "");

        // A date that is none stays as it is, and the first moment there is stays one.
        let dates = [
            "SET SESSION sql_mode = '', time_zone = '+00:00'",
            "CREATE TABLE a (id INT PRIMARY KEY, t TIMESTAMP NULL, d DATE, e DATETIME)",
            "INSERT INTO a VALUES (1, '0000-00-00', '0000-00-00', '0000-00-00'), (2, '1970-01-05 10:00:00', '2020-00-15', '2020-05-00'), \
             (3, '2020-05-07 01:00:00', '2020-05-07', '2020-05-07 01:00:00')",
        ];
        let rules = "[table.\"dates.a\"]\nkeep = [\"id\"]\n[table.\"dates.a\".column]\nt = { round = \"year\" }\nd = { round = \"year\" }\n\
                     e = { round = \"month\" }\n";
        let mut tried_dates = tried(&server, "dates", &dates, rules).await?;
        tried_dates.carried().await?;
        let rows: Vec<String> =
            tried_dates.admin.query("SELECT CONCAT_WS(' ', id, t, d, e) FROM a ORDER BY id").await?;
        assert_eq!(
            rows,
            [
                "1 0000-00-00 00:00:00 0000-00-00 0000-00-00 00:00:00",
                "2 1970-01-01 00:00:01 2020-01-01 2020-05-01 00:00:00",
                "3 2020-01-01 00:00:00 2020-01-01 2020-05-01 00:00:00"
            ],
            "{flavour:?}"
        );

        // What is emptied is emptied alone.
        let merged = [
            "CREATE TABLE one (a INT) ENGINE = MyISAM",
            "CREATE TABLE every_one (a INT) ENGINE = MERGE UNION = (one)",
            "INSERT INTO one VALUES (1)",
        ];
        let rules = "[table.\"merged.one\"]\nkeep = [\"a\"]\n[table.\"merged.every_one\"]\ntruncate = true\n";
        tried(&server, "merged", &merged, rules).await?.refused(&["merged.every_one: not-understood: "]);
    }
    let mariadb = server(Flavour::Mariadb).await?;
    let json = ["CREATE TABLE a (doc JSON, also LONGTEXT CHECK (JSON_VALID(also) AND also <> ''), \
         may LONGTEXT CHECK (may = '' OR JSON_VALID(may)), name VARCHAR(60) CHECK (LENGTH(name) > 3))"];
    let rules = "[table.\"json.a\"]\ncolumn.doc = \"hash\"\ncolumn.also = \"hash\"\ncolumn.may = \"hash\"\ncolumn.name = \"hash\"\n";
    let refused = tried(&mariadb, "json", &json, rules).await?;
    refused.refused(&["json.a.doc: rule-does-not-fit: ", "json.a.also: rule-does-not-fit: "]);
    assert!(!said(&refused.plan).contains("json.a.may"), "{}", said(&refused.plan));
    assert!(
        refused.plan.watched.iter().any(|line| line.contains("json.a: the check name goes by")),
        "{:?}",
        refused.plan.watched
    );
    Ok(())
}
