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


if __name__ == "__main__":
    unittest.main()
