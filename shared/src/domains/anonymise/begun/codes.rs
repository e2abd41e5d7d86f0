//! Why a plan to anonymise is not carried out, or not to its end. `docs/anonymise.md` is made from this table.

crate::report::reason_codes! {
    NOT_MARKED = "not-marked-as-copy", Operators,
        "The database does not carry the mark of a copy. Nothing here tells it from production.",
        Some("See that it is a copy that nobody needs as it is; then set the mark, as the message has it.");
    MARKED_ELSEWHERE = "marked-elsewhere", Operators,
        "The mark is there, and it names another database or server: it came along with a copy, or this is not the copy.",
        Some("Check the address. If this is the copy that you mean, set its own mark.");
    ANONYMISED = "already-anonymised", Operators,
        "A run came to its end here before: the mark says so. A second one would make pseudonyms of pseudonyms.",
        Some("Nothing, or make a new copy. To do it again all the same, set the mark anew.");
    IN_USE = "in-use", Operators,
        "Somebody else is connected. A copy in quarantine is nobody's to work with.",
        Some("End those sessions, if this is the copy.");
    SESSIONS_UNSEEN = "sessions-not-seen", Operators,
        "Whoever is logged in to MySQL or MariaDB does not get to see the sessions of others, so nobody knows whether anybody is connected.",
        Some("`GRANT PROCESS ON *.*`, or log in as the master user.");
    UNENDED = "unended-transaction", Operators,
        "A transaction that no session holds waits for its end, prepared or being recovered. It holds rows back, and could bring some in later.",
        Some("`XA RECOVER` lists what is prepared; end each by `XA ROLLBACK` in the copy.");
    JOINED = "joined-meanwhile", Operators,
        "Somebody was connected after the first change: what they had read before they may have written back, and no check looks at every value.",
        Some("Make the copy anew, and let nobody in.");
    REPLICATED = "replicated", Operators,
        "The server sends its changes to another one, or gets them from one.",
        Some("Stop the replication, if this is the copy.");
    KEY_LOGGED = "key-would-be-logged", Operators,
        "The server writes statements with their parameters into a log, and the key of the run comes as one.",
        Some("Turn that log off in the copy's parameter group (`log_parameter_max_length = 0` on PostgreSQL, `general_log = 0` elsewhere).");
    STILL_RUNNING = "still-running", Nobody,
        "An earlier call is at work here, or its last statement goes on though nobody waits for it.",
        Some("Run the same again later, or with `--wait`: it goes on from there.");
    OTHER_PLAN = "other-plan", Operators,
        "Another plan was begun here and is not at its end: what it did would be done again, or left out.",
        Some("Go on with that one by its digest and its rules, or make the copy anew.");
    OTHER_RULES = "other-rules", Operators,
        "The file of rules changed since the run was begun.",
        Some("Go on with the file as it was, or make the copy anew.");
    SCHEMA_MOVED = "schema-moved", Operators,
        "The schema changed since the run was begun, and its plan knows nothing of that.",
        Some("Change it back, or make the copy anew.");
    OTHER_KEY = "other-key", Operators,
        "The run was begun with another key, so equal values would get different pseudonyms.",
        Some("Give the key it was begun with (`--key-file`). If that is gone, make the copy anew.");
    OTHER_RUN = "other-run", Operators,
        "A line of progress is of another run than the first one.",
        Some("Make the copy anew.");
    PROGRESS_TAKEN = "progress-taken", Operators,
        "There is a `nightshift_anon` that no run of this version made as it stands: other columns, another owner or another comment.",
        Some("See whose it is; drop or rename it in the copy.");
    WRONG_COPY = "not-this-copy", Operators,
        "`--this-is-a-copy` names another database than the address.",
        Some("Type the name of the database that is to be changed.");
    ANOTHER_DATABASE = "another-database", Operators,
        "More databases of the server than one hold something, and rules are of one: a clone would hand the others over as they are. Only `cluster-clone` looks.",
        Some("Clone a server with one database, or move the others out of it.");
    NOT_REACHED = "not-reached", Nobody,
        "An earlier step did not come to its end, so this one was not begun.",
        Some("Mend that one, as its own reason says, and run the same again: it goes on from there.");
    FOUND = "original-found", Operators,
        "A check found what was there before, or what was planted. The copy is not anonymised.",
        Some("Hand it to nobody. Decide what the check names in the rules, or, if the catalog is named, change the object at its source or accept it under `accept.catalog`; then make the copy anew.");
    NOT_LOOKED = "could-not-look", Operators,
        "A check could not look where it has to. What it did not see it does not vouch for.",
        Some("Give the login what the message names, and run the same again.");
}
