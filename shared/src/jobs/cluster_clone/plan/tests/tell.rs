//! Who is told of what, and who was already.

use super::*;
use crate::domains::clusters::notice;

fn told(clusters: Vec<Cluster>, event: Value, tells: bool) -> Vec<String> {
    let (world, policy) = (world(clusters, ana()), policy(&[("NIGHTSHIFT_CLONES_PER_OWNER", "2")]));
    let plan = Plan::decide(&world, "111122223333", &policy, &request(event, &policy), now(), tells);
    let left = plan.left.iter().map(|left| left.reason.code.to_string());
    plan.actions.iter().flat_map(Action::steps).chain(left).collect()
}

fn untold(id: &str) -> Cluster {
    let mut one = clone(id, "ana", "ready");
    one.tags.set("nightshift:clone-untold", "ana");
    one
}

#[test]
fn who_was_not_told_that_a_clone_is_ready_is_told_by_the_next_run_that_sees_it() {
    let tell = ["tell ana that it is ready"];
    let wish = || json!({"source": "orders", "expires": "7d", "name": "c0"});
    assert_eq!(told(vec![orders(), untold("c0")], json!({}), true), tell);
    assert_eq!(told(vec![orders(), untold("c0")], wish(), true), tell);
    assert_eq!(told(vec![orders(), untold("c0")], wish(), false), ["there"]);
    assert_eq!(told(vec![orders(), clone("c0", "ana", "ready")], wish(), true), ["there"]);
    let none: [&str; 0] = [];
    assert_eq!(told(vec![orders(), untold("c0")], json!({}), false), none);
    let strangers: [fn(&mut Cluster); 5] = [
        |it| it.tags.set("nightshift:clone", "creating"),
        |it| it.tags.set("env", "prod"),
        |it| it.tags.set("Owner", "ben"),
        |it| it.status = "deleting".to_owned(),
        |it| it.tags = it.tags.clone().without("owner"),
    ];
    for (number, change) in strangers.into_iter().enumerate() {
        let mut one = untold("c0");
        one.created_at = Some(now());
        change(&mut one);
        assert_eq!(told(vec![orders(), one], json!({}), true), none, "{number}");
    }
}

#[test]
fn who_has_too_many_is_told_once_a_day_of_the_same_wish() {
    let event = |name: &str| json!({"source": "orders", "expires": "7d", "name": name});
    let code = |asked: Option<(&str, &str)>, name: &str| {
        let mut first = clone("c0", "ana", "ready");
        if let Some((at, id)) = asked {
            for (key, value) in notice::asked(at.parse().unwrap(), &matter("quota", id, "ana")).iter() {
                first.tags.set(key, value);
            }
        }
        let second = Cluster { created_at: Some(now()), ..clone("c1", "ana", "ready") };
        told(vec![orders(), second, first], event(name), true)
    };
    let (tell, not) = (vec!["tell ana that it is one clone too many", "quota"], vec!["quota"]);
    assert_eq!(code(None, "x"), tell);
    assert_eq!(code(Some((NOW, "x")), "x"), not);
    assert_eq!(code(Some(("2026-11-20T02:00:01Z", "x")), "x"), not);
    assert_eq!(code(Some(("2026-11-20T02:00:00Z", "x")), "x"), tell, "a day later");
    assert_eq!(code(Some((NOW, "y")), "x"), tell, "another wish");
    assert_eq!(code(Some(("2026-11-22T02:00:00Z", "x")), "x"), tell, "a moment to come is nobody's memory");
    assert_eq!(told(vec![orders(), clone("c0", "ana", "ready"), clone("c1", "ana", "ready")], event("x"), false), not);
}

/// The role writes on nothing else.
#[test]
fn what_remembers_is_the_eldest_clone_of_ours() {
    let policy = policy(&[]);
    let (mut by_hand, mut foreign) = (clone("a", "ana", "ready"), clone("b", "ana", "ready"));
    by_hand.tags = by_hand.tags.clone().without("nightshift:clone");
    foreign.tags.set("env", "test");
    let young = Cluster { created_at: Some(now()), ..clone("c", "ana", "ready") };
    let old = clone("d", "ana", "creating");
    assert_eq!(memory(&[&by_hand, &foreign, &young, &old], &policy).map(|one| one.id.as_str()), Some("d"));
    assert_eq!(memory(&[&by_hand, &foreign], &policy), None);
}
