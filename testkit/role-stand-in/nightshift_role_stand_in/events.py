"""EventBridge: the account itself may speak as AWS does, and an event bus of another Region is one, too."""

import json

from ministack import app
from ministack.core import responses
from ministack.core.iam_evaluator import is_root_access_key
from ministack.core.router import extract_access_key_id
from ministack.services import eventbridge


def install() -> None:
    own = app.SERVICE_HANDLERS["events"]

    async def handle(method, path, headers, body, query_params):
        puts = headers.get("x-amz-target", "").endswith(".PutEvents")
        if puts and is_root_access_key(extract_access_key_id(headers, query_params)):
            return eventbridge._put_events(json.loads(body), allow_aws_source=True)
        return await own(method, path, headers, body, query_params)

    app.SERVICE_HANDLERS["events"] = handle

    own_dispatch = eventbridge._dispatch_to_event_bus

    def dispatch(spec, event, *args, **kwargs):
        here = responses.get_region()
        responses.set_request_region(spec.region)
        try:
            own_dispatch(spec, event, *args, **kwargs)
        finally:
            responses.set_request_region(here)

    eventbridge._dispatch_to_event_bus = dispatch
