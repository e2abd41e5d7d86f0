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
    MANAGEMENT = "management-account", Nobody,
        "`skipped`: it is the management account, where no service control policy holds.",
        Some("Set `NIGHTSHIFT_FLEET_MANAGEMENT=include` if what is in it is meant, too.");
    TAGS_UNKNOWN = "tags-unknown", Operators,
        "`skipped`: the selection goes by tags, and those of this account were not read: nobody knows whether it is excluded.",
        Some("Allow `organizations:ListTagsForResource` where the snapshot is made.");
    NO_SUCH_ACCOUNT = "no-such-account", Operators,
        "`skipped`: the selection names this id, or it failed in the run that is taken up, and the organisation has no such account: it has left, or another was meant.",
        Some("Take the id out of the selection, or correct it.");
    ROLE_MISSING = "role-missing", Operators,
        "`skipped`, or `failed` where `NIGHTSHIFT_FLEET_FAILURES` names it: STS does not give the account's role. It is not there, \
         or does not trust this worker with this external id; AWS says the same of all three.",
        Some("Roll the member roles out to the account, or take it out of the selection.");
    OTHER_ACCOUNT = "other-account", Operators,
        "`failed`: the session was of another account than the one that was meant. Nothing was read.",
        Some("See in the worker's log which; report it.");
    NO_SUCH_POLICY = "no-such-policy", Operators,
        "`failed`: the selection gives the account a policy that its worker does not have. Nothing was read.",
        Some("Name the policy of the unit as it is deployed.");
    NOT_CARRIED_OUT = "not-carried-out", Operators,
        "`failed`: the run took place, and what must not be left undone was not done.",
        Some("As the message says.");
    REPORT_LOST = "report-not-kept", Operators,
        "The run ended as it is told here, and its report could not be written to the bucket.",
        Some("Read the worker's log, which has it line by line; let the worker write to the bucket.");
    REPORT_MISSING = "report-missing", Operators,
        "Beside how the account ended: a worker wrote down what it begins, and what came of that is in no report. It may have been done.",
        Some("Look whether each thing is still there; the worker's log has every step.");
    RUN_ENDED = "run-ended", Operators,
        "A warning of the run: Step Functions ended it before its end, as failed, timed out or stopped.",
        Some("See to the accounts that failed, then `nightshift fleet redrive`.");
    NONE_LOOKED_AT = "no-account-looked-at", Operators,
        "A warning of the run: no account was looked at. Each was left alone, or there was none.",
        Some("See why each was left alone, or what the selection names.");
    OWNERS_UNREAD = "owners-not-read", Operators,
        "A warning of the run: reports of some accounts could not be read, so the list of whose things were changed lacks what is in them.",
        Some("Let the role that reports read the bucket, and have the report made again.");
    WORKER_FAILED = "worker-failed", Operators,
        "`failed`: the worker of this account ended with an error, was stopped or took too long. What it had begun, the next run finishes.",
        Some("`nightshift fleet redrive` tries it again; the message has the worker's own words.");
    NOT_REACHED = "not-reached", Operators,
        "`failed`: the run ended before this account's turn: too many others had failed, or somebody stopped it. Nothing was done in it.",
        Some("See to the accounts that failed, then `nightshift fleet redrive`.");
    UNHEARD = "not-heard-of", Operators,
        "`failed`: its worker was sent to change it, and the run ended before the worker answered. It goes on for up to 15 minutes after \
         that, so things may have been changed, or be changed yet.",
        Some("Wait 15 minutes and have the report made again; then `nightshift fleet redrive`.");
    ACCOUNT_PLAN_MOVED = "account-plan-moved", Operators,
        "`failed`: somebody agreed to a plan of this account, and by its turn the plan was another. Nothing was begun that is not of the plan they agreed to.",
        Some("`nightshift fleet redrive` plans it anew, within the caps; or review a new plan and apply that.");
    FLEET_CAP = "fleet-cap", Operators,
        "`planned`: all accounts together would have deleted more than one run may, so nothing was begun in any.",
        Some("Review the plan, then apply exactly it by its digest, or raise the cap that the message names.");
    CANARY_FAILED = "canary-failed", Operators,
        "`planned`: too many of the accounts that go first failed, so nothing was begun in the others.",
        Some("See to the accounts that failed; the next run begins anew.");
    CANARY_MUTE = "canary-showed-nothing", Operators,
        "`planned`: none of the accounts that go first was changed, so nothing has shown that the others may be. Nothing was begun in those.",
        Some("See why the accounts that go first were left as they are, or let others go first; the next run begins anew.");
    PLAN_MOVED = "fleet-plan-moved", Operators,
        "`planned`: the run was to apply a plan that was reviewed, and what all accounts together would do is another by now. Nothing was begun in any.",
        Some("Review the plan in the report of this run, and give its digest.");
    PLANNED_LONG_AGO = "planned-long-ago", Operators,
        "`planned`: the run was begun more than a day before its plans could be judged, as in a late redrive. Nothing was begun in any.",
        Some("Start a run anew: it plans anew.");
    JUDGED_LONG_AGO = "judged-long-ago", Operators,
        "`failed`: what this account may do was judged more than a day ago, as after a late redrive. Nothing was begun in it.",
        Some("Nothing: the next run plans and judges anew.");
}
