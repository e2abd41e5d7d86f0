//! Each law breaks when something is wrong: a true journal, in which one thing is made false. What a wrong line of the code does to
//! the laws is `cargo xtask simulate --teeth`'s to show.

use jiff::Timestamp;
use nightshift::jobs::cluster_cleanup::ClusterCleanup;
use nightshift::report::Outcome;
use nightshift_simulation::history::History;
use nightshift_simulation::journal::{End, Entry, Journal, What};
use nightshift_simulation::laws::clusters::judge;
use nightshift_simulation::play::play;
use nightshift_simulation::rds::{Effect, Shown, SnapshotFace};

use super::nights::history;

fn true_journal() -> (History, Journal) {
    let history = history();
    let journal = play::<ClusterCleanup>(&history).expect("a model that knows what is asked");
    assert_eq!(judge(&history, &journal), []);
    (history, journal)
}

/// The laws that break when `lie` is told.
fn broken(lie: impl FnOnce(&mut History, &mut Journal)) -> Vec<&'static str> {
    let (mut history, mut journal) = true_journal();
    lie(&mut history, &mut journal);
    let mut laws: Vec<_> = judge(&history, &journal).into_iter().map(|broken| broken.law).collect();
    laws.sort_unstable();
    laws.dedup();
    laws
}

fn deletion(journal: &Journal) -> usize {
    let is = |entry: &Entry| matches!(entry.what, What::Did { effect: Effect::ClusterGoing { .. }, .. });
    journal.entries.iter().position(is).expect("a deletion")
}

