//! The Regions there are, for a word of doubt about one that is misspelt. Nothing is refused by this list: Regions are added.

use crate::nearest::nearest;
use crate::text::printable;

/// When `NAMES` was taken down, from the partitions that the SDKs carry.
pub const AS_OF: &str = "November 2026";

/// All of them.
const NAMES: [&str; 46] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-isoe-west-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "us-isof-east-1",
    "us-isof-south-1",
    "us-west-1",
    "us-west-2",
];

/// What is to be said of a Region that is not on the list.
pub fn doubt(region: &str) -> Option<String> {
    if NAMES.contains(&region) {
        return None;
    }
    let meant = nearest(region, NAMES).map_or_else(String::new, |near| format!(" (did you mean {near}?)"));
    Some(format!("'{}' is no Region that was known in {AS_OF}{meant}", printable(region)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_region_is_doubted_and_a_known_one_is_not() {
        assert_eq!(doubt("eu-west-1"), None);
        assert_eq!(
            doubt("eu-wset-1").as_deref(),
            Some("'eu-wset-1' is no Region that was known in November 2026 (did you mean eu-west-1?)")
        );
        assert_eq!(doubt("xx").as_deref(), Some("'xx' is no Region that was known in November 2026"));
        assert!(NAMES.is_sorted());
    }
}
