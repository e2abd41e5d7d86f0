//! The languages messages are written in. Both wordings of a sentence stand side by side where it is said, so that
//! neither is changed alone.

/// `NIGHTSHIFT_LANGUAGE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// `en`
    #[default]
    English,
    /// `es`
    Spanish,
}

impl Language {
    /// As it is spelt in the environment.
    pub const CHOICES: [(&'static str, Self); 2] = [("en", Self::English), ("es", Self::Spanish)];

    /// The one of two wordings that is this language's.
    pub fn pick<T>(self, english: T, spanish: T) -> T {
        match self {
            Self::English => english,
            Self::Spanish => spanish,
        }
    }

    /// The `lang` attribute of a document in it.
    pub fn code(self) -> &'static str {
        self.pick("en", "es")
    }
}
