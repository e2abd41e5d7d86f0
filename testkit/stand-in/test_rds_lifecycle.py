"""Held changes: the minutes in which AWS shows `creating` and `deleting`."""

from rds_test_case import RdsTest
from stand_in_process import control


class Lifecycle(RdsTest):
    def hold_with_a_cluster_of_two(self) -> None:
        self.cluster("a")
        self.member("a", "a1")
        self.member("a", "a2")
        control("lifecycle", mode="held")

    def test_changes_are_instantaneous_by_default(self):
        self.assertEqual(self.cluster("a")["Status"], "creating")
        self.assertEqual(self.shown("a")["Status"], "available")
        self.delete("a")
        self.assertEqual(self.cluster_names(), [])

    def test_what_is_created_stays_creating_until_settled(self):
        control("lifecycle", mode="held")
        self.cluster("a")
        for _ in range(2):
            self.assertEqual(self.shown("a")["Status"], "creating")
        self.assert_delete_refused("InvalidDBClusterStateFault", "a")
        with self.assertRaisesRegex(Exception, "InvalidDBClusterStateFault"):
            self.member("a", "a1")
        control("settle")
        self.assertEqual(self.shown("a")["Status"], "available")
        self.member("a", "a1")
        self.assertEqual(self.shown_instance("a1")["DBInstanceStatus"], "creating")

    def test_an_instance_stays_deleting_until_settled(self):
        self.hold_with_a_cluster_of_two()
        self.rds.delete_db_instance(DBInstanceIdentifier="a1")
        self.assertEqual(self.shown_instance("a1")["DBInstanceStatus"], "deleting")
        message = self.assert_member_delete_refused("InvalidDBInstanceState", "a1")
        self.assertIn("is already being deleted", message)
        control("settle")
        self.assert_member_delete_refused("DBInstanceNotFound", "a1", status=404)

    def test_a_cluster_goes_as_soon_as_every_member_is_going(self):
        self.hold_with_a_cluster_of_two()
        self.rds.delete_db_instance(DBInstanceIdentifier="a1")
        self.assert_delete_refused("InvalidDBClusterStateFault", "a")
        self.rds.delete_db_instance(DBInstanceIdentifier="a2")
        self.delete("a", FinalDBSnapshotIdentifier="last")
        self.assertEqual(self.shown("a")["Status"], "deleting")
        self.assertEqual(self.shown_snapshot("last")["Status"], "creating")
        message = self.assert_delete_refused("InvalidDBClusterStateFault", "a")
        self.assertIn("already being deleted", message)
        control("settle")
        self.assertEqual(self.cluster_names(), [])
        self.assertEqual(self.shown_snapshot("last")["Status"], "available")

    def test_the_name_of_a_cluster_that_is_going_is_still_taken(self):
        self.cluster("a")
        control("lifecycle", mode="held")
        self.delete("a")
        with self.assertRaisesRegex(Exception, "DBClusterAlreadyExistsFault"):
            self.cluster("a")

    def test_a_snapshot_that_is_being_made_cannot_be_deleted(self):
        self.cluster("a")
        control("lifecycle", mode="held")
        self.rds.create_db_cluster_snapshot(
            DBClusterIdentifier="a", DBClusterSnapshotIdentifier="new"
        )
        self.assert_refused(
            "InvalidDBClusterSnapshotStateFault",
            self.rds.delete_db_cluster_snapshot,
            DBClusterSnapshotIdentifier="new",
        )

    def test_only_an_available_cluster_can_be_changed(self):
        control("lifecycle", mode="held")
        self.cluster("a")
        self.assert_refused(
            "InvalidDBClusterStateFault",
            self.rds.modify_db_cluster,
            DBClusterIdentifier="a",
            DeletionProtection=True,
        )
