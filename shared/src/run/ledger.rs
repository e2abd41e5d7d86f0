//! The record of an apply as it happens, and the one gate before each item. An item is written down when it is begun,
//! before its first write, and again when it ended: a process that dies, or that nobody can read the report of, leaves
//! this behind. The gate asks for time and for a wish to stop, so every job obeys both by passing it: leave to write is
//! lent to the work on one item, behind the gate and its line, and to nothing else.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Done;
use super::plan::Act;
use super::stop::Stop;
use crate::clock::{self, Deadline};
use crate::report::{Item, Outcome, Reason, codes};
use crate::services::Permit;

/// One item that is about to be worked on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entry {
    /// As the report has it.
    pub id: String,
    /// Where it is.
    pub region: String,
    /// Whose it is.
    pub owner: Option<String>,
    /// What is to be done, in words.
    pub steps: Vec<String>,
    /// How it was built, where nothing else would hold that should the process die half-way.
    pub tags: Option<String>,
}

impl Entry {
    /// Of an action of a plan about `scope`.
    pub(super) fn of<S>(action: &impl Act<S>, scope: &S) -> Self {
        Self {
            id: action.id().into_owned(),
            region: action.region(scope).to_owned(),
            owner: action.owner().map(str::to_owned),
            steps: action.steps(),
            tags: action.facts(),
        }
    }
}

/// What is to be done to one item, as the record has it, with leave to do it. The leave comes out where the item is begun
/// in the record, and nowhere else.
///
/// ```compile_fail,E0616
/// # fn before_its_line<'a>(turn: nightshift::run::Turn<'a>) -> &'a nightshift::services::Permit {
/// turn.permit
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    entry: &'a Entry,
    permit: &'a Permit,
}

impl<'a> Turn<'a> {
    pub(super) fn new(entry: &'a Entry, permit: &'a Permit) -> Self {
        Self { entry, permit }
    }

    /// What the record says of it.
    pub fn entry(self) -> &'a Entry {
        self.entry
    }
}

