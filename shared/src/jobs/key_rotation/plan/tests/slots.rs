//! Keys that a run may have minted, keys whose secret does not show them any more, and whom they belong to.

use super::*;

/// A key made so many seconds after an intent of an hour ago, beside the one that was due; the intent notes `minted`.
fn after_intent(seconds: i64, last_used: LastUsed, minted: Option<&str>) -> User {
    let at = now().checked_sub(jiff::SignedDuration::from_hours(1)).unwrap();
    let made = at.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
    let new = Key { created_at: made, last_used, ..key("NEW", 0, LastUsed::Never) };
    let intent = tags::Intent { at, before: vec!["OLD".to_owned()], minted: minted.map(str::to_owned) };
    let user = stored(with(&[new, key("OLD", 95, used(1))]), &[]);
    tagged(user, &[(tags::INTENT, intent.value())])
}

#[test]
fn a_key_is_ours_by_the_id_that_was_noted_and_by_nothing_else() {
    let ours = |user| verdict(user);
    assert_eq!(ours(after_intent(5, LastUsed::Never, Some("NEW"))), "R2 orphan NEW");
    assert_eq!(ours(after_intent(5, LastUsed::Never, Some("OTHER"))), "R9 tell cannot OLD", "that is another key");
    assert_eq!(ours(after_intent(5, LastUsed::Never, None)), "R2 tell unclaimed NEW", "it may be its owner's");
    assert_eq!(ours(after_intent(5, used(0), Some("NEW"))), "R9 tell cannot OLD", "whoever used it holds its secret");
    assert_eq!(ours(after_intent(5, used(0), None)), "R9 tell cannot OLD");
    assert_eq!(ours(after_intent(5, LastUsed::Unknown("x".to_owned()), None)), "R1 preflight-unknown");
    assert_eq!(ours(after_intent(301, LastUsed::Never, None)), "R9 tell cannot OLD", "made long after");
    assert_eq!(ours(after_intent(-121, LastUsed::Never, None)), "R9 tell cannot OLD", "made before");
    let an_hour_ago = now().checked_sub(jiff::SignedDuration::from_hours(1)).unwrap();
    for minted in ["", " minted=NEW"] {
        let noted = [(tags::INTENT, format!("{an_hour_ago} NEW OLD{minted}"))];
        let before = tagged(after_intent(5, LastUsed::Never, None), &noted);
        assert_eq!(ours(before), "R9 tell cannot OLD", "it was there before");
    }
}

#[test]
fn what_may_have_been_handed_out_is_no_orphan() {
    let user = || after_intent(5, LastUsed::Never, Some("NEW"));
    assert_eq!(verdict(User { secret: Read::Known(None), ..user() }), "R2 tell unclaimed NEW", "its secret is gone");
    let mut leaving = user();
    if let Read::Known(Some(secret)) = &mut leaving.secret {
        secret.deleted = true;
    }
    assert_eq!(verdict(leaving), "R2 tell unclaimed NEW");
    // Handed out where nobody could be told, then written over: no tag remembers it, and what the secret hands out is none of ours.
    let hands_out = |version: &str| {
        let mut user = user();
        if let Read::Known(Some(secret)) = &mut user.secret {
            secret.versions[0].id = version.to_owned();
        }
        verdict(user)
    };
    assert_eq!(hands_out("edited"), "R2 tell unclaimed NEW");
    assert_eq!(hands_out(&naming::version_of(ACCOUNT, "AIDAANA", "GONE")), "R2 tell unclaimed NEW");
    assert_eq!(hands_out(&naming::version_of(ACCOUNT, "AIDAANA", "OLD")), "R2 orphan NEW", "what was there before");
    let mut of_another = self::after_intent(5, LastUsed::Never, Some("NEW"));
    if let Read::Known(Some(secret)) = &mut of_another.secret {
        secret.user_id = Some("AIDAOTHER".to_owned());
    }
    assert_eq!(verdict(of_another), "R2 tell unclaimed NEW", "nor is it looked for in another's");
    for tag in ["nightshift:proof", "nightshift:told:rotated"] {
        let proven = tagged(user(), &[(tag, format!("NEW {}", ago(0)))]);
        assert_eq!(verdict(proven), "R7 tell astray NEW", "{tag}");
    }
}

