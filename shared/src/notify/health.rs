//! Which channels still take letters to owners in this run. One that is over its quota or throttled for longer than its
//! retries, or that stays silent twice, would only take the time of those after it: what was not told is told by the next
//! run.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::report::Reason;

/// So many letters in a row without an answer, and a channel is given up. One may be an accident.
const SILENCES: u32 = 2;

/// What a failed letter says about the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// The service answers; it was this letter.
    Answer,
    /// No answer.
    Silence,
    /// It takes no more for now.
    TakesNoMore,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Health(Mutex<BTreeMap<&'static str, Channel>>);

#[derive(Debug, Default)]
struct Channel {
    silences: u32,
    given_up: Option<Reason>,
}

impl Health {
    /// Why `channel` is not tried any more.
    pub(super) fn given_up(&self, channel: &'static str) -> Option<Reason> {
        self.with(channel, |it| it.given_up.clone())
    }

    /// It took a letter.
    pub(super) fn is_well(&self, channel: &'static str) {
        self.with(channel, |it| it.silences = 0);
    }

    /// It did not, for this reason.
    pub(super) fn learn(&self, channel: &'static str, sign: Sign, reason: &Reason) {
        self.with(channel, |it| {
            it.silences = if sign == Sign::Silence { it.silences + 1 } else { 0 };
            if sign == Sign::TakesNoMore || it.silences >= SILENCES {
                it.given_up.get_or_insert_with(|| reason.clone());
            }
        });
    }

    fn with<T>(&self, channel: &'static str, act: impl FnOnce(&mut Channel) -> T) -> T {
        act(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(channel).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::codes;

    #[test]
    fn a_channel_is_given_up_at_its_quota_or_when_it_stays_silent() {
        use Sign::{Answer, Silence, TakesNoMore};
        for (signs, expected) in [
            (&[Some(Answer), Some(Answer)][..], false),
            (&[Some(TakesNoMore)], true),
            (&[Some(TakesNoMore), None], true),
            (&[Some(Silence)], false),
            (&[Some(Silence), Some(Silence)], true),
            (&[Some(Silence), None, Some(Silence)], false),
            (&[Some(Silence), Some(Answer), Some(Silence)], false),
        ] {
            let health = Health::default();
            for sign in signs {
                match sign {
                    Some(sign) => health.learn("mail", *sign, &Reason::new(&codes::NOT_SENT, "no", "wait")),
                    None => health.is_well("mail"),
                }
            }
            assert_eq!(health.given_up("mail").is_some(), expected, "{signs:?}");
            assert_eq!(health.given_up("sns"), None, "each channel by itself");
        }
    }
}
