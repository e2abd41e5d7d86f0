//! Whether this is the only one at work on a server, and whether it is safe to hand a key to it. One session carries out at a time: a
//! lock that the server keeps as long as that session lasts, so also while a statement goes on whose client died.

use std::time::Duration;

use super::text;
use crate::clock;
use crate::domains::anonymise::begun::codes;
use crate::report::Reason;
use crate::servers::catalog;
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

/// How far around it is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// The database: what else a server of `PostgreSQL` has may be others' to work with.
    Database,
    /// The server: a clone hands over all of it.
    Server,
}

/// Who else is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Others {
    /// Sessions of the login that asks, which may be on their way out.
    pub own: Vec<String>,
    /// What bars.
    pub reasons: Vec<Reason>,
}

/// Who else is there: every session but this one, transactions without one, and replication. A copy in quarantine has none.
pub async fn others(session: &Session, around: Around) -> Result<Others, SqlError> {
    match session {
        Session::Postgres(session) => others_on_postgres(session, around).await,
        Session::Mysql(session) => others_on_mysql(session).await,
    }
}

impl Others {
    /// Every reason, `own` sessions counted.
    pub fn all(mut self) -> Vec<Reason> {
        self.reasons.extend(connected(&self.own));
        self.reasons
    }

    fn judged(sessions: Vec<(bool, String)>, followers: usize, follows: bool) -> Self {
        let (own, others): (Vec<_>, Vec<_>) = sessions.into_iter().partition(|(is_own, _)| *is_own);
        let said = |all: Vec<(bool, String)>| all.into_iter().map(|(_, who)| who).collect::<Vec<_>>();
        let replicated =
            (followers > 0 || follows).then(|| Reason::listed(&codes::REPLICATED, replicated(followers, follows)));
        Self { own: said(own), reasons: connected(&said(others)).into_iter().chain(replicated).collect() }
    }
}

async fn others_on_postgres(session: &PgSession, around: Around) -> Result<Others, SqlError> {
    let place = match around {
        Around::Database => "a.datname = current_database()",
        Around::Server => "a.datname IS NOT NULL",
    };
    // Whatever has a user works for one, also in the background; of others' sessions a plain user sees these columns and no more. Workers
    // of this session are its own, and RDS's own user is nobody.
    let query = format!(
        "SELECT coalesce(a.usename = current_user, false), a.pid::text, coalesce(a.usename::text, 'a role that is gone'), \
         coalesce(a.application_name, ''), coalesce(host(a.client_addr), ''), a.datname::text \
         FROM pg_catalog.pg_stat_activity a WHERE {place} AND a.pid <> pg_backend_pid() \
         AND a.leader_pid IS DISTINCT FROM pg_backend_pid() AND a.usesysid IS NOT NULL \
         AND coalesce(a.usename, '') <> 'rdsadmin' ORDER BY a.pid"
    );
    let rows = session.read("who else is connected", &query, &[]).await?;
    let all = rows.iter().map(|row| {
        let [pid, user, name, from, database]: [String; 5] = [1, 2, 3, 4, 5].map(|at| row.get(at));
        let name = if name.is_empty() { String::new() } else { format!(" ({})", printable(&name)) };
        let from = if from.is_empty() { String::new() } else { format!(" from {from}") };
        (row.get(0), format!("session {pid} of {}{name}{from} in {}", printable(&user), printable(&database)))
    });
    let all = all.collect();
    let query = "SELECT (SELECT count(*) FROM pg_catalog.pg_stat_replication), pg_is_in_recovery()";
    let rows = session.read("who gets its changes", query, &[]).await?;
    let (followers, follows) = rows.first().map_or((0, false), |row| (row.get::<_, i64>(0), row.get(1)));
    Ok(Others::judged(all, usize::try_from(followers).unwrap_or_default(), follows))
}

