//! What each reason says to people, in a report: what is the case, and the next step. An owner reads other words, in
//! `notice`: they can set no variable of ours.

use super::why::{Obstacle, Why};
use crate::domains::clusters::expiry::FARTHEST_YEARS;
use crate::domains::clusters::tags::{DELETE_REQUESTED, PURGE_AFTER, RESTORE_PREFIX};
use crate::services::tags::Tags;
use crate::text::printable;

const WRITE_THE_TIME: &str =
    "write the time as YYYY-MM-DDTHH:MM:SSZ, the day as YYYY-MM-DD, or 'never'; it is not deleted until then";

impl Why {
    /// For people: what is the case.
    #[expect(clippy::too_many_lines, reason = "one row for each reason")]
    pub fn message(&self) -> String {
        match self {
            Self::NotByHand(refusal) => refusal.to_string(),
            Self::NoExpiryTag { key } => format!("the event names it, but it has no tag '{key}'"),
            Self::NotFound { regions } => {
                format!("the event names it, but there is no Aurora cluster of that name in {regions}")
            }
            Self::Deleting => "AWS is deleting it".to_owned(),
            Self::StillDeleting { since } => {
                format!("its deletion was asked for at {since}, and AWS is still deleting it")
            }
            Self::LookAlikeTags { keys } => {
                format!("it has more than one expiry tag: '{}'", printable(&keys.join("', '")))
            }
            Self::MalformedExpiry { value } => {
                format!("its expiry '{}' is not a time this tool reads", printable(value))
            }
            Self::BareNumber { value } => {
                format!("its expiry '{value}' is only a number, which could mean seconds, days or a date")
            }
            Self::BeforeCreation { value, created_at } => {
                let created = created_at.map_or_else(|| "an unknown time".to_owned(), |at| at.to_string());
                format!(
                    "its expiry {} is before it was created ({created}), so it cannot have been meant for it",
                    printable(value)
                )
            }
            Self::TooFarAhead { value } => {
                format!("its expiry {} is more than {FARTHEST_YEARS} years ahead", printable(value))
            }
            Self::CreationUnknown => {
                "AWS does not say when it was created, so its expiry cannot be checked against that".to_owned()
            }
            Self::KeptForever => "its expiry is 'never'".to_owned(),
            Self::MissingMark { key, wanted, found: Some(found) } => {
                format!("its tag {}={} is not the required {wanted}", printable(key), printable(found))
            }
            Self::MissingMark { key, wanted, found: None } => {
                format!("it lacks the required tag {}={}", printable(key), printable(wanted))
            }
            Self::Protected { pattern } => format!("NIGHTSHIFT_PROTECTED protects it by '{}'", printable(pattern)),
            Self::NotDue { at } => format!("it expires at {at}"),
            Self::NoticePeriod { told, from } => {
                format!("it has expired; its owner was told at {told}, so it can go from {from} on")
            }
            Self::GlobalClusterMember { global } => format!("it belongs to the global cluster {}", printable(global)),
            Self::Replica { source } => format!("it is a replica of {}", printable(source)),
            Self::ReplicationSource { replicas } => {
                format!("other clusters replicate from it: {}", printable(&replicas.join(", ")))
            }
            Self::Limitless => {
                "it is an Aurora Limitless Database, whose shard group is deleted by another call".to_owned()
            }
            Self::BlueGreen => "it takes part in a blue/green deployment".to_owned(),
            Self::Integration => "it is the source of a zero-ETL integration".to_owned(),
            Self::PreflightUnknown { call, said } => {
                format!("it is due, but what must be known first is not: {call}: {}", printable(said))
            }
            Self::Stopped { restarts } => {
                let starts = restarts.map_or_else(String::new, |at| format!("; AWS starts it by itself at {at}"));
                format!("it is due but stopped, and AWS deletes no stopped cluster{starts}")
            }
            Self::StartedInVain { times } => {
                format!("it was started {times} times to be deleted, and each time something had stopped it again")
            }
            Self::KeyLost { status } => format!("its encryption key is not accessible ({status})"),
            Self::Status { status } => format!("it is due, but its status is '{}'", printable(status)),
            Self::StatusFailed { status } => {
                format!("it is due, but its status is '{}', which does not pass by itself", printable(status))
            }
            Self::StatusUnknown { status } => {
                format!("it is due, but this version does not know its status '{}'", printable(status))
            }
            Self::DeletionProtection => "it is due, but its deletion protection is on".to_owned(),
            Self::ProtectionUnknown => "AWS does not say whether its deletion protection is on".to_owned(),
            Self::Managed { key, value } => {
                format!("another tool made it, by its tag {}={}", printable(key), printable(value))
            }
            Self::OwnersDiffer { keys } => {
                format!("it names more than one owner, by the tags '{}'", printable(&keys.join("', '")))
            }
            Self::NearMiss { found, wanted } => {
                format!("it has '{}' where '{}' is read", printable(found), printable(wanted))
            }
            Self::SnapshotNameTaken { name } => {
                format!("a snapshot with the name of its final snapshot exists: {name}")
            }
            Self::SnapshotQuota { max } => format!("the account's quota of {max} manual cluster snapshots is used up"),
            Self::TagLimit { has, needs } => {
                format!("it has {has} tags and deleting it takes {needs} more; AWS allows {}", Tags::LIMIT)
            }
            Self::NotOurSnapshot => {
                "it carries this tool's purge tag but not the name this tool gives a final snapshot".to_owned()
            }
            Self::SnapshotKept => "its purge tag is 'never'".to_owned(),
            Self::SnapshotUnmarked => "it bears this tool's name, but has no date on which it may go".to_owned(),
            Self::MemberStatus { member, status } => {
                format!("it is due, but the status of its member {} is '{}'", printable(member), printable(status))
            }
            Self::MemberStatusUnknown { member, status } => format!(
                "it is due, but its member {} has the status '{}', in which this version does not know that it can be deleted",
                printable(member),
                printable(status)
            ),
            Self::HalfDeleted { half, until } => {
                let until = until.map_or_else(|| "is not to go now".to_owned(), |at| format!("expires at {at} only"));
                format!("it {until}, but {}", half.message())
            }
            Self::HalfDeletedBlocked { half, stop } => {
                let stop = match stop {
                    Obstacle::Why(why) => why.message(),
                    Obstacle::Refused { said, .. } => {
                        format!("AWS refuses to delete the cluster itself: {}", printable(said))
                    }
                };
                format!("it is half deleted: {}; now {stop}", half.message())
            }
            Self::SnapshotCopy { original } => {
                format!("it is a copy that somebody made of {}, and not one of this tool's", printable(original))
            }
            Self::SnapshotWithoutFacts { cluster, at } => format!(
                "it is kept until {at}, but does not say how {} was built, so a restore would have to be done by hand",
                printable(cluster)
            ),
            Self::SnapshotMissingMark { key, wanted, found } => {
                let found =
                    found.as_ref().map_or_else(|| "is missing".to_owned(), |f| format!("is '{}'", printable(f)));
                format!(
                    "it is kept long enough, but its required tag {} is to be '{}' and {found}",
                    printable(key),
                    printable(wanted)
                )
            }
            Self::SnapshotNotDue { at } => format!("it is kept until {at}"),
            Self::SnapshotStatus { status, .. } => format!("it may go, but its status is '{}'", printable(status)),
            Self::SnapshotFailed { cluster, status } => format!(
                "it was to keep the data of {}, and its status is '{}': nothing can be restored from it",
                printable(cluster),
                printable(status)
            ),
            Self::MalformedPurge { value } => {
                format!("its purge tag '{}' is not a time this tool reads", printable(value))
            }
            Self::RegionUnreadable { said, .. } => format!("its clusters could not be listed: {}", printable(said)),
            Self::SnapshotsUnreadable { said } => format!("its snapshots could not be listed: {}", printable(said)),
        }
    }

