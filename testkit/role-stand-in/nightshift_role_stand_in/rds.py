"""RDS: authorized here, call by call, and answered by the other stand-in, which knows far more of it than ministack."""

import asyncio
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id
from ministack.core.router import extract_access_key_id, extract_region
from ministack.services import tagging

from . import authorization

_REQUEST_ID = "00000000-0000-0000-0000-000000000000"
_NOT_FORWARDED = {"host", "content-length", "connection", "transfer-encoding", "accept-encoding"}


class Rds:
    def __init__(self, url: str):
        self._url = url
        # No proxy of the caller's stands between this machine and itself.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def post(self, headers: dict, body: bytes) -> tuple[int, dict, bytes]:
        kept = {name: value for name, value in headers.items() if name not in _NOT_FORWARDED}
        kept["x-moto-account-id"] = get_account_id()
        request = urllib.request.Request(self._url, body, kept, method="POST")
        try:
            with self._opener.open(request) as reply:
                return reply.status, dict(reply.headers), reply.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, dict(refusal.headers), refusal.read()

    def ask(self, region: str, **parameters: str) -> ElementTree.Element | None:
        """One call in the caller's account, by nobody: what IAM itself needs to know."""
        scope = f"{get_account_id()}/20261121/{region}/rds/aws4_request"
        headers = {
            "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none",
            "content-type": "application/x-www-form-urlencoded",
        }
        body = urllib.parse.urlencode({"Version": "2014-10-31", **parameters}).encode()
        status, _, answer = self.post(headers, body)
        return ElementTree.fromstring(answer) if status == 200 else None

    def tags(self, arn: str) -> dict[str, str] | None:
        answer = self.ask(arn.split(":")[3], Action="ListTagsForResource", ResourceName=arn)
        if answer is None:
            return None
        texts = {"Key": [], "Value": []}
        for element in answer.iter():
            name = element.tag.rpartition("}")[2]
            if name in texts:
                texts[name].append(element.text or "")
        return dict(zip(texts["Key"], texts["Value"], strict=True))

    def copies_tags(self, region: str, cluster: str) -> bool:
        answer = self.ask(region, Action="DescribeDBClusters", DBClusterIdentifier=cluster)
        found = [] if answer is None else answer.iter()
        return any(
            element.tag.endswith("CopyTagsToSnapshot") and element.text == "true"
            for element in found
        )


def _flat(body: bytes) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))


def install(url: str) -> None:
    rds = Rds(url)

    def asked(body: bytes, region: str) -> list[authorization.Question]:
        parameters = _flat(body)
        call = parameters["Action"]
        copies = call == "DeleteDBCluster" and rds.copies_tags(
            region, parameters["DBClusterIdentifier"]
        )
        prefix = f"arn:aws:rds:{region}:{get_account_id()}"
        return authorization.questions(call, parameters, prefix, copies)

    async def handle(method, path, headers, body, query_params):
        """The first question was ministack's own; here are the others, and then the answer."""
        region = extract_region(headers, query_params)
        for question in asked(body, region)[1:]:
            action = f"rds:{question.action}"
            denied = iam_evaluator.enforce(
                extract_access_key_id(headers, query_params),
                action,
                "rds",
                region,
                resource_arn=question.resource,
                service_context=authorization.told(_flat(body)),
            )
            if denied:
                return iam_actions.access_denied_response(
                    "rds",
                    action,
                    denied.principal_arn,
                    _REQUEST_ID,
                    headers=headers,
                    resource_arn=question.resource,
                )
        return await asyncio.to_thread(rds.post, headers, body)

    app.SERVICE_HANDLERS["rds"] = handle

    own_resource = iam_actions.extract_resource_arn

    def resource(service, method, path, headers, body, query_params, region, account_id):
        if service == "rds":
            return asked(body, region)[0].resource
        return own_resource(
            service, method, path, headers, body, query_params, region, account_id
        )

    iam_actions.extract_resource_arn = resource

    own_context = iam_actions.request_tag_context

    def context(service, iam_action, body, params):
        if service == "rds":
            return authorization.told(_flat(body))
        return own_context(service, iam_action, body, params)

    iam_actions.request_tag_context = context

    own_tags = tagging.resource_tags

    def tags(arn):
        return rds.tags(arn) if arn.startswith("arn:aws:rds:") else own_tags(arn)

    tagging.resource_tags = tags
