//! What needs an operator's hand in the accounts: things account by account, and warnings once for all accounts that have the same.

use std::collections::BTreeMap;

use super::{MOST_OWNERS, bounded, in_accounts};
use crate::domains::fleet::{FleetReport, Row};
use crate::notify::{Entry, Language, Section, Tone};
use crate::text::printable;

/// None, where nothing does.
pub(super) fn sections(report: &FleetReport, language: Language) -> impl Iterator<Item = Section> {
    [things(report, language), warnings(report, language)].into_iter().flatten()
}

fn things(report: &FleetReport, language: Language) -> Option<Section> {
    let rows: Vec<_> = report.accounts.iter().filter(|row| row.attention.things > 0).collect();
    let heading = language.pick("Accounts with things that need attention", "Cuentas con cosas que requieren atención");
    let entry = |row: &Row| {
        let entry = Entry::new(&format!("{} ({})", row.name, row.account), &row.path);
        let entry = entry.fact(language.pick("things", "cosas"), &row.attention.things.to_string());
        let said = row.attention.first.iter().filter(|remark| remark.thing.is_some());
        said.fold(entry, |entry, remark| entry.note(&printable(&remark.said())))
    };
    let heading = bounded(heading, rows.len(), language);
    Section::of(heading, Tone::Warning, rows.into_iter().take(MOST_OWNERS).map(entry).collect())
}

fn warnings(report: &FleetReport, language: Language) -> Option<Section> {
    let mut alike = BTreeMap::<_, Vec<&str>>::new();
    for row in &report.accounts {
        for remark in row.attention.first.iter().filter(|remark| remark.thing.is_none()) {
            let accounts = alike.entry((remark.code.as_deref(), remark.message.as_str())).or_default();
            // Twice in one account is once here.
            if accounts.last() != Some(&row.account.as_str()) {
                accounts.push(&row.account);
            }
        }
    }
    let heading = bounded(language.pick("Warnings", "Advertencias"), alike.len(), language);
    let entry = |((code, message), accounts): ((Option<&str>, &str), Vec<&str>)| {
        in_accounts(code.unwrap_or_default(), &accounts, language).note(&printable(message))
    };
    Section::of(heading, Tone::Warning, alike.into_iter().take(MOST_OWNERS).map(entry).collect())
}
