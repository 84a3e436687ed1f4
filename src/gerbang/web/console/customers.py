"""Operators and customers: the list, and one customer with their payments, what they were told, and what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import email_address, ids, phone
from gerbang.base.errors import NotFound
from gerbang.core.audit.model import Recorded
from gerbang.core.customers.data_requests import DataRequests
from gerbang.core.customers.model import (
    PREFIX,
    READ,
    WRITE,
    Customer,
    CustomerFilters,
    CustomerNotFound,
    DataRequest,
    DataRequestFilters,
)
from gerbang.core.customers.service import Customers
from gerbang.core.notifications.model import Notification
from gerbang.core.payments.model import Filters, PaymentDetail
from gerbang.web import texts
from gerbang.web.console import customer_view, listing, notifications, payment_view
from gerbang.web.console.listing import Asked, Column, Filter, ListPage
from gerbang.web.console.objects import Action, allowed, show_object
from gerbang.web.console.page_frame import names_of, operator, refusal, shared
from gerbang.web.pages import locale_of, services_of
from gerbang.web.services import Services

AnyRequest = Request[Any, Any, Any]
_PAYMENTS: Final = 10
_MESSAGES: Final = 20
_ENTRIES: Final = 50
_REQUESTS: Final = 10
_SAID: Final = frozenset({"made", "saved", "erased", "waits", "refused", "noted", "answered", "agreed", "withdrew"})
_DOUBTFUL: Final = frozenset({"refused", "waits"})
_PAGE: Final = ListPage(
    name="customers",
    path="/console/customers",
    title="nav.customers",
    lead="cus.lead",
    caption="cus.caption",
    columns=customer_view.COLUMNS,
    filters=(
        Filter("external_id", "cus.external_id", most=100),
        Filter("email", "cus.email", most=254),
        Filter("phone", "cus.phone", most=64),
        Filter("after", "pays.after", "day", most=40),
        Filter("before", "pays.before", "day", after=True, most=40),
    ),
    empty="cus.empty",
    how="cus.empty.how",
    watch="customers",
)
_OF_PAYMENTS: Final = tuple(one for one in payment_view.COLUMNS if one.key not in ("payer", "connection"))
_OF_MESSAGES: Final = (
    Column("channel", "notes.channel", "a1"),
    Column("what", "notes.what", "b1", "wrap"),
    Column("to", "notes.to", "off", "mono"),
    Column("status", "pays.status", "a2"),
    Column("time", "pays.time", "b2", "num", newest_first=True),
)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the page of one customer shows."""

    customer: Customer
    payments: Sequence[PaymentDetail]
    messages: Sequence[Notification]
    history: Sequence[Recorded]
    requests: Sequence[DataRequest]
    has_stopped: bool  # their number answered STOP


@get("/console/customers")
async def customers(request: AnyRequest) -> Response[bytes]:
    """Newest first, without those who were erased."""
    caller, locale, say = operator(request, READ), locale_of(request), texts.words(locale_of(request))
    asked = await listing.read(request, _PAGE)
    filters = _filters(asked, services_of(request), say)
    found: Sequence[Customer] = []
    if not asked.wrong:
        found = await shared(request, asked.key, lambda: core_of(request).page(filters, asked.place, listing.ROWS + 1))
    shown, onward = listing.part_of(found, lambda one: (one.created_at, one.id))
    return await listing.show_list(
        request,
        asked,
        [customer_view.row_of(one, locale) for one in shown],
        onward,
        actions=allowed(caller, (WRITE, Action(say("cus.add"), "/console/customers/new", look="main"))),
    )


def _filters(asked: Asked, services: Services, say: texts.Words) -> CustomerFilters:
    """What to read; what cannot be an address or a number is told to be wrong."""
    email, number = asked.word("email"), asked.word("phone")
    try:
        email = email_address.read(email).lower() if email else None
    except email_address.BadEmail:
        asked.wrong["email"] = say("link.wrong.email")
    try:
        number = phone.read(number, services.settings.business_country) if number else None
    except phone.BadPhone as error:
        asked.wrong["phone"] = say(f"phone.wrong.{error.why}")
    return CustomerFilters(asked.word("external_id"), email, number, asked.day("after"), asked.day("before"))


@get("/console/customers/{customer:str}")
async def customer(request: AnyRequest, customer: FromPath[str]) -> Response[bytes]:
    """Who they are, how they want to be reached, what they paid and were told."""
    caller, services, locale = operator(request, READ), services_of(request), locale_of(request)
    id_ = customer_id(customer)
    told = await shared(request, ("customer", id_), lambda: _told(services, id_))
    actors = [entry.actor for entry in told.history]
    recorded = [one.recorded_by for one in told.customer.consents]
    names = await names_of(request, [*actors, *recorded, *(one.closed_by for one in told.requests)])
    known = {action: words for of in services.actions.values() for action, words in of.items()}
    now = services.payments.context.clock.now()
    said, doubtful = _said(request)
    return await show_object(
        request,
        customer_view.page_of(told.customer, told.history, known, caller, locale, names, has_stopped=told.has_stopped),
        said=said,
        doubtful=doubtful,
        payments=[payment_view.row_of(one, now, locale) for one in told.payments],
        payment_columns=_OF_PAYMENTS,
        all_payments=customer_view.payments_link(told.customer),
        messages=[notifications.row_of(one, locale) for one in told.messages]
        if caller.may("notifications:read")
        else None,
        message_columns=_OF_MESSAGES,
        rights=customer_view.rights_of(told.requests, names, locale, now),
    )


async def _told(services: Services, id_: UUID) -> _Told:
    core = services.service(Customers)
    one = await core.get(id_)
    payments, _ = await services.payments.page(Filters(customer_id=id_), None, _PAYMENTS)
    messages = await services.notifications.to_payers([each.payment.id for each in payments], _MESSAGES)
    asked = await services.service(DataRequests).page(DataRequestFilters(customer=id_), None, _REQUESTS)
    stopped = await services.notifications.stopped([one.phone]) if one.phone else ()
    return _Told(one, payments, messages, await core.history(id_, _ENTRIES), asked, bool(stopped))


def _said(request: AnyRequest) -> tuple[Markup | str, bool]:
    """What the address says was done, and whether it did not go as wanted."""
    done = request.query_params.get("done", "")
    if done not in _SAID:
        return "", False
    why = refusal(request.query_params.get("why", ""), locale_of(request))
    return texts.words(locale_of(request))(f"cus.said.{done}", why=why), done in _DOUBTFUL


def core_of(request: AnyRequest) -> Customers:
    """The use cases of customers."""
    return services_of(request).service(Customers)


def customer_id(shown: str) -> UUID:
    """The customer that an address names. Raises CustomerNotFound for what is no id."""
    try:
        return ids.read(PREFIX, shown)
    except NotFound as error:
        raise CustomerNotFound from error


HANDLERS: Final = [customers, customer]
