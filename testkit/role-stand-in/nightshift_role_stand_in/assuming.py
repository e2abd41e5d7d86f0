"""Assuming a role as AWS judges it: which organisation the caller and the role are of, and who a session says it is for.

The organisation is the other stand-in's; its members' accounts are known here by the same number.
"""

import contextvars
import dataclasses
import json
import urllib.parse

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id
from ministack.core.router import extract_access_key_id, extract_region

from .other import Other, form

_REQUEST_ID = "00000000-0000-0000-0000-000000000000"
_identity: contextvars.ContextVar[str | None] = contextvars.ContextVar("identity", default=None)


def install(other: Other) -> None:
    _know_organisations(other)
    _know_source_identities()


def _know_organisations(other: Other) -> None:
    def of(account: str | None) -> str | None:
        if not account:
            return None
        scope = f"{account}/20261121/us-east-1/organizations/aws4_request"
        headers = {
            "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none",
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": "AWSOrganizationsV20161128.DescribeOrganization",
        }
        status, _, answer = other.post(headers, b"{}", account)
        return json.loads(answer)["Organization"]["Id"] if status == 200 else None

    iam_evaluator._principal_org_id = of
    own_key = iam_evaluator._resolve_condition_key

    def key(name, ctx):
        if name.lower() == "aws:resourceorgid":
            return of(iam_evaluator._account_from_arn(ctx.resource_arn))
        return own_key(name, ctx)

    iam_evaluator._resolve_condition_key = key


def _know_source_identities() -> None:
    own_trust = iam_evaluator.evaluate_trust_policy

    def trust(document, caller, ctx=None):
        identity = _identity.get()
        if ctx is None or identity is None:
            return own_trust(document, caller, ctx)
        known = {**ctx.service_context, "sts:sourceidentity": identity}
        ctx = dataclasses.replace(ctx, service_context=known)
        # Whoever says for whom a session is needs to be allowed to say so, by the role as well.
        says = dataclasses.replace(ctx, action="sts:SetSourceIdentity")
        return own_trust(document, caller, ctx) and own_trust(document, caller, says)

    iam_evaluator.evaluate_trust_policy = trust
    own = app.SERVICE_HANDLERS["sts"]

    async def handle(method, path, headers, body, query_params):
        asked = form(body) if body else dict(urllib.parse.parse_qsl(path.partition("?")[2]))
        identity = asked.get("SourceIdentity") if asked.get("Action") == "AssumeRole" else None
        if identity is not None:
            denied = iam_evaluator.enforce(
                extract_access_key_id(headers, query_params),
                "sts:SetSourceIdentity",
                "sts",
                extract_region(headers, query_params),
                resource_arn=asked.get("RoleArn", "*"),
                service_context={"sts:sourceidentity": identity},
            )
            if denied:
                return iam_actions.access_denied_response(
                    "sts",
                    "sts:SetSourceIdentity",
                    getattr(denied, "principal_arn", get_account_id()),
                    _REQUEST_ID,
                    headers=headers,
                    resource_arn=asked.get("RoleArn", "*"),
                )
        token = _identity.set(identity)
        try:
            return await own(method, path, headers, body, query_params)
        finally:
            _identity.reset(token)

    app.SERVICE_HANDLERS["sts"] = handle
