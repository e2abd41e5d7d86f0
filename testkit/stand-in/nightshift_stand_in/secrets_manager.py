"""Secrets Manager: versions that keep their dates and are never overwritten."""

import json
from secrets import token_hex
from uuid import uuid4

from moto.awslambda.utils import get_backend
from moto.secretsmanager.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceExistsException,
    ResourceNotFoundException,
    SecretNotFoundException,
    ValidationException,
)
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend, secretsmanager_backends
from moto.secretsmanager.responses import SecretsManagerResponse

from . import clock, control, paging, worlds
from .mending import mend

_SECONDS_A_DAY = 24 * 60 * 60
_MOST_BYTES = 65536


def _find(backend: SecretsManagerBackend, secret_id: str):
    if secret_id not in backend.secrets:
        raise SecretNotFoundException()
    return backend.secrets[secret_id]


def _refuse_deleted(secret) -> None:
    if secret.is_deleted():
        raise InvalidRequestException(
            "You can't perform this operation on the secret because it was marked for deletion."
        )


def _has_value(version: dict) -> bool:
    return "secret_string" in version or "secret_binary" in version


@mend(SecretsManagerBackend, "_check_with_existing_secrets_and_versions")
def check_with_existing(
    original, backend, secret_name, client_request_token, secret_string, secret_binary, **on_create
):
    """A token names one value for ever: the same again changes nothing, another is refused."""
    if secret_name in backend.secrets and client_request_token:
        secret = backend.secrets[secret_name]
        version = secret.versions.get(client_request_token)
        # A version without a value was announced by RotateSecret and waits for one.
        if version and _has_value(version):
            stored = (version.get("secret_string"), version.get("secret_binary"))
            if stored == (secret_string, secret_binary):
                return secret
            raise ResourceExistsException(
                f"You can't use ClientRequestToken {client_request_token} because that value is "
                f"already in use for a version of secret {secret.arn}."
            )
    return original(
        backend, secret_name, client_request_token, secret_string, secret_binary, **on_create
    )


def _check_size(secret_string: str | None) -> None:
    if secret_string is not None and len(secret_string.encode()) > _MOST_BYTES:
        raise ValidationException(f"A secret value has at most {_MOST_BYTES} bytes.")


def _now() -> float:
    """As AWS dates a version, to the millisecond: which of two was made later is known within a second, too."""
    return round(clock.timestamp(), 3)


@mend(SecretsManagerBackend, "_add_secret")
def add_secret(original, backend, secret_id, *arguments, **settings):
    known = secret_id in backend.secrets
    before = dict(backend.secrets[secret_id].versions) if known else {}
    secret, new_version = original(backend, secret_id, *arguments, **settings)
    for version_id, version in secret.versions.items():
        if before.get(version_id) is not version:
            version["createdate"] = _now()
    return secret, new_version


@mend(SecretsManagerBackend, "create_secret")
def create_secret(original, backend, name, secret_string, secret_binary, **settings):
    existing = backend.secrets.get(name) if name in backend.secrets else None
    if existing is not None and existing.is_deleted():
        raise InvalidRequestException(
            "You can't create this secret because a secret with this name is already "
            "scheduled for deletion."
        )
    _check_size(secret_string)
    return original(
        backend, name, secret_string=secret_string, secret_binary=secret_binary, **settings
    )


@mend(SecretsManagerBackend, "put_secret_value")
def put_secret_value(
    original, backend, secret_id, secret_string, secret_binary, client_request_token, version_stages
):
    secret = _find(backend, secret_id)
    _refuse_deleted(secret)
    _check_size(secret_string)
    if not secret.versions:
        version_stages = ["AWSCURRENT"]
    return original(
        backend, secret_id, secret_string, secret_binary, client_request_token, version_stages
    )


@mend(SecretsManagerBackend, "update_secret_version_stage")
def update_secret_version_stage(original, backend, secret_id, **change):
    _refuse_deleted(_find(backend, secret_id))
    return original(backend, secret_id, **change)


def _rotate_managed(backend: SecretsManagerBackend, secret) -> str:
    """A secret of another service, such as RDS, is rotated by it and needs no Lambda."""
    value = json.loads(secret.versions[secret.default_version_id]["secret_string"])
    value["password"] = token_hex(16)
    backend._add_secret(
        secret.name,
        secret_string=json.dumps(value),
        description=secret.description,
        tags=secret.tags,
    )
    return secret.to_short_dict()


