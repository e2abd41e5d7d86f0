//! Reads what one step needs and nothing more: the secret, its versions by their ids (a value can be read before its label
//! is), and whether one can log in with them. The passwords stay in the [`Vault`].

mod accounts;
mod compared;
mod edited;
mod logins;
mod master;
mod pair;
mod second;
mod single;
mod turns;

use std::collections::BTreeMap;
use std::time::Duration;

use self::logins::Door;
use super::gate::{self, Standing};
use super::model::{Stored, Tried, World};
use super::policy::Policy;
use super::request::{Request, Step, region_of};
use crate::clock;
use crate::domains::databases::{Content, Login, Strategy, names};
use crate::report::Mode;
use crate::run::{RunFault, Sight};
use crate::secret::Secret;
use crate::services::Read;
use crate::services::aws::{Aws, AwsError};
use crate::services::rds::RdsReader;
use crate::services::secrets::{CURRENT, Described, SecretsReader, Version};
use crate::services::sql::Session;

/// How often a value that has to be there is looked for, and how long is waited the first time; each further time twice as
/// long. What Secrets Manager took a moment ago it may not show yet.
const LOOKS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The label of the value that was handed out before.
const PREVIOUS: &str = "AWSPREVIOUS";
/// So many versions that a rotation left half-way are tried, newest first.
const MOST_LEFT_OVER: usize = 3;

/// What was read on the way, and no plan may hold.
#[derive(Debug, Default)]
pub(super) struct Vault {
    /// What stands in each version that was read.
    pub contents: BTreeMap<String, Content>,
    /// As whom the server took one, and the session that came of it.
    pub session: Option<Session>,
}

/// What was read, and what apply goes on with.
#[derive(Debug)]
pub struct Seen {
    pub(super) world: World,
    pub(super) vault: Vault,
}

/// See the module.
pub(super) async fn observe(
    sight: Sight<'_>,
    policy: &Policy,
    request: &Request,
    account: &str,
) -> Result<Seen, RunFault> {
    let (reader, rds) = (SecretsReader::new(sight.aws, &request.region), RdsReader::new(sight.aws, &request.region));
    let eyes = Eyes { aws: sight.aws, reader, rds, mode: sight.mode, request, vault: Vault::default() };
    // On the heap: which logins are tried depends on what came of those before, and each way is a large future.
    Box::pin(eyes.look(policy, account)).await
}

struct Eyes<'a> {
    aws: &'a Aws,
    reader: SecretsReader,
    rds: RdsReader,
    mode: Mode,
    request: &'a Request,
    vault: Vault,
}

