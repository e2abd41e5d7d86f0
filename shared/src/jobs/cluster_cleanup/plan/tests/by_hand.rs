//! A deletion on a person's word: the word stands for the day and the notice, and for nothing else.

use proptest::prelude::*;

use super::*;
use crate::config::Settings as Variables;
use crate::domains::clusters::marks::{self, PRODUCTION, SUCH_AS};
use crate::domains::clusters::notice::{self, Notice};
use crate::jobs::cluster_cleanup::plan::by_hand::codes;
use crate::run::owned::codes as owned;
use crate::run::{Acting, Protected};

const LATER: &str = "2026-12-24T00:00:00Z";

fn asked_by(by: Acting) -> Asked {
    let environment = Environment::default();
    let mut settings = Variables::of(&environment);
    let production = Protected::needed(&mut settings, "NIGHTSHIFT_PRODUCTION", marks::alphabet, SUCH_AS, &PRODUCTION);
    Asked { at: now(), by, production, arn: "arn:aws:iam::111122223333:user/ana".to_owned() }
}

fn ana() -> Asked {
    asked_by(Acting::For("ana".to_owned()))
}

/// A clone of ana's, whose time has not come.
fn clone() -> Cluster {
    let mut clone = cluster("orders-ana");
    clone.tags.set("auto-delete-after", LATER);
    clone.tags.set(tags::CLONE, tags::READY);
    clone
}

fn asked_in(region: Region, asked: &Asked, variables: &[(&str, &str)]) -> Plan {
    let (policy, request) =
        (policy(variables), Request { clusters: Some(["orders-ana".to_owned()].into()), ..Request::default() });
    Plan::make(
        &world(region),
        Terms { policy: &policy, request: &request, now: now(), announces: true, asked: Some(asked) },
    )
}

fn said(asked: &Asked, variables: &[(&str, &str)], change: impl FnOnce(&mut Cluster)) -> &'static str {
    let mut one = clone();
    change(&mut one);
    let plan = asked_in(region(vec![one]), asked, variables);
    match (plan.actions.as_slice(), plan.left.as_slice()) {
        ([Action::DeleteCluster(_)], []) => "delete",
        ([Action::StartCluster(_)], []) => "start",
        ([], [left]) => left.why.code().name,
        other => panic!("expected one verdict, found {other:?}"),
    }
}

#[test]
fn a_clone_goes_on_its_owners_word_whatever_its_day() {
    let (asked, tag) =
        (ana(), |key: &'static str, value: &'static str| move |one: &mut Cluster| one.tags.set(key, value));
    assert_eq!(said(&asked, &[], |_| {}), "delete");
    assert_eq!(said(&asked, &[], tag("auto-delete-after", PAST)), "delete");
    assert_eq!(said(&asked, &[], tag(tags::CLONE, tags::CREATING)), "delete");
    assert_eq!(said(&asked, &[], tag("owner", "ANA")), "delete");
    // No notice is asked for: its owner gives the word.
    assert_eq!(said(&asked, &[("NIGHTSHIFT_MIN_NOTICE_HOURS", "20")], |_| {}), "delete");
}

#[test]
fn nobody_deletes_what_is_not_theirs_is_no_clone_or_is_production() {
    let (asked, tag) =
        (ana(), |key: &'static str, value: &'static str| move |one: &mut Cluster| one.tags.set(key, value));
    for (key, value, expected) in [
        ("owner", "ben", &owned::ANOTHER_OWNER),
        ("owner", "ana@example.com", &owned::ANOTHER_OWNER),
        ("owner", " ", &owned::NO_OWNER),
        ("stage", "PROD-eu", &owned::PRODUCTION),
        (tags::CLONE, "", &codes::NO_CLONE),
        (tags::CLONE, "yes", &codes::NO_CLONE),
    ] {
        assert_eq!(said(&asked, &[], tag(key, value)), expected.name, "{key}={value}");
    }
    assert_eq!(said(&asked, &[], |one| one.tags = one.tags.clone().without(tags::CLONE)), codes::NO_CLONE.name);
    assert_eq!(said(&asked, &[], |one| one.tags = one.tags.clone().without("owner")), owned::NO_OWNER.name);
    assert_eq!(said(&asked, &[], tag("Owner", "ben")), "owners-differ");
    let since = |one: &mut Cluster| one.created_at = Some("2026-11-21T02:00:01Z".parse().unwrap());
    assert_eq!(said(&asked, &[], since), codes::MADE_SINCE.name);
    for (by, expected) in [
        (Acting::For("ben".to_owned()), &owned::ANOTHER_OWNER),
        (Acting::For(String::new()), &owned::ANOTHER_OWNER),
        (Acting::ForAnybody, &owned::NOBODYS_NAME),
        (Acting::ForNobody("it chose its name".to_owned()), &owned::NOBODYS_NAME),
        (Acting::Unknown("AccessDenied".to_owned()), &owned::WHO_UNKNOWN),
    ] {
        assert_eq!(said(&asked_by(by), &[], |_| {}), expected.name);
    }
}

