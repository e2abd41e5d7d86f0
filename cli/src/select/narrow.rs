//! An event, narrowed by selectors to what they choose in the account as it is now. It stays an event as the job takes it.

use std::collections::BTreeSet;

use anyhow::{Context as _, bail, ensure};
use nightshift::jobs::cluster_cleanup::ClusterCleanup;
use nightshift::jobs::key_rotation::KeyRotation;
use nightshift::jobs::key_rotation::model::User;
use nightshift::run::Job;
use nightshift::run::driver::Driver;
use nightshift::services::iam::IamReader;
use nightshift::services::rds::RdsReader;
use serde_json::{Map, Value, json};

use super::Selection;
use crate::args::SelectArgs;
use crate::desk::Desk;
use crate::event::Event;
use crate::output;
use crate::told::Told;

/// What selectors do to the runs of a job.
pub(crate) trait Narrow: Job {
    /// Narrows `event` to what `selection` takes. Of a job that can be narrowed to nothing, its event says what it is about.
    async fn narrow(
        _driver: &Driver<Self>,
        _selection: &Selection,
        _account: &str,
        _event: &mut Map<String, Value>,
    ) -> anyhow::Result<()> {
        bail!("an event of {} says itself what it is about, and no selector narrows it; nothing was done", Self::NAME)
    }

    /// Whether its runs can be narrowed to Regions: then the one that was typed narrows them.
    const HAS_REGIONS: bool = false;
}

/// `event`, narrowed by what was typed.
pub(crate) async fn selected<J: Narrow>(
    event: Event,
    args: &SelectArgs,
    driver: &Driver<J>,
    desk: &Desk,
) -> anyhow::Result<Event> {
    let region = desk.globals.region.as_deref().filter(|_| J::HAS_REGIONS);
    if !Selection::is_given(args) && region.is_none() {
        return Ok(event);
    }
    let mut value = event.value()?;
    if !value.is_object() {
        // It is none, and the job says so.
        return Ok(event);
    }
    let is_plain =
        |fields: &Map<String, Value>| !["detail-type", "source", "Records"].iter().any(|key| fields.contains_key(*key));
    let Some(fields) = value.as_object_mut().filter(|fields| is_plain(fields)) else {
        return Err(Told::error(
            "the event is of a shape that AWS sends, and no selector or --region narrows it; nothing was done",
            "write a plain event, such as {\"clusters\": […]}, or leave them out; AWS_REGION says where you are, and narrows nothing",
        ));
    };
    if let Some(region) = region {
        narrow(fields, "regions", [region.to_owned()].into())?;
    }
    if Selection::is_given(args) {
        let caller = driver.aws().identity().await?;
        let selection = Selection::of(args, &caller)?;
        J::narrow(driver, &selection, &caller.account, fields).await?;
    }
    Ok(Event::of(&value))
}

/// Under `key`, only those of `names` that are meant by it already.
fn narrow(event: &mut Map<String, Value>, key: &str, names: BTreeSet<String>) -> anyhow::Result<()> {
    let names: Vec<_> = match event.get(key) {
        None => names.into_iter().collect(),
        Some(already) => {
            let already =
                already.as_array().with_context(|| format!("'{key}' of the event is no list; nothing was done"))?;
            names.into_iter().filter(|name| already.contains(&json!(name))).collect()
        }
    };
    if names.is_empty() {
        output::complain(&format!("the selectors leave no {key}, so nothing is in scope"));
    }
    event.insert(key.to_owned(), json!(names));
    Ok(())
}

impl Narrow for ClusterCleanup {
    const HAS_REGIONS: bool = true;

    async fn narrow(
        driver: &Driver<Self>,
        selection: &Selection,
        account: &str,
        event: &mut Map<String, Value>,
    ) -> anyhow::Result<()> {
        let policy = driver.policy();
        let regions: Vec<&String> = match event.get("regions").and_then(Value::as_array) {
            Some(named) => policy.regions.iter().filter(|region| named.contains(&json!(region))).collect(),
            None => policy.regions.iter().collect(),
        };
        let (mut ids, mut owners) = (BTreeSet::new(), BTreeSet::new());
        let mut choose = |id: String, owner: Option<String>| {
            if selection.takes(&id, owner.as_deref()) {
                ids.insert(id);
                owners.extend(owner);
            }
        };
        for region in regions {
            let reader = RdsReader::new(driver.aws(), region);
            for cluster in reader.clusters(account).await? {
                choose(cluster.id, policy.owner(&cluster.tags));
            }
            // What is left of a cluster that is gone goes by its name and its owner, too.
            for snapshot in reader.snapshots().await? {
                choose(snapshot.cluster_id, policy.owner(&snapshot.tags));
            }
        }
        // Both: of two clusters of one name in two Regions one may be somebody else's.
        if selection.is_about_owners() {
            narrow(event, "owners", owners)?;
        }
        if selection.is_about_names() {
            narrow(event, "clusters", ids)?;
        }
        Ok(())
    }
}

impl Narrow for KeyRotation {
    async fn narrow(
        driver: &Driver<Self>,
        selection: &Selection,
        _: &str,
        event: &mut Map<String, Value>,
    ) -> anyhow::Result<()> {
        let other = event.keys().find(|key| !["users", "phases", "mode", "expect_plan"].contains(&key.as_str()));
        ensure!(
            other.is_none(),
            "the event is about certain keys or users already, and no selector narrows it; nothing was done"
        );
        let users = IamReader::new(driver.aws()).users().await?.into_iter().map(User::from);
        let names = users.filter(|user| selection.takes(&user.name, driver.policy().owner(user).as_deref()));
        narrow(event, "users", names.map(|user| user.name).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_only_ever_narrowed() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        for (event, chosen, expected) in [
            (json!({}), &["a", "b"][..], json!(["a", "b"])),
            (json!({"users": ["b", "c"]}), &["a", "b"], json!(["b"])),
            (json!({"users": ["c"]}), &["a", "b"], json!([])),
            (json!({"users": []}), &["a"], json!([])),
            (json!({}), &[], json!([])),
        ] {
            let Value::Object(mut event) = event else { panic!("an object") };
            narrow(&mut event, "users", names(chosen)).unwrap();
            assert_eq!(event["users"], expected);
        }
        let Value::Object(mut lost) = json!({"users": null}) else { panic!("an object") };
        assert!(narrow(&mut lost, "users", names(&["a"])).is_err(), "a value that got lost did not mean everybody");
    }
}
