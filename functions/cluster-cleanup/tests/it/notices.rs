//! Who is told what, by which channel, and what that lets a later night do: read back from where the messages arrived.

use std::time::Duration;

use nightshift_testkit::Scene;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::slack::{SECRET, Slack, SlackAnswer};
use nightshift_testkit::world::{clusters, expired, snapshots, tags_of};
use serde_json::{Value, json};

use crate::{NOW, said, start};

const APPLY: (&str, &str) = ("NIGHTSHIFT_MODE", "apply");
const TWO_PHASES: (&str, &str) = ("NIGHTSHIFT_MIN_NOTICE_HOURS", "20");
pub(crate) const MAIL: [(&str, &str); 5] = [
    APPLY,
    TWO_PHASES,
    ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
    ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com"),
    ("NIGHTSHIFT_OWNER_MAIL_DOMAIN", "example.com"),
];

async fn run(scene: &Scene, policy: &[(&str, &str)]) -> anyhow::Result<Value> {
    Ok(start(scene, policy)?.invoke(&json!({})).await?.report())
}

pub(crate) async fn at(scene: &Scene, now: &str, policy: &[(&str, &str)]) -> anyhow::Result<Value> {
    let policy: Vec<_> = policy.iter().copied().chain([("NIGHTSHIFT_NOW", now)]).collect();
    run(scene, &policy).await
}

/// Recipient and subject of every mail, oldest first.
pub(crate) async fn mails(scene: &Scene) -> anyhow::Result<Vec<(String, String)>> {
    let mail = mail(scene).await?;
    let account = format!("[{}] ", scene.account);
    let text = |value: &Value| value.as_str().unwrap_or_default().replace(&account, "");
    Ok(mail.iter().map(|one| (text(&one["to"][0]), text(&one["subject"]))).collect())
}

pub(crate) async fn mail(scene: &Scene) -> anyhow::Result<Vec<Value>> {
    Ok(scene.control("mail", json!({})).await?["mail"].as_array().cloned().unwrap_or_default())
}

pub(crate) fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(to, subject)| ((*to).to_owned(), (*subject).to_owned())).collect()
}

#[tokio::test]
async fn an_owner_is_told_and_a_day_later_the_cluster_goes() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    expired("orders-dev").create(&scene).await?;
    expired("bobs-dev").tag("owner", "bob").create(&scene).await?;

    let first = run(&scene, &MAIL).await?;
    assert_eq!(clusters(&scene, REGION).await?, ["bobs-dev", "orders-dev"]);
    assert_eq!(said(&first, "orders-dev"), ("changed", ""));
    let tags = tags_of(&scene, "orders-dev").await?.unwrap_or_default();
    assert!(tags["nightshift:notified"].starts_with("2026-11-21T02:00:00Z 2026-11-20T00:00:00Z cluster-"), "{tags:?}");
    let told = [
        ("ana@example.com", "1 cluster will be deleted"),
        ("bob@example.com", "1 cluster will be deleted"),
        ("ops@example.com", "cluster-cleanup: 2 notices to owners"),
    ];
    assert_eq!(mails(&scene).await?, pairs(&told));
    let to_ana = &mail(&scene).await?[0];
    let text = to_ana["text"].as_str().unwrap_or_default();
    assert!(text.contains("orders-dev") && !text.contains("bobs-dev"), "only what is hers: {text}");
    assert!(text.contains("nightshift clusters extend orders-dev --until 2026-12-05 --region eu-west-1"), "{text}");
    assert!(to_ana["html"].as_str().is_some_and(|html| html.contains("<h1")), "{to_ana}");

    // The same night again: nobody is told twice, nothing goes.
    let again = run(&scene, &MAIL).await?;
    assert_eq!(said(&again, "orders-dev"), ("skipped", "notice-period"));
    assert_eq!(mails(&scene).await?.len(), 4);

    // The next night begins some seconds earlier than this one did.
    let next = at(&scene, "2026-11-22T01:59:50Z", &MAIL).await?;
    assert_eq!(said(&next, "orders-dev"), ("changed", ""));
    assert_eq!(clusters(&scene, REGION).await?, [] as [&str; 0]);
    let all = mails(&scene).await?;
    assert_eq!(
        all[4..].iter().map(|(_, subject)| subject.as_str()).collect::<Vec<_>>(),
        ["1 cluster was deleted", "1 cluster was deleted", "cluster-cleanup: 2 clusters deleted"]
    );
    let text = mail(&scene).await?[4]["text"].as_str().unwrap_or_default().to_owned();
    let (snapshot, tags) = snapshots(&scene, REGION).await?.pop().expect("the data of orders-dev");
    assert!(text.contains(&format!("nightshift clusters restore {snapshot} --region eu-west-1")), "{text}");
    assert!(text.contains("Tue 22 Dec 2026, 01:59 UTC"), "{text}");
    assert!(!tags.contains_key("nightshift:untold"), "{tags:?}");
    Ok(())
}

