//! How many calls a reading takes and how long, before one is made. Pure: sizes in, figures out.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::rates::{Api, Row};
use super::{How, Share, Wanted};

/// Spot checks of tags, and of effective policies for each type.
const SPOT_CHECKS: u64 = 3;

/// How large an organisation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sizes {
    /// Accounts.
    pub accounts: u64,
    /// Organizational units.
    pub units: u64,
    /// Policies, AWS's own among them.
    pub policies: u64,
    /// Types of policies that are turned on.
    pub types: u64,
    /// Of those, types of which a policy of AWS's own hangs on every node: service and resource control policies.
    pub guards: u64,
    /// Types that merge to effective policies.
    pub merged_types: u64,
    /// Different chains of policies of such types, all types together.
    pub chains: u64,
    /// Delegated administrators.
    pub delegates: u64,
}

/// The calls of one API.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PlannedCalls {
    /// As IAM names it.
    pub action: &'static str,
    /// How many.
    pub calls: u64,
    /// Calls a second, at the share that is used.
    pub per_second: f64,
    /// Whether AWS publishes its rate; one a second is taken otherwise.
    pub published: bool,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CallPlan {
    /// What it is made for.
    pub sizes: Sizes,
    /// Of AWS's rates, in percent.
    pub share_percent: u8,
    /// Whether the credentials are the management account's, which alone can use the tag API.
    pub management_account: bool,
    /// By API.
    pub calls: Vec<PlannedCalls>,
    /// All together.
    pub total: u64,
    /// The least time it takes: that of the slowest bucket, whatever the network does.
    pub at_least_seconds: u64,
}

impl CallPlan {
    /// For an organisation of `sizes`, where every account has its path.
    pub fn of(sizes: Sizes, wanted: &Wanted, share: Share, management_account: bool) -> Self {
        let counts = counts(sizes, *wanted, management_account);
        let mut rows: BTreeMap<Row, u64> = BTreeMap::new();
        for (api, calls) in &counts {
            *rows.entry(api.row()).or_default() += calls;
        }
        let seconds = rows.iter().map(|(row, calls)| {
            let rate = share.at(row.rate());
            ((float(*calls) - rate.burst) / rate.per_second).max(0.0)
        });
        let calls: Vec<_> = Api::ALL
            .into_iter()
            .filter_map(|api| Some((api, *counts.get(&api)?)))
            .filter(|(_, calls)| *calls > 0)
            .map(|(api, calls)| {
                let rate = share.at(api.rate());
                PlannedCalls { action: api.action(), calls, per_second: rate.per_second, published: rate.published }
            })
            .collect();
        Self {
            sizes,
            share_percent: share.percent(),
            management_account,
            total: calls.iter().map(|one| one.calls).sum(),
            at_least_seconds: whole(seconds.fold(0.0, f64::max)),
            calls,
        }
    }
}

fn counts(sizes: Sizes, wanted: Wanted, management_account: bool) -> BTreeMap<Api, u64> {
    let Sizes { accounts, units, policies, types, guards, merged_types, chains, delegates } = sizes;
    let nodes = 1 + units + if wanted.accounts { accounts } else { 0 };
    let mut counts = BTreeMap::from([
        (Api::DescribeOrganization, 1),
        (Api::ListRoots, 1),
        (Api::ListOrganizationalUnitsForParent, 1 + units),
    ]);
    if wanted.accounts {
        counts.insert(Api::ListAccounts, pages(accounts, 20));
    }
    if wanted.policies {
        counts.insert(Api::ListPolicies, types.max(pages(policies, 20)));
        counts.insert(Api::DescribePolicy, policies);
        // AWS's own policies that allow everything hang on every node; others on few.
        let on_all = guards.min(policies);
        counts.insert(Api::ListTargetsForPolicy, on_all * pages(1 + units + accounts, 20) + policies - on_all);
    }
    if wanted.tags {
        let tagged = nodes + if wanted.policies { policies } else { 0 };
        if management_account {
            counts.insert(Api::GetResources, pages(tagged, 100));
            counts.insert(Api::ListTagsForResource, SPOT_CHECKS.min(tagged));
        } else {
            counts.insert(Api::ListTagsForResource, tagged);
        }
    }
    match wanted.effective.filter(|_| wanted.accounts && wanted.policies) {
        Some(How::Shared) => {
            counts.insert(Api::DescribeEffectivePolicy, chains + chains.min(SPOT_CHECKS * merged_types));
            counts.insert(Api::ListAccountsWithInvalidEffectivePolicy, merged_types);
        }
        Some(How::Exact) => {
            counts.insert(Api::DescribeEffectivePolicy, accounts * merged_types);
        }
        None => {}
    }
    if wanted.extras {
        counts.extend([
            (Api::ListDelegatedAdministrators, pages(delegates, 20)),
            (Api::ListDelegatedServicesForAccount, delegates),
            (Api::ListAwsServiceAccess, 1),
            (Api::ListHandshakes, 1),
            (Api::ListCreateAccountStatus, pages(accounts, 20)),
            (Api::DescribeResourcePolicy, 1),
        ]);
    }
    counts
}

/// An empty list is a page, too.
fn pages(rows: u64, size: u64) -> u64 {
    rows.div_ceil(size).max(1)
}

#[expect(clippy::cast_precision_loss, reason = "a count of calls has far fewer digits than a float keeps")]
fn float(calls: u64) -> f64 {
    calls as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds, never below zero, never many")]
fn whole(seconds: f64) -> u64 {
    seconds.ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Sizes =
        Sizes { accounts: 200, units: 50, policies: 5, types: 4, guards: 1, merged_types: 3, chains: 4, delegates: 0 };

    fn without_extras() -> Wanted {
        Wanted { extras: false, ..Wanted::ALL }
    }

    fn counted(plan: &CallPlan, leave_out: &[&str]) -> u64 {
        plan.calls.iter().filter(|one| !leave_out.contains(&one.action)).map(|one| one.calls).sum()
    }

    #[test]
    fn an_organisation_of_two_hundred_accounts_takes_ninety_six_calls() {
        let plan = CallPlan::of(SMALL, &without_extras(), Share::of(100).unwrap(), true);
        let spot_checks = 3 + 4;
        let invalid = ["organizations:ListAccountsWithInvalidEffectivePolicy"];
        assert_eq!(counted(&plan, &invalid) - spot_checks, 96);
        assert_eq!(plan.at_least_seconds, 9, "the walk through the units");
    }

    #[test]
    fn whoever_may_not_use_the_tag_api_asks_for_the_tags_of_each() {
        let of = |management| CallPlan::of(SMALL, &without_extras(), Share::NEIGHBOUR, management);
        let tags = |plan: &CallPlan| {
            let is_tags = |one: &&PlannedCalls| one.action == "organizations:ListTagsForResource";
            plan.calls.iter().find(is_tags).map(|one| one.calls)
        };
        assert_eq!((tags(&of(true)), tags(&of(false))), (Some(3), Some(256)));
        assert!(of(false).at_least_seconds > of(true).at_least_seconds);
    }

    #[test]
    fn a_part_that_is_not_wanted_costs_nothing() {
        let plan = CallPlan::of(SMALL, &Wanted::TREE, Share::NEIGHBOUR, true);
        assert_eq!(plan.total, 1 + 1 + 51);
    }
}
