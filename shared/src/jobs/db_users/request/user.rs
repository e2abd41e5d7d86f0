//! One user of the event.

use super::words;
use super::{ALL, Group, Request, Words};
use crate::domains::databases::{Strategy, names};
use crate::run::event::Fields;
use crate::services::sql::Engine;
use crate::text::printable;

/// What one user is to be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UserRequest {
    /// `db_user`.
    pub name: String,
    /// Who asked for it.
    pub origin: Origin,
    /// `host` of a `MySQL` account: from where it may log in.
    pub host: String,
    /// `user_secret_name`.
    pub secret: Option<String>,
    /// `state`.
    pub state: State,
    /// `auth`.
    pub auth: Auth,
    /// `grant_ddl`.
    pub ddl: bool,
    /// `grant_privileges`: on tables.
    pub tables: Words,
    /// `sequences`; what the privileges on tables imply, if left out.
    pub sequences: Option<Words>,
    /// `functions`.
    pub functions: Words,
    /// `grantor`: whose objects of tomorrow are open to this user.
    pub grantor: Option<String>,
    /// The same for the group of a preset: every manager of the event.
    pub makers: Vec<String>,
    /// `schemas`.
    pub schemas: Vec<String>,
    /// `preset`.
    pub preset: Option<Preset>,
    /// Roles it is a member of: that of its preset and its `owner_role`.
    pub member_of: Vec<String>,
    /// A group it is a member of no longer, since that opens more than the event gives.
    pub leaves: Option<String>,
    /// `owner_role`: a role without login that owns whatever this user makes.
    pub owner_role: Option<String>,
    /// `reassign_to`: who gets what a user to be dropped owns.
    pub reassign_to: Option<String>,
    /// `rotation`.
    pub rotation: Rotation,
}

/// Whether the event names it as a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// It does.
    #[default]
    Named,
    /// It is a role that a user needs: its owner role, or the group of its preset.
    Implied,
}

/// Whether it is to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "as the event has them")]
pub enum State {
    #[default]
    Present,
    Absent,
}

/// How it proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Auth {
    /// By the password in its secret.
    #[default]
    Password,
    /// By a token of IAM.
    Iam,
    /// Not at all: a group.
    Nobody,
}

/// Ready-made users: members of a group, or the one who makes the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "as the event has them")]
pub enum Preset {
    Reader,
    Writer,
    Manager,
}

impl Preset {
    /// The role that the first of its users on a server are members of.
    pub const fn group(self) -> &'static str {
        match self {
            Self::Reader => "r_reader",
            Self::Writer | Self::Manager => "r_writer",
        }
    }

    /// What they may do on tables.
    pub fn tables(self) -> Words {
        let words: &[&str] = match self {
            Self::Reader => &["SELECT"],
            Self::Writer => &["SELECT", "INSERT", "UPDATE", "DELETE"],
            Self::Manager => &[ALL],
        };
        words.iter().map(|&word| word.to_owned()).collect()
    }
}

/// Whether the secret is to be rotated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Rotation {
    /// The event does not say: it stays as it is.
    #[default]
    AsIs,
    /// It is not.
    Off,
    /// It is.
    On {
        /// `strategy`.
        strategy: Strategy,
        /// `lambda_arn`; the policy's if left out.
        function: Option<String>,
        /// `schedule`, as Secrets Manager has it: `rate(30 days)`, `cron(…)`.
        schedule: String,
        /// `immediately`: rotate now and not only when its time comes.
        immediately: bool,
    },
}

/// Of the host part of an account.
const LONGEST_HOST: usize = 255;
pub(super) const TABLES_PG: [&str; 9] =
    ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN", ALL];
pub(super) const SEQUENCES: [&str; 4] = ["USAGE", "SELECT", "UPDATE", ALL];
pub(super) const FUNCTIONS: [&str; 2] = ["EXECUTE", ALL];
/// What can be given on a database in `MySQL` and `MariaDB`.
pub const TABLES_MYSQL: [&str; 19] = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "REFERENCES",
    "TRIGGER",
    "CREATE",
    "ALTER",
    "DROP",
    "INDEX",
    "CREATE VIEW",
    "SHOW VIEW",
    "EVENT",
    "CREATE ROUTINE",
    "ALTER ROUTINE",
    "EXECUTE",
    "CREATE TEMPORARY TABLES",
    "LOCK TABLES",
    ALL,
];

