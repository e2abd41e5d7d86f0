//! A JSON Schema of the event, for editors and pipelines. It is made of the same words the reader knows; a test holds it to
//! the reader and to the file in `events/db-users/`.

use serde_json::{Map, Value, json};

use super::user::{FUNCTIONS, SEQUENCES, TABLES_MYSQL, TABLES_PG};
use crate::services::sql::Engine;

/// How a value may be written.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Digest,
    Flag,
    Words(&'static [&'static [&'static str]]),
    Port,
    Choice(&'static [&'static str]),
    Engine,
    Users,
    Rotation,
    Terraform,
}

type Key = (&'static str, Kind, &'static str);

const TOP: [Key; 17] = [
    ("mode", Kind::Choice(&["plan", "apply"]), "Whether to do it, or only say what would be done."),
    ("expect_plan", Kind::Digest, "Apply only the plan with this digest."),
    ("secret_name", Kind::Text, "The master user's secret, by name or ARN."),
    ("database_name", Kind::Text, "The database."),
    ("rds_host", Kind::Text, "The writer's endpoint."),
    ("port", Kind::Port, "Its port; the secret's or the engine's if left out."),
    ("tls_server_name", Kind::Text, "The name its certificate bears, where rds_host is an alias."),
    ("region", Kind::Text, "Where the server and the secrets are."),
    ("kms_key_id", Kind::Text, "What the users' secrets are encrypted with."),
    ("db_engine", Kind::Engine, "What the server speaks."),
    ("revoke", Kind::Choice(&["none", "managed", "all"]), "What happens to privileges the event does not give."),
    ("create_database", Kind::Flag, "Create the database if there is none."),
    ("extensions", Kind::Words(&[]), "PostgreSQL: extensions to be there."),
    (
        "migrate_presets",
        Kind::Flag,
        "PostgreSQL: users of presets leave a group that opens more than this event gives.",
    ),
    (
        "fail_unless_done",
        Kind::Flag,
        "The invocation fails unless everything was done; the error counts and names what was not.",
    ),
    ("tf", Kind::Terraform, "What aws_lambda_invocation of Terraform adds; the same as fail_unless_done."),
    ("users", Kind::Users, "The users."),
];

const USER: [Key; 15] = [
    ("db_user", Kind::Text, "Its name."),
    ("user_secret_name", Kind::Text, "Its secret."),
    ("state", Kind::Choice(&["present", "absent"]), "Whether it is to be there."),
    ("auth", Kind::Choice(&["password", "iam", "nobody"]), "How it proves who it is."),
    ("grant_ddl", Kind::Flag, "May make tables and schemas."),
    ("grant_privileges", Kind::Words(&[&TABLES_PG, &TABLES_MYSQL]), "On tables and views."),
    ("sequences", Kind::Words(&[&SEQUENCES]), "PostgreSQL: on sequences; what the table privileges imply if left out."),
    ("functions", Kind::Words(&[&FUNCTIONS]), "PostgreSQL: on functions and procedures."),
    ("grantor", Kind::Text, "PostgreSQL: whose tables of tomorrow are open to it."),
    ("schemas", Kind::Words(&[]), "PostgreSQL: the schemas it is about; public if left out."),
    ("host", Kind::Text, "MySQL, MariaDB: from where it may log in; % if left out."),
    ("preset", Kind::Choice(&["reader", "writer", "manager"]), "A ready-made user."),
    ("owner_role", Kind::Text, "PostgreSQL: a role without login that owns what this user makes."),
    ("reassign_to", Kind::Text, "PostgreSQL: who gets what a user to be dropped owns."),
    ("rotation", Kind::Rotation, "How its secret is rotated; as it is if left out."),
];

const ROTATION: [Key; 4] = [
    (
        "strategy",
        Kind::Choice(&["single", "multi", "dual"]),
        "One user, two in turn, or (MySQL) one with two passwords.",
    ),
    ("lambda_arn", Kind::Text, "What rotates it; the policy's if left out."),
    ("schedule", Kind::Text, "When, such as rate(30 days)."),
    ("immediately", Kind::Flag, "Rotate at once, too."),
];

/// The whole schema.
pub fn schema() -> Value {
    let mut schema = object(&TOP, &["secret_name", "database_name", "rds_host", "db_engine", "users"]);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("An event of db-users");
    schema
}

fn object(keys: &[Key], required: &[&str]) -> Value {
    let mut properties = Map::new();
    for (key, kind, about) in keys {
        let mut value = kind.schema();
        value["description"] = json!(about);
        properties.insert((*key).to_owned(), value);
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

impl Kind {
    fn schema(self) -> Value {
        match self {
            Self::Text => json!({ "type": ["string", "null"] }),
            // Not null: what is lost is no consent.
            Self::Digest => json!({ "type": "string" }),
            Self::Flag => json!({ "enum": [true, false, "true", "false", "True", "False", "None", "", null] }),
            Self::Port => json!({ "type": ["integer", "string", "null"], "minimum": 1, "maximum": 65535 }),
            Self::Choice(choices) => json!({ "enum": choices }),
            Self::Engine => {
                let names: Vec<_> = Engine::SPELLINGS.iter().map(|(name, _)| *name).collect();
                json!({ "enum": names })
            }
            Self::Words(known) => {
                let mut words: Vec<&str> = known.concat();
                words.sort_unstable();
                words.dedup();
                let item = if words.is_empty() { json!({ "type": "string" }) } else { json!({ "enum": words }) };
                json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": item }, { "type": "null" }] })
            }
            Self::Users => json!({ "type": "array", "items": object(&USER, &["db_user"]) }),
            Self::Terraform => json!({ "type": ["object", "null"] }),
            Self::Rotation => json!({ "anyOf": [{ "const": "none" }, object(&ROTATION, &[])] }),
        }
    }
}
