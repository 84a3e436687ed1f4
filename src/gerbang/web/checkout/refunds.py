"""The page where a payer names the bank account, or the wallet, that a refund is sent to. The transfer itself is a person's work."""

import re
from contextlib import suppress
from typing import Any, Final

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath

from gerbang.base import bank_account, eip55, ids
from gerbang.base.card_numbers import holds_card_number
from gerbang.base.errors import GerbangError
from gerbang.base.formats import Locale
from gerbang.core.payments.machine import is_stopped
from gerbang.core.payments.model import Destination, PaymentDetail, Refund, RefundNotAwaitingTransfer, RefundStatus
from gerbang.core.payments.reach import REFUND_LINK
from gerbang.core.payments.refunds.model import DestinationChanged, masked
from gerbang.web import texts
from gerbang.web.checkout.access import link_cookie, refund_for, token_in, token_to_carry, who_names
from gerbang.web.checkout.crypto_view import NETWORKS
from gerbang.web.checkout.view import address_of
from gerbang.web.forms import note_cards, read_form
from gerbang.web.pages import Page, locale_of, only_shown, page, page_error, see_other, services_of
from gerbang.web.services import Services
from gerbang.web.views.payment_steps import BANK_TITLES
from gerbang.web.views.reach_words import place_of

_FIELDS: Final = ("bank", "account", "name")
_VERSION: Final = re.compile(r"[0-9]{1,4}", re.ASCII)
_NOTHING: Final = Destination("", "", "")


async def link_goes_to(services: Services, details: PaymentDetail, locale: Locale) -> str:
    """Where the links of a payment's refunds that wait for an account are sent, masked; empty where none waits, and where nobody is reached."""
    if all(one.status is not RefundStatus.AWAITING_TRANSFER for one in details.refunds):
        return ""
    return str(place_of(await services.payments.reach(details.payment.id, REFUND_LINK), locale, masked=True))


@get("/{refund:str}")
async def open_refund(request: Request[Any, Any, Any], refund: FromPath[str]) -> Page:
    """What becomes of the refund, with the form while an account is needed."""
    payments, token = services_of(request).payments, token_in(request)
    refund_id, _ = await refund_for(request, refund)
    found, versions = await payments.refund_of(refund_id), await payments.destinations_of(refund_id)
    step = _step(found, versions[0].to if versions else None)
    if step == "named" and "change" in request.query_params:
        step = "form"
    shown = await _show(request, found, step, versions[0].to if step == "named" else _NOTHING)
    if token and await payments.check_refund_link(refund_id, token):
        shown.set_cookie(link_cookie(request, f"/refund/{refund}", token))
    return shown


@post("/{refund:str}/review", status_code=200)
async def review(request: Request[Any, Any, Any], refund: FromPath[str]) -> Page:
    """Look once more before it counts."""
    refund_id, _ = await refund_for(request, refund)
    found = await services_of(request).payments.refund_of(refund_id)
    given, wrong = await read_destination(request, found)
    if found.status is not RefundStatus.AWAITING_TRANSFER:
        return see_other(_back(request, refund))
    step = "form" if wrong else "confirm"
    return await _show(request, found, step, given, wrong, seen=await _seen(request))


@post("/{refund:str}/edit", status_code=200)
async def edit(request: Request[Any, Any, Any], refund: FromPath[str]) -> Page:
    """Back to the form with what was typed."""
    refund_id, _ = await refund_for(request, refund)
    found = await services_of(request).payments.refund_of(refund_id)
    given, wrong = await read_destination(request, found)
    return await _show(request, found, "form", given, wrong, seen=await _seen(request))


@post("/{refund:str}/name", status_code=303)
async def name(request: Request[Any, Any, Any], refund: FromPath[str]) -> Page:
    """Keep the account or address; where somebody has said another one since this page was shown, ask which of them it is."""
    payments = services_of(request).payments
    refund_id, link = await refund_for(request, refund)
    found = await payments.refund_of(refund_id)
    given, wrong = await read_destination(request, found)
    seen = await _seen(request)
    if wrong or only_shown(request):
        return await _show(request, found, "form", given, wrong, seen=seen)
    try:
        with suppress(RefundNotAwaitingTransfer):  # the page then shows what it has become
            await payments.name_destination(who_names(request, refund_id), refund_id, given, seen=seen, link=link)
    except DestinationChanged:
        return await _show(request, found, "confirm", given, seen=seen)
    return see_other(_back(request, refund))


