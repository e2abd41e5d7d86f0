//! The browser that mails are judged in.

use crate::command::{at_root, works};
use crate::environment;

/// The one the caller names, whether it works or not, or one of the usual names.
pub(crate) fn find() -> Option<String> {
    const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let usual = || NAMES.into_iter().find(|name| works(&mut at_root(name, &["--version"]))).map(str::to_owned);
    environment::variable("CHROME").or_else(usual)
}
