//! Stands between any SDK client and the stand-in: records every call, delays, refuses or loses the ones it is told to,
//! and says when a chosen call is reached, so that a test can kill the caller there.

mod call;
mod dialect;
mod fault;
mod server;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
pub use call::Call;
pub use fault::Fault;
use tokio::sync::watch;

/// A test that waits longer than this waits for something that does not come.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A running proxy. Dropping it closes it.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
    runtime: Option<tokio::runtime::Runtime>,
}

/// What the proxy knows, shared by all connections.
#[derive(Debug)]
struct State {
    upstream: String,
    script: Mutex<Script>,
    /// Set to the number of the call a [`Fault::HoldBefore`] was reached at.
    reached: watch::Sender<Option<usize>>,
    /// Wakes what is held.
    released: tokio::sync::Notify,
}

#[derive(Debug, Default)]
struct Script {
    calls: Vec<Call>,
    fault: Option<(usize, Fault)>,
    latency: Duration,
    rates: Vec<fault::Bucket>,
    silent_actions: Vec<String>,
    rules: Vec<fault::Rule>,
    refused_regions: Vec<(String, Fault)>,
    clock: Clock,
}

/// What the answers say of the time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Clock {
    /// As the stand-in has it: this machine's.
    #[default]
    True,
    /// Later by so many seconds, or earlier.
    Off(i64),
    /// Nothing: the answers have no `Date`.
    Silent,
}

impl Proxy {
    /// Before `upstream`, on a free port.
    pub fn start(upstream: &str) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let state = Arc::new(State {
            upstream: upstream.to_owned(),
            script: Mutex::default(),
            reached: watch::Sender::new(None),
            released: tokio::sync::Notify::new(),
        });
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        runtime.spawn(server::serve(listener, Arc::clone(&state)));
        Ok(Self { address, state, runtime: Some(runtime) })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every call so far, numbered from zero as they arrived.
    pub fn calls(&self) -> Vec<Call> {
        self.state.script().calls.clone()
    }

    /// Starts numbering anew, without faults.
    pub fn reset(&self) {
        let mut script = self.state.script();
        script.calls.clear();
        script.fault = None;
        self.state.reached.send_replace(None);
    }

    /// Breaks call `number`, once.
    pub fn break_call(&self, number: usize, fault: Fault) {
        self.state.script().fault = Some((number, fault));
    }

    /// Breaks the next `times` calls of `action` of which a parameter holds `about`.
    pub fn break_next(&self, action: &str, about: &str, times: usize, fault: Fault) {
        self.state.script().rules.push(fault::Rule::new(action, about, times, fault));
    }

    /// Lets the held call go on. The next that is held is reached anew.
    pub fn release(&self) {
        self.state.reached.send_replace(None);
        self.state.released.notify_one();
    }

    /// Refuses every call of `action` from now on.
    pub fn deny(&self, action: &str) {
        self.break_next(action, "", usize::MAX, Fault::Denied);
    }

    /// Answers no call of `action` from now on: the caller waits for as long as it will.
    pub fn silence(&self, action: &str) {
        self.state.script().silent_actions.push(action.to_owned());
    }

    /// Refuses every RDS call in `region` from now on.
    pub fn deny_in(&self, region: &str) {
        self.refuse_in(region, Fault::Denied);
    }

    /// Answers every RDS call in `region` with `fault` from now on.
    pub fn refuse_in(&self, region: &str, fault: Fault) {
        self.state.script().refused_regions.push((region.to_owned(), fault));
    }

    /// Refuses and breaks nothing any more.
    pub fn forgive(&self) {
        let mut script = self.state.script();
        script.silent_actions.clear();
        script.rules.clear();
        script.refused_regions.clear();
    }

    /// Delays every call by this much.
    pub fn delay(&self, latency: Duration) {
        self.state.script().latency = latency;
    }

    /// Sets the clock of every answer: to the caller, its own is wrong by as much the other way.
    pub fn set_clock(&self, clock: Clock) {
        self.state.script().clock = clock;
    }

    /// Throttles `action` (as IAM names it) by a token bucket, as AWS does: `rate` calls a second, `burst` at once.
    pub fn limit(&self, action: &str, rate: f64, burst: f64) {
        self.state.script().rates.push(fault::Bucket::new(action, rate, burst));
    }

    /// Waits until the call of a [`Fault::HoldBefore`] or [`Fault::HoldAfter`] is reached, but not for ever.
    pub async fn reached(&self) -> anyhow::Result<()> {
        let mut reached = self.state.reached.subscribe();
        let wait = tokio::time::timeout(PATIENCE, reached.wait_for(Option::is_some)).await;
        wait.with_context(|| format!("no call was held; {} passed: {:?}", self.calls().len(), self.calls()))??;
        Ok(())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // A runtime must not be dropped where another one is running.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl State {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
