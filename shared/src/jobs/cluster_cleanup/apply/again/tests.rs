//! The world between the plan and the apply: each fact an action rests on is changed by itself, and nothing is done.

use super::*;
use crate::domains::clusters::tags;
use crate::jobs::cluster_cleanup::plan::Plan;
use crate::jobs::cluster_cleanup::plan::tests::{OURS, cluster, now, plan_of, policy, region, whole};
use crate::jobs::cluster_cleanup::policy::Policy;
use crate::jobs::cluster_cleanup::request::Request;
use crate::services::Read;
use crate::services::tags::Tags;

const OVERRIDE: [(&str, &str); 1] = [("NIGHTSHIFT_DELETION_PROTECTION", "override")];
const START: [(&str, &str); 1] = [("NIGHTSHIFT_STOPPED_CLUSTERS", "start")];
const CLONES: [(&str, &str); 1] = [("NIGHTSHIFT_FINAL_SNAPSHOT", "unless-clone")];

static EVERYTHING: std::sync::LazyLock<Request> = std::sync::LazyLock::new(Request::default);

fn terms(policy: &Policy) -> Terms<'_> {
    Terms { policy, request: &EVERYTHING, now: now(), announces: false, asked: None }
}

/// What is left of an action whose thing is no longer what it was: the code that says why.
fn code<T: std::fmt::Debug>(judged: Result<T, Box<Done>>) -> String {
    match judged {
        Ok(_) => "goes".to_owned(),
        Err(done) => done.reason.map(|reason| reason.code.into_owned()).unwrap_or_default(),
    }
}

/// How the deletion of a cluster that was planned `before` is judged when it is what `since` makes of it.
fn deletion(variables: &[(&str, &str)], before: fn(&mut Cluster), since: impl FnOnce(&mut Cluster)) -> String {
    let policy = policy(variables);
    let mut one = cluster("orders");
    before(&mut one);
    let region = region(vec![one.clone()]);
    let Plan { actions, .. } = plan_of(region.clone(), &policy, &EVERYTHING);
    let [Action::DeleteCluster(planned)] = &actions[..] else { panic!("a deletion was planned: {actions:?}") };
    since(&mut one);
    code(to_delete(planned, Some(one), &region, terms(&policy)))
}

#[test]
fn a_cluster_that_is_no_longer_what_was_planned_stays() {
    type Change = fn(&mut Cluster);
    let unchanged: [Change; 3] = [|_| (), |c| c.members.truncate(1), |c| c.tags.set("cost-center", "42")];
    for change in unchanged {
        assert_eq!(deletion(&[], |_| (), change), "goes");
    }
    let table: [(&str, Change); 12] = [
        ("changed-since-plan", |c| c.resource_id = "cluster-NAMESAKE12".to_owned()),
        ("changed-since-plan", |c| c.tags.set("auto-delete-after", "2026-11-20T00:00:01Z")),
        ("changed-since-plan", |c| c.tags.set("auto-delete-after", "2026-11-18")),
        ("not-due", |c| c.tags.set("auto-delete-after", "2027-01-01")),
        ("never", |c| c.tags.set("auto-delete-after", "never")),
        ("missing-mark", |c| c.tags.set("env", "prod")),
        ("changed-since-plan", |c| c.tags = Tags::default()),
        ("owners-differ", |c| c.tags.set("Owner", "bob")),
        ("deletion-protection", |c| c.deletion_protection = Some(true)),
        ("deleting", |c| c.status = "deleting".to_owned()),
        ("managed", |c| c.tags.set("aws:cloudformation:stack-name", "orders")),
        ("global-cluster-member", |c| c.global_cluster = Some("g".to_owned())),
    ];
    for (expected, change) in table {
        assert_eq!(deletion(&[], |_| (), change), expected);
    }
}