#[tokio::test]
async fn a_changed_expiry_starts_again() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    expired("orders-dev").notified("2026-11-19T00:00:00Z").create(&scene).await?;
    let rds = scene.rds(REGION).await;
    let tag = aws_sdk_rds::types::Tag::builder().key("auto-delete-after").value("2026-11-20T12:00:00Z").build();
    let arn = format!("arn:aws:rds:{REGION}:{}:cluster:orders-dev", scene.account);
    rds.add_tags_to_resource().resource_name(arn).tags(tag).send().await?;
    run(&scene, &MAIL).await?;
    assert_eq!(clusters(&scene, REGION).await?, ["orders-dev"]);
    assert_eq!(mails(&scene).await?[0].0, "ana@example.com");
    Ok(())
}

#[tokio::test]
async fn a_notice_that_cannot_be_sent_blocks_the_deletion_and_is_counted() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    scene.proxy.deny("ses:SendEmail");
    for night in ["2026-11-21T02:00:00Z", "2026-11-22T02:00:00Z", "2026-11-23T02:00:00Z"] {
        let report = at(&scene, night, &MAIL).await?;
        assert_eq!(said(&report, "orders-dev"), ("failed", "not-told"));
        let notices = report["notices"].as_array().cloned().unwrap_or_default();
        assert_eq!(notices.len(), 2, "{notices:?}");
        assert!(notices.iter().all(|notice| notice["outcome"] == "failed"), "{notices:?}");
    }
    assert_eq!(clusters(&scene, REGION).await?, ["orders-dev"]);
    assert_eq!(tags_of(&scene, "orders-dev").await?.unwrap_or_default().len(), 3, "nothing is written down");
    Ok(())
}

#[tokio::test]
async fn the_operators_get_what_no_owner_takes() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    expired("nobodys-dev").tag("owner", "").create(&scene).await?;
    expired("team-dev").tag("owner", "the data team").create(&scene).await?;
    expired("tagged-dev").tag("owner", "x y").tag("contact", "team@example.org").create(&scene).await?;
    let policy: Vec<_> = MAIL.iter().copied().chain([("NIGHTSHIFT_OWNER_MAIL_TAG", "contact")]).collect();
    run(&scene, &policy).await?;
    let told = [
        ("ops@example.com", "2 clusters will be deleted"),
        ("team@example.org", "1 cluster will be deleted"),
        ("ops@example.com", "cluster-cleanup: 3 notices to owners"),
    ];
    assert_eq!(mails(&scene).await?, pairs(&told));
    let text = mail(&scene).await?[0]["text"].as_str().unwrap_or_default().to_owned();
    assert!(text.contains("Owner: the data team"), "{text}");
    let summary = mail(&scene).await?[2]["text"].as_str().unwrap_or_default().to_owned();
    assert!(summary.contains("No owner could be told about these"), "{summary}");
    Ok(())
}

