//! Whether this is the only one at work on a server, and whether it is safe to hand a key to it. One session carries out at a time: a
//! lock that the server keeps as long as that session lasts, so also while a statement goes on whose client died.

use super::text;
use crate::domains::anonymise::begun::codes;
use crate::report::Reason;
use crate::services::sql::{MySession, PgSession, Session, SqlError};
use crate::text::{count, printable};

/// How sessions that carry out are called where a server keeps names of sessions.
pub const APPLICATION: &str = "nightshift-anon";

/// Any number will do, as long as every run has the same.
const LOCK: i64 = 7_956_003_944_967_206_260;

/// Keeps every other run out until this session ends; or says who is at work.
pub async fn lock(session: &Session) -> Result<Result<(), Reason>, SqlError> {
    let (is_ours, holder) = match session {
        Session::Postgres(session) => {
            let rows =
                session.read("whether a run goes on", &format!("SELECT pg_try_advisory_lock({LOCK})"), &[]).await?;
            let is_ours = rows.first().is_some_and(|row| row.get::<_, bool>(0));
            (is_ours, if is_ours { None } else { holder(session).await? })
        }
        Session::Mysql(session) => {
            let rows = session.read("whether a run goes on", "SELECT GET_LOCK('nightshift_anon', 0)").await?;
            let is_ours = rows.first().is_some_and(|row| text(row, 0) == "1");
            (is_ours, if is_ours { None } else { holder_of_mysql(session).await? })
        }
    };
    if is_ours {
        return Ok(Ok(()));
    }
    let who = holder.unwrap_or_else(|| "it ended just now".to_owned());
    Ok(Err(Reason::listed(&codes::STILL_RUNNING, format!("another call is at work here: {who}"))))
}

async fn holder(session: &PgSession) -> Result<Option<String>, SqlError> {
    let query = format!(
        "SELECT l.pid::text, coalesce(a.application_name, ''), coalesce(a.state, 'unknown'), \
         coalesce(extract(epoch FROM now() - a.state_change)::int8, 0)::text \
         FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
         JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = current_database() \
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.pid <> pg_backend_pid() \
         AND ((l.classid::int8 << 32) | l.objid::int8) = {LOCK}"
    );
    let rows = session.read("who carries a plan out", &query, &[]).await?;
    Ok(rows.first().map(|row| {
        let [pid, name, state, since]: [String; 4] = [row.get(0), row.get(1), row.get(2), row.get(3)];
        let what = name.strip_prefix(APPLICATION).map_or(name.as_str(), |step| step.trim_start_matches(':'));
        let idle = if state.starts_with("idle") {
            format!("; if nobody waits for it, end it: SELECT pg_terminate_backend({pid})")
        } else {
            String::new()
        };
        format!("session {pid} ({}), {state} for {since} seconds{idle}", printable(what))
    }))
}

async fn holder_of_mysql(session: &MySession) -> Result<Option<String>, SqlError> {
    let query =
        "SELECT ID, COMMAND, TIME FROM information_schema.PROCESSLIST WHERE ID = IS_USED_LOCK('nightshift_anon')";
    let rows = session.read("who carries a plan out", query).await?;
    Ok(rows.first().map(|row| {
        let (id, command, since) = (text(row, 0), text(row, 1), text(row, 2));
        let idle =
            if command == "Sleep" { format!("; if nobody waits for it, end it: KILL {id}") } else { String::new() };
        format!("session {id}, {command} for {since} seconds{idle}")
    }))
}

/// Who else is there: every session but this one, and replication. A copy in quarantine has none.
pub async fn others(session: &Session) -> Result<Vec<Reason>, SqlError> {
    match session {
        Session::Postgres(session) => others_on_postgres(session).await,
        Session::Mysql(session) => others_on_mysql(session).await,
    }
}

async fn others_on_postgres(session: &PgSession) -> Result<Vec<Reason>, SqlError> {
    // Of others' sessions a plain user sees these columns, and not what kind they are. RDS's own user is nobody's.
    let query = "SELECT a.usename::text, coalesce(a.application_name, ''), count(*) FROM pg_catalog.pg_stat_activity a \
                 WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.usename IS NOT NULL \
                 AND a.usename <> 'rdsadmin' AND coalesce(a.backend_type, 'client backend') = 'client backend' GROUP BY 1, 2 ORDER BY 1, 2";
    let rows = session.read("who else is connected", query, &[]).await?;
    let all = rows.iter().map(|row| {
        let (user, name, number): (String, String, i64) = (row.get(0), row.get(1), row.get(2));
        let name = if name.is_empty() { String::new() } else { format!(" ({})", printable(&name)) };
        format!("{} of {}{name}", count(usize::try_from(number).unwrap_or_default(), "session"), printable(&user))
    });
    let all: Vec<_> = all.collect();
    let query = "SELECT (SELECT count(*) FROM pg_catalog.pg_stat_replication), pg_is_in_recovery()";
    let rows = session.read("who gets its changes", query, &[]).await?;
    let (followers, follows) = rows.first().map_or((0, false), |row| (row.get::<_, i64>(0), row.get(1)));
    Ok(judge(&all, usize::try_from(followers).unwrap_or_default(), follows))
}

