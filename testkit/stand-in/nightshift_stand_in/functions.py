"""Lambda: invocations are forwarded to a URL, where the real handler listens."""

import urllib.error
import urllib.request

from moto.awslambda_simple.models import LambdaSimpleBackend

from . import control, worlds
from .mending import mend

# A handler that hangs must fail its test, not hang it too.
_TIMEOUT_SECONDS = 120


@control.control("lambda-url")
def lambda_url(world: worlds.World, region: str, body: dict) -> None:
    control.only(body, "name", "url")
    world.lambda_urls[control.needed(body, "name")] = control.needed(body, "url")


def _post(url: str, event: bytes, response_headers: dict) -> bytes:
    """Send the event on; an answer that is no success counts as the handler's error."""
    request = urllib.request.Request(
        url, event, {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with (
            worlds.lock_released(),
            urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as reply,
        ):
            return reply.read()
    except urllib.error.HTTPError as failure:
        response_headers["x-amz-function-error"] = "Unhandled"
        with failure:
            return failure.read()


@mend(LambdaSimpleBackend, "invoke")
def invoke(original, backend, function_name, qualifier, body, headers, response_headers):
    # A name may come as an ARN, which may end in a version.
    parts = function_name.split(":")
    name = parts[6] if len(parts) > 6 else parts[0]
    url = worlds.world_of(backend.account_id).lambda_urls.get(name)
    if url is None:
        return original(backend, function_name, qualifier, body, headers, response_headers)
    event = body if isinstance(body, bytes) else (body or "{}").encode()
    return _post(url, event, response_headers)
