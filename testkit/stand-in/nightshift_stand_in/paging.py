"""Pages with opaque markers that stay valid while rows come and go.

A marker names the last row that was given out, so a row deleted between two
pages neither hides a row nor shows one twice. Rows are given in the order of
their names; AWS promises no order at all.
"""

import base64
import json
from collections.abc import Callable
from typing import Any


class BadMarker(ValueError):
    """The marker was not made by this list."""


def _marker(list_name: str, last_key: str) -> str:
    text = json.dumps([list_name, last_key])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _last_key(list_name: str, marker: str) -> str:
    try:
        name, key = json.loads(base64.urlsafe_b64decode(marker.encode()))
    except ValueError as error:
        raise BadMarker(marker) from error
    if name != list_name or not isinstance(key, str):
        raise BadMarker(marker)
    return key


def page(
    list_name: str,
    rows: list,
    key: Callable[[Any], str],
    size: int,
    marker: str | None,
) -> tuple[list, str | None]:
    """The rows after `marker`, at most `size`, and the marker of the next page."""
    rows = sorted(rows, key=key)
    if marker:
        last = _last_key(list_name, marker)
        rows = [row for row in rows if key(row) > last]
    if len(rows) <= size:
        return rows, None
    return rows[:size], _marker(list_name, key(rows[size - 1]))
