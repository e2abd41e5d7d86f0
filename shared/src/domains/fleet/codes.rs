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
}
