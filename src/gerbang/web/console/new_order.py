"""Operators and orders of our own: the form that makes one, with its stock, and the link by which it is paid."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.errors import Conflict, GerbangError, Invalid
from gerbang.core.catalogue.model import Product, ProductNotFound
from gerbang.core.catalogue.service import Catalogue
from gerbang.core.identity.model import Caller
from gerbang.core.orders.model import PREFIX, WRITE, NewOwnOrder, OrderExists
from gerbang.core.orders.own_orders import OwnOrders
from gerbang.core.payments.model import NewPayment
from gerbang.ports.payment import Payer
from gerbang.web import texts
from gerbang.web.console import link_form, own_order_form
from gerbang.web.console.page_frame import form_key, operator, show
from gerbang.web.forms import Form, read_form
from gerbang.web.pages import Page, locale_of, only_shown, see_other, services_of

AnyRequest = Request[Any, Any, Any]
_EXPIRES_S: Final = link_form.EXPIRIES["3d"]
_MOST_REFERENCE: Final = 64


@get("/console/orders/new")
async def new_order(request: AnyRequest) -> Response[bytes]:
    """The empty form."""
    operator(request, WRITE)
    return await _form(request, own_order_form.empty(), {})


@post("/console/orders/new", status_code=303)
async def make_order(request: AnyRequest) -> Page:
    """Make it, by the same use case as the API; the same form sent twice makes one."""
    caller, services, locale = operator(request, WRITE), services_of(request), locale_of(request)
    say = texts.words(locale)
    form = await read_form(request, "key", "more", *own_order_form.FIELDS)
    if form["more"]:
        return await _form(request, form, {}, more=True)
    products = await _products(services.service(Catalogue), own_order_form.skus_of(form))
    region = services.settings.business_country
    new, wrong = own_order_form.read(form, products, _ways(caller), locale, region, ids.new())
    wrong |= form.card_complaints(say)
    if new is None or wrong or only_shown(request):
        return await _form(request, form, wrong)
    bill = _bill(new) if form["pay"] == own_order_form.LINK else None
    if bill is not None:
        offers = await services.payments.methods(bill.amount, bill.currency)
        if (why := link_form.unpayable(bill, offers, locale)) is not None:
            return await _form(request, form, {"pay": why})
    said = [form[name] for name in own_order_form.FIELDS]
    payment: UUID | None = None
    try:
        if bill is not None:
            billed = await services.payments.create(caller, bill, form_key(caller.label, form["key"], "bill", *said))
            payment = billed.details.payment.id
        key = form_key(caller.label, form["key"], "order", *said)
        made, _ = await services.service(OwnOrders).create(caller, replace(new, payment=payment), key)
    except (Conflict, Invalid) as error:
        if payment is not None:  # nobody has its link yet
            await services.payments.cancel(caller, payment)
        return await _form(request, form, _faults(error, form, say))
    if payment is not None:
        return see_other(f"/console/payments/{ids.show('pay', payment)}/link")
    return see_other(f"/console/orders/{ids.show(PREFIX, made.order.id)}?done=made")


def _bill(new: NewOwnOrder) -> NewPayment:
    """What is to be paid by link, for as long as a link usually holds."""
    number = new.external_id or ids.show(PREFIX, new.id)
    names = ", ".join(f"{line.quantity} × {line.name or line.sku}" for line in new.lines)
    payer = Payer(new.buyer.name, new.email, new.phone, "")
    reference = number if len(number) <= _MOST_REFERENCE and number.isascii() else None
    return NewPayment(new.total, new.currency, names[:500], reference, payer=payer, expires_in_s=_EXPIRES_S)


def _faults(error: GerbangError, form: Form, say: texts.Words) -> dict[str, Markup]:
    """What the core would not take, each beside its field."""
    words = say(f"refusal.{error.code}") if texts.knows(f"refusal.{error.code}") else Markup.escape(error.detail)
    if isinstance(error, OrderExists):
        return {"external_id": words}
    lines = own_order_form.filled(form)
    return {own_order_form.field_of(one.pointer, lines): words for one in error.errors} or {"sku1": words}


async def _products(catalogue: Catalogue, skus: Sequence[str]) -> Mapping[str, Product]:
    found: dict[str, Product] = {}
    for sku in skus:
        try:
            found[sku] = await catalogue.get(sku)
        except ProductNotFound:
            continue
    return found


def _ways(caller: Caller) -> Sequence[str]:
    link = (own_order_form.LINK,) if caller.may("payments:create") else ()
    return (own_order_form.COD, *link, own_order_form.PAID)


async def _form(
    request: AnyRequest, given: Mapping[str, str], wrong: Mapping[str, Markup], *, more: bool = False
) -> Response[bytes]:
    locale = locale_of(request)
    shown = own_order_form.lines_shown(given, more=more)
    return await show(
        request,
        "new_order.html",
        "orders",
        status_code=422 if wrong else 200,
        key=secrets.token_urlsafe(18),
        given=given,
        wrong=wrong,
        shown=shown,
        can_grow=shown < own_order_form.MOST_LINES,
        inputs=own_order_form.inputs_of(shown, _ways(operator(request, WRITE)), wrong, locale),
    )


HANDLERS: Final = [new_order, make_order]