impl Eyes<'_> {
    async fn look(mut self, policy: &Policy, account: &str) -> Result<Seen, RunFault> {
        let Request { secret: name, token, step, .. } = self.request;
        let secret = self.reader.describe(name).await.map_err(RunFault::observing(format!("reading secret {name}")))?;
        let mut world = World {
            account: account.to_owned(),
            secret,
            current: None,
            pending: None,
            edited: false,
            previous: None,
            left_over: Vec::new(),
            proxies: Read::NotAsked,
            second: None,
            speaks: None,
            pair: None,
            rights: None,
        };
        let Some(secret) = world.secret.clone() else { return Ok(self.seen(world)) };
        let goes_on = match step {
            Step::Rehearse => gate::may_begin(Some(&secret), self.request).is_ok(),
            _ => match gate::judge(Some(&secret), self.request) {
                Ok(Standing::Coming) => true,
                Ok(_) if *step == Step::Finish => {
                    self.look_behind(&secret, &mut world).await?;
                    false
                }
                _ => false,
            },
        };
        if !goes_on {
            return Ok(self.seen(world));
        }
        if *step != Step::Rehearse {
            let looks = if *step == Step::Create { 1 } else { LOOKS };
            world.pending = self.stored(token, looks).await?;
        }
        if *step != Step::Test
            && let Some(id) = secret.with(CURRENT)
        {
            world.current = self.stored(id, LOOKS).await?;
        }
        self.compare(&secret, &mut world).await?;
        match step {
            Step::Create => self.look_for_proxies(&secret, &mut world).await,
            Step::Set => self.try_for_setting(&Door::new(policy)?, &secret, &mut world).await?,
            Step::Test => self.try_coming(&Door::new(policy)?, &secret, &mut world).await?,
            Step::Finish => self.try_for_handing_out(policy, &secret, &mut world).await?,
            Step::Rehearse => self.rehearse(&Door::new(policy)?, &secret, &mut world).await?,
        }
        Ok(self.seen(world))
    }

    fn seen(self, world: World) -> Seen {
        Seen { world, vault: self.vault }
    }

    /// Only a pair is no use behind a proxy.
    async fn look_for_proxies(&self, secret: &Described, world: &mut World) {
        let Ok((_, current)) = gate::current(world.current.as_ref(), self.request) else { return };
        let strategy = gate::strategy(Some(secret), current, self.request);
        if world.pending.is_none() && strategy == Ok(Strategy::Alternating) {
            let found = self.rds.proxies_by(&secret.arn).await;
            world.proxies = found.map_or_else(|error| Read::failed(&error), Read::Known);
        }
    }

    /// Logs in as the coming one, and of a pair compares what both may do.
    async fn try_coming(&mut self, door: &Door, secret: &Described, world: &mut World) -> Result<(), RunFault> {
        let Some(pending) = &mut world.pending else { return Ok(()) };
        let Ok(login) = &pending.login else { return Ok(()) };
        let (login, version) = (login.clone(), pending.version.clone());
        pending.tried = self.tried(door, &login, &version).await;
        if let Some(elsewhere) = self.in_the_current_database(secret, &login, &pending.tried).await? {
            pending.tried = self.tried(door, &elsewhere, &version).await;
        }
        if gate::strategy(Some(secret), &login, self.request) != Ok(Strategy::Alternating) {
            return Ok(());
        }
        world.rights = match &self.vault.session {
            None => None,
            Some(Session::Postgres(session)) => {
                let rights = compared::rights(session, &login.user, &names::other_of(&login.user)).await;
                Some(rights.map_err(|error| gate::of_server(&error)))
            }
            // Nobody but the master sees there what another may do.
            Some(Session::Mysql(session)) => {
                let host = accounts::host(session).await.map_err(|error| gate::of_server(&error));
                self.vault.session = None;
                Some(match host {
                    Ok(host) => {
                        let looked =
                            master::look(door, (&self.masters(&login), &self.rds), &login, Some(&host), Mode::Plan)
                                .await;
                        looked.map(|(pair, _)| pair.compared())
                    }
                    Err(reason) => Err(reason),
                })
            }
        };
        Ok(())
    }

    /// Looks for one that works: the current one, the coming one, the one before, and what a rotation left that never ended.
    async fn try_for_setting(&mut self, door: &Door, secret: &Described, world: &mut World) -> Result<(), RunFault> {
        let (Ok((_, coming)), Ok((_, current))) =
            (gate::pending(world.pending.as_ref(), self.request), gate::current(world.current.as_ref(), self.request))
        else {
            return Ok(());
        };
        let Ok(strategy) = gate::strategy(Some(secret), current, self.request) else { return Ok(()) };
        if gate::may_follow(coming, current, strategy, self.request).is_err() {
            self.try_both(door, world).await;
            return Ok(());
        }
        let current = current.clone();
        self.try_those_there_are(door, secret, &current, strategy, world).await
    }

    /// What a rotation would find that begins now.
    async fn rehearse(&mut self, door: &Door, secret: &Described, world: &mut World) -> Result<(), RunFault> {
        let Ok((_, current)) = gate::current(world.current.as_ref(), self.request) else { return Ok(()) };
        let Ok(strategy) = gate::strategy(Some(secret), current, self.request) else { return Ok(()) };
        let current = current.clone();
        self.look_for_proxies(secret, world).await;
        self.try_those_there_are(door, secret, &current, strategy, world).await
    }

    async fn try_those_there_are(
        &mut self,
        door: &Door,
        secret: &Described,
        current: &Login,
        strategy: Strategy,
        world: &mut World,
    ) -> Result<(), RunFault> {
        match strategy {
            Strategy::Alternating => self.look_at_pair(door, secret, current, world).await,
            Strategy::Single | Strategy::Dual => self.try_in_turn(door, secret, current, strategy, world).await,
        }
    }

    /// Where the secret of this login's master is: an ARN says it.
    fn masters(&self, login: &Login) -> SecretsReader {
        let region = login.master.as_deref().and_then(region_of);
        region
            .filter(|region| *region != self.request.region)
            .map_or_else(|| self.reader.clone(), |region| SecretsReader::new(self.aws, region))
    }

    async fn tried(&mut self, door: &Door, login: &Login, version: &str) -> Tried {
        let Some(password) = self.vault.contents.get(version).and_then(Content::password) else { return Tried::Not };
        let (tried, session) = door.open(login, &password).await;
        self.vault.session = session;
        tried
    }

    /// Versions that carry no label and were made after the current one; after the one of before, where somebody wrote that anew with
    /// the same password.
    async fn left_over(&self, secret: &Described) -> Result<Vec<String>, RunFault> {
        let versions = self.versions().await?;
        let made = |version: &Version| version.created_at;
        let date_of = |label: &str| {
            let version = versions.iter().find(|version| Some(version.id.as_str()) == secret.with(label));
            version.and_then(made)
        };
        let is_anew = self.vault.is_one_password(secret.with(CURRENT), secret.with(PREVIOUS));
        let current = if is_anew { date_of(PREVIOUS) } else { date_of(CURRENT) };
        let mut left: Vec<_> =
            versions.iter().filter(|version| version.labels.is_empty() && made(version) >= current).collect();
        left.sort_by_key(|version| (std::cmp::Reverse(made(version)), version.id.clone()));
        Ok(left.into_iter().take(MOST_LEFT_OVER).map(|version| version.id.clone()).collect())
    }

    async fn versions(&self) -> Result<Vec<Version>, RunFault> {
        let name = &self.request.secret;
        let versions = self.reader.versions(name).await;
        versions.map_err(RunFault::observing(format!("listing the versions of secret {name}")))
    }

    /// What stands in a version, looked for so many times.
    async fn stored(&mut self, version: &str, looks: u32) -> Result<Option<Stored>, RunFault> {
        let name = &self.request.secret;
        let value = patiently(&self.reader, name, version, looks).await;
        let value = value.map_err(RunFault::observing(format!("reading version {version} of secret {name}")))?;
        let Some(value) = value else { return Ok(None) };
        let content = Content::read(&value);
        let login = content.as_ref().map_or_else(|| Err("holds no JSON object".to_owned()), Login::read);
        self.vault.contents.extend(content.map(|content| (version.to_owned(), content)));
        Ok(Some(Stored { version: version.to_owned(), login, tried: Tried::Not }))
    }
}

async fn patiently(reader: &SecretsReader, name: &str, version: &str, looks: u32) -> Result<Option<Secret>, AwsError> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..looks {
        if let Some(value) = reader.value(name, version).await? {
            return Ok(Some(value));
        }
        clock::sleep(pause).await;
        pause *= 2;
    }
    reader.value(name, version).await
}
