//! `fleet report --in ACCOUNT`: the whole report of one account of a run, as a plan or an apply there shows it.

use anyhow::Context as _;
use nightshift::domains::fleet::{FleetReport, Row};
use nightshift::report::Report;
use nightshift::services::aws::Aws;
use nightshift::services::s3::RecordReader;
use nightshift::text::printable;

use super::deployed::Fleet;
use crate::told::Told;

/// The row of the account that is called `wanted`, by its id or by a name that no other has.
pub(super) fn row<'a>(report: &'a FleetReport, wanted: &str, nothing: &str) -> anyhow::Result<&'a Row> {
    let execution = printable(&report.execution);
    if let Some(row) = report.accounts.iter().find(|row| row.account == wanted) {
        return Ok(row);
    }
    let named: Vec<_> = report.accounts.iter().filter(|row| row.name == wanted).collect();
    match named.as_slice() {
        [row] => return Ok(row),
        [] => {}
        several => {
            let ids: Vec<_> = several.iter().map(|row| row.account.as_str()).collect();
            let message = format!("{} accounts of {execution} are called {}; {nothing}", ids.len(), printable(wanted));
            return Err(Told::error(message, format!("--in with one of: {}", ids.join(", "))));
        }
    }
    if let Some(out) = report.left_out.iter().find(|out| out.account == wanted || out.name == wanted) {
        let message = format!(
            "the run {execution} left account {} ({}) alone, [{}] {}; {nothing}",
            out.account,
            printable(&out.name),
            out.reason.code,
            out.reason.said()
        );
        return Err(Told::error(message, "`nightshift fleet accounts` says which are meant"));
    }
    let message = format!("the run {execution} had no account {}; {nothing}", printable(wanted));
    Err(Told::error(message, format!("`nightshift fleet report {execution} --all` lists them")))
}

/// The last report that was written about it in that run.
pub(super) async fn read(
    aws: &Aws,
    fleet: &Fleet,
    execution: &str,
    row: &Row,
    nothing: &str,
) -> anyhow::Result<Report> {
    let Some(key) = row.report_keys.values().last() else {
        let why = row.reason.as_ref().map_or_else(String::new, |why| format!(", [{}] {}", why.code, why.said()));
        let (account, name, ended) = (&row.account, printable(&row.name), row.ended.as_str());
        let message = format!("account {account} ({name}) ended as {ended} and has no report{why}; {nothing}");
        return Err(Told::error(
            message,
            "the lines of its worker are in the log of the function that was called for it",
        ));
    };
    let object = format!("s3://{}/{}", printable(&fleet.bucket), printable(key));
    // The report says which key, and is read from a bucket: another run's or another's are not meant.
    if !key.starts_with(&fleet.place().of(execution).key("")) {
        return Err(anyhow::anyhow!("{object} is not of this run; {nothing}"));
    }
    let found = RecordReader::new(aws, &fleet.bucket).find(key).await?;
    let Some((body, _)) = found else {
        return Err(Told::error(
            format!("{object} is not there any more; {nothing}"),
            "the bucket keeps reports for a time only",
        ));
    };
    serde_json::from_slice(&body).with_context(|| format!("{object} is no report of this version"))
}

#[cfg(test)]
mod tests {
    use nightshift::domains::fleet::{Item, LeftOut, Maps, Run, codes, fold};
    use nightshift::report::{Mode, Reason};

    use super::*;

    fn report() -> FleetReport {
        let item = |account: &str, name: &str| Item::of(account, name, "Root");
        let items = [item("1", "web"), item("2", "shop"), item("3", "shop")];
        let out = LeftOut {
            account: "4".to_owned(),
            name: "old".to_owned(),
            path: "Root".to_owned(),
            reason: Reason::plain(&codes::EXCLUDED, "an exclusion names it"),
        };
        let at = "2026-11-29T02:00:00Z".parse().unwrap();
        let run = Run::of("cluster-cleanup", Mode::Plan, "night", (at, at));
        FleetReport::of(run, &[], fold(&items, &Maps::default()), vec![out])
    }

    #[test]
    fn an_account_is_meant_by_its_id_or_by_a_name_of_its_own() {
        let report = report();
        let asked = |wanted: &str| row(&report, wanted, "nothing was read").map(|row| row.account.clone());
        assert_eq!([asked("1").unwrap(), asked("web").unwrap(), asked("3").unwrap()], ["1", "1", "3"]);
        let refused = ["shop", "old", "4", "x\u{1b}[31m"].map(|wanted| asked(wanted).unwrap_err().to_string());
        insta::assert_snapshot!(refused.join("\n"), @r"
        2 accounts of night are called shop; nothing was read
        the run night left account 4 (old) alone, [excluded] an exclusion names it; nothing was read
        the run night left account 4 (old) alone, [excluded] an exclusion names it; nothing was read
        the run night had no account x�[31m; nothing was read
        ");
    }
}
