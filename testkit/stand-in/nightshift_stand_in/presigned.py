"""Requests signed in their query: moto knows only those signed in a header.

Whoever signs such a request is who its answer names, so the signature is checked as AWS does:
over the query, the headers it names as they came, and an empty body.
"""

import hashlib
import hmac
import re
from urllib.parse import parse_qsl, quote

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from .quick_calls import account_of_key

_REFUSAL = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>\
<Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you \
provided.</Message></Error></ErrorResponse>"""


def unfold(environ: dict) -> str | None:
    """Turn a signature in the query into one in a header; an answer where it is not right."""
    query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    asked = dict(query)
    if "X-Amz-Signature" not in asked or "HTTP_AUTHORIZATION" in environ:
        return None
    credential = asked.get("X-Amz-Credential", "")
    secret = _secret_of(credential.split("/")[0])
    if secret is None or not hmac.compare_digest(_signature(environ, query, asked, secret), asked["X-Amz-Signature"]):
        return _REFUSAL
    environ["HTTP_AUTHORIZATION"] = (
        f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature={asked['X-Amz-Signature']}"
    )
    return None


def _secret_of(access_key: str) -> str | None:
    # As everywhere here, an account's number is a key to it.
    if re.fullmatch(r"\d{12}", access_key):
        return "test"
    account = account_of_key(access_key)
    for backend in iam_backends[account].values():
        for user in backend.users.values():
            for key in user.access_keys:
                if key.access_key_id == access_key and key.status == "Active":
                    return key.secret_access_key
    for backends in sts_backends.values():
        for backend in backends.values():
            role = backend.get_assumed_role_from_access_key(access_key)
            if role:
                return role.secret_access_key
    return None


def _signature(environ: dict, query: list, asked: dict, secret: str) -> str:
    names = asked.get("X-Amz-SignedHeaders", "").split(";")
    headers = "".join(f"{name}:{environ.get('HTTP_' + name.upper().replace('-', '_'), '')}\n" for name in names)
    escaped = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in query if name != "X-Amz-Signature"
    )
    canonical = "\n".join(
        [
            environ["REQUEST_METHOD"],
            environ.get("PATH_INFO") or "/",
            "&".join(f"{name}={value}" for name, value in escaped),
            headers,
            ";".join(names),
            hashlib.sha256(b"").hexdigest(),
        ]
    )
    _, *scope = asked["X-Amz-Credential"].split("/")
    text = "\n".join(
        ["AWS4-HMAC-SHA256", asked.get("X-Amz-Date", ""), "/".join(scope), hashlib.sha256(canonical.encode()).hexdigest()]
    )
    key = ("AWS4" + secret).encode()
    for part in scope:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
