//! An account of AWS in memory: what a request does and what is answered, what goes wrong with it, and what people do there
//! meanwhile.

mod faults;
mod http;
mod small;

use std::collections::{BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::acts::HOME;
use crate::history::{History, Kind, Timed};
use crate::iam::{Iam, User};
use crate::journal::{Call, Journal, What};
use crate::rds::Rds;
use crate::secrets::{Secret, Secrets};
use crate::wire::{Answered, Refusal, Request};
use crate::world::World;
use faults::Faults;

pub use http::{Http, Process};

/// The account.
pub const ACCOUNT: &str = "111122223333";
/// How old tags are that are read too early.
const STALE: SignedDuration = SignedDuration::from_secs(30);

/// See the module.
#[derive(Debug)]
pub struct Account {
    /// What is there.
    pub world: World,
    /// What happened.
    pub journal: Journal,
    /// What the simulation could not do; the history is worth nothing then.
    pub broken: Option<String>,
    acts: VecDeque<Timed>,
    faults: Faults,
}

/// What becomes of a call.
#[derive(Debug)]
pub enum Fate {
    /// This is answered.
    Answered {
        /// The status.
        status: u16,
        /// The document.
        body: String,
    },
    /// The connection is lost.
    Lost,
    /// Nothing is ever answered.
    Hangs,
    /// The process is gone.
    Dead,
}

impl Account {
    /// As `history` begins.
    pub fn new(history: &History) -> Self {
        let mut acts = history.acts.clone();
        acts.sort_by_key(|timed| timed.at);
        Self {
            world: World {
                rds: Rds::new(HOME, ACCOUNT, history.seed),
                iam: Iam::new(ACCOUNT, history.seed),
                secrets: Secrets::new(HOME, ACCOUNT),
                denied: BTreeSet::new(),
                refused: BTreeSet::new(),
                policy: history.policy.clone(),
            },
            journal: Journal::default(),
            broken: None,
            acts: acts.into(),
            faults: Faults::new(history),
        }
    }

    /// Everything that happens until `now` has happened.
    pub fn advance(&mut self, now: Timestamp) {
        while self.acts.front().is_some_and(|next| next.at <= now)
            && let Some(Timed { at, act }) = self.acts.pop_front()
        {
            self.world.advance(at);
            let fits = act.apply(&mut self.world, at);
            self.journal.add(at, What::Act { act, fits });
        }
        self.world.advance(now);
    }

    /// Notes how every user stands, for whoever judges `run`.
    pub fn note_standings(&mut self, run: Timestamp, now: Timestamp) {
        let all: Vec<_> = self.world.iam.users.values().map(|user| self.world.standing(user.true_face())).collect();
        if !all.is_empty() {
            self.journal.add(now, What::Stands { run, all });
        }
    }

    /// How long the next call of `run` takes: the way there, and the way back.
    pub fn latency(&self, run: Timestamp, request: &Request) -> (u64, u64) {
        self.faults.latency(run, request)
    }

    /// Carries `request` of `run` out at `now`.
    pub fn call(&mut self, run: Timestamp, mut request: Request, now: Timestamp) -> Fate {
        self.advance(now);
        let (action, thing) = (request.action.clone(), request.thing());
        let (nth, fault) = self.faults.at(run, &action, &thing, now);
        let mut call = Call { run, action, thing, nth, refused: None, fault };
        let fate = self.fate(run, &mut request, now, &mut call);
        self.journal.add(now, What::Call(call));
        fate
    }

    fn fate(&mut self, run: Timestamp, request: &mut Request, now: Timestamp, call: &mut Call) -> Fate {
        let refuse = |call: &mut Call, status: u16, code: &str, message: &str| {
            call.refused = Some(code.to_owned());
            Fate::Answered { status, body: small::refusal(&call.action, code, message) }
        };
        let lag = if call.fault == Some(Kind::Stale) { STALE } else { SignedDuration::ZERO };
        match call.fault {
            Some(Kind::Throttled) => return refuse(call, 400, small::throttle(&call.action.clone()), "Rate exceeded"),
            Some(Kind::Broken) => return refuse(call, 500, "InternalFailure", "an internal failure"),
            Some(Kind::Denied) => {
                let (status, code) = small::denial(&call.action);
                return refuse(call, status, code, "not authorized");
            }
            Some(Kind::Unsent) => return Fate::Lost,
            Some(Kind::Hangs) => return Fate::Hangs,
            Some(Kind::DiesBefore) => return Fate::Dead,
            _ => {}
        }
        if self.world.denied.contains(&call.action) {
            let (status, code) = small::denial(&call.action);
            return refuse(call, status, code, "not authorized to perform this, by no identity-based policy");
        }
        let body = match self.answer(run, request, now, lag) {
            Ok((body, happened)) => {
                for what in happened {
                    self.journal.add(now, what);
                }
                body
            }
            Err(Refusal::Aws { status, code, message }) => return refuse(call, status, code, &message),
            Err(Refusal::OfSimulation(said)) => {
                self.broken.get_or_insert(said);
                return Fate::Dead;
            }
        };
        match call.fault {
            Some(Kind::Lost) => Fate::Lost,
            Some(Kind::DiesAfter) => Fate::Dead,
            Some(Kind::BrokenDone) => refuse(call, 500, "InternalFailure", "an internal failure"),
            _ => Fate::Answered { status: 200, body },
        }
    }
    /// What the service says, and what a journal has of it.
    fn answer(
        &mut self,
        run: Timestamp,
        request: &mut Request,
        now: Timestamp,
        lag: SignedDuration,
    ) -> Answered<(String, Vec<What>)> {
        Ok(match request.service.as_str() {
            "rds" => {
                let outcome = self.world.rds.answer(request, now, lag)?;
                let shown = outcome.shown.map(|shown| What::Shown { run, shown });
                let did = outcome.did.map(|effect| What::Did { run, effect });
                (outcome.body, shown.into_iter().chain(did).collect())
            }
            "iam" => {
                let before = self.world.iam.users.clone();
                let outcome = self.world.iam.answer(request, now, lag)?;
                let shown = outcome.shown.map(|shown| What::Looked { run, shown });
                let did = outcome.did.map(|effect| {
                    let before = before.get(&effect.user).map(User::true_face);
                    What::Iam { run, effect, before: before.map(|user| self.world.standing(user)) }
                });
                (outcome.body, shown.into_iter().chain(did).collect())
            }
            "secretsmanager" => {
                let outcome = self.world.secrets.answer(request, now, lag)?;
                let did = outcome.did.map(|effect| {
                    let secret = self.world.secrets.secrets.get(&effect.name).map(Secret::face);
                    What::Secret { run, effect, secret }
                });
                (outcome.body, did.into_iter().collect())
            }
            "sts" => (self.caller(request, now)?, Vec::new()),
            _ => (self.message(run, request, now)?, Vec::new()),
        })
    }
}
