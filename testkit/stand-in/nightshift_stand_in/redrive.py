"""Step Functions: whether an execution can be redriven, and asking for it.

The words are those of "DescribeExecution" (redriveStatus, redriveStatusReason) and "RedriveExecution" in the API
Reference. An execution that is redriven runs again as far as anybody can ask, and nothing of it is carried out: moto's
interpreter cannot begin in the middle.
"""

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.stepfunctions.exceptions import AWSError
from moto.stepfunctions.responses import StepFunctionResponse

_ENDED_BADLY = {"FAILED", "TIMED_OUT", "ABORTED"}
# By the ARN of the execution.
_redriven: dict[str, int] = {}


class ExecutionNotRedrivable(AWSError):
    TYPE = "ExecutionNotRedrivable"
    STATUS = 400


def _status(execution) -> str:
    if _redriven.get(execution.execution_arn):
        return "RUNNING"
    status = execution.status
    return getattr(status, "value", status)


def _said(response: dict, status: str) -> dict:
    response["status"] = status
    response["redriveCount"] = _redriven.get(response["executionArn"], 0)
    if response["redriveCount"]:
        for key in ("stopDate", "error", "cause", "output", "outputDetails"):
            response.pop(key, None)
    if status in _ENDED_BADLY:
        response["redriveStatus"] = "REDRIVABLE"
    else:
        response["redriveStatus"] = "NOT_REDRIVABLE"
        response["redriveStatusReason"] = f"Execution is {status} and cannot be redriven"
    return response


_described = StepFunctionResponse.describe_execution


def describe_execution(self) -> ActionResult:
    answer = _described(self).result
    execution = self.stepfunction_backend.describe_execution(answer["executionArn"])
    return ActionResult(_said(answer, _status(execution)))


def redrive_execution(self) -> ActionResult:
    execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    status = _status(execution)
    if status not in _ENDED_BADLY:
        raise ExecutionNotRedrivable(f"Execution is {status} and cannot be redriven")
    _redriven[execution.execution_arn] = _redriven.get(execution.execution_arn, 0) + 1
    return ActionResult({"redriveDate": utcnow()})


StepFunctionResponse.describe_execution = describe_execution
StepFunctionResponse.redrive_execution = redrive_execution
