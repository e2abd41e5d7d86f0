//! What a run in one account leaves to an operator's hand, in a few words. In an account of its own the summary would say it; in a fleet
//! nobody gets that one.

use std::collections::BTreeSet;

use super::outcome::cut;
use crate::domains::fleet::{Attention, Remark};
use crate::report::{Concerns, Item, Outcome, Reason, Report};

/// So many of each are said in words, and so long: an answer stays under 8 KiB.
const THINGS: usize = 3;
const WARNINGS: usize = 2;
const THING: usize = 80;
const REGION: usize = 30;
const CODE: usize = 40;
const MESSAGE: usize = 240;

/// What `concerns` and the warnings of `report` come to. The places are those of `report`. What failed is told as that.
pub(super) fn of(report: &Report, concerns: &Concerns) -> Attention {
    let by_kind = [
        (&concerns.stuck, "an earlier run began it, and it has not come about"),
        (&concerns.needs_hand, "nobody but a person can go on with it"),
        (&concerns.unowned, "nobody is named as its owner whom a message could reach"),
    ];
    let mut seen = BTreeSet::new();
    let places =
        by_kind.into_iter().flat_map(|(places, else_said)| places.iter().map(move |place| (*place, else_said)));
    let things: Vec<_> = places
        .filter(|(place, _)| seen.insert(*place))
        .filter_map(|(place, else_said)| Some((report.items.get(place)?, else_said)))
        .filter(|(item, _)| item.outcome != Outcome::Failed)
        .collect();
    let first = things.iter().take(THINGS).map(|(item, else_said)| thing(item, else_said));
    Attention {
        things: things.len(),
        warnings: report.warnings.len(),
        first: first.chain(report.warnings.iter().take(WARNINGS).map(warning)).collect(),
    }
}

fn thing(item: &Item, else_said: &str) -> Remark {
    let code = item.reason.as_ref().map(|reason| cut(&reason.code, CODE));
    let said = item.reason.as_ref().map_or_else(|| noted(item).unwrap_or_else(|| else_said.to_owned()), Reason::said);
    let (thing, region) = (Some(cut(&item.id, THING)), Some(cut(&item.region, REGION)));
    Remark { thing, region, code, message: cut(&said, MESSAGE) }
}

fn warning(reason: &Reason) -> Remark {
    Remark { thing: None, region: None, code: Some(cut(&reason.code, CODE)), message: cut(&reason.said(), MESSAGE) }
}

/// The first of what a domain notes beside.
fn noted(item: &Item) -> Option<String> {
    let note = item.domain.values().find_map(|own| own.get("notes")?.get(0).cloned())?;
    Some(note["message"].as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::report::{Mode, codes, sample};

    fn item(id: &str, outcome: Outcome, reason: Option<Reason>) -> Item {
        Item {
            id: id.to_owned(),
            region: "eu-west-1".to_owned(),
            owner: None,
            outcome,
            steps: Vec::new(),
            planned: Vec::new(),
            reason,
            domain: BTreeMap::new(),
        }
    }

    #[test]
    fn what_waits_for_a_hand_is_counted_once_and_its_first_said_with_the_warnings() {
        let skipped =
            |id: &str| item(id, Outcome::Skipped, Some(Reason::new(&codes::REFUSED, "it is odd", "see to it")));
        let noted = Item {
            domain: [("cluster".into(), serde_json::json!({ "notes": [{ "message": "a note" }] }))].into(),
            ..item("noted", Outcome::Changed, None)
        };
        let failed = item("failed", Outcome::Failed, Some(Reason::plain(&codes::REFUSED, "m")));
        let items =
            vec![skipped("a"), noted, failed, item("d", Outcome::Changed, None), skipped("e"), skipped("quiet")];
        let mut report = sample("cluster-cleanup", Mode::Apply, items);
        assert!(of(&report, &Concerns::default()).is_empty());
        report.warnings = vec![Reason::new(&codes::CLOCK_APART, "an hour apart", "set it"); 4];
        let concerns =
            Concerns { stuck: vec![0], needs_hand: vec![1, 2, 99], unowned: vec![0, 3, 4], ..Concerns::default() };
        let attention = of(&report, &concerns);
        assert_eq!((attention.things, attention.warnings, attention.more()), (4, 4, 3));
        let said: Vec<_> = attention.first.iter().map(Remark::said).collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        a (eu-west-1): [refused] it is odd; see to it
        noted (eu-west-1): a note
        d (eu-west-1): nobody is named as its owner whom a message could reach
        [clock-apart] an hour apart; set it
        [clock-apart] an hour apart; set it
        ");
    }
}
