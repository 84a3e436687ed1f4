"""What a form showed when it was opened, carried along by it: an old tab changes what somebody touched in it, and nothing that changed meanwhile.

It is carried as a few digits for each field, so that no long text goes twice, and no address stands in the page once more.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

FIELD: Final = "shown"
_DIGITS: Final = 8


def with_shown(given: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """The form as it is shown, with the field that remembers it."""
    return {**given, FIELD: " ".join(f"{name}={_digest(given.get(name, ''))}" for name in names)}


def touched(form: Mapping[str, str], names: Iterable[str]) -> frozenset[str]:
    """The fields that differ from what their form showed; all of them where it does not say what it showed."""
    shown = dict(one.rpartition("=")[::2] for one in form[FIELD].split())
    return frozenset(name for name in names if shown.get(name) != _digest(form[name]))


def _digest(value: str) -> str:
    """Lines end as a browser sends them, blanks around them are dropped as those of a form are."""
    return sha256(value.replace("\r", "").strip().encode()).hexdigest()[:_DIGITS]
