//! Carries out what a plan says: letters, and items of the table.

use jiff::Timestamp;
use serde_json::json;

use super::codes;
use super::letter;
use super::model::Reading;
use super::observe::TOLD;
use super::policy::Place;
use crate::domains::organization::{Diff, KEY, OURS, READ_AT, Row, key_of, same};
use crate::notify::Notifier;
use crate::report::{self, Outcome, Reason};
use crate::run::Done;
use crate::services::aws::AwsError;
use crate::services::s3::RecordStore;
use crate::services::tables::{TableReader, TableWriter};

/// Tells the operators, and notes that they know. In this order: who dies between tells them again.
pub(super) async fn tell(
    reading: &Reading,
    diff: Option<&Diff>,
    notifier: Option<&Notifier<'_>>,
    store: RecordStore<'_>,
    place: &Place,
) -> Done {
    let Some(notifier) = notifier else { return Done::moved("there is nobody to tell any more") };
    let letter = letter::letter(&reading.now, diff, notifier.policy().language);
    let about = [reading.now.organization.id.clone()];
    let whom = match notifier.tell_owner(&letter, &[], &about).await {
        Ok(whom) => whom,
        Err(reason) => return Done::left(Outcome::Deferred, reason),
    };
    let mut steps = vec![format!("told {whom}")];
    let key = format!("{}{TOLD}", place.prefix);
    let tag = reading.told.as_ref().map(|(_, tag)| tag.as_str());
    let body = serde_json::to_vec(&reading.now).unwrap_or_default();
    match store.put_json_over(&key, body, tag).await {
        Ok(true) => steps.push("noted what they know".to_owned()),
        Ok(false) => steps.push("another run noted what they know".to_owned()),
        Err(error) => return Done::stopped_by(&error, steps),
    }
    Done::changed(steps)
}

/// Puts a batch, after a fresh look at what stands there, and looks whether it is there then.
pub(super) async fn put(
    rows: &[Row],
    reader: &TableReader<'_>,
    writer: &TableWriter<'_>,
    organization: &str,
    read_at: Timestamp,
) -> Done {
    let keys: Vec<_> = rows.iter().map(key_of).collect();
    let free = match reader.those(KEY, &keys).await {
        Ok(there) => free(rows, &there, organization, read_at),
        Err(error) => return Done::stopped_by(&error, Vec::new()),
    };
    if free.is_empty() {
        return Done::moved("a later run, or somebody else, wrote all of these meanwhile");
    }
    let stamped: Vec<Row> = free.iter().map(|row| stamped(row, read_at)).collect();
    if let Err(error) = writer.put(&stamped).await {
        return Done::stopped_by(&error, Vec::new());
    }
    let steps = vec![format!("put {} items", stamped.len())];
    match unwritten(&stamped, &keys, reader, read_at).await {
        Err(error) => Done::stopped_by(&error, steps),
        Ok(lost) if lost.is_empty() => Done::changed(steps),
        Ok(lost) => {
            let said = format!("the table does not hold what was written of {}", lost.join(", "));
            Done::failed(
                steps,
                Reason::new(
                    &codes::NOT_AS_WRITTEN,
                    said,
                    "see who else writes to the table; the next run writes them again",
                ),
            )
        }
    }
}

/// Those of `rows` in whose place nothing stands that is somebody else's, or of a later reading.
fn free<'a>(rows: &'a [Row], there: &[Row], organization: &str, read_at: Timestamp) -> Vec<&'a Row> {
    let is_free = |row: &&Row| {
        let found = there.iter().find(|found| key_of(found) == key_of(row));
        found.is_none_or(|found| is_ours(found, organization) && !is_later(found, read_at))
    };
    rows.iter().filter(is_free).collect()
}

fn is_ours(row: &Row, organization: &str) -> bool {
    row.get(OURS).and_then(|mark| mark.as_str()) == Some(organization)
}

fn is_later(row: &Row, read_at: Timestamp) -> bool {
    let at = row.get(READ_AT).and_then(|at| at.as_str()).and_then(|at| at.parse::<Timestamp>().ok());
    at.is_some_and(|at| at > read_at)
}

fn stamped(row: &Row, read_at: Timestamp) -> Row {
    let mut row = row.clone();
    row.insert(READ_AT.to_owned(), json!(read_at));
    row
}

/// The ids of what the table does not hold, nor something later.
async fn unwritten(
    rows: &[Row],
    keys: &[&str],
    reader: &TableReader<'_>,
    read_at: Timestamp,
) -> Result<Vec<String>, AwsError> {
    let there = reader.those(KEY, keys).await?;
    let holds = |row: &&Row| {
        let found = there.iter().find(|found| key_of(found) == key_of(row));
        found.is_some_and(|found| same(found, row) || is_later(found, read_at))
    };
    Ok(rows.iter().filter(|row| !holds(row)).map(|row| key_of(row).to_owned()).collect())
}

/// Removes the item of an account that is gone, if it is still ours.
pub(super) async fn remove(id: &str, writer: &TableWriter<'_>, organization: &str) -> Done {
    match writer.remove((KEY, id), (OURS, organization)).await {
        Ok(true) => Done::changed(vec![format!("removed account {id}")]),
        Ok(false) => {
            Done::already(&report::codes::GONE, "it was gone, or somebody else's, when its turn came", Vec::new())
        }
        Err(error) => Done::stopped_by(&error, Vec::new()),
    }
}

#[cfg(test)]
mod tests;