async fn others_on_mysql(session: &MySession) -> Result<Vec<Reason>, SqlError> {
    let query = "SELECT COUNT(*) FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'PROCESS'";
    let sees = session.read("the right to see sessions", query).await?;
    if sees.first().is_none_or(|row| text(row, 0) == "0") {
        let message = "without the right PROCESS it cannot be seen whether anybody else is connected";
        return Ok(vec![Reason::listed(&codes::IN_USE, message)]);
    }
    let query = "SELECT USER, COUNT(*) FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND COMMAND <> 'Daemon' \
                 AND USER NOT IN ('event_scheduler', 'rdsadmin') GROUP BY USER ORDER BY USER";
    let rows = session.read("who else is connected", query).await?;
    // What a replica applies runs as nobody.
    let (replica, all): (Vec<_>, Vec<_>) = rows.iter().partition(|row| text(row, 0) == "system user");
    let all = all.iter().map(|row| {
        let number = text(row, 1).parse().unwrap_or(1);
        format!("{} of {}", count(number, "session"), printable(&text(row, 0)))
    });
    Ok(judge(&all.collect::<Vec<_>>(), 0, !replica.is_empty()))
}

/// Why nothing is begun: sessions of others, servers that get its changes, or one that it gets its own from.
fn judge(sessions: &[String], followers: usize, follows: bool) -> Vec<Reason> {
    let used = || Reason::listed(&codes::IN_USE, format!("somebody else is connected: {}", sessions.join(", ")));
    let used = (!sessions.is_empty()).then(used);
    let replicated =
        (followers > 0 || follows).then(|| Reason::listed(&codes::REPLICATED, replicated(followers, follows)));
    used.into_iter().chain(replicated).collect()
}

fn replicated(followers: usize, follows: bool) -> String {
    if follows {
        return "it gets its changes from another server".to_owned();
    }
    format!(
        "{} its changes",
        if followers == 1 { "a server gets".to_owned() } else { format!("{followers} servers get") }
    )
}

/// The schemas that `pg_stat_statements` is in.
pub async fn statements(session: &Session) -> Result<Vec<String>, SqlError> {
    let Session::Postgres(session) = session else { return Ok(Vec::new()) };
    let query = "SELECT n.nspname::text FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace \
                 WHERE e.extname = 'pg_stat_statements'";
    let rows = session.read("where statements are kept", query, &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// What would write the key of a run into a log.
pub async fn logs(session: &Session) -> Result<Option<Reason>, SqlError> {
    let logs = match session {
        Session::Postgres(session) => logs_of_postgres(session).await?,
        Session::Mysql(session) => logs_of_mysql(session).await?,
    };
    let message = || format!("the server's log would hold the key of the run: {}", logs.join(", "));
    Ok((!logs.is_empty()).then(|| Reason::listed(&codes::KEY_LOGGED, message())))
}

async fn logs_of_postgres(session: &PgSession) -> Result<Vec<String>, SqlError> {
    let query = "SELECT s.name || ' = ' || s.setting FROM pg_catalog.pg_settings s WHERE \
                 (s.name = 'log_statement' AND s.setting = 'all' \
                 OR s.name IN ('log_min_duration_statement', 'log_min_duration_sample') AND s.setting <> '-1' \
                 OR s.name = 'log_transaction_sample_rate' AND s.setting::float8 > 0) \
                 AND EXISTS (SELECT 1 FROM pg_catalog.pg_settings p WHERE p.name = 'log_parameter_max_length' AND p.setting <> '0') \
                 OR s.name = 'pgaudit.log_parameter' AND s.setting = 'on' \
                 OR s.name = 'auto_explain.log_min_duration' AND s.setting <> '-1' ORDER BY 1";
    let rows = session.read("what is logged", query, &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

async fn logs_of_mysql(session: &MySession) -> Result<Vec<String>, SqlError> {
    // What is slow is never so short.
    let query = "SELECT @@GLOBAL.general_log, @@GLOBAL.slow_query_log AND @@GLOBAL.long_query_time = 0, VERSION()";
    let rows = session.read("what is logged", query).await?;
    let row = rows.into_iter().next().unwrap_or_default();
    let catalog = if text(&row, 2).contains("MariaDB") { "information_schema" } else { "performance_schema" };
    let query = format!(
        "SELECT VARIABLE_VALUE FROM {catalog}.global_variables WHERE VARIABLE_NAME = 'server_audit_logging' AND VARIABLE_VALUE = 'ON'"
    );
    let audits = !session.read("what is audited", &query).await?.is_empty();
    let all = [
        (text(&row, 0) != "0", "general_log = 1"),
        (text(&row, 1) != "0", "slow_query_log = 1 with long_query_time = 0"),
        (audits, "server_audit_logging = ON"),
    ];
    Ok(all.into_iter().filter(|(is_on, _)| *is_on).map(|(_, name)| name.to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_and_replication_are_each_a_reason() {
        let judged = |sessions: &[String], followers, follows| {
            let reasons = judge(sessions, followers, follows).into_iter();
            reasons.map(|reason| format!("{}: {}", reason.code, reason.message)).collect::<Vec<_>>()
        };
        assert_eq!(judged(&[], 0, false), Vec::<String>::new());
        let one = ["1 session of ana".to_owned()];
        assert_eq!(
            judged(&one, 1, false),
            ["in-use: somebody else is connected: 1 session of ana", "replicated: a server gets its changes"]
        );
        assert_eq!(judged(&[], 2, false), ["replicated: 2 servers get its changes"]);
        assert_eq!(judged(&[], 0, true), ["replicated: it gets its changes from another server"]);
    }
}
