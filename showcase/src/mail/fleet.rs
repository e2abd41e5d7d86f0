//! What operators are told of a run through the organisation, of believable nights and of a hostile one.

use nightshift::domains::fleet::{
    Ended, FleetReport, Item, LeftOut, Maps, Regional, Row, Run, Unreported, codes as of_fleet, fold,
};
use nightshift::report::{Begun, Counts, Estimate, Mode, Reason, Tripped, codes};

use super::{at, hostile};

/// How so many accounts ended, and why.
struct Ending(usize, Ended, Option<Reason>);

/// Some failed, some wait, one was left alone, most were well.
pub(super) fn bad_night() -> FleetReport {
    let died = Reason::new(
        &of_fleet::WORKER_FAILED,
        "its worker ended with Sandbox.Timedout: Task timed out after 900.00 seconds",
        "`nightshift fleet redrive` tries it again",
    );
    let cap = Reason::new(
        &codes::CAP,
        "max_deletions is 10 and the plan wants 23",
        "review the plan and apply exactly it by its digest, or raise NIGHTSHIFT_MAX_DELETIONS",
    );
    let denied = Reason::new(
        &of_fleet::ROLE_MISSING,
        "the role nightshift/nightshift-prod-cluster-cleanup-read is not to be had: AccessDenied: User: \
         arn:aws:sts::111122223333:assumed-role/nightshift-prod-cluster-cleanup-fleet-plan/nightshift is not authorized to perform: \
         sts:AssumeRole on resource: arn:aws:iam::100000000004:role/nightshift/nightshift-prod-cluster-cleanup-read",
        "roll the member roles out to this account, or see that the role there trusts this worker and its external id",
    );
    let mut report = night(vec![
        Ending(2, Ended::Failed, Some(died)),
        Ending(1, Ended::Failed, None),
        Ending(2, Ended::Planned, Some(cap)),
        Ending(1, Ended::Skipped, Some(denied)),
        Ending(9, Ended::Done, None),
        Ending(188, Ended::Nothing, None),
    ]);
    for row in report.accounts.iter_mut().filter(|row| row.ended == Ended::Failed && row.reason.is_none()) {
        for region in ["eu-south-2", "me-central-1"] {
            row.regions.insert(region.to_owned(), regional(Ended::Failed, "region-unreadable"));
        }
        let said = "its clusters could not be listed: ServiceUnavailable; run it again";
        row.regions.values_mut().take(1).for_each(|regional| regional.message = Some(said.to_owned()));
    }
    // What one of the workers that died wrote down, and another that nobody can ask.
    let begun = ["orders-dev", "search-dev"].map(|id| begun(id, "delete writer of it"));
    report.accounts[0].unreported = Unreported::of(begun.into(), "2026-11-21");
    report.left_out.push(LeftOut {
        account: "100000000999".to_owned(),
        name: String::new(),
        path: String::new(),
        reason: Reason::new(
            &of_fleet::NO_SUCH_ACCOUNT,
            "NIGHTSHIFT_FLEET_EXCLUDED_ACCOUNTS names it, and this organisation has no such account",
            "take it out if it has left the organisation, or correct it",
        ),
    });
    report.estimate = Some(Estimate {
        currency: "USD".to_owned(),
        prices_as_of: None,
        saved_per_month_hundredths: 412_300,
        due_per_month_hundredths: 98_050,
        unknown: 2,
    });
    let fix = "see to the accounts that failed; within 14 days `nightshift fleet redrive` goes on with them";
    report.warnings.push(Reason::new(&of_fleet::RUN_ENDED, "Step Functions ended the run as FAILED", fix));
    report
}

/// Things were done and nothing went wrong.
pub(super) fn good_night() -> FleetReport {
    night(vec![Ending(4, Ended::Done, None), Ending(26, Ended::Nothing, None)])
}

