//! A letter that is too long for its channel, as several: all of it, in the same order, none of it cut. Each can be read
//! by itself, because what stands before and after the entries stands in each.

use crate::notify::letter::{Entry, Letter, Section};

/// As many parts as anybody will be sent, for the room a number takes.
const WIDEST: usize = 999;

impl Letter {
    /// As one letter, or as several with a number, each of which `fits`. What cannot be divided any more, which is one line
    /// of one entry, may still not fit: that is left to whoever shows it.
    pub(in crate::notify) fn parts(&self, fits: impl Fn(&Self) -> bool) -> Vec<Self> {
        if fits(self) {
            return vec![self.clone()];
        }
        let mut parts = Vec::new();
        self.divide(&|part| fits(&part.numbered(WIDEST, WIDEST)), &mut parts);
        let many = parts.len();
        if many < 2 {
            return parts;
        }
        parts.iter().enumerate().map(|(place, part)| part.numbered(place + 1, many)).collect()
    }

    fn divide(&self, fits: &impl Fn(&Self) -> bool, parts: &mut Vec<Self>) {
        match self.halves() {
            Some((first, second)) if !fits(self) => {
                first.divide(fits, parts);
                second.divide(fits, parts);
            }
            _ => parts.push(self.clone()),
        }
    }

    /// Half of the entries each; of a single one, half of its lines.
    fn halves(&self) -> Option<(Self, Self)> {
        let entries: usize = self.sections.iter().map(|section| section.entries.len()).sum();
        if entries > 1 {
            let (first, second) = divided(&self.sections, entries / 2);
            return Some((self.with(first), self.with(second)));
        }
        let section = self.sections.iter().find(|section| !section.entries.is_empty())?;
        let (first, second) = section.entries.first()?.halves()?;
        let only = |entry| vec![Section { entries: vec![entry], ..section.clone() }];
        Some((self.with(only(first)), self.with(only(second))))
    }

    fn with(&self, sections: Vec<Section>) -> Self {
        Self {
            subject: self.subject.clone(),
            tone: self.tone,
            lead: self.lead.clone(),
            sections,
            footer: self.footer.clone(),
            lang: self.lang,
        }
    }

    /// The number stands before the words, where no channel cuts a subject.
    fn numbered(&self, number: usize, many: usize) -> Self {
        let (account, words) = self.headline();
        let account = if account.is_empty() { String::new() } else { format!("{account} ") };
        Self { subject: format!("{account}({number}/{many}) {words}"), ..self.clone() }
    }
}

/// The first `many` entries, and the rest, each under its heading.
fn divided(sections: &[Section], many: usize) -> (Vec<Section>, Vec<Section>) {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    let mut left = many;
    for section in sections {
        let (before, after) = section.entries.split_at(left.min(section.entries.len()));
        left -= before.len();
        let with = |entries: &[Entry]| Section::of(section.heading.clone(), section.tone, entries.to_vec());
        first.extend(with(before));
        second.extend(with(after));
    }
    (first, second)
}

impl Entry {
    /// The first half of its lines, and the rest, under its name; `None` where there is but one line.
    fn halves(&self) -> Option<(Self, Self)> {
        let Self { title, place, facts, notes, commands } = self;
        let lines = facts.len() + notes.len() + commands.len();
        if lines < 2 {
            return None;
        }
        let half = lines / 2;
        let in_facts = half.min(facts.len());
        let in_notes = (half - in_facts).min(notes.len());
        let in_commands = half - in_facts - in_notes;
        let part = |facts: &[(String, String)], notes: &[String], commands: &[_]| Self {
            title: title.clone(),
            place: place.clone(),
            facts: facts.to_vec(),
            notes: notes.to_vec(),
            commands: commands.to_vec(),
        };
        Some((
            part(&facts[..in_facts], &notes[..in_notes], &commands[..in_commands]),
            part(&facts[in_facts..], &notes[in_notes..], &commands[in_commands..]),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::{Tone, text};

    fn letter(subject: &str, sections: &[(&str, usize)]) -> Letter {
        let entry = |n: usize| Entry::new(&format!("c{n}"), "r").fact("l", "v").note("n").command("do", "it");
        let section = |(heading, many): &(&str, usize)| Section {
            heading: (*heading).to_owned(),
            tone: Tone::Calm,
            entries: (0..*many).map(entry).collect(),
        };
        Letter {
            subject: subject.to_owned(),
            tone: Tone::Warning,
            lead: vec!["Before.".to_owned()],
            sections: sections.iter().map(section).collect(),
            footer: vec!["After.".to_owned()],
            lang: "es",
        }
    }

    /// At most `most` entries.
    fn entries(most: usize) -> impl Fn(&Letter) -> bool {
        move |letter| letter.sections.iter().map(|section| section.entries.len()).sum::<usize>() <= most
    }

    #[test]
    fn parts_hold_every_entry_once_under_its_heading_and_say_which_they_are() {
        let whole = letter("[111122223333] 5 clústeres", &[("A", 3), ("B", 2)]);
        let parts = whole.parts(entries(2));
        let shown: Vec<_> = parts
            .iter()
            .map(|part| {
                let section = |section: &Section| {
                    let titles: Vec<_> = section.entries.iter().map(|entry| entry.title.as_str()).collect();
                    format!("{} {}", section.heading, titles.join(" "))
                };
                let sections: Vec<_> = part.sections.iter().map(section).collect();
                format!("{}: {} ({}, {})", part.subject, sections.join(", "), part.lead[0], part.footer[0])
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @"
        [111122223333] (1/3) 5 clústeres: A c0 c1 (Before., After.)
        [111122223333] (2/3) 5 clústeres: A c2 (Before., After.)
        [111122223333] (3/3) 5 clústeres: B c0 c1 (Before., After.)
        ");
        assert_eq!(whole.parts(entries(5)), std::slice::from_ref(&whole), "what fits stays as it is");
        assert!(letter("5 clusters", &[("A", 2)]).parts(entries(1))[1].subject.starts_with("(2/2) 5 clusters"));
    }

    #[test]
    fn a_single_entry_is_divided_between_its_lines_and_a_single_line_is_given_back() {
        let whole = letter("s", &[("A", 1)]);
        let parts = whole.parts(|part| text(part).lines().filter(|line| line.starts_with("  ")).count() <= 2);
        let all: String = parts.iter().map(text).collect();
        for line in ["  l: v", "  n\n", "    it\n"] {
            assert_eq!(all.matches(line).count(), 1, "{all}");
        }
        assert!(parts.iter().all(|part| part.sections[0].entries[0].title == "c0"), "{all}");
        assert_eq!(whole.parts(|_| false).len(), 3);
        let empty = letter("s", &[]);
        assert_eq!(empty.parts(|_| false), [empty]);
    }
}
