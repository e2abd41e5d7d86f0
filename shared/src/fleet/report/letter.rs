//! The operators' one letter about a run: what went wrong first. Of accounts that were well it has a number.

mod attention;
mod left_out;
mod unreported;

use crate::domains::fleet::{Ended, FleetReport, Row, Share};
use crate::notify::{Clock, Entry, Language, Letter, NotifyPolicy, Section, Tone};
use crate::report::{Counts, Reason};
use crate::text::printable;

/// About `report`, whose page lies at `place`.
pub fn letter(report: &FleetReport, place: &str, policy: &NotifyPolicy) -> Letter {
    let language = policy.language;
    let clock = Clock { zone: &policy.time_zone, language };
    let sections: Vec<_> = [
        unreported::section(report, language),
        section(
            report,
            Ended::Failed,
            Tone::Alarm,
            language.pick("Accounts that failed", "Cuentas con fallo"),
            language,
        ),
        section(
            report,
            Ended::Planned,
            Tone::Warning,
            language.pick("Accounts with something left to do", "Cuentas con algo pendiente"),
            language,
        ),
        section(
            report,
            Ended::Skipped,
            Tone::Warning,
            language.pick("Accounts left alone", "Cuentas omitidas"),
            language,
        ),
        left_out::section(report, language),
    ]
    .into_iter()
    .flatten()
    .chain(attention::sections(report, language))
    .chain(owners(report, language))
    .collect();
    let tone = sections.iter().map(|section| section.tone).max().unwrap_or(Tone::Calm);
    let tone = if report.tripped.is_some() { Tone::Alarm } else { tone };
    Letter {
        subject: subject(report, language),
        tone: if report.warnings.is_empty() { tone } else { tone.max(Tone::Warning) },
        lead: lead(report, clock),
        sections,
        footer: vec![
            format!("Plan: {}", report.plan_digest),
            format!(
                "{}: nightshift fleet report {} --job {}",
                language.pick("The same on a command line", "Lo mismo en la línea de comandos"),
                printable(&report.execution),
                printable(&report.function)
            ),
            language.pick(
                format!("Every account and Region, with a link to each report: {}", printable(place)),
                format!("Cada cuenta y región, con un enlace a cada informe: {}", printable(place)),
            ),
        ],
        lang: language.code(),
    }
}

fn subject(report: &FleetReport, language: Language) -> String {
    let organization = report.organization.as_deref().map(printable).unwrap_or_default();
    let function = &report.function;
    if let Some(tripped) = &report.tripped {
        return language.pick(
            format!("[{organization}] {function} STOPPED by {}: nothing was changed in any account", tripped.guard),
            format!(
                "[{organization}] {function} DETENIDA por {}: no se ha cambiado nada en ninguna cuenta",
                tripped.guard
            ),
        );
    }
    let (failed, changed, accounts) = (report.failed().count(), report.counts.changed, report.accounts.len());
    let among = report.accounts.iter().filter(|row| row.counts.changed > 0).count();
    let mut words = Vec::new();
    if failed > 0 {
        words.push(language.pick(
            format!("{failed} of {accounts} accounts FAILED"),
            format!("{failed} de {accounts} cuentas CON FALLO"),
        ));
    }
    let begun: usize = report.unreported().map(|(_, unreported)| unreported.things.len()).sum();
    if begun > 0 {
        words
            .push(language.pick(format!("{begun} begun and in NO REPORT"), format!("{begun} empezados y SIN INFORME")));
    }
    words.push(match changed {
        0 if report.is_blind() => language
            .pick(format!("NONE of {accounts} accounts looked at"), format!("NINGUNA de {accounts} cuentas examinada")),
        0 => language.pick(
            format!("nothing changed in {accounts} {}", if accounts == 1 { "account" } else { "accounts" }),
            format!("sin cambios en {accounts} {}", if accounts == 1 { "cuenta" } else { "cuentas" }),
        ),
        _ => language.pick(
            format!("{changed} changed in {among} {}", if among == 1 { "account" } else { "accounts" }),
            format!("{changed} con cambios en {among} {}", if among == 1 { "cuenta" } else { "cuentas" }),
        ),
    });
    format!("[{organization}] {function}: {}", words.join(", "))
}

fn lead(report: &FleetReport, clock: Clock<'_>) -> Vec<String> {
    let language = clock.language;
    let at = clock.show(report.started_at);
    let of = |ended| report.ended.get(&ended).copied().unwrap_or_default();
    let (done, nothing, planned) = (of(Ended::Done), of(Ended::Nothing), of(Ended::Planned));
    let (skipped, failed, left_out) = (of(Ended::Skipped), of(Ended::Failed), report.left_out.len());
    let mut lead = vec![language.pick(
        format!(
            "Run of {at} through {} accounts: {done} changed, {nothing} with nothing to do, {planned} with something left to do, \
             {skipped} left alone, {failed} failed. Not part of it by the selection: {left_out}.",
            report.accounts.len()
        ),
        format!(
            "Ejecución del {at} por {} cuentas: {done} con cambios, {nothing} sin nada que hacer, {planned} con algo pendiente, \
             {skipped} omitidas, {failed} con fallo. Fuera de la selección: {left_out}.",
            report.accounts.len()
        ),
    )];
    if let Some(tripped) = &report.tripped {
        lead.push(language.pick(
            format!("The guard {} stopped it: allowed {}, wanted {}.", tripped.guard, tripped.limit, tripped.wanted),
            format!("El límite {} la detuvo: permitido {}, pedido {}.", tripped.guard, tripped.limit, tripped.wanted),
        ));
        lead.push(format!("→ {}", printable(&tripped.fix)));
    } else {
        lead.extend(report.warnings.iter().map(|warning| printable(&words(warning))));
    }
    lead.extend(report.estimate.as_ref().map(|estimate| {
        let (saved, due) = (estimate.saved(), estimate.due());
        language.pick(
            format!(
                "Estimate: what was deleted cost {saved} a month, and what is due and still there costs {due} a month."
            ),
            format!(
                "Estimación: lo eliminado costaba {saved} al mes, y lo caducado que sigue ahí cuesta {due} al mes."
            ),
        )
    }));
    lead
}