def _back(request: Request[Any, Any, Any], refund: str) -> str:
    """The address of the refund's page, for after a form."""
    return address_of(f"/refund/{refund}", token_to_carry(request))()


async def _seen(request: Request[Any, Any, Any]) -> int:
    """The version of the destination that the form was shown with, 0 for none."""
    typed = (await read_form(request, "version"))["version"]
    return int(typed) if _VERSION.fullmatch(typed) else 0


async def read_destination(request: Request[Any, Any, Any], refund: Refund) -> tuple[Destination, dict[str, str]]:
    """What was typed, and what is wrong with it by field; a card number is not repeated back."""
    form = await read_form(request, *_FIELDS, cards_in=("account",))
    say = texts.words(locale_of(request))
    coins = await services_of(request).payments.coins_of(refund)
    if coins is not None:
        wrong_address = say("refund.wrong.address", network=NETWORKS.get(coins.network, coins.network))
        return _address(request, form["account"], wrong_address)
    number, wrong = form["account"], dict[str, str]()
    if not 2 <= len(form["bank"]) <= 40:
        wrong["bank"] = say("refund.wrong.bank")
    if holds_card_number(form["account"], "account"):
        note_cards(request, ["account"])
        wrong["account"], number = say("refund.wrong.card"), ""
    else:
        try:
            number = bank_account.read(number)
        except bank_account.BadAccount as error:
            why = "account" if error.alone else "account.words"
            wrong["account"] = say(f"refund.wrong.{why}", count=error.digits)
    if not 2 <= len(form["name"]) <= 80:
        wrong["name"] = say("refund.wrong.name")
    return Destination(form["bank"], number, form["name"]), wrong | form.card_complaints(say)


def _address(request: Request[Any, Any, Any], typed: str, wrong: str) -> tuple[Destination, dict[str, str]]:
    """A card number fits no address, and is not repeated back either."""
    if eip55.is_address(typed):
        return Destination("", eip55.checksummed(typed), ""), {}
    if holds_card_number(typed):
        note_cards(request, ["account"])
        typed = ""
    return Destination("", typed, ""), {"account": wrong}


def _step(refund: Refund, given: Destination | None) -> str:
    if refund.approval == "pending" and given:
        return "named"  # it was changed, and waits for a second person's look
    match refund.status:
        case RefundStatus.AWAITING_TRANSFER:
            return "named" if given else "form"
        case RefundStatus.SUCCEEDED:
            return "done"
        case RefundStatus.FAILED:
            return "failed"
        case RefundStatus.REQUESTED | RefundStatus.SUBMITTED | RefundStatus.UNKNOWN:
            return "closed"


async def _show(
    request: Request[Any, Any, Any],
    refund: Refund,
    step: str,
    given: Destination,
    wrong: dict[str, str] | None = None,
    *,
    seen: int | None = None,
) -> Response[bytes]:
    """The page. `seen` is the version that a form was shown with: another one since then is told before anything is confirmed."""
    services = services_of(request)
    details = await services.payments.get(refund.payment_id)
    versions = await services.payments.destinations_of(refund.id)
    version = versions[0].version if versions else 0
    if step == "confirm" and seen not in (None, version) and versions[0].to != given:
        step = "changed"
    stopped = refund.status in (RefundStatus.REQUESTED, RefundStatus.AWAITING_TRANSFER)
    if stopped and is_stopped(details.payment, details.attempts):
        step = "stopped"
    coins = await services.payments.coins_of(refund)
    here, token = f"/refund/{ids.show('ref', refund.id)}", token_to_carry(request)
    return page(
        request,
        "refund.html",
        status_code=422 if wrong else 409 if step == "changed" else 200,
        preferred=details.payer.locale,
        shop=services.settings.shop_name,
        home="",
        is_test=not details.payment.livemode,
        here=here,
        page_at=address_of(here, token),
        carried=token,
        refund=refund,
        step=step,
        version=seen if seen is not None and step == "form" else version,
        kept=masked(versions[0].to) if versions else "",
        given=given,
        wrong=wrong or {},
        banks=tuple(BANK_TITLES.values()),
        coins=coins,
        network=NETWORKS.get(coins.network, coins.network) if coins else "",
        telephone=coins is None and bank_account.is_telephone_at_bank(given.bank, given.account),
    )


HANDLERS: Final = [
    Router(
        path="/refund",
        route_handlers=[open_refund, review, edit, name],
        exception_handlers={GerbangError: page_error},
        include_in_schema=False,
    )
]
