//! A protection that can protect nothing is a fault, not a silence: quotes that came along, another separator than the
//! comma, bytes that are no text.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use nightshift_testkit::Scene;
use nightshift_testkit::world::expired;

use crate::{command, nightshift, said};

const NOW: (&str, &str) = ("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z");

#[tokio::test(flavor = "multi_thread")]
async fn what_came_along_with_a_protection_is_a_fault_by_variable_and_member() {
    let scene = Scene::new().expect("a scene");
    expired("c07").create(&scene).await.expect("a cluster");
    for (job, variable) in [("cluster-cleanup", "NIGHTSHIFT_PROTECTED"), ("key-rotation", "NIGHTSHIFT_EXCLUDE")] {
        for (value, member) in [
            ("'c0*,tier=gold'", "''c0*' holds '''"),
            ("\"c07\"", "'\"c07\"' holds '\"'"),
            ("\u{201c}c07\u{201d}", "holds '\u{201c}' (U+201C)"),
            ("x,\u{2018}c07\u{2019}", "holds '\u{2018}' (U+2018)"),
            ("c07;c08", "'c07;c08' holds ';'"),
            ("c07 c08", "'c07 c08' holds a space"),
            ("c07|c08", "'c07|c08' holds '|'"),
            ("c07\u{ff0c}c08", "(U+FF0C)"),
        ] {
            let said = nightshift(&scene, &[NOW, (variable, value)], &["plan", job]);
            assert!(said.code == 1 && said.err.contains(&format!("{variable}: ")), "{value}: {}{}", said.out, said.err);
            assert!(said.err.contains(member), "{value}: {}", said.err);
        }
    }
    let said =
        nightshift(&scene, &[NOW, ("NIGHTSHIFT_PROTECTED", "tier=very gold, c0*")], &["plan", "cluster-cleanup"]);
    assert!(said.out.contains("[protected]"), "{}{}", said.out, said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_of_ours_that_is_no_text_is_a_fault_and_not_absent() {
    let scene = Scene::new().expect("a scene");
    expired("c07").create(&scene).await.expect("a cluster");
    for (name, value) in [
        (&b"NIGHTSHIFT_PROTECTED"[..], &b"c07,caf\xe9"[..]),
        (b"NIGHTSHIFT_MODE", b"\xff"),
        (b"NIGHTSHIFT_PROTECT\xc9D", b"c07"),
    ] {
        let mut command = command(&scene, &[NOW], &["plan", "cluster-cleanup"]);
        let said = said(command.env(OsStr::from_bytes(name), OsStr::from_bytes(value)));
        let shown = String::from_utf8_lossy(name);
        let complaint = format!("1 fault and nothing was done: {shown}: its name or its value is not UTF-8");
        assert!(said.code == 1 && said.err.contains(&complaint), "{shown}: {}{}", said.out, said.err);
    }
    let mut command = command(&scene, &[NOW], &["plan", "cluster-cleanup"]);
    let said = said(command.env("LS_COLORS", OsStr::from_bytes(b"\xff")));
    assert_eq!((said.code, said.err.as_str()), (0, ""), "what is not ours is nobody's fault");
}
