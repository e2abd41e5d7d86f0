"""Clusters made, changed, stopped and started as AWS does."""

import re

from moto.core.responses import ActionResult
from moto.rds.models import DBCluster, RDSBackend
from moto.rds.responses import RDSResponse
from moto.rds.utils import ClusterEngine

from .. import control, worlds
from ..mending import mend
from . import account, faults, lifecycle, network, tags

AURORA = ("aurora", "aurora-mysql", "aurora-postgresql")
MULTI_AZ = ("mysql", "postgres")
_IDENTIFIER = re.compile(r"(?!.*--)[a-z]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)

# DocumentDB lives behind the same endpoint, and its clusters show up in RDS.
ClusterEngine.list_cluster_engines = classmethod(
    lambda cls: sorted([*(engine.value for engine in cls), "docdb"])
)
_engine_version = DBCluster.default_engine_version
_port = DBCluster.default_port
_storage = DBCluster.default_allocated_storage


def _default_engine_version(engine: str) -> str:
    return "5.0.0" if engine == "docdb" else _engine_version(engine)


def _default_port(engine: str) -> int:
    return 27017 if engine == "docdb" else _port(engine)


def _default_allocated_storage(engine: str, storage_type: str) -> int:
    """One for the engines whose storage grows by itself, whatever its type."""
    if engine in AURORA or engine == "docdb":
        return 1
    return _storage(engine, storage_type)


DBCluster.default_engine_version = staticmethod(_default_engine_version)
DBCluster.default_port = staticmethod(_default_port)
DBCluster.default_allocated_storage = staticmethod(_default_allocated_storage)


def _default_parameter_group(engine: str, version: str) -> str:
    parts = version.split(".")
    shown = parts[:1] if "postgres" in engine else parts[:2]
    return f"default.{engine}{'.'.join(shown)}"


def check_identifier(identifier: str, parameter: str) -> None:
    if not _IDENTIFIER.fullmatch(identifier):
        raise faults.invalid_value(
            f"The parameter {parameter} is not a valid identifier. Identifiers must begin with "
            "a letter; must contain only ASCII letters, digits, and hyphens; and must not end "
            "with a hyphen or contain two consecutive hyphens."
        )


def require(backend: RDSBackend, identifier: str) -> DBCluster:
    """The cluster of that identifier or ARN."""
    return backend.describe_db_clusters(db_cluster_identifier=identifier)[0]


@mend(RDSBackend, "create_db_cluster")
def create_db_cluster(original, backend, settings):
    """For new clusters and, with settings from elsewhere, for restored ones."""
    identifier = settings["db_cluster_identifier"]
    check_identifier(identifier, "DBClusterIdentifier")
    if identifier in backend.clusters:
        raise faults.cluster_exists()
    tags.check(settings.get("tags"))
    account.check(backend, "DBClusters")
    cluster = original(backend, settings)
    # Nobody has one before they are cloned.
    cluster.clone_group_id = None
    cluster.delete_automated_backups = True
    if worlds.current().endpoints:
        cluster.url_identifier = worlds.current().endpoints
    if not settings.get("db_cluster_parameter_group_name"):
        cluster.parameter_group = _default_parameter_group(cluster.engine, cluster.engine_version)
    if cluster.engine in AURORA and not settings.get("storage_type"):
        cluster.storage_type = "aurora"
    if not cluster.storage_encrypted:
        cluster.kms_key_id = None
    if not cluster.vpc_security_group_ids:
        cluster.vpc_security_group_ids = [network.default_security_group(backend)]
    lifecycle.change(cluster, "creating")
    return cluster


@mend(RDSResponse, "create_db_cluster")
def create_db_cluster_reply(original, response):
    return lifecycle.creating_reply("DBCluster", original(response)._result["DBCluster"])


@mend(RDSBackend, "modify_db_cluster")
def modify_db_cluster(original, backend, settings):
    cluster = require(backend, settings["db_cluster_identifier"])
    if cluster.status != "available":
        raise faults.cluster_in_state(cluster, "available")
    new_identifier = settings.get("new_db_cluster_identifier")
    if new_identifier:
        check_identifier(new_identifier, "NewDBClusterIdentifier")
        if new_identifier in backend.clusters:
            raise faults.cluster_exists()
    if settings.get("enable_iam_database_authentication") is not None:
        settings["iam_auth"] = settings["enable_iam_database_authentication"]
    # moto looks for the log types under the name that only CreateDBCluster uses.
    log_types = settings.get("cloudwatch_logs_export_configuration")
    if log_types:
        kept = set(cluster.enabled_cloudwatch_logs_exports)
        kept |= set(log_types.get("EnableLogTypes") or [])
        kept -= set(log_types.get("DisableLogTypes") or [])
        cluster.enabled_cloudwatch_logs_exports = sorted(kept)
    identifier, members = cluster.db_cluster_identifier, cluster.members
    try:
        changed = original(backend, settings)
    except Exception:
        # moto takes the cluster out before it looks at the settings.
        backend.clusters[identifier] = cluster
        raise
    for member in members:
        member.db_cluster_identifier = cluster.db_cluster_identifier
    return changed


@mend(RDSResponse, "stop_db_cluster")
def stop_db_cluster(original, response):
    cluster = require(response.backend, response.params["DBClusterIdentifier"])
    if cluster.status != "available":
        raise faults.cluster_in_state(cluster, "available")
    lifecycle.change(cluster, "stopping")
    for member in cluster.members:
        lifecycle.change(member, "stopping")
    return ActionResult({"DBCluster": lifecycle.shown_as(cluster, "stopping")})


@mend(RDSResponse, "start_db_cluster")
def start_db_cluster(original, response):
    cluster = require(response.backend, response.params["DBClusterIdentifier"])
    if cluster.status != "stopped":
        expected = "stopped,inaccessible-encryption-credentials-recoverable"
        raise faults.cluster_in_state(cluster, expected)
    lifecycle.change(cluster, "starting")
    for member in cluster.members:
        lifecycle.change(member, "starting")
    return ActionResult({"DBCluster": lifecycle.shown_as(cluster, "starting")})


@control.control("endpoints")
def endpoints(world: worlds.World, region: str, body: dict) -> None:
    """On AWS it is the same for every cluster of an account in a Region; moto draws one for each."""
    control.only(body, "identifier")
    world.endpoints = control.needed(body, "identifier")
