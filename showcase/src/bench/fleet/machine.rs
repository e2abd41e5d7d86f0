//! Step Functions within its published limits, driven by a machine's definition: each state as the language says, children of a
//! Distributed Map started so many a second and so many at once, failures tolerated and retried as the definition says, results in the
//! bucket as the developer guide shows them. Time is the bench's own.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use futures::future::{Either, select};
use futures::stream::FuturesUnordered;
use futures::{FutureExt as _, StreamExt as _};
use nightshift::clock::Timekeeper as _;
use serde_json::{Value, json};

use super::limits::{CHILDREN_AT_ONCE, EVENTS, PAYLOAD, STARTS_A_SECOND};
use super::paths::{Sight, put};
use super::store::Store;
use crate::bench::time::Time;

/// How a task or an execution failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) error: String,
    pub(super) cause: String,
}

/// What stands behind the functions.
pub(super) trait Functions {
    /// One call of the function called `name`.
    fn call(&self, name: &str, payload: &Value) -> impl Future<Output = Result<Value, Failed>>;

    /// From nought to one.
    fn roll(&self) -> f64;
}

/// What an execution came to.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) ended: Result<Value, Failed>,
    pub(super) took: Duration,
    /// Of the execution and of all its children, the start of each among them.
    pub(super) transitions: usize,
    /// In the longest history.
    pub(super) events: usize,
    /// Bytes of the longest input or output of the execution's own states.
    pub(super) largest: usize,
    pub(super) maps: Vec<MapOutcome>,
}

/// What one of its maps came to.
#[derive(Debug, Clone, Default)]
pub(super) struct MapOutcome {
    pub(super) label: String,
    pub(super) children: usize,
    pub(super) failed: usize,
    /// Calls that were made again.
    pub(super) retries: usize,
    pub(super) took: Duration,
    /// Of all its children together.
    pub(super) worked: Duration,
    /// The least that its children take: so many a second, so many at once.
    pub(super) bound: Duration,
    /// Bytes of the longest input or output of a child.
    pub(super) largest: usize,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Machine<'a, F> {
    pub(super) definition: &'a Value,
    pub(super) functions: &'a F,
    pub(super) store: &'a Store,
    pub(super) time: &'a Time,
}

/// One child that ended.
struct Child {
    record: Value,
    failed: bool,
    took: Duration,
    tries: usize,
    largest: usize,
}

