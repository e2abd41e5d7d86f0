//! What a night costs, from the rendered machine and the prices of the page: 1,000 accounts in 17 Regions.

use std::collections::BTreeMap;

use nightshift_showcase::bench::prices::{GB, PER_GB_SECOND, PER_PUT, PER_REQUEST, PER_TRANSITION};
use nightshift_testkit::machine::{Rendering, rendered};
use nightshift_testkit::repository;
use serde_json::{Value, json};

const ACCOUNTS: u32 = 1_000;
/// One call of all Regions of an account: they are asked side by side.
const SECONDS_TO_READ: f64 = 10.0;
const SECONDS_TO_CHANGE: f64 = 30.0;

/// The states that an execution enters, if each choice takes the way `through` says.
fn entered<'a>(machine: &'a Value, through: &BTreeMap<&str, &'a str>) -> Vec<&'a str> {
    let mut at = machine["StartAt"].as_str();
    let mut states = Vec::new();
    while let Some(name) = at {
        states.push(name);
        let state = &machine["States"][name];
        at = through.get(name).copied().or_else(|| state["Next"].as_str()).filter(|_| state["End"] != true);
    }
    states
}

/// Transitions of an execution and of all its children: its start and each state, and the same of each child.
fn transitions(machine: &Value, way: &[&str]) -> anyhow::Result<u32> {
    let maps = way.iter().map(|name| &machine["States"][*name]).filter(|state| state["Type"] == "Map");
    let of_a_child: usize = maps.map(|map| 1 + entered(&map["ItemProcessor"], &BTreeMap::new()).len()).sum();
    Ok(1 + u32::try_from(way.len())? + u32::try_from(of_a_child)? * ACCOUNTS)
}

#[tokio::test]
async fn a_quiet_night_costs_at_most_ten_cents_and_the_page_says_what() -> anyhow::Result<()> {
    let asked = Rendering {
        bucket: "runs",
        canary_failures: 0,
        concurrency: 40,
        job: "cluster-cleanup",
        prefix: "arn:aws:lambda:eu-west-1:111122223333:function:run-",
        tolerated: json!({ "percent": 10 }),
    };
    let definitions = rendered(&asked).await?;
    let machine: Value = serde_json::from_str(definitions["apply"].as_str().unwrap_or_default())?;
    let quiet = entered(&machine, &[("Go", "Report")].into());
    assert_eq!(quiet, ["List", "PlanMap", "Judge", "Go", "Report"]);
    // All of them in the second map, none in the first: a child is a child.
    let busy = entered(&machine, &[("Go", "RestMap")].into());
    assert_eq!(busy, ["List", "PlanMap", "Judge", "Go", "RestMap", "Report"]);

    let page = std::fs::read_to_string(repository::root().join("docs/organization-run.md"))?;
    for (night, way, seconds, calls) in
        [("quiet", &quiet, SECONDS_TO_READ, 1.0), ("all busy", &busy, SECONDS_TO_READ + SECONDS_TO_CHANGE, 2.0)]
    {
        let transitions = transitions(&machine, way)?;
        let accounts = f64::from(ACCOUNTS);
        let steps = f64::from(transitions) * PER_TRANSITION;
        let lambda = accounts * (seconds * GB * PER_GB_SECOND + calls * PER_REQUEST);
        // A report for each call, and before a change what it takes of the budget.
        let puts = accounts * (2.0 * calls - 1.0) * PER_PUT;
        let together = steps + lambda + puts;
        assert!(night != "quiet" || together <= 0.10, "a quiet night costs USD {together}");
        let row = format!("| {} | {steps:.4} | {lambda:.4} | {puts:.4} |", thousands(transitions));
        let line = page.lines().find(|line| line.starts_with(&format!("| {night}")));
        let said = line.is_some_and(|line| line.contains(&row) && line.contains(&format!("USD {together:.3}")));
        assert!(said, "docs/organization-run.md should have: {row} USD {together:.3}\nand has: {line:?}");
    }
    Ok(())
}

fn thousands(number: u32) -> String {
    format!("{},{:03}", number / 1_000, number % 1_000)
}
