//! From the SDK's shapes to ours. What lacks an id is dropped: nothing could be said of it.

use aws_sdk_organizations::types;
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use super::{
    About, Account, Creation, Delegate, DelegatedService, Handshake, Party, Policy, ResourcePolicy, Root, Service,
    TagMap, Target, Unit,
};

pub(super) fn about(found: types::Organization) -> Option<About> {
    Some(About {
        id: found.id?,
        arn: found.arn.unwrap_or_default(),
        feature_set: found.feature_set.map(|set| set.as_str().to_owned()).unwrap_or_default(),
        management_account_id: found.master_account_id?,
        management_account_arn: found.master_account_arn.unwrap_or_default(),
        management_account_email: found.master_account_email,
    })
}

pub(super) fn root(found: types::Root) -> Option<Root> {
    let types = found.policy_types.into_iter().flatten();
    let types = types.filter_map(|one| Some((one.r#type?.as_str().to_owned(), one.status?.as_str().to_owned())));
    Some(Root {
        id: found.id?,
        arn: found.arn.unwrap_or_default(),
        name: found.name.unwrap_or_default(),
        policy_types: types.collect(),
    })
}

pub(super) fn unit(found: types::OrganizationalUnit, parent: &str) -> Option<Unit> {
    Some(Unit {
        id: found.id?,
        arn: found.arn.unwrap_or_default(),
        name: found.name.unwrap_or_default(),
        parent: parent.to_owned(),
    })
}

pub(super) fn account(found: types::Account) -> Option<Account> {
    let id = found.id?;
    let state = found.state.map(|state| state.as_str().to_owned());
    let state = state.or_else(|| found.status.map(|status| status.as_str().to_owned()));
    let way = found.paths.iter().flatten().find_map(|path| way_in(path, &id)).unwrap_or_default();
    Some(Account {
        parent: way.last().cloned().unwrap_or_default(),
        way,
        arn: found.arn.unwrap_or_default(),
        name: found.name.unwrap_or_default(),
        email: found.email.unwrap_or_default(),
        state: state.unwrap_or_else(|| "UNKNOWN".to_owned()),
        joined_method: found.joined_method.map(|method| method.as_str().to_owned()),
        joined_at: moment(found.joined_timestamp),
        id,
    })
}

/// A path is `o-…/r-…/ou-…/…/id/`: the way leads from the root to the part before the account's own.
fn way_in(path: &str, id: &str) -> Option<Vec<String>> {
    let above = path.trim_end_matches('/').strip_suffix(id)?.strip_suffix('/')?;
    let mut parts = above.split('/').skip(1);
    let root = parts.next().filter(|part| part.starts_with("r-"))?;
    let way: Vec<_> = std::iter::once(root).chain(parts).map(str::to_owned).collect();
    way.iter().skip(1).all(|part| part.starts_with("ou-")).then_some(way)
}

pub(super) fn policy(found: types::PolicySummary) -> Option<Policy> {
    Some(Policy {
        id: found.id?,
        arn: found.arn.unwrap_or_default(),
        name: found.name.unwrap_or_default(),
        description: found.description.unwrap_or_default(),
        kind: found.r#type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        aws_managed: found.aws_managed,
        content: None,
        targets: Vec::new(),
    })
}

pub(super) fn target(found: types::PolicyTargetSummary) -> Option<Target> {
    Some(Target {
        id: found.target_id?,
        kind: found.r#type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        name: found.name.unwrap_or_default(),
    })
}

pub(super) fn tags(found: Option<Vec<types::Tag>>) -> TagMap {
    found.into_iter().flatten().map(|tag| (tag.key, tag.value)).collect()
}

pub(super) fn delegate(found: types::DelegatedAdministrator) -> Option<Delegate> {
    Some(Delegate {
        id: found.id?,
        name: found.name.unwrap_or_default(),
        since: moment(found.delegation_enabled_date),
        services: Vec::new(),
    })
}

pub(super) fn delegated(found: types::DelegatedService) -> Option<DelegatedService> {
    Some(DelegatedService { principal: found.service_principal?, since: moment(found.delegation_enabled_date) })
}

pub(super) fn service(found: types::EnabledServicePrincipal) -> Option<Service> {
    Some(Service { principal: found.service_principal?, since: moment(found.date_enabled) })
}

pub(super) fn handshake(found: types::Handshake) -> Option<Handshake> {
    let parties = found.parties.into_iter().flatten();
    Some(Handshake {
        id: found.id?,
        action: found.action.map(|action| action.as_str().to_owned()).unwrap_or_default(),
        state: found.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
        parties: parties.map(|party| Party { kind: party.r#type.as_str().to_owned(), id: party.id }).collect(),
        requested_at: moment(found.requested_timestamp),
        expires_at: moment(found.expiration_timestamp),
    })
}

pub(super) fn creation(found: types::CreateAccountStatus) -> Option<Creation> {
    Some(Creation {
        id: found.id?,
        account_name: found.account_name.unwrap_or_default(),
        account_id: found.account_id,
        state: found.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
        failure: found.failure_reason.map(|reason| reason.as_str().to_owned()),
        requested_at: moment(found.requested_timestamp),
        completed_at: moment(found.completed_timestamp),
    })
}

pub(super) fn resource_policy(found: types::ResourcePolicy) -> Option<ResourcePolicy> {
    let summary = found.resource_policy_summary?;
    Some(ResourcePolicy {
        id: summary.id?,
        arn: summary.arn.unwrap_or_default(),
        content: found.content.unwrap_or_default(),
    })
}

pub(super) fn moment(at: Option<DateTime>) -> Option<Timestamp> {
    let at = at?;
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(build: impl FnOnce(types::builders::AccountBuilder) -> types::builders::AccountBuilder) -> Account {
        super::account(build(types::Account::builder().id("111111111111")).build()).unwrap()
    }

    #[test]
    fn a_state_is_preferred_and_a_status_does_where_there_is_none() {
        let both = account(|one| one.state("CLOSED".into()).status("ACTIVE".into()));
        assert_eq!(both.state, "CLOSED");
        assert_eq!(account(|one| one.status("SUSPENDED".into())).state, "SUSPENDED");
        assert_eq!(account(|one| one).state, "UNKNOWN");
    }

    #[test]
    fn a_word_of_next_year_is_kept_as_it_came() {
        assert_eq!(account(|one| one.state("HIBERNATING".into())).state, "HIBERNATING");
        let policy = types::PolicySummary::builder().id("p-1").r#type("QUANTUM_POLICY".into()).build();
        assert_eq!(super::policy(policy).unwrap().kind, "QUANTUM_POLICY");
        let kind = types::PolicyTypeSummary::builder().r#type("QUANTUM_POLICY".into()).status("ENABLED".into()).build();
        let root = super::root(types::Root::builder().id("r-1").policy_types(kind).build()).unwrap();
        assert_eq!(root.policy_types["QUANTUM_POLICY"], "ENABLED");
    }

    #[test]
    fn a_parent_is_read_out_of_a_path_of_the_documented_shape_alone() {
        for (path, parent) in [
            ("o-a/r-b/ou-b-1/ou-b-2/111111111111/", "ou-b-2"),
            ("o-a/r-b/111111111111/", "r-b"),
            ("o-a/r-b/111111111111", "r-b"),
            ("o-a/r-b/ou-b-1/", ""),
            ("111111111111/", ""),
            ("o-a/111111111111/", ""),
            ("o-a/r-b/x-1/ou-b-2/111111111111/", ""),
            ("r-b/ou-b-1/111111111111/", ""),
            ("", ""),
        ] {
            let account = account(|one| one.paths(path));
            assert_eq!(account.parent, parent, "{path}");
            assert_eq!(account.way.last().map_or("", |last| last), parent, "{path}");
        }
        assert_eq!(account(|one| one).parent, "", "a stand-in, or an older AWS, gives none");
    }

    #[test]
    fn the_case_of_a_key_is_its_users() {
        let tag = |key: &str| types::Tag::builder().key(key).value("x").build().unwrap();
        let found = tags(Some(vec![tag("CostCenter"), tag("costcenter"), tag("owner-Team")]));
        assert_eq!(found.keys().collect::<Vec<_>>(), ["CostCenter", "costcenter", "owner-Team"]);
    }
}
