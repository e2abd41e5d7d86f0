//! Each law of key-rotation breaks when something is wrong: a true journal, in which one thing is made false.

use nightshift::jobs::key_rotation::KeyRotation;
use nightshift_simulation::history::{History, Run};
use nightshift_simulation::iam::Deed;
use nightshift_simulation::journal::{End, Entry, Journal, What};
use nightshift_simulation::laws::keys::judge;
use nightshift_simulation::play::play;
use nightshift_simulation::secrets;
use nightshift_simulation::world::Standing;

use super::nights::{at, history};

fn broken_of(mut history: History, lie: impl FnOnce(&mut History, &mut Journal)) -> Vec<&'static str> {
    let mut journal = play::<KeyRotation>(&history).expect("a model that knows what is asked");
    assert_eq!(judge(&history, &journal), []);
    lie(&mut history, &mut journal);
    let mut laws: Vec<_> = judge(&history, &journal).into_iter().map(|broken| broken.law).collect();
    laws.sort_unstable();
    laws.dedup();
    laws
}

/// The laws that break when `lie` is told.
fn broken(lie: impl FnOnce(&mut History, &mut Journal)) -> Vec<&'static str> {
    broken_of(history(), lie)
}

/// Where a run did what `wanted` says.
fn place(journal: &Journal, wanted: fn(&Deed) -> bool) -> usize {
    let is = |entry: &Entry| matches!(&entry.what, What::Iam { effect, .. } if wanted(&effect.deed));
    journal.entries.iter().position(is).expect("it is done")
}

fn off(deed: &Deed) -> bool {
    matches!(deed, Deed::Switched { .. })
}

fn gone(deed: &Deed) -> bool {
    matches!(deed, Deed::Deleted { .. })
}

/// How the user stood before what a run did first that `wanted` says.
fn before(journal: &mut Journal, wanted: fn(&Deed) -> bool) -> &mut Standing {
    let place = place(journal, wanted);
    match &mut journal.entries[place].what {
        What::Iam { before: Some(before), .. } => before,
        other => panic!("{other:?}"),
    }
}

