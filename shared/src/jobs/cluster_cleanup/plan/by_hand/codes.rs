//! The reasons a deletion by hand can give beside those of a night and of
//! any work by hand, with what each means and whose hand puts it right.
//! `docs/cli.md` is made from this table.

crate::report::reason_codes! {
    NO_CLONE = "no-clone", Owner,
        "It is no clone that `cluster-clone` made.",
        Some("Give it an expiry, and `cluster-cleanup` takes it at night.");
    MADE_SINCE = "made-since", Owner,
        "It was made after the word to delete it was given, so it is another one.",
        Some("Look at it, and give the word again.");
}
