"""Reading a form of our own pages: only the fields that were asked for, as text that can be stored, never a card number (R14, R41)."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request
from markupsafe import Markup

from gerbang.base.card_numbers import holds_card_number
from gerbang.base.errors import Invalid
from gerbang.web.gateway.request_context import context_of
from gerbang.web.input.cleaning import cleaned
from gerbang.web.input.validation import card_refused
from gerbang.web.problems import UnsupportedMedia
from gerbang.web.texts import Words

_MOST_FIELDS: Final = 80
_MOST_CHARACTERS: Final = 4_096  # more than any field takes: what is cut off is refused beside its field


class Form(dict[str, str]):
    """The fields of a form by name. `cards`: those that held a card number, of which nothing is left."""

    cards: Sequence[str] = ()

    def card_complaints(self, say: Words) -> dict[str, Markup]:
        """What to say beside each field that held a card number."""
        return {name: say("link.wrong.card") for name in self.cards}


async def read_form(request: Request[Any, Any, Any], *names: str, cards_in: tuple[str, ...] = ()) -> Form:
    """The named fields, cleaned; absent ones are empty. The last of a name counts, other fields are not looked at.

    A field that held a card number is emptied, named in `cards` and noted, unless it is one of `cards_in`, whose caller looks for itself.
    Raises UnsupportedMedia, and Invalid for more fields than any form of ours has.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise UnsupportedMedia("Send the form as application/x-www-form-urlencoded.")
    text = (await request.body()).decode("latin-1")
    try:
        given = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise Invalid("The form has too many fields.") from error
    values = Form((name, cleaned(name, given.get(name, "")[:_MOST_CHARACTERS])) for name in names)
    values.cards = [name for name in names if name not in cards_in and holds_card_number(values[name], name)]
    values.update(dict.fromkeys(values.cards, ""))
    note_cards(request, values.cards)
    return values


def note_cards(request: Request[Any, Any, Any], fields: Iterable[str]) -> None:
    """Have it audited, as what is raised is, that these fields held card numbers and were refused (R14)."""
    for name in fields:
        context_of(request).error = card_refused(f"/{name}")
