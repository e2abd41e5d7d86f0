//! Reads typed values out of an [`Environment`], gathering faults instead of stopping at the first.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use jiff::tz::TimeZone;

use super::environment::{Environment, bare};
use super::fault::{ConfigFault, ConfigFaults};
use super::patterns::{entries, mistake};
use crate::nearest::nearest;
use crate::text::printable;

/// The prefix of every policy variable.
const PREFIX: &str = "NIGHTSHIFT_";

/// One pass over the variables of one function.
#[derive(Debug)]
pub struct Settings<'a> {
    environment: &'a Environment,
    known: Vec<&'static str>,
    defaults: BTreeMap<&'static str, String>,
    faults: Vec<ConfigFault>,
}

/// What one variable comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What it holds, or else the default, where that is a word of its own.
    pub value: Option<String>,
    /// Whether anybody set it.
    pub is_given: bool,
}

impl<'a> Settings<'a> {
    /// Starts a pass.
    pub fn of(environment: &'a Environment) -> Self {
        Self { environment, known: Vec::new(), defaults: BTreeMap::new(), faults: Vec::new() }
    }

    /// The text of `name`, unless unset or empty.
    pub fn text(&mut self, name: &'static str) -> Option<&'a str> {
        self.known.push(name);
        self.environment.get(name)
    }

    /// The text of `name`; `default` if unset or empty, which whoever is shown the variable is told.
    pub fn text_or<'d>(&mut self, name: &'static str, default: &'d str) -> &'d str
    where
        'a: 'd,
    {
        self.defaults_to(name, default);
        self.text(name).unwrap_or(default)
    }

    /// The text of `name`, which may be empty; `None` if the variable is not there at all.
    pub fn text_even_if_empty(&mut self, name: &'static str) -> Option<&'a str> {
        self.known.push(name);
        self.environment.holds(name).then(|| self.environment.get(name).unwrap_or_default())
    }

    /// What `name` comes to if it is unset, for whoever is shown it: said by whoever reads the value and has the default.
    pub fn defaults_to(&mut self, name: &'static str, default: impl Into<String>) {
        self.defaults.insert(name, default.into());
    }

    /// One of `choices`, written exactly so; `default` if unset.
    pub fn choice<T: Copy + PartialEq>(&mut self, name: &'static str, default: T, choices: &[(&str, T)]) -> T {
        let Some(text) = self.text(name) else {
            let spelled = choices.iter().find(|(_, value)| *value == default);
            self.defaults.extend(spelled.map(|(spelling, _)| (name, (*spelling).to_owned())));
            return default;
        };
        if let Some((_, value)) = choices.iter().find(|(spelling, _)| *spelling == text) {
            return *value;
        }
        let allowed: Vec<_> = choices.iter().map(|(spelling, _)| *spelling).collect();
        self.fault(name, format!("'{}' is not one of: {}", printable(text), allowed.join(", ")));
        default
    }

    /// A whole number within `range`; `default` if unset.
    pub fn number(&mut self, name: &'static str, default: usize, range: RangeInclusive<usize>) -> usize {
        let Some(text) = self.text(name) else {
            self.defaults.insert(name, default.to_string());
            return default;
        };
        match text.parse() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                let (least, most) = (range.start(), range.end());
                self.fault(name, format!("'{}' is not a whole number from {least} to {most}", printable(text)));
                default
            }
        }
    }

    /// The entries of a comma separated list, trimmed; a comma that belongs to an entry is written `\,`. An empty entry is
    /// a fault, since it is usually a lost value.
    /// `None` if the variable is not there at all.
    pub fn list(&mut self, name: &'static str) -> Option<Vec<String>> {
        self.known.push(name);
        if !self.environment.holds(name) {
            return None;
        }
        let text = self.environment.get(name).unwrap_or_default();
        if text.is_empty() {
            return Some(Vec::new());
        }
        let entries = entries(text);
        if entries.iter().any(String::is_empty) {
            self.fault(name, format!("'{}' has an empty entry; write a comma separated list", printable(text)));
        }
        Some(entries.into_iter().filter(|entry| !entry.is_empty()).collect())
    }

