"""IAM: pages, deletions and the age of things."""

import unittest

from stand_in_process import StandInTest, client, control


class Names(StandInTest):
    def test_a_user_with_a_new_name_keeps_tags_and_keys(self):
        iam = client("iam")
        iam.create_user(UserName="ana", Tags=[{"Key": "k", "Value": "v"}])
        key = iam.create_access_key(UserName="ana")["AccessKey"]["AccessKeyId"]
        iam.update_user(UserName="ana", NewUserName="anna")
        self.assertEqual(iam.get_user(UserName="anna")["User"]["Tags"], [{"Key": "k", "Value": "v"}])
        self.assertEqual(iam.get_access_key_last_used(AccessKeyId=key)["UserName"], "anna")


class Pages(StandInTest):
    def setUp(self):
        super().setUp()
        self.iam = client("iam")

    def sizes(self, call: str, list_name: str, size: int, **asked) -> list[int]:
        pages = self.iam.get_paginator(call).paginate(PaginationConfig={"PageSize": size}, **asked)
        return [len(page[list_name]) for page in pages]

    def test_users(self):
        for number in range(5):
            self.iam.create_user(UserName=f"u{number}")
        self.assertEqual(self.sizes("list_users", "Users", 2), [2, 2, 1])

    def test_a_user_deleted_between_pages_hides_no_other(self):
        for number in range(4):
            self.iam.create_user(UserName=f"u{number}")
        first = self.iam.list_users(MaxItems=2)
        self.iam.delete_user(UserName="u0")
        rest = self.iam.list_users(Marker=first["Marker"])
        self.assertEqual([user["UserName"] for user in rest["Users"]], ["u2", "u3"])
        self.assertFalse(rest["IsTruncated"])

    def test_keys_groups_and_tags_of_a_user(self):
        tags = [{"Key": f"k{number}", "Value": "v"} for number in range(3)]
        self.iam.create_user(UserName="ada", Tags=tags)
        for _ in range(2):
            self.iam.create_access_key(UserName="ada")
        for number in range(3):
            self.iam.create_group(GroupName=f"g{number}")
            self.iam.add_user_to_group(GroupName=f"g{number}", UserName="ada")
        self.assertEqual(
            self.sizes("list_access_keys", "AccessKeyMetadata", 1, UserName="ada"), [1, 1]
        )
        self.assertEqual(self.sizes("list_groups_for_user", "Groups", 2, UserName="ada"), [2, 1])
        self.assertEqual(self.sizes("list_user_tags", "Tags", 2, UserName="ada"), [2, 1])

    def test_account_details_page_across_their_lists(self):
        for number in range(3):
            self.iam.create_user(UserName=f"u{number}", Tags=[{"Key": "k", "Value": "v"}])
        self.iam.create_group(GroupName="g")
        first = self.iam.get_account_authorization_details(MaxItems=2)
        rest = self.iam.get_account_authorization_details(Marker=first["Marker"])
        self.assertEqual(len(first["UserDetailList"]), 2)
        self.assertEqual(first["UserDetailList"][0]["Tags"], [{"Key": "k", "Value": "v"}])
        self.assertEqual((len(rest["UserDetailList"]), len(rest["GroupDetailList"])), (1, 1))
        only_users = self.iam.get_account_authorization_details(Filter=["User"])
        self.assertEqual(only_users["GroupDetailList"], [])

    def test_an_invented_marker_is_refused(self):
        self.assert_refused("ValidationError", self.iam.list_users, Marker="u1")


class DeleteUser(StandInTest):
    def test_is_refused_while_something_hangs_on_the_user(self):
        iam = client("iam")
        iam.create_user(UserName="ada")
        key = iam.create_access_key(UserName="ada")["AccessKey"]["AccessKeyId"]
        iam.create_group(GroupName="g")
        iam.add_user_to_group(GroupName="g", UserName="ada")
        self.assert_refused("DeleteConflict", iam.delete_user, 409, UserName="ada")
        iam.delete_access_key(UserName="ada", AccessKeyId=key)
        self.assert_refused("DeleteConflict", iam.delete_user, 409, UserName="ada")
        iam.remove_user_from_group(GroupName="g", UserName="ada")
        iam.delete_user(UserName="ada")


class Ages(StandInTest):
    def setUp(self):
        super().setUp()
        self.iam = client("iam")
        self.iam.create_user(UserName="ada")

    def test_of_a_key_and_its_last_use(self):
        key = self.iam.create_access_key(UserName="ada")["AccessKey"]["AccessKeyId"]
        control(
            "age-key",
            key=key,
            created="2026-01-02T00:00:00Z",
            last_used="2026-02-03T00:00:00Z",
            service="sts",
        )
        (listed,) = self.iam.list_access_keys(UserName="ada")["AccessKeyMetadata"]
        self.assertEqual(listed["CreateDate"].isoformat(), "2026-01-02T00:00:00+00:00")
        used = self.iam.get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"]
        self.assertEqual(used["LastUsedDate"].isoformat(), "2026-02-03T00:00:00+00:00")
        self.assertEqual(used["ServiceName"], "sts")
        control("age-key", key=key, last_used=None)
        used = self.iam.get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"]
        self.assertEqual(used, {"Region": "N/A", "ServiceName": "N/A"})

    def test_of_a_user(self):
        control("age-user", user="ada", created="2026-01-02T00:00:00Z")
        created = self.iam.get_user(UserName="ada")["User"]["CreateDate"]
        self.assertEqual(created.isoformat(), "2026-01-02T00:00:00+00:00")


if __name__ == "__main__":
    unittest.main()
