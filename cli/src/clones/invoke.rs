//! The deployed function, asked with a request that says who asks: signed here for that function, checked there by AWS.

use anyhow::bail;
use nightshift::clock;
use nightshift::report::{Mode, Report, codes};
use nightshift::run::answer;
use nightshift::services::aws::Aws;
use nightshift::services::stated;
use nightshift::text::printable;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::invoke::{Call, Fault, once};
use crate::one;
use crate::output::{Output, Words, complain};
use crate::progress::Progress;
use crate::record;
use crate::words::of_reports;

/// A function lives fifteen minutes; a full copy takes several lives.
const MOST_LIVES: usize = 16;

/// Has the function make what `event` asks for, in as many invocations as it takes. The name of the clone, where there is one.
pub(super) async fn until_made(
    aws: &Aws,
    function: &str,
    mut event: Value,
    dry_run: bool,
    desk: &Desk,
) -> anyhow::Result<Option<String>> {
    let mode = if dry_run { Mode::Plan } else { Mode::Apply };
    event["mode"] = json!(mode);
    let (name, region) = place(function, aws.region().unwrap_or_default());
    let quiet = record::Quiet;
    let progress = Progress::start("waiting for the function", aws.calls().clone());
    for _ in 0..MOST_LIVES {
        let signed = stated::sign(aws, region, name, clock::now()).await?;
        event["identity"] = json!(signed.expose());
        let call = Call {
            function: function.to_owned(),
            region: Some(region.to_owned()),
            event: event.clone(),
            mode: Some(mode),
            ..Call::default()
        };
        match once(aws, call, &record::silent(&quiet)).await?.0 {
            Ok(report) => {
                drop(progress);
                return Ok(say(&report, dry_run, desk));
            }
            Err(fault) if goes_on(&fault) => complain(&format!("{}; asking again", printable(&fault.error_message))),
            Err(fault) => bail!("{}: {}", printable(function), fault.said()),
        }
    }
    bail!("the clone is still not whole; the same command goes on with it")
}

/// Whether it ended before its end, and the same event goes on.
fn goes_on(fault: &Fault) -> bool {
    let passing = [&codes::NOT_READY, &codes::THROTTLED, &codes::DEADLINE];
    let code = answer::first_code(&fault.error_message).filter(|_| fault.error_type == "NotCarriedOut");
    code.is_some_and(|code| passing.iter().any(|passing| passing.name == code))
}

/// The function's own name, which is what is signed, and where it is: out of a name or an ARN.
fn place<'a>(function: &'a str, home: &'a str) -> (&'a str, &'a str) {
    let mut parts = function.split(':');
    if parts.next() != Some("arn") {
        return (function.split(':').next().unwrap_or(function), home);
    }
    let region = parts.nth(2).unwrap_or(home);
    (parts.nth(2).unwrap_or(function), region)
}

/// What the report has of its one item.
fn say(report: &Report, dry_run: bool, desk: &Desk) -> Option<String> {
    let output = Output::new(Words::AreARecord, desk);
    let item = of_reports::subject(&report.items)?;
    one::say_steps(report, dry_run, &output, desk);
    if let Some(reason) = &item.reason {
        output.say(&of_reports::reason(reason, desk.language()).0);
    }
    Some(item.id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passes_by_itself_is_asked_again() {
        let fault =
            |kind: &str, message: &str| Fault { error_type: kind.to_owned(), error_message: message.to_owned() };
        for (kind, message, again) in [
            ("NotCarriedOut", "1 of 1 not done: orders-ana (not-ready: it is 'creating')", true),
            ("NotCarriedOut", "1 of 1 not done: orders-ana (throttled: slow down)", true),
            ("NotCarriedOut", "1 of 1 not done: orders-ana (deadline: no time)", true),
            ("NotCarriedOut", "1 of 1 not done: orders-ana (access-denied: AWS says (throttled: x))", false),
            ("NotCarriedOut", "1 of 1 not done: orders-ana (quota: ana has 5)", false),
            ("ConfigurationFault", "1 of 1 not done: orders-ana (not-ready: x)", false),
        ] {
            assert_eq!(goes_on(&fault(kind, message)), again, "{kind} {message}");
        }
    }

    #[test]
    fn what_is_signed_is_the_functions_own_name_whatever_was_typed() {
        for (typed, name, region) in [
            ("dev-cluster-clone", "dev-cluster-clone", "eu-west-1"),
            ("dev-cluster-clone:live", "dev-cluster-clone", "eu-west-1"),
            ("arn:aws:lambda:us-east-1:111122223333:function:clone", "clone", "us-east-1"),
            ("arn:aws:lambda:us-east-1:111122223333:function:clone:live", "clone", "us-east-1"),
        ] {
            assert_eq!(place(typed, "eu-west-1"), (name, region), "{typed}");
        }
    }
}
