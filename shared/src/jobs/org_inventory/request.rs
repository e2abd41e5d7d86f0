//! What a run is asked for: nothing in particular at night, and what was touched where AWS says so.

use jiff::Timestamp;

use super::touch::{self, Touch};
use crate::run::event::Fields;
use crate::services::organizations::Touched;
use crate::text::printable;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// What an event says was touched; `None` at night.
    pub touched: Option<Vec<Touch>>,
    /// When.
    pub changed_at: Option<Timestamp>,
    /// Whether nothing may be carried over.
    pub whole: bool,
}

impl Request {
    /// Reads it.
    pub fn read(fields: &mut Fields) -> Self {
        let whole = fields.choice("whole", &[("yes", true), ("no", false)]).unwrap_or_default();
        let changed_at = fields.text("changed_at");
        let changed_at = changed_at.and_then(|text| match text.parse() {
            Ok(at) => Some(at),
            Err(_) => fields.fault(format!(
                "'changed_at' must be a moment such as 2026-11-21T02:00:00Z, found '{}'",
                printable(&text)
            )),
        });
        let words = fields.names("touched");
        let touched = words.and_then(|words| {
            let touches: Result<Vec<_>, _> = words.iter().map(|word| touch::of_word(word)).collect();
            touches.map_err(|fault| fields.fault::<()>(fault)).ok()
        });
        Self { touched, changed_at, whole }
    }

    /// Whether it asks for nothing: what an event told of changed nothing.
    pub fn is_nothing(&self) -> bool {
        !self.whole && self.touched.as_ref().is_some_and(Vec::is_empty)
    }

    /// What has to be read again.
    pub fn again(&self) -> Touched {
        let mut again = Touched { everything: self.whole, ..Touched::default() };
        for touch in self.touched.iter().flatten() {
            match touch {
                Touch::Everything => again.everything = true,
                Touch::Accounts => {}
                Touch::Units => again.units = true,
                Touch::Extras => again.extras = true,
                Touch::Policy(id) => _ = again.policies.insert(id.clone()),
                Touch::Tags(id) => _ = again.tags.insert(id.clone()),
            }
        }
        again
    }
}
