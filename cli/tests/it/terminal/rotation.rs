//! `secrets rotate --dry-run` in a real terminal, against a real server.

use nightshift_testkit::database::world::{DATABASE, HOST, REGION};
use nightshift_testkit::database::{DatabaseWorld, Installation};
use serde_json::json;

use super::{Terminal, bare};
use crate::db_users::policy_of;

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_is_read_on_a_terminal_and_ends_without_a_question() -> anyhow::Result<()> {
    let world = DatabaseWorld::new(&Installation::any()?).await?;
    let server = world.server.master(DATABASE).await?;
    server.batch_execute("CREATE ROLE app LOGIN PASSWORD 'hunter2-never-to-be-seen'").await?;
    let value = json!({
        "engine": "postgres", "host": HOST, "username": "app", "password": "hunter2-never-to-be-seen", "dbname": DATABASE,
    });
    world.put("app-secret", &value).await?;
    let (_folder, policy) = crate::policy_file(&policy_of(&world));
    let policy = policy.display().to_string();
    let words = ["secrets", "rotate", "app-secret", "--dry-run", "--policy", &policy];
    let rehearse = || Terminal::start(&world.scene, 80, &[("AWS_REGION", REGION)], &words).ends();
    let (code, shown) = rehearse();
    assert_eq!(code, Some(0), "{shown}");
    let screen = bare(&shown);
    for line in [
        "app-secret would be rotated as single-user: it names no master's secret",
        "ALTER ROLE \"app\" PASSWORD '********'",
        "nothing was done; to rotate it now: aws secretsmanager rotate-secret --secret-id app-secret",
        "rotation is not on for secret app-secret",
    ] {
        assert!(screen.contains(line), "{line}: {screen}");
    }
    assert!(!shown.contains("hunter2"), "{shown}");
    assert_eq!(world.versions("app-secret").await?.len(), 1);
    // What stands in the way is on the screen as well, with the way out, and is the exit code.
    server.batch_execute("ALTER ROLE app PASSWORD 'by hand'").await?;
    let (code, shown) = rehearse();
    assert!(
        code == Some(2) && bare(&shown).contains("refuses app the coming password, the current one"),
        "{code:?} {shown}"
    );
    Ok(())
}
