//! What is said of what was done: before it is done, and after.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightshift::report::{Item, Outcome};

use super::case::{Case, Seen};
use super::terms::short;
use crate::iam::Deed;
use crate::journal::What;

type Found = Vec<(Timestamp, String)>;

/// **on record**: nothing is changed that the run did not write down before, by the name of the user.
pub(super) fn on_record(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in &case.runs {
        let mut names: BTreeMap<&str, &str> = BTreeMap::new();
        for user in run.stood().flatten().map(|standing| &standing.user) {
            names.entry(&user.id).or_insert(&user.name);
        }
        let mut begun = Vec::new();
        for (_, entry) in &run.own {
            let id = match &entry.what {
                What::Begun { id, .. } => {
                    begun.push(id.as_str());
                    continue;
                }
                What::Iam { effect, .. } => Some(effect.user.as_str()),
                What::Secret { secret: Some(secret), .. } => secret.user.as_deref(),
                _ => continue,
            };
            let Some(id) = id else { continue };
            let is_said = names.get(id).is_some_and(|name| begun.contains(name));
            if !is_said && !case.touched(id, run.at, entry.at) {
                found.push((entry.at, format!("{id} was changed, and no line of the record said so before")));
            }
        }
    }
    found
}

/// **true report**: a report says of each key that is made, switched off and deleted that it is, and of no other; what has no
/// certain end is said to have failed, or is left to a later run. It counts what it lists. Granted: what another run or a person
/// did meanwhile.
pub(super) fn true_report(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in &case.runs {
        let Some(report) = run.report() else { continue };
        let mut done = Vec::new();
        for did in run.did() {
            let (word, key) = match did.deed {
                Deed::Minted { key } => ("minted", key),
                Deed::Switched { key, .. } => ("switched", key),
                Deed::Deleted { key } => ("deleted", key),
                Deed::Tagged { .. } | Deed::Untagged { .. } => continue,
            };
            let name = did.before.user.name.as_str();
            done.push((name, word, short(key)));
            let of = report.items.iter().filter(|item| item.id.eq_ignore_ascii_case(name));
            let says = |item: &Item| item.steps.iter().any(|step| is_said(step, word, &short(key)));
            let doubted = |item: &Item| item.reason.is_some() && run.went_wrong();
            if !of.clone().any(|item| says(item) || doubted(item)) {
                found.push((run.over(), format!("key {key} of {name} was {word}, and the report does not say so")));
            }
        }
        for item in &report.items {
            for step in &item.steps {
                let said = ["minted", "switched", "deleted"].into_iter().find(|word| step.starts_with(word));
                let Some(word) = said.filter(|_| step.contains('\u{2026}')) else { continue };
                let is_done = done.iter().any(|(name, did, key)| {
                    name.eq_ignore_ascii_case(&item.id) && *did == word && is_said(step, word, key)
                });
                if !is_done && !by_another(case, run, &item.id) {
                    found.push((run.over(), format!("the report says of {} '{step}', and it is not so", item.id)));
                }
            }
        }
        let count = |wanted| report.items.iter().filter(|item| item.outcome == wanted).count();
        let (changed, failed) = (count(Outcome::Changed), count(Outcome::Failed));
        if (report.counts.changed, report.counts.failed) != (changed, failed) {
            found.push((
                run.over(),
                format!("the report lists {changed} changed and {failed} failed, and counts others"),
            ));
        }
    }
    found
}

fn is_said(step: &str, word: &str, key: &str) -> bool {
    step.starts_with(word) && step.contains(key)
}

/// Whether a person or another run did something to the user `name` while `run` went on.
fn by_another<'a>(case: &Case<'a>, run: &Seen<'a>, name: &str) -> bool {
    let of = run.stood().flatten().find(|standing| standing.user.name == name);
    let id = of.map_or("", |standing| &standing.user.id);
    case.touched(id, run.at, run.over()) || case.beside(run).flat_map(Seen::did).any(|did| did.before.user.id == id)
}
