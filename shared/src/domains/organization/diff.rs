//! What changed between two snapshots. Only what both of them read is compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::things::{Thing, Things, accounts, delegates, policies, roots, services, units};
use super::{Snapshot, VERSION, lines};
use crate::services::organizations::Part;
use crate::text::{count, markdown_cell, printable};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Diff {
    /// Of this format: 1.
    pub schema: u32,
    /// When the reading of the earlier snapshot ended.
    pub from: Timestamp,
    /// When that of the later one did.
    pub to: Timestamp,
    /// What changed.
    pub changes: Vec<Change>,
    /// Parts that one of the two did not read.
    pub not_compared: BTreeSet<Part>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// What happened.
    pub what: What,
    /// To what kind of thing.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Its name, the later one where it has two.
    pub name: String,
    /// Of a tag its key, of an attachment the id of the policy, of a changed field its name.
    pub about: Option<String>,
    /// What it was.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
    /// Of a policy: the lines of its content that went and came.
    pub lines: Vec<String>,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It was not there before.
    Came,
    /// It is there no longer.
    Went,
    /// It stands in another place.
    Moved,
    /// A field of it is another: name, state, mail address.
    Changed,
    /// The content of a policy is another.
    Content,
    /// A policy was attached to it.
    Attached,
    /// A policy was detached from it.
    Detached,
    /// A tag was added or has another value.
    TagSet,
    /// A tag was taken away.
    TagRemoved,
}

/// What things there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A root.
    Root,
    /// An organizational unit.
    Unit,
    /// A member account.
    Account,
    /// A policy.
    Policy,
    /// A delegated administrator of a service.
    DelegatedAdministrator,
    /// A service that may work in all accounts.
    TrustedService,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Unit => "unit",
            Self::Account => "account",
            Self::Policy => "policy",
            Self::DelegatedAdministrator => "delegated administrator",
            Self::TrustedService => "trusted service",
        }
    }
}

impl Diff {
    /// What changed from `before` to `after`.
    pub fn of(before: &Snapshot, after: &Snapshot) -> Self {
        let both = |part| before.parts_read.contains(&part) && after.parts_read.contains(&part);
        let mut changes = Vec::new();
        let mut compare = |kind, wanted: bool, things: fn(&Snapshot) -> Things| {
            if wanted {
                changes.extend(compared(kind, &things(before), &things(after)));
            }
        };
        compare(Kind::Root, true, roots);
        compare(Kind::Unit, true, units);
        compare(Kind::Account, both(Part::Accounts), accounts);
        compare(Kind::Policy, both(Part::Policies), policies);
        compare(Kind::DelegatedAdministrator, both(Part::DelegatedAdministrators), delegates);
        compare(Kind::TrustedService, both(Part::TrustedServices), services);
        let one = before.parts_read.symmetric_difference(&after.parts_read).copied();
        Self { schema: VERSION, from: before.ended_at, to: after.ended_at, changes, not_compared: one.collect() }
    }

    /// For a terminal: a line a change, and the lines of a policy below it.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for change in &self.changes {
            let _ = writeln!(out, "{} {}", change.sign(), printable(&change.words()));
            for line in &change.lines {
                let _ = writeln!(out, "    {}", printable(line));
            }
        }
        let _ = writeln!(out, "{} from {} to {}", count(self.changes.len(), "change"), self.from, self.to);
        for part in &self.not_compared {
            let _ = writeln!(out, "not compared, since one of the two did not read it: {}", part_word(*part));
        }
        out
    }

    /// For tickets and pull requests.
    pub fn markdown(&self) -> String {
        let mut out = format!("{} from {} to {}\n", count(self.changes.len(), "change"), self.from, self.to);
        if !self.changes.is_empty() {
            out.push_str("\n| | what | id | name | change |\n|---|---|---|---|---|\n");
        }
        for change in &self.changes {
            let lines = change.lines.iter().map(|line| markdown_cell(line)).collect::<Vec<_>>().join("<br>");
            let mut detail = markdown_cell(&change.detail());
            if !lines.is_empty() {
                detail = format!("{detail}<br>{lines}");
            }
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {detail} |",
                change.sign(),
                change.kind.word(),
                markdown_cell(&change.id),
                markdown_cell(&change.name)
            );
        }
        for part in &self.not_compared {
            let _ = writeln!(out, "\nNot compared, since one of the two did not read it: {}", part_word(*part));
        }
        out
    }
}

