//! In whose name a caller acts: the owner the policy says, or the name that AWS itself vouches for. What it is a matter of,
//! every job that lets people work on their own things decides by this one answer.

use crate::domains::clusters::person::{Owners, SSO_PATH};
use crate::domains::clusters::tags;
use crate::domains::owners::is_spelt_alike;
use crate::services::aws::{Aws, AwsError, Principal};
use crate::services::iam::IamReader;
use crate::services::tags::Tags;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acting {
    /// This owner's.
    For(String),
    /// That of whomever they name: the policy says that they work for everybody.
    ForAnybody,
    /// Nobody's, and why.
    ForNobody(String),
    /// Nobody could say: what AWS answered.
    Unknown(String),
}

impl Acting {
    /// In whose name `arn` acts. `role_id` is that of the session, where it is known: a role that was made anew under the same
    /// name is another.
    pub async fn of(aws: &Aws, owners: &Owners, arn: &str, role_id: Option<&str>) -> Self {
        if owners.is_anybodys(arn) {
            return Self::ForAnybody;
        }
        match named(aws, owners, arn, role_id).await {
            Ok(Some(owner)) => Self::For(owner),
            Ok(None) => Self::ForNobody(
                "its name is one that its caller chose; only an IAM user and a session of IAM Identity Center have a name of their own"
                    .to_owned(),
            ),
            Err(error) => Self::Unknown(format!("{}: {}", error.action, error.said())),
        }
    }
}

/// Whether what carries `tags` is `name`'s and nobody else's: spelt as it is spelt, but for its case. A name without its domain
/// is another name: what is made or deleted on somebody's word is theirs beyond doubt.
pub fn is_owned_by(tags: &Tags, owner_tag: &str, name: &str) -> bool {
    matches!(tags::whose(tags, owner_tag), tags::Owner::One(owner) if is_spelt_alike(&owner, name))
}

async fn named(aws: &Aws, owners: &Owners, arn: &str, role_id: Option<&str>) -> Result<Option<String>, AwsError> {
    if let Some(owner) = owners.of(arn) {
        return Ok(Some(owner.to_owned()));
    }
    let principal = Principal::of(arn);
    let is_sso = match principal.doubtful_role() {
        None => false,
        Some(role) => {
            let found = IamReader::new(aws).role(role).await?;
            found.is_some_and(|(path, id)| is_of_identity_center(&path, &id, role_id))
        }
    };
    Ok(principal.person(is_sso).map(str::to_owned))
}

/// Whether IAM Identity Center made the role at `path` with `id`, and the session that names the role is one of that role's.
fn is_of_identity_center(path: &str, id: &str, session_of: Option<&str>) -> bool {
    path.starts_with(SSO_PATH) && session_of.is_none_or(|session_of| session_of == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_owned_by_whoever_its_one_tag_names_and_by_nobody_who_is_only_like_them() {
        let owned = |pairs: &[(&str, &str)], name| is_owned_by(&pairs.iter().copied().collect(), "owner", name);
        assert!(owned(&[("owner", "ana")], "Ana") && owned(&[("Owner", "ana@example.com")], "ana@example.com"));
        for other in ["ana@example.com", "anabel", "an", ""] {
            assert!(!owned(&[("owner", "ana")], other), "{other}");
        }
        assert!(!owned(&[("owner", ""), ("x", "ana")], "") && !owned(&[("owner", "ana"), ("Owner", "ben")], "ana"));
    }

    #[test]
    fn a_session_of_a_role_that_is_gone_is_not_one_of_the_role_that_took_its_name() {
        let path = "/aws-reserved/sso.amazonaws.com/eu-west-1/";
        for (path, session_of, is) in [
            (path, Some("AROA1"), true),
            (path, None, true),
            (path, Some("AROA2"), false),
            ("/", Some("AROA1"), false),
            ("/x/aws-reserved/sso.amazonaws.com/", Some("AROA1"), false),
            ("/aws-reserved/", Some("AROA1"), false),
        ] {
            assert_eq!(is_of_identity_center(path, "AROA1", session_of), is, "{path} {session_of:?}");
        }
    }
}
