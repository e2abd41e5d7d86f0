//! What no run touches: the globs of `NIGHTSHIFT_PROTECTED`. Case is not looked at: a protection that fails for a capital
//! letter protects nobody.

use crate::config::{Alphabet, Glob, Settings};

/// The globs, in the order they were written.
#[derive(Debug, Clone, Default)]
pub struct Protected(Vec<(String, Glob)>);

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
            let made = Glob::read(text).map_err(|problem| format!("{problem}{such_as}"))?;
            Ok((text.to_owned(), made))
        };
        Self(settings.patterns(name, read).unwrap_or_default())
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
                let patterns = default.iter().filter_map(|text| Some(((*text).to_owned(), Glob::read(text).ok()?)));
                Self(patterns.collect())
            }
            Some("") => {
                settings.fault(name, "is empty, so it would mean nothing; name at least one pattern, or unset it");
                Self::default()
            }
            Some(_) => Self::read(settings, name, alphabet, such_as),
        }
    }

    /// The first pattern that protects what goes by any of `names`.
    pub fn find<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Option<&str> {
        let names: Vec<_> = names.into_iter().collect();
        let protects = |glob: &Glob| names.iter().any(|name| glob.is_match(name.as_ref()));
        self.0.iter().find(|(_, glob)| protects(glob)).map(|(text, _)| text.as_str())
    }
}
