//! Names that break what is built by pasting: on a real server they are names, and nothing happens besides.

use serde_json::json;

use crate::world::{any, event, may, start, with_mode};
use crate::{ids, writes};

#[tokio::test]
async fn hostile_names_are_users_schemas_and_grantors_like_any_other() -> anyhow::Result<()> {
    let world = any().await?;
    let master = world.server.master("airflow").await?;
    master.batch_execute("CREATE TABLE precious (id int)").await?;
    let longest = "é".repeat(31) + "x";
    let names = [
        "o'rl\"y\\;--",
        "\"; DROP TABLE precious; --",
        "' OR '1'='1",
        "%_$1 ${x}",
        "Ünï cödé 日本",
        "$$; SELECT pg_sleep(9); $$",
        longest.as_str(),
    ];
    let maker = json!({"db_user": names[0], "user_secret_name": "s-0", "grant_ddl": true, "schemas": [names[1]]});
    let mut users = vec![maker];
    for (number, name) in names.iter().enumerate().skip(1) {
        users.push(json!({
            "db_user": name, "user_secret_name": format!("s-{number}"), "grantor": names[0], "grant_privileges": "SELECT",
            "schemas": ["public", names[1]],
        }));
    }
    let event = with_mode(event(&users), "apply");
    let mut function = start(&world)?;
    let report = function.invoke(&event).await?.report();
    assert_eq!(report["counts"]["failed"], 0, "{report:#}");
    assert_eq!(ids(&report, "changed").len(), names.len() + 1, "{report:#}");

    let maker = world.log_in_by("s-0").await?;
    let schema = names[1].replace('"', "\"\"");
    maker.batch_execute(&format!("CREATE TABLE \"{schema}\".\"odd \"\"table\" (id int)")).await?;
    for (number, name) in names.iter().enumerate().skip(1) {
        let session = world.log_in_by(&format!("s-{number}")).await?;
        let who: String = session.query_one("SELECT current_user::text", &[]).await?.get(0);
        assert_eq!(who, *name);
        assert!(may(&session, "SELECT * FROM precious").await?);
        assert!(may(&session, &format!("SELECT * FROM \"{schema}\".\"odd \"\"table\"")).await?);
    }
    let again = function.invoke(&event).await?.report();
    assert_eq!(ids(&again, "already_right").len(), names.len(), "{again:#}");
    assert_eq!(writes(&again), Vec::<String>::new());

    let mut gone = event.clone();
    let users = gone["users"].as_array().cloned().unwrap_or_default();
    let absent = users.into_iter().skip(1).map(|mut user| {
        user["state"] = json!("absent");
        user["grantor"] = json!(null);
        user
    });
    gone["users"] = absent.collect();
    let report = function.invoke(&gone).await?.report();
    assert_eq!(ids(&report, "changed").len(), names.len() - 1, "{report:#}");
    let left = master.query("SELECT rolname::text FROM pg_roles WHERE rolname !~ '^(pg_|rds)'", &[]).await?;
    let mut left: Vec<String> = left.iter().map(|row| row.get(0)).collect();
    left.sort();
    assert_eq!(left, ["master", names[0]]);
    Ok(())
}
