"""Tags on clusters, instances and snapshots."""

from rds_test_case import RdsTest, arn


class Tags(RdsTest):
    def setUp(self):
        super().setUp()
        self.cluster("a")
        self.member("a", "a1")
        self.rds.create_db_cluster_snapshot(
            DBClusterIdentifier="a", DBClusterSnapshotIdentifier="kept"
        )
        self.arns = (arn("cluster", "a"), arn("db", "a1"), arn("cluster-snapshot", "kept"))

    def add(self, name: str, key: str, value: str) -> None:
        tags = [{"Key": key, "Value": value}]
        self.rds.add_tags_to_resource(ResourceName=name, Tags=tags)

    def assert_add_refused(self, **tag) -> None:
        self.assert_refused(
            "InvalidParameterValue",
            self.rds.add_tags_to_resource,
            ResourceName=self.arns[0],
            Tags=[tag],
        )

    def tag_lists(self) -> list:
        return [
            self.shown("a")["TagList"],
            self.shown_instance("a1")["TagList"],
            self.shown_snapshot("kept")["TagList"],
        ]

    def test_describe_shows_what_was_added_changed_and_removed(self):
        for name in self.arns:
            self.add(name, "owner", "ada")
            self.add(name, "owner", "grace")
            self.add(name, "gone", "")
            self.rds.remove_tags_from_resource(ResourceName=name, TagKeys=["gone"])
            listed = self.rds.list_tags_for_resource(ResourceName=name)["TagList"]
            self.assertEqual(listed, [{"Key": "owner", "Value": "grace"}])
        self.assertEqual(self.tag_lists(), [[{"Key": "owner", "Value": "grace"}]] * 3)

    def test_a_missing_resource_is_not_found(self):
        for kind, code in (
            ("cluster", "DBClusterNotFoundFault"),
            ("db", "DBInstanceNotFound"),
            ("cluster-snapshot", "DBClusterSnapshotNotFoundFault"),
        ):
            missing = {"ResourceName": arn(kind, "none")}
            self.assert_refused(code, self.rds.list_tags_for_resource, 404, **missing)
            self.assert_refused(
                code, self.rds.add_tags_to_resource, 404, Tags=[{"Key": "k"}], **missing
            )
            self.assert_refused(
                code, self.rds.remove_tags_from_resource, 404, TagKeys=["k"], **missing
            )

    def test_there_are_at_most_fifty(self):
        for number in range(50):
            self.add(self.arns[0], f"k{number}", "v")
        self.assert_add_refused(Key="one-more", Value="v")
        self.add(self.arns[0], "k0", "changed")

    def test_keys_and_values_have_their_lengths(self):
        self.add(self.arns[0], "k" * 128, "v" * 256)
        self.assert_add_refused(Key="k" * 129, Value="v")
        self.assert_add_refused(Key="k", Value="v" * 257)

    def test_only_some_signs_are_allowed(self):
        self.add(self.arns[0], "until_é.:/=+-@ 1", "2026-01-02T03:04:05+02:00")
        for sign in ",;'\"[]{}&!*#%\\?<>|~^$()":
            self.assert_add_refused(Key="k", Value=f"a{sign}b")

    def test_the_prefix_of_aws_is_refused(self):
        self.assert_add_refused(Key="aws:mine", Value="v")

    def test_a_create_call_keeps_the_same_rules(self):
        for tag in ({"Key": "k", "Value": "a,b"}, {"Key": "aws:mine", "Value": "v"}):
            with self.assertRaisesRegex(Exception, "InvalidParameterValue"):
                self.cluster("b", Tags=[tag])
