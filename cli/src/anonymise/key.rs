//! The key of a run on this machine. It is made for one run, and is either in this process alone or in a file that only this user reads,
//! from before the first step to behind the last. A file that we made goes with the run; one that somebody brought is theirs.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use nightshift::domains::anonymise::RunKey;
use nightshift::secret::Secret;

use crate::output::complain;
use crate::told::Told;

/// What a file of ours begins with: so it is known again, and deleted at the end.
const OURS: &str = "nightshift-anonymise-run-key:";

/// A key, and where it is kept.
#[derive(Debug)]
pub(super) struct Key {
    pub of_run: RunKey,
    text: Secret,
    file: Option<PathBuf>,
    is_ours: bool,
    is_new: bool,
}

impl Key {
    /// The one in `file`, if it is there; or a new one, which is nowhere yet.
    pub(super) fn find(file: Option<&Path>) -> anyhow::Result<Self> {
        let shown = file.map(|file| file.display().to_string()).unwrap_or_default();
        let text = match file.map(fs::read_to_string) {
            Some(Ok(text)) => Some(Secret::new(text.trim().to_owned())),
            Some(Err(error)) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("could not read the key in {shown}; nothing was done"));
            }
            Some(Err(_)) | None => None,
        };
        let is_new = text.is_none();
        let text = match text {
            Some(text) => text,
            None => made()?,
        };
        let Some(key) = RunKey::new(text.duplicate()) else {
            let fix = "name a file that is not there yet, and it is made";
            return Err(Told::error(
                format!("the key in {shown} is shorter than 32 characters; nothing was done"),
                fix,
            ));
        };
        let is_ours = text.expose().starts_with(OURS);
        Ok(Self { of_run: key, text, file: file.map(Path::to_owned), is_ours, is_new })
    }

    /// Puts a new one into its file, before anything depends on it.
    pub(super) fn keep(&self) -> anyhow::Result<()> {
        let Some(file) = self.file.as_ref().filter(|_| self.is_new) else { return Ok(()) };
        let failed = || format!("could not keep the key in {}; nothing was done", file.display());
        let mut kept = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).with_context(failed)?;
        kept.write_all(self.text.expose().as_bytes()).and_then(|()| kept.sync_all()).with_context(failed)
    }

    /// Lets it go, once nothing depends on it any more.
    pub(super) fn forget(&self) {
        let Some(file) = &self.file else { return };
        let shown = file.display();
        if !self.is_ours {
            complain(&format!("the key in {shown} is yours: whoever has it can try guesses against the pseudonyms"));
            return;
        }
        // What a file system keeps of a file that was written over is its own affair.
        let length = self.text.expose().len();
        let blank = OpenOptions::new().write(true).open(file).and_then(|mut file| {
            file.write_all(&vec![b'0'; length])?;
            file.sync_all()
        });
        if let Err(error) = blank.and_then(|()| fs::remove_file(file)) {
            complain(&format!("the key in {shown} could not be deleted ({error}): delete it, or guesses can be tried"));
        }
    }
}

fn made() -> anyhow::Result<Secret> {
    let made = RunKey::random().context("the operating system gave no randomness for a key; nothing was done")?;
    Ok(Secret::new(format!("{OURS}{}", made.expose())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_made_goes_with_the_run_and_one_that_was_brought_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        let first = Key::find(Some(&file)).unwrap();
        assert!(!file.exists(), "nothing is written before anything is begun");
        first.keep().unwrap();
        let again = Key::find(Some(&file)).unwrap();
        assert_eq!(first.of_run.fingerprint(), again.of_run.fingerprint());
        again.keep().unwrap();
        again.forget();
        assert!(!file.exists());
        assert_ne!(
            Key::find(None).unwrap().of_run.fingerprint(),
            first.of_run.fingerprint(),
            "a run has a key of its own"
        );
        fs::write(&file, "of somebody, and long enough to be one\n").unwrap();
        Key::find(Some(&file)).unwrap().forget();
        assert!(file.exists());
        fs::write(&file, "short").unwrap();
        assert!(Key::find(Some(&file)).is_err());
    }
}
