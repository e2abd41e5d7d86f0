//! A value that nobody may see: a password, a key. It cannot be printed, compared, copied or serialised by accident, and
//! its memory is overwritten when it goes. Whoever needs the text says so with [`Secret::expose`], once, where it leaves.

use secrecy::{ExposeSecret as _, SecretString};

/// See the module.
pub struct Secret(SecretString);

impl Secret {
    /// Takes `text` over.
    pub fn new(text: String) -> Self {
        Self(text.into())
    }

    /// The text itself. Each call is a place to look at when asking where a secret may go.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// A second handle on the same value, said aloud: no copy is made in passing.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_nothing_of_itself() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.duplicate().expose(), "hunter2");
    }
}
