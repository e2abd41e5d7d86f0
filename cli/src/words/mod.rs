//! What the `clusters` commands and the menu say to people, in the language of their shell. Each text is a case of one type,
//! and each language answers every case: a text that lacks a translation does not compile. What programs read (JSON, CSV,
//! codes, names of columns there) never goes through here.

mod english;
pub(crate) mod of_reports;
mod spanish;
mod spanish_codes;
mod spanish_steps;

use nightshift::config::Environment;
use nightshift::notify::Language;

use crate::desk::Desk;

/// One text, with what it is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Text<'a> {
    /// The heading of what is about to be deleted.
    WouldDelete { id: &'a str, region: &'a str, account: &'a str },
    /// A step that a dry run would take.
    Would { step: &'a str },
    /// One that was taken, by what was planned.
    Taken { step: &'a str },
    /// What brings it back.
    BringBack { snapshot: &'a str, region: &'a str },
    /// Where its data is, where no snapshot is made.
    NoWayBack,
    /// The question of a deletion.
    TypeTheName { id: &'a str },
    /// Another name was typed.
    NotThatName { id: &'a str },
    /// Nothing was typed.
    NothingTyped,
    /// The end of a deletion.
    Deleted { id: &'a str },
    /// AWS takes its time.
    DeletionGoesOn,
    /// A stopped one is started first.
    Started { id: &'a str },
    /// And what comes then.
    StartGoesOn,
    /// Its owner was told.
    OwnerTold { to: &'a str, channel: &'a str },
    /// They were not.
    OwnerNotTold { why: &'a str },
    /// Nothing was deleted.
    NothingDeleted,
    /// Nothing was made.
    NothingMade,
    /// Nothing was changed.
    NothingChanged,
    /// A restore is done.
    Restored { id: &'a str, until: &'a str },
    /// It was interrupted.
    NotWhole { id: &'a str },
    /// Nobody can be asked.
    NoTerminal,
    /// See above.
    NoTerminalFix,
    /// A deletion takes a policy.
    NeedsPolicy,
    /// Without a question it takes the account.
    NeedsAccount,
    /// What is left of a cluster's time.
    LeftNever,
    /// See above.
    LeftExpired,
    /// See above.
    LeftDays(i64),
    /// See above.
    LeftHours(i64),
    /// See above.
    LeftUnreadable,
    /// Nobody was handed it yet.
    BeingMade,
    /// The list is empty.
    NothingToList,
    /// The list of somebody's is empty.
    NothingOf { whose: &'a str },
    /// What a day that was typed means.
    Means { typed: &'a str, shown: &'a str, at: &'a str },
    /// What was typed is no day.
    NoDay { flag: &'a str, typed: &'a str },
    /// The next step then.
    HowToWriteADay,
    /// What `clusters show` says of a cluster, in its order.
    Fact(Fact),
    /// See above: what the night would do.
    NextRunWould { step: &'a str },
    /// See above.
    WhoseAndWhere { id: &'a str, region: &'a str, owner: Option<&'a str> },
    /// The menu's questions and what it says of its keys.
    WhatNext,
    /// See above.
    AnythingElse,
    /// See above.
    HowToChoose,
    /// See above.
    HowToChooseSome,
    /// See above.
    HowToType,
    /// See above.
    HowToTypeADay,
    /// See above.
    NoSuchDay { typed: &'a str },
    /// See above.
    TypeSomething,
    /// Somebody went back, or left.
    NothingDone,
    /// What goes on while a clone is made.
    Making { id: &'a str, step: &'a str },
    /// The clone can be used.
    Usable { id: &'a str },
}

/// What the menu offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Item {
    Clone,
    List,
    Show,
    Extend,
    Delete,
    Restore,
    Snapshots,
    Quit,
}

impl Item {
    /// As the menu has it.
    pub(crate) fn label(self, language: Language) -> &'static str {
        match language {
            Language::English => english::item(self),
            Language::Spanish => spanish::item(self),
        }
    }
}

/// What the menu asks for, one argument each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ask {
    Source,
    Cluster,
    Snapshot,
    Expires,
    Until,
    Name,
    Class,
    Instances,
    Acu,
    From,
    Anonymise,
    Reason,
    Owner,
    Invoke,
    Account,
    Policy,
    Function,
    DryRun,
    Yes,
    TagKey,
    All,
    Mine,
    Called,
    Prices,
    Output,
    Profile,
    Region,
    Colour,
}

impl Ask {
    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 28] = [
        Self::Source,
        Self::Cluster,
        Self::Snapshot,
        Self::Expires,
        Self::Until,
        Self::Name,
        Self::Class,
        Self::Instances,
        Self::Acu,
        Self::From,
        Self::Anonymise,
        Self::Reason,
        Self::Owner,
        Self::Invoke,
        Self::Account,
        Self::Policy,
        Self::Function,
        Self::DryRun,
        Self::Yes,
        Self::TagKey,
        Self::All,
        Self::Mine,
        Self::Called,
        Self::Prices,
        Self::Output,
        Self::Profile,
        Self::Region,
        Self::Colour,
    ];

    /// The question.
    pub(crate) fn label(self, language: Language) -> &'static str {
        match language {
            Language::English => english::question(self),
            Language::Spanish => spanish::question(self),
        }
    }
}

/// What is known of a cluster, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fact {
    Status,
    Engine,
    Members,
    Endpoint,
    Reader,
    Port,
    Vpc,
    Expires,
    Source,
    Monthly,
    Connect,
}

/// A column of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Cluster,
    Region,
    Owner,
    Engine,
    Status,
    Members,
    Expires,
    Monthly,
    Vpc,
    Port,
    Endpoint,
}

impl Column {
    /// Its head.
    pub(crate) fn head(self, language: Language) -> &'static str {
        match language {
            Language::English => english::head(self),
            Language::Spanish => spanish::head(self),
        }
    }
}

/// The heads of the list of final snapshots.
pub(crate) const fn snapshot_heads(language: Language) -> [&'static str; 7] {
    match language {
        Language::English => english::SNAPSHOTS,
        Language::Spanish => spanish::SNAPSHOTS,
    }
}

impl Text<'_> {
    /// In `language`.
    pub(crate) fn said(self, language: Language) -> String {
        match language {
            Language::English => english::said(self),
            Language::Spanish => spanish::said(self),
        }
    }
}

impl Desk {
    /// The language of whoever sits here.
    pub(crate) fn language(&self) -> Language {
        language(&self.environment)
    }

    /// `text`, in it.
    pub(crate) fn words(&self, text: Text<'_>) -> String {
        text.said(self.language())
    }
}

/// `NIGHTSHIFT_LANGUAGE` where it names one; otherwise that of the shell's locale, by POSIX's order.
fn language(environment: &Environment) -> Language {
    let chosen = environment.get("NIGHTSHIFT_LANGUAGE");
    if let Some((_, language)) = Language::CHOICES.into_iter().find(|(code, _)| chosen == Some(code)) {
        return language;
    }
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| environment.get(name));
    let is_spanish = |locale: &str| locale.split(['_', '.', '@']).next() == Some("es");
    if locale.is_some_and(is_spanish) { Language::Spanish } else { Language::English }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_one_that_is_named_and_else_the_shells() {
        let of = |variables: &[(&str, &str)]| language(&variables.iter().copied().collect()).code();
        for (variables, code) in [
            (&[][..], "en"),
            (&[("LANG", "es_ES.UTF-8")], "es"),
            (&[("LANG", "es")], "es"),
            (&[("LANG", "es@euro")], "es"),
            (&[("LANG", "est_EE.UTF-8")], "en"),
            (&[("LANG", "C.UTF-8")], "en"),
            (&[("LANG", "es_ES.UTF-8"), ("LC_MESSAGES", "en_GB.UTF-8")], "en"),
            (&[("LANG", "en_GB.UTF-8"), ("LC_MESSAGES", "es_MX.UTF-8")], "es"),
            (&[("LC_ALL", "C"), ("LC_MESSAGES", "es_MX.UTF-8")], "en"),
            (&[("LC_ALL", ""), ("LANG", "es_AR")], "es"),
            (&[("NIGHTSHIFT_LANGUAGE", "es"), ("LC_ALL", "en_GB.UTF-8")], "es"),
            (&[("NIGHTSHIFT_LANGUAGE", "en"), ("LANG", "es_ES.UTF-8")], "en"),
            (&[("NIGHTSHIFT_LANGUAGE", "fr"), ("LANG", "es_ES.UTF-8")], "es"),
        ] {
            assert_eq!(of(variables), code, "{variables:?}");
        }
    }
}
