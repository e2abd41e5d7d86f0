//! Puts items and removes them.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};

use super::reader::{TRIES, pause};
use super::{Row, convert, object};
use crate::services::Permit;
use crate::services::aws::{Aws, AwsError};

/// One table, for writing.
///
/// ```compile_fail,E0061
/// # fn without_leave(aws: &nightshift::services::aws::Aws) {
/// nightshift::services::tables::TableWriter::new(aws, "accounts");
/// # }
/// ```
#[derive(Debug)]
pub struct TableWriter<'a> {
    client: Client,
    table: &'a str,
    _leave: &'a Permit,
}

impl<'a> TableWriter<'a> {
    /// The table of this name.
    pub fn new(aws: &Aws, table: &'a str, leave: &'a Permit) -> Self {
        Self { client: aws.dynamodb(), table, _leave: leave }
    }

    /// Puts at most [`super::BATCH`] items in the place of whatever bears their keys. What AWS leaves for later is put again.
    pub async fn put(&self, rows: &[Row]) -> Result<(), AwsError> {
        const PUT: &str = "dynamodb:BatchWriteItem";
        let request = |row: &Row| {
            let put = PutRequest::builder().set_item(Some(convert::item(row).collect())).build();
            WriteRequest::builder().set_put_request(put.ok()).build()
        };
        let (mut open, mut tries): (Vec<_>, u32) = (rows.iter().map(request).collect(), 0);
        while !open.is_empty() {
            pause(tries).await;
            tries += 1;
            let answer = self.client.batch_write_item().request_items(self.table, open).send().await;
            let answer = answer.map_err(|error| AwsError::of(PUT, object(self.table), error))?;
            open = answer.unprocessed_items.unwrap_or_default().into_values().flatten().collect();
            if !open.is_empty() && tries == TRIES {
                return Err(AwsError::empty(
                    PUT,
                    object(self.table),
                    "room for all of the items, however often they were put",
                ));
            }
        }
        Ok(())
    }

    /// Removes the item `id` by the text `key`, if its text `mark` is still `of`. Whether it was: one that is not is somebody
    /// else's by now, or gone.
    pub async fn remove(&self, (key, id): (&str, &str), (mark, of): (&str, &str)) -> Result<bool, AwsError> {
        const DELETE: &str = "dynamodb:DeleteItem";
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let call = self.client.delete_item().table_name(self.table).key(key, text(id));
        let call = call.condition_expression("#mark = :of").expression_attribute_names("#mark", mark);
        let answer = call.expression_attribute_values(":of", text(of)).send().await;
        match answer.map_err(|error| AwsError::of(DELETE, format!("item {id} of {}", object(self.table)), error)) {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(false),
            Err(error) => Err(error),
        }
    }
}