impl UserRequest {
    /// Reads one entry of `users`.
    pub(super) fn read(fields: &mut Fields, engine: Engine) -> Self {
        let name = words::needed(fields, "db_user");
        let preset = match words::text(fields, "preset").map(|text| text.to_lowercase()).as_deref() {
            None => None,
            Some("reader") => Some(Preset::Reader),
            Some("writer") => Some(Preset::Writer),
            Some("manager") => Some(Preset::Manager),
            Some(other) => {
                fields.fault(format!("'preset' must be 'reader', 'writer' or 'manager', found '{}'", printable(other)))
            }
        };
        let mut user = Self {
            secret: words::text(fields, "user_secret_name"),
            state: words::choice(
                fields,
                "state",
                State::Present,
                &[("present", State::Present), ("absent", State::Absent)],
            ),
            auth: words::choice(
                fields,
                "auth",
                Auth::Password,
                &[("password", Auth::Password), ("iam", Auth::Iam), ("nobody", Auth::Nobody)],
            ),
            ddl: words::flag(fields, "grant_ddl"),
            tables: privileges(fields, "grant_privileges", tables_of(engine)).unwrap_or_default(),
            sequences: privileges(fields, "sequences", &SEQUENCES),
            functions: privileges(fields, "functions", &FUNCTIONS).unwrap_or_default(),
            grantor: words::text(fields, "grantor"),
            makers: Vec::new(),
            schemas: words::list(fields, "schemas").unwrap_or_else(|| vec!["public".to_owned()]),
            // As the server keeps it.
            host: words::text(fields, "host").unwrap_or_else(|| "%".to_owned()).to_lowercase(),
            preset,
            member_of: Vec::new(),
            leaves: None,
            owner_role: words::text(fields, "owner_role"),
            reassign_to: words::text(fields, "reassign_to"),
            rotation: rotation(fields),
            origin: Origin::Named,
            name,
        };
        user.apply_preset(engine);
        user.check(fields, engine);
        user
    }

    /// The group role of a preset.
    pub(super) fn group(name: String, group: Group, makers: Vec<String>) -> Self {
        Self {
            name,
            origin: Origin::Implied,
            host: "%".to_owned(),
            auth: Auth::Nobody,
            tables: group.preset.tables(),
            schemas: group.schemas,
            makers,
            ..Self::default()
        }
    }

    /// May also what `other` may.
    pub(super) fn join(&mut self, other: &Self) {
        self.ddl |= other.ddl;
        self.tables.extend(other.tables.iter().cloned());
        self.functions.extend(other.functions.iter().cloned());
        if let (Some(own), Some(more)) = (&mut self.sequences, &other.sequences) {
            own.extend(more.iter().cloned());
        } else {
            // One of them leaves it to the tables.
            self.sequences = None;
        }
        self.makers.extend(other.grantor.clone().filter(|maker| Some(maker) != self.grantor.as_ref()));
        self.schemas.extend(other.schemas.iter().cloned());
        self.schemas.sort();
        self.schemas.dedup();
    }

    /// Its owner role, as a user that may do what it may and is not logged in as. It is to be there whatever becomes of the
    /// ones that imply it.
    pub(super) fn implied_owner(&self, request: &Request) -> Option<Self> {
        // What a maker with an owner role makes is that role's, so that role is the one to wait for.
        let owner_of = |maker: &String| request.user(maker).and_then(|maker| maker.owner_role.clone());
        Some(Self {
            name: self.owner_role.clone()?,
            origin: Origin::Implied,
            host: self.host.clone(),
            auth: Auth::Nobody,
            ddl: self.ddl,
            tables: self.tables.clone(),
            sequences: self.sequences.clone(),
            functions: self.functions.clone(),
            grantor: self.grantor.as_ref().map(|maker| owner_of(maker).unwrap_or_else(|| maker.clone())),
            schemas: self.schemas.clone(),
            ..Self::default()
        })
    }

    /// Whether it keeps the password before as a second one.
    pub fn is_dual(&self) -> bool {
        matches!(self.rotation, Rotation::On { strategy: Strategy::Dual, .. })
    }

    /// Whether a second user is kept beside it.
    pub fn is_paired(&self) -> bool {
        matches!(self.rotation, Rotation::On { strategy: Strategy::Alternating, .. })
    }

