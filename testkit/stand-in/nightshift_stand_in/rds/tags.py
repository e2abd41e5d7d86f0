"""Tags: what may stand in one, how many there may be, and on what."""

import re

from moto.rds.exceptions import (
    DBClusterSnapshotNotFoundError,
    DBInstanceNotFoundError,
    DBSnapshotNotFoundFault,
)
from moto.rds.models import RDSBackend
from moto.rds.utils import split_arn

from ..mending import mend
from . import faults

MOST_TAGS = 50
# Letters, digits and separators of any script, and the few signs AWS allows.
_ALLOWED = re.compile(r"[^\W_]|[\s_.:/=+\-@]")

_NOT_FOUND = {
    "cluster": faults.cluster_not_found,
    "db": DBInstanceNotFoundError,
    "cluster-snapshot": DBClusterSnapshotNotFoundError,
    "snapshot": DBSnapshotNotFoundFault,
}


def check(tags: list | None) -> None:
    """Refuse tags that AWS would not take; for any call that has a Tags parameter."""
    tags = tags or []
    keys = [tag.get("Key") or "" for tag in tags]
    for tag in tags:
        _check_one(tag.get("Key") or "", tag.get("Value") or "")
    if len(set(keys)) < len(keys):
        raise faults.invalid_value("Tag keys must be unique.")
    if len(keys) > MOST_TAGS:
        raise _too_many()


def _check_one(key: str, value: str) -> None:
    if not 1 <= len(key) <= 128:
        raise faults.invalid_value("Tag keys must be between 1 and 128 characters in length.")
    if len(value) > 256:
        raise faults.invalid_value("Tag values must not exceed 256 characters in length.")
    if key.lower().startswith("aws:"):
        raise faults.invalid_value("Tag keys must not start with 'aws:'.")
    for text in (key, value):
        if _ALLOWED.sub("", text):
            raise faults.invalid_value(
                f"Tag {text!r} may contain only Unicode letters, digits, white-space, "
                "'_', '.', ':', '/', '=', '+', '-', '@'."
            )


def _too_many():
    return faults.invalid_value(f"A resource can have at most {MOST_TAGS} tags.")


def _require(backend: RDSBackend, arn: str):
    resource = backend._get_resource_for_tagging(arn)
    if resource is None:
        _, _, kind, name = split_arn(arn)
        not_found = _NOT_FOUND.get(kind)
        raise not_found(name) if not_found else faults.invalid_value(f"{arn} not found.")
    return resource


@mend(RDSBackend, "add_tags_to_resource")
def add_tags_to_resource(original, backend, arn, tags):
    resource = _require(backend, arn)
    check(tags)
    keys = {tag["Key"] for tag in resource.get_tags()} | {tag["Key"] for tag in tags}
    if len(keys) > MOST_TAGS:
        raise _too_many()
    # AWS allows a tag without a value; moto's list needs one.
    valued = [{"Key": tag["Key"], "Value": tag.get("Value") or ""} for tag in tags]
    return original(backend, arn, valued)


@mend(RDSBackend, "remove_tags_from_resource")
def remove_tags_from_resource(original, backend, arn, tag_keys):
    _require(backend, arn)
    return original(backend, arn, tag_keys)


@mend(RDSBackend, "list_tags_for_resource")
def list_tags_for_resource(original, backend, arn):
    _require(backend, arn)
    return original(backend, arn)
