//! What a night saved, as far as prices are known: an estimate, and said to be one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Money a month, in hundredths of the currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// Three letters, as `USD`.
    pub currency: String,
    /// When the prices were taken down.
    pub prices_as_of: Option<String>,
    /// Of what this run deleted.
    pub saved_per_month_hundredths: u64,
    /// Of what is due and still there.
    pub due_per_month_hundredths: u64,
    /// Of how many of these clusters the price is not known. They are in neither sum.
    pub unknown: usize,
}

impl Estimate {
    /// Of several accounts together: in the currency of the first. One in another currency is in neither sum, and counts as
    /// unknown.
    pub fn sum<'a>(all: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        let mut all = all.into_iter();
        let mut sum = all.next()?.clone();
        for other in all {
            sum.unknown += other.unknown;
            if other.currency == sum.currency {
                sum.saved_per_month_hundredths += other.saved_per_month_hundredths;
                sum.due_per_month_hundredths += other.due_per_month_hundredths;
            } else {
                sum.unknown += 1;
            }
        }
        Some(sum)
    }

    /// What was saved, as `1,234.50 USD`.
    pub fn saved(&self) -> String {
        self.money(self.saved_per_month_hundredths)
    }

    /// What is due.
    pub fn due(&self) -> String {
        self.money(self.due_per_month_hundredths)
    }

    fn money(&self, hundredths: u64) -> String {
        let whole = (hundredths / 100).to_string();
        let grouped = whole.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect::<Vec<_>>().join(",");
        format!("{grouped}.{:02} {}", hundredths % 100, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_by_people() {
        let said = |hundredths| {
            let currency = "USD".to_owned();
            let (prices_as_of, due_per_month_hundredths, unknown) = (None, 0, 0);
            let saved_per_month_hundredths = hundredths;
            Estimate { currency, prices_as_of, saved_per_month_hundredths, due_per_month_hundredths, unknown }.saved()
        };
        assert_eq!(
            ["0.00 USD", "0.05 USD", "999.99 USD", "1,000.00 USD", "1,234,567.80 USD"].map(str::to_owned),
            [0, 5, 99_999, 100_000, 123_456_780].map(said)
        );
    }
}
