//! `keys list`: every key of the account as `key-rotation` sees it, for a person or an auditor.

use nightshift::config::Environment;
use nightshift::jobs::key_rotation::{KeyRotation, codes, listing};
use nightshift::report::{Mode, Reason};
use nightshift::run::driver::{Caller, Driver, Finished};
use nightshift::services::aws::{Aws, Roots};
use nightshift::services::iam::{Audit, IamReader};
use serde_json::json;

use crate::args::{KeyListArgs, ListFormat};
use crate::output::{Ending, Output, Words};
use crate::{account, output, policy, record};

/// Plans for everybody by name, so that those are read too whom a night's run would pass by.
pub(crate) async fn list(args: KeyListArgs, environment: &Environment) -> anyhow::Result<Ending> {
    let aws = Aws::connect(environment, Roots::System).await?;
    let policy = policy::read::<KeyRotation>(&args.policy, environment, &aws).await?;
    if let Some(wanted) = &args.account {
        account::check(wanted, &aws.account().await?, "nothing was read")?;
    }
    let iam = IamReader::new(&aws);
    let names: Vec<_> = iam.users().await?.into_iter().map(|user| user.name).collect();
    let audit = if args.output == ListFormat::Csv { audit(&aws).await } else { Audit::default() };
    let driver = Driver::<KeyRotation>::new(&policy, aws)?;
    let caller = Caller::Operator { mode: Mode::Plan, expect_plan: None };
    let Finished { report, .. } = driver.run(json!({ "users": names }), &record::reading(), caller).await?;
    report.warnings.iter().for_each(output::warn);
    let output = Output::new(Words::CanBeHadAgain);
    match args.output {
        ListFormat::Table => output.show(&listing::table(&report, output::width(environment))),
        ListFormat::Csv => output.show(&listing::csv(&report, &audit)?),
        ListFormat::Json => output.say(&serde_json::to_string_pretty(&listing::rows(&report))?),
    }
    Ok(output.end(Ending::Done))
}

/// The credential report, or nothing where it is not to be had: the keys are known without it.
async fn audit(aws: &Aws) -> Audit {
    match Audit::read(aws).await {
        Ok(audit) => audit,
        Err(error) => {
            let message =
                format!("the columns of the credential report are empty, since it is not to be had: {}", error.said());
            let fix = match error.code() {
                Some("ReportInProgress" | "ReportNotPresent" | "ReportExpired") => {
                    "run this again in some minutes".to_owned()
                }
                _ => error.fix(),
            };
            output::warn(&Reason::new(&codes::NO_CREDENTIAL_REPORT, message, fix));
            Audit::default()
        }
    }
}
