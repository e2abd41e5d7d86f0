//! The top of the event: which server and database, by which secret, and how far the run may go.

use std::collections::BTreeSet;

use super::user::{Origin, State, UserRequest};
use super::{Use, ordered, words};
use crate::domains::databases::names;
use crate::jobs::db_users::policy::Policy;
use crate::run::event::Fields;
use crate::services::sql::Engine;
use crate::text::printable;

/// The whole event.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Request {
    /// `secret_name`: the master user's secret, by name or ARN.
    pub master_secret: String,
    /// `database_name`.
    pub database: String,
    /// `rds_host`.
    pub host: String,
    /// `port`; that of the secret, or the engine's, if left out.
    pub port: Option<u16>,
    /// `tls_server_name`: the name the server's certificate bears, where `rds_host` is an alias.
    pub tls_server_name: Option<String>,
    /// `region`.
    pub region: String,
    /// `kms_key_id`: what new secrets are encrypted with.
    pub kms_key: Option<String>,
    /// `db_engine`.
    pub engine: Engine,
    /// `revoke`.
    pub revoke: Revoke,
    /// `create_database`.
    pub create_database: bool,
    /// `extensions` to be there.
    pub extensions: Vec<String>,
    /// `migrate_presets`: whether users leave a group that opens more than the event gives them.
    pub migrate_presets: bool,
    /// `fail_unless_done`, or a resource of Terraform: whoever sent it waits for a failure.
    pub awaited: bool,
    /// `users`, and the roles that own what they make, in the event's order.
    pub users: Vec<UserRequest>,
}

/// What happens to privileges that a user the event names has and the event does not give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Revoke {
    /// They stay.
    #[default]
    None,
    /// They go, on what the event is about: the database, the schemas it names, and what is in them.
    Managed,
    /// They go in every schema of the database, and memberships in roles the event does not give go, too.
    All,
}

impl Request {
    /// Reads the event.
    pub fn read(fields: &mut Fields, policy: &Policy) -> Self {
        let engine = words::needed(fields, "db_engine");
        let engine = Engine::parse(&engine).unwrap_or_else(|| {
            let known: Vec<_> = Engine::SPELLINGS.iter().map(|(name, _)| *name).collect();
            let fault = format!("'db_engine' must be one of {}, found '{}'", known.join(", "), printable(&engine));
            if !engine.is_empty() {
                fields.fault::<()>(fault);
            }
            Engine::default()
        });
        let mut request = Self {
            master_secret: words::needed(fields, "secret_name"),
            database: words::needed(fields, "database_name"),
            host: words::needed(fields, "rds_host").trim_end_matches('.').to_ascii_lowercase(),
            port: words::number(fields, "port", 1, 65535).and_then(|port| u16::try_from(port).ok()),
            tls_server_name: words::text(fields, "tls_server_name"),
            region: region(fields, policy),
            kms_key: words::text(fields, "kms_key_id"),
            engine,
            revoke: words::choice(
                fields,
                "revoke",
                Revoke::None,
                &[("none", Revoke::None), ("managed", Revoke::Managed), ("all", Revoke::All)],
            ),
            create_database: words::flag(fields, "create_database"),
            extensions: words::list(fields, "extensions").unwrap_or_default(),
            migrate_presets: words::flag(fields, "migrate_presets"),
            awaited: words::flag(fields, "fail_unless_done") | of_terraform(fields),
            users: Vec::new(),
        };
        if let Some(fault) = names::fault_of_object(&request.database, engine).filter(|_| !request.database.is_empty())
        {
            fields.fault::<()>(format!("'database_name': {fault}"));
        }
        if engine != Engine::Postgres && !request.extensions.is_empty() {
            fields.fault::<()>(format!("'extensions' is for postgres; {engine} has none"));
        }
        request.users = users(fields, engine);
        request.check_users(fields);
        request.check_owners(fields);
        if engine == Engine::Postgres {
            request.add_owners();
        }
        let with_groups = request.with_groups(|_, group| group.common_name().to_owned());
        with_groups.check_needs(fields);
        if let Err(circle) = ordered(&with_groups.users) {
            fields.fault::<()>(format!(
                "these users each need another one of them first: {}",
                printable(&circle.join(", "))
            ));
        }
        request
    }

    /// The user of this name, if the event has one.
    pub fn user(&self, name: &str) -> Option<&UserRequest> {
        self.users.iter().find(|user| user.name == name)
    }

    /// Every schema some user is about.
    pub fn schemas(&self) -> BTreeSet<&str> {
        self.users.iter().flat_map(|user| user.schemas.iter().map(String::as_str)).collect()
    }

    /// The users that are to be there.
    fn present(&self) -> impl Iterator<Item = &UserRequest> {
        self.users.iter().filter(|user| user.state == State::Present)
    }

