//! The reasons a deletion by hand can give beside those of a night, with what each means and whose hand puts it right.
//! `docs/cli.md` is made from this table.

crate::report::reason_codes! {
    WHO_UNKNOWN = "who-unknown", Operators,
        "AWS could not be asked whether the caller's role is one of IAM Identity Center's.",
        Some("Try again; allow `iam:GetRole` on the roles under `/aws-reserved/`.");
    NOBODYS_NAME = "nobodys-name", Operators,
        "The caller's name is one that anybody could have chosen, such as that of a role's session.",
        Some("Say in whose name it acts: `NIGHTSHIFT_OWNER_OF`.");
    NO_OWNER = "no-owner", Operators,
        "Nobody can say whose it is.",
        Some("Give it an owner tag.");
    ANOTHER_OWNER = "another-owner", Owner,
        "It is somebody else's.",
        Some("Ask its owner.");
    PRODUCTION = "production", Operators,
        "It is production, by a pattern of `NIGHTSHIFT_PRODUCTION`.",
        Some("Nothing of production is deleted by this command.");
    NO_CLONE = "no-clone", Owner,
        "It is no clone that `cluster-clone` made.",
        Some("Give it an expiry, and `cluster-cleanup` takes it at night.");
    MADE_SINCE = "made-since", Owner,
        "It was made after the word to delete it was given, so it is another one.",
        Some("Look at it, and give the word again.");
}
