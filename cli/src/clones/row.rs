//! One cluster as the lists have it: how to reach it, whose it is, what is left of its time, what it costs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightshift::domains::clusters::expiry::{self, Expiry};
use nightshift::domains::clusters::price::Prices;
use nightshift::domains::clusters::tags;
use nightshift::jobs::cluster_cleanup::Policy;
use nightshift::notify::Language;
use nightshift::report::sheet::{Row as Line, Sheet, Tone};
use nightshift::services::rds::{Cluster, Instance};
use schemars::JsonSchema;
use serde::Serialize;

use crate::words::{Column, Text};

/// One cluster. `null` is what is not known, or does not apply.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Row {
    /// Its identifier.
    pub id: String,
    /// Its Region.
    pub region: String,
    /// As its tag has it.
    pub owner: Option<String>,
    /// Its engine.
    pub engine: String,
    /// As RDS has it.
    pub status: String,
    /// How many members it has.
    pub members: usize,
    /// The writer's endpoint.
    pub endpoint: Option<String>,
    /// The readers' endpoint.
    pub reader_endpoint: Option<String>,
    /// Its port.
    pub port: Option<i32>,
    /// The DB subnet group, which says its VPC.
    pub subnet_group: Option<String>,
    /// The VPC its members are in; not known of a cluster without one.
    pub vpc: Option<String>,
    /// The expiry tag as it is written.
    pub expires: Option<String>,
    /// The instant the expiry tag means, where it means one.
    pub expires_at: Option<Timestamp>,
    /// The cluster it was made of, where it is a clone.
    pub source: Option<String>,
    /// `creating` or `ready`, where it is a clone of this tool.
    pub clone: Option<String>,
    /// What it costs a month at the least, in hundredths of the currency of the price file; `null` without one.
    pub monthly_hundredths: Option<u64>,
}

/// What every row is made by.
#[derive(Debug, Clone, Copy)]
pub(super) struct By<'a> {
    pub policy: &'a Policy,
    pub prices: Option<&'a Prices>,
    /// Of its Region; `None` where they could not be read.
    pub instances: Option<&'a BTreeMap<String, Instance>>,
}

impl Row {
    pub(super) fn of(cluster: &Cluster, By { policy, prices, instances }: By<'_>) -> Self {
        let tag = |key: &str| cluster.tags.get(key).map(str::to_owned);
        let expires = tag(&policy.tag_key);
        let expires_at = instant(expires.as_deref(), policy);
        let vpc = |id: &String| instances?.get(id)?.vpc.clone();
        Self {
            id: cluster.id.clone(),
            region: cluster.region.clone(),
            owner: policy.owner(&cluster.tags),
            engine: cluster.engine.clone(),
            status: cluster.status.clone(),
            members: cluster.members.len(),
            endpoint: cluster.access.endpoint.clone(),
            reader_endpoint: cluster.access.reader_endpoint.clone(),
            port: cluster.settings.port,
            subnet_group: cluster.settings.subnet_group.clone(),
            vpc: cluster.members.iter().find_map(|member| vpc(&member.id)),
            expires,
            expires_at,
            source: tag(&policy.source_tag),
            clone: tag(tags::CLONE),
            monthly_hundredths: prices.and_then(|prices| prices.monthly(cluster, instances)),
        }
    }

    /// What it costs a month, as `123.45 USD`.
    pub(crate) fn monthly(&self, currency: Option<&str>) -> String {
        let amount = self.monthly_hundredths.map(|hundredths| format!("{}.{:02}", hundredths / 100, hundredths % 100));
        match (amount, currency) {
            (Some(amount), Some(currency)) => format!("{amount} {currency}"),
            (Some(amount), None) => amount,
            (None, _) => "-".to_owned(),
        }
    }

    /// The time it has left, in words.
    pub(crate) fn left(&self, now: Timestamp, language: Language) -> String {
        left(self.expires.as_deref(), self.expires_at, now, language)
    }

    /// As RDS has it, or that nobody was handed it yet.
    pub(crate) fn status(&self, language: Language) -> String {
        if self.clone.as_deref() == Some(tags::CREATING) { Text::BeingMade.said(language) } else { self.status.clone() }
    }
}

fn left(expires: Option<&str>, at: Option<Timestamp>, now: Timestamp, language: Language) -> String {
    let text = match (expires, at) {
        (None, _) => return "-".to_owned(),
        (Some(_), Some(at)) if at <= now => Text::LeftExpired,
        (Some(_), Some(at)) => {
            let hours = at.duration_since(now).as_hours();
            if hours >= 48 { Text::LeftDays(hours / 24) } else { Text::LeftHours(hours) }
        }
        (Some(text), None) if text.eq_ignore_ascii_case("never") => Text::LeftNever,
        (Some(_), None) => Text::LeftUnreadable,
    };
    text.said(language)
}