/// One line of the record.
#[derive(Debug, Clone, Copy)]
pub enum Line<'a> {
    /// The first write to it comes next.
    Begun(&'a Entry),
    /// This was done to it.
    Step(&'a Entry, &'a str),
    /// This became of it.
    Ended(&'a Entry, &'a Done),
    /// Something came of it after its own line: only what was done since.
    WentOn(&'a Item, &'a [String]),
    /// Nothing was begun on it: planned, or left alone.
    Listed(&'a Item),
}

/// Where the lines go, each at once.
pub trait Sink: Debug + Send + Sync {
    /// Writes one. A line that cannot be written stops nothing.
    fn write(&self, line: Line<'_>);

    /// So many items will be worked on, or left for another run.
    fn expects(&self, _items: usize) {}
}

/// See the module.
#[derive(Debug)]
pub struct Ledger<'a> {
    deadline: Deadline,
    stop: &'a Stop,
    sink: &'a dyn Sink,
    begun: Mutex<BTreeSet<(String, String)>>,
    ended: Mutex<Vec<(Entry, Done)>>,
}

impl<'a> Ledger<'a> {
    /// Of one run, which begins nothing once `deadline` is near or `stop` was asked for.
    pub fn new(deadline: Deadline, stop: &'a Stop, sink: &'a dyn Sink) -> Self {
        Self { deadline, stop, sink, begun: Mutex::default(), ended: Mutex::default() }
    }

    /// So many items come next.
    pub fn expects(&self, items: usize) {
        self.sink.expects(items);
    }

    /// When the platform ends the process.
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// Why nothing new is to be begun, where somebody asked for that.
    pub fn interrupted(&self) -> Option<Reason> {
        let fix = "run the same again: it goes on from here";
        let reason = || Reason::new(&codes::INTERRUPTED, "the run was asked to stop before this was begun", fix);
        self.stop.is_asked().then(reason)
    }

    /// Whether something that may take `needed` may be begun now, or why it is left to another run.
    pub fn may_begin(&self, needed: Duration) -> Result<(), Reason> {
        if let Some(reason) = self.interrupted() {
            return Err(reason);
        }
        if !self.deadline.leaves(needed, clock::now()) {
            let fix = "the next run begins with it; raise the function's timeout if this repeats";
            return Err(Reason::new(&codes::DEADLINE, "there was no time left to begin it", fix));
        }
        Ok(())
    }

    /// Does `work` on one item, with a line before and a line after; or leaves it where the gate is closed. The leave that
    /// `work` is lent ends with it.
    pub async fn item(&self, turn: Turn<'_>, needed: Duration, work: impl AsyncFnOnce(&Permit) -> Done) -> Done {
        let done = match self.may_begin(needed) {
            Ok(()) => {
                self.begun(turn.entry);
                work(turn.permit).await
            }
            Err(reason) => Done::left(Outcome::Deferred, reason),
        };
        self.ended(turn.entry, &done);
        done
    }

    /// Goes on with an item that has its line; one that has none is begun by it. What comes of it is written at the end, or
    /// with [`Ledger::ended`].
    pub async fn go_on<T>(&self, turn: Turn<'_>, work: impl AsyncFnOnce(&Permit) -> T) -> T {
        if !self.is_begun(turn.entry) {
            self.begun(turn.entry);
        }
        work(turn.permit).await
    }

    /// For items that are worked on together: its first write comes next.
    pub fn begun(&self, entry: &Entry) {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner).insert(key(entry));
        self.sink.write(Line::Begun(entry));
    }

    fn is_begun(&self, entry: &Entry) -> bool {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner).contains(&key(entry))
    }

    /// This was done to it.
    pub fn step(&self, entry: &Entry, step: &str) {
        self.sink.write(Line::Step(entry, step));
    }

    /// This became of it.
    pub fn ended(&self, entry: &Entry, done: &Done) {
        self.sink.write(Line::Ended(entry, done));
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).push((entry.clone(), done.clone()));
    }

    /// Waits, but not past a wish to stop.
    pub async fn pause(&self, duration: Duration) {
        tokio::select! {
            () = clock::sleep(duration) => {}
            () = self.stop.asked() => {}
        }
    }

    /// What comes of `work`; `None` where the platform is about to end the process, with `kept` left for what comes afterwards, or where
    /// somebody asked to stop. What was asked of others by then may go on without us.
    pub async fn while_time_lasts<T>(&self, kept: Duration, work: impl Future<Output = T>) -> Option<T> {
        let left = self.deadline.at_most(Duration::MAX, kept, clock::now());
        let ends = async { if left == Duration::MAX { self.stop.asked().await } else { self.pause(left).await } };
        tokio::select! {
            done = work => Some(done),
            () = ends => None,
        }
    }

    /// Writes what the report says and the record does not yet: no item twice.
    pub fn close(&self, items: &[Item]) {
        let mut ended = std::mem::take(&mut *self.ended.lock().unwrap_or_else(PoisonError::into_inner));
        let mut take = |is: &dyn Fn(&(Entry, Done)) -> bool| ended.iter().position(is).map(|at| ended.remove(at));
        let open: Vec<_> = items.iter().filter(|item| take(&|known| is_all_of(known, item)).is_none()).collect();
        for item in open {
            let known = take(&|(entry, _)| entry.id == item.id && entry.region == item.region);
            self.sink.write(match &known {
                Some((_, done)) => Line::WentOn(item, since(&done.steps, &item.steps)),
                None => Line::Listed(item),
            });
        }
    }
}

fn key(entry: &Entry) -> (String, String) {
    (entry.region.clone(), entry.id.clone())
}

fn is_all_of((entry, done): &(Entry, Done), item: &Item) -> bool {
    entry.id == item.id
        && entry.region == item.region
        && done.outcome == item.outcome
        && done.reason == item.reason
        && done.steps == item.steps
}