async fn others_on_mysql(session: &MySession) -> Result<Others, SqlError> {
    if !catalog::sees_sessions(session).await? {
        let message = "without the right PROCESS it cannot be seen whether anybody else is connected";
        return Ok(Others { own: Vec::new(), reasons: vec![Reason::listed(&codes::SESSIONS_UNSEEN, message)] });
    }
    // The event scheduler is a daemon; what it runs has the user of its event.
    let query = "SELECT USER = SUBSTRING_INDEX(USER(), '@', 1), ID, USER, HOST, COALESCE(DB, '') FROM information_schema.PROCESSLIST \
                 WHERE ID <> CONNECTION_ID() AND COMMAND <> 'Daemon' AND BINARY USER <> 'rdsadmin' ORDER BY ID";
    let rows = session.read("who else is connected", query).await?;
    // What a replica applies runs as nobody.
    let (replica, all): (Vec<_>, Vec<_>) = rows.iter().partition(|row| text(row, 2) == "system user");
    let all = all.iter().map(|row| {
        let [id, user, from, database] = [1, 2, 3, 4].map(|at| printable(&text(row, at)));
        let database = if database.is_empty() { String::new() } else { format!(" in {database}") };
        (text(row, 0) == "1", format!("session {id} of {user} from {from}{database}"))
    });
    let mut others = Others::judged(all.collect(), 0, !replica.is_empty());
    // A prepared transaction keeps its rows, though nobody sees them, and outlives its session and the server. The table of
    // transactions is as it was when it was read within the last tenth of a second (`CACHE_MIN_IDLE_TIME_NS` in trx0i_s.cc).
    clock::sleep(CACHED).await;
    let query =
        "SELECT TRX_ID, TRX_STARTED FROM information_schema.INNODB_TRX WHERE TRX_MYSQL_THREAD_ID = 0 ORDER BY TRX_ID";
    let rows = session.read("transactions that no session holds", query).await?;
    let unended: Vec<_> = rows.iter().map(|row| format!("{} of {}", text(row, 0), text(row, 1))).collect();
    if !unended.is_empty() {
        let message = format!("{} without a session: {}", count(unended.len(), "transaction"), unended.join(", "));
        others.reasons.push(Reason::listed(&codes::UNENDED, message));
    }
    Ok(others)
}

/// More than the server keeps its list of transactions for whoever reads it again.
const CACHED: Duration = Duration::from_millis(150);
/// So many sessions are named.
const NAMED: usize = 5;

fn connected(sessions: &[String]) -> Option<Reason> {
    let named = sessions.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = sessions.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    (!sessions.is_empty()).then(|| Reason::listed(&codes::IN_USE, format!("somebody else is connected: {named}{more}")))
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
        let judged = |sessions: &[(bool, &str)], followers, follows| {
            let sessions = sessions.iter().map(|(is_own, who)| (*is_own, (*who).to_owned())).collect();
            Others::judged(sessions, followers, follows)
        };
        let said = |reasons: Vec<Reason>| {
            reasons.iter().map(|reason| format!("{}: {}", reason.code, reason.message)).collect::<Vec<_>>()
        };
        assert_eq!(judged(&[], 0, false), Others::default());
        let one = judged(&[(false, "session 7 of ana")], 1, false);
        let expected =
            ["in-use: somebody else is connected: session 7 of ana", "replicated: a server gets its changes"];
        assert_eq!(said(one.all()), expected);
        assert_eq!(said(judged(&[], 2, false).reasons), ["replicated: 2 servers get its changes"]);
        assert_eq!(said(judged(&[], 0, true).reasons), ["replicated: it gets its changes from another server"]);
        let own = judged(&[(true, "session 8 of master")], 0, false);
        assert_eq!(own.reasons, []);
        assert_eq!(said(own.all()), ["in-use: somebody else is connected: session 8 of master"]);
        let many = judged(&[(false, "s"); 7], 0, false);
        assert_eq!(said(many.all()), ["in-use: somebody else is connected: s, s, s, s, s and 2 more"]);
    }
}
