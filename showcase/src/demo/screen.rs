//! How the demo looks: short headings, the commands as one would type them, tables without trailing blanks, so that a
//! run can be pasted into a README as it is.

use std::io::Write;

use comfy_table::presets::{NOTHING, UTF8_HORIZONTAL_ONLY};
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use nightshift::config::Environment;
use nightshift::report::{Outcome, Report, render};

use super::account::Account;
use super::notices::Delivered;

/// Where the width is not known: a terminal somewhat wider than the classic one, and still a README's code block.
const USUAL_WIDTH: u16 = 110;

/// As the reports' tables, but without lines between rows: no cell here takes more than one line.
const STYLE: TableStyle = UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none());

/// Where the demo is shown.
pub(super) struct Screen<'a> {
    out: &'a mut dyn Write,
    width: u16,
}

impl<'a> Screen<'a> {
    /// On `out`.
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, width: width() }
    }

    /// A heading after an empty line.
    pub(super) fn section(&mut self, name: &str, about: &str) -> anyhow::Result<()> {
        self.line(&format!("\n{name} · {about}"))
    }

    /// One line, shown at once: what follows may take a while.
    pub(super) fn line(&mut self, line: &str) -> anyhow::Result<()> {
        writeln!(self.out, "{line}")?;
        Ok(self.out.flush()?)
    }

    /// Several lines.
    pub(super) fn text(&mut self, text: &str) -> anyhow::Result<()> {
        text.lines().try_for_each(|line| self.line(line.trim_end()))
    }

    /// The project's own table.
    pub(super) fn report(&mut self, report: &Report) -> anyhow::Result<()> {
        self.text(&render::table(report, self.width))
    }

    pub(super) fn clusters(&self, account: &Account) -> String {
        let header = ["CLUSTER", "REGION", "ENGINE", "OWNER", "ENV", "AUTO-DELETE-AFTER", "MEMBERS", "STATUS"];
        let mut table = self.table(&header);
        for cluster in &account.clusters {
            table.add_row([
                &cluster.id,
                cluster.region,
                &cluster.engine,
                &cluster.owner,
                &cluster.env,
                &cluster.expiry,
                &cluster.members.to_string(),
                &cluster.status,
            ]);
        }
        if let Some(members) = table.column_mut(6) {
            members.set_cell_alignment(CellAlignment::Right);
        }
        table.to_string()
    }

    pub(super) fn snapshots(&self, account: &Account) -> String {
        let mut table = self.table(&["FINAL SNAPSHOT", "REGION", "OF", "OWNER", "KEPT UNTIL"]);
        for snapshot in &account.snapshots {
            table.add_row([&snapshot.id, snapshot.region, &snapshot.cluster, &snapshot.owner, &snapshot.purge_after]);
        }
        table.to_string()
    }

    /// What changed, and nothing else of the report.
    pub(super) fn changes(&mut self, report: &Report) -> anyhow::Result<()> {
        let mut table = Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(self.width);
        for item in report.items.iter().filter(|item| item.outcome == Outcome::Changed) {
            table.add_row([item.id.clone(), item.steps.join("\n")]);
        }
        if let Some(ids) = table.column_mut(0) {
            ids.set_padding((2, 1));
        }
        self.text(&table.to_string())?;
        self.line(&format!("  {}", counts(report)))
    }

    /// Who was sent what, and where it lies.
    pub(super) fn messages(&mut self, delivered: &Delivered) -> anyhow::Result<()> {
        let files = delivered.files();
        let width = files.iter().map(|(file, _)| file.len()).max().unwrap_or_default();
        files.iter().try_for_each(|(file, what)| self.line(&format!("  {file:<width$}  {what}")))
    }

    /// A mail's text, as such.
    pub(super) fn quote(&mut self, text: &str) -> anyhow::Result<()> {
        text.lines().try_for_each(|line| self.line(format!("  │ {line}").trim_end()))
    }

    fn table(&self, header: &[&str]) -> Table {
        let mut table = Table::new();
        table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(self.width);
        table.set_header(header.iter().copied());
        // Two blanks between columns instead of three: eight columns are many.
        table.column_iter_mut().for_each(|column| _ = column.set_padding((1, 0)));
        table
    }
}

/// `text` without the blanks that fill a table's lines, so that it can be pasted into a page as it is.
pub fn shown(out: &mut dyn Write, text: &str) -> anyhow::Result<()> {
    text.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()))?;
    Ok(())
}

/// How wide the terminal is, where `COLUMNS` says so.
pub fn width() -> u16 {
    Environment::of_process().get("COLUMNS").and_then(|columns| columns.parse().ok()).unwrap_or(USUAL_WIDTH)
}

/// The counters that are not zero, in words.
pub(super) fn counts(report: &Report) -> String {
    let c = report.counts;
    let rest =
        [(c.already_right, "already right"), (c.deferred, "deferred"), (c.skipped, "skipped"), (c.failed, "failed")];
    let done = if c.planned > 0 { (c.planned, "planned") } else { (c.changed, "changed") };
    let rest = rest.into_iter().filter(|(number, _)| *number > 0);
    std::iter::once(done).chain(rest).map(|(number, word)| format!("{number} {word}")).collect::<Vec<_>>().join(", ")
}