/// Every run is told this as well.
fn with(name: &'static str, value: &'static str) -> impl Fn(&mut History, &mut Journal) {
    move |_, journal| {
        for entry in &mut journal.entries {
            if let What::Began { policy, .. } = &mut entry.what {
                policy.retain(|(key, _)| key != name);
                policy.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

/// No such message was sent.
fn without(subject: &'static str) -> impl Fn(&mut History, &mut Journal) {
    move |_, journal| {
        journal.entries.retain(|entry| !matches!(&entry.what, What::Mail(mail) if mail.subject.contains(subject)));
    }
}

#[test]
fn a_key_taken_from_somebody_who_has_no_other_breaks_a_key_that_works() {
    let nobody_has_it = |_: &mut History, journal: &mut Journal| {
        before(journal, off).user.keys.iter_mut().filter(|key| key.of_a_run).for_each(|key| key.held = false);
    };
    assert_eq!(broken(nobody_has_it), ["a key that works"]);
    let still_on = |_: &mut History, journal: &mut Journal| {
        before(journal, gone).user.keys.iter_mut().for_each(|key| key.active = true);
    };
    assert_eq!(broken(still_on), ["a key that works"]);
}

#[test]
fn what_nobody_could_read_breaks_in_time_and_recovery() {
    assert_eq!(broken(without("ready to fetch")), ["in time"]);
    assert_eq!(broken(with("NIGHTSHIFT_OVERLAP_DAYS", "6")), ["in time"]);
    assert_eq!(broken(without("was switched off")), ["recovery"]);
    assert_eq!(broken(with("NIGHTSHIFT_RECOVERY_DAYS", "6")), ["recovery"]);
    let named_since = |wanted: fn(&Deed) -> bool| {
        move |_: &mut History, journal: &mut Journal| {
            before(journal, wanted).user.tags.insert("owner".to_owned(), "ben".to_owned());
        }
    };
    assert_eq!(broken(named_since(off)), ["in time"]);
    assert_eq!(broken(named_since(gone)), ["recovery"]);
    let unannounced = |history: &mut History, journal: &mut Journal| {
        with("NIGHTSHIFT_HOLD_LIMIT_DAYS", "2")(history, journal);
        before(journal, off).user.keys.iter_mut().filter(|key| key.of_a_run).for_each(|key| key.held = false);
    };
    assert_eq!(broken(unannounced), ["in time"]);
}

#[test]
fn a_key_that_was_just_used_breaks_in_use() {
    let laws = broken(|_, journal| {
        let used = Some(at("2026-01-14T06:00:00Z"));
        before(journal, off).user.keys.iter_mut().filter(|key| !key.of_a_run).for_each(|key| key.used_by_people = used);
    });
    assert_eq!(laws, ["in use"]);
}

#[test]
fn a_leaked_key_that_works_breaks_leaked_and_one_that_is_deleted_breaks_evidence() {
    let laws = broken(|_, journal| {
        let old = match &journal.entries[place(journal, off)].what {
            What::Iam { effect, .. } => match &effect.deed {
                Deed::Switched { key, .. } => key.clone(),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        };
        for entry in journal.entries.iter_mut().filter(|entry| entry.at == at("2026-01-12T12:00:00Z")) {
            if let What::Began { event, .. } = &mut entry.what {
                *event = format!(r#"{{"compromised": {{"access_key_id": "{old}"}}}}"#);
            }
        }
    });
    assert_eq!(laws, ["leaked"]);
    let noted = |_: &mut History, journal: &mut Journal| {
        let user = &mut before(journal, gone).user;
        let notes: Vec<_> = user.keys.iter().map(|key| format!("nightshift:leaked:{}", key.id)).collect();
        user.tags.extend(notes.into_iter().map(|note| (note, String::new())));
    };
    assert_eq!(broken(noted), ["evidence"]);
    let held = |_: &mut History, journal: &mut Journal| {
        before(journal, gone).user.policies.push("AWSCompromisedKeyQuarantineV3".to_owned());
    };
    assert_eq!(broken(held), ["evidence"]);
}

#[test]
fn a_secret_that_is_nowhere_unproven_or_anothers_breaks_kept_proven_and_whose() {
    let laws = broken(|_, journal| {
        for entry in &mut journal.entries {
            if let What::Stands { all, .. } = &mut entry.what {
                for standing in all.iter_mut() {
                    standing.secrets.clear();
                }
            }
        }
    });
    assert_eq!(laws, ["kept"]);
    let laws = broken(|_, journal| {
        journal.entries.retain(|entry| !matches!(&entry.what, What::Call(call) if call.thing.starts_with("AKIA") && call.action.starts_with("sts:")));
    });
    assert_eq!(laws, ["proven"]);
    let laws = broken(|_, journal| {
        for entry in &mut journal.entries {
            if let What::Secret { effect, .. } = &mut entry.what
                && let secrets::Deed::Policy { document } = &mut effect.deed
            {
                *document = document.replace("\"Deny\"", "\"Allow\"");
            }
        }
    });
    assert_eq!(laws, ["whose"]);
    let laws = broken(|_, journal| {
        for entry in &mut journal.entries {
            if let What::Secret { effect, secret: Some(secret), .. } = &mut entry.what
                && matches!(effect.deed, secrets::Deed::Stored { .. })
            {
                secret.user = Some("AIDASOMEBODYELSE".to_owned());
            }
        }
    });
    assert_eq!(laws, ["on record", "whose"]);
}

#[test]
fn a_strangers_tag_user_or_key_breaks_strangers() {
    let laws = broken(|_, journal| {
        for entry in &mut journal.entries {
            if let What::Iam { effect, .. } = &mut entry.what
                && let Deed::Tagged { set } = &mut effect.deed
            {
                set.push(("team".to_owned(), String::new()));
            }
        }
    });
    assert_eq!(laws, ["strangers"]);
    assert!(broken(with("NIGHTSHIFT_EXCLUDE", "an*")).contains(&"strangers"));
    let laws = broken(|_, journal| {
        let place = place(journal, off);
        if let What::Iam { effect, .. } = &mut journal.entries[place].what
            && let Deed::Switched { on, .. } = &mut effect.deed
        {
            *on = true;
        }
    });
    assert!(laws.contains(&"strangers"), "{laws:?}");
}

#[test]
fn more_than_a_run_may_breaks_caps_and_anything_in_plan_mode_breaks_plan_mode() {
    assert_eq!(broken(with("NIGHTSHIFT_MAX_ROTATIONS", "0")), ["caps"]);
    assert_eq!(broken(with("NIGHTSHIFT_MAX_DEACTIVATIONS", "0")), ["caps"]);
    assert!(broken(with("NIGHTSHIFT_MODE", "plan")).contains(&"plan mode"));
}

#[test]
fn a_call_too_many_breaks_fewest_calls() {
    let laws = broken(|history, journal| {
        let last = history.runs.last().unwrap().at;
        let of_last = |entry: &&Entry| matches!(&entry.what, What::Call(call) if call.run == last);
        let call = journal.entries.iter().find(of_last).unwrap().clone();
        let place = journal.entries.len() - 1;
        journal.entries.insert(place, call);
    });
    assert_eq!(laws, ["fewest calls"]);
}

#[test]
fn what_was_not_written_down_breaks_on_record_and_a_report_that_lies_breaks_true_report() {
    let laws = broken(|_, journal| journal.entries.retain(|entry| !matches!(entry.what, What::Begun { .. })));
    assert_eq!(laws, ["on record"]);
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
    let more = changed(|report| {
        report.items.iter_mut().for_each(|item| item.steps.push("deleted key \u{2026}0007".to_owned()));
    });
    assert_eq!(broken(more), ["true report"]);
}

#[test]
fn a_message_twice_breaks_once_and_one_without_its_facts_breaks_whole() {
    let laws = broken(|_, journal| {
        let is = |entry: &Entry| matches!(&entry.what, What::Mail(mail) if mail.subject.contains("rotated soon"));
        let mut again = journal.entries[journal.entries.iter().position(is).unwrap()].clone();
        let place = place(journal, off);
        let (at, run) = match &journal.entries[place] {
            Entry { at, what: What::Iam { run, .. } } => (*at, *run),
            other => panic!("{other:?}"),
        };
        if let What::Mail(mail) = &mut again.what {
            mail.run = run;
        }
        journal.entries.insert(place, Entry { at, ..again });
    });
    assert_eq!(laws, ["once"]);
    let laws = broken(|_, journal| {
        for entry in &mut journal.entries {
            if let What::Mail(mail) = &mut entry.what {
                mail.text = mail.text.replace("aws secretsmanager get-secret-value", "as you know");
            }
        }
    });
    assert_eq!(laws, ["whole"]);
}

#[test]
fn what_is_due_and_stays_breaks_done_or_told_and_what_still_moves_breaks_at_rest() {
    let laws = broken(|_, journal| {
        let stands = journal.entries.iter_mut().rev().find_map(|entry| match &mut entry.what {
            What::Stands { all, .. } => Some(all),
            _ => None,
        });
        let keys = stands.unwrap().iter_mut().flat_map(|standing| &mut standing.user.keys);
        keys.for_each(|key| key.created = at("2025-12-01T00:00:00Z"));
    });
    assert_eq!(laws, ["done or told"]);
    let laws = broken(|_, journal| {
        for entry in &mut journal.entries {
            if let What::Ended { end, .. } = &mut entry.what {
                *end = End::Died;
            }
        }
    });
    assert!(laws.contains(&"at rest"), "{laws:?}");
    let mut often = history();
    for minutes in [35, 70, 105] {
        let last = at("2026-01-19T12:00:00Z").checked_add(jiff::SignedDuration::from_mins(minutes)).unwrap();
        often.runs.push(Run::scheduled(last));
    }
    let laws = broken_of(often, |history, journal| {
        let place = place(journal, |deed| matches!(deed, Deed::Tagged { .. }));
        let mut again = journal.entries[place].clone();
        if let What::Iam { run, .. } = &mut again.what {
            *run = history.runs.last().unwrap().at;
        }
        let end = journal.entries.len() - 1;
        journal.entries.insert(end, again);
    });
    assert!(laws.contains(&"at rest"), "{laws:?}");
}
