"""Describe calls in pages, and the filters that AWS documents."""

from moto.core.responses import ActionResult
from moto.rds.models import DBCluster, DBInstance, RDSBackend
from moto.rds.responses import RDSResponse
from moto.rds.utils import FilterDef

from .. import paging
from ..mending import mend
from . import faults


def paged(response: RDSResponse, result: dict, list_name: str, key_attribute: str) -> ActionResult:
    """Cut the list of a result down to the page that was asked for."""
    size = response.params.get("MaxRecords")
    if size is not None and not 20 <= int(size) <= 100:
        raise faults.invalid_value(
            f"Invalid value {size} for MaxRecords. Must be between 20 and 100"
        )
    try:
        rows, marker = paging.page(
            list_name,
            list(result[list_name]),
            lambda row: getattr(row, key_attribute),
            int(size or 100),
            response.params.get("Marker"),
        )
    except paging.BadMarker as error:
        raise faults.invalid_value("The request contains an invalid marker") from error
    page = {list_name: rows}
    if marker:
        page["Marker"] = marker
    return ActionResult(page)


def _page_call(action: str, list_name: str, key_attribute: str) -> None:
    @mend(RDSResponse, action)
    def describe(original, response):
        return paged(response, original(response)._result, list_name, key_attribute)


_page_call("describe_db_clusters", "DBClusters", "db_cluster_identifier")
_page_call("describe_db_instances", "DBInstances", "db_instance_identifier")
_page_call("describe_db_cluster_snapshots", "DBClusterSnapshots", "db_cluster_snapshot_identifier")
_page_call("describe_db_snapshots", "DBSnapshots", "db_snapshot_identifier")
_page_call(
    "describe_blue_green_deployments", "BlueGreenDeployments", "blue_green_deployment_identifier"
)


@mend(RDSBackend, "describe_blue_green_deployments")
def _without_paging(original, backend, max_records=None, marker=None, **wanted):
    """moto passes every parameter on and knows nothing of pages; those are cut above."""
    return original(backend, **wanted)


DBCluster.SUPPORTED_FILTERS["db-cluster-resource-id"] = FilterDef(
    ["db_cluster_resource_id"], "DB Cluster Resource Ids"
)
DBCluster.SUPPORTED_FILTERS["clone-group-id"] = FilterDef(["clone_group_id"], "Clone Group Ids")
DBInstance.SUPPORTED_FILTERS["db-cluster-id"] = FilterDef(
    ["cluster.db_cluster_arn", "db_cluster_identifier"],
    "DB Cluster Identifiers",
    case_insensitive=True,
)
