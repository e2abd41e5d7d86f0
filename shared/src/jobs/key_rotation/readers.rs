//! Who may fetch a user's key beside the user: roles by policy, and roles that a tag on the user names. A user who has nothing
//! but the key that is to be replaced cannot fetch another without such a way.

use super::model::User;
use super::policy::Policy;
use crate::domains::keys::tags;

/// What the tag of a user comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tagged {
    /// ARNs of roles of this account.
    pub(super) roles: Vec<String>,
    /// Words that are none.
    pub(super) unreadable: Vec<String>,
}

/// The roles that the tag `nightshift:readers` of `user` names: `role/NAME` with its path, or the whole ARN, of the user's own
/// account. What is a pattern, or of another account, lets nobody in.
pub(super) fn tagged(user: &User) -> Tagged {
    let mut tagged = Tagged::default();
    let account = user.arn.split_once(":user/").map_or("", |(account, _)| account);
    for word in user.tags.get(tags::READERS).into_iter().flat_map(str::split_whitespace) {
        let role = word.strip_prefix(account).and_then(|rest| rest.strip_prefix(':')).unwrap_or(word);
        let is_one = |name: &str| !name.is_empty() && !name.contains(['*', '?', ':']);
        match role.strip_prefix("role/").filter(|name| is_one(name) && !account.is_empty()) {
            Some(name) => tagged.roles.push(format!("{account}:role/{name}")),
            None => tagged.unreadable.push(word.to_owned()),
        }
    }
    tagged
}

/// All who may, by policy or by tag, each once.
pub(super) fn of(user: &User, policy: &Policy) -> Vec<String> {
    let mut roles = policy.store.readers.clone();
    for role in tagged(user).roles {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    roles
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::key_rotation::plan::someone;

    #[test]
    fn a_tag_names_roles_of_the_users_own_account_and_nothing_wider() {
        let read = |value: &str| {
            let mut user = someone();
            user.tags.set(tags::READERS, value);
            tagged(&user)
        };
        let whole = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_0123456789abcdef";
        assert_eq!(read(whole).roles, [whole]);
        assert_eq!(
            read("role/laptop role/people/ana").roles,
            ["arn:aws:iam::111122223333:role/laptop", "arn:aws:iam::111122223333:role/people/ana"]
        );
        for nobody in [
            "arn:aws:iam::999999999999:role/laptop",
            "arn:aws:iam::111122223333:role/*",
            "role/",
            "role/a?",
            "*",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/bob",
            "laptop",
        ] {
            let Tagged { roles, unreadable } = read(nobody);
            assert_eq!((roles.len(), unreadable), (0, vec![nobody.to_owned()]));
        }
        assert_eq!(tagged(&someone()), Tagged::default());
    }
}
