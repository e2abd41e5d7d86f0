"""Changes that take time: instantaneous by default, held in the middle on request.

AWS shows `creating` and `deleting` for minutes and refuses calls meanwhile. With
the control call `lifecycle` a test holds everything that is created or deleted
in that middle state, until `settle` lets it all arrive.
"""

import copy

from moto.core.responses import ActionResult
from moto.rds.models import DBCluster, RDSBackend, rds_backends

from .. import control, worlds
from ..mending import mend

_DELETING = "deleting"
_ARRIVES_AT = {"creating": "available", "starting": "available", "stopping": "stopped"}


def _status(cluster: DBCluster) -> str:
    return cluster._status


def _set_status(cluster: DBCluster, value: str) -> None:
    cluster._status = value


# moto's own property turns `creating` into `available` by being read.
DBCluster.status = property(_status, _set_status)


def _held() -> bool:
    return worlds.current().held


def change(resource, passing_status: str) -> None:
    """Put a resource into a passing state, or at once into what comes after it."""
    resource.status = passing_status if _held() else _ARRIVES_AT[passing_status]


def shown_as(resource, status: str):
    """A copy for the reply of a call, which names the state that was just entered."""
    reply = copy.copy(resource)
    reply.status = status
    return reply


def creating_reply(name: str, resource) -> ActionResult:
    return ActionResult({name: shown_as(resource, "creating")})


def delete_instance(backend: RDSBackend, instance) -> None:
    instance.status = _DELETING
    if not _held():
        _remove_instance(backend, instance)


def delete_cluster(backend: RDSBackend, cluster: DBCluster) -> None:
    cluster.status = _DELETING
    if not _held():
        _remove_cluster(backend, cluster)


def _remove_instance(backend: RDSBackend, instance) -> None:
    instance.deletion_protection = False
    backend.delete_db_instance(instance.db_instance_identifier, skip_final_snapshot=True)


def _remove_cluster(backend: RDSBackend, cluster: DBCluster) -> None:
    for source in list(backend.clusters.values()):
        if cluster.db_cluster_arn in source.read_replica_identifiers:
            source.read_replica_identifiers.remove(cluster.db_cluster_arn)
    if cluster.delete_automated_backups:
        for name in list(backend.cluster_snapshots):
            snapshot = backend.cluster_snapshots[name]
            if (
                snapshot.snapshot_type == "automated"
                and snapshot.db_cluster_identifier == cluster.db_cluster_identifier
            ):
                del backend.cluster_snapshots[name]
    backend.delete_db_cluster(cluster.db_cluster_identifier)


@control.control("lifecycle")
def lifecycle(world: worlds.World, region: str, body: dict) -> None:
    control.only(body, "mode")
    mode = control.needed(body, "mode")
    if mode not in ("held", "instant"):
        raise control.Mistake("mode is held or instant")
    world.held = mode == "held"


@control.control("settle")
def settle(world: worlds.World, region: str, body: dict) -> None:
    """Let everything that was held arrive, in all Regions; hold mode stays as it is."""
    control.only(body)
    for backend in list(rds_backends[world.account].values()):
        for instance in list(backend.databases.values()):
            if instance.status == _DELETING:
                _remove_instance(backend, instance)
        for cluster in list(backend.clusters.values()):
            if cluster.status == _DELETING:
                _remove_cluster(backend, cluster)
        for resources in (backend.databases, backend.clusters, backend.cluster_snapshots):
            for resource in resources.values():
                resource.status = _ARRIVES_AT.get(resource.status, resource.status)


@mend(DBCluster, "save_automated_backup")
def save_automated_backup(original, cluster):
    """A cluster re-created within a minute must not fail on the name of its backup."""
    identifier = cluster.db_cluster_identifier
    kept = cluster.backend.cluster_snapshots.values()
    if not any(old.db_cluster_identifier == identifier for old in kept):
        original(cluster)