#[tokio::test]
async fn without_a_channel_a_required_notice_is_a_fault_in_apply_mode_and_a_warning_in_a_plan() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    expired("orders-dev").create(&scene).await?;
    let mut function = start(&scene, &[TWO_PHASES])?;
    let fault = function.invoke(&json!({"mode": "apply"})).await?.fault();
    assert_eq!(fault.0, "ConfigurationFault");
    insta::assert_snapshot!(fault.1, @"the configuration has 1 fault and nothing was done: NIGHTSHIFT_MIN_NOTICE_HOURS: owners are to be told 20 h before anything is deleted, and there is no channel to tell them: set NIGHTSHIFT_MAIL_FROM with NIGHTSHIFT_OPERATORS_MAIL, NIGHTSHIFT_SNS_TOPIC_ARN or NIGHTSHIFT_SLACK_SECRET_ID; or NIGHTSHIFT_MIN_NOTICE_HOURS=0 to delete without notice");
    let plan = function.invoke(&json!({})).await?.report();
    assert_eq!(plan["warnings"][0]["code"], "no-channel");
    assert_eq!(said(&plan, "orders-dev"), ("planned", ""));
    assert_eq!(plan["items"][0]["steps"], json!(["tell its owner that it expires at 2026-11-20T00:00:00Z"]));
    assert_eq!(scene.proxy.calls().iter().filter(|call| call.action.contains("Add")).count(), 0);
    Ok(())
}

#[tokio::test]
async fn a_plan_sends_nothing() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    expired("orders-dev").create(&scene).await?;
    let report = run(&scene, &[&MAIL[1..], &[("NIGHTSHIFT_MODE", "plan")]].concat()).await?;
    assert_eq!(report["notices"], json!([]));
    assert_eq!(mails(&scene).await?, []);
    Ok(())
}

#[tokio::test]
async fn a_cap_that_trips_is_told_to_the_operators_alone() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    for id in ["a-dev", "b-dev"] {
        expired(id).notified("2026-11-20T00:00:00Z").create(&scene).await?;
    }
    run(&scene, &[&MAIL[..], &[("NIGHTSHIFT_MAX_DELETIONS", "1")]].concat()).await?;
    let told = [("ops@example.com", "cluster-cleanup STOPPED by max_deletions: nothing was changed")];
    assert_eq!(mails(&scene).await?, pairs(&told));
    Ok(())
}

#[tokio::test]
async fn a_topic_and_slack_carry_what_mail_would() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let slack = Slack::start(&[]).await?;
    let topic = scene.topic("night").await?;
    scene.secret("slack/webhook", &slack.url()).await?;
    expired("orders-dev").tag("owner", "ana @channel").create(&scene).await?;
    let policy =
        [APPLY, TWO_PHASES, ("NIGHTSHIFT_SNS_TOPIC_ARN", &*topic), ("NIGHTSHIFT_SLACK_SECRET_ID", "slack/webhook")];
    let mut function = start(&scene, &policy)?;
    let report = function.invoke(&json!({})).await?.report();
    assert_eq!(said(&report, "orders-dev"), ("changed", ""));
    let published = scene.control("sns", json!({})).await?["topics"][&topic].as_array().cloned().unwrap_or_default();
    let subjects: Vec<_> = published.iter().map(|one| one["subject"].as_str().unwrap_or_default()).collect();
    let account = &scene.account;
    let expected = [
        format!("[{account}] 1 cluster will be deleted"),
        format!("[{account}] cluster-cleanup: 1 notice to an owner"),
    ];
    assert_eq!(subjects, expected);
    let messages = slack.messages();
    assert_eq!(messages.len(), 2);
    assert!(messages[0].to_string().contains("This is about clusters of ana @channel."), "{}", messages[0]);
    assert!(messages.iter().all(|message| message["blocks"][1]["text"]["verbatim"] == true), "{messages:?}");
    let everything = format!("{report}{}", function.into_output());
    assert!(!everything.contains(SECRET), "the webhook's URL is a secret");
    Ok(())
}

