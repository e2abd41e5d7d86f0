//! What a cluster costs a month, by a price file that the operator names: an estimate, of instances and Serverless capacity
//! alone. What the file does not say is unknown, and never nothing.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::services::rds::{Cluster, Instance, Member};
use crate::text::printable;

/// Hours in a month, as AWS's own calculator has it.
const HOURS: f64 = 730.0;
/// No hour of any instance costs more: a slip of the decimal point does.
const MOST_AN_HOUR: f64 = 10_000.0;
/// The class of a member whose capacity is counted instead.
const SERVERLESS: &str = "db.serverless";

/// A price file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// Three letters, as `USD`.
    pub currency: String,
    /// When the prices were taken down.
    pub as_of: Option<String>,
    /// By Region and engine.
    regions: BTreeMap<String, BTreeMap<String, Engine>>,
}

/// Of one engine in one Region.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Engine {
    /// An hour of each class.
    #[serde(default)]
    instances: BTreeMap<String, f64>,
    /// An hour of one Aurora capacity unit.
    acu_hour: Option<f64>,
    /// The same for clusters whose storage is `aurora-iopt1`.
    io_optimized: Option<Box<Engine>>,
}

impl Prices {
    /// Reads the text of a price file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let prices: Self = serde_json::from_str(text).map_err(|error| format!("is no price file: {error}"))?;
        if prices.currency.len() != 3 || !prices.currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(format!(
                "has the currency '{}', and not three letters such as USD",
                printable(&prices.currency)
            ));
        }
        let engines = prices.regions.values().flat_map(BTreeMap::values);
        match engines.flat_map(Engine::all).find(|price| !(0.0..=MOST_AN_HOUR).contains(price)) {
            Some(price) => Err(format!("holds {price}, which is no price of an hour")),
            None => Ok(prices),
        }
    }

    /// What `cluster` costs a month at the least, in hundredths: Serverless capacity at its minimum, nothing while it is
    /// stopped. `None` where any part is not known.
    pub fn monthly(&self, cluster: &Cluster, instances: Option<&BTreeMap<String, Instance>>) -> Option<u64> {
        if cluster.status == "stopped" {
            return Some(0);
        }
        let engine = self.regions.get(&cluster.region)?.get(&cluster.engine)?;
        let engine = match cluster.settings.storage_type.as_deref() {
            Some("aurora-iopt1") => engine.io_optimized.as_deref()?,
            _ => engine,
        };
        let hour = |member: &Member| {
            let class = &instances?.get(&member.id)?.class;
            if class == SERVERLESS {
                let (least, _) = cluster.settings.serverless_v2?;
                return Some(engine.acu_hour? * least);
            }
            engine.instances.get(class).copied()
        };
        let an_hour: f64 = cluster.members.iter().map(hour).sum::<Option<f64>>()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded when it was read")]
        let hundredths = (an_hour * HOURS * 100.0).round() as u64;
        Some(hundredths)
    }
}

impl Engine {
    fn all(&self) -> Vec<f64> {
        let Self { instances, acu_hour, io_optimized } = self;
        let own = instances.values().chain(acu_hour).copied();
        own.chain(io_optimized.iter().flat_map(|other| other.all())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_holds_no_prices_says_what_is_wrong() {
        let said = |text: &str| Prices::parse(text).map(|_| ()).unwrap_err();
        insta::assert_snapshot!(said("{}"), @"is no price file: missing field `currency` at line 1 column 2");
        insta::assert_snapshot!(said(r#"{"currency": "$", "regions": {}}"#), @"has the currency '$', and not three letters such as USD");
        insta::assert_snapshot!(said(r#"{"currency": "USD", "regions": {"eu-west-1": {"aurora-mysql": {"instances": {"db.r6g.large": -1}}}}}"#), @"holds -1, which is no price of an hour");
        assert!(said(r#"{"currency": "USD", "regions": {}, "region": 1}"#).contains("unknown field"));
    }
}
