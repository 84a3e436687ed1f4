"""Operators and all refunds: the list, newest first, with the filters of `GET /v1/refunds` in its address. What is done to one stands in refunds.py."""

from typing import Any, Final

from litestar import Request, Response, get

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.payments.model import Refund, RefundStatus
from gerbang.core.payments.refunds.model import NamedDestination, RefundFilters, masked
from gerbang.web import texts
from gerbang.web.console import actors, listing
from gerbang.web.console.actors import Names
from gerbang.web.console.listing import Asked, Cell, Column, Filter, ListPage, Row
from gerbang.web.console.page_frame import names_of, operator, shared, stamp
from gerbang.web.console.refund_view import MARKS
from gerbang.web.pages import locale_of, services_of
from gerbang.web.services import Services
from gerbang.web.views import attempt_failures

_PAGE: Final = ListPage(
    name="refunds",
    path="/console/refunds",
    title="nav.refunds",
    lead="refunds.lead",
    caption="refunds.caption",
    columns=(
        Column("status", "pays.status", "a1"),
        Column("amount", "pays.amount", "a2", "num", is_money=True),
        Column("reason", "pay.reason", "b1", "wrap"),
        Column("to", "approving.account", "c1", "mono wrap"),
        Column("by", "done.by", "lg off", "dim wrap"),
        Column("time", "pays.time", "b2", "num", newest_first=True),
    ),
    filters=(
        Filter("status", "pays.status", "tabs", tuple(RefundStatus), "refund.status.", most=40),
        Filter("payment", "refunds.payment", "id", of="pay", most=40),
        Filter("after", "pays.after", "day", most=40),
        Filter("before", "pays.before", "day", after=True, most=40),
    ),
    empty="refunds.empty",
    how="refunds.empty.how",
    watch="refunds",
)


@get("/console/refunds")
async def refunds(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Refunds of all payments; the account that one goes to is masked, and shown whole on the page that pays it out."""
    operator(request, "payments:read")
    services, locale = services_of(request), locale_of(request)
    asked = await listing.read(request, _PAGE)
    found = [] if asked.wrong else await shared(request, asked.key, lambda: _found(services, asked))
    shown, onward = listing.part_of(found, lambda at: (at[0].created_at, at[0].id))
    names = await names_of(request, [refund.requested_by for refund, _ in shown])
    return await listing.show_list(request, asked, [row_of(*at, locale, names) for at in shown], onward)


async def _found(services: Services, asked: Asked) -> list[tuple[Refund, list[NamedDestination]]]:
    filters = RefundFilters(
        status=asked.word("status"),
        payment_id=asked.id("payment"),
        created_after=asked.day("after"),
        created_before=asked.day("before"),
    )
    return list(await services.payments.refunds(filters, asked.place, listing.ROWS + 1))


def row_of(refund: Refund, named: list[NamedDestination], locale: Locale, names: Names) -> Row:
    """One line of the list."""
    say = texts.words(locale)
    waits = say("approving.pending") if refund.approval == "pending" else ""
    amount, payment = (
        formats.money(refund.amount, refund.currency, locale),
        f"/console/payments/{ids.show('pay', refund.payment_id)}",
    )
    cells = {
        "status": Cell(say(f"refund.status.{refund.status.value}"), mark=MARKS[refund.status]),
        "amount": Cell(amount, href=payment),
        "reason": Cell(refund.reason, below=(attempt_failures.of_refund(refund.failure or "", locale), waits)),
        "to": Cell(masked(named[0].to) if named else ""),
        "by": Cell(actors.called(refund.requested_by, names, locale)),
        "time": Cell(stamp(refund.created_at, locale), at=refund.created_at),
    }
    return Row(ids.show("ref", refund.id), cells)


HANDLERS: Final = [refunds]
