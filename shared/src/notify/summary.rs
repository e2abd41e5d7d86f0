//! The operators' one message about a run: what went wrong first, what was done last. Made of the report alone, so that it
//! says the same of every function. It is sent after quiet nights, too: silence means that nothing ran.

use super::{Clock, Entry, Language, Letter, NotifyPolicy, Section, Tone};
use crate::report::{Concerns, Delivery, Estimate, Item, Outcome, Reason, Report, Words};
use crate::text::printable;

/// See the module.
pub fn summary(report: &Report, concerns: &Concerns, policy: &NotifyPolicy) -> Letter {
    let language = policy.language;
    let clock = Clock { zone: &policy.time_zone, language };
    let sections = sections(report, concerns, language);
    let tone = sections.iter().map(|section| section.tone).max().unwrap_or(Tone::Calm);
    let tone = match (&report.tripped, report.warnings.is_empty()) {
        (Some(_), _) => Tone::Alarm,
        (None, true) => tone,
        (None, false) => tone.max(Tone::Warning),
    };
    Letter {
        subject: subject(report, concerns, language),
        tone,
        lead: lead(report, clock),
        sections,
        footer: vec![
            format!("Plan: {}", report.plan_digest),
            format!("{}: {}", language.pick("Regions", "Regiones"), report.regions.join(", ")),
            language.pick(
                "The whole report is in the function's log, and in NIGHTSHIFT_REPORT_BUCKET where that is set.".to_owned(),
                "El informe completo está en el registro de la función, y en NIGHTSHIFT_REPORT_BUCKET si está definido."
                    .to_owned(),
            ),
        ],
        lang: language.code(),
    }
}

fn subject(report: &Report, concerns: &Concerns, language: Language) -> String {
    let (function, account, counts) = (&report.function, &report.account, report.counts);
    if let Some(tripped) = &report.tripped {
        let waits = counts.planned;
        let what = if counts.changed == 0 {
            language.pick("nothing was changed".to_owned(), "no se ha cambiado nada".to_owned())
        } else {
            let changed = changed(report, concerns, language).join(", ");
            language.pick(format!("{changed}, {waits} not begun"), format!("{changed}, {waits} sin empezar"))
        };
        return language.pick(
            format!("[{account}] {function} STOPPED by {}: {what}", tripped.guard),
            format!("[{account}] {function} DETENIDA por {}: {what}", tripped.guard),
        );
    }
    let (failed, deferred) = (counts.failed, counts.deferred);
    let mut words = changed(report, concerns, language);
    if failed > 0 {
        words.insert(0, language.pick(format!("{failed} FAILED"), format!("{failed} CON FALLO")));
    }
    if deferred > 0 {
        words.push(language.pick(
            format!("{deferred} deferred"),
            format!("{deferred} {}", if deferred == 1 { "aplazado" } else { "aplazados" }),
        ));
    }
    format!("[{account}] {function}: {}", words.join(", "))
}

/// What was changed, sort by sort.
fn changed(report: &Report, concerns: &Concerns, language: Language) -> Vec<String> {
    let mut words: Vec<_> = concerns
        .sorts
        .iter()
        .filter_map(|sort| match done(report, &sort.places).len() {
            0 => None,
            1 => Some(format!("1 {}", pick(language, sort.one))),
            number => Some(format!("{number} {}", pick(language, sort.several))),
        })
        .collect();
    match others(report, concerns).len() {
        0 if words.is_empty() => words.push(language.pick("nothing changed", "sin cambios").to_owned()),
        0 => {}
        number => words.push(language.pick(format!("{number} changed"), format!("{number} con cambios"))),
    }
    words
}

/// The items at `places` that were changed.
fn done<'a>(report: &'a Report, places: &[usize]) -> Vec<&'a Item> {
    let those = places.iter().filter_map(|place| report.items.get(*place));
    those.filter(|item| item.outcome == Outcome::Changed).collect()
}

/// What was changed and is of no sort.
fn others<'a>(report: &'a Report, concerns: &Concerns) -> Vec<&'a Item> {
    let sorted = |place| concerns.sorts.iter().any(|sort| sort.places.contains(&place));
    let all = report.items.iter().enumerate();
    all.filter(|(place, item)| item.outcome == Outcome::Changed && !sorted(*place)).map(|(_, item)| item).collect()
}

fn pick(language: Language, [english, spanish]: Words) -> &'static str {
    language.pick(english, spanish)
}