def _announce(secret, version_id: str) -> None:
    """A rotation begins with a version that has no value yet. One that did not end is gone on with, and no other begins."""
    pending = [
        name
        for name, version in secret.versions.items()
        if "AWSPENDING" in version["version_stages"]
        and "AWSCURRENT" not in version["version_stages"]
    ]
    if pending and pending != [version_id]:
        raise InvalidRequestException(
            "A previous rotation isn't complete. That rotation will be reattempted."
        )
    if not pending:
        secret.remove_version_stages_from_old_versions(["AWSPENDING"])
        secret.versions[version_id] = {
            "createdate": _now(),
            "version_id": version_id,
            "version_stages": ["AWSPENDING"],
        }


@control.control("rotation")
def rotation(world: worlds.World, region: str, body: dict) -> None:
    """The part of Secrets Manager before the first step, for a test that calls the function by itself."""
    control.only(body, "secret", "version")
    secrets = secretsmanager_backends[world.account][region].secrets
    name = control.needed(body, "secret")
    if name not in secrets:
        raise control.Mistake(f"no secret {name}")
    try:
        _announce(secrets[name], control.needed(body, "version"))
    except InvalidRequestException as refused:
        raise control.Mistake(str(refused)) from refused
    secrets[name].rotation_requested = True
    secrets[name].rotation_enabled = True


_STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


def _call(backend: SecretsManagerBackend, secret, version_id: str, steps) -> bool:
    """Ask the rotation function for each step until one fails."""
    functions = get_backend(backend.account_id, backend.region_name)
    for step in steps:
        event = {"Step": step, "SecretId": secret.arn, "ClientRequestToken": version_id}
        answer: dict = {}
        functions.invoke(
            secret.rotation_lambda_arn,
            qualifier=None,
            body=json.dumps(event),
            headers={},
            response_headers=answer,
        )
        if "x-amz-function-error" in answer:
            return False
    return True


def _try_out(backend: SecretsManagerBackend, secret) -> None:
    """A configuration is tried with a version that holds what is current, and is taken away again."""
    current = secret.versions[_current(secret)]
    version_id = str(uuid4())
    secret.versions[version_id] = {
        **current,
        "version_id": version_id,
        "version_stages": ["AWSPENDING"],
    }
    _call(backend, secret, version_id, ("testSecret",))
    del secret.versions[version_id]


def _current(secret) -> str:
    labels = secret.versions.items()
    found = [name for name, version in labels if "AWSCURRENT" in version["version_stages"]]
    return found[0] if found else secret.default_version_id


def _rotate(backend: SecretsManagerBackend, secret, version_id: str) -> None:
    if _call(backend, secret, version_id, _STEPS) and _current(secret) == version_id:
        secret.last_rotation_date = int(clock.timestamp())


@mend(SecretsManagerBackend, "rotate_secret")
def rotate_secret(
    _original,
    backend,
    secret_id,
    client_request_token=None,
    rotation_lambda_arn=None,
    rotation_rules=None,
    rotate_immediately=True,
):
    """The function is called as AWS calls it, and what it does not do is not done. One rotation ends before another begins."""
    secret = _find(backend, secret_id)
    _refuse_deleted(secret)
    if getattr(secret, "owning_service", None):
        return _rotate_managed(backend, secret)
    configured = rotation_lambda_arn or getattr(secret, "rotation_lambda_arn", None)
    if not configured:
        raise InvalidRequestException(
            "No Lambda rotation function ARN is associated with this secret."
        )
    try:
        get_backend(backend.account_id, backend.region_name).get_function(configured)
    except Exception as error:
        raise ResourceNotFoundException(f"Resource not found for ARN '{configured}'.") from error
    rules = rotation_rules or {}
    days = rules.get("AutomaticallyAfterDays")
    if days is not None and not 1 <= days <= 1000:
        raise InvalidParameterException("RotationRules.AutomaticallyAfterDays must be within 1-1000.")
    secret.rotation_requested = True
    secret.rotation_lambda_arn = configured
    secret.rotation_enabled = True
    if days:
        secret.auto_rotate_after_days = days
        secret.next_rotation_date = int(clock.timestamp()) + days * _SECONDS_A_DAY
    if rules.get("ScheduleExpression"):
        secret.schedule_expression = rules["ScheduleExpression"]
    if not rotate_immediately:
        _try_out(backend, secret)
        return secret.to_short_dict()
    version_id = client_request_token or str(uuid4())
    try:
        _announce(secret, version_id)
    except InvalidRequestException:
        for name, version in list(secret.versions.items()):
            if "AWSPENDING" in version["version_stages"]:
                _rotate(backend, secret, name)
        raise
    _rotate(backend, secret, version_id)
    return secret.to_short_dict()


