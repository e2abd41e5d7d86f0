//! Carries a plan to anonymise out on a server: whether anybody else is there, how far a run is, each step with its line of progress,
//! and the checks behind them. What is asked reads; what changes something takes leave to.

pub mod alone;
mod carrier;
pub mod marked;
pub mod progress;

pub use carrier::Carrier;

/// A field of a row of texts.
fn text(row: &[Option<String>], at: usize) -> String {
    row.get(at).cloned().flatten().unwrap_or_default()
}
