"""Calls that are not there answer as AWS answers them, not with a crash page.

moto replies to a call it lacks with a 500 page in HTML, which an SDK cannot
read and therefore retries. AWS says 400 `InvalidAction` in the query protocol
and `UnknownOperationException` in the JSON ones. The same answer can be asked
for, to see a client through a Region where a call does not exist yet.
"""

from botocore.model import OperationNotFoundError
from moto.core.errors import COMMON_ERROR_CODES
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import get_service_model

from . import worlds
from .mending import mend

# Keeps moto from warning that these codes are in no service's model.
COMMON_ERROR_CODES.extend(["InvalidAction", "UnknownOperationException"])


class _Unknown(ServiceException):
    """Of this module and not of moto's core, which has no service model to look in."""


def _refusal(response: BaseResponse) -> tuple:
    model = get_service_model(response.boto3_service_name)
    action = response._get_action()
    if response.determine_response_protocol(model) == "query":
        text = f"Could not find operation {action} for version {model.api_version}"
        error = _Unknown("InvalidAction", text)
    else:
        error = _Unknown("UnknownOperationException", f"Unknown operation {action}")
    return response.serialized(ActionResult(error))


@mend(BaseResponse, "call_action")
def call_action(original, response):
    if response._get_action() in worlds.current().unknown_calls:
        return _refusal(response)
    return original(response)


@mend(BaseResponse, "_dispatch")
def dispatch(original, response, *args, **kwargs):
    try:
        return original(response, *args, **kwargs)
    except (NotImplementedError, OperationNotFoundError):
        return _refusal(response)
