"""A clock that tests can shift, so that things can be created long ago.

moto reads the time through a name imported into each of its modules; those
names are pointed here. The shift belongs to the world of the request.
"""

import time as real_time
from datetime import UTC, datetime
from types import SimpleNamespace

import moto.iam.models
import moto.rds.models
import moto.secretsmanager.models
import moto.ses.models
import moto.sts.models

from . import worlds


def utcnow() -> datetime:
    """Now, without a zone, as moto keeps all its times."""
    now = datetime.now(UTC).replace(tzinfo=None)
    return now + worlds.current().clock_offset


def timestamp() -> float:
    return real_time.time() + worlds.current().clock_offset.total_seconds()


def parse(text: str) -> datetime:
    """Read an RFC 3339 time from a control call, in moto's zoneless form."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return time.astimezone(UTC).replace(tzinfo=None)


def install() -> None:
    for module in (moto.iam.models, moto.rds.models, moto.ses.models, moto.sts.models):
        module.utcnow = utcnow
    moto.secretsmanager.models.utcnow = utcnow
    moto.secretsmanager.models.time = SimpleNamespace(time=timestamp)
