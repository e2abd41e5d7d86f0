//! From the SDK's shapes to ours.

use aws_sdk_iam::types;
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use super::{Key, LastUsed, Status, Use, User};
use crate::services::tags::Tags;

/// What lacks an identity is dropped: nothing could be done to it by name.
pub(super) fn detail(found: types::UserDetail) -> Option<User> {
    Some(User {
        name: found.user_name?,
        id: found.user_id?,
        arn: found.arn?,
        path: found.path.unwrap_or_else(|| "/".to_owned()),
        created_at: found.create_date.as_ref().and_then(timestamp),
        groups: found.group_list.unwrap_or_default(),
        tags: tags(found.tags),
        policies: found.attached_managed_policies.into_iter().flatten().filter_map(|one| one.policy_name).collect(),
    })
}

/// A user alone: its groups and policies are not part of what this call shows.
pub(super) fn user(found: types::User, groups: Vec<String>, policies: Vec<String>) -> User {
    User {
        name: found.user_name,
        id: found.user_id,
        arn: found.arn,
        path: found.path,
        created_at: timestamp(&found.create_date),
        groups,
        tags: tags(found.tags),
        policies,
    }
}

/// `None` where it lacks what a decision needs, and where its status is one nobody knows: a key that may work or not is no
/// reason to take another away, nor one to be taken.
pub(super) fn key(found: &types::AccessKeyMetadata) -> Option<Key> {
    Some(Key {
        id: found.access_key_id()?.to_owned(),
        status: match found.status()? {
            types::StatusType::Active => Status::Active,
            types::StatusType::Inactive => Status::Inactive,
            types::StatusType::Expired => Status::Expired,
            _ => return None,
        },
        created_at: timestamp(found.create_date()?)?,
        last_used: LastUsed::NotAsked,
    })
}

/// A missing date is AWS's way to say never; the Region is no sign, some services have none.
pub(super) fn last_used(found: &types::AccessKeyLastUsed) -> LastUsed {
    let Some(date) = found.last_used_date() else { return LastUsed::Never };
    match timestamp(date) {
        Some(at) => {
            LastUsed::At(Use { at, service: found.service_name().to_owned(), region: found.region().to_owned() })
        }
        None => LastUsed::Unknown("the answer has a date that is none".to_owned()),
    }
}

pub(super) fn timestamp(at: &DateTime) -> Option<Timestamp> {
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok()
}

fn tags(found: Option<Vec<types::Tag>>) -> Tags {
    Tags::in_any_case(found.into_iter().flatten().map(|tag| (tag.key, tag.value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_whose_status_nobody_knows_is_no_key_to_decide_by() {
        let status = |status: &str| {
            let key = types::AccessKeyMetadata::builder().access_key_id("AKIAONE").status(status.into());
            super::key(&key.create_date(DateTime::from_secs(0)).build()).map(|key| key.status)
        };
        assert_eq!(status("Active"), Some(Status::Active));
        assert_eq!(status("Inactive"), Some(Status::Inactive));
        assert_eq!(status("Expired"), Some(Status::Expired), "it does not work");
        assert_eq!(status("Suspended"), None);
    }
}
