//! What becomes of a secret, by what is known of it and of the account.

use super::*;
use crate::domains::databases::token_of;
use crate::services::secrets::RotationFacts;

/// What is done to the secret of `app`, whom the server knows or not.
fn judged(login: Option<bool>, change: &dyn Fn(&mut Present)) -> Result<SecretPlan, &'static str> {
    judged_as(user("app"), login, change)
}

/// The same, as the event has it.
pub(super) fn judged_as(
    user: UserRequest,
    login: Option<bool>,
    change: &dyn Fn(&mut Present),
) -> Result<SecretPlan, &'static str> {
    let request = request(vec![user]);
    let mut world = world(15, &request);
    if let Some(login) = login {
        catalog(&mut world).roles.insert("app".to_owned(), Role { login, ..Role::default() });
    }
    let mut found =
        Present { ours: true, ..present("app", if login == Some(true) { Trial::Works } else { Trial::NotTried }) };
    change(&mut found);
    with_secret(&mut world, "app", found);
    let plan = plan(&world, &request);
    let secret = plan.actions.iter().find_map(|action| match action {
        Action::Change(change) => change.secret.clone(),
        _ => None,
    });
    secret.ok_or_else(|| why(&plan, "app"))
}

fn is_new(plan: &Result<SecretPlan, &'static str>) -> bool {
    plan.as_ref()
        .is_ok_and(|plan| plan.sets_password && matches!(plan.step, SecretStep::Stage { new_password: true, .. }))
}

fn is_kept(plan: &Result<SecretPlan, &'static str>) -> bool {
    plan.as_ref().is_ok_and(|plan| plan.step == SecretStep::Keep)
}

#[test]
fn what_was_deleted_comes_back_with_a_new_password_and_so_does_what_may_have_been() {
    let deleted = |found: &mut Present| {
        (found.deleted, found.current, found.deletion) = (true, None, "today v1".to_owned());
    };
    for login in [None, Some(false), Some(true)] {
        let plan = judged(login, &deleted);
        assert!(is_new(&plan) && plan.is_ok_and(|plan| plan.is_restored()), "{login:?}");
    }
    // A run that died right behind bringing it back.
    assert!(is_new(&judged(None, &|_| {})) && is_new(&judged(Some(false), &|_| {})));
    assert!(is_kept(&judged(Some(true), &|_| {})), "who logs in by it, keeps it");
    // One that somebody made by hand for a user to come is taken as it is.
    for login in [None, Some(false)] {
        let plan = judged(login, &|found| found.ours = false);
        assert!(is_kept(&plan) && plan.is_ok_and(|plan| plan.sets_password), "{login:?}");
    }
}

#[test]
fn a_login_goes_before_its_deleted_secret_comes_back() {
    let request = request(vec![user("app")]);
    let steps_of = |deleted: bool, login: bool| {
        let mut world = world(15, &request);
        catalog(&mut world).roles.insert("app".to_owned(), Role { login, ..Role::default() });
        let found = present("app", Trial::NotTried);
        let current = found.current.clone().filter(|_| !deleted);
        with_secret(&mut world, "app", Present { ours: true, deleted, current, ..found });
        steps(&plan(&world, &request), "app")
    };
    assert_eq!(
        steps_of(true, true)[..4],
        [
            "ALTER ROLE \"app\" NOLOGIN",
            "restore secret app-secret from its deletion",
            "write a version of secret app-secret as AWSPENDING, with a new password",
            "ALTER ROLE \"app\" LOGIN PASSWORD '********'",
        ]
    );
    assert_eq!(steps_of(true, false)[0], "restore secret app-secret from its deletion");
    assert!(!steps_of(false, true).iter().any(|step| step.contains("NOLOGIN")));
}

