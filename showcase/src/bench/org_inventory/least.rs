//! What a reading takes at the least, and what it takes besides; and what the Python twin makes of the same.

use super::organization::{From, MERGED, Sizes};
use super::transport::counted;
use crate::bench::Calls;

/// Two of a class are asked about in so many of the largest classes of each type; and so many tags are asked for twice.
const SPOT_CHECKS: usize = 3;

/// The calls without which the organisation is not read.
pub(super) fn least(sizes: Sizes, from: From) -> Calls {
    let Sizes { accounts, units, policies } = sizes;
    let (nodes, own) = (1 + units + accounts, policies - 1);
    let tags = match from {
        From::Management => ("GetResources", (nodes + own).div_ceil(100)),
        From::Delegate => ("ListTagsForResource", nodes + own),
    };
    counted(&[
        ("DescribeOrganization", 1),
        ("ListRoots", 1),
        ("ListOrganizationalUnitsForParent", 1 + units),
        ("ListAccounts", accounts.div_ceil(20)),
        ("ListPolicies", 1 + lists(sizes)),
        ("DescribePolicy", policies),
        ("ListTargetsForPolicy", nodes.div_ceil(20) + own),
        tags,
        // A chain for each policy.
        ("DescribeEffectivePolicy", own),
    ])
}

/// Spot checks, whose policies do not go together, and what surrounds an organisation.
pub(super) fn besides(sizes: Sizes, from: From) -> Calls {
    let twice = (0..MERGED.len()).map(|place| sizes.of_type(place).min(SPOT_CHECKS)).sum();
    let tags = if from == From::Management { SPOT_CHECKS } else { 0 };
    counted(&[
        ("GetCallerIdentity", 1),
        ("ListTagsForResource", tags),
        ("DescribeEffectivePolicy", twice),
        ("ListAccountsWithInvalidEffectivePolicy", MERGED.len()),
        ("ListDelegatedAdministrators", 1),
        ("ListDelegatedServicesForAccount", 1),
        ("ListAWSServiceAccessForOrganization", 1),
        ("ListHandshakesForOrganization", 1),
        ("ListCreateAccountStatus", (sizes.accounts - 1).div_ceil(20)),
        ("DescribeResourcePolicy", 1),
    ])
}

/// Pages of the names of policies that merge.
fn lists(sizes: Sizes) -> usize {
    (0..MERGED.len()).map(|place| sizes.of_type(place).div_ceil(20).max(1)).sum()
}

/// The calls of `showcase/bench/org_inventory.py`, in their order.
pub(super) fn of_twin(sizes: Sizes) -> Vec<(&'static str, usize)> {
    let Sizes { accounts, units, policies } = sizes;
    let nodes = 1 + units + accounts;
    vec![
        ("DescribeOrganization", 1),
        ("ListRoots", 1),
        ("ListPolicies", 1 + lists(sizes)),
        ("DescribePolicy", policies),
        ("ListTagsForResource", policies),
        ("ListOrganizationalUnitsForParent", 1 + units),
        ("ListAccountsForParent", 1 + units),
        ("ListTagsForResource", units),
        ("ListAccounts", accounts.div_ceil(20)),
        ("ListTagsForResource", accounts),
        ("ListTargetsForPolicy", nodes.div_ceil(20) + policies - 1),
        ("DescribeEffectivePolicy", accounts * MERGED.len()),
    ]
}
