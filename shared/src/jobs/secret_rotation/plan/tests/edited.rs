//! What somebody wrote into the current version while a rotation was on its way.

use super::*;

/// The current version is of another server than the coming one, or of another user.
fn elsewhere(edited: bool, user: &str, current: Tried, pending: Tried) -> World {
    with(|world| {
        let moved = Login { host: "moved.example".to_owned(), user: user.to_owned(), ..login() };
        world.current = Some(Stored { login: Ok(moved), ..stored(OLD, current) });
        world.pending = Some(stored(NEW, pending));
        world.edited = edited;
    })
}

#[test]
fn the_coming_version_is_let_go_where_what_somebody_wrote_works_and_nowhere_else() {
    let failed = || Tried::Failed(SqlError::unreachable("x", "y"));
    for step in [Step::Set, Step::Finish] {
        for (edited, user, current, pending, expected) in [
            (true, "app", Tried::Works, Tried::Not, "take AWSPENDING from version new-version"),
            (true, "other", Tried::Works, Tried::Not, "take AWSPENDING from version new-version"),
            (true, "app", Tried::Refused, Tried::Refused, "failed other-server"),
            (true, "app", Tried::Refused, failed(), "failed other-server"),
            (true, "app", Tried::Not, Tried::Works, "failed other-server"),
            (true, "app", failed(), Tried::Works, "failed sql-no-answer"),
            (false, "app", Tried::Works, Tried::Works, "failed other-server"),
        ] {
            let world = elsewhere(edited, user, current, pending);
            assert_eq!(said(&world, step), expected, "{step:?} {world:?}");
        }
        let plan = of(&elsewhere(true, "app", Tried::Works, Tried::Not), step);
        let What::LetGo { why, .. } = &plan.actions[0].what else { panic!("{plan}") };
        assert!(why.is(&codes::EDITED_MEANWHILE) && why.message.contains("what they wrote works"), "{}", why.message);
    }
    // Nobody logged in there: setSecret finds out.
    let world = |edited| elsewhere(edited, "app", Tried::Not, Tried::Not);
    assert_eq!(said(&world(true), Step::Create), "already_right staged");
    assert_eq!(said(&world(false), Step::Create), "failed other-server");
}

#[test]
fn where_the_server_takes_the_coming_password_alone_that_is_handed_out_and_it_is_said() {
    let world = elsewhere(true, "app", Tried::Refused, Tried::Works);
    assert_eq!(said(&world, Step::Set), "already_right already-set");
    let plan = of(&world, Step::Finish);
    let What::HandOut { edit: None, note: Some(note), .. } = &plan.actions[0].what else { panic!("{plan}") };
    assert!(note.is(&codes::EDIT_NOT_KEPT) && note.fix.as_deref().is_some_and(|fix| fix.contains(OLD)), "{note:?}");
}

#[test]
fn what_somebody_wrote_of_the_same_server_and_user_is_kept_behind_the_hand_over() {
    let edited = with(|world| world.edited = true);
    let keeps = "write what version old-version says with the password of new-version, AWSCURRENT";
    assert_eq!(
        said(&edited, Step::Finish),
        format!(
            "move AWSCURRENT from version old-version to new-version; take AWSPENDING from version new-version; {keeps}"
        )
    );
    // Killed half-way.
    for (labels, expected) in [
        (&["AWSCURRENT", "AWSPENDING"][..], format!("take AWSPENDING from version new-version; {keeps}")),
        (&["AWSCURRENT"], keeps.to_owned()),
    ] {
        let behind = |edited: bool| {
            with(|world| {
                world.edited = edited;
                world.previous = Some(stored(OLD, Tried::Not));
                secret(world).labelled = vec![version(NEW, labels), version(OLD, &["AWSPREVIOUS"])];
            })
        };
        assert_eq!(said(&behind(true), Step::Finish), expected);
        assert!(!said(&behind(false), Step::Finish).contains("write what"), "nobody wrote anything");
        assert_eq!(said(&behind(true), Step::Set), "already_right already-current");
    }
}

#[test]
fn two_logins_without_a_master_are_refused_before_anything_is_stored() {
    let tagged = with(|world| {
        secret(world).tags = [("nightshift:rotation-strategy", "alternating-users")].into_iter().collect();
        world.pending = None;
    });
    let plan = of(&tagged, Step::Create);
    assert!(plan.left[0].reason.is(&codes::STRATEGY_UNAVAILABLE), "{plan}");
    assert!(plan.left[0].reason.message.contains("no master's secret (masterarn)"), "{plan}");
}

#[test]
fn a_clone_shows_whose_it_is_by_acting_as_its_base_and_by_nothing_less() {
    let role = |settings: &[(&str, &str, &str)]| {
        let own =
            |(place, name, value): &(&str, &str, &str)| ((*place).to_owned(), (*name).to_owned(), (*value).to_owned());
        Some(Role { settings: settings.iter().map(own).collect(), ..Role::default() })
    };
    let shown = |base: Option<Role>, clone: Option<Role>, membership: Option<bool>| {
        let (master, own, everybodys) = ("master".to_owned(), Vec::new(), BTreeSet::new());
        Roles { version: 16, master, base, clone, membership, known: false, own, everybodys }
            .is_shown_by_the_clone("app")
    };
    let (plain, acts) = (|| role(&[]), || role(&[("", "role", "app")]));
    let owner = || role(&[("", "role", "owner")]);
    assert!(shown(plain(), acts(), Some(true)));
    assert!(shown(owner(), owner(), Some(true)), "both act as the owner");
    for (base, clone, membership) in [
        (plain(), plain(), Some(true)),
        (plain(), acts(), Some(false)),
        (plain(), acts(), None),
        (plain(), owner(), Some(true)),
        (plain(), role(&[("shop", "role", "app")]), Some(true)),
        (plain(), role(&[("", "search_path", "app")]), Some(true)),
        (plain(), None, Some(true)),
    ] {
        assert!(!shown(base.clone(), clone.clone(), membership), "{base:?} {clone:?} {membership:?}");
    }
}
