"""What AWS asks IAM about a call, and how ministack is brought to ask it."""

import asyncio
from typing import NamedTuple, Protocol

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id
from ministack.core.router import extract_access_key_id, extract_region
from ministack.services import tagging

from .other import Other

_REQUEST_ID = "00000000-0000-0000-0000-000000000000"


class Question(NamedTuple):
    action: str
    resource: str


class Service(Protocol):
    """One service of the other stand-in."""

    name: str

    def questions(self, region: str, headers: dict, body: bytes) -> list[Question] | None:
        """What is asked about a call, in order; None where it is ministack's own."""

    def told(self, body: bytes, own: dict) -> dict:
        """The condition keys that come from the request; ministack's own idea of them is `own`."""

    def tags(self, arn: str) -> dict[str, str] | None:
        """The tags of a resource."""


def install(other: Other, services: list[Service]) -> None:
    """Asks as these services say, and lets the other stand-in answer."""
    by_name = {service.name: service for service in services}
    for service in services:
        _answer(other, service, app.SERVICE_HANDLERS[service.name])

    own_resource = iam_actions.extract_resource_arn

    def resource(service, method, path, headers, body, query_params, region, account_id):
        known = by_name.get(service)
        asked = known.questions(region, headers, body) if known else None
        if asked:
            return asked[0].resource
        return own_resource(
            service, method, path, headers, body, query_params, region, account_id
        )

    iam_actions.extract_resource_arn = resource

    own_context = iam_actions.request_tag_context

    def context(service, iam_action, body, params):
        own = own_context(service, iam_action, body, params)
        known = by_name.get(service)
        return known.told(body, own) if known else own

    iam_actions.request_tag_context = context

    own_tags = tagging.resource_tags

    def tags(arn):
        known = by_name.get(arn.split(":")[2]) if arn.startswith("arn:") else None
        found = known.tags(arn) if known else None
        return own_tags(arn) if found is None else found

    tagging.resource_tags = tags


def _answer(other: Other, service: Service, own) -> None:
    async def handle(method, path, headers, body, query_params):
        """The first question was ministack's own; here are the others, and then the answer."""
        region = extract_region(headers, query_params)
        asked = service.questions(region, headers, body)
        if asked is None:
            return await own(method, path, headers, body, query_params)
        for question in asked[1:]:
            denied = iam_evaluator.enforce(
                extract_access_key_id(headers, query_params),
                question.action,
                question.action.split(":")[0],
                region,
                resource_arn=question.resource,
                service_context=iam_actions.request_tag_context(
                    service.name, asked[0].action, body, query_params
                ),
            )
            if denied:
                return iam_actions.access_denied_response(
                    service.name,
                    question.action,
                    denied.principal_arn,
                    _REQUEST_ID,
                    headers=headers,
                    resource_arn=question.resource,
                )
        return await asyncio.to_thread(other.post, headers, body, get_account_id())

    app.SERVICE_HANDLERS[service.name] = handle
