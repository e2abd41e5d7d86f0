//! `clusters show`.

use nightshift_testkit::Scene;
use nightshift_testkit::world::{expired, half_deleted};

use crate::nightshift;

const NOW: (&str, &str) = ("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z");

#[tokio::test(flavor = "multi_thread")]
async fn it_says_how_it_stands_with_one_cluster_and_what_comes_next() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    expired("half-dev").members(1).with("deletion_protection", true).create(&scene).await.expect("a cluster");
    half_deleted(&scene, "half-dev").await.expect("its tags");
    expired("kept-dev").tag("auto-delete-after", "never").create(&scene).await.expect("a cluster");
    let show = |arguments: &[&str]| nightshift(&scene, &[NOW], &[&["clusters", "show"], arguments].concat());

    let said = show(&["orders-dev"]);
    assert_eq!((said.code, said.complaints().as_str()), (0, ""), "{}", said.err);
    let begins = "orders-dev in eu-west-1, of ana\n  the next run would tell its owner that it expires at 2026-11-20T00:00:00Z\n  status: available\n";
    assert!(said.out.starts_with(begins), "{}", said.out);
    for line in
        ["\n  expires: expired (2026-11-20T00:00:00Z)\n", "\n  VPC: default\n", "\n  connect: psql 'host=orders-dev."]
    {
        assert!(said.out.contains(line), "{line}: {}", said.out);
    }
    let said = show(&["half-dev", "--region", "eu-west-1"]);
    assert_eq!(said.code, 2, "{} {}", said.out, said.err);
    assert!(said.out.contains("[half-deleted-blocked]") || said.out.contains("[half-deleted]"), "{}", said.out);
    let said = show(&["kept-dev"]);
    assert_eq!(said.code, 0);
    assert!(said.out.contains("  [never] its expiry is 'never'"), "{}", said.out);
    let said = show(&["orders"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("there is no Aurora cluster orders in eu-west-1"), "{}", said.err);
    let said = show(&["orders-dev", "--region", "eu-north-1"]);
    assert!(said.code == 1 && said.err.contains("in eu-north-1"), "{}", said.err);
    let said = show(&["orders-dev", "--account", "999999999999"]);
    assert_eq!(said.code, 1);
}
