//! Each sample event is one that its part takes.

use std::fs;

use nightshift_testkit::repository;
use serde_json::Value;

use crate::Fleet;

#[tokio::test]
async fn every_sample_event_is_one_that_its_part_takes() -> anyhow::Result<()> {
    let fleet = Fleet::new().await?;
    let folder = repository::root().join("events/fleet-run");
    let mut seen = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let event: Value = serde_json::from_slice(&fs::read(&path)?)?;
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let part = name.split('-').next().unwrap_or_default();
        let mut function = match part {
            "work" => fleet.worker(if name == "work-plan" { "plan" } else { "apply" }, &[])?,
            "list" => fleet.start("list", &crate::list::VARIABLES)?,
            part => fleet.start(part, &[])?,
        };
        if let nightshift_testkit::Answer::Fault { kind, message } = function.invoke(&event).await? {
            assert!(
                !["EventRefused", "ConfigurationFault", "ModeRefused"].contains(&kind.as_str()),
                "{name}: {message}"
            );
        }
        seen += 1;
    }
    assert!(seen >= 7);
    Ok(())
}