/// Of so many owners the letter says what is theirs; `report.json` has all.
const MOST_OWNERS: usize = 40;
/// And so many of their accounts by number.
const MOST_ACCOUNTS: usize = 10;

/// Those who hear of several accounts: each gets one message an account.
fn owners(report: &FleetReport, language: Language) -> Option<Section> {
    let mut several: Vec<_> = report.owners.iter().filter(|(_, accounts)| accounts.len() > 1).collect();
    several.sort_by_key(|(owner, accounts)| (std::cmp::Reverse(accounts.len()), owner.as_str()));
    let heading = language.pick("Owners of things in several accounts", "Dueños de cosas en varias cuentas");
    let heading = bounded(heading, several.len(), language);
    let entries = several.into_iter().take(MOST_OWNERS).map(|(owner, accounts)| {
        let sum = |of: fn(&Share) -> usize| accounts.values().map(of).sum::<usize>();
        let counts = [
            (language.pick("changed", "con cambios"), sum(|share| share.changed)),
            (language.pick("waiting", "pendientes"), sum(|share| share.waiting)),
            (language.pick("failed", "con fallo"), sum(|share| share.failed)),
        ];
        let named: Vec<_> = accounts.keys().map(String::as_str).collect();
        let entry = in_accounts(owner, &named, language);
        let counts = counts.into_iter().filter(|(_, count)| *count > 0);
        counts.fold(entry, |entry, (what, count)| entry.fact(what, &count.to_string()))
    });
    Section::of(heading, Tone::Calm, entries.collect())
}

/// `heading` over `number` entries, of which no more than [`MOST_OWNERS`] follow.
fn bounded(heading: &str, number: usize, language: Language) -> String {
    match number.checked_sub(MOST_OWNERS).filter(|more| *more > 0) {
        None => heading.to_owned(),
        Some(more) => language.pick(
            format!("{heading}: the first {MOST_OWNERS}, and {more} more in report.json"),
            format!("{heading}: los primeros {MOST_OWNERS}, y {more} más en report.json"),
        ),
    }
}

/// One entry about several accounts.
fn in_accounts(title: &str, accounts: &[&str], language: Language) -> Entry {
    let named: Vec<_> = accounts.iter().take(MOST_ACCOUNTS).copied().collect();
    let more = accounts.len() - named.len();
    let more =
        if more == 0 { String::new() } else { language.pick(format!(" and {more} more"), format!(" y {more} más")) };
    let place = match accounts.len() {
        1 => language.pick("1 account", "1 cuenta").to_owned(),
        number => language.pick(format!("{number} accounts"), format!("{number} cuentas")),
    };
    Entry::new(title, &place).fact(language.pick("accounts", "cuentas"), &(named.join(", ") + &more))
}

fn words(reason: &Reason) -> String {
    match &reason.fix {
        Some(fix) => format!("{} → {fix}", reason.message),
        None => reason.message.clone(),
    }
}

fn section(report: &FleetReport, ended: Ended, tone: Tone, heading: &str, language: Language) -> Option<Section> {
    let rows = report.accounts.iter().filter(|row| row.ended == ended);
    Section::of(heading, tone, rows.map(|row| entry(row, report, language)).collect())
}

fn entry(row: &Row, report: &FleetReport, language: Language) -> Entry {
    let entry = Entry::new(&format!("{} ({})", row.name, row.account), &row.path);
    let entry = match items(row, language) {
        items if items.is_empty() => entry,
        items => entry.fact(language.pick("items", "elementos"), &items),
    };
    let regions = row.regions.iter().filter(|(_, regional)| regional.ended == row.ended);
    let entry = regions.fold(entry, |entry, (region, regional)| {
        entry.fact(&printable(region), regional.code.as_deref().unwrap_or(regional.ended.as_str()))
    });
    let of_it = row.regions.iter().filter(|(_, regional)| regional.ended == row.ended);
    let said = of_it.filter_map(|(region, regional)| Some((region, regional.message.as_deref()?)));
    let entry = said.fold(entry, |entry, (region, message)| entry.note(&printable(&format!("{region}: {message}"))));
    // What stopped the whole run is said once.
    let is_of_all = |reason: &&Reason| report.warnings.iter().any(|warning| warning.code == reason.code);
    match row.reason.as_ref().filter(|reason| !is_of_all(reason)) {
        Some(reason) => entry.note(&words(reason)),
        None => entry,
    }
}

/// What became of the things in an account, as far as anything did.
fn items(row: &Row, language: Language) -> String {
    let Counts { observed: _, planned, changed, already_right: _, deferred, skipped: _, failed } = row.counts;
    let all = [
        (failed, language.pick("failed", "con fallo")),
        (changed, language.pick("changed", "cambiados")),
        (planned, language.pick("to be changed", "por cambiar")),
        (deferred, language.pick("put off", "aplazados")),
    ];
    let some = all.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}"));
    some.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
