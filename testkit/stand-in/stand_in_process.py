"""What the tests share: one stand-in process, clients for it, and its control calls."""

import atexit
import json
import subprocess
import sys
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

PROGRAM = Path(__file__).with_name("stand_in.py")
ACCOUNT = "123456789012"


def start() -> tuple[subprocess.Popen, str]:
    """A new stand-in process and its address."""
    process = subprocess.Popen(
        [sys.executable, PROGRAM, "--port", "0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return process, process.stdout.readline().strip().removeprefix("listening ")


_shared: list[str] = []


def shared_address() -> str:
    """The address of the one process that all test modules use."""
    if not _shared:
        process, address = start()
        atexit.register(_stop, process)
        _shared.append(address)
    return _shared[0]


def _stop(process: subprocess.Popen) -> None:
    process.stdin.close()
    process.wait(timeout=10)
    process.stdout.close()


def control(call: str, /, **body):
    """A control call to the shared process; raises what the stand-in has against it."""
    request = urllib.request.Request(
        f"{shared_address()}/_nightshift/{call}", json.dumps(body).encode(), method="POST"
    )
    try:
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)
    except urllib.error.HTTPError as refusal:
        with refusal:
            raise ValueError(json.load(refusal)["error"]) from None


_clients = {}


def client(service: str, access_key: str = "testing", secret: str = "testing"):
    """A client without retries; made once, because making one is slow."""
    if (service, access_key) not in _clients:
        _clients[service, access_key] = boto3.client(
            service,
            endpoint_url=shared_address(),
            region_name="us-east-1",
            aws_access_key_id=access_key,
            aws_secret_access_key=secret,
            config=Config(retries={"max_attempts": 0}),
        )
    return _clients[service, access_key]


class StandInTest(unittest.TestCase):
    """A test that starts in an empty world."""

    def setUp(self):
        control("reset")

    def assert_refused(self, code: str, call, status: int = 400, **arguments):
        """The call fails with exactly this wire code and HTTP status."""
        with self.assertRaises(ClientError) as refused:
            call(**arguments)
        answer = refused.exception.response
        self.assertEqual(answer["Error"]["Code"], code)
        self.assertEqual(answer["ResponseMetadata"]["HTTPStatusCode"], status)
        return answer["Error"]["Message"]
