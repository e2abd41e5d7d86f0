//! Whose things a run was about: of each owner, in which accounts, and how many of them ended how. Told to the operators, who see across
//! accounts what each owner hears of account by account.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::{Outcome, Report};

/// By owner, then by account.
pub type Owners = BTreeMap<String, BTreeMap<String, Share>>;

/// What of one owner there was in one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    /// So many were changed.
    pub changed: usize,
    /// So many would be, or wait for a later run.
    pub waiting: usize,
    /// So many failed.
    pub failed: usize,
}

/// Adds what the report of one account has. What was left as it is, is nobody's news.
pub fn add(owners: &mut Owners, report: &Report) {
    for item in &report.items {
        let Some(owner) = &item.owner else { continue };
        let one = match item.outcome {
            Outcome::Changed => Share { changed: 1, ..Share::default() },
            Outcome::Planned | Outcome::Deferred => Share { waiting: 1, ..Share::default() },
            Outcome::Failed => Share { failed: 1, ..Share::default() },
            Outcome::AlreadyRight | Outcome::Skipped => continue,
        };
        let share = owners.entry(owner.clone()).or_default().entry(report.account.clone()).or_default();
        share.changed += one.changed;
        share.waiting += one.waiting;
        share.failed += one.failed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Item, Mode, sample};

    #[test]
    fn each_owner_has_what_is_theirs_in_each_account_and_no_more() {
        use Outcome::{AlreadyRight, Changed, Deferred, Failed, Planned, Skipped};
        let item = |id: &str, owner: Option<&str>, outcome| Item {
            id: id.to_owned(),
            region: "eu-west-1".to_owned(),
            owner: owner.map(str::to_owned),
            outcome,
            steps: Vec::new(),
            planned: Vec::new(),
            reason: None,
            domain: BTreeMap::new(),
        };
        let mut owners = Owners::new();
        for (account, items) in [
            ("1", vec![item("a", Some("ana"), Changed), item("b", Some("ana"), Planned), item("c", None, Changed)]),
            (
                "2",
                vec![item("a", Some("ana"), Deferred), item("b", Some("ben"), Failed), item("c", Some("eva"), Skipped)],
            ),
            ("3", vec![item("a", Some("ben"), AlreadyRight)]),
        ] {
            let report = Report { account: account.to_owned(), ..sample("f", Mode::Apply, items) };
            add(&mut owners, &report);
        }
        let share = |changed, waiting, failed| Share { changed, waiting, failed };
        let of =
            |shares: &[(&str, Share)]| shares.iter().map(|(account, share)| ((*account).to_owned(), *share)).collect();
        let expected = [
            ("ana".to_owned(), of(&[("1", share(1, 1, 0)), ("2", share(0, 1, 0))])),
            ("ben".to_owned(), of(&[("2", share(0, 0, 1))])),
        ];
        assert_eq!(owners, expected.into());
    }
}
