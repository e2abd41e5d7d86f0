"""Making clusters and instances, new, restored or cloned."""

from concurrent.futures import ThreadPoolExecutor

from rds_test_case import RdsTest, arn
from stand_in_process import client, control

GIVEN = {
    "DBSubnetGroupName": "private",
    "VpcSecurityGroupIds": ["sg-1", "sg-2"],
    "DBClusterParameterGroupName": "tuned",
    "Port": 6000,
    "Tags": [{"Key": "owner", "Value": "ada"}],
    "EnableIAMDatabaseAuthentication": True,
    "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 4.0},
    "CopyTagsToSnapshot": True,
    "DeletionProtection": True,
    "EnableCloudwatchLogsExports": ["postgresql"],
}


class Settings(RdsTest):
    def assert_shows_what_was_given(self, name: str) -> None:
        shown = self.shown(name)
        groups = [group["VpcSecurityGroupId"] for group in shown["VpcSecurityGroups"]]
        self.assertEqual(shown["DBSubnetGroup"], "private")
        self.assertEqual(groups, ["sg-1", "sg-2"])
        self.assertEqual(shown["DBClusterParameterGroup"], "tuned")
        self.assertEqual(shown["Port"], 6000)
        self.assertEqual(shown["TagList"], GIVEN["Tags"])
        self.assertTrue(shown["IAMDatabaseAuthenticationEnabled"])
        scaling = shown["ServerlessV2ScalingConfiguration"]
        self.assertEqual((scaling["MinCapacity"], scaling["MaxCapacity"]), (0.5, 4.0))
        self.assertTrue(shown["CopyTagsToSnapshot"])
        self.assertTrue(shown["DeletionProtection"])
        self.assertEqual(shown["EnabledCloudwatchLogsExports"], ["postgresql"])

    def assert_shows_defaults(self, name: str) -> None:
        shown = self.shown(name)
        self.assertEqual(shown["DBSubnetGroup"], "default")
        self.assertEqual(len(shown["VpcSecurityGroups"]), 1)
        self.assertTrue(shown["DBClusterParameterGroup"].startswith("default.aurora-postgresql"))
        self.assertEqual(shown["Port"], 5432)
        self.assertEqual(shown["TagList"], [])
        self.assertFalse(shown["IAMDatabaseAuthenticationEnabled"])
        self.assertFalse(shown["CopyTagsToSnapshot"])
        self.assertFalse(shown["DeletionProtection"])

    def test_a_new_cluster_shows_them(self):
        self.cluster("a", **GIVEN)
        self.assert_shows_what_was_given("a")

    def test_a_restored_cluster_takes_them_from_the_call_only(self):
        self.cluster("a", **GIVEN)
        self.rds.create_db_cluster_snapshot(
            DBClusterIdentifier="a", DBClusterSnapshotIdentifier="kept"
        )
        restore = self.rds.restore_db_cluster_from_snapshot
        for name, source in (("given", "kept"), ("by-arn", arn("cluster-snapshot", "kept"))):
            restore(
                DBClusterIdentifier=name,
                SnapshotIdentifier=source,
                Engine="aurora-postgresql",
                **GIVEN,
            )
            self.assert_shows_what_was_given(name)
        restore(DBClusterIdentifier="plain", SnapshotIdentifier="kept", Engine="aurora-postgresql")
        self.assert_shows_defaults("plain")

    def test_a_clone_takes_them_from_the_call_only(self):
        self.cluster("a", **GIVEN)
        self.clone("a", "given", **GIVEN)
        self.assert_shows_what_was_given("given")
        self.clone("a", "plain")
        self.assert_shows_defaults("plain")

    def test_a_changed_cluster_shows_its_changes(self):
        self.cluster("a")
        self.rds.modify_db_cluster(
            DBClusterIdentifier="a",
            EnableIAMDatabaseAuthentication=True,
            CloudwatchLogsExportConfiguration={"EnableLogTypes": ["postgresql"]},
        )
        self.assertTrue(self.shown("a")["IAMDatabaseAuthenticationEnabled"])
        self.assertEqual(self.shown("a")["EnabledCloudwatchLogsExports"], ["postgresql"])

    def test_a_member_shows_its_own_and_those_of_its_cluster(self):
        self.cluster("a", **GIVEN)
        self.member(
            "a",
            "a1",
            PromotionTier=3,
            PubliclyAccessible=False,
            AvailabilityZone="us-east-1b",
            Tags=GIVEN["Tags"],
        )
        shown = self.shown_instance("a1")
        self.assertEqual(shown["DBInstanceClass"], "db.t4g.medium")
        self.assertEqual(shown["PromotionTier"], 3)
        self.assertIs(shown["PubliclyAccessible"], False)
        self.assertEqual(shown["AvailabilityZone"], "us-east-1b")
        self.assertEqual(shown["TagList"], GIVEN["Tags"])
        self.assertEqual(shown["DBSubnetGroup"]["DBSubnetGroupName"], "private")
        self.assertEqual(shown["Endpoint"]["Port"], 6000)
        self.assertEqual(len(shown["VpcSecurityGroups"]), 2)
        self.assertEqual(len(shown["DBParameterGroups"]), 1)

    def test_instances_have_resource_ids_of_their_own(self):
        self.cluster("a")
        self.member("a", "a1")
        self.member("a", "a2")
        ids = {self.shown_instance(name)["DbiResourceId"] for name in ("a1", "a2")}
        self.assertEqual(len(ids), 2)


