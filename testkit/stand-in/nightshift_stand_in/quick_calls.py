"""Answer a call without what moto does anew for each, although it never changes.

For every request moto lists its own folder, to learn whether the host is the name
of a service, inspects the class that answers, to learn which calls it knows, and
asks every account there is whether the access key is one of its own. Together they
are a third of what a small call costs, and more with every account. For every
attribute of every item of an answer it works out under which names the item may have
it: half of what a list costs.
"""

import functools

from moto import backends
from moto.core import responses
from moto.core.serialize import XFormedAttributePicker
from moto.iam import models
from moto.iam.models import IAMBackend, iam_backends

from .mending import mend

_known: dict[str, str] = {}
_names: dict[tuple, tuple[str, ...]] = {}
_search = models.get_account_id_from


def answer_quickly() -> None:
    services = frozenset(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: services
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)
    models.get_account_id_from = account_of_key


def account_of_key(access_key: str) -> str:
    """The account that has `access_key`: the one that had it last is asked first."""
    known = _known.get(access_key)
    if known is not None and _has(known, access_key):
        return known
    found = _search(access_key)
    if _has(found, access_key):
        _known[access_key] = found
    return found


def _has(account: str, access_key: str) -> bool:
    if account not in iam_backends:
        return False
    return any(access_key in backend.access_keys for backend in iam_backends[account].values())


@mend(IAMBackend, "get_all_access_keys_for_all_users")
def _of_this_account(original, self):
    """moto walks through every account, and an account's key is in none but its own."""
    return [key for name in self.users for key in self.list_access_keys(name)]


@mend(XFormedAttributePicker, "get_possible_keys")
def _names_of_the_attribute(original, self, context):
    """They follow from the class of the item and the place in the model of the service."""
    shape, service = context.shape, context.service_model
    place = (
        type(context.obj),
        context.key,
        service and service.service_name,
        shape and (shape.name, shape.type_name, shape.serialization.get("name")),
        getattr(getattr(shape, "parent", None), "name", None),
    )
    names = _names.get(place)
    if names is None:
        names = _names[place] = tuple(original(self, context))
    return names
