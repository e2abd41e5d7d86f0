//! What an account has before: the command of `terraform/bootstrap/README.md`, as it stands there, in a copy of the repository's
//! folder, against a stand-in of its own.

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tokio::process::Command;

use super::terraform::{copy, said, talks_to};
use nightshift_testkit::repository;
use nightshift_testkit::stand_in::StandIn;

const README: &str = "terraform/bootstrap/README.md";

pub(super) async fn run() -> anyhow::Result<String> {
    let stand_in = StandIn::start()?;
    let folder = tempfile::tempdir()?;
    copy(&repository::root().join("terraform"), &folder.path().join("terraform"))?;
    let page = std::fs::read_to_string(repository::root().join(README))?;
    let words = command(&page).with_context(|| format!("{README} has no command"))?;
    let account = account(words).with_context(|| format!("the command of {README} names no account"))?;
    let shell = async |words: &str| -> anyhow::Result<Vec<u8>> {
        let mut shell = Command::new("sh");
        talks_to(&mut shell, stand_in.url(), account);
        // What a person would be asked.
        shell.env("TF_CLI_ARGS_apply", "-auto-approve -input=false").current_dir(folder.path()).args(["-ec", words]);
        let output = shell.output().await.context("could not start a shell")?;
        ensure!(output.status.success(), "the command of {README} failed:\n{}", said(&output));
        Ok(output.stdout)
    };
    shell(words).await?;
    let outputs = shell("cd terraform/bootstrap && terraform output -json").await?;
    let outputs: Value = serde_json::from_slice(&outputs).context("terraform output gave no JSON")?;
    for (name, end) in [("boundary_arn", ":policy/nightshift-boundary"), ("deployer_arn", ":role/nightshift-deployer")]
    {
        let found = outputs[name]["value"].as_str().unwrap_or_default();
        ensure!(found.contains(account) && found.ends_with(end), "{name} is '{found}'");
    }
    // Whoever destroys it would lose what Terraform knows of every environment.
    let destroy = words.replace("terraform apply", "terraform plan -destroy -input=false");
    let refused = shell(&destroy).await.err().map(|error| error.to_string()).unwrap_or_default();
    ensure!(refused.contains("prevent_destroy"), "the bucket of the state could be destroyed: {refused}");
    Ok("the command of its README · a bucket for the state that cannot be destroyed, a boundary, a deployer".to_owned())
}

/// The first block of commands of a page.
fn command(page: &str) -> Option<&str> {
    page.split_once("```sh\n")?.1.split_once("```").map(|(block, _)| block)
}

fn account(words: &str) -> Option<&str> {
    let rest = words.split_once("account_id=")?.1;
    rest.get(..12).filter(|account| account.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_of_a_page_is_its_first_block() {
        let page = "# b\n\n```sh\ncd x\nterraform apply -var account_id=111122223333\n```\n\n```sh\nother\n```\n";
        let words = command(page).unwrap();
        assert_eq!(words, "cd x\nterraform apply -var account_id=111122223333\n");
        assert_eq!(account(words), Some("111122223333"));
        assert_eq!(command("no block"), None);
    }
}
