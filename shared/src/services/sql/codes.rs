//! The reasons a database server's answer can be.

crate::report::reason_codes! {
    LOGIN_REFUSED = "login-refused", Operators,
        "`failed`: the server refuses what was just set.",
        Some("See whether somebody else sets it, too, or it has run out (`VALID UNTIL`).");
    SQL_DENIED = "sql-denied", Operators,
        "`failed`: the server does not allow it; its code and message are there.",
        Some("Give the master that right.");
    SQL_BUSY = "sql-busy", Nobody,
        "`deferred`: another session held it for too long, five times.",
        Some("Run it again.");
    SQL_IN_USE = "sql-in-use", Operators,
        "`failed`: something depends on it.",
        Some("As the server's message says.");
    SQL_WARNING = "sql-warning", Operators,
        "`failed`: a statement did not do what it was to do; nothing was kept.",
        Some("Grant it as the owner.");
    SQL_READ_ONLY = "sql-read-only", Operators,
        "`failed`: the server takes no writes: it has failed over meanwhile.",
        Some("Run it again.");
    SQL_NO_ANSWER = "sql-no-answer", Operators,
        "`failed`: no way to the server, or it went silent.",
        Some("Security groups, routes, port.");
    SQL_NO_NAME = "sql-no-name", Operators,
        "`failed`: the server's name leads nowhere.",
        Some("The host's name, and the name servers of the network.");
    SQL_TLS = "sql-tls", Operators,
        "`failed`: the server takes no TLS, or does not prove that it bears this name. Nothing was sent to it.",
        Some("Its certificate; `tls_server_name` where that bears another name.");
    SQL_FULL = "sql-full", Operators,
        "`failed`: the server takes no more sessions.",
        Some("End sessions that nobody needs, or raise `max_connections`.");
    SQL_REFUSED = "sql-refused", Operators,
        "`failed`: anything else; nothing of this user's transaction was kept.",
        Some("As the server's message says.");
}