impl<F: Functions> Machine<'_, F> {
    /// Carries one execution out.
    pub(super) async fn execute(&self, context: &Value, input: Value) -> anyhow::Result<Outcome> {
        let begun = self.time.passed();
        let (mut outcome, mut data) = (Outcome::new(), input);
        let mut at = self.definition["StartAt"].as_str();
        while let Some(name) = at {
            let state = &self.definition["States"][name];
            outcome.enters(&data, 2)?;
            let sight = Sight { data: &data, context };
            let result = match state["Type"].as_str() {
                Some("Choice") => {
                    at = Some(sight.chosen(state)?);
                    continue;
                }
                Some("Task") => {
                    let (answer, tries) = self.task(state, sight).await?;
                    outcome.enters(&Value::Null, 3 * tries)?;
                    answer
                }
                Some("Map") => {
                    outcome.enters(&Value::Null, 3)?;
                    let (map, answer) = self.map(state, sight).await?;
                    outcome.transitions += map.children * (1 + states_of(&state["ItemProcessor"]));
                    outcome.maps.push(map);
                    answer
                }
                other => bail!("{name} is a {other:?}, which this machine never had"),
            };
            match result {
                Ok(value) => {
                    data = put(data, state["ResultPath"].as_str(), value)?;
                    if let Some(path) = state["OutputPath"].as_str() {
                        data = Sight { data: &data, context }.at(path)?;
                    }
                }
                Err(failed) => {
                    outcome.ended = Err(failed);
                    outcome.took = self.time.passed().saturating_sub(begun);
                    return Ok(outcome);
                }
            }
            at = state["Next"].as_str();
        }
        outcome.enters(&data, 0)?;
        outcome.ended = Ok(data);
        outcome.took = self.time.passed().saturating_sub(begun);
        Ok(outcome)
    }

    /// A function that is called, again as the state says, and how often it was; what it gives is as `lambda:invoke` gives it.
    async fn task(&self, state: &Value, sight: Sight<'_>) -> anyhow::Result<(Result<Value, Failed>, usize)> {
        let asked = sight.filled(&state["Parameters"])?;
        let name = asked["FunctionName"].as_str().context("a task that calls no function")?;
        let mut tries = 0;
        loop {
            tries += 1;
            match self.functions.call(name, &asked["Payload"]).await {
                Ok(payload) => {
                    let given = json!({ "Payload": payload });
                    let result = match &state["ResultSelector"] {
                        Value::Null => given,
                        selector => Sight { data: &given, ..sight }.filled(selector)?,
                    };
                    return Ok((Ok(result), tries));
                }
                Err(failed) => match self.again_after(state, &failed, tries) {
                    Some(wait) => self.time.sleep(wait).await,
                    None => return Ok((Err(failed), tries)),
                },
            }
        }
    }

    /// How long the state waits before it tries again, if it does.
    fn again_after(&self, state: &Value, failed: &Failed, tries: usize) -> Option<Duration> {
        let retriers = state["Retry"].as_array()?;
        let is_meant = |retrier: &&Value| {
            let errors = retrier["ErrorEquals"].as_array();
            errors.is_some_and(|errors| errors.iter().any(|error| *error == failed.error || *error == "States.ALL"))
        };
        let retrier = retriers.iter().find(is_meant)?;
        let number = |key: &str, otherwise: f64| retrier[key].as_f64().unwrap_or(otherwise);
        let before = u32::try_from(tries - 1).unwrap_or(u32::MAX);
        (f64::from(before) < number("MaxAttempts", 3.0)).then(|| {
            let rate = number("BackoffRate", 2.0).powi(i32::try_from(before).unwrap_or(i32::MAX));
            let wait = (number("IntervalSeconds", 1.0) * rate).min(number("MaxDelaySeconds", f64::MAX));
            Duration::from_secs_f64(if retrier["JitterStrategy"] == "FULL" {
                wait * self.functions.roll()
            } else {
                wait
            })
        })
    }

    async fn map(&self, state: &Value, sight: Sight<'_>) -> anyhow::Result<(MapOutcome, Result<Value, Failed>)> {
        let source = sight.filled(&state["ItemReader"]["Parameters"])?;
        let items: Value = serde_json::from_slice(&self.store.read(&source)?)?;
        let items = items.as_array().context("the items are no list")?;
        let most = state["MaxConcurrency"].as_u64().map_or(CHILDREN_AT_ONCE, |most| usize::try_from(most).unwrap_or(1));
        let most = if most == 0 { CHILDREN_AT_ONCE } else { most.min(CHILDREN_AT_ONCE) };
        let begun = self.time.passed();
        let (mut running, mut ended) = (FuturesUnordered::new(), Vec::new());
        let mut stopped = false;
        for (place, item) in items.iter().enumerate() {
            let mut due =
                self.time.sleep(Duration::from_secs_f64(if place == 0 { 0.0 } else { 1.0 / STARTS_A_SECOND }));
            // Others go on meanwhile.
            loop {
                match select(due, running.next()).await {
                    Either::Left(_) => break,
                    Either::Right((Some(child), rest)) => {
                        ended.push(child?);
                        due = rest;
                    }
                    Either::Right((None, rest)) => {
                        rest.await;
                        break;
                    }
                }
            }
            while running.len() >= most {
                ended.extend(running.next().await.transpose()?);
            }
            let failed = ended.iter().filter(|child: &&Child| child.failed).count();
            stopped = !tolerated(state, failed, items.len());
            if stopped {
                break;
            }
            running.push(self.child(state, sight, item).boxed_local());
        }
        while let Some(child) = running.next().await {
            ended.push(child?);
        }
        let mut map = MapOutcome {
            label: state["Label"].as_str().unwrap_or_default().to_owned(),
            children: ended.len(),
            failed: ended.iter().filter(|child| child.failed).count(),
            retries: ended.iter().map(|child| child.tries - 1).sum(),
            took: self.time.passed().saturating_sub(begun),
            worked: ended.iter().map(|child| child.took).sum(),
            bound: Duration::ZERO,
            largest: ended.iter().map(|child| child.largest).max().unwrap_or_default(),
        };
        let longest = ended.iter().map(|child| child.took).max().unwrap_or_default();
        let starts = Duration::from_secs_f64(float(ended.len()) / STARTS_A_SECOND);
        map.bound = starts.max(map.worked.div_f64(float(most))).max(longest);
        if stopped || !tolerated(state, map.failed, items.len()) {
            let failed = Failed { error: "States.ExceedToleratedFailureThreshold".to_owned(), cause: String::new() };
            return Ok((map, Err(failed)));
        }
        let records: Vec<_> = ended.into_iter().map(|child| child.record).collect();
        let written =
            self.store.write_results(&sight.filled(&state["ResultWriter"]["Parameters"])?, &map.label, &records)?;
        let result = Sight { data: &written, ..sight }.filled(&state["ResultSelector"])?;
        Ok((map, Ok(result)))
    }

    /// One item's execution, which has one state.
    async fn child(&self, state: &Value, sight: Sight<'_>, item: &Value) -> anyhow::Result<Child> {
        let mut context = sight.context.clone();
        context["Map"] = json!({ "Item": { "Value": item } });
        let input = Sight { context: &context, ..sight }.filled(&state["ItemSelector"])?;
        let of_child = &state["ItemProcessor"];
        let name = of_child["StartAt"].as_str().context("a child without a state")?;
        let only = &of_child["States"][name];
        ensure!(only["End"] == true && only["OutputPath"] == "$.Payload", "a child of more than one state");
        let begun = self.time.passed();
        let (answer, tries) = self.task(only, Sight { data: &input, context: &context }).await?;
        let took = self.time.passed().saturating_sub(begun);
        ensure!(5 + 3 * tries <= EVENTS, "a child's history is too long");
        let answer = answer.map(|given| given["Payload"].clone());
        let mut record = json!({ "Input": input.to_string(), "Name": item["account"] });
        let mut largest = record["Input"].as_str().map_or(0, str::len);
        match &answer {
            Ok(output) => {
                record["Status"] = json!("SUCCEEDED");
                record["Output"] = json!(output.to_string());
                largest = largest.max(record["Output"].as_str().map_or(0, str::len));
            }
            Err(Failed { error, cause }) => {
                record["Status"] = json!("FAILED");
                record["Error"] = json!(error);
                record["Cause"] = json!(cause);
            }
        }
        ensure!(largest <= PAYLOAD, "a child's input or output has {largest} bytes, and at most {PAYLOAD} pass");
        Ok(Child { record, failed: answer.is_err(), took, tries, largest })
    }
}

