//! The reasons for which a person may not do something to a thing of somebody's, with what each means and whose hand puts it
//! right. `docs/cli.md` is made from this table, once for each command that asks.

crate::report::reason_codes! {
    WHO_UNKNOWN = "who-unknown", Operators,
        "AWS could not be asked whether the caller's role is one of IAM Identity Center's.",
        Some("Try again; allow `iam:GetRole` on the roles under `/aws-reserved/`.");
    NOBODYS_NAME = "nobodys-name", Operators,
        "The caller stands for no owner: its name is one that anybody could have chosen, such as that of a role's session, or the policy lets it work for everybody and this takes the owner's own word.",
        Some("Say in whose name it acts: `NIGHTSHIFT_OWNER_OF`.");
    NO_OWNER = "no-owner", Operators,
        "Nobody can say whose it is.",
        Some("Give it an owner tag.");
    ANOTHER_OWNER = "another-owner", Owner,
        "It is somebody else's.",
        Some("Ask its owner.");
    PRODUCTION = "production", Operators,
        "It is production, by a pattern of `NIGHTSHIFT_PRODUCTION`.",
        Some("Nothing of production is deleted by hand.");
}
