//! What no run touches: the globs of `NIGHTSHIFT_PROTECTED`. Case is not looked at: a protection that fails for a capital
//! letter protects nobody.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::config::{Alphabet, Settings};
use crate::text::printable;

/// The globs, in the order they were written.
#[derive(Debug, Clone, Default)]
pub struct Protected {
    patterns: Vec<String>,
    globs: GlobSet,
}

impl Protected {
    /// Reads the variable `name`. `alphabet` says what the names a pattern is about are made of, and `such_as` what a pattern may
    /// be about, where there is something to say of it.
    pub fn read(
        settings: &mut Settings<'_>,
        name: &'static str,
        alphabet: fn(&str) -> Alphabet,
        such_as: &str,
    ) -> Self {
        let glob = |text: &str| {
            alphabet(text).check(text, text)?;
            let glob = GlobBuilder::new(text).case_insensitive(true).literal_separator(false).build();
            glob.map_err(|error| format!("'{}' is not a glob ({}){such_as}", printable(text), error.kind()))
        };
        let patterns: Vec<Glob> = settings.patterns(name, glob).unwrap_or_default();
        let mut globs = GlobSetBuilder::new();
        for pattern in &patterns {
            globs.add(pattern.clone());
        }
        match globs.build() {
            Ok(globs) => Self { patterns: patterns.iter().map(|pattern| pattern.glob().to_owned()).collect(), globs },
            Err(error) => {
                settings.fault(name, format!("the patterns are too large together ({})", error.kind()));
                Self::default()
            }
        }
    }

    /// The first pattern that protects what goes by any of `names`.
    pub fn find<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Option<&str> {
        let matched = names.into_iter().flat_map(|name| self.globs.matches(name.as_ref())).min()?;
        self.patterns.get(matched).map(String::as_str)
    }
}
