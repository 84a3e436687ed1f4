"""The work list: what waits for a person, money first, and what is done about it in one press."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gerbang.base import ids
from gerbang.base.errors import Invalid
from gerbang.core.audit.model import AuditFilters, Recorded
from gerbang.core.customers.data_requests import DataRequests
from gerbang.core.customers.model import DATA_REQUEST
from gerbang.core.identity.model import Caller
from gerbang.core.payments.model import PaymentDetail
from gerbang.core.payments.open_work.assignment import Line
from gerbang.core.payments.open_work.counts import UNMATCHED
from gerbang.core.payments.permissions import SETTLE
from gerbang.core.payments.refunds.model import NamedDestination, Work
from gerbang.core.payments.refunds.separation_of_duties import Duties
from gerbang.core.settlements.service import Settlements
from gerbang.web import texts
from gerbang.web.console import done_view, work_view
from gerbang.web.console import filters as filtering
from gerbang.web.console.actors import Names
from gerbang.web.console.confirmation import REFUSED, back_to
from gerbang.web.console.listing import Row
from gerbang.web.console.page_frame import form_key, names_of, operator, shared, show, work_counts
from gerbang.web.cursors import Cursors, Page
from gerbang.web.gateway.request_context import context_of
from gerbang.web.pages import locale_of, see_other, services_of
from gerbang.web.services import Services

_LIST: Final = "console-work"
_OF_EACH: Final = 10
_ROWS: Final = 50
_BY_TWO: Final = ("approval", "transfer")
_MOST_LINES: Final = len(work_view.KINDS) * _OF_EACH + _ROWS
_SAID: Final = ("claimed", "released", "dismissed")
_Known = Mapping[UUID, Duties]
_Place = tuple[datetime, UUID]


@get("/console/work")
async def work(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Everything that waits, a few of each kind; or of one kind, oldest first, with the kind in the address."""
    caller = operator(request, "payments:read")
    services, locale = services_of(request), locale_of(request)
    asked = filtering.Filters({"kind": request.query_params.get("kind", "")[:40]}, texts.words(locale))
    kind = asked.word("kind", work_view.KINDS) or ""
    now = services.payments.context.clock.now()
    counts = await shared(request, "work_counts", lambda: work_counts(services, work_view.MOST + 1))
    place = None
    if kind:
        place = await Cursors(services.secrets).read(f"{_LIST}-{kind}", request.query_params.get("cursor"))
    groups, older = [], ""
    for one in [kind] if kind else [name for name in work_view.KINDS if counts[name]]:
        most = _ROWS if kind else _OF_EACH
        part = await _READ.get(one, _payments)(request, caller, one, place, most)
        older = _link(kind, part.next_cursor) if kind and part.next_cursor else ""
        more = _link(one) if part.next_cursor and not kind else ""
        whole_sum = "" if part.next_cursor or place else work_view.sums_of(part.data, locale)
        groups.append({"kind": one, "rows": part.data, "more": more, "sum": whole_sum})
    return await show(
        request,
        "work.html",
        "work",
        watch="work",
        status_code=422 if asked.wrong else 200,
        wrong=asked.wrong,
        groups=[group for group in groups if group["rows"]],
        kind=kind,
        counts=counts,
        kinds=work_view.KINDS,
        tab_links={one: _link(one) for one in ("", *work_view.KINDS)},
        older=older,
        most=work_view.MOST,
        total=sum(counts.values()),
        done=[] if kind else await _done(request, now),
        done_columns=done_view.COLUMNS,
        said=_said(request),
        may_dismiss=caller.may("refunds:create"),
    )


async def _payments(
    request: Request[Any, Any, Any], caller: Caller, kind: str, place: _Place | None, most: int
) -> Page[work_view.Row]:
    """What waits of one kind that is about payments."""
    services, locale = services_of(request), locale_of(request)
    asked = ("work", kind, place, most)
    found = await shared(request, asked, lambda: services.payments.work(kind, place, most + 1))
    now = services.payments.context.clock.now()
    hands, names = await _hands(request, caller, found)
    names = {**names, **await names_of(request, [one.claim.by for one, _, _ in found if one.claim])}
    before = await services.payments.paid_before([one.payment_id for one, _, _ in found if one.kind == "duplicate"])

    def row(at: tuple[Work, PaymentDetail, list[NamedDestination]]) -> work_view.Row:
        return work_view.row_of(*at, hands.get(at[0].id), caller, now, locale, names, before.get(at[0].payment_id))

    return await Cursors(services.secrets).page(f"{_LIST}-{kind}", found, most, lambda at: (at[0].since, at[0].id), row)


