//! `invoke <function> <event.json>`: one function, one event, where the AWS environment of the caller points. The real
//! binary runs behind a runtime API of its own, and its report is printed as a table. It only plans, whatever the event
//! asks for, unless `--apply` is given; `--log` shows what the function logs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use nightshift::config::Environment;
use nightshift::report::{Report, render};
use nightshift_showcase::demo;
use nightshift_testkit::{Answer, FunctionProcess, cargo, repository};
use serde_json::Value;
use tokio::time::error::Elapsed;

const USAGE: &str = "usage: invoke <function> <event.json> [--apply] [--log]";

#[derive(Debug, Default, PartialEq)]
struct Arguments {
    function: String,
    event: PathBuf,
    apply: bool,
    log: bool,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the report and the log are this program's output")]
async fn main() -> ExitCode {
    let result = async {
        let arguments = Arguments::of(std::env::args().skip(1))?;
        let (answer, log) = invoke(&arguments).await?;
        if arguments.log {
            eprint!("{log}");
        }
        report(answer?, arguments.apply)
    };
    match result.await {
        Ok(report) => {
            print!("{}", render::table(&report, demo::width()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("invoke: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What the function answered, and what it logged until then.
async fn invoke(arguments: &Arguments) -> anyhow::Result<(anyhow::Result<Answer>, String)> {
    let event = event(&arguments.event)?;
    let environment = environment(&Environment::of_process(), arguments.apply)?;
    let binary = build(&arguments.function)?;
    let mut function = FunctionProcess::start(&binary, &environment)?;
    let answer = match function.send(&event).await {
        Ok(()) => patiently(&mut function).await,
        Err(error) => Err(error),
    };
    Ok((answer, function.into_output()))
}

/// A real account may keep a function busy for as long as Lambda allows; a test would have given up after a minute.
async fn patiently(function: &mut FunctionProcess) -> anyhow::Result<Answer> {
    let end = tokio::time::Instant::now() + function.timeout;
    loop {
        match function.answer().await {
            Err(error) if error.is::<Elapsed>() && tokio::time::Instant::now() < end => {}
            answer => return answer,
        }
    }
}

fn report(answer: Answer, apply: bool) -> anyhow::Result<Report> {
    match answer {
        Answer::Report(report) => serde_json::from_value(report).context("the function's answer is no report"),
        // The function cannot know by which flag its ceiling is lifted here.
        Answer::Fault { kind, .. } if kind == "ModeRefused" && !apply => {
            bail!("the event asks to apply, and only --apply lets it")
        }
        Answer::Fault { kind, message } => bail!("{kind}: {message}"),
    }
}

impl Arguments {
    fn of(words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut arguments = Self::default();
        let mut names = Vec::new();
        for word in words {
            match word.as_str() {
                "--apply" => arguments.apply = true,
                "--log" => arguments.log = true,
                flag if flag.starts_with('-') => bail!("there is no option {flag}\n{USAGE}"),
                _ => names.push(word),
            }
        }
        let [function, event] = <[String; 2]>::try_from(names).map_err(|_| anyhow::anyhow!(USAGE))?;
        Ok(Self { function, event: event.into(), ..arguments })
    }
}

fn event(path: &Path) -> anyhow::Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| format!("could not read the event {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
}

/// What the function sees of the caller's environment: where AWS is, the policy, and what a profile's credential process
/// needs. Written out, `NIGHTSHIFT_MODE=plan` is a ceiling; a flag does not lift the caller's own.
fn environment(caller: &Environment, apply: bool) -> anyhow::Result<BTreeMap<String, String>> {
    const MODE: &str = "NIGHTSHIFT_MODE";
    let passed =
        |name: &&str| name.starts_with("AWS_") || name.starts_with("NIGHTSHIFT_") || ["HOME", "PATH"].contains(name);
    let mut environment: BTreeMap<_, _> = caller
        .names()
        .filter(passed)
        .map(|name| (name.to_owned(), caller.get(name).unwrap_or_default().to_owned()))
        .collect();
    if apply {
        ensure!(caller.get(MODE) != Some("plan"), "{MODE}=plan is set and forbids --apply: unset it to apply");
    }
    environment.insert(MODE.to_owned(), if apply { "apply" } else { "plan" }.to_owned());
    Ok(environment)
}

/// The function's binary.
fn build(function: &str) -> anyhow::Result<PathBuf> {
    let folder = repository::root().join("functions").join(function);
    ensure!(folder.join("Cargo.toml").is_file(), "there is no function {function} in functions/");
    cargo::build(function)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &str) -> Result<Arguments, String> {
        Arguments::of(line.split_whitespace().map(str::to_owned)).map_err(|error| error.to_string())
    }

    #[test]
    fn two_names_and_two_flags_in_any_order() {
        let expected = Arguments { function: "f".to_owned(), event: "e.json".into(), apply: true, log: false };
        assert_eq!(arguments("f --apply e.json"), Ok(expected));
        assert_eq!(arguments("f"), Err(USAGE.to_owned()));
        assert_eq!(arguments("f e.json --aply"), Err(format!("there is no option --aply\n{USAGE}")));
    }

    #[test]
    fn only_the_flag_lets_a_function_apply_and_the_callers_ceiling_holds() {
        let caller = |mode: &'static str| -> Environment {
            [("NIGHTSHIFT_MODE", mode), ("AWS_REGION", "eu-west-1"), ("LANG", "C")].into_iter().collect()
        };
        let seen = environment(&caller("apply"), false).unwrap();
        assert_eq!(
            seen.into_iter().collect::<Vec<_>>(),
            [("AWS_REGION".to_owned(), "eu-west-1".to_owned()), ("NIGHTSHIFT_MODE".to_owned(), "plan".to_owned()),]
        );
        assert_eq!(environment(&caller(""), true).unwrap()["NIGHTSHIFT_MODE"], "apply");
        assert!(environment(&caller("plan"), true).is_err());
    }
}
