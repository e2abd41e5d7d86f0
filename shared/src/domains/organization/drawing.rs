//! The tree as it stands: in words for a terminal, and as a DOT graph.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::snapshot::{AccountNode, Snapshot, UnitNode};
use crate::text::printable;

/// What stands below each node.
struct Below<'a> {
    units: BTreeMap<&'a str, Vec<&'a UnitNode>>,
    accounts: BTreeMap<&'a str, Vec<&'a AccountNode>>,
}

impl<'a> Below<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let mut below = Self { units: BTreeMap::new(), accounts: BTreeMap::new() };
        for unit in &snapshot.units {
            below.units.entry(&unit.parent).or_default().push(unit);
        }
        for account in snapshot.accounts.iter().flatten() {
            below.accounts.entry(&account.parent).or_default().push(account);
        }
        below.units.values_mut().for_each(|units| units.sort_by(|one, other| one.name.cmp(&other.name)));
        below.accounts.values_mut().for_each(|accounts| accounts.sort_by(|one, other| one.name.cmp(&other.name)));
        below
    }

    /// Units first, then accounts, each a line under its parent's; what was `drawn` is noted.
    fn draw(&self, node: &str, indent: &str, drawn: &mut BTreeSet<&'a str>, out: &mut String) {
        let units = self.units.get(node).map(Vec::as_slice).unwrap_or_default();
        let accounts = self.accounts.get(node).map(Vec::as_slice).unwrap_or_default();
        let mut left = units.len() + accounts.len();
        let mut line = |indent: &str, text: String, out: &mut String| {
            left -= 1;
            let (branch, below) = if left == 0 { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            let _ = writeln!(out, "{indent}{branch}{}", printable(&text));
            format!("{indent}{below}")
        };
        for unit in units {
            let below = line(indent, unit_line(unit), out);
            if drawn.insert(&unit.id) && below.chars().count() < DEEPEST * BRANCH {
                self.draw(&unit.id, &below, drawn, out);
            }
        }
        for account in accounts {
            line(indent, account_line(account), out);
            drawn.insert(&account.id);
        }
    }
}

/// AWS's trees are five levels deep; a file may hold another, which must not take the stack of whoever draws it.
const DEEPEST: usize = 100;
/// As wide as a level is drawn.
const BRANCH: usize = 3;

fn unit_line(unit: &UnitNode) -> String {
    format!("{} ({})", unit.name, unit.id)
}

fn account_line(account: &AccountNode) -> String {
    let state = if account.state == "ACTIVE" { String::new() } else { format!(" {}", account.state) };
    let management = if account.management { " management account" } else { "" };
    format!("{} {}{management}{state}", account.id, account.name)
}

/// Roots, units and accounts, in words. Nothing is left out: what hangs on nothing that was read stands at the end.
pub fn tree(snapshot: &Snapshot) -> String {
    let below = Below::of(snapshot);
    let (mut out, mut drawn) = (String::new(), BTreeSet::new());
    for root in &snapshot.roots {
        let _ = writeln!(out, "{}", printable(&format!("{} ({}) of {}", root.name, root.id, snapshot.organization.id)));
        below.draw(&root.id, "", &mut drawn, &mut out);
    }
    let units = snapshot.units.iter().filter(|unit| !drawn.contains(unit.id.as_str()));
    let units = units.map(|unit| format!("{}, below {}", unit_line(unit), unit.parent));
    let accounts = snapshot.accounts.iter().flatten().filter(|account| !drawn.contains(account.id.as_str()));
    let accounts = accounts.map(|account| format!("{}, below {}", account_line(account), account.parent));
    let lost: Vec<_> = units.chain(accounts).collect();
    if !lost.is_empty() {
        out.push_str("Below nothing that was read\n");
        for line in &lost {
            let _ = writeln!(out, "   {}", printable(line));
        }
    }
    out
}

/// The same for Graphviz: `nightshift org dump --format dot | dot -Tsvg`.
pub fn dot(snapshot: &Snapshot) -> String {
    let mut out = format!(
        "digraph {} {{\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n",
        quoted(&snapshot.organization.id)
    );
    for root in &snapshot.roots {
        let _ = writeln!(out, "  {} [label={}, style=bold];", quoted(&root.id), label(&root.name, &root.id));
    }
    for unit in &snapshot.units {
        let _ = writeln!(out, "  {} [label={}];", quoted(&unit.id), label(&unit.name, &unit.id));
        let _ = writeln!(out, "  {} -> {};", quoted(&unit.parent), quoted(&unit.id));
    }
    for account in snapshot.accounts.iter().flatten() {
        let style = if account.state == "ACTIVE" { "rounded" } else { "\"rounded,dashed\"" };
        let label = label(&account.name, &account.id);
        let _ = writeln!(out, "  {} [label={label}, style={style}];", quoted(&account.id));
        let _ = writeln!(out, "  {} -> {};", quoted(&account.parent), quoted(&account.id));
    }
    out.push_str("}\n");
    out
}

fn label(name: &str, id: &str) -> String {
    let (name, id) = (escaped(name), escaped(id));
    format!("\"{name}\\n{id}\"")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A name may hold what DOT reads as its own.
fn escaped(text: &str) -> String {
    printable(text).replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domains::organization::assemble::tests::{facts, snapshot};

    #[test]
    fn the_tree_shows_units_before_accounts_and_what_is_not_active() {
        let mut facts = facts();
        facts.accounts.as_mut().unwrap()[0].state = "SUSPENDED".to_owned();
        let snapshot = Snapshot::of(facts).unwrap();
        insta::assert_snapshot!(tree(&snapshot), @r"
        Root (r-1) of o-1
        ├─ Prod (ou-1)
        │  ├─ Eu (ou-2)
        │  │  └─ 333333333333 pay SUSPENDED
        │  └─ 222222222222 web
        └─ 111111111111 main management account
        ");
    }

    #[test]
    fn what_hangs_on_nothing_or_bites_its_tail_is_drawn_all_the_same() {
        let mut facts = facts();
        facts.units[1].parent = "ou-2".to_owned();
        facts.accounts.as_mut().unwrap()[1].parent = "ou-gone".to_owned();
        insta::assert_snapshot!(tree(&Snapshot::of(facts).unwrap()), @r"
        Root (r-1) of o-1
        Below nothing that was read
           Prod (ou-1), below ou-2
           Eu (ou-2), below ou-1
           111111111111 main management account, below ou-gone
           222222222222 web, below ou-1
           333333333333 pay, below ou-2
        ");
    }

    #[test]
    fn a_tree_of_any_depth_takes_nobodys_stack() {
        let mut snapshot = snapshot();
        let unit = |number: usize| UnitNode {
            id: format!("ou-{number}"),
            parent: if number == 0 { "r-1".to_owned() } else { format!("ou-{}", number - 1) },
            ..snapshot.units[0].clone()
        };
        let units: Vec<_> = (0..20_000).map(unit).collect();
        (snapshot.units, snapshot.accounts) = (units, None);
        let tree = tree(&snapshot);
        assert_eq!(tree.lines().count(), 1 + 20_000 + 1, "each of them stands there");
    }

    #[test]
    fn a_name_cannot_break_out_of_the_graph() {
        let mut facts = facts();
        facts.units[0].name = "x\"]; evil [label=\"\\".to_owned();
        let dot = dot(&Snapshot::of(facts).unwrap());
        assert!(dot.contains(r#""ou-2" [label="x\"]; evil [label=\"\\\nou-2"];"#), "{dot}");
        assert_eq!(super::dot(&snapshot()).matches(" -> ").count(), 5, "an edge for each unit and account");
    }
}
