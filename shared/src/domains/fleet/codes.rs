//! Why a run through the organisation leaves an account alone.

crate::report::reason_codes! {
    NOT_SELECTED = "not-selected", Nobody,
        "`skipped`: nothing in the selection names it: no unit above it, not its id, none of its tags.",
        None;
    EXCLUDED = "excluded", Nobody,
        "`skipped`: an exclusion names it, which stands over whatever selects it.",
        None;
    NOT_ACTIVE = "not-active", Nobody,
        "`skipped`: AWS says another state of it than `ACTIVE`, so nothing in it can be asked or changed.",
        None;
    MANAGEMENT = "management-account", Operators,
        "`skipped`: it is the management account, where no service control policy holds.",
        Some("Set `NIGHTSHIFT_FLEET_MANAGEMENT=include` if what is in it is meant, too.");
    TAGS_UNKNOWN = "tags-unknown", Operators,
        "`skipped`: the selection goes by tags, and those of this account were not read: nobody knows whether it is excluded.",
        Some("Allow `organizations:ListTagsForResource` where the snapshot is made.");
    WORKER_FAILED = "worker-failed", Operators,
        "`failed`: the worker of this account ended with an error, was stopped or took too long. What it had begun, the next run finishes.",
        Some("`nightshift fleet redrive` tries it again; the message has the worker's own words.");
    NOT_REACHED = "not-reached", Operators,
        "`failed`: the run ended before this account's turn: too many others had failed, or somebody stopped it. Nothing was done in it.",
        Some("See to the accounts that failed, then `nightshift fleet redrive`.");
    FLEET_CAP = "fleet-cap", Operators,
        "`planned`: all accounts together would have deleted more than one run may, so nothing was begun in any.",
        Some("Review the plan, then apply exactly it by its digest, or raise the cap that the message names.");
    CANARY_FAILED = "canary-failed", Operators,
        "`planned`: too many of the accounts that go first failed, so nothing was begun in the others.",
        Some("See to the accounts that failed; the next run begins anew.");
}
