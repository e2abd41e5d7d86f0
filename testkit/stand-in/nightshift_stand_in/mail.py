"""SES: reading back what was sent, by any of its calls."""

import email
import email.policy
import json

from moto.ses.models import RawMessage, ses_backends
from moto.ses.responses import EmailResponse
from moto.sesv2.models import SESV2Backend
from moto.sesv2.responses import SESV2Response
from moto.utilities.utils import get_partition

from . import control, worlds
from .mending import mend


def _keep_bodies(backend, text: str | None, html: str | None) -> None:
    """moto keeps one body of a message and drops the other."""
    backend.sent_messages[-1].bodies = {"text": text, "html": html}


@mend(EmailResponse, "send_email")
def send_email(original, response):
    result = original(response)
    text = response._get_param("Message.Body.Text.Data")
    html = response._get_param("Message.Body.Html.Data")
    _keep_bodies(response.backend, text, html)
    return result


@mend(SESV2Response, "send_email")
def send_email_v2(original, response):
    result = original(response)
    simple = json.loads(response.body)["Content"].get("Simple")
    if simple:
        body = simple["Body"]
        text, html = (body.get(kind, {}).get("Data") for kind in ("Text", "Html"))
        _keep_bodies(ses_backends[response.current_account][response.region], text, html)
    return result


@mend(SESV2Backend, "create_email_identity")
def create_email_identity(original, backend, **asked):
    """moto keeps the tags under another ARN than the one every later call names."""
    identity = original(backend, **asked)
    arn = _arn(backend, asked["email_identity"])
    backend.core_backend.tagger.tag_resource(arn, asked["tags"] or [])
    return identity


@mend(SESV2Backend, "delete_email_identity")
def delete_email_identity(original, backend, email_identity):
    original(backend, email_identity)
    arn = _arn(backend, email_identity)
    backend.core_backend.tagger.delete_all_tags_for_resource(arn)


def _arn(backend: SESV2Backend, identity: str) -> str:
    region = backend.region_name
    return f"arn:{get_partition(region)}:ses:{region}:{backend.account_id}:identity/{identity}"


def _part(message: email.message.EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    return part.get_content() if part else None


def _raw(sent: RawMessage) -> dict:
    message = email.message_from_string(sent.raw_data, policy=email.policy.default)
    return {
        "id": sent.id,
        "from": sent.source,
        "to": list(sent.destinations),
        "cc": [],
        "bcc": [],
        "subject": message["Subject"],
        "text": _part(message, "plain"),
        "html": _part(message, "html"),
        "raw": sent.raw_data,
    }


def _simple(sent) -> dict:
    to = dict(sent.destinations)
    bodies = getattr(sent, "bodies", {"text": None, "html": None})
    return {
        "id": sent.id,
        "from": sent.source,
        "to": list(to.get("ToAddresses") or []),
        "cc": list(to.get("CcAddresses") or []),
        "bcc": list(to.get("BccAddresses") or []),
        "subject": getattr(sent, "subject", None),
        **bodies,
        "raw": None,
    }


@control.control("mail")
def mail(world: worlds.World, region: str, body: dict) -> dict:
    """What was sent, oldest first; moto has no templates in SES v2."""
    control.only(body)
    sent = ses_backends[world.account][region].sent_messages
    return {"mail": [_raw(one) if isinstance(one, RawMessage) else _simple(one) for one in sent]}
