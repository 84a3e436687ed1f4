"""Operators and the audit trail: who did what, newest first, with filters in the address. The page of one request shows the same lines."""

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from litestar import Request, Response, get
from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.errors import Invalid, NotFound
from gerbang.base.formats import Locale
from gerbang.core.audit.model import AuditFilters, Recorded
from gerbang.core.audit.service import SYSTEM
from gerbang.web import texts
from gerbang.web.console import actors, listing
from gerbang.web.console.action_words import sentence
from gerbang.web.console.actors import Names
from gerbang.web.console.listing import Asked, Cell, Column, Filter, ListPage, Row
from gerbang.web.console.page_frame import names_of, operator, stamp
from gerbang.web.gateway.query_parameters import read_object
from gerbang.web.pages import locale_of, services_of
from gerbang.web.texts.actions import Sentences

_ACTORS: Final = ("user:", "key:")
_NAMED: Final = {"usr": "user", "key": "key"}  # objects that are called by a name, and the label of such an actor
_FOUND: Final = frozenset({"pay", "ref", "att", "evt", "ep", "cus"})  # whose pages the console's search knows
COLUMNS: Final = (
    Column("words", "audit.words", "a1", "wrap"),
    Column("object", "request.about", "b1", "mono wrap"),
    Column("detail", "request.detail", "d1", "dim wrap"),
    Column("time", "done.when", "a2", "num", newest_first=True),
)
_PAGE: Final = ListPage(
    name="audit",
    path="/console/audit",
    title="nav.audit",
    lead="audit.lead",
    caption="audit.caption",
    columns=COLUMNS,
    filters=(
        Filter("subject", "audit.subject", "tabs", words="audit.subject."),
        Filter("actor", "done.by", "choice"),
        Filter("action", "audit.action", "choice"),
        Filter("object", "request.about", most=240),
        Filter("after", "audit.after", "moment", most=40),
        Filter("before", "audit.before", "moment", after=True, most=40),
    ),
    empty="audit.empty",
)