impl Outcome {
    fn new() -> Self {
        let ended = Ok(Value::Null);
        Self { ended, took: Duration::ZERO, transitions: 1, events: 2, largest: 0, maps: Vec::new() }
    }

    /// A state that gets `data`, and so many events of it.
    fn enters(&mut self, data: &Value, events: usize) -> anyhow::Result<()> {
        let bytes = data.to_string().len();
        ensure!(bytes <= PAYLOAD, "a state gets {bytes} bytes, and at most {PAYLOAD} pass");
        self.largest = self.largest.max(bytes);
        self.transitions += usize::from(events == 2);
        self.events += events;
        ensure!(self.events <= EVENTS, "the history has more than {EVENTS} events");
        Ok(())
    }
}

/// Where both are left out nothing is tolerated; where both stand, whichever is passed first counts.
fn tolerated(state: &Value, failed: usize, of: usize) -> bool {
    let (count, percent) = (state["ToleratedFailureCount"].as_u64(), state["ToleratedFailurePercentage"].as_f64());
    if count.is_none() && percent.is_none() {
        return failed == 0;
    }
    let failed = float(failed);
    count.is_none_or(|count| failed <= float(usize::try_from(count).unwrap_or(usize::MAX)))
        && percent.is_none_or(|percent| failed * 100.0 <= percent * float(of))
}

/// How many states a child passes through.
fn states_of(processor: &Value) -> usize {
    processor["States"].as_object().map_or(0, serde_json::Map::len)
}

#[expect(clippy::cast_precision_loss, reason = "a count has far fewer digits than a float keeps")]
pub(super) fn float(count: usize) -> f64 {
    count as f64
}
