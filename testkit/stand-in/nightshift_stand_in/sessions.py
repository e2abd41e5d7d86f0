"""STS: what the sessions of an account's roles were given, for tests that look for it where it must not be."""

from moto.sts.models import sts_backends

from . import worlds
from .control import control, only


@control("sessions")
def sessions(world: worlds.World, region: str, body: dict) -> dict:
    only(body)
    return {
        "sessions": [
            {
                "role": role.role_arn,
                "name": role.session_name,
                "secret": role.secret_access_key,
                "token": role.session_token,
            }
            for backend in sts_backends[world.account].values()
            for role in backend.assumed_roles
        ]
    }
