//! Reads the world: the server's catalogs in a fixed number of queries, then each user's secret, and whether one can log
//! in with it. Passwords stay in the [`Vault`]; the world only says what came of trying them.

mod held;
mod mysql;
mod postgres;

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, stream};
use serde_json::{Map, Value};

use self::held::Looked;
use super::model::{
    Accounts, Held, Present, SecretFacts, SecretState, Server, State as Catalogs, Thing, Version, World,
};
use super::request::{Request, State, UserRequest};
use super::way::Way;
use crate::domains::databases::names::CLONE;
use crate::domains::databases::{Content, OWNER_TAG, Strategy, owner_tag_value, shape};
use crate::secret::Secret;
use crate::services::Read;
use crate::services::aws::AwsError;
use crate::services::secrets::{CURRENT, Described, PENDING, SecretsReader};
use crate::services::sql::Engine;
use crate::services::sql::{PgSession, Session, SqlError, SqlKind, Trial};

/// The passwords that were read on the way, by user: what apply needs and no plan may hold.
#[derive(Debug, Default)]
pub(super) struct Vault(BTreeMap<String, Kept>);

/// What is kept of one secret.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// The password of the current version.
    pub current: Option<Secret>,
    /// The password of the coming one.
    pub pending: Option<Secret>,
    /// All that stands in the current version.
    pub content: Option<Content>,
}

impl Vault {
    pub(super) fn take(&mut self, user: &str) -> Kept {
        self.0.remove(user).unwrap_or_default()
    }
}

/// What a server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Greeting {
    pub engine: Engine,
    pub version: u32,
    pub user: String,
    /// A reader endpoint, or a standby.
    pub read_only: bool,
    /// Where `MySQL` sees this run come from.
    pub from: String,
}

/// What a server turned out to be when it was first spoken to.
#[derive(Debug)]
pub(super) struct Greeted {
    greeting: Greeting,
    database: bool,
}

/// Asks the server who it is. One that takes no writes is refused: it is a reader's endpoint.
pub(super) async fn greet(way: &Way) -> Result<Greeted, SqlError> {
    let name = &way.request.database;
    let (greeting, database) = match &way.shared {
        Session::Postgres(session) => {
            tokio::try_join!(postgres::greeting(session), postgres::has_database(session, name))?
        }
        Session::Mysql(session) => (mysql::greeting(session).await?, mysql::has_database(session, name).await?),
    };
    let refused = |attempt: &str, message| {
        Err(SqlError { attempt: attempt.to_owned(), kind: SqlKind::Denied, code: None, message })
    };
    let (host, engine) = (&way.endpoint.host, way.request.engine);
    if greeting.engine != engine {
        return refused(
            "looking for the engine",
            format!("{host} is {}, and 'db_engine' says {engine}", greeting.engine),
        );
    }
    if greeting.read_only {
        return refused(
            "looking for the writer",
            format!("{host} takes no writes: give the writer's endpoint as 'rds_host'"),
        );
    }
    Ok(Greeted { greeting, database })
}

/// What `user` holds now.
pub(super) async fn held_by(session: &Session, user: &UserRequest) -> Result<Vec<Held>, SqlError> {
    let held = match session {
        Session::Postgres(session) => held::counts(session, std::slice::from_ref(&user.name)).await?,
        Session::Mysql(session) => mysql::held(session, &[user]).await?,
    };
    Ok(held.into_values().flatten().collect())
}

/// The schemas of this session's database in which `role` was given the right to make things.
pub(super) async fn makes(session: &Session, role: &str) -> Result<BTreeSet<String>, SqlError> {
    match session {
        Session::Postgres(session) => {
            let places = held::places(session).await?;
            let given = places.into_iter().filter(|(_, place)| place.makers.contains(role));
            Ok(given.map(|(schema, _)| schema).collect())
        }
        Session::Mysql(_) => Ok(BTreeSet::new()),
    }
}

/// What was observed, and what apply goes on with.
#[derive(Debug)]
pub(super) struct Observed {
    pub world: World,
    pub vault: Vault,
    /// The session in the event's database, where it takes one.
    pub own: Option<Session>,
}

/// What was read, and the way to it.
#[derive(Debug)]
pub struct Seen {
    pub(super) way: Way,
    pub(super) secrets: SecretsReader,
    pub(super) observed: Observed,
}

