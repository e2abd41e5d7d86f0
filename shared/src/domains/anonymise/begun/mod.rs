//! A run that was begun, as its table of progress has it, and whether another call may go on with it. A line of progress is bound to the
//! plan, the rules, the schema and the key of its run: what another plan or another key did is never taken for done, and never left
//! out in silence.

pub mod codes;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domains::anonymise::plan::{BEGUN, Step, Work, digest};
use crate::report::{PlanDigest, Reason, fingerprint};
use crate::services::sql::Engine;

/// The line that bars the end: somebody was there while it was carried out.
pub const SEEN: &str = "seen";

/// What a run is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bond {
    /// The digest of its plan, which a person agreed to.
    pub plan: PlanDigest,
    /// The fingerprint of the file of rules.
    pub rules: String,
    /// The fingerprint of the schema.
    pub schema: String,
    /// The fingerprint of its key.
    pub key: String,
}

/// The whole run, as its first line keeps it: no key, and no value but those that the rules name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// See [`Bond`].
    pub bond: Bond,
    /// The joins, in the order of their numbers.
    pub joins: Vec<String>,
    /// What is carried out.
    pub steps: Vec<Step>,
}

/// One line of progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was done.
    pub step: String,
    /// By the run of this mark.
    pub run: String,
    /// The whole run, in its first line.
    pub about: Option<String>,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// What it is bound to and carries out.
    pub kept: Kept,
    /// What it has done.
    pub done: BTreeSet<String>,
}

impl Bond {
    /// What stands in each of its lines.
    pub fn mark(&self) -> String {
        fingerprint(self)
    }
}

impl Kept {
    /// As its first line has it.
    pub fn text(&self) -> String {
        // Plain data, which always serialises.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether `done` has a line of a step that takes something away. What has none is done once more.
    pub fn has_changed(&self, done: &BTreeSet<String>) -> bool {
        let takes = |step: &&Step| matches!(step.work, Work::Empty | Work::Mask);
        let is_of = |step: &Step, line: &str| {
            line.strip_prefix(&step.id).is_some_and(|rest| rest.is_empty() || rest.starts_with(" #"))
        };
        self.steps.iter().filter(takes).any(|step| done.iter().any(|line| is_of(step, line)))
    }
}

impl Begun {
    /// From the lines of a table of ours. Without its first line nothing was begun, so there must be no other.
    pub fn read(engine: Engine, database: &str, lines: Vec<Line>) -> Result<Option<Self>, Reason> {
        if lines.is_empty() {
            return Ok(None);
        }
        let first = lines.iter().find(|line| line.step == BEGUN).and_then(|line| line.about.as_deref());
        let kept: Option<Kept> = first.and_then(|text| serde_json::from_str(text).ok());
        let Some(kept) = kept else {
            return Err(taken("its table of progress does not say which run it is of"));
        };
        // What is stored is carried out only if it is, word for word, what somebody agreed to.
        if digest(engine, database, &kept.joins, &kept.steps) != kept.bond.plan {
            return Err(taken(&format!("the steps it keeps are not those of plan {} here", kept.bond.plan)));
        }
        let mark = kept.bond.mark();
        if let Some(other) = lines.iter().find(|line| line.run != mark) {
            let step = crate::text::printable(&other.step);
            let message = format!("'{step}' was done by another run than the one that began");
            return Err(Reason::listed(&codes::OTHER_RUN, message));
        }
        let done = lines.into_iter().map(|line| line.step).collect();
        Ok(Some(Self { kept, done }))
    }

    /// That somebody was there while it was carried out, if so.
    pub fn was_joined(&self) -> Result<(), Reason> {
        if !self.done.contains(SEEN) {
            return Ok(());
        }
        let message = "an earlier call found somebody connected after its first change";
        Err(Reason::listed(&codes::JOINED, message))
    }

