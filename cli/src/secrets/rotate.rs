//! `secrets rotate --dry-run`: what the next rotation of a secret would do. It is the function's own job, asked for a step that does
//! nothing, so that what it says is what the function goes by.

use nightshift::jobs::secret_rotation::SecretRotation;
use nightshift::notify::shell_word;
use nightshift::report::{Mode, Report};
use nightshift::run::driver::{Caller, Word};
use nightshift::text::printable;
use serde_json::{Value, json};

use crate::args::{Format, SecretRotateArgs};
use crate::desk::Desk;
use crate::output::{self, Ending, Output, Words};
use crate::policy::Source;
use crate::progress::Progress;
use crate::{one, record};

const NOTHING: &str = "nothing was done";

/// Says it.
pub(crate) async fn rotate(args: SecretRotateArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let source = Source::of(&args.policy)?;
    let aws = desk.open(NOTHING).await?;
    desk.account(&aws, args.account.account.as_deref(), NOTHING).await?;
    let driver = source.driver::<SecretRotation>(aws, desk).await?;
    let event = json!({ "SecretId": args.secret, "Step": "rehearse" });
    let caller = Caller::Operator { mode: Mode::Plan, word: Word::Any };
    let progress = Progress::start("reading", driver.aws().calls().clone());
    let report = driver.run(event, &record::reading(), caller).await?.report;
    drop(progress);
    let output = Output::new(Words::CanBeHadAgain, desk);
    if args.shown.output != Format::Table {
        output.report(&report, &args.shown);
        return Ok(output.end(Ending::of(&report)));
    }
    say(&report, &output);
    Ok(output.end(one::ending(&report, NOTHING, desk)?))
}

fn say(report: &Report, output: &Output) {
    for item in &report.items {
        let own = item.domain.get("rotation");
        let texts = |key: &str| own.and_then(|own| own[key].as_array()).into_iter().flatten();
        let Some(why) = own.and_then(|own| own["why"].as_str()) else { continue };
        let strategy = own.and_then(|own| own["strategy"].as_str()).unwrap_or_default();
        output.say(&format!("{} would be rotated as {strategy}: {why}", printable(&item.id)));
        for step in texts("steps").filter_map(Value::as_str) {
            output.say(&format!("  {step}"));
        }
        for note in texts("notes") {
            let text = |key: &str| note[key].as_str().unwrap_or_default();
            output::complain(&format!("{}; {}", text("message"), text("fix")));
        }
        output.say(&format!(
            "nothing was done; to rotate it now: aws secretsmanager rotate-secret --secret-id {}",
            shell_word(&printable(&item.id))
        ));
    }
}
