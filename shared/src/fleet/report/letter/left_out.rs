//! Accounts that the run left alone and that are in somebody's hand: what the selection says of them does not fit the organisation.

use super::{MOST_OWNERS, bounded, words};
use crate::domains::fleet::{FleetReport, LeftOut, codes};
use crate::notify::{Entry, Language, Section, Tone};
use crate::report::{Reason, Whose};
use crate::text::printable;

/// None, where nobody has to see to any.
pub(super) fn section(report: &FleetReport, language: Language) -> Option<Section> {
    let out: Vec<_> = report.left_out.iter().filter(|out| is_in_a_hand(&out.reason)).collect();
    let heading =
        language.pick("Accounts that the selection does not fit", "Cuentas a las que no se ajusta la selección");
    let heading = bounded(heading, out.len(), language);
    Section::of(heading, Tone::Warning, out.into_iter().take(MOST_OWNERS).map(entry).collect())
}

/// Of what it does not know, somebody has to see to it.
fn is_in_a_hand(reason: &Reason) -> bool {
    let code = codes::ALL.iter().find(|code| reason.is(code));
    code.is_none_or(|code| code.whose != Whose::Nobody)
}

fn entry(LeftOut { account, name, path, reason }: &LeftOut) -> Entry {
    // Of one that is not there, there is no name.
    let title = if name.is_empty() { account.clone() } else { format!("{name} ({account})") };
    Entry::new(&title, path).note(&printable(&words(reason)))
}
