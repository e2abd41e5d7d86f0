"""EventBridge Scheduler: what is sent twice is done once."""

from botocore.exceptions import ClientError

from stand_in_process import StandInTest, client


class ClientTokens(StandInTest):
    def setUp(self):
        super().setUp()
        self.scheduler = client("scheduler")

    def make(self, token: str) -> str:
        answer = self.scheduler.create_schedule(
            ClientToken=token,
            FlexibleTimeWindow={"Mode": "OFF"},
            Name="nightly",
            ScheduleExpression="rate(1 day)",
            Target={"Arn": "arn:aws:lambda:eu-west-1:1:function:f", "RoleArn": "arn:aws:iam::1:role/r"},
        )
        return answer["ScheduleArn"]

    def test_a_schedule_that_is_sent_again_is_the_same_one(self):
        self.assertEqual(self.make("one"), self.make("one"))
        with self.assertRaises(ClientError) as refused:
            self.make("two")
        self.assertEqual(refused.exception.response["Error"]["Code"], "ConflictException")

    def test_what_is_gone_is_made_anew_under_another_token(self):
        self.make("one")
        for _ in range(2):
            self.scheduler.delete_schedule(ClientToken="gone", Name="nightly")
        self.make("two")
        self.assertEqual(len(self.scheduler.list_schedules()["Schedules"]), 1)

    def test_a_group_goes_once(self):
        for _ in range(2):
            self.scheduler.create_schedule_group(ClientToken="one", Name="group")
        for _ in range(2):
            self.scheduler.delete_schedule_group(ClientToken="gone", Name="group")
        groups = self.scheduler.list_schedule_groups()["ScheduleGroups"]
        self.assertEqual([group["Name"] for group in groups], ["default"])