/// So many expired clusters of one owner.
async fn expired_clusters(scene: &Scene, many: usize) -> anyhow::Result<Vec<String>> {
    let ids: Vec<_> = (0..many).map(|n| format!("orders-{n:03}-dev")).collect();
    for id in &ids {
        expired(id).members(0).create(scene).await?;
    }
    Ok(ids)
}

/// Which of `ids` are marked as told.
async fn told_of<'a>(scene: &Scene, ids: &'a [String]) -> anyhow::Result<Vec<&'a str>> {
    let mut told = Vec::new();
    for id in ids {
        let tags = tags_of(scene, id).await?.unwrap_or_default();
        told.extend(tags.contains_key("nightshift:notified").then_some(id.as_str()));
    }
    Ok(told)
}

#[tokio::test]
async fn a_message_that_slack_would_not_take_whole_is_split_and_names_every_cluster() -> anyhow::Result<()> {
    for (language, words) in [("en", "60 clusters will be deleted"), ("es", "60 clústeres se eliminarán")] {
        let scene = Scene::new()?;
        let slack = Slack::start(&[]).await?;
        scene.secret("slack/webhook", &slack.url()).await?;
        let ids = expired_clusters(&scene, 60).await?;
        let policy =
            [APPLY, TWO_PHASES, ("NIGHTSHIFT_SLACK_SECRET_ID", "slack/webhook"), ("NIGHTSHIFT_LANGUAGE", language)];
        let report = run(&scene, &policy).await?;
        assert_eq!(report["counts"]["changed"], 60, "{report:#}");
        assert_eq!(told_of(&scene, &ids).await?, ids);
        let messages: Vec<_> = slack.messages().iter().map(ToString::to_string).collect();
        let to_ana: Vec<_> = messages.iter().filter(|message| message.contains(words)).collect();
        for id in &ids {
            let commands = to_ana.iter().filter(|message| message.contains(&format!("extend {id} "))).count();
            assert_eq!(commands, 1, "{language}: {id} is told once, with what to do");
        }
        assert!(to_ana[0].contains(&format!("(1/{})", to_ana.len())), "{}", to_ana[0]);
    }
    Ok(())
}

#[tokio::test]
async fn a_mail_that_a_reader_would_clip_is_split_and_names_every_cluster() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    let ids = expired_clusters(&scene, 100).await?;
    run(&scene, &MAIL).await?;
    assert_eq!(told_of(&scene, &ids).await?, ids);
    let mails = mail(&scene).await?;
    let to_ana: Vec<_> = mails.iter().filter(|one| one["to"][0] == "ana@example.com").collect();
    let html = |one: &Value| one["html"].as_str().unwrap_or_default().to_owned();
    assert!(to_ana.len() > 1 && to_ana.iter().all(|one| html(one).len() <= 102_000), "{}", to_ana.len());
    for id in &ids {
        let said = |one: &Value| html(one).contains(id) && one["text"].as_str().is_some_and(|text| text.contains(id));
        assert_eq!(to_ana.iter().filter(|one| said(one)).count(), 1, "{id}");
    }
    Ok(())
}

#[tokio::test]
async fn a_split_message_of_which_a_part_is_not_taken_tells_nobody() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let slack = Slack::start(&[SlackAnswer::Ok, SlackAnswer::Refused(404, "no_service")]).await?;
    scene.secret("slack/webhook", &slack.url()).await?;
    let ids = expired_clusters(&scene, 60).await?;
    let policy = [APPLY, TWO_PHASES, ("NIGHTSHIFT_SLACK_SECRET_ID", "slack/webhook")];
    let report = run(&scene, &policy).await?;
    assert_eq!(said(&report, &ids[0]), ("failed", "not-told"), "{report:#}");
    assert_eq!(told_of(&scene, &ids).await?, [] as [&str; 0]);
    let next = at(&scene, "2026-11-22T02:00:00Z", &policy).await?;
    assert_eq!(next["counts"]["changed"], 60, "the next night tells them");
    assert_eq!(clusters(&scene, REGION).await?.len(), 60);
    Ok(())
}

