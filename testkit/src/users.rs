//! Builders of IAM users and keys of any age on the stand-in, and what became of them.

use std::collections::BTreeMap;

use anyhow::Context as _;
use aws_sdk_iam::types::Tag;
use jiff::{SignedDuration, Timestamp};
use nightshift::domains::keys::naming::placeholder_of;
use nightshift::domains::keys::tags::USER_ID;
use nightshift::jobs::key_rotation::store::PLACEHOLDER;
use serde_json::{Value, json};

use crate::scene::{REGION, Scene};

/// A key as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its id.
    pub id: String,
    /// Whether it works.
    pub active: bool,
}

impl Scene {
    /// IAM of this account, past the proxy.
    pub async fn iam(&self) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::new(&self.sdk_config(REGION).await)
    }

    /// Secrets Manager of this account, past the proxy.
    pub async fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.sdk_config(REGION).await)
    }

    /// Moves the stand-in's clock, so that what is made in this account from here on is made at `now` and after.
    pub async fn set_clock(&self, now: &str) -> anyhow::Result<()> {
        let now: Timestamp = now.parse()?;
        let offset = now.duration_since(nightshift::clock::now()).as_secs();
        self.control("clock", json!({ "offset_seconds": offset })).await.map(|_| ())
    }

    /// The names of all secrets.
    pub async fn secret_names(&self) -> anyhow::Result<Vec<String>> {
        let mut pages = self.secrets().await.list_secrets().into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            names.extend(page?.secret_list.unwrap_or_default().into_iter().filter_map(|secret| secret.name));
        }
        Ok(names)
    }

    /// Makes a user with these tags.
    pub async fn user(&self, name: &str, tags: &[(&str, &str)]) -> anyhow::Result<()> {
        let tags = tags.iter().map(|(key, value)| Tag::builder().key(*key).value(*value).build());
        let tags = tags.collect::<Result<Vec<_>, _>>()?;
        self.iam().await.create_user().user_name(name).set_tags(Some(tags)).send().await?;
        self.control("age-user", json!({"user": name, "created": "2024-01-01T00:00:00Z"})).await?;
        Ok(())
    }

    /// Gives `user` a key made `age_days` before `now` and last used so many days ago, if it was; its id.
    pub async fn key(&self, user: &str, now: &str, age_days: i64, used_days: Option<i64>) -> anyhow::Result<String> {
        let answer = self.iam().await.create_access_key().user_name(user).send().await?;
        let id = answer.access_key.context("no key in the answer")?.access_key_id;
        self.age_key(&id, now, age_days, used_days).await?;
        Ok(id)
    }

    /// Makes key `id` that old.
    pub async fn age_key(&self, id: &str, now: &str, age_days: i64, used_days: Option<i64>) -> anyhow::Result<()> {
        let now: Timestamp = now.parse()?;
        let ago = |days: i64| now.checked_sub(SignedDuration::from_hours(24 * days)).map(|at| at.to_string());
        let used = used_days.map(ago).transpose()?;
        self.control("age-key", json!({"key": id, "created": ago(age_days)?, "last_used": used})).await?;
        Ok(())
    }

    /// Sets a tag on `user`.
    pub async fn tag(&self, user: &str, key: &str, value: &str) -> anyhow::Result<()> {
        let tag = Tag::builder().key(key).value(value).build()?;
        self.iam().await.tag_user().user_name(user).tags(tag).send().await?;
        Ok(())
    }

    /// The keys of `user`, the oldest first.
    pub async fn keys(&self, user: &str) -> anyhow::Result<Vec<Standing>> {
        let mut pages = self.iam().await.list_access_keys().user_name(user).into_paginator().items().send();
        let mut keys = Vec::new();
        while let Some(found) = pages.next().await {
            let found = found?;
            let active = found.status().is_some_and(|status| status.as_str() == "Active");
            let id = found.access_key_id().unwrap_or_default().to_owned();
            keys.push((found.create_date().map(aws_sdk_iam::primitives::DateTime::secs), Standing { id, active }));
        }
        keys.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
        Ok(keys.into_iter().map(|(_, key)| key).collect())
    }

    /// The tags of `user`.
    pub async fn user_tags(&self, user: &str) -> anyhow::Result<BTreeMap<String, String>> {
        let found = self.iam().await.get_user().user_name(user).send().await?;
        let tags = found.user.and_then(|user| user.tags).unwrap_or_default();
        Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
    }

    /// What the secret of `user` hands out.
    pub async fn handed_out(&self, user: &str) -> anyhow::Result<Value> {
        let name = format!("/aws/iam/credentials/{user}");
        let found = self.secrets().await.get_secret_value().secret_id(name).send().await?;
        Ok(serde_json::from_str(found.secret_string().context("no text")?)?)
    }

    /// The labels of every version of the secret of `user` that has any, sorted.
    pub async fn labels(&self, user: &str) -> anyhow::Result<Vec<String>> {
        let name = format!("/aws/iam/credentials/{user}");
        let found = self.secrets().await.describe_secret().secret_id(name).send().await?;
        let stages = found.version_ids_to_stages.unwrap_or_default();
        let mut labels: Vec<_> = stages
            .into_values()
            .map(|mut labels| {
                labels.sort();
                labels.join("+")
            })
            .collect();
        labels.sort();
        Ok(labels)
    }
}

impl Scene {
    /// Makes the secret of `user` as key-rotation does, with no key in it; its name, and the id of the user.
    pub async fn empty_secret(&self, user: &str) -> anyhow::Result<(String, String)> {
        let found = self.iam().await.get_user().user_name(user).send().await?;
        let id = found.user.context("no user")?.user_id;
        let name = format!("/aws/iam/credentials/{user}");
        let mark = aws_sdk_secretsmanager::types::Tag::builder().key(USER_ID).value(&id).build();
        let made = self.secrets().await.create_secret().name(&name).description("made half-way");
        let made = made.client_request_token(placeholder_of(&self.account, &id));
        made.secret_string(PLACEHOLDER).tags(mark).send().await?;
        Ok((name, id))
    }
}
