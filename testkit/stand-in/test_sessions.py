"""STS: sessions of roles."""

import unittest

from stand_in_process import StandInTest, client, control


class Sessions(StandInTest):
    def test_what_they_were_given_is_told_in_the_account_of_the_role(self):
        role = "arn:aws:iam::444455556666:role/a/reader"
        given = client("sts").assume_role(RoleArn=role, RoleSessionName="night")["Credentials"]
        told = control("sessions", account="444455556666")["sessions"]
        self.assertEqual(
            told,
            [
                {
                    "role": role,
                    "name": "night",
                    "secret": given["SecretAccessKey"],
                    "token": given["SessionToken"],
                }
            ],
        )
        self.assertEqual(control("sessions")["sessions"], [])

    def test_they_stray_into_another_account_where_a_test_says_so(self):
        control("strayed-sessions", account="444455556666", into="777788889999")
        sts = client("sts")
        given = {}
        for account in ("444455556666", "555566667777"):
            role = f"arn:aws:iam::{account}:role/a/reader"
            given[account] = sts.assume_role(RoleArn=role, RoleSessionName="night")["AssumedRoleUser"]["Arn"].split(":")[4]
        self.assertEqual(given, {"444455556666": "777788889999", "555566667777": "555566667777"})


if __name__ == "__main__":
    unittest.main()
