//! What no run touches: the globs of `NIGHTSHIFT_PROTECTED`. Case is not looked at: a protection that fails for a capital
//! letter protects nobody.

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::config::{Alphabet, Settings, folded, glob};

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
        let read = |text: &str| {
            alphabet(text).check(text, text)?;
            let made = glob(text).map_err(|problem| format!("{problem}{such_as}"))?;
            Ok((text.to_owned(), made))
        };
        let patterns = settings.patterns(name, read).unwrap_or_default();
        Self::of(settings, name, patterns)
    }

    /// As [`Self::read`], but a list that must name somebody: those of `default` where the variable is unset, and a fault where
    /// it is empty.
    pub fn needed(
        settings: &mut Settings<'_>,
        name: &'static str,
        alphabet: fn(&str) -> Alphabet,
        such_as: &str,
        default: &[&str],
    ) -> Self {
        settings.defaults_to(name, default.join(","));
        match settings.text_even_if_empty(name) {
            None => {
                let patterns = default.iter().filter_map(|text| Some(((*text).to_owned(), glob(text).ok()?)));
                let patterns = patterns.collect();
                Self::of(settings, name, patterns)
            }
            Some("") => {
                settings.fault(name, "is empty, so it would mean nothing; name at least one pattern, or unset it");
                Self::default()
            }
            Some(_) => Self::read(settings, name, alphabet, such_as),
        }
    }

    fn of(settings: &mut Settings<'_>, name: &'static str, patterns: Vec<(String, Glob)>) -> Self {
        let mut globs = GlobSetBuilder::new();
        for (_, glob) in &patterns {
            globs.add(glob.clone());
        }
        match globs.build() {
            Ok(globs) => Self { patterns: patterns.into_iter().map(|(text, _)| text).collect(), globs },
            Err(error) => {
                settings.fault(name, format!("the patterns are too large together ({})", error.kind()));
                Self::default()
            }
        }
    }

    /// The first pattern that protects what goes by any of `names`.
    pub fn find<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Option<&str> {
        let matched = names.into_iter().flat_map(|name| self.globs.matches(folded(name.as_ref()))).min()?;
        self.patterns.get(matched).map(String::as_str)
    }
}
