"""Deleting clusters and instances: what AWS refuses, and what it leaves behind."""

from rds_test_case import RdsTest
from stand_in_process import control


class FinalSnapshot(RdsTest):
    def setUp(self):
        super().setUp()
        self.tags = [{"Key": "owner", "Value": "ada"}]
        self.cluster("a", Tags=self.tags, Port=5544)

    def test_needs_exactly_one_of_skip_and_name(self):
        self.assert_refused(
            "InvalidParameterCombination", self.rds.delete_db_cluster, DBClusterIdentifier="a"
        )
        self.assert_delete_refused(
            "InvalidParameterCombination",
            "a",
            SkipFinalSnapshot=True,
            FinalDBSnapshotIdentifier="last",
        )

    def test_is_there_afterwards_and_says_where_it_comes_from(self):
        before = self.shown("a")
        self.delete("a", FinalDBSnapshotIdentifier="last")
        snapshot = self.shown_snapshot("last")
        for same in ("DBClusterIdentifier", "DbClusterResourceId", "Engine", "Port"):
            self.assertEqual(snapshot[same], before[same])
        self.assertEqual(snapshot["SnapshotType"], "manual")
        self.assertEqual(snapshot["Status"], "available")
        self.assertIn("VpcId", snapshot)
        self.assertIn("AllocatedStorage", snapshot)

    def test_has_no_tags_unless_the_cluster_copies_them(self):
        self.delete("a", FinalDBSnapshotIdentifier="last")
        self.assertEqual(self.shown_snapshot("last")["TagList"], [])
        self.cluster("b", Tags=self.tags, CopyTagsToSnapshot=True)
        self.delete("b", FinalDBSnapshotIdentifier="last-b")
        self.assertEqual(self.shown_snapshot("last-b")["TagList"], self.tags)

    def test_name_must_be_well_formed(self):
        for name in ("1st", "two--hyphens", "ends-", "under_score", "x" * 256):
            self.assert_delete_refused("InvalidParameterValue", "a", FinalDBSnapshotIdentifier=name)
        self.delete("a", FinalDBSnapshotIdentifier="x" * 255)

    def test_name_must_be_free(self):
        self.rds.create_db_cluster_snapshot(
            DBClusterIdentifier="a", DBClusterSnapshotIdentifier="last"
        )
        self.assert_delete_refused(
            "DBClusterSnapshotAlreadyExistsFault", "a", FinalDBSnapshotIdentifier="last"
        )

    def test_counts_against_the_quota_of_manual_snapshots(self):
        control("quota", name="ManualClusterSnapshots", max=0)
        self.assert_delete_refused("SnapshotQuotaExceeded", "a", FinalDBSnapshotIdentifier="last")
        self.delete("a")

    def test_cannot_be_made_when_the_key_is_lost(self):
        control("cluster", id="a", status="inaccessible-encryption-credentials-recoverable")
        self.assert_delete_refused(
            "KMSKeyNotAccessibleFault", "a", FinalDBSnapshotIdentifier="last"
        )

    def test_automated_snapshots_are_not_listed_as_manual(self):
        def names(**asked):
            found = self.rds.describe_db_cluster_snapshots(DBClusterIdentifier="a", **asked)
            return [one["DBClusterSnapshotIdentifier"] for one in found["DBClusterSnapshots"]]

        self.assertEqual(names(SnapshotType="manual"), [])
        self.assertTrue(names(SnapshotType="automated")[0].startswith("rds:a-"))

    def test_automated_snapshots_cannot_be_deleted_by_hand(self):
        control("snapshot", id=self._automated(), created="2026-01-02T03:04:05Z")
        snapshot = self.shown_snapshot(self._automated())
        self.assertEqual(snapshot["SnapshotCreateTime"].year, 2026)
        self.assert_refused(
            "InvalidDBClusterSnapshotStateFault",
            self.rds.delete_db_cluster_snapshot,
            DBClusterSnapshotIdentifier=self._automated(),
        )

    def _automated(self) -> str:
        found = self.rds.describe_db_cluster_snapshots(SnapshotType="automated")
        return found["DBClusterSnapshots"][0]["DBClusterSnapshotIdentifier"]