    fn check_users(&self, fields: &mut Fields) {
        let mut accounts = BTreeSet::new();
        let mut secrets = BTreeSet::new();
        for user in &self.users {
            // One name, one secret, one account: several hosts of one user are one pattern.
            if !accounts.insert(&user.name) {
                fields.fault::<()>(format!("user '{}' is named twice", printable(&user.name)));
            }
            if let Some(secret) = &user.secret {
                if *secret == self.master_secret {
                    fields.fault::<()>(format!(
                        "user '{}' names the master's own secret as its own",
                        printable(&user.name)
                    ));
                }
                let shared = self.users.iter().any(|other| other.secret == user.secret && other.name != user.name);
                if shared && secrets.insert(secret) {
                    fields.fault::<()>(format!("the secret '{}' is that of two users", printable(secret)));
                }
            }
        }
    }

    /// Who is a member of a group would come to own what those make whose owner role it is.
    fn check_owners(&self, fields: &mut Fields) {
        let groups: BTreeSet<_> = self
            .users
            .iter()
            .filter_map(|user| self.group_of(user))
            .flat_map(|group| group.names(&self.database))
            .collect();
        for (user, owner) in self.users.iter().filter_map(|user| Some((user, user.owner_role.as_ref()?))) {
            if groups.contains(owner) {
                fields.fault::<()>(format!(
                    "user '{}' has the owner role '{}', which is the name of a group of presets in this event",
                    printable(&user.name),
                    printable(owner)
                ));
            }
        }
    }

    /// What is to be absent is nobody's to need: it would be dropped from under them. An heir may be gone by the time; what it
    /// was for is done then.
    fn check_needs(&self, fields: &mut Fields) {
        for user in &self.users {
            let needed = user.uses().filter(|(purpose, _)| *purpose != Use::Heir).map(|(_, role)| role);
            for role in needed.filter(|role| self.user(role).is_some_and(|other| other.state == State::Absent)) {
                fields.fault::<()>(format!(
                    "user '{}' is to be absent, and '{}' needs it as its grantor, owner role or group",
                    printable(role),
                    printable(&user.name)
                ));
            }
        }
    }

    /// The roles nobody logs in as that own what their members make. Who is to be dropped implies none.
    fn add_owners(&mut self) {
        let owners: Vec<_> = self.present().filter_map(|user| user.implied_owner(self)).collect();
        for owner in owners {
            match self.users.iter_mut().find(|user| user.name == owner.name) {
                // Whoever becomes it, may what it may: it is for all of them.
                Some(known) if known.origin == Origin::Implied => known.join(&owner),
                Some(_) => {}
                None => self.users.push(owner),
            }
        }
    }
}

/// Whether a resource `aws_lambda_invocation` of Terraform sent it, which says so under a key of its own where it goes through a
/// whole life. That it is destroyed is no reason for a user to go: it is destroyed, too, to be replaced.
fn of_terraform(fields: &mut Fields) -> bool {
    let Some(resource) = fields.value("tf") else { return false };
    match resource["action"].as_str() {
        Some("create" | "update") => {}
        Some("delete") => {
            fields.fault::<()>(
                "'tf' says that a resource of Terraform is destroyed, and no user goes by that: have it dropped first, by \
                 \"state\": \"absent\" in an apply, and give the resource lifecycle_scope = \"CREATE_ONLY\", as \
                 terraform/layer/database-access does"
                    .to_owned(),
            );
        }
        _ => {
            fields.fault::<()>(
                "'tf' is for a resource of Terraform, and its 'action' is create, update or delete".to_owned(),
            );
        }
    }
    true
}

/// Regions are the policy's to give; an event may pick one.
fn region(fields: &mut Fields, policy: &Policy) -> String {
    let home = policy.regions.first().cloned().unwrap_or_default();
    let region = words::text(fields, "region").unwrap_or(home);
    if !policy.regions.contains(&region) {
        fields.fault::<()>(format!(
            "region '{}' is not one this function works in ({}); set NIGHTSHIFT_REGIONS",
            printable(&region),
            policy.regions.join(", ")
        ));
    }
    region
}

fn users(fields: &mut Fields, engine: Engine) -> Vec<UserRequest> {
    let Some(parts) = fields.objects("users") else {
        fields.fault::<()>("'users' is missing: a list of objects, each with at least 'db_user'".to_owned());
        return Vec::new();
    };
    let mut users = Vec::new();
    for (index, mut part) in parts.into_iter().enumerate() {
        let user = UserRequest::read(&mut part, engine);
        let place =
            if user.name.is_empty() { format!("users[{index}]") } else { format!("user '{}'", printable(&user.name)) };
        fields.absorb(&place, part);
        users.push(user);
    }
    users
}