#[test]
fn an_orphan_of_a_replacement_goes_whoever_the_policy_is_for() {
    let excluding = policy(&[("NIGHTSHIFT_EXCLUDE", "ana")]);
    let by = |user| verdict_by(user, &excluding, &Request::default());
    let orphan = || after_intent(5, LastUsed::Never, Some("NEW"));
    assert_eq!(by(orphan()), "R1 excluded");
    let mut replaced = tagged(orphan(), &[("nightshift:leaked:OLD", NOW.to_owned())]);
    if let Read::Known(keys) = &mut replaced.keys {
        keys[1].status = Status::Inactive;
    }
    assert_eq!(by(replaced), "R2 orphan NEW", "or the user has none that works");
}

#[test]
fn a_young_key_may_be_of_a_run_that_is_at_work() {
    let young = |minutes: i64, minted: Option<&str>| {
        let at = now().checked_sub(jiff::SignedDuration::from_mins(minutes)).unwrap();
        let new = Key { created_at: at, ..key("NEW", 0, LastUsed::Never) };
        let intent = tags::Intent { at, before: vec!["OLD".to_owned()], minted: minted.map(str::to_owned) };
        let user = stored(with(&[new, key("OLD", 95, used(1))]), &[]);
        verdict(tagged(user, &[(tags::INTENT, intent.value())]))
    };
    for minted in [None, Some("NEW")] {
        assert_eq!(young(29, minted), "R2 unsettled");
    }
    let stored_young = |minutes: i64, minted: &str| {
        let at = now().checked_sub(jiff::SignedDuration::from_mins(minutes)).unwrap();
        let new = Key { created_at: at, ..key("NEW", 0, LastUsed::Never) };
        let user = stored(with(&[new, key("OLD", 95, used(1))]), &[("NEW", &[PENDING])]);
        verdict(tagged(user, &[(tags::INTENT, format!("{at} OLD{minted}"))]))
    };
    for minted in ["", " minted=NEW"] {
        assert_eq!(stored_young(29, minted), "R2 unsettled", "its run may be proving it");
        assert_eq!(stored_young(30, minted), "R3 resume NEW");
    }
    assert_eq!(stored_young(29, " minted=OTHER"), "R3 resume NEW", "another is being minted");
    assert_eq!((young(30, None).as_str(), young(30, Some("NEW")).as_str()), ("R2 tell unclaimed NEW", "R2 orphan NEW"));
}

