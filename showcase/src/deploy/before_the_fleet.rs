//! An environment that was applied before there was a fleet, as its state was then: what is there is laid out by the addresses of
//! that time, and the plan of today has to keep each of them. The list was read from an environment that the last version before
//! the fleet had applied.

use std::collections::BTreeSet;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::terraform::Deployment;

/// An address of then; and that of today, where it is not the same below the fleet.
const ADDRESSES: &str = include_str!("before_the_fleet.txt");
const STATE: &str = "before-the-fleet.tfstate";

/// Plans over such a state, and looks at each of its resources. Answers with how many there are.
pub(super) async fn check(deployment: &Deployment) -> anyhow::Result<usize> {
    let now: Value = serde_json::from_str(&deployment.state()?).context("the state is no JSON")?;
    let pairs = pairs(ADDRESSES);
    deployment.add(STATE, &laid_out(&now, &pairs)?.to_string())?;
    let plan = deployment.planned_over(STATE).await?;
    let mut kept = BTreeSet::new();
    for change in plan["resource_changes"].as_array().context("the plan has no changes")? {
        let is_lost = change["change"]["actions"].as_array().is_some_and(|actions| actions.contains(&json!("delete")));
        ensure!(!is_lost, "{} would be destroyed, which an earlier version made", change["address"]);
        if let (Some(old), Some(new)) = (change["previous_address"].as_str(), change["address"].as_str()) {
            kept.insert((old.to_owned(), new.to_owned()));
        }
    }
    let lost: Vec<_> = pairs.iter().filter(|pair| !kept.contains(*pair)).collect();
    ensure!(lost.is_empty(), "moved.tf does not say where these are now: {lost:?}");
    Ok(pairs.len())
}

fn pairs(list: &str) -> Vec<(String, String)> {
    let of_line = |line: &str| match line.split_once(' ') {
        Some((old, new)) => (old.to_owned(), new.to_owned()),
        None => (line.to_owned(), format!("module.fleet.{line}")),
    };
    list.lines().map(of_line).collect()
}

/// The state `now` with the resources of `pairs` alone, each by its old address.
fn laid_out(now: &Value, pairs: &[(String, String)]) -> anyhow::Result<Value> {
    let mut resources: Vec<Value> = Vec::new();
    for (old, new) in pairs {
        let (from, to) = (Address::of(new)?, Address::of(old)?);
        let (resource, mut instance) = find(now, &from).with_context(|| format!("there is no {new} in the state"))?;
        match &to.key {
            Some(key) => instance["index_key"] = key.clone(),
            None => drop(instance.as_object_mut().and_then(|fields| fields.remove("index_key"))),
        }
        // What it stands upon is named by today's addresses.
        instance["dependencies"] = json!([]);
        let place = resources.iter_mut().find(|found| to.is_of(found));
        match place.and_then(|found| found["instances"].as_array_mut()) {
            Some(instances) => instances.push(instance),
            None => resources.push(json!({
                "module": to.module, "mode": "managed", "type": to.kind, "name": to.name,
                "provider": resource["provider"], "instances": [instance],
            })),
        }
    }
    Ok(json!({
        "version": 4, "terraform_version": now["terraform_version"], "serial": 1, "lineage": "before-the-fleet", "outputs": {},
        "resources": resources,
    }))
}

fn find(state: &Value, address: &Address) -> Option<(Value, Value)> {
    let resources = state["resources"].as_array()?;
    let resource = resources.iter().find(|found| address.is_of(found))?;
    let key = address.key.clone().unwrap_or(Value::Null);
    let instance = resource["instances"].as_array()?.iter().find(|instance| instance["index_key"] == key)?;
    Some((resource.clone(), instance.clone()))
}

/// `module.a["x.y"].module.b.aws_kind.name[0]`.
#[derive(Debug, PartialEq)]
struct Address {
    module: String,
    kind: String,
    name: String,
    key: Option<Value>,
}

impl Address {
    fn of(text: &str) -> anyhow::Result<Self> {
        let parts = parts(text);
        let [module @ .., kind, last] = &*parts else { anyhow::bail!("{text} is no address of a resource") };
        let (name, key) = match last.strip_suffix(']').and_then(|rest| rest.split_once('[')) {
            Some((name, key)) => (name, Some(serde_json::from_str(key).with_context(|| format!("the key of {text}"))?)),
            None => (*last, None),
        };
        Ok(Self { module: module.join("."), kind: (*kind).to_owned(), name: name.to_owned(), key })
    }

    fn is_of(&self, resource: &Value) -> bool {
        resource["mode"] == "managed"
            && resource["module"] == *self.module
            && resource["type"] == *self.kind
            && resource["name"] == *self.name
    }
}

/// At the points outside of brackets: a key may be a mail address.
fn parts(text: &str) -> Vec<&str> {
    let mut depth = 0;
    text.split(|sign| {
        match sign {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        sign == '.' && depth == 0
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_with_points_in_its_keys() {
        let address =
            Address::of("module.operations.module.topic[\"a.b\"].aws_sns_topic_subscription.mail[\"ops@example.com\"]");
        let expected = Address {
            module: "module.operations.module.topic[\"a.b\"]".to_owned(),
            kind: "aws_sns_topic_subscription".to_owned(),
            name: "mail".to_owned(),
            key: Some(json!("ops@example.com")),
        };
        assert_eq!(address.unwrap(), expected);
        assert_eq!(Address::of("module.a.aws_x.this[0]").unwrap().key, Some(json!(0)));
        assert!(Address::of("this").is_err());
    }

    #[test]
    fn every_environment_says_the_same_of_what_was_moved() {
        let moved = |name: &str| {
            let file = nightshift_testkit::repository::root().join(format!("terraform/environment/{name}/moved.tf"));
            std::fs::read_to_string(file).unwrap()
        };
        assert_eq!(moved("dev"), moved("staging"));
        assert_eq!(moved("dev"), moved("prod"));
    }

    #[test]
    fn a_state_is_laid_out_by_the_addresses_of_then() {
        let now = json!({ "terraform_version": "1.11.4", "resources": [
            { "module": "module.fleet.module.a", "mode": "managed", "type": "aws_x", "name": "this", "provider": "p",
              "instances": [{ "index_key": 0, "attributes": { "id": "1" }, "dependencies": ["module.fleet.x"] }] },
            { "module": "module.fleet.module.b", "mode": "managed", "type": "aws_y", "name": "new", "provider": "p", "instances": [{}] },
        ] });
        let list = "module.a.aws_x.this module.fleet.module.a.aws_x.this[0]";
        let then = laid_out(&now, &pairs(list)).unwrap();
        assert_eq!(
            then["resources"],
            json!([{ "module": "module.a", "mode": "managed", "type": "aws_x", "name": "this", "provider": "p",
                     "instances": [{ "attributes": { "id": "1" }, "dependencies": [] }] }])
        );
        assert!(laid_out(&now, &pairs("module.c.aws_x.this")).is_err());
    }
}
