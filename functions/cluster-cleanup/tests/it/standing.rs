//! What was told and holds no longer, and what stands half-way: from night to night.

use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired, tags_of};
use nightshift_testkit::{Fault, Scene};

use crate::notices::{MAIL, at, mail, mails, pairs};
use crate::{NOW, said};

/// Sets the expiry of a cluster, as Terraform does that puts tags back.
async fn set_expiry(scene: &Scene, id: &str, value: &str) -> anyhow::Result<()> {
    let tag = aws_sdk_rds::types::Tag::builder().key("auto-delete-after").value(value).build();
    let arn = format!("arn:aws:rds:{REGION}:{}:cluster:{id}", scene.account);
    scene.rds(REGION).await.add_tags_to_resource().resource_name(arn).tags(tag).send().await?;
    Ok(())
}

#[tokio::test]
async fn an_expiry_that_comes_back_brings_no_old_notice_along() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    expired("orders-dev").create(&scene).await?;
    let first = "2026-11-20T00:00:00Z";
    at(&scene, NOW, &MAIL).await?;
    set_expiry(&scene, "orders-dev", "2026-12-24T00:00:00Z").await?;
    at(&scene, "2026-11-22T02:00:00Z", &MAIL).await?;
    let tags = tags_of(&scene, "orders-dev").await?.unwrap_or_default();
    assert_eq!(tags["nightshift:notified"], "void");
    set_expiry(&scene, "orders-dev", first).await?;
    let back = at(&scene, "2026-11-23T02:00:00Z", &MAIL).await?;
    assert_eq!(said(&back, "orders-dev"), ("changed", ""));
    assert_eq!(clusters(&scene, REGION).await?, ["orders-dev"], "told again, and not deleted");
    at(&scene, "2026-11-24T02:00:00Z", &MAIL).await?;
    assert_eq!(clusters(&scene, REGION).await?, [] as [&str; 0]);
    let to_ana = mails(&scene).await?.into_iter().filter(|(to, _)| to == "ana@example.com");
    let subjects: Vec<_> = to_ana.map(|(_, subject)| subject).collect();
    assert_eq!(subjects, ["1 cluster will be deleted", "1 cluster will be deleted", "1 cluster was deleted"]);
    Ok(())
}

#[tokio::test]
async fn what_stands_half_way_is_told_to_its_owner_once_and_to_the_operators_each_night() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    expired("orders-dev").notified("2026-11-20T02:00:00Z").create(&scene).await?;
    let refused = Fault::Refused { status: 400, code: "InvalidDBClusterStateFault" };
    scene.proxy.break_next("rds:DeleteDBCluster", "", 1_000, refused);
    for night in [NOW, "2026-11-22T02:00:00Z"] {
        let report = at(&scene, night, &MAIL).await?;
        assert_eq!(said(&report, "orders-dev"), ("failed", "half-deleted-blocked"), "{report:#}");
    }
    let told = [
        ("ana@example.com", "1 cluster needs attention"),
        ("ops@example.com", "cluster-cleanup: 1 FAILED, nothing changed"),
        ("ops@example.com", "cluster-cleanup: 1 FAILED, nothing changed"),
    ];
    assert_eq!(mails(&scene).await?, pairs(&told));
    for one in mail(&scene).await? {
        let text = one["text"].as_str().unwrap_or_default().to_owned();
        assert!(text.to_lowercase().contains("half deleted"), "{text}");
        assert!(one["to"][0] == "ana@example.com" || text.contains("Stuck: begun and not finished"), "{text}");
    }
    Ok(())
}