#[test]
fn what_a_deletion_costs_may_not_change_where_the_policy_would_allow_the_other_too() {
    // Its owner put protection on, or took it off, since: either way somebody was there.
    assert_eq!(deletion(&OVERRIDE, |_| (), |c| c.deletion_protection = Some(true)), "changed-since-plan");
    assert_eq!(
        deletion(&OVERRIDE, |c| c.deletion_protection = Some(true), |c| c.deletion_protection = Some(false)),
        "changed-since-plan"
    );
    assert_eq!(deletion(&OVERRIDE, |c| c.deletion_protection = Some(true), |_| ()), "goes");
    // The same under another name, for who looks at the id alone.
    let (policy, region) = (policy(&[]), region(vec![cluster("orders")]));
    let Plan { actions, .. } = plan_of(region.clone(), &policy, &EVERYTHING);
    let Action::DeleteCluster(planned) = &actions[0] else { panic!("{actions:?}") };
    for change in [(|delete: &mut DeleteCluster| delete.keep = None) as fn(&mut DeleteCluster), |delete| {
        delete.keep.as_mut().unwrap().name.push('x');
    }] {
        let mut other = planned.clone();
        change(&mut other);
        assert_eq!(code(to_delete(&other, Some(cluster("orders")), &region, terms(&policy))), "changed-since-plan");
    }
    assert_eq!(code(to_delete(planned, None, &region, terms(&policy))), "gone");
}

#[test]
fn a_clone_goes_only_while_its_very_source_holds_the_data() {
    let policy = policy(&CLONES);
    let source = || Cluster { tags: Tags::default(), ..cluster("source") };
    let stands = |found: Option<Cluster>| code(source_stands(&source(), found.as_ref(), terms(&policy)));
    assert_eq!(stands(Some(source())), "goes");
    assert_eq!(stands(None), "changed-since-plan");
    let changed = |change: fn(&mut Cluster)| {
        let mut found = source();
        change(&mut found);
        stands(Some(found))
    };
    assert_eq!(changed(|c| c.resource_id = "cluster-NAMESAKE12".to_owned()), "changed-since-plan", "by name alone");
    assert_eq!(changed(|c| c.status = "deleting".to_owned()), "changed-since-plan");
    assert_eq!(changed(|c| c.status = "inaccessible-encryption-credentials".to_owned()), "changed-since-plan");
    assert_eq!(changed(|c| c.tags.set("auto-delete-after", "2026-11-20")), "changed-since-plan", "it is to go itself");
    assert_eq!(changed(|c| c.tags.set(policy_tag(), "another")), "changed-since-plan", "it is a clone by now");
}

fn policy_tag() -> String {
    policy(&CLONES).source_tag
}

#[test]
fn a_refused_deletion_is_looked_at_before_anything_more_is_done() {
    let policy = policy(&[]);
    let one = cluster("orders");
    let Plan { actions, .. } = plan_of(region(vec![one.clone()]), &policy, &EVERYTHING);
    let Action::DeleteCluster(planned) = &actions[0] else { panic!("{actions:?}") };
    let look = |change: fn(&mut Cluster)| {
        let mut found = one.clone();
        change(&mut found);
        refused(planned, Some(found), terms(&policy))
    };
    let newcomer = || Member { id: "orders-auto".to_owned(), writer: false };
    assert_eq!(refused(planned, None, terms(&policy)), Refused::Over);
    assert_eq!(look(|c| c.status = "deleting".to_owned()), Refused::Over);
    assert_eq!(look(|c| c.resource_id = "cluster-NAMESAKE12".to_owned()), Refused::Over, "another's members stay");
    assert_eq!(look(|_| ()), Refused::Stands(Vec::new()));
    let came = look(|c| c.members = vec![Member { id: "orders-auto".to_owned(), writer: false }]);
    assert_eq!(came, Refused::Stands(vec![newcomer()]));
    for moved in [
        (|c: &mut Cluster| c.tags.set("auto-delete-after", "2027-01-01")) as fn(&mut Cluster),
        |c| c.tags.set("auto-delete-after", "2026-11-18"),
        |c| c.tags.set("auto-delete-after", "never"),
        |c| c.tags.set("env", "prod"),
    ] {
        assert_eq!(look(moved), Refused::Moved);
    }
}

