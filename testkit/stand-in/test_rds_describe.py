"""Describe calls of RDS: pages, filters, and what stands beside the clusters."""

from rds_test_case import RdsTest, arn
from stand_in_process import control


class Pages(RdsTest):
    def setUp(self):
        super().setUp()
        for number in range(25):
            self.cluster(f"c{number:03}")

    def test_every_cluster_is_on_exactly_one_page(self):
        first = self.rds.describe_db_clusters(MaxRecords=20)
        rest = self.rds.describe_db_clusters(MaxRecords=20, Marker=first["Marker"])
        self.assertEqual(len(first["DBClusters"]), 20)
        self.assertEqual(len(rest["DBClusters"]), 5)
        self.assertNotIn("Marker", rest)

    def test_a_cluster_deleted_between_pages_hides_no_other(self):
        first = self.rds.describe_db_clusters(MaxRecords=20)
        for cluster in first["DBClusters"]:
            self.delete(cluster["DBClusterIdentifier"])
        self.assertEqual(
            self.cluster_names(MaxRecords=20, Marker=first["Marker"]),
            ["c020", "c021", "c022", "c023", "c024"],
        )

    def test_every_list_takes_a_page_size(self):
        for describe in (
            self.rds.describe_db_instances,
            self.rds.describe_db_cluster_snapshots,
            self.rds.describe_blue_green_deployments,
            self.rds.describe_integrations,
            self.rds.describe_global_clusters,
        ):
            describe(MaxRecords=100)

    def test_an_invented_marker_is_refused(self):
        self.assert_refused("InvalidParameterValue", self.rds.describe_db_clusters, Marker="c010")

    def test_a_marker_of_another_list_is_refused(self):
        marker = self.rds.describe_db_clusters(MaxRecords=20)["Marker"]
        self.assert_refused("InvalidParameterValue", self.rds.describe_db_instances, Marker=marker)

    def test_page_sizes_outside_20_to_100_are_refused(self):
        for size in (19, 101):
            self.assert_refused(
                "InvalidParameterValue", self.rds.describe_db_clusters, MaxRecords=size
            )

    def test_snapshots_come_in_pages_too(self):
        pages = self.rds.get_paginator("describe_db_cluster_snapshots")
        sizes = [
            len(page["DBClusterSnapshots"])
            for page in pages.paginate(PaginationConfig={"PageSize": 20})
        ]
        self.assertEqual(sizes, [20, 5])

    def test_without_a_size_a_page_has_a_hundred(self):
        for number in range(25, 101):
            self.cluster(f"c{number:03}")
        for number in range(101):
            self.member("c000", f"i{number:03}")
        self.assertEqual(len(self.rds.describe_db_clusters()["DBClusters"]), 100)
        self.assertEqual(len(self.rds.describe_db_instances()["DBInstances"]), 100)


class Filters(RdsTest):
    def setUp(self):
        super().setUp()
        self.cluster("a")
        self.cluster("b", engine="aurora-mysql")
        self.cluster("c", engine="docdb")
        self.member("a", "a1")
        self.member("b", "b1", engine="aurora-mysql")

    def filtered(self, name: str, *values: str) -> list[str]:
        return self.cluster_names(Filters=[{"Name": name, "Values": list(values)}])

    def filtered_instances(self, name: str, *values: str) -> list[str]:
        found = self.rds.describe_db_instances(Filters=[{"Name": name, "Values": list(values)}])
        return [instance["DBInstanceIdentifier"] for instance in found["DBInstances"]]

    def test_clusters_by_engine_with_several_values(self):
        self.assertEqual(self.filtered("engine", "aurora-postgresql", "aurora-mysql"), ["a", "b"])

    def test_clusters_by_name_and_arn(self):
        self.assertEqual(self.filtered("db-cluster-id", "a", arn("cluster", "b")), ["a", "b"])

    def test_clusters_by_resource_id(self):
        resource_id = self.shown("b")["DbClusterResourceId"]
        self.assertEqual(self.filtered("db-cluster-resource-id", resource_id), ["b"])
        self.assertEqual(self.filtered("db-cluster-resource-id", "cluster-GONE"), [])

    def test_clusters_by_clone_group(self):
        self.clone("a", "a-clone")
        group = self.shown("a")["CloneGroupId"]
        self.assertEqual(self.filtered("clone-group-id", group), ["a", "a-clone"])

    def test_instances_by_cluster_and_name_and_engine(self):
        self.assertEqual(self.filtered_instances("db-cluster-id", "a"), ["a1"])
        self.assertEqual(self.filtered_instances("db-cluster-id", arn("cluster", "b")), ["b1"])
        self.assertEqual(self.filtered_instances("db-instance-id", "a1", "b1"), ["a1", "b1"])
        self.assertEqual(self.filtered_instances("engine", "aurora-mysql"), ["b1"])

    def test_unknown_filters_are_refused(self):
        for call in (self.rds.describe_db_clusters, self.rds.describe_db_instances):
            self.assert_refused(
                "InvalidParameterValue", call, Filters=[{"Name": "tag:owner", "Values": ["x"]}]
            )


