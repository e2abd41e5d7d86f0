//! Amazon S3: where reports are kept.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;

use super::RecordPermit;
use super::aws::{Aws, AwsError, done, within};

/// Where a run keeps its record.
///
/// ```compile_fail,E0061
/// # fn without_leave(aws: &nightshift::services::aws::Aws) {
/// nightshift::services::s3::RecordStore::new(aws, "bucket");
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct RecordStore<'a> {
    aws: &'a Aws,
    bucket: &'a str,
    _leave: &'a RecordPermit,
}

impl<'a> RecordStore<'a> {
    /// The bucket named for it.
    pub fn new(aws: &'a Aws, bucket: &'a str, leave: &'a RecordPermit) -> Self {
        Self { aws, bucket, _leave: leave }
    }

    /// Writes `body` as the JSON object `key`, within `time`, retries included.
    pub async fn put_json(&self, key: &str, body: Vec<u8>, time: Duration) -> Result<(), AwsError> {
        self.put(key, (body, "application/json"), time).await
    }

    /// The same of what is of another type.
    pub async fn put(&self, key: &str, (body, kind): (Vec<u8>, &str), time: Duration) -> Result<(), AwsError> {
        let call = self.aws.s3().put_object().bucket(self.bucket).key(key).content_type(kind);
        let soon = aws_sdk_s3::config::Builder::new().timeout_config(within(time));
        let answer = call.body(ByteStream::from(body)).customize().config_override(soon).send().await;
        done(answer, "s3:PutObject", format!("s3://{}/{key}", self.bucket))
    }

    /// The same where the object is still that of `tag`, or not there yet where that is `None`. Whether it was: somebody else may
    /// have written meanwhile.
    pub async fn put_json_over(&self, key: &str, body: Vec<u8>, tag: Option<&str>) -> Result<bool, AwsError> {
        let call = self.aws.s3().put_object().bucket(self.bucket).key(key).content_type("application/json");
        let call = match tag {
            Some(tag) => call.if_match(tag),
            None => call.if_none_match("*"),
        };
        let answer = call.body(ByteStream::from(body)).send().await;
        match done(answer, "s3:PutObject", format!("s3://{}/{key}", self.bucket)) {
            Err(error) if error.code().is_some_and(|code| MOVED.contains(&code)) => Ok(false),
            answer => answer.map(|()| true),
        }
    }
}

/// What S3 says where the object is another by now, or is being written.
const MOVED: [&str; 2] = ["PreconditionFailed", "ConditionalRequestConflict"];

/// Where the records of earlier runs are read from.
#[derive(Debug, Clone, Copy)]
pub struct RecordReader<'a> {
    aws: &'a Aws,
    bucket: &'a str,
}

impl<'a> RecordReader<'a> {
    /// The bucket of this name.
    pub fn new(aws: &'a Aws, bucket: &'a str) -> Self {
        Self { aws, bucket }
    }

    /// The key of every object under `prefix`, in the order of their names.
    pub async fn keys(&self, prefix: &str) -> Result<Vec<String>, AwsError> {
        const LIST: &str = "s3:ListBucket";
        let mut pages = self.aws.s3().list_objects_v2().bucket(self.bucket).prefix(prefix).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::of(LIST, format!("s3://{}/{prefix}", self.bucket), error))?;
            keys.extend(page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key));
        }
        Ok(keys)
    }

    /// What the object `key` holds, and its tag; `None` where there is none.
    pub async fn find(&self, key: &str) -> Result<Option<(Vec<u8>, String)>, AwsError> {
        const GET: &str = "s3:GetObject";
        let object = format!("s3://{}/{key}", self.bucket);
        let answer = self.aws.s3().get_object().bucket(self.bucket).key(key).send().await;
        let answer = match answer.map_err(|error| AwsError::of(GET, object.clone(), error)) {
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            answer => answer?,
        };
        let tag = answer.e_tag.clone().ok_or_else(|| AwsError::empty(GET, object.clone(), "ETag"))?;
        let body = answer.body.collect().await.map_err(|_| AwsError::empty(GET, object, "whole body"))?;
        Ok(Some((body.to_vec(), tag)))
    }

    /// What the object `key` holds.
    pub async fn get(&self, key: &str) -> Result<Vec<u8>, AwsError> {
        const GET: &str = "s3:GetObject";
        let object = format!("s3://{}/{key}", self.bucket);
        let answer = self.aws.s3().get_object().bucket(self.bucket).key(key).send().await;
        let answer = answer.map_err(|error| AwsError::of(GET, object.clone(), error))?;
        let body = answer.body.collect().await.map_err(|_| AwsError::empty(GET, object, "whole body"))?;
        Ok(body.to_vec())
    }
}
