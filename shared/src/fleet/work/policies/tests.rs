//! Which variables hold in which account.

use super::*;
use crate::jobs::cluster_cleanup::ClusterCleanup;

const OURS: &str = "NIGHTSHIFT_FLEET_";

fn read(variables: &[(&str, &str)]) -> Result<Policies, String> {
    let own = [("NIGHTSHIFT_MODE", "plan"), ("NIGHTSHIFT_FLEET_PART", "work"), ("NIGHTSHIFT_MAX_DELETIONS", "3")];
    let environment: Environment = own.iter().chain(variables).copied().collect();
    Policies::read::<ClusterCleanup>(&environment, OURS, Some("eu-west-1")).map_err(|faults| faults.to_string())
}

#[test]
fn a_named_policy_stands_over_the_workers_own_and_only_where_it_says_something() {
    let named = ("NIGHTSHIFT_FLEET_POLICY_LONG_LIVED", r#"{"NIGHTSHIFT_MAX_DELETIONS": "1"}"#);
    let policies = read(&[named, ("NIGHTSHIFT_PROTECTED", "prod-*")]).unwrap();
    let value = |policy, name| policies.of(policy).and_then(|it| it.get(name).map(str::to_owned));
    assert_eq!(value(None, "NIGHTSHIFT_MAX_DELETIONS").as_deref(), Some("3"));
    assert_eq!(value(Some("long-lived"), "NIGHTSHIFT_MAX_DELETIONS").as_deref(), Some("1"));
    assert_eq!(value(Some("long-lived"), "NIGHTSHIFT_PROTECTED").as_deref(), Some("prod-*"));
    assert!(policies.of(Some("long")).is_none());
    assert_eq!(value(None, "NIGHTSHIFT_FLEET_PART"), None, "the job knows none of these");
}

#[test]
fn every_policy_is_checked_before_any_account_comes() {
    for (variables, why) in [
        (vec![("NIGHTSHIFT_FLEET_POLICY_A", "{")], "NIGHTSHIFT_FLEET_POLICY_A: is no JSON object"),
        (vec![("NIGHTSHIFT_FLEET_POLICY_A", r#"{"NIGHTSHIFT_MAX_DELETIONS": 1}"#)], "is no JSON object"),
        (
            vec![("NIGHTSHIFT_FLEET_POLICY_A", r#"{"NIGHTSHIFT_PROTECED": "x"}"#)],
            "sets NIGHTSHIFT_PROTECED, which the job does not know; did you mean NIGHTSHIFT_PROTECTED?",
        ),
        (
            vec![("NIGHTSHIFT_FLEET_POLICY_A", r#"{"NIGHTSHIFT_MODE": "apply"}"#)],
            "sets NIGHTSHIFT_MODE, which is no policy's",
        ),
        (vec![("NIGHTSHIFT_FLEET_POLICY_A", r#"{"NIGHTSHIFT_REGIONS": "eu-west-1"}"#)], "holds for the whole run"),
        (
            vec![("NIGHTSHIFT_FLEET_POLICY_A", r#"{"NIGHTSHIFT_NOW": "2030-01-01T00:00:00Z"}"#)],
            "sets NIGHTSHIFT_NOW, which is no policy's",
        ),
        (vec![("NIGHTSHIFT_FLEET_POLICY_A", r#"{"NIGHTSHIFT_DIGEST_LIFTS_CAPS": "true"}"#)], "holds for the whole run"),
        (
            vec![("NIGHTSHIFT_FLEET_POLICY_A", r#"{"NIGHTSHIFT_MAX_DELETIONS": "many"}"#)],
            "NIGHTSHIFT_FLEET_POLICY_A: with it, NIGHTSHIFT_MAX_DELETIONS 'many' is not a whole number",
        ),
        (vec![("NIGHTSHIFT_PROTECED", "x")], "NIGHTSHIFT_PROTECED: this function has no such variable"),
        (vec![("NIGHTSHIFT_MODE", "")], "NIGHTSHIFT_MODE: is not set"),
        (vec![("NIGHTSHIFT_REPORT_BUCKET", "b")], "NIGHTSHIFT_REPORT_BUCKET: is set"),
    ] {
        let refused = read(&variables).unwrap_err();
        assert!(refused.contains(why), "{variables:?}: {refused}");
    }
}

#[test]
fn only_apply_written_out_lets_a_worker_apply() {
    for (mode, setting) in [("plan", ModeSetting::PlanCeiling), ("apply", ModeSetting::Apply)] {
        assert_eq!(read(&[("NIGHTSHIFT_MODE", mode)]).unwrap().mode, setting);
    }
}