/// Reads everything.
pub(super) async fn observe(
    way: &Way,
    greeted: Greeted,
    secrets: &SecretsReader,
    account: &str,
    concurrency: usize,
) -> Result<Observed, SqlError> {
    let request = &way.request;
    let Greeted { greeting, database } = greeted;
    let mut own = None;
    let (state, tries_in) = match &way.shared {
        Session::Mysql(session) => {
            let accounts = mysql::accounts(session, request, database).await?;
            (Catalogs::Mysql(Accounts { from: greeting.from, ..accounts }), "")
        }
        Session::Postgres(shared) => {
            if database {
                own = Some(way.log_in(&request.database).await?);
            }
            let session = match &own {
                Some(Session::Postgres(session)) => session,
                _ => shared,
            };
            // On the heap: ten questions at once are a large future.
            let mut catalog = Box::pin(postgres::catalog(session, request, greeting.version, database)).await?;
            look_up(way, session, &mut catalog.held).await?;
            (Catalogs::Postgres(catalog), if database { request.database.as_str() } else { "postgres" })
        }
    };
    let eyes = Eyes { way, secrets, state: &state, tries_in };
    let named = request.users.iter().filter(|user| user.secret.is_some());
    let read: Vec<_> = stream::iter(named)
        .map(|user| async { (user.name.clone(), eyes.look(user).await) })
        .buffered(concurrency)
        .collect()
        .await;
    let mut vault = Vault::default();
    let mut facts = BTreeMap::new();
    for (user, found) in read {
        let found = match found {
            Ok((found, kept)) => {
                vault.0.insert(user.clone(), kept);
                Read::Known(found)
            }
            Err(error) => Read::failed(&error),
        };
        facts.insert(user, found);
    }
    let server = Server {
        engine: request.engine,
        version: greeting.version,
        host: request.host.clone(),
        port: way.endpoint.port,
        tls_name: request.tls_server_name.clone(),
        resource_id: way.master.resource_id.clone(),
        master: greeting.user,
        database: request.database.clone(),
    };
    let world = World { account: account.to_owned(), region: request.region.clone(), server, state, secrets: facts };
    Ok(Observed { world, vault, own })
}

/// Looks up by name what the users to be dropped hold, in each database that knows one of them; `here` is a session in the
/// event's. A database that lets nobody in is the matter of those who hold something there.
async fn look_up(way: &Way, here: &PgSession, held: &mut BTreeMap<String, Vec<Held>>) -> Result<(), SqlError> {
    let users = way.request.users.iter().filter(|user| user.state == State::Absent && held.contains_key(&user.name));
    let users: Vec<&UserRequest> = users.collect();
    let absent: Vec<String> = users.iter().map(|user| user.name.clone()).collect();
    let places = held.iter().filter(|(user, _)| absent.contains(user)).flat_map(|(_, held)| held);
    let places: BTreeSet<Option<String>> = places.map(|held| held.database.clone()).collect();
    for place in places {
        let found = match &place {
            None => held::things(here, &absent, true).await.map(|things| Looked { things, ..Looked::default() }),
            Some(name) if *name == way.request.database => held::here(here, &users).await,
            Some(name) => match way.log_in(name).await {
                Ok(Session::Postgres(there)) => held::here(&there, &users).await,
                Ok(Session::Mysql(_)) => Ok(Looked::default()),
                Err(error) => Err(error),
            },
        };
        let (Looked { mut things, places, mut not_for_heirs }, closed) = match found {
            Ok(looked) => (looked, None),
            Err(error) if place.is_some() => (Looked::default(), Some(error.to_string())),
            Err(error) => return Err(error),
        };
        for (user, held) in held.iter_mut().filter(|(user, _)| absent.contains(user)) {
            for held in held.iter_mut().filter(|held| held.database == place) {
                let (fleeting, lasting): (Vec<_>, Vec<_>) =
                    things.remove(user).unwrap_or_default().into_iter().partition(Thing::is_temporary);
                held.things = lasting;
                held.fleeting =
                    i64::try_from(fleeting.iter().filter(|thing| thing.is_of(user)).count()).unwrap_or_default();
                held.owns -= held.fleeting;
                held.not_for_heir = not_for_heirs.remove(user).unwrap_or_default();
                let known: BTreeSet<_> = held.things.iter().filter_map(|thing| thing.schema.as_deref()).collect();
                let known = places.iter().filter(|(name, _)| known.contains(name.as_str()));
                held.places = known.map(|(name, place)| (name.clone(), place.clone())).collect();
                held.closed.clone_from(&closed);
            }
        }
    }
    Ok(())
}

