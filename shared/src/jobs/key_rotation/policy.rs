//! What `key-rotation` may touch and how far it goes, from its environment variables.

use super::caps::Caps;
use super::model::User;
use super::select::Pattern;
use crate::config::Settings;
use crate::domains::keys::signs::{self, Response};
use crate::domains::keys::tags;
use crate::text::printable;

/// The checked policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// `NIGHTSHIFT_INCLUDE`: `None` is every user.
    pub include: Option<Vec<Pattern>>,
    /// `NIGHTSHIFT_EXCLUDE`: wins over `include`.
    pub exclude: Vec<Pattern>,
    /// `NIGHTSHIFT_OWNER_TAG`.
    pub owner_tag: String,
    /// How long each state lasts.
    pub ages: Ages,
    /// `NIGHTSHIFT_UNUSED_KEYS=deactivate`: a key that is due and was never used is switched off instead of rotated.
    pub deactivate_unused: bool,
    /// `NIGHTSHIFT_INACTIVE_KEYS=delete`: keys that others switched off are deleted too, after recovery.
    pub delete_inactive: bool,
    /// Where and how secrets are kept.
    pub store: Store,
    /// How much one run may do.
    pub caps: Caps,
    /// What is done about the signs AWS gives that a key leaked.
    pub signs: Signs,
    /// `NIGHTSHIFT_ORPHANS=switch-off`: a key that a run may have made whose answer was lost, and that nobody uses, is
    /// switched off.
    pub switch_off_unclaimed: bool,
    /// `NIGHTSHIFT_CONCURRENCY`: items in progress at once.
    pub concurrency: usize,
    /// The name of the deployed function, for a command that a person types.
    pub function: String,
    /// `NIGHTSHIFT_SECRET_REGION`: where secrets are kept; the function's own unless set.
    pub region: String,
}

/// Which signs switch a key off, and which are only told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signs {
    /// `NIGHTSHIFT_SWITCH_OFF_SIGNS`.
    pub switch_off: Vec<String>,
    /// `NIGHTSHIFT_TELL_SIGNS`.
    pub tell: Vec<String>,
}

impl Default for Signs {
    fn default() -> Self {
        let of = |response| {
            signs::SIGNS.iter().filter(move |sign| sign.response == response).map(|sign| sign.code.to_owned())
        };
        Self { switch_off: of(Response::SwitchOff).collect(), tell: of(Response::Tell).collect() }
    }
}

impl Signs {
    /// What is to be done about `code`, if anything is.
    pub fn response(&self, code: &str) -> Option<Response> {
        let any = |list: &[String]| list.iter().any(|pattern| signs::is_about(pattern, code));
        if any(&self.switch_off) {
            return Some(Response::SwitchOff);
        }
        any(&self.tell).then_some(Response::Tell)
    }
}

/// Durations in whole days of 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ages {
    /// From this age a key is rotated: `NIGHTSHIFT_ROTATE_AFTER_DAYS`, or earlier where `NIGHTSHIFT_MAX_AGE_DAYS` asks.
    pub rotate_after: u32,
    /// `NIGHTSHIFT_WARN_DAYS` before that its owner is told.
    pub warn: u32,
    /// `NIGHTSHIFT_OVERLAP_DAYS`: the old key stays active so long after its owner was told of the new one.
    pub overlap: u32,
    /// `NIGHTSHIFT_QUIET_DAYS`: the old key has to have been unused so long.
    pub quiet: u32,
    /// `NIGHTSHIFT_MAX_OVERLAP_DAYS`: the end of holding an old key that is still in use.
    pub max_overlap: u32,
    /// `NIGHTSHIFT_HOLD_LIMIT_DAYS`: the end of holding an old key whose successor nobody has taken over; none unless set.
    pub hold_limit: Option<u32>,
    /// `NIGHTSHIFT_RECOVERY_DAYS`: inactive before it is deleted.
    pub recovery: u32,
    /// `NIGHTSHIFT_IDLE_DAYS`: unused so long, a key is one nobody needs.
    pub idle: u32,
    /// `NIGHTSHIFT_RUN_EVERY_DAYS`: how far apart runs are, at the most.
    pub every: u32,
}

