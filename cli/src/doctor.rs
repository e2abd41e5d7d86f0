//! `doctor`: whether this machine, these credentials and this account are ready. It only reads. Of what writes it says that it
//! was not tried, and which rights it takes.

use nightshift::clock;
use nightshift::config::Environment;
use nightshift::report::SCHEMA;
use nightshift::report::sheet::{Row, Sheet, Tone};
use nightshift::services::aws::{Aws, AwsError, Skew};
use nightshift::services::functions::{Deployed, FunctionsReader};
use nightshift::services::iam::IamReader;
use nightshift::services::mail;
use nightshift::services::rds::RdsReader;
use nightshift::text::count;
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::DoctorArgs;
use crate::desk::Desk;
use crate::output::{Ending, Output, Words};
use crate::progress::Progress;
use crate::state;
use crate::told;

/// What `doctor --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Findings {
    /// As in a report; a field is only ever added.
    schema: u32,
    /// In the order they were looked at.
    findings: Vec<Finding>,
}

/// One thing that was looked at.
#[derive(Debug, Serialize, JsonSchema)]
struct Finding {
    /// What.
    about: String,
    /// How it stands.
    verdict: Verdict,
    /// What was found.
    message: String,
    /// The next step, where there is one.
    fix: Option<String>,
}

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    /// It works.
    Good,
    /// It works, and somebody should know.
    Odd,
    /// It does not.
    Bad,
    /// Nobody looked: looking would write.
    Untried,
}

impl Verdict {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Odd => "odd",
            Self::Bad => "bad",
            Self::Untried => "untried",
        }
    }

    const fn tone(self) -> Tone {
        match self {
            Self::Good => Tone::Good,
            Self::Odd => Tone::Odd,
            Self::Bad => Tone::Bad,
            Self::Untried => Tone::Quiet,
        }
    }
}

/// What each job writes with, and where the whole list is.
const WRITES: [(&str, &str, &str); 3] = [
    (
        "cluster-cleanup writes",
        "rds:AddTagsToResource, rds:RemoveTagsFromResource, rds:DeleteDBInstance, rds:DeleteDBCluster, rds:CreateDBClusterSnapshot, rds:DeleteDBClusterSnapshot",
        "docs/cluster-cleanup.md, IAM",
    ),
    (
        "key-rotation writes",
        "iam:CreateAccessKey, iam:UpdateAccessKey, iam:DeleteAccessKey, iam:TagUser, iam:UntagUser, secretsmanager:CreateSecret, secretsmanager:PutSecretValue, secretsmanager:UpdateSecretVersionStage",
        "docs/key-rotation.md, IAM",
    ),
    (
        "db-users writes",
        "secretsmanager:CreateSecret, secretsmanager:PutSecretValue, secretsmanager:UpdateSecretVersionStage, and SQL as the master user",
        "docs/db-users.md, IAM",
    ),
];

/// Looks at everything.
pub(crate) async fn run(args: DoctorArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let mut findings = vec![version(), keeping(&desk.environment)];
    match desk.connect(args.account.account.as_deref(), "nothing else was looked at").await {
        Ok(aws) => {
            let progress = Progress::start("looking", aws.calls().clone());
            of_account(&aws, &mut findings).await;
            drop(progress);
        }
        Err(error) => {
            let (message, fix) = told::lines(&error);
            findings.push(Finding { about: "credentials".to_owned(), verdict: Verdict::Bad, message, fix });
        }
    }
    let output = Output::new(Words::CanBeHadAgain, desk);
    let findings = Findings { schema: SCHEMA, findings };
    output.sheet(&sheet(&findings), &findings, args.output);
    let is_bad = findings.findings.iter().any(|finding| finding.verdict == Verdict::Bad);
    Ok(output.end(if is_bad { Ending::Failed } else { Ending::Done }))
}

