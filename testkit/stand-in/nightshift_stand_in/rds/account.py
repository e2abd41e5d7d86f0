"""Quotas of an account, kept and shown by DescribeAccountAttributes."""

from moto.core.responses import ActionResult
from moto.rds.exceptions import RDSClientError
from moto.rds.models import RDSBackend
from moto.rds.responses import RDSResponse

from .. import control, worlds
from ..mending import add

# AWS starts accounts at 40 clusters and 40 instances. An account with raised
# quotas stands here, because a test of pages needs more than 100 of each.
_DEFAULT_MAX = {
    "AllocatedStorage": 100000,
    "AuthorizationsPerDBSecurityGroup": 20,
    "CustomEndpointsPerDBCluster": 5,
    "DBClusterParameterGroups": 50,
    "DBClusterRoles": 5,
    "DBClusters": 1000,
    "DBInstanceRoles": 5,
    "DBInstances": 1000,
    "DBParameterGroups": 50,
    "DBSecurityGroups": 25,
    "DBSubnetGroups": 50,
    "EventSubscriptions": 20,
    "ManualClusterSnapshots": 100,
    "ManualSnapshots": 100,
    "OptionGroups": 20,
    "ReadReplicasPerMaster": 15,
    "ReservedDBInstances": 40,
    "SubnetsPerDBSubnetGroup": 20,
}

_EXCEEDED = {
    "DBClusters": "DBClusterQuotaExceededFault",
    "DBInstances": "InstanceQuotaExceeded",
    "ManualClusterSnapshots": "SnapshotQuotaExceeded",
    "ManualSnapshots": "SnapshotQuotaExceeded",
}

# moto counts automated snapshots too, against a limit of its own; see `check`.
RDSBackend.SNAPSHOT_QUOTA = float("inf")


def _manual(snapshots) -> int:
    return sum(snapshot.snapshot_type == "manual" for snapshot in snapshots.values())


def _used(backend: RDSBackend, name: str) -> int:
    """What counts against a quota; nothing does against those not modelled here."""
    count = {
        "DBClusterParameterGroups": lambda: len(backend.db_cluster_parameter_groups),
        "DBClusters": lambda: len(backend.clusters),
        "DBInstances": lambda: len(backend.databases),
        "DBSubnetGroups": lambda: len(backend.subnet_groups),
        "EventSubscriptions": lambda: len(backend.event_subscriptions),
        "ManualClusterSnapshots": lambda: _manual(backend.cluster_snapshots),
        "ManualSnapshots": lambda: _manual(backend.database_snapshots),
        "OptionGroups": lambda: len(backend.option_groups),
    }.get(name)
    return count() if count else 0


def _max(backend: RDSBackend, name: str) -> int:
    world = worlds.world_of(backend.account_id)
    return world.quotas.get((backend.region_name, name), _DEFAULT_MAX[name])


def check(backend: RDSBackend, name: str) -> None:
    """Refuse to make one more when the quota is used up."""
    if _used(backend, name) >= _max(backend, name):
        raise RDSClientError(
            _EXCEEDED[name], f"The request cannot be processed: the quota {name} is used up."
        )


@add(RDSResponse, "describe_account_attributes")
def describe_account_attributes(response):
    backend = response.backend
    quotas = [
        {"AccountQuotaName": name, "Used": _used(backend, name), "Max": _max(backend, name)}
        for name in _DEFAULT_MAX
    ]
    return ActionResult({"AccountQuotas": quotas})


@control.control("quota")
def quota(world: worlds.World, region: str, body: dict) -> None:
    control.only(body, "name", "max")
    name = control.needed(body, "name")
    if name not in _DEFAULT_MAX:
        raise control.Mistake(f"no quota {name!r}; there are {', '.join(_DEFAULT_MAX)}")
    world.quotas[region, name] = int(control.needed(body, "max"))
