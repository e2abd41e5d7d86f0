//! What keeps a user from being dropped, and how one goes and would come back, by what it holds.

use super::*;
use crate::domains::databases::Statement;
use crate::jobs::db_users::model::{Held, NotForHeir, Place as Home, Thing, ThingKind};

fn absent(name: &str, heir: Option<&str>) -> UserRequest {
    UserRequest { state: State::Absent, reassign_to: heir.map(str::to_owned), ..user(name) }
}

fn thing(what: ThingKind, sql_name: &str, owner: &str, grants: &[Grant]) -> Thing {
    Thing {
        what,
        sql_name: sql_name.to_owned(),
        schema: Some("public".to_owned()),
        owner: owner.to_owned(),
        column: None,
        goes_with_table: false,
        grants: grants.to_vec(),
        roles: Vec::new(),
    }
}

fn held(database: &str, things: &[Thing]) -> Held {
    let owns = i64::try_from(things.iter().filter(|thing| thing.is_of("app")).count()).unwrap_or_default();
    let home = Home { owner: "master".to_owned(), makers: ["heir".to_owned()].into() };
    Held {
        database: Some(database.to_owned()),
        owns,
        things: things.to_vec(),
        places: [("public".to_owned(), home)].into(),
        ..Held::default()
    }
}

/// A plan that drops `app`, to whom the roles `heir` and `stranger` are nothing, and `theirs` belongs to the master.
fn dropped(heir: Option<&str>, holds: &[Held], change: &dyn Fn(&mut Catalog)) -> Plan {
    let request = request(vec![absent("app", heir)]);
    let mut world = world(16, &request);
    let catalog = catalog(&mut world);
    for role in ["app", "heir", "stranger"] {
        catalog.roles.insert(role.to_owned(), Role { login: role == "app", ..Role::default() });
    }
    catalog.memberships.extend([made_by_master("app"), made_by_master("heir")]);
    catalog.held.insert("app".to_owned(), holds.to_vec());
    change(catalog);
    plan_under(&protecting("vip"), &world, &request)
}

const TABLE: ThingKind = ThingKind::Grantable("TABLE");

#[test]
fn what_keeps_a_user_is_found_before_anything_is_done_to_it() {
    let given = |by: &str| thing(TABLE, "public.t", "master", &[grant("app", by, "SELECT", "SELECT")]);
    let passed = thing(
        TABLE,
        "public.t",
        "master",
        &[grant("app", "master", "SELECT", "SELECT"), grant("third", "app", "SELECT", "")],
    );
    let policy = |roles: &[&str], owner: &str| {
        let roles = roles.iter().map(|&role| role.to_owned()).collect();
        Thing { roles, ..thing(ThingKind::Policy, "p ON public.t", owner, &[]) }
    };
    let own = |name: &str| thing(TABLE, name, "app", &[]);
    let closed = Held { closed: Some("no".to_owned()), ..held("shop", &[]) };
    let lacks = |takes_create| Held {
        not_for_heir: vec![NotForHeir { what: "the server s".to_owned(), takes_create }],
        ..held("shop", &[own("public.t")])
    };
    let mut shut = held("shop", &[own("public.t")]);
    shut.places.insert("public".to_owned(), Home { owner: "stranger".to_owned(), ..Home::default() });
    let cases: [(Option<&str>, Held, &str); 16] = [
        (None, held("shop", &[]), "planned"),
        (None, held("shop", &[given("master")]), "planned"),
        (None, held("shop", &[given("stranger")]), "granted-by-others"),
        (
            None,
            held("shop", &[thing(TABLE, "public.t", "stranger", &[grant("app", "stranger", "SELECT", "")])]),
            "granted-by-others",
        ),
        (None, held("shop", &[passed]), "passed-on"),
        (None, held("shop", &[policy(&["app"], "master")]), "still-named"),
        (None, held("shop", &[policy(&["app", "stranger"], "stranger")]), "still-named"),
        (None, held("shop", &[policy(&["app", "stranger"], "master")]), "planned"),
        (None, held("shop", &[thing(ThingKind::Other, "something", "", &[])]), "still-named"),
        (None, held("shop", &[own("public.t")]), "owns-objects"),
        (None, closed, "database-closed"),
        (Some("heir"), held("shop", &[own("public.t")]), "planned"),
        (Some("nobody"), held("shop", &[own("public.t")]), "role-missing"),
        (Some("stranger"), held("shop", &[own("public.t")]), "not-ours"),
        (Some("heir"), lacks(false), "heir-cannot-own"),
        (Some("heir"), shut, "heir-cannot-own"),
    ];
    for (heir, holds, expected) in cases {
        let plan = dropped(heir, std::slice::from_ref(&holds), &|_| {});
        assert_eq!(why(&plan, "app"), expected, "{heir:?} {holds:?}");
    }
    assert_eq!(why(&dropped(Some("heir"), &[lacks(true)], &|_| {}), "app"), "heir-cannot-own");
}