/// Where and how secrets are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// `NIGHTSHIFT_SECRET_PREFIX`.
    pub prefix: String,
    /// `NIGHTSHIFT_SECRET_KMS_KEY`.
    pub kms_key: Option<String>,
    /// `NIGHTSHIFT_SECRET_REPLICA_REGIONS`.
    pub replicas: Vec<String>,
    /// `NIGHTSHIFT_SECRET_READERS`: ARNs of roles that may read them beside their owners, in an emergency.
    pub readers: Vec<String>,
    /// `NIGHTSHIFT_SMTP_REGIONS`: regions an SES SMTP password is derived for.
    pub smtp_regions: Vec<String>,
    /// `NIGHTSHIFT_SECRET_SHAPE=legacy`: the two fields of older rotators.
    pub legacy_shape: bool,
}

impl Policy {
    /// Reads it; `home` is the function's own region.
    pub fn read(settings: &mut Settings<'_>, home: Option<&str>) -> Self {
        let region = region(settings, home);
        Self {
            include: include(settings),
            exclude: settings.patterns("NIGHTSHIFT_EXCLUDE", Pattern::read).unwrap_or_default(),
            owner_tag: settings.text_or("NIGHTSHIFT_OWNER_TAG", "owner").to_owned(),
            ages: ages(settings),
            deactivate_unused: settings.choice(
                "NIGHTSHIFT_UNUSED_KEYS",
                false,
                &[("rotate", false), ("deactivate", true)],
            ),
            delete_inactive: settings.choice("NIGHTSHIFT_INACTIVE_KEYS", false, &[("keep", false), ("delete", true)]),
            store: store(settings),
            caps: Caps {
                rotations: settings.number("NIGHTSHIFT_MAX_ROTATIONS", 10, 0..=10_000),
                rotation_percent: settings.number("NIGHTSHIFT_MAX_ROTATION_PERCENT", 50, 0..=100),
                deactivations: settings.number("NIGHTSHIFT_MAX_DEACTIVATIONS", 10, 0..=10_000),
                deactivation_percent: settings.number("NIGHTSHIFT_MAX_DEACTIVATION_PERCENT", 50, 0..=100),
            },
            concurrency: settings.concurrency(),
            signs: read_signs(settings),
            switch_off_unclaimed: settings.choice(
                "NIGHTSHIFT_ORPHANS",
                false,
                &[("tell", false), ("switch-off", true)],
            ),
            // Set by Lambda (Developer Guide, "Defined runtime environment variables").
            function: settings.text("AWS_LAMBDA_FUNCTION_NAME").unwrap_or("key-rotation").to_owned(),
            region,
        }
    }

    /// The pattern that excludes `user`, if any.
    pub fn excluded(&self, user: &User) -> Option<&str> {
        self.exclude.iter().find(|pattern| pattern.matches(user)).map(Pattern::text)
    }

    /// Whether `user` is one this policy is for, exclusions aside.
    pub fn included(&self, user: &User) -> bool {
        self.include.as_ref().is_none_or(|patterns| patterns.iter().any(|pattern| pattern.matches(user)))
    }

    /// From which age `user`'s keys are rotated. A tag may make it earlier, never later.
    pub fn rotate_after(&self, user: &User) -> u32 {
        let tagged = user.tags.get(tags::ROTATE_AFTER_DAYS).and_then(|text| text.parse::<u32>().ok());
        tagged.filter(|days| *days > 0).map_or(self.ages.rotate_after, |days| days.min(self.ages.rotate_after))
    }

    /// Whose `user` is, as its tags say.
    pub fn owner(&self, user: &User) -> Option<String> {
        let keys = [self.owner_tag.as_str(), "mail", "email"];
        keys.iter().find_map(|key| user.tags.get(key)).filter(|owner| !owner.is_empty()).map(str::to_owned)
    }
}

fn include(settings: &mut Settings<'_>) -> Option<Vec<Pattern>> {
    const NAME: &str = "NIGHTSHIFT_INCLUDE";
    let patterns = settings.patterns(NAME, Pattern::read);
    if patterns.as_ref().is_some_and(Vec::is_empty) {
        settings.fault(NAME, "is empty: unset it to mean every user, or name at least one");
    }
    patterns
}

