//! One gate: a role that an event names in whatever place, or implies, is judged as a user of that name would be, and what
//! depends on one that is refused is refused with it.

use nightshift_testkit::database::{DatabaseWorld, Installation, postgres::PASSWORD};
use serde_json::{Value, json};

use crate::world::{event, with_mode};
use crate::{FUNCTION, ids, item, said, steps};

/// Where the master may make any role a member of any, and where it may not.
fn versions() -> impl Iterator<Item = Installation> {
    [15, 16, 18].into_iter().filter_map(Installation::find)
}

/// Roles nobody's event may lean on, and one it may.
const ROLES: &str = "
    CREATE ROLE maker_of_roles NOLOGIN CREATEROLE; CREATE ROLE admin IN ROLE rds_superuser;
    CREATE ROLE chained NOLOGIN IN ROLE maker_of_roles; CREATE ROLE as_master NOLOGIN IN ROLE master;
    CREATE ROLE vip NOLOGIN; CREATE ROLE r_reader LOGIN PASSWORD 'not-a-secret-1';
    CREATE ROLE someone LOGIN PASSWORD 'not-a-secret-1'; CREATE ROLE plain NOLOGIN;
    GRANT vip, someone, plain, maker_of_roles, admin, chained, r_reader TO master WITH ADMIN OPTION;
    GRANT CREATE ON DATABASE airflow TO vip";

