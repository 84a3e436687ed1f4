"""Operators and what people are told: every message with how far it came, and the table of who is told what on which channels."""

import re
from collections.abc import Sequence
from typing import Any, Final

from litestar import Request, Response, get
from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.notifications.audiences import TABLE, TO_PAYERS, Told, Way, at_once_all_the_same
from gerbang.core.notifications.holding import is_quieted
from gerbang.core.notifications.model import Filters, Notification, Status, Template
from gerbang.core.payments.model import PAYMENT
from gerbang.ports.messenger import Channel
from gerbang.web import texts
from gerbang.web.console import listing
from gerbang.web.console.listing import Asked, Cell, Column, Filter, ListPage, Row
from gerbang.web.console.page_frame import operator, shared, stamp
from gerbang.web.pages import locale_of, services_of
from gerbang.web.services import Services

_READ: Final = "notifications:read"
_MARKS: Final = {
    Status.QUEUED: "created",
    Status.ACCEPTED: "pending",
    Status.SENT: "pending",
    Status.DELIVERED: "paid",
    Status.READ: "paid",
    Status.FAILED: "failed",
}
_PAGE: Final = ListPage(
    name="notifications",
    path="/console/notifications",
    title="nav.notifications",
    lead="notes.lead",
    caption="notes.caption",
    columns=(
        Column("status", "pays.status", "a1"),
        Column("what", "notes.what", "b1", "wrap"),
        Column("channel", "notes.channel", "c1"),
        Column("to", "notes.to", "a2", "mono"),
        Column("about", "refunds.payment", "lg off", "mono"),
        Column("parts", "notes.parts", "lg off", "num"),
        Column("time", "pays.time", "b2", "num", newest_first=True),
    ),
    filters=(
        Filter("status", "pays.status", "tabs", tuple(Status), "notes.status.", most=40),
        Filter("template", "notes.what", "choice", tuple(Template), "notes.says.", most=60),
        Filter("payment", "refunds.payment", "id", of="pay", most=40),
    ),
    empty="notes.empty",
    how="notes.empty.how",
    watch="notifications",
)
_TABLE: Final = ListPage(
    name="audiences",
    path="/console/notifications/audiences",
    title="nav.audiences",
    lead="told.lead",
    caption="told.caption",
    columns=(
        Column("what", "notes.what", "a1", "wrap"),
        Column("who", "told.who", "a2"),
        Column("ways", "told.ways", "b1", "wrap"),
        Column("quiet", "told.quiet", "lg c1", "wrap said"),
        Column("stop", "told.stop", "lg d1", "wrap said"),
        Column("events", "told.events", "e1", "mono names"),
    ),
    empty="notes.empty",
)


@get("/console/notifications")
async def notifications(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What people were told, newest first; addresses and numbers are masked."""
    operator(request, _READ)
    services, locale = services_of(request), locale_of(request)
    asked = await listing.read(request, _PAGE)
    found = [] if asked.wrong else await shared(request, asked.key, lambda: _found(services, asked))
    shown, onward = listing.part_of(found, lambda one: (one.created_at, one.id))
    return await listing.show_list(request, asked, [row_of(one, locale) for one in shown], onward)


@get("/console/notifications/audiences")
async def audiences(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Who is told what, and how; it is read here and changed in the code."""
    operator(request, _READ)
    locale = locale_of(request)
    return await listing.show_list(request, await listing.read(request, _TABLE), [_line(one, locale) for one in TABLE])


async def _found(services: Services, asked: Asked) -> Sequence[Notification]:
    payment = asked.id("payment")
    about = ObjectRef(PAYMENT, payment) if payment else None
    return await services.notifications.page(
        Filters(asked.word("status"), asked.word("template"), about), asked.place, listing.ROWS + 1
    )


def row_of(one: Notification, locale: Locale) -> Row:
    """One line of the list. Of a failure its cause stands below, and of tries in doubt how many there are."""
    say = texts.words(locale)
    payment = one.id_of(PAYMENT)
    shown = ids.show("pay", payment) if payment else ""
    doubt = say("notes.doubt", count=one.unknown_tries) if one.unknown_tries and one.status is not Status.QUEUED else ""
    cells = {
        "status": Cell(
            say(f"notes.status.{one.status.value}"), mark=_MARKS[one.status], below=(one.error or "", doubt)
        ),
        "what": Cell(say(f"notes.says.{one.template.value}")),
        "channel": Cell(say(f"channel.{one.channel.value}"), below=(one.connection or "",)),
        "to": Cell(_masked(one)),
        "about": Cell(shown, href=f"/console/payments/{shown}" if shown else ""),
        "parts": Cell(str(one.parts) if one.parts else ""),
        "time": Cell(stamp(one.created_at, locale), at=one.created_at),
    }
    return Row(ids.show("ntf", one.id), cells)


def _masked(one: Notification) -> str:
    if one.is_erased:
        return ""
    if one.channel is Channel.CHAT:  # the connection's id
        return one.recipient
    mask = formats.mask_email if one.channel is Channel.EMAIL else formats.mask_number
    return mask(one.recipient)


def _line(told: Told, locale: Locale) -> Row:
    say = texts.words(locale)
    cells = {
        "what": Cell(say(f"notes.says.{told.template.value}")),
        "who": Cell(say(f"told.who.{told.audience.value}")),
        "ways": Cell(
            _way(told.ways[0], locale), below=tuple(say("told.also", way=_way(w, locale)) for w in told.ways[1:])
        ),
        "quiet": _in_quiet_hours(told, locale),
        "stop": Cell(say(f"told.stop.{told.may_stop.value}") if told.template in TO_PAYERS else ""),
        "events": Cell(next(map(_breakable, told.events), ""), below=tuple(map(_breakable, told.events[1:]))),
    }
    return Row(told.template.value, cells)


def _in_quiet_hours(told: Told, locale: Locale) -> Cell:
    """What becomes of it, and of which of its events otherwise."""
    if not is_quieted(told):
        return Cell("")
    say, urgent = texts.words(locale), at_once_all_the_same(told)
    names = Markup(", ").join(map(_breakable, urgent))
    return Cell(
        say(f"told.quiet.{told.in_quiet_hours.value}"), below=(say("told.quiet.but", events=names),) if urgent else ()
    )


def _breakable(event: str) -> Markup:
    """`refund.destination_changed`, which goes on in the next line after a dot or between two words, and not within one."""
    return Markup("<wbr>").join(re.findall(r"[^._]+[._]?", event))


def _way(way: Way, locale: Locale) -> str:
    say = texts.words(locale)
    first, *rest = [str(say(f"channel.{one.value}")) for one in way]
    return first + "".join(f", {say('told.else', channel=one)}" for one in rest)


HANDLERS: Final = [notifications, audiences]