/// Over a cap of the whole run.
pub(super) fn stopped_night() -> FleetReport {
    let fix = "61 things in 3 accounts would go; review this plan and apply exactly it by its digest (nightshift fleet apply \
               --expect-plan DIGEST), or raise NIGHTSHIFT_FLEET_MAX_DELETIONS";
    let said = "fleet_max_deletions is 50 and the plan of all accounts wants 61; nothing was begun in any";
    let why = Reason::new(&of_fleet::FLEET_CAP, said, fix);
    let mut report = night(vec![Ending(3, Ended::Planned, Some(why.clone())), Ending(27, Ended::Nothing, None)]);
    let (limit, wanted) = (50.into(), 61.into());
    report.tripped = Some(Tripped { guard: "fleet_max_deletions".into(), limit, wanted, fix: fix.to_owned() });
    report.warnings.push(why);
    report
}

/// Each value as a name, a unit, a Region and a reason.
pub(super) fn hostile_night() -> FleetReport {
    let values = hostile::values();
    let each =
        || values.iter().flat_map(|value| [Ended::Failed, Ended::Planned, Ended::Skipped].map(|end| (value, end)));
    let reason = |value: &str| Some(Reason::new(&codes::REFUSED, value, value));
    let mut report = night(each().map(|(value, ended)| Ending(1, ended, reason(value))).collect());
    for (row, (value, ended)) in report.accounts.iter_mut().zip(each()) {
        row.name.clone_from(value);
        row.path.clone_from(value);
        let message = Some(value.clone());
        row.regions = [(value.clone(), Regional { message, ..regional(ended, value) })].into();
        row.unreported = Unreported::of(vec![begun(value, value)], value);
        let reason = Reason::new(&of_fleet::NO_SUCH_ACCOUNT, value, value);
        let (account, name, path) = (row.account.clone(), value.clone(), value.clone());
        report.left_out.push(LeftOut { account, name, path, reason });
    }
    report.organization = Some(values.join(" "));
    report.warnings = values.iter().map(|value| Reason::new(&of_fleet::RUN_ENDED, value, value)).collect();
    report
}

fn begun(id: &str, step: &str) -> Begun {
    let (id, region, thing) = (id.to_owned(), "eu-west-1".to_owned(), format!("eu-west-1 cluster-{id}"));
    Begun { id, region, owner: None, thing, kind: Some("deletions".to_owned()), steps: vec![step.to_owned()] }
}

fn regional(ended: Ended, code: &str) -> Regional {
    Regional { ended, code: Some(code.to_owned()), message: None }
}

fn night(endings: Vec<Ending>) -> FleetReport {
    let mut rows = Vec::new();
    for Ending(how_many, ended, reason) in endings {
        for _ in 0..how_many {
            rows.push(row(rows.len() + 1, ended, reason.clone()));
        }
    }
    let run = Run {
        organization: Some("o-a1b2c3d4e5".to_owned()),
        ..Run::of(
            "cluster-cleanup",
            Mode::Apply,
            "2026-11-21",
            (at("2026-11-21T02:00:00Z"), at("2026-11-21T02:04:10Z")),
        )
    };
    FleetReport::of(run, &[], rows, Vec::new())
}

fn row(number: usize, ended: Ended, reason: Option<Reason>) -> Row {
    const NAMES: [&str; 6] = ["shop", "payments", "data", "search", "mobile", "tools"];
    const STAGES: [&str; 3] = ["dev", "test", "staging"];
    let (name, stage) = (NAMES[number % NAMES.len()], STAGES[number % STAGES.len()]);
    let item =
        Item::of(format!("1{number:011}"), format!("{name}-{stage}-{number}"), format!("Root/Workloads/{stage}"));
    let counts = Counts {
        observed: 12,
        changed: if ended == Ended::Done { 2 } else { 0 },
        planned: if ended == Ended::Planned { 20 + number } else { 0 },
        ..Counts::default()
    };
    let mut rows = fold(&[item], &Maps::default());
    Row { ended, reason, counts, ..rows.remove(0) }
}
