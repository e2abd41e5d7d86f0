//! Events by example: what is taken, and what each part of one comes to.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::config::{Environment, Settings};
use crate::jobs::db_users::policy::Policy;
use crate::run::event::Fields;
use crate::services::sql::Engine;

const SEED: &str = include_str!("../../../../../events/db-users/airflow.json");

fn policy() -> Policy {
    let environment = Environment::default();
    Policy::read(&mut Settings::of(&environment), Some("us-east-1"))
}

fn read(event: Value) -> Result<Request, String> {
    let mut fields = Fields::of(event).map_err(|fault| fault.to_string())?;
    // As the driver does.
    let _ = (fields.choice("mode", &[("plan", ()), ("apply", ())]), fields.text("expect_plan"));
    let request = Request::read(&mut fields, &policy());
    fields.finish().map(|()| request).map_err(|fault| fault.to_string())
}

fn with_user(user: &Value) -> Value {
    let mut event: Value = serde_json::from_str(SEED).unwrap();
    event["users"] = json!([user]);
    event
}

fn words(list: &[&str]) -> Words {
    list.iter().map(|&word| word.to_owned()).collect()
}

#[test]
fn the_event_of_the_pipeline_is_read_as_it_was_always_meant() {
    let request = read(serde_json::from_str(SEED).unwrap()).unwrap();
    assert_eq!(
        (request.engine, request.database.as_str(), request.revoke),
        (Engine::Postgres, "airflow", Revoke::None)
    );
    let [ddl, rw, ro] = request.users.as_slice() else { panic!("{:?}", request.users) };
    assert!(ddl.ddl && !rw.ddl && !ro.ddl, "\"false\" is not true");
    assert_eq!((&ddl.grantor, rw.grantor.as_deref()), (&None, Some("airflow-rw-ddl")), "\"None\" is nobody");
    assert_eq!(ddl.tables, words(&["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"]));
    assert_eq!(ro.tables, words(&["SELECT"]));
    assert_eq!(ro.schemas, ["public"]);
    assert_eq!(ro.rotation, Rotation::AsIs);
}

#[test]
fn every_spelling_of_a_value_means_the_same() {
    for (ddl, privileges, grantor) in [
        (json!("true"), json!("select, Insert"), json!("None")),
        (json!("TRUE"), json!(["SELECT", "insert"]), json!("none")),
        (json!(true), json!("SELECT,INSERT"), json!("")),
        (json!(true), json!("INSERT,SELECT"), json!(null)),
    ] {
        let user = json!({
            "db_user": "a", "user_secret_name": "s", "grant_ddl": ddl, "grant_privileges": privileges, "grantor": grantor,
        });
        let user = read(with_user(&user)).unwrap().users.remove(0);
        assert!(user.ddl);
        assert_eq!((user.tables, user.grantor), (words(&["SELECT", "INSERT"]), None));
    }
}

