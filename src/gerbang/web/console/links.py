"""Operators and payment links: the form of a new one, and its page, from which it is copied or sent."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.clock import real_now
from gerbang.base.errors import Conflict
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.identity.model import Caller
from gerbang.core.notifications.model import Filters, Template
from gerbang.core.payments.model import PAYMENT
from gerbang.core.payments.reach import LINK
from gerbang.core.payments.service import TIMELINE
from gerbang.web import texts
from gerbang.web.checkout.consent import named
from gerbang.web.checkout.qr import drawing
from gerbang.web.console import customers, link_form, link_view
from gerbang.web.console.page_frame import form_key, operator, refusal, show
from gerbang.web.forms import note_cards, read_form
from gerbang.web.pages import Page, locale_of, only_shown, see_other, services_of

_FIELDS: Final = tuple(link_form.EMPTY)


@get("/console/payments/new")
async def new_link(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The empty form, or with `like` the form as it was for another payment, with `customer` filled in for one."""
    _maker(request)
    given: Mapping[str, str] = link_form.EMPTY
    if like := request.query_params.get("like", ""):
        details = await services_of(request).payments.get(ids.read("pay", like))
        given = link_form.like(details, locale_of(request))
    elif named := request.query_params.get("customer", ""):
        given = link_form.for_customer(await customers.core_of(request).get(customers.customer_id(named)))
    return await _form(request, given, {})


@post("/console/payments/new", status_code=303)
async def make_link(request: Request[Any, Any, Any]) -> Page:
    """Make the payment, by the same use case as the API; the same form sent twice makes one."""
    caller = _maker(request)
    form = await read_form(request, "key", *_FIELDS, cards_in=_FIELDS)
    given = {name: form[name] for name in _FIELDS}
    locale, payments = locale_of(request), services_of(request).payments
    told = await _agreement(request, caller, given)
    new, wrong = link_form.read(given, locale, services_of(request).settings.business_country, told)
    if new is not None:
        reason = link_form.unpayable(new, await payments.methods(new.amount, new.currency), locale)
        wrong = {"amount": reason} if reason else {}
    if new is not None and given["customer"]:
        known = await customers.core_of(request).get(customers.customer_id(given["customer"]))
        new = replace(new, customer_id=known.id)
        wrong |= {"name": texts.words(locale)("refusal.customer_erased")} if known.erased_at else {}
    if new is None or wrong or only_shown(request):
        return await _form(request, given, wrong)
    made = await payments.create(caller, new, form_key(caller.label, form["key"], "link", *given.values()))
    return see_other(f"/console/payments/{ids.show('pay', made.details.payment.id)}/link")


@get("/console/payments/{payment:str}/link")
async def link(request: Request[Any, Any, Any], payment: FromPath[str]) -> Response[bytes]:
    """One link: to copy, to scan, to send; and how far it has come."""
    _maker(request)
    services, payment_id = services_of(request), ids.read("pay", payment)
    details = await services.payments.get(payment_id)
    moments = await services.payments.latest(payment_id, TIMELINE)
    reach = await services.payments.reach(payment_id, LINK)
    mails = await services.notifications.page(
        Filters(None, Template.PAYMENT_LINK.value, ObjectRef(PAYMENT, payment_id)), None, 1
    )
    url = f"{services.settings.base_url}/pay/{payment}?t={await services.payments.link_token(payment_id)}"
    said = request.query_params.get("done", "")
    return await show(
        request,
        "link.html",
        "payments",
        watch="payment",
        about=payment,
        url=url,
        qr=drawing(url),
        whatsapp=link_view.whatsapp(details, services.settings.shop_name, url),
        key=secrets.token_urlsafe(18),
        said=said if said in ("sent", "refused") else "",
        said_why=refusal(request.query_params.get("why", ""), locale_of(request)),
        **link_view.page_of(details, moments, mails, services.payments.context.clock.now(), locale_of(request), reach),
    )


@post("/console/payments/{payment:str}/link", status_code=303)
async def mail_link(request: Request[Any, Any, Any], payment: FromPath[str]) -> Page:
    """Have it sent to the payer; a double click sends once."""
    caller = _maker(request)
    form, here = await read_form(request, "key"), f"/console/payments/{payment}/link"
    try:
        key = form_key(caller.label, form["key"], "send", payment)
        await services_of(request).payments.send_link(caller, ids.read("pay", payment), key)
    except Conflict as error:
        return see_other(f"{here}?{urlencode({'done': 'refused', 'why': error.code})}")
    return see_other(f"{here}?done=sent")


def _maker(request: Request[Any, Any, Any]) -> Caller:
    """Staff that may make payments: a customer who may set amounts makes them elsewhere."""
    caller = operator(request, "payments:read")
    caller.require("payments:create")
    return caller


async def _agreement(request: Request[Any, Any, Any], caller: Caller, given: Mapping[str, str]) -> link_form.Told:
    """What the box says that the payer agreed to, in the words that stand there; who heard it is who fills in the form."""
    say, channels = texts.words(locale_of(request)), await services_of(request).notifications.phone_channels()
    text = (
        say(
            "link.agreed.customer" if given["customer"] else "link.agreed", channels=named(channels, locale_of(request))
        )
        if channels
        else ""
    )
    return link_form.Told(channels, real_now(), str(say("link.agreed.where", who=caller.label)), str(text))


async def _form(
    request: Request[Any, Any, Any], given: Mapping[str, str], wrong: Mapping[str, Markup]
) -> Response[bytes]:
    cards = link_form.with_card_numbers(given)
    note_cards(request, cards)
    told = await _agreement(request, _maker(request), given)
    return await show(
        request,
        "new_link.html",
        "payments",
        status_code=422 if wrong else 200,
        key=secrets.token_urlsafe(18),
        given={**given, **dict.fromkeys(cards, "")},
        wrong=wrong,
        agreed=told.text,
        inputs=link_form.inputs_of(locale_of(request), next((name for name in _FIELDS if name in wrong), "amount")),
    )


HANDLERS: Final = [new_link, make_link, link, mail_link]
