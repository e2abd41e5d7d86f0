//! What `cluster-cleanup` may touch and how far it goes, from its environment variables.

use jiff::tz::TimeZone;

use crate::config::Settings;
use crate::domains::clusters::lease::{self, Lease};
use crate::domains::clusters::marks::{self, SUCH_AS, pairs, required_tags};
use crate::domains::clusters::notice::{self, Fate, Parties};
use crate::domains::clusters::price::Prices;
use crate::domains::clusters::tags::{is_raw, owner};
use crate::run::Protected;
use crate::run::caps::DeletionCaps;
use crate::services::rds::{Cluster, Snapshot};
use crate::services::tags::Tags;
use crate::text::printable;

/// What `CloudFormation` writes on what it makes, and the CDK with it.
const STACK: &str = "aws:cloudformation:stack-name";

/// The checked policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// `NIGHTSHIFT_REGIONS`.
    pub regions: Vec<String>,
    /// `NIGHTSHIFT_TAG_KEY`: the expiry tag.
    pub tag_key: String,
    /// `NIGHTSHIFT_OWNER_TAG`.
    pub owner_tag: String,
    /// `NIGHTSHIFT_TIME_ZONE`: what a time without a zone is meant in.
    pub time_zone: TimeZone,
    /// `NIGHTSHIFT_REQUIRED_TAGS`: all of them, or the cluster is not touched.
    pub required_tags: Vec<(String, String)>,
    /// `NIGHTSHIFT_PROTECTED`: never touched.
    pub protected: Protected,
    /// `NIGHTSHIFT_DELETION_PROTECTION`: whether `DeletionProtection` may be lifted.
    pub override_protection: bool,
    /// `NIGHTSHIFT_STOPPED_CLUSTERS`: whether a stopped cluster is started so that a later run can delete it.
    pub start_stopped: bool,
    /// `NIGHTSHIFT_FINAL_SNAPSHOT`.
    pub final_snapshot: FinalSnapshot,
    /// `NIGHTSHIFT_SOURCE_TAG`: names the cluster a clone was made of.
    pub source_tag: String,
    /// `NIGHTSHIFT_SNAPSHOT_KEEP_DAYS`.
    pub snapshot_keep_days: u16,
    /// `NIGHTSHIFT_MAX_DELETIONS` and `NIGHTSHIFT_MAX_DELETION_PERCENT`.
    pub caps: DeletionCaps,
    /// `NIGHTSHIFT_WARN_HOURS`: how long before its expiry a cluster's owner is told.
    pub warn_hours: u16,
    /// `NIGHTSHIFT_MIN_NOTICE_HOURS`: how old that notice has to be before the cluster goes; 0: none is needed.
    pub min_notice_hours: u16,
    /// `NIGHTSHIFT_NOTICE_VALID_DAYS`: how old that notice may be: who was told longer ago is told again first.
    pub notice_days: u16,
    /// `NIGHTSHIFT_REMIND_DAYS`: after how many days an owner is reminded of what only they can put right.
    pub remind_days: u16,
    /// `NIGHTSHIFT_OWNER_MAIL_TAG`: a tag that says who reads what the owner is told.
    pub mail_tag: Option<String>,
    /// `NIGHTSHIFT_MANAGED_TAGS`: what says that another tool made a cluster, beside what AWS itself writes on it.
    pub managed_tags: Vec<(String, String)>,
    /// `NIGHTSHIFT_MANAGED_CLUSTERS`: whether it may be deleted all the same.
    pub delete_managed: bool,
    /// `NIGHTSHIFT_MAX_LEASE_DAYS`: how far ahead `nightshift clusters extend` may put an expiry.
    pub max_lease_days: u16,
    /// `NIGHTSHIFT_CONCURRENCY`: items in progress at once.
    pub concurrency: usize,
    /// `NIGHTSHIFT_PRICES`: what clusters cost, where the operator says.
    pub prices: Option<Prices>,
    /// The deployed function whose policy this is, where it is one's.
    pub function: Option<String>,
    /// Its Region.
    pub home: Option<String>,
}

/// Whether data is kept when a cluster goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinalSnapshot {
    /// Never.
    Never,
    /// Always.
    Always,
    /// Unless the data is also in the cluster it was cloned from.
    UnlessClone,
}

