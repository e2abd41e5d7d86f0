//! The reasons `secret-rotation` can give. `docs/secret-rotation.md` is made from this table. Of what failed, the code is the
//! `errorType` of the invocation, written as one word: `no-password-works` is `NoPasswordWorks`.

crate::report::reason_codes! {
    STAGED = "staged", Nobody,
        "`already_right`: this version has its value; no other is made for the same token.",
        None;
    ALREADY_SET = "already-set", Nobody,
        "`already_right`: the server takes the coming password.",
        None;
    TESTED = "tested", Nobody,
        "`already_right`: the coming login works.",
        None;
    ALREADY_CURRENT = "already-current", Nobody,
        "`already_right`: this version is handed out already.",
        None;
    WOULD_ROTATE = "would-rotate", Nobody,
        "`planned`: of a rehearsal, what the next rotation would do; its steps stand in the item.",
        None;
    NO_SUCH_SECRET = "no-such-secret", Operators,
        "There is no such secret, or it is on its way out.",
        Some("Check its name, and that it is in the Region of the function.");
    SECRET_MANAGED = "secret-managed", Operators,
        "Another AWS service owns the secret and rotates it by itself.",
        Some("Leave it to that service.");
    ROTATION_OFF = "rotation-off", Operators,
        "Rotation is not on for the secret.",
        Some("Turn it on: `rotation` in the event of `db-users`, or `aws secretsmanager rotate-secret`.");
    VERSION_UNKNOWN = "version-unknown", Operators,
        "The secret has no version of this token.",
        Some("Start a rotation by `aws secretsmanager rotate-secret`, which makes one.");
    VERSION_NOT_PENDING = "version-not-pending", Operators,
        "The version of this token is not the coming one.",
        Some("Start a rotation by `aws secretsmanager rotate-secret`.");
    PREVIOUS_INCOMPLETE = "previous-incomplete", Operators,
        "Another version is the coming one: a rotation that began before is not complete.",
        Some("Let that one end: Secrets Manager tries it again.");
    NO_CURRENT = "no-current", Operators,
        "No version of the secret is handed out, or it holds no text, so nobody knows whose password this is.",
        Some("Put a value with `AWSCURRENT` into it.");
    SECRET_MALFORMED = "secret-malformed", Operators,
        "What stands in a version of the secret is not a login's JSON.",
        Some("Mend the value; the message names what is wrong with it.");
    NO_PENDING_VALUE = "no-pending-value", Nobody,
        "The coming version has no value, or Secrets Manager does not show it yet.",
        Some("Nothing: Secrets Manager begins anew with `createSecret`.");
    BAD_TAG = "bad-tag", Operators,
        "A tag that says how to rotate says something that cannot be done.",
        Some("Correct the tag; the message has the allowed values.");
    STRATEGY_UNAVAILABLE = "strategy-unavailable", Operators,
        "The secret asks for a strategy that cannot be had for it.",
        Some("Set the tag `nightshift:rotation-strategy` to another one; the message says which.");
    BEHIND_PROXY = "behind-proxy", Operators,
        "An RDS Proxy logs in by this secret. It knows one user a secret: behind it the other of a pair is refused at once.",
        Some("Set the tag `nightshift:rotation-strategy` to `single-user`; or let the application log in without the proxy.");
    PROXIES_UNKNOWN = "proxies-unknown", Operators,
        "Whether a proxy logs in by this secret could not be found out, so there is no pair.",
        Some("Allow `rds:DescribeDBProxies`; or set the tag `nightshift:rotation-strategy` to `single-user`.");
    HOST_IS_PROXY = "host-is-proxy", Operators,
        "The secret's host is an RDS Proxy, which takes no password that is not handed out yet. Nothing was changed.",
        Some("Write the endpoint of the writer into the secret's `host`; applications keep the proxy's under a key of their own, such as `proxyHost`.");
    MASTER_UNFIT = "master-unfit", Operators,
        "The master's secret is not there, holds no login, or is of another server. Its password was sent nowhere.",
        Some("Correct `masterarn` in the secret.");
    BASE_GONE = "base-gone", Operators,
        "The first of the pair is not on the server.",
        Some("Make it again: `db-users` does.");
    PAIR_REFUSED = "pair-refused", Operators,
        "The login administers the server, and a second one would as well; or it has what no second can be given. The message says which.",
        Some("Rotate it as `single-user`, or take that from it.");
    CLONE_NOT_OURS = "clone-not-ours", Operators,
        "The other login of the pair is somebody else's: as a second it is no member of the first, or no version of the secret was handed out for it.",
        Some("Drop or rename it, or rotate as `single-user`; if it is the pair's, `GRANT` it the first, or store its name and password in the secret once.");
    SECOND_HAS_ITS_OWN = "second-has-its-own", Operators,
        "PostgreSQL: the second login of a pair that AWS's template made owns something, or was given rights itself, and would lose it by acting as the first. Nothing was changed.",
        Some("`REASSIGN OWNED BY` the second `TO` the first, in each database; what it was given itself goes to the first.");
    NOT_ADMINISTERED = "not-administered", Operators,
        "The master may not change one of the two, because somebody else made it.",
        Some("As whoever made it: `GRANT … TO master WITH ADMIN OPTION`.");
    RIGHTS_DIFFER = "rights-differ", Operators,
        "The two logins of the pair may not do the same; the message names what differs. Nothing was handed out.",
        Some("Nothing, if somebody changed it meanwhile: `setSecret` mends it when Secrets Manager tries again.");
    NO_SECOND_PASSWORD = "no-second-password", Operators,
        "`changed`: the login may not keep its password of before, so it was rotated as `single-user` is.",
        Some("`GRANT APPLICATION_PASSWORD_ADMIN ON *.*` to it; MySQL has it from 8.0.14 on.");
    PROTECTED = "protected", Operators,
        "`NIGHTSHIFT_PROTECTED` names the user.",
        Some("Turn the rotation off, or take the user out of the variable.");
    NAME_UNFIT = "name-unfit", Operators,
        "The user's name is reserved, or too long for the server.",
        Some("Rotate another user's secret.");
    OTHER_SERVER = "other-server", Operators,
        "Two versions name different servers, and the coming one says what no version before says. No password was sent to either.",
        Some("See who wrote the coming version. Remove `AWSPENDING` from it and rotate again.");
    OTHER_ENGINE = "other-engine", Operators,
        "The secret's engine is not the server's: MySQL would take a hash for MariaDB as the password, and lock everybody out. Nothing was set.",
        Some("Correct `engine` in the secret; the next rotation goes by it.");
    OTHER_USER = "other-user", Operators,
        "The coming version is of another user than the current one.",
        Some("See who wrote the coming version. Remove `AWSPENDING` from it and rotate again.");
    NO_DATABASE = "no-database", Operators,
        "PostgreSQL: the database in the secret is not there, or lets the login not in.",
        Some("Write the database that the login works in into `dbname` of the secret.");
    NO_PASSWORD_WORKS = "no-password-works", Operators,
        "The server refuses the coming password, the current one and the one before.",
        Some("Set the user's password to that of `AWSCURRENT`, or run `db-users`, which does it but for the second of a pair.");
    TEST_FAILED = "test-failed", Operators,
        "The server refuses the coming password after it was set.",
        Some("See who else sets it.");
    EDITED_MEANWHILE = "edited-meanwhile", Nobody,
        "Somebody wrote another server or user into the secret while a rotation was on its way. What they wrote works, so the coming version was let go.",
        Some("Nothing: the next rotation begins with what they wrote.");
    EDIT_NOT_KEPT = "edit-not-kept", Operators,
        "`changed`: the same, but the server takes the new password alone. So it was handed out, with what stood in the secret before.",
        Some("Write it into the secret again; it stands in the version with `AWSPREVIOUS`.");
    LABEL_MOVED = "label-moved", Operators,
        "`AWSCURRENT` was moved by somebody else at the same moment.",
        Some("Nothing: Secrets Manager tries again. See who else writes the secret, if it repeats.");
    NO_RANDOMNESS = "no-randomness", Operators,
        "The operating system gave no randomness.",
        Some("Nothing: Secrets Manager tries again.");
}
