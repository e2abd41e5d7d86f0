//! A report for people: a table for terminals, Markdown for pull requests and tickets.

use std::fmt::Write as _;

use super::Report;
use super::item::Item;
use super::notice::Delivery;
use super::sheet::{Row, Screen, Sheet, Tone, wrapped};
use crate::text::{count, printable};

/// The columns of all forms.
const HEADER: [&str; 5] = ["ITEM", "REGION", "OWNER", "OUTCOME", "WHAT AND WHY"];
/// From so many items on, what it comes to is said before them as well: the end is a screen away.
const LONG: usize = 12;

/// For a terminal `width` columns wide, without colours.
pub fn table(report: &Report, width: u16) -> String {
    show(report, Screen::plain(width.into()))
}

/// For a terminal.
pub fn show(report: &Report, screen: Screen) -> String {
    let mut text = String::new();
    for line in wrapped(&headline(report), screen.width) {
        let _ = writeln!(text, "{}", screen.paint(Tone::Bold, &line));
    }
    if report.items.len() >= LONG {
        text += &counted(report, screen);
        text.push('\n');
    }
    let items = sheet(report, "\n").show(screen);
    if !items.is_empty() {
        text += &items;
        text.push('\n');
    }
    text + &closing(report, screen)
}

/// As Markdown.
pub fn markdown(report: &Report) -> String {
    let mut text = format!("### {}\n", headline(report));
    if !report.items.is_empty() {
        let _ = writeln!(text, "\n{}", sheet(report, "; ").markdown());
    }
    text + &closing(report, Screen::plain(usize::MAX))
}

/// As CSV, a row an item.
pub fn csv(report: &Report) -> String {
    let mut sheet = Sheet::new(["id", "region", "owner", "outcome", "code", "message", "fix", "steps"]);
    for item in &report.items {
        let reason = item.reason.as_ref();
        let part = |of: fn(&super::Reason) -> &str| reason.map(|reason| of(reason).to_owned()).unwrap_or_default();
        sheet.push(Row::new([
            item.id.clone(),
            item.region.clone(),
            item.owner.clone().unwrap_or_default(),
            item.outcome.as_str().to_owned(),
            part(|reason| &reason.code),
            part(|reason| &reason.message),
            part(|reason| reason.fix.as_deref().unwrap_or_default()),
            item.steps.join("; "),
        ]));
    }
    sheet.csv()
}

fn sheet(report: &Report, between: &str) -> Sheet {
    let mut sheet = Sheet::new(HEADER);
    for item in &report.items {
        let owner = item.owner.clone().unwrap_or_else(|| "-".to_owned());
        let cells =
            [item.id.clone(), item.region.clone(), owner, item.outcome.as_str().to_owned(), words(item, between)];
        sheet.push(Row::new(cells).toned(3, item.outcome.into()));
    }
    sheet
}

fn headline(report: &Report) -> String {
    format!(
        "{} · {} · account {} · {} · {}",
        report.function,
        report.mode,
        report.account,
        report.regions.join(", "),
        report.started_at.strftime("%Y-%m-%d %H:%M UTC")
    )
}

fn words(item: &Item, between: &str) -> String {
    let mut lines: Vec<String> = item.steps.iter().map(|step| printable(step)).collect();
    if let Some(reason) = &item.reason {
        lines.push(format!("[{}] {}", reason.code, reason.message));
        lines.extend(reason.fix.iter().map(|fix| format!("→ {fix}")));
    }
    lines.extend(notes(item));
    lines.join(between)
}

/// What a domain notes beside, each as an object of `code`, `message` and `fix`.
fn notes(item: &Item) -> Vec<String> {
    let lists = item.domain.values().filter_map(|own| own.get("notes")?.as_array());
    let mut lines = Vec::new();
    for note in lists.flatten() {
        let text = |key: &str| note.get(key).and_then(serde_json::Value::as_str).map(printable);
        lines.push(format!("note [{}] {}", text("code").unwrap_or_default(), text("message").unwrap_or_default()));
        lines.extend(text("fix").map(|fix| format!("→ {fix}")));
    }
    lines
}

