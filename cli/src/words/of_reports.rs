//! What a report of one of the `clusters` jobs says, in the language of whoever reads: its words are chosen by what is data there,
//! a step's kind and a reason's code, never by its prose.

use nightshift::domains::clusters::step::ClusterStep;
use nightshift::notify::Language;
use nightshift::report::{Item, Outcome, Planned, Reason};
use nightshift::text::printable;

use super::{spanish_codes, spanish_steps};

/// What is or was done to `item`, step by step. A kind that this version does not know is said as the report has it, and so is
/// what came of a plan half-way.
pub(crate) fn steps(item: &Item, language: Language) -> Vec<String> {
    let is_as_planned = matches!(item.outcome, Outcome::Planned | Outcome::Changed) && !item.planned.is_empty();
    if language == Language::English || !is_as_planned {
        return item.steps.iter().map(|step| printable(step)).collect();
    }
    let said = |(place, planned): (usize, &Planned)| match planned.read::<ClusterStep>() {
        Some(step) => spanish_steps::step(&step),
        None => item.steps.get(place).map_or_else(|| printable(&planned.kind), |step| printable(step)),
    };
    item.planned.iter().enumerate().map(said).collect()
}

/// The one thing that a run was about: an item of its own may say that its owner was told of it.
pub(crate) fn subject(items: &[Item]) -> Option<&Item> {
    items.iter().find(|item| !only_tells(item)).or(items.first())
}

fn only_tells(item: &Item) -> bool {
    let tells = |planned: &Planned| {
        use ClusterStep::{AskOwner, TellDeleted, TellExpiry, TellOverQuota, TellReady};
        let step = planned.read::<ClusterStep>();
        matches!(
            step,
            Some(AskOwner { .. } | TellDeleted { .. } | TellExpiry { .. } | TellOverQuota { .. } | TellReady { .. })
        )
    };
    !item.planned.is_empty() && item.planned.iter().all(tells)
}

/// Whether the plan of `item` is nothing but to start a cluster.
pub(crate) fn only_starts(item: &Item) -> bool {
    let steps: Vec<_> = item.planned.iter().map(Planned::read::<ClusterStep>).collect();
    matches!(steps.as_slice(), [Some(ClusterStep::StartCluster { .. })])
}

