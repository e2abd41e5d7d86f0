//! In English, what an owner is asked to put right: in their words, and with nothing only an operator could do.

use super::Asked;
use crate::domains::clusters::deletion::HalfDeleted;
use crate::domains::clusters::expiry::FARTHEST_YEARS;
use crate::domains::clusters::tags::{DELETE_REQUESTED, PURGE_AFTER};
use crate::jobs::cluster_cleanup::plan::{Obstacle, Why};
use crate::services::tags::Tags;
use crate::text::printable;

/// What is the case and the next step; `None` for what is never said to an owner.
#[expect(clippy::too_many_lines, reason = "one row for each thing that is asked")]
pub(super) fn words(why: &Why, asked: Asked<'_>) -> Option<(String, String)> {
    let said = |message: String, fix: &str| Some((message, fix.to_owned()));
    let write = format!(
        "set the tag '{}' to a time such as {}, to a day such as {}, or to 'never' to keep it; until you do, it is not deleted",
        asked.tag_key, asked.time, asked.day
    );
    match why {
        Why::LookAlikeTags { keys } => said(
            format!("it has more than one tag that could be its expiry: '{}'", printable(&keys.join("', '"))),
            &format!("leave only the one that you mean, with the key '{}'", asked.tag_key),
        ),
        Why::MalformedExpiry { value } => {
            said(format!("its expiry '{}' is not a date or time that can be read", printable(value)), &write)
        }
        Why::BareNumber { value } => {
            said(format!("its expiry '{value}' is only a number, which could mean seconds, days or a date"), &write)
        }
        Why::BeforeCreation { value, .. } => said(
            format!(
                "its expiry {} is a time before it was created, so it was probably meant for another cluster",
                printable(value)
            ),
            &write,
        ),
        Why::TooFarAhead { value } => {
            said(format!("its expiry {} is more than {FARTHEST_YEARS} years ahead", printable(value)), &write)
        }
        Why::MalformedPurge { value } => said(
            format!("the date on which this snapshot is to be deleted, '{}', cannot be read", printable(value)),
            &format!(
                "set the tag '{PURGE_AFTER}' to a time such as {}, or to 'never' to keep it; until you do, it is not deleted",
                asked.time
            ),
        ),
        Why::GlobalClusterMember { global } => said(
            format!("it has expired, but it belongs to the global cluster {}", printable(global)),
            "take it out of the global cluster (aws rds remove-from-global-cluster), and Nightshift deletes it when it next runs",
        ),
        Why::Replica { source } => said(
            format!("it has expired, but it is a replica of {}", printable(source)),
            "make it a cluster of its own (aws rds promote-read-replica-db-cluster), and Nightshift deletes it when it next runs",
        ),
        Why::ReplicationSource { replicas } => said(
            format!("it has expired, but other clusters replicate from it: {}", printable(&replicas.join(", "))),
            "delete those or make them clusters of their own, and Nightshift deletes this one when it next runs",
        ),
        Why::Limitless => said(
            "it has expired, but it is an Aurora Limitless Database".to_owned(),
            "delete its shard group and then the cluster by hand",
        ),
        Why::BlueGreen => said(
            "it has expired, but it is part of a blue/green deployment".to_owned(),
            "delete the deployment (aws rds delete-blue-green-deployment), and Nightshift deletes the cluster when it next runs",
        ),
        Why::Integration => said(
            "it has expired, but it is the source of a zero-ETL integration".to_owned(),
            "delete the integration (aws rds delete-integration), and Nightshift deletes the cluster when it next runs",
        ),
        Why::Stopped { restarts } => {
            let starts = restarts
                .map_or_else(String::new, |at| format!("; AWS starts it by itself on {}", asked.clock.show(at)));
            said(
                format!("it has expired but is stopped, and AWS cannot delete a stopped cluster{starts}"),
                "start it (aws rds start-db-cluster), and Nightshift deletes it when it next runs",
            )
        }
        Why::StartedInVain { times } => said(
            format!(
                "it has expired; it was started {times} times to be deleted, and each time something had stopped it again"
            ),
            "take it out of the schedule that stops it and start it (aws rds start-db-cluster)",
        ),
        Why::HalfDeleted { half, until } => {
            let until = until.map_or_else(
                || "its tags say that it stays".to_owned(),
                |at| format!("its expiry was moved to {}", asked.clock.show(at)),
            );
            said(
                format!("{until}, but {}", half_deleted(half, asked)),
                &format!(
                    "to use it again, create its instances (aws rds create-db-instance) and remove its tag {DELETE_REQUESTED}; to have it deleted, set its expiry to a time that has passed"
                ),
            )
        }
        Why::HalfDeletedBlocked { half, stop } => {
            let (stop, on) = match stop {
                Obstacle::Why(why) => words(why, asked).unwrap_or_else(|| {
                    (why.message(), "put that right, and Nightshift does the rest when it next runs".to_owned())
                }),
                Obstacle::Refused { said, .. } => (
                    format!("AWS refused to delete the cluster itself: {}", printable(said)),
                    "put right what AWS names, and Nightshift does the rest when it next runs".to_owned(),
                ),
            };
            said(
                format!("it is half deleted: {}. What stops the rest: {stop}", half_deleted(half, asked)),
                &format!(
                    "to finish: {on}. To keep it instead: move its expiry and create its instances again (aws rds create-db-instance)"
                ),
            )
        }
        Why::KeyLost { status } => said(
            format!("it has expired, but its encryption key cannot be used ({})", printable(status)),
            "make the key usable again, or delete the cluster by hand: without the key its data cannot be kept",
        ),
        Why::StatusFailed { status } => said(
            format!(
                "it has expired, but AWS gives its status as '{}', which does not pass by itself",
                printable(status)
            ),
            "delete it by hand (aws rds delete-db-cluster): AWS can take no snapshot of it",
        ),
        Why::DeletionProtection => said(
            "it has expired, but it is protected against deletion".to_owned(),
            "turn the protection off if it may go (aws rds modify-db-cluster --no-deletion-protection)",
        ),
        Why::Managed { key, value } => said(
            format!("it has expired, but another tool made it ({}={})", printable(key), printable(value)),
            "delete it with that tool, which would otherwise make it again or fail because it is gone",
        ),
        Why::TagLimit { has, needs } => said(
            format!("it has {has} tags, and deleting it needs {needs} more; AWS allows {}", Tags::LIMIT),
            "remove tags that it does not need",
        ),
        _ => None,
    }
}

fn half_deleted(half: &HalfDeleted, asked: Asked<'_>) -> String {
    let HalfDeleted { asked: at, had, has } = half;
    let left = match has {
        0 => "none is left".to_owned(),
        1 => "1 is left".to_owned(),
        _ => format!("{has} are left"),
    };
    format!(
        "a deletion that began on {} removed {} of its {had} instances, and {left}; its data is still there",
        asked.clock.show(*at),
        had - has
    )
}
