//! The JSON in a database user's secret, in the shape AWS's rotation functions and console read. What stands there
//! besides is kept.

use serde_json::{Map, Value, json};

use crate::secret::Secret;
use crate::services::sql::Engine;

/// One version of a secret, read. Of what stands in it only the keys are ever printed.
pub struct Content {
    fields: Map<String, Value>,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.fields.keys()).finish()
    }
}

impl Content {
    /// Reads `text`; `None` if it holds no JSON object.
    pub fn read(text: &Secret) -> Option<Self> {
        match serde_json::from_str(text.expose()) {
            Ok(Value::Object(fields)) => Some(Self { fields }),
            _ => None,
        }
    }

    /// With nothing in it.
    pub fn empty() -> Self {
        Self { fields: Map::new() }
    }

    /// A text that stands under `key`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.fields.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// Whether anything stands under `key`.
    pub fn has(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    /// `port`, which some tools write as a text.
    pub fn port(&self) -> Option<u16> {
        let value = self.fields.get("port")?;
        value.as_u64().and_then(|port| u16::try_from(port).ok()).or_else(|| value.as_str()?.parse().ok())
    }

    /// The password.
    pub fn password(&self) -> Option<Secret> {
        self.text("password").map(|text| Secret::new(text.to_owned()))
    }

    /// Whether both say the same of everything but whose password it is and what that is.
    pub fn is_same_but_for_the_login(&self, other: &Self) -> bool {
        let rest = |content: &Self| {
            let rest = content.fields.iter().filter(|(key, _)| !["username", "password"].contains(&key.as_str()));
            rest.map(|(key, value)| (key.clone(), value.clone())).collect::<Map<_, _>>()
        };
        rest(self) == rest(other)
    }

    /// The keys of `shape` that are missing here or say something else.
    pub fn stale(&self, shape: &Map<String, Value>) -> Vec<String> {
        let differs = |(key, wanted): &(&String, &Value)| !same(key, self.fields.get(*key), wanted);
        shape.iter().filter(differs).map(|(key, _)| key.clone()).collect()
    }

    /// This as the login of `user`, as the text of a new version. All else stays as it is written.
    pub fn of_user(self, user: &str, password: &Secret) -> Secret {
        self.written(&[("username".to_owned(), json!(user))].into_iter().collect(), password)
    }

    /// This with `shape` and `password` in it, as the text of a new version.
    pub fn written(mut self, shape: &Map<String, Value>, password: &Secret) -> Secret {
        self.fields.extend(shape.clone());
        self.fields.insert("password".to_owned(), json!(password.expose()));
        Secret::new(Value::Object(self.fields).to_string())
    }
}

/// What stands in the secret of `user` beside the password.
pub fn shape(
    engine: Engine,
    user: &str,
    host: &str,
    port: u16,
    database: &str,
    master_arn: &str,
    server: Option<(&'static str, &str)>,
) -> Map<String, Value> {
    let mut shape = Map::new();
    shape.insert("engine".to_owned(), json!(engine.as_str()));
    shape.insert("host".to_owned(), json!(host));
    shape.insert("port".to_owned(), json!(port));
    shape.insert("username".to_owned(), json!(user));
    shape.insert("dbname".to_owned(), json!(database));
    shape.insert("masterarn".to_owned(), json!(master_arn));
    if let Some((key, id)) = server {
        shape.insert(key.to_owned(), json!(id));
    }
    shape
}

/// A port as a text is that port, `aurora-postgresql` is `postgres`, and host names have no case.
fn same(key: &str, found: Option<&Value>, wanted: &Value) -> bool {
    let Some(found) = found else { return false };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (found, wanted) = (text(found), text(wanted));
    match key {
        "engine" => Engine::parse(&found).is_some_and(|engine| Some(engine) == Engine::parse(&wanted)),
        "host" => found.eq_ignore_ascii_case(&wanted),
        _ => found == wanted,
    }
}

/// The tag on secrets this project made for database users: the user's name.
pub const OWNER_TAG: &str = "nightshift:db-user";

/// A tag's value holds letters, digits, space and a few marks: the user's name as far as it goes.
pub fn owner_tag_value(user: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || " _.:/=+-@".contains(c);
    user.chars().map(|c| if fits(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(value: &Value) -> Content {
        Content::read(&Secret::new(value.to_string())).unwrap()
    }

    #[test]
    fn what_stands_besides_is_kept_and_what_is_meant_the_same_is_no_change() {
        let shape = shape(Engine::Postgres, "app", "db.example", 5432, "shop", "arn:m", None);
        let found = content(&json!({
            "engine": "aurora-postgresql", "host": "DB.example", "port": "5432", "username": "app", "dbname": "shop",
            "masterarn": "arn:m", "password": "p", "proxyHost": "proxy.example",
        }));
        assert_eq!(found.stale(&shape), Vec::<String>::new());
        assert_eq!(found.port(), Some(5432));
        let other = content(&json!({"engine": "mysql", "host": "db.example", "port": 5433, "proxyHost": "x"}));
        assert_eq!(other.stale(&shape), ["dbname", "engine", "masterarn", "port", "username"]);
        let written = other.written(&shape, &Secret::new("it's".to_owned()));
        let written = Content::read(&written).unwrap();
        assert_eq!(written.stale(&shape), Vec::<String>::new());
        assert_eq!(written.text("proxyHost"), Some("x"));
        assert_eq!(written.password().unwrap().expose(), "it's");
    }

    #[test]
    fn two_versions_of_one_rotation_differ_in_the_login_alone() {
        let one = content(&json!({"username": "app", "password": "p", "port": "5432", "note": {"a": 1}}));
        let same = content(&json!({"password": "q", "note": {"a": 1}, "port": "5432", "username": "app_clone"}));
        assert!(one.is_same_but_for_the_login(&same) && same.is_same_but_for_the_login(&one));
        for other in
            [json!({"port": 5432, "note": {"a": 1}}), json!({"port": "5432"}), json!({"port": "5432", "note": {}})]
        {
            assert!(!one.is_same_but_for_the_login(&content(&other)), "{other}");
        }
    }

    #[test]
    fn another_password_leaves_all_else_as_it_was_written() {
        let value = json!({
            "port": "05432", "engine": "aurora-postgresql", "username": "app", "password": "p", "proxyHost": "x",
            "ssl": "true", "deep": {"a": [1, null, 1.5]},
        });
        let written = content(&value).of_user("app_clone", &Secret::new("q".to_owned()));
        let mut expected = value;
        (expected["username"], expected["password"]) = (json!("app_clone"), json!("q"));
        assert_eq!(serde_json::from_str::<Value>(written.expose()).unwrap(), expected);
    }

    #[test]
    fn a_tag_names_the_user_as_far_as_a_tag_can() {
        for (user, tag) in [("app", "app"), ("o'brien$1", "o_brien_1"), ("ana maría@x.y", "ana maría@x.y"), ("", "")]
        {
            assert_eq!(owner_tag_value(user), tag, "{user}");
        }
    }

    #[test]
    fn what_stands_in_it_is_not_printed() {
        let content = content(&json!({"username": "app", "password": "hunter2"}));
        assert_eq!(format!("{content:?}"), r#"["password", "username"]"#);
    }

    #[test]
    fn what_is_no_object_is_nothing() {
        for text in ["", "hunter2", "[]", "\"x\""] {
            assert!(Content::read(&Secret::new(text.to_owned())).is_none(), "{text}");
        }
    }
}
