//! A wish to end before the end: what is begun is finished, and nothing new is begun.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// See the module.
#[derive(Debug)]
pub struct Stop {
    asked: AtomicBool,
    word: Notify,
}

impl Stop {
    /// Nobody has asked yet.
    pub const fn new() -> Self {
        Self { asked: AtomicBool::new(false), word: Notify::const_new() }
    }

    /// Asks for it. Says whether this was the first time.
    pub fn ask(&self) -> bool {
        let first = !self.asked.swap(true, Ordering::SeqCst);
        self.word.notify_waiters();
        first
    }

    /// Whether somebody has asked.
    pub fn is_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// Waits until somebody asks.
    pub async fn asked(&self) {
        let word = self.word.notified();
        if !self.is_asked() {
            word.await;
        }
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}
