//! On `MySQL` and `MariaDB`, granting takes nothing away that nobody asked to take, and what is on single tables, columns,
//! routines and by roles is seen.

use nightshift_testkit::database::mysql::Program;
use nightshift_testkit::database::{Flavour, MysqlWorld};
use serde_json::{Value, json};

use crate::mysql::{here, log_in, may, user};
use crate::world::with_mode;
use crate::{FUNCTION, ids, item, said, steps, writes};

fn notes(report: &Value, id: &str) -> String {
    item(report, id)["dbusers"]["notes"].to_string()
}

#[tokio::test]
async fn a_grant_hides_no_pattern_that_gave_more() -> anyhow::Result<()> {
    for program in here() {
        patterns(&program).await.map_err(|error| error.context(program.flavour.engine()))?;
    }
    Ok(())
}

async fn patterns(program: &Program) -> anyhow::Result<()> {
    let world = MysqlWorld::new(program).await?;
    world.server.admin(&["CREATE TABLE my_shop.task (id int)"]).await?;
    let mut function = world.start(FUNCTION, &[])?;
    let bare = with_mode(world.event(&[user("app", "")]), "apply");
    function.invoke(&bare).await?.report();
    // As one writes it who does not know that an underscore is any character.
    world.server.admin(&["GRANT SELECT, INSERT ON my_shop.* TO app@'%' WITH GRANT OPTION"]).await?;
    let event = with_mode(world.event(&[user("app", "SELECT")]), "apply");
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "already_right", "the pattern gives it: {report:#}");
    assert!(notes(&report, "app").contains("it has INSERT on the pattern my_shop"), "{report:#}");

    let more = with_mode(world.event(&[user("app", "SELECT,DELETE")]), "apply");
    let report = function.invoke(&more).await?.report();
    assert_eq!(
        steps(&report, "app"),
        "GRANT SELECT, INSERT, DELETE ON `my\\_shop`.* TO 'app'@'%' WITH GRANT OPTION",
        "{report:#}"
    );
    assert!(notes(&report, "app").contains("pattern-kept"), "{report:#}");
    let mut app = log_in(&world, "app").await?;
    assert!(may(&mut app, "INSERT INTO task VALUES (1)").await? && may(&mut app, "DELETE FROM task").await?);
    let again = function.invoke(&more).await?.report();
    assert_eq!((ids(&again, "changed"), writes(&again)), (Vec::new(), Vec::new()), "{again:#}");

    // Asked to take it, it is taken, though the pattern stands.
    world
        .server
        .admin(&["REVOKE ALL PRIVILEGES, GRANT OPTION FROM app@'%'", "GRANT ALL ON `my_sho%`.* TO app@'%'"])
        .await?;
    let mut managed = event;
    managed["revoke"] = json!("managed");
    let report = function.invoke(&managed).await?.report();
    assert!(notes(&report, "app").contains("pattern-hidden"), "{report:#}");
    let mut app = log_in(&world, "app").await?;
    assert!(may(&mut app, "SELECT * FROM task").await? && !may(&mut app, "INSERT INTO task VALUES (1)").await?);
    let again = function.invoke(&managed).await?.report();
    assert_eq!((ids(&again, "changed"), writes(&again)), (Vec::new(), Vec::new()), "{again:#}");

    world
        .server
        .admin(&[
            "REVOKE ALL PRIVILEGES, GRANT OPTION FROM app@'%'",
            "GRANT SELECT ON `my_sho%`.* TO app@'%'",
            "GRANT INSERT ON `my_shop`.* TO app@'%'",
        ])
        .await?;
    let report = function.invoke(&with_mode(world.event(&[user("app", "DELETE")]), "plan")).await?.report();
    assert_eq!(said(&report, "app"), ("skipped", "patterns-tie"), "{report:#}");
    Ok(())
}

#[tokio::test]
async fn what_is_on_tables_columns_and_routines_or_by_a_role_is_seen_and_taken() -> anyhow::Result<()> {
    for program in here() {
        inside(&program).await.map_err(|error| error.context(program.flavour.engine()))?;
    }
    Ok(())
}

