//! A policy file is data: what a shell would replace in it is refused, and so is a protection that protects nothing.

use nightshift_testkit::Scene;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired};

use crate::{Said, nightshift, policy_file};

const BASE: &str = "NIGHTSHIFT_NOW=2026-11-21T02:00:00Z\nNIGHTSHIFT_MIN_NOTICE_HOURS=0\n";

fn apply(scene: &Scene, lines: &str, shell: &[(&str, &str)]) -> Said {
    let (_folder, path) = policy_file(&format!("{BASE}{lines}\n"));
    let path = path.to_str().expect("a path");
    nightshift(scene, shell, &["apply", "cluster-cleanup", "--policy", path, "--account", &scene.account, "--yes"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protection_that_a_shell_would_have_filled_in_is_refused_by_its_line() {
    let scene = Scene::new().expect("a scene");
    expired("c07").create(&scene).await.expect("a cluster");
    for value in ["$KEEP", "${KEEP}", "${KEEP:-x}", "c0$KEEP*", "\"$KEEP\"", "\\$KEEP", "'x',$KEEP"] {
        for shell in [&[][..], &[("KEEP", "c07")]] {
            let said = apply(&scene, &format!("NIGHTSHIFT_PROTECTED={value}"), shell);
            let complaint = "is no policy, and nothing was done: line 3, column ";
            assert!(said.code == 1 && said.err.contains(complaint), "{value}: {}{}", said.out, said.err);
        }
    }
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["c07"]);
    assert!(scene.proxy.calls().is_empty(), "{:?}", scene.proxy.calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protection_that_is_empty_in_a_file_is_refused_and_in_a_function_means_none() {
    let scene = Scene::new().expect("a scene");
    expired("c07").create(&scene).await.expect("a cluster");
    for value in ["", "''", "\"\"", " # prod-*"] {
        let said = apply(&scene, &format!("NIGHTSHIFT_PROTECTED={value}"), &[]);
        let complaint = "NIGHTSHIFT_PROTECTED: is empty, so it names nobody";
        assert!(said.code == 1 && said.err.contains(complaint), "{value}: {}{}", said.out, said.err);
        let (_folder, path) = policy_file(&format!("NIGHTSHIFT_EXCLUDE={value}\n"));
        let said = nightshift(&scene, &[], &["plan", "key-rotation", "--policy", path.to_str().expect("a path")]);
        assert!(said.code == 1 && said.err.contains("NIGHTSHIFT_EXCLUDE: is empty"), "{value}: {}", said.err);
    }
    let said = apply(&scene, "NIGHTSHIFT_PROTECTED=' '", &[]);
    assert!(said.code == 1 && said.err.contains("has an empty entry"), "{}", said.err);
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["c07"]);

    let variables = [("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z"), ("NIGHTSHIFT_PROTECTED", "")];
    scene.function("cleanup", &variables).await.expect("a function");
    let said = nightshift(&scene, &[], &["plan", "cluster-cleanup", "--function", "cleanup"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "as Terraform writes a list of none");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_protects_in_a_file_protects() {
    let scene = Scene::new().expect("a scene");
    expired("c07").create(&scene).await.expect("a cluster");
    for line in
        ["NIGHTSHIFT_PROTECTED=c0*", "export NIGHTSHIFT_PROTECTED=\"x y=z,c0*\" # all", "NIGHTSHIFT_PROTECTED='C07'"]
    {
        let said = apply(&scene, line, &[]);
        assert!(said.code == 0 && said.out.contains("[protected]"), "{line}: {}{}", said.out, said.err);
    }
    assert_eq!(clusters(&scene, REGION).await.expect("a list"), ["c07"]);
}
