"""How moto is changed: one method at a time, by name, with the original at hand.

moto offers no hooks for the rules that are mended here, and a fork would have to
be kept up to date by hand. Replacing single methods keeps each mend next to the
rule it restores and fails loudly when a new moto renames what it relies on.
"""

import functools


def mend(owner: type, name: str):
    """Replace the method `name` of `owner`; the new one gets the original first."""
    original = getattr(owner, name)

    def put_in_place(replacement):
        @functools.wraps(replacement)
        def mended(self, *args, **kwargs):
            return replacement(original, self, *args, **kwargs)

        setattr(owner, name, mended)
        return replacement

    return put_in_place


def add(owner: type, name: str):
    """Give `owner` a method it lacks; fails once moto grows one of its own."""
    if hasattr(owner, name):
        raise RuntimeError(f"moto now has {owner.__name__}.{name}: drop or review the mend")

    def put_in_place(method):
        setattr(owner, name, method)
        return method

    return put_in_place
