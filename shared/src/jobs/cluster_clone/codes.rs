//! The reasons `cluster-clone` can give, with what each means and whose hand puts it right. `docs/cluster-clone.md` is made
//! from this table.

crate::report::reason_codes! {
    THERE = "there", Nobody,
        "`already_right`: the clone was made and handed over by an earlier invocation with the same wish.",
        None;
    NO_PROOF = "no-proof", Owner,
        "Nothing says who asks: a function cannot see its invoker, and the event carries no signed request.",
        Some("Ask by `nightshift clusters clone`, which signs one; for a pipeline, `NIGHTSHIFT_INVOKERS=trusted` and an `owner`.");
    PROOF_REFUSED = "proof-refused", Owner,
        "What was signed is not taken: it is too old, for another function, of another account, or AWS refuses it.",
        Some("Sign anew: run the command again.");
    WHO_UNKNOWN = "who-unknown", Operators,
        "AWS could not be asked who signed the request, or whether a role is one of IAM Identity Center's.",
        Some("Try again; allow `iam:GetRole` on the roles under `/aws-reserved/`.");
    NOBODYS_NAME = "nobodys-name", Operators,
        "The caller's name is one that anybody could have chosen, such as that of a role's session.",
        Some("Say whose name it acts in: `NIGHTSHIFT_OWNER_OF`.");
    ANOTHER_OWNER = "another-owner", Owner,
        "The event names another owner than the one who asks.",
        Some("Leave `owner` out, or let them ask.");
    BAD_OWNER = "bad-owner", Owner,
        "The owner's name is one that no tag can hold.",
        Some("Use letters, digits, spaces and `_ . : / = + - @`.");
    NO_SOURCE = "no-source", Owner,
        "There is no such Aurora cluster.",
        Some("Check the name and the Region.");
    SOURCE_DENIED = "source-denied", Operators,
        "The policy does not let the source be cloned.",
        Some("Clone another; or change `NIGHTSHIFT_CLONE_SOURCES` or `NIGHTSHIFT_PROTECTED`.");
    PRODUCTION = "production", Operators,
        "The source is production, or shares its data with a cluster that is, and a clone would hand its data out as it is.",
        Some("Clone a cluster whose data is nobody's. `NIGHTSHIFT_PRODUCTION_CLONES=allow` hands out production data.");
    ANONYMISE_UNAVAILABLE = "anonymise-unavailable", Operators,
        "The event asks for `anonymise`, and the function has no quarantine for that source; it makes no clone that is not what was asked for.",
        Some("Set up the quarantine: docs/anonymise.md, \"The way on AWS\".");
    NO_RULES = "no-rules", Operators,
        "The rules of the source could not be read, or are none: without them nobody says what becomes of its data.",
        Some("Put the rules where the message says, and allow the role to read them.");
    NOT_ANONYMISED = "not-anonymised", Operators,
        "The data could not be made nobody's. What was made for it was deleted again, or the message says what stayed.",
        Some("Mend what the message names in the rules or the source, and ask again.");
    SOURCE_NOT_READY = "source-not-ready", Owner,
        "The source is in a state in which it cannot be cloned.",
        Some("Try again when it is available.");
    NO_MEMBER = "no-member", Owner,
        "The source has no member, and AWS shares the data of no cluster without one.",
        Some("Give it one, or ask for a full copy with `from`.");
    LIMITLESS = "limitless", Owner,
        "The source is an Aurora Limitless database.",
        Some("Restore it from a snapshot in the console.");
    BAD_NAME = "bad-name", Owner,
        "The clone's name is one that AWS does not take.",
        Some("At most 60 lower case letters, digits and single dashes, beginning with a letter and not ending with a dash.");
    NAME_TAKEN = "name-taken", Owner,
        "There is a cluster of that name that is no clone of this source for this owner.",
        Some("Choose another `name`.");
    BEING_DELETED = "being-deleted", Nobody,
        "The cluster that bears the name is being deleted.",
        Some("Wait until it is gone, or choose another `name`.");
    NOT_LATER = "not-later", Owner,
        "The expiry asked for has passed.",
        Some("Name a later one.");
    LEASE_TOO_LONG = "lease-too-long", Owner,
        "The expiry asked for is further ahead than `NIGHTSHIFT_MAX_LEASE_DAYS`.",
        Some("Name an earlier one; `nightshift clusters extend` gives more time later.");
    CLASS_DENIED = "class-denied", Owner,
        "A member would be larger than the policy lets a clone's be.",
        Some("Name one of `NIGHTSHIFT_CLONE_CLASSES`.");
    TOO_MANY_MEMBERS = "too-many-members", Owner,
        "More members are asked for than `NIGHTSHIFT_MAX_CLONE_MEMBERS`.",
        Some("Ask for fewer.");
    TOO_MUCH_CAPACITY = "too-much-capacity", Owner,
        "More capacity is asked for than `NIGHTSHIFT_MAX_CLONE_ACU`, or of a class that does not scale.",
        Some("Ask for less, and with `acu` for no `class` but `db.serverless`.");
    QUOTA = "quota", Owner,
        "The owner has as many clones as `NIGHTSHIFT_CLONES_PER_OWNER` allows. `failed`: others asked at the same moment, and \
         this one was taken back.",
        Some("Delete one of them, or wait until one expires.");
    GROUP_FULL = "group-full", Owner,
        "So many clones share the source's data that AWS would make the next one a full copy, and say nothing.",
        Some("Delete one of them, or ask for a full copy with `from`.");
    FUTURE_COPY = "future-copy", Owner,
        "The moment to copy from has not come.",
        Some("Name one within the source's backup retention.");
    OUTSIDE_BACKUPS = "outside-backups", Owner,
        "The source's backups do not hold the moment to copy from.",
        Some("Name one within its backup retention.");
    ANOTHER_WISH = "another-wish", Owner,
        "The clone of that name was asked for with other words: another moment, size or number of members.",
        Some("Choose another `name`, or ask for what is there.");
    NO_END = "no-end", Owner,
        "A clone that was begun has lost the time at which it goes, and none is handed over without.",
        Some("Set its expiry tag, or choose another `name`.");
    CLONE_FAILED = "clone-failed", Owner,
        "AWS could not make the clone, or a member of it. A clone that never was one is deleted again.",
        Some("Look at the events of the cluster in the console; ask again, by another `name` where it is still there.");
    UNFINISHED = "unfinished", Owner,
        "A clone was begun more than a day ago, has members and was never handed over.",
        Some("Ask for it again with the same wish, which goes on; it goes when it expires.");
}
