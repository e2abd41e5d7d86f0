"""Organizations: pages, paths, effective policies, tags by the tag API, and who may read.

moto keeps the organisation in the management account's backend and answers a
member with an empty one. AWS lets a delegated administrator read the whole and
denies everybody else all but DescribeOrganization and DescribeEffectivePolicy.
"""

import copy
import json

from moto.core.exceptions import ServiceException
from moto.core.resource_tagging import TaggedResource, match_resource_type
from moto.core.utils import unix_time
from moto.organizations.exceptions import (
    AWSOrganizationsNotInUseException,
    InvalidInputException,
    OrganizationsClientError,
    TargetNotFoundException,
)
from moto.organizations.models import OrganizationsBackend, organizations_backends
from moto.organizations.responses import OrganizationsResponse
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

from . import control, paging, worlds
from .mending import add, mend

_OF_ANY_MEMBER = {"DescribeOrganization", "DescribeEffectivePolicy", "CreateOrganization"}
# They allow and deny, and merge to nothing.
_GUARDS = {"SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"}


class _Denied(ServiceException):
    """Of this module, since no service model has it."""

    code = "AccessDeniedException"

    def __init__(self):
        super().__init__(
            self.code, "You don't have permissions to access this resource."
        )


class _EffectivePolicyNotFound(OrganizationsClientError):
    def __init__(self):
        super().__init__(
            "EffectivePolicyNotFoundException",
            "If you ran this action on the management account, this policy type is not enabled.",
        )


class _ResourcePolicyNotFound(OrganizationsClientError):
    def __init__(self):
        super().__init__(
            "ResourcePolicyNotFoundException", "We can't find a resource policy request."
        )


def _management_of(account: str) -> OrganizationsBackend | None:
    owner = organizations_backends.master_accounts.get(account)
    return organizations_backends[owner[0]][owner[1]] if owner else None


def _backend(response: OrganizationsResponse) -> OrganizationsBackend:
    own = organizations_backends[response.current_account][response.partition]
    above = None if own.org else _management_of(response.current_account)
    if above is None:
        return own
    is_delegate = any(admin.account.id == response.current_account for admin in above.admins)
    if is_delegate or response._get_action() in _OF_ANY_MEMBER:
        return above
    raise _Denied


OrganizationsResponse.organizations_backend = property(_backend)


def _paged(response: OrganizationsResponse, name: str, rows: list, key: str) -> str:
    size = response._get_int_param("MaxResults") or 20
    if not 1 <= size <= 20:
        raise InvalidInputException("You specified an invalid value.")
    try:
        token = response._get_param("NextToken")
        rows, more = paging.page(name, rows, lambda row: row[key], size, token)
    except paging.BadMarker as error:
        raise InvalidInputException("You specified an invalid next token.") from error
    return json.dumps({name: rows, "NextToken": more} if more else {name: rows})


def _node(backend: OrganizationsBackend, node: str):
    return next((one for one in [*backend.ou, *backend.accounts] if one.id == node), None)


def _way(backend: OrganizationsBackend, node) -> list:
    """The nodes from the root down to `node`."""
    way = []
    while node is not None:
        way.insert(0, node)
        node = None if node.type == "ROOT" else _node(backend, node.parent_id)
    return way


def _path(backend: OrganizationsBackend, node) -> str:
    return "/".join([backend.org.id, *(one.id for one in _way(backend, node))]) + "/"


def _account(backend: OrganizationsBackend, account) -> dict:
    if getattr(backend, "without_paths", False):
        return account.describe()
    return {**account.describe(), "Paths": [_path(backend, account)]}


@mend(OrganizationsResponse, "list_accounts")
def list_accounts(original, response):
    backend = response.organizations_backend
    if backend.org is None:
        raise AWSOrganizationsNotInUseException
    return _paged(response, "Accounts", [_account(backend, one) for one in backend.accounts], "Id")


@mend(OrganizationsResponse, "list_accounts_for_parent")
def list_accounts_for_parent(original, response):
    backend = response.organizations_backend
    parent = backend.validate_parent_id(response._get_param("ParentId"))
    rows = [_account(backend, one) for one in backend.accounts if one.parent_id == parent]
    return _paged(response, "Accounts", rows, "Id")