#[test]
fn a_start_is_for_the_very_cluster_and_expiry_that_was_planned() {
    let policy = policy(&START);
    let stopped = || Cluster { status: "stopped".to_owned(), ..cluster("orders") };
    let region = region(vec![stopped()]);
    let Plan { actions, .. } = plan_of(region.clone(), &policy, &EVERYTHING);
    let Action::StartCluster(planned) = &actions[0] else { panic!("{actions:?}") };
    let judged = |change: fn(&mut Cluster)| {
        let mut found = stopped();
        change(&mut found);
        code(to_start(planned, Some(found), &region, terms(&policy)))
    };
    assert_eq!(judged(|_| ()), "goes");
    assert_eq!(judged(|c| c.status = "available".to_owned()), "changed-since-plan");
    assert_eq!(judged(|c| c.resource_id = "cluster-NAMESAKE12".to_owned()), "changed-since-plan");
    assert_eq!(judged(|c| c.tags.set("auto-delete-after", "2026-11-18")), "changed-since-plan");
    assert_eq!(judged(|c| c.tags.set("auto-delete-after", "2027-01-01")), "not-due");
    assert_eq!(code(to_start(planned, None, &region, terms(&policy))), "gone");
}

#[test]
fn a_snapshot_is_purged_by_the_date_that_was_planned_and_by_no_other() {
    let policy = policy(&[]);
    let ours = |at: &str| whole(&[(tags::PURGE_AFTER, at), ("env", "dev")]);
    let with = |snapshot: Snapshot| {
        let mut region = region(Vec::new());
        region.snapshots = Read::Known(vec![snapshot]);
        region
    };
    let before = with(ours("2026-11-20T00:00:00Z"));
    let Plan { actions, .. } = plan_of(before.clone(), &policy, &EVERYTHING);
    let Action::DeleteSnapshot(planned) = &actions[0] else { panic!("{actions:?}") };
    let judged = |found: Option<Snapshot>| code(to_purge(planned, found, &before, terms(&policy)));
    assert_eq!(judged(Some(ours("2026-11-20T00:00:00Z"))), "goes");
    assert_eq!(judged(Some(ours("2026-11-20T00:00:01Z"))), "changed-since-plan", "the date was moved, and has passed");
    assert_eq!(judged(Some(ours("2026-12-20T00:00:00Z"))), "snapshot-not-due");
    assert_eq!(judged(Some(ours("never"))), "snapshot-kept");
    assert_eq!(judged(None), "gone");
    let other = Snapshot { arn: format!("{}x", planned.arn), ..ours("2026-11-20T00:00:00Z") };
    assert_eq!(judged(Some(other)), "changed-since-plan");
}

#[test]
fn a_snapshot_is_marked_while_it_has_no_marks() {
    let policy = policy(&[]);
    let bare = || Snapshot { id: OURS.to_owned(), tags: Tags::default(), ..whole(&[]) };
    let mut before = region(Vec::new());
    before.snapshots = Read::Known(vec![bare()]);
    let Plan { actions, .. } = plan_of(before.clone(), &policy, &EVERYTHING);
    let Action::MarkSnapshot(planned) = &actions[0] else { panic!("{actions:?}") };
    let judged = |found: Option<Snapshot>| code(to_mark(planned, found, &before, terms(&policy)));
    assert_eq!(judged(Some(bare())), "goes");
    assert_eq!(
        judged(Some(whole(&[(tags::PURGE_AFTER, "2026-11-20T00:00:00Z"), ("env", "dev")]))),
        "changed-since-plan"
    );
    assert_eq!(judged(Some(Snapshot { arn: "other".to_owned(), ..bare() })), "changed-since-plan");
    assert_eq!(judged(None), "gone");
}