    /// The patterns of a comma separated list, each understood by `read`. What no pattern can hold is a fault, and not a
    /// pattern that matches nobody. `None` if the variable is not there at all.
    pub fn patterns<T>(&mut self, name: &'static str, read: impl Fn(&str) -> Result<T, String>) -> Option<Vec<T>> {
        let text = self.text_even_if_empty(name)?;
        if text.is_empty() {
            if self.environment.is_a_file() {
                self.fault(name, "is empty, so it names nobody, most likely because a value got lost; name somebody, or leave the line out");
            }
            return Some(Vec::new());
        }
        let mut patterns = Vec::new();
        for entry in entries(text) {
            if entry.is_empty() {
                self.fault(name, format!("'{}' has an empty entry; write a comma separated list", printable(text)));
                continue;
            }
            match mistake(&entry).and_then(|()| read(&entry)) {
                Ok(pattern) => patterns.push(pattern),
                Err(problem) => self.fault(name, problem),
            }
        }
        Some(patterns)
    }

    /// A value of `name` understood by `read`; `None` if unset or faulty.
    pub fn parsed<T>(&mut self, name: &'static str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(name)?;
        match read(text) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.fault(name, problem);
                None
            }
        }
    }

    /// The Regions that `name` lists; none if it is unset or empty. What looks like no Region is a fault.
    pub fn regions(&mut self, name: &'static str) -> Vec<String> {
        let listed = self.list(name).unwrap_or_default();
        for region in listed.iter().filter(|region| !looks_like_a_region(region)) {
            self.fault(name, format!("'{}' is not a Region name such as eu-west-1", printable(region)));
        }
        listed
    }

    /// The Regions that `name` lists, each once, in order; the function's own, `home`, if it lists none.
    pub fn regions_to_work_in(&mut self, name: &'static str, home: Option<&str>) -> Vec<String> {
        let mut regions = self.regions(name);
        if regions.is_empty() {
            match home {
                Some(home) => {
                    self.defaults.insert(name, home.to_owned());
                    regions.push(home.to_owned());
                }
                None => self.fault(name, "no Region is known; list them here, comma separated, or set AWS_REGION"),
            }
        }
        regions.sort();
        regions.dedup();
        regions
    }

    /// `NIGHTSHIFT_CONCURRENCY`: items in progress at once.
    pub fn concurrency(&mut self) -> usize {
        self.number("NIGHTSHIFT_CONCURRENCY", 8, 1..=64)
    }

    /// `NIGHTSHIFT_TIME_ZONE`, which more than one reader asks for: what a time without a zone is meant in, and how times
    /// are shown.
    pub fn time_zone(&mut self) -> TimeZone {
        let zone = self.parsed("NIGHTSHIFT_TIME_ZONE", |name| {
            TimeZone::get(name).map_err(|_| {
                format!(
                    "'{}' is not a name of the IANA time zone database, such as UTC or Europe/Madrid",
                    printable(name)
                )
            })
        });
        zone.unwrap_or_else(|| {
            self.defaults.insert("NIGHTSHIFT_TIME_ZONE", "UTC".to_owned());
            TimeZone::UTC
        })
    }

    /// Adds a fault found by whoever understands the value; once, however many ask.
    pub fn fault(&mut self, variable: &'static str, problem: impl Into<String>) {
        let fault = ConfigFault { variable: variable.to_owned(), problem: problem.into() };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// What each variable that was read so far comes to, by name.
    pub fn told(&self) -> Vec<Setting> {
        let known: BTreeSet<_> = self.known.iter().copied().collect();
        let told = known.into_iter().filter(|name| name.starts_with(PREFIX)).map(|name| {
            let given = self.environment.get(name).map(str::to_owned);
            let is_given = self.environment.holds(name);
            Setting { name, value: given.or_else(|| self.defaults.get(name).cloned()), is_given }
        });
        told.collect()
    }

    /// Every fault, and every variable of ours that nothing read.
    pub fn finish(mut self) -> Result<(), ConfigFaults> {
        for name in self.environment.unreadable() {
            self.faults.push(ConfigFault {
                variable: printable(name),
                problem: "its name or its value is not UTF-8, so nobody can say what it holds; write it anew"
                    .to_owned(),
            });
        }
        for name in self.environment.ours() {
            if !self.known.contains(&name) {
                let known = self.known.iter().filter_map(|known| known.strip_prefix(PREFIX));
                let meant = nearest(bare(name).get(PREFIX.len()..).unwrap_or_default(), known);
                let meant = meant.map_or_else(String::new, |near| format!("; did you mean {PREFIX}{near}?"));
                self.faults.push(ConfigFault {
                    variable: printable(name),
                    problem: format!("this function has no such variable{meant}"),
                });
            }
        }
        ConfigFaults::check(self.faults)
    }
}