/// The instant an expiry tag means, where it means one.
fn instant(expires: Option<&str>, policy: &Policy) -> Option<Timestamp> {
    match expiry::read(expires?, &policy.time_zone) {
        Ok(Expiry::At(at)) => Some(at),
        Ok(Expiry::Never) | Err(_) => None,
    }
}

/// What a person looks for.
pub(super) fn sheet(rows: &[Row], currency: Option<&str>, now: Timestamp, language: Language) -> Sheet {
    let mut columns = vec![
        Column::Cluster,
        Column::Region,
        Column::Owner,
        Column::Engine,
        Column::Status,
        Column::Members,
        Column::Expires,
        Column::Vpc,
        Column::Port,
        Column::Endpoint,
    ];
    if currency.is_some() {
        columns.insert(7, Column::Monthly);
    }
    let mut sheet = Sheet::new(columns.iter().map(|column| column.head(language)));
    for row in rows {
        let cells = columns.iter().map(|column| cell(row, *column, currency, now, language));
        let line = Line::new(cells.collect::<Vec<_>>());
        let is_over = row.expires_at.is_some_and(|at| at <= now);
        sheet.push(if is_over { line.toned(6, Tone::Odd) } else { line });
    }
    sheet
}

/// All there is, for spreadsheets: the same in every language.
pub(super) fn full(rows: &[Row], currency: Option<&str>) -> Sheet {
    let mut sheet = Sheet::new([
        "cluster",
        "region",
        "owner",
        "engine",
        "status",
        "members",
        "expires",
        "expires_at",
        "clone",
        "source",
        "endpoint",
        "reader_endpoint",
        "port",
        "network",
        "vpc",
        "monthly",
    ]);
    for row in rows {
        let (text, currency) = (|value: &Option<String>| value.clone().unwrap_or_default(), currency);
        let monthly = if row.monthly_hundredths.is_some() { row.monthly(currency) } else { String::new() };
        sheet.push(Line::new([
            row.id.clone(),
            row.region.clone(),
            text(&row.owner),
            row.engine.clone(),
            row.status.clone(),
            row.members.to_string(),
            text(&row.expires),
            row.expires_at.map_or_else(String::new, |at| at.to_string()),
            text(&row.clone),
            text(&row.source),
            text(&row.endpoint),
            text(&row.reader_endpoint),
            row.port.map_or_else(String::new, |port| port.to_string()),
            text(&row.subnet_group),
            text(&row.vpc),
            monthly,
        ]));
    }
    sheet
}

fn cell(row: &Row, column: Column, currency: Option<&str>, now: Timestamp, language: Language) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    match column {
        Column::Cluster => row.id.clone(),
        Column::Region => row.region.clone(),
        Column::Owner => text(&row.owner),
        Column::Engine => row.engine.clone(),
        Column::Status => row.status(language),
        Column::Members => row.members.to_string(),
        Column::Expires => row.left(now, language),
        Column::Monthly => row.monthly(currency),
        Column::Vpc => row.vpc.clone().or_else(|| row.subnet_group.clone()).unwrap_or_else(|| "-".to_owned()),
        Column::Port => row.port.map_or_else(|| "-".to_owned(), |port| port.to_string()),
        Column::Endpoint => text(&row.endpoint),
    }
}

#[cfg(test)]
mod tests {
    use nightshift::config::{Environment, Settings};

    use super::*;

    #[test]
    fn what_is_left_is_said_in_words() {
        let environment = Environment::default();
        let policy = Policy::read(&mut Settings::of(&environment), Some("eu-west-1"));
        let now: Timestamp = "2026-11-21T02:00:00Z".parse().unwrap();
        for (tag, english, spanish) in [
            (None, "-", "-"),
            (Some("never"), "never", "nunca"),
            (Some("2026-11-21T02:00:00Z"), "expired", "vencido"),
            (Some("2026-11-22"), "in 46 hours", "en 46 horas"),
            (Some("2026-11-21T03:30:00Z"), "in 1 hour", "en 1 hora"),
            (Some("2026-11-21T02:59:00Z"), "in less than an hour", "en menos de una hora"),
            (Some("2026-11-28T02:00:00Z"), "in 7 days", "en 7 días"),
            (Some("soon"), "unreadable", "ilegible"),
        ] {
            let at = instant(tag, &policy);
            let said = |language| left(tag, at, now, language);
            assert_eq!(
                (said(Language::English).as_str(), said(Language::Spanish).as_str()),
                (english, spanish),
                "{tag:?}"
            );
        }
    }
}