    fn apply_preset(&mut self, engine: Engine) {
        match self.preset {
            None => {}
            Some(Preset::Manager) => {
                self.ddl = true;
                if self.tables.is_empty() {
                    self.tables = Preset::Manager.tables();
                }
            }
            // There it becomes a member of a group, whose name the server tells.
            Some(_) if engine == Engine::Postgres => {}
            // A grant on a database is one on whatever it will hold, so that no group is needed for that.
            Some(preset) => self.tables.extend(preset.tables()),
        }
        self.member_of.extend(self.owner_role.clone());
    }

    fn check(&self, fields: &mut Fields, engine: Engine) {
        let mut fault = |what: String| _ = fields.fault::<()>(what);
        if let Some(problem) =
            names::fault_of_user(&self.name, engine, self.is_paired()).filter(|_| !self.name.is_empty())
        {
            fault(format!("'db_user': {problem}"));
        }
        for role in [&self.grantor, &self.owner_role, &self.reassign_to].into_iter().flatten() {
            if let Some(problem) = names::fault_of_user(role, engine, false) {
                fault(format!("'{}': {problem}", printable(role)));
            }
            if *role == self.name {
                fault("a user cannot be its own grantor, owner or heir".to_owned());
            }
        }
        for schema in &self.schemas {
            if let Some(problem) = names::fault_of_object(schema, engine) {
                fault(format!("'schemas': '{}': {problem}", printable(schema)));
            }
        }
        let is_odd = |c: char| c == '\0' || c.is_whitespace();
        if self.host.contains(is_odd) || self.host.chars().count() > LONGEST_HOST {
            fault(format!("'host' has at most {LONGEST_HOST} characters, and neither spaces nor a NUL"));
        }
        if self.auth == Auth::Password && self.state == State::Present && self.secret.is_none() {
            fault("'user_secret_name' is missing: the secret its password is kept in".to_owned());
        }
        if self.auth != Auth::Password && matches!(self.rotation, Rotation::On { .. }) {
            fault("'rotation' needs a password to rotate".to_owned());
        }
        if self.is_dual() && engine != Engine::Mysql {
            fault(format!("'rotation': a login of {engine} has no second password, so 'strategy' cannot be 'dual'"));
        }
        if self.state == State::Present && self.reassign_to.is_some() {
            fault("'reassign_to' goes with \"state\": \"absent\"".to_owned());
        }
        if engine != Engine::Postgres && self.auth != Auth::Password {
            fault(format!("'auth' can only be 'password' on {engine}"));
        }
        if engine != Engine::Postgres && self.owner_role.is_some() {
            fault(format!("'owner_role' is for postgres; {engine} has no owners of objects"));
        }
    }
}

fn tables_of(engine: Engine) -> &'static [&'static str] {
    if engine == Engine::Postgres { &TABLES_PG } else { &TABLES_MYSQL }
}

/// Privileges out of `known`, upper case and each once.
fn privileges(fields: &mut Fields, key: &'static str, known: &[&str]) -> Option<Words> {
    let mut words = Words::new();
    for entry in words::list(fields, key)? {
        let word = entry.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
        let word = if word == "ALL PRIVILEGES" { ALL.to_owned() } else { word };
        if known.contains(&word.as_str()) {
            words.insert(word);
        } else if word == "TRUNCATE" {
            fields.fault::<()>(format!(
                "'{key}': there is no TRUNCATE privilege here, emptying a table takes DROP; give DROP if that is meant"
            ));
        } else {
            fields.fault::<()>(format!(
                "'{key}': '{}' is not a privilege here (known: {})",
                printable(&entry),
                known.join(", ")
            ));
        }
    }
    Some(words)
}

fn rotation(fields: &mut Fields) -> Rotation {
    let Some(value) = fields.value("rotation") else { return Rotation::AsIs };
    match value {
        serde_json::Value::String(text) if text.eq_ignore_ascii_case("none") => Rotation::Off,
        serde_json::Value::Object(map) => {
            let mut part = Fields::of_object(map);
            let rotation = Rotation::On {
                strategy: words::choice(&mut part, "strategy", Strategy::Single, &Strategy::SPELLINGS),
                function: words::text(&mut part, "lambda_arn"),
                schedule: words::text(&mut part, "schedule").unwrap_or_else(|| "rate(30 days)".to_owned()),
                immediately: words::flag(&mut part, "immediately"),
            };
            fields.absorb("rotation", part);
            rotation
        }
        _ => fields.fault("'rotation' must be \"none\" or an object".to_owned()).unwrap_or_default(),
    }
}