#[test]
fn what_a_lock_keeps_others_from_goes_one_by_one() {
    let sequence =
        |name, goes_with_table| Thing { goes_with_table, ..thing(ThingKind::Grantable("SEQUENCE"), name, "app", &[]) };
    let things = [
        thing(TABLE, "public.t", "app", &[]),
        sequence("public.t_id_seq", true),
        sequence("public.alone", false),
        thing(ThingKind::Grantable("ROUTINE"), "public.f()", "app", &[]),
    ];
    let plan = dropped(Some("heir"), &[held("airflow", &things)], &|_| {});
    let Some(Action::Drop(drop)) = plan.actions.first() else { panic!("{plan}") };
    let shown = |statements: &[Statement]| statements.iter().map(ToString::to_string).collect::<Vec<_>>();
    let one_by_one = [r#"ALTER TABLE public.t OWNER TO "heir""#, r#"ALTER SEQUENCE public.alone OWNER TO "heir""#]
        .map(str::to_owned);
    assert_eq!(shown(&drop.hand_over[0].things), one_by_one);
    assert_eq!(shown(&drop.hand_over[0].rest), [r#"REASSIGN OWNED BY "app" TO "heir""#]);
}

#[test]
fn who_is_there_by_it_keeps_it() {
    let with = |rows: Vec<Membership>, login: bool| {
        why(
            &dropped(None, &[], &|catalog| {
                catalog.memberships.extend(rows.clone());
                catalog.roles.insert("app".to_owned(), Role { login, ..Role::default() });
            }),
            "app",
        )
    };
    assert_eq!(with(vec![], false), "planned");
    assert_eq!(with(vec![member("app", "stranger", "master")], false), "has-members");
    assert_eq!(with(vec![member("app", "stranger", "master")], true), "planned", "it logs in: it is no group");
    assert_eq!(with(vec![member("heir", "stranger", "app")], true), "passed-on");
    let clone = |catalog: &mut Catalog| _ = catalog.roles.insert("app_clone".to_owned(), Role::default());
    assert_eq!(why(&dropped(None, &[], &clone), "app"), "has-clone");
    let not_ours = |catalog: &mut Catalog| catalog.memberships.clear();
    assert_eq!(why(&dropped(None, &[], &not_ours), "app"), "not-ours");
}

#[test]
fn a_role_goes_together_with_what_it_has_here_and_elsewhere_it_could_be_given_back() {
    let granted = [grant("app", "master", "SELECT UPDATE", "UPDATE")];
    let column = Thing {
        column: Some("\"at\"".to_owned()),
        ..thing(TABLE, "public.t", "master", &[grant("app", "master", "INSERT", "")])
    };
    let policy = Thing {
        roles: vec!["app".to_owned(), "other".to_owned()],
        ..thing(ThingKind::Policy, "p ON public.t", "master", &[])
    };
    let default = thing(ThingKind::Default("TABLES"), "public", "master", &[grant("app", "master", "SELECT", "")]);
    let own = thing(
        ThingKind::Default("ROUTINES"),
        "",
        "app",
        &[grant("app", "app", "EXECUTE", ""), grant("other", "app", "EXECUTE", "EXECUTE")],
    );
    let things = [thing(TABLE, "public.t", "master", &granted), column, policy, default, own];
    let plan = dropped(None, &[held("else", &things), held("shop", &things[..1])], &|_| {});
    let Some(Action::Drop(drop)) = plan.actions.first() else { panic!("{plan}") };
    let shown = |statements: &[Statement]| statements.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert_eq!(drop.empty.len(), 1);
    insta::assert_snapshot!(shown(&drop.empty[0].statements), @r#"
    GRANT "app" TO "master" WITH INHERIT TRUE, SET TRUE
    ALTER POLICY p ON public.t TO "other"
    ALTER DEFAULT PRIVILEGES FOR ROLE "master" IN SCHEMA public REVOKE ALL ON TABLES FROM "app"
    ALTER DEFAULT PRIVILEGES FOR ROLE "app" REVOKE ALL ON ROUTINES FROM "other"
    ALTER DEFAULT PRIVILEGES FOR ROLE "app" GRANT ALL ON ROUTINES TO "app"
    ALTER DEFAULT PRIVILEGES FOR ROLE "app" GRANT EXECUTE ON ROUTINES TO PUBLIC
    REVOKE ALL ON TABLE public.t FROM "app"
    REVOKE "app" FROM "master"
    "#);
    insta::assert_snapshot!(shown(&drop.empty[0].back), @r#"
    GRANT "app" TO "master" WITH INHERIT TRUE, SET TRUE
    GRANT SELECT ON TABLE public.t TO "app"
    GRANT UPDATE ON TABLE public.t TO "app" WITH GRANT OPTION
    GRANT INSERT ("at") ON TABLE public.t TO "app"
    ALTER POLICY p ON public.t TO "app", "other"
    ALTER DEFAULT PRIVILEGES FOR ROLE "master" IN SCHEMA public GRANT SELECT ON TABLES TO "app"
    ALTER DEFAULT PRIVILEGES FOR ROLE "app" REVOKE ALL ON ROUTINES FROM "app"
    ALTER DEFAULT PRIVILEGES FOR ROLE "app" REVOKE ALL ON ROUTINES FROM PUBLIC
    ALTER DEFAULT PRIVILEGES FOR ROLE "app" GRANT EXECUTE ON ROUTINES TO "app"
    ALTER DEFAULT PRIVILEGES FOR ROLE "app" GRANT EXECUTE ON ROUTINES TO "other" WITH GRANT OPTION
    REVOKE "app" FROM "master"
    "#);
    insta::assert_snapshot!(shown(&drop.drop), @r#"
    GRANT "app" TO "master" WITH INHERIT TRUE, SET TRUE
    REVOKE ALL ON TABLE public.t FROM "app"
    REVOKE "app" FROM "master"
    DROP ROLE "app"
    "#);
}

#[test]
fn what_is_temporary_goes_with_its_session_and_a_server_of_its_own_is_its_heirs_by_then() {
    let temporary = Held { fleeting: 2, ..held("shop", &[]) };
    let plan = dropped(None, &[temporary], &|_| {});
    let Some(Action::Drop(drop)) = plan.actions.first() else { panic!("{plan}") };
    assert_eq!(drop.fleeting, 2);
    let server = thing(ThingKind::Grantable("FOREIGN SERVER"), "s", "app", &[]);
    let mapping = thing(ThingKind::UserMapping, "s", "app", &[]);
    let things = [server, mapping].map(|thing| Thing { schema: None, ..thing });
    let plan = dropped(Some("heir"), &[held("shop", &things)], &|_| {});
    let Some(Action::Drop(drop)) = plan.actions.first() else { panic!("{plan}") };
    let last: Vec<_> = drop.drop.iter().map(ToString::to_string).collect();
    assert!(last.iter().any(|step| step.starts_with("GRANT \"heir\" TO \"master\"")), "{last:?}");
    assert!(last.iter().any(|step| step.starts_with("DROP USER MAPPING FOR \"app\" SERVER s")), "{last:?}");
}

#[test]
fn an_heir_keeps_what_the_event_gives_it_and_gives_back_what_was_lent() {
    let mut heir = UserRequest { auth: Auth::Nobody, secret: None, ..user("heir") };
    let lent = |heir: &UserRequest| {
        let request = request(vec![heir.clone(), absent("app", Some("heir"))]);
        let mut world = world(16, &request);
        let catalog = catalog(&mut world);
        for role in ["app", "heir"] {
            catalog.roles.insert(role.to_owned(), Role { login: role == "app", ..Role::default() });
            catalog.memberships.push(made_by_master(role));
        }
        let mut holds = held("shop", &[thing(TABLE, "public.t", "app", &[])]);
        holds.places.insert("public".to_owned(), Home { owner: "master".to_owned(), ..Home::default() });
        holds.not_for_heir = vec![NotForHeir { what: "the publication p".to_owned(), takes_create: true }];
        catalog.held.insert("app".to_owned(), vec![holds]);
        let plan = plan(&world, &request);
        let drop = plan.actions.iter().find_map(|action| match action {
            Action::Drop(drop) => Some(drop.hand_over[0].lent.len()),
            _ => None,
        });
        drop.ok_or(why(&plan, "app"))
    };
    assert_eq!(lent(&heir), Err("heir-cannot-own"), "a publication takes the right to make things in the database");
    heir.ddl = true;
    assert_eq!(lent(&heir), Ok(0), "what the event gives it is not lent");
}

#[test]
fn who_cannot_be_dropped_and_cannot_log_in_is_told_so() {
    let own = held("shop", &[thing(TABLE, "public.t", "app", &[])]);
    let without_login = |catalog: &mut Catalog| _ = catalog.roles.insert("app".to_owned(), Role::default());
    let plan = dropped(None, std::slice::from_ref(&own), &without_login);
    assert_eq!((why(&plan, "app"), notes(&plan, "app")), ("owns-objects", vec!["no-login"]));
    let plan = dropped(None, &[own], &|_| {});
    assert_eq!((why(&plan, "app"), notes(&plan, "app")), ("owns-objects", vec![]));
}

#[test]
fn the_secret_of_another_stays() {
    let request = request(vec![absent("app", None)]);
    let mut world = world(16, &request);
    with_secret(&mut world, "app", present("somebody", Trial::NotTried));
    assert_eq!(why(&plan(&world, &request), "app"), "secret-of-another");
    with_secret(&mut world, "app", present("app", Trial::NotTried));
    assert_eq!(why(&plan(&world, &request), "app"), "planned");
}

#[test]
fn what_keeps_a_user_is_counted_where_it_is() {
    let held = |database: Option<&str>, owns| Held { database: database.map(str::to_owned), owns, ..Held::default() };
    let why = Why::OwnsObjects { held: vec![held(Some("shop"), 2), held(Some("other"), 0), held(None, 1)] };
    let said = why.message();
    assert!(said.contains("2 objects in database shop, 1 object shared by all databases"), "{said}");
    assert!(!said.contains("other"), "{said}");
}

#[test]
fn of_many_steps_the_first_and_the_last_are_shown_and_the_others_counted() {
    let steps = |count: usize| (1..=count).map(|number| number.to_string()).collect::<Vec<_>>();
    assert_eq!(abridged(steps(40)), steps(40));
    let shown = abridged(steps(100));
    let ends: Vec<_> = [0, 19, 20, 21, 40].map(|at| shown[at].as_str()).into();
    assert_eq!((shown.len(), ends), (41, vec!["1", "20", "and 60 more like these", "81", "100"]));
}
