//! What `docs/key-rotation.md` promises a program: with `credential_process` and a role that may read, it has the newest key each
//! time it starts, and no key of its own is needed for that.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use nightshift_testkit::{Scene, repository};
use serde_json::{Value, json};

use crate::{APPLY, NOW, item, start_at};

/// Reads the secret by the profile `bootstrap`, and prints it as it is: what the documented command of AWS's does.
const FETCH: &str = "
import sys, boto3
client = boto3.Session(profile_name='bootstrap').client('secretsmanager', region_name='eu-west-1')
print(client.get_secret_value(SecretId=sys.argv[1])['SecretString'])
";
/// A program of ana's that knows no key.
const PROGRAM: &str = "
import json, boto3
session = boto3.Session(profile_name='ana')
who = session.client('sts', region_name='eu-west-1').get_caller_identity()
print(json.dumps({'key': session.get_credentials().access_key, 'arn': who['Arn']}))
";

/// What the program says of whose key it has.
async fn program(scene: &Scene, folder: &Path) -> anyhow::Result<Value> {
    // A session of a role ends by the clock of whoever uses it.
    scene.set_clock(&nightshift::clock::now().to_string()).await?;
    let python = repository::root().join(".tools/stand-in/bin/python");
    let fetch = folder.join("fetch.py");
    std::fs::write(&fetch, FETCH)?;
    let config = folder.join("config");
    let (account, python_word, fetch_word) = (&scene.account, python.display(), fetch.display());
    std::fs::write(
        &config,
        format!(
            "[profile workload]\naws_access_key_id = {account}\naws_secret_access_key = test\n\
             [profile bootstrap]\nrole_arn = arn:aws:iam::{account}:role/laptop\nsource_profile = workload\n\
             [profile ana]\ncredential_process = {python_word} {fetch_word} /aws/iam/credentials/ana\n"
        ),
    )?;
    let mut command = Command::new(python);
    let clean = command.env_clear().envs([("AWS_CONFIG_FILE", config.as_os_str()), ("HOME", folder.as_os_str())]);
    let clean = clean.env("AWS_ENDPOINT_URL", scene.proxy.url()).env("AWS_EC2_METADATA_DISABLED", "true");
    let output = clean.args(["-c", PROGRAM]).output().context("the program does not start")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("the program prints JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_has_the_newest_key_each_time_it_starts_and_the_old_one_goes() -> anyhow::Result<()> {
    let (scene, folder) = (Scene::new()?, tempfile::tempdir()?);
    scene.mail_identity("nightshift@example.com").await?;
    scene.user("ana", &[("mail", "ana@example.com"), ("nightshift:readers", "role/laptop")]).await?;
    let first = scene.key("ana", NOW, 95, Some(8)).await?;
    let policy =
        [APPLY, ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"), ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com")];
    let night = async |now: &str| -> anyhow::Result<Value> {
        Ok(start_at(&scene, now, &policy).await?.invoke(&json!({})).await?.report())
    };
    night(NOW).await?;
    let said = program(&scene, folder.path()).await?;
    let second = said["key"].as_str().unwrap_or_default().to_owned();
    assert!(second != first && said["arn"] == format!("arn:aws:iam::{}:user/ana", scene.account), "{said}");
    // The role is a reader and nobody is denied it; that it may is for AWS to say, which the stand-in does not.
    let document = scene.secrets().await.get_resource_policy().secret_id("/aws/iam/credentials/ana").send().await?;
    let document: Value = serde_json::from_str(document.resource_policy().unwrap_or_default())?;
    let role = format!("arn:aws:iam::{}:role/laptop", scene.account);
    let statement = |sid: &str| {
        document["Statement"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|one| one["Sid"] == sid)
            .cloned()
            .unwrap_or_default()
    };
    assert!(statement("NightshiftReaders")["Principal"].to_string().contains(&role), "{document:#}");
    assert!(statement("NightshiftNobodyElseReads")["Condition"].to_string().contains(&role), "{document:#}");
    // Nobody does anything: the overlap ends, a week from when she was told and not from when that night began, the old key goes,
    // and after the next rotation the program has the next.
    for now in ["2026-11-29T02:00:00Z", "2026-12-07T02:00:00Z", "2026-12-08T02:00:00Z"] {
        night(now).await?;
    }
    let keys: Vec<_> = scene.keys("ana").await?.into_iter().map(|key| key.id).collect();
    assert_eq!(keys, std::slice::from_ref(&second), "the first one went, since the second was taken over");
    scene.age_key(&second, "2027-02-19T02:00:00Z", 90, Some(1)).await?;
    let report = night("2027-02-19T02:00:00Z").await?;
    let third = program(&scene, folder.path()).await?["key"].as_str().unwrap_or_default().to_owned();
    assert!(third != second && !third.is_empty(), "{:#}", item(&report, "ana"));
    Ok(())
}
