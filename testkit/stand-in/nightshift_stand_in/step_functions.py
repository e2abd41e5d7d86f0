"""Step Functions: executions of state machines are carried out, by moto's own interpreter.

Loading that takes five seconds, so it is left out until a test asks for it. What a
Distributed Map does beyond calling each item is put back here: the account it works in,
tolerated failures, and the files of its results. Their form is that of the pages "ResultWriter"
and "Fail conditions" (Tolerated failure threshold) of the Step Functions Developer Guide.
"""

import importlib
import json
import logging
import sys
import threading
import uuid
from datetime import UTC, datetime
from types import SimpleNamespace

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from moto.core.config import default_user_config
from moto.core.responses import ActionResult
from moto.settings import moto_server_port
from moto.stepfunctions.responses import StepFunctionResponse

from . import clock, control, worlds
from .mending import add

_loaded = False
# A call that takes long is a function's, and is not made again.
_CONFIG = Config(
    max_pool_connections=100,
    parameter_validation=False,
    read_timeout=900,
    retries={"total_max_attempts": 1},
    s3={"addressing_style": "path"},
)


@control.control("state-machines")
def state_machines(world: worlds.World, region: str, body: dict) -> None:
    """Carry executions out from now on, in every account."""
    global _loaded
    control.only(body)
    if not _loaded:
        importlib.import_module("moto.stepfunctions.parser.models")
        _mend()
        # It tells of each failing function with all it knows; the test asks the execution.
        logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL + 1)
        _loaded = True
    default_user_config["stepfunctions"] = {"execute_state_machine": True}


def _mend() -> None:
    from . import map_results

    map_results.install()
    _work_in_the_account_of_the_role()
    _begin_by_the_clock_of_the_account()


def _begin_by_the_clock_of_the_account() -> None:
    """An execution may have been started long ago; moto reads the time through the name of a module."""
    from moto.stepfunctions.parser import models

    now = SimpleNamespace(now=lambda tz: clock.utcnow().replace(tzinfo=tz))
    models.datetime = SimpleNamespace(datetime=now, timezone=SimpleNamespace(utc=UTC))


def _work_in_the_account_of_the_role() -> None:
    """moto's interpreter calls as nobody in particular; its tasks are those of the machine's account. A client serves all threads."""
    from moto.stepfunctions.parser.asl.utils import boto_client

    original = boto_client.boto_client_for
    clients: dict[tuple[str, str, str], BaseClient] = {}
    one_at_a_time = threading.Lock()

    def boto_client_for(region, service, state_credentials=None):
        role = getattr(state_credentials, "role_arn", None) or ""
        account = role.split(":")[4] if role.count(":") >= 5 else worlds.DEFAULT_ACCOUNT
        key = (account, region, service)
        with one_at_a_time:
            if key not in clients:
                clients[key] = boto3.Session().client(
                    service,
                    aws_access_key_id=account,
                    aws_secret_access_key="none",
                    config=_CONFIG,
                    endpoint_url=f"http://127.0.0.1:{moto_server_port()}",
                    region_name=region,
                )
            return clients[key]

    for module in list(sys.modules.values()):
        if getattr(module, "boto_client_for", None) is original:
            module.boto_client_for = boto_client_for


def moment() -> str:
    """As the result files spell it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def row(record, job_input, started: str, name: str | None = None) -> dict:
    """What the files say of one child whatever became of it."""
    name = name or str(uuid.uuid4())
    machine = record.map_state_machine_arn
    return {
        "ExecutionArn": f"{machine.replace(':stateMachine:', ':execution:')}:{name}",
        "Input": json.dumps(job_input, separators=(",", ":")),
        "InputDetails": {"Included": True},
        "Name": name,
        "StartDate": started,
        "StateMachineArn": machine,
        "StopDate": moment(),
    }


@add(StepFunctionResponse, "validate_state_machine_definition")
def validate_state_machine_definition(response):
    """Terraform asks before it changes a machine. What a validator says of the rendered one is asked elsewhere; here it is JSON, or not."""
    try:
        faults = [] if "States" in json.loads(response._get_param("definition")) else ["no States"]
    except ValueError as error:
        faults = [str(error)]
    rows = [{"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": fault} for fault in faults]
    return ActionResult({"result": "FAIL" if rows else "OK", "diagnostics": rows, "truncated": False})


@add(StepFunctionResponse, "list_state_machine_versions")
def list_state_machine_versions(response):
    """Nobody publishes a version; Terraform asks all the same."""
    return ActionResult({"stateMachineVersions": []})