impl Policy {
    /// Reads it; `home` is the function's own region.
    pub fn read(settings: &mut Settings<'_>, home: Option<&str>) -> Self {
        let Lease { tag_key, owner_tag, time_zone, max_lease_days } = Lease::read(settings);
        // A nightly run that starts seconds earlier than yesterday's must not cost a day: hence not 24.
        let min_notice_hours = hours(settings, "NIGHTSHIFT_MIN_NOTICE_HOURS", 20, 720);
        Self {
            regions: settings.regions_to_work_in("NIGHTSHIFT_REGIONS", home),
            tag_key,
            owner_tag,
            time_zone,
            required_tags: required_tags(settings),
            protected: Protected::read(settings, "NIGHTSHIFT_PROTECTED", marks::alphabet, SUCH_AS),
            override_protection: settings.choice(
                "NIGHTSHIFT_DELETION_PROTECTION",
                false,
                &[("respect", false), ("override", true)],
            ),
            start_stopped: settings.choice("NIGHTSHIFT_STOPPED_CLUSTERS", false, &[("leave", false), ("start", true)]),
            final_snapshot: settings.choice(
                "NIGHTSHIFT_FINAL_SNAPSHOT",
                FinalSnapshot::UnlessClone,
                &[
                    ("never", FinalSnapshot::Never),
                    ("always", FinalSnapshot::Always),
                    ("unless-clone", FinalSnapshot::UnlessClone),
                ],
            ),
            source_tag: lease::tag_key(settings, "NIGHTSHIFT_SOURCE_TAG", "nightshift:source"),
            snapshot_keep_days: u16::try_from(settings.number("NIGHTSHIFT_SNAPSHOT_KEEP_DAYS", 30, 1..=3650))
                .unwrap_or(30),
            caps: DeletionCaps {
                count: settings.number("NIGHTSHIFT_MAX_DELETIONS", 10, 0..=10_000),
                percent: settings.number("NIGHTSHIFT_MAX_DELETION_PERCENT", 50, 0..=100),
            },
            warn_hours: hours(settings, "NIGHTSHIFT_WARN_HOURS", 48, 8_760),
            max_lease_days,
            min_notice_hours,
            notice_days: notice_days(settings, min_notice_hours),
            remind_days: u16::try_from(settings.number("NIGHTSHIFT_REMIND_DAYS", 7, 1..=365)).unwrap_or(7),
            mail_tag: settings.text("NIGHTSHIFT_OWNER_MAIL_TAG").map(str::to_owned),
            managed_tags: managed_tags(settings),
            delete_managed: settings.choice(
                "NIGHTSHIFT_MANAGED_CLUSTERS",
                false,
                &[("leave", false), ("delete", true)],
            ),
            concurrency: settings.concurrency(),
            prices: settings.parsed("NIGHTSHIFT_PRICES", |path| {
                let text = std::fs::read_to_string(path);
                let text = text.map_err(|error| format!("'{}' cannot be read: {error}", printable(path)))?;
                Prices::parse(&text).map_err(|problem| format!("'{}' {problem}", printable(path)))
            }),
            function: settings.text("AWS_LAMBDA_FUNCTION_NAME").map(str::to_owned),
            home: home.map(str::to_owned),
        }
    }

    /// Whether `tags` carry every required tag; otherwise the first that is missing or different.
    pub fn missing_mark<'a>(&'a self, tags: &Tags) -> Option<&'a (String, String)> {
        self.required_tags.iter().find(|(key, value)| tags.get(key) != Some(value))
    }

    /// A tag of `tags` that is `key` and `value`, or reads like them but for case and separators.
    pub fn near(tags: &Tags, key: &str, value: &str) -> Option<(String, String)> {
        let alike = |found: &&str| tags.get(found).is_some_and(|found| found.trim().eq_ignore_ascii_case(value));
        let found = tags.look_alikes(key).into_iter().find(alike)?;
        Some((found.to_owned(), tags.get(found).unwrap_or_default().to_owned()))
    }

    /// Whether `tags` carry every required tag, or one that reads like it.
    pub fn nearly_marked(&self, tags: &Tags) -> bool {
        self.required_tags.iter().all(|(key, value)| Self::near(tags, key, value).is_some())
    }

    /// The tag that says that another tool made it, if there is one.
    pub fn managed_by(&self, tags: &Tags) -> Option<(String, String)> {
        let stack = tags.get(STACK).map(|name| (STACK.to_owned(), name.to_owned()));
        stack.or_else(|| self.managed_tags.iter().find_map(|(key, value)| Self::near(tags, key, value)))
    }

    /// Between whom something is said of what carries `tags`, as a notice remembers them, where no source holds its data.
    pub fn parties(&self, tags: &Tags) -> Parties {
        let by = notice::deployment(&self.tag_key, &self.required_tags);
        let fate = if self.keeps(tags) == FinalSnapshot::Never { Fate::Lost } else { Fate::Copy };
        Parties { by, who: self.who(tags), fate }
    }

    /// Whether data of what carries `tags` is kept. Never of a raw copy: its data is its source's, and must not be anywhere else.
    pub fn keeps(&self, tags: &Tags) -> FinalSnapshot {
        if is_raw(tags, &self.source_tag) { FinalSnapshot::Never } else { self.final_snapshot }
    }

    /// Whoever reads what is told of what carries `tags`.
    pub fn who(&self, tags: &Tags) -> String {
        let mail = self.mail_tag.as_ref().and_then(|key| tags.get(key));
        notice::who(self.owner(tags).as_deref(), mail)
    }

    /// The pattern that protects what has this `id`, `arn` and `tags`, if any.
    pub fn protects(&self, id: &str, arn: &str, tags: &Tags) -> Option<&str> {
        let tags = tags.iter().map(|(key, value)| format!("{key}={value}"));
        self.protected.find([id.to_owned(), arn.to_owned()].into_iter().chain(tags))
    }

    /// The pattern that protects `cluster`, by what it is itself or by a member: a deletion that may not take that one would
    /// have taken others before it is refused.
    pub fn protects_cluster(&self, cluster: &Cluster) -> Option<&str> {
        let Cluster { id, arn, tags, members, .. } = cluster;
        self.protects(id, arn, tags).or_else(|| {
            members.iter().find_map(|member| {
                let instance = arn.replacen(&format!(":cluster:{id}"), &format!(":db:{}", member.id), 1);
                self.protects(&member.id, &instance, &Tags::default())
            })
        })
    }

    /// The pattern that protects `snapshot`, by what it is itself or by the cluster it was taken of.
    pub fn protects_snapshot(&self, snapshot: &Snapshot) -> Option<&str> {
        let Snapshot { id, arn, cluster_id, tags, .. } = snapshot;
        let cluster = arn.replacen(&format!(":cluster-snapshot:{id}"), &format!(":cluster:{cluster_id}"), 1);
        self.protects(id, arn, tags).or_else(|| self.protects(cluster_id, &cluster, &Tags::default()))
    }

    /// Whose it is.
    pub fn owner(&self, tags: &Tags) -> Option<String> {
        owner(tags, &self.owner_tag)
    }
}

