"""The console's bell: what needs somebody, newest first, for whoever is signed in; each line leads to its object and is read once, or all are."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gerbang.base import ids
from gerbang.base.formats import Locale
from gerbang.core.identity.model import Caller
from gerbang.core.notifications.operator_events import OPERATOR_TYPES
from gerbang.core.notifications.operator_notices import Notice, OperatorNotices
from gerbang.core.notifications.operator_places import place_of
from gerbang.web import texts
from gerbang.web.console import listing
from gerbang.web.console.listing import Asked, Cell, Column, Filter, ListPage, Row
from gerbang.web.console.page_frame import operator, readable_objects, shared, stamp
from gerbang.web.forms import read_form
from gerbang.web.pages import locale_of, see_other, services_of

AnyRequest = Request[Any, Any, Any]
_READ: Final = "notifications:read"
_PATH: Final = "/console/notices"
_UNREAD: Final = "unread"
_PAGE: Final = ListPage(
    name="notices",
    path=_PATH,
    title="nav.notices",
    lead="bell.lead",
    caption="bell.caption",
    columns=(
        Column("what", "notes.what", "a1", "wrap"),
        Column("about", "bell.about", "b1", "mono"),
        Column("time", "pays.time", "b2", "num", newest_first=True),
        Column("read", "bell.mark", "a2"),
    ),
    filters=(
        Filter("status", "pays.status", "tabs", (_UNREAD,), "bell.status.", most=20),
        Filter("type", "notes.what", "choice", OPERATOR_TYPES, "bell.says.", most=60),
    ),
    empty="bell.empty",
    how="bell.empty.how",
    watch="notices",
    template="notices.html",
)


@get(_PATH)
async def notices(request: AnyRequest) -> Response[bytes]:
    """What needs somebody, newest first."""
    caller, locale = operator(request, _READ), locale_of(request)
    asked = await listing.read(request, _PAGE)
    found = (
        [] if asked.wrong else await shared(request, (*asked.key, caller.id), lambda: _found(request, caller, asked))
    )
    shown, onward = listing.part_of(found, lambda one: (one.created_at, one.id))
    # What the reader has in front of them: a line that comes after it stays unread.
    upto = max((one.position for one in shown), default=0) if not asked.cursor else 0
    rows = [row_of(one, locale) for one in shown]
    return await listing.show_list(request, asked, rows, onward, upto=upto)


@post(f"{_PATH}/read", status_code=303)
async def read_all(request: AnyRequest) -> Response[None]:
    """They have read all that the page showed them, and all before it."""
    caller = operator(request, _READ)
    form = await read_form(request, "upto")
    position = int(form["upto"]) if form["upto"].isascii() and form["upto"].isdigit() and len(form["upto"]) < 19 else 0
    await services_of(request).service(OperatorNotices).read_upto(_reader(caller), position)
    return see_other(_PATH)


@post(f"{_PATH}/{{notice:str}}/read", status_code=303)
async def read_one(request: AnyRequest, notice: FromPath[str]) -> Response[None]:
    """They have read this one."""
    caller = operator(request, _READ)
    await services_of(request).service(OperatorNotices).read(_reader(caller), ids.read("evt", notice))
    return see_other(_PATH)


async def _found(request: AnyRequest, caller: Caller, asked: Asked) -> Sequence[Notice]:
    return (
        await services_of(request)
        .service(OperatorNotices)
        .page(
            _reader(caller),
            readable_objects(request, caller),
            asked.place,
            listing.ROWS + 1,
            type_=asked.word("type"),
            unread=asked.word("status") == _UNREAD,
        )
    )


def row_of(one: Notice, locale: Locale) -> Row:
    """One line; what the reader has not read carries a mark, and a button."""
    say, shown = texts.words(locale), ids.show("evt", one.id)
    words = say(f"bell.says.{one.type}")
    name, href = place_of(one.type, one.object, one.detail)
    cells = {
        "what": Cell(words, mark="pending") if one.is_unread else Cell(words),
        "about": Cell(name or say("bell.look"), href=href),
        "time": Cell(stamp(one.created_at, locale), at=one.created_at),
        "read": Cell(say("bell.read"), press=f"{_PATH}/{shown}/read") if one.is_unread else Cell(),
    }
    return Row(shown, cells)


def _reader(caller: Caller) -> UUID:
    assert caller.id is not None, "operator() lets in people alone"
    return caller.id


HANDLERS: Final = [notices, read_all, read_one]