/// As the JSON spells it.
fn part_word(part: Part) -> String {
    serde_json::to_value(part).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

impl Change {
    fn new(what: What, kind: Kind, id: &str, name: &str) -> Self {
        Self {
            what,
            kind,
            id: id.to_owned(),
            name: name.to_owned(),
            about: None,
            before: None,
            after: None,
            lines: Vec::new(),
        }
    }

    const fn sign(&self) -> char {
        match self.what {
            What::Came | What::Attached => '+',
            What::Went | What::Detached | What::TagRemoved => '-',
            What::Moved | What::Changed | What::Content | What::TagSet => '~',
        }
    }

    /// In words.
    pub fn words(&self) -> String {
        let name = if self.name.is_empty() { String::new() } else { format!(" ({})", self.name) };
        format!("{} {}{name} {}", self.kind.word(), self.id, self.detail())
    }

    fn detail(&self) -> String {
        let about = self.about.as_deref().unwrap_or_default();
        let before = self.before.as_deref();
        let after = self.after.as_deref();
        let from_to = format!("{} -> {}", before.unwrap_or("nothing"), after.unwrap_or("nothing"));
        match self.what {
            What::Came => after.map_or_else(|| "is new".to_owned(), |place| format!("is new in {place}")),
            What::Went => before.map_or_else(|| "is gone".to_owned(), |place| format!("is gone from {place}")),
            What::Moved => format!("moved: {from_to}"),
            What::Changed => format!("{about}: {from_to}"),
            What::Content => "has other content:".to_owned(),
            What::Attached => format!("is under policy {about} now"),
            What::Detached => format!("is under policy {about} no longer"),
            What::TagSet => format!("tag {about}: {from_to}"),
            What::TagRemoved => format!("tag {about} is gone; it was {}", before.unwrap_or_default()),
        }
    }
}

fn compared(kind: Kind, before: &Things, after: &Things) -> Vec<Change> {
    let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let of = |id: &String| match (before.get(id), after.get(id)) {
        (Some(before), Some(after)) => changes(kind, id, before, after),
        (Some(gone), None) => {
            vec![Change { before: gone.place(), ..Change::new(What::Went, kind, id, &gone.name) }]
        }
        (None, Some(new)) => vec![Change { after: new.place(), ..Change::new(What::Came, kind, id, &new.name) }],
        (None, None) => Vec::new(),
    };
    ids.into_iter().flat_map(of).collect()
}

fn changes(kind: Kind, id: &str, before: &Thing, after: &Thing) -> Vec<Change> {
    let new = |what| Change::new(what, kind, id, &after.name);
    let mut changes = Vec::new();
    if before.parent != after.parent {
        changes.push(Change { before: before.place(), after: after.place(), ..new(What::Moved) });
    }
    let (old, now): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (before.fields.iter().cloned().collect(), after.fields.iter().cloned().collect());
    let names: BTreeSet<_> = old.keys().chain(now.keys()).copied().collect();
    for name in names.into_iter().filter(|name| old.get(name) != now.get(name)) {
        changes.push(Change {
            about: Some(name.to_owned()),
            before: old.get(name).cloned(),
            after: now.get(name).cloned(),
            ..new(What::Changed)
        });
    }
    if before.content != after.content {
        let text = |content: &Option<String>| content.clone().unwrap_or_default();
        let lines = lines::changed(&text(&before.content), &text(&after.content));
        // The same document, laid out in another way, is no change.
        if !lines.is_empty() {
            changes.push(Change { lines, ..new(What::Content) });
        }
    }
    if let (Some(old), Some(now)) = (&before.policies, &after.policies) {
        let about = |what, policy: &String| Change { about: Some(policy.clone()), ..new(what) };
        changes.extend(now.difference(old).map(|policy| about(What::Attached, policy)));
        changes.extend(old.difference(now).map(|policy| about(What::Detached, policy)));
    }
    if let (Some(old), Some(now)) = (&before.tags, &after.tags) {
        let keys: BTreeSet<_> = old.keys().chain(now.keys()).filter(|key| old.get(*key) != now.get(*key)).collect();
        changes.extend(keys.into_iter().map(|key| {
            let (before, after) = (old.get(key).cloned(), now.get(key).cloned());
            let what = if after.is_some() { What::TagSet } else { What::TagRemoved };
            Change { about: Some(key.clone()), before, after, ..new(what) }
        }));
    }
    changes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domains::organization::assemble::tests::{facts, snapshot};
    use crate::services::organizations::Facts;

    fn after(change: impl FnOnce(&mut Facts)) -> Diff {
        let mut facts = facts();
        change(&mut facts);
        Diff::of(&snapshot(), &Snapshot::of(facts).unwrap())
    }

    #[test]
    fn every_kind_of_change_is_said_once() {
        let diff = after(|facts| {
            let accounts = facts.accounts.as_mut().unwrap();
            accounts[0].parent = "ou-1".to_owned();
            accounts[0].state = "SUSPENDED".to_owned();
            accounts.remove(2);
            accounts.push(crate::services::organizations::Account {
                id: "4".repeat(12),
                name: "new\u{1b}[31m".to_owned(),
                parent: "r-1".to_owned(),
                ..Default::default()
            });
            let policies = facts.policies.as_mut().unwrap();
            policies[0].content = Some(r#"{"Statement":[],"Version":"2012-10-18"}"#.to_owned());
            policies[1].targets.remove(1);
            policies[2].targets[0].id = "ou-2".to_owned();
            let tags = facts.tags.as_mut().unwrap().get_mut(&"3".repeat(12)).unwrap();
            tags.remove("CostCenter");
            tags.insert("costcenter".to_owned(), "43".to_owned());
        });
        insta::assert_snapshot!(diff.text(), @r#"
        - unit ou-1 (Prod) is under policy p-tags no longer
        + unit ou-2 (Eu) is under policy p-tags now
        - account 222222222222 (web) is gone from Root/Prod [ou-1]
        ~ account 333333333333 (pay) moved: Root/Prod/Eu [ou-2] -> Root/Prod [ou-1]
        ~ account 333333333333 (pay) state: ACTIVE -> SUSPENDED
        - account 333333333333 (pay) is under policy p-deny no longer
        - account 333333333333 (pay) tag CostCenter is gone; it was 42
        ~ account 333333333333 (pay) tag costcenter: nothing -> 43
        + account 444444444444 (new�[31m) is new in Root [r-1]
        ~ policy p-all (name of p-all) has other content:
            -   "Version": "2012-10-17"
            +   "Version": "2012-10-18"
        10 changes from 1970-01-01T00:00:00Z to 1970-01-01T00:00:00Z
        "#);
        assert_eq!(diff.markdown().lines().filter(|line| line.starts_with("| ")).count(), diff.changes.len() + 1);
    }

    #[test]
    fn a_unit_with_another_name_has_moved_nobody() {
        let diff = after(|facts| facts.units[1].name = "Production".to_owned());
        let what: Vec<_> = diff.changes.iter().map(|change| (change.what, change.id.as_str())).collect();
        assert_eq!(what, [(What::Changed, "ou-1")]);
    }

    #[test]
    fn what_one_of_them_did_not_read_is_not_compared() {
        let diff = after(|facts| facts.accounts = None);
        assert!(diff.changes.is_empty(), "{:?}", diff.changes);
        assert_eq!(diff.not_compared, [Part::Accounts].into());
        assert!(diff.text().contains("did not read it: accounts"));
        let diff = after(|facts| facts.tags = None);
        assert!(diff.changes.is_empty(), "{:?}", diff.changes);
    }

    proptest! {
        /// Nothing changed between a snapshot and itself; and whatever comes one way goes the other.
        #[test]
        fn a_diff_turned_round_has_as_many_changes(parent in 0_usize..3, state in "[A-C]", drop in any::<bool>()) {
            let mut changed = facts();
            let accounts = changed.accounts.as_mut().unwrap();
            accounts[0].parent = ["r-1", "ou-1", "ou-2"][parent].to_owned();
            accounts[1].state = state;
            if drop {
                accounts.pop();
            }
            let (one, other) = (snapshot(), Snapshot::of(changed).unwrap());
            prop_assert!(Diff::of(&other, &other).changes.is_empty());
            prop_assert_eq!(Diff::of(&one, &other).changes.len(), Diff::of(&other, &one).changes.len());
        }
    }
}
