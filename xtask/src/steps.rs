//! A list of steps, run in order until one fails, and the table at the end. Steps are data, so that the table can also
//! name what was skipped, with the way to get what it needs, and what was not reached.

use std::fmt::Write as _;
use std::panic::resume_unwind;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use crate::command;
use crate::side_by_side::side_by_side;

/// One line of the table.
pub(crate) struct Step {
    name: &'static str,
    work: Work,
}

enum Work {
    Commands(Vec<Command>),
    /// Each chain in its order, some of them at once.
    Chains(Vec<Vec<Command>>),
    /// Each lane in its order until one of its steps fails, all of them at once.
    Lanes(Vec<Vec<Step>>),
    Inside {
        run: fn() -> anyhow::Result<()>,
        repeat: &'static str,
    },
    /// `Some` is why there was nothing to do it with.
    Optional {
        run: fn() -> anyhow::Result<Option<String>>,
        repeat: &'static str,
    },
    Skip {
        reason: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
enum Outcome {
    Passed(Duration),
    Failed(Duration),
    Skipped(String),
    NotRun,
}

impl Outcome {
    /// Its word in the table, and what stands behind the name.
    fn told(&self) -> (&'static str, String) {
        match self {
            Self::Passed(took) => ("passed", seconds(*took)),
            Self::Failed(took) => ("failed", seconds(*took)),
            Self::Skipped(reason) => ("skipped", reason.clone()),
            Self::NotRun => ("not run", String::new()),
        }
    }
}

impl Step {
    /// A step that is another program's work: one command, or several in order.
    pub(crate) fn commands(name: &'static str, commands: impl IntoIterator<Item = Command>) -> Self {
        Self { name, work: Work::Commands(commands.into_iter().collect()) }
    }

    /// A step that is the work of other programs in chains that have nothing to do with each other. What a chain says is
    /// shown in one piece.
    pub(crate) fn chains(name: &'static str, chains: impl IntoIterator<Item = Vec<Command>>) -> Self {
        Self { name, work: Work::Chains(chains.into_iter().collect()) }
    }

    /// Lists of steps that have nothing to do with each other: one waits while another computes. Their lines mingle.
    pub(crate) fn lanes(lanes: impl IntoIterator<Item = Vec<Self>>) -> Self {
        Self { name: "lanes", work: Work::Lanes(lanes.into_iter().collect()) }
    }

    /// The names of its rows.
    fn names(&self) -> Vec<&'static str> {
        match &self.work {
            Work::Lanes(lanes) => lanes.iter().flatten().flat_map(Self::names).collect(),
            _ => vec![self.name],
        }
    }

    /// A step xtask does itself; `repeat` is the command that does it again.
    pub(crate) fn inside(name: &'static str, run: fn() -> anyhow::Result<()>, repeat: &'static str) -> Self {
        Self { name, work: Work::Inside { run, repeat } }
    }

    /// A step xtask does itself where it can; what it answers is why it could not.
    pub(crate) fn optional(
        name: &'static str,
        run: fn() -> anyhow::Result<Option<String>>,
        repeat: &'static str,
    ) -> Self {
        Self { name, work: Work::Optional { run, repeat } }
    }

    /// A step that cannot run here; `reason` says why and what to do about it.
    pub(crate) fn skipped(name: &'static str, reason: impl Into<String>) -> Self {
        Self { name, work: Work::Skip { reason: reason.into() } }
    }
}

/// Runs the steps, prints the table, and answers with the exit code of the whole. Where the `whole` is asked for, a step
/// that was skipped is a failure: nobody reads a table that ends well.
pub(crate) fn run(steps: Vec<Step>, whole: bool) -> ExitCode {
    let (rows, failure) = in_order(steps);
    println!("\n{}", table(&rows));
    if let Some(repeat) = &failure {
        println!("repeat what failed: {repeat}");
    }
    println!("{}", closing_line(&rows));
    if failure.is_some() || !is_well(&rows, whole) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn is_well(rows: &[(&str, Outcome)], whole: bool) -> bool {
    rows.iter().all(|(_, outcome)| match outcome {
        Outcome::Passed(_) => true,
        Outcome::Skipped(_) => !whole,
        Outcome::Failed(_) | Outcome::NotRun => false,
    })
}

/// A row of the table for each step, and the command that repeats what failed.
type Done = (Vec<(&'static str, Outcome)>, Option<String>);

/// Does the steps until one fails.
fn in_order(steps: Vec<Step>) -> Done {
    let (mut rows, mut failure) = (Vec::new(), None);
    for step in steps {
        if failure.is_some() {
            rows.extend(step.names().into_iter().map(|name| (name, Outcome::NotRun)));
            continue;
        }
        let (done, repeat) = perform(step.name, step.work);
        failure = repeat;
        rows.extend(done);
    }
    (rows, failure)
}

/// Does all lanes at once, each to its end whatever becomes of the others.
fn at_once(lanes: Vec<Vec<Step>>) -> Done {
    let done = thread::scope(|scope| {
        let lanes: Vec<_> = lanes.into_iter().map(|lane| scope.spawn(|| in_order(lane))).collect();
        lanes.into_iter().map(|lane| lane.join().unwrap_or_else(|panic| resume_unwind(panic))).collect::<Vec<_>>()
    });
    let (rows, failures): (Vec<_>, Vec<_>) = done.into_iter().unzip();
    (rows.concat(), failures.into_iter().flatten().next())
}

/// Does one step.
fn perform(name: &'static str, work: Work) -> Done {
    let begin = now();
    let failure = match work {
        Work::Skip { reason } => {
            println!("\n== {name}: skipped, {reason}");
            return (vec![(name, Outcome::Skipped(reason))], None);
        }
        Work::Lanes(lanes) => return at_once(lanes),
        Work::Chains(chains) => side_by_side(chains, |chain| through(name, chain)).into_iter().flatten().next(),
        Work::Optional { run, repeat } => {
            println!("\n== {name}");
            match run() {
                Ok(None) => None,
                Ok(Some(reason)) => {
                    println!("== {name}: skipped, {reason}");
                    return (vec![(name, Outcome::Skipped(reason))], None);
                }
                Err(error) => Some((error, repeat.to_owned())),
            }
        }
        Work::Commands(commands) => commands.into_iter().find_map(|mut command| {
            let spelled = command::spelled(&command);
            println!("\n== {name}: {spelled}");
            command::succeed(&mut command).err().map(|error| (error, spelled))
        }),
        Work::Inside { run, repeat } => {
            println!("\n== {name}");
            run().err().map(|error| (error, repeat.to_owned()))
        }
    };
    let (outcome, repeat) = ended(name, begin.elapsed(), failure);
    (vec![(name, outcome)], repeat)
}

/// Says how a step ended; what goes into its row, and the command that repeats it, if it failed.
fn ended(name: &str, took: Duration, failure: Option<(anyhow::Error, String)>) -> (Outcome, Option<String>) {
    match failure {
        None => {
            println!("== {name}: passed in {}", seconds(took));
            (Outcome::Passed(took), None)
        }
        Some((error, repeat)) => {
            println!("== {name}: failed after {}: {error:#}", seconds(took));
            (Outcome::Failed(took), Some(repeat))
        }
    }
}

/// Runs the commands one after the other until one fails, and prints what they said. `Some` is the failure and the
/// command that repeats it.
fn through(name: &str, chain: Vec<Command>) -> Option<(anyhow::Error, String)> {
    let mut said = String::new();
    let failure = chain.into_iter().find_map(|mut command| {
        let spelled = command::spelled(&command);
        let (output, failure) = command::heard(&mut command);
        let _ = write!(said, "\n== {name}: {spelled}\n{output}");
        failure.map(|error| (error, spelled))
    });
    print!("{said}");
    failure
}

#[expect(clippy::disallowed_methods, reason = "how long a step took, for a person's eyes")]
fn now() -> Instant {
    Instant::now()
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

fn table(rows: &[(&str, Outcome)]) -> String {
    let lines = rows.iter().map(|(name, outcome)| {
        let (word, note) = outcome.told();
        format!("{word:<9}{name:<20}{note}").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

// Worded unlike a test runner's summary on purpose: these are steps, and a tool that adds up test results from the
// output must not count them.
fn closing_line(rows: &[(&str, Outcome)]) -> String {
    let count = |wanted: fn(&Outcome) -> bool| rows.iter().filter(|(_, outcome)| wanted(outcome)).count();
    let passed = count(|outcome| matches!(outcome, Outcome::Passed(_)));
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped(_)));
    let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
    let not_run = match count(|outcome| matches!(outcome, Outcome::NotRun)) {
        0 => String::new(),
        missed => format!(", {missed} not run"),
    };
    let steps = if passed == 1 { "step" } else { "steps" };
    format!("{passed} {steps} passed, {skipped} skipped, {failed} failed{not_run}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_what_was_skipped_and_what_was_not_reached() {
        let rows = [
            ("format", Outcome::Passed(Duration::from_millis(1240))),
            ("terraform", Outcome::Skipped("terraform is not installed: get it".to_owned())),
            ("lints", Outcome::Failed(Duration::from_secs(2))),
            ("rust tests", Outcome::NotRun),
        ];
        let expected = "passed   format              1.2 s\n\
                        skipped  terraform           terraform is not installed: get it\n\
                        failed   lints               2.0 s\n\
                        not run  rust tests";
        assert_eq!(table(&rows), expected);
        assert_eq!(closing_line(&rows), "1 step passed, 1 skipped, 1 failed, 1 not run");
    }

    #[test]
    fn the_first_failure_stops_the_list_and_tells_how_to_repeat_it() {
        let commands = vec![Command::new("false"), Command::new("true")];
        let (rows, repeat) = perform("broken", Work::Commands(commands));
        assert!(matches!(rows[..], [("broken", Outcome::Failed(_))]), "{rows:?}");
        assert_eq!(repeat.as_deref(), Some("false"));
    }

    #[test]
    fn a_chain_stops_where_it_fails_and_the_others_go_on() {
        let folder = std::env::temp_dir().join(format!("nightshift-chains-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let touch = |name: &str| {
            let mut command = Command::new("touch");
            command.arg(folder.join(name));
            command
        };
        let chains = vec![vec![Command::new("false"), touch("behind")], vec![Command::new("true"), touch("beside")]];
        let (rows, repeat) = perform("chains", Work::Chains(chains));
        let made = ["behind", "beside"].map(|name| folder.join(name).exists());
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(matches!(rows[..], [("chains", Outcome::Failed(_))]), "{rows:?}");
        assert_eq!((repeat.as_deref(), made), (Some("false"), [false, true]));
    }

    #[test]
    fn a_lane_stops_where_it_fails_and_the_others_go_on() {
        let step = |name, program: &str| Step::commands(name, [Command::new(program)]);
        let lanes = [vec![step("breaks", "false"), step("behind", "true")], vec![step("beside", "true")]];
        let (rows, repeat) = in_order(vec![Step::lanes(lanes), step("after", "true")]);
        let expected = [("breaks", "failed"), ("behind", "not run"), ("beside", "passed"), ("after", "not run")];
        assert_eq!(rows.iter().map(|(name, outcome)| (*name, outcome.told().0)).collect::<Vec<_>>(), expected);
        assert_eq!(repeat.as_deref(), Some("false"));
    }

    #[test]
    fn lanes_are_done_at_the_same_time() {
        let folder = std::env::temp_dir().join(format!("nightshift-lanes-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        // Each waits for the other.
        let meet = |own: &str, other: &str| {
            let script =
                format!("touch {own}; for _ in $(seq 600); do test -e {other} && exit 0; sleep 0.1; done; exit 1");
            let mut command = Command::new("sh");
            command.arg("-c").arg(script).current_dir(&folder);
            vec![Step::commands("meets", [command])]
        };
        let (rows, repeat) = in_order(vec![Step::lanes([meet("one", "two"), meet("two", "one")])]);
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(matches!(rows[..], [(_, Outcome::Passed(_)), (_, Outcome::Passed(_))]), "{rows:?}");
        assert_eq!(repeat, None);
    }

    #[test]
    fn a_skipped_step_has_failed_only_where_the_whole_was_asked_for() {
        let rows = [("format", Outcome::Passed(Duration::ZERO)), ("mail", Outcome::Skipped("no browser".to_owned()))];
        assert!(is_well(&rows, false) && !is_well(&rows, true));
        assert!(is_well(&rows[..1], true));
        assert!(!is_well(&[("lints", Outcome::Failed(Duration::ZERO))], false));
    }

    #[test]
    fn a_skipped_step_is_no_failure() {
        let done = perform("optional", Work::Skip { reason: "not here".to_owned() });
        assert_eq!(done, (vec![("optional", Outcome::Skipped("not here".to_owned()))], None));
    }
}
