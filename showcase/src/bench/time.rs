//! A time that passes only while everybody waits, so that minutes under throttles are measured in the moment they take to compute.
//! What the processor takes is not in it; the figures of real processes say that.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use anyhow::bail;
use jiff::{SignedDuration, Timestamp};
use nightshift::clock::Timekeeper;

/// See the module.
#[derive(Debug, Clone, Default)]
pub(super) struct Time(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    passed: Duration,
    waiting: BTreeMap<(Duration, u64), Waker>,
    waited: u64,
}

impl Time {
    /// Since the beginning.
    pub(super) fn passed(&self) -> Duration {
        self.with(|state| state.passed)
    }

    /// Runs `future` to its end; an error if it waits for something that is not time.
    pub(super) fn run<F: Future>(&self, future: F) -> anyhow::Result<F::Output> {
        let mut future = Box::pin(future);
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return Ok(output);
            }
            if !woken.0.swap(false, Ordering::SeqCst) && !self.pass() {
                bail!("everybody waits, and for no time");
            }
        }
    }

    /// Until the next who waits; `false` if nobody does.
    fn pass(&self) -> bool {
        let next = self.with(|state| {
            let ((until, _), waker) = state.waiting.pop_first()?;
            state.passed = state.passed.max(until);
            Some(waker)
        });
        next.map(Waker::wake).is_some()
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Timekeeper for Time {
    fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.passed()).unwrap_or_default();
        Timestamp::UNIX_EPOCH + passed
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let (until, number) = self.with(|state| {
            state.waited += 1;
            (state.passed + duration, state.waited)
        });
        let time = self.clone();
        Box::pin(std::future::poll_fn(move |context| {
            time.with(|state| {
                if state.passed >= until {
                    return Poll::Ready(());
                }
                state.waiting.insert((until, number), context.waker().clone());
                Poll::Pending
            })
        }))
    }
}

#[derive(Debug, Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_passes_for_all_who_wait_and_for_nobody_else() {
        let time = Time::default();
        let hours = |hours: u64| time.sleep(Duration::from_hours(hours));
        time.run(async { futures::future::join3(hours(2), hours(1), hours(2)).await }).unwrap();
        assert_eq!((time.passed(), time.now()), (Duration::from_hours(2), "1970-01-01T02:00:00Z".parse().unwrap()));
        assert!(time.run(std::future::pending::<()>()).is_err());
    }
}