class DeleteCluster(RdsTest):
    def setUp(self):
        super().setUp()
        self.cluster("a")

    def test_the_name_is_free_again_at_once(self):
        first = self.shown("a")["DbClusterResourceId"]
        self.delete("a")
        self.cluster("a")
        self.assertNotEqual(self.shown("a")["DbClusterResourceId"], first)

    def test_what_is_gone_is_not_found(self):
        self.delete("a")
        self.assert_delete_refused("DBClusterNotFoundFault", "a", status=404)
        self.assert_member_delete_refused("DBInstanceNotFound", "a1", status=404)

    def test_protection_is_respected(self):
        self.rds.modify_db_cluster(DBClusterIdentifier="a", DeletionProtection=True)
        message = self.assert_delete_refused("InvalidParameterCombination", "a")
        self.assertIn("disable deletion protection", message)

    def test_members_must_go_first(self):
        self.member("a", "a1")
        message = self.assert_delete_refused("InvalidDBClusterStateFault", "a")
        self.assertIn("non-deleting state", message)

    def test_a_stopped_cluster_keeps_itself_and_its_members(self):
        self.member("a", "a1")
        self.rds.stop_db_cluster(DBClusterIdentifier="a")
        self.assert_delete_refused("InvalidDBClusterStateFault", "a")
        self.assert_member_delete_refused("InvalidDBClusterStateFault", "a1")
        self.rds.start_db_cluster(DBClusterIdentifier="a")
        self.rds.delete_db_instance(DBInstanceIdentifier="a1")
        self.delete("a")

    def test_other_states_refuse_it_for_now(self):
        for status in ("modifying", "backing-up", "upgrading", "failing-over"):
            control("cluster", id="a", status=status)
            self.assert_delete_refused("InvalidDBClusterStateFault", "a")

    def test_a_failed_clone_can_go(self):
        control("cluster", id="a", status="cloning-failed")
        self.delete("a")

    def test_a_multi_az_cluster_takes_its_members_along(self):
        self.cluster("z", engine="postgres", DBClusterInstanceClass="db.m6gd.large")
        self.member("z", "z1", engine="postgres")
        self.assert_member_delete_refused("InvalidParameterValue", "z1")
        self.delete("z")
        self.assertEqual(self.rds.describe_db_instances()["DBInstances"], [])


class GlobalMembership(RdsTest):
    def setUp(self):
        super().setUp()
        self.rds.create_global_cluster(GlobalClusterIdentifier="g", Engine="aurora-postgresql")
        self.cluster("a", GlobalClusterIdentifier="g")

    def test_a_member_names_its_global_cluster_and_is_not_deleted(self):
        self.assertEqual(self.shown("a")["GlobalClusterIdentifier"], "g")
        message = self.assert_delete_refused("InvalidDBClusterStateFault", "a")
        self.assertIn("part of a global cluster", message)

    def test_a_primary_with_secondaries_says_so(self):
        self.cluster("b", GlobalClusterIdentifier="g")
        self.assert_delete_refused("InvalidGlobalClusterStateFault", "a")

    def test_a_detached_member_can_be_deleted(self):
        self.rds.remove_from_global_cluster(
            GlobalClusterIdentifier="g", DbClusterIdentifier=self.shown("a")["DBClusterArn"]
        )
        self.assertNotIn("GlobalClusterIdentifier", self.shown("a"))
        self.delete("a")

    def test_an_unknown_global_cluster_is_not_found(self):
        self.assert_refused(
            "GlobalClusterNotFoundFault",
            self.rds.remove_from_global_cluster,
            404,
            GlobalClusterIdentifier="none",
            DbClusterIdentifier="a",
        )

    def test_membership_can_be_seeded(self):
        self.cluster("s")
        control("cluster", id="s", global_cluster_identifier="seeded")
        self.assert_delete_refused("InvalidDBClusterStateFault", "s")
        found = self.rds.describe_global_clusters(GlobalClusterIdentifier="seeded")
        self.assertEqual(len(found["GlobalClusters"][0]["GlobalClusterMembers"]), 1)


class DeleteInstance(RdsTest):
    def setUp(self):
        super().setUp()
        self.cluster("a")
        self.member("a", "a1")

    def test_a_member_has_no_final_snapshot(self):
        self.assert_member_delete_refused(
            "InvalidParameterCombination", "a1", FinalDBSnapshotIdentifier="last"
        )

    def test_the_last_instance_of_a_replicated_cluster_stays(self):
        self.member("a", "a2")
        control("cluster", id="a", read_replica_identifiers=["arn:aws:rds:eu-west-1:1:cluster:r"])
        self.rds.delete_db_instance(DBInstanceIdentifier="a2")
        self.assert_member_delete_refused("InvalidDBClusterStateFault", "a1")

    def test_the_last_instance_of_a_replica_stays(self):
        source = "arn:aws:rds:eu-west-1:1:cluster:source"
        control("cluster", id="a", replication_source_identifier=source)
        self.assertEqual(self.shown("a")["ReplicationSourceIdentifier"], source)
        self.assert_member_delete_refused("InvalidDBClusterStateFault", "a1")

    def test_an_instance_in_change_stays(self):
        control("instance", id="a1", status="modifying")
        self.assert_member_delete_refused("InvalidDBInstanceState", "a1")

    def test_a_single_instance_needs_exactly_one_of_skip_and_name(self):
        self.rds.create_db_instance(
            DBInstanceIdentifier="lone",
            Engine="postgres",
            EngineVersion="16.4",
            DBInstanceClass="db.t4g.micro",
            MasterUsername="admin1",
            MasterUserPassword="long enough",
            AllocatedStorage=20,
        )
        self.assert_member_delete_refused("InvalidParameterCombination", "lone")
        self.rds.delete_db_instance(DBInstanceIdentifier="lone", SkipFinalSnapshot=True)
