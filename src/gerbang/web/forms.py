"""Reading a form of our own pages: only the fields that were asked for, as text that can be stored, never a card number (R14, R41)."""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request

from gerbang.base.card_numbers import holds_card_number
from gerbang.base.errors import Invalid
from gerbang.web.exchange import exchange_of
from gerbang.web.problems import UnsupportedMedia
from gerbang.web.validation import card_refused

_MOST_FIELDS: Final = 40
_MOST_CHARACTERS: Final = 4_096


async def read_form(request: Request[Any, Any, Any], *names: str, cards_in: tuple[str, ...] = ()) -> dict[str, str]:
    """The named fields, stripped; absent ones are empty. The last of a name counts, other fields are not looked at.

    Raises UnsupportedMedia, Invalid, and CardDataRefused unless the field is one of `cards_in`, whose caller tells the person itself, and
    us by `note_cards`.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise UnsupportedMedia("Send the form as application/x-www-form-urlencoded.")
    text = (await request.body()).decode("latin-1")
    try:
        given = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise Invalid("The form has too many fields.") from error
    values = {name: given.get(name, "").strip() for name in names}
    for name, value in values.items():
        _check(value)
        if name not in cards_in and holds_card_number(value, name):
            raise card_refused(f"/{name}")
    return values


def note_cards(request: Request[Any, Any, Any], fields: Iterable[str]) -> None:
    """Have it audited, as what is raised is, that these fields held card numbers and were refused (R14)."""
    for name in fields:
        exchange_of(request).error = card_refused(f"/{name}")


def _check(value: str) -> None:
    if len(value) > _MOST_CHARACTERS or any(not char.isprintable() and char not in "\r\n\t" for char in value):
        raise Invalid("A field is too long or holds characters that cannot be stored.")