/// What stands in the secret of `user`, beside its password.
pub(super) fn shape_of(request: &Request, way: &Way, user: &str) -> Map<String, Value> {
    let server = way.master.server.as_ref().map(|(key, id)| (*key, id.as_str()));
    shape(request.engine, user, &request.host, way.endpoint.port, &request.database, &way.master.arn, server)
}

/// What tells this deletion of a secret from one before it: when it is, and what versions there are by now.
fn deletion_of(found: &Described) -> String {
    let versions: Vec<_> = found.labelled.iter().map(|version| version.id.as_str()).collect();
    format!("{} {}", found.deletion.clone().unwrap_or_default(), versions.join(" "))
}

/// What it takes to look at a user's secret.
struct Eyes<'a> {
    way: &'a Way,
    secrets: &'a SecretsReader,
    state: &'a Catalogs,
    tries_in: &'a str,
}

impl Eyes<'_> {
    async fn look(&self, user: &UserRequest) -> Result<(SecretFacts, Kept), AwsError> {
        let name = user.secret.clone().unwrap_or_default();
        let mut kept = Kept::default();
        let Some(found) = self.secrets.describe(&name).await? else {
            return Ok((SecretFacts { name, state: SecretState::Absent }, kept));
        };
        let with = |label| found.with(label).map(str::to_owned);
        let (current, pending) = (with(CURRENT), with(PENDING));
        let mut present = Present {
            ours: found.tags.get(OWNER_TAG).is_some_and(|tag| tag == owner_tag_value(&user.name)),
            lingering: current.is_some() && current == pending,
            deletion: deletion_of(&found),
            arn: found.arn,
            deleted: found.deleted,
            managed_by: found.managed_by,
            kms_key: found.kms_key,
            rotation: found.rotation,
            strategy: found.tags.get(Strategy::TAG).map(str::to_owned),
            current: None,
            pending: None,
        };
        // A deleted secret answers with no value, and may show no label either.
        if !present.deleted {
            if let Some(id) = current.clone() {
                let (has_value, content) = self.content(&name, &id).await?;
                present.current = Some(self.version(user, id, content.as_ref(), (has_value, present.ours)).await);
                kept.current = content.as_ref().and_then(Content::password);
                kept.content = content;
            }
            if let Some(id) = pending.filter(|id| Some(id) != current.as_ref()) {
                let (has_value, content) = self.content(&name, &id).await?;
                present.pending = Some(self.version(user, id, content.as_ref(), (has_value, present.ours)).await);
                kept.pending = content.as_ref().and_then(Content::password);
            }
        }
        Ok((SecretFacts { name, state: SecretState::Present(Box::new(present)) }, kept))
    }

    /// Whether the version has a value at all, and what it holds.
    async fn content(&self, name: &str, version: &str) -> Result<(bool, Option<Content>), AwsError> {
        let value = self.secrets.value(name, version).await?;
        Ok((value.is_some(), value.as_ref().and_then(Content::read)))
    }

    async fn version(
        &self,
        user: &UserRequest,
        id: String,
        content: Option<&Content>,
        (has_value, ours): (bool, bool),
    ) -> Version {
        let shape = shape_of(&self.way.request, self.way, &user.name);
        let username = content.and_then(|content| content.text("username")).map(str::to_owned);
        let host = content.and_then(|content| content.text("host")).map(str::to_owned);
        let password = content.and_then(Content::password);
        // A stranger's password for another server is not this one's to hear.
        let may_be_tried = ours || host.as_ref().is_some_and(|host| host.eq_ignore_ascii_case(&self.way.request.host));
        let trial = match password.as_ref().filter(|_| may_be_tried) {
            Some(password) => self.trial(user, username.as_deref(), password).await,
            None => Trial::NotTried,
        };
        Version {
            id,
            host,
            has_value,
            has_password: password.is_some(),
            stale: content.map(|content| content.stale(&shape)).unwrap_or_default(),
            username,
            trial,
        }
    }

    /// Tries a password, for a user that is there, is to stay and may log in from here. It is sent to this server alone, as a proof and not as
    /// itself.
    async fn trial(&self, user: &UserRequest, username: Option<&str>, password: &Secret) -> Trial {
        let login = username.unwrap_or(&user.name);
        let known = login == user.name || login.strip_suffix(CLONE) == Some(&user.name);
        let can = match self.state {
            Catalogs::Postgres(catalog) => catalog.roles.get(login).is_some_and(|role| role.login),
            Catalogs::Mysql(accounts) => accounts.takes_login(login, &user.host),
        };
        if user.state == State::Absent || !known || !can {
            return Trial::NotTried;
        }
        self.way.endpoint.try_login(login, password, self.tries_in).await
    }
}