#[test]
fn an_unclaimed_key_is_told_of_once_named_where_it_stands_in_the_way_and_touched_by_policy_only() {
    let told =
        || tagged(after_intent(5, LastUsed::Never, None), &[("nightshift:told:unclaimed", format!("NEW {}", ago(1)))]);
    let asks = policy(&[("NIGHTSHIFT_ORPHANS", "switch-off")]);
    let by = |user| verdict_by(user, &asks, &Request::default());
    assert_eq!(verdict(told()), "R9 unclaimed", "and the intent is not tidied away meanwhile");
    assert_eq!(by(told()), "R9 unclaimed", "not a day old");
    let aged = |seconds: i64| {
        let at = ago(2);
        let made = at.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
        let new = Key { created_at: made, ..key("NEW", 0, LastUsed::Never) };
        let user = stored(with(&[new, key("OLD", 95, used(1))]), &[]);
        let intent = tags::Intent { at, before: vec!["OLD".to_owned()], minted: None };
        let user = tagged(user, &[(tags::INTENT, intent.value())]);
        tagged(user, &[("nightshift:told:unclaimed", format!("NEW {}", ago(1)))])
    };
    assert_eq!(by(aged(59)), "R2 deactivate NEW Unclaimed");
    assert_eq!(by(aged(61)), "R9 unclaimed", "more than a minute from the intent");
    assert_eq!(verdict(aged(59)), "R9 unclaimed", "nor without the policy");
    let named =
        |until: Timestamp| tagged(aged(59), &[("nightshift:told:unclaimed", format!("NEW {} {until}", ago(1)))]);
    assert_eq!(by(named(now())), "R2 deactivate NEW Unclaimed");
    assert_eq!(by(named(state::after(now(), 1))), "R9 unclaimed", "not before the day that was named");
    let dates = |user: &User, policy: &Policy| {
        dates(user, KeyNotice::Unclaimed, "NEW", Some("OLD"), terms(policy, &Request::default()))
    };
    assert_eq!(dates(&aged(59), &asks), [state::after(now(), 1)], "a day is the least anybody has");
    assert_eq!(
        (dates(&aged(61), &asks), dates(&aged(59), &policy(&[]))),
        (vec![], vec![]),
        "where none goes off none is named"
    );
    let mut lone = aged(59);
    lone.keys = Read::Known(lone.keys.known().unwrap().iter().filter(|key| key.id == "NEW").cloned().collect());
    assert!(!by(lone).contains("deactivate"), "never the last one that works");
    let gone = |days: u32| {
        let mut user = aged(59);
        if let Read::Known(keys) = &mut user.keys {
            keys[0].status = Status::Inactive;
        }
        user.tags.set("nightshift:off:NEW", Off::Done(ago(days)).because("unclaimed"));
        tagged(user, &[("nightshift:told:deactivated", format!("NEW {}", ago(days)))])
    };
    assert_eq!((by(gone(6)).as_str(), by(gone(7)).as_str()), ("R8 recovering", "R8 delete NEW"));
}

#[test]
fn a_new_key_that_its_secret_does_not_show_is_spoken_of_as_what_it_is() {
    let keys = || [key("NEW", 20, used(0)), key("OLD", 110, used(15))];
    let rotated = || tagged(with(&keys()), &[("nightshift:told:rotated", format!("NEW {}", ago(20)))]);
    let edited = stored(rotated(), &[("NEW", &["AWSPREVIOUS"])]);
    let renamed = rotated();
    let told = |user: User| tagged(user, &[("nightshift:told:astray", format!("NEW {}", ago(1)))]);
    for (user, word) in [(edited, "somebody wrote something else"), (renamed, "another name or prefix")] {
        assert_eq!(verdict(user.clone()), "R7 tell astray NEW", "and nobody is invited to delete it");
        let plan = plan_of(told(user), terms(&policy(&[]), &Request::default()));
        let why = &plan.left[0].why;
        assert!(why.code().name == "secret-astray" && why.message().contains(word), "{why:?}");
    }
}

#[test]
fn whoever_may_read_is_written_anew_while_a_new_key_waits() {
    let waiting = |readers: Option<&str>, done: Option<&str>| {
        let user = tagged(rotated(3, used(3)), &[(tags::SECRET, "/aws/iam/credentials/ana".to_owned())]);
        let tags = [(tags::READERS, readers), (tags::READERS_DONE, done)];
        let tags = tags.iter().filter_map(|(tag, value)| Some((*tag, (*value)?.to_owned())));
        verdict(tagged(user, &tags.collect::<Vec<_>>()))
    };
    assert_eq!(waiting(None, None), "R7 overlap");
    assert_eq!(waiting(Some("role/laptop"), None), "R3 readers");
    assert_eq!(waiting(Some("role/laptop"), Some("role/laptop")), "R7 overlap");
    assert_eq!(waiting(None, Some("role/laptop")), "R3 readers", "taken away again");
    let mut leaving = tagged(rotated(3, used(3)), &[(tags::READERS, "role/laptop".to_owned())]);
    leaving.tags.set(tags::SECRET, "/aws/iam/credentials/ana");
    if let Read::Known(Some(secret)) = &mut leaving.secret {
        secret.deleted = true;
    }
    assert_eq!(verdict(leaving), "R7 overlap", "nothing can be written to what is on its way out");
}
