//! What is taken back, and what is only told: by what was given, by whom, where, and how far the event goes.

use super::*;
use crate::jobs::db_users::model::DefaultGrant;
use crate::jobs::db_users::request::Origin;

/// What is taken from `app` and what is told of it, in a world that has a schema `other` beside.
fn judged(revoke: Revoke, user: &UserRequest, change: &dyn Fn(&mut Catalog)) -> (Vec<String>, Vec<&'static str>) {
    let request = Request { revoke, ..request(vec![user.clone()]) };
    let mut world = world(16, &request);
    let catalog = catalog(&mut world);
    let schema = |owner: &str| Schema { owner: owner.to_owned(), grants: Vec::new() };
    catalog.schemas = [("public".to_owned(), schema("master")), ("other".to_owned(), schema("master"))].into();
    catalog.roles.insert("app".to_owned(), Role { login: true, ..Role::default() });
    catalog.memberships.push(made_by_master("app"));
    change(catalog);
    with_secret(&mut world, "app", present("app", Trial::Works));
    let plan = plan(&world, &request);
    (taking(&plan, "app"), notes(&plan, "app"))
}

fn on_schema(schema: &'static str, grants: Vec<Grant>) -> impl Fn(&mut Catalog) {
    move |catalog: &mut Catalog| catalog.schemas.get_mut(schema).expect("it is there").grants = grants.clone()
}

fn no_notes() -> Vec<&'static str> {
    Vec::new()
}

#[test]
fn nothing_is_taken_that_the_event_does_not_say_to_take() {
    let surplus = || vec![grant("app", "master", "USAGE CREATE", "")];
    let take = "REVOKE CREATE ON SCHEMA \"public\" FROM \"app\"".to_owned();
    let app = user("app");
    assert_eq!(judged(Revoke::None, &app, &on_schema("public", surplus())), (vec![], vec!["drift"]));
    for revoke in [Revoke::Managed, Revoke::All] {
        assert_eq!(judged(revoke, &app, &on_schema("public", surplus())), (vec![take.clone()], no_notes()));
    }
    let implied = UserRequest { origin: Origin::Implied, auth: Auth::Nobody, secret: None, ..user("app") };
    let group = |catalog: &mut Catalog| {
        catalog.roles.insert("app".to_owned(), Role::default());
        on_schema("public", surplus())(catalog);
    };
    assert_eq!(judged(Revoke::All, &implied, &group).0, no_notes(), "others use it, too");
}

#[test]
fn only_what_the_owner_gave_goes_and_only_if_nobody_else_lives_by_it() {
    let app = user("app");
    let on_public = |grants: Vec<Grant>| judged(Revoke::All, &app, &on_schema("public", grants));
    assert_eq!(on_public(vec![grant("app", "another", "USAGE CREATE", "")]), (vec![], vec!["foreign-grant"]));
    let passed = vec![grant("app", "master", "USAGE CREATE", "CREATE"), grant("third", "app", "CREATE", "")];
    assert_eq!(on_public(passed), (vec![], vec!["passed-on"]));
    let option = vec![grant("app", "master", "USAGE", "USAGE")];
    assert_eq!(
        on_public(option),
        (vec!["REVOKE GRANT OPTION FOR USAGE ON SCHEMA \"public\" FROM \"app\"".to_owned()], no_notes())
    );
    let own = |catalog: &mut Catalog| {
        on_schema("public", vec![grant("app", "app", "USAGE CREATE", "")])(catalog);
        catalog.schemas.get_mut("public").expect("it is there").owner = "app".to_owned();
        catalog.database.as_mut().expect("it is there").owner = "app".to_owned();
        catalog.database.as_mut().expect("it is there").grants =
            vec![grant("app", "app", "CONNECT CREATE TEMPORARY", "")];
    };
    assert_eq!(judged(Revoke::All, &app, &own), (vec![], no_notes()), "what is its own is its own");
}

#[test]
fn managed_stays_within_the_schemas_of_the_event() {
    let app = user("app");
    let elsewhere = on_schema("other", vec![grant("app", "master", "USAGE", "")]);
    assert_eq!(judged(Revoke::Managed, &app, &elsewhere), (vec![], vec!["drift"]));
    let taken = vec!["REVOKE USAGE ON SCHEMA \"other\" FROM \"app\"".to_owned()];
    assert_eq!(judged(Revoke::All, &app, &elsewhere), (taken, no_notes()));
    let there = |catalog: &mut Catalog| {
        catalog.objects = vec![table("other", "t", "master", &[grant("app", "master", "SELECT", "")])];
    };
    assert_eq!(judged(Revoke::Managed, &app, &there), (vec![], vec!["drift"]));
    let taken = vec!["REVOKE SELECT ON TABLE \"other\".t FROM \"app\"".to_owned()];
    assert_eq!(judged(Revoke::All, &app, &there), (taken, no_notes()));
    let database = |catalog: &mut Catalog| {
        let database = catalog.database.as_mut().expect("it is there");
        database.grants = vec![grant("app", "master", "CONNECT CREATE", "")];
    };
    let taken = vec!["REVOKE CREATE ON DATABASE \"shop\" FROM \"app\"".to_owned()];
    assert_eq!(judged(Revoke::Managed, &app, &database), (taken, no_notes()));
}

