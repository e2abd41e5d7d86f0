//! Leave to write. Every writer, every statement that is no question and every message takes a [`Permit`], and only the
//! driver makes one: in apply mode, after the guard. What a run keeps of itself takes a [`RecordPermit`], which it has in
//! both modes.
//!
//! Nobody else can make either: outside the crate there is no way to, and inside it `clippy.toml` names the two functions
//! and the one place each is for.
//!
//! ```compile_fail,E0624
//! nightshift::services::Permit::grant();
//! ```
//! ```compile_fail,E0624
//! nightshift::services::RecordPermit::grant();
//! ```
//! ```compile_fail,E0423
//! nightshift::services::Permit(());
//! ```

/// Leave to change what a guard let through.
#[derive(Debug)]
pub struct Permit(());

impl Permit {
    /// For the guard alone.
    pub(crate) fn grant() -> Self {
        Self(())
    }
}

/// Leave to keep the record of a run, in the place named for it.
#[derive(Debug)]
pub struct RecordPermit(());

impl RecordPermit {
    /// For the driver alone.
    pub(crate) fn grant() -> Self {
        Self(())
    }
}
