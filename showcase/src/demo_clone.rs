//! Clusters of one's own on one machine: a small made-up account on the stand-in, and two people who type `nightshift` with keys of
//! their own. One makes a clone, is refused what she may not, and deletes it again; the last step compares what was seen with what
//! should have been, so that a test can run it too. Moments and random names are fixed, so each run prints the same.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::demo::width;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::world::{clusters, expired, tags_of};
use nightshift_testkit::{Scene, StandIn, cargo, repository};

/// As it is typed.
const COMMAND: &str = "nightshift";
const POLICY: &str = "demo-out/clone.env";
/// An account of its own, the same each time: a plan's digest is of one account.
const ACCOUNT: &str = "730000000007";
const MORNING: &str = "2026-11-21T09:00:00Z";
const EVENING: &str = "2026-11-21T17:00:00Z";
const VARIABLES: [(&str, &str); 7] = [
    ("NIGHTSHIFT_REGIONS", "eu-west-1"),
    ("NIGHTSHIFT_CLONES_PER_OWNER", "1"),
    ("NIGHTSHIFT_FINAL_SNAPSHOT", "always"),
    ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
    ("NIGHTSHIFT_OWNER_MAIL_DOMAIN", "example.com"),
    ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com"),
    ("NIGHTSHIFT_TIME_ZONE", "Europe/Madrid"),
];
/// What the two of them hear of it.
const LETTERS: [(&str, &str); 4] = [
    ("ben@example.com", "orders-ben is ready, until Thu 3 Dec 2026, 10:00 CET (09:00 UTC)"),
    ("ana@example.com", "orders-ana is ready, until Sat 28 Nov 2026, 10:00 CET (09:00 UTC)"),
    ("ana@example.com", "second was not made: you have 1 of 1 clones"),
    ("ana@example.com", "orders-ana was deleted by hand"),
];

/// Builds the command and shows it at work on `out`.
pub async fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    show(out, &cargo::build(COMMAND)?, width()).await
}

/// Shows `command` at work on `out`, in tables `width` columns wide.
pub async fn show(out: &mut dyn Write, command: &Path, width: u16) -> anyhow::Result<()> {
    let scene = account().await?;
    let (ana, ben) = (scene.access_key("ana").await?, scene.access_key("ben").await?);
    let mut desk = Desk { command: command.to_owned(), scene: &scene, width, key: ben, said: String::new() };
    writeln!(out, "A clone of one's own, made and deleted in a made-up AWS account, all of it on this machine.")?;
    writeln!(out, "\nBEFORE · a cluster, orders; one of production, payments; and a clone of ben's")?;
    it_is(MORNING)?;
    let policy = format!("--policy {POLICY}");
    desk.quietly(&format!("clusters clone orders --expires 12d {policy}")).await?;
    desk.key = ana;
    desk.types(out, &format!("clusters list --all {policy}"), 0).await?;
    writeln!(out, "$ cat {POLICY}")?;
    for (name, value) in VARIABLES {
        writeln!(out, "  │ {name}='{value}'")?;
    }

    writeln!(out, "\nPLAN · ana asks what would be made; it only reads")?;
    desk.types(out, &format!("clusters clone orders --expires 7d {policy} --dry-run"), 0).await?;
    writeln!(out, "\nAPPLY · the same without --dry-run; it ends when the clone can be used")?;
    desk.types(out, &format!("clusters clone orders --expires 7d {policy}"), 0).await?;
    writeln!(out, "\nREFUSED · production as it is, and one clone too many")?;
    desk.types(out, &format!("clusters clone payments --expires 7d {policy}"), 1).await?;
    desk.types(out, &format!("clusters clone orders --expires 7d --name second {policy}"), 1).await?;
    writeln!(out, "\nREFUSED · what is ben's; a flag makes nobody its owner")?;
    let yes = format!("--yes --account {ACCOUNT}");
    desk.types(out, &format!("clusters delete orders-ben {policy} {yes}"), 1).await?;
    desk.types(out, &format!("clusters extend orders-ben --until 14d --owner ben {policy}"), 1).await?;
    writeln!(out, "\nMINE · and how long it stays")?;
    desk.types(out, &format!("clusters list {policy}"), 0).await?;

    writeln!(out, "\nDELETE · in the evening she needs it no more; without --yes it has her type its name")?;
    it_is(EVENING)?;
    desk.types(out, &format!("clusters delete orders-ana {policy} --dry-run"), 0).await?;
    desk.types(out, &format!("clusters delete orders-ana {policy} {yes}"), 0).await?;
    let letters = letters(&scene).await?;
    writeln!(out, "\nLETTERS · what each owner was told, once")?;
    for (to, subject) in &letters {
        writeln!(out, "  mail to {to}: {subject}")?;
    }
    judge(&scene, &desk.said, &letters).await?;
    writeln!(
        out,
        "\nDONE · the clone is gone and its data kept; orders, payments and ben's clone stand as they were; nobody's password\n\
         was printed"
    )?;
    Ok(())
}

