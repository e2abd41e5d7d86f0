//! The reasons key-rotation can give, with what each means and whose hand puts it right. `docs/key-rotation.md` is made from this
//! table.

crate::report::reason_codes! {
    EXCLUDED = "excluded", Nobody,
        "A pattern of `NIGHTSHIFT_EXCLUDE` matches.",
        None;
    NOT_INCLUDED = "not-included", Nobody,
        "The event names it and `NIGHTSHIFT_INCLUDE` does not.",
        Some("Add it, or leave it out.");
    NO_SUCH_USER = "no-such-user", Operators,
        "`failed`: the event names it and it does not exist.",
        Some("Check the spelling.");
    NO_SUCH_KEY = "no-such-key", Operators,
        "`failed`: the compromised key is not here.",
        Some("Check the account; switch it off by hand where it is.");
    NOBODYS_KEY = "nobodys-key", Operators,
        "A suspected key is no user's of this account.",
        Some("Look at whose it is.");
    SUSPECTED = "suspected", Operators,
        "People were told that these keys may have leaked.",
        Some("Look at what they were used for.");
    QUARANTINED = "quarantined", Operators,
        "A key is off and kept while AWS holds its user under quarantine.",
        Some("Follow the AWS Support case, then detach the policy.");
    NOTHING_TO_ROLL_BACK = "nothing-to-roll-back", Nobody,
        "This tool switched no key of it off that is still there.",
        Some("Switch one on by hand.");
    NO_KEYS = "no-keys", Nobody,
        "The event names it and it has none.",
        None;
    PREFLIGHT_UNKNOWN = "preflight-unknown", Operators,
        "A read failed that the decision needs.",
        Some("Allow the call, or wait.");
    TOO_MANY_KEYS = "too-many-keys", Operators,
        "More than two.",
        Some("Delete those nobody uses.");
    NOT_DUE = "not-due", Nobody,
        "`already_right`.",
        None;
    NOT_THIS_PHASE = "not-this-phase", Nobody,
        "Something is due that this run's `phases` leave out.",
        Some("Nothing, if another schedule does it.");
    UNSETTLED = "unsettled", Nobody,
        "A key was minted less than half an hour ago, stored or not; its run may be at work.",
        None;
    PENDING_INACTIVE = "pending-inactive", Owner,
        "A key was stored and somebody switched it off before it was proven.",
        Some("Delete it, or switch it on.");
    SECRET_NOT_OURS = "secret-not-ours", Operators,
        "The secret is there without the mark.",
        Some("Hand it over with the command in `fix`, or move it.");
    SECRET_OF_ANOTHER = "secret-of-another", Operators,
        "The secret belongs to an earlier user of that name, or to one that has another name by now.",
        Some("See which, with the command in `fix`; delete it only if that user is gone.");
    SECRET_RULED = "secret-ruled", Operators,
        "Another rotator, service or Region rules the secret.",
        Some("End that, or use another prefix or Region.");
    SECRET_LEAVING = "secret-leaving", Operators,
        "The secret is being deleted, so nothing is handed out of it and the old key stays.",
        Some("`restore-secret`.");
    SECRET_ASTRAY = "secret-astray", Operators,
        "The secret does not hand out the new key: somebody wrote into it, or it is gone or renamed.",
        Some("The command in `fix`; neither key is touched.");
    POLICY_OPEN = "policy-open", Operators,
        "`failed`: the secret's policy has a statement that lets everybody in.",
        Some("Take it out.");
    POLICY_UNREADABLE = "policy-unreadable", Operators,
        "`failed`: the secret's policy cannot be read.",
        Some("Mend it.");
    SECRET_STALE = "secret-stale", Owner,
        "The secret hands out what is no key of its user's any more.",
        Some("Nothing but to know: the next rotation mends it.");
    TAG_LIMIT = "tag-limit", Operators,
        "No room for the tags on the user that this takes; AWS's own do not count.",
        Some("Remove some.");
    UNCLAIMED = "unclaimed", Owner,
        "A key is due and an [unclaimed](#an-unclaimed-key) one takes the other slot.",
        Some("Delete it, if nobody made it by hand.");
    OWNER_CHANGES = "owner-changes", Operators,
        "The user is given another owner again and again: four were told within 30 days, and the present one was not.",
        Some("Have its tags name one owner; with one who was told, the next run goes on.");
    UNUSED = "unused", Owner,
        "Nobody uses the key, and its owner knows the day it is switched off.",
        Some("Nothing, or use it.");
    NO_SLOT = "no-slot", Owner,
        "Its key is due and the other slot is taken by a key that is off.",
        Some("Delete that one.");
    NOT_TAKEN_OVER = "not-taken-over", Owner,
        "The old key is kept: nobody has [taken the new one over](#taken-over).",
        Some("Have its owner fetch the new one and use it.");
    OVERLAP = "overlap", Nobody,
        "The old key works until then.",
        None;
    IN_USE = "in-use", Owner,
        "The old key is held.",
        Some("Find who uses it: the item shows service and Region.");
    ROLLED_BACK = "rolled-back", Owner,
        "The old key was switched on again.",
        Some("Find out what needs it.");
    LEAKED_ACTIVE = "leaked-active", Operators,
        "A key that leaked was switched on again.",
        Some("Switch it off at once.");
    LEAKED_KEPT = "leaked-kept", Nobody,
        "A leaked key is off and kept.",
        Some("Delete it when the investigation is over.");
    RECOVERING = "recovering", Nobody,
        "The old key is off and will be deleted.",
        None;
    NO_CURRENT = "no-current", Operators,
        "The old key is off and kept: nothing proven is in its place.",
        Some("Delete it by hand if nobody needs it.");
    CURRENT_OFF = "current-off", Owner,
        "The key its secret hands out is off.",
        Some("Switch it on, or delete it.");
    ONLY_INACTIVE = "only-inactive", Owner,
        "All its keys are off.",
        Some("Delete them if nobody needs them.");
    TWO_KEYS = "two-keys", Owner,
        "A key is due and the other slot holds one that did not take its place.",
        Some("The owner gives one up.");
    NOT_PROVEN = "not-proven", Operators,
        "`deferred`: a stored key did not work within a minute. `failed`: it cannot be read back, and was used or is \
         handed out.",
        Some("The next run goes on; for the latter see `fix`.");
    NOT_ITS_OWN = "not-its-own", Operators,
        "`failed`: the stored key works and is somebody else's.",
        Some("Look into the secret by hand.");
    BEGUN_ANEW = "begun-anew", Nobody,
        "`changed`: a stored key could not be proven, was never used, and was deleted.",
        None;
    NO_READERS = "no-readers", Operators,
        "A warning of the run: nobody but a user itself may read its secret, so a user without a working key cannot \
         fetch the new one.",
        Some("Set `NIGHTSHIFT_SECRET_READERS`, or `nightshift:readers` on the users.");
    NO_CREDENTIAL_REPORT = "no-credential-report", Operators,
        "A warning of `nightshift keys list`: the credential report is not to be had, so its columns are empty.",
        Some("Run it again in some minutes, or allow the call that is named.");
    PATTERN_MATCHES_NOBODY = "pattern-matches-nobody", Operators,
        "A warning of the run: an exclusion excludes nobody.",
        Some("Check its spelling.");
    UNREADABLE_TAG = "unreadable-tag", Operators,
        "A warning of the run: the tag `nightshift:rotate-after-days` of these users is no number of days.",
        Some("Write a whole number.");
    POLICY_SID_TAKEN = "policy-sid-taken", Operators,
        "`failed`: the secret's policy has a statement that is called as one of this tool's and is another.",
        Some("Give it another Sid.");
}
