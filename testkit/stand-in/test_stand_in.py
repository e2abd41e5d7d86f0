"""The process itself: its start and end, its control calls, its accounts and its clock."""

import os
import select
import signal
import subprocess
import sys
import unittest
from datetime import UTC, datetime, timedelta

from stand_in_process import PROGRAM, StandInTest, client, control, start


class Process(unittest.TestCase):
    def test_says_where_it_listens_on_the_loopback_only(self):
        process, address = start()
        self.assertRegex(address, r"^http://127\.0\.0\.1:\d+$")
        process.stdin.close()
        process.wait(timeout=5)
        self.assertEqual(process.stdout.read(), "")
        process.stdout.close()

    def test_ends_when_its_stdin_does(self):
        process, _ = start()
        process.stdin.close()
        self.assertEqual(process.wait(timeout=5), 0)
        process.stdout.close()

    def test_ends_on_sigterm(self):
        process, _ = start()
        process.terminate()
        self.assertEqual(process.wait(timeout=5), 0)
        process.stdin.close()
        process.stdout.close()

    def test_does_not_outlive_a_killed_starter(self):
        # The starter hands its end of the pipe to nobody and is killed outright.
        starter = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import subprocess, sys, time\n"
                "child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE,"
                " stdout=subprocess.PIPE, text=True)\n"
                "child.stdout.readline()\n"
                "print(child.pid, flush=True)\n"
                "time.sleep(60)",
                sys.executable,
                str(PROGRAM),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        child = int(starter.stdout.readline())
        watch = os.pidfd_open(child)
        starter.send_signal(signal.SIGKILL)
        starter.wait(timeout=5)
        starter.stdout.close()
        self.assertTrue(_ended(watch, seconds=5))
        os.close(watch)


def _ended(pidfd: int, seconds: int) -> bool:
    readable, _, _ = select.select([pidfd], [], [], seconds)
    return bool(readable)


class Control(StandInTest):
    def test_refuses_an_unknown_name(self):
        with self.assertRaisesRegex(ValueError, "no control call"):
            control("clutser", id="a")

    def test_refuses_a_misspelt_key(self):
        with self.assertRaisesRegex(ValueError, "unknown: ofset"):
            control("clock", ofset=1)

    def test_reset_empties_everything(self):
        client("sns").create_topic(Name="news")
        control("reset")
        self.assertEqual(client("sns").list_topics()["Topics"], [])

    def test_reset_of_one_account_leaves_the_others(self):
        other = client("sns", access_key="111122223333")
        client("sns").create_topic(Name="news")
        other.create_topic(Name="news")
        control("reset", account="111122223333")
        self.assertEqual(other.list_topics()["Topics"], [])
        self.assertEqual(len(client("sns").list_topics()["Topics"]), 1)


class UnknownCalls(StandInTest):
    def test_query_call_that_moto_lacks_answers_invalid_action(self):
        self.assert_refused("InvalidAction", client("rds").describe_db_engine_versions)

    def test_json_call_that_moto_lacks_answers_unknown_operation(self):
        self.assert_refused(
            "UnknownOperationException",
            client("secretsmanager").validate_resource_policy,
            ResourcePolicy="{}",
        )

    def test_any_call_can_be_made_unknown(self):
        client("rds").describe_integrations()
        control("unknown-call", action="DescribeIntegrations")
        self.assert_refused("InvalidAction", client("rds").describe_integrations)


class Accounts(StandInTest):
    def test_an_access_key_of_twelve_digits_chooses_the_account(self):
        other = client("sts", access_key="111122223333")
        self.assertEqual(other.get_caller_identity()["Account"], "111122223333")

    def test_an_assumed_role_works_in_the_account_of_the_role(self):
        role = client("sts").assume_role(
            RoleArn="arn:aws:iam::444455556666:role/any", RoleSessionName="test"
        )["Credentials"]
        identity = client("sts", role["AccessKeyId"], role["SecretAccessKey"])
        self.assertEqual(identity.get_caller_identity()["Account"], "444455556666")


class Clock(StandInTest):
    def test_shifts_what_is_created_afterwards(self):
        month = 30 * 24 * 3600
        control("clock", offset_seconds=-month)
        iam = client("iam")
        iam.create_user(UserName="old")
        key = iam.create_access_key(UserName="old")["AccessKey"]
        secrets = client("secretsmanager")
        secrets.create_secret(Name="old", SecretString="x")
        control("clock", offset_seconds=0)
        iam.create_user(UserName="new")
        then = datetime.now(UTC) - timedelta(seconds=month)
        for created in (key["CreateDate"], secrets.describe_secret(SecretId="old")["CreatedDate"]):
            self.assertLess(abs(created - then), timedelta(minutes=1))
        new = iam.get_user(UserName="new")["User"]["CreateDate"]
        self.assertLess(datetime.now(UTC) - new, timedelta(minutes=1))


if __name__ == "__main__":
    unittest.main()
