//! A group of jump hosts that may be stopped: one of them is found, or started and waited for. Asked for by the AWS command line,
//! which whoever uses Session Manager has.

use std::time::Duration;

use anyhow::Context as _;
use nightshift::clock;
use nightshift::text::printable;
use serde::Deserialize;
use tokio::process::Command;

use crate::ask;
use crate::desk::Desk;
use crate::output::complain;
use crate::told::Told;

/// A machine boots in one or two minutes.
const BOOTING: Duration = Duration::from_mins(5);
const POLL: Duration = Duration::from_secs(5);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    auto_scaling_groups: Vec<Group>,
}

/// As `DescribeAutoScalingGroups` has one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Group {
    max_size: u32,
    desired_capacity: u32,
    #[serde(default)]
    instances: Vec<Instance>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Instance {
    instance_id: String,
    lifecycle_state: String,
}

/// What is to be done about a group.
#[derive(Debug, PartialEq, Eq)]
enum Next<'a> {
    Use(&'a str),
    Wait,
    Start,
    Never,
}

impl Group {
    fn next(&self) -> Next<'_> {
        let ready = self.instances.iter().find(|instance| instance.lifecycle_state == "InService");
        match ready {
            Some(instance) => Next::Use(&instance.instance_id),
            None if self.desired_capacity > 0 => Next::Wait,
            None if self.max_size > 0 => Next::Start,
            None => Next::Never,
        }
    }
}

/// The AWS command line with the profile and Region that were chosen.
fn aws(desk: &Desk, region: &str) -> Vec<String> {
    let mut command = vec!["aws".to_owned(), "--region".to_owned(), region.to_owned()];
    if let Some(profile) = &desk.globals.profile {
        command.extend(["--profile".to_owned(), profile.clone()]);
    }
    command
}

/// A jump host.
#[derive(Debug)]
pub(super) struct Host {
    /// Its name, address or instance id.
    pub name: String,
    /// It has just begun to run: what leads to it may not listen yet.
    pub boots: bool,
}

/// An instance of the group `name` that runs.
pub(super) async fn instance(desk: &Desk, region: &str, name: &str, yes: bool) -> anyhow::Result<Host> {
    let mut waited = Duration::ZERO;
    let (mut said, mut started) = (false, false);
    loop {
        let group = look(desk, region, name).await?;
        let next = match group.next() {
            // What was asked for is seen a moment later.
            Next::Start if started => Next::Wait,
            next => next,
        };
        match next {
            Next::Use(id) => return Ok(Host { name: id.to_owned(), boots: started || said }),
            Next::Never => {
                return Err(Told::error(
                    format!("the group {} of jump hosts is stopped, and its largest size is 0", printable(name)),
                    "raise its largest size, or name another way behind --via",
                ));
            }
            Next::Start => {
                let question = format!("the group {} of jump hosts is stopped. Start one?", printable(name));
                if !yes && !ask::yes(&question)? {
                    return Err(Told::error(
                        format!("the group {} of jump hosts is stopped, and nothing was started", printable(name)),
                        "start one with --yes",
                    ));
                }
                answer(
                    desk,
                    region,
                    &["set-desired-capacity", "--auto-scaling-group-name", name, "--desired-capacity", "1"],
                )
                .await?;
                complain(&format!(
                    "started a jump host; stop it when you are done: aws autoscaling set-desired-capacity --region {region} \
                     --auto-scaling-group-name {} --desired-capacity 0",
                    ask::quoted(name)
                ));
                started = true;
            }
            Next::Wait if waited >= BOOTING => {
                return Err(Told::error(
                    format!(
                        "no instance of the group {} was in service after {} minutes",
                        printable(name),
                        BOOTING.as_secs() / 60
                    ),
                    format!(
                        "see why: aws autoscaling describe-scaling-activities --auto-scaling-group-name {}",
                        ask::quoted(name)
                    ),
                ));
            }
            Next::Wait => wait(&mut said, &mut waited).await,
        }
    }
}

async fn wait(said: &mut bool, waited: &mut Duration) {
    if !*said {
        complain("waiting for a jump host");
        *said = true;
    }
    clock::sleep(POLL).await;
    *waited += POLL;
}

async fn look(desk: &Desk, region: &str, name: &str) -> anyhow::Result<Group> {
    let said = answer(desk, region, &["describe-auto-scaling-groups", "--auto-scaling-group-names", name]).await?;
    let answer: Answer = serde_json::from_str(&said)
        .with_context(|| format!("could not read what AWS says of the group {}", printable(name)))?;
    answer.auto_scaling_groups.into_iter().next().ok_or_else(|| {
        Told::error(
            format!("there is no Auto Scaling group {} in {region}", printable(name)),
            "check its name and --region; aws autoscaling describe-auto-scaling-groups has all",
        )
    })
}

async fn answer(desk: &Desk, region: &str, what: &[&str]) -> anyhow::Result<String> {
    let mut words = aws(desk, region);
    words.extend(["--output", "json", "autoscaling"].map(str::to_owned));
    words.extend(what.iter().map(|&word| word.to_owned()));
    let output = Command::new(&words[0]).args(&words[1..]).output().await;
    let output = output.with_context(|| format!("could not start {}", words[0]))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Told::error(
        format!(
            "aws autoscaling {} did not succeed: {}",
            what[0],
            printable(String::from_utf8_lossy(&output.stderr).trim())
        ),
        "you need autoscaling:DescribeAutoScalingGroups, and to start one autoscaling:SetDesiredCapacity",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_in_service_is_used_and_a_stopped_group_is_started_once() {
        let group = |max: u32, desired: u32, states: &[&str]| Group {
            max_size: max,
            desired_capacity: desired,
            instances: states
                .iter()
                .enumerate()
                .map(|(number, state)| Instance {
                    instance_id: format!("i-{number}"),
                    lifecycle_state: (*state).to_owned(),
                })
                .collect(),
        };
        for (group, expected) in [
            (group(1, 0, &[]), Next::Start),
            (group(1, 0, &["Terminating"]), Next::Start),
            (group(1, 1, &[]), Next::Wait),
            (group(2, 1, &["Pending"]), Next::Wait),
            (group(2, 2, &["Terminating", "InService"]), Next::Use("i-1")),
            (group(0, 0, &[]), Next::Never),
        ] {
            assert_eq!(group.next(), expected, "{group:?}");
        }
    }
}