/// The account, with the same random names each time.
async fn account() -> anyhow::Result<Scene> {
    let scene = Scene::of(ACCOUNT)?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let seed = client.post(format!("{}/moto-api/seed?a=21", StandIn::shared().url())).send().await?;
    seed.error_for_status().context("the stand-in takes no seed for its random names")?;
    scene.set_clock(MORNING).await?;
    scene.mail_identity("nightshift@example.com").await?;
    for (id, env) in [("orders", "staging"), ("payments", "prod")] {
        expired(id).tag("auto-delete-after", "").tag("owner", "").tag("env", env).create(&scene).await?;
    }
    Ok(scene)
}

/// To which owner what was sent.
async fn letters(scene: &Scene) -> anyhow::Result<Vec<(String, String)>> {
    let received = scene.control("mail", json!({})).await?;
    let text = |value: &Value| value.as_str().unwrap_or_default().replace(&format!("[{ACCOUNT}] "), "");
    let all = received["mail"].as_array().into_iter().flatten();
    let all = all.map(|mail| (text(&mail["to"][0]), text(&mail["subject"])));
    Ok(all.filter(|(to, _)| to != "ops@example.com").collect())
}

/// An error naming what is not as it should be.
async fn judge(scene: &Scene, said: &str, letters: &[(String, String)]) -> anyhow::Result<()> {
    let standing = clusters(scene, REGION).await?;
    ensure!(standing == ["orders", "orders-ben", "payments"], "these stand: {standing:?}");
    let tags: BTreeMap<_, _> = tags_of(scene, "orders-ben").await?.context("ben's clone is gone")?;
    ensure!(tags["auto-delete-after"] == "2026-12-03T09:00:00Z", "ben's clone was changed: {tags:?}");
    let told: Vec<_> = letters.iter().map(|(to, subject)| (to.as_str(), subject.as_str())).collect();
    ensure!(told == LETTERS, "the letters are {told:?}");
    for name in scene.secret_names().await? {
        let value = scene.secrets().await.get_secret_value().secret_id(&name).send().await?;
        let value: Value = serde_json::from_str(value.secret_string().unwrap_or_default()).unwrap_or_default();
        let password = value["password"].as_str();
        ensure!(password.is_none_or(|password| !said.contains(password)), "the password in {name} was printed");
    }
    Ok(())
}

/// Where somebody types.
struct Desk<'a> {
    command: PathBuf,
    scene: &'a Scene,
    width: u16,
    /// Of whoever sits here.
    key: (String, String),
    /// All that was printed.
    said: String,
}

impl Desk<'_> {
    /// Types `words` behind the command's name, and shows them and what is printed; an error where it does not end with `code`.
    async fn types(&mut self, out: &mut dyn Write, words: &str, code: i32) -> anyhow::Result<()> {
        writeln!(out, "$ {COMMAND} {words}")?;
        out.flush()?;
        let (found, shown) = self.run(words).await?;
        ensure!(found == Some(code), "`{COMMAND} {words}` ended with {found:?}:\n{shown}");
        crate::demo::shown(out, &shown)
    }

    async fn quietly(&mut self, words: &str) -> anyhow::Result<()> {
        let (code, shown) = self.run(words).await?;
        ensure!(code == Some(0), "`{COMMAND} {words}` failed:\n{shown}");
        Ok(())
    }

    async fn run(&mut self, words: &str) -> anyhow::Result<(Option<i32>, String)> {
        let mut command = Command::new(&self.command);
        let own = self.scene.environment(&[]).into_iter().filter(|(name, _)| name.starts_with("AWS_"));
        command.args(words.split_whitespace()).env_clear().envs(own).env("COLUMNS", self.width.to_string());
        command.env("AWS_ACCESS_KEY_ID", &self.key.0).env("AWS_SECRET_ACCESS_KEY", &self.key.1);
        command.env("XDG_STATE_HOME", repository::root().join("demo-out")).current_dir(repository::root());
        let done = tokio::task::spawn_blocking(move || command.output()).await??;
        let (out, err) = (String::from_utf8(done.stdout)?, String::from_utf8(done.stderr)?);
        self.said.push_str(&out);
        self.said.push_str(&err);
        Ok((done.status.code(), complaints(&err) + &out))
    }
}

/// Writes the policy down, as it is at `moment`.
fn it_is(moment: &str) -> anyhow::Result<()> {
    let path = repository::root().join(POLICY);
    std::fs::create_dir_all(path.parent().context("no folder")?)?;
    let lines = VARIABLES.into_iter().chain([("NIGHTSHIFT_NOW", moment)]);
    let lines = lines.map(|(name, value)| format!("{name}='{value}'\n"));
    std::fs::write(&path, lines.collect::<String>()).with_context(|| format!("could not write {POLICY}"))
}

/// Without the record of what was done, which says the same again.
fn complaints(err: &str) -> String {
    let is_record = |line: &&str| {
        let is_kept = ["nightshift: the record of this run ", "nightshift: the report is kept "];
        (line.starts_with("nightshift: ") || line.starts_with("→ ")) && !is_kept.iter().any(|it| line.starts_with(it))
    };
    err.lines().filter(is_record).fold(String::new(), |all, line| all + line + "\n")
}
