//! The gate: the same judgement wherever a role is named.

use super::*;
use crate::jobs::db_users::model::{Account, Accounts};

/// What becomes of `app`, which names `other` in some place, where the server knows `other` and `vip` like this.
fn judged(place: &dyn Fn(&mut UserRequest), change: &dyn Fn(&mut Catalog)) -> String {
    let mut app = user("app");
    place(&mut app);
    let request = request(vec![app]);
    let mut world = world(15, &request);
    let catalog = catalog(&mut world);
    for role in ["other", "vip"] {
        catalog.roles.insert(role.to_owned(), Role::default());
    }
    let goes = request.users[0].state == State::Absent;
    if goes {
        catalog.roles.insert("app".to_owned(), Role { login: true, ..Role::default() });
    }
    change(catalog);
    let plan = plan_under(&protecting("vip"), &world, &request);
    match plan.left.iter().find(|left| left.id == "app") {
        Some(left) => left.why.message(),
        None => "planned".to_owned(),
    }
}

#[test]
fn one_judgement_for_every_place_a_role_is_named_in() {
    let role = || Some("other".to_owned());
    let places: [(&str, Otherwise<'_, UserRequest>); 3] = [
        ("grantor", &|user| user.grantor = role()),
        ("owner role", &|user| user.member_of = role().into_iter().collect()),
        ("heir", &|user| (user.reassign_to, user.state) = (role(), State::Absent)),
    ];
    let is = |facts: Role| move |catalog: &mut Catalog| _ = catalog.roles.insert("other".to_owned(), facts.clone());
    let by = |role: &'static str, facts: Role| {
        move |catalog: &mut Catalog| {
            catalog.roles.entry(role.to_owned()).or_insert_with(|| facts.clone());
            let between = [member("between", "other", "x"), member(role, "between", "x")];
            catalog.memberships.extend(between);
        }
    };
    let creates_roles = Role { creates_roles: true, ..Role::default() };
    let superuser = Role { superuser: true, ..Role::default() };
    let replicates = Role { privileged: true, ..Role::default() };
    let facts: [(Otherwise<'_, Catalog>, &str); 14] = [
        (&|_| {}, "planned"),
        (&is(creates_roles.clone()), "it may create roles"),
        (&is(superuser.clone()), "it is a superuser"),
        (&is(replicates.clone()), "it may replicate or pass by row security"),
        (&by("boss", creates_roles), "it is a member of a role that may create roles"),
        (&by("boss", superuser), "it is a member of a superuser"),
        (&by("boss", replicates), "it is a member of a role that may replicate or pass by row security"),
        (&by("master", Role::default()), "it is a member of the master user"),
        (&by("rds_superuser", Role::default()), "it is a member of rds_superuser"),
        (&by("rds_replication", Role::default()), "it may replicate"),
        (
            &by("pg_execute_server_program", Role::default()),
            "it may run programs on the server, or read or write its files",
        ),
        (&by("pg_write_all_data", Role::default()), "it may do what it may in every database of the server"),
        (&by("rds_password", Role::default()), "it may do what it may in every database of the server"),
        (&by("vip", Role::default()), "it is a member of vip, which NIGHTSHIFT_PROTECTED protects by 'vip'"),
    ];
    for (place, name) in places {
        for (change, expected) in facts {
            let found = judged(name, change);
            assert!(found.ends_with(expected) && (found == "planned" || found.contains("other")), "{place}: {found}");
        }
    }
    let protected = |user: &mut UserRequest| user.grantor = Some("vip".to_owned());
    assert!(judged(&protected, &|_| {}).ends_with("NIGHTSHIFT_PROTECTED protects it by 'vip'"));
}

#[test]
fn the_master_lends_its_own_tables_and_nothing_else_of_itself() {
    let master = || Some("master".to_owned());
    assert_eq!(judged(&|user| user.grantor = master(), &|_| {}), "planned");
    for place in [
        &(|user: &mut UserRequest| user.member_of = master().into_iter().collect()) as &dyn Fn(&mut UserRequest),
        &|user| (user.reassign_to, user.state) = (master(), State::Absent),
    ] {
        assert!(judged(place, &|_| {}).ends_with("it is the master user this run is logged in as"));
    }
}

#[test]
fn a_user_is_judged_as_what_it_can_become() {
    let taken = |role: &str| {
        let request = request(vec![user("human")]);
        let mut world = world(16, &request);
        let catalog = catalog(&mut world);
        catalog.roles.insert("human".to_owned(), Role { login: true, ..Role::default() });
        catalog.roles.insert(role.to_owned(), Role::default());
        catalog.memberships.extend([made_by_master("human"), member(role, "human", "rdsadmin")]);
        why(&plan_under(&protecting("vip"), &world, &request), "human")
    };
    assert_eq!((taken("vip"), taken("VIP"), taken("vipers")), ("protected", "protected", "planned"));
}

#[test]
fn a_login_that_has_the_name_of_a_group_is_not_taken_for_it_and_what_leans_on_it_is_refused() {
    let mut reads = user("app");
    reads.preset = Some(crate::jobs::db_users::request::Preset::Reader);
    let request = request(vec![reads]);
    let judged = |login| {
        let mut world = world(15, &request);
        catalog(&mut world).roles.insert("r_reader".to_owned(), Role { login, ..Role::default() });
        let plan = plan(&world, &request);
        (why(&plan, "r_reader"), why(&plan, "app"))
    };
    assert_eq!(judged(false), ("planned", "planned"));
    assert_eq!(judged(true), ("is-a-login", "role-refused"));
}

#[test]
fn what_leans_on_a_user_of_the_event_that_is_refused_is_refused_with_it() {
    let mut leans = user("app");
    leans.grantor = Some("maker".to_owned());
    let request = request(vec![user("maker"), leans]);
    let mut world = world(16, &request);
    // Somebody else made it: from 16 on it is not the master's to change.
    catalog(&mut world).roles.insert("maker".to_owned(), Role { login: true, ..Role::default() });
    let plan = plan(&world, &request);
    assert_eq!((why(&plan, "maker"), why(&plan, "app")), ("not-ours", "role-refused"));
}

#[test]
fn an_account_that_may_more_than_an_event_gives_is_left_alone() {
    let request = Request { engine: Engine::Mysql, ..request(vec![user("app")]) };
    let judged = |privileged, reached: &[&str]| {
        let mut world = world(9, &request);
        let account = |privileged| Account { privileged, ..Account::default() };
        let accounts = [("%", account(false)), ("10.%", account(privileged))];
        let accounts = accounts.map(|(host, account)| (("app".to_owned(), host.to_owned()), account)).into();
        let reached = reached.iter().map(|&role| role.to_owned()).collect();
        world.server.engine = Engine::Mysql;
        world.state = Catalogs::Mysql(Accounts {
            database: true,
            accounts,
            reached: [("app".to_owned(), reached)].into(),
            ..Accounts::default()
        });
        why(&plan_under(&protecting("vip"), &world, &request), "app")
    };
    assert_eq!(judged(false, &["crew"]), "planned");
    assert_eq!(judged(true, &[]), "privileged-role", "another account of its name counts, too");
    assert_eq!(judged(false, &["crew", "vip"]), "protected");
}

#[test]
fn a_role_that_the_master_is_in_is_not_taken_for_a_user_where_that_would_lock_it_out() {
    let code = |version| {
        let request = request(vec![user("app")]);
        let mut world = world(version, &request);
        let catalog = catalog(&mut world);
        catalog.roles.insert("app".to_owned(), Role { login: true, ..Role::default() });
        catalog.memberships.push(member("app", "master", "x"));
        let plan = plan_under(&policy(), &world, &request);
        plan.left.iter().find(|left| left.id == "app").map_or("planned", |left| left.why.code().name)
    };
    assert_eq!((code(15), code(16)), ("master-is-member", "not-ours"), "from 16 on what made it says more");
}
