//! Carries a plan to anonymise out on a server: whether anybody else is there, how far a run is, each step with its line of progress,
//! and the checks behind them. What is asked reads; what changes something takes leave to. Who agrees to a plan, and in whose
//! record it stands, is for whoever calls.

pub mod alone;
mod carrier;
mod databases;
mod hand;
pub mod marked;
pub mod progress;
mod sight;

pub use alone::Around;
pub use carrier::Carrier;
pub use databases::only;
pub use hand::{Action, Hand, Worked, may_pass};
pub use sight::{Barred, Sight, lock, look, others};

/// A field of a row of texts.
fn text(row: &[Option<String>], at: usize) -> String {
    row.get(at).cloned().flatten().unwrap_or_default()
}
