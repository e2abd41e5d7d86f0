//! The operators' one message about a run: what went wrong first, what was done last. Made of the report alone, so that it
//! says the same of every function. It is sent after quiet nights, too: silence means that nothing ran.

use super::{Clock, Entry, Language, Letter, NotifyPolicy, Section, Tone};
use crate::report::{Concerns, Delivery, Item, Outcome, Report};
use crate::text::printable;

/// More of one kind than this are counted and not listed: the report and the log hold them all.
const MOST_LISTED: usize = 40;

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
        subject: subject(report, language),
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

fn subject(report: &Report, language: Language) -> String {
    let (function, account, counts) = (&report.function, &report.account, report.counts);
    if let Some(tripped) = &report.tripped {
        let (changed, waits) = (counts.changed, counts.planned);
        let what = match changed {
            0 => language.pick("nothing was changed".to_owned(), "no se ha cambiado nada".to_owned()),
            _ => language.pick(
                format!("{changed} changed, {waits} not begun"),
                format!("{changed} con cambios, {waits} sin empezar"),
            ),
        };
        return language.pick(
            format!("[{account}] {function} STOPPED by {}: {what}", tripped.guard),
            format!("[{account}] {function} DETENIDA por {}: {what}", tripped.guard),
        );
    }
    let (changed, failed, deferred) = (counts.changed, counts.failed, counts.deferred);
    let mut words = vec![match changed {
        0 => language.pick("nothing changed".to_owned(), "sin cambios".to_owned()),
        _ => language.pick(format!("{changed} changed"), format!("{changed} con cambios")),
    }];
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
    lead.extend(report.warnings.iter().map(|warning| printable(&format!("{} → {}", warning.message, warning.fix))));
    lead
}