    /// Whether whoever wants `wanted` goes on with it. What differs is named.
    pub fn is_of(&self, wanted: &Bond) -> Result<(), Reason> {
        let Bond { plan, rules, schema, key } = &self.kept.bond;
        let done = crate::text::count(self.done.len().saturating_sub(1), "line");
        if *plan != wanted.plan {
            let message = format!("plan {plan} was begun here and left {done} of progress; {} is another", wanted.plan);
            return Err(Reason::listed(&codes::OTHER_PLAN, message));
        }
        if *rules != wanted.rules {
            let message = format!("the rules changed since plan {plan} was begun, which left {done} of progress");
            return Err(Reason::listed(&codes::OTHER_RULES, message));
        }
        if *schema != wanted.schema {
            let message = format!("a table, a column or a type changed since plan {plan} was begun");
            return Err(Reason::listed(&codes::SCHEMA_MOVED, message));
        }
        if *key != wanted.key {
            let message = format!("plan {plan} was begun with another key, and what it did cannot be told by this one");
            return Err(Reason::listed(&codes::OTHER_KEY, message));
        }
        Ok(())
    }
}

/// There is something of that name, and it is not ours.
pub fn taken(why: &str) -> Reason {
    Reason::listed(&codes::PROGRESS_TAKEN, format!("there is a nightshift_anon here already, and {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Kept {
        let (engine, steps) = (Engine::Postgres, Vec::new());
        let joins = vec!["mail".to_owned()];
        let text = |text: &str| text.to_owned();
        let plan = digest(engine, "shop", &joins, &steps);
        Kept { bond: Bond { plan, rules: text("r"), schema: text("s"), key: text("k") }, joins, steps }
    }

    fn lines(kept: &Kept, others: &[&str]) -> Vec<Line> {
        let line = |step: &str, about| Line { step: step.to_owned(), run: kept.bond.mark(), about };
        let first = line(BEGUN, Some(kept.text()));
        std::iter::once(first).chain(others.iter().map(|step| line(step, None))).collect()
    }

    fn code(refused: Result<impl std::fmt::Debug, Reason>) -> String {
        refused.unwrap_err().code.into_owned()
    }

    #[test]
    fn a_run_is_gone_on_with_by_the_same_plan_rules_schema_and_key_alone() {
        let kept = kept();
        assert_eq!(Begun::read(Engine::Postgres, "shop", Vec::new()), Ok(None));
        let begun =
            Begun::read(Engine::Postgres, "shop", lines(&kept, &["prepare", "mask public.a"])).unwrap().unwrap();
        assert!(begun.done.contains("mask public.a"));
        assert_eq!(begun.is_of(&kept.bond), Ok(()));
        let other = |change: &dyn Fn(&mut Bond)| {
            let mut bond = kept.bond.clone();
            change(&mut bond);
            code(begun.is_of(&bond))
        };
        assert_eq!(other(&|bond| bond.plan = digest(Engine::Postgres, "other", &[], &[])), "other-plan");
        assert_eq!(other(&|bond| bond.rules.push('2')), "other-rules");
        assert_eq!(other(&|bond| bond.schema.push('2')), "schema-moved");
        assert_eq!(other(&|bond| bond.key.push('2')), "other-key");
    }

    #[test]
    fn what_is_stored_is_only_what_was_agreed_to() {
        let read = |lines| Begun::read(Engine::Postgres, "shop", lines);
        let kept = kept();
        let mut forged = kept.clone();
        forged.joins.push("phone".to_owned());
        assert_eq!(code(read(lines(&forged, &[]))), "progress-taken", "its digest is of other joins");
        assert_eq!(code(Begun::read(Engine::Postgres, "other", lines(&kept, &[]))), "progress-taken");
        assert_eq!(code(read(lines(&kept, &["x"]).split_off(1))), "progress-taken", "no first line");
        let mut mixed = lines(&kept, &["mask public.a"]);
        mixed[1].run = "of somebody".to_owned();
        assert_eq!(code(read(mixed)), "other-run");
    }
}