/// How many ended how, and what stopped the rest.
fn counted(report: &Report, screen: Screen) -> String {
    let c = report.counts;
    let parts = [
        format!("{} observed: {} planned,", c.observed, c.planned),
        format!("{} changed,", c.changed),
        format!("{} already right,", c.already_right),
        format!("{} deferred,", c.deferred),
        format!("{} skipped,", c.skipped),
        format!("{} failed", c.failed),
    ];
    // A number stays beside its word: each part is one word to whoever breaks the line.
    let text = parts.map(|part| part.replace(' ', "\u{a0}")).join(" ");
    let mut text = wrapped(&text, screen.width).join("\n").replace('\u{a0}', " ") + "\n";
    if let Some(tripped) = &report.tripped {
        let plain = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let said = format!(
            "STOPPED by {}: allowed {}, wanted {}. Not begun because of that: {}.",
            tripped.guard,
            plain(&tripped.limit),
            plain(&tripped.wanted),
            c.planned,
        );
        text += &told(&said, Some(&tripped.fix), Tone::Bad, screen);
    }
    text
}

/// What is the case, and under it what to do about it.
fn told(what: &str, fix: Option<&str>, tone: Tone, screen: Screen) -> String {
    let mut lines: Vec<_> =
        wrapped(&printable(what), screen.width).iter().map(|line| screen.paint(tone, line)).collect();
    lines.extend(fix.into_iter().flat_map(|fix| wrapped(&format!("→ {}", printable(fix)), screen.width)));
    lines.join("\n") + "\n"
}