async def _messages(
    request: Request[Any, Any, Any], caller: Caller, kind: str, place: _Place | None, most: int
) -> Page[work_view.Row]:
    """Messages of providers about payments that are not known here."""
    services, locale = services_of(request), locale_of(request)
    asked = ("work", kind, place, most)
    found = await shared(request, asked, lambda: services.payments.unmatched(place, most + 1))
    now = services.payments.context.clock.now()
    return await Cursors(services.secrets).page(
        f"{_LIST}-{kind}",
        found,
        most,
        lambda at: (at.received_at, at.id),
        lambda at: work_view.unmatched_row(at, caller, now, locale),
    )


async def _data_requests(
    request: Request[Any, Any, Any], caller: Caller, kind: str, place: _Place | None, most: int
) -> Page[work_view.Row]:
    """What customers ask of their data, what is due first above."""
    services, locale = services_of(request), locale_of(request)
    known = services.service(DataRequests)
    found = await shared(request, ("work", kind, place, most), lambda: known.waiting(place, most + 1))
    now = services.payments.context.clock.now()
    return await Cursors(services.secrets).page(
        f"{_LIST}-{kind}",
        found,
        most,
        lambda at: (at.due_at, at.id),
        lambda at: work_view.data_request_row(at, caller, now, locale),
    )


async def _statement_lines(
    request: Request[Any, Any, Any], caller: Caller, kind: str, place: _Place | None, most: int
) -> Page[work_view.Row]:
    """Lines of marketplaces' statements whose amount is in doubt."""
    services, locale = services_of(request), locale_of(request)
    overview = services.service(Settlements).overview
    found = await shared(request, ("work", kind, place, most), lambda: overview.held(place, most + 1))
    now = services.payments.context.clock.now()
    return await Cursors(services.secrets).page(
        f"{_LIST}-{kind}",
        found,
        most,
        lambda at: (at.taken_at, at.id),
        lambda at: work_view.settlement_row(at, caller, now, locale),
    )


_READ: Final = {
    UNMATCHED: _messages,
    DATA_REQUEST: _data_requests,
    work_view.SETTLEMENT_LINE: _statement_lines,
}  # what is about no payment


def _said(request: Request[Any, Any, Any]) -> tuple[str, int, int]:
    """What was done to the chosen lines: `claimed`, to how many, of how many; empty for nothing."""
    done, *counted = (request.query_params.get(name, "") for name in ("done", "count", "of"))
    if done not in _SAID or not all(one.isascii() and one.isdigit() and len(one) <= 3 for one in counted):
        return "", 0, 0
    return done, int(counted[0]), int(counted[1])


async def _done(request: Request[Any, Any, Any], now: datetime) -> list[Row]:
    """What was decided today, whoever decided it."""
    pages = [
        await shared(request, ("done", action), partial(_newest, services_of(request), action))
        for action in done_view.KINDS
    ]
    found = [one for page in pages for one in page]
    names = await names_of(request, {one.actor for one in found})
    return done_view.rows_of(found, done_view.beginning_of_day(now), names, locale_of(request))


async def _newest(services: Services, action: str) -> Sequence[Recorded]:
    found, _ = await services.audit.page(None, done_view.MOST, AuditFilters((action,)))
    return found


async def _hands(
    request: Request[Any, Any, Any], caller: Caller, found: Sequence[tuple[Work, PaymentDetail, list[NamedDestination]]]
) -> tuple[_Known, Names]:
    """What the reader may do with the refunds among these, by the id of what waits, and the names of whoever else may."""
    if not caller.may(SETTLE.name):
        return {}, {}
    refunds = [
        (work.id, refund, named)
        for work, details, named in found
        if work.kind in _BY_TWO
        for refund in details.refunds
        if refund.id == work.refund_id
    ]
    if not refunds:
        return {}, {}
    may = await services_of(request).payments.hands(caller, [(refund, named) for _, refund, named in refunds])
    names = await names_of(request, {label for one in may for label in one.others})
    return dict(zip((id_ for id_, _, _ in refunds), may, strict=True)), names


