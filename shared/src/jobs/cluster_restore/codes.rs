//! The reasons a restore can give beside those of any work by hand, with what each means and whose hand puts it right. `docs/cli.md` is made from this table.

crate::report::reason_codes! {
    NOT_AURORA = "not-aurora", Owner,
        "The snapshot is of no Aurora cluster.",
        Some("Name another.");
    NOT_AVAILABLE = "not-available", Owner,
        "AWS has not finished the snapshot.",
        Some("Try again later.");
    NO_FACTS = "no-facts", Owner,
        "The snapshot does not say how its cluster was built.",
        Some("Restore it in the console.");
    NAME_TAKEN = "name-taken", Owner,
        "There is a cluster of that name.",
        Some("`--as NAME`");
    BEING_DELETED = "being-deleted", Nobody,
        "The cluster whose snapshot it is is still being deleted.",
        Some("Wait until it is gone, or `--as NAME`.");
    NOT_A_TIME = "not-a-time", Owner,
        "The expiry asked for is not one.",
        Some("Write it as `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ`.");
    NOT_LATER = "not-later", Owner,
        "The expiry asked for has passed, so the next run would delete it again.",
        Some("Name a later one.");
    OWNERS_DIFFER = "owners-differ", Operators,
        "The snapshot names more than one owner, by tags that differ in their case.",
        Some("Leave one, or give them the same value.");
}