fn closing(report: &Report, screen: Screen) -> String {
    let mut text = counted(report, screen);
    if let Some(estimate) = &report.estimate {
        let (saved, due, unknown) = (estimate.saved(), estimate.due(), estimate.unknown);
        let _ = writeln!(text, "estimate a month: {saved} saved, {due} due; {unknown} of unknown price");
    }
    for warning in &report.warnings {
        let said = format!("WARNING [{}] {}", warning.code, warning.message);
        text += &told(&said, warning.fix.as_deref(), Tone::Odd, screen);
    }
    let sent = report.notices.iter().filter(|notice| notice.outcome == Delivery::Sent).count();
    if sent > 0 {
        let _ = writeln!(text, "{} sent", count(sent, "notice"));
    }
    for notice in &report.notices {
        if let Some(reason) = &notice.reason {
            let said = format!("NOT SENT to {} ({}): {}", notice.to, notice.channel, reason.message);
            text += &told(&said, reason.fix.as_deref(), Tone::Bad, screen);
        }
    }
    let _ = writeln!(text, "plan {}", report.plan_digest);
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::item::{Outcome, Reason};
    use super::super::tripped::Tripped;
    use super::super::{Code, Counts, Mode, Whose, sample};
    use super::*;

    static PROTECTED: Code = Code { name: "protected", whose: Whose::Nobody, means: "", fix: None };

    fn report() -> Report {
        let item = |id: &str, outcome, steps: &[&str], reason| Item {
            id: id.to_owned(),
            region: "eu-west-1".to_owned(),
            owner: Some("ana|b".to_owned()),
            outcome,
            steps: steps.iter().map(|&step| step.to_owned()).collect(),
            planned: Vec::new(),
            reason,
            domain: BTreeMap::new(),
        };
        let items = vec![
            item("orders", Outcome::Planned, &["delete writer orders-1", "delete cluster orders"], None),
            item(
                "<b>",
                Outcome::Skipped,
                &[],
                Some(Reason::new(&PROTECTED, "it is protected by 'x*'", "remove its tag")),
            ),
        ];
        let tripped =
            Tripped { guard: "max_deletions".into(), limit: 1.into(), wanted: 2.into(), fix: "raise it".to_owned() };
        let counts = Counts::of(5, &items);
        Report { tripped: Some(tripped), counts, ..sample("cluster-cleanup", Mode::Plan, items) }
    }

    #[test]
    fn a_table_says_what_why_and_how_to_go_on() {
        insta::assert_snapshot!(table(&report(), 100), @"
        cluster-cleanup · plan · account 111122223333 · eu-west-1 · 2026-11-21 02:00 UTC
        ITEM    REGION     OWNER  OUTCOME  WHAT AND WHY
        orders  eu-west-1  ana|b  planned  delete writer orders-1
                                           delete cluster orders
        <b>     eu-west-1  ana|b  skipped  [protected] it is protected by 'x*'
                                           → remove its tag

        5 observed: 1 planned, 0 changed, 0 already right, 0 deferred, 1 skipped, 0 failed
        STOPPED by max_deletions: allowed 1, wanted 2. Not begun because of that: 1.
        → raise it
        plan sha256:7a2787bd24a0b3ba56271e16bb04ab2b200fa3b043e85d0b20ea6788413228ab
        ");
    }

    #[test]
    fn what_a_domain_notes_beside_is_shown_under_the_steps() {
        let mut report = report();
        let notes = serde_json::json!({"notes": [
            {"code": "foreign-grant", "message": "it has SELECT\u{1b}[0m from hers", "fix": "revoke it as hers"},
            {"code": "no-grantor-here", "message": "nobody owns tables", "fix": null},
        ]});
        report.items[0].domain = BTreeMap::from([("dbusers".into(), notes)]);
        assert_eq!(
            words(&report.items[0], "\n"),
            "delete writer orders-1\ndelete cluster orders\nnote [foreign-grant] it has SELECT\u{fffd}[0m from hers\n\
             → revoke it as hers\nnote [no-grantor-here] nobody owns tables"
        );
    }

    #[test]
    fn a_report_is_read_back_as_it_was_written() {
        let text = serde_json::to_string(&report()).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report());
    }

    #[test]
    fn markdown_lets_nothing_from_outside_be_markup() {
        insta::assert_snapshot!(markdown(&report()), @r"
        ### cluster-cleanup · plan · account 111122223333 · eu-west-1 · 2026-11-21 02:00 UTC

        | ITEM | REGION | OWNER | OUTCOME | WHAT AND WHY |
        |---|---|---|---|---|
        | orders | eu-west-1 | ana\|b | planned | delete writer orders-1; delete cluster orders |
        | &lt;b&gt; | eu-west-1 | ana\|b | skipped | \[protected\] it is protected by 'x\*'; → remove its tag |

        5 observed: 1 planned, 0 changed, 0 already right, 0 deferred, 1 skipped, 0 failed
        STOPPED by max_deletions: allowed 1, wanted 2. Not begun because of that: 1.
        → raise it
        plan sha256:7a2787bd24a0b3ba56271e16bb04ab2b200fa3b043e85d0b20ea6788413228ab
        ");
    }

    #[test]
    fn the_json_has_exactly_the_documented_fields() {
        insta::assert_json_snapshot!(report(), @r#"
        {
          "schema": 1,
          "function": "cluster-cleanup",
          "mode": "plan",
          "account": "111122223333",
          "plan_digest": "sha256:7a2787bd24a0b3ba56271e16bb04ab2b200fa3b043e85d0b20ea6788413228ab",
          "started_at": "2026-11-21T02:00:00Z",
          "finished_at": "2026-11-21T02:00:01Z",
          "regions": [
            "eu-west-1"
          ],
          "tripped": {
            "guard": "max_deletions",
            "limit": 1,
            "wanted": 2,
            "fix": "raise it"
          },
          "counts": {
            "observed": 5,
            "planned": 1,
            "changed": 0,
            "already_right": 0,
            "deferred": 0,
            "skipped": 1,
            "failed": 0
          },
          "warnings": [],
          "items": [
            {
              "id": "orders",
              "region": "eu-west-1",
              "owner": "ana|b",
              "outcome": "planned",
              "steps": [
                "delete writer orders-1",
                "delete cluster orders"
              ],
              "reason": null
            },
            {
              "id": "<b>",
              "region": "eu-west-1",
              "owner": "ana|b",
              "outcome": "skipped",
              "steps": [],
              "reason": {
                "code": "protected",
                "message": "it is protected by 'x*'",
                "fix": "remove its tag"
              }
            }
          ],
          "notices": [],
          "calls": {}
        }
        "#);
    }
}