@get("/console/audit")
async def audit(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The trail; whoever may read it by the API may see it here."""
    operator(request, "audit:read")
    services, locale = services_of(request), locale_of(request)
    subjects = services.actions
    asked = await listing.read(
        request,
        _PAGE,
        {
            "subject": list(subjects),
            "actor": await _people(request, locale),
            "action": [action for known in subjects.values() for action in known],
        },
    )
    say = texts.words(locale)
    wanted = _wanted(asked, await _object_meant(request, asked.word("object")), subjects, say)
    found, onward = await services.audit.page(asked.place, listing.ROWS, wanted) if wanted else ([], None)
    said: Markup | str = ""
    if wanted and not found and (payment := await _payment_of(request, wanted.object)):
        found, onward = await services.audit.page(asked.place, listing.ROWS, replace(wanted, object=payment))
        said = say("audit.object.of_payment", object=wanted.object, payment=payment)
    return await listing.show_list(request, asked, await rows_of(request, found), onward, said=said)


async def _object_meant(request: Request[Any, Any, Any], typed: str | None) -> str | None:
    """What was typed as entries name it: ids in our own letters, and a connection by its kind too."""
    if typed is None:
        return None
    kind, mark, name = ids.as_typed(typed).partition(":")
    if not mark and any(one.id == kind.lower() for one in await services_of(request).connections.all()):
        return f"connection:{kind.lower()}"
    return f"{kind.lower()}:{name.lower() if kind.lower() == 'connection' else name}" if mark else kind


async def _payment_of(request: Request[Any, Any, Any], about: str | None) -> str | None:
    """The payment of an attempt or a refund, under which nearly all that was done to it stands."""
    payments, kind = services_of(request).payments, (about or "").partition("_")[0]
    with contextlib.suppress(NotFound):
        if kind == "att":
            return ids.show("pay", await payments.payment_of_attempt(ids.read("att", about or "")))
        if kind == "ref":
            return ids.show("pay", (await payments.refund_of(ids.read("ref", about or ""))).payment_id)
    return None


async def rows_of(request: Request[Any, Any, Any], found: Iterable[Recorded]) -> list[Row]:
    """Entries as lines, with the names of whoever did them and of whom they are about."""
    shown, locale = list(found), locale_of(request)
    known = {action: words for of in services_of(request).actions.values() for action, words in of.items()}
    names = await names_of(request, {label for one in shown for label in (one.actor, _label(one.object))})
    return [_row(one, known, names, locale) for one in shown]


async def _people(request: Request[Any, Any, Any], locale: Locale) -> dict[str, str]:
    """Whom one can choose: the staff, the API keys and Gerbang itself; whoever the address names is among them, though they have left."""
    names = dict(await services_of(request).identity.staff())
    asked = request.query_params.get("actor", "")
    further = [asked] if asked.startswith(_ACTORS) and asked not in names else []
    names |= await names_of(request, further)
    return {label: str(actors.called(label, names, locale)) for label in dict.fromkeys([*names, SYSTEM, *further])}


def _wanted(
    asked: Asked, meant: str | None, subjects: Mapping[str, Sentences], say: texts.Words
) -> AuditFilters | None:
    """What to read; None where nothing can match, or what is asked for is told to be wrong."""
    subject, action = asked.word("subject"), asked.word("action")
    of_subject, about = tuple(subjects[subject]) if subject else (), None
    try:
        about = read_object("object", meant)
    except Invalid:
        asked.wrong["object"] = say("audit.object.wrong")
    if asked.wrong or (subject and action and action not in of_subject):
        return None
    actions = (action,) if action else of_subject
    return AuditFilters(actions, about, asked.word("actor"), asked.day("after"), asked.day("before"))


def _row(entry: Recorded, known: Sentences, names: Names, locale: Locale) -> Row:
    row_id = ids.show("aud", entry.id)
    words = sentence(known, entry.action, entry.detail, _actor(entry.actor, names, locale), locale)
    detail = ", ".join(f"{name} {_plain(value)}" for name, value in entry.detail.items())
    by = entry.request_id or ""
    request_link = Markup('<a href="/console/requests/{}">{}</a>').format(quote(by, safe=""), by) if by else ""
    cells = {
        "words": Cell(words, below=(Markup('<span class="mono">{}</span>').format(entry.action),)),
        "object": _object(entry.object, names, locale, row_id),
        "detail": Cell(detail, below=(request_link,)),
        "time": Cell(stamp(entry.happened_at, locale), at=entry.happened_at),
    }
    return Row(row_id, cells)


def _plain(value: object) -> str:
    """A value of an entry's detail as it would be written in JSON, a text as it is."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _actor(label: str, names: Names, locale: Locale) -> Markup:
    """Who did it, by name; of a person or a key a link to all that they did."""
    called = actors.called(label, names, locale)
    if not label.startswith(_ACTORS):
        return called
    return Markup('<a href="{}">{}</a>').format(listing.address(_PAGE, {"actor": label}), called)


def _object(about: str, names: Names, locale: Locale, row_id: str) -> Cell:
    """What it is about: a link to its page, or to all that was done to it."""
    kind, name = about.partition("_")[0], about.partition(":")[2]
    if kind in _FOUND:
        href = f"/console/find?{urlencode({'q': about})}"
    elif about.startswith("connection:"):
        href = f"/console/connections/{quote(name, safe='')}"
    else:
        href = listing.address(_PAGE, {"object": about})
    cell = Cell(about, href=href, copy=f"of-{row_id}")
    label = _label(about)
    return replace(cell, text=actors.called(label, names, locale), whole=about) if label in names else cell


def _label(about: str) -> str:
    """The label under which a person or a key is known, of an object that is one; else empty."""
    kind = _NAMED.get(about.partition("_")[0])
    return f"{kind}:{about}" if kind else ""


HANDLERS: Final = [audit]