fn read_signs(settings: &mut Settings<'_>) -> Signs {
    const TELL: &str = "NIGHTSHIFT_TELL_SIGNS";
    let standard = Signs::default();
    let signs = Signs {
        switch_off: codes(settings, "NIGHTSHIFT_SWITCH_OFF_SIGNS", standard.switch_off),
        tell: codes(settings, TELL, standard.tell),
    };
    for code in signs.tell.iter().filter(|code| signs.switch_off.contains(code)) {
        settings.fault(TELL, format!("'{code}' is among those that switch a key off: say one of the two"));
    }
    signs
}

/// Codes as AWS spells them; a `*` at the end stands for any end.
fn codes(settings: &mut Settings<'_>, name: &'static str, standard: Vec<String>) -> Vec<String> {
    settings.defaults_to(name, standard.join(","));
    let Some(listed) = settings.list(name) else { return standard };
    let is_one = |code: &str| {
        let start = code.strip_suffix('*').unwrap_or(code);
        !start.is_empty() && start.chars().all(|c| c.is_ascii_alphanumeric() || "_:/.-".contains(c))
    };
    for code in listed.iter().filter(|code| !is_one(code)) {
        let code = printable(code);
        settings.fault(
            name,
            format!("'{code}' is no code such as AWS_RISK_CREDENTIALS_EXPOSED, nor the beginning of one with a *"),
        );
    }
    listed
}

fn ages(settings: &mut Settings<'_>) -> Ages {
    const MAX_AGE: &str = "NIGHTSHIFT_MAX_AGE_DAYS";
    const HOLD_LIMIT: &str = "NIGHTSHIFT_HOLD_LIMIT_DAYS";
    let mut days =
        |name, default, least| u32::try_from(settings.number(name, default, least..=3650)).unwrap_or(u32::MAX);
    let mut ages = Ages {
        rotate_after: days("NIGHTSHIFT_ROTATE_AFTER_DAYS", 90, 1),
        warn: days("NIGHTSHIFT_WARN_DAYS", 7, 0),
        overlap: days("NIGHTSHIFT_OVERLAP_DAYS", 7, 1),
        quiet: days("NIGHTSHIFT_QUIET_DAYS", 2, 1),
        max_overlap: days("NIGHTSHIFT_MAX_OVERLAP_DAYS", 30, 1),
        hold_limit: None,
        recovery: days("NIGHTSHIFT_RECOVERY_DAYS", 7, 1),
        idle: days("NIGHTSHIFT_IDLE_DAYS", 90, 1),
        every: days("NIGHTSHIFT_RUN_EVERY_DAYS", 1, 1),
    };
    let every = ages.every;
    let whole_days = |text: &str| match text.parse::<u32>() {
        Ok(days) if (1..=3650).contains(&days) => Ok(days),
        _ => Err(format!("'{}' is not a whole number from 1 to 3650", printable(text))),
    };
    let max_age = settings.parsed(MAX_AGE, whole_days);
    ages.hold_limit = settings.parsed(HOLD_LIMIT, whole_days);
    if let Some(limit) = ages.hold_limit.filter(|limit| *limit < ages.overlap) {
        settings
            .fault(HOLD_LIMIT, format!("{limit} is less than the {} days of NIGHTSHIFT_OVERLAP_DAYS", ages.overlap));
    }
    if ages.max_overlap < ages.overlap {
        settings.fault(
            "NIGHTSHIFT_MAX_OVERLAP_DAYS",
            format!("{} is less than the {} days of NIGHTSHIFT_OVERLAP_DAYS", ages.max_overlap, ages.overlap),
        );
    }
    if let Some(max_age) = max_age {
        // A key comes due just after one run and is rotated by the next; its overlap ends just after one, and the next
        // switches it off.
        let needed = ages.overlap + 2 * every;
        match max_age.checked_sub(needed).filter(|left| *left > 0) {
            Some(latest) => ages.rotate_after = ages.rotate_after.min(latest),
            None => settings.fault(
                MAX_AGE,
                format!(
                    "{max_age} days cannot be kept: a key that comes due just after a run waits up to {every} (NIGHTSHIFT_RUN_EVERY_DAYS) \
                     for the next, stays active {} (NIGHTSHIFT_OVERLAP_DAYS), and waits up to {every} again: {every} + {} + {every} = \
                     {needed}, which leaves no day to use it; run more often, shorten the overlap, or allow more than {needed} days",
                    ages.overlap, ages.overlap
                ),
            ),
        }
    }
    if ages.warn >= ages.rotate_after {
        // Telling somebody at once is all a warning can do then.
        ages.warn = ages.rotate_after - 1;
    }
    ages
}

