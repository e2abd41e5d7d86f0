"""Secrets Manager: versions, tokens, deletion and rotation."""

import unittest
from datetime import UTC, datetime

from stand_in_process import StandInTest, client, control

FIRST, SECOND = "1" * 32, "2" * 32


class SecretsTest(StandInTest):
    def setUp(self):
        super().setUp()
        self.secrets = client("secretsmanager")

    def create(self, **settings) -> None:
        self.secrets.create_secret(Name="s", **settings)

    def put(self, token: str, value: str, **settings) -> dict:
        return self.secrets.put_secret_value(
            SecretId="s", ClientRequestToken=token, SecretString=value, **settings
        )

    def versions(self, **asked) -> dict:
        listed = self.secrets.list_secret_version_ids(SecretId="s", **asked)["Versions"]
        return {version["VersionId"]: version for version in listed}


class Versions(SecretsTest):
    def test_keep_the_date_of_their_creation(self):
        control("clock", offset_seconds=-90 * 24 * 3600)
        self.create(SecretString="old", ClientRequestToken=FIRST)
        control("clock", offset_seconds=0)
        self.put(SECOND, "new")
        versions = self.versions()
        age = versions[SECOND]["CreatedDate"] - versions[FIRST]["CreatedDate"]
        self.assertEqual(age.days, 90)

    def test_of_one_second_are_told_apart(self):
        self.create(SecretString="one", ClientRequestToken=FIRST)
        self.put(SECOND, "two")
        versions = self.versions()
        self.assertLess(versions[FIRST]["CreatedDate"], versions[SECOND]["CreatedDate"])

    def test_take_a_date_from_a_control_call(self):
        self.create(SecretString="x", ClientRequestToken=FIRST)
        control("secret-version", secret="s", version=FIRST, created="2026-01-02T00:00:00Z")
        created = self.versions()[FIRST]["CreatedDate"].astimezone(UTC)
        self.assertEqual(created.isoformat(), "2026-01-02T00:00:00+00:00")

    def test_show_the_day_of_the_last_reading_and_nothing_before(self):
        self.create(SecretString="x", ClientRequestToken=FIRST)
        self.assertNotIn("LastAccessedDate", self.versions()[FIRST])
        self.secrets.get_secret_value(SecretId="s")
        read = self.versions()[FIRST]["LastAccessedDate"].astimezone(UTC)
        self.assertEqual((read.hour, read.date()), (0, datetime.now(UTC).date()))

    def test_without_a_label_are_listed_only_on_request(self):
        self.create(SecretString="1", ClientRequestToken=FIRST)
        self.put(SECOND, "2")
        self.put("3" * 32, "3")
        self.assertEqual(set(self.versions()), {SECOND, "3" * 32})
        self.assertEqual(len(self.versions(IncludeDeprecated=True)), 3)

    def test_put_behind_a_label_that_was_moved_leave_one_that_is_current(self):
        self.create(SecretString="1", ClientRequestToken=FIRST)
        self.put(SECOND, "2", VersionStages=["AWSPENDING"])
        self.secrets.update_secret_version_stage(
            SecretId="s", VersionStage="AWSCURRENT", MoveToVersionId=SECOND, RemoveFromVersionId=FIRST
        )
        self.put("3" * 32, "3")
        labels = {name: version["VersionStages"] for name, version in self.versions().items()}
        self.assertEqual(labels["3" * 32], ["AWSCURRENT"])
        self.assertIn("AWSPREVIOUS", labels[SECOND])
        self.assertNotIn(FIRST, labels)

    def test_are_read_by_the_label_wherever_it_was_moved_to(self):
        self.create(SecretString="old", ClientRequestToken=FIRST)
        self.put(SECOND, "new", VersionStages=["AWSPENDING"])
        self.assertEqual(self.secrets.get_secret_value(SecretId="s")["SecretString"], "old")
        self.secrets.update_secret_version_stage(
            SecretId="s",
            VersionStage="AWSCURRENT",
            MoveToVersionId=SECOND,
            RemoveFromVersionId=FIRST,
        )
        self.assertEqual(self.secrets.get_secret_value(SecretId="s")["SecretString"], "new")

    def test_lose_what_is_current_to_the_next_value_and_keep_their_other_labels(self):
        self.create(SecretString="old", ClientRequestToken=FIRST)
        self.put(SECOND, "new", VersionStages=["AWSPENDING"])
        self.secrets.update_secret_version_stage(
            SecretId="s",
            VersionStage="AWSCURRENT",
            MoveToVersionId=SECOND,
            RemoveFromVersionId=FIRST,
        )
        self.put("3" * 32, "by hand")
        labels = {name: set(of["VersionStages"]) for name, of in self.versions().items()}
        self.assertEqual(
            labels, {"3" * 32: {"AWSCURRENT"}, SECOND: {"AWSPREVIOUS", "AWSPENDING"}}
        )

    def test_come_in_pages(self):
        self.create(SecretString="1", ClientRequestToken=FIRST)
        self.put(SECOND, "2")
        first = self.secrets.list_secret_version_ids(SecretId="s", MaxResults=1)
        rest = self.secrets.list_secret_version_ids(SecretId="s", NextToken=first["NextToken"])
        self.assertEqual([one["VersionId"] for one in rest["Versions"]], [SECOND])

    def test_the_first_is_current_whatever_label_was_asked_for(self):
        self.create()
        self.put(FIRST, "x", VersionStages=["AWSPENDING"])
        self.assertEqual(self.versions()[FIRST]["VersionStages"], ["AWSCURRENT"])

    def test_of_a_missing_secret_are_not_found(self):
        self.assert_refused(
            "ResourceNotFoundException",
            self.secrets.list_secret_version_ids,
            404,
            SecretId="none",
        )


