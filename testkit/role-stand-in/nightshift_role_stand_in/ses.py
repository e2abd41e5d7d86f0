"""SES v2: a mail is authorized on the identity it comes from, and IAM is told the sender's address."""

import json
from contextvars import ContextVar
from email.utils import parseaddr

from ministack.core import iam_actions, iam_evaluator

_PATH = "/v2/email/outbound-emails"

# Both questions about a call are asked one after the other, in one task.
_sender: ContextVar[str] = ContextVar("sender", default="")


def _from(path: str, body: bytes) -> str:
    if path.rstrip("/") != _PATH:
        return ""
    try:
        return parseaddr(json.loads(body).get("FromEmailAddress", ""))[1]
    except (json.JSONDecodeError, UnicodeDecodeError):
        return ""


def install() -> None:
    own_resource = iam_actions._ses_v2_resource_arn

    def resource(method, path, body, region, account_id):
        sender = _from(path, body)
        _sender.set(sender)
        if sender:
            return f"arn:aws:ses:{region}:{account_id}:identity/{sender}"
        return own_resource(method, path, body, region, account_id)

    iam_actions._ses_v2_resource_arn = resource

    own_enforce = iam_evaluator.enforce

    def enforce(access_key_id, iam_action, *args, service_context=None, **kwargs):
        told = dict(service_context or {})
        if iam_action == "ses:SendEmail":
            told["ses:FromAddress"] = _sender.get()
        return own_enforce(access_key_id, iam_action, *args, service_context=told, **kwargs)

    iam_evaluator.enforce = enforce
