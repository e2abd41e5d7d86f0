//! The reasons `org-inventory` can give, with what each means and whose hand puts it right. `docs/org-inventory.md` is made from
//! this table.

crate::report::reason_codes! {
    CHANGE = "change", Nobody,
        "`already_right`: this is other than in the last snapshot; the message says how.",
        None;
    NOT_KEPT = "snapshot-not-kept", Operators,
        "`failed`: the snapshot could not be written to the bucket; the last one stands.",
        Some("See what S3 says; the next run reads all that was touched again.");
    SUPERSEDED = "superseded", Nobody,
        "`deferred`: other runs wrote a snapshot each time this one was about to.",
        Some("Nothing, at night; AWS sends an event again.");
    UNREADABLE = "snapshot-unreadable", Nobody,
        "What stands in the place of the last snapshot is none of this version; a whole reading takes its place.",
        None;
    INCOMPLETE = "incomplete", Operators,
        "`skipped`: a part of the organisation could not be read, and is `null` in the snapshot.",
        Some("Allow the call the message names; the next run reads everything.");
    NOT_OURS = "not-ours", Operators,
        "`skipped`: another item stands in the table where an account's should; it is left as it is.",
        Some("Give the function a table of its own, or remove the item.");
    TABLE_UNREAD = "table-unread", Operators,
        "`failed`: the table could not be read, so nothing was written to it.",
        Some("See what DynamoDB says; the next run tries again.");
    NOT_AS_WRITTEN = "not-as-written", Operators,
        "`failed`: items were written, and the table does not hold them.",
        Some("See who else writes to the table; the next run writes them again.");
}
