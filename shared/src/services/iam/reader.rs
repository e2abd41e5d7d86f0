//! Reads, always all pages.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::EntityType;

use super::convert;
use super::{Key, LastUsed, User};
use crate::services::aws::{Aws, AwsError};

/// The most a page can hold (API reference, `GetAccountAuthorizationDetails`).
const PAGE: i32 = 1000;

/// IAM, for reading.
#[derive(Debug, Clone)]
pub struct IamReader {
    client: Client,
}

impl IamReader {
    /// With this process's own credentials.
    pub fn new(aws: &Aws) -> Self {
        Self { client: aws.iam() }
    }

    /// Every user with its tags and groups, in pages: `ListUsers` shows neither.
    pub async fn users(&self) -> Result<Vec<User>, AwsError> {
        let call = self.client.get_account_authorization_details().filter(EntityType::User).max_items(PAGE);
        let mut pages = call.into_paginator().send();
        let mut users = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| {
                AwsError::of("iam:GetAccountAuthorizationDetails", "the users of this account", error)
            })?;
            users.extend(page.user_detail_list.unwrap_or_default().into_iter().filter_map(convert::detail));
        }
        Ok(users)
    }

    /// The user of this name as it is now, if it is there. `groups` and `policies` are those it is known to have: the answer has
    /// none.
    pub async fn user(&self, name: &str, groups: &[String], policies: &[String]) -> Result<Option<User>, AwsError> {
        const ACTION: &str = "iam:GetUser";
        let answer = self.client.get_user().user_name(name).send().await;
        match answer.map_err(|error| AwsError::of(ACTION, object(name), error)) {
            Ok(answer) => {
                let found = answer.user.ok_or_else(|| AwsError::empty(ACTION, object(name), "User"))?;
                Ok(Some(convert::user(found, groups.to_vec(), policies.to_vec())))
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The path and the id of the role of this name, if it is there.
    pub async fn role(&self, name: &str) -> Result<Option<(String, String)>, AwsError> {
        const ACTION: &str = "iam:GetRole";
        let object = || format!("role {name}");
        let answer = self.client.get_role().role_name(name).send().await;
        match answer.map_err(|error| AwsError::of(ACTION, object(), error)) {
            Ok(answer) => {
                let role = answer.role.ok_or_else(|| AwsError::empty(ACTION, object(), "Role"))?;
                Ok(Some((role.path, role.role_id)))
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The keys of `user`. One that cannot be read whole makes the list unknown: a slot would seem free.
    pub async fn keys(&self, user: &str) -> Result<Vec<Key>, AwsError> {
        const ACTION: &str = "iam:ListAccessKeys";
        let mut pages = self.client.list_access_keys().user_name(user).into_paginator().items().send();
        let mut keys = Vec::new();
        while let Some(found) = pages.next().await {
            let found = found.map_err(|error| AwsError::of(ACTION, object(user), error))?;
            keys.push(
                convert::key(&found)
                    .ok_or_else(|| AwsError::empty(ACTION, object(user), "CreateDate, or Status that is known"))?,
            );
        }
        Ok(keys)
    }

    /// When `key` was last used, and whose it is.
    pub async fn last_used(&self, key: &str) -> Result<(LastUsed, Option<String>), AwsError> {
        const ACTION: &str = "iam:GetAccessKeyLastUsed";
        let answer = self.client.get_access_key_last_used().access_key_id(key).send().await;
        let answer = answer.map_err(|error| AwsError::of(ACTION, format!("key {key}"), error))?;
        let used = answer.access_key_last_used.as_ref();
        let used = used.ok_or_else(|| AwsError::empty(ACTION, format!("key {key}"), "AccessKeyLastUsed"))?;
        Ok((convert::last_used(used), answer.user_name))
    }
}

fn object(user: &str) -> String {
    format!("user {user}")
}
