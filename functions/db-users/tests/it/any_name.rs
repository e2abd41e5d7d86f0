//! Names nobody thought of, made at random, on every kind of server: each is refused with the event, or is a user, a
//! database and a schema like any other and nothing happens besides.

use std::collections::BTreeSet;

use mysql_async::prelude::Queryable as _;
use nightshift::domains::databases::names::{fault_of_object, fault_of_user};
use nightshift::services::sql::Engine;
use nightshift_testkit::database::{DatabaseWorld, Flavour, Installation, MysqlWorld, postgres};
use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::world::with_mode;
use crate::{FUNCTION, ids, writes};

/// Events a server gets, and names in each.
const EVENTS: usize = 2;
const NAMES: usize = 6;

/// What breaks pasting, wildcards and comments, other scripts, what is invisible; short, and as long as may be.
fn hostile(longest: usize) -> impl Strategy<Value = String> {
    let pieces = proptest::sample::select(vec![
        "'",
        "\"",
        "`",
        "\\",
        "%",
        "_",
        ";",
        "--",
        "/*",
        "*/",
        "#",
        "$$",
        "$1",
        "?",
        ":a",
        "@",
        "@'%'",
        "{}",
        "${x}",
        " ",
        "\t",
        "\n",
        "é",
        "日本",
        "ß",
        "İ",
        "\u{202e}",
        "\u{200b}",
        "😀",
        "\u{0}",
        "a",
        "B",
        "0",
        "NULL",
        "DROP TABLE precious",
        "' OR '1'='1",
        "public",
        "\u{7f}",
    ]);
    let random = proptest::char::any().prop_map(String::from);
    let piece = proptest::prop_oneof![4 => pieces.prop_map(str::to_owned), 1 => random];
    let name = proptest::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat());
    let long = proptest::sample::select(vec!["x", "é", "'", "\\", "日"]).prop_map(move |piece| {
        let mut name = String::new();
        while name.len() + piece.len() <= longest {
            name.push_str(piece);
        }
        name
    });
    proptest::prop_oneof![5 => name, 1 => long]
}

struct Names {
    /// Of the names of their secrets: one that was another's is not taken.
    event: usize,
    users: Vec<String>,
    /// Gone at the end: the next event may draw it again, and the long names are few.
    place: String,
    refused: Option<String>,
}

/// Names that may be, different from one another; one that may be a database's or schema's; and one that may not be.
fn names(engine: Engine, event: usize) -> Names {
    let mut runner = TestRunner::default();
    let longest = if engine == Engine::Postgres { 63 } else { 32 };
    let mut one = || hostile(longest).new_tree(&mut runner).expect("a name").current();
    let (mut users, mut place, mut refused) = (BTreeSet::new(), None, None);
    while users.len() < NAMES || place.is_none() {
        let name = one();
        if fault_of_user(&name, engine, false).is_some() || name.eq_ignore_ascii_case("none") {
            refused = Some(name);
        } else if place.is_none() && fault_of_object(&name, engine).is_none() && name != "public" {
            place = Some(name);
        } else {
            users.insert(name);
        }
    }
    Names { event, users: users.into_iter().collect(), place: place.expect("the loop found one"), refused }
}

impl Names {
    fn secret(&self, number: usize) -> String {
        format!("s-{}-{number}", self.event)
    }

    fn users(&self, state: &str) -> Vec<Value> {
        let user = |(number, name)| {
            json!({
                "db_user": name, "user_secret_name": self.secret(number), "grant_privileges": ["SELECT"], "state": state,
            })
        };
        self.users.iter().enumerate().map(user).collect()
    }
}

fn refused(name: &str) -> Vec<Value> {
    vec![json!({"db_user": name, "user_secret_name": "s"})]
}

#[tokio::test]
async fn any_name_is_refused_or_a_name_on_postgresql() -> anyhow::Result<()> {
    for version in [14, 18].into_iter().filter_map(Installation::find) {
        let world = DatabaseWorld::new(&version).await?;
        let master = world.server.master("airflow").await?;
        master.batch_execute("CREATE TABLE precious (id int)").await?;
        drop(master);
        for event in 0..EVENTS {
            let names = names(Engine::Postgres, event);
            on_postgres(&world, &names).await.map_err(|error| error.context(format!("{:?}", names.users)))?;
        }
    }
    Ok(())
}