#[test]
fn null_is_absence_in_an_optional_field_and_lost_consent_in_the_two_that_give_it() {
    let mut event: Value = serde_json::from_str(SEED).unwrap();
    for key in ["port", "tls_server_name", "region", "kms_key_id", "revoke", "create_database", "extensions"] {
        event[key] = json!(null);
    }
    event["users"][0]["rotation"] = json!(null);
    event["users"][0]["state"] = json!(null);
    assert!(read(event.clone()).is_ok());
    for key in ["mode", "expect_plan"] {
        let mut lost = event.clone();
        lost[key] = json!(null);
        assert!(read(lost).unwrap_err().contains(&format!("'{key}' is null")), "{key}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused_with_its_place() {
    let fault = |user: &Value| read(with_user(user)).unwrap_err();
    let base = || json!({"db_user": "a", "user_secret_name": "s"});
    let with = |key: &str, value: Value| {
        let mut user = base();
        user[key] = value;
        user
    };
    for (user, expected) in [
        (with("grant_ddl", json!("yes")), "user 'a': 'grant_ddl' must be true or false, found 'yes'"),
        (with("host", json!("10. %")), "'host' has at most 255 characters, and neither spaces nor a NUL"),
        (with("grant_privileges", json!("SELECT,,INSERT")), "user 'a': 'grant_privileges' has an empty entry"),
        (with("reassign_to", json!("b")), "user 'a': 'reassign_to' goes with \"state\": \"absent\""),
        (with("rotation", json!("daily")), "user 'a': 'rotation' must be \"none\" or an object"),
        (with("rotation", json!({"strateg": "multi"})), "unknown key 'strateg', did you mean 'strategy'?"),
        (with("schemas", json!("pg_catalog")), "'schemas': 'pg_catalog': the name is reserved for the server"),
        (
            with("user_secret_name", json!("dp-sec-db-ue1-af-activation-master_user-dev")),
            "names the master's own secret",
        ),
        (json!({"user_secret_name": "s"}), "users[0]: 'db_user' is missing"),
    ] {
        let fault = fault(&user);
        assert!(fault.contains(expected), "{fault}");
    }
    let twice = |second: &str, secret: &str| {
        let mut event = with_user(&base());
        event["users"] = json!([base(), {"db_user": second, "user_secret_name": secret}]);
        read(event).unwrap_err()
    };
    assert!(twice("a", "s").contains("user 'a' is named twice"));
    assert!(twice("b", "s").contains("the secret 's' is that of two users"));
    let mut circle = with_user(&json!({"db_user": "a", "user_secret_name": "s", "grantor": "b"}));
    circle["users"].as_array_mut().unwrap().push(json!({"db_user": "b", "user_secret_name": "t", "grantor": "a"}));
    assert!(read(circle).unwrap_err().contains("these users each need another one of them first: a, b"));
    let mut elsewhere = with_user(&base());
    elsewhere["region"] = json!("eu-north-1");
    assert!(read(elsewhere).unwrap_err().contains("region 'eu-north-1' is not one this function works in (us-east-1)"));
}

#[test]
fn a_preset_brings_its_group_and_a_pair_its_owner() {
    let mut event = with_user(&json!({"db_user": "r", "user_secret_name": "s", "preset": "Reader", "schemas": "shop"}));
    event["users"]
        .as_array_mut()
        .unwrap()
        .push(json!({"db_user": "m", "user_secret_name": "t", "preset": "manager", "owner_role": "shop_owner"}));
    let request = read(event).unwrap();
    assert!(request.user("r_reader").is_none(), "what it is called, the server tells");
    let request = request.with_groups(|_, group| group.common_name().to_owned());
    let names: Vec<_> = request.users.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(names, ["r", "m", "shop_owner", "r_reader"]);
    let group = request.user("r_reader").unwrap();
    assert_eq!((group.auth, &group.makers), (Auth::Nobody, &vec!["m".to_owned()]), "the manager makes the tables");
    assert_eq!((&group.schemas, &group.tables), (&vec!["shop".to_owned()], &words(&["SELECT"])));
    assert!(request.user("r").unwrap().tables.is_empty(), "what it may do, it may as a member");
    assert!(request.user("shop_owner").unwrap().ddl);
}

fn with_users(users: &[Value]) -> Request {
    let mut event = with_user(&json!(null));
    event["users"] = users.into();
    read(event).unwrap()
}

#[test]
fn a_role_that_a_user_implies_never_waits_for_itself() {
    let user = |name: &str, grantor: Option<&str>| json!({"db_user": name, "user_secret_name": name, "owner_role": "own", "grantor": grantor});
    for users in [
        vec![user("a", Some("own"))],
        vec![user("a", Some("own")), user("b", Some("own"))],
        // What a maker with an owner role makes is that role's.
        vec![user("a", Some("b")), user("b", None)],
        vec![user("a", Some("b")), user("b", Some("own"))],
    ] {
        let request = with_users(&users);
        let ordered = ordered(&request.users).expect("no circle");
        assert_eq!(ordered.first().map(|user| user.name.as_str()), Some("own"), "{users:?}");
        for user in &request.users {
            assert!(user.needs().all(|need| *need != user.name), "{} needs itself: {users:?}", user.name);
        }
    }
}

#[test]
fn a_user_to_be_dropped_implies_no_role() {
    let gone = |more: Value| {
        let mut user = json!({"db_user": "a", "user_secret_name": "s", "state": "absent"});
        user.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        user
    };
    let left = |user: Value| json!(with_users(&[user]).users.iter().map(|user| &user.name).collect::<Vec<_>>());
    assert_eq!(left(gone(json!({"owner_role": "own", "reassign_to": "b"}))), json!(["a"]));
    assert_eq!(left(gone(json!({"preset": "reader"}))), json!(["a"]));
}

#[test]
fn who_waits_for_a_failure_says_so_and_terraform_does_by_a_key_of_its_own() {
    let base = || serde_json::from_str::<Value>(SEED).unwrap();
    assert!(!read(base()).unwrap().awaited);
    let with = |key: &str, value: Value| {
        let mut event = base();
        event[key] = value;
        read(event)
    };
    assert!(with("fail_unless_done", json!("true")).unwrap().awaited);
    for action in ["create", "update"] {
        assert!(with("tf", json!({"action": action, "prev_input": base()})).unwrap().awaited, "{action}");
    }
    let gone = with("tf", json!({"action": "delete", "prev_input": base()})).unwrap_err();
    assert!(gone.contains("no user goes by that") && gone.contains("CREATE_ONLY"), "{gone}");
    assert!(with("tf", json!("create")).is_err());
}

/// The keys an object of the schema has.
fn keys(object: &Value) -> BTreeSet<String> {
    object["properties"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn the_schema_knows_the_keys_the_reader_knows() {
    let fault = read(json!({"zzz": 1, "users": [{"zzz": 1, "rotation": {"zzz": 1}}]})).unwrap_err();
    let known: Vec<BTreeSet<String>> = fault
        .split("(known: ")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|list| list.contains("user") || list.contains("strategy"))
        .map(|list| list.split(", ").map(str::to_owned).collect())
        .collect();
    let schema = schema();
    let user = &schema["properties"]["users"]["items"];
    let rotation = &user["properties"]["rotation"]["anyOf"][1];
    for object in [keys(&schema), keys(user), keys(rotation)] {
        assert!(known.contains(&object), "the reader knows {known:?}, the schema {object:?}");
    }
}

#[test]
fn the_schema_in_the_samples_folder_is_this_one() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/db-users/event.schema.json");
    let wanted = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, wanted, "write the right-hand text into events/db-users/event.schema.json");
}

#[test]
fn an_owner_role_is_for_all_who_become_it() {
    let user = |name: &str, schema: &str, words: &str| json!({"db_user": name, "user_secret_name": name, "owner_role": "own", "schemas": schema, "grant_privileges": words});
    let request = with_users(&[user("a", "one", "SELECT"), user("b", "two", "INSERT")]);
    let own = request.user("own").unwrap();
    assert_eq!((&own.tables, &own.schemas), (&words(&["SELECT", "INSERT"]), &vec!["one".to_owned(), "two".to_owned()]));
    let gone =
        json!({"db_user": "a", "user_secret_name": "a", "owner_role": "own", "state": "absent", "reassign_to": "c"});
    let request = with_users(&[gone, user("b", "two", "INSERT")]);
    let own = request.user("own").unwrap();
    assert_eq!((own.state, &own.reassign_to), (State::Present, &None), "it is there for whoever stays");
}

#[test]
fn nobody_needs_one_that_is_to_be_absent_nor_oneself() {
    let gone = json!({"db_user": "gone", "auth": "nobody", "state": "absent"});
    let with = |user: Value, other: &Value| {
        let mut event = with_user(&user);
        event["users"].as_array_mut().expect("a list").push(other.clone());
        read(event).err().unwrap_or_default()
    };
    let app = |key: &str, value: &str| json!({"db_user": "app", "user_secret_name": "s", key: value});
    for key in ["grantor", "owner_role"] {
        assert!(with(app(key, "gone"), &gone).contains("user 'gone' is to be absent, and 'app' needs it"), "{key}");
        assert!(with(app(key, "app"), &gone).contains("cannot be its own"), "{key}");
    }
    let group = json!({"db_user": "r_reader", "auth": "nobody", "state": "absent"});
    assert!(with(app("preset", "reader"), &group).contains("user 'r_reader' is to be absent, and 'app' needs it"));
    // An heir may have gone when what it was for was done.
    let mut left = app("reassign_to", "gone");
    left["state"] = json!("absent");
    assert_eq!(with(left, &gone), "");
    let mut own = app("reassign_to", "app");
    own["state"] = json!("absent");
    assert!(with(own, &gone).contains("cannot be its own"));
}

#[test]
fn an_owner_role_is_no_group_of_presets() {
    let owner = |name: &str| {
        let mut event = with_user(&json!({"db_user": "app", "user_secret_name": "a", "preset": "reader"}));
        let maker = json!({"db_user": "maker", "user_secret_name": "m", "grant_ddl": true, "owner_role": name});
        event["users"].as_array_mut().expect("a list").push(maker);
        read(event).err().unwrap_or_default()
    };
    for name in ["r_reader", "r_reader_airflow_public"] {
        assert!(owner(name).contains("which is the name of a group of presets"), "{name}");
    }
    assert_eq!(owner("r_writer"), "");
}
