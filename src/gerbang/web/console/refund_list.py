"""Operators and all refunds: the list, newest first, with the filters of `GET /v1/refunds` in its address. What is done to one stands in refunds.py."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.payments.model import Refund, RefundStatus
from gerbang.core.payments.refunds.model import NamedDestination, RefundFilters, masked
from gerbang.web import texts
from gerbang.web.console import actors
from gerbang.web.console import filters as filtering
from gerbang.web.console.actors import Names
from gerbang.web.console.page_frame import names_of, operator, show, stamp
from gerbang.web.console.refund_view import MARKS
from gerbang.web.cursors import Cursors
from gerbang.web.input.cleaning import cleaned
from gerbang.web.pages import locale_of, services_of
from gerbang.web.views import attempt_failures

_LIST: Final = "console-refunds"
_ROWS: Final = 50


@get("/console/refunds")
async def refunds(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Refunds of all payments; the account that one goes to is masked, and shown whole on the page that pays it out."""
    operator(request, "payments:read")
    services, locale = services_of(request), locale_of(request)
    chosen = {
        name: cleaned(name, request.query_params.get(name, ""))[:40]
        for name in ("status", "payment", "after", "before")
    }
    asked = filtering.Filters(chosen, texts.words(locale))
    filters = RefundFilters(
        status=asked.word("status", list(RefundStatus)),
        payment_id=asked.id("payment", "pay"),
        created_after=asked.day("after"),
        created_before=asked.day("before", after=True),
    )
    cursors, cursor = Cursors(services.secrets), request.query_params.get("cursor")
    place = await cursors.read(_LIST, cursor)
    found = [] if asked.wrong else await services.payments.refunds(filters, place, _ROWS + 1)
    names = await names_of(request, [refund.requested_by for refund, _ in found])

    def row(at: tuple[Refund, list[NamedDestination]]) -> dict[str, Any]:
        return row_of(at[0], at[1], locale, names)

    part = await cursors.page(_LIST, found, _ROWS, lambda at: (at[0].created_at, at[0].id), row)
    kept = {name: value for name, value in chosen.items() if value}
    return await show(
        request,
        "refunds.html",
        "refunds",
        status_code=422 if asked.wrong else 200,
        rows=part.data,
        chosen=chosen,
        wrong=asked.wrong,
        filtered=bool(kept),
        statuses=[one.value for one in RefundStatus],
        tab_links={status: _link(kept | {"status": status}) for status in ("", *RefundStatus)},
        newest=_link(kept) if cursor else "",
        older=_link(kept | {"cursor": part.next_cursor}) if part.next_cursor else "",
    )


def row_of(refund: Refund, named: list[NamedDestination], locale: Locale, names: Names) -> dict[str, Any]:
    """One line of the list, ready to be shown."""
    return {
        "id": ids.show("ref", refund.id),
        "payment": ids.show("pay", refund.payment_id),
        "status": refund.status.value,
        "mark": MARKS[refund.status],
        "amount": formats.money(refund.amount, refund.currency, locale),
        "reason": refund.reason,
        "to": masked(named[0].to) if named else "",
        "note": attempt_failures.of_refund(refund.failure or "", locale),
        "approval": refund.approval == "pending",
        "by": actors.called(refund.requested_by, names, locale),
        "at": refund.created_at,
        "time": stamp(refund.created_at, locale),
    }


def _link(values: Mapping[str, str | None]) -> str:
    kept = {name: value for name, value in values.items() if value}
    return "/console/refunds" + (f"?{urlencode(kept)}" if kept else "")


HANDLERS: Final = [refunds]
