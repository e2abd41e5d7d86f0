//! Accounts nobody else in this process uses: the stand-in keeps everything by account, so tests in different accounts
//! share one server and never meet.

use std::sync::atomic::{AtomicU64, Ordering};

/// Twelve digits, another one each time.
pub fn fresh_account() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("7{:011}", NEXT.fetch_add(1, Ordering::Relaxed))
}
