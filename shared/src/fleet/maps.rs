//! Reads what the maps of a run wrote of how each account ended.

use std::collections::BTreeSet;

use super::fault::FleetFault;
use super::place::Folder;
use crate::domains::fleet::{Item, Manifest, NotAResult, Phase, Results};
use crate::run::RunFault;
use crate::services::aws::Aws;
use crate::services::s3::RecordReader;

/// What the map wrote whose manifest is at `key`.
pub(super) async fn results(aws: &Aws, folder: &Folder<'_>, key: &str) -> Result<Results, FleetFault> {
    let mut results = Results::default();
    add(aws, folder, key, &mut results).await?;
    Ok(results)
}

/// What the maps of `phase` wrote; `None` if none has begun. A run that was redriven may have several.
pub(super) async fn of_phase(aws: &Aws, folder: &Folder<'_>, phase: Phase) -> Result<Option<Results>, FleetFault> {
    let prefix = folder.key(&format!("results/map-{phase}/"));
    let keys = RecordReader::new(aws, folder.bucket()).keys(&prefix).await;
    let keys = keys.map_err(RunFault::observing("listing what the maps of this run wrote"))?;
    // A map run leaves its manifest in one folder of its own, and nothing deeper.
    let is_manifest = |key: &&String| {
        let name = key.strip_prefix(&prefix).and_then(|rest| rest.split_once('/'));
        name.is_some_and(|(_, name)| name == "manifest.json")
    };
    let manifests: Vec<_> = keys.iter().filter(is_manifest).collect();
    if manifests.is_empty() {
        return Ok(None);
    }
    let mut results = Results::default();
    for key in manifests {
        add(aws, folder, key, &mut results).await?;
    }
    Ok(Some(results))
}

async fn add(aws: &Aws, folder: &Folder<'_>, key: &str, results: &mut Results) -> Result<(), FleetFault> {
    let odd = |key: &str, error: &NotAResult| FleetFault::Record {
        bucket: folder.bucket().to_owned(),
        key: key.to_owned(),
        said: crate::text::chain(error),
    };
    let manifest = Manifest::read(key, &text(aws, folder, key).await?).map_err(|error| odd(key, &error))?;
    // A manifest is AWS's; still, nothing is read by it but what maps of this run left.
    let own = folder.key("results/");
    let files: BTreeSet<_> = manifest.keys().filter(|file| file.starts_with(&own)).map(str::to_owned).collect();
    // There are few, and each may be long: one after the other, so that one alone is held.
    for file in files {
        let text = text(aws, folder, &file).await?;
        results.add(&file, &text).map_err(|error| odd(&file, &error))?;
    }
    Ok(())
}

async fn text(aws: &Aws, folder: &Folder<'_>, key: &str) -> Result<String, FleetFault> {
    let body = RecordReader::new(aws, folder.bucket()).get(key).await;
    let body = body.map_err(RunFault::observing("reading what the maps of this run wrote"))?;
    String::from_utf8(body).map_err(|_| FleetFault::Record {
        bucket: folder.bucket().to_owned(),
        key: key.to_owned(),
        said: "it is no text".to_owned(),
    })
}

/// The accounts of `items`.
pub(super) fn accounts(items: &[Item]) -> BTreeSet<String> {
    items.iter().map(|item| item.account.clone()).collect()
}