#[test]
fn what_stands_in_the_way_at_night_stands_in_the_way_of_a_word() {
    let (asked, tag) =
        (ana(), |key: &'static str, value: &'static str| move |one: &mut Cluster| one.tags.set(key, value));
    assert_eq!(said(&asked, &[], |one| one.deletion_protection = Some(true)), "deletion-protection");
    assert_eq!(said(&asked, &[], |one| one.deletion_protection = None), "protection-unknown");
    assert_eq!(said(&asked, &[("NIGHTSHIFT_PROTECTED", "orders-*")], |_| {}), "protected");
    assert_eq!(said(&asked, &[], tag("env", "staging")), "missing-mark");
    assert_eq!(said(&asked, &[], tag("auto-delete-after", "never")), "never");
    assert_eq!(said(&asked, &[], tag("auto-delete-after", "soon")), "malformed-expiry");
    assert_eq!(said(&asked, &[], |one| one.tags = one.tags.clone().without("auto-delete-after")), "no-expiry-tag");
    assert_eq!(said(&asked, &[], tag("managed-by", "terraform")), "managed");
    assert_eq!(said(&asked, &[], |one| one.status = "modifying".to_owned()), "status");
    assert_eq!(said(&asked, &[], |one| one.status = "deleting".to_owned()), "deleting");
    let start = [("NIGHTSHIFT_STOPPED_CLUSTERS", "start")];
    assert_eq!(said(&asked, &[], |one| one.status = "stopped".to_owned()), "stopped");
    assert_eq!(said(&asked, &start, |one| one.status = "stopped".to_owned()), "start");
    assert_eq!(said(&asked, &[], |one| one.global_cluster = Some("world".to_owned())), "global-cluster-member");
}

/// AWS deletes no stopped cluster. Where the policy starts them the word is written down with the start, so that whatever finds
/// it running goes on: the same command, or the night; where it starts none, the refusal says what to type.
#[test]
fn a_stopped_clone_is_started_and_the_word_outlives_the_start() {
    let variables = [("NIGHTSHIFT_MIN_NOTICE_HOURS", "20"), ("NIGHTSHIFT_STOPPED_CLUSTERS", "start")];
    let mut one = clone();
    one.status = "stopped".to_owned();
    let plan = asked_in(region(vec![one.clone()]), &ana(), &variables);
    let [Action::StartCluster(start)] = plan.actions.as_slice() else { panic!("{plan}") };
    assert_eq!((start.expired_at, start.marks.get("auto-delete-after")), (now(), Some("2026-11-21T02:00:00Z")));
    one.tags = one.tags.with(start.marks.clone());
    one.status = "available".to_owned();
    let (tomorrow, request, policy) = ("2026-11-22T02:00:00Z".parse().unwrap(), Request::default(), policy(&variables));
    let terms = Terms { policy: &policy, request: &request, now: tomorrow, announces: true, asked: None };
    assert_eq!(assess(&one, terms), Assessment::Due(now()), "the night deletes it, and asks for no other notice");
    let again = Asked { at: "2026-11-21T03:00:00Z".parse().unwrap(), ..ana() };
    let plan = asked_in(region(vec![one.clone()]), &again, &variables);
    assert!(matches!(plan.actions.as_slice(), [Action::DeleteCluster(_)]), "{plan}");

    one.status = "stopped".to_owned();
    let plan = asked_in(region(vec![one]), &ana(), &[]);
    let fix = plan.left[0].why.fix().unwrap();
    assert!(
        fix.starts_with("start it (aws rds start-db-cluster --region eu-west-1 --db-cluster-identifier orders-ana)"),
        "{fix}"
    );
}

/// The mark says that it has expired and that its owner knows, so the night goes on with what was interrupted.
#[test]
fn a_word_is_written_down_so_that_the_night_goes_on_with_it_and_the_same_word_too() {
    let policy = policy(&[("NIGHTSHIFT_MIN_NOTICE_HOURS", "20")]);
    let plan = asked_in(region(vec![clone()]), &ana(), &[("NIGHTSHIFT_MIN_NOTICE_HOURS", "20")]);
    let [Action::DeleteCluster(delete)] = plan.actions.as_slice() else { panic!("{plan}") };
    assert_eq!((delete.expired_at, delete.marks.get("auto-delete-after")), (now(), Some("2026-11-21T02:00:00Z")));
    let keep = delete.keep.as_ref().expect("its data is kept");
    assert_eq!(keep.tags.get("auto-delete-after"), None, "a snapshot has no expiry");
    let mut begun = clone();
    begun.tags = begun.tags.with(delete.marks.clone());
    begun.tags.set(tags::DELETE_REQUESTED, NOW);
    begun.members.pop();
    assert_eq!(notice::of(&begun, Some(now()), &policy.parties(&begun.tags)), Notice::Holds(now()));
    // A night later, without anybody's word.
    let (tomorrow, request) = ("2026-11-22T02:00:00Z".parse().unwrap(), Request::default());
    let terms = Terms { policy: &policy, request: &request, now: tomorrow, announces: true, asked: None };
    assert_eq!(assess(&begun, terms), Assessment::Due(now()));
    // An hour later, by the same command.
    let again = Asked { at: "2026-11-21T03:00:00Z".parse().unwrap(), ..ana() };
    let plan = asked_in(region(vec![begun]), &again, &[]);
    let [Action::DeleteCluster(second)] = plan.actions.as_slice() else { panic!("{plan}") };
    assert!(second.begun && second.keep.as_ref().map(|keep| &keep.name) == Some(&keep.name), "{plan}");
}