async fn world(version: &Installation) -> anyhow::Result<DatabaseWorld> {
    let world = DatabaseWorld::new(version).await?;
    let roles = if version.version < 16 {
        // A membership is a way to act as the role there.
        ROLES.lines().filter(|line| !line.contains("ADMIN OPTION")).collect::<Vec<_>>().join("\n")
    } else {
        ROLES.replace("WITH ADMIN OPTION", "WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
    };
    world.server.admin("airflow").await?.batch_execute(&roles).await?;
    Ok(world)
}

fn user(more: &Value) -> Value {
    let mut user = json!({"db_user": "app", "user_secret_name": "app-secret", "grant_privileges": "SELECT"});
    for (key, value) in more.as_object().into_iter().flatten() {
        user[key] = value.clone();
    }
    user
}

#[tokio::test]
async fn what_leans_on_a_role_that_is_refused_is_refused_with_it() -> anyhow::Result<()> {
    for version in versions() {
        refused(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn refused(version: &Installation) -> anyhow::Result<()> {
    let world = world(version).await?;
    let mut function = world.start(FUNCTION, &[("NIGHTSHIFT_PROTECTED", "vip*")])?;
    let before = roles(&world).await?;
    for (more, cause) in [
        (json!({"owner_role": "master"}), "it is the master user"),
        (json!({"owner_role": "maker_of_roles"}), "it may create roles"),
        (json!({"owner_role": "admin"}), "it is a member of rds_superuser"),
        (json!({"owner_role": "chained"}), "it is a member of a role that may create roles"),
        (json!({"owner_role": "as_master"}), "it is a member of the master user"),
        (json!({"owner_role": "vip"}), "NIGHTSHIFT_PROTECTED protects it by 'vip*'"),
        (json!({"owner_role": "vip_new"}), "NIGHTSHIFT_PROTECTED protects it by 'vip*'"),
        (json!({"owner_role": "someone"}), "the server has it as a login"),
        (json!({"preset": "reader"}), "the server has it as a login"),
        (json!({"grantor": "vip"}), "NIGHTSHIFT_PROTECTED protects it by 'vip*'"),
        (json!({"grantor": "maker_of_roles"}), "it may create roles"),
    ] {
        let event = event(&[user(&more)]);
        for mode in ["plan", "apply"] {
            let report = function.invoke(&with_mode(event.clone(), mode)).await?.report();
            assert_eq!(said(&report, "app"), ("skipped", "role-refused"), "{more}: {report:#}");
            let message = item(&report, "app")["reason"]["message"].to_string();
            assert!(message.contains(cause), "{more}: {message}");
            assert_eq!((ids(&report, "planned"), ids(&report, "changed")), (vec![], vec![]), "{more}: {report:#}");
        }
        assert!(world.secret("app-secret").await.is_err(), "{more}: it has a secret");
        assert_eq!(roles(&world).await?, before, "{more}");
    }
    world.server.log_in("someone", PASSWORD, "airflow").await?;
    world.server.log_in("r_reader", PASSWORD, "airflow").await?;

    // What a manager that is refused makes is nobody's to open.
    let manager = json!({"db_user": "vip", "user_secret_name": "vip-secret", "preset": "manager"});
    let writer = user(&json!({"preset": "writer"}));
    let report = function.invoke(&with_mode(event(&[manager, writer]), "apply")).await?.report();
    let refused = ("skipped", "role-refused");
    assert_eq!((said(&report, "r_writer"), said(&report, "app")), (refused, refused), "{report:#}");
    assert_eq!(roles(&world).await?, before);
    Ok(())
}

#[tokio::test]
async fn nobodys_objects_go_to_an_heir_that_is_refused() -> anyhow::Result<()> {
    for version in versions() {
        let world = world(&version).await?;
        let mut function = world.start(FUNCTION, &[("NIGHTSHIFT_PROTECTED", "vip")])?;
        function.invoke(&with_mode(event(&[user(&json!({"grant_ddl": true}))]), "apply")).await?.report();
        world.log_in_by("app-secret").await?.batch_execute("CREATE TABLE public.hers (id int)").await?;
        for heir in ["vip", "maker_of_roles", "admin", "master"] {
            let gone =
                json!({"db_user": "app", "user_secret_name": "app-secret", "state": "absent", "reassign_to": heir});
            let report = function.invoke(&with_mode(event(&[gone]), "apply")).await?.report();
            assert_eq!(said(&report, "app"), ("skipped", "role-refused"), "{heir}: {report:#}");
        }
        world.log_in_by("app-secret").await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_role_that_is_refused_is_not_borrowed_for_its_tables() -> anyhow::Result<()> {
    for version in versions() {
        let world = world(&version).await?;
        let admin = world.server.admin("airflow").await?;
        let owners = ["vip", "maker_of_roles", "chained"];
        for owner in owners {
            let table =
                format!("CREATE TABLE public.of_{owner} (id int); ALTER TABLE public.of_{owner} OWNER TO {owner}");
            admin.batch_execute(&table).await?;
        }
        let mut function = world.start(FUNCTION, &[("NIGHTSHIFT_PROTECTED", "vip")])?;
        let report = function.invoke(&with_mode(event(&[user(&json!({}))]), "apply")).await?.report();
        assert_eq!(said(&report, "app").0, "changed", "{report:#}");
        let notes = item(&report, "app")["dbusers"]["notes"].to_string();
        for owner in owners {
            assert!(!steps(&report, "app").contains(owner), "{report:#}");
            assert!(notes.contains(&format!("of_{owner}")), "{notes}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_role_that_passes_is_used_and_one_that_the_event_names_is_what_it_says() -> anyhow::Result<()> {
    for version in versions() {
        let world = world(&version).await?;
        let mut function = world.start(FUNCTION, &[])?;
        let report =
            function.invoke(&with_mode(event(&[user(&json!({"owner_role": "plain"}))]), "apply")).await?.report();
        assert_eq!(ids(&report, "changed"), ["plain", "app"], "{report:#}");
        // Whoever writes that nobody logs in as it, knows what it is.
        let nobody = json!({"db_user": "someone", "auth": "nobody"});
        let other = json!({"db_user": "other", "user_secret_name": "other-secret", "owner_role": "someone"});
        let report = function.invoke(&with_mode(event(&[nobody, other]), "apply")).await?.report();
        assert_eq!(ids(&report, "changed"), ["someone", "other"], "{report:#}");
        let other = world.log_in_by("other-secret").await?;
        let who: String = other.query_one("SELECT current_user::text", &[]).await?.get(0);
        assert_eq!(who, "someone");
    }
    Ok(())
}

/// Each role, whether it may log in, and what it is a member of.
async fn roles(world: &DatabaseWorld) -> anyhow::Result<Vec<(String, bool, String)>> {
    let query = "SELECT r.rolname::text, r.rolcanlogin, coalesce(string_agg(m.roleid::regrole::text, ',' ORDER BY m.roleid), '')
                 FROM pg_roles r LEFT JOIN pg_auth_members m ON m.member = r.oid GROUP BY 1, 2 ORDER BY 1";
    let rows = world.server.admin("airflow").await?.query(query, &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}
