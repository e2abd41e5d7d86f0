//! The snapshot, object by object, against what plain calls read: one about each thing, and none of the short ways.

#![expect(clippy::disallowed_methods, reason = "plain calls are the point, and what they list is short")]

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_organizations::Client;
use nightshift::domains::organization::Snapshot;
use nightshift::services::organizations::{CallPlan, How, Part, Share, TagMap, Wanted};
use nightshift_testkit::Scene;
use serde_json::json;

use super::{builder, grown, meanwhile, read, still, text};

async fn client(scene: &Scene) -> Client {
    Client::new(&scene.sdk_config("us-east-1").await)
}

async fn tags(client: &Client, id: &str) -> TagMap {
    let answer = client.list_tags_for_resource().resource_id(id).send().await.expect("tags");
    answer.tags.into_iter().flatten().map(|tag| (tag.key, tag.value)).collect()
}

/// By the call nobody should make: one for each type and target.
async fn attached(client: &Client, id: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for kind in ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY"] {
        let answer =
            client.list_policies_for_target().target_id(id).filter(kind.into()).send().await.expect("policies");
        found.extend(answer.policies.into_iter().flatten().filter_map(|policy| policy.id));
    }
    found
}

/// From the account up, a call a level.
async fn way_up(client: &Client, id: &str) -> Vec<String> {
    let (mut way, mut at) = (Vec::new(), id.to_owned());
    while !at.starts_with("r-") {
        let answer = client.list_parents().child_id(&at).send().await.expect("a parent");
        at = answer.parents.and_then(|mut parents| parents.pop()?.id).expect("an id");
        way.insert(0, at.clone());
    }
    way
}

async fn effective(client: &Client, id: &str) -> Option<String> {
    let call = client.describe_effective_policy().policy_type("TAG_POLICY".into()).target_id(id);
    match call.send().await {
        Ok(answer) => answer.effective_policy.and_then(|policy| policy.policy_content),
        Err(error) => {
            let error = error.into_service_error();
            assert!(error.is_effective_policy_not_found_exception(), "{error:?}");
            None
        }
    }
}

fn set(ids: Option<&Vec<String>>) -> BTreeSet<String> {
    ids.expect("read").iter().cloned().collect()
}

