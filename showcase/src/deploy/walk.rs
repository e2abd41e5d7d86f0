//! What a new user does, command by command as `terraform/README.md` has them, in a copy of the repository's folder: bootstrap, an
//! environment with its state in the bucket, a plan, the mode. At its end the schedule calls what was deployed. The person
//! and the build are made up: an editor that writes what the page says, and archives of an ordinary build.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use super::account::{Account, ago};
use super::terraform::{copy, said, talks_to};
use nightshift_testkit::repository;
use nightshift_testkit::world::{expired, tags_of};

const BOOTSTRAP: &str = "terraform/bootstrap/README.md";
const DEPLOYING: &str = "terraform/README.md";
/// Whose time is over, and whose owner is to be told by the first run.
const CLUSTER: &str = "due-dev";
const TOLD: &str = "nightshift:notified";
const PATIENCE: Duration = Duration::from_mins(4);

/// What is written at each `$EDITOR`, in order: nothing, because the page's account is the one that is walked in; and the mode, with
/// a schedule one can wait for.
const EDITS: [&str; 2] = [
    "grep -q 111122223333 providers.tf",
    r#"sed -i '/cluster_cleanup = {/,/}/s/mode   = "plan"/mode = "apply"\nschedule = { expression = "rate(1 minute)", window_minutes = 0 }/' main.tf
grep -q 'rate(1 minute)' main.tf"#,
];

pub(super) async fn run(packages: &Path) -> anyhow::Result<String> {
    let page = |name: &str| {
        fs::read_to_string(repository::root().join(name)).with_context(|| format!("could not read {name}"))
    };
    let (bootstrap, deploying) = (page(BOOTSTRAP)?, page(DEPLOYING)?);
    let bootstrap = blocks(&bootstrap).into_iter().next().with_context(|| format!("{BOOTSTRAP} has no command"))?;
    let deploying = section(&deploying, "Deploying for the first time").map(blocks).unwrap_or_default();
    ensure!(deploying.len() == 5, "{DEPLOYING} has {} blocks of commands, and the walk knows 5", deploying.len());
    let account = account_of(&bootstrap).with_context(|| format!("the command of {BOOTSTRAP} names no account"))?;
    let account = Account::of(account).await?;
    expired(CLUSTER)
        .tag("auto-delete-after", &ago(24).to_string())
        .created(&ago(240).to_string())
        .create(&account.scene)
        .await?;

    let mut walker = Walker::new(packages, &account)?;
    walker.walk(&bootstrap).await?;
    walker.made(&account).await?;
    walker.cannot_destroy_the_state(&bootstrap).await?;
    walker.at = walker.folder.path().to_owned();
    let mut planned = false;
    for block in &deploying {
        let said = walker.walk(block).await?;
        planned |= block.contains("nightshift plan") && said.contains(CLUSTER);
    }
    ensure!(planned, "the plan says nothing of {CLUSTER}");
    called(&account).await?;
    let lines = std::iter::once(&bootstrap).chain(&deploying).flat_map(|block| block.lines());
    Ok(format!(
        "{} lines of commands, as two pages have them · a bucket for the state that cannot be destroyed, a boundary, a deployer · dev, \
         its state there · planned, told to apply · called by its schedule, it told an owner",
        lines.count()
    ))
}

