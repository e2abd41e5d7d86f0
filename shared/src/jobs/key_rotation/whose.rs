//! Whose a user is: the addresses at which its owner is told, and how tags remember that it was they who were told.

use super::model::User;
use crate::domains::keys::tags::Whose;
use crate::notify::{Address, Because, OwnerPolicy, Recipient};

/// Whose `user` is now, as a tag remembers who was told.
pub(super) fn whose(user: &User, policy: &OwnerPolicy) -> Whose {
    let tried: Vec<_> =
        groups(user, policy).iter().map(|group| group.iter().map(Address::to_string).collect()).collect();
    Whose::of(&tried, user.tags.get(&policy.owner_tag).unwrap_or_default())
}

/// The addresses of a user's owner, best first; all those of one tag get one mail.
pub(super) fn groups(user: &User, policy: &OwnerPolicy) -> Vec<Vec<Address>> {
    let mut groups: Vec<(Because, Vec<Address>)> = Vec::new();
    for Recipient { address, because } in recipients(user, policy) {
        match groups.iter_mut().find(|(known, _)| *known == because) {
            Some((_, addresses)) => addresses.push(address),
            None => groups.push((because, vec![address])),
        }
    }
    groups.into_iter().map(|(_, addresses)| addresses).collect()
}

/// The addresses of a user's owner, best first: its tags `mail` and `email` in any case, then as for everything else.
pub(super) fn recipients(user: &User, policy: &OwnerPolicy) -> Vec<Recipient> {
    let mut found = Vec::new();
    for key in ["mail", "email"] {
        // A tag cannot hold a comma; several addresses are written with a space between them.
        for word in user.tags.get(key).into_iter().flat_map(str::split_whitespace) {
            if let Ok(address) = word.parse() {
                found.push(Recipient { address, because: Because::MailTag { key: key.to_owned() } });
            }
        }
    }
    for one in policy.recipients(user.tags.get(&policy.owner_tag), |key| user.tags.get(key)) {
        if !found.iter().any(|known| known.address == one.address) {
            found.push(one);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::key_rotation::plan::someone;
    use crate::services::tags::Tags;

    #[test]
    fn all_addresses_of_a_tag_get_one_mail_and_another_tag_comes_after() {
        let policy =
            OwnerPolicy { owner_tag: "owner".to_owned(), mail_tag: None, domain: Some("corp.example".to_owned()) };
        let tags = [("mail", "a@x.example b@x.example"), ("email", "c@x.example"), ("owner", "ana")];
        let user = User { tags: Tags::in_any_case(tags), ..someone() };
        let groups: Vec<Vec<_>> =
            groups(&user, &policy).iter().map(|group| group.iter().map(ToString::to_string).collect()).collect();
        assert_eq!(groups, [vec!["a@x.example", "b@x.example"], vec!["c@x.example"], vec!["ana@corp.example"]]);
    }

    #[test]
    fn who_is_told_first_is_whose_it_is_and_a_name_where_nobody_is() {
        let whose = |domain: Option<&str>, tags: &[(&str, &str)]| {
            let domain = domain.map(str::to_owned);
            let policy = OwnerPolicy { owner_tag: "owner".to_owned(), mail_tag: None, domain };
            whose(&User { tags: Tags::in_any_case(tags.iter().copied()), ..someone() }, &policy)
        };
        let (named, mail) = (Some("corp.example"), ("mail", "a@x.example"));
        assert_eq!(whose(named, &[("owner", "ana")]), whose(named, &[("Owner", "Ana@corp.example")]));
        assert_ne!(whose(named, &[("owner", "ana")]), whose(named, &[("owner", "ben")]));
        assert_ne!(whose(named, &[("owner", "ana")]), whose(named, &[]), "named, or not");
        assert_ne!(
            whose(named, &[("owner", "ana")]),
            whose(None, &[("owner", "ana")]),
            "nobody could write to her before"
        );
        assert_ne!(whose(None, &[("owner", "ana")]), whose(None, &[("owner", "ben")]));
        let first = |tags: &[(&str, &str)]| whose(named, tags).mark(1).to_owned();
        assert_eq!(first(&[mail, ("owner", "ana")]), first(&[mail, ("owner", "ben")]), "the tag mail comes first");
    }

    #[test]
    fn the_owner_is_found_by_mail_or_email_in_any_case_then_by_the_chain() {
        let policy =
            OwnerPolicy { owner_tag: "owner".to_owned(), mail_tag: None, domain: Some("corp.example".to_owned()) };
        let to = |tags: &[(&str, &str)]| -> Vec<String> {
            let user = User { tags: Tags::in_any_case(tags.iter().copied()), ..someone() };
            recipients(&user, &policy).into_iter().map(|to| to.address.to_string()).collect()
        };
        assert_eq!(to(&[("Mail", "a@x.example b@x.example")]), ["a@x.example", "b@x.example"]);
        assert_eq!(to(&[("EMAIL", "a@x.example"), ("owner", "ana")]), ["a@x.example", "ana@corp.example"]);
        assert_eq!(to(&[("mail", "nonsense"), ("owner", "ana")]), ["ana@corp.example"]);
        assert_eq!(to(&[]), [] as [&str; 0]);
    }
}
