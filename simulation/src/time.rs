//! Time that passes only while everybody waits. It is the clock of the code under simulation (`nightshift::clock`), of the SDK
//! (what it signs by, what it sleeps by) and of AWS, all at once: two clocks that drift apart make a limiter wait for ever.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use jiff::{SignedDuration, Timestamp};
use nightshift::clock::Timekeeper;

/// See the module.
#[derive(Debug, Clone)]
pub struct Time(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    now: Timestamp,
    timers: BTreeMap<(Timestamp, u64), Waker>,
    made: u64,
}

impl Time {
    /// It is `now`.
    pub fn new(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(State { now, timers: BTreeMap::new(), made: 0 })))
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.state().now
    }

    /// Waits until `until`.
    pub fn until(&self, until: Timestamp) -> impl Future<Output = ()> + Send + Sync + use<> {
        Timer { time: self.clone(), until, number: None }
    }

    /// Waits.
    pub fn pass(&self, duration: Duration) -> impl Future<Output = ()> + Send + Sync + use<> {
        self.until(later(self.now(), duration))
    }

    /// Carries `tasks` out side by side, each as far as it can go, and lets time pass to the next moment anybody waits for.
    /// One that waits for nothing that comes is dropped at the end, as the platform drops a process.
    pub fn run(&self, mut tasks: Vec<Pin<Box<dyn Future<Output = ()> + '_>>>) {
        let flags: Vec<_> = tasks.iter().map(|_| Arc::new(Flag(AtomicBool::new(true)))).collect();
        let mut open: Vec<_> = tasks.iter_mut().zip(&flags).collect();
        while !open.is_empty() {
            let mut moved = false;
            open.retain_mut(|(task, flag)| {
                if !flag.0.swap(false, Ordering::SeqCst) {
                    return true;
                }
                moved = true;
                let waker = Waker::from(Arc::clone(flag));
                task.as_mut().poll(&mut Context::from_waker(&waker)).is_pending()
            });
            if !moved && !self.advance() {
                return;
            }
        }
    }

    /// To the next moment anybody waits for; `false` where nobody does.
    fn advance(&self) -> bool {
        let mut state = self.state();
        let Some(((at, _), waker)) = state.timers.pop_first() else { return false };
        state.now = state.now.max(at);
        drop(state);
        waker.wake();
        true
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `duration` after `at`.
pub fn later(at: Timestamp, duration: Duration) -> Timestamp {
    SignedDuration::try_from(duration).ok().and_then(|duration| at.checked_add(duration).ok()).unwrap_or(Timestamp::MAX)
}

impl Timekeeper for Time {
    fn now(&self) -> Timestamp {
        self.now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(self.pass(duration))
    }
}

impl AsyncSleep for Time {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(self.pass(duration))
    }
}

impl TimeSource for Time {
    fn now(&self) -> SystemTime {
        SystemTime::from(self.now())
    }
}

#[derive(Debug)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[derive(Debug)]
struct Timer {
    time: Time,
    until: Timestamp,
    number: Option<u64>,
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let (time, until) = (self.time.clone(), self.until);
        let mut state = time.state();
        if state.now >= until {
            return Poll::Ready(());
        }
        let number = *self.number.get_or_insert_with(|| {
            state.made += 1;
            state.made
        });
        state.timers.insert((until, number), context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.time.state().timers.remove(&(self.until, number));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn time_passes_only_while_everybody_waits_and_tells_what_comes_first() {
        let start: Timestamp = "2026-01-01T02:00:00Z".parse().unwrap();
        let (time, said) = (Time::new(start), RefCell::new(Vec::new()));
        let task = |name: &'static str, seconds: &'static [u64]| {
            let (time, said) = (&time, &said);
            let task: Pin<Box<dyn Future<Output = ()> + '_>> = Box::pin(async move {
                for &seconds in seconds {
                    time.pass(Duration::from_secs(seconds)).await;
                    said.borrow_mut().push(format!("{name} {}", time.now().duration_since(start).as_secs()));
                }
            });
            task
        };
        time.run(vec![task("a", &[2, 2, 86_400]), task("b", &[1, 1, 1])]);
        assert_eq!(*said.borrow(), ["b 1", "a 2", "b 2", "b 3", "a 4", "a 86404"]);
        let never: Pin<Box<dyn Future<Output = ()>>> = Box::pin(std::future::pending());
        time.run(vec![never, task("c", &[1])]);
        assert_eq!(said.borrow().last().map(String::as_str), Some("c 86405"));
    }
}