#[test]
fn many_tables_are_taken_from_at_once_only_where_that_is_the_same() {
    let app = user("app");
    let taken = |last: Object| {
        let many = |catalog: &mut Catalog| {
            let given = [grant("app", "master", "SELECT INSERT", "")];
            catalog.objects =
                (0..60).map(|number| table("public", &format!("t{number:02}"), "master", &given)).collect();
            catalog.objects.push(last.clone());
        };
        judged(Revoke::Managed, &app, &many).0
    };
    let all = "REVOKE INSERT ON ALL TABLES IN SCHEMA \"public\" FROM \"app\"";
    assert_eq!(taken(table("public", "z", "master", &[])), [all]);
    for last in [
        table("public", "z", "stranger", &[]),
        table("public", "z", "app", &[]),
        table(
            "public",
            "z",
            "master",
            &[grant("app", "master", "INSERT", "INSERT"), grant("third", "app", "INSERT", "")],
        ),
    ] {
        let taken = taken(last);
        assert!(taken.iter().all(|step| step.starts_with("REVOKE INSERT ON TABLE ")) && taken.len() == 2, "{taken:?}");
    }
}

#[test]
fn what_comes_by_default_is_taken_from_its_creator_and_never_from_oneself() {
    let app = user("app");
    let entry = |creator: &'static str, schema: Option<&'static str>, privilege: &'static str| {
        move |catalog: &mut Catalog| {
            catalog.defaults.push(DefaultGrant {
                creator: creator.to_owned(),
                schema: schema.map(str::to_owned),
                kind: ObjectKind::Table,
                grantee: "app".to_owned(),
                privilege: privilege.to_owned(),
            });
        }
    };
    let taken = |place: &str, word: &str| {
        vec![format!("ALTER DEFAULT PRIVILEGES FOR ROLE \"master\" {place}REVOKE {word} ON TABLES FROM \"app\"")]
    };
    let here = "IN SCHEMA \"public\" ";
    assert_eq!(judged(Revoke::Managed, &app, &entry("master", Some("public"), "INSERT")).0, taken(here, "INSERT"));
    assert_eq!(judged(Revoke::Managed, &app, &entry("master", Some("public"), "SELECT")).0, no_notes());
    assert_eq!(judged(Revoke::None, &app, &entry("master", Some("public"), "INSERT")), (vec![], vec!["drift"]));
    assert_eq!(judged(Revoke::All, &app, &entry("app", Some("public"), "INSERT")), (vec![], no_notes()));
    assert_eq!(judged(Revoke::All, &app, &entry("app", None, "INSERT")), (vec![], no_notes()));
    assert_eq!(
        judged(Revoke::All, &app, &entry("stranger", Some("public"), "SELECT")),
        (vec![], vec!["foreign-grant"])
    );
    assert_eq!(judged(Revoke::Managed, &app, &entry("master", None, "INSERT")), (vec![], vec!["foreign-grant"]));
    assert_eq!(judged(Revoke::All, &app, &entry("master", None, "INSERT")).0, taken("", "INSERT"));
}

#[test]
fn memberships_go_by_all_alone_and_only_those_the_master_made() {
    let app = user("app");
    let of = |grantor: &'static str, administers: bool| {
        move |catalog: &mut Catalog| {
            catalog.roles.insert("crew".to_owned(), Role::default());
            catalog.memberships.push(member("crew", "app", grantor));
            catalog.memberships.extend(administers.then(|| made_by_master("crew")));
        }
    };
    assert_eq!(judged(Revoke::Managed, &app, &of("master", true)), (vec![], vec!["drift"]));
    let taken = vec!["REVOKE \"crew\" FROM \"app\"".to_owned()];
    assert_eq!(judged(Revoke::All, &app, &of("master", true)), (taken, no_notes()));
    assert_eq!(judged(Revoke::All, &app, &of("another", true)), (vec![], vec!["foreign-grant"]));
    assert_eq!(judged(Revoke::All, &app, &of("master", false)), (vec![], vec!["foreign-grant"]));
    let mut wants = user("app");
    wants.member_of = vec!["crew".to_owned()];
    assert_eq!(judged(Revoke::All, &wants, &of("master", true)), (vec![], no_notes()));
    let iam = UserRequest { auth: Auth::Iam, secret: None, ..user("app") };
    let of_iam = |catalog: &mut Catalog| {
        catalog.roles.insert("rds_iam".to_owned(), Role::default());
        catalog.memberships.extend([made_by_master("rds_iam"), member("rds_iam", "app", "master")]);
    };
    assert_eq!(judged(Revoke::All, &iam, &of_iam), (vec![], no_notes()), "it logs in by that");
}

#[test]
fn what_stands_on_single_columns_is_left_and_said() {
    let on = |many| {
        move |catalog: &mut Catalog| {
            catalog.column_grants.insert("app".to_owned(), many);
        }
    };
    assert_eq!(judged(Revoke::Managed, &user("app"), &on(2)).1, ["column-grants"]);
    assert_eq!(judged(Revoke::Managed, &user("app"), &on(0)).1, no_notes());
}
