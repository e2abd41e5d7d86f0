//! What people read: once, and whole.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::case::{Case, Seen};
use super::deletion::{JITTER, about, says};
use super::terms::expiry;
use crate::laws::variables::OPERATORS;
use crate::rds::Effect;

type Found = Vec<(Timestamp, String)>;

/// **once**: nobody reads twice that the same cluster goes at the same time while the first message is good, nor twice that it
/// went; but where somebody touched it or changed what holds for all, where two runs went at once, or where anything went
/// wrong between, or the first run was refused something, so that it could not note what it said.
pub(super) fn once(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    let mut read: BTreeMap<(String, String, String), Timestamp> = BTreeMap::new();
    for (number, run) in case.runs.iter().enumerate() {
        let mut matters = Vec::new();
        for mail in run.mails().filter(|mail| !mail.subject.contains("cluster-cleanup:")) {
            let to = mail.to.join(",");
            for face in case.runs[..=number].iter().flat_map(Seen::listed) {
                if let Some(day) = expiry(face).filter(|day| says(mail, &face.id, *day)) {
                    matters.push((to.clone(), face.id.clone(), day.to_string()));
                }
            }
            for (_, _, effect) in case.runs[..=number].iter().flat_map(Seen::did) {
                if let Effect::ClusterGoing { face, snapshot: Some(snapshot) } = effect
                    && mail.text.contains(&format!("restore {snapshot}"))
                {
                    matters.push((to.clone(), face.id.clone(), snapshot.clone()));
                }
            }
        }
        matters.sort();
        matters.dedup();
        for matter in matters {
            let before = read.insert(matter.clone(), run.at);
            let Some(before) = before else { continue };
            let (to, id, what) = matter;
            let overlap = run.at.duration_since(before) < SignedDuration::from_hours(1);
            let late = run.at.duration_since(before) + JITTER >= run.terms.valid();
            let granted =
                case.touched(&id, before, run.at) || case.went_wrong(before, run.at) || case.was_refused(before);
            if !overlap && !late && !granted {
                found.push((run.at, format!("{to} read again of {id} ({what}), having read it at {before}")));
            }
        }
    }
    found
}

/// **whole**: a message to an owner that says that a cluster goes says what becomes of its data, from when on it goes, and how
/// to keep it.
pub(super) fn whole(case: &Case<'_>) -> Found {
    let mut found = Found::new();
    for run in &case.runs {
        for mail in run.mails().filter(|mail| mail.subject.contains("will be deleted")) {
            let ids: std::collections::BTreeSet<_> = run.listed().map(|face| face.id.as_str()).collect();
            for id in ids {
                let parts: Vec<_> = about(mail, id).filter(|part| part.contains("Expire")).collect();
                for part in parts {
                    let missing = ["Its data", "Earliest deletion"].into_iter().find(|fact| !part.contains(fact));
                    if let Some(missing) = missing {
                        found
                            .push((run.at, format!("{} reads of {id} without '{missing}': {part}", mail.to.join(","))));
                    }
                }
            }
        }
        let lost = |to: &String| to == OPERATORS;
        let cut = run.mails().find(|mail| mail.text.contains("\u{2026} ") && !mail.to.iter().all(lost));
        found.extend(cut.map(|mail| (run.at, format!("a message to {} is cut", mail.to.join(",")))));
    }
    found
}
