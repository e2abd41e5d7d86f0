"""Requests signed in their query: who signed them, and that nothing signed can be changed."""

import unittest
import urllib.error
import urllib.request

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from stand_in_process import StandInTest, client, shared_address

QUERY = "Action=GetCallerIdentity&Version=2011-06-15"
HEADER = "x-nightshift-function"


def signed(key: dict, function: str) -> str:
    credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"], key.get("SessionToken"))
    request = AWSRequest("GET", f"{shared_address()}/?{QUERY}", headers={HEADER: function})
    SigV4QueryAuth(credentials, "sts", "us-east-1", expires=900).add_auth(request)
    return request.url


def answer(url: str, function: str) -> str:
    request = urllib.request.Request(url, headers={HEADER: function})
    try:
        with urllib.request.urlopen(request) as reply:
            return reply.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.read().decode()


class Presigned(StandInTest):
    def key(self) -> dict:
        iam = client("iam")
        iam.create_user(UserName="ana")
        return iam.create_access_key(UserName="ana")["AccessKey"]

    def test_the_answer_names_who_signed(self):
        key = self.key()
        self.assertIn(":user/ana</Arn>", answer(signed(key, "f"), "f"))
        role = {"RoleArn": "arn:aws:iam::123456789012:role/dev", "RoleSessionName": "ben"}
        session = client("sts").assume_role(**role)["Credentials"]
        self.assertIn("assumed-role/dev/ben</Arn>", answer(signed(session, "f"), "f"))

    def test_nothing_signed_can_be_changed(self):
        url = signed(self.key(), "f")
        for changed, function in [
            (url, "g"),
            (url.replace("X-Amz-Expires=900", "X-Amz-Expires=901"), "f"),
            (url.replace("GetCallerIdentity", "GetSessionToken"), "f"),
            (url.replace(f"host%3B{HEADER}", "host"), "f"),
        ]:
            self.assertIn("SignatureDoesNotMatch", answer(changed, function), changed)

    def test_a_key_that_is_off_signs_nothing(self):
        key = self.key()
        url = signed(key, "f")
        client("iam").update_access_key(UserName="ana", AccessKeyId=key["AccessKeyId"], Status="Inactive")
        self.assertIn("SignatureDoesNotMatch", answer(url, "f"))


if __name__ == "__main__":
    unittest.main()
