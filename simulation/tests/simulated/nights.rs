//! Single nights, by hand.

use jiff::Timestamp;
use nightshift::jobs::cluster_cleanup::ClusterCleanup;
use nightshift_simulation::acts::{Act, Traits};
use nightshift_simulation::history::{Fault, History, Kind, Run, Timed};
use nightshift_simulation::journal::{End, Journal, What};
use nightshift_simulation::play::{play, policy};
use nightshift_simulation::rds::Effect;
use nightshift_simulation::trial::trial;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

pub(super) fn history() -> History {
    let tags = [("owner", "ana"), ("env", "dev"), ("auto-delete-after", "2026-01-03T12:00:00Z")];
    let tags = tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let create = Act::Create {
        cluster: "orders".to_owned(),
        engine: "aurora-mysql".to_owned(),
        tags,
        members: 2,
        traits: Traits::default(),
    };
    History {
        seed: 1,
        healed: at("2026-01-01T00:00:00Z"),
        policy: policy([]),
        acts: vec![Timed { at: at("2026-01-01T10:00:00Z"), act: create }],
        runs: (2..=6).map(|day| Run::scheduled(at(&format!("2026-01-0{day}T02:00:00Z")))).collect(),
        faults: Vec::new(),
        rates: None,
    }
}

fn told(journal: &Journal) -> Vec<String> {
    let entries = journal.entries.iter().filter_map(|entry| match &entry.what {
        What::Mail(mail) => {
            Some(format!("{} mail to {}: {}", entry.at.strftime("%d"), mail.to.join(","), mail.subject))
        }
        What::Did { effect: Effect::ClusterGoing { face, snapshot }, .. } => Some(format!(
            "{} {} goes, kept in {}",
            entry.at.strftime("%d"),
            face.id,
            snapshot.as_deref().unwrap_or("-")
        )),
        What::Ended { end: End::Fault(fault), .. } => Some(format!("{} fault {fault}", entry.at.strftime("%d"))),
        _ => None,
    });
    entries.collect()
}

#[test]
fn a_cluster_is_told_of_and_goes_and_its_snapshot_stays() {
    let journal = play::<ClusterCleanup>(&history()).unwrap();
    assert_eq!(
        told(&journal),
        [
            "02 mail to ana@example.com: [111122223333] 1 cluster will be deleted",
            "02 mail to operators@example.com: [111122223333] cluster-cleanup: 1 notice to an owner",
            "03 mail to operators@example.com: [111122223333] cluster-cleanup: nothing changed",
            "04 orders goes, kept in nightshift-orders-20260103t120000z-y66z7ogm",
            "04 mail to ana@example.com: [111122223333] 1 cluster was deleted",
            "04 mail to operators@example.com: [111122223333] cluster-cleanup: 1 cluster deleted",
            "05 mail to operators@example.com: [111122223333] cluster-cleanup: nothing changed",
            "06 mail to operators@example.com: [111122223333] cluster-cleanup: nothing changed",
        ]
    );
    // Nothing to do: who it is, clusters, snapshots, the summary.
    let calls = |day: i8| {
        let of_day = journal.entries.iter().filter(|entry| entry.at.strftime("%-d").to_string() == day.to_string());
        of_day.filter(|entry| matches!(entry.what, What::Call(_))).count()
    };
    assert_eq!((calls(5), calls(6)), (4, 4));
}

/// An answer that is lost is asked for again by the SDK itself, and a process that dies is gone on with by the next run.
#[test]
fn what_goes_wrong_at_one_call_is_survived_by_the_next_night() {
    for kind in Kind::ALL {
        let fault = Fault {
            run: at("2026-01-04T02:00:00Z"),
            action: "rds:DeleteDBCluster".to_owned(),
            thing: "orders".to_owned(),
            nth: 1,
            kind,
        };
        let history = History { faults: vec![fault.clone()], healed: at("2026-01-05T00:00:00Z"), ..history() };
        let trial = trial::<ClusterCleanup>(&history);
        assert_eq!(trial.broken, [], "{kind:?}");
        assert_eq!(trial.journal.faults(), [fault]);
        let goes = told(&trial.journal).iter().filter(|line| line.contains("orders goes")).count();
        assert_eq!(goes, 1, "{kind:?}");
    }
}
