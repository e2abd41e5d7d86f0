//! The reasons an extension can give beside those of any work by hand, with what each means and whose hand puts it right. `docs/cli.md` is made from this
//! table.

crate::report::reason_codes! {
    DELETING = "deleting", Owner,
        "AWS is deleting the cluster.",
        Some("Restore it from its final snapshot once it is gone.");
    HALF_DELETED = "half-deleted", Owner,
        "The expiry was moved, and a deletion had taken members of the cluster before.",
        Some("Create its members again.");
    NO_EXPIRY_TAG = "no-expiry-tag", Owner,
        "It has no expiry, so nothing is going to delete it.",
        None;
    LOOK_ALIKE_TAGS = "look-alike-tags", Owner,
        "It has several tags that read like the expiry tag.",
        Some("Remove all but the one that is meant.");
    NEVER_EXPIRES = "never-expires", Owner,
        "Its expiry is `never`.",
        None;
    NOT_A_TIME = "not-a-time", Owner,
        "The expiry asked for is not one.",
        Some("Write it as `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ`.");
    NOT_LATER = "not-later", Owner,
        "The expiry asked for is not later than the one it has.",
        Some("Name a later one.");
    LEASE_TOO_LONG = "lease-too-long", Owner,
        "The expiry asked for is further ahead than `NIGHTSHIFT_MAX_LEASE_DAYS`.",
        Some("Name an earlier one.");
    OWNERS_DIFFER = "owners-differ", Operators,
        "It names more than one owner, by tags that differ in their case.",
        Some("Leave one, or give them the same value.");
}
