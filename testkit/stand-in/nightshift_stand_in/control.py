"""Control calls: what a test may do that no AWS caller can.

Each is a POST of a JSON object to `/_nightshift/<name>`. Modules register
theirs with `@control("name")`; a handler gets the world of the account, the
region and the body. Mistakes of the test are answered with 400, so that a
misspelt key is not taken for a setting that does nothing.
"""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from . import worlds

PREFIX = "/_nightshift/"

_handlers: dict[str, Callable] = {}


class Mistake(Exception):
    """The control call makes no sense; its text is given back to the test."""


def control(name: str):
    def register(handler):
        _handlers[name] = handler
        return handler

    return register


def needed(body: dict, key: str) -> Any:
    if key not in body:
        raise Mistake(f"{key} is missing")
    return body[key]


def only(body: dict, *known: str) -> None:
    """Refuse keys that the handler would silently ignore."""
    unknown = sorted(set(body) - set(known) - {"account", "region"})
    if unknown:
        raise Mistake(f"unknown: {', '.join(unknown)}")


def answer(name: str, raw_body: bytes) -> tuple[int, dict]:
    """Run one control call; gives the HTTP status and the JSON to send."""
    try:
        body = json.loads(raw_body or b"{}")
        if not isinstance(body, dict):
            raise Mistake("the body must be a JSON object")
        handler = _handlers.get(name)
        if handler is None:
            raise Mistake(f"no control call {name!r}; there are {', '.join(sorted(_handlers))}")
        account = body.get("account", worlds.DEFAULT_ACCOUNT)
        if not re.fullmatch(r"\d{12}", account):
            raise Mistake(f"account {account!r} has not twelve digits")
        worlds.enter(account)
        region = body.get("region", worlds.DEFAULT_REGION)
        return 200, handler(worlds.world_of(account), region, body) or {}
    except (Mistake, ValueError, TypeError) as error:
        return 400, {"error": str(error)}


@control("reset")
def reset(world: worlds.World, region: str, body: dict) -> None:
    only(body)
    worlds.reset(body.get("account"))


@control("clock")
def clock(world: worlds.World, region: str, body: dict) -> None:
    only(body, "offset_seconds")
    world.clock_offset = timedelta(seconds=needed(body, "offset_seconds"))


@control("unknown-call")
def unknown_call(world: worlds.World, region: str, body: dict) -> None:
    only(body, "action")
    world.unknown_calls.add(needed(body, "action"))