@mend(OrganizationsResponse, "list_organizational_units_for_parent")
def list_organizational_units_for_parent(original, response):
    backend = response.organizations_backend
    parent = backend.validate_parent_id(response._get_param("ParentId"))
    rows = [
        {**one.describe()["OrganizationalUnit"], "Path": _path(backend, one)}
        for one in backend.ou
        if one.parent_id == parent
    ]
    return _paged(response, "OrganizationalUnits", rows, "Id")


@mend(OrganizationsResponse, "list_targets_for_policy")
def list_targets_for_policy(original, response):
    rows = json.loads(original(response))["Targets"]
    return _paged(response, "Targets", rows, "TargetId")


@mend(OrganizationsResponse, "list_policies")
def list_policies(original, response):
    backend, kind = response.organizations_backend, response._get_param("Filter")
    rows = [one.describe()["Policy"]["PolicySummary"] for one in backend.policies if one.type == kind]
    return _paged(response, "Policies", rows, "Id")


@mend(OrganizationsResponse, "list_create_account_status")
def list_create_account_status(original, response):
    backend = response.organizations_backend
    wanted = response._get_param("States") or ["IN_PROGRESS", "SUCCEEDED", "FAILED"]
    made = [one for one in backend.accounts if one.id != backend.org.master_account_id]
    rows = [one.create_account_status["CreateAccountStatus"] for one in made]
    rows = [one for one in rows if one["State"] in wanted]
    return _paged(response, "CreateAccountStatuses", rows, "Id")


def _merged(into: dict, policy: dict) -> dict:
    """The child's words over the parent's, which is what @@assign comes to."""
    for key, value in policy.items():
        both = isinstance(value, dict) and isinstance(into.get(key), dict)
        into[key] = _merged(into[key], value) if both else copy.deepcopy(value)
    return into


def _without_operators(value):
    if not isinstance(value, dict):
        return value
    if set(value) == {"@@assign"}:
        return value["@@assign"]
    return {key: _without_operators(one) for key, one in value.items()}


@add(OrganizationsResponse, "describe_effective_policy")
def describe_effective_policy(response):
    backend, kind = response.organizations_backend, response._get_param("PolicyType")
    if kind in _GUARDS:
        raise InvalidInputException("You specified an invalid policy type.")
    target = _node(backend, response._get_param("TargetId") or response.current_account)
    if target is None:
        raise TargetNotFoundException
    of_its_own = getattr(backend, "effective", {}).get(target.id)
    attached = [
        policy
        for node in _way(backend, target)
        for policy in sorted(node.attached_policies, key=lambda one: one.id)
        if policy.type == kind
    ]
    if not attached:
        raise _EffectivePolicyNotFound
    merged: dict = {}
    for policy in attached:
        merged = _merged(merged, json.loads(policy.content))
    effective = {
        "PolicyContent": of_its_own or json.dumps(_without_operators(merged), sort_keys=True),
        "LastUpdatedTimestamp": unix_time(target.create_time) if target.type == "ACCOUNT" else 0,
        "TargetId": target.id,
        "PolicyType": kind,
    }
    return json.dumps({"EffectivePolicy": effective})


@add(OrganizationsResponse, "list_accounts_with_invalid_effective_policy")
def list_accounts_with_invalid_effective_policy(response):
    invalid = [{"Id": one} for one in getattr(response.organizations_backend, "invalid", [])]
    return json.dumps({"Accounts": invalid, "PolicyType": response._get_param("PolicyType")})


@add(OrganizationsResponse, "list_handshakes_for_organization")
def list_handshakes_for_organization(response):
    rows = getattr(response.organizations_backend, "handshakes", [])
    return _paged(response, "Handshakes", rows, "Id")


@add(OrganizationsResponse, "invite_account_to_organization")
def invite_account_to_organization(response):
    """It is never answered; a test only wants to see it listed."""
    backend, target = response.organizations_backend, response._get_param("Target")
    handshakes = backend.__dict__.setdefault("handshakes", [])
    handshake = {
        "Id": f"h-{len(handshakes):08x}",
        "Arn": f"{backend.org.arn}/invite/h-{len(handshakes):08x}",
        "Parties": [{"Id": backend.org.id, "Type": "ORGANIZATION"}, target],
        "State": "OPEN",
        "Action": "INVITE",
        "RequestedTimestamp": 1_700_000_000,
        "ExpirationTimestamp": 1_701_296_000,
    }
    handshakes.append(handshake)
    return json.dumps({"Handshake": handshake})


