//! Makes a history that breaks a law as short as it gets while it still breaks the same one: what is drawn is spelt out, then runs,
//! acts, faults and variables are taken out by halves and ever smaller parts.

use jiff::Timestamp;

use crate::history::History;
use crate::laws::Broken;

/// So many plays at most.
const TRIES: usize = 500;
/// Laws about the end: their quiet nights are part of them.
const OF_THE_END: [&str; 2] = ["done or told", "at rest"];

/// One thing that can be taken out, by its place.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Act(usize),
    Run(usize),
    Fault(usize),
    Variable(String),
}

/// The shortest that was found, what it breaks, and after how many plays. `spelt` has everything that went wrong in it; `breaks`
/// plays a history.
pub fn shrink(spelt: History, first: Broken, breaks: impl Fn(&History) -> Vec<Broken>) -> (History, Broken, usize) {
    let mut tries = 0;
    let (mut best, mut broken) = (spelt, first);
    let law = broken.law;
    let mut attempt = |history: &History| {
        tries += 1;
        let broken = if tries <= TRIES { breaks(history) } else { Vec::new() };
        broken.into_iter().find(|found| found.law == law)
    };
    if !OF_THE_END.contains(&law) {
        let cut = up_to(&best, broken.at);
        if let Some(found) = attempt(&cut) {
            (best, broken) = (cut, found);
        }
    }
    loop {
        let mut parts = parts(&best, law);
        let mut size = parts.len().div_ceil(2);
        let before = parts.len();
        while size > 0 && !parts.is_empty() {
            let mut from = 0;
            while from < parts.len() {
                let some: Vec<_> = parts[from..parts.len().min(from + size)].to_vec();
                let without = without(&best, &some);
                if let Some(found) = attempt(&without) {
                    (best, broken) = (without, found);
                    parts = self::parts(&best, law);
                } else {
                    from += size;
                }
            }
            size = if size == 1 { 0 } else { size.div_ceil(2) };
        }
        if parts.len() == before {
            return (best, broken, tries.min(TRIES));
        }
    }
}

fn up_to(history: &History, at: Timestamp) -> History {
    let mut cut = history.clone();
    cut.runs.retain(|run| run.at <= at);
    cut.acts.retain(|timed| timed.at <= at);
    cut
}

/// Everything that may go.
fn parts(history: &History, law: &str) -> Vec<Part> {
    let is_fixed = |at: Timestamp| OF_THE_END.contains(&law) && at >= history.healed;
    let runs = history.runs.iter().enumerate().filter(|(_, run)| !is_fixed(run.at)).map(|(at, _)| Part::Run(at));
    let acts = history.acts.iter().enumerate().filter(|(_, timed)| !is_fixed(timed.at)).map(|(at, _)| Part::Act(at));
    let faults = (0..history.faults.len()).map(Part::Fault);
    let kept = ["NIGHTSHIFT_MODE", "NIGHTSHIFT_MAIL_FROM", "NIGHTSHIFT_OPERATORS_MAIL", "NIGHTSHIFT_OWNER_MAIL_DOMAIN"];
    let variables = history.policy.keys().filter(|name| !kept.contains(&name.as_str())).cloned().map(Part::Variable);
    faults.chain(acts).chain(runs).chain(variables).collect()
}

fn without(history: &History, parts: &[Part]) -> History {
    let mut history = history.clone();
    history.acts = left(history.acts, Part::Act, parts);
    history.runs = left(history.runs, Part::Run, parts);
    history.faults = left(history.faults, Part::Fault, parts);
    history.policy.retain(|name, _| !parts.contains(&Part::Variable(name.clone())));
    history
}

fn left<T>(all: Vec<T>, part: fn(usize) -> Part, parts: &[Part]) -> Vec<T> {
    let all = all.into_iter().enumerate().filter(|(place, _)| !parts.contains(&part(*place)));
    all.map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::clusters::draw;

    #[test]
    fn what_breaks_by_two_acts_ends_with_two_acts() {
        let whole = draw(3, 30);
        let (one, other) = (whole.acts[4].clone(), whole.acts[9].clone());
        let breaks = |history: &History| {
            let both = history.acts.contains(&one) && history.acts.contains(&other);
            let broken = Broken { law: "once", at: history.healed, said: String::new() };
            if both { vec![broken] } else { Vec::new() }
        };
        let first = breaks(&whole).remove(0);
        let (shortest, _, tries) = shrink(whole.clone(), first, breaks);
        assert_eq!(shortest.acts, [one.clone(), other.clone()]);
        assert!(shortest.runs.is_empty() && tries < 100, "{tries}");
    }
}
