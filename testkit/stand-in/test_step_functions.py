"""Step Functions: a Distributed Map calls its items, tolerates what it is told to, and writes the files of its results."""

import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from stand_in_process import ACCOUNT, StandInTest, client, control

ITEMS = [{"account": str(number)} for number in range(5)]


class Function(BaseHTTPRequestHandler):
    """Fails for account 3."""

    def do_POST(self):
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fails = event.get("item", {}).get("account") == "3"
        answer = {"errorType": "Broken", "errorMessage": "no"} if fails else {"got": event}
        body = json.dumps(answer).encode()
        self.send_response(500 if fails else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def definition(bucket: str, tolerated: dict) -> str:
    work = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "work", "Payload.$": "$"},
        "OutputPath": "$.Payload",
        "End": True,
    }
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON"},
        "Parameters": {"Bucket": bucket, "Key": "items.json"},
    }
    writer = {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": bucket, "Prefix.$": "States.Format('{}/results', $$.Execution.Name)"},
    }
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Work",
        "States": {"Work": work},
    }
    map_state = {
        "Type": "Map",
        "Label": "plan",
        "ItemReader": reader,
        "ItemSelector": {"execution.$": "$$.Execution.Name", "item.$": "$$.Map.Item.Value"},
        "MaxConcurrency": 2,
        "ItemProcessor": processor,
        "ResultWriter": writer,
        "End": True,
        **tolerated,
    }
    return json.dumps({"StartAt": "Map", "States": {"Map": map_state}})


class DistributedMap(StandInTest):
    def setUp(self):
        super().setUp()
        control("state-machines")
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Function)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        control("lambda-url", name="work", url=f"http://127.0.0.1:{self.server.server_port}/")
        self.s3 = client("s3")
        # The names of buckets are everybody's, and outlive a reset.
        self.bucket = f"runs-{uuid.uuid4()}"
        self.s3.create_bucket(Bucket=self.bucket)
        self.put(ITEMS)
        self.states = client("stepfunctions")

    def put(self, items):
        self.s3.put_object(Bucket=self.bucket, Key="items.json", Body=json.dumps(items).encode())

    def run_machine(self, **tolerated) -> dict:
        machine = self.states.create_state_machine(
            name=f"run-{len(self.states.list_state_machines()['stateMachines'])}",
            definition=definition(self.bucket, tolerated),
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/machine",
        )
        started = self.states.start_execution(
            stateMachineArn=machine["stateMachineArn"], name="night", input="{}"
        )
        for _ in range(300):
            ended = self.states.describe_execution(executionArn=started["executionArn"])
            if ended["status"] != "RUNNING":
                return ended
            time.sleep(0.05)
        raise AssertionError("it does not end")

    def read(self, key: str):
        return json.loads(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())

    def test_the_files_say_what_became_of_each_item(self):
        ended = self.run_machine(ToleratedFailurePercentage=20.0)
        self.assertEqual(ended["status"], "SUCCEEDED", ended)
        output = json.loads(ended["output"])
        manifest = self.read(output["ResultWriterDetails"]["Key"])
        self.assertEqual(manifest["MapRunArn"], output["MapRunArn"])
        files = manifest["ResultFiles"]
        self.assertEqual({status: len(keys) for status, keys in files.items()}, {"FAILED": 1, "PENDING": 0, "SUCCEEDED": 1})
        done = self.read(files["SUCCEEDED"][0]["Key"])
        given = [json.loads(one["Input"]) for one in done]
        self.assertEqual(given, [{"execution": "night", "item": item} for item in ITEMS if item["account"] != "3"])
        self.assertEqual([json.loads(one["Output"])["got"] for one in done], given)
        (failed,) = self.read(files["FAILED"][0]["Key"])
        self.assertEqual((failed["Error"], json.loads(failed["Input"])["item"]), ("Broken", ITEMS[3]))
        self.assertIn("/plan:", failed["ExecutionArn"])

    def test_one_failure_is_one_too_many_where_none_is_tolerated(self):
        for tolerated in ({}, {"ToleratedFailureCount": 0}, {"ToleratedFailurePercentage": 10.0}):
            ended = self.run_machine(**tolerated)
            self.assertEqual((ended["status"], ended.get("error")), ("FAILED", "States.ExceedToleratedFailureThreshold"), tolerated)

    def test_a_count_is_enough(self):
        ended = self.run_machine(ToleratedFailureCount=1)
        self.assertEqual(ended["status"], "SUCCEEDED", ended)

    def test_a_map_over_nothing_ends(self):
        self.put([])
        ended = self.run_machine()
        self.assertEqual(ended["status"], "SUCCEEDED", ended)
        manifest = self.read(json.loads(ended["output"])["ResultWriterDetails"]["Key"])
        self.assertEqual(manifest["ResultFiles"], {"FAILED": [], "PENDING": [], "SUCCEEDED": []})
