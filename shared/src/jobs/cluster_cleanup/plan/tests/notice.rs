//! Two-phase expiry: who is told when, and what that lets a later run do.

use proptest::prelude::*;

use super::*;
use crate::domains::clusters::notice::Parties;

const TWO_PHASES: [(&str, &str); 1] = [("NIGHTSHIFT_MIN_NOTICE_HOURS", "20")];

fn told(cluster: &Cluster, told: &str, at: &str) -> String {
    let Parties { by, who, fate: _ } = policy(&[]).parties(&cluster.tags);
    format!("{told} {at} {} {} {by} {who} kept", cluster.resource_id, cluster.id)
}

/// As a deployment writes it whose required tag is another.
fn by_another(cluster: &Cluster) -> String {
    let [ours, theirs] =
        [&[][..], &[("NIGHTSHIFT_REQUIRED_TAGS", "env=test")]].map(|it| policy(it).parties(&cluster.tags));
    told(cluster, "2026-11-19T00:00:00Z", PAST).replace(&ours.by, &theirs.by)
}

/// What is said of one cluster at `now`.
fn said(cluster: Cluster, now: &str, variables: &[(&str, &str)]) -> String {
    let policy = policy(variables);
    let request = Request::default();
    let terms = Terms { policy: &policy, request: &request, now: now.parse().unwrap(), announces: true, asked: None };
    let world = World { account: "111122223333".to_owned(), regions: vec![region(vec![cluster])], unreadable: vec![] };
    let plan = Plan::make(&world, terms);
    let aside = |action: &&Action| !matches!(action, Action::ForgetNotice(_) | Action::AskOwner(_));
    let main: Vec<_> = plan.actions.iter().filter(aside).collect();
    match (main.as_slice(), plan.left.as_slice()) {
        ([action], []) => action.steps().pop().unwrap().to_string(),
        ([], [left]) => left.why.code().name.to_owned(),
        other => panic!("{other:?}"),
    }
}

