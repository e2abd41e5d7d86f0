//! What docs/anonymise.md, docs/demo.md, docs/clusters.md, docs/fleet.md and docs/secret-rotation.md show of the command line is what it prints.

use std::process::Command;

use nightshift_showcase::{demo_anonymise, demo_org, demo_users};
use nightshift_testkit::database::Installation;
use nightshift_testkit::repository;

use crate::built;

/// What `cargo xtask demo` shows: it judges itself, and docs/demo.md says what it printed.
#[test]
fn the_demo_of_two_nights_is_what_is_printed() -> anyhow::Result<()> {
    built("cluster-cleanup")?;
    built("nightshift")?;
    let done = Command::new(built("demo")?).arg("--built").env("COLUMNS", "110").output()?;
    let (printed, complaint) = (String::from_utf8(done.stdout)?, String::from_utf8(done.stderr)?);
    assert!(done.status.success(), "{printed}\n{complaint}");
    let page = std::fs::read_to_string(repository::root().join("docs/demo.md"))?;
    let shown = page.contains(&format!("```text\n{printed}```"));
    assert!(shown, "put this into docs/demo.md in the place of the old one:\n{printed}");
    Ok(())
}

/// What `cargo xtask demo anonymise` shows: it judges itself, and where the version is the one the page has, docs/anonymise.md says
/// what it printed.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_of_an_anonymised_database_is_what_is_printed() -> anyhow::Result<()> {
    let mut printed = Vec::new();
    demo_anonymise::show(&mut printed, &built("nightshift")?, 110).await?;
    let printed = String::from_utf8(printed)?;
    let page = std::fs::read_to_string(repository::root().join("docs/anonymise.md"))?;
    let wanted = Installation::any()?.version != 16 || page.contains(&format!("```text\n{printed}```"));
    assert!(wanted, "put this into docs/anonymise.md in the place of the old one:\n{printed}");
    Ok(())
}

/// What `cargo xtask demo users` shows: it judges itself, and where the version is the one the page has, docs/demo.md says
/// what it printed.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_of_users_is_what_is_printed() -> anyhow::Result<()> {
    let mut printed = Vec::new();
    demo_users::show(&mut printed, &built("nightshift")?, 110).await?;
    let printed = String::from_utf8(printed)?;
    let page = std::fs::read_to_string(repository::root().join("docs/demo.md"))?;
    let wanted = Installation::any()?.version != 16 || page.contains(&format!("```text\n{printed}```"));
    assert!(wanted, "put this into docs/demo.md in the place of the old one:\n{printed}");
    Ok(())
}

/// What `cargo xtask demo clone` shows: it judges itself, and docs/clusters.md says what it printed. In a process of its own: the
/// random names are those of its own stand-in.
#[test]
fn the_demo_of_clusters_is_what_is_printed() -> anyhow::Result<()> {
    let done = Command::new(built("demo")?).arg("clone").env("COLUMNS", "110").output()?;
    let (printed, complaint) = (String::from_utf8(done.stdout)?, String::from_utf8(done.stderr)?);
    assert!(done.status.success(), "{printed}\n{complaint}");
    let page = std::fs::read_to_string(repository::root().join("docs/clusters.md"))?;
    let shown = page.contains(&format!("```text\n{printed}```"));
    assert!(shown, "put this into docs/clusters.md in the place of the old one:\n{printed}");
    Ok(())
}

/// What `cargo xtask demo org` shows: it judges itself. Ids and moments are others each time.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_of_an_organisation_finds_what_it_should() -> anyhow::Result<()> {
    let mut printed = Vec::new();
    demo_org::show(&mut printed, &built("nightshift")?, 110).await?;
    assert!(String::from_utf8(printed)?.contains("\nDONE · "));
    Ok(())
}

/// What `cargo xtask demo rotation` shows: it judges itself, and where the version is the one the page has, docs/secret-rotation.md says
/// what it printed. In a process of its own, for the random names of its stand-in.
#[test]
fn the_demo_of_rotation_is_what_is_printed() -> anyhow::Result<()> {
    let done = Command::new(built("demo")?).arg("rotation").env("COLUMNS", "110").output()?;
    let (printed, complaint) = (String::from_utf8(done.stdout)?, String::from_utf8(done.stderr)?);
    assert!(done.status.success(), "{printed}\n{complaint}");
    let page = std::fs::read_to_string(repository::root().join("docs/secret-rotation.md"))?;
    let wanted = Installation::any()?.version != 16 || page.contains(&format!("```text\n{printed}```"));
    assert!(wanted, "put this into docs/secret-rotation.md in the place of the old one:\n{printed}");
    Ok(())
}

/// What `cargo xtask demo fleet` shows: it judges itself, and docs/fleet.md says what it printed but for the moments, which are real.
/// In a process of its own, for the random names of its stand-in.
#[test]
fn the_demo_of_a_fleet_is_what_is_printed() -> anyhow::Result<()> {
    let done = Command::new(built("demo")?).arg("fleet").env("COLUMNS", "110").output()?;
    let (printed, complaint) = (String::from_utf8(done.stdout)?, String::from_utf8(done.stderr)?);
    assert!(done.status.success(), "{printed}\n{complaint}");
    let page = std::fs::read_to_string(repository::root().join("docs/fleet.md"))?;
    let shown = timeless(&page).contains(&format!("```text\n{}```", timeless(&printed)));
    assert!(shown, "put this into docs/fleet.md in the place of the old one:\n{printed}");
    Ok(())
}

/// With zeros in the place of the digits of moments, and no word of how long a run took.
fn timeless(text: &str) -> String {
    let is_moment = |word: &str| {
        let shape: String = word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        shape.contains("0000-00-00T00:00:00Z") || shape.contains("0000-00-00T000000Z")
    };
    let zeroed = |word: &str| word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect::<String>();
    let line = |line: &str| {
        let line = line.split_once(" · started ").map_or(line, |(before, _)| before);
        let words = line.split(' ').map(|word| if is_moment(word) { zeroed(word) } else { word.to_owned() });
        words.collect::<Vec<_>>().join(" ")
    };
    text.lines().map(line).fold(String::new(), |all, line| all + &line + "\n")
}