fn run_of(journal: &Journal, place: usize) -> Timestamp {
    match &journal.entries[place].what {
        What::Did { run, .. } => *run,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_deletion_of_what_is_not_due_breaks_due() {
    let laws = broken(|_, journal| {
        for entry in &mut journal.entries {
            if let What::Shown { shown: Shown::Cluster(Some(face)), .. } = &mut entry.what {
                face.tags.insert("auto-delete-after".to_owned(), "2026-03-01T00:00:00Z".to_owned());
            }
        }
    });
    assert!(laws.contains(&"due"), "{laws:?}");
}

#[test]
fn a_notice_that_nobody_got_or_that_was_broken_breaks_told() {
    let unsent = |_: &mut History, journal: &mut Journal| {
        journal.entries.retain(|entry| !matches!(&entry.what, What::Mail(mail) if mail.subject.contains("will be")));
    };
    assert_eq!(broken(unsent), ["told"]);
    let another = |_: &mut History, journal: &mut Journal| {
        for entry in &mut journal.entries {
            if let What::Mail(mail) = &mut entry.what {
                mail.text = mail.text.replace("Sat 3 Jan 2026, 12:00", "Sun 4 Jan 2026, 12:00");
            }
        }
    };
    assert_eq!(broken(another), ["told"]);
    let moved = |_: &mut History, journal: &mut Journal| {
        let list = journal.entries.iter_mut().filter_map(|entry| match &mut entry.what {
            What::Shown { shown: Shown::Clusters(faces), .. } => Some(faces),
            _ => None,
        });
        for face in list.skip(1).take(1).flatten() {
            face.tags.insert("owner".to_owned(), "ben".to_owned());
        }
    };
    assert_eq!(broken(moved), ["told"]);
}

#[test]
fn data_that_is_nowhere_breaks_kept_and_purged() {
    let laws = broken(|_, journal| {
        for entry in &mut journal.entries {
            if let What::Did { effect: Effect::ClusterGoing { snapshot, .. }, .. } = &mut entry.what {
                *snapshot = None;
            }
        }
    });
    assert_eq!(laws, ["kept"]);
    let laws = broken(|_, journal| {
        let place = deletion(journal);
        let (run, at) = (run_of(journal, place), journal.entries[place].at);
        let face = SnapshotFace {
            id: "nightshift-orders-20260103t120000z-abcdefgh".to_owned(),
            cluster_id: "orders".to_owned(),
            resource_id: "cluster-A".to_owned(),
            status: "available".to_owned(),
            created: at,
            tags: [("env", "dev"), ("nightshift:purge-after", "2026-01-01T00:00:00Z")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
        };
        journal.entries.insert(place, Entry { at, what: What::Did { run, effect: Effect::SnapshotGoing { face } } });
    });
    assert_eq!(laws, ["purged"], "it was promised for thirty days");
}

#[test]
fn a_strangers_tag_breaks_strangers_and_what_no_line_announces_breaks_on_record() {
    let laws = broken(|_, journal| {
        let place = deletion(journal);
        let (run, at) = (run_of(journal, place), journal.entries[place].at);
        let arn = "arn:aws:rds:eu-west-1:111122223333:cluster:payroll".to_owned();
        let effect = Effect::Tagged { arn, before: [].into(), set: [("x".to_owned(), String::new())].into() };
        journal.entries.insert(place, Entry { at, what: What::Did { run, effect } });
    });
    assert_eq!(laws, ["on record", "strangers"]);
}

#[test]
fn more_than_a_run_may_breaks_caps_and_anything_in_plan_mode_breaks_plan_mode() {
    let with = |name: &'static str, value: &'static str| {
        move |_: &mut History, journal: &mut Journal| {
            for entry in &mut journal.entries {
                if let What::Began { policy, .. } = &mut entry.what {
                    policy.retain(|(key, _)| key != name);
                    policy.push((name.to_owned(), value.to_owned()));
                }
            }
        }
    };
    assert_eq!(broken(with("NIGHTSHIFT_MAX_DELETIONS", "0")), ["caps"]);
    assert!(broken(with("NIGHTSHIFT_MODE", "plan")).contains(&"plan mode"));
}

#[test]
fn a_report_that_says_more_or_less_breaks_true_report() {
    let changed = |lie: fn(&mut nightshift::report::Report)| {
        move |_: &mut History, journal: &mut Journal| {
            for entry in &mut journal.entries {
                if let What::Ended { end: End::Report(report), .. } = &mut entry.what {
                    lie(report);
                }
            }
        }
    };
    assert_eq!(broken(changed(|report| report.items.iter_mut().for_each(|item| item.steps.clear()))), ["true report"]);
    assert_eq!(broken(changed(|report| report.counts.changed += 1)), ["true report"]);
    let elsewhere = changed(|report| {
        for item in report.items.iter_mut().filter(|item| item.outcome != Outcome::Changed) {
            item.steps.push("deletion requested; no snapshot".to_owned());
        }
    });
    assert_eq!(broken(elsewhere), ["true report"]);
}

#[test]
fn a_message_twice_breaks_once_and_one_without_its_facts_breaks_whole() {
    let laws = broken(|_, journal| {
        let first = journal.entries.iter().position(|entry| matches!(entry.what, What::Mail(_))).unwrap();
        let mut again = journal.entries[first].clone();
        let place = deletion(journal);
        let (run, at) = (run_of(journal, place), journal.entries[place].at);
        if let What::Mail(mail) = &mut again.what {
            mail.run = run;
        }
        journal.entries.insert(place, Entry { at, ..again });
    });
    assert_eq!(laws, ["once"]);
    let laws = broken(|_, journal| {
        for entry in &mut journal.entries {
            if let What::Mail(mail) = &mut entry.what {
                mail.text = mail.text.replace("Its data", "It");
            }
        }
    });
    assert_eq!(laws, ["whole"]);
}

#[test]
fn a_call_too_many_breaks_fewest_calls() {
    let laws = broken(|history, journal| {
        // The last night: nothing is there any more.
        let last = history.runs.last().unwrap().at;
        let of_last = |entry: &&Entry| matches!(&entry.what, What::Call(call) if call.run == last);
        let call = journal.entries.iter().find(of_last).unwrap().clone();
        let place = journal.entries.len() - 1;
        journal.entries.insert(place, call);
    });
    assert_eq!(laws, ["fewest calls"]);
}

#[test]
fn what_is_due_and_stays_breaks_done_or_told_and_what_still_moves_breaks_at_rest() {
    let laws = broken(|history, journal| {
        let deleted = deletion(journal);
        let face = match &journal.entries[deleted].what {
            What::Did { effect: Effect::ClusterGoing { face, .. }, .. } => face.clone(),
            other => panic!("{other:?}"),
        };
        history.healed = history.runs.last().unwrap().at.checked_sub(jiff::SignedDuration::from_hours(24 * 6)).unwrap();
        let mut face = face;
        face.created = history.healed.checked_sub(jiff::SignedDuration::from_hours(48)).unwrap();
        face.tags.insert("auto-delete-after".to_owned(), history.healed.to_string());
        face.id = "forgotten".to_owned();
        face.resource_id = "cluster-FORGOTTEN".to_owned();
        for entry in &mut journal.entries {
            if let What::Shown { shown: Shown::Clusters(faces), .. } = &mut entry.what {
                faces.push(face.clone());
            }
        }
    });
    assert!(laws.contains(&"done or told"), "{laws:?}");
    let laws = broken(|history, journal| {
        let place = deletion(journal);
        let at = journal.entries[place].at;
        history.healed = at.checked_sub(jiff::SignedDuration::from_hours(24 * 6)).unwrap();
        if let What::Did { effect: Effect::ClusterGoing { face, .. }, .. } = &mut journal.entries[place].what {
            face.created = history.healed.checked_sub(jiff::SignedDuration::from_hours(48)).unwrap();
            face.tags.insert("auto-delete-after".to_owned(), history.healed.to_string());
        }
    });
    assert!(laws.contains(&"at rest"), "{laws:?}");
}