/// Waits until the deployed function did what nobody else does here.
#[expect(clippy::disallowed_methods, reason = "a schedule fires by the real clock")]
async fn called(account: &Account) -> anyhow::Result<()> {
    let begin = std::time::Instant::now();
    while !tags_of(&account.scene, CLUSTER).await?.is_some_and(|tags| tags.contains_key(TOLD)) {
        ensure!(begin.elapsed() < PATIENCE, "the schedule called nothing: nobody was told of {CLUSTER}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

/// Somebody at a terminal.
struct Walker {
    folder: TempDir,
    /// Where the last command left the shell.
    at: PathBuf,
    endpoint: String,
    account: String,
    edits: std::array::IntoIter<&'static str, 2>,
}

impl Walker {
    fn new(packages: &Path, account: &Account) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        copy(&repository::root().join("terraform"), &folder.path().join("terraform"))?;
        let programs = folder.path().join("programs");
        fs::create_dir(&programs)?;
        let nightshift = repository::target().join("debug/nightshift");
        ensure!(nightshift.exists(), "{} is not built; `cargo xtask deploy` builds it", nightshift.display());
        symlink(nightshift, programs.join("nightshift"))?;
        let package = format!(
            "[ \"$*\" = 'xtask package' ] || exit 1\nmkdir -p target\nln -s '{}' target/lambda\n",
            packages.display()
        );
        program(&programs.join("cargo"), &package)?;
        let at = folder.path().to_owned();
        let (endpoint, account) = (account.aws.url.clone(), account.aws.account.clone());
        Ok(Self { folder, at, endpoint, account, edits: EDITS.into_iter() })
    }

    /// Runs a block where the last one ended; what it printed.
    async fn walk(&mut self, block: &str) -> anyhow::Result<String> {
        let programs = self.folder.path().join("programs");
        if block.contains("$EDITOR") {
            let edit = self.edits.next().context("the walk does not know what to write")?;
            program(&programs.join("editor"), &format!("{edit}\n"))?;
        }
        let ended = programs.join("ended");
        let words = format!("PATH={}:$PATH\n{block}\npwd > {}", programs.display(), ended.display());
        let mut shell = Command::new("sh");
        talks_to(&mut shell, &self.endpoint, &self.account);
        // What a person would be asked.
        shell.env("TF_CLI_ARGS_apply", "-auto-approve -input=false").env("EDITOR", programs.join("editor"));
        shell.current_dir(&self.at).args(["-ec", &words]);
        let output = shell.output().await.context("could not start a shell")?;
        ensure!(output.status.success(), "these commands failed:\n{block}\n{}", said(&output));
        self.at = PathBuf::from(fs::read_to_string(ended)?.trim());
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    async fn made(&mut self, account: &Account) -> anyhow::Result<()> {
        let outputs: Value = serde_json::from_str(&self.walk("terraform output -json").await?)
            .context("terraform output gave no JSON")?;
        for (name, end) in
            [("boundary_arn", ":policy/nightshift-boundary"), ("deployer_arn", ":role/nightshift-deployer")]
        {
            let found = outputs[name]["value"].as_str().unwrap_or_default();
            ensure!(found.contains(&account.aws.account) && found.ends_with(end), "{name} is '{found}'");
        }
        Ok(())
    }

    /// Whoever destroys it would lose what Terraform knows of every environment.
    async fn cannot_destroy_the_state(&mut self, bootstrap: &str) -> anyhow::Result<()> {
        let apply =
            bootstrap.find("terraform apply").map(|at| &bootstrap[at..]).context("bootstrap applies nothing")?;
        let destroy = apply.replace("terraform apply", "terraform plan -destroy -input=false");
        let refused = self.walk(&destroy).await.err().map(|error| error.to_string()).unwrap_or_default();
        ensure!(refused.contains("prevent_destroy"), "the bucket of the state could be destroyed: {refused}");
        Ok(())
    }
}

fn program(path: &Path, words: &str) -> anyhow::Result<()> {
    fs::write(path, format!("#!/bin/sh\nset -e\n{words}"))?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o700))?)
}

/// What stands below a heading, up to the next one.
fn section<'a>(page: &'a str, heading: &str) -> Option<&'a str> {
    let (_, below) = page.split_once(&format!("\n## {heading}\n"))?;
    Some(below.split_once("\n## ").map_or(below, |(section, _)| section))
}

/// The commands of a page, block by block, without the indent of a list.
fn blocks(page: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match line.trim() {
            "```sh" => {
                inside = true;
                blocks.push(String::new());
            }
            "```" => inside = false,
            words if inside => {
                if let Some(block) = blocks.last_mut() {
                    block.push_str(words);
                    block.push('\n');
                }
            }
            _ => {}
        }
    }
    blocks
}

fn account_of(words: &str) -> Option<&str> {
    let rest = words.split_once("account_id=")?.1;
    rest.get(..12).filter(|account| account.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_block_by_block_from_their_section_alone() {
        let page = "# a\n\n```sh\nno\n```\n\n## Here\n\n1. x\n\n   ```sh\n   cd x\n   terraform apply -var account_id=111122223333\n   ```\n\n```text\nno\n```\n\n## There\n\n```sh\nno\n```\n";
        let found = blocks(section(page, "Here").unwrap());
        assert_eq!(found, ["cd x\nterraform apply -var account_id=111122223333\n"]);
        assert_eq!(account_of(&found[0]), Some("111122223333"));
        assert!(section(page, "Nowhere").is_none());
    }

    #[test]
    fn the_page_of_an_environment_has_the_same_commands() {
        let page = |name: &str| fs::read_to_string(repository::root().join(name)).unwrap();
        let all = blocks(section(&page(DEPLOYING), "Deploying for the first time").unwrap()).concat();
        for name in ["dev", "staging", "prod"] {
            let own = blocks(&page(&format!("terraform/environment/{name}/README.md"))).concat();
            let as_walked = own.replace(&format!("environment/{name}"), "environment/dev");
            assert!(all.starts_with(&as_walked) && own.contains("terraform apply"), "{name}: {own}");
        }
    }

    #[test]
    fn the_example_of_a_pipeline_asks_for_its_role_on_main_alone() {
        let file = repository::root().join("terraform/bootstrap/pipeline.example.yml");
        let (of_all, jobs) = fs::read_to_string(file)
            .map(|text| text.split_once("\njobs:\n").map(|(a, b)| (a.to_owned(), b.to_owned())))
            .unwrap()
            .unwrap();
        assert!(!of_all.contains("id-token"), "every job could ask for the role");
        let with_role: Vec<_> =
            jobs.split("\n\n").filter(|job| job.contains("id-token") || job.contains("role-to-assume")).collect();
        assert_eq!(with_role.len(), 1);
        assert!(with_role[0].contains("\n    if: github.ref == 'refs/heads/main'\n"), "{}", with_role[0]);
    }
}
