//! Users who log in by a token of IAM. The test server refuses the password of every member of `rds_iam`, by whatever
//! chain, as RDS does; it takes no tokens, so what such a user may do is tried by becoming it. `MySQL` users of IAM take a
//! plugin that only RDS has: the event refuses them.

use nightshift_testkit::database::{DatabaseWorld, Installation};
use serde_json::{Value, json};

use crate::world::{event, may, start, with_mode};
use crate::{FUNCTION, ids, said, steps, writes};

fn iam_user() -> Value {
    with_mode(event(&[json!({"db_user": "app", "auth": "iam", "grant_privileges": "SELECT"})]), "apply")
}

#[tokio::test]
async fn before_16_a_user_of_iam_is_made_and_the_master_keeps_its_way_in() -> anyhow::Result<()> {
    let Some(version) = [15, 14].into_iter().find_map(Installation::find) else { return Ok(()) };
    let world = DatabaseWorld::new(&version).await?;
    let mut function = start(&world)?;
    let master = world.server.master("airflow").await?;
    master.batch_execute("CREATE TABLE task (id int)").await?;
    let report = function.invoke(&iam_user()).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert_eq!(writes(&report), Vec::<String>::new(), "it has no secret");
    assert!(steps(&report, "app").contains("GRANT \"rds_iam\" TO \"app\""));

    let admin = world.server.admin("airflow").await?;
    admin.batch_execute("ALTER ROLE app PASSWORD 'by-hand'; SET SESSION AUTHORIZATION app").await?;
    assert!(world.log_in_by_name("app", "by-hand").await.is_err(), "it logs in by a token or not at all");
    assert!(may(&admin, "SELECT * FROM task").await? && !may(&admin, "DELETE FROM task").await?);
    world.server.master("airflow").await?;
    let again = function.invoke(&iam_user()).await?.report();
    assert_eq!(ids(&again, "already_right"), ["app"], "{again:#}");

    // A password would be of no use to it, so none is made.
    let mut by_password = iam_user();
    by_password["users"][0]["auth"] = json!("password");
    by_password["users"][0]["user_secret_name"] = json!("app-secret");
    let report = function.invoke(&by_password).await?.report();
    assert_eq!(said(&report, "app"), ("skipped", "iam-member"), "{report:#}");
    assert_eq!(writes(&report), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn from_16_on_the_lock_out_is_real_and_refused() -> anyhow::Result<()> {
    let Some(version) = [16, 17, 18].into_iter().find_map(Installation::find) else { return Ok(()) };
    let world = DatabaseWorld::new(&version).await?;
    let report = start(&world)?.invoke(&iam_user()).await?.report();
    assert_eq!(said(&report, "app"), ("skipped", "iam-lockout"), "{report:#}");
    // Where it is accepted, the server has the last word: this master may not hand rds_iam on.
    let accepts = [("NIGHTSHIFT_IAM_USERS", "accept-lockout")];
    let report = world.start(FUNCTION, &accepts)?.invoke(&iam_user()).await?.report();
    assert_eq!(said(&report, "app"), ("failed", "sql-denied"), "{report:#}");
    let master = world.server.master("airflow").await?;
    assert!(master.query("SELECT 1 FROM pg_roles WHERE rolname = 'app'", &[]).await?.is_empty(), "nothing was kept");

    // What would have come of it.
    master.batch_execute("CREATE ROLE app LOGIN").await?;
    let admin = world.server.admin("airflow").await?;
    admin.batch_execute("GRANT rds_iam TO app").await?;
    assert!(world.server.master("airflow").await.is_err(), "the maker of a member is one, too");
    Ok(())
}

#[tokio::test]
async fn a_user_of_iam_that_others_made_is_given_its_privileges() -> anyhow::Result<()> {
    let world = DatabaseWorld::new(&Installation::any()?).await?;
    world.server.admin("airflow").await?.batch_execute("CREATE ROLE app LOGIN IN ROLE rds_iam").await?;
    world.server.master("airflow").await?.batch_execute("CREATE TABLE task (id int)").await?;
    let mut function = start(&world)?;
    let report = function.invoke(&iam_user()).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    let admin = world.server.admin("airflow").await?;
    admin.batch_execute("SET SESSION AUTHORIZATION app").await?;
    assert!(may(&admin, "SELECT * FROM task").await? && !may(&admin, "DELETE FROM task").await?);
    assert_eq!(ids(&function.invoke(&iam_user()).await?.report(), "already_right"), ["app"]);
    Ok(())
}
