//! The questions on the terminal. Esc goes back a step and Ctrl-C leaves; neither does anything.

use std::io;

use inquire::error::InquireError;
use inquire::ui::{RenderConfig, Styled};
use inquire::validator::Validation;
use inquire::{MultiSelect, Select, Text as Line};
use nightshift::clock;

use crate::desk::Desk;
use crate::output;
use crate::when::{Here, Toward};
use crate::words::Text;

/// What somebody answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer<T> {
    /// This.
    Given(T),
    /// Esc: not this.
    Back,
    /// Ctrl-C: nothing at all.
    Leave,
}

impl<T> Answer<T> {
    pub(super) fn map<U>(self, make: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Self::Given(answer) => Answer::Given(make(answer)),
            Self::Back => Answer::Back,
            Self::Leave => Answer::Leave,
        }
    }
}

/// So many lines of a list at once: a terminal of 24 has room for the question and the help, too.
const PAGE: usize = 12;

/// Asks.
#[derive(Debug)]
pub(super) struct Asker<'a> {
    desk: &'a Desk,
    config: RenderConfig<'static>,
}

impl<'a> Asker<'a> {
    pub(super) fn of(desk: &'a Desk) -> Self {
        let is_coloured = output::is_coloured(desk, &io::stderr());
        let config = if is_coloured { RenderConfig::default_colored() } else { RenderConfig::empty() };
        // The library says so in English, whatever the language.
        Self { desk, config: config.with_canceled_prompt_indicator(Styled::new("-")) }
    }

    /// The place of the one that is chosen.
    pub(super) fn one_of(&self, question: &str, of: Vec<String>) -> anyhow::Result<Answer<usize>> {
        let help = self.desk.words(Text::HowToChoose);
        let select = Select::new(question, of).with_help_message(&help).with_page_size(PAGE).with_sorter(&|_| {});
        answer(select.with_render_config(self.config).raw_prompt().map(|chosen| chosen.index))
    }

    /// The places of those that are chosen; none is an answer.
    pub(super) fn some_of(&self, question: &str, of: Vec<String>) -> anyhow::Result<Answer<Vec<usize>>> {
        let help = self.desk.words(Text::HowToChooseSome);
        let select = MultiSelect::new(question, of).with_help_message(&help).with_page_size(PAGE);
        let chosen = select.with_render_config(self.config).raw_prompt();
        answer(chosen.map(|chosen| chosen.into_iter().map(|one| one.index).collect()))
    }

    /// What is typed, which is not nothing; of a day, one that can be read.
    pub(super) fn words(
        &self,
        question: &str,
        before: Option<&str>,
        day: Option<Toward>,
    ) -> anyhow::Result<Answer<String>> {
        let desk = self.desk.clone();
        let help = desk.words(if day.is_some() { Text::HowToTypeADay } else { Text::HowToType });
        let is_good = move |typed: &str| {
            let here = Here::of_shell(&desk.environment, clock::now());
            let is_day = |toward| here.read(typed, toward).is_some() || typed.eq_ignore_ascii_case("never");
            Ok(if typed.trim().is_empty() {
                Validation::Invalid(desk.words(Text::TypeSomething).into())
            } else if day.is_none_or(is_day) {
                Validation::Valid
            } else {
                Validation::Invalid(desk.words(Text::NoSuchDay { typed }).into())
            })
        };
        let line = Line::new(question).with_help_message(&help).with_validator(is_good);
        let line = line.with_initial_value(before.unwrap_or_default()).with_render_config(self.config);
        answer(line.prompt().map(|typed| typed.trim().to_owned()))
    }
}

fn answer<T>(answer: Result<T, InquireError>) -> anyhow::Result<Answer<T>> {
    match answer {
        Ok(answer) => Ok(Answer::Given(answer)),
        Err(InquireError::OperationCanceled) => Ok(Answer::Back),
        Err(InquireError::OperationInterrupted) => Ok(Answer::Leave),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use nightshift::notify::Language;

    use super::*;

    /// A line that breaks pushes the list about; the brackets around it take two columns more.
    #[test]
    fn what_is_said_of_the_keys_has_room_on_the_narrowest_terminal() {
        for text in [Text::HowToChoose, Text::HowToChooseSome, Text::HowToType, Text::HowToTypeADay] {
            for language in [Language::English, Language::Spanish] {
                let said = text.said(language);
                assert!(said.chars().count() <= 77, "{said}");
            }
        }
    }
}
