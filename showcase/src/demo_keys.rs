//! Some nights of `key-rotation` on one machine: a small made-up account on the stand-in, whose clock is moved along with
//! the function's, so that rotation, overlap, switching off and deletion are all seen. The last step compares what happened
//! with what should have, so that CI can run it too.

use std::io::Write;

use anyhow::{Context as _, ensure};
use nightshift::jobs::key_rotation::listing;
use nightshift::report::{Report, render};
use serde_json::{Value, json};

use crate::demo::width;
use nightshift_testkit::function::FunctionProcess;
use nightshift_testkit::{Scene, StandIn, cargo};

const NAME: &str = "key-rotation";
/// The nights, and what is to be seen in each.
const NIGHTS: [(&str, &str); 4] = [
    ("2026-11-21T02:00:00Z", "due keys get a successor, and the old ones go on working; ana hears that hers is next"),
    (
        "2026-11-29T02:00:00Z",
        "old keys whose successor was fetched are switched off; nobody has taken eve's over, so hers is held",
    ),
    ("2026-12-07T02:00:00Z", "what was off for a week is deleted"),
    ("2026-12-08T02:00:00Z", "and the tags nobody needs any more go"),
];
const POLICY: [(&str, &str); 6] = [
    ("NIGHTSHIFT_MODE", "apply"),
    ("NIGHTSHIFT_EXCLUDE", "ci,path:/robots/*"),
    // Seven users in scope: half of them are soon over.
    ("NIGHTSHIFT_MAX_DEACTIVATION_PERCENT", "100"),
    ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
    ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com"),
    ("NIGHTSHIFT_TIME_ZONE", "Europe/Madrid"),
];
/// How many days old a key is, and how many days ago it was used.
type Key = (i64, Option<i64>);
/// A user's name, keys, and whether a mail tag is on it.
type Person = (&'static str, &'static [Key], bool);
/// Everybody.
const USERS: [Person; 8] = [
    ("ana", &[(85, Some(0))], true),
    ("bob", &[(10, Some(0))], true),
    ("ci", &[(400, Some(0))], true),
    ("dan", &[(95, Some(3))], true),
    ("eve", &[(400, Some(0))], true),
    ("fay", &[(200, Some(1)), (120, Some(0))], true),
    ("gil", &[(95, None)], false),
    ("hal", &[(95, Some(9))], true),
];

/// Shows the nights on `out`.
pub async fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    let binary = cargo::build(NAME)?;
    let scene = account().await?;
    writeln!(out, "Four nights of key-rotation in a made-up AWS account, all of it on this machine.\n")?;
    writeln!(
        out,
        "hal has a second key that an interrupted run minted, noted and never stored; gil has no mail tag; ci is excluded."
    )?;
    writeln!(out, "\nBEFORE · nightshift keys list")?;
    write!(out, "{}", list(&scene, &binary, NIGHTS[0].0).await?)?;
    let mut seen = 0;
    for (now, what) in NIGHTS {
        scene.set_clock(now).await?;
        // Eve's program has not taken the new key over, and uses the old one every day.
        let old = &scene.keys("eve").await?[0].id;
        scene.control("age-key", json!({"key": old, "last_used": now})).await?;
        writeln!(out, "\nNIGHT OF {now} · {what}")?;
        let report = invoke(&scene, &binary, now, &json!({})).await?;
        write!(out, "{}", render::table(&report, width()))?;
        for user in ["ana", "dan", "gil", "hal"] {
            if scene.labels(user).await.is_ok() {
                scene.handed_out(user).await?;
            }
        }
        let mails = mails(&scene).await?;
        for (to, subject) in &mails[seen..] {
            writeln!(out, "  mail to {to}: {subject}")?;
        }
        seen = mails.len();
    }
    let last = NIGHTS[NIGHTS.len() - 1].0;
    writeln!(out, "\nAFTER · nightshift keys list")?;
    write!(out, "{}", list(&scene, &binary, last).await?)?;
    writeln!(out, "\nDONE · {}", verdict(&scene).await?)?;
    Ok(())
}

