"""STS: what the sessions of an account's roles were given, for tests that look for it where it must not be, and sessions
of another account than the one that was asked for, which AWS does not give and nobody should believe.
"""

from moto.sts.models import STSBackend, sts_backends

from . import worlds
from .control import control, needed, only
from .mending import mend


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


@control("strayed-sessions")
def strayed_sessions(world: worlds.World, region: str, body: dict) -> None:
    only(body, "into")
    world.sessions_stray_into = needed(body, "into")


@mend(STSBackend, "assume_role")
def assume_role(original, self, *args, role_arn, **kwargs):
    parts = role_arn.split(":")
    if len(parts) > 4:
        parts[4] = worlds.world_of(parts[4]).sessions_stray_into or parts[4]
    return original(self, *args, role_arn=":".join(parts), **kwargs)
