//! What is read by people whose keys leaked, or may have, or who have no other way in.

use super::super::heading;
use super::*;
use crate::notify::Tone;

#[test]
fn what_becomes_of_the_other_key_is_said_of_each_leak() {
    let with = |tags: &[&str], others: Option<&str>, off: bool, named: &[&str]| {
        let mut user = someone();
        for tag in tags {
            user.tags.set(format!("nightshift:leaked:{tag}"), "2026-11-21T02:00:00Z");
        }
        let mut facts = facts();
        if off {
            facts.keys.iter_mut().for_each(|key| key.status = Status::Inactive);
        }
        let notice =
            Notice { kind: KeyNotice::Leaked, user: &user, key: OLD, other: others, dates: &[], facts: &facts };
        said_where(notice, false, &named.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let all = [
        with(&[OLD], None, false, &[OLD]),
        with(&[OLD], Some(NEW), false, &[OLD]),
        with(&[OLD], Some(NEW), false, &[OLD, NEW]),
        with(&[OLD], Some(NEW), true, &[OLD]),
        with(&[OLD, NEW], Some(NEW), false, &[OLD, NEW]),
    ];
    insta::assert_snapshot!(all.join("\n"), @"
    access key …O1D2 leaked and was switched off
      Look at once at what it was used for (AWS CloudTrail) and what it may do; sessions made with it live on.
      It was the only key, so nothing works now. A new one is made as soon as it can be stored, and a message then says how to fetch it. Until that comes, the operators' report says what is in the way.
    access key …O1D2 leaked and was switched off
      Look at once at what it was used for (AWS CloudTrail) and what it may do; sessions made with it live on.
      The other key, …N4W7, was not named and goes on working. It can only be rotated once the leaked one is deleted.
    access key …O1D2 leaked and was switched off
      Look at once at what it was used for (AWS CloudTrail) and what it may do; sessions made with it live on.
      The other key, …N4W7, is called compromised, too, and is not off yet: take it for one that strangers use, and switch it off by hand if no message says that it is off.
    access key …O1D2 leaked and was switched off
      Look at once at what it was used for (AWS CloudTrail) and what it may do; sessions made with it live on.
      The other key, …N4W7, is off as well, so nothing works now. An operator can bring it back (event 'rollback'); or delete one of the two, and the next run makes a new key.
    access key …O1D2 leaked and was switched off
      Look at once at what it was used for (AWS CloudTrail) and what it may do; sessions made with it live on.
      The other key, …N4W7, leaked too, so nothing works now, and there is no room for a new key. Once the investigation needs one of them no more, delete it; the next run then makes a new key.
      To delete this one:
    ");
}

#[test]
fn whoever_has_nothing_else_is_told_another_way_in() {
    let user = someone();
    let mut facts = facts();
    facts.keys.iter_mut().filter(|key| key.id == OLD).for_each(|key| key.status = Status::Inactive);
    let notice = Notice { kind: KeyNotice::Rotated, user: &user, key: NEW, other: None, dates: &[], facts: &facts };
    insta::assert_snapshot!(said(notice, false), @"
    new access key …N4W7 is ready to fetch
      It is the only key.
      ana has no other key that works, and nobody else may read the new one. Sign in to the console as ana and run the command below in CloudShell. Without a password: an administrator writes role/NAME into the tag nightshift:readers of ana, and after the next run that role may read it.
      To fetch the key:
    ");
}

#[test]
fn signs_and_what_they_ask_of_people() {
    let user = someone();
    let facts = facts();
    let mut all = Vec::new();
    for (kind, key) in [
        (KeyNotice::Suspected, OLD),
        (KeyNotice::Suspected, "every-key"),
        (KeyNotice::Quarantined, "AWSCompromisedKeyQuarantineV3"),
        (KeyNotice::Unclaimed, NEW),
        (KeyNotice::Astray, NEW),
        (KeyNotice::Cannot, OLD),
    ] {
        all.push(said(Notice { kind, user: &user, key, other: Some(OLD), dates: &[], facts: &facts }, false));
    }
    insta::assert_snapshot!(all.join("\n"), @"
    access key …O1D2 may be in wrong hands (AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED)
      Nothing was switched off: this sign can be a false alarm, and the policy says to tell people. Look at what the keys were used for (AWS CloudTrail). If one is in wrong hands, an operator has it switched off at once:
      To switch it off:
    its access keys may be in wrong hands (AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED)
      Nothing was switched off: this sign can be a false alarm, and the policy says to tell people. Look at what the keys were used for (AWS CloudTrail). If one is in wrong hands, an operator has it switched off at once:
      To switch it off:
    AWS holds its credentials to be compromised (AWSCompromisedKeyQuarantineV3)
      AWS attached this policy because it holds a key of the user to be compromised, and has opened a support case in account 111122223333. Nothing was switched off. Do what the case says; while the policy is attached, Nightshift deletes no key of the user.
    access key …N4W7 has appeared and nobody has claimed it
      To delete it:
    the secret does not hand out new access key …N4W7
      Nightshift stored new key …N4W7 in secret /aws/iam/credentials/ana, and that does not hand it out now: somebody wrote something else into it, or it is gone or has another name. Both keys stay as they are. Do not delete …N4W7 if you have fetched it; go on with it, and delete …O1D2 once nothing uses it.
    access key …O1D2 cannot be rotated
      A user has two keys at most, so no new one can be made for …O1D2 while …O1D2 is there. Nightshift touches neither. Find out which nobody needs (their last use is above) and delete that one; the next run then rotates.
    ");
    let notice = Notice { kind: KeyNotice::Unclaimed, user: &user, key: NEW, other: None, dates: &[], facts: &facts };
    assert!(written_under(notice, Language::English, false).contains("It is not touched"));
    let goes = Notice { dates: &dates(), ..notice };
    let text = written_under(goes, Language::English, false);
    assert!(
        text.contains("switched off from Sat 28 Nov 2026, 02:00 UTC on") && !text.contains("not touched"),
        "{text}"
    );
    let text = written_under(notice, Language::English, false);
    insta::assert_snapshot!(text.lines().find(|line| line.contains("aws iam")).unwrap_or_default().trim(), @r#"aws iam delete-access-key --user-name ana --access-key-id "$(aws iam list-access-keys --user-name ana --query "AccessKeyMetadata[?ends_with(AccessKeyId,'N4W7')].AccessKeyId" --output text)""#);
}

#[test]
fn only_what_leaked_alarms_and_what_is_over_is_calm() {
    let tone = |kind, tags: Tags| {
        let user = User { tags, ..someone() };
        heading::tone(Notice { kind, user: &user, key: OLD, other: None, dates: &dates(), facts: &facts() })
    };
    let leaked = || Tags::from_iter([(format!("nightshift:leaked:{OLD}"), "2026-11-20T02:00:00Z")]);
    assert_eq!(tone(KeyNotice::Deleted, Tags::default()), Tone::Calm);
    for kind in [KeyNotice::Leaked, KeyNotice::Suspected, KeyNotice::Quarantined] {
        assert_eq!(tone(kind, Tags::default()), Tone::Alarm, "{kind:?}");
    }
    assert_eq!(tone(KeyNotice::Held, leaked()), Tone::Alarm);
    assert_eq!(tone(KeyNotice::Held, Tags::default()), Tone::Warning, "it is only still in use");
    assert_eq!(tone(KeyNotice::Warning, leaked()), Tone::Warning);
}