async fn compare_accounts(client: &Client, snapshot: &Snapshot) {
    let accounts = snapshot.accounts.as_ref().expect("accounts");
    assert_eq!(accounts.len(), 46, "and the management account");
    for account in accounts {
        let plain = client.describe_account().account_id(&account.id).send().await.expect("an account").account;
        let plain = plain.expect("an account");
        assert_eq!((plain.name.as_deref(), plain.email.as_deref()), (Some(&*account.name), Some(&*account.email)));
        assert_eq!(plain.arn.as_ref(), Some(&account.arn));
        let way: Vec<_> = account.parents.iter().map(|node| node.id.clone()).collect();
        assert_eq!(way, way_up(client, &account.id).await, "{}", account.name);
        assert_eq!(account.tags.as_ref(), Some(&tags(client, &account.id).await));
        assert_eq!(set(account.policies.as_ref()), attached(client, &account.id).await);
        let of_tags = account.effective_policies.as_ref().expect("read").first();
        assert_eq!(of_tags.map(|policy| policy.content.clone()), effective(client, &account.id).await);
        let links = account.inherited.iter().flatten().flat_map(|one| &one.chain);
        let chain: BTreeSet<_> = links.flat_map(|link| link.policies.clone()).collect();
        let mut plain_chain = BTreeSet::new();
        for node in way.iter().chain([&account.id]) {
            plain_chain.extend(attached(client, node).await);
        }
        plain_chain.retain(|id| snapshot.policy(id).is_some_and(|policy| policy.kind != "TAG_POLICY"));
        assert_eq!(chain, plain_chain, "{}", account.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_object_is_what_plain_calls_read() {
    let scene = Scene::new().expect("a scene");
    let ids = grown(&scene).await;
    let client = client(&scene).await;
    let snapshot = read(&scene).await;
    assert_eq!(snapshot.gaps, [], "nothing was read in another way than meant");
    let calls = scene.proxy.calls();
    compare_accounts(&client, &snapshot).await;
    for unit in &snapshot.units {
        assert_eq!(text(&ids["units"][unit.path.trim_start_matches("Root/")]), unit.id);
        assert_eq!(unit.tags.as_ref(), Some(&tags(&client, &unit.id).await));
        assert_eq!(set(unit.policies.as_ref()), attached(&client, &unit.id).await);
    }
    assert_eq!(snapshot.units.len(), 10);
    let root = &snapshot.roots[0];
    assert_eq!(root.tags, Some([("Top".to_owned(), "yes".to_owned())].into()));
    assert_eq!(set(root.policies.as_ref()), attached(&client, &root.id).await);
    for policy in snapshot.policies.as_ref().expect("policies") {
        let plain = client.describe_policy().policy_id(&policy.id).send().await.expect("a policy").policy;
        assert_eq!(plain.expect("a policy").content, policy.content);
        if !policy.aws_managed {
            assert_eq!(policy.tags.as_ref(), Some(&tags(&client, &policy.id).await));
        }
    }
    assert_eq!(snapshot.policies.as_ref().map(Vec::len), Some(8), "six, and two of AWS's own");
    let mut made: BTreeMap<&str, usize> = BTreeMap::new();
    for call in &calls {
        *made.entry(call.action.as_str()).or_default() += 1;
    }
    assert_eq!(made.get("tagging:GetResources"), Some(&1), "{made:?}");
    assert_eq!(made.get("organizations:ListAccounts"), Some(&3), "{made:?}");
    assert_eq!(made.get("organizations:ListTagsForResource"), Some(&3), "spot checks: {made:?}");
    assert!(!made.contains_key("organizations:ListAccountsForParent"), "{made:?}");
    as_planned(&snapshot, &made);
    assert!(made["organizations:DescribeEffectivePolicy"] <= 4 + 3, "a call a chain, and spot checks: {made:?}");
}

/// A plan may count a spot check that was not needed, and no call too few.
fn as_planned(snapshot: &Snapshot, made: &BTreeMap<&str, usize>) {
    let plan = CallPlan::of(snapshot.sizes(), &Wanted::ALL, Share::NEIGHBOUR, true);
    let mut spare = 0;
    for planned in &plan.calls {
        let calls = made.get(planned.action.replace("tag:", "tagging:").as_str()).map_or(0, |calls| *calls as u64);
        assert!(calls <= planned.calls, "{}: {calls} of {}", planned.action, planned.calls);
        spare += planned.calls - calls;
    }
    assert_eq!(made.len(), plan.calls.len() + 1, "nothing that was not planned, but whose credentials these are");
    assert!(spare <= 3, "{plan:?} {made:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn none_of_six_hundred_accounts_is_cut_off() {
    let scene = Scene::new().expect("a scene");
    let paths = ["A", "A/B", "A/B/C", "A/B/C/D", "A/B/C/D/E"];
    let units = paths.map(|path| json!({ "path": path }));
    let account = |number: usize| json!({ "name": format!("a{number:03}"), "unit": paths[number % 5], "tags": { "n": number.to_string() } });
    let accounts: Vec<_> = (0..600).map(account).collect();
    let ids =
        scene.control("organization", json!({ "units": units, "accounts": accounts })).await.expect("an organisation");
    let snapshot = read(&scene).await;
    assert_eq!(snapshot.gaps, []);
    let found = snapshot.accounts.expect("accounts");
    assert_eq!(found.len(), 601);
    for account in found.iter().filter(|account| !account.management) {
        let number: usize = account.name[1..].parse().expect("a number");
        assert_eq!(text(&ids["accounts"][&account.name]), account.id);
        assert_eq!(text(&ids["units"][paths[number % 5]]), account.parent);
        assert_eq!(account.path, format!("Root/{}", paths[number % 5]));
        assert_eq!(account.tags.as_ref().and_then(|tags| tags.get("n")), Some(&number.to_string()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn step_by_step_exactly_or_without_the_short_ways_it_is_the_same() {
    let scene = Scene::new().expect("a scene");
    let ids = grown(&scene).await;
    let at_once = read(&scene).await;
    let mut steps = builder(&scene).await;
    steps.organization().await.expect("the organisation");
    steps.root_tags().await.expect("tags");
    steps.policy_tags().await.expect("tags");
    steps.unit_tags().await.expect("tags");
    steps.account_tags().await.expect("tags");
    steps.effective_policies(How::Exact).await.expect("policies");
    steps.extras().await;
    let mut steps = Snapshot::of(steps.facts()).expect("an organisation");
    // The same policies; only how they are known differs.
    let of = |snapshot: &Snapshot| {
        let all = snapshot.accounts.iter().flatten().flat_map(|account| account.effective_policies.iter().flatten());
        all.map(|policy| policy.content.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of(&steps), of(&at_once));
    let shared = at_once.accounts.clone().expect("accounts");
    for (account, other) in steps.accounts.iter_mut().flatten().zip(shared) {
        assert!(account.effective_policies.iter().flatten().all(|policy| policy.how == How::Exact));
        account.effective_policies = other.effective_policies;
    }
    assert_eq!(still(steps), still(at_once.clone()));

    // A delegated administrator cannot use the tag API, and reads the same.
    let tools = text(&ids["accounts"]["account-07"]);
    let delegated = json!({ "AccountId": tools, "ServicePrincipal": "ssm.amazonaws.com" });
    meanwhile(&scene, "register_delegated_administrator", delegated).await;
    let with_delegate = still(read(&scene).await);
    let elsewhere = Scene::of(&tools).expect("a scene");
    let by_delegate = read(&elsewhere).await;
    let calls = elsewhere.proxy.calls();
    assert!(!calls.iter().any(|call| call.action == "tagging:GetResources"));
    assert_eq!(with_delegate.delegated_administrators.as_ref().map(Vec::len), Some(1));
    assert_eq!(still(by_delegate), with_delegate);

    // Any other member may not.
    let member = Scene::of(&text(&ids["accounts"]["account-08"])).expect("a scene");
    let refused = Box::pin(builder(&member).await.read(&Wanted::ALL)).await.expect_err("denied");
    assert_eq!(refused.code(), Some("AccessDeniedException"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_surrounds_the_organisation_is_read_too() {
    let scene = Scene::new().expect("a scene");
    grown(&scene).await;
    let client = client(&scene).await;
    let invited = aws_sdk_organizations::types::HandshakeParty::builder().id("x@example.com").r#type("EMAIL".into());
    let invite = client.invite_account_to_organization().target(invited.build().expect("a party"));
    invite.send().await.expect("an invitation");
    client.put_resource_policy().content(r#"{"Statement":[]}"#).send().await.expect("a policy");
    client.enable_aws_service_access().service_principal("ssm.amazonaws.com").send().await.expect("access");
    let snapshot = read(&scene).await;
    assert_eq!(snapshot.gaps, []);
    let handshakes = snapshot.handshakes.expect("read");
    assert_eq!((handshakes.len(), handshakes[0].state.as_str(), handshakes[0].parties.len()), (1, "OPEN", 2));
    assert_eq!(snapshot.account_creations.map(|made| made.len()), Some(45));
    assert_eq!(
        snapshot.trusted_services.map(|services| services[0].principal.clone()).as_deref(),
        Some("ssm.amazonaws.com")
    );
    assert_eq!(snapshot.resource_policy.map(|policy| policy.content).as_deref(), Some(r#"{"Statement":[]}"#));
    assert!(snapshot.parts_read.contains(&Part::ResourcePolicy));
}
