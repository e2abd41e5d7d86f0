//! Why a plan to anonymise is refused. `docs/anonymise.md` is made from this table.

crate::report::reason_codes! {
    UNDECIDED_TABLE = "undecided-table", Operators,
        "No rule names the table.",
        Some("Truncate it, or decide every column of it.");
    UNDECIDED_COLUMN = "undecided-column", Operators,
        "No rule names the column, or its rule is `DECIDE`.",
        Some("Decide it: `keep` is a decision, too.");
    NO_SUCH_TABLE = "no-such-table", Operators,
        "The rules name a table that the database does not have.",
        Some("Correct the name (`schema.table`), or take its rules out.");
    NO_SUCH_COLUMN = "no-such-column", Operators,
        "The rules name a column that the table does not have.",
        Some("Correct the name, or take its rule out.");
    OTHER_ENGINE = "other-engine", Operators,
        "The rules are for another engine than this server's.",
        Some("Name the right one in `engine`, and read the rules again with it in mind.");
    SCHEMA_CHANGED = "schema-changed", Operators,
        "The rules name the fingerprint of another schema: a table, a column or a type changed since.",
        Some("See what changed, decide it, and write the new fingerprint into `schema`.");
    RULE_DOES_NOT_FIT = "rule-does-not-fit", Operators,
        "The rule makes something that the column's type, or this engine, cannot hold.",
        Some("Choose a rule for its type: `null`, `constant` and `sql` are for any.");
    TOO_LONG = "too-long", Operators,
        "What the rule makes is longer than the column, so the server would cut it.",
        Some("Choose a shorter one.");
    NOT_NULL = "not-null", Operators,
        "The column cannot be null.",
        Some("Choose another rule than `null`.");
    GENERATED_RULED = "generated-column", Operators,
        "The column is computed from others, so it follows them and can have no rule.",
        Some("Take its rule out.");
    UNIQUE_LOSSY = "unique-lossy", Operators,
        "A unique index goes by the column, and the rule makes different values equal.",
        Some("Choose `hash`, or `fake` of `mail`, `user` or `ip`, which keep values apart.");
    FOREIGN_KEY_DIFFERS = "foreign-key-differs", Operators,
        "A foreign key goes from one column to another with a different rule or join, so rows would lose each other.",
        Some("Give both the same rule and join, or leave the referring one undecided: it follows by itself.");
    JOIN_DIFFERS = "join-differs", Operators,
        "Columns of one join have different rules, so equal values would become different ones.",
        Some("Give all of them the same rule, or joins of their own.");
    PARTITION_KEY = "partition-key", Operators,
        "Partitions are told apart by the column, so its values decide where rows are.",
        Some("Keep it, or truncate the table.");
    INHERITS = "inherits", Operators,
        "The table inherits from another, or another from it, without being a partition: what is done to one is done to both.",
        Some("Truncate all of the family, or part them by `ALTER TABLE … NO INHERIT …` in the clone first.");
    NOT_TRANSACTIONAL = "not-transactional", Operators,
        "The table's storage engine knows no transactions, so a step that dies would be half done.",
        Some("`ALTER TABLE … ENGINE = InnoDB` in the clone first, or truncate it.");
    FOREIGN_TABLE = "foreign-table", Operators,
        "The table's rows are on another server, which must not be changed.",
        Some("Drop it in the clone first.");
    REWRITE_RULE = "rewrite-rule", Operators,
        "A rule (`CREATE RULE`) makes something else of what is done to the table.",
        Some("Drop the rule in the clone first.");
    CODE_WOULD_RUN = "code-would-run", Operators,
        "A constraint, generated column, index, domain, trigger or materialised view calls a function of the database's own, and carrying the plan out would run it.",
        Some("Read the function; then name it in `accept.functions`, or drop what calls it in the clone first.");
    CODE_AS_MASTER = "code-as-master", Operators,
        "The same, and the table is the master user's own: nobody's code runs as the master.",
        Some("Give the table another owner in the clone first, or drop what calls the function.");
    OWNER_OUT_OF_REACH = "owner-out-of-reach", Operators,
        "The plan works as the table's owner, and whoever is logged in cannot become that role, or it is a superuser.",
        Some("`GRANT owner TO user` in the clone (from version 16 on `WITH SET TRUE`), or give the table another owner.");
    MIXED_OWNERS = "mixed-owners", Operators,
        "Partitions, or tables that have to be emptied together, belong to different roles.",
        Some("Give them one owner in the clone first.");
    EVENT_TRIGGER = "event-trigger", Operators,
        "An event trigger would run with every step, as whoever carries the plan out.",
        Some("Drop it in the clone first.");
    ROAD_OUT = "road-out", Operators,
        "Something leads out of the database or brings data in: a subscription, a foreign server, a job, a slot.",
        Some("Cut it in the clone before anything else.");
    LARGE_OBJECTS = "large-objects", Operators,
        "There are large objects, and no rule can look into one.",
        Some("Unlink them in the clone first, or say `large-objects = true` under `[accept]` to keep them as they are.");
    STILL_REFERENCED = "still-referenced", Operators,
        "Rows are to go to which another table refers.",
        Some("Truncate the other table as well, or keep the rows.");
    STATISTICS_STAY = "statistics-stay", Operators,
        "The server's statistics of the column hold values of it, and nothing would make them anew.",
        Some("Set the column's statistics target to its default in the clone first; for a table that is emptied, drop the views on it.");
    NO_RIGHT_TO_CREATE = "no-right-to-create", Operators,
        "Whoever is logged in may not make a schema here; the plan needs one, and drops it at its end.",
        Some("`GRANT CREATE ON DATABASE` in the clone, or log in as the master user.");
    HELPER_TAKEN = "helper-taken", Operators,
        "There is a schema `nightshift_anon` already, and it is somebody else's: what is in it is not ours to run.",
        Some("Drop or rename it in the clone first.");
    NOT_ALL_SEEN = "not-all-seen", Operators,
        "Whoever is logged in does not get to see every table, trigger and event of the server, so the plan cannot name them.",
        Some("Log in as the master user, or `GRANT SELECT, TRIGGER, EVENT ON *.*` (and `DELETE HISTORY`, where MariaDB keeps what rows were).");
    COLLATION = "collation", Operators,
        "What the column's collation takes for equal is not known here, or is not what another column of its join takes for equal, so equal values could become different ones.",
        Some("Give the columns one collation in the clone first, or joins of their own, or choose a rule without a key.");
    NOT_UNDERSTOOD = "not-understood", Operators,
        "Something is of a kind that the plan does not know, or two tables have one name when written as rules write it.",
        Some("Drop it in the clone first, or rename one of the two.");
}
