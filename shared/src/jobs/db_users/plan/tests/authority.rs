//! Whose rights the master has, borrows or cannot have, by every fact that decides it.

use super::*;

/// How the master comes to grant on a table of `maker`, and how it gives back what it lent itself.
fn authority(version: u32, change: &dyn Fn(&mut Catalog)) -> (&'static str, Option<String>) {
    let request = request(vec![user("app")]);
    let mut world = world(version, &request);
    let catalog = catalog(&mut world);
    catalog.objects = vec![table("public", "t", "maker", &[])];
    catalog.roles.insert("maker".to_owned(), Role::default());
    change(catalog);
    let plan = plan_under(&protecting("vip"), &world, &request);
    let steps = steps(&plan, "app");
    let grants = steps.iter().any(|step| step.starts_with("GRANT SELECT ON TABLE \"public\".t"));
    // Before 16 a membership has no options.
    let lending =
        format!("GRANT \"maker\" TO \"master\"{}", if version < 16 { "" } else { " WITH INHERIT TRUE, SET TRUE" });
    let lends = steps.contains(&lending);
    let back = steps.iter().rfind(|step| step.contains("\"maker\" FROM") || step.contains("\"maker\" TO")).cloned();
    let how = match (grants, lends) {
        (true, true) => "borrowed",
        (true, false) => "own",
        (false, false) => "none",
        (false, true) => "lent for nothing",
    };
    assert_eq!(notes(&plan, "app").contains(&"not-grantable"), how == "none", "{plan}");
    (how, back.filter(|_| lends))
}

fn row(admin: bool, inherit: bool, set: bool) -> Membership {
    Membership { admin, inherit, set, ..member("maker", "master", "master") }
}

fn of_maker(role: &str, facts: Role) -> impl Fn(&mut Catalog) {
    move |catalog: &mut Catalog| {
        catalog.roles.insert(role.to_owned(), facts.clone());
        catalog.memberships.extend([made_by_master("maker"), member(role, "maker", "rdsadmin")]);
    }
}

