"""The payer's pages over HTTP: open, choose, check, go, come back. What is shown is view.py's, which page is checkout_state.py's matter."""

import hashlib
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import structlog
from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Stream

from gerbang.base import ids, phone
from gerbang.base.errors import Conflict, GerbangError, TooMany, Unavailable, UpstreamFailed
from gerbang.core.announcements.broadcast import Scope
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.idempotency.model import IdempotencyKey, IdempotencyKeyReused
from gerbang.core.identity.model import Caller
from gerbang.core.notifications.push_devices import PushDevices
from gerbang.core.payments import amount_due
from gerbang.core.payments.crypto.deposit_addresses import TooManyAddresses
from gerbang.core.payments.method_selection import SHOWN_METHODS
from gerbang.core.payments.model import (
    PAYMENT,
    Attempt,
    MethodChoice,
    MethodUnavailable,
    Offer,
    PayerUpdate,
    PaymentDetail,
    PaymentStatus,
    RefundNotAwaitingTransfer,
    RefundStatus,
)
from gerbang.core.payments.refunds.model import RefundLinkJustSent
from gerbang.ports.next_action import Redirect
from gerbang.ports.page_origins import PageOrigins
from gerbang.ports.payment import Method
from gerbang.web import texts
from gerbang.web.checkout import checkout_state as scenes
from gerbang.web.checkout import consent
from gerbang.web.checkout.access import (
    WENT_COOKIE,
    link_cookie,
    opened_by_person,
    payment_for,
    token_in,
    token_to_carry,
    went_cookie,
)
from gerbang.web.checkout.checkout_state import CheckoutState
from gerbang.web.checkout.crypto_view import Seen, seen_of
from gerbang.web.checkout.provider_signs import signs_of
from gerbang.web.checkout.qr_file import picture
from gerbang.web.checkout.refunds import link_goes_to
from gerbang.web.checkout.view import Choice, Visit, address_of, page_of
from gerbang.web.forms import read_form
from gerbang.web.gateway.request_context import context_of
from gerbang.web.pages import Page, caller_or_none, locale_of, only_shown, page, page_error, see_other, services_of
from gerbang.web.views.payment_steps import OPTION_TITLES

log = structlog.get_logger()
_OF_NEXT_ACTIONS: Final = frozenset(f"pay/{state}.html" for state in scenes.TIMED)
_WAITING: Final = frozenset({PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.UNKNOWN})


@get("/{payment:str}")
async def open_payment(request: Request[Any, Any, Any], payment: FromPath[str]) -> Page:
    """The page of a payment as it is now. With `t` it becomes a visit by cookie; with `back` the provider is asked first."""
    token = token_in(request)
    known = bool(token) and await services_of(request).payments.check_link(ids.read("pay", payment), token)
    details, caller = await payment_for(request, payment, token if known else "")
    if opened_by_person(request):
        await _note_opened(request, details, caller)
    returned = "back" in request.query_params
    if returned and details.payment.status in _WAITING:
        details, _ = await _asked(request, details, caller)
    shown = await _show(request, details, returned=returned)
    if known:
        shown.set_cookie(link_cookie(request, f"/pay/{payment}", token))
    return shown


async def _note_opened(request: Request[Any, Any, Any], details: PaymentDetail, caller: Caller) -> None:
    """Write down the payer's first look at a bill. A payment that has attempts was certainly seen; staff who look are no payers."""
    visitor = caller_or_none(request)
    is_staff = visitor is not None and visitor.may("payments:read")
    if not is_staff:
        await services_of(request).payments.note_language(details, locale_of(request, details.payer.locale))
    if details.payment.status is PaymentStatus.CREATED and not is_staff:
        try:
            await services_of(request).payments.note_opened(caller, details.payment.id)
        except Unavailable as error:  # who wants to pay is shown the bill, also where nothing can be written
            log.warning("payment.opening_not_noted", code=error.code)


@post("/{payment:str}", status_code=303)
async def come_back(request: Request[Any, Any, Any], payment: FromPath[str]) -> Response[None]:
    """A provider that sends its payers home by a form: nothing in it is believed, and on we go by GET."""
    token = token_in(request)
    path = f"/pay/{payment}"
    known = bool(token) and await services_of(request).payments.check_link(ids.read("pay", payment), token)
    return see_other(
        address_of(path, token_to_carry(request) if known else "")(query="back=1"),
        [link_cookie(request, path, token)] if known else [],
    )