/// The tags that are written over on one cluster, whatever else becomes of it.
fn forgets(cluster: Cluster, variables: &[(&str, &str)]) -> String {
    let policy = policy(variables);
    let terms = Terms { policy: &policy, request: &Request::default(), now: now(), announces: true, asked: None };
    let plan = Plan::make(&world(region(vec![cluster])), terms);
    let forget = plan.actions.iter().find_map(|action| match action {
        Action::ForgetNotice(forget) => Some(forget),
        _ => None,
    });
    let tags = forget.map(|forget| forget.marks.clone()).unwrap_or_default();
    tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_cluster_goes_only_after_its_owner_was_told_long_enough_ago() {
    let expired = || cluster("orders");
    let with = |tag: String| {
        let mut cluster = expired();
        cluster.tags.set(tags::NOTIFIED, tag);
        cluster
    };
    let say = |cluster: Cluster| said(cluster, NOW, &TWO_PHASES);
    let tell = "tell its owner that it expires at 2026-11-20T00:00:00Z";
    let goes = "delete cluster orders, keep its data 30 days in snapshot nightshift-orders-20261120t000000z-ordersxy";
    let it = expired();
    for (tag, expected) in [
        (None, tell),
        // Twenty hours, to the second.
        (Some(told(&it, "2026-11-20T06:00:00Z", "2026-11-20T00:00:00Z")), goes),
        (Some(told(&it, "2026-11-20T06:00:01Z", "2026-11-20T00:00:00Z")), "notice-period"),
        (Some(told(&it, "2026-11-19T00:00:00Z", "2026-11-20T00:00:00Z")), goes),
        // Of another expiry, of another cluster of that name, from the future, or no notice at all.
        (Some(told(&it, "2026-11-19T00:00:00Z", "2026-11-19T00:00:00Z")), tell),
        (Some("2026-11-19T00:00:00Z 2026-11-20T00:00:00Z cluster-OTHER 0123456789ab".to_owned()), tell),
        (Some(told(&it, "2026-12-19T00:00:00Z", "2026-11-20T00:00:00Z")), tell),
        // Under another name, and by a deployment that knows it by other marks.
        (Some(told(&cluster("orders-new"), "2026-11-19T00:00:00Z", PAST).replace("ORDERSNEW", "ORDERS")), tell),
        (Some(by_another(&it)), tell),
        // As an earlier version wrote it, without the owner; and one that was written over.
        (Some(format!("2026-11-19T00:00:00Z 2026-11-20T00:00:00Z {}", it.resource_id)), tell),
        (Some(tags::VOID.to_owned()), tell),
        // Good for two weeks, to the second.
        (Some(told(&it, "2026-11-07T02:00:00Z", "2026-11-20T00:00:00Z")), goes),
        (Some(told(&it, "2026-11-07T01:59:59Z", "2026-11-20T00:00:00Z")), tell),
        (Some("yes".to_owned()), tell),
        (Some(String::new()), tell),
    ] {
        let cluster = tag.clone().map_or_else(expired, with);
        assert_eq!(say(cluster), expected, "{tag:?}");
    }
}

#[test]
fn who_was_told_that_the_data_is_kept_is_told_again_before_it_is_not() {
    let mut it = cluster("orders");
    it.tags.set(tags::NOTIFIED, told(&it, "2026-11-19T00:00:00Z", PAST));
    let never = [TWO_PHASES[0], ("NIGHTSHIFT_FINAL_SNAPSHOT", "never")];
    assert!(said(it.clone(), NOW, &never).starts_with("tell its owner"));
    assert_eq!(forgets(it.clone(), &never), "nightshift:notified=void");
    it.tags.set(tags::NOTIFIED, told(&it, "2026-11-19T00:00:00Z", PAST).replace(" kept", " lost"));
    assert_eq!(said(it.clone(), NOW, &never), "delete cluster orders without a snapshot");
    // Better than what was said; but it was said of another policy.
    assert!(said(it, NOW, &TWO_PHASES).starts_with("tell its owner"));
}

#[test]
fn an_owner_is_told_two_days_before_and_once() {
    let soon = |expiry: &str| {
        let mut cluster = cluster("orders");
        cluster.tags.set("auto-delete-after", expiry);
        cluster
    };
    assert_eq!(
        said(soon("2026-11-23T02:00:00Z"), NOW, &TWO_PHASES),
        "tell its owner that it expires at 2026-11-23T02:00:00Z"
    );
    assert_eq!(said(soon("2026-11-23T02:00:01Z"), NOW, &TWO_PHASES), "not-due");
    let mut knows = soon("2026-11-23T02:00:00Z");
    knows.tags.set(tags::NOTIFIED, told(&knows, "2026-11-21T01:00:00Z", "2026-11-23T02:00:00Z"));
    assert_eq!(said(knows, NOW, &TWO_PHASES), "not-due");
    // The warning stays where no notice is required, and has its own switch.
    assert!(said(soon("2026-11-22"), NOW, &[]).starts_with("tell its owner"));
    assert_eq!(said(soon("2026-11-22"), NOW, &[("NIGHTSHIFT_WARN_HOURS", "0")]), "not-due");
}

#[test]
fn nobody_is_told_that_a_thing_goes_which_cannot() {
    let mut protected = cluster("orders");
    protected.deletion_protection = Some(true);
    assert_eq!(said(protected.clone(), NOW, &TWO_PHASES), "deletion-protection");
    protected.tags.set("auto-delete-after", "2026-11-22");
    assert_eq!(said(protected, NOW, &TWO_PHASES), "not-due");
    for status in ["stopped", "cloning-failed", "inaccessible-encryption-credentials", "a-status-of-next-year"] {
        for (expiry, expected) in [(PAST, false), ("2026-11-22", false)] {
            let mut it = Cluster { status: status.to_owned(), ..cluster("orders") };
            it.tags.set("auto-delete-after", expiry);
            assert_eq!(said(it, NOW, &TWO_PHASES).starts_with("tell"), expected, "{status} {expiry}");
        }
    }
    // What hangs on it and is only seen by another call.
    for expiry in [PAST, "2026-11-22"] {
        let mut green = cluster("orders");
        green.tags.set("auto-delete-after", expiry);
        let arn = green.arn.clone();
        let policy = policy(&TWO_PHASES);
        let terms = Terms { policy: &policy, request: &Request::default(), now: now(), announces: true, asked: None };
        let region = Region { blue_green: Read::Known([arn].into()), ..region(vec![green]) };
        let plan = Plan::make(&world(region), terms);
        assert!(plan.actions.iter().all(|action| !matches!(action, Action::WarnOwner(_))), "{expiry}: {plan}");
    }
    // It passes, and then it goes.
    let busy = Cluster { status: "modifying".to_owned(), ..cluster("orders") };
    assert!(said(busy, NOW, &TWO_PHASES).starts_with("tell"));
    let stopped = Cluster { status: "stopped".to_owned(), ..cluster("orders") };
    assert!(said(stopped, NOW, &[TWO_PHASES[0], ("NIGHTSHIFT_STOPPED_CLUSTERS", "start")]).starts_with("tell"));
    let mut full = cluster("orders");
    for number in 0..47 {
        full.tags.set(format!("tag-{number}"), "x");
    }
    assert_eq!(full.tags.len(), 50);
    assert_eq!(said(full, NOW, &TWO_PHASES), "tag-limit");
}

#[test]
fn a_deletion_already_begun_goes_on_under_its_own_notice_however_old_and_no_other() {
    let mut begun = cluster("orders");
    begun.tags.set(tags::DELETE_REQUESTED, "2026-11-20T02:00:00Z");
    begun.tags.set(tags::DELETE_OF, format!("{} 3", begun.resource_id));
    let with = |tag: &str| {
        let mut it = begun.clone();
        it.tags.set(tags::NOTIFIED, tag);
        said(it, NOW, &TWO_PHASES)
    };
    assert!(with(&told(&begun, "2026-10-01T00:00:00Z", PAST)).starts_with("delete cluster"));
    assert!(with(tags::VOID).starts_with("tell its owner"), "somebody moved its expiry and put it back");
    // A new owner, or the old one of an expiry that was moved and put back, has their time like anybody else.
    assert_eq!(with(&told(&begun, "2026-11-21T01:59:00Z", PAST)), "notice-period");
    assert!(said(begun.clone(), NOW, &TWO_PHASES).starts_with("tell its owner"));
    // Nor does one that was begun for an earlier expiry.
    let mut moved = begun.clone();
    moved.tags.set(tags::DELETE_REQUESTED, "2026-11-19T02:00:00Z");
    moved.tags.set(tags::NOTIFIED, told(&begun, "2026-10-01T00:00:00Z", PAST));
    assert!(said(moved, NOW, &TWO_PHASES).starts_with("tell its owner"));
    // One that stands whole has lost nothing yet: it waits as any other does.
    begun.tags.set(tags::DELETE_OF, format!("{} 2", begun.resource_id));
    let mut stale = begun.clone();
    stale.tags.set(tags::NOTIFIED, told(&begun, "2026-10-01T00:00:00Z", PAST));
    assert!(said(stale, NOW, &TWO_PHASES).starts_with("tell its owner"));
    assert!(said(begun, NOW, &TWO_PHASES).starts_with("tell its owner"));
}

type Change = fn(&mut Cluster);

#[test]
fn what_was_told_is_written_over_once_it_was_seen_not_to_hold() {
    let void = "nightshift:notified=void";
    let with = |change: fn(&mut Cluster)| {
        let mut it = cluster("orders");
        it.tags.set(tags::NOTIFIED, told(&it, "2026-11-20T23:00:00Z", PAST));
        change(&mut it);
        forgets(it, &TWO_PHASES)
    };
    for (change, expected) in [
        ((|_| ()) as Change, ""),
        (|c| c.tags.set("auto-delete-after", "2026-12-24"), void),
        (|c| c.tags.set("auto-delete-after", "2026-11-22"), void),
        (|c| c.tags.set("auto-delete-after", "never"), void),
        (|c| c.tags.set("auto-delete-after", "friday"), void),
        (|c| c.tags.set("Auto-Delete-After", "2026-12-24"), void),
        (|c| c.tags.remove("auto-delete-after"), void),
        (|c| c.tags.remove("env"), void),
        (|c| c.tags.set("owner", "bob"), void),
        (|c| c.tags.remove("owner"), void),
        (|c| c.tags.set("Owner", "bob"), void),
        (|c| c.resource_id = "cluster-OTHER".to_owned(), void),
        (|c| c.id = "orders-renamed".to_owned(), void),
        (|c| c.tags.set(tags::NOTIFIED, "yes"), void),
        (|c| c.tags.set(tags::NOTIFIED, told(c, "2026-11-22T00:00:00Z", PAST)), void),
        // It stands in nobody's way to be told later, or AWS did not say.
        (|c| c.deletion_protection = Some(true), ""),
        (|c| c.status = "deleting".to_owned(), ""),
        (|c| c.created_at = None, ""),
        (|c| c.tags.set(tags::NOTIFIED, tags::VOID), ""),
    ] {
        assert_eq!(with(change), expected);
    }
    let mut protected = cluster("orders");
    protected.tags.set(tags::NOTIFIED, told(&protected, "2026-11-20T23:00:00Z", PAST));
    protected.tags.set("auto-delete-after", "2026-12-24");
    assert_eq!(forgets(protected, &[TWO_PHASES[0], ("NIGHTSHIFT_PROTECTED", "orders")]), "", "it is not touched");
    // Nor is what another deployment said of what bears none of our marks.
    for change in [(|c| c.tags.set("env", "test")) as Change, |c| c.tags.remove("auto-delete-after")] {
        let mut strange = cluster("orders");
        change(&mut strange);
        strange.tags.set(tags::NOTIFIED, by_another(&strange));
        strange.tags.set(tags::DELETE_REQUESTED, "2026-11-20T02:00:00Z");
        strange.tags.set(tags::DELETE_OF, format!("{} 2", strange.resource_id));
        assert_eq!(forgets(strange, &TWO_PHASES), "");
    }
    let mut mail = cluster("orders");
    mail.tags.set(tags::NOTIFIED, told(&mail, "2026-11-20T23:00:00Z", PAST));
    mail.tags.set("contact", "team@example.com");
    let by_mail = [TWO_PHASES[0], ("NIGHTSHIFT_OWNER_MAIL_TAG", "contact")];
    assert_eq!(forgets(mail, &by_mail), void, "somebody else reads it now");
}

#[test]
fn a_deletion_that_took_nothing_is_called_off_with_its_expiry() {
    let asked = |members: usize, expiry: &str| {
        let mut it = cluster("orders");
        it.tags.set("auto-delete-after", expiry);
        it.tags.set(tags::DELETE_REQUESTED, "2026-11-20T02:00:00Z");
        it.tags.set(tags::DELETE_OF, format!("{} {members}", it.resource_id));
        forgets(it, &TWO_PHASES)
    };
    assert_eq!(asked(2, "2026-12-24"), "nightshift:delete-of=cluster-ORDERSXYZ12345 void");
    assert_eq!(asked(2, "never"), "nightshift:delete-of=cluster-ORDERSXYZ12345 void");
    assert_eq!(asked(2, PAST), "", "it still stands for that");
    assert_eq!(asked(3, "2026-12-24"), "", "it took a member: that is not to be forgotten");
    // Its owner removes a reader later, and nobody says that we did.
    let mut off = cluster("orders");
    off.tags.set("auto-delete-after", "2026-12-24");
    off.tags.set(tags::DELETE_REQUESTED, "2026-11-20T02:00:00Z");
    off.tags.set(tags::DELETE_OF, format!("{} void", off.resource_id));
    off.members.pop();
    assert_eq!(said(off, NOW, &TWO_PHASES), "not-due");
}

#[test]
fn what_is_due_for_some_nights_and_bears_no_notice_is_told_to_the_operators_too() {
    let no_record = |expiry: &str, mark: Option<&str>| {
        let mut it = cluster("orders");
        it.tags.set("auto-delete-after", expiry);
        if let Some(mark) = mark {
            it.tags.set(tags::NOTIFIED, mark);
        }
        let policy = policy(&TWO_PHASES);
        let terms = Terms { policy: &policy, request: &Request::default(), now: now(), announces: true, asked: None };
        let plan = Plan::make(&world(region(vec![it])), terms);
        let is = plan.actions.iter().any(|action| matches!(action, Action::WarnOwner(warn) if warn.no_record));
        // And stands in the item, for those who read no mail.
        let done = plan.actions.iter().map(|_| crate::run::Done::changed(Vec::new())).collect();
        let items = serde_json::to_string(&plan.items(done)).unwrap();
        assert_eq!(items.contains("\"no-record\""), is, "{items}");
        is
    };
    // Three nights beyond the twenty hours that a notice takes.
    assert!(no_record("2026-11-17T06:00:00Z", None));
    assert!(!no_record("2026-11-17T06:00:01Z", None));
    // Something puts an old tag back each day, or the runs are farther apart than a notice is good for.
    assert!(no_record("2026-11-17T06:00:00Z", Some(tags::VOID)));
    let stale = told(&cluster("orders"), "2026-10-01T00:00:00Z", "2026-11-17T06:00:00Z");
    assert!(no_record("2026-11-17T06:00:00Z", Some(&stale)));
}

/// Found by the simulation: a blocker of the operators' fell out of their summary on each night that the owner was told again.
#[test]
fn what_is_due_for_some_nights_stays_with_the_operators_while_its_owner_is_told_once_more() {
    let is_open = |expiry: &str| {
        let mut it = cluster("orders");
        it.tags.set("auto-delete-after", expiry);
        it.tags.set(tags::NOTIFIED, told(&it, "2026-11-21T01:00:00Z", expiry));
        let policy = policy(&TWO_PHASES);
        let terms = Terms { policy: &policy, request: &Request::default(), now: now(), announces: true, asked: None };
        let plan = Plan::make(&world(region(vec![it])), terms);
        let [left] = plan.left.as_slice() else { panic!("{plan}") };
        assert!(matches!(left.why, Why::NoticePeriod { .. }) && !left.costs(), "{plan}");
        left.is_overdue(now())
    };
    assert!(is_open("2026-11-17T06:00:00Z"));
    assert!(!is_open("2026-11-17T06:00:01Z"));
}

#[test]
fn the_owner_of_a_cluster_an_interrupted_run_deleted_is_told_once_it_is_marked() {
    let policy = policy(&TWO_PHASES);
    let request = Request::default();
    let mut region = region(vec![]);
    let name = "nightshift-orders-20261120t000000z-ordersxy";
    region.snapshots = Read::Known(vec![Snapshot {
        id: name.to_owned(),
        arn: format!("arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:{name}"),
        region: "eu-west-1".to_owned(),
        cluster_id: "orders".to_owned(),
        resource_id: Some(cluster("orders").resource_id),
        copy_of: None,
        engine: "aurora-postgresql".to_owned(),
        engine_version: None,
        status: "available".to_owned(),
        created_at: Some(now()),
        kind: "manual".to_owned(),
        tags: [(tags::PURGE_AFTER, "2026-12-20T00:00:00Z"), (tags::UNTOLD, "2026-11-20T02:00:00Z"), ("env", "dev")]
            .into_iter()
            .collect(),
    }]);
    let world = World { account: "111122223333".to_owned(), regions: vec![region], unreadable: vec![] };
    let steps = |announces| {
        let plan = Plan::make(&world, Terms { policy: &policy, request: &request, now: now(), announces, asked: None });
        plan.actions.iter().flat_map(Action::steps).map(|step| step.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(steps(true), ["tell the owner of orders that it was deleted and its data is kept here"]);
    assert_eq!(steps(false), [] as [&str; 0]);
}

proptest! {
    /// Whatever is written on a cluster, it goes only by a notice that names its resource id and its expiry and is old
    /// enough, or by a deletion already asked for.
    #[test]
    fn no_cluster_goes_without_its_notice(
        told_hours_ago in -100_i64..400,
        same_expiry: bool,
        same_cluster: bool,
        same_owner: bool,
        same_name: bool,
        min in 1_u16..100,
    ) {
        let mut it = cluster("orders");
        let told = now() - jiff::SignedDuration::from_hours(told_hours_ago);
        let expiry = if same_expiry { PAST } else { "2026-11-19T00:00:00Z" };
        let id = if same_cluster { it.resource_id.clone() } else { "cluster-OTHER".to_owned() };
        let Parties { by, who, fate: _ } = policy(&[]).parties(&it.tags);
        let who = if same_owner { who } else { "0123456789ab".to_owned() };
        let name = if same_name { "orders" } else { "orders-new" };
        it.tags.set(tags::NOTIFIED, format!("{told} {expiry} {id} {name} {by} {who} kept"));
        let goes = said(it, NOW, &[("NIGHTSHIFT_MIN_NOTICE_HOURS", &min.to_string())]).starts_with("delete cluster");
        let known = same_expiry && same_cluster && same_owner && same_name;
        prop_assert_eq!(goes, known && (i64::from(min)..=14 * 24).contains(&told_hours_ago));
    }
}
