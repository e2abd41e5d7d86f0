//! A machine whose clock is wrong decides by a night that is not: it may say what it would do, and do nothing.

use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired, tags_of};
use nightshift_testkit::{Clock, Scene};

use crate::{nightshift, policy_file};

#[tokio::test(flavor = "multi_thread")]
async fn apply_and_extend_are_refused_by_a_clock_that_is_not_awss_and_plan_warns() {
    let scene = Scene::new().expect("a scene");
    expired("orders-dev").create(&scene).await.expect("a cluster");
    let (_folder, policy) = policy_file("NIGHTSHIFT_NOW=2026-11-21T02:00:00Z\nNIGHTSHIFT_MIN_NOTICE_HOURS=0\n");
    let policy = policy.to_str().expect("a path");
    let job = |verb: &str| {
        let arguments = [verb, "cluster-cleanup", "--policy", policy, "--account", &scene.account, "--yes"];
        nightshift(&scene, &[], if verb == "plan" { &arguments[..6] } else { &arguments })
    };
    let until = ["clusters", "extend", "orders-dev", "--until", "2026-12-05", "--owner", "ana", "--policy", policy];
    for (clock, ahead) in [
        (Clock::Off(-72 * 60 * 60), "3 d ahead"),
        (Clock::Off(6 * 60), "6 min behind"),
        (Clock::Silent, "could not be compared"),
    ] {
        scene.proxy.set_clock(clock);
        for said in [job("apply"), nightshift(&scene, &[], &until)] {
            assert_eq!((said.code, said.out.as_str()), (1, ""), "{clock:?}: {}", said.err);
            assert!(said.err.contains(ahead), "{clock:?}: {}", said.err);
        }
        let said = job("plan");
        assert!(said.code == 0 && said.out.contains("WARNING [clock-"), "{clock:?}: {}{}", said.out, said.err);
        assert!(said.out.contains(ahead) && said.out.contains("delete"), "{clock:?}: {}", said.out);
    }
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["orders-dev"]);
    let tags = tags_of(&scene, "orders-dev").await.expect("a list").expect("it stands");
    assert_eq!(tags["auto-delete-after"], "2026-11-20T00:00:00Z");

    scene.proxy.set_clock(Clock::Off(-4 * 60));
    let said = job("apply");
    assert_eq!((said.code, said.complaints().as_str()), (0, ""), "{}", said.out);
    assert!(!said.out.contains("WARNING"), "{}", said.out);
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), Vec::<String>::new());
}
