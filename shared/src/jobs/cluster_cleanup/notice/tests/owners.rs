//! Who gets which message.

use super::*;

#[test]
fn each_owner_gets_one_message_and_only_what_is_theirs() {
    let item = |owner: Option<&str>, address: Option<&str>, id: &str, action: usize| News {
        owner: owner.map(str::to_owned),
        to: address
            .map(|address| Recipient {
                address: address.parse().unwrap(),
                because: Because::OwnerTag { key: "owner".to_owned() },
            })
            .into_iter()
            .collect(),
        matter: expiring(id, Data::Lost),
        action: Some(action),
    };
    let items = || {
        vec![
            item(Some("ana"), Some("ana@example.com"), "a", 0),
            item(Some("bob"), Some("bob@example.com"), "b", 1),
            item(Some("ana@example.com"), Some("ana@example.com"), "c", 2),
            item(Some("the team"), None, "d", 3),
            item(None, None, "e", 4),
        ]
    };
    let shown = |digests: Vec<Digest>| -> Vec<(Vec<String>, Vec<String>, Vec<usize>)> {
        digests
            .into_iter()
            .map(|digest| (digest.owners, digest.to.iter().map(|to| to.address.to_string()).collect(), digest.actions))
            .collect()
    };
    let owners = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        shown(digests(items(), true)),
        [
            (owners(&["the team"]), vec![], vec![3, 4]),
            (owners(&["ana", "ana@example.com"]), vec!["ana@example.com".to_owned()], vec![0, 2]),
            (owners(&["bob"]), vec!["bob@example.com".to_owned()], vec![1]),
        ]
    );
    assert_eq!(
        shown(digests(items(), false)),
        [
            (owners(&[]), vec![], vec![4]),
            (owners(&["ana"]), vec![], vec![0]),
            (owners(&["ana@example.com"]), vec![], vec![2]),
            (owners(&["bob"]), vec![], vec![1]),
            (owners(&["the team"]), vec![], vec![3]),
        ]
    );
}

#[test]
fn an_address_that_is_tried_for_one_owner_stands_for_no_other() {
    let to = |addresses: &[&str]| -> Vec<Recipient> {
        let because = || Because::MailTag { key: "contact".to_owned() };
        addresses.iter().map(|one| Recipient { address: one.parse().unwrap(), because: because() }).collect()
    };
    let item = |owner: &str, addresses: &[&str], id: &str| News {
        owner: Some(owner.to_owned()),
        to: to(addresses),
        matter: expiring(id, Data::Lost),
        action: None,
    };
    // One team address for both, and then each of them by themselves: were the letter one, ana's own address could be the
    // one that takes it for bob.
    let each = digests(
        vec![
            item("ana", &["team@example.com", "ana@example.com"], "a"),
            item("bob", &["team@example.com", "bob@example.com"], "b"),
        ],
        true,
    );
    let shown: Vec<_> =
        each.iter().map(|digest| (digest.owners.join(" "), digest.to.len(), digest.matters.len())).collect();
    assert_eq!(shown, [("ana".to_owned(), 2, 1), ("bob".to_owned(), 2, 1)]);
    // Reached by the same addresses they get one letter, which says whose each is and is headed by neither.
    let both = digests(vec![item("ana", &["team@example.com"], "a"), item("bob", &["team@example.com"], "b")], true);
    let [both] = both.as_slice() else { panic!("{both:?}") };
    let text = written(both, Language::English, "auto-delete-after");
    assert!(text.contains("This is about clusters of ana, bob."), "{text}");
    assert!(text.contains("Owner: ana") && text.contains("Owner: bob"), "{text}");
}