async fn on_postgres(world: &DatabaseWorld, names: &Names) -> anyhow::Result<()> {
    let mut function = world.start(FUNCTION, &[])?;
    let mut event = with_mode(crate::world::event(&names.users("present")), "apply");
    for user in event["users"].as_array_mut().into_iter().flatten() {
        user["schemas"] = json!(["public", names.place]);
    }
    let report = function.invoke(&event).await?.report();
    assert_eq!(ids(&report, "changed").len(), NAMES + 1, "{report:#}");
    let schema = names.place.replace('"', "\"\"");
    let master = world.server.master("airflow").await?;
    master.batch_execute(&format!("CREATE TABLE \"{schema}\".own (id int)")).await?;
    for (number, name) in names.users.iter().enumerate() {
        let session = world.log_in_by(&names.secret(number)).await?;
        let who: String = session.query_one("SELECT current_user::text", &[]).await?.get(0);
        assert_eq!(who, *name);
        session.batch_execute(&format!("SELECT * FROM precious, \"{schema}\".own")).await?;
        assert!(session.batch_execute("DELETE FROM precious").await.is_err());
    }
    let again = function.invoke(&event).await?.report();
    assert_eq!((ids(&again, "already_right").len(), writes(&again)), (NAMES, Vec::new()), "{again:#}");
    if let Some(name) = &names.refused {
        let event = crate::world::event(&refused(name));
        assert_eq!(function.invoke(&event).await?.fault().0, "EventRefused", "{name:?}");
    }
    master.batch_execute(&format!("DROP TABLE \"{schema}\".own")).await?;
    let gone = with_mode(crate::world::event(&names.users("absent")), "apply");
    let report = function.invoke(&gone).await?.report();
    assert_eq!(ids(&report, "changed").len(), NAMES, "{report:#}");
    let left = master.query("SELECT rolname::text FROM pg_roles WHERE rolname !~ '^(pg_|rds)'", &[]).await?;
    assert_eq!(left.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>(), ["master"]);
    master.batch_execute(&format!("DROP SCHEMA \"{schema}\"")).await?;
    Ok(())
}

#[tokio::test]
async fn any_name_is_refused_or_a_name_on_mysql_and_mariadb() -> anyhow::Result<()> {
    for program in [Flavour::Mariadb, Flavour::Mysql].into_iter().filter_map(Flavour::find) {
        let world = MysqlWorld::new(&program).await?;
        world.server.admin(&["CREATE TABLE my_shop.precious (id int)"]).await?;
        let engine = if program.flavour == Flavour::Mariadb { Engine::Mariadb } else { Engine::Mysql };
        for event in 0..EVENTS {
            let names = names(engine, event);
            let done = on_mysql(&world, &names).await;
            done.map_err(|error| error.context(format!("{} {:?} {:?}", engine, names.users, names.place)))?;
        }
    }
    Ok(())
}

async fn on_mysql(world: &MysqlWorld, names: &Names) -> anyhow::Result<()> {
    let mut function = world.start(FUNCTION, &[])?;
    let mut event = with_mode(world.event(&names.users("present")), "apply");
    event["database_name"] = json!(names.place);
    event["create_database"] = json!(true);
    let report = function.invoke(&event).await?.report();
    assert_eq!(ids(&report, "changed").len(), NAMES + 1, "{report:#}");
    let database = names.place.replace('`', "``");
    world.server.admin(&[&format!("CREATE TABLE `{database}`.own (id int)")]).await?;
    for (number, name) in names.users.iter().enumerate() {
        let mut session = world.log_in_by_to(&names.secret(number), "").await?;
        let who: Option<String> = session.query_first("SELECT current_user()").await?;
        assert_eq!(who, Some(format!("{name}@%")));
        session.query_drop(format!("SELECT * FROM `{database}`.own")).await?;
        assert!(session.query_drop(format!("DELETE FROM `{database}`.own")).await.is_err());
        assert!(session.query_drop("SELECT * FROM my_shop.precious").await.is_err());
    }
    let again = function.invoke(&event).await?.report();
    assert_eq!((ids(&again, "already_right").len(), writes(&again)), (NAMES, Vec::new()), "{again:#}");
    if let Some(name) = &names.refused {
        let event = world.event(&refused(name));
        assert_eq!(function.invoke(&event).await?.fault().0, "EventRefused", "{name:?}");
    }
    event["users"] = json!(names.users("absent"));
    let report = function.invoke(&event).await?.report();
    assert_eq!(ids(&report, "changed").len(), NAMES, "{report:#}");
    world.server.admin(&[&format!("DROP DATABASE `{database}`"), "SELECT 1 FROM my_shop.precious"]).await?;
    let mut admin = world.server.log_in("rdsadmin", postgres::PASSWORD, "").await?;
    let own = "SELECT user FROM mysql.user WHERE user NOT LIKE 'mysql.%' AND user NOT IN ('root', 'mariadb.sys', 'mysql', '')";
    let mut left: Vec<String> = admin.query(own).await?;
    left.sort();
    assert_eq!(left, ["master", "rdsadmin"]);
    Ok(())
}
