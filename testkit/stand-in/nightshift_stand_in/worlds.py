"""What the stand-in knows beyond moto, one world per AWS account.

Tests that run side by side in one server keep apart by using different
accounts, so everything a control call can change is held per account. The lock
makes each API call atomic, as it is for a caller of AWS; moto itself does not
guard its dictionaries against a second thread.
"""

import contextlib
import contextvars
import threading
from dataclasses import dataclass, field
from datetime import timedelta

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data

DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"

lock = threading.Lock()
_account = contextvars.ContextVar("account", default=DEFAULT_ACCOUNT)
_worlds: dict[str, "World"] = {}


@dataclass
class World:
    """The state of one account that moto has no place for."""

    account: str
    clock_offset: timedelta = timedelta(0)
    held: bool = False
    unknown_calls: set[str] = field(default_factory=set)
    lambda_urls: dict[str, str] = field(default_factory=dict)
    sessions_stray_into: str | None = None
    # What RDS puts into every endpoint of the account, where a test has to know it beforehand.
    endpoints: str | None = None
    # The next two are regional: their keys start with the region.
    quotas: dict[tuple[str, str], int] = field(default_factory=dict)
    integrations: dict[tuple[str, str], object] = field(default_factory=dict)


def world_of(account: str) -> World:
    return _worlds.setdefault(account, World(account))


def current() -> World:
    """The world of the request being answered."""
    return world_of(_account.get())


def enter(account: str) -> None:
    """Say for which account this thread works from now on."""
    _account.set(account)


@contextlib.contextmanager
def lock_released():
    """Let other requests in while waiting for someone who may call back."""
    lock.release()
    try:
        yield
    finally:
        lock.acquire()


def reset(account: str | None) -> None:
    """Empty one account, or with None the whole server.

    The backends are dropped instead of being reset one by one: moto's own reset
    builds every region anew at once, and tests reset often.
    """
    if account is not None:
        _worlds.pop(account, None)
        for backends in list(BackendDict._instances):
            backends.pop(account, None)
        return
    _worlds.clear()
    for backends in list(BackendDict._instances):
        backends.clear()
    BackendDict._instances.clear()
    reset_model_data()
