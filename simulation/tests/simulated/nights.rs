//! Single nights, by hand.

use jiff::Timestamp;
use nightshift::jobs::cluster_cleanup::ClusterCleanup;
use nightshift_simulation::acts::{Act, Traits};
use nightshift_simulation::aws::rds::Effect;
use nightshift_simulation::history::{History, Run, Timed};
use nightshift_simulation::journal::{End, Journal, What};
use nightshift_simulation::play::{play, policy};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn history() -> History {
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
        runs: (2..=5).map(|day| Run::scheduled(at(&format!("2026-01-0{day}T02:00:00Z")))).collect(),
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
fn a_cluster_is_told_of_and_goes() {
    let journal = play::<ClusterCleanup>(&history()).unwrap();
    println!("{:#?}", told(&journal));
    println!("{}", journal.calls());
    assert_eq!(journal.fingerprint(), play::<ClusterCleanup>(&history()).unwrap().fingerprint());
}
