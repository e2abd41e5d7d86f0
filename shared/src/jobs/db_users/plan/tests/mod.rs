//! Plans by example and by law, over small worlds made by hand. What the statements do on a server is shown on real ones.

mod authority;
mod drops;
mod gate;
mod laws;
mod mysql;
mod presets;
mod revokes;
mod rotation;
mod secrets;

use std::collections::BTreeMap;

use super::*;
use crate::config::{Environment, Settings};
use crate::jobs::db_users::model::{
    Catalog, Database, Extension, Grant, Membership, Object, ObjectKind, Present, Privileges, Role, Schema,
    SecretFacts, SecretState, Server, Version,
};
use crate::jobs::db_users::request::{Auth, Revoke, Rotation};
use crate::services::Read;
use crate::services::secrets::RotationFacts;
use crate::services::sql::{Engine, Trial};

/// What is otherwise in a world than usual.
type Otherwise<'a, T> = &'a dyn Fn(&mut T);

fn policy() -> Policy {
    let environment = Environment::default();
    Policy::read(&mut Settings::of(&environment), Some("eu-west-1"))
}

fn user(name: &str) -> UserRequest {
    UserRequest {
        name: name.to_owned(),
        host: "%".to_owned(),
        secret: Some(format!("{name}-secret")),
        tables: ["SELECT".to_owned()].into(),
        schemas: vec!["public".to_owned()],
        ..UserRequest::default()
    }
}

fn request(users: Vec<UserRequest>) -> Request {
    Request {
        database: "shop".to_owned(),
        host: "db.example".to_owned(),
        region: "eu-west-1".to_owned(),
        users,
        ..Request::default()
    }
}

/// A server with a master as on RDS, an empty database, and a secret that is not there for each user.
fn world(version: u32, request: &Request) -> World {
    let master = Role { login: true, creates_roles: true, ..Role::default() };
    let catalog = Catalog {
        roles: [("master".to_owned(), master)].into(),
        database: Some(Database { owner: "master".to_owned(), grants: Vec::new() }),
        schemas: [("public".to_owned(), Schema { owner: "pg_database_owner".to_owned(), grants: Vec::new() })].into(),
        ..Catalog::default()
    };
    let absent = |name: String| Read::Known(SecretFacts { name, state: SecretState::Absent });
    let secrets: BTreeMap<_, _> =
        request.users.iter().filter_map(|user| Some((user.name.clone(), absent(user.secret.clone()?)))).collect();
    World {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        server: Server {
            engine: Engine::Postgres,
            version,
            host: "db.example".to_owned(),
            port: 5432,
            tls_name: None,
            resource_id: Some("cluster-ONE".to_owned()),
            master: "master".to_owned(),
            database: "shop".to_owned(),
        },
        state: Catalogs::Postgres(catalog),
        secrets,
    }
}

fn catalog(world: &mut World) -> &mut Catalog {
    match &mut world.state {
        Catalogs::Postgres(catalog) => catalog,
        Catalogs::Mysql(_) => panic!("these worlds are PostgreSQL's"),
    }
}

/// What the server writes down when the master makes a role, from version 16 on.
fn made_by_master(role: &str) -> Membership {
    Membership {
        role: role.to_owned(),
        member: "master".to_owned(),
        grantor: "rdsadmin".to_owned(),
        admin: true,
        inherit: false,
        set: false,
    }
}

/// A membership that somebody made.
fn member(role: &str, member: &str, grantor: &str) -> Membership {
    let (role, member, grantor) = (role.to_owned(), member.to_owned(), grantor.to_owned());
    Membership { role, member, grantor, admin: false, inherit: true, set: true }
}

/// What `grantee` has by `grantor`; of `passable` it may pass on.
fn grant(grantee: &str, grantor: &str, words: &str, passable: &str) -> Grant {
    let set = |words: &str| words.split_whitespace().collect::<Privileges>();
    let (grantee, grantor) = (grantee.into(), grantor.into());
    Grant { grantee, grantor, privileges: set(words), passable: set(passable) }
}

