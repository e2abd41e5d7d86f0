//! What a run costs where nothing has changed: questions alone, as few as there are, however many users.

use std::collections::BTreeMap;

use nightshift_testkit::database::Cutter;
use serde_json::{Value, json};

use crate::world::{airflow, any, with_mode};
use crate::{FUNCTION, ids};

/// `SSLRequest`, the two halves of TLS, and the two of a password.
const A_LOGIN: usize = 5;

#[tokio::test]
async fn an_unchanged_world_is_asked_eleven_questions_in_three_round_trips() -> anyhow::Result<()> {
    let world = any().await?;
    let cutter = Cutter::start(world.server.address())?;
    let address = cutter.address.to_string();
    let mut function = world.start(FUNCTION, &[("NIGHTSHIFT_DB_ADDRESS", &address)])?;
    let event = with_mode(airflow(), "apply");
    function.invoke(&event).await?.report();

    cutter.reset();
    let before = world.server.log()?.len();
    let report = function.invoke(&event).await?.report();
    assert_eq!(ids(&report, "already_right").len(), 3, "{report:#}");
    let log = world.server.log()?.split_off(before);
    let statements: Vec<_> = log
        .lines()
        .filter_map(|line| {
            line.split_once("LOG:  statement: ").or_else(|| line.split_once("LOG:  execute <unnamed>: "))
        })
        .map(|(_, statement)| statement)
        .collect();
    // The lock; then each question in a transaction of its own that is read only.
    let (lock, questions) = statements.split_first().expect("the lock");
    assert!(lock.contains("pg_advisory_lock"), "{statements:#?}");
    assert_eq!(questions.len(), 10 * 3, "{statements:#?}");
    for question in questions.chunks(3) {
        let asks = matches!(question, ["BEGIN READ ONLY", asks, "COMMIT"] if asks.starts_with("SELECT "));
        assert!(asks, "{statements:#?}");
    }
    // A login for the lock, one for the database, and one for each user.
    assert_eq!(cutter.round_trips(), 3 + (2 + 3) * A_LOGIN);
    let calls: BTreeMap<String, Value> = report["calls"].as_object().cloned().unwrap_or_default().into_iter().collect();
    let least = [
        // What RDS calls the server for good.
        ("rds:DescribeDBClusters", 1),
        // The master's secret, and how each user's stands and what is in it.
        ("secretsmanager:DescribeSecret", 3),
        ("secretsmanager:GetSecretValue", 4),
        ("sts:GetCallerIdentity", 1),
    ];
    assert_eq!(calls, least.into_iter().map(|(call, times)| (call.to_owned(), json!(times))).collect());
    Ok(())
}
