//! What is read while calls fail, and while somebody works on the organisation.

use nightshift::domains::organization::Snapshot;
use nightshift::services::organizations::{Api, Builder, OrganizationReader, Pace, Part, Share, Wanted};
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
