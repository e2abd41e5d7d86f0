"""Holds the rendered roles and docs/permissions.md to the Service Authorization Reference, as policy_sentry carries it, and says
what has changed in it since it was last looked at.

    reference.py PLAN.json            compares
    reference.py PLAN.json --accept   takes today's reference for the one that was looked at
"""

import json
import re
import sys
from pathlib import Path

from policy_sentry.querying.actions import get_action_data

HERE = Path(__file__).parent
PERMISSIONS = HERE.parent.parent / "docs" / "permissions.md"
LOOKED_AT = HERE / "reference.json"
# Where the reference is known to be silent and a policy leans on AWS's other documents; docs/permissions.md says on which.
BEYOND: set[tuple[str, str]] = set()
# What Lambda adds to every call of a function's own code (Lambda Developer Guide, "Working with source function ARN").
OF_EVERY_CALL = {"lambda:SourceFunctionArn"}


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


def known(action: str) -> dict | None:
    """What the reference says of an action, whatever the resource."""
    service, _, name = action.partition(":")
    found = get_action_data(service, name)
    rows = found.get(service, []) if found else []
    if not rows:
        return None
    return {
        "access": rows[0]["access_level"],
        "conditions": sorted({key for row in rows for key in row["condition_keys"]}),
        "depends_on": sorted({other for row in rows for other in row["dependent_actions"]}),
        "resources": sorted({row["resource_arn_format"] for row in rows}),
    }


def statements(plan: Path) -> list[tuple[str, dict]]:
    partitions = json.loads(plan.read_text())["planned_values"]["outputs"]["partitions"]["value"]
    # The reference is the same in each; whether a partition is written in is for the judge.
    roles = partitions["aws"]["roles"]
    return [
        (role, statement)
        for role, documents in roles.items()
        for document in documents
        for statement in listed(json.loads(document)["Statement"])
    ]


def in_tables() -> set[str]:
    """Actions in the first two cells of the tables of docs/permissions.md."""
    rows = [line.split("|")[1:3] for line in PERMISSIONS.read_text().splitlines() if line.startswith("|")]
    return {word for row in rows for cell in row for word in re.findall(r"`([a-z0-9-]+:[A-Z]\w+)`", cell)}


def is_known_key(key: str, action: dict) -> bool:
    # A tag of the caller is told with every call, whatever it is about.
    if key in OF_EVERY_CALL or (key.startswith("aws:") and "/" not in key) or key.startswith("aws:PrincipalTag/"):
        return True
    # A tag's own name, or that of an encryption context, stands for any.
    patterns = [".+".join(map(re.escape, re.split(r"\$\{\w+\}", one))) for one in action["conditions"]]
    return any(re.fullmatch(pattern, key, re.IGNORECASE) for pattern in patterns)


def is_reached(formats: list[str], resources: list[str]) -> bool:
    """Whether one of the resources can be what the action is asked about: an action without any is reached by * alone."""
    if "*" in resources:
        return True
    # Service and kind, as far as the reference spells them out: `rds` and `cluster:`.
    kinds = [(parts[2], parts[5].split("$")[0]) for parts in (one.split(":", 5) for one in formats if one != "*")]
    for service, kind in kinds:
        for parts in (one.split(":", 5) for one in resources):
            if parts[2] == service and (parts[5].startswith(kind) or parts[5].startswith("*")):
                return True
    return False


def unreached(statements: list[tuple[str, dict]], today: dict) -> list[str]:
    """Actions that no resource of their statement can be of: AWS would always refuse."""
    said = []
    for role, statement in statements:
        if statement["Effect"] == "Deny":
            continue
        for action in listed(statement["Action"]):
            found = today.get(action)
            if found and not is_reached(found["resources"], listed(statement["Resource"])):
                said.append(f"{role}, {statement['Sid']}: no resource of it is one that {action} is asked about")
    return said


def complaints(plan: Path, today: dict) -> list[str]:
    said = [f"{action} is no action of the reference" for action, found in today.items() if found is None]
    said += unreached(statements(plan), today)
    for role, statement in statements(plan):
        for action in listed(statement["Action"]):
            for keys in statement.get("Condition", {}).values():
                said += [
                    f"{role}, {statement['Sid']}: {action} is not told {key}"
                    for key in keys
                    if today.get(action) and not is_known_key(key, today[action]) and (action, key) not in BEYOND
                ]
    return said


def changes(before: dict, after: dict) -> list[str]:
    said = []
    for action in sorted(before.keys() | after.keys()):
        old, new = before.get(action), after.get(action)
        if old is None or new is None:
            said.append(f"{action} is {'new here' if old is None else 'not used any more'}")
            continue
        for what in old:
            if old[what] != new[what]:
                said.append(f"{action}, {what}: was {old[what]}, is {new[what]}")
    return said


def main() -> int:
    plan = Path(sys.argv[1])
    used = {action for _, statement in statements(plan) for action in listed(statement["Action"]) if "*" not in action}
    today = {action: known(action) for action in sorted(used | in_tables())}
    wrong = complaints(plan, today)
    if "--accept" in sys.argv[2:] and not wrong:
        LOOKED_AT.write_text(json.dumps(today, indent=1) + "\n")
        return 0
    changed = changes(json.loads(LOOKED_AT.read_text()), today) if LOOKED_AT.exists() else ["nothing was looked at yet"]
    for line in wrong + changed:
        print(line, file=sys.stderr)
    if changed:
        print("look at each in docs/permissions.md, then: cargo xtask policies --accept", file=sys.stderr)
    if wrong or changed:
        return 1
    print(f"{len(today)} actions, each as the Service Authorization Reference has it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
