//! In English, what an owner is asked to put right: in their words, and with nothing only an operator could do.

use super::Asked;
use crate::domains::clusters::expiry::FARTHEST_YEARS;
use crate::domains::clusters::tags::DELETE_REQUESTED;
use crate::jobs::cluster_cleanup::plan::{Stop, Why};
use crate::services::tags::Tags;
use crate::text::printable;

/// What is the case and the next step; `None` for what is never said to an owner.
#[expect(clippy::too_many_lines, reason = "one row for each thing that is asked")]
pub(super) fn words(why: &Why, asked: Asked<'_>) -> Option<(String, String)> {
    let said = |message: String, fix: &str| Some((message, fix.to_owned()));
    let write = format!(
        "write the time as {}, the day as {}, or 'never' to keep it; it is not deleted until then",
        asked.time, asked.day
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
            format!("its expiry {} is before it was created, so it cannot have been meant for it", printable(value)),
            &write,
        ),
        Why::TooFarAhead { value } => {
            said(format!("its expiry {} is more than {FARTHEST_YEARS} years ahead", printable(value)), &write)
        }
        Why::MalformedPurge { value } => said(
            format!("the date on which this snapshot goes, '{}', cannot be read", printable(value)),
            &format!("write the time as {}, or 'never' to keep it; it is not deleted until then", asked.time),
        ),
        Why::GlobalClusterMember { global } => said(
            format!("it has expired, but it belongs to the global cluster {}", printable(global)),
            "take it out of the global cluster (aws rds remove-from-global-cluster), and the next run deletes it",
        ),
        Why::Replica { source } => said(
            format!("it has expired, but it is a replica of {}", printable(source)),
            "make it a cluster of its own (aws rds promote-read-replica-db-cluster), and the next run deletes it",
        ),
        Why::ReplicationSource { replicas } => said(
            format!("it has expired, but other clusters replicate from it: {}", printable(&replicas.join(", "))),
            "delete or promote those, and the next run deletes this one",
        ),
        Why::Limitless => said(
            "it has expired, but it is an Aurora Limitless Database".to_owned(),
            "delete its shard group and then the cluster by hand",
        ),
        Why::BlueGreen => said(
            "it has expired, but it is part of a blue/green deployment".to_owned(),
            "delete the deployment (aws rds delete-blue-green-deployment), and the next run deletes the cluster",
        ),
        Why::Integration => said(
            "it has expired, but it is the source of a zero-ETL integration".to_owned(),
            "delete the integration (aws rds delete-integration), and the next run deletes the cluster",
        ),
        Why::Stopped { restarts } => {
            let starts = restarts
                .map_or_else(String::new, |at| format!("; AWS starts it by itself on {}", asked.clock.show(at)));
            said(
                format!("it has expired but is stopped, and AWS cannot delete a stopped cluster{starts}"),
                "start it (aws rds start-db-cluster), and a later run deletes it",
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
                format!("{until}, but {}", half.message()),
                &format!(
                    "to use it again, create its members (aws rds create-db-instance) and remove its tag {DELETE_REQUESTED}; to have it deleted, set its expiry to a time that has passed"
                ),
            )
        }
        Why::HalfDeletedBlocked { half, stop } => {
            let (stop, on) = match stop {
                Stop::Why(why) => words(why, asked)
                    .unwrap_or_else(|| (why.message(), "put that right, and a later run does the rest".to_owned())),
                Stop::Refused { said, .. } => (
                    format!("AWS refused to delete the cluster itself: {}", printable(said)),
                    "put right what AWS names, and a later run does the rest".to_owned(),
                ),
            };
            said(
                format!("it is half deleted: {}; what stops it: {stop}", half.message()),
                &format!(
                    "to finish: {on}; to keep it instead, move its expiry and create its members again (aws rds create-db-instance)"
                ),
            )
        }
        Why::KeyLost { status } => said(
            format!("it has expired, but its encryption key cannot be used ({})", printable(status)),
            "make the key usable again, or delete the cluster by hand: without the key its data cannot be kept",
        ),
        Why::StatusFailed { status } => said(
            format!("it has expired, but AWS calls it '{}', which does not pass", printable(status)),
            "delete it by hand (aws rds delete-db-cluster): AWS keeps no data of it",
        ),
        Why::DeletionProtection => said(
            "it has expired, but it is protected against deletion".to_owned(),
            "turn the protection off if it may go (aws rds modify-db-cluster --no-deletion-protection)",
        ),
        Why::Managed { key, value } => said(
            format!("it has expired, but another tool made it ({}={})", printable(key), printable(value)),
            "delete it with that tool, which would otherwise make it again or stumble over it",
        ),
        Why::TagLimit { has, needs } => said(
            format!("it has {has} tags, and deleting it needs {needs} more; AWS allows {}", Tags::LIMIT),
            "remove tags that it does not need",
        ),
        _ => None,
    }
}
