//! A whole night by hand: the accounts chosen, all of them planned, judged together, the first changed, then the others. The map's
//! part is played here, and its files are written as Step Functions documents them.

use jiff::Timestamp;
use nightshift_testkit::world::clusters;
use nightshift_testkit::{Answer, FunctionProcess, Scene};
use serde_json::{Value, json};

use crate::{EXECUTION, Fleet, buckets};

/// Two accounts with work, of which the first goes first, and one without.
pub(crate) struct Night {
    pub(crate) fleet: Fleet,
    pub(crate) members: Vec<Scene>,
}

impl Night {
    pub(crate) async fn new() -> anyhow::Result<Self> {
        Self::begun(nightshift::clock::now()).await
    }

    /// One whose execution was started at `started_at`.
    pub(crate) async fn begun(started_at: Timestamp) -> anyhow::Result<Self> {
        let fleet = Fleet::new().await?;
        let members = vec![
            Fleet::member(&["orders-dev"]).await?,
            Fleet::member(&["pay-dev", "web-dev"]).await?,
            Fleet::member(&[]).await?,
        ];
        let item = |member: &Scene| json!({ "account": member.account, "name": "web", "path": "Root/Prod", "policy": null, "regions": ["eu-west-1"] });
        let items: Vec<_> = members.iter().map(item).collect();
        let night = Self { fleet, members };
        night.leave("items.json", &json!(items)).await?;
        let chosen =
            |member: &Scene| json!({ "account": member.account, "name": "web", "path": "Root/Prod", "policy": null });
        let reason = json!({ "code": "excluded", "message": "an exclusion names it", "fix": null });
        let left_out = json!([{ "account": "999999999999", "name": "old", "path": "Root", "reason": reason }]);
        let choice = json!({
            "started_at": started_at, "mode": "apply", "organization": "o-night", "redrive_of": null,
            "canary": [chosen(&night.members[0])], "rest": [chosen(&night.members[1]), chosen(&night.members[2])],
            "left_out": left_out,
        });
        night.leave("choice.json", &choice).await?;
        Ok(night)
    }

    pub(crate) async fn leave(&self, name: &str, value: &Value) -> anyhow::Result<()> {
        let key = format!("fleet/cluster-cleanup/{EXECUTION}/{name}");
        let body = value.to_string().into_bytes().into();
        buckets(&self.fleet.home).await.put_object().bucket(&self.fleet.bucket).key(key).body(body).send().await?;
        Ok(())
    }

    /// The map of `phase` over what lies under `items`. What Step Functions tells of what it wrote.
    pub(crate) async fn map(&self, mut worker: FunctionProcess, phase: &str, items: &str) -> anyhow::Result<Value> {
        let (mut succeeded, mut failed) = (Vec::new(), Vec::new());
        for item in self.fleet.left(items).await?.as_array().into_iter().flatten() {
            let input = json!({ "execution": EXECUTION, "phase": phase, "item": item });
            let mut record = json!({
                "ExecutionArn": format!("arn:aws:states:eu-west-1:111122223333:execution:fleet/{phase}:{}", item["account"]),
                "Input": input.to_string(), "InputDetails": { "Included": true }, "Name": item["account"], "RedriveCount": 0,
                "StartDate": "2026-11-21T02:00:01.000Z", "StopDate": "2026-11-21T02:00:02.000Z",
                "StateMachineArn": "arn:aws:states:eu-west-1:111122223333:stateMachine:fleet/map",
            });
            match worker.invoke(&input).await? {
                Answer::Report(visit) => {
                    record["Status"] = json!("SUCCEEDED");
                    record["Output"] = json!(visit.to_string());
                    succeeded.push(record);
                }
                Answer::Fault { kind, message } => {
                    record["Status"] = json!("FAILED");
                    record["Error"] = json!(kind);
                    record["Cause"] = json!(json!({ "errorType": kind, "errorMessage": message }).to_string());
                    failed.push(record);
                }
            }
        }
        let folder = format!("results/map-{phase}/0b6f7f4e");
        let key = |file: &str| format!("fleet/cluster-cleanup/{EXECUTION}/{folder}/{file}");
        self.leave(&format!("{folder}/SUCCEEDED_0.json"), &json!(succeeded)).await?;
        self.leave(&format!("{folder}/FAILED_0.json"), &json!(failed)).await?;
        let file = |file: &str| json!([{ "Key": key(file), "Size": 1 }]);
        let files = json!({ "FAILED": file("FAILED_0.json"), "PENDING": [], "SUCCEEDED": file("SUCCEEDED_0.json") });
        let manifest = json!({ "DestinationBucket": self.fleet.bucket, "MapRunArn": "arn", "ResultFiles": files });
        self.leave(&format!("{folder}/manifest.json"), &manifest).await?;
        Ok(json!({ "Bucket": self.fleet.bucket, "Key": key("manifest.json") }))
    }

