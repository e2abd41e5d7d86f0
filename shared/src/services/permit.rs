//! Leave to write. Every writer, every statement that is no question and every message takes a [`Permit`], and only the
//! driver makes one: in apply mode, after the guard. What a run keeps of itself takes a [`RecordPermit`], which it has in
//! both modes.
//!
//! Nobody else can make either: outside the crate there is no way to, and inside it a house rule and `clippy.toml` name the
//! two functions and the one place each is for.
//!
//! ```compile_fail,E0624
//! nightshift::services::Permit::by_the_guard();
//! ```
//! ```compile_fail,E0624
//! nightshift::services::RecordPermit::by_the_driver();
//! ```
//! ```compile_fail,E0423
//! nightshift::services::Permit(());
//! ```
//! Nor can anybody keep one: it is lent for a run, is not copied, and a writer lives no longer than what it was lent.
//! ```compile_fail,E0507
//! # fn copied(permit: &nightshift::services::Permit) -> nightshift::services::Permit {
//! *permit
//! # }
//! ```
//! ```compile_fail,E0308
//! # fn cloned(permit: &nightshift::services::Permit) -> nightshift::services::Permit {
//! permit.clone()
//! # }
//! ```

/// Leave to change what a guard let through.
#[derive(Debug)]
pub struct Permit(());

impl Permit {
    /// For the guard alone.
    pub(crate) fn by_the_guard() -> Self {
        Self(())
    }
}

/// Leave to keep the record of a run, in the place named for it.
#[derive(Debug)]
pub struct RecordPermit(());

impl RecordPermit {
    /// For the driver alone.
    pub(crate) fn by_the_driver() -> Self {
        Self(())
    }
}