@post("/console/work/claim", status_code=303)
async def claim(request: Request[Any, Any, Any]) -> Response[None]:
    """The reader takes care of the chosen lines. It moves nothing and stops nobody, so it asks nobody first."""
    caller, (kind, lines) = operator(request, "payments:read"), _chosen(request)
    return _said_of("claimed", kind, await services_of(request).payments.claim_work(caller, lines), lines)


@post("/console/work/release", status_code=303)
async def release(request: Request[Any, Any, Any]) -> Response[None]:
    """They no longer take care of the chosen lines."""
    caller, (kind, lines) = operator(request, "payments:read"), _chosen(request)
    return _said_of("released", kind, await services_of(request).payments.release_work(caller, lines), lines)


@post("/console/work/dismiss", status_code=303)
async def dismiss_several(request: Request[Any, Any, Any]) -> Response[None]:
    """The chosen refunds that failed were dealt with in another way. Nothing else is done to several lines at once: no money moves so."""
    caller, (kind, lines) = operator(request, "refunds:create"), _chosen(request)
    failed = [id_ for of, id_ in lines if of == "failed"]
    for refund_id in failed:
        await services_of(request).payments.dismiss_refund(caller, refund_id)
    return _said_of("dismissed", kind, len(failed), lines)


def _chosen(request: Request[Any, Any, Any]) -> tuple[str, list[Line]]:
    """The kind whose list the form stood in, and the lines that were ticked; of a button beside one line, that line alone."""
    body = context_of(request).body.decode("latin-1")
    try:
        given = parse_qsl(body, max_num_fields=_MOST_LINES + 2)
    except ValueError as error:
        raise Invalid("The form has too many fields.") from error
    kind = next((value for name, value in given if name == "kind" and value in work_view.KINDS), "")
    only = [value for name, value in given if name == "only"]
    read = (_line(value) for value in only or [value for name, value in given if name == "line"])
    return kind, list(dict.fromkeys(line for line in read if line is not None))


def _line(value: str) -> Line | None:
    kind, _, id_ = value.partition(".")
    try:
        return (kind, UUID(hex=id_)) if kind in work_view.KINDS else None
    except ValueError:
        return None


def _said_of(done: str, kind: str, count: int, lines: Sequence[Line]) -> Response[None]:
    said = urlencode({"done": done, "count": count, "of": len(lines)})
    return see_other(f"{_link(kind)}{'&' if kind else '?'}{said}")


@post("/console/payments/{payment:str}/return-excess", status_code=303)
async def return_excess(request: Request[Any, Any, Any], payment: FromPath[str]) -> Response[None]:
    """Promise the surplus back, in one press: how much it is, core says under the payment's lock, so that two presses promise it once."""
    caller, payment_id = operator(request, "refunds:create"), ids.read("pay", payment)
    reason = str(texts.words(locale_of(request))("work.surplus.reason"))
    key = form_key(caller.label, ids.new().hex, "return-excess", payment)
    try:
        await services_of(request).payments.return_excess(caller, payment_id, reason, key)
    except REFUSED as error:
        return back_to(payment, "refused", error)
    return back_to(payment, "refunded")


@post("/console/refunds/{refund:str}/dismiss", status_code=303)
async def dismiss(request: Request[Any, Any, Any], refund: FromPath[str]) -> Response[None]:
    """A refund that failed was dealt with in another way: it leaves the list, and the trail says who said so."""
    caller = operator(request, "refunds:create")
    await services_of(request).payments.dismiss_refund(caller, ids.read("ref", refund))
    return see_other("/console/work")


def _link(kind: str, cursor: str | None = None) -> str:
    kept = {name: value for name, value in (("kind", kind), ("cursor", cursor or "")) if value}
    return "/console/work" + (f"?{urlencode(kept)}" if kept else "")


HANDLERS: Final = [work, claim, release, dismiss_several, return_excess, dismiss]