fn looks_like_a_region(name: &str) -> bool {
    name.split('-').count() >= 3
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && name.ends_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_variable_comes_to_is_told_with_its_default() {
        let environment: Environment = [("NIGHTSHIFT_MAX", "3"), ("NIGHTSHIFT_LIST", "")].into_iter().collect();
        let mut settings = Settings::of(&environment);
        settings.number("NIGHTSHIFT_MAX", 10, 0..=100);
        settings.choice("NIGHTSHIFT_KIND", 2, &[("always", 2), ("never", 3)]);
        settings.choice("NIGHTSHIFT_MODE", 1, &[("always", 2), ("never", 3)]);
        settings.list("NIGHTSHIFT_LIST");
        settings.regions_to_work_in("NIGHTSHIFT_REGIONS", Some("eu-west-1"));
        let told: Vec<_> =
            settings.told().into_iter().map(|setting| (setting.name, setting.value, setting.is_given)).collect();
        let said = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [
                ("NIGHTSHIFT_KIND", said("always"), false),
                ("NIGHTSHIFT_LIST", None, true),
                ("NIGHTSHIFT_MAX", said("3"), true),
                ("NIGHTSHIFT_MODE", None, false),
                ("NIGHTSHIFT_REGIONS", said("eu-west-1"), false),
            ]
        );
    }

    #[test]
    fn every_fault_is_said_at_once_with_the_variable_and_what_it_may_hold() {
        let environment: Environment = [
            ("NIGHTSHIFT_MAX", "ten"),
            ("NIGHTSHIFT_KIND", "Always"),
            ("NIGHTSHIFT_LIST", "a,,b"),
            ("NIGHTSHIFT_PROTECED", "prod-*"),
            ("PATH", "/bin"),
        ]
        .into_iter()
        .collect();
        let mut settings = Settings::of(&environment);
        assert_eq!(settings.number("NIGHTSHIFT_MAX", 10, 0..=100), 10);
        assert_eq!(settings.choice("NIGHTSHIFT_KIND", 1, &[("always", 2), ("never", 3)]), 1);
        assert_eq!(settings.list("NIGHTSHIFT_LIST"), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(settings.list("NIGHTSHIFT_PROTECTED"), None);
        insta::assert_snapshot!(settings.finish().unwrap_err(), @"the configuration has 4 faults and nothing was done: NIGHTSHIFT_MAX: 'ten' is not a whole number from 0 to 100; NIGHTSHIFT_KIND: 'Always' is not one of: always, never; NIGHTSHIFT_LIST: 'a,,b' has an empty entry; write a comma separated list; NIGHTSHIFT_PROTECED: this function has no such variable; did you mean NIGHTSHIFT_PROTECTED?");
    }

    #[test]
    fn a_name_that_was_meant_for_us_is_unknown_and_not_passed_by() {
        for name in ["nightshift_protected", "'NIGHTSHIFT_PROTECTED", "\u{feff}NIGHTSHIFT_PROTECTED"] {
            let environment: Environment = [(name, "x")].into_iter().collect();
            let mut settings = Settings::of(&environment);
            assert!(settings.patterns("NIGHTSHIFT_PROTECTED", |_| Ok(())).is_none());
            let fault = settings.finish().unwrap_err().to_string();
            assert!(fault.ends_with("no such variable; did you mean NIGHTSHIFT_PROTECTED?"), "{fault}");
        }
    }

    #[test]
    fn an_empty_list_of_patterns_means_none_from_a_machine_and_is_a_fault_from_a_hand() {
        let pair = ("NIGHTSHIFT_PROTECTED".to_owned(), String::new());
        for (environment, faulty) in
            [([pair.clone()].into_iter().collect(), false), (Environment::of_file([pair]), true)]
        {
            let mut settings = Settings::of(&environment);
            assert_eq!(settings.patterns("NIGHTSHIFT_PROTECTED", |_| Ok(())), Some(vec![]));
            assert_eq!(settings.finish().is_err(), faulty);
        }
    }

    #[test]
    fn what_is_unset_or_empty_is_the_default() {
        let environment: Environment = [("NIGHTSHIFT_MAX", ""), ("NIGHTSHIFT_LIST", "")].into_iter().collect();
        let mut settings = Settings::of(&environment);
        assert_eq!(settings.number("NIGHTSHIFT_MAX", 10, 0..=100), 10);
        assert_eq!(settings.list("NIGHTSHIFT_LIST"), Some(vec![]), "an empty list is not an absent one");
        assert_eq!(settings.finish(), Ok(()));
    }
}
