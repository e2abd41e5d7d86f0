//! Names that have to be the same in every run, for ever: what a user's secret is called, and which version of it belongs
//! to which key. From the second follows whether a key was stored, without a permission to read any secret.

use sha2::{Digest as _, Sha256};

/// The version a key's secret half is stored under. Bound to the user id, so that a namesake created later inherits nothing.
pub fn version_of(account: &str, user_id: &str, key_id: &str) -> String {
    hex(&format!("v1|{account}|{user_id}|{key_id}"))
}

/// The version a new secret begins with. The first version of a secret is current at once, proven or not; so the first is
/// one that holds no key.
pub fn placeholder_of(account: &str, user_id: &str) -> String {
    hex(&format!("v1|{account}|{user_id}|placeholder"))
}

/// The version that says a key leaked, where it could not be written on its user. It holds no key, and carries
/// [`leak_label`], so that it is never cleared away.
pub fn leak_version_of(account: &str, user_id: &str, key_id: &str) -> String {
    hex(&format!("v1|{account}|{user_id}|leaked|{key_id}"))
}

/// Whether a version's id is one of these: AWS's own, and those of other tools by AWS's advice, are UUIDs.
pub fn is_ours(version: &str) -> bool {
    version.len() == 64 && version.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// What that version carries.
pub fn leak_label(key_id: &str) -> String {
    format!("nightshift:leaked:{key_id}")
}

/// The name of a user's secret: `prefix` and the user's name, in which what Secrets Manager does not take (a comma) and the
/// mark itself are written as `=2C` and `=3D`. No two names become the same.
pub fn secret_name(prefix: &str, user: &str) -> String {
    let mut name = prefix.to_owned();
    for c in user.chars() {
        match c {
            ',' => name.push_str("=2C"),
            '=' => name.push_str("=3D"),
            c => name.push(c),
        }
    }
    // Secrets Manager reads a hyphen and six characters at the end as the suffix of its own.
    let looks_like_a_suffix = name.rsplit_once('-').is_some_and(|(_, end)| end.len() == 6);
    if looks_like_a_suffix {
        name.push('=');
    }
    name
}

/// `text` with every access key id in it cut to its last four characters: what is said goes to logs and mailboxes of many.
pub fn masked(text: &str) -> String {
    /// `AKIA` and sixteen more, today; AWS allows for longer ones.
    const SHORTEST: usize = 16;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = ["AKIA", "ASIA"].iter().filter_map(|prefix| rest.find(prefix)).min() {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit()).unwrap_or(from.len());
        out.push_str(before);
        if end >= SHORTEST {
            out.push('…');
            out.push_str(&from[end - 4..end]);
        } else {
            out.push_str(&from[..end]);
        }
        rest = &from[end..];
    }
    out.push_str(rest);
    out
}

/// What stands for the id of `key` in a command that goes to mailboxes and logs: AWS finds the whole id by its end. `user` is
/// written as a shell takes it.
pub fn id_in_a_command(user: &str, key: &str) -> String {
    let end = key.get(key.len().saturating_sub(4)..).unwrap_or(key);
    format!(
        "\"$(aws iam list-access-keys --user-name {user} --query \"AccessKeyMetadata[?ends_with(AccessKeyId,'{end}')].AccessKeyId\" \
         --output text)\""
    )
}

/// The SHA-256 of `text`, as hexadecimal digits.
pub fn hex(text: &str) -> String {
    crate::text::hex(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_version_id_is_a_client_request_token_and_follows_user_and_key() {
        let id = version_of("111122223333", "AIDAANA", "AKIAONE");
        assert_eq!(id.len(), 64, "a token has 32 to 64 characters");
        assert!(is_ours(&id) && !is_ours("6f2a1c3e-5b7d-4e8f-9a0b-1c2d3e4f5a6b") && !is_ours(&id.to_uppercase()));
        assert_eq!(id, version_of("111122223333", "AIDAANA", "AKIAONE"));
        for (account, user, key) in [
            ("111122223334", "AIDAANA", "AKIAONE"),
            ("111122223333", "AIDABOB", "AKIAONE"),
            ("111122223333", "AIDAANA", "AKIATWO"),
        ] {
            assert_ne!(id, version_of(account, user, key));
        }
        assert_ne!(id, placeholder_of("111122223333", "AIDAANA"));
    }

    #[test]
    fn only_what_cannot_stand_is_written_otherwise() {
        for (user, name) in [
            ("ana", "/p/ana"),
            ("ana+ci@example.com", "/p/ana+ci@example.com"),
            ("a,b", "/p/a=2Cb"),
            ("a=2Cb", "/p/a=3D2Cb"),
            ("ci-abcdef", "/p/ci-abcdef="),
            ("ci-abcdef=", "/p/ci-abcdef=3D"),
        ] {
            assert_eq!(secret_name("/p/", user), name);
        }
    }

    #[test]
    fn key_ids_are_cut_wherever_they_stand() {
        for (text, expected) in [
            ("switched key AKIAIOSFODNN7EXAMPLE off", "switched key …MPLE off"),
            ("AKIAIOSFODNN7EXAMPLE, ASIAIOSFODNN7EXAMPL2", "…MPLE, …MPL2"),
            ("AKIA and ASIANET", "AKIA and ASIANET"),
            ("día …", "día …"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    proptest! {
        #[test]
        fn no_two_users_share_a_secret(a in "[a-c,=.@_+-]{1,10}", b in "[a-c,=.@_+-]{1,10}") {
            prop_assert_eq!(secret_name("/p/", &a) == secret_name("/p/", &b), a == b);
        }
    }
}
