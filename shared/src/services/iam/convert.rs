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
    })
}

/// A user alone: its groups are not part of what this call shows.
pub(super) fn user(found: types::User, groups: Vec<String>) -> User {
    User {
        name: found.user_name,
        id: found.user_id,
        arn: found.arn,
        path: found.path,
        created_at: timestamp(&found.create_date),
        groups,
        tags: tags(found.tags),
    }
}

/// `None` where it lacks what a decision needs. A status nobody knows is taken for active: active keys are the ones that
/// are counted before another is taken away, and never deleted.
pub(super) fn key(found: &types::AccessKeyMetadata) -> Option<Key> {
    Some(Key {
        id: found.access_key_id()?.to_owned(),
        status: match found.status()? {
            types::StatusType::Inactive => Status::Inactive,
            _ => Status::Active,
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
