//! The run's bucket, in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use serde_json::{Value, json};

/// See the module. Copies are of the same bucket.
#[derive(Debug, Clone, Default)]
pub(super) struct Store(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Store {
    pub(super) fn put(&self, key: &str, body: Vec<u8>) {
        self.with(|all| all.insert(key.to_owned(), body));
    }

    pub(super) fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.with(|all| all.get(key).cloned())
    }

    /// Sorted.
    pub(super) fn keys(&self, prefix: &str) -> Vec<String> {
        self.with(|all| all.keys().filter(|key| key.starts_with(prefix)).cloned().collect())
    }

    /// What `{"Key": …}` names.
    pub(super) fn read(&self, named: &Value) -> anyhow::Result<Vec<u8>> {
        let key = named["Key"].as_str().context("no key is named")?;
        self.get(key).with_context(|| format!("there is no {key}"))
    }

    pub(super) fn json(&self, key: &str) -> anyhow::Result<Value> {
        Ok(serde_json::from_slice(&self.read(&json!({ "Key": key }))?)?)
    }

    /// The files of a map's results and their manifest, as the developer guide shows them (`ResultWriter`).
    pub(super) fn write_results(&self, into: &Value, label: &str, records: &[Value]) -> anyhow::Result<Value> {
        let (bucket, prefix) = (&into["Bucket"], into["Prefix"].as_str().context("results without a prefix")?);
        let folder = format!("{prefix}/{label}-0b6f7f4e");
        let mut files = json!({ "FAILED": [], "PENDING": [], "SUCCEEDED": [] });
        for status in ["FAILED", "SUCCEEDED"] {
            let of: Vec<_> = records.iter().filter(|record| record["Status"] == status).collect();
            if !of.is_empty() {
                let (key, body) = (format!("{folder}/{status}_0.json"), serde_json::to_vec(&of)?);
                files[status] = json!([{ "Key": key, "Size": body.len() }]);
                self.put(&key, body);
            }
        }
        let key = format!("{folder}/manifest.json");
        let manifest = json!({ "DestinationBucket": bucket, "MapRunArn": "arn", "ResultFiles": files });
        self.put(&key, serde_json::to_vec(&manifest)?);
        Ok(json!({ "ResultWriterDetails": { "Bucket": bucket, "Key": key } }))
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, Vec<u8>>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
