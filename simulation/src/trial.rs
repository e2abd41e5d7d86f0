//! A history, played and judged.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::history::History;
use crate::journal::Journal;
use crate::laws::Broken;
use crate::play::play;
use crate::shrink::shrink;
use crate::story::story;
use crate::subject::Subject;

/// What became of a history.
#[derive(Debug)]
pub struct Trial {
    /// What happened.
    pub journal: Journal,
    /// What does not hold, the first first.
    pub broken: Vec<Broken>,
}

/// Plays and judges `history`. What the model of AWS does not know breaks a law, too, and so does a panic.
pub fn trial<J: Subject>(history: &History) -> Trial {
    let failed = |law, said| {
        let broken = vec![Broken { law, at: history.healed, said }];
        Trial { journal: Journal::default(), broken }
    };
    match catch_unwind(AssertUnwindSafe(|| play::<J>(history))) {
        Ok(Ok(journal)) => {
            let broken = J::judge(history, &journal);
            Trial { journal, broken }
        }
        Ok(Err(said)) => failed("the model", said),
        Err(panic) => {
            let said = panic.downcast_ref::<String>().cloned();
            let said = said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
            failed("no panic", said.unwrap_or_default())
        }
    }
}

/// A history that broke a law, as short as it gets.
#[derive(Debug)]
pub struct Finding {
    /// It.
    pub history: History,
    /// What it breaks.
    pub broken: Broken,
    /// What happens in it.
    pub story: String,
    /// How many plays it took.
    pub tries: usize,
}

/// The shortest history that breaks what `history` broke in `trial`.
pub fn finding<J: Subject>(history: &History, trial: &Trial) -> Option<Finding> {
    let first = trial.broken.first()?.clone();
    let spelt = History { faults: trial.journal.faults(), rates: None, ..history.clone() };
    let (history, broken, tries) = shrink(spelt, first, |history| self::trial::<J>(history).broken);
    let story = story(&self::trial::<J>(&history).journal, &broken);
    Some(Finding { history, broken, story, tries })
}
