//! `connect` in a real terminal, with somebody who types.

use super::{MASTER, Place, SECRET, can_be_tried, free, is_open, until};
use crate::connect::ssh::Sshd;
use crate::terminal::Terminal;

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_statement_and_neither_the_client_nor_its_tunnel() -> anyhow::Result<()> {
    if !can_be_tried() {
        return Ok(());
    }
    let place = Place::new().await?;
    let sshd = Sshd::start().await?;
    let key = std::fs::read_to_string(&sshd.key)?;
    place.world.secrets.create_secret().name("jump/key").secret_string(key).send().await?;
    let port = free()?;
    let state = place.state.path().display().to_string();
    let authority = place.world.environment(&[])["NIGHTSHIFT_DB_CA_FILE"].clone();
    let path = sshd.path();
    let shell = [
        ("PATH", path.as_str()),
        ("XDG_STATE_HOME", &state),
        ("NIGHTSHIFT_DB_CA_FILE", &authority),
        ("AWS_REGION", "us-east-1"),
        ("PAGER", "cat"),
    ];
    let arguments = [
        "connect",
        SECRET,
        "--via",
        "ssh:bastion",
        "--ssh-key-secret",
        "jump/key",
        "--local-port",
        &port,
        "--",
        "-X",
        "-q",
    ];
    let mut terminal = Terminal::start(&place.world.scene, 100, &shell, &arguments);
    terminal.shows("airflow=> ");
    terminal.types("\\echo :USER is here\nSELECT pg_catalog.pg_sleep(600);\n");
    terminal.shows(&format!("{MASTER} is here"));
    until_it_sleeps(&place).await?;
    terminal.types("\u{3}");
    terminal.shows("canceling statement due to user request");
    terminal.types("SELECT 40 + 2 AS sum;\n");
    terminal.shows(" 42");
    terminal.types("\\q\n");
    let (code, seen) = terminal.ends();
    assert_eq!(code, Some(0), "{seen}");
    assert!(!is_open(port.parse()?) && place.left().is_empty());

    // Somebody closes the window.
    let mut terminal = Terminal::start(&place.world.scene, 100, &shell, &arguments);
    terminal.shows("airflow=> ");
    assert!(is_open(port.parse()?) && !place.left().is_empty());
    drop(terminal);
    until("the tunnel and its key are gone", || !is_open(port.parse().unwrap()) && place.left().is_empty()).await;
    Ok(())
}

async fn until_it_sleeps(place: &Place) -> anyhow::Result<()> {
    let admin = place.world.server.admin("postgres").await?;
    let asleep = "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE wait_event = 'PgSleep'";
    for _ in 0..400 {
        if admin.query_one(asleep, &[]).await?.get::<_, i64>(0) > 0 {
            return Ok(());
        }
        nightshift::clock::sleep(std::time::Duration::from_millis(50)).await;
    }
    anyhow::bail!("the statement does not begin")
}