class Refusals(RdsTest):
    def test_a_cluster_is_never_overwritten(self):
        self.cluster("a")
        self.cluster("b")
        self.rds.create_db_cluster_snapshot(
            DBClusterIdentifier="b", DBClusterSnapshotIdentifier="kept"
        )
        with self.assertRaisesRegex(Exception, "DBClusterAlreadyExistsFault"):
            self.cluster("a")
        with self.assertRaisesRegex(Exception, "DBClusterAlreadyExistsFault"):
            self.clone("b", "a")
        self.assert_refused(
            "DBClusterAlreadyExistsFault",
            self.rds.restore_db_cluster_from_snapshot,
            DBClusterIdentifier="a",
            SnapshotIdentifier="kept",
            Engine="aurora-postgresql",
        )

    def test_an_unknown_snapshot_or_source_is_not_found(self):
        self.assert_refused(
            "DBClusterSnapshotNotFoundFault",
            self.rds.restore_db_cluster_from_snapshot,
            404,
            DBClusterIdentifier="a",
            SnapshotIdentifier="none",
            Engine="aurora-postgresql",
        )
        with self.assertRaisesRegex(Exception, "DBClusterNotFoundFault"):
            self.clone("none", "a")

    def test_one_of_many_callers_at_once_gets_the_name(self):
        def create(_) -> bool:
            try:
                self.cluster("a")
            except self.rds.exceptions.DBClusterAlreadyExistsFault:
                return False
            return True

        with ThreadPoolExecutor(8) as callers:
            self.assertEqual(sum(callers.map(create, range(8))), 1)

    def test_malformed_names_are_refused(self):
        for name in ("9lives", "two--hyphens", "ends-", "x" * 64):
            with self.assertRaisesRegex(Exception, "InvalidParameterValue"):
                self.cluster(name)


class Changes(RdsTest):
    def test_an_unknown_cluster_is_not_found(self):
        self.assert_refused(
            "DBClusterNotFoundFault", self.rds.modify_db_cluster, 404, DBClusterIdentifier="none"
        )

    def test_a_refused_change_loses_nothing(self):
        self.cluster("a")
        self.assert_refused(
            "InvalidParameterValue",
            self.rds.modify_db_cluster,
            DBClusterIdentifier="a",
            MasterUserPassword="short",
        )
        self.assertEqual(self.cluster_names(), ["a"])

    def test_a_new_name_keeps_the_members(self):
        self.cluster("a")
        self.member("a", "a1")
        self.rds.modify_db_cluster(DBClusterIdentifier="a", NewDBClusterIdentifier="b")
        (member,) = self.shown("b")["DBClusterMembers"]
        self.assertEqual(member["DBInstanceIdentifier"], "a1")
        self.assertEqual(self.shown_instance("a1")["DBClusterIdentifier"], "b")

    def test_endpoints_have_the_identifier_that_was_said(self):
        control("endpoints", identifier="c0ffee000000")
        self.cluster("a")
        self.clone("a", "b")
        for name in ("a", "b"):
            expected = f"{name}.cluster-c0ffee000000.us-east-1.rds.amazonaws.com"
            self.assertEqual(self.shown(name)["Endpoint"], expected)

    def test_a_clone_can_get_a_managed_password_and_rotate_it(self):
        self.cluster("a")
        self.clone("a", "b")
        change = self.rds.modify_db_cluster
        change(DBClusterIdentifier="b", ManageMasterUserPassword=True, ApplyImmediately=True)
        secret = self.shown("b")["MasterUserSecret"]["SecretArn"]
        read = client("secretsmanager").get_secret_value
        before = read(SecretId=secret)["SecretString"]
        change(DBClusterIdentifier="b", RotateMasterUserPassword=True, ApplyImmediately=True)
        self.assertNotEqual(read(SecretId=secret)["SecretString"], before)
        self.delete("b")
        self.assert_refused("ResourceNotFoundException", read, 404, SecretId=secret)


class CloneGroups(RdsTest):
    def test_a_clone_shares_the_group_of_its_source(self):
        self.cluster("a")
        self.clone("a", "b")
        self.clone("b", "c")
        groups = {self.shown(name)["CloneGroupId"] for name in ("a", "b", "c")}
        self.assertEqual(len(groups), 1)

    def test_a_full_copy_starts_a_group_of_its_own(self):
        self.cluster("a")
        self.rds.restore_db_cluster_to_point_in_time(
            SourceDBClusterIdentifier="a",
            DBClusterIdentifier="b",
            UseLatestRestorableTime=True,
        )
        self.assertNotIn("CloneGroupId", self.shown("a"), "nobody has one before they are cloned")
        self.assertNotIn("CloneGroupId", self.shown("b"))

    def test_a_copy_names_its_original_and_no_cluster(self):
        self.cluster("a")
        self.rds.create_db_cluster_snapshot(
            DBClusterIdentifier="a", DBClusterSnapshotIdentifier="first"
        )
        self.rds.copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier="first", TargetDBClusterSnapshotIdentifier="second"
        )
        first, second = self.shown_snapshot("first"), self.shown_snapshot("second")
        self.assertEqual(second["SourceDBClusterSnapshotArn"], first["DBClusterSnapshotArn"])
        self.assertNotIn("DbClusterResourceId", second)
        self.assertNotIn("SourceDBClusterSnapshotArn", first)
        self.assertIn("DbClusterResourceId", first)

    def test_a_group_can_be_set(self):
        self.cluster("a")
        control("cluster", id="a", clone_group_id="g", created="2026-01-02T03:04:05+02:00")
        self.assertEqual(self.shown("a")["CloneGroupId"], "g")
        self.assertEqual(self.shown("a")["ClusterCreateTime"].isoformat()[:13], "2026-01-02T01")