@mend(SecretsManagerBackend, "get_secret_value")
def get_secret_value(original, backend, secret_id, version_id, version_stage):
    """What is current is what the label says; AWS remembers the day of the last reading, not the hour."""
    if not version_id and not version_stage and secret_id in backend.secrets:
        labels = backend.secrets[secret_id].versions.values()
        if any("AWSCURRENT" in version["version_stages"] for version in labels):
            version_stage = "AWSCURRENT"
    value = original(backend, secret_id, version_id, version_stage)
    today = int(clock.timestamp()) // _SECONDS_A_DAY * _SECONDS_A_DAY
    backend.secrets[secret_id].versions[value["VersionId"]]["last_accessed"] = today
    return value


@mend(FakeSecret, "reset_default_version")
def reset_default_version(original, secret, secret_version, version_id):
    """A value that becomes the current one takes that label from whichever version has it, and no other label."""
    last = _current(secret) if secret.versions else None
    others = list(secret.versions.get(last, {}).get("version_stages", []))
    secret.default_version_id = last
    original(secret, secret_version, version_id)
    if last and last != version_id:
        kept = [name for name in others if name not in ("AWSCURRENT", "AWSPREVIOUS")]
        kept = [name for name in kept if name not in secret_version["version_stages"]]
        secret.versions[last]["version_stages"] = ["AWSPREVIOUS", *kept]


@mend(FakeSecret, "to_dict")
def to_dict(original, secret):
    described = original(secret)
    days = [version.get("last_accessed") or 0 for version in secret.versions.values()]
    described["LastAccessedDate"] = max(days, default=0) or None
    if "RotationRules" in described and getattr(secret, "schedule_expression", None):
        described["RotationRules"] = {"ScheduleExpression": secret.schedule_expression}
    return described


def _listed(version_id: str, version: dict) -> dict:
    listed = {
        "VersionId": version_id,
        "VersionStages": version["version_stages"],
        "CreatedDate": version["createdate"],
    }
    if version.get("last_accessed"):
        listed["LastAccessedDate"] = version["last_accessed"]
    return listed


@mend(SecretsManagerResponse, "list_secret_version_ids")
def list_secret_version_ids(original, response):
    secret = _find(response.backend, response._get_param("SecretId"))
    versions = secret.versions.items()
    if not response._get_param("IncludeDeprecated"):
        versions = [(name, version) for name, version in versions if version["version_stages"]]
    try:
        rows, token = paging.page(
            "Versions",
            [_listed(name, version) for name, version in versions],
            lambda row: row["VersionId"],
            int(response._get_param("MaxResults") or 100),
            response._get_param("NextToken"),
        )
    except paging.BadMarker as error:
        raise InvalidRequestException("Invalid pagination token.") from error
    answer = {"ARN": secret.arn, "Name": secret.name, "Versions": rows}
    if token:
        answer["NextToken"] = token
    return json.dumps(answer)


def _timestamp(text: str) -> float:
    return (clock.parse(text) - clock.parse("1970-01-01T00:00:00Z")).total_seconds()


@control.control("secret-version")
def secret_version(world: worlds.World, region: str, body: dict) -> None:
    control.only(body, "secret", "version", "created", "last_accessed")
    secrets = secretsmanager_backends[world.account][region].secrets
    name = control.needed(body, "secret")
    if name not in secrets:
        raise control.Mistake(f"no secret {name}")
    versions = secrets[name].versions
    wanted = control.needed(body, "version")
    if wanted not in versions:
        raise control.Mistake(f"{name} has no version {wanted}")
    if "created" in body:
        versions[wanted]["createdate"] = _timestamp(body["created"])
    if "last_accessed" in body:
        day = body["last_accessed"]
        versions[wanted]["last_accessed"] = None if day is None else _timestamp(day)
