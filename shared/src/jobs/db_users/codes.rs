//! The reasons db-users can give, with what each means and whose hand puts it right. `docs/db-users.md` is made from this
//! table.

crate::report::reason_codes! {
    ALREADY_SO = "already-so", Nobody,
        "`already_right`: it is as the event wants it. No reason is shown.",
        None;
    MASTER = "master", Operators,
        "It is the master user.",
        Some("Take it out of the event.");
    PROTECTED = "protected", Operators,
        "`NIGHTSHIFT_PROTECTED` protects it, or a role it is a member of.",
        Some("Take it out of the event, or of the variable or that role.");
    PRIVILEGED_ROLE = "privileged-role", Operators,
        "Such a user is there already and has rights this function does not give.",
        Some("Take it out of the event, or take those rights first.");
    NOT_OURS = "not-ours", Operators,
        "Somebody else made the role, and the master may not change it (from PostgreSQL 16 on).",
        Some("As its maker: `GRANT role TO master WITH ADMIN OPTION`.");
    MASTER_IS_MEMBER = "master-is-member", Operators,
        "The master is a member of the role.",
        Some("Revoke that, or choose another name.");
    IS_A_LOGIN = "is-a-login", Operators,
        "An owner role or the group of a preset has the name of a login that the event does not name.",
        Some("Another name; or name it with `\"auth\": \"nobody\"`.");
    ROLE_REFUSED = "role-refused", Operators,
        "It needs a role that is refused, for the reason given there.",
        Some("Name another role, or mend that one.");
    IAM_LOCKOUT = "iam-lockout", Operators,
        "See [users of IAM](#users-of-iam).",
        Some("Try it where it may fail, then set the variable.");
    IAM_MEMBER = "iam-member", Operators,
        "It is to log in by password, and is a member of `rds_iam`, of whom the server takes none.",
        Some("`\"auth\": \"iam\"`, or revoke `rds_iam`.");
    NO_IAM = "no-iam", Operators,
        "The server has no role `rds_iam`.",
        Some("Turn on IAM database authentication.");
    OTHER_PLUGIN = "other-plugin", Operators,
        "MariaDB: it logs in by another plugin than `mysql_native_password`.",
        Some("Change the plugin, or look after it by hand.");
    DATABASE_MISSING = "database-missing", Operators,
        "There is no such database.",
        Some("Create it, or set `create_database`.");
    ROLE_MISSING = "role-missing", Operators,
        "A grantor, owner or heir is not there and not in the event.",
        Some("Name it in the event, or create it.");
    NEED_LEFT = "need-left", Nobody,
        "`deferred`: it needs a user of the event that is left alone.",
        Some("Mend that one first.");
    NEED_FAILED = "need-failed", Nobody,
        "`deferred`: it needs a user that this run did not get right.",
        Some("Mend that one first.");
    NOTHING_GRANTABLE = "nothing-grantable", Operators,
        "All is done but what the notes say cannot be.",
        Some("See the notes.");
    SECRET_UNKNOWN = "secret-unknown", Operators,
        "`failed`: its secret could not be read.",
        Some("As the message says; often the KMS key.");
    SECRET_MANAGED = "secret-managed", Operators,
        "Another AWS service writes that secret.",
        Some("Choose another name.");
    SECRET_OF_ANOTHER = "secret-of-another", Operators,
        "The secret names another user or host, or is no JSON.",
        Some("Choose another name.");
    ROTATION_PENDING = "rotation-pending", Nobody,
        "`deferred`: its secret is being rotated.",
        Some("Let it end, or cancel it.");
    NEITHER_WORKS = "neither-works", Operators,
        "`failed`: its rotation is to end, is under way, and the server takes neither the coming password nor the current one. \
         It was not ended.",
        Some("See what the rotation fails by; or cancel it, and run this again.");
    ALTERNATE_REFUSED = "alternate-refused", Operators,
        "The second of the pair is current, and the server refuses its password.",
        Some("Rotate the secret.");
    NO_ROTATION_FUNCTION = "no-rotation-function", Operators,
        "Nobody says what rotates the secret.",
        Some("`lambda_arn`, or the variable.");
    LOGIN_UNKNOWN = "login-unknown", Operators,
        "`failed`: whether its password is right could not be found out; it was not touched.",
        Some("As the message says.");
    OWNS_OBJECTS = "owns-objects", Operators,
        "It owns something, or something runs with its rights.",
        Some("`reassign_to`.");
    GRANTED_BY_OTHERS = "granted-by-others", Operators,
        "It has privileges on what belongs to roles the master cannot act as, so it could not be dropped.",
        Some("Revoke them as those roles.");
    PASSED_ON = "passed-on", Operators,
        "It has passed on privileges, and those it gave them to would lose them with it.",
        Some("Grant those others what they need as the owner, and revoke theirs as this user.");
    STILL_NAMED = "still-named", Operators,
        "Something names it that cannot be changed without changing what it does (a policy for it alone), or came to \
         name it meanwhile.",
        Some("Change those by hand.");
    DATABASE_CLOSED = "database-closed", Operators,
        "`failed`: it holds something in a database the master cannot connect to.",
        Some("Let the master `CONNECT` there.");
    HEIR_CANNOT_OWN = "heir-cannot-own", Operators,
        "Its heir may make nothing where it owns something, and the master cannot let it; or may not have a \
         publication (`CREATE` on the database), a foreign server (`USAGE` on its wrapper) or the like.",
        Some("Grant the heir that, or name another.");
    UNSAFE_SCHEMA = "unsafe-schema", Operators,
        "The script of an extension would look for names where others can have put something.",
        Some("See [extensions](#extensions).");
    PATTERNS_TIE = "patterns-tie", Operators,
        "MySQL, MariaDB: two patterns meet the database alike and say different things.",
        Some("Revoke all but one.");
    HAS_CLONE = "has-clone", Operators,
        "Rotation keeps a second user beside it.",
        Some("Name both as absent.");
    NO_RANDOMNESS = "no-randomness", Operators,
        "`failed`: the operating system gave no randomness.",
        Some("Run it again.");
    DRIFT = "drift", Operators,
        "A note: it has what the event does not give.",
        Some("Add it to the event; or take it back with `revoke`.");
    NOT_GRANTABLE = "not-grantable", Operators,
        "A note: the master cannot grant this, because it cannot act as the role it belongs to, or the server knows \
         no such privilege.",
        Some("Grant it as that role, or take it out of the event.");
    FOREIGN_GRANT = "foreign-grant", Operators,
        "A note: it has something from somebody else, which is not touched.",
        Some("Revoke it as whoever granted it, if it is not meant.");
    COLUMN_GRANTS = "column-grants", Operators,
        "A note: it has privileges on single columns, which are not touched.",
        Some("Revoke them by hand if they are not meant.");
    OF_EXTENSION = "of-extension", Operators,
        "A note: objects are kept from everybody by the extension they belong to.",
        Some("Grant them one by one, as their owner.");
    PRESET_UNION = "preset-union", Operators,
        "A note: its group also opens other schemas.",
        Some("`\"migrate_presets\": true`.");
    OTHER_OWNERS = "other-owners", Operators,
        "A note: others than the grantor own tables here, and what those make tomorrow is not covered.",
        Some("Let one role own all tables, and name it as the grantor.");
    PASSWORD_REPLACED = "password-replaced", Operators,
        "A note: a login that had no secret gets a new password.",
        Some("Store its password in the secret first, to keep it.");
    NO_GRANTOR_HERE = "no-grantor-here", Nobody,
        "A note: MySQL and MariaDB know no owners of tables.",
        None;
    LOGIN_UNTRIED = "login-untried", Operators,
        "A note: a login from where this run is does not meet the account, so its password is not tried.",
        Some("Try it from where that account may log in.");
    PATTERN_KEPT = "pattern-kept", Nobody,
        "A note: MySQL, MariaDB: what it had on a pattern of databases is granted on the database, too, which would \
         hide it otherwise.",
        None;
    PATTERN_HIDDEN = "pattern-hidden", Nobody,
        "A note: MySQL, MariaDB: what it has on a pattern no longer counts in this database, which has a row of its \
         own.",
        None;
    HAS_MEMBERS = "has-members", Operators,
        "Nobody logs in as it, and members that the event does not name have by it what they would lose.",
        Some("Revoke it from them first, or name them in the event.");
    NO_LOGIN = "no-login", Operators,
        "A note: it is to go, cannot, and cannot log in either: a run that was ended in the middle of dropping it leaves it so.",
        Some("If it is to stay, give it its login back: the note has the statement.");
    SECRET_KEPT = "secret-kept", Operators,
        "A note: MySQL, MariaDB: accounts of the same name at other hosts stay, and may go by the same secret, which is kept.",
        Some("Delete it by hand if they do not.");
}
