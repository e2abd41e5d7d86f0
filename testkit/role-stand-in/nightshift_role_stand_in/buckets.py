"""S3: what a list is of, and what whoever may not list hears of an object that is not there."""

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.core.router import extract_access_key_id, extract_region

_REQUEST_ID = "00000000-0000-0000-0000-000000000000"
_LIST = "s3:ListBucket"


def install() -> None:
    _tell_prefixes()
    _hide_what_is_missing()


def _tell_prefixes() -> None:
    """`s3:prefix` is the parameter of a list, and of nothing else (Service Authorization Reference for Amazon S3)."""
    own_context = iam_actions.request_tag_context

    def context(service, iam_action, body, params):
        own = own_context(service, iam_action, body, params)
        if service != "s3" or iam_action != _LIST or "prefix" not in params:
            return own
        said = params["prefix"]
        return {**own, "s3:prefix": said[0] if isinstance(said, list) else said}

    iam_actions.request_tag_context = context


def _hide_what_is_missing() -> None:
    """API reference of S3, GetObject: who has not `s3:ListBucket` on the bucket gets a 403 for what is not there. Whether IAM is
    told a prefix with that question is said nowhere; here it is not, so that no policy can lean on one."""
    own = app.SERVICE_HANDLERS["s3"]

    async def handle(method, path, headers, body, query_params):
        answer = await own(method, path, headers, body, query_params)
        bucket, _, key = path.lstrip("/").partition("/")
        if method not in ("GET", "HEAD") or not key or answer[0] != 404:
            return answer
        arn = f"arn:aws:s3:::{bucket}"
        denied = iam_evaluator.enforce(
            extract_access_key_id(headers, query_params),
            _LIST,
            "s3",
            extract_region(headers, query_params),
            resource_arn=arn,
        )
        if not denied:
            return answer
        return iam_actions.access_denied_response(
            "s3",
            _LIST,
            getattr(denied, "principal_arn", ""),
            _REQUEST_ID,
            headers=headers,
            resource_arn=arn,
        )

    app.SERVICE_HANDLERS["s3"] = handle
