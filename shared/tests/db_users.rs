//! No event about database users, whatever it holds, comes to a plan about anybody it does not name, to a statement that a
//! name broke out of, or to a secret that is not the user's own. The fuzz target `db_users` goes through the same door for
//! longer.

use std::collections::{BTreeMap, BTreeSet};

use nightshift::config::{Environment, Settings};
use nightshift::domains::databases::names::fault_of_user;
use nightshift::jobs::db_users::Policy;
use nightshift::jobs::db_users::model::{
    Account, Accounts, Catalog, Database, Role, Schema, SecretFacts, SecretState, Server, State, World,
};
use nightshift::jobs::db_users::plan::{Action, Plan, Terms, with_groups};
use nightshift::jobs::db_users::request::{Request, ordered};
use nightshift::run::event::Fields;
use nightshift::services::Read;
use nightshift::services::sql::Engine;
use nightshift::text::printable;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

fn policy() -> Policy {
    let environment = Environment::default();
    Policy::read(&mut Settings::of(&environment), Some("eu-west-1"))
}

fn read(event: Value) -> Result<Request, String> {
    let mut fields = Fields::of(event).map_err(|fault| fault.to_string())?;
    let request = Request::read(&mut fields, &policy());
    fields.finish().map(|()| request).map_err(|fault| fault.to_string())
}

/// Mostly one that can be a user's; some of those are there already.
fn name() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => "[a-d]{1,2}".prop_map(Value::from),
        6 => "[a-z'\"`\\\\;%_$ é]{1,10}".prop_map(Value::from),
        1 => prop::sample::select(vec![json!("None"), json!(null), json!("pg_read_all_data"), json!("master"), json!("")]),
    ]
}

fn words() -> impl Strategy<Value = Value> {
    let good = vec![json!("SELECT"), json!("select, Insert"), json!(["UPDATE", "ALL"]), json!([])];
    prop_oneof![
        9 => prop::sample::select(good),
        1 => prop_oneof![Just(json!("TRUNCATE")), Just(json!("SELECT,,X")), "[A-Z, ]{0,12}".prop_map(Value::from)],
    ]
}

fn flag() -> impl Strategy<Value = Value> {
    let good = vec![json!("true"), json!("False"), json!(true), json!("None")];
    prop_oneof![12 => prop::sample::select(good), 1 => Just(json!("yes"))]
}

/// Of the user `number`; its secret is its own, mostly.
fn user(number: usize) -> impl Strategy<Value = Value> {
    let own = prop_oneof![12 => Just(json!(format!("s-{number}"))), 1 => name()];
    let first = (name(), weighted(0.95, own), weighted(0.7, words()), weighted(0.3, flag()), weighted(0.2, name()));
    let state = prop::sample::select(vec!["present", "present", "absent"]);
    let auth = prop::sample::select(vec!["password", "iam", "nobody"]);
    let preset = prop::sample::select(vec!["reader", "writer", "manager"]);
    let then = (
        weighted(0.3, state),
        weighted(0.1, auth),
        weighted(0.1, preset),
        weighted(0.3, name()),
        weighted(0.1, name()),
    );
    (first, then).prop_map(|((name, secret, words, ddl, grantor), (state, auth, preset, owner, heir))| {
        let mut user = json!({ "db_user": name });
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                user[key] = value;
            }
        };
        put("user_secret_name", secret);
        put("grant_privileges", words);
        put("grant_ddl", ddl);
        put("grantor", grantor);
        put("state", state.map(Value::from));
        put("auth", auth.map(Value::from));
        put("preset", preset.map(Value::from));
        put("owner_role", owner);
        put("reassign_to", heir);
        user
    })
}

