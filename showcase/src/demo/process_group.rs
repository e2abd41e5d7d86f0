//! A command and whatever it starts, ended together. `cargo lambda watch` puts the function into a session of its own,
//! out of reach of a signal to its group; so before the command is asked to end, those below it are noted, and what
//! outlives it is killed.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use nightshift::clock;

use nightshift_testkit::child::ChildProcess;

/// How long a command may take to end when asked to; cargo-lambda first ends the function.
const GRACE: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(20);

/// See the module. Dropping it ends it.
#[derive(Debug)]
pub(super) struct ProcessGroup(ChildProcess);

impl ProcessGroup {
    /// Starts `command` as the leader of a group of its own, which a Ctrl-C in the terminal does not reach: it is for
    /// us to end it.
    pub(super) fn start(command: &mut Command) -> std::io::Result<Self> {
        ChildProcess::start(command.process_group(0)).map(Self)
    }

    /// Waits until the command ends by itself.
    pub(super) async fn ended(&mut self) -> ExitStatus {
        loop {
            if let Some(status) = self.0.ended() {
                return status;
            }
            clock::sleep(POLL).await;
        }
    }

    /// How the command ended, if it has.
    pub(super) fn status(&mut self) -> Option<ExitStatus> {
        self.0.ended()
    }
}

impl Drop for ProcessGroup {
    #[expect(clippy::disallowed_methods, reason = "a destructor cannot wait any other way")]
    fn drop(&mut self) {
        if self.0.ended().is_some() {
            return;
        }
        let leader = self.0.get().id();
        let below = descendants(leader);
        signal("TERM", &[leader]);
        for _ in 0..GRACE.as_millis() / POLL.as_millis() {
            if self.0.ended().is_some() {
                break;
            }
            std::thread::sleep(POLL);
        }
        // Those below lead groups of their own; where they have ended, there is no such group.
        signal("KILL", &[below, vec![leader]].concat());
        self.0.kill();
    }
}

/// Signals the groups these processes lead. The shell's own `kill` is everywhere; the program is not.
fn signal(name: &str, leaders: &[u32]) {
    let groups = leaders.iter().map(|leader| format!("-{leader}"));
    let script = format!("for group; do kill -s {name} -- \"$group\"; done");
    let mut shell = Command::new("sh");
    let _ = shell.args(["-c", &script, "sh"]).args(groups).stderr(Stdio::null()).status();
}

/// The processes that `ancestor` started, and they, and so on.
fn descendants(ancestor: u32) -> Vec<u32> {
    let listed = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output();
    let listed = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let parents: BTreeMap<u32, u32> = listed.lines().filter_map(pair).collect();
    let mut family = BTreeSet::from([ancestor]);
    loop {
        let more: Vec<_> = parents
            .iter()
            .filter(|(process, parent)| family.contains(parent) && !family.contains(process))
            .map(|(process, _)| *process)
            .collect();
        if more.is_empty() {
            family.remove(&ancestor);
            return family.into_iter().collect();
        }
        family.extend(more);
    }
}

fn pair(line: &str) -> Option<(u32, u32)> {
    let (process, parent) = line.trim().split_once(' ')?;
    Some((process.parse().ok()?, parent.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn what_a_command_started_in_a_session_of_its_own_ends_with_it() {
        let mut command = Command::new("sh");
        let mut group = ProcessGroup::start(command.args(["-c", "setsid sleep 60 & wait"])).unwrap();
        let leader = group.0.get().id();
        while descendants(leader).is_empty() {
            clock::sleep(POLL).await;
        }
        let below = descendants(leader);
        drop(group);
        let listed = Command::new("ps").args(["-A", "-o", "pid=,stat="]).output().unwrap();
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let alive = |process: &u32| {
            let found = listed.lines().find(|line| line.split_whitespace().next() == Some(&process.to_string()));
            found.is_some_and(|line| !line.contains('Z'))
        };
        assert_eq!(below.into_iter().filter(alive).collect::<Vec<_>>(), Vec::<u32>::new());
    }
}