/// The steps of `now` that `before` does not begin with.
fn since<'a>(before: &[String], now: &'a [String]) -> &'a [String] {
    let same = before.iter().zip(now).take_while(|(before, now)| before == now).count();
    &now[same..]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::guard::leave_to_write;
    use super::*;
    use crate::report::Mode;

    #[derive(Debug, Default)]
    struct Kept(Mutex<Vec<String>>);

    impl Sink for Kept {
        fn write(&self, line: Line<'_>) {
            let line = match line {
                Line::Begun(entry) => format!("begun {}", entry.id),
                Line::Step(entry, step) => format!("step {} {step}", entry.id),
                Line::Ended(entry, done) => format!("ended {} {}", entry.id, done.outcome.as_str()),
                Line::WentOn(item, steps) => format!("went on {} {}", item.id, steps.join("; ")),
                Line::Listed(item) => format!("listed {} {}", item.id, item.outcome.as_str()),
            };
            self.0.lock().unwrap().push(line);
        }
    }

    fn entry(id: &str) -> Entry {
        Entry { id: id.to_owned(), ..Entry::default() }
    }

    fn item(id: &str, done: Done) -> Item {
        let Done { outcome, steps, reason } = done;
        let (id, region, owner, domain) = (id.to_owned(), String::new(), None, BTreeMap::new());
        Item { id, region, owner, outcome, steps, planned: Vec::new(), reason, domain }
    }

    fn did(steps: &[&str]) -> Done {
        Done::changed(steps.iter().map(|step| (*step).to_owned()).collect())
    }

    #[tokio::test]
    async fn work_is_waited_for_as_long_as_there_is_time_for_what_comes_afterwards() {
        let (kept, stop, now) = (Kept::default(), Stop::new(), clock::now());
        let in_ten = u64::try_from(now.as_millisecond()).unwrap() + 10_000;
        let soon = Ledger::new(Deadline::of_invocation(in_ten, now), &stop, &kept);
        let never = std::future::pending::<()>;
        assert_eq!(soon.while_time_lasts(Duration::from_secs(15), never()).await, None);
        let open = Ledger::new(Deadline::NONE, &stop, &kept);
        assert_eq!(open.while_time_lasts(Duration::from_secs(15), async { 1 }).await, Some(1));
        stop.ask();
        assert_eq!(open.while_time_lasts(Duration::from_secs(15), never()).await, None);
    }

    #[tokio::test]
    async fn an_item_has_a_line_before_and_after_and_none_is_written_twice() {
        let (kept, stop, permit) = (Kept::default(), Stop::new(), leave_to_write(Mode::Apply).unwrap());
        let ledger = Ledger::new(Deadline::NONE, &stop, &kept);
        for (id, steps) in [("a", "x"), ("b", "x"), ("a", "y")] {
            let entry = entry(id);
            ledger.item(Turn::new(&entry, &permit), Duration::ZERO, async |_| did(&[steps])).await;
        }
        stop.ask();
        let c = entry("c");
        let left = ledger.item(Turn::new(&c, &permit), Duration::ZERO, async |_| did(&["never"])).await;
        assert_eq!(left.reason.as_ref().map(|reason| reason.code.as_ref()), Some("interrupted"));
        let items = [("a", did(&["x"])), ("b", did(&["x", "told"])), ("a", did(&["y"])), ("c", left), ("d", did(&[]))];
        ledger.close(&items.map(|(id, done)| item(id, done)));
        insta::assert_snapshot!(kept.0.lock().unwrap().join("\n"), @"
        begun a
        ended a changed
        begun b
        ended b changed
        begun a
        ended a changed
        ended c deferred
        went on b told
        listed d changed
        ");
    }

    #[tokio::test]
    async fn what_goes_on_has_a_line_before_it_if_it_has_none() {
        let (kept, stop, permit) = (Kept::default(), Stop::new(), leave_to_write(Mode::Apply).unwrap());
        let ledger = Ledger::new(Deadline::NONE, &stop, &kept);
        let (a, b) = (entry("a"), entry("b"));
        ledger.item(Turn::new(&a, &permit), Duration::ZERO, async |_| did(&["x"])).await;
        for one in [&a, &b, &b] {
            ledger.go_on(Turn::new(one, &permit), async |_| ledger.step(one, "wrote")).await;
        }
        let lines = ["begun a", "ended a changed", "step a wrote", "begun b", "step b wrote", "step b wrote"];
        assert_eq!(*kept.0.lock().unwrap(), lines);
    }

    #[test]
    fn the_gate_asks_for_time_and_for_a_wish_to_stop() {
        let (kept, stop) = (Kept::default(), Stop::new());
        let now = clock::now();
        let soon = Deadline::of_invocation(u64::try_from(now.as_millisecond()).unwrap() + 20_000, now);
        let code = |ledger: &Ledger<'_>, seconds| {
            let reason = ledger.may_begin(Duration::from_secs(seconds)).err();
            reason.map(|reason| reason.code.into_owned())
        };
        assert_eq!(code(&Ledger::new(Deadline::NONE, &stop, &kept), 3_600), None);
        assert_eq!(code(&Ledger::new(soon, &stop, &kept), 10), None);
        assert_eq!(code(&Ledger::new(soon, &stop, &kept), 30).as_deref(), Some("deadline"));
        assert!(stop.ask() && !stop.ask(), "the first wish is told from the second");
        assert_eq!(code(&Ledger::new(Deadline::NONE, &stop, &kept), 0).as_deref(), Some("interrupted"));
    }
}
