"""What the tests of RDS share: short ways to make clusters and their like."""

from stand_in_process import ACCOUNT, StandInTest, client

POSTGRES = "aurora-postgresql"


def arn(kind: str, name: str) -> str:
    return f"arn:aws:rds:us-east-1:{ACCOUNT}:{kind}:{name}"


class RdsTest(StandInTest):
    def setUp(self):
        super().setUp()
        self.rds = client("rds")

    def cluster(self, name: str, engine: str = POSTGRES, **settings) -> dict:
        login = {"MasterUsername": "admin1", "MasterUserPassword": "long enough"}
        return self.rds.create_db_cluster(
            DBClusterIdentifier=name, Engine=engine, **{**login, **settings}
        )["DBCluster"]

    def member(self, cluster: str, name: str, engine: str = POSTGRES, **settings) -> dict:
        return self.rds.create_db_instance(
            DBInstanceIdentifier=name,
            DBClusterIdentifier=cluster,
            Engine=engine,
            DBInstanceClass="db.t4g.medium",
            **settings,
        )["DBInstance"]

    def shown(self, name: str) -> dict:
        return self.rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]

    def shown_instance(self, name: str) -> dict:
        return self.rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]

    def shown_snapshot(self, name: str) -> dict:
        return self.rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name)[
            "DBClusterSnapshots"
        ][0]

    def cluster_names(self, **asked) -> list[str]:
        found = self.rds.describe_db_clusters(**asked)["DBClusters"]
        return [cluster["DBClusterIdentifier"] for cluster in found]

    def delete(self, name: str, **settings) -> dict:
        settings = settings or {"SkipFinalSnapshot": True}
        return self.rds.delete_db_cluster(DBClusterIdentifier=name, **settings)["DBCluster"]

    def clone(self, source: str, name: str, **settings) -> dict:
        return self.rds.restore_db_cluster_to_point_in_time(
            SourceDBClusterIdentifier=source,
            DBClusterIdentifier=name,
            RestoreType="copy-on-write",
            UseLatestRestorableTime=True,
            **settings,
        )["DBCluster"]

    def assert_delete_refused(self, code: str, name: str, status: int = 400, **settings) -> str:
        settings = settings or {"SkipFinalSnapshot": True}
        return self.assert_refused(
            code, self.rds.delete_db_cluster, status, DBClusterIdentifier=name, **settings
        )

    def assert_member_delete_refused(self, code: str, name: str, status: int = 400, **settings):
        return self.assert_refused(
            code, self.rds.delete_db_instance, status, DBInstanceIdentifier=name, **settings
        )