#[tokio::test]
async fn slack_is_waited_for_as_long_as_it_asks_and_given_up_in_time() -> anyhow::Result<()> {
    for (answers, posts, sent) in [
        (&[SlackAnswer::TooMany(1)][..], 2, true),
        (&[SlackAnswer::Refused(500, "server_error")], 2, true),
        (&[SlackAnswer::Closed], 2, true),
        (&[SlackAnswer::TooMany(3_600)], 1, false),
        (&[SlackAnswer::Refused(404, "no_service")], 1, false),
        (&[SlackAnswer::Closed; 3], 3, false),
        (&[SlackAnswer::Slow(Duration::from_mins(1))], 2, true),
    ] {
        let scene = Scene::new()?;
        let slack = Slack::start(answers).await?;
        scene.secret("slack/webhook", &json!({"url": slack.url()}).to_string()).await?;
        expired("orders-dev").create(&scene).await?;
        // It is deleted without notice; Slack gets the summary and word to its owner after the fact.
        let mut function = start(&scene, &[APPLY, ("NIGHTSHIFT_SLACK_SECRET_ID", "slack/webhook")])?;
        let report = function.invoke(&json!({})).await?.report();
        assert_eq!(clusters(&scene, REGION).await?, [] as [&str; 0], "{answers:?}");
        assert_eq!(said(&report, "orders-dev"), ("changed", ""), "a lost post fails no run: {answers:?}");
        let first = &report["notices"][0];
        assert_eq!(first["outcome"] == "sent", sent, "{answers:?} {first}");
        // The second message, the summary, finds Slack well again.
        assert_eq!(slack.messages().len(), posts + 1, "{answers:?}");
        assert!(!format!("{report}{}", function.into_output()).contains(SECRET), "{answers:?}");
        // What was not told stays so written until it is.
        let tags = snapshots(&scene, REGION).await?.pop().expect("its data").1;
        assert_eq!(tags.contains_key("nightshift:untold"), !sent, "{answers:?}");
        if !sent {
            let again =
                start(&scene, &[APPLY, ("NIGHTSHIFT_SLACK_SECRET_ID", "slack/webhook")])?.invoke(&json!({})).await?;
            assert_eq!(again.report()["counts"]["changed"], 1, "{answers:?}");
            let tags = snapshots(&scene, REGION).await?.pop().expect("its data").1;
            assert!(!tags.contains_key("nightshift:untold"), "{answers:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn an_owner_is_asked_once_a_week_to_mend_what_only_they_can() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    scene.mail_identity("nightshift@example.com").await?;
    expired("typo-dev").tag("auto-delete-after", "next friday").create(&scene).await?;
    expired("kept-dev").protected().create(&scene).await?;
    let spanish: Vec<_> = MAIL
        .iter()
        .copied()
        .chain([("NIGHTSHIFT_LANGUAGE", "es"), ("NIGHTSHIFT_TIME_ZONE", "Europe/Madrid")])
        .collect();
    // The same night twice, the next, and a week later.
    for night in [NOW, NOW, "2026-11-22T02:00:00Z", "2026-11-28T02:00:00Z"] {
        let report = at(&scene, night, &spanish).await?;
        assert_eq!(report["counts"]["skipped"], 2, "the operators see them each night: {report:#}");
    }
    let ask = ("ana@example.com", "2 clústeres requieren atención");
    let asked = ("ops@example.com", "cluster-cleanup: 2 avisos a propietarios");
    let quiet = ("ops@example.com", "cluster-cleanup: sin cambios");
    assert_eq!(mails(&scene).await?, pairs(&[ask, asked, quiet, quiet, ask, asked]));
    let html = mail(&scene).await?[0]["html"].as_str().unwrap_or_default().to_owned();
    assert!(html.contains("lang=\"es\"") && html.contains("está protegido contra la eliminación"), "{html}");
    Ok(())
}
