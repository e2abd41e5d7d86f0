"""Organizations and the tag API: an organisation is the other stand-in's, which knows its pages, paths and tags. Both ask about
the whole of it (Service Authorization Reference: an action that lists names no resource)."""

from .other import Other
from .question import Question


class _Whole:
    """One service whose calls are asked about without a resource."""

    def __init__(self, other: Other, name: str, prefix: str):
        self.name = name
        self._prefix = prefix
        self._other = other

    def questions(self, region: str, headers: dict, body: bytes) -> list[Question]:
        call = headers.get("x-amz-target", "").rpartition(".")[2]
        return [Question(f"{self._prefix}:{call}", "*")]

    def told(self, body: bytes, own: dict) -> dict:
        return own

    def tags(self, arn: str) -> dict[str, str] | None:
        return None


def services(other: Other) -> list[_Whole]:
    return [_Whole(other, "organizations", "organizations"), _Whole(other, "tagging", "tag")]