async fn inside(program: &Program) -> anyhow::Result<()> {
    let world = MysqlWorld::new(program).await?;
    let mut function = world.start(FUNCTION, &[])?;
    let event = with_mode(world.event(&[user("app", "SELECT")]), "apply");
    function.invoke(&event).await?.report();
    world
        .server
        .admin(&[
            "CREATE DATABASE other",
            "CREATE TABLE other.task (id int)",
            "CREATE TABLE my_shop.task (id int, at int)",
            "CREATE PROCEDURE my_shop.work() SELECT 1",
            "GRANT DELETE, SELECT ON my_shop.task TO app@'%' WITH GRANT OPTION",
            "GRANT UPDATE (at), SELECT (at) ON my_shop.task TO app@'%'",
            "GRANT EXECUTE ON PROCEDURE my_shop.work TO app@'%'",
            "GRANT DELETE ON other.task TO app@'%'",
            "CREATE ROLE clerks",
            "GRANT INSERT ON my_shop.* TO clerks",
            "GRANT clerks TO master@'%' WITH ADMIN OPTION",
            "GRANT clerks TO app@'%'",
            "CREATE ROLE strangers",
            "GRANT strangers TO app@'%'",
        ])
        .await?;
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "already_right");
    let told = notes(&report, "app");
    for part in
        ["`my_shop`.`task`", "PROCEDURE `my_shop`.`work`", "'clerks'", "'strangers'", "it is a member of", "drift"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
    let mut managed = event.clone();
    managed["revoke"] = json!("managed");
    let report = function.invoke(&managed).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    let told = notes(&report, "app");
    assert!(told.contains("'clerks'") && told.contains("`other`.`task`"), "{told}");
    let mut app = log_in(&world, "app").await?;
    assert!(may(&mut app, "SELECT * FROM task").await?);
    for denied in ["DELETE FROM task", "UPDATE task SET at = 1", "CALL work()", "GRANT SELECT ON task TO clerks"] {
        assert!(!may(&mut app, denied).await?, "{denied}");
    }
    assert!(may(&mut app, "DELETE FROM other.task").await?, "what is elsewhere is not managed");
    let again = function.invoke(&managed).await?.report();
    assert_eq!((ids(&again, "changed"), writes(&again)), (Vec::new(), Vec::new()), "{again:#}");

    let mut all = event;
    all["revoke"] = json!("all");
    let report = function.invoke(&all).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert!(!may(&mut app, "DELETE FROM other.task").await?);
    let again = function.invoke(&all).await?.report();
    assert_eq!((ids(&again, "changed"), writes(&again)), (Vec::new(), Vec::new()), "{again:#}");
    assert!(!notes(&again, "app").contains("clerks"), "{again:#}");
    Ok(())
}

/// The rotation with two passwords takes a right of the login, which makes it nobody who administers anything.
#[tokio::test]
async fn whoever_is_rotated_with_two_passwords_may_keep_them() -> anyhow::Result<()> {
    let Some(program) = here().into_iter().find(|program| program.flavour == Flavour::Mysql) else { return Ok(()) };
    let world = MysqlWorld::new(&program).await?;
    world.scene.function_in("us-east-1", "rotate", &[]).await?;
    let arn = format!("arn:aws:lambda:us-east-1:{}:function:rotate", world.scene.account);
    let mut function = world.start(FUNCTION, &[])?;
    let event = |strategy: &str| {
        let mut app = user("app", "SELECT");
        app["rotation"] = json!({"strategy": strategy, "lambda_arn": arn});
        let mut event = with_mode(world.event(&[app]), "apply");
        event["revoke"] = json!("managed");
        event
    };
    let made = function.invoke(&event("dual")).await?.report();
    assert_eq!(said(&made, "app").0, "changed", "{made:#}");
    let mut app = log_in(&world, "app").await?;
    assert!(may(&mut app, "ALTER USER USER() IDENTIFIED BY 'another-one-1' RETAIN CURRENT PASSWORD").await?);
    let again = function.invoke(&event("dual")).await?.report();
    assert_eq!((said(&again, "app"), writes(&again)), (("already_right", ""), Vec::new()), "{again:#}");
    let single = function.invoke(&event("single")).await?.report();
    assert!(steps(&single, "app").contains("REVOKE APPLICATION_PASSWORD_ADMIN ON *.* FROM 'app'@'%'"), "{single:#}");
    assert!(!may(&mut app, "ALTER USER USER() IDENTIFIED BY 'another-one-2' RETAIN CURRENT PASSWORD").await?);
    Ok(())
}
