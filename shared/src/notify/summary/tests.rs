//! The summary of believable runs, word for word.

use std::collections::BTreeMap;

use super::super::text;
use super::*;
use crate::config::{Environment, Settings};
use crate::report::{Code, Counts, Mode, Notice, PlanDigest, Reason, SCHEMA, Sort, Tripped, Whose, codes};

static MALFORMED: Code = Code { name: "malformed-expiry", whose: Whose::Owner, means: "", fix: None };
static NOT_DUE: Code = Code { name: "not-due", whose: Whose::Nobody, means: "", fix: None };

fn item(id: &str, outcome: Outcome, steps: &[&str], reason: Option<Reason>) -> Item {
    Item {
        id: id.to_owned(),
        region: "eu-west-1".to_owned(),
        owner: Some("ana".to_owned()),
        outcome,
        steps: steps.iter().map(|&step| step.to_owned()).collect(),
        planned: Vec::new(),
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
        by: crate::report::By::default(),
        plan_digest: PlanDigest::of("f", "a", &["s"]),
        started_at: "2026-11-21T02:00:00Z".parse().unwrap(),
        finished_at: "2026-11-21T02:00:01Z".parse().unwrap(),
        regions: vec!["eu-west-1".to_owned()],
        tripped,
        tripped_besides: Vec::new(),
        counts: Counts::of(9, &items),
        warnings: Vec::new(),
        items,
        notices: vec![Notice {
            kind: "owner".into(),
            channel: "mail".into(),
            to: "ana@example.com".to_owned(),
            about: vec!["orders".to_owned()],
            outcome: Delivery::Failed,
            reason: Some(Reason::new(&codes::NOT_SENT, "SES said no", "verify it")),
        }],
        estimate: None,
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
        item("billing", Outcome::Failed, &[], Some(Reason::new(&codes::ACCESS_DENIED, "AWS said no", "allow it"))),
        item("trial", Outcome::Skipped, &[], Some(Reason::new(&MALFORMED, "no time", "write one"))),
        item("later", Outcome::Skipped, &[], Some(Reason::plain(&NOT_DUE, "later"))),
    ];
    (items, Concerns { stuck: vec![0], needs_hand: vec![2], unowned: vec![0], ..Concerns::default() })
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


    Stuck: begun and not finished
    -----------------------------

    * orders (eu-west-1)
      Owner: ana
      deletion requested


    Need attention
    --------------

    * trial (eu-west-1)
      Owner: ana
      [malformed-expiry] no time
      → write one


    No owner could be told about these
    ----------------------------------

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
    let tripped = Tripped { guard: "max_deletions".into(), limit: 1.into(), wanted: 2.into(), fix: "raise it".into() };
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
fn a_quiet_night_is_told_too_and_a_long_one_is_not_cut() {
    let mut quiet = report(Vec::new(), None);
    quiet.notices.clear();
    let letter = summary(&quiet, &Concerns::default(), &policy(&[]));
    assert_eq!((letter.tone, letter.sections.len()), (Tone::Calm, 0));
    assert_eq!(letter.subject, "[111122223333] cluster-cleanup: nothing changed");
    quiet.warnings.push(Reason::new(&codes::CLOCK_UNKNOWN, "no channel is set", "set one"));
    assert_eq!(summary(&quiet, &Concerns::default(), &policy(&[])).tone, Tone::Warning);
    let many: Vec<_> = (0..500).map(|n| item(&format!("c{n}"), Outcome::Changed, &[], None)).collect();
    let letter = summary(&report(many, None), &Concerns::default(), &policy(&[]));
    assert_eq!(letter.sections.last().unwrap().entries.len(), 500, "nothing that is open or was done is left out");
    assert_eq!(letter.subject, "[111122223333] cluster-cleanup: 500 changed");
}

#[test]
fn what_was_done_is_counted_by_what_it_is() {
    let items: Vec<_> = [Outcome::Changed, Outcome::Changed, Outcome::Changed, Outcome::Deferred, Outcome::Changed]
        .into_iter()
        .enumerate()
        .map(|(n, outcome)| item(&format!("c{n}"), outcome, &[], None))
        .collect();
    let sort = |heading, one, several, places| Sort { heading, one, several, places };
    let deleted = sort(
        ["Deleted", "Eliminados"],
        ["cluster deleted", "clúster eliminado"],
        ["clusters deleted", "clústeres eliminados"],
        vec![0, 3],
    );
    let told = sort(["Told", "Avisados"], ["notice", "aviso"], ["notices", "avisos"], vec![1, 2]);
    let concerns = Concerns { sorts: vec![deleted, told], ..Concerns::default() };
    let said = |language| {
        let letter = summary(&report(items.clone(), None), &concerns, &policy(&[("NIGHTSHIFT_LANGUAGE", language)]));
        let headings: Vec<_> = letter.sections.iter().map(|section| section.heading.clone()).collect();
        format!("{}\n{}", letter.subject, headings[headings.len() - 3..].join(", "))
    };
    insta::assert_snapshot!(said("en"), @"
    [111122223333] cluster-cleanup: 1 cluster deleted, 2 notices, 1 changed, 1 deferred
    Deleted, Told, Changed
    ");
    insta::assert_snapshot!(said("es"), @"
    [111122223333] cluster-cleanup: 1 clúster eliminado, 2 avisos, 1 con cambios, 1 aplazado
    Eliminados, Avisados, Cambiados
    ");
}
