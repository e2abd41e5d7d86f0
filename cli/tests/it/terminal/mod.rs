//! The command in a real terminal, with a person who types.

mod asked;
mod menu;
mod rotation;
mod screens;
mod stopped;

use std::io::{Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::process::Child;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use nightshift_testkit::Scene;
use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};

use crate::STATE;

/// A terminal with the command in it, which ends with the handle.
pub(crate) struct Terminal {
    pty: Pty,
    child: Child,
    shown: Receiver<String>,
    seen: String,
    /// How much of it was asked for already.
    read: usize,
}

impl Terminal {
    /// Starts the command in a terminal so many columns wide.
    pub(crate) fn start(scene: &Scene, columns: u16, extra: &[(&str, &str)], arguments: &[&str]) -> Self {
        Self::sized(scene, (50, columns), extra, arguments)
    }

    /// The same of so many lines and columns.
    pub(crate) fn sized(
        scene: &Scene,
        (lines, columns): (u16, u16),
        extra: &[(&str, &str)],
        arguments: &[&str],
    ) -> Self {
        let (pty, pts) = open().expect("a terminal");
        pty.resize(Size::new(lines, columns)).expect("a size");
        let command = Command::new(env!("CARGO_BIN_EXE_nightshift")).args(arguments).env_clear();
        let command = command.envs(scene.environment(&[])).env("TERM", "xterm-256color").env("XDG_STATE_HOME", STATE);
        let child = command.envs(extra.iter().copied()).spawn(pts).expect("the command starts");
        // A reader of its own: the command would wait for one.
        let mut reader = std::fs::File::from(pty.as_fd().try_clone_to_owned().expect("a second handle"));
        let (sender, shown) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The terminal's end is an error to whoever reads it.
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                if sender.send(String::from_utf8_lossy(&buffer[..length]).into_owned()).is_err() {
                    return;
                }
            }
        });
        Self { pty, child, shown, seen: String::new(), read: 0 }
    }

    /// Waits until `text` is on the screen that was not there when this was asked the last time.
    pub(crate) fn then_shows(&mut self, text: &str) {
        loop {
            if let Some(at) = self.seen[self.read..].find(text) {
                self.read += at + text.len();
                return;
            }
            match self.shown.recv_timeout(Duration::from_mins(2)) {
                Ok(more) => self.seen += &more,
                Err(RecvTimeoutError::Timeout) => panic!("{text:?} does not come: {}", self.seen),
                Err(RecvTimeoutError::Disconnected) => panic!("it ended without {text:?}: {}", self.seen),
            }
        }
    }

    /// What was seen up to here.
    pub(crate) fn seen(&self) -> &str {
        &self.seen
    }

    /// Waits until `text` is on the screen.
    pub(crate) fn shows(&mut self, text: &str) {
        while !self.seen.contains(text) {
            match self.shown.recv_timeout(Duration::from_mins(2)) {
                Ok(more) => self.seen += &more,
                Err(RecvTimeoutError::Timeout) => panic!("{text:?} does not come: {}", self.seen),
                Err(RecvTimeoutError::Disconnected) => panic!("it ended without {text:?}: {}", self.seen),
            }
        }
    }

    /// Types `keys`.
    pub(crate) fn types(&mut self, keys: &str) {
        self.pty.write_all(keys.as_bytes()).expect("it is typed");
    }

    /// How it ended, once it has, and all that was shown.
    pub(crate) fn ends(mut self) -> (Option<i32>, String) {
        loop {
            match self.shown.recv_timeout(Duration::from_mins(2)) {
                Ok(more) => self.seen += &more,
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end: {}", self.seen),
            }
        }
        let status = self.child.wait().expect("it ends");
        nightshift_testkit::said::words(self.seen.as_bytes());
        (status.code(), self.seen.replace("\r\n", "\n"))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `text` without what moves the cursor or paints.
pub(crate) fn bare(text: &str) -> String {
    let mut bare = String::new();
    let mut parts = text.split('\u{1b}');
    bare += parts.next().unwrap_or_default();
    for part in parts {
        let end = part.strip_prefix('[').and_then(|rest| rest.find(|c: char| c.is_ascii_alphabetic()));
        bare += end.map_or(part, |end| &part[end + 2..]);
    }
    bare
}
