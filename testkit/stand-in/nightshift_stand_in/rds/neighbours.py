"""Global clusters, blue/green deployments and integrations: what a cluster is part of."""

import uuid

from moto.core.responses import ActionResult
from moto.rds.exceptions import RDSClientError
from moto.rds.models import GlobalCluster, RDSBackend, rds_backends
from moto.rds.responses import RDSResponse

from .. import clock, control, worlds
from ..mending import add, mend
from . import cluster, describe, faults


def _find_global(account: str, identifier: str) -> GlobalCluster:
    # moto keeps all global clusters of an account in this Region's backend.
    known = rds_backends[account]["us-east-1"].global_clusters
    if identifier not in known:
        raise faults.global_cluster_not_found(identifier)
    return known[identifier]


def check_global_membership(target) -> None:
    """Refuse to delete a cluster that a global cluster still counts on."""
    identifier = target.global_cluster_identifier
    if not identifier:
        return
    known = rds_backends[target.account_id]["us-east-1"].global_clusters.get(identifier)
    if known and target.is_writer and len(known.members) > 1:
        raise RDSClientError(
            "InvalidGlobalClusterStateFault",
            "Unable to delete cluster that is a primary member of global cluster "
            "while there are other global cluster members",
        )
    raise faults.cluster_state(
        "This cluster is a part of a global cluster, please remove it from globalcluster first"
    )


def join_global(target, identifier: str) -> None:
    """Make a cluster a member, and the global cluster too if need be."""
    backend = rds_backends[target.account_id]["us-east-1"]
    if identifier not in backend.global_clusters:
        backend.global_clusters[identifier] = GlobalCluster(
            backend, identifier, target.engine, target.engine_version, None, None
        )
    members = backend.global_clusters[identifier].members
    if target not in members:
        target.is_writer = not members
        members.append(target)
    target.global_cluster_identifier = identifier


@mend(RDSBackend, "create_global_cluster")
def create_global_cluster(original, backend, *args, **kwargs):
    made = original(backend, *args, **kwargs)
    for member in made.members:
        # moto notes the ARN where AWS has the identifier.
        member.global_cluster_identifier = made.global_cluster_identifier
        member.is_writer = True
    return made


@mend(RDSResponse, "describe_global_clusters")
def describe_global_clusters(original, response):
    identifier = response.params.get("GlobalClusterIdentifier")
    if identifier:
        found = _find_global(response.current_account, identifier)
        return ActionResult({"GlobalClusters": [found]})
    result = original(response)._result
    return describe.paged(response, result, "GlobalClusters", "global_cluster_identifier")


@mend(RDSResponse, "remove_from_global_cluster")
def remove_from_global_cluster(original, response):
    params = response.params
    found = _find_global(response.current_account, params["GlobalClusterIdentifier"])
    named = params["DbClusterIdentifier"]
    for member in found.members:
        if named in (member.db_cluster_arn, member.db_cluster_identifier):
            break
    else:
        raise faults.cluster_not_found(named)
    if member.is_writer and len(found.members) > 1:
        raise RDSClientError(
            "InvalidGlobalClusterStateFault",
            "The primary cluster cannot be removed while there are other global cluster members",
        )
    found.members.remove(member)
    member.global_cluster_identifier = None
    return ActionResult({"GlobalCluster": found})


class _BlueGreenDeployment:
    """A deployment by its facts alone; moto's own wants to build the green side."""

    def __init__(self, source: str, target: str | None, status: str):
        self.blue_green_deployment_identifier = f"bgd-{uuid.uuid4().hex[:16]}"
        self.blue_green_deployment_name = self.blue_green_deployment_identifier
        self.source = source
        self.target = target
        self.status = status
        self.create_time = clock.utcnow()


def _arn_of(world: worlds.World, region: str, named: str) -> str:
    if named.startswith("arn:"):
        return named
    return cluster.require(rds_backends[world.account][region], named).db_cluster_arn


@control.control("blue-green")
def blue_green(world: worlds.World, region: str, body: dict) -> dict:
    control.only(body, "source", "target", "status")
    source = _arn_of(world, region, control.needed(body, "source"))
    target = _arn_of(world, region, body["target"]) if body.get("target") else None
    made = _BlueGreenDeployment(source, target, body.get("status", "AVAILABLE"))
    backend = rds_backends[world.account][region]
    backend.blue_green_deployments[made.blue_green_deployment_identifier] = made
    return {"id": made.blue_green_deployment_identifier}


class _Integration:
    def __init__(self, region: str, account: str, source_arn: str, target_arn: str, status: str):
        self.integration_name = f"integration-{uuid.uuid4().hex[:8]}"
        self.integration_arn = f"arn:aws:rds:{region}:{account}:integration:{uuid.uuid4()}"
        self.source_arn = source_arn
        self.target_arn = target_arn
        self.status = status
        self.create_time = clock.utcnow()


@control.control("integration")
def integration(world: worlds.World, region: str, body: dict) -> dict:
    control.only(body, "source_arn", "target_arn", "status")
    warehouse = f"arn:aws:redshift-serverless:{region}:{world.account}:namespace/stand-in"
    made = _Integration(
        region,
        world.account,
        control.needed(body, "source_arn"),
        body.get("target_arn", warehouse),
        body.get("status", "active"),
    )
    world.integrations[region, made.integration_arn] = made
    return {"arn": made.integration_arn}


@add(RDSResponse, "describe_integrations")
def describe_integrations(response):
    integrations = worlds.current().integrations
    rows = [made for (region, _), made in integrations.items() if region == response.region]
    for unsupported in response.params.get("Filters") or []:
        raise faults.invalid_value(f"Unrecognized filter name: {unsupported['Name']}")
    named = response.params.get("IntegrationIdentifier")
    if named:
        rows = [made for made in rows if named in (made.integration_name, made.integration_arn)]
        if not rows:
            raise RDSClientError("IntegrationNotFoundFault", f"Integration {named} not found.")
    return describe.paged(response, {"Integrations": rows}, "Integrations", "integration_arn")
