"""Answer a call without what moto does anew for each, although it never changes.

For every request moto lists its own folder, to learn whether the host is the name
of a service, and inspects the class that answers, to learn which calls it knows.
Both together are a third of what a small call costs.
"""

import functools

from moto import backends
from moto.core import responses


def answer_quickly() -> None:
    services = frozenset(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: services
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)