fn table(schema: &str, name: &str, owner: &str, grants: &[Grant]) -> Object {
    Object {
        kind: ObjectKind::Table,
        schema: schema.into(),
        sql_name: name.to_owned(),
        owner: owner.into(),
        of_extension: false,
        grants: grants.to_vec(),
    }
}

/// What would be done to `user`, each step with what it begins with.
fn steps(plan: &Plan, user: &str) -> Vec<String> {
    plan.actions.iter().filter(|action| action.id() == user).flat_map(Action::steps).collect()
}

/// Those of them that take something back or say who may what.
fn taking(plan: &Plan, user: &str) -> Vec<String> {
    steps(plan, user).into_iter().filter(|step| step.contains("REVOKE ")).collect()
}

/// The codes of its notes.
fn notes(plan: &Plan, user: &str) -> Vec<&'static str> {
    let of_actions = plan.actions.iter().filter(|action| action.id() == user).flat_map(|action| match action {
        Action::Prepare(_) => &[][..],
        Action::Change(change) => &change.notes,
        Action::Drop(drop) => &drop.notes,
    });
    let of_left = plan.left.iter().filter(|left| left.id == user).flat_map(|left| &left.notes);
    of_actions.chain(of_left).map(|note| note.code.name).collect()
}

fn protecting(patterns: &str) -> Policy {
    let environment: Environment = [("NIGHTSHIFT_PROTECTED", patterns)].into_iter().collect();
    Policy::read(&mut Settings::of(&environment), Some("eu-west-1"))
}

fn plan_under(policy: &Policy, world: &World, request: &Request) -> Plan {
    Plan::make(world, Terms { policy, request })
}

fn plan(world: &World, request: &Request) -> Plan {
    Plan::make(world, Terms { policy: &policy(), request })
}

fn why(plan: &Plan, user: &str) -> &'static str {
    plan.left.iter().find(|left| left.id == user).map_or("planned", |left| left.why.code().name)
}

fn present(user: &str, trial: Trial) -> Present {
    let version = Version {
        id: "v1".to_owned(),
        username: Some(user.to_owned()),
        host: Some("db.example".to_owned()),
        has_value: true,
        has_password: true,
        stale: Vec::new(),
        trial,
    };
    Present {
        arn: format!("arn:{user}"),
        ours: false,
        deleted: false,
        deletion: String::new(),
        managed_by: None,
        kms_key: None,
        rotation: RotationFacts::default(),
        strategy: None,
        lingering: false,
        current: Some(version),
        pending: None,
    }
}

fn with_secret(world: &mut World, user: &str, present: Present) {
    let facts = SecretFacts { name: format!("{user}-secret"), state: SecretState::Present(Box::new(present)) };
    world.secrets.insert(user.to_owned(), Read::Known(facts));
}

