//! Which users a policy reaches: patterns over names, paths, groups and tags.

use super::model::User;
pub use crate::config::entries;
use crate::config::{Alphabet, Glob};
use crate::text::printable;

/// One pattern: a glob over one thing about a user. Case is not looked at: IAM's own names are unique without it, and an
/// exclusion that fails for a capital letter shields nobody.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    what: What,
    glob: Glob,
}

#[derive(Debug, Clone, Copy)]
enum What {
    Name,
    Path,
    Group,
    Tag,
}

impl What {
    /// IAM API Reference: `UserName` and `GroupName` are `[\w+=,.@-]+`, a path has any printable sign of ASCII, a tag
    /// letters, digits, spaces and some signs. From a path's signs those are left out that say a list was badly written.
    const fn alphabet(self) -> Alphabet {
        match self {
            Self::Name => Alphabet { of: "name of a user", signs: "_+=,.@-", spaces: false },
            Self::Group => Alphabet { of: "name of a group", signs: "_+=,.@-", spaces: false },
            Self::Path => Alphabet { of: "path", signs: "/_+=,.@-!#$%&():^~", spaces: false },
            Self::Tag => Alphabet { of: "tag", signs: "_.:/=+-@", spaces: true },
        }
    }
}

impl Pattern {
    /// Reads `name`, `path:/x/*`, `group:x` or `tag:key=value`.
    pub fn read(text: &str) -> Result<Self, String> {
        let (what, pattern) = match text.split_once(':') {
            Some(("path", rest)) => (What::Path, rest),
            Some(("group", rest)) => (What::Group, rest),
            Some(("tag", rest)) if rest.contains('=') => (What::Tag, rest),
            Some(("tag", _)) => return Err(format!("'{}' has no value: write tag:key=value", printable(text))),
            Some((kind, _)) => {
                let kind = printable(kind);
                return Err(format!("'{kind}:' is not a kind of pattern: a name, or path:, group: or tag:key=value"));
            }
            None => (What::Name, text),
        };
        what.alphabet().check(text, pattern)?;
        let glob = Glob::read(pattern).map_err(|problem| format!("{problem}; use * and ?"))?;
        Ok(Self { text: text.to_owned(), what, glob })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is about `user`.
    pub fn matches(&self, user: &User) -> bool {
        match self.what {
            What::Name => self.meets(&user.name),
            What::Path => self.meets(&user.path),
            What::Group => user.groups.iter().any(|group| self.meets(group)),
            What::Tag => user.tags.iter().any(|(key, value)| self.meets(&format!("{key}={value}"))),
        }
    }

    fn meets(&self, text: &str) -> bool {
        self.glob.is_match(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::Read;

    fn user() -> User {
        User {
            name: "ci,build".to_owned(),
            id: "AIDACI".to_owned(),
            arn: "arn:aws:iam::111122223333:user/robots/ci,build".to_owned(),
            path: "/robots/".to_owned(),
            created_at: None,
            groups: vec!["Deployers".to_owned()],
            tags: [("Team", "Analytics")].into_iter().collect(),
            policies: Vec::new(),
            keys: Read::NotAsked,
            secret: Read::NotAsked,
        }
    }

    #[test]
    fn a_pattern_is_about_one_thing() {
        for (pattern, expected) in [
            ("ci,*", true),
            ("CI,BUILD", true),
            ("ci", false),
            ("path:/robots/*", true),
            ("path:/people/*", false),
            ("group:deployers", true),
            ("group:deploy", false),
            ("tag:team=analytics", true),
            ("tag:team=ana", false),
            ("tag:*=*", true),
        ] {
            assert_eq!(Pattern::read(pattern).unwrap().matches(&user()), expected, "{pattern}");
        }
    }

    #[test]
    fn what_is_no_pattern_says_what_one_is() {
        for (text, problem) in [
            ("tag:team", "'tag:team' has no value: write tag:key=value"),
            ("user:ana", "'user:' is not a kind of pattern: a name, or path:, group: or tag:key=value"),
            ("a[b", "'a[b' is not a glob: its [ is never closed; use * and ?"),
            ("ana bob", "'ana bob' holds a space, which no name of a user can"),
            ("path:/a b/*", "'path:/a b/*' holds a space, which no path can"),
            ("ana|bob", "'ana|bob' holds '|', which no name of a user can"),
            ("group:a/b", "'group:a/b' holds '/', which no name of a group can"),
            ("tag:team=a,b", "'tag:team=a,b' holds ',', which no tag can"),
        ] {
            assert_eq!(Pattern::read(text).unwrap_err(), problem);
        }
    }
}
