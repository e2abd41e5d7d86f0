//! The reasons cluster-cleanup can give, with what each means and whose hand puts it right. `docs/cluster-cleanup.md` is made from this
//! table.

crate::report::reason_codes! {
    NO_EXPIRY_TAG = "no-expiry-tag", Nobody,
        "The event names it, but it has no expiry tag.",
        Some("Tag it if it is to go some day.");
    NOT_FOUND = "not-found", Nobody,
        "The event names it, but there is no Aurora cluster of that name in the Regions of the run.",
        Some("Nothing if it is gone; else check name and Regions.");
    DELETING = "deleting", Nobody,
        "`already_right`: AWS is deleting it.",
        None;
    LOOK_ALIKE_TAGS = "look-alike-tags", Owner,
        "It has several tags that read like the expiry tag.",
        Some("Remove all but the one that is meant.");
    MALFORMED_EXPIRY = "malformed-expiry", Owner,
        "The expiry is not in the grammar.",
        Some("Write it as `YYYY-MM-DDTHH:MM:SSZ`, `YYYY-MM-DD` or `never`.");
    BARE_NUMBER = "bare-number", Owner,
        "The expiry is a number: seconds, milliseconds, a day?",
        Some("Write it as `YYYY-MM-DDTHH:MM:SSZ`, `YYYY-MM-DD` or `never`.");
    EXPIRY_BEFORE_CREATION = "expiry-before-creation", Owner,
        "The expiry is before the cluster was created, so it was not meant for it.",
        Some("Write the moment that is meant.");
    EXPIRY_TOO_FAR = "expiry-too-far", Owner,
        "The expiry is more than five years ahead.",
        Some("Write a nearer one, or `never`.");
    CREATION_UNKNOWN = "creation-unknown", Nobody,
        "AWS does not say when it was created.",
        Some("The next run looks again.");
    NEVER = "never", Nobody,
        "The expiry is `never`.",
        None;
    MISSING_MARK = "missing-mark", Nobody,
        "A required tag is absent or has another value.",
        Some("If it may be deleted, give it the required tags; else remove its expiry tag.");
    PROTECTED = "protected", Nobody,
        "A pattern of `NIGHTSHIFT_PROTECTED` matches the cluster, one of its members, or the snapshot.",
        Some("Remove its expiry tag, or the pattern.");
    NOT_DUE = "not-due", Nobody,
        "It expires later.",
        Some("Nothing; change the tag to change the time.");
    NOTICE_PERIOD = "notice-period", Nobody,
        "It has expired, and its owner was told less than `NIGHTSHIFT_MIN_NOTICE_HOURS` ago. After three nights beyond \
         those hours the operators' summary lists it as needing attention.",
        Some("Nothing; change the tag to change the time.");
    GLOBAL_CLUSTER_MEMBER = "global-cluster-member", Owner,
        "It belongs to a global cluster.",
        Some("`aws rds remove-from-global-cluster`, then wait for the next run.");
    CROSS_REGION_REPLICA = "cross-region-replica", Owner,
        "It is a replica of another cluster.",
        Some("`aws rds promote-read-replica-db-cluster`.");
    REPLICATION_SOURCE = "replication-source", Owner,
        "Other clusters replicate from it.",
        Some("Delete or promote those first.");
    LIMITLESS = "limitless", Owner,
        "It is an Aurora Limitless Database.",
        Some("Delete the shard group and the cluster by hand.");
    BLUE_GREEN_DEPLOYMENT = "blue-green-deployment", Owner,
        "It takes part in a blue/green deployment, in whatever state.",
        Some("`aws rds delete-blue-green-deployment`.");
    ZERO_ETL_INTEGRATION = "zero-etl-integration", Owner,
        "It is the source of a zero-ETL integration.",
        Some("`aws rds delete-integration`.");
    PREFLIGHT_UNKNOWN = "preflight-unknown", Operators,
        "It is due, but something that must be known first could not be read, or a member appeared meanwhile. The \
         message names the call.",
        Some("Allow the call in the role, or wait for the next run.");
    HALF_DELETED = "half-deleted", Owner,
        "It is not to go now, but a deletion that had begun before its tags were changed took members of it. Its \
         data is there.",
        Some(
            "Create its members again (`aws rds create-db-instance`) and remove the tag \
             `nightshift:delete-requested`; or set its expiry to a time that has passed."
        );
    HALF_DELETED_BLOCKED = "half-deleted-blocked", Owner,
        "Its members are gone, and something stops the rest: seen before anything was asked for, or `failed`, where \
         AWS refused to delete the cluster itself.",
        Some(
            "Put right what the message names, and a later run does the rest; or move its expiry and create its \
             members again."
        );
    NO_RECORD = "no-record", Nobody,
        "A note on a cluster whose owner is told: it is due for some nights and carries no notice that still holds.",
        Some(
            "Nothing if it is new, or its owner or expiry was changed; else let [something else](#two-phase-expiry) \
             not remove our tags or put old ones back."
        );
    NEAR_MISS = "near-miss", Operators,
        "A tag reads like the expiry tag or like a required one, and is not quite so: `auto_delete_after`, `env=Dev`.",
        Some("Spell it so if it was meant.");
    OWNERS_DIFFER = "owners-differ", Operators,
        "It names more than one owner, by tags that differ in their case.",
        Some("Leave one, or give them the same value.");
    MANAGED = "managed", Owner,
        "CloudFormation or another tool made it, by one of its tags.",
        Some("Delete it with that tool, remove its expiry tag, or set `NIGHTSHIFT_MANAGED_CLUSTERS=delete`.");
    STARTED_IN_VAIN = "started-in-vain", Owner,
        "It was started three times to be deleted, and each time something stopped it again before the next run.",
        Some("Take it out of that schedule and start it; or move its expiry.");
    STATUS_FAILED = "status-failed", Owner,
        "`cloning-failed` or `migration-failed`: it does not pass, and AWS takes no snapshot of it.",
        Some("Delete it by hand.");
    STATUS_UNKNOWN = "status-unknown", Operators,
        "A status this version does not know.",
        Some("Look at it in the console.");
    PROTECTION_UNKNOWN = "protection-unknown", Operators,
        "AWS does not say whether its deletion protection is on. It is left alone, with `override` too.",
        Some("The next run asks again.");
    MEMBER_STATUS = "member-status", Nobody,
        "It is due, but a member is in the middle of a change and would refuse to go when others are gone already. \
         After three nights the operators' summary lists it as needing attention.",
        Some("Nothing; the next run looks again.");
    STOPPED = "stopped", Owner,
        "It is due but stopped. The message says when AWS starts it by itself, which it does after seven days.",
        Some("Start it, or set `NIGHTSHIFT_STOPPED_CLUSTERS=start`.");
    ENCRYPTION_KEY_LOST = "encryption-key-lost", Owner,
        "Its KMS key is not accessible, so no snapshot can be taken.",
        Some("Restore access to the key, or delete the cluster by hand.");
    STATUS = "status", Nobody,
        "It is due, but in a status that passes by itself, such as `backing-up` or `modifying`. After three nights \
         the operators' summary lists it as needing attention.",
        Some("Nothing; the next run looks again.");
    DELETION_PROTECTION = "deletion-protection", Owner,
        "It is due, but protected by RDS.",
        Some("Turn it off, or set `NIGHTSHIFT_DELETION_PROTECTION=override`.");
    SNAPSHOT_NAME_TAKEN = "snapshot-name-taken", Operators,
        "A snapshot with the name of its final snapshot exists while the cluster still stands.",
        Some("Look at that snapshot; delete it, or move the expiry by a second to get another name.");
    SNAPSHOT_QUOTA = "snapshot-quota", Operators,
        "The Region's quota of manual cluster snapshots is used up. The oldest expiries get what is left.",
        Some("Delete snapshots no longer needed, or raise the quota. The data is never dropped instead.");
    TAG_LIMIT = "tag-limit", Owner,
        "Its tags and those the deletion needs are more than 50.",
        Some("Remove tags it does not need.");
    NOT_OUR_SNAPSHOT = "not-our-snapshot", Nobody,
        "A manual snapshot carries `nightshift:purge-after` but not the name this tool gives.",
        Some("Remove the tag. It is not deleted.");
    SNAPSHOT_COPY = "snapshot-copy", Nobody,
        "It bears our name and purge tag, and is a copy that somebody made. It is never deleted.",
        Some("Nothing; remove the tag and it is not listed.");
    SNAPSHOT_UNMARKED = "snapshot-unmarked", Operators,
        "It bears this tool's name and has no date on which it may go: somebody took it off, or it is older than a \
         week and its cluster is gone. The date is not put back.",
        Some("Set `nightshift:purge-after` to a time, or to `never`.");
    SNAPSHOT_WITHOUT_FACTS = "snapshot-without-facts", Operators,
        "It is kept, and does not say how its cluster was built. Said each night until its day.",
        Some(
            "Put the `nightshift:restore-*` tags on it that stand in `item.tags` of the log line `about to apply` of \
             the run that deleted its cluster; or set `nightshift:purge-after` to `never`."
        );
    SNAPSHOT_MISSING_MARK = "snapshot-missing-mark", Operators,
        "It is kept long enough, and lacks a required tag.",
        Some("Give it the required tags if it may go, or delete it by hand.");
    SNAPSHOT_KEPT = "snapshot-kept", Nobody,
        "Its purge tag is `never`.",
        None;
    SNAPSHOT_NOT_DUE = "snapshot-not-due", Nobody,
        "It is kept until the moment in its purge tag.",
        Some("Nothing; change the tag to keep it longer.");
    SNAPSHOT_STATUS = "snapshot-status", Nobody,
        "It may go, but it is being made, copied or deleted. After three nights the operators' summary lists it as \
         needing attention.",
        Some("Nothing; the next run looks again.");
    MALFORMED_PURGE_AFTER = "malformed-purge-after", Owner,
        "Its purge tag is not in the grammar.",
        Some("Write it as `2026-03-31T12:00:00Z` or `never`. It is kept until then.");
    REGION_UNREADABLE = "region-unreadable", Operators,
        "`failed`: the Region's clusters could not be listed. The other Regions go on.",
        Some("As the message says: mostly a missing permission, or a Region that is not enabled.");
    SNAPSHOTS_UNREADABLE = "snapshots-unreadable", Operators,
        "`failed`: the Region's snapshots could not be listed. Nothing is purged there, and what needs a final \
         snapshot stays.",
        Some("Allow `rds:DescribeDBClusterSnapshots`, or wait for the next run.");
    FINAL_SNAPSHOT_MISSING = "final-snapshot-missing", Operators,
        "`failed`: the cluster is going, but by somebody else's call, and its final snapshot is not there. A copy \
         does not count, nor one that does not name its cluster and is older than the expiry, nor one that failed.",
        Some("Find out who deleted it. While AWS still keeps its automated backups, restore it from those.");
    SNAPSHOT_NOT_MARKED = "snapshot-not-marked", Operators,
        "`changed`: the cluster is being deleted and its data kept, but the snapshot has no tags yet.",
        Some(
            "See [below](#the-order-of-aws-calls-and-what-a-crash-leaves-behind). Invoke the function again soon: \
             while AWS still shows the cluster, its tags can be carried over."
        );
    NO_CHANNEL = "no-channel", Operators,
        "A warning of the run, in plan mode: owners are to be told before anything is deleted, and no channel is \
         configured. In apply mode a fault.",
        Some("Configure a channel, or set `NIGHTSHIFT_MIN_NOTICE_HOURS=0`.");
    STILL_DELETING = "still-deleting", Operators,
        "Its deletion was asked for three nights ago or more, and AWS is still at it.",
        Some("Look at its events and those of its members, and ask AWS Support if they say nothing.");
    MEMBER_STATUS_UNKNOWN = "member-status-unknown", Operators,
        "It is due, but a member is in a status in which this version does not know that it can be deleted.",
        Some("Look at it in the console.");
    SNAPSHOT_FAILED = "snapshot-failed", Operators,
        "It was to keep the data of a cluster, and AWS calls it `failed` or the like: nothing can be restored from \
         it. It is never deleted, and no owner is told that their data is in it.",
        Some(
            "If the cluster is still there, look at its events. If it is gone, restore it from its automated backups \
             while AWS still keeps them. Then delete the snapshot by hand."
        );
}