@get("/{payment:str}/state")
async def state(request: Request[Any, Any, Any], payment: FromPath[str]) -> Response[dict[str, str]]:
    """What an open page compares: changes whenever the page would."""
    details, _ = await payment_for(request, payment)
    version = scenes.version_of(details, await _seen(request, details))
    return Response({"version": version}, headers={"cache-control": "no-store"})


@get("/{payment:str}/feed")
async def feed(request: Request[Any, Any, Any], payment: FromPath[str]) -> Stream:
    """Tells an open page to look again, as soon as anything about this payment is announced; never what it is."""
    details, caller = await payment_for(request, payment)
    broadcast = services_of(request).broadcast
    broadcast.check_room(caller.label)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    heard = broadcast.listen(Scope(caller.label, ObjectRef(PAYMENT, details.payment.id)))
    return Stream(_changes(heard), media_type="text/event-stream", headers=headers)


async def _changes(heard: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    yield b"retry: 3000\n\n"
    async for one in heard:
        yield b": still here\n\n" if one is None else b"event: changed\ndata: {}\n\n"


@post("/{payment:str}/choose", status_code=303)
async def choose(request: Request[Any, Any, Any], payment: FromPath[str]) -> Page:
    """Make an attempt by the chosen method; the same form sent twice makes one."""
    details, caller = await payment_for(request, payment)
    if not _can_choose(request, details):
        return see_other(_back(request, payment))
    say = texts.words(locale_of(request, details.payer.locale))
    offers = await _offers(request, details)
    fields = {one.option for one in offers if one.option} | {scenes.COIN, scenes.PHONE}
    form = await read_form(request, "key", "method", *fields)
    method = next((one for one in SHOWN_METHODS if one.value == form["method"]), None)
    offer = next((one for one in offers if one.method is method and one.available), None)
    name = scenes.COIN if offer and offer.assets else offer.option if offer else None
    picked = Choice(offers, method.value if method else "", form[name] if name else "", form[scenes.PHONE])
    wrong = say("link.wrong.card") if set(form.cards) - {scenes.PHONE} else _wrong(say, offer, picked)
    if scenes.PHONE in form.cards:
        picked = replace(picked, wrong_phone=say("link.wrong.card"))
    mobile, wrong_phone = (
        ("", picked.wrong_phone) if picked.wrong_phone else _mobile(say, offer, picked, details.payer.phone)
    )
    if wrong or wrong_phone or offer is None or method is None or only_shown(request):
        again = replace(picked, wrong=wrong, wrong_phone=wrong_phone)
        return await _show(request, details, choosing=True, choice=again)
    chosen = _chosen(method, name, picked.option, offer.connection)
    told = PayerUpdate(mobile, context_of(request).client_ip)
    try:
        made = await services_of(request).payments.add_attempt(
            caller, details.payment.id, chosen, _key(caller.label, form["key"], chosen), told
        )
    except (MethodUnavailable, IdempotencyKeyReused):
        return await _show(request, details, choosing=True, choice=replace(picked, wrong=say("choose.gone")))
    except TooManyAddresses:
        return await _show(request, details, choosing=True, choice=replace(picked, wrong=say("choose.crowded")))
    except Conflict:
        return see_other(
            _back(request, payment)
        )  # it was paid, closed or is being checked meanwhile: that page says so
    attempt = amount_due.payable(made.details)
    away = attempt is not None and isinstance(attempt.next_action, Redirect)
    return see_other(_back(request, payment, "go=1" if away else ""))


def _chosen(method: Method, name: str | None, option: str, connection: str) -> MethodChoice:
    if name == scenes.COIN:
        asset, _, network = option.partition(".")
        return MethodChoice(method, {"asset": asset, "network": network})
    return MethodChoice(method, {name: option} if name else {}, connection)


def _wrong(say: texts.Words, offer: Offer | None, picked: Choice) -> str:
    """What is missing from a choice, in words."""
    if not picked.method:
        return say("choose.pick")
    if offer is None:
        return say("choose.gone")
    method = say(f"method.{picked.method}")
    if offer.assets and picked.option not in {f"{one.asset}.{one.network}" for one in offer.assets}:
        return say("choose.pick_bank", what=say("choose.coin"), method=method)
    if offer.option and picked.option not in {one.name for one in offer.options}:
        what = f"choose.{offer.option}"
        return say("choose.pick_bank", what=say(what if texts.knows(what) else "choose.other"), method=method)
    return ""


def _mobile(say: texts.Words, offer: Offer | None, picked: Choice, known: str) -> tuple[str, str]:
    """The number that a wallet's request goes to, where it was typed anew, and what is wrong with it: left empty, it goes to the one that
    is known.
    """
    option = next((one for one in offer.options if one.name == picked.option), None) if offer else None
    if option is None or not option.mobile_of:
        return "", ""
    app = OPTION_TITLES.get(option.name, option.title)
    try:
        typed = phone.read(picked.phone, option.mobile_of)
    except phone.BadPhone as error:
        key = "choose.phone.wrong" if error.why in ("form", "country") else f"phone.wrong.{error.why}"
        return "", say(key, app=app)
    if typed and not phone.is_mobile(typed, option.mobile_of):
        return "", say("choose.phone.foreign", app=app)
    if not typed and not phone.is_mobile(phone.known(known), option.mobile_of):
        return "", say("choose.phone.wrong", app=app)
    return typed, ""


def _key(caller: str, key: str, chosen: MethodChoice) -> IdempotencyKey:
    """One attempt per form and choice: going back and choosing another bank is another attempt."""
    said = f"{chosen.method}|{sorted(chosen.options.items())}|{chosen.connection}"
    digest = hashlib.sha256(f"{key}|{said}".encode()).hexdigest()
    return IdempotencyKey(caller, f"page-{digest[:40]}", hashlib.sha256(said.encode()).digest())


@post("/{payment:str}/check", status_code=303)
async def check(request: Request[Any, Any, Any], payment: FromPath[str]) -> Response[None]:
    """The payer says "I have paid": ask the provider now, and tell what it answered."""
    details, caller = await payment_for(request, payment)
    before = scenes.version_of(details)
    details, answered = await _asked(request, details, caller)
    if scenes.version_of(details) != before:
        return see_other(_back(request, payment))
    return see_other(_back(request, payment, f"asked={'nothing' if answered else 'later'}"))


@post("/{payment:str}/refund-link", status_code=303)
async def mail_refund_link(request: Request[Any, Any, Any], payment: FromPath[str]) -> Response[None]:
    """Mail the links of refunds that wait for an account to the payer's own address: whoever only holds this page's link is not shown them."""
    details, caller = await payment_for(request, payment)
    waiting = [refund.id for refund in details.refunds if refund.status is RefundStatus.AWAITING_TRANSFER]
    for refund_id in waiting:
        with suppress(RefundLinkJustSent, RefundNotAwaitingTransfer):
            await services_of(request).payments.send_refund_link(caller, refund_id)
    return see_other(_back(request, payment, "asked=mailed"))


@post("/{payment:str}/notify", status_code=303)
async def notify(request: Request[Any, Any, Any], payment: FromPath[str]) -> Page:
    """The payer agrees to messages to their phone, or to no more."""
    details, caller = await payment_for(request, payment)
    form, services = await read_form(request, "phone", "agreed"), services_of(request)
    if form["agreed"] == "stop":
        await services.payments.agree_to_messages(caller, details.payment.id, None)
        return see_other(_back(request, payment))
    if not consent.is_open(details):
        return see_other(_back(request, payment))
    locale, channels = locale_of(request, details.payer.locale), await services.notifications.phone_channels()
    given = consent.read(services, details, channels, locale, form)
    if isinstance(given, consent.Agreeing) or only_shown(request):
        return await _show(request, details, agreeing=given if isinstance(given, consent.Agreeing) else None)
    if channels and not await services.payments.agree_to_messages(caller, details.payment.id, given):
        full = consent.Agreeing(form["phone"], str(texts.words(locale)("agree.full")))
        return await _show(request, details, agreeing=full)
    return see_other(_back(request, payment))


@get("/{payment:str}/go")
async def go(request: Request[Any, Any, Any], payment: FromPath[str]) -> Response[None]:
    """On to the provider's page. A GET of its own: a form's redirect to another site would need a wider policy."""
    details, _ = await payment_for(request, payment)
    attempt = amount_due.payable(details)
    if (
        scenes.state_of(details) is not CheckoutState.AWAY
        or attempt is None
        or not isinstance(attempt.next_action, Redirect)
    ):
        return see_other(_back(request, payment))
    return see_other(attempt.next_action.url, [went_cookie(request, f"/pay/{payment}", attempt.id.hex)])


async def _asked(request: Request[Any, Any, Any], details: PaymentDetail, caller: Any) -> tuple[PaymentDetail, bool]:
    """The payment after asking the provider, and whether it answered."""
    try:
        return await services_of(request).payments.refresh(caller, details.payment.id), True
    except (UpstreamFailed, Unavailable, TooMany, Conflict):
        return details, False


async def _seen(request: Request[Any, Any, Any], details: PaymentDetail) -> tuple[Seen, ...]:
    """What our node saw come to the attempt that counts, where that is paid on a chain."""
    attempt = amount_due.payable(details)
    if attempt is None or attempt.deposit is None:
        return ()
    return seen_of(attempt, await services_of(request).payments.chain(details.payment.id))


async def _show(
    request: Request[Any, Any, Any],
    details: PaymentDetail,
    *,
    returned: bool = False,
    choosing: bool = False,
    choice: Choice | None = None,
    agreeing: consent.Agreeing | None = None,
) -> Response[bytes]:
    services = services_of(request)
    locale = locale_of(request, details.payer.locale)
    asked = request.query_params.get("asked", "")
    visit = Visit(
        shop=services.settings.shop_name,
        home=_home(details, sandbox=services.settings.sandbox),
        now=services.payments.context.clock.now(),
        locale=locale,
        key=secrets.token_urlsafe(18),
        restart_for=timedelta(seconds=services.settings.restart_for_s),
        returned=returned,
        choosing=(choosing or "choose" in request.query_params) and _can_choose(request, details),
        going="go" in request.query_params and not _went(request, details),
        asked=asked if asked in ("nothing", "later", "mailed") else "",
        sandbox=services.settings.sandbox_url if services.settings.sandbox else "",
        seen=await _seen(request, details),
        signs=await signs_of(services, _told_of(details)),
        token=token_to_carry(request),
        push_key=await _push_key(request),
        refund_to=await link_goes_to(services, details, locale),
    )
    if scenes.state_of(details, choosing=visit.choosing, returned=returned) is CheckoutState.CHOOSE:
        choice = choice or Choice(await _offers(request, details))
    template, values = page_of(details, visit, choice)
    return page(
        request,
        template,
        status_code=422 if agreeing or (choice and (choice.wrong or choice.wrong_phone)) else 200,
        preferred=details.payer.locale,
        origins=visit.signs.origins if template in _OF_NEXT_ACTIONS else PageOrigins(),
        form_to=values["sandbox"],
        packed=True,
        agree=await consent.box_of(services, details, locale, agreeing),
        **values,
    )


async def _push_key(request: Request[Any, Any, Any]) -> str:
    """What this browser can subscribe with; empty where nobody is reached by push."""
    offered = await services_of(request).service(PushDevices).offer()
    return offered.public_key if offered is not None else ""


def _told_of(details: PaymentDetail) -> Attempt | None:
    """The attempt that a page is about: the one that can be paid, else the one that brought the money, else the newest."""
    return amount_due.payable(details) or scenes.winner(details.attempts) or scenes.latest(details.attempts)


def _back(request: Request[Any, Any, Any], payment: str, query: str = "") -> str:
    """The address of the payment's page, for after a form."""
    return address_of(f"/pay/{payment}", token_to_carry(request))(query=query)


def _went(request: Request[Any, Any, Any], details: PaymentDetail) -> bool:
    """Whether this browser was sent on to the provider for this very attempt: who comes back by the back button is not sent on again."""
    attempt = amount_due.payable(details)
    return attempt is not None and request.cookies.get(WENT_COOKIE) == attempt.id.hex


def _can_choose(request: Request[Any, Any, Any], details: PaymentDetail) -> bool:
    services = services_of(request)
    restart_for = timedelta(seconds=services.settings.restart_for_s)
    return scenes.can_choose(details.payment, services.payments.context.clock.now(), restart_for)


async def _offers(request: Request[Any, Any, Any], details: PaymentDetail) -> Sequence[Offer]:
    """What can be chosen for what is still to be paid."""
    payment = details.payment
    return await services_of(request).payments.methods(
        max(amount_due.owed(payment), 1), payment.currency, details.payer.phone
    )


def _home(details: PaymentDetail, *, sandbox: bool) -> str:
    """Back to the shop: its own address if it gave one, the demo shop in the sandbox."""
    address = details.payment.return_url or ""
    if address.startswith(("https://", "http://")):
        return address
    return "/shop" if sandbox else ""


HANDLERS: Final = [
    Router(
        path="/pay",
        route_handlers=[open_payment, come_back, state, feed, picture, choose, check, mail_refund_link, notify, go],
        exception_handlers={GerbangError: page_error},
        include_in_schema=False,
    )
]
