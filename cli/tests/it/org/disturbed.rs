//! What is read while calls fail, and while somebody works on the organisation.

use nightshift::domains::organization::Snapshot;
use nightshift::services::organizations::{
    Api, Builder, Effective, How, OrganizationReader, Pace, Part, Share, Wanted,
};
use nightshift_testkit::{Fault, Scene};
use serde_json::json;

use super::{aws, builder, grown, meanwhile, read, still, text};

/// As the proxy names it.
fn on_the_wire(api: Api) -> String {
    api.action().replace("tag:", "tagging:")
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_calls_fail_the_snapshot_is_the_same() {
    let scene = Scene::new().expect("a scene");
    grown(&scene).await;
    let calm = still(read(&scene).await);
    for fault in [Fault::Throttled, Fault::AnswerLost, Fault::ServerError] {
        scene.proxy.forgive();
        for api in Api::ALL {
            scene.proxy.break_next(&on_the_wire(api), "", 2, fault);
        }
        let snapshot = read(&scene).await;
        assert_eq!(snapshot.gaps, [], "{fault:?}");
        assert_eq!(still(snapshot), calm, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_missing_and_never_empty() {
    let scene = Scene::new().expect("a scene");
    grown(&scene).await;
    for (api, part) in [
        (Api::ListHandshakes, Part::Handshakes),
        (Api::ListCreateAccountStatus, Part::AccountCreations),
        (Api::ListDelegatedAdministrators, Part::DelegatedAdministrators),
        (Api::ListAwsServiceAccess, Part::TrustedServices),
        (Api::DescribeResourcePolicy, Part::ResourcePolicy),
        (Api::DescribeEffectivePolicy, Part::EffectivePolicies),
    ] {
        scene.proxy.forgive();
        scene.proxy.break_next(&on_the_wire(api), "", usize::MAX, Fault::Denied);
        let snapshot = read(&scene).await;
        let missing: Vec<_> = snapshot.gaps.iter().filter(|gap| gap.missing).map(|gap| gap.part).collect();
        assert_eq!(missing, [part]);
        assert!(!snapshot.parts_read.contains(&part));
    }
    // The tag API denied: the same tags, one by one. Which accounts are invalid denied: taken for valid, and said.
    scene.proxy.forgive();
    let calm = still(read(&scene).await);
    for api in [Api::GetResources, Api::ListAccountsWithInvalidEffectivePolicy] {
        scene.proxy.forgive();
        scene.proxy.break_next(&on_the_wire(api), "", usize::MAX, Fault::Denied);
        let snapshot = read(&scene).await;
        assert_eq!(snapshot.gaps.iter().map(|gap| gap.missing).collect::<Vec<_>>(), [false]);
        assert_eq!(still(snapshot), calm);
    }
    // The heart of it denied: no snapshot at all.
    for api in [Api::ListRoots, Api::ListAccounts, Api::ListOrganizationalUnitsForParent, Api::DescribePolicy] {
        scene.proxy.forgive();
        scene.proxy.break_next(&on_the_wire(api), "", usize::MAX, Fault::Denied);
        let refused = Box::pin(builder(&scene).await.read(&Wanted::ALL)).await;
        assert_eq!(refused.expect_err("denied").action, api.action());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_moves_closes_or_leaves_meanwhile_is_where_it_is_at_the_end() {
    let scene = Scene::new().expect("a scene");
    let ids = grown(&scene).await;
    let id = |name: &str| text(&ids["accounts"][name]);
    let mut reading = builder(&scene).await;
    reading.organization().await.expect("the organisation");
    reading.units().await.expect("the units");
    // The units are read. Two new ones, one below the other, and an account moves into the lower; another is closed.
    let unit = async |name: &str, parent: &str| {
        let made = meanwhile(&scene, "create_organizational_unit", json!({ "ParentId": parent, "Name": name })).await;
        text(&made["OrganizationalUnit"]["Id"])
    };
    let upper = unit("New", &text(&ids["root"])).await;
    let lower = unit("Newer", &upper).await;
    let beside = unit("Beside", &upper).await;
    let moved =
        json!({ "AccountId": id("account-01"), "SourceParentId": ids["units"]["A"], "DestinationParentId": lower });
    meanwhile(&scene, "move_account", moved).await;
    meanwhile(&scene, "close_account", json!({ "AccountId": id("account-02") })).await;
    reading.accounts().await.expect("the accounts");
    let snapshot = Snapshot::of(reading.facts()).expect("an organisation");
    let account = |name: &str| {
        let accounts = snapshot.accounts.iter().flatten();
        accounts.into_iter().find(|account| account.name == name).expect("an account").clone()
    };
    assert_eq!(account("account-01").path, "Root/New/Newer");
    assert!(snapshot.read_again.contains(&id("account-01")), "{:?}", snapshot.read_again);
    assert!(snapshot.units.iter().any(|unit| unit.id == beside), "what stands below a new unit is read, too");
    assert_eq!(account("account-02").state, "SUSPENDED");
    assert_eq!(snapshot.gaps, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_while_it_is_read_fails_nothing_and_is_read_as_gone() {
    let scene = Scene::new().expect("a scene");
    let ids = grown(&scene).await;
    let mut reading = builder(&scene).await;
    reading.organization().await.expect("the organisation");
    reading.accounts().await.expect("the accounts");
    reading.policies().await.expect("the policies");
    // All of them were listed. Now a unit without accounts, an account and a policy go, before their details are asked for.
    let (empty, left) = (text(&ids["units"]["Empty"]), text(&ids["accounts"]["account-09"]));
    meanwhile(&scene, "delete_organizational_unit", json!({ "OrganizationalUnitId": empty })).await;
    meanwhile(&scene, "remove_account_from_organization", json!({ "AccountId": left })).await;
    let unused = text(&ids["policies"]["unused"]);
    meanwhile(&scene, "delete_policy", json!({ "PolicyId": unused })).await;
    reading.policy_targets().await.expect("targets");
    reading.unit_tags().await.expect("tags");
    reading.account_tags().await.expect("tags");
    reading.policy_tags().await.expect("tags");
    reading.effective_policies(How::Exact).await.expect("policies");
    let snapshot = Snapshot::of(reading.facts()).expect("an organisation");
    let gone = snapshot.accounts.iter().flatten().find(|account| account.id == left).expect("it was listed");
    assert_eq!((gone.tags.clone(), gone.effective_policies.clone()), (Some([].into()), Some(Vec::new())));
    let policy = snapshot.policy(&unused).expect("it was listed");
    assert_eq!(policy.targets, []);
    // The next reading has none of them, and everybody else as before.
    let next = read(&scene).await;
    assert!(next.policy(&unused).is_none() && next.units.iter().all(|unit| unit.id != empty));
    assert_eq!(next.accounts.as_ref().map(Vec::len), Some(45));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_lost_is_asked_for_again_and_nobody_twice() {
    let scene = Scene::new().expect("a scene");
    grown(&scene).await;
    let calm = still(read(&scene).await);
    let tokens = |action: &str| {
        let calls = scene.proxy.calls().into_iter().filter(|call| call.action == action);
        calls.filter_map(|call| call.parameters.get("NextToken").cloned()).collect::<Vec<_>>()
    };
    let pages = tokens("organizations:ListAccounts");
    assert_eq!(pages.len(), 2, "{pages:?}");
    for fault in [Fault::AnswerLost, Fault::RequestLost, Fault::Throttled] {
        for page in &pages {
            scene.proxy.break_next("organizations:ListAccounts", page, 2, fault);
            assert_eq!(still(read(&scene).await), calm, "{fault:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn throttled_for_good_a_reading_says_which_call_and_the_next_is_whole() {
    let scene = Scene::new().expect("a scene");
    grown(&scene).await;
    let calm = still(read(&scene).await);
    for api in Api::ALL {
        scene.proxy.forgive();
        scene.proxy.break_next(&on_the_wire(api), "", usize::MAX, Fault::Throttled);
        let found = Box::pin(builder(&scene).await.read(&Wanted::ALL)).await;
        let said = match found {
            Err(error) => error.action.to_owned(),
            // Not called at all, read in another way, or a part that is named.
            Ok(facts) => facts.gaps.iter().map(|gap| gap.said.as_str()).collect::<Vec<_>>().join("; "),
        };
        let called = scene.proxy.calls().iter().any(|call| call.action == on_the_wire(api));
        assert_eq!(said.contains(api.action()), called, "{api:?}: {said}");
        scene.proxy.forgive();
        scene.proxy.reset();
    }
    assert_eq!(still(read(&scene).await), calm);
}

/// What effective policies were asked for by a path is not believed of whoever stands elsewhere by the end.
#[tokio::test(flavor = "multi_thread")]
async fn whose_place_is_another_after_it_was_asked_about_is_asked_about_again() {
    let scene = Scene::new().expect("a scene");
    let ids = grown(&scene).await;
    let (moved, root) = (text(&ids["accounts"]["account-01"]), text(&ids["root"]));
    let (home, deep) = (text(&ids["units"]["A"]), text(&ids["units"]["A/B/C/D"]));
    let times = |action: &str| scene.proxy.calls().iter().filter(|call| call.action == action).count();
    let until = async |action: &str, count: usize| {
        while times(action) < count {
            nightshift::clock::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let move_to = async |from: &str, to: &str| {
        let moved = json!({ "AccountId": moved, "SourceParentId": from, "DestinationParentId": to });
        meanwhile(&scene, "move_account", moved).await;
    };
    scene.proxy.break_next("organizations:ListAccounts", "", 1, Fault::HoldBefore);
    let somebody = async {
        scene.proxy.reached().await.expect("the list of accounts");
        // All units are read by then; a new one is not, and the account stands there, under no policy, when it is listed.
        until("organizations:ListOrganizationalUnitsForParent", 11).await;
        let made = meanwhile(&scene, "create_organizational_unit", json!({ "ParentId": root, "Name": "New" })).await;
        let new = text(&made["OrganizationalUnit"]["Id"]);
        move_to(&home, &new).await;
        scene.proxy.break_next("organizations:ListParents", "", 1, Fault::HoldBefore);
        scene.proxy.release();
        until("organizations:ListParents", 1).await;
        scene.proxy.reached().await.expect("the question for its parent");
        move_to(&new, &deep).await;
        scene.proxy.release();
    };
    let reading = builder(&scene).await;
    let (facts, ()) = tokio::join!(Box::pin(reading.read(&Wanted::ALL)), somebody);
    let facts = facts.expect("a reading");
    let snapshot = Snapshot::of(facts).expect("an organisation");
    let account = snapshot.accounts.iter().flatten().find(|account| account.id == moved).expect("it is there");
    assert_eq!(account.path, "Root/A/B/C/D");
    let effective = account.effective_policies.iter().flatten().map(|policy| policy.content.as_str());
    assert_eq!(effective.collect::<Vec<_>>(), [r#"{"tags": {"cost": {"tag_value": ["2"]}}}"#]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_paths_parents_are_had_from_the_lists_of_each_unit() {
    let scene = Scene::new().expect("a scene");
    grown(&scene).await;
    let calm = still(read(&scene).await);
    scene.control("organization-oddities", json!({ "without_paths": true })).await.expect("odd");
    scene.proxy.reset();
    assert_eq!(still(read(&scene).await), calm);
    let lists =
        || scene.proxy.calls().iter().filter(|call| call.action == "organizations:ListAccountsForParent").count();
    assert_eq!(lists(), 1 + 10, "the root and each unit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_whose_accounts_differ_is_asked_about_one_by_one() {
    let scene = Scene::new().expect("a scene");
    let ids = grown(&scene).await;
    // Under one policy alone, a class of its own that comes to what another class comes to.
    let alone = text(&ids["accounts"]["account-06"]);
    let of = |snapshot: &Snapshot, id: &str| {
        let account = snapshot.accounts.iter().flatten().find(|account| account.id == id).cloned();
        let policies = account.and_then(|account| account.effective_policies).unwrap_or_default();
        policies.first().map(|policy| (policy.content.clone(), policy.how))
    };
    let calm = read(&scene).await;
    // The one of a class that was asked about a second time.
    let all = || {
        calm.accounts.iter().flatten().flat_map(|account| {
            account.effective_policies.iter().flatten().map(move |policy| (account.id.clone(), policy))
        })
    };
    let shared: Vec<_> = all().filter(|(_, policy)| policy.how == How::Shared).collect();
    assert!(shared.len() > 4, "{shared:?}");
    let (first, content) = (shared[0].1.asked_of.clone(), shared[0].1.content.clone());
    let is_second = |(id, policy): &(String, &Effective)| {
        policy.how == How::Exact && policy.content == content && *id != first && *id != alone
    };
    let (second, _) = all().find(is_second).expect("one that was checked");
    let effective = serde_json::Map::from_iter([(second.clone(), json!(r#"{"odd":true}"#))]);
    scene.control("organization-oddities", json!({ "effective": effective })).await.expect("odd");
    let odd = read(&scene).await;
    assert!(odd.gaps.iter().any(|gap| gap.part == Part::EffectivePolicies && !gap.missing), "{:?}", odd.gaps);
    for (id, policy) in all() {
        let (content, how) = of(&odd, &id).expect("a policy");
        let is_odd = id == second;
        assert_eq!(content, if is_odd { r#"{"odd":true}"#.to_owned() } else { policy.content.clone() }, "{id}");
        if policy.asked_of == first || is_odd {
            assert_eq!(how, How::Exact, "each of its class was asked about: {id}");
        }
    }
    // Whose policies do not go together is asked about by itself.
    scene.control("organization-oddities", json!({ "effective": {}, "invalid": [shared[0].0] })).await.expect("odd");
    assert_eq!(of(&read(&scene).await, &shared[0].0).map(|(_, how)| how), Some(How::Exact));
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_keep_to_the_published_rates_without_being_told() {
    let scene = Scene::new().expect("a scene");
    let policy = |name: &str| json!({ "name": name, "type": "SERVICE_CONTROL_POLICY", "content": {} });
    let body = json!({ "accounts": [{ "name": "a" }], "policies": [policy("one"), policy("two"), policy("three")] });
    scene.control("organization", body).await.expect("an organisation");
    for api in Api::ALL {
        let rate = api.rate();
        scene.proxy.limit(&on_the_wire(api), rate.per_second, rate.burst);
    }
    let reader = OrganizationReader::new(&aws(&scene).await, Pace::within(Share::NEIGHBOUR));
    let facts = Box::pin(Builder::new(reader).read(&Wanted::ALL)).await.expect("a reading");
    assert_eq!(facts.gaps, []);
    let calls = scene.proxy.calls();
    let of = |api: Api| calls.iter().filter(|call| call.action == on_the_wire(api)).count();
    assert_eq!((of(Api::DescribePolicy), of(Api::ListAccounts)), (4, 1), "none was throttled and made again");
}
