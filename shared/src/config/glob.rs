//! Globs over characters, whatever their case. `*` is anything, `?` one character, `[a-c]` one of some, `[!a-c]` any but
//! those, `{a,b}` one or the other, and a backslash takes the meaning from what follows it. As in a shell, `**/` is any
//! number of folders, none among them; a `/` is a character like any other besides.
//!
//! A glob is read into steps that are taken side by side, one character at a time, so that no pattern takes more time than
//! its length times the name's.

use std::ops::RangeInclusive;

use crate::text::printable;

/// A pattern that was read. The empty one, which is the default, meets the empty name alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Glob(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// This character, folded.
    One(char),
    /// Any character.
    Any,
    /// One within these ranges, or outside all of them.
    Class { outside: bool, ranges: Vec<RangeInclusive<char>> },
    /// What is left of a character that is several when folded, and of which the step before met the first.
    Rest,
    /// Goes on at both places, and meets nothing itself.
    Either(usize, usize),
    /// Goes on there, and meets nothing itself.
    Go(usize),
}

impl Glob {
    /// Reads `pattern`, or says what is wrong with it.
    pub fn read(pattern: &str) -> Result<Self, String> {
        let mut reader = Reader::default();
        match reader.read(pattern) {
            Ok(()) => Ok(Self(reader.steps)),
            Err(fault) => Err(format!("'{}' is not a glob: {fault}", printable(pattern))),
        }
    }

    /// `pattern` as IAM's policies have it: `*` and `?` alone have a meaning.
    pub fn wildcards(pattern: &str) -> Self {
        let mut reader = Reader::default();
        for c in pattern.chars() {
            match c {
                '*' => reader.anything(),
                '?' => reader.one(Step::Any),
                c => reader.literal(c),
            }
        }
        Self(reader.steps)
    }

    /// Whether all of `name` is what the pattern means.
    pub fn is_match(&self, name: &str) -> bool {
        let mut here = Places::at_the_first(&self.0);
        for (c, is_rest) in name.chars().flat_map(parts) {
            let mut next = Places::none(&self.0);
            for at in here.all {
                match &self.0.get(at) {
                    Some(Step::One(own)) if *own == c => next.add(at + 1),
                    Some(Step::Any) => next.add(at + 1),
                    Some(Step::Class { outside, ranges }) if within(ranges, c) != *outside => next.add(at + 1),
                    Some(Step::Rest) if is_rest => next.add(at),
                    _ => (),
                }
            }
            here = next;
        }
        here.seen[self.0.len()]
    }
}

fn within(ranges: &[RangeInclusive<char>], c: char) -> bool {
    ranges.iter().any(|range| range.contains(&c))
}

/// Where in a glob a name stands: at several places at once.
struct Places<'g> {
    steps: &'g [Step],
    /// Those that meet a character, or are the end.
    all: Vec<usize>,
    seen: Vec<bool>,
}

impl<'g> Places<'g> {
    fn none(steps: &'g [Step]) -> Self {
        Self { steps, all: Vec::new(), seen: vec![false; steps.len() + 1] }
    }

    fn at_the_first(steps: &'g [Step]) -> Self {
        let mut places = Self::none(steps);
        places.add(0);
        places
    }

    fn add(&mut self, place: usize) {
        let mut open = vec![place];
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut self.seen[at], true) {
                continue;
            }
            match self.steps.get(at) {
                Some(Step::Either(one, other)) => open.extend([*one, *other]),
                Some(Step::Go(there)) => open.push(*there),
                Some(Step::Rest) => {
                    self.all.push(at);
                    open.push(at + 1);
                }
                _ => self.all.push(at),
            }
        }
    }
}

/// The characters of `c` without its case, and whether each is the rest of it. Greek has two small sigmas for one capital.
fn parts(c: char) -> impl Iterator<Item = (char, bool)> {
    c.to_lowercase().enumerate().map(|(number, c)| (if c == 'ς' { 'σ' } else { c }, number > 0))
}

/// What is read, and which braces are open.
#[derive(Default)]
struct Reader {
    steps: Vec<Step>,
    open: Vec<Braces>,
}

struct Braces {
    /// The step that begins the alternative being read.
    begins: usize,
    /// The last steps of those before it.
    ends: Vec<usize>,
}

