"""What must be known before a person's data is handed out or erased: which other customers it takes along, and the word that is typed before it goes for good."""

from uuid import UUID

from markupsafe import Markup

from gerbang.base import ids
from gerbang.core.customers.model import PREFIX
from gerbang.web import texts
from gerbang.web.console.confirmation import Input
from gerbang.web.console.customers import AnyRequest, core_of
from gerbang.web.forms import Form
from gerbang.web.pages import locale_of

_MOST_NAMED = 20


async def others_named(request: AnyRequest, customer: UUID, act: str) -> tuple[Markup, ...]:
    """Who else has the same address or number, by their ids, as `erase` or `export` says it; nothing where nobody has."""
    others = [one for one in (await core_of(request).person(customer)).customers if one != customer]
    if not others:
        return ()
    named = ", ".join(ids.show(PREFIX, one) for one in others[:_MOST_NAMED])
    more = f", + {len(others) - _MOST_NAMED}" if len(others) > _MOST_NAMED else ""
    return (texts.words(locale_of(request))(f"cus.{act}.also", customers=named + more),)


def word_input(request: AnyRequest, *, focus: bool = False, required: bool = True) -> Input:
    """Where the word is typed."""
    say = texts.words(locale_of(request))
    return Input("word", say("cus.erase.word"), most=20, focus=focus, required=required)


def word_wrong(request: AnyRequest, form: Form) -> dict[str, Markup]:
    """What to say beside it where another word was typed."""
    say = texts.words(locale_of(request))
    return {} if form["word"].strip().upper() == say("cus.erase.word.is") else {"word": say("cus.erase.wrong")}
