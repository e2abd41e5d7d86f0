"""Mail, topics and forwarded functions: what goes out of AWS and can be read back."""

import io
import json
import threading
import unittest
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

from stand_in_process import StandInTest, client, control


class Mail(StandInTest):
    def setUp(self):
        super().setUp()
        client("ses").verify_email_identity(EmailAddress="from@example.org")

    def sent(self) -> dict:
        (mail,) = control("mail")["mail"]
        return mail

    def test_of_sesv2_keeps_both_bodies(self):
        client("sesv2").send_email(
            FromEmailAddress="Night <from@example.org>",
            Destination={"ToAddresses": ["to@example.org"], "CcAddresses": ["cc@example.org"]},
            Content={
                "Simple": {
                    "Subject": {"Data": "Hello"},
                    "Body": {"Text": {"Data": "plain"}, "Html": {"Data": "<p>rich</p>"}},
                }
            },
        )
        mail = self.sent()
        del mail["id"]
        self.assertEqual(
            mail,
            {
                "from": "Night <from@example.org>",
                "to": ["to@example.org"],
                "cc": ["cc@example.org"],
                "bcc": [],
                "subject": "Hello",
                "text": "plain",
                "html": "<p>rich</p>",
                "raw": None,
            },
        )

    def test_of_ses_keeps_both_bodies(self):
        client("ses").send_email(
            Source="from@example.org",
            Destination={"ToAddresses": ["to@example.org"]},
            Message={
                "Subject": {"Data": "Hello"},
                "Body": {"Text": {"Data": "plain"}, "Html": {"Data": "<p>rich</p>"}},
            },
        )
        mail = self.sent()
        self.assertEqual((mail["text"], mail["html"]), ("plain", "<p>rich</p>"))
        self.assertEqual(mail["to"], ["to@example.org"])

    def test_in_raw_form_is_taken_apart(self):
        raw = "From: from@example.org\nTo: to@example.org\nSubject: Raw\n\nplain\n"
        client("sesv2").send_email(
            FromEmailAddress="from@example.org", Content={"Raw": {"Data": raw.encode()}}
        )
        mail = self.sent()
        self.assertEqual((mail["subject"], mail["text"]), ("Raw", "plain\n"))
        self.assertEqual((mail["to"], mail["raw"]), (["to@example.org"], raw))

    def test_from_an_unverified_sender_is_refused(self):
        with self.assertRaisesRegex(Exception, "MessageRejected"):
            client("sesv2").send_email(
                FromEmailAddress="other@example.com",
                Destination={"ToAddresses": ["to@example.org"]},
                Content={"Simple": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}},
            )


class Senders(StandInTest):
    def test_their_tags_are_shown_under_their_own_arn_and_go_with_them(self):
        sesv2 = client("sesv2")
        sender = {"EmailIdentity": "example.org"}
        sesv2.create_email_identity(**sender, Tags=[{"Key": "component", "Value": "mail"}])
        region = sesv2.meta.region_name
        arn = f"arn:aws:ses:{region}:123456789012:identity/example.org"
        tags = sesv2.list_tags_for_resource(ResourceArn=arn)["Tags"]
        self.assertEqual(tags, [{"Key": "component", "Value": "mail"}])
        sesv2.delete_email_identity(**sender)
        sesv2.create_email_identity(**sender)
        self.assertEqual(sesv2.list_tags_for_resource(ResourceArn=arn)["Tags"], [])


class Topics(StandInTest):
    def test_give_back_what_was_published(self):
        topic = client("sns").create_topic(Name="news")["TopicArn"]
        client("sns").publish(TopicArn=topic, Subject="Hello", Message="world")
        (published,) = control("sns")["topics"][topic]
        self.assertEqual((published["subject"], published["message"]), ("Hello", "world"))


class _Handler(BaseHTTPRequestHandler):
    """Plays the function: notes the event and calls AWS back before it answers."""

    events: ClassVar[list] = []

    def do_POST(self):
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.events.append(event)
        client("sts").get_caller_identity()
        reply = b'{"done": true}'
        self.send_response(500 if event.get("fail") else 200)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        pass


class Functions(StandInTest):
    def setUp(self):
        super().setUp()
        _Handler.events = []
        server = HTTPServer(("127.0.0.1", 0), _Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        control("lambda-url", name="worker", url=f"http://127.0.0.1:{server.server_port}/")
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as package:
            package.writestr("bootstrap", "")
        role = client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument="{}")
        self.function = client("lambda").create_function(
            FunctionName="worker",
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=role["Role"]["Arn"],
            Code={"ZipFile": archive.getvalue()},
        )["FunctionArn"]

    def test_are_answered_by_the_given_url(self):
        reply = client("lambda").invoke(FunctionName="worker", Payload=b'{"a": 1}')
        self.assertEqual(json.load(reply["Payload"]), {"done": True})
        self.assertEqual(_Handler.events, [{"a": 1}])

    def test_that_fail_say_so(self):
        reply = client("lambda").invoke(FunctionName="worker", Payload=b'{"fail": true}')
        self.assertEqual(reply["FunctionError"], "Unhandled")

    def test_are_called_by_a_rotation_in_four_steps(self):
        secrets = client("secretsmanager")
        secrets.create_secret(Name="s", SecretString="x")
        secrets.rotate_secret(SecretId="s", RotationLambdaARN=self.function)
        steps = [event["Step"] for event in _Handler.events]
        self.assertEqual(steps, ["createSecret", "setSecret", "testSecret", "finishSecret"])


if __name__ == "__main__":
    unittest.main()