impl Reader {
    fn read(&mut self, pattern: &str) -> Result<(), String> {
        let mut rest = pattern;
        let mut before = None;
        while let Some(c) = rest.chars().next() {
            let begins_a_folder = before.is_none_or(|c| c == '/');
            before = Some(c);
            if let (true, Some(behind)) = (begins_a_folder, rest.strip_prefix("**/")) {
                self.folders();
                (rest, before) = (behind, Some('/'));
                continue;
            }
            rest = &rest[c.len_utf8()..];
            match c {
                '*' => self.anything(),
                '?' => self.one(Step::Any),
                '[' => rest = self.class(rest)?,
                '{' => self.opens(),
                ',' if !self.open.is_empty() => self.next(),
                '}' => self.closes()?,
                '\\' => {
                    let escaped =
                        rest.chars().next().ok_or("it ends with a \\, which takes the meaning from what follows it")?;
                    self.literal(escaped);
                    rest = &rest[escaped.len_utf8()..];
                }
                c => self.literal(c),
            }
        }
        if self.open.is_empty() { Ok(()) } else { Err("its { is never closed".to_owned()) }
    }

    fn literal(&mut self, c: char) {
        self.steps.extend(parts(c).map(|(c, _)| Step::One(c)));
    }

    /// A step that meets a character whole, however many it is when folded.
    fn one(&mut self, step: Step) {
        self.steps.extend([step, Step::Rest]);
    }

    fn anything(&mut self) {
        let at = self.steps.len();
        self.steps.extend([Step::Either(at + 1, at + 3), Step::Any, Step::Go(at)]);
    }

    fn folders(&mut self) {
        let at = self.steps.len();
        self.steps.push(Step::Either(at + 1, at + 5));
        self.anything();
        self.literal('/');
    }

    /// Reads up to the bracket that closes, and returns what is behind it.
    fn class<'p>(&mut self, behind: &'p str) -> Result<&'p str, String> {
        let within = behind.strip_prefix(['!', '^']);
        let outside = within.is_some();
        let mut rest = within.unwrap_or(behind);
        let mut ranges = Vec::new();
        loop {
            let mut chars = rest.chars();
            let first = match chars.next() {
                None => return Err("its [ is never closed".to_owned()),
                Some(']') if !ranges.is_empty() => break,
                Some(c) => member(c)?,
            };
            rest = chars.as_str();
            let last = chars.next().filter(|c| *c == '-').and_then(|_| chars.next()).filter(|c| *c != ']');
            let Some(last) = last else {
                ranges.push(first..=first);
                continue;
            };
            rest = chars.as_str();
            let last = member(last)?;
            if first > last {
                return Err(format!("its range {}-{} is the wrong way round", shown(first), shown(last)));
            }
            ranges.push(first..=last);
        }
        self.one(Step::Class { outside, ranges });
        Ok(&rest[1..])
    }

    fn opens(&mut self) {
        self.open.push(Braces { begins: self.steps.len(), ends: Vec::new() });
        self.steps.push(Step::Either(0, 0));
    }

    fn next(&mut self) {
        let Some(braces) = self.open.last_mut() else { return };
        braces.ends.push(self.steps.len());
        self.steps.push(Step::Go(0));
        let here = self.steps.len();
        self.steps[braces.begins] = Step::Either(braces.begins + 1, here);
        braces.begins = here;
        self.steps.push(Step::Either(0, 0));
    }

    fn closes(&mut self) -> Result<(), String> {
        let braces = self.open.pop().ok_or("its } closes nothing")?;
        self.steps[braces.begins] = Step::Go(braces.begins + 1);
        let here = self.steps.len();
        for end in braces.ends {
            self.steps[end] = Step::Go(here);
        }
        Ok(())
    }
}

fn member(c: char) -> Result<char, String> {
    let mut parts = parts(c);
    match (parts.next(), parts.next()) {
        (Some((folded, _)), None) => Ok(folded),
        _ => Err(format!(
            "it holds {} in brackets, which is two characters once its case is gone; write ? for it",
            shown(c)
        )),
    }
}

fn shown(c: char) -> String {
    printable(&c.to_string())
}

#[cfg(test)]
mod tests;