async fn of_account(aws: &Aws, findings: &mut Vec<Finding>) {
    let region = aws.region().unwrap_or_default().to_owned();
    match aws.identity().await {
        Ok(identity) => {
            findings.push(good("credentials", format!("account {}, {}", identity.account, identity.arn)));
            findings.push(clock_of(identity.skew));
            let clusters = RdsReader::new(aws, &region).clusters(&identity.account).await;
            let clusters = clusters.map(|all| count(all.len(), "Aurora cluster"));
            findings.push(read("reading clusters", "rds:DescribeDBClusters", &region, clusters));
        }
        Err(error) => findings.push(bad("credentials", &error)),
    }
    let snapshots = RdsReader::new(aws, &region).snapshots().await.map(|all| count(all.len(), "snapshot"));
    findings.push(read("reading snapshots", "rds:DescribeDBClusterSnapshots", &region, snapshots));
    let users = IamReader::new(aws).users().await.map(|all| count(all.len(), "user"));
    findings.push(read("reading users", "iam:GetAccountAuthorizationDetails", "the account", users));
    functions(aws, &region, findings).await;
    findings.push(match mail::standing(aws).await {
        Ok(standing) if !standing.sending => odd(
            "mail",
            format!("SES in {region} has sending switched off for this account"),
            "look at the account's status in the SES console",
        ),
        Ok(standing) if !standing.production => odd(
            "mail",
            format!(
                "SES in {region} is in the sandbox: mail goes to verified addresses only, {} a day",
                standing.a_day
            ),
            "ask for production access in the SES console before owners are to be told",
        ),
        Ok(standing) => good("mail", format!("SES in {region} is out of the sandbox, {} mails a day", standing.a_day)),
        // Mail is one of three channels; who uses another needs no leave to ask.
        Err(error) => Finding { verdict: Verdict::Odd, ..bad("mail", &error) },
    });
    for (about, rights, place) in WRITES {
        findings.push(Finding {
            about: about.to_owned(),
            verdict: Verdict::Untried,
            message: format!("not tried, since trying would write; it takes {rights}"),
            fix: Some(format!("the whole list with its sources: {place}")),
        });
    }
}

/// The deployed functions of ours, by their variables, and what each may do.
async fn functions(aws: &Aws, region: &str, findings: &mut Vec<Finding>) {
    let all = match FunctionsReader::new(aws).all().await {
        Ok(all) => all,
        Err(error) => {
            findings.push(bad("deployed functions", &error));
            return;
        }
    };
    let mut found = false;
    for Deployed { name, variables, .. } in all {
        let variables: Environment = variables.into_iter().collect();
        if variables.ours().next().is_none() {
            continue;
        }
        found = true;
        let mode = match variables.get("NIGHTSHIFT_MODE") {
            Some("apply") => "its schedule applies",
            Some("plan") => "it plans, and no event can make it apply",
            _ => "it plans, unless an event says otherwise",
        };
        findings.push(good(&format!("function {name}"), mode.to_owned()));
    }
    if !found {
        findings.push(odd(
            "deployed functions",
            format!("no function in {region} has NIGHTSHIFT_ variables"),
            "nothing runs by itself there; see terraform/README.md, or choose another --region",
        ));
    }
}

fn version() -> Finding {
    let tool = nightshift::build::tool();
    let commit = tool.commit.unwrap_or_else(|| "unknown".to_owned());
    good("this command", format!("version {}, commit {commit}", tool.version))
}

/// Whether the record of an apply has a place. It is not made: that is for an apply.
fn keeping(environment: &Environment) -> Finding {
    match state::folder(environment) {
        Some(folder) => good("records", format!("kept in {}", folder.display())),
        None => odd(
            "records",
            "neither HOME nor XDG_STATE_HOME is set: an apply's record is on standard error alone".to_owned(),
            "set one of them",
        ),
    }
}

fn clock_of(skew: Skew) -> Finding {
    match skew {
        Skew::Agreed => good("clock", format!("agrees with AWS's: {}", clock::now().strftime("%Y-%m-%d %H:%M UTC"))),
        Skew::Apart { here, there } => Finding {
            about: "clock".to_owned(),
            verdict: Verdict::Bad,
            message: format!("this machine's says {here:.0}, AWS's {there:.0}: nothing is applied by it"),
            fix: Some("set it right, best by NTP".to_owned()),
        },
        Skew::Unknown => odd(
            "clock",
            "AWS's answer had no date, so it could not be compared: nothing is applied by it".to_owned(),
            "look for a proxy that takes headers away",
        ),
    }
}

fn read(about: &str, action: &str, place: &str, found: Result<String, AwsError>) -> Finding {
    match found {
        Ok(found) => good(about, format!("{action} works on {place}: {found}")),
        Err(error) => bad(about, &error),
    }
}

fn good(about: &str, message: String) -> Finding {
    Finding { about: about.to_owned(), verdict: Verdict::Good, message, fix: None }
}

fn odd(about: &str, message: String, fix: &str) -> Finding {
    Finding { about: about.to_owned(), verdict: Verdict::Odd, message, fix: Some(fix.to_owned()) }
}

fn bad(about: &str, error: &AwsError) -> Finding {
    let message = nightshift::text::chain(error);
    Finding { about: about.to_owned(), verdict: Verdict::Bad, message, fix: Some(error.fix()) }
}

fn sheet(findings: &Findings) -> Sheet {
    let mut sheet = Sheet::new(["ABOUT", "VERDICT", "WHAT WAS FOUND"]);
    for finding in &findings.findings {
        let fix = finding.fix.iter().map(|fix| format!("→ {fix}"));
        let words: Vec<_> = std::iter::once(finding.message.clone()).chain(fix).collect();
        let row = Row::new([finding.about.clone(), finding.verdict.as_str().to_owned(), words.join("\n")]);
        sheet.push(row.toned(1, finding.verdict.tone()));
    }
    sheet
}