fn store(settings: &mut Settings<'_>) -> Store {
    settings.defaults_to("NIGHTSHIFT_SECRET_PREFIX", "/aws/iam/credentials/");
    Store {
        prefix: settings
            .parsed("NIGHTSHIFT_SECRET_PREFIX", |prefix| {
                let allowed = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
                // The user's name takes up to 128 characters, three for each where all are commas.
                if prefix.len() <= 120 && prefix.chars().all(allowed) {
                    Ok(prefix.to_owned())
                } else {
                    Err(format!(
                        "'{}' cannot begin the name of a secret: letters, digits and /_+=.@- only, at most 120",
                        printable(prefix)
                    ))
                }
            })
            .unwrap_or_else(|| "/aws/iam/credentials/".to_owned()),
        kms_key: settings.text("NIGHTSHIFT_SECRET_KMS_KEY").map(str::to_owned),
        replicas: settings.regions("NIGHTSHIFT_SECRET_REPLICA_REGIONS"),
        readers: readers(settings),
        smtp_regions: settings.regions("NIGHTSHIFT_SMTP_REGIONS"),
        legacy_shape: settings.choice("NIGHTSHIFT_SECRET_SHAPE", false, &[("standard", false), ("legacy", true)]),
    }
}

fn region(settings: &mut Settings<'_>, home: Option<&str>) -> String {
    const NAME: &str = "NIGHTSHIFT_SECRET_REGION";
    let listed = settings.regions(NAME);
    match (listed.as_slice(), home) {
        ([], Some(home)) => {
            settings.defaults_to(NAME, home);
            home.to_owned()
        }
        ([one], _) => one.clone(),
        ([], None) => {
            settings.fault(NAME, "no Region is known to keep secrets in; name it here, or set AWS_REGION");
            String::new()
        }
        _ => {
            settings.fault(NAME, "names several Regions; copies elsewhere are NIGHTSHIFT_SECRET_REPLICA_REGIONS");
            String::new()
        }
    }
}

