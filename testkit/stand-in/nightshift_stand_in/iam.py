"""IAM: lists in pages, users that cannot be deleted yet, and keys of any age."""

from moto.core.responses import ActionResult
from moto.iam.exceptions import DeleteConflictException, ValidationError
from moto.iam.models import AccessKeyLastUsed, IAMBackend, iam_backends
from moto.iam.responses import IamResponse

from . import clock, control, paging, worlds
from .mending import mend


def _page(response: IamResponse, list_name: str, rows: list, key) -> tuple[list, dict]:
    """The rows of the asked page, and what the reply says about further ones."""
    size = int(response._get_param("MaxItems") or 100)
    if not 1 <= size <= 1000:
        raise ValidationError(f"MaxItems must be between 1 and 1000, not {size}")
    try:
        rows, marker = paging.page(list_name, rows, key, size, response._get_param("Marker"))
    except paging.BadMarker as error:
        raise ValidationError("Invalid Marker") from error
    return rows, {"IsTruncated": True, "Marker": marker} if marker else {"IsTruncated": False}


def _page_call(action: str, list_name: str, key) -> None:
    @mend(IamResponse, action)
    def listed(original, response):
        result = original(response)._result
        rows, more = _page(response, list_name, list(result[list_name]), key)
        return ActionResult({**result, list_name: rows, **more})


_page_call("list_users", "Users", lambda user: user.name)
_page_call("list_access_keys", "AccessKeyMetadata", lambda key: key.access_key_id)
_page_call("list_groups_for_user", "Groups", lambda group: group.name)
_page_call("list_user_tags", "Tags", lambda tag: tag["Key"])

_DETAIL_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


@mend(IamResponse, "get_account_authorization_details")
def get_account_authorization_details(original, response):
    """The four lists make one sequence for paging: a page may end inside any of them."""
    result = original(response)._result
    sequence = [
        (f"{number} {detail.name}", list_name, detail)
        for number, list_name in enumerate(_DETAIL_LISTS)
        for detail in result[list_name]
    ]
    rows, more = _page(response, "AccountAuthorizationDetails", sequence, lambda row: row[0])
    lists = {name: [row[2] for row in rows if row[1] == name] for name in _DETAIL_LISTS}
    return ActionResult({**lists, **more})


@mend(IAMBackend, "delete_user")
def delete_user(original, backend, user_name):
    user = backend.get_user(user_name)
    in_the_way = {
        "must delete access keys first": user.access_keys,
        "must remove users from group first": backend.get_groups_for_user(user_name),
        "must delete login profile first": user.password,
        "must delete MFA device first": user.mfa_devices,
        "must delete signing certificates first": user.signing_certificates,
        "must delete SSH public keys first": user.ssh_public_keys,
    }
    for demand, found in in_the_way.items():
        if found:
            raise DeleteConflictException(f"Cannot delete entity, {demand}.")
    return original(backend, user_name)


@mend(IAMBackend, "update_user")
def update_user(original, backend, user_name, new_path=None, new_user_name=None):
    """A user who is given another name keeps tags and keys, and so do they."""
    user = backend.get_user(user_name)
    tags = backend.tagger.list_tags_for_resource(user.arn)["Tags"]
    original(backend, user_name, new_path=new_path, new_user_name=new_user_name)
    backend.tagger.tag_resource(user.arn, tags)
    for key in user.access_keys:
        key.user_name = user.name


def _time_or_none(text: str | None):
    return None if text is None else clock.parse(text)


@control.control("age-key")
def age_key(world: worlds.World, region: str, body: dict) -> None:
    control.only(body, "key", "created", "last_used", "service")
    keys = iam_backends[world.account]["aws"].access_keys
    name = control.needed(body, "key")
    if name not in keys:
        raise control.Mistake(f"no access key {name}")
    key = keys[name]
    if "created" in body:
        key.create_date = clock.parse(body["created"])
    if "last_used" in body:
        used = _time_or_none(body["last_used"])
        service = body.get("service", "s3")
        key.last_used = used and AccessKeyLastUsed(used, service, region)


@control.control("age-user")
def age_user(world: worlds.World, region: str, body: dict) -> None:
    control.only(body, "user", "created", "password_last_used")
    users = iam_backends[world.account]["aws"].users
    name = control.needed(body, "user")
    if name not in users:
        raise control.Mistake(f"no user {name}")
    if "created" in body:
        users[name].create_date = clock.parse(body["created"])
    if "password_last_used" in body:
        users[name].password_last_used = _time_or_none(body["password_last_used"])