/// What is the case, and the next step.
pub(crate) fn reason(reason: &Reason, language: Language) -> (String, Option<String>) {
    let own = || (printable(&reason.message), reason.fix.as_deref().map(printable));
    let known = spanish_codes::CODES.iter().find(|(code, ..)| *code == reason.code);
    match (language, known) {
        (Language::English, _) | (_, None) => own(),
        (Language::Spanish, Some((code, means, fix))) => {
            (format!("{means} [{code}: {}]", printable(&reason.message)), fix.map(str::to_owned))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use nightshift::domains::clusters::step::Kept;
    use nightshift::jobs::cluster_cleanup::ClusterDelete;
    use nightshift::jobs::cluster_clone::ClusterClone;
    use nightshift::jobs::cluster_extend::ClusterExtend;
    use nightshift::jobs::cluster_restore::ClusterRestore;
    use nightshift::run::codes_of;

    use super::*;

    /// What no `clusters` command of a person meets: what a run says of itself, and of snapshots that it keeps.
    const NOT_MET: [&str; 17] = [
        "clock-apart",
        "clock-unknown",
        "malformed-purge-after",
        "no-channel",
        "no-record",
        "not-our-snapshot",
        "not-sent",
        "report-cut",
        "snapshot-copy",
        "snapshot-failed",
        "snapshot-kept",
        "snapshot-missing-mark",
        "snapshot-not-due",
        "snapshot-status",
        "snapshot-unmarked",
        "snapshot-without-facts",
        "snapshots-unreadable",
    ];

    /// A code that a job learns would be said in English to everybody.
    #[test]
    fn every_reason_that_a_person_meets_has_its_words_in_spanish_and_none_stands_twice() {
        let known: Vec<_> = spanish_codes::CODES.iter().map(|(code, ..)| *code).collect();
        let codes = codes_of::<ClusterDelete>()
            .chain(codes_of::<ClusterClone>())
            .chain(codes_of::<ClusterExtend>())
            .chain(codes_of::<ClusterRestore>());
        let all: BTreeSet<_> = codes.map(|code| code.name).collect();
        let missing: Vec<_> = all.iter().filter(|code| !known.contains(code) && !NOT_MET.contains(code)).collect();
        assert!(missing.is_empty(), "without words in Spanish: {missing:?}");
        let unknown: Vec<_> = known.iter().chain(&NOT_MET).filter(|code| !all.contains(**code)).collect();
        assert!(unknown.is_empty(), "no job says {unknown:?}");
        assert_eq!(known.iter().collect::<BTreeSet<_>>().len(), known.len(), "one stands twice");
    }

    fn item(planned: &[ClusterStep], steps: &[&str]) -> Item {
        Item {
            id: "orders-ana".to_owned(),
            region: "eu-west-1".to_owned(),
            owner: None,
            outcome: Outcome::Planned,
            steps: steps.iter().map(|step| (*step).to_owned()).collect(),
            planned: planned.iter().map(Planned::of).collect(),
            reason: None,
            domain: std::collections::BTreeMap::new(),
        }
    }

    /// Whatever the English says, the Spanish is chosen by the kind.
    #[test]
    fn a_step_is_said_by_its_kind_and_an_unknown_one_as_the_report_has_it() {
        let kept = Kept { snapshot: "nightshift-orders-ana-x".to_owned(), days: 30 };
        let delete = ClusterStep::DeleteCluster { cluster: "orders-ana".to_owned(), kept: Some(kept) };
        let mut one = item(&[ClusterStep::LiftProtection, delete], &["worded anew", "and this"]);
        assert_eq!(steps(&one, Language::English), ["worded anew", "and this"]);
        assert_eq!(
            steps(&one, Language::Spanish),
            [
                "quitar la protección contra la eliminación",
                "eliminar orders-ana; sus datos se conservan 30 días en la copia nightshift-orders-ana-x",
            ]
        );
        one.planned[0].kind = "lift-something".into();
        assert_eq!(steps(&one, Language::Spanish)[0], "worded anew");
        one.outcome = Outcome::Failed;
        assert_eq!(steps(&one, Language::Spanish), ["worded anew", "and this"], "half-way");
        one.outcome = Outcome::Changed;
        one.planned.clear();
        assert_eq!(steps(&one, Language::Spanish), ["worded anew", "and this"], "a report of an earlier version");
    }

    /// A wish that is refused is refused, though its owner was told so.
    #[test]
    fn what_a_run_was_about_is_not_the_letter_about_it() {
        let told = item(&[ClusterStep::TellOverQuota { owner: "ana".to_owned() }], &["told ana"]);
        let mut refused = item(&[], &[]);
        refused.outcome = Outcome::Skipped;
        let made = item(&[ClusterStep::OwnPassword, ClusterStep::HandOver], &["made"]);
        for (items, outcome, steps) in [
            (vec![told.clone(), refused.clone()], Outcome::Skipped, 0),
            (vec![refused, told.clone()], Outcome::Skipped, 0),
            (vec![told.clone(), made], Outcome::Planned, 1),
            (vec![told], Outcome::Planned, 1),
        ] {
            let found = subject(&items).expect("an item");
            assert_eq!((found.outcome, found.steps.len()), (outcome, steps), "{items:?}");
        }
        assert!(subject(&[]).is_none());
    }

    #[test]
    fn only_a_plan_of_one_start_is_a_start() {
        let start = ClusterStep::StartCluster { cluster: "orders-ana".to_owned() };
        assert!(only_starts(&item(std::slice::from_ref(&start), &["start cluster orders-ana"])));
        assert!(!only_starts(&item(&[start, ClusterStep::LiftProtection], &[])));
        assert!(!only_starts(&item(&[ClusterStep::LiftProtection], &["start cluster orders-ana"])));
        assert!(!only_starts(&item(&[], &["start cluster orders-ana"])));
    }

    #[test]
    fn a_reason_is_said_by_its_code_with_the_reports_details_behind_it() {
        let why =
            Reason { code: "another-owner".into(), message: "it is ben's".to_owned(), fix: Some("ask".to_owned()) };
        assert_eq!(
            reason(&why, Language::Spanish),
            (
                "es de otra persona [another-owner: it is ben's]".to_owned(),
                Some("pídaselo a su propietario".to_owned())
            )
        );
        assert_eq!(reason(&why, Language::English), ("it is ben's".to_owned(), Some("ask".to_owned())));
        let other = Reason { code: "something-new".into(), ..why };
        assert_eq!(reason(&other, Language::Spanish), ("it is ben's".to_owned(), Some("ask".to_owned())));
    }
}