fn event() -> impl Strategy<Value = Value> {
    let engine = prop::sample::select(vec!["postgres", "aurora-postgresql", "mysql", "mariadb"]);
    let revoke = prop::sample::select(vec!["none", "managed", "all"]);
    let users = (0..4_usize).prop_flat_map(|count| (0..count).map(user).collect::<Vec<_>>());
    (engine, revoke, users, flag()).prop_map(|(engine, revoke, users, make)| {
        json!({
            "secret_name": "master-secret", "database_name": "shop", "rds_host": "db.example", "db_engine": engine,
            "revoke": revoke, "users": users, "create_database": make,
        })
    })
}

/// A server with the users named `a` to `d` and a database, where there is to be one.
fn world(request: &Request, database: bool) -> World {
    let known = ["a", "b", "c", "d", "aa", "bb"];
    let state = if request.engine == Engine::Postgres {
        let role = |name: &str| (name.to_owned(), Role { login: true, ..Role::default() });
        let mut roles: BTreeMap<_, _> = known.map(role).into();
        roles.insert("master".to_owned(), Role { login: true, creates_roles: true, ..Role::default() });
        let public = Schema { owner: "pg_database_owner".to_owned(), grants: Vec::new() };
        State::Postgres(Catalog {
            roles,
            database: database.then(|| Database { owner: "master".to_owned(), grants: Vec::new() }),
            schemas: if database { [("public".to_owned(), public)].into() } else { BTreeMap::new() },
            ..Catalog::default()
        })
    } else {
        let account = |name: &str| ((name.to_owned(), "%".to_owned()), Account::default());
        let accounts = known.map(account).into();
        State::Mysql(Accounts { database, from: "10.0.0.1".to_owned(), accounts, ..Accounts::default() })
    };
    let absent = |name: &String| Read::Known(SecretFacts { name: name.clone(), state: SecretState::Absent });
    let secrets = request.users.iter().filter_map(|user| Some((user.name.clone(), absent(user.secret.as_ref()?))));
    World {
        account: "111122223333".to_owned(),
        region: request.region.clone(),
        server: Server {
            engine: request.engine,
            version: 15,
            host: request.host.clone(),
            port: 5432,
            tls_name: None,
            resource_id: None,
            master: "master".to_owned(),
            database: request.database.clone(),
        },
        state,
        secrets: secrets.collect(),
    }
}

/// A statement without what stands in quotes: what a name broke out of is left.
fn outside_quotes(statement: &str, backslashes: bool) -> Result<String, String> {
    let (mut rest, mut quote, mut escaped) = (String::new(), None, false);
    for c in statement.chars() {
        match quote {
            Some('\'') if backslashes && escaped => escaped = false,
            Some('\'') if backslashes && c == '\\' => escaped = true,
            // A doubled quote closes and opens again, which comes to the same.
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if "\"'`".contains(c) => quote = Some(c),
            None => rest.push(c),
        }
    }
    if quote.is_some() { Err(format!("a quote stays open in {statement}")) } else { Ok(rest) }
}