fn readers(settings: &mut Settings<'_>) -> Vec<String> {
    const NAME: &str = "NIGHTSHIFT_SECRET_READERS";
    let listed = settings.list(NAME).unwrap_or_default();
    let is_a_role = |arn: &str| arn.starts_with("arn:") && arn.contains(":role/") && !arn.contains('*');
    for arn in listed.iter().filter(|arn| !is_a_role(arn)) {
        settings
            .fault(NAME, format!("'{}' is not the ARN of one role, arn:aws:iam::ACCOUNT:role/NAME", printable(arn)));
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ConfigFaults, Environment};

    fn policy(variables: &[(&str, &str)]) -> Result<Policy, ConfigFaults> {
        let environment: Environment = variables.iter().copied().collect();
        let mut settings = Settings::of(&environment);
        let policy = Policy::read(&mut settings, Some("eu-west-1"));
        settings.finish().map(|()| policy)
    }

    #[test]
    fn an_empty_environment_is_the_documented_default() {
        let policy = policy(&[]).unwrap();
        let Ages { rotate_after, warn, overlap, quiet, max_overlap, hold_limit, recovery, idle, every: _ } =
            policy.ages;
        assert_eq!((rotate_after, warn, overlap, quiet, max_overlap, recovery, idle), (90, 7, 7, 2, 30, 7, 90));
        assert_eq!(hold_limit, None, "nobody is locked out by default");
        assert!(policy.include.is_none() && policy.exclude.is_empty());
        assert!(!policy.deactivate_unused && !policy.delete_inactive && !policy.store.legacy_shape);
        assert_eq!(policy.store.prefix, "/aws/iam/credentials/");
        assert_eq!(
            policy.caps,
            Caps { rotations: 10, rotation_percent: 50, deactivations: 10, deactivation_percent: 50 }
        );
    }

    #[test]
    fn a_promised_age_rotates_earlier_and_one_that_cannot_be_kept_is_refused_with_the_arithmetic() {
        let rotate_after = |variables: &[(&str, &str)]| policy(variables).map(|policy| policy.ages.rotate_after);
        assert_eq!(rotate_after(&[("NIGHTSHIFT_MAX_AGE_DAYS", "90")]), Ok(81));
        assert_eq!(rotate_after(&[("NIGHTSHIFT_MAX_AGE_DAYS", "90"), ("NIGHTSHIFT_RUN_EVERY_DAYS", "31")]), Ok(21));
        assert_eq!(rotate_after(&[("NIGHTSHIFT_MAX_AGE_DAYS", "365")]), Ok(90));
        let refused = rotate_after(&[("NIGHTSHIFT_MAX_AGE_DAYS", "60"), ("NIGHTSHIFT_RUN_EVERY_DAYS", "31")]);
        insta::assert_snapshot!(refused.unwrap_err(), @"the configuration has 1 fault and nothing was done: NIGHTSHIFT_MAX_AGE_DAYS: 60 days cannot be kept: a key that comes due just after a run waits up to 31 (NIGHTSHIFT_RUN_EVERY_DAYS) for the next, stays active 7 (NIGHTSHIFT_OVERLAP_DAYS), and waits up to 31 again: 31 + 7 + 31 = 69, which leaves no day to use it; run more often, shorten the overlap, or allow more than 69 days");
    }

    #[test]
    fn every_fault_names_its_variable_and_what_it_may_hold() {
        let message = |variables: &[(&str, &str)]| policy(variables).unwrap_err().to_string();
        insta::assert_snapshot!(message(&[
            ("NIGHTSHIFT_INCLUDE", ""),
            ("NIGHTSHIFT_EXCLUDE", "ana,,user:bob"),
            ("NIGHTSHIFT_MAX_OVERLAP_DAYS", "3"),
            ("NIGHTSHIFT_HOLD_LIMIT_DAYS", "3"),
            ("NIGHTSHIFT_SECRET_PREFIX", "keys of "),
            ("NIGHTSHIFT_SECRET_READERS", "arn:aws:iam::111122223333:role/*"),
            ("NIGHTSHIFT_SMTP_REGIONS", "Ireland"),
            ("NIGHTSHIFT_UNUSED_KEYS", "delete"),
            ("NIGHTSHIFT_EXCLUDED", "prod-*"),
        ]), @"the configuration has 10 faults and nothing was done: NIGHTSHIFT_INCLUDE: is empty: unset it to mean every user, or name at least one; NIGHTSHIFT_EXCLUDE: 'ana,,user:bob' has an empty entry; write a comma separated list; NIGHTSHIFT_EXCLUDE: 'user:' is not a kind of pattern: a name, or path:, group: or tag:key=value; NIGHTSHIFT_HOLD_LIMIT_DAYS: 3 is less than the 7 days of NIGHTSHIFT_OVERLAP_DAYS; NIGHTSHIFT_MAX_OVERLAP_DAYS: 3 is less than the 7 days of NIGHTSHIFT_OVERLAP_DAYS; NIGHTSHIFT_UNUSED_KEYS: 'delete' is not one of: rotate, deactivate; NIGHTSHIFT_SECRET_PREFIX: 'keys of ' cannot begin the name of a secret: letters, digits and /_+=.@- only, at most 120; NIGHTSHIFT_SECRET_READERS: 'arn:aws:iam::111122223333:role/*' is not the ARN of one role, arn:aws:iam::ACCOUNT:role/NAME; NIGHTSHIFT_SMTP_REGIONS: 'Ireland' is not a Region name such as eu-west-1; NIGHTSHIFT_EXCLUDED: this function has no such variable; did you mean NIGHTSHIFT_EXCLUDE?");
    }

    #[test]
    fn a_tag_rotates_earlier_and_never_later() {
        let policy = policy(&[]).unwrap();
        let after = |value: &str| {
            let tags = [("nightshift:rotate-after-days", value)].into_iter().collect();
            policy.rotate_after(&User { tags, ..crate::jobs::key_rotation::plan::someone() })
        };
        for (value, days) in [("30", 30), ("90", 90), ("365", 90), ("0", 90), ("never", 90), ("-1", 90)] {
            assert_eq!(after(value), days, "{value}");
        }
    }
}
