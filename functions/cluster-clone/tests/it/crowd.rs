//! Twenty at once: each owner ends with what an owner may have.

use nightshift_testkit::Scene;
use nightshift_testkit::world::clusters;
use serde_json::json;

use crate::{orders, start, tags, wish};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_wishes_of_one_owner_at_the_same_moment_end_with_five() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    let mut functions = (0..20).map(|_| start(&scene, &[])).collect::<anyhow::Result<Vec<_>>>()?;
    let asked = functions.iter_mut().enumerate().map(|(number, function)| {
        let mut event = wish("ana");
        event["name"] = json!(format!("crowd-{number:02}"));
        async move { function.invoke(&event).await }
    });
    let answers = futures::future::join_all(asked).await;
    let mut made = 0;
    for answer in answers {
        match answer? {
            nightshift_testkit::Answer::Report(_) => made += 1,
            nightshift_testkit::Answer::Fault { message, .. } => {
                assert!(message.contains("(quota: ana has "), "{message}");
            }
        }
    }
    let left: Vec<_> = clusters(&scene, "eu-west-1").await?.into_iter().filter(|id| id.starts_with("crowd-")).collect();
    assert_eq!((left.len(), made), (5, 5), "{left:?}");
    for id in left {
        assert_eq!(tags(&scene, &id).await?.expect("it is there")["nightshift:clone"], "ready", "{id}");
    }
    // Another owner is not held up by it.
    start(&scene, &[])?.invoke(&wish("ben")).await?.report();
    Ok(())
}