#[test]
fn a_version_on_its_way_is_taken_only_if_it_is_ours_or_is_what_the_server_takes() {
    let pending = |id: &str, trial: Trial| {
        let id = id.to_owned();
        move |found: &mut Present| {
            let version = found.current.clone().expect("it has one");
            found.pending = Some(Version { id: id.clone(), trial: trial.clone(), ..version });
        }
    };
    let is_taken = |plan: &Result<SecretPlan, &'static str>| {
        plan.as_ref().is_ok_and(|plan| matches!(plan.step, SecretStep::Promote { .. }))
    };
    let staged = token_of(&["arn:app", "v1", "stage"]);
    assert!(is_taken(&judged(Some(true), &pending(&staged, Trial::Refused))));
    let strange = judged(Some(true), &pending("v2", Trial::Refused));
    assert!(is_kept(&strange) && strange.is_ok_and(|plan| plan.stale_pending.as_deref() == Some("v2")));
    let both = judged(Some(true), &pending("v2", Trial::Works));
    assert!(is_kept(&both), "what is current and works stays");
    let moved = |found: &mut Present| {
        pending("v2", Trial::Works)(found);
        found.current.as_mut().expect("it has one").trial = Trial::Refused;
    };
    assert!(is_taken(&judged(Some(true), &moved)), "the database has it already");
    let rotating = |found: &mut Present| {
        pending("v2", Trial::Works)(found);
        found.rotation.enabled = true;
    };
    assert_eq!(judged(Some(true), &rotating), Err("rotation-pending"));
    let empty = |found: &mut Present| {
        pending(&token_of(&["arn:app", "v1", "stage"]), Trial::NotTried)(found);
        found.pending.as_mut().expect("it has one").has_password = false;
    };
    assert!(!is_taken(&judged(Some(true), &empty)), "there is nothing in it");
}

#[test]
fn a_version_that_brought_a_secret_back_is_known_again() {
    let deleted = |found: &mut Present| {
        (found.deleted, found.current, found.deletion) = (true, None, "today v1".to_owned());
    };
    let Ok(SecretPlan { step: SecretStep::Stage { token, .. }, .. }) = judged(None, &deleted) else {
        panic!("no version")
    };
    let back = |found: &mut Present| {
        let version = found.current.clone().expect("it has one");
        found.pending = Some(Version { id: token.clone(), trial: Trial::NotTried, ..version });
    };
    let plan = judged(None, &back).expect("a change");
    assert!(matches!(plan.step, SecretStep::Promote { ref version, .. } if *version == token) && plan.sets_password);
}

#[test]
fn a_label_that_a_rotation_left_is_the_rotations() {
    let lingering = |enabled| {
        judged(Some(true), &move |found| {
            found.lingering = true;
            found.rotation = RotationFacts { enabled, ..RotationFacts::default() };
        })
    };
    assert_eq!(lingering(false).map(|plan| plan.stale_pending), Ok(Some("v1".to_owned())));
    assert_eq!(lingering(true).map(|plan| plan.stale_pending), Ok(None));
}

#[test]
fn who_logs_in_by_iam_is_given_no_password() {
    let request = request(vec![user("app")]);
    let mut world = world(15, &request);
    for role in ["app", "rds_iam"] {
        catalog(&mut world).roles.insert(role.to_owned(), Role::default());
    }
    catalog(&mut world).memberships.push(member("rds_iam", "app", "master"));
    assert_eq!(why(&plan(&world, &request), "app"), "iam-member");
}

#[test]
fn a_report_names_each_user_its_region_and_what_becomes_of_it_and_nobody_as_its_owner() {
    let mut request = request(vec![user("new"), user("old"), user("left")]);
    request.create_database = true;
    let mut world = world(16, &request);
    let catalog = catalog(&mut world);
    catalog.database = None;
    catalog.roles.insert("old".to_owned(), Role { login: true, ..Role::default() });
    catalog.memberships.push(made_by_master("old"));
    let plan = plan_under(&protecting("left"), &world, &request);
    let items = plan.items(vec![crate::run::Done::changed(Vec::new()); plan.actions.len()]);
    let said = |id: &str| {
        let item = items.iter().find(|item| item.id == id).unwrap_or_else(|| panic!("{id} is not in {items:?}"));
        assert_eq!((item.region.as_str(), item.owner.as_deref()), ("eu-west-1", None), "{id}");
        assert_eq!(item.domain["dbusers"]["server"], plan.scope.server, "{id}");
        item.domain["dbusers"]["change"].clone()
    };
    let said: Vec<_> = ["shop", "new", "old", "left"].map(said).into();
    assert_eq!(serde_json::json!(said), serde_json::json!(["prepare", "create", "change", null]));
}
