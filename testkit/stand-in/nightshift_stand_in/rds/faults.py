"""RDS errors by the code that AWS sends, which is not always the name of the shape.

moto looks the HTTP status up in the service model by this code.
"""

from moto.rds.exceptions import RDSClientError


def invalid_value(message: str) -> RDSClientError:
    return RDSClientError("InvalidParameterValue", message)


def invalid_combination(message: str) -> RDSClientError:
    return RDSClientError("InvalidParameterCombination", message)


def cluster_state(message: str) -> RDSClientError:
    return RDSClientError("InvalidDBClusterStateFault", message)


def instance_state(message: str) -> RDSClientError:
    return RDSClientError("InvalidDBInstanceState", message)


def snapshot_state(message: str) -> RDSClientError:
    return RDSClientError("InvalidDBClusterSnapshotStateFault", message)


def cluster_exists() -> RDSClientError:
    return RDSClientError("DBClusterAlreadyExistsFault", "DB Cluster already exists")


def cluster_not_found(identifier: str) -> RDSClientError:
    return RDSClientError("DBClusterNotFoundFault", f"DBCluster {identifier} not found.")


def global_cluster_not_found(identifier: str) -> RDSClientError:
    return RDSClientError("GlobalClusterNotFoundFault", f"Global cluster {identifier} not found.")


def cluster_in_state(cluster, expected: str) -> RDSClientError:
    return cluster_state(
        f"DbCluster {cluster.db_cluster_identifier} is in {cluster.status} state "
        f"but expected it to be one of {expected}."
    )
