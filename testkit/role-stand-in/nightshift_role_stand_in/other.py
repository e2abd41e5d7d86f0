"""The other stand-in, which answers for what ministack knows too little of, once a call is allowed."""

import json
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree

from ministack.core.responses import get_account_id

_NOT_FORWARDED = {"host", "content-length", "connection", "transfer-encoding", "accept-encoding"}


class Other:
    def __init__(self, url: str):
        self._url = url
        # No proxy of the caller's stands between this machine and itself.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def post(self, headers: dict, body: bytes, account: str | None) -> tuple[int, dict, bytes]:
        """A caller's own request, in `account`, or in that of its access key."""
        kept = {name: value for name, value in headers.items() if name not in _NOT_FORWARDED}
        if account:
            kept["x-moto-account-id"] = account
        request = urllib.request.Request(self._url, body, kept, method="POST")
        try:
            with self._opener.open(request) as reply:
                return reply.status, dict(reply.headers), reply.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, dict(refusal.headers), refusal.read()

    def query(
        self, service: str, version: str, region: str, **parameters: str
    ) -> ElementTree.Element | None:
        """One call of the query protocol by nobody: what IAM itself needs to know."""
        body = urllib.parse.urlencode({"Version": version, **parameters}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        status, answer = self._ask(service, region, headers, body)
        return ElementTree.fromstring(answer) if status == 200 else None

    def json(self, service: str, target: str, region: str, **parameters: str) -> dict | None:
        """The same by the JSON protocol."""
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": target}
        status, answer = self._ask(service, region, headers, json.dumps(parameters).encode())
        return json.loads(answer) if status == 200 else None

    def _ask(self, service: str, region: str, headers: dict, body: bytes) -> tuple[int, bytes]:
        account = get_account_id()
        scope = f"{account}/20261121/{region}/{service}/aws4_request"
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"
        )
        status, _, answer = self.post(headers, body, account)
        return status, answer


def texts(answer: ElementTree.Element | None, name: str) -> list[str]:
    """The texts of every element of that name, in any namespace."""
    found = [] if answer is None else answer.iter()
    return [element.text or "" for element in found if element.tag.rpartition("}")[2] == name]


def tags(answer: ElementTree.Element | None) -> dict[str, str] | None:
    """The tags in an answer of the query protocol."""
    if answer is None:
        return None
    return dict(zip(texts(answer, "Key"), texts(answer, "Value"), strict=True))


def form(body: bytes) -> dict[str, str]:
    """The parameters of a call of the query protocol."""
    return dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