#[test]
fn a_role_is_borrowed_only_by_who_administers_it_and_only_if_it_passes() {
    let made = |catalog: &mut Catalog| catalog.memberships.push(made_by_master("maker"));
    let with = |row: Membership| move |catalog: &mut Catalog| catalog.memberships.push(row.clone());
    let powerful = |facts: Role| {
        move |catalog: &mut Catalog| {
            catalog.roles.insert("maker".to_owned(), facts.clone());
            catalog.memberships.push(made_by_master("maker"));
        }
    };
    let creates_roles = Role { creates_roles: true, ..Role::default() };
    let cases: [(u32, &str, Otherwise<'_, Catalog>, &str); 18] = [
        (14, "nothing: it may make itself a member", &|_| {}, "borrowed"),
        (15, "an idle membership, which giving back would take away", &with(row(false, false, true)), "none"),
        (15, "one that inherits", &with(row(false, true, true)), "own"),
        (16, "nothing: who made it is not known to be the master", &|_| {}, "none"),
        (16, "made by the master", &made, "borrowed"),
        (16, "a member without ADMIN", &with(row(false, false, true)), "none"),
        (16, "a member with ADMIN", &with(row(true, false, false)), "borrowed"),
        (16, "a member that inherits", &with(row(false, true, false)), "own"),
        (18, "made by the master", &made, "borrowed"),
        (16, "a member of rds_iam", &of_maker("rds_iam", Role::default()), "none"),
        (16, "a member of the master", &of_maker("master", creates_roles.clone()), "none"),
        (16, "protected by who it is a member of", &of_maker("vip", Role::default()), "none"),
        (16, "a member of a maker of roles", &of_maker("boss", creates_roles.clone()), "none"),
        (16, "a member of who reads every database", &of_maker("pg_read_all_data", Role::default()), "none"),
        (16, "a maker of roles itself", &powerful(creates_roles), "none"),
        (16, "a superuser", &powerful(Role { superuser: true, ..Role::default() }), "none"),
        (16, "one that replicates", &powerful(Role { privileged: true, ..Role::default() }), "none"),
        (16, "one that is no longer there", &|catalog| _ = catalog.roles.remove("maker"), "none"),
    ];
    for (version, what, change, expected) in cases {
        assert_eq!(authority(version, change).0, expected, "{version}: {what}");
    }
}

#[test]
fn what_was_borrowed_goes_back_to_what_it_was() {
    let own = |inherit, set| {
        let rows = [made_by_master("maker"), row(false, inherit, set)];
        authority(16, &|catalog| catalog.memberships.extend(rows.clone())).1
    };
    let back = |words: &str| Some(format!("GRANT \"maker\" TO \"master\" WITH INHERIT FALSE, SET {words}"));
    assert_eq!(own(false, true), back("TRUE"));
    assert_eq!(own(false, false), back("FALSE"));
    let made = authority(16, &|catalog| catalog.memberships.push(made_by_master("maker")));
    assert_eq!(made.1.as_deref(), Some("REVOKE \"maker\" FROM \"master\""));
    assert_eq!(authority(14, &|_| {}).1.as_deref(), Some("REVOKE \"maker\" FROM \"master\""));
}

#[test]
fn a_role_that_is_somebody_elses_is_not_changed_nor_opened_to_others() {
    let mut wants = user("app");
    wants.member_of = vec!["crew".to_owned()];
    let request = request(vec![wants, user("theirs")]);
    let judged = |version, ours: &[&str]| {
        let mut world = world(version, &request);
        let catalog = catalog(&mut world);
        for role in ["crew", "theirs"] {
            catalog.roles.insert(role.to_owned(), Role::default());
        }
        catalog.memberships.extend(ours.iter().map(|role| made_by_master(role)));
        let plan = plan(&world, &request);
        (why(&plan, "app"), why(&plan, "theirs"))
    };
    assert_eq!(judged(16, &[]), ("not-ours", "not-ours"));
    assert_eq!(judged(16, &["crew"]), ("planned", "not-ours"));
    assert_eq!(judged(16, &["crew", "theirs"]), ("planned", "planned"));
    assert_eq!(judged(15, &[]), ("planned", "planned"));
}

#[test]
fn all_tables_are_granted_at_once_only_where_each_can_be() {
    let request = request(vec![user("app")]);
    let granted = |tables: &[Object]| {
        let mut world = world(16, &request);
        catalog(&mut world).objects = tables.to_vec();
        let steps = steps(&plan(&world, &request), "app");
        steps
            .into_iter()
            .filter(|step| step.starts_with("GRANT SELECT ON") && !step.contains("SEQUENCES"))
            .collect::<Vec<_>>()
    };
    let of = |name: &str, owner: &str| table("public", name, owner, &[]);
    let all = "GRANT SELECT ON ALL TABLES IN SCHEMA \"public\" TO \"app\"";
    let named = "GRANT SELECT ON TABLE \"public\".a, \"public\".b TO \"app\"";
    assert_eq!(granted(&[of("a", "master"), of("b", "master")]), [all]);
    assert_eq!(granted(&[of("a", "master"), of("b", "master"), of("c", "stranger")]), [named]);
    assert_eq!(granted(&[of("a", "master"), of("b", "master"), of("c", "app")]), [named]);
    let given = table("public", "c", "stranger", &[grant("app", "stranger", "SELECT", "")]);
    assert_eq!(granted(&[of("a", "master"), of("b", "master"), given]), [named]);
}

#[test]
fn what_an_extension_keeps_from_everybody_is_not_given() {
    let mut wants = user("app");
    wants.functions = ["EXECUTE".to_owned()].into();
    let request = request(vec![wants]);
    let granted = |of_extension, public: bool| {
        let grants: Vec<_> = public.then(|| grant("PUBLIC", "master", "EXECUTE", "")).into_iter().collect();
        let routine = Object { kind: ObjectKind::Routine, of_extension, ..table("public", "f()", "master", &grants) };
        let mut world = world(16, &request);
        catalog(&mut world).objects = vec![routine];
        let plan = plan(&world, &request);
        (steps(&plan, "app").iter().any(|step| step.contains("f()")), notes(&plan, "app"))
    };
    assert_eq!(granted(false, false), (true, vec![]));
    assert_eq!(granted(true, false), (false, vec!["of-extension"]));
    assert_eq!(granted(true, true), (false, vec![]));
}

#[test]
fn a_default_counts_for_its_own_creator_and_schema_alone() {
    let request = request(vec![user("app")]);
    let opens = |creator: &str, schema: Option<&str>| {
        let mut world = world(16, &request);
        let entry = |kind| crate::jobs::db_users::model::DefaultGrant {
            creator: creator.to_owned(),
            schema: schema.map(str::to_owned),
            kind,
            grantee: "app".to_owned(),
            privilege: "SELECT".to_owned(),
        };
        catalog(&mut world).defaults = [ObjectKind::Table, ObjectKind::Sequence].map(entry).to_vec();
        let steps = steps(&plan(&world, &request), "app");
        steps.iter().any(|step| step.contains("DEFAULT PRIVILEGES FOR ROLE \"master\""))
    };
    assert!(!opens("master", Some("public")) && !opens("master", None), "it is there");
    assert!(opens("master", Some("other")) && opens("somebody", Some("public")), "it is another");
}

#[test]
fn a_database_is_made_of_what_nobody_can_have_put_anything_into() {
    let mut request = request(vec![user("app")]);
    request.create_database = true;
    for version in [14, 16] {
        let mut world = world(version, &request);
        let catalog = catalog(&mut world);
        // Nothing of a database that is not there can have been read.
        (catalog.database, catalog.schemas) = (None, BTreeMap::new());
        let made = steps(&plan(&world, &request), "shop");
        assert_eq!(made, ["CREATE DATABASE \"shop\" TEMPLATE \"template0\""], "a new one has its schema public");
    }
}

#[test]
fn one_who_is_as_the_event_wants_is_left_so_and_one_of_whom_only_the_impossible_is_missing_is_named() {
    let modest = UserRequest { tables: [].into(), schemas: Vec::new(), ..user("app") };
    let request = request(vec![modest]);
    let left = |owner: &str, grants: &[Grant]| {
        let mut world = world(16, &request);
        let roles = [("app", true), ("stranger", false)];
        let catalog = catalog(&mut world);
        catalog.roles.extend(roles.map(|(name, login)| (name.to_owned(), Role { login, ..Role::default() })));
        catalog.memberships.push(made_by_master("app"));
        catalog.database = Some(Database { owner: owner.to_owned(), grants: grants.to_vec() });
        with_secret(&mut world, "app", present("app", Trial::Works));
        let plan = plan(&world, &request);
        (why(&plan, "app"), notes(&plan, "app"))
    };
    assert_eq!(left("stranger", &[grant("app", "stranger", "CONNECT", "")]), ("already-so", vec![]));
    assert_eq!(left("stranger", &[]), ("nothing-grantable", vec!["not-grantable"]));
    assert_eq!(left("master", &[]).0, "planned");
}