class Neighbours(RdsTest):
    def test_other_engines_show_up_among_the_clusters(self):
        self.cluster("documents", engine="docdb")
        self.member("documents", "documents1", engine="docdb")
        self.rds.create_db_cluster(DBClusterIdentifier="graph", Engine="neptune")
        self.cluster("three-zones", engine="postgres", DBClusterInstanceClass="db.m6gd.large")
        self.assertEqual(self.cluster_names(), ["documents", "graph", "three-zones"])

    def test_the_engine_of_a_cluster_can_be_set(self):
        self.cluster("a")
        self.member("a", "a1")
        control("cluster", id="a", engine="docdb", cluster_scalability_type="limitless")
        self.assertEqual(self.shown("a")["Engine"], "docdb")
        self.assertEqual(self.shown("a")["ClusterScalabilityType"], "limitless")
        self.assertEqual(self.shown_instance("a1")["Engine"], "docdb")

    def test_integrations_are_seeded_and_listed(self):
        made = control("integration", source_arn=arn("cluster", "a"), status="syncing")
        (found,) = self.rds.describe_integrations()["Integrations"]
        self.assertEqual(found["SourceArn"], arn("cluster", "a"))
        self.assertEqual(found["Status"], "syncing")
        self.rds.describe_integrations(IntegrationIdentifier=made["arn"])
        self.assert_refused(
            "IntegrationNotFoundFault",
            self.rds.describe_integrations,
            404,
            IntegrationIdentifier="none",
        )

    def test_blue_green_deployments_are_seeded_and_filtered_by_source(self):
        self.cluster("a")
        control("blue-green", source="a", status="SWITCHOVER_IN_PROGRESS")
        (found,) = self.rds.describe_blue_green_deployments(
            Filters=[{"Name": "source", "Values": [arn("cluster", "a")]}]
        )["BlueGreenDeployments"]
        self.assertEqual(found["Status"], "SWITCHOVER_IN_PROGRESS")

    def test_global_clusters_come_in_pages(self):
        for number in range(21):
            self.rds.create_global_cluster(
                GlobalClusterIdentifier=f"g{number:02}", Engine="aurora-postgresql"
            )
        first = self.rds.describe_global_clusters(MaxRecords=20)
        rest = self.rds.describe_global_clusters(MaxRecords=20, Marker=first["Marker"])
        self.assertEqual(len(rest["GlobalClusters"]), 1)


class Quotas(RdsTest):
    def quota(self, name: str) -> tuple[int, int]:
        for quota in self.rds.describe_account_attributes()["AccountQuotas"]:
            if quota["AccountQuotaName"] == name:
                return quota["Used"], quota["Max"]
        raise AssertionError(name)

    def test_account_attributes_count_what_is_used(self):
        self.cluster("a")
        self.rds.create_db_cluster_snapshot(
            DBClusterIdentifier="a", DBClusterSnapshotIdentifier="kept"
        )
        self.assertEqual(self.quota("DBClusters"), (1, 1000))
        self.assertEqual(self.quota("ManualClusterSnapshots"), (1, 100))
        self.assertEqual(self.quota("ManualSnapshots"), (0, 100))

    def test_a_changed_quota_is_shown_and_kept(self):
        control("quota", name="DBClusters", max=1)
        self.cluster("a")
        self.assertEqual(self.quota("DBClusters"), (1, 1))
        with self.assertRaisesRegex(Exception, "DBClusterQuotaExceededFault"):
            self.cluster("b")
