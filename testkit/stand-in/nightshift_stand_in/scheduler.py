"""EventBridge Scheduler: a call that is sent again under its client token gets the answer it had."""

from moto.scheduler.responses import EventBridgeSchedulerResponse

from .mending import mend

_BY_TOKEN = (
    "create_schedule",
    "create_schedule_group",
    "delete_schedule",
    "delete_schedule_group",
)


def _answer_once(call: str) -> None:
    @mend(EventBridgeSchedulerResponse, call)
    def again(original, response):
        # An SDK sends again what it heard no answer to, with the token it had.
        token = response._get_param("ClientToken") or response._get_param("clientToken")
        backend = response.scheduler_backend
        if not hasattr(backend, "answers"):
            backend.answers = {}
        key = (call, response.uri.split("?")[0], token)
        if token is None or key not in backend.answers:
            backend.answers[key] = original(response)
        return backend.answers[key]


for _call in _BY_TOKEN:
    _answer_once(_call)
