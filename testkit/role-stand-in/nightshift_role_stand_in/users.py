"""IAM users and their keys: they are the other stand-in's, which knows ages, last uses and pages. Roles and policies stay
ministack's, and so does every decision."""

import asyncio

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id
from ministack.core.router import extract_access_key_id

from .other import Other, form, tags, texts
from .question import Question

_VERSION = "2010-05-08"
_ABOUT_A_USER = {
    "CreateAccessKey",
    "CreateUser",
    "DeleteAccessKey",
    "GetUser",
    "ListAccessKeys",
    "ListUserTags",
    "TagUser",
    "UntagUser",
    "UpdateAccessKey",
}
_ABOUT_NOBODY = {"GetAccessKeyLastUsed", "GetAccountAuthorizationDetails", "ListUsers"}
_WHO_AM_I = "sts:GetCallerIdentity"


class Users:
    name = "iam"

    def __init__(self, other: Other):
        self._other = other

    def questions(self, region: str, headers: dict, body: bytes) -> list[Question] | None:
        parameters = form(body)
        call = parameters.get("Action", "")
        if call in _ABOUT_NOBODY:
            return [Question(f"iam:{call}", "*")]
        if call in _ABOUT_A_USER and "UserName" in parameters:
            return [Question(f"iam:{call}", self._arn(parameters["UserName"]))]
        return None

    def told(self, body: bytes, own: dict) -> dict:
        return own

    def tags(self, arn: str) -> dict[str, str] | None:
        kind, _, path = arn.split(":")[5].partition("/")
        if kind != "user":
            return None
        parameters = {"Action": "ListUserTags", "UserName": path.rpartition("/")[2]}
        return tags(self._other.query("iam", _VERSION, "us-east-1", **parameters))

    def _arn(self, user: str) -> str:
        """With its path, which a request does not tell."""
        answer = self._other.query("iam", _VERSION, "us-east-1", Action="GetUser", UserName=user)
        found = texts(answer, "Arn")
        return found[0] if found else f"arn:aws:iam::{get_account_id()}:user/{user}"


def know_minted_keys(other: Other) -> None:
    """A key made by the other stand-in may ask who it is, and nothing else."""
    own_enforce = iam_evaluator.enforce

    def enforce(access_key_id, iam_action, *args, **kwargs):
        denied = own_enforce(access_key_id, iam_action, *args, **kwargs)
        stranger = isinstance(denied, iam_evaluator.AuthError)
        return None if stranger and iam_action == _WHO_AM_I else denied

    iam_evaluator.enforce = enforce
    own = app.SERVICE_HANDLERS["sts"]

    async def handle(method, path, headers, body, query_params):
        key = extract_access_key_id(headers, query_params)
        if b"GetCallerIdentity" in body and key.startswith("AKIA"):
            return await asyncio.to_thread(other.post, headers, body, None)
        return await own(method, path, headers, body, query_params)

    app.SERVICE_HANDLERS["sts"] = handle