    /// For people: the next step, where there is one to take.
    pub fn fix(&self) -> Option<String> {
        let fix = match self {
            Self::NotByHand(refusal) => return Some(refusal.fix()),
            Self::NoExpiryTag { key } => return Some(format!("add the tag '{key}' if it is to be deleted some day")),
            Self::NotFound { .. } => "if it is not gone already, check the name and the regions",
            Self::StillDeleting { .. } => {
                "look at its events and those of its members, and ask AWS Support if they say nothing"
            }
            Self::SnapshotFailed { .. } => {
                "if the cluster is still there, leave it alone and look at its events; if it is gone, restore it from its automated backups while AWS still keeps them; then delete this snapshot by hand"
            }
            Self::LookAlikeTags { .. } => "remove all but the one that is meant",
            Self::MalformedExpiry { .. }
            | Self::BareNumber { .. }
            | Self::BeforeCreation { .. }
            | Self::TooFarAhead { .. } => WRITE_THE_TIME,
            Self::SnapshotUnmarked => {
                return Some(format!(
                    "set {PURGE_AFTER} to a time to have it deleted then, or to 'never' to keep it and not be asked"
                ));
            }
            Self::SnapshotWithoutFacts { .. } => {
                return Some(format!(
                    "put the {RESTORE_PREFIX}* tags on it that stand in item.tags of the log line 'about to apply' of the run that deleted its cluster; or set {PURGE_AFTER} to 'never' to keep it as it is"
                ));
            }
            Self::SnapshotMissingMark { .. } => "give it the required tags if it may be deleted, or delete it by hand",
            Self::HalfDeleted { .. } => {
                return Some(format!(
                    "to keep it, create its members again (aws rds create-db-instance) and remove the tag {DELETE_REQUESTED}; to have it deleted, set its expiry to a time that has passed"
                ));
            }
            Self::HalfDeletedBlocked { stop, .. } => {
                let on = match stop {
                    Obstacle::Why(why) => why.fix().unwrap_or_else(|| "wait for that to pass".to_owned()),
                    Obstacle::Refused { fix, .. } => fix.clone(),
                };
                return Some(format!(
                    "to go on: {on}; a later run does the rest; to go back: move its expiry and create its members again (aws rds create-db-instance)"
                ));
            }
            Self::Deleting
            | Self::KeptForever
            | Self::NotDue { .. }
            | Self::NoticePeriod { .. }
            | Self::SnapshotCopy { .. }
            | Self::SnapshotKept
            | Self::SnapshotNotDue { .. } => return None,
            Self::MissingMark { .. } => {
                "if it may be deleted, give it the required tags; otherwise remove its expiry tag"
            }
            Self::Protected { .. } => "remove its expiry tag, or the protection if it may be deleted",
            Self::GlobalClusterMember { .. } => {
                "take it out of the global cluster (aws rds remove-from-global-cluster), then a later run deletes it"
            }
            Self::Replica { .. } => "promote it first (aws rds promote-read-replica-db-cluster)",
            Self::ReplicationSource { .. } => "delete or promote the replicas first",
            Self::Limitless => "delete its shard group and the cluster by hand",
            Self::BlueGreen => "delete the blue/green deployment first (aws rds delete-blue-green-deployment)",
            Self::Integration => "delete the integration first (aws rds delete-integration)",
            Self::PreflightUnknown { call, .. } => {
                return Some(format!("allow {call} in the function's role, or wait for the next run"));
            }
            Self::Stopped { .. } => "start it, or set NIGHTSHIFT_STOPPED_CLUSTERS=start; a later run deletes it",
            Self::StartedInVain { .. } => {
                "take it out of the schedule that stops it, start it, and a later run deletes it; or move its expiry"
            }
            Self::StatusFailed { .. } => "delete it by hand: it cannot be repaired, and AWS takes no snapshot of it",
            Self::StatusUnknown { .. } | Self::MemberStatusUnknown { .. } => {
                "look at it in the console; if it is well, a newer version of this tool may know that status"
            }
            Self::ProtectionUnknown => "the next run asks again; look at it in the console if this stays",
            Self::Managed { .. } => {
                "delete it with the tool that made it, remove its expiry tag, or set NIGHTSHIFT_MANAGED_CLUSTERS=delete"
            }
            Self::OwnersDiffer { .. } => "leave one of these tags, or give them the same value",
            Self::NearMiss { .. } => "spell it so if it was meant",
            Self::KeyLost { .. } => {
                "restore access to the key, or delete the cluster by hand: no snapshot can be taken without it"
            }
            Self::CreationUnknown | Self::Status { .. } | Self::MemberStatus { .. } | Self::SnapshotStatus { .. } => {
                "the next run looks again"
            }
            Self::DeletionProtection => "turn it off, or set NIGHTSHIFT_DELETION_PROTECTION=override",
            Self::SnapshotNameTaken { .. } => {
                "check that snapshot; delete it, or move the cluster's expiry by a second to get another name"
            }
            Self::SnapshotQuota { .. } => {
                "delete snapshots no longer needed, or raise the quota; its data is never dropped instead"
            }
            Self::TagLimit { .. } => "remove tags it does not need",
            Self::NotOurSnapshot => "remove the tag; this tool never deletes a snapshot it did not take",
            Self::MalformedPurge { .. } => {
                "write the time as YYYY-MM-DDTHH:MM:SSZ or 'never'; it is not deleted until then"
            }
            Self::RegionUnreadable { fix, .. } => fix,
            Self::SnapshotsUnreadable { .. } => {
                "allow rds:DescribeDBClusterSnapshots in the function's role, or wait for the next run"
            }
        };
        Some(fix.to_owned())
    }
}
