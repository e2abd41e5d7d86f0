//! What a table holds, as it is now: reads are consistent.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};

use super::{Row, convert, object};
use crate::clock;
use crate::services::aws::{Aws, AwsError};

/// Keys in one question, as AWS takes them.
const KEYS: usize = 100;
/// Answers that leave some of what was asked for later.
pub(super) const TRIES: u32 = 8;
const PAUSE: Duration = Duration::from_millis(50);

/// One table.
#[derive(Debug)]
pub struct TableReader<'a> {
    client: Client,
    table: &'a str,
}

impl<'a> TableReader<'a> {
    /// The table of this name.
    pub fn new(aws: &Aws, table: &'a str) -> Self {
        Self { client: aws.dynamodb(), table }
    }

    /// Every item, all pages.
    pub async fn all(&self) -> Result<Vec<Row>, AwsError> {
        const SCAN: &str = "dynamodb:Scan";
        let mut pages = self.client.scan().table_name(self.table).consistent_read(true).into_paginator().send();
        let mut rows = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::of(SCAN, object(self.table), error))?;
            rows.extend(page.items.unwrap_or_default().into_iter().map(convert::row));
        }
        Ok(rows)
    }

    /// Those of the items whose text `key` is one of `ids` that are there.
    pub async fn those(&self, key: &str, ids: &[&str]) -> Result<Vec<Row>, AwsError> {
        let mut rows = Vec::new();
        for ids in ids.chunks(KEYS) {
            rows.extend(self.chunk(key, ids).await?);
        }
        Ok(rows)
    }

    async fn chunk(&self, key: &str, ids: &[&str]) -> Result<Vec<Row>, AwsError> {
        const GET: &str = "dynamodb:BatchGetItem";
        let failed = |error| AwsError::of(GET, object(self.table), error);
        let mut open = Some(keys(key, ids));
        let (mut rows, mut tries) = (Vec::new(), 0);
        while let Some(asked) = open.take() {
            pause(tries).await;
            tries += 1;
            let answer = self.client.batch_get_item().request_items(self.table, asked).send().await;
            let answer = answer.map_err(failed)?;
            let found = answer.responses.unwrap_or_default().into_values().flatten();
            rows.extend(found.map(convert::row));
            open = answer.unprocessed_keys.unwrap_or_default().into_values().next();
            if open.is_some() && tries == TRIES {
                return Err(AwsError::empty(
                    GET,
                    object(self.table),
                    "item for some of the keys, however often it was asked",
                ));
            }
        }
        Ok(rows)
    }
}

fn keys(key: &str, ids: &[&str]) -> KeysAndAttributes {
    let of = |id: &&str| [(key.to_owned(), AttributeValue::S((*id).to_owned()))].into_iter().collect();
    let keys = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(ids.iter().map(of).collect()));
    keys.build().unwrap_or_else(|_| unreachable!("it has keys"))
}

/// Longer each time: a table that takes less than it is given is throttled.
pub(super) async fn pause(tries: u32) {
    if tries > 0 {
        clock::sleep(PAUSE * 2_u32.pow(tries.min(6))).await;
    }
}