class Tokens(SecretsTest):
    def test_the_same_value_again_changes_nothing(self):
        self.create(SecretString="1", ClientRequestToken=FIRST)
        for _ in range(2):
            self.put(SECOND, "2", VersionStages=["AWSPENDING"])
        self.assertEqual(self.versions()[SECOND]["VersionStages"], ["AWSPENDING"])
        self.assertEqual(len(self.versions()), 2)

    def test_another_value_is_refused(self):
        self.create(SecretString="1", ClientRequestToken=FIRST)
        self.put(SECOND, "2", VersionStages=["AWSPENDING"])
        self.assert_refused(
            "ResourceExistsException",
            self.put,
            token=SECOND,
            value="other",
            VersionStages=["AWSPENDING"],
        )


class Deletion(SecretsTest):
    def test_the_name_stays_taken_until_the_window_is_over(self):
        self.create(SecretString="x")
        self.secrets.delete_secret(SecretId="s")
        self.assert_refused("InvalidRequestException", self.create, SecretString="y")
        self.assert_refused("InvalidRequestException", self.put, token=FIRST, value="y")
        self.assertIn("DeletedDate", self.secrets.describe_secret(SecretId="s"))
        self.secrets.restore_secret(SecretId="s")
        self.put(FIRST, "y")


class Rotation(SecretsTest):
    def test_needs_a_function_from_this_call_or_an_earlier_one(self):
        self.create(SecretString="x", ClientRequestToken=FIRST)
        self.assert_refused("InvalidRequestException", self.secrets.rotate_secret, SecretId="s")
        self.assertEqual(self.versions()[FIRST]["VersionStages"], ["AWSCURRENT"])

    def test_needs_a_function_that_exists(self):
        self.create(SecretString="x")
        self.assert_refused(
            "ResourceNotFoundException",
            self.secrets.rotate_secret,
            404,
            SecretId="s",
            RotationLambdaARN="arn:aws:lambda:us-east-1:123456789012:function:none",
        )

    def test_begins_with_a_version_that_has_no_value_and_no_other_begins_before_it_ends(self):
        self.create(SecretString="x", ClientRequestToken=FIRST)
        control("rotation", secret="s", version=SECOND)
        control("rotation", secret="s", version=SECOND)
        self.assertTrue(self.secrets.describe_secret(SecretId="s")["RotationEnabled"])
        self.assertEqual(self.versions()[SECOND]["VersionStages"], ["AWSPENDING"])
        self.assert_refused(
            "ResourceNotFoundException", self.secrets.get_secret_value, 404, SecretId="s", VersionId=SECOND
        )
        with self.assertRaises(ValueError):
            control("rotation", secret="s", version=FIRST[::-1])
        self.put(SECOND, "y", VersionStages=["AWSPENDING"])
        self.assertEqual(
            self.secrets.get_secret_value(SecretId="s", VersionId=SECOND)["SecretString"], "y"
        )


if __name__ == "__main__":
    unittest.main()