#[test]
fn tables_of_others_are_borrowed_where_that_can_be_and_noted_where_not() {
    let request = request(vec![user("app")]);
    let mut world = world(16, &request);
    let catalog = catalog(&mut world);
    let table = |name: &str, owner: &str| table("public", name, owner, &[]);
    catalog.objects = vec![table("ours", "master"), table("theirs", "maker"), table("foreign", "stranger")];
    for role in ["maker", "stranger"] {
        catalog.roles.insert(role.to_owned(), Role::default());
    }
    catalog.memberships.push(made_by_master("maker"));
    insta::assert_snapshot!(plan(&world, &request), @r#"
    plan for db.example:5432/shop: 1 to do, 0 left alone
      app
        create secret app-secret with a new password
        CREATE ROLE "app" LOGIN PASSWORD '********'
        GRANT "maker" TO "master" WITH INHERIT TRUE, SET TRUE
        GRANT CONNECT ON DATABASE "shop" TO "app"
        GRANT USAGE ON SCHEMA "public" TO "app"
        GRANT SELECT ON TABLE "public".ours, "public".theirs TO "app"
        ALTER DEFAULT PRIVILEGES FOR ROLE "master" IN SCHEMA "public" GRANT SELECT ON TABLES TO "app"
        ALTER DEFAULT PRIVILEGES FOR ROLE "master" IN SCHEMA "public" GRANT SELECT ON SEQUENCES TO "app"
        REVOKE "maker" FROM "master"
        log in as app
        note [not-grantable] 1 table in schema public belong to stranger, and the master user cannot act as those roles: foreign
        note [other-owners] schema public has tables of maker, stranger; what they make tomorrow is not covered
    "#);
}

#[test]
fn a_secret_is_judged_by_what_stands_in_it_and_by_trying_it() {
    let request = request(vec![user("app")]);
    let mut base = world(16, &request);
    let role = Role { login: true, ..Role::default() };
    catalog(&mut base).roles.insert("app".to_owned(), role);
    catalog(&mut base).memberships.push(made_by_master("app"));
    let judged = |change: &dyn Fn(&mut Present)| {
        let mut world = base.clone();
        let mut found = present("app", Trial::Works);
        change(&mut found);
        with_secret(&mut world, "app", found);
        let plan = plan(&world, &request);
        let step = plan.actions.iter().find_map(|action| match action {
            Action::Change(change) => change.secret.clone(),
            _ => None,
        });
        (why(&plan, "app"), step)
    };
    let of_version = |found: &mut Present, change: &dyn Fn(&mut Version)| {
        if let Some(version) = &mut found.current {
            change(version);
        }
    };
    for (expected, change) in [
        ("planned", Box::new(|_: &mut Present| {}) as Box<dyn Fn(&mut Present)>),
        ("secret-managed", Box::new(|found| found.managed_by = Some("rds".to_owned()))),
        ("secret-of-another", Box::new(move |found| of_version(found, &|v| v.username = Some("other".to_owned())))),
        ("secret-of-another", Box::new(move |found| of_version(found, &|v| v.host = Some("else.example".to_owned())))),
        (
            "secret-of-another",
            Box::new(move |found| {
                found.ours = true;
                of_version(found, &|v| (v.host, v.trial) = (Some("else.example".to_owned()), Trial::Refused));
            }),
        ),
        ("login-unknown", Box::new(move |found| of_version(found, &|v| v.trial = Trial::Unknown("lost".to_owned())))),
        (
            "alternate-refused",
            Box::new(move |found| {
                of_version(found, &|v| (v.username, v.trial) = (Some("app_clone".to_owned()), Trial::Refused));
            }),
        ),
        (
            "rotation-pending",
            Box::new(|found| {
                found.rotation.enabled = true;
                found.pending = found.current.clone();
            }),
        ),
    ] {
        assert_eq!(judged(&*change).0, expected);
    }
    let secret = judged(&|_| {}).1.expect("grants are lacking");
    assert!(secret.is_empty(), "what works is not touched: {secret:?}");
    let moved = judged(&|found| {
        found.ours = true;
        of_version(found, &|v| (v.host, v.stale) = (Some("old.example".to_owned()), vec!["host".to_owned()]));
    });
    assert!(matches!(moved.1.map(|secret| secret.step), Some(SecretStep::Stage { new_password: false, .. })));
    let refused = judged(&|found| of_version(found, &|v| v.trial = Trial::Refused)).1.expect("a change");
    assert_eq!((refused.step, refused.sets_password), (SecretStep::Keep, true), "the stored password is the truth");
}

#[test]
fn users_of_iam_are_refused_where_the_master_would_be_locked_out() {
    let mut iam = user("app");
    (iam.auth, iam.secret) = (Auth::Iam, None);
    let request = request(vec![iam]);
    let judged = |version, roles: &[&str]| {
        let mut world = world(version, &request);
        for role in roles {
            catalog(&mut world).roles.insert((*role).to_owned(), Role::default());
        }
        why(&plan(&world, &request), "app")
    };
    assert_eq!(judged(15, &[]), "no-iam");
    assert_eq!(judged(15, &["rds_iam"]), "planned");
    assert_eq!(judged(16, &["rds_iam"]), "iam-lockout");
}

#[test]
fn a_user_that_needs_one_left_alone_waits_and_an_unknown_grantor_is_named() {
    let mut needs = user("app");
    needs.grantor = Some("maker".to_owned());
    let mut unread = request(vec![user("maker"), needs.clone()]);
    let mut world = world(16, &unread);
    let unknown = Read::unknown("secretsmanager:DescribeSecret", "denied");
    world.secrets.insert("maker".to_owned(), unknown);
    let made = plan(&world, &unread);
    assert_eq!((why(&made, "maker"), why(&made, "app")), ("secret-unknown", "need-left"));
    unread.users.remove(0);
    assert_eq!(why(&plan(&world, &unread), "app"), "role-missing");
}

#[test]
fn an_extensions_script_looks_for_names_where_nobody_else_can_have_put_any() {
    let mut request = request(vec![user("app")]);
    request.extensions = vec!["ext".to_owned()];
    let alone = Extension::default();
    let judged = |version: u32, extension: &Extension, shared: &[&str]| {
        let mut world = world(version, &request);
        let catalog = catalog(&mut world);
        catalog.wanted_extensions.insert("ext".to_owned(), extension.clone());
        catalog.shared_schemas = shared.iter().map(|&schema| schema.to_owned()).collect();
        catalog.schemas.insert("theirs".to_owned(), Schema { owner: "master".to_owned(), grants: Vec::new() });
        let plan = plan(&world, &request);
        match plan.actions.first() {
            Some(Action::Prepare(prepare)) => prepare.statements.iter().map(ToString::to_string).collect::<Vec<_>>(),
            _ => vec![why(&plan, "app").to_owned()],
        }
    };
    assert_eq!(judged(16, &alone, &[]), ["CREATE EXTENSION \"ext\" SCHEMA \"public\""]);
    assert_eq!(judged(16, &alone, &["public"]), ["unsafe-schema"]);
    let placed = |schema: &str| Extension { schema: Some(schema.to_owned()), ..Extension::default() };
    assert_eq!(judged(16, &placed("cron"), &["public"]), ["CREATE EXTENSION \"ext\""]);
    assert_eq!(judged(16, &placed("theirs"), &["theirs"]), ["unsafe-schema"]);
    let leaning = Extension { leans_on: ["public".to_owned()].into(), ..alone.clone() };
    assert_eq!(judged(16, &leaning, &["public"]), ["unsafe-schema"]);
    assert_eq!(judged(16, &leaning, &[]).len(), 1);
}

/// The steps name none of these: the same statements on another server are another plan.
#[test]
fn a_plan_for_one_server_is_no_consent_for_another() {
    let request = request(vec![user("app")]);
    let one = plan(&world(16, &request), &request);
    let other = |change: fn(&mut Plan)| {
        let mut other = one.clone();
        change(&mut other);
        assert_eq!(other.actions, one.actions);
        other.digest()
    };
    assert_eq!(other(|_| {}), one.digest());
    assert_ne!(other(|plan| plan.scope.server = "db.example:5433/shop".to_owned()), one.digest());
    assert_ne!(other(|plan| plan.scope.region = "eu-north-1".to_owned()), one.digest());
    assert_ne!(other(|plan| plan.scope.tls_name = Some("other.example".to_owned())), one.digest());
    assert_ne!(other(|plan| plan.scope.resource_id = Some("cluster-TWO".to_owned())), one.digest());
    assert_ne!(other(|plan| plan.account = "444455556666".to_owned()), one.digest());
}

/// What was read of the server is what the plan is about.
#[test]
fn a_plan_is_about_the_server_that_was_read() {
    let request = request(vec![user("app")]);
    let mut world = world(16, &request);
    let of = |world: &World| plan(world, &request).digest();
    let one = of(&world);
    world.server.resource_id = Some("cluster-TWO".to_owned());
    let two = of(&world);
    world.server.tls_name = Some("other.example".to_owned());
    let three = of(&world);
    world.server.port = 5433;
    assert!(one != two && two != three && three != of(&world));
}
