//! How often each call may be made: AWS's published figures for one account (AWS Organizations User Guide, "Quotas and
//! service limits", "Throttling limits"; Resource Groups Tagging API reference, `GetResources`). What is not published there
//! is taken as one a second, and learnt from throttles.

/// A call that reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is named as AWS names it")]
pub enum Api {
    DescribeOrganization,
    ListRoots,
    ListOrganizationalUnitsForParent,
    DescribeOrganizationalUnit,
    ListParents,
    ListAccounts,
    ListAccountsForParent,
    ListPolicies,
    DescribePolicy,
    ListPoliciesForTarget,
    ListTargetsForPolicy,
    GetResources,
    ListTagsForResource,
    DescribeEffectivePolicy,
    ListAccountsWithInvalidEffectivePolicy,
    ListDelegatedAdministrators,
    ListDelegatedServicesForAccount,
    ListAwsServiceAccess,
    ListHandshakes,
    ListCreateAccountStatus,
    DescribeResourcePolicy,
}

/// Calls that draw on the same bucket. AWS lists some calls in one row and does not say whether they share; they are taken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Row {
    Organization,
    Roots,
    Parents,
    Unit,
    Accounts,
    Policies,
    Policy,
    Resources,
    Tags,
    Effective,
    Invalid,
    Delegates,
    DelegatedServices,
    ServiceAccess,
    Handshakes,
    Creations,
    ResourcePolicy,
}

/// A token bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Calls a second.
    pub per_second: f64,
    /// Calls at once.
    pub burst: f64,
    /// Whether AWS publishes it.
    pub published: bool,
}

impl Api {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::DescribeOrganization,
        Self::ListRoots,
        Self::ListOrganizationalUnitsForParent,
        Self::DescribeOrganizationalUnit,
        Self::ListParents,
        Self::ListAccounts,
        Self::ListAccountsForParent,
        Self::ListPolicies,
        Self::DescribePolicy,
        Self::ListPoliciesForTarget,
        Self::ListTargetsForPolicy,
        Self::GetResources,
        Self::ListTagsForResource,
        Self::DescribeEffectivePolicy,
        Self::ListAccountsWithInvalidEffectivePolicy,
        Self::ListDelegatedAdministrators,
        Self::ListDelegatedServicesForAccount,
        Self::ListAwsServiceAccess,
        Self::ListHandshakes,
        Self::ListCreateAccountStatus,
        Self::DescribeResourcePolicy,
    ];

    /// As IAM names it.
    pub const fn action(self) -> &'static str {
        match self {
            Self::DescribeOrganization => "organizations:DescribeOrganization",
            Self::ListRoots => "organizations:ListRoots",
            Self::ListOrganizationalUnitsForParent => "organizations:ListOrganizationalUnitsForParent",
            Self::DescribeOrganizationalUnit => "organizations:DescribeOrganizationalUnit",
            Self::ListParents => "organizations:ListParents",
            Self::ListAccounts => "organizations:ListAccounts",
            Self::ListAccountsForParent => "organizations:ListAccountsForParent",
            Self::ListPolicies => "organizations:ListPolicies",
            Self::DescribePolicy => "organizations:DescribePolicy",
            Self::ListPoliciesForTarget => "organizations:ListPoliciesForTarget",
            Self::ListTargetsForPolicy => "organizations:ListTargetsForPolicy",
            Self::GetResources => "tag:GetResources",
            Self::ListTagsForResource => "organizations:ListTagsForResource",
            Self::DescribeEffectivePolicy => "organizations:DescribeEffectivePolicy",
            Self::ListAccountsWithInvalidEffectivePolicy => "organizations:ListAccountsWithInvalidEffectivePolicy",
            Self::ListDelegatedAdministrators => "organizations:ListDelegatedAdministrators",
            Self::ListDelegatedServicesForAccount => "organizations:ListDelegatedServicesForAccount",
            Self::ListAwsServiceAccess => "organizations:ListAWSServiceAccessForOrganization",
            Self::ListHandshakes => "organizations:ListHandshakesForOrganization",
            Self::ListCreateAccountStatus => "organizations:ListCreateAccountStatus",
            Self::DescribeResourcePolicy => "organizations:DescribeResourcePolicy",
        }
    }

    pub(super) const fn row(self) -> Row {
        match self {
            Self::DescribeOrganization => Row::Organization,
            Self::ListRoots => Row::Roots,
            Self::ListOrganizationalUnitsForParent | Self::ListParents | Self::ListAccountsForParent => Row::Parents,
            Self::DescribeOrganizationalUnit => Row::Unit,
            Self::ListAccounts => Row::Accounts,
            Self::ListPolicies | Self::ListPoliciesForTarget | Self::ListTargetsForPolicy => Row::Policies,
            Self::DescribePolicy => Row::Policy,
            Self::GetResources => Row::Resources,
            Self::ListTagsForResource => Row::Tags,
            Self::DescribeEffectivePolicy => Row::Effective,
            Self::ListAccountsWithInvalidEffectivePolicy => Row::Invalid,
            Self::ListDelegatedAdministrators => Row::Delegates,
            Self::ListDelegatedServicesForAccount => Row::DelegatedServices,
            Self::ListAwsServiceAccess => Row::ServiceAccess,
            Self::ListHandshakes => Row::Handshakes,
            Self::ListCreateAccountStatus => Row::Creations,
            Self::DescribeResourcePolicy => Row::ResourcePolicy,
        }
    }

    /// What AWS grants one account.
    pub const fn rate(self) -> Rate {
        self.row().rate()
    }
}

impl Row {
    pub(super) const fn rate(self) -> Rate {
        const fn published(per_second: f64, burst: f64) -> Rate {
            Rate { per_second, burst, published: true }
        }
        match self {
            Self::Organization | Self::Roots => published(1.0, 2.0),
            Self::Parents | Self::Policies | Self::Delegates => published(5.0, 8.0),
            Self::Unit | Self::Policy => published(2.0, 2.0),
            Self::Accounts => published(8.0, 12.0),
            Self::Resources => published(15.0, 15.0),
            Self::Tags => published(10.0, 15.0),
            Self::DelegatedServices | Self::ServiceAccess => published(1.0, 3.0),
            Self::Effective | Self::Invalid | Self::Handshakes | Self::Creations | Self::ResourcePolicy => {
                Rate { per_second: 1.0, burst: 2.0, published: false }
            }
        }
    }
}
