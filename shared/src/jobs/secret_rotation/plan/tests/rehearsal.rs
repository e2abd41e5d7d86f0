//! What is said of a rotation that nobody begins.

use super::*;

/// What a rehearsal comes to.
fn rehearsed(world: &World) -> String {
    let plan = of(world, Step::Rehearse);
    assert_eq!(plan.actions, [], "there is nothing that could be carried out");
    let left = &plan.left[0];
    match &left.would {
        Some(all) => {
            let notes = all.notes.iter().map(|note| format!("[{}]", note.code));
            let lines = all.steps.iter().cloned().chain(notes).collect::<Vec<_>>();
            format!("{} ({}), {}:\n{}", left.outcome.as_str(), all.strategy.as_str(), all.why, lines.join("\n"))
        }
        None => format!("{} {}", left.outcome.as_str(), left.reason.code),
    }
}

/// Before any rotation.
fn at_rest(world: &mut World) {
    world.pending = None;
    secret(world).labelled = vec![version(OLD, &["AWSCURRENT"])];
}

#[test]
fn a_rehearsal_says_what_would_be_done_and_why_and_can_do_nothing() {
    insta::assert_snapshot!(rehearsed(&with(at_rest)), @r#"
    planned (single-user), it names no master's secret, and no tag says otherwise:
    store a new password of app as version new-version, AWSPENDING
    as app, by its current password (version old-version): ALTER ROLE "app" PASSWORD '********'
    log in as app with it
    move AWSCURRENT from version old-version to new-version
    take AWSPENDING from version new-version
    "#);
    let off = paired(|world| {
        at_rest(world);
        secret(world).rotation.enabled = false;
    });
    insta::assert_snapshot!(rehearsed(&off), @r#"
    planned (alternating-users), it names a master's secret (masterarn), and no tag says otherwise:
    store a new password of app_clone as version new-version, AWSPENDING
    as the master master: CREATE ROLE "app_clone" LOGIN
    as the master master: GRANT "app" TO "app_clone" WITH INHERIT TRUE, SET TRUE
    as the master master: ALTER ROLE "app_clone" SET "role" TO 'app'
    as the master master: ALTER ROLE "app_clone" PASSWORD '********'
    log in as app_clone with it, and compare what the two may do
    move AWSCURRENT from version old-version to new-version
    take AWSPENDING from version new-version
    [rotation-off]
    "#);
}

#[test]
fn a_rehearsal_meets_whatever_stands_in_the_way_of_the_rotation() {
    let at = |change: &dyn Fn(&mut World)| {
        rehearsed(&paired(|world| {
            at_rest(world);
            change(world);
        }))
    };
    assert_eq!(at(&|world| world.proxies = Read::Known(vec!["front".to_owned()])), "failed behind-proxy");
    assert_eq!(at(&|world| world.current.as_mut().expect("one").tried = Tried::Refused), "failed no-password-works");
    assert_eq!(at(&|world| secret(world).managed_by = Some("rds".to_owned())), "failed secret-managed");
    assert_eq!(at(&|world| world.secret = None), "failed no-such-secret");
    let begun = |world: &mut World| secret(world).labelled.push(version("x", &["AWSPENDING"]));
    assert_eq!(at(&begun), "failed previous-incomplete");
    let ended = |world: &mut World| secret(world).labelled = vec![version(OLD, &["AWSCURRENT", "AWSPENDING"])];
    assert!(at(&ended).starts_with("planned"), "a label that a rotation left on what is handed out");
    let tagged = |world: &mut World| {
        secret(world).tags = [("nightshift:rotation-strategy", "dual-password")].into_iter().collect();
    };
    assert_eq!(at(&tagged), "failed strategy-unavailable");
}
