"""Secrets Manager: versions that keep their dates and are never overwritten."""

import json
from secrets import token_hex

from moto.secretsmanager.exceptions import (
    InvalidRequestException,
    ResourceExistsException,
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


@mend(SecretsManagerBackend, "rotate_secret")
def rotate_secret(original, backend, secret_id, rotation_lambda_arn=None, **settings):
    secret = _find(backend, secret_id)
    if getattr(secret, "owning_service", None):
        return _rotate_managed(backend, secret)
    configured = rotation_lambda_arn or getattr(secret, "rotation_lambda_arn", None)
    if not configured and not secret.is_deleted():
        raise InvalidRequestException(
            "No Lambda rotation function ARN is associated with this secret."
        )
    return original(backend, secret_id, rotation_lambda_arn=configured, **settings)


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


@mend(FakeSecret, "to_dict")
def to_dict(original, secret):
    described = original(secret)
    days = [version.get("last_accessed") or 0 for version in secret.versions.values()]
    described["LastAccessedDate"] = max(days, default=0) or None
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
