//! The samples.

use nightshift_testkit::repository;

use crate::world::{any, kind, start};

#[tokio::test]
async fn each_sample_is_an_event_about_a_secret_that_is_not_here() -> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    let mut samples = 0;
    for entry in std::fs::read_dir(repository::root().join("events/secret-rotation"))? {
        let event = serde_json::from_str(&std::fs::read_to_string(entry?.path())?)?;
        assert_eq!(kind(function.invoke(&event).await?), "NoSuchSecret");
        samples += 1;
    }
    assert_eq!(samples, 4);
    Ok(())
}
