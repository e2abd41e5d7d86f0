//! Rules for what is inside of a value: the elements of an array, and the members of a document by their paths.

use std::collections::BTreeMap;
use std::fmt;

use super::Rule;

/// What becomes of one value inside of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// One of those that go by the value alone.
    pub rule: Rule,
    /// As that of a column.
    pub join: Option<String>,
}

/// What becomes of a document. What no path names goes, unless the rest is kept; what is of another shape than its path says becomes null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// By path.
    pub parts: BTreeMap<Path, Part>,
    /// Whether members that no path names stay.
    pub keeps_rest: bool,
}

/// Where a value is in a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(Vec<Segment>);

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// The member of this name.
    Member(String),
    /// Each element.
    Each,
}

/// A document as its paths have it.
#[derive(Debug)]
pub enum Node<'a> {
    /// A value that has a rule.
    Leaf(&'a Path, &'a Part),
    /// An object with these members.
    Members(BTreeMap<&'a str, Node<'a>>),
    /// An array, of which each element is this.
    Each(Box<Node<'a>>),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.rule)?;
        self.join.as_ref().map_or(Ok(()), |join| write!(f, " (join {})", crate::text::printable(join)))
    }
}

impl Path {
    /// Reads `$.contact.mail`, `$.phones[*]` or `$."a name"`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fault = |what: &str| Err(format!("the path '{}' {what}", crate::text::printable(text)));
        let Some(mut rest) = text.strip_prefix('$') else { return fault("does not begin with $") };
        let mut segments = Vec::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("[*]") {
                segments.push(Segment::Each);
                rest = after;
                continue;
            }
            let Some(after) = rest.strip_prefix('.') else { return fault("goes on neither with .name nor with [*]") };
            let (name, after) = if after.starts_with('"') {
                let mut names = serde_json::Deserializer::from_str(after).into_iter::<String>();
                match names.next() {
                    Some(Ok(name)) => (name, &after[names.byte_offset()..]),
                    _ => return fault("has a name in quotes that do not close"),
                }
            } else {
                let end = after.find(['.', '[']).unwrap_or(after.len());
                let (name, after) = after.split_at(end);
                // A star is a pattern to servers, and a space is soon overlooked.
                let is_plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
                if name.is_empty() || !name.chars().all(is_plain) {
                    return fault("has a name that goes in quotes, as $.\"a name\"; there are no patterns but [*]");
                }
                (name.to_owned(), after)
            };
            if name.contains('\0') {
                return fault("has a name that no server takes");
            }
            segments.push(Segment::Member(name));
            rest = after;
        }
        if segments.is_empty() {
            fault("is the whole document: give the column a rule of its own")
        } else {
            Ok(Self(segments))
        }
    }

    /// Its steps.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }
}

impl fmt::Display for Path {
    /// As rules, `PostgreSQL` and `MySQL` read it: each name in quotes, with its escapes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        self.0.iter().try_for_each(|segment| match segment {
            Segment::Member(name) => write!(f, ".{}", serde_json::Value::from(name.as_str())),
            Segment::Each => f.write_str("[*]"),
        })
    }
}

impl Document {
    /// As a tree; or a path that does not go together with another one.
    pub fn tree(&self) -> Result<Node<'_>, &Path> {
        let all: Vec<_> = self.parts.iter().map(|(path, part)| (path.segments(), path, part)).collect();
        node(&all)
    }
}

/// What is left of a path, the whole path, and what becomes of the value there.
type Led<'a> = (&'a [Segment], &'a Path, &'a Part);

/// The node that all of these lead to. Nothing is a value and an object, nor an object and an array.
fn node<'a>(all: &[Led<'a>]) -> Result<Node<'a>, &'a Path> {
    if let [(&[], path, part)] = *all {
        return Ok(Node::Leaf(path, part));
    }
    let (mut members, mut elements) = (BTreeMap::<_, Vec<_>>::new(), Vec::new());
    for (left, path, part) in all {
        match left.split_first() {
            None => return Err(path),
            Some((Segment::Member(name), left)) => members.entry(name.as_str()).or_default().push((left, *path, *part)),
            Some((Segment::Each, left)) => elements.push((left, *path, *part)),
        }
    }
    match elements.first() {
        None => {
            Ok(Node::Members(members.into_iter().map(|(name, led)| Ok((name, node(&led)?))).collect::<Result<_, _>>()?))
        }
        Some(_) if members.is_empty() => Ok(Node::Each(Box::new(node(&elements)?))),
        Some((_, path, _)) => Err(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_and_written_as_both_servers_read_it() {
        for (text, shown) in [
            ("$.mail", r#"$."mail""#),
            ("$.contact.mail", r#"$."contact"."mail""#),
            ("$.phones[*]", r#"$."phones"[*]"#),
            ("$.\"\"", r#"$."""#),
            ("$[*].a[*][*]", r#"$[*]."a"[*][*]"#),
            (r#"$."a \"name\"".b"#, r#"$."a \"name\""."b""#),
        ] {
            assert_eq!(Path::parse(text).unwrap().to_string(), shown);
            assert_eq!(Path::parse(shown).unwrap().to_string(), shown, "what is written is read alike");
        }
        for text in [
            "",
            "mail",
            "$",
            "$.",
            "$mail",
            "$..a",
            "$.a[0]",
            "$.a[",
            "$.\"a",
            "$.a\"b\"[1]",
            "$.*",
            "$.a.*",
            "$.a ",
            "$.a b",
            "$.M's",
        ] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }

    fn document(paths: &[&str]) -> Document {
        let part = Part { rule: Rule::Null, join: None };
        let parts = paths.iter().map(|path| (Path::parse(path).unwrap(), part.clone()));
        Document { parts: parts.collect(), keeps_rest: false }
    }

    #[test]
    fn a_value_is_one_thing() {
        for paths in [&["$.a", "$.b.c", "$.b.d", "$.l[*].x", "$.l[*].y", "$.m[*][*]", "$.n[*]"][..], &["$[*].a"]] {
            assert!(document(paths).tree().is_ok(), "{paths:?}");
        }
        for paths in
            [["$.a", "$.a.b"], ["$.a[*]", "$.a.b"], ["$.a[*]", "$.a[*].b"], ["$.a[*][*]", "$.a[*].b"], ["$[*]", "$.a"]]
        {
            assert!(document(&paths).tree().is_err(), "{paths:?}");
        }
    }
}