fn lead(report: &Report, clock: Clock<'_>) -> Vec<String> {
    let language = clock.language;
    let c = report.counts;
    let at = clock.show(report.started_at);
    let mut lead = vec![language.pick(
        format!(
            "Run of {at}: {} looked at, {} changed, {} already right, {} deferred, {} skipped, {} failed.",
            c.observed, c.changed, c.already_right, c.deferred, c.skipped, c.failed
        ),
        format!(
            "Ejecución del {at}: {} examinados, {} con cambios, {} ya correctos, {} aplazados, {} omitidos, {} con fallo.",
            c.observed, c.changed, c.already_right, c.deferred, c.skipped, c.failed
        ),
    )];
    if let Some(tripped) = &report.tripped {
        lead.push(language.pick(
            format!(
                "The guard {} stopped it: allowed {}, wanted {}. Not begun because of that: {}.",
                tripped.guard, tripped.limit, tripped.wanted, c.planned
            ),
            format!(
                "El límite {} la detuvo: permitido {}, pedido {}. Sin empezar por ello: {}.",
                tripped.guard, tripped.limit, tripped.wanted, c.planned
            ),
        ));
        lead.push(format!("→ {}", printable(&tripped.fix)));
    }
    lead.extend(report.estimate.as_ref().map(|estimate| saved(estimate, language)));
    lead.extend(report.warnings.iter().map(|warning| {
        printable(&match &warning.fix {
            Some(fix) => format!("{} → {fix}", warning.message),
            None => warning.message.clone(),
        })
    }));
    lead
}

fn saved(estimate: &Estimate, language: Language) -> String {
    let (saved, due, unknown) = (estimate.saved(), estimate.due(), estimate.unknown);
    let mut words = language.pick(
        format!(
            "Estimate: what was deleted cost {saved} a month, and what is due and still there costs {due} a month."
        ),
        format!("Estimación: lo eliminado costaba {saved} al mes, y lo caducado que sigue ahí cuesta {due} al mes."),
    );
    if unknown > 0 {
        words.push_str(&language.pick(
            format!(" Not counted, because their price is not known: {unknown}."),
            format!(" Sin contar, porque no se conoce su precio: {unknown}."),
        ));
    }
    words
}

fn sections(report: &Report, concerns: &Concerns, language: Language) -> Vec<Section> {
    let those = |places: &[usize]| places.iter().filter_map(|place| report.items.get(*place)).collect::<Vec<_>>();
    let ended = |outcome| report.items.iter().filter(|item| item.outcome == outcome).collect::<Vec<_>>();
    // All of them: what is too long for one message goes on in the next.
    let section = |english, spanish, tone, items: Vec<&Item>| {
        let entries = items.into_iter().map(|item| entry(item, language)).collect();
        Section::of(language.pick(english, spanish), tone, entries)
    };
    let planned = if report.tripped.is_some() { ended(Outcome::Planned) } else { Vec::new() };
    [
        section("Failed", "Con fallo", Tone::Alarm, ended(Outcome::Failed)),
        Section::of(
            language.pick("Messages that could not be sent", "Mensajes que no se pudieron enviar"),
            Tone::Alarm,
            not_sent(report, language),
        ),
        section(
            "Stuck: begun and not finished",
            "Atascados: empezados y sin terminar",
            Tone::Alarm,
            those(&concerns.stuck),
        ),
        section("Stopped before it was done", "Detenido antes de hacerse", Tone::Warning, planned),
        section("Need attention", "Requieren atención", Tone::Warning, those(&concerns.needs_hand)),
        section(
            "No owner could be told about these",
            "Sin propietario a quien avisar",
            Tone::Warning,
            those(&concerns.unowned),
        ),
        section("Deferred to the next run", "Aplazados a la próxima ejecución", Tone::Calm, ended(Outcome::Deferred)),
    ]
    .into_iter()
    .chain(concerns.sorts.iter().map(|sort| {
        let [english, spanish] = sort.heading;
        section(english, spanish, Tone::Calm, done(report, &sort.places))
    }))
    .chain([section("Changed", "Cambiados", Tone::Calm, others(report, concerns))])
    .flatten()
    .collect()
}

fn entry(item: &Item, language: Language) -> Entry {
    let mut entry = Entry::new(&item.id, &item.region);
    if let Some(owner) = &item.owner {
        entry = entry.fact(language.pick("Owner", "Propietario"), owner);
    }
    for step in &item.steps {
        entry = entry.note(step);
    }
    if let Some(reason) = &item.reason {
        entry = entry.note(&format!("[{}] {}", reason.code, reason.message));
        if let Some(fix) = &reason.fix {
            entry = entry.note(&format!("→ {fix}"));
        }
    }
    notes(item).iter().fold(entry, |entry, note| entry.note(note))
}

/// What a domain notes beside.
fn notes(item: &Item) -> Vec<String> {
    let lists = item.domain.values().filter_map(|own| own.get("notes")?.as_array());
    let text = |note: &serde_json::Value, key: &str| note[key].as_str().map(str::to_owned);
    let said = |note| text(note, "message").into_iter().chain(text(note, "fix").map(|fix| format!("→ {fix}")));
    lists.flatten().flat_map(said).collect()
}

fn not_sent(report: &Report, language: Language) -> Vec<Entry> {
    let failed = report.notices.iter().filter(|notice| notice.outcome == Delivery::Failed);
    failed
        .map(|notice| {
            let mut entry = Entry::new(&notice.to, &notice.channel);
            if !notice.about.is_empty() {
                entry = entry.fact(language.pick("About", "Acerca de"), &notice.about.join(", "));
            }
            match &notice.reason {
                Some(Reason { message, fix: Some(fix), .. }) => entry.note(message).note(&format!("→ {fix}")),
                Some(reason) => entry.note(&reason.message),
                None => entry,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
