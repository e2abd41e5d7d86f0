//! A child process held by its handle: killed when the handle is dropped, never looked for by name.

use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

/// See the module.
#[derive(Debug)]
pub struct ChildProcess(Child);

impl ChildProcess {
    /// Starts `command`.
    pub fn start(command: &mut Command) -> std::io::Result<Self> {
        command.spawn().map(Self)
    }

    /// The process itself.
    pub fn get(&mut self) -> &mut Child {
        &mut self.0
    }

    /// Ends it at once, as Lambda does: no signal handler runs.
    pub fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// Closes its standard input, for one that ends by that and has something to tidy up, and waits for it a while.
    #[expect(clippy::disallowed_methods, reason = "a process is waited for by the real clock")]
    pub fn dismiss(&mut self) {
        drop(self.0.stdin.take());
        for _ in 0..50 {
            if self.ended().is_some() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().ok().flatten()
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        self.kill();
    }
}