fn sections(report: &Report, concerns: &Concerns, language: Language) -> Vec<Section> {
    let those = |places: &[usize]| places.iter().filter_map(|place| report.items.get(*place)).collect::<Vec<_>>();
    let ended = |outcome| report.items.iter().filter(|item| item.outcome == outcome).collect::<Vec<_>>();
    let section = |english, spanish, tone, items: Vec<&Item>| {
        let left_out = items.len().saturating_sub(MOST_LISTED);
        let mut entries: Vec<_> = items.into_iter().take(MOST_LISTED).map(|item| entry(item, language)).collect();
        if left_out > 0 {
            let more = language.pick(format!("and {left_out} more"), format!("y {left_out} más"));
            entries.push(Entry::new(&more, ""));
        }
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
            "Stuck: asked for before, and it has not come about",
            "Atascados: ya se pidió y no ha ocurrido",
            Tone::Alarm,
            those(&concerns.stuck),
        ),
        section("Stopped before it was done", "Detenido antes de hacerse", Tone::Warning, planned),
        section(
            "A person has to look at these",
            "Requieren la intervención de una persona",
            Tone::Warning,
            those(&concerns.needs_hand),
        ),
        section(
            "Nobody who can be reached owns these",
            "Sin propietario a quien avisar",
            Tone::Warning,
            those(&concerns.unowned),
        ),
        section("Deferred to the next run", "Aplazados a la próxima ejecución", Tone::Calm, ended(Outcome::Deferred)),
        section("Changed", "Cambiados", Tone::Calm, ended(Outcome::Changed)),
    ]
    .into_iter()
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
        if !reason.fix.starts_with("nothing to do") {
            entry = entry.note(&format!("→ {}", reason.fix));
        }
    }
    entry
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
                Some(reason) => entry.note(&reason.message).note(&format!("→ {}", reason.fix)),
                None => entry,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::text;
    use super::*;
    use crate::config::{Environment, Settings};
    use crate::report::Notice;
    use crate::report::SCHEMA;
    use crate::report::Tripped;
    use crate::report::{Counts, Mode, PlanDigest, Reason};

    fn item(id: &str, outcome: Outcome, steps: &[&str], reason: Option<Reason>) -> Item {
        Item {
            id: id.to_owned(),
            region: "eu-west-1".to_owned(),
            owner: Some("ana".to_owned()),
            outcome,
            steps: steps.iter().map(|&step| step.to_owned()).collect(),
            reason,
            domain: BTreeMap::new(),
        }
    }

    fn report(items: Vec<Item>, tripped: Option<Tripped>) -> Report {
        Report {
            schema: SCHEMA,
            function: "cluster-cleanup".into(),
            mode: Mode::Apply,
            account: "111122223333".to_owned(),
            plan_digest: PlanDigest::of("f", "a", &["s"]),
            started_at: "2026-11-21T02:00:00Z".parse().unwrap(),
            finished_at: "2026-11-21T02:00:01Z".parse().unwrap(),
            regions: vec!["eu-west-1".to_owned()],
            tripped,
            counts: Counts::of(9, &items),
            warnings: Vec::new(),
            items,
            notices: vec![Notice {
                kind: "owner".into(),
                channel: "mail".into(),
                to: "ana@example.com".to_owned(),
                about: vec!["orders".to_owned()],
                outcome: Delivery::Failed,
                reason: Some(Reason::new("not-sent", "SES said no", "verify it")),
            }],
            calls: BTreeMap::new(),
        }
    }

    fn policy(variables: &[(&str, &str)]) -> NotifyPolicy {
        let environment: Environment = variables.iter().copied().collect();
        NotifyPolicy::read(&mut Settings::of(&environment))
    }

    fn night() -> (Vec<Item>, Concerns) {
        let items = vec![
            item("orders", Outcome::Changed, &["deletion requested"], None),
            item("billing", Outcome::Failed, &[], Some(Reason::new("access-denied", "AWS said no", "allow it"))),
            item("trial", Outcome::Skipped, &[], Some(Reason::new("malformed-expiry", "no time", "write one"))),
            item("later", Outcome::Skipped, &[], Some(Reason::new("not-due", "later", "nothing to do"))),
        ];
        (items, Concerns { stuck: vec![0], needs_hand: vec![2], unowned: vec![0] })
    }

    #[test]
    fn operators_read_what_went_wrong_first() {
        let (items, concerns) = night();
        let letter = summary(&report(items, None), &concerns, &policy(&[]));
        assert_eq!(letter.tone, Tone::Alarm);
        insta::assert_snapshot!(text(&letter), @"
        [111122223333] cluster-cleanup: 1 FAILED, 1 changed

        Run of Sat 21 Nov 2026, 02:00 UTC: 9 looked at, 1 changed, 0 already right, 0 deferred, 2 skipped, 1 failed.


        Failed
        ------

        * billing (eu-west-1)
          Owner: ana
          [access-denied] AWS said no
          → allow it


        Messages that could not be sent
        -------------------------------

        * ana@example.com (mail)
          About: orders
          SES said no
          → verify it


        Stuck: asked for before, and it has not come about
        --------------------------------------------------

        * orders (eu-west-1)
          Owner: ana
          deletion requested


        A person has to look at these
        -----------------------------

        * trial (eu-west-1)
          Owner: ana
          [malformed-expiry] no time
          → write one


        Nobody who can be reached owns these
        ------------------------------------

        * orders (eu-west-1)
          Owner: ana
          deletion requested


        Changed
        -------

        * orders (eu-west-1)
          Owner: ana
          deletion requested

        --
        Plan: sha256:7a2787bd24a0b3ba56271e16bb04ab2b200fa3b043e85d0b20ea6788413228ab
        Regions: eu-west-1
        The whole report is in the function's log, and in NIGHTSHIFT_REPORT_BUCKET where that is set.
        ");
    }

    #[test]
    fn and_so_in_spanish_and_a_trip_stands_in_the_subject() {
        let tripped =
            Tripped { guard: "max_deletions".into(), limit: 1.into(), wanted: 2.into(), fix: "raise it".into() };
        let items = vec![item("orders", Outcome::Planned, &["delete cluster orders"], None)];
        let spanish = policy(&[("NIGHTSHIFT_LANGUAGE", "es"), ("NIGHTSHIFT_TIME_ZONE", "Europe/Madrid")]);
        insta::assert_snapshot!(text(&summary(&report(items, Some(tripped)), &Concerns::default(), &spanish)), @"
        [111122223333] cluster-cleanup DETENIDA por max_deletions: no se ha cambiado nada

        Ejecución del sáb 21 nov 2026, 03:00 CET (02:00 UTC): 9 examinados, 0 con cambios, 0 ya correctos, 0 aplazados, 0 omitidos, 0 con fallo.

        El límite max_deletions la detuvo: permitido 1, pedido 2. Sin empezar por ello: 1.

        → raise it


        Mensajes que no se pudieron enviar
        ----------------------------------

        * ana@example.com (mail)
          Acerca de: orders
          SES said no
          → verify it


        Detenido antes de hacerse
        -------------------------

        * orders (eu-west-1)
          Propietario: ana
          delete cluster orders

        --
        Plan: sha256:7a2787bd24a0b3ba56271e16bb04ab2b200fa3b043e85d0b20ea6788413228ab
        Regiones: eu-west-1
        El informe completo está en el registro de la función, y en NIGHTSHIFT_REPORT_BUCKET si está definido.
        ");
    }

    #[test]
    fn a_quiet_night_is_told_too_and_a_long_one_is_cut() {
        let mut quiet = report(Vec::new(), None);
        quiet.notices.clear();
        let letter = summary(&quiet, &Concerns::default(), &policy(&[]));
        assert_eq!((letter.tone, letter.sections.len()), (Tone::Calm, 0));
        assert_eq!(letter.subject, "[111122223333] cluster-cleanup: nothing changed");
        quiet.warnings.push(Reason::new("other", "no channel is set", "set one"));
        assert_eq!(summary(&quiet, &Concerns::default(), &policy(&[])).tone, Tone::Warning);
        let many: Vec<_> = (0..100).map(|n| item(&format!("c{n}"), Outcome::Changed, &[], None)).collect();
        let letter = summary(&report(many, None), &Concerns::default(), &policy(&[]));
        let last = letter.sections.last().unwrap().entries.last().unwrap();
        assert_eq!((letter.sections.last().unwrap().entries.len(), last.title.as_str()), (41, "and 60 more"));
    }
}