/// Some nights more than a notice needs to be old enough.
fn notice_days(settings: &mut Settings<'_>, min_notice_hours: u16) -> u16 {
    const NAME: &str = "NIGHTSHIFT_NOTICE_VALID_DAYS";
    let least = usize::from(min_notice_hours.div_ceil(24)) + 2;
    let days = settings.number(NAME, least.max(14), 1..=365);
    if days < least {
        settings.fault(
            NAME,
            format!("is {days}, and a notice that is good for less than {least} days is over before NIGHTSHIFT_MIN_NOTICE_HOURS={min_notice_hours} have passed and a night has come"),
        );
    }
    u16::try_from(days).unwrap_or(14)
}

fn managed_tags(settings: &mut Settings<'_>) -> Vec<(String, String)> {
    const NAME: &str = "NIGHTSHIFT_MANAGED_TAGS";
    settings.defaults_to(NAME, "managed-by=terraform,terraform=true");
    let Some(entries) = settings.list(NAME) else {
        return vec![("managed-by".to_owned(), "terraform".to_owned()), ("terraform".to_owned(), "true".to_owned())];
    };
    pairs(settings, NAME, &entries)
}

fn hours(settings: &mut Settings<'_>, name: &'static str, default: u16, most: u16) -> u16 {
    u16::try_from(settings.number(name, default.into(), 0..=most.into())).unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ConfigFaults, Environment};
    use crate::services::rds::Member;

    fn policy(variables: &[(&str, &str)]) -> Result<Policy, ConfigFaults> {
        let environment: Environment = variables.iter().copied().collect();
        let mut settings = Settings::of(&environment);
        let policy = Policy::read(&mut settings, Some("eu-west-1"));
        settings.finish().map(|()| policy)
    }

    #[test]
    fn an_empty_environment_is_the_documented_default() {
        let policy = policy(&[]).unwrap();
        assert_eq!(policy.regions, ["eu-west-1"]);
        assert_eq!(policy.tag_key, "auto-delete-after");
        assert_eq!(policy.required_tags, [("env".to_owned(), "dev".to_owned())]);
        assert_eq!(policy.final_snapshot, FinalSnapshot::UnlessClone);
        assert_eq!(policy.caps, DeletionCaps { count: 10, percent: 50 });
        assert_eq!((policy.snapshot_keep_days, policy.concurrency), (30, 8));
        assert_eq!((policy.warn_hours, policy.min_notice_hours), (48, 20));
        assert!(!policy.override_protection && !policy.start_stopped);
    }

    #[test]
    fn protection_matches_identifiers_arns_and_tags_whatever_the_case() {
        let policy = policy(&[("NIGHTSHIFT_PROTECTED", "Prod-*, arn:aws:rds:*:*:cluster:pay*, tier=gold*")]).unwrap();
        let find = |id: &str, tags: &[(&str, &str)]| {
            let arn = format!("arn:aws:rds:eu-west-1:111122223333:cluster:{id}");
            policy.protects(id, &arn, &tags.iter().copied().collect()).map(str::to_owned)
        };
        assert_eq!(find("prod-orders", &[]).as_deref(), Some("Prod-*"));
        assert_eq!(find("payments", &[]).as_deref(), Some("arn:aws:rds:*:*:cluster:pay*"));
        assert_eq!(find("x", &[("Tier", "GOLD+")]).as_deref(), Some("tier=gold*"));
        assert_eq!(find("dev-orders", &[("tier", "silver")]), None);
    }

    #[test]
    fn what_protects_a_member_protects_its_cluster() {
        let policy = policy(&[("NIGHTSHIFT_PROTECTED", "orders-main*, arn:aws:rds:*:*:db:pay*")]).unwrap();
        let find = |members: &[&str]| {
            let member = |id: &&str| Member { id: (*id).to_owned(), writer: false };
            let cluster = Cluster {
                id: "dev".to_owned(),
                arn: "arn:aws:rds:eu-west-1:111122223333:cluster:dev".to_owned(),
                members: members.iter().map(member).collect(),
                ..Cluster::default()
            };
            policy.protects_cluster(&cluster).map(str::to_owned)
        };
        assert_eq!(find(&["dev-1", "Orders-Main-2"]).as_deref(), Some("orders-main*"));
        assert_eq!(find(&["payments-1"]).as_deref(), Some("arn:aws:rds:*:*:db:pay*"));
        assert_eq!(find(&["dev-1", "dev-2"]), None);
    }

    #[test]
    fn a_pattern_that_can_match_nothing_is_a_fault_by_its_member() {
        let fault = |value: &str| policy(&[("NIGHTSHIFT_PROTECTED", value)]).unwrap_err().to_string();
        insta::assert_snapshot!(fault("'prod-*,tier=gold'").split(" done: ").nth(1).unwrap(), @"NIGHTSHIFT_PROTECTED: ''prod-*' holds ''', a quote: write the value without quotes, or put ? in its place where a name does hold one; NIGHTSHIFT_PROTECTED: 'tier=gold'' holds ''', a quote: write the value without quotes, or put ? in its place where a name does hold one");
        insta::assert_snapshot!(fault("prod-*;stage-*, ok, prod-* stage-*").split(" done: ").nth(1).unwrap(), @"NIGHTSHIFT_PROTECTED: 'prod-*;stage-*' holds ';': commas separate patterns; put ? in its place where a name does hold one; NIGHTSHIFT_PROTECTED: 'prod-* stage-*' holds a space, which no identifier or ARN can");
        for value in ["prod_*,tier=very gold,*:cluster:pay*,arn:aws-cn:rds:*", "*@example.com", "db-[0-9]?", "a+b=c/d"]
        {
            assert!(policy(&[("NIGHTSHIFT_PROTECTED", value)]).is_ok(), "{value}");
        }
    }

    #[test]
    fn every_fault_names_its_variable_and_what_it_may_hold() {
        let message = |variables: &[(&str, &str)]| policy(variables).unwrap_err().to_string();
        insta::assert_snapshot!(message(&[("NIGHTSHIFT_REQUIRED_TAGS", "")]), @"the configuration has 1 fault and nothing was done: NIGHTSHIFT_REQUIRED_TAGS: is empty: an expiry tag alone is not enough to delete a cluster; name at least one key=value");
        insta::assert_snapshot!(message(&[
            ("NIGHTSHIFT_REGIONS", "eu-west-1,Frankfurt"),
            ("NIGHTSHIFT_TIME_ZONE", "Europe/Madrd"),
            ("NIGHTSHIFT_FINAL_SNAPSHOT", "no"),
            ("NIGHTSHIFT_MAX_DELETION_PERCENT", "101"),
            ("NIGHTSHIFT_PROTECTED", "a[b"),
            ("NIGHTSHIFT_REQUIRED_TAGS", "env"),
            ("NIGHTSHIFT_TAGKEY", "x"),
        ]), @"the configuration has 7 faults and nothing was done: NIGHTSHIFT_TIME_ZONE: 'Europe/Madrd' is not a name of the IANA time zone database, such as UTC or Europe/Madrid; NIGHTSHIFT_REGIONS: 'Frankfurt' is not a Region name such as eu-west-1; NIGHTSHIFT_REQUIRED_TAGS: 'env' is not key=value; NIGHTSHIFT_PROTECTED: 'a[b' is not a glob: its [ is never closed; an identifier, an ARN or key=value, with * and ?; NIGHTSHIFT_FINAL_SNAPSHOT: 'no' is not one of: never, always, unless-clone; NIGHTSHIFT_MAX_DELETION_PERCENT: '101' is not a whole number from 0 to 100; NIGHTSHIFT_TAGKEY: this function has no such variable; did you mean NIGHTSHIFT_TAG_KEY?");
    }
}
