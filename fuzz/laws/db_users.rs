//! An event about database users is taken or refused; one that is taken names each user and each secret once, none of the
//! server's own, and comes to no statement that a name breaks out of.

use std::collections::{BTreeMap, BTreeSet};

use nightshift::config::{Environment, Settings};
use nightshift::domains::databases::names::fault_of_user;
use nightshift::jobs::db_users::Policy;
use nightshift::jobs::db_users::model::{Catalog, Database, Role, SecretFacts, SecretState, Server, State, World};
use nightshift::jobs::db_users::plan::{Action, Plan, Terms, with_groups};
use nightshift::jobs::db_users::request::Request;
use nightshift::run::Payload;
use nightshift::run::event::Fields;
use nightshift::services::Read;
use nightshift::services::sql::Engine;

pub(crate) fn holds(text: &str) {
    let Ok(payload) = Payload::parse(text) else { return };
    let Ok(event) = payload.once() else { return };
    let environment = Environment::default();
    let policy = Policy::read(&mut Settings::of(&environment), Some("eu-west-1"));
    let Ok(mut fields) = Fields::of(event) else { return };
    let request = Request::read(&mut fields, &policy);
    if fields.finish().is_err() {
        return;
    }
    assert_eq!(request.region, "eu-west-1");
    let mut seen = BTreeSet::new();
    let mut secrets = BTreeSet::from([&request.master_secret]);
    for user in &request.users {
        assert!(seen.insert(&user.name) && user.secret.iter().all(|secret| secrets.insert(secret)), "{text}");
        assert_eq!(fault_of_user(&user.name, request.engine, false), None);
    }
    if request.engine == Engine::Postgres {
        let world = empty(&request);
        let plan = Plan::make(&world, Terms { policy: &policy, request: &request });
        let all = with_groups(&request, &world).0;
        for action in &plan.actions {
            assert!(action.id() == request.database || all.user(action.id()).is_some(), "{text}");
            if let Action::Change(change) = action {
                change.statements.iter().for_each(|statement| stays_quoted(&statement.to_string()));
            }
        }
    }
}

/// A server with a master and an empty database.
fn empty(request: &Request) -> World {
    let master = Role { login: true, creates_roles: true, ..Role::default() };
    let catalog = Catalog {
        roles: [("master".to_owned(), master)].into(),
        database: Some(Database { owner: "master".to_owned(), grants: Vec::new() }),
        ..Catalog::default()
    };
    let absent = |name: &String| Read::Known(SecretFacts { name: name.clone(), state: SecretState::Absent });
    let secrets = request.users.iter().filter_map(|user| Some((user.name.clone(), absent(user.secret.as_ref()?))));
    World {
        account: "111122223333".to_owned(),
        region: request.region.clone(),
        server: Server {
            engine: request.engine,
            version: 16,
            host: request.host.clone(),
            port: 5432,
            tls_name: request.tls_server_name.clone(),
            resource_id: None,
            master: "master".to_owned(),
            database: request.database.clone(),
        },
        state: State::Postgres(catalog),
        secrets: secrets.collect::<BTreeMap<_, _>>(),
    }
}

/// What stands outside of quotes is ours alone: words of SQL, and no quote stays open.
fn stays_quoted(statement: &str) {
    let mut quote = None;
    for c in statement.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None => assert!(c.is_ascii_alphabetic() || " ,".contains(c), "{statement}"),
        }
    }
    assert!(quote.is_none(), "a quote stays open in {statement}");
}