/// The account, with the same random names each time.
async fn account() -> anyhow::Result<Scene> {
    let scene = Scene::new()?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let seed = client.post(format!("{}/moto-api/seed?a=21", StandIn::shared().url())).send().await?;
    seed.error_for_status().context("the stand-in takes no seed for its random names")?;
    let now = NIGHTS[0].0;
    scene.set_clock(now).await?;
    scene.mail_identity("nightshift@example.com").await?;
    for (user, keys, has_mail) in USERS {
        let mail = format!("{user}@example.com");
        let tags = [("mail", mail.as_str())];
        scene.user(user, if has_mail { &tags } else { &[] }).await?;
        for (age, used) in keys {
            scene.key(user, now, *age, *used).await?;
        }
    }
    let old = scene.keys("hal").await?.remove(0).id;
    let orphan = scene.key("hal", now, 0, None).await?;
    scene.control("age-key", json!({"key": orphan, "created": "2026-11-21T00:30:00Z"})).await?;
    scene.empty_secret("hal").await?;
    scene.tag("hal", "nightshift:intent", &format!("2026-11-21T00:30:00Z {old} minted={orphan}")).await?;
    Ok(scene)
}

async fn invoke(scene: &Scene, binary: &std::path::Path, now: &str, event: &Value) -> anyhow::Result<Report> {
    let policy: Vec<_> = POLICY.into_iter().chain([("NIGHTSHIFT_NOW", now)]).collect();
    let mut function = FunctionProcess::start(binary, &scene.environment(&policy))?;
    Ok(serde_json::from_value(function.invoke(event).await?.report())?)
}

/// As the command prints it.
async fn list(scene: &Scene, binary: &std::path::Path, now: &str) -> anyhow::Result<String> {
    let users: Vec<_> = USERS.iter().map(|(user, ..)| *user).collect();
    let report = invoke(scene, binary, now, &json!({"mode": "plan", "users": users})).await?;
    Ok(listing::table(&report, width()))
}

/// To whom what was sent, without the summaries.
async fn mails(scene: &Scene) -> anyhow::Result<Vec<(String, String)>> {
    let received = scene.control("mail", json!({})).await?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = received["mail"].as_array().into_iter().flatten();
    let all = all.map(|mail| (text(&mail["to"][0]), text(&mail["subject"])));
    Ok(all.filter(|(_, subject)| !subject.contains("key-rotation: ")).collect())
}

/// One line if all is well; an error naming what is not.
async fn verdict(scene: &Scene) -> anyhow::Result<String> {
    for (user, active, all) in [
        ("ana", 1, 2),
        ("bob", 1, 1),
        ("ci", 1, 1),
        ("dan", 1, 1),
        ("eve", 2, 2),
        ("fay", 2, 2),
        ("gil", 1, 1),
        ("hal", 1, 2),
    ] {
        let keys = scene.keys(user).await?;
        let works = keys.iter().filter(|key| key.active).count();
        ensure!(
            (works, keys.len()) == (active, all),
            "{user} should have {active} of {all} keys active, and has {keys:?}"
        );
        if !["bob", "ci", "fay"].contains(&user) {
            let handed_out = scene.handed_out(user).await?["AccessKeyId"].clone();
            let it = keys.iter().find(|key| handed_out == key.id.as_str());
            ensure!(it.is_some_and(|key| key.active), "{user} is handed out {handed_out}, which is none of {keys:?}");
        }
    }
    let told = mails(scene).await?;
    ensure!(
        told.iter().any(|(to, about)| to == "ops@example.com" && about.contains("gil")),
        "the operators stand in for gil"
    );
    Ok("every due key has a proven successor, dan's and gil's old ones are gone, eve's is held, nobody was ever without a key".to_owned())
}
