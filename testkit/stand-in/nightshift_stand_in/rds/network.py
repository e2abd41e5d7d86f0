"""The default VPC of a Region and its default security group, by name only.

moto could make them, but its EC2 takes longer to begin than a whole test does.
"""

import hashlib

from moto.rds.models import RDSBackend


def _id(prefix: str, backend: RDSBackend) -> str:
    place = f"{prefix} {backend.account_id} {backend.region_name}"
    return f"{prefix}-{hashlib.sha256(place.encode()).hexdigest()[:17]}"


def default_vpc(backend: RDSBackend) -> str:
    return _id("vpc", backend)


def default_security_group(backend: RDSBackend) -> str:
    return _id("sg", backend)