#[test]
fn a_deletion_that_was_refused_leaves_the_tags_as_they_were_found() {
    let (policy, mut one) = (policy(&[]), clone());
    let marked = super::super::by_hand::marks(&one, now(), &ana(), &policy.parties(&one.tags), &policy);
    let back = |one: &Cluster| one.tags.clone().with(marked.clone()).with(taken_back(one, &policy));
    assert_eq!(back(&one).get("auto-delete-after"), Some(LATER));
    assert_eq!(back(&one).get(tags::NOTIFIED), Some(tags::VOID), "nobody was told");
    one.tags.set(tags::NOTIFIED, "as it was");
    assert_eq!(back(&one).get(tags::NOTIFIED), Some("as it was"));
}

/// A notice to forget and an owner to ask are a night's work, on whoever's cluster; a word is about one deletion.
#[test]
fn a_word_does_nothing_else_of_a_nights_work() {
    let policy = policy(&[]);
    let told = |one: &mut Cluster| {
        let earlier = PAST.parse().unwrap();
        let mark = notice::mark(earlier, earlier, &one.id, &one.resource_id, &policy.parties(&one.tags));
        one.tags = one.tags.clone().with(mark);
    };
    let twice = |one: &mut Cluster| one.tags.set("Auto-Delete-After", LATER);
    for change in [&told as &dyn Fn(&mut Cluster), &twice] {
        let mut one = clone();
        one.tags.set("owner", "ben");
        change(&mut one);
        let request = Request::default();
        let terms = Terms { policy: &policy, request: &request, now: now(), announces: true, asked: None };
        let at_night = Plan::make(&world(region(vec![one.clone()])), terms);
        assert_eq!(at_night.actions.len(), 1, "{at_night}");
        let on_a_word = asked_in(region(vec![one]), &ana(), &[]);
        assert_eq!((on_a_word.actions.len(), on_a_word.left.len()), (0, 1), "{on_a_word}");
    }
}

proptest! {
    /// Whatever a cluster carries: what goes on ana's word is a clone of hers, outside production, and would go at night were it
    /// due; and nothing else is done to anything.
    #[test]
    fn a_word_does_no_more_than_a_night_and_only_to_ones_own(
        owner in prop::option::of("(ana|Ana|ben|ana@example\\.com|)"),
        kind in prop::option::of("(ready|creating|READY|x)"),
        env in prop::option::of("(dev|prod|production|staging)"),
        expiry in prop::option::of(prop::sample::select(vec![LATER, PAST, "never", "soon", "2026-11-21T02:00:00Z"])),
        protection in prop::option::of(any::<bool>()),
        status in prop::sample::select(vec!["available", "deleting", "stopped", "modifying"]),
    ) {
        let mut one = clone();
        for (key, value) in [("owner", owner.as_deref()), (tags::CLONE, kind.as_deref()), ("env", env.as_deref()), ("auto-delete-after", expiry)] {
            one.tags = one.tags.without(key);
            if let Some(value) = value { one.tags.set(key, value) }
        }
        (one.deletion_protection, one.status) = (protection, status.to_owned());
        let other = cluster("due-at-night");
        let mut due = one.clone();
        let plan = asked_in(region(vec![one.clone(), other]), &ana(), &[]);
        prop_assert!(plan.actions.len() <= 1, "{plan}");
        if let Some(action) = plan.actions.first() {
            prop_assert!(matches!(action, Action::DeleteCluster(delete) if delete.id == "orders-ana"), "{plan}");
            prop_assert!(owner.is_some_and(|owner| owner.eq_ignore_ascii_case("ana")));
            prop_assert!(matches!(kind.as_deref(), Some("ready" | "creating")));
            due.tags.set("auto-delete-after", PAST);
            let at_night = plan_of(region(vec![due]), &policy(&[]), &Request::default());
            prop_assert!(matches!(at_night.actions.as_slice(), [Action::DeleteCluster(_)]), "{at_night}");
        }
    }
}
