"""org-inventory as aws-data-tools goes about it: one call after the other, the tags of each node and policy, the accounts once in a
list and once below each unit, and every type of effective policy of every account. It is here to be compared with; unlike
the original it reads past five hundred accounts and lives on where an account is under no policy of a type.
"""

import boto3

organizations = boto3.client("organizations")
# They allow and deny, and merge to nothing.
NOT_MERGED = "SERVICE_CONTROL_POLICY"


def handler(_event, _context):
    about = organizations.describe_organization()["Organization"]
    kinds = [one["Type"] for one in about["AvailablePolicyTypes"]]
    root = listed("list_roots", "Roots")[0]
    policies = [
        organizations.describe_policy(PolicyId=one["Id"])["Policy"]
        for kind in kinds
        for one in listed("list_policies", "Policies", Filter=kind)
    ]
    ids = [one["PolicySummary"]["Id"] for one in policies]
    tags = {one: tags_of(one) for one in ids}
    units, parents = tree(root["Id"])
    tags |= {unit["Id"]: tags_of(unit["Id"]) for unit in units}
    accounts = listed("list_accounts", "Accounts")
    for account in accounts:
        account["Parent"] = parents[account["Id"]]
        tags[account["Id"]] = tags_of(account["Id"])
    targets = {one: listed("list_targets_for_policy", "Targets", PolicyId=one) for one in ids}
    effective = [
        found
        for account in accounts
        for kind in kinds
        if kind != NOT_MERGED and (found := effective_policy(kind, account["Id"]))
    ]
    assert all(targets.values()) and all(account["Id"] in tags for account in accounts)
    return {"accounts": len(accounts), "effective_policies": len(effective), "units": len(units)}


def listed(call, key, **parameters):
    pages = organizations.get_paginator(call).paginate(**parameters)
    return [row for page in pages for row in page[key]]


def tags_of(resource):
    return listed("list_tags_for_resource", "Tags", ResourceId=resource)


def tree(root):
    """Every unit, and what stands below what."""
    units, parents, level = [], {}, [root]
    while level:
        below = []
        for parent in level:
            found = listed("list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent)
            units += found
            below += [unit["Id"] for unit in found]
            for account in listed("list_accounts_for_parent", "Accounts", ParentId=parent):
                parents[account["Id"]] = parent
        level = below
    return units, parents


def effective_policy(kind, account):
    try:
        return organizations.describe_effective_policy(PolicyType=kind, TargetId=account)["EffectivePolicy"]
    except organizations.exceptions.EffectivePolicyNotFoundException:
        return None