    pub(crate) async fn judge(
        &self,
        phase: &str,
        result: Value,
        more: &Value,
        caps: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        let items = if phase == "canary" { "canary-items.json" } else { "items.json" };
        let items_key = format!("fleet/cluster-cleanup/{EXECUTION}/{items}");
        let mut event = json!({ "execution": EXECUTION, "phase": phase, "mode": "apply", "expect_plan": null, "items_key": items_key, "result": result });
        for (key, value) in more.as_object().into_iter().flatten() {
            event[key] = value.clone();
        }
        self.fleet.start("judge", caps)?.invoke(&event).await
    }

    /// What the part `report` answers, and the letters it sent.
    pub(crate) async fn report(&self, event: &Value) -> anyhow::Result<(Value, Vec<Value>)> {
        self.fleet.home.mail_identity("nightshift@example.com").await?;
        let mail =
            [("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"), ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com")];
        let answer = self.fleet.start("report", &mail)?.invoke(event).await?.report();
        let sent = self.fleet.home.control("mail", json!({})).await?["mail"].as_array().cloned().unwrap_or_default();
        Ok((answer, sent.into_iter().filter(|mail| mail["to"][0] == "ops@example.com").collect()))
    }

    pub(crate) async fn plan(&self) -> anyhow::Result<Value> {
        self.map(self.fleet.worker("plan", &[])?, "plan", "items.json").await
    }

    /// How many clusters each account has.
    pub(crate) async fn left(&self) -> anyhow::Result<Vec<usize>> {
        let mut left = Vec::new();
        for member in &self.members {
            left.push(clusters(member, "eu-west-1").await?.len());
        }
        Ok(left)
    }
}

#[tokio::test]
async fn all_are_planned_before_any_is_changed_and_the_first_before_the_others() -> anyhow::Result<()> {
    let night = Night::new().await?;
    let planned = night.plan().await?;
    assert_eq!(night.left().await?, [1, 2, 0]);
    let judged = night.judge("plan", planned, &json!({}), &[]).await?.report();
    assert_eq!((&judged["go"], &judged["canary"], &judged["rest"]), (&json!(true), &json!(1), &json!(1)));
    let canary = night.fleet.left("canary-items.json").await?;
    assert_eq!(
        (&canary[0]["account"], &canary[0]["budget"]),
        (&json!(night.members[0].account), &json!({ "deletions": 1 }))
    );
    let written = night.map(night.fleet.worker("apply", &[])?, "canary", "canary-items.json").await?;
    let goes_on = night.judge("canary", written, &json!({}), &[]).await?.report();
    assert_eq!((&goes_on["go"], &goes_on["rest"]), (&json!(true), &json!(1)));
    night.map(night.fleet.worker("apply", &[])?, "rest", "rest-items.json").await?;
    for member in &night.members[..2] {
        for (phase, of) in [("canary", 0), ("rest", 1)] {
            if member.account == night.members[of].account {
                let report = night.fleet.left(&format!("{phase}/{}.json", member.account)).await?;
                assert_eq!(report["counts"]["changed"], of + 1, "{report:#}");
            }
        }
    }
    let (answer, letters) = night.report(&machine()).await?;
    assert_eq!((&answer["ended"], &answer["counts"]["changed"]), (&json!({ "done": 2, "nothing": 1 }), &json!(3)));
    assert!(answer.to_string().len() < 8 * 1024);
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(letter["subject"], "[o-night] cluster-cleanup: 3 changed in 2 accounts");
    let report = night.fleet.left("report.json").await?;
    assert_eq!((&report["plan_digest"], &report["left_out"][0]["name"]), (&judged["digest"], &json!("old")));
    assert_eq!(report["accounts"].as_array().map(Vec::len), Some(3));
    let page = format!("fleet/cluster-cleanup/{EXECUTION}/report.html");
    let page = buckets(&night.fleet.home).await.get_object().bucket(&night.fleet.bucket).key(page).send().await?;
    assert_eq!(page.content_type(), Some("text/html; charset=utf-8"));
    Ok(())
}

/// What the state machine calls the last part with.
pub(crate) fn machine() -> Value {
    json!({ "execution": EXECUTION, "execution_arn": "arn" })
}

#[tokio::test]
async fn a_run_that_was_stopped_or_died_is_reported_with_what_is_known() -> anyhow::Result<()> {
    let night = Night::new().await?;
    let planned = night.plan().await?;
    night.judge("plan", planned, &json!({}), &[("NIGHTSHIFT_FLEET_MAX_DELETIONS", "2")]).await?.report();
    let (answer, letters) = night.report(&machine()).await?;
    assert_eq!((&answer["tripped"]["guard"], &answer["counts"]["changed"]), (&json!("fleet_max_deletions"), &json!(0)));
    assert!(letters[0]["subject"].as_str().is_some_and(|subject| subject.contains("STOPPED by fleet_max_deletions")));
    let held = night.fleet.left("report.json").await?;
    let held: Vec<_> = held["accounts"].as_array().into_iter().flatten().map(|row| &row["reason"]["code"]).collect();
    assert_eq!(held.iter().filter(|code| ***code == json!("fleet-cap")).count(), 2);

    // Before any map wrote anything: each account has failed, and none is left out.
    let night = Night::new().await?;
    let detail = json!({ "executionArn": "arn", "name": EXECUTION, "status": "TIMED_OUT" });
    let ended =
        json!({ "source": "aws.states", "detail-type": "Step Functions Execution Status Change", "detail": detail });
    let (answer, _) = night.report(&ended).await?;
    assert_eq!(answer["ended"], json!({ "failed": 3 }));
    let report = night.fleet.left("report.json").await?;
    assert_eq!(report["warnings"][0]["code"], "run-ended");
    assert_eq!(report["accounts"][0]["reason"]["code"], "not-reached");
    Ok(())
}

#[tokio::test]
async fn of_a_run_that_chose_no_accounts_there_is_nothing_to_report() -> anyhow::Result<()> {
    let fleet = Fleet::new().await?;
    let answer = fleet.start("report", &[])?.invoke(&machine()).await?.report();
    assert_eq!((&answer["begun"], &answer["report_key"]), (&json!(false), &json!(null)));
    Ok(())
}

#[tokio::test]
async fn over_a_cap_of_the_whole_run_no_account_is_changed_and_its_digest_is_consent_where_the_policy_says_so()
-> anyhow::Result<()> {
    let night = Night::new().await?;
    let planned = night.plan().await?;
    let caps = ("NIGHTSHIFT_FLEET_MAX_DELETIONS", "2");
    let judged = night.judge("plan", planned.clone(), &json!({}), &[caps]).await?.report();
    assert_eq!((&judged["go"], &judged["why"]["code"]), (&json!(false), &json!("fleet-cap")));
    assert_eq!(night.fleet.left("rest-items.json").await?, json!([]));
    assert_eq!(night.fleet.left("verdict.json").await?["tripped"]["guard"], "fleet_max_deletions");

    let agreed = json!({ "expect_plan": judged["digest"] });
    let still = night.judge("plan", planned.clone(), &agreed, &[caps]).await?.report();
    assert_eq!(still["go"], false, "a digest lifts no cap by itself");
    let lifts = [caps, ("NIGHTSHIFT_DIGEST_LIFTS_CAPS", "true")];
    let lifted = night.judge("plan", planned.clone(), &agreed, &lifts).await?.report();
    assert_eq!((&lifted["go"], &lifted["rest"]), (&json!(true), &json!(1)));
    let items = night.fleet.left("rest-items.json").await?;
    assert!(items[0]["expect_plan"].as_str().is_some_and(|digest| digest.starts_with("sha256:")), "{items}");
    let other = json!({ "expect_plan": format!("sha256:{}", "0".repeat(64)) });
    let moved = night.judge("plan", planned, &other, &lifts).await?.report();
    assert_eq!((&moved["go"], &moved["rest"]), (&json!(false), &json!(0)));
    Ok(())
}

#[tokio::test]
async fn a_run_that_plans_goes_no_further_and_a_judge_that_plans_lets_none_further() -> anyhow::Result<()> {
    let night = Night::new().await?;
    let planned = night.plan().await?;
    let judged = night.judge("plan", planned.clone(), &json!({ "mode": "plan" }), &[]).await?.report();
    assert_eq!((&judged["go"], &judged["rest"]), (&json!(false), &json!(1)));
    let (kind, _) = night.judge("plan", planned, &json!({}), &[("NIGHTSHIFT_MODE", "plan")]).await?.fault();
    assert_eq!(kind, "ModeRefused");
    Ok(())
}

#[tokio::test]
async fn the_others_wait_where_the_first_failed() -> anyhow::Result<()> {
    let night = Night::new().await?;
    let planned = night.plan().await?;
    night.judge("plan", planned, &json!({}), &[]).await?.report();
    let worker = night.fleet.worker("apply", &[])?;
    night.fleet.home.proxy.deny("rds:DescribeDBClusters");
    let written = night.map(worker, "canary", "canary-items.json").await?;
    night.fleet.home.proxy.forgive();
    let stopped = night.judge("canary", written.clone(), &json!({}), &[]).await?.report();
    assert_eq!((&stopped["go"], &stopped["why"]["code"]), (&json!(false), &json!("canary-failed")));
    assert_eq!(night.fleet.left("verdict-canary.json").await?["go"], false);
    let tolerant = [("NIGHTSHIFT_FLEET_CANARY_FAILURES", "1")];
    let mute = night.judge("canary", written, &json!({}), &tolerant).await?.report();
    assert_eq!(
        (&mute["go"], &mute["why"]["code"]),
        (&json!(false), &json!("canary-showed-nothing")),
        "so many may fail, and still one has to show something"
    );
    Ok(())
}

#[tokio::test]
async fn what_is_not_of_this_run_is_not_judged() -> anyhow::Result<()> {
    let night = Night::new().await?;
    let planned = night.plan().await?;
    let elsewhere = json!({ "Bucket": "another", "Key": planned["Key"] });
    let (kind, message) = night.judge("plan", elsewhere, &json!({}), &[]).await?.fault();
    assert!(kind == "RecordUnreadable" && message.contains("the bucket of this fleet is"), "{message}");
    night.leave("results/map-plan/0b6f7f4e/SUCCEEDED_0.json", &json!({ "x": 1 })).await?;
    let (kind, message) = night.judge("plan", planned, &json!({}), &[]).await?.fault();
    assert!(kind == "RecordUnreadable" && message.contains("SUCCEEDED_0.json"), "{message}");
    Ok(())
}
