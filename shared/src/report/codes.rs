//! Reasons that every job can give.

super::code::reason_codes! {
    GONE = "gone", Nobody, "`already_right`: it was gone when its turn came.", None;
    CHANGED_SINCE_PLAN = "changed-since-plan", Nobody,
        "It is no longer what was planned for: somebody changed it between the plan and its turn. Nothing was done to it.",
        Some("Nothing; the next run decides anew.");
    NOT_TOLD = "not-told", Operators,
        "Its owner could not be told: no channel is configured, or each said no. What must not happen untold did not happen. \
         `changed`: what was done stands, and only the message is missing.",
        Some("As the message says; mostly verify the sender in SES, or allow `ses:SendEmail`. The next run tries again.");
    NOT_READY = "not-ready", Nobody,
        "`deferred`: AWS refused because of its state, or that of something that belongs to it.",
        Some("Nothing; if it stays, look at its status and events.");
    THROTTLED = "throttled", Operators,
        "`deferred`: AWS throttles the account's calls, whoever makes them, and six attempts were not enough.",
        Some("The next run goes on; lower `NIGHTSHIFT_CONCURRENCY` if it stays.");
    ACCESS_DENIED = "access-denied", Operators,
        "`failed`: the role may not, or its credentials were not accepted. The message names the action.",
        Some("Allow it in the role, or in the service control policies above it.");
    DENIED_BY_SCP = "denied-by-scp", Operators,
        "`failed`: a policy of the organisation denies it in the whole account or Region, whatever the role allows. A run through \
         the organisation counts it as `skipped`, unless `NIGHTSHIFT_FLEET_FAILURES` names it.",
        Some("Take the Region or the account out of the selection, or change the service control policy.");
    REGION_OFF = "region-off", Operators,
        "`failed`: the account has not turned the Region on. A run through the organisation counts it as `skipped`, unless \
         `NIGHTSHIFT_FLEET_FAILURES` names it.",
        Some("Take the Region out of the list, or turn it on in the account.");
    NO_ANSWER = "no-answer", Operators,
        "`failed`: no answer, or status 5xx, whatever its code; the call may have been carried out or not.",
        Some("Nothing; the next run looks and goes on. If it stays, check the network path.");
    REFUSED = "refused", Operators,
        "`failed`: AWS refused for another reason, such as a quota or a key.",
        Some("Read the message, which is AWS's own.");
    CAP = "cap", Operators,
        "`planned` or `deferred`: more of its kind than a cap allows are planned, so none was begun.",
        Some("Review the plan and apply exactly it by its digest, or raise the cap.");
    BACKLOG = "backlog", Nobody,
        "`deferred`: more of its kind are due than one run does; the oldest go first.",
        Some("Nothing; a later run does it.");
    DEADLINE = "deadline", Nobody,
        "`deferred`: too little time was left before the function's timeout. `changed`: part of it was done, and no time was \
         left for the rest.",
        Some("Nothing; the next run goes on. Raise the timeout if it repeats.");
    INTERRUPTED = "interrupted", Nobody,
        "`deferred`: the command was asked to stop before it was begun.",
        Some("Run the same command again.");
    UNACCOUNTED = "unaccounted", Operators,
        "`failed`: it was to be done, and the run did not say how it ended: a fault of Nightshift.",
        Some("See in the log of the run what was begun; report it.");
    NOT_SENT = "not-sent", Operators,
        "Of a message, in `notices`: its channel did not take it.",
        Some("Read the message, which is the channel's own.");
    CLOCK_APART = "clock-apart", Operators,
        "A warning of the run: this machine's clock and AWS's differ. In apply mode a fault.",
        Some("Set the machine's clock.");
    CLOCK_UNKNOWN = "clock-unknown", Operators,
        "A warning of the run: AWS's answer has no date to compare the clock with. In apply mode a fault.",
        Some("Let the `Date` header through.");
    REPORT_CUT = "report-cut", Nobody,
        "A warning of the run: the report is longer than Lambda answers, and items were left out of the answer.",
        Some("Read the whole in the report bucket or the log.");
}