fn statements(action: &Action) -> Vec<String> {
    match action {
        Action::Prepare(prepare) => prepare.create.iter().chain(&prepare.statements).map(ToString::to_string).collect(),
        Action::Change(change) => {
            change.lock.iter().chain(&change.unlock).chain(&change.statements).map(ToString::to_string).collect()
        }
        Action::Drop(drop) => {
            let inner = drop.empty.iter().flat_map(|emptied| emptied.statements.iter().chain(&emptied.back));
            let handed = drop.hand_over.iter();
            let inner = inner.chain(handed.flat_map(|all| {
                all.before
                    .iter()
                    .chain(all.lent.iter().flat_map(|lent| [&lent.give, &lent.take]))
                    .chain(&all.things)
                    .chain(&all.rest)
                    .chain(&all.after)
            }));
            drop.lock
                .iter()
                .chain(&drop.unlock)
                .chain(&drop.end_sessions)
                .chain(inner)
                .chain(&drop.drop)
                .map(ToString::to_string)
                .collect()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn what_is_taken_names_each_user_and_secret_once_and_nobody_of_the_servers_own(event in event()) {
        let Ok(request) = read(event) else { return Ok(()) };
        let mut seen = BTreeSet::new();
        let mut secrets = BTreeSet::from([request.master_secret.clone()]);
        for user in &request.users {
            prop_assert!(seen.insert(&user.name), "{} twice", user.name);
            prop_assert_eq!(fault_of_user(&user.name, request.engine, false), None);
            if let Some(secret) = &user.secret {
                prop_assert!(secrets.insert(secret.clone()), "{} twice", secret);
            }
        }
        let ordered = ordered(&request.users).expect("a circle is refused");
        let place = |name: &String| ordered.iter().position(|user| user.name == *name);
        for user in &ordered {
            for need in user.needs() {
                prop_assert!(place(need).is_none_or(|need| Some(need) < place(&user.name)), "{} before {need}", user.name);
            }
        }
    }

    #[test]
    fn a_plan_is_about_whom_the_event_names_and_each_name_stays_in_its_quotes(event in event(), database in any::<bool>()) {
        let event_revokes = event["revoke"] != "none";
        let Ok(request) = read(event) else { return Ok(()) };
        let (policy, world) = (policy(), world(&request, database));
        let plan = Plan::make(&world, Terms { policy: &policy, request: &request });
        let all = with_groups(&request, &world).0;
        prop_assert_eq!(plan.digest(), Plan::make(&world, Terms { policy: &policy, request: &request }).digest());
        prop_assert_eq!(plan.actions.iter().filter(|a| matches!(a, Action::Change(_) | Action::Drop(_))).count() + plan.left.len(), all.users.len());
        for action in &plan.actions {
            let named = action.id() == request.database || all.user(action.id()).is_some();
            prop_assert!(named && action.id() != "master", "{}", action.id());
            for statement in statements(action) {
                // Nothing goes in a sweep, and nothing is taken of what nobody asked to take.
                prop_assert!(!statement.contains("DROP OWNED"), "{statement}");
                let lent = statement.ends_with("FROM \"master\"") || matches!(action, Action::Drop(_));
                prop_assert!(event_revokes || lent || !statement.starts_with("REVOKE"), "{statement}");
                let rest = outside_quotes(&statement, request.engine != Engine::Postgres).map_err(TestCaseError::fail)?;
                let plain = |c: char| c.is_ascii_alphanumeric() || " ,.@*()_=".contains(c);
                prop_assert!(rest.chars().all(plain), "{statement}: {rest}");
            }
        }
    }

    #[test]
    fn no_statement_leans_on_a_role_that_is_refused(event in event()) {
        let Ok(request) = read(event) else { return Ok(()) };
        let environment = Environment::from_iter([("NIGHTSHIFT_PROTECTED", "aa,d")]);
        let policy = Policy::read(&mut Settings::of(&environment), Some("eu-west-1"));
        let mut world = world(&request, true);
        if let State::Postgres(catalog) = &mut world.state {
            catalog.roles.insert("bb".to_owned(), Role { creates_roles: true, ..Role::default() });
        }
        let plan = Plan::make(&world, Terms { policy: &policy, request: &request });
        for statement in plan.actions.iter().flat_map(statements).filter(|_| request.engine == Engine::Postgres) {
            for refused in ["\"aa\"", "\"bb\"", "GRANT \"master\"", "role TO 'master'", "role TO 'd'", "TO \"d\""] {
                // A quote within a name is written twice: that is another name.
                let whole = |at: usize| {
                    let longer = refused.ends_with('"') && statement[at + refused.len()..].starts_with('"');
                    !(longer || refused.starts_with('"') && statement[..at].ends_with('"'))
                };
                prop_assert!(!statement.match_indices(refused).any(|(at, _)| whole(at)), "{statement}");
            }
        }
    }

    #[test]
    fn an_event_as_a_pipeline_writes_it_is_the_same_as_one_that_is_typed(
        ddl in any::<bool>(), words in prop::collection::btree_set(prop::sample::select(vec!["SELECT", "INSERT", "DELETE"]), 1..3),
    ) {
        let words: Vec<_> = words.into_iter().collect();
        let of = |ddl: Value, words: Value, nobody: Value| {
            read(json!({
                "secret_name": "m", "database_name": "d", "rds_host": "H.example.", "db_engine": "postgres", "users": [
                    {"db_user": "a", "user_secret_name": "s", "grant_ddl": ddl, "grant_privileges": words, "grantor": nobody},
                ],
            }))
        };
        let typed = of(json!(ddl), json!(words), Value::Null);
        prop_assert!(typed.is_ok());
        prop_assert_eq!(&of(json!(ddl.to_string()), json!(words.join(",")), json!("None")), &typed);
        prop_assert_eq!(&of(json!(ddl.to_string().to_uppercase()), json!(words.join(" , ").to_lowercase()), json!("")), &typed);
    }

    #[test]
    fn any_value_of_a_field_is_taken_or_refused_by_name(
        text in "\\PC{0,40}", other in prop::sample::select(vec![json!(0), json!(-1.5), json!([]), json!([[]]), json!({}), json!({"a": 1})]),
        is_text in any::<bool>(), field in prop::sample::select(vec!["users", "port", "db_engine", "revoke", "schemas", "rotation", "grantor", "db_user"]),
    ) {
        let value = if is_text { serde_json::from_str(&text).unwrap_or(Value::from(text)) } else { other };
        let mut event = json!({
            "secret_name": "m", "database_name": "d", "rds_host": "h.example", "db_engine": "postgres",
            "users": [{"db_user": "a", "user_secret_name": "s", "grant_privileges": "SELECT"}],
        });
        prop_assert!(read(event.clone()).is_ok());
        let is_of_user = ["schemas", "rotation", "grantor", "db_user"].contains(&field);
        let place = if is_of_user { &mut event["users"][0][field] } else { &mut event[field] };
        // A name that cannot be one is named itself.
        let itself = value.as_str().map(printable);
        *place = value;
        if let Err(fault) = read(event.clone()) {
            prop_assert!(fault.contains(field) || itself.is_some_and(|name| fault.contains(&name)), "{event}: {fault}");
        }
    }
}

/// The role that owns what a user makes may be the one whose tables of tomorrow it reads, and be new.
#[test]
fn a_new_owner_role_that_is_the_grantor_too_is_made_with_its_members() {
    let user = |name: &str, grantor: &str| json!({"db_user": name, "user_secret_name": name, "owner_role": "new", "grantor": grantor, "grant_privileges": "SELECT"});
    let event = json!({
        "secret_name": "master-secret", "database_name": "shop", "rds_host": "db.example", "db_engine": "postgres",
        "users": [user("one", "new"), user("other", "one")],
    });
    let request = read(event).expect("it is an event");
    let (policy, world) = (policy(), world(&request, true));
    let plan = Plan::make(&world, Terms { policy: &policy, request: &request });
    let ids: Vec<_> = plan.actions.iter().map(Action::id).collect();
    assert_eq!(ids, ["new", "one", "other"], "{plan}");
}

/// Laws about what is taken say nothing if nothing is.
#[test]
fn enough_of_these_events_are_taken_and_come_to_something() {
    let mut runner = TestRunner::deterministic();
    let (mut taken, mut planned) = (0, 0);
    for _ in 0..1000 {
        let event = event().new_tree(&mut runner).expect("an event").current();
        let Ok(request) = read(event) else { continue };
        let (policy, world) = (policy(), world(&request, true));
        taken += 1;
        planned += Plan::make(&world, Terms { policy: &policy, request: &request }).actions.len();
    }
    assert!(taken > 150 && planned > 100, "{taken} of 1000 events were taken, and came to {planned} actions");
}
