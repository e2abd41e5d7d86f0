//! What the operators read: what came, went and changed, kind by kind.

use crate::domains::organization::{Change, Diff, Kind, Snapshot};
use crate::notify::{Entry, Language, Letter, Section, Tone};
use crate::text::count;

const KINDS: [(Kind, [&str; 2]); 6] = [
    (Kind::Account, ["Accounts", "Cuentas"]),
    (Kind::Unit, ["Organizational units", "Unidades organizativas"]),
    (Kind::Policy, ["Policies", "Políticas"]),
    (Kind::Root, ["Root", "Raíz"]),
    (Kind::DelegatedAdministrator, ["Delegated administrators", "Administradores delegados"]),
    (Kind::TrustedService, ["Trusted services", "Servicios de confianza"]),
];

/// See the module. Without a `diff` it is the first they hear of it.
pub(super) fn letter(now: &Snapshot, diff: Option<&Diff>, language: Language) -> Letter {
    let id = &now.organization.id;
    let (accounts, units) = (now.accounts.as_ref().map_or(0, Vec::len), now.units.len());
    let (subject, lead) = match diff {
        None => (
            language.pick(
                format!("[{id}] organisation on record from now on"),
                format!("[{id}] organización registrada desde ahora"),
            ),
            language.pick(
                format!("The first snapshot has {} and {}.", count(accounts, "account"), count(units, "unit")),
                format!("La primera captura tiene {accounts} cuentas y {units} unidades."),
            ),
        ),
        Some(diff) => {
            let changes = diff.changes.len();
            (
                language.pick(
                    format!("[{id}] organisation: {}", count(changes, "change")),
                    format!("[{id}] organización: {changes} cambios"),
                ),
                language.pick(
                    format!("What changed between {} and {}.", diff.from, diff.to),
                    format!("Lo que cambió entre {} y {}.", diff.from, diff.to),
                ),
            )
        }
    };
    let changes = diff.map(|diff| diff.changes.as_slice()).unwrap_or_default();
    let section = |(kind, [english, spanish]): (Kind, [&str; 2])| {
        let entries = changes.iter().filter(|change| change.kind == kind).map(entry).collect();
        Section::of(language.pick(english, spanish), Tone::Calm, entries)
    };
    Letter {
        subject,
        tone: Tone::Calm,
        lead: vec![lead],
        sections: KINDS.into_iter().filter_map(section).collect(),
        footer: vec![language.pick(
            "The whole organisation is in the snapshot of the function's bucket; `nightshift org diff` compares two of its versions."
                .to_owned(),
            "La organización completa está en la captura del bucket de la función; `nightshift org diff` compara dos versiones."
                .to_owned(),
        )],
        lang: language.code(),
    }
}

fn entry(change: &Change) -> Entry {
    let entry = Entry::new(&change.name, &change.id).note(&change.words());
    change.lines.iter().fold(entry, |entry, line| entry.note(line))
}