@add(OrganizationsResponse, "put_resource_policy")
def put_resource_policy(response):
    backend = response.organizations_backend
    policy = {
        "ResourcePolicySummary": {"Id": "rp-nightshift", "Arn": f"{backend.org.arn}/rp-nightshift"},
        "Content": response._get_param("Content"),
    }
    backend.resource_policy = policy
    return json.dumps({"ResourcePolicy": policy})


@add(OrganizationsResponse, "describe_resource_policy")
def describe_resource_policy(response):
    policy = getattr(response.organizations_backend, "resource_policy", None)
    if policy is None:
        raise _ResourcePolicyNotFound
    return json.dumps({"ResourcePolicy": policy})


_TYPES = {"ROOT": "root", "ORGANIZATIONAL_UNIT": "ou", "ACCOUNT": "account"}


@mend(ResourceGroupsTaggingAPIBackend, "_get_resources_generator")
def get_resources_generator(original, backend, **asked):
    """Of organizations only the management account sees anything, in us-east-1, and what has a tag."""
    yield from original(backend, **asked)
    own = organizations_backends[backend.account_id]["aws"]
    if own.org is None or backend.region_name != "us-east-1":
        return
    nodes = [(one, _TYPES[one.type]) for one in [*own.ou, *own.accounts]]
    for one, kind in [*nodes, *((policy, "policy") for policy in own.policies)]:
        resource_type = f"organizations:{kind}"
        if one.tags and match_resource_type(resource_type, asked.get("resource_type_filters")):
            yield TaggedResource(arn=one.arn, tags=dict(one.tags), resource_type=resource_type)


@control.control("organization-call")
def organization_call(world: worlds.World, region: str, body: dict) -> dict:
    """One method of moto's own on the account's organisation, by name: what a test does to it meanwhile."""
    control.only(body, "method", "parameters")
    backend = organizations_backends[world.account]["aws"]
    method = control.needed(body, "method")
    if method.startswith("_") or not hasattr(backend, method):
        raise control.Mistake(f"no method {method!r}")
    return {"answer": getattr(backend, method)(**body.get("parameters", {}))}


@control.control("organization-oddities")
def organization_oddities(world: worlds.World, region: str, body: dict) -> dict:
    """What AWS does not rule out: accounts without paths, an account whose effective policy is another's than its chain's, accounts
    whose policies do not go together."""
    control.only(body, "without_paths", "effective", "invalid")
    backend = organizations_backends[world.account]["aws"]
    for name, value in body.items():
        if name not in ("account", "region"):
            setattr(backend, name, value)
    return {}


@control.control("organization")
def organization(world: worlds.World, region: str, body: dict) -> dict:
    """A whole organisation at once. Units are paths, parents first; accounts and policies name them."""
    control.only(body, "units", "accounts", "policies", "root_tags")
    backend = organizations_backends[world.account]["aws"]
    backend.create_organization(region, FeatureSet="ALL")
    root = backend.ou[0]
    root.tags.update(body.get("root_tags", {}))
    units, accounts, policies = {"": root.id}, {}, {}
    for unit in body.get("units", []):
        above, _, name = unit["path"].rpartition("/")
        made = backend.create_organizational_unit(ParentId=units[above], Name=name)
        units[unit["path"]] = made["OrganizationalUnit"]["Id"]
        _node(backend, units[unit["path"]]).tags.update(unit.get("tags", {}))
    for account in body.get("accounts", []):
        name = account["name"]
        backend.create_account(AccountName=name, Email=f"{name}@example.com")
        made = backend.accounts[-1]
        made.parent_id = units[account.get("unit", "")]
        made.tags.update(account.get("tags", {}))
        accounts[name] = made.id
    for kind in {policy["type"] for policy in body.get("policies", [])} | {"SERVICE_CONTROL_POLICY"}:
        backend.enable_policy_type(RootId=root.id, PolicyType=kind)
    for policy in body.get("policies", []):
        made = backend.create_policy(
            Name=policy["name"], Description="", Type=policy["type"], Content=json.dumps(policy["content"])
        )
        policies[policy["name"]] = made["Policy"]["PolicySummary"]["Id"]
        backend.policies[-1].tags.update(policy.get("tags", {}))
        for target in policy.get("targets", []):
            target_id = accounts.get(target) or units[target]
            backend.attach_policy(PolicyId=policies[policy["name"]], TargetId=target_id)
    return {"root": root.id, "units": units, "accounts": accounts, "policies": policies}
