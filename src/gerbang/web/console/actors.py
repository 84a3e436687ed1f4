"""Who did a thing, as operators read it: a person's name and role, a key's name, and never an id where a name is known. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

from markupsafe import Markup

from gerbang.base.formats import Locale
from gerbang.core.identity.model import Actor
from gerbang.web import texts

Names = Mapping[str, Actor]
NOBODY: Final[Names] = {}
_MOST: Final = 5


def called(label: str, names: Names, locale: Locale) -> Markup:
    """A label as people call it: `Ratih Kusuma (Keuangan)`, `Kunci API toko`, `Pembayar`; one that nobody knows by its shortened id."""
    say, (kind, _, id_), actor = texts.words(locale), label.partition(":"), names.get(label)
    if actor is not None:
        return say(f"actor.{kind}.named", name=actor.name, role=say(f"role.{actor.role}"))
    return say(f"actor.{kind}", id=_short(id_)) if texts.knows(f"actor.{kind}") else Markup("{}").format(label)


def listed(labels: Iterable[str], names: Names, locale: Locale) -> str:
    """Several people in one sentence, by name; of many the first five, and how many more."""
    told = sorted(called(label, names, locale) for label in labels)
    return Markup(", ").join([*told[:_MOST], *([f"+{len(told) - _MOST}"] if len(told) > _MOST else [])])


def _short(id_: str) -> str:
    """An id as short as it can be told apart by eye: its end is the random part."""
    head, _, tail = id_.partition("_")
    return f"{head}_…{tail[-6:]}" if tail else id_
