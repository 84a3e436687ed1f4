"""What the payer's templates are told about a payment: one flat table of values per page. Pure; asks nobody, decides no status."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from gerbang.base import formats, ids, phone
from gerbang.base.formats import Locale
from gerbang.core.payments import amount_due
from gerbang.core.payments.machine import is_reversed_after_refund
from gerbang.core.payments.method_selection import SHOWN_METHODS
from gerbang.core.payments.model import Attempt, Offer, PaymentDetail, PaymentStatus
from gerbang.ports.next_action import DisplayCode, DisplayCrypto, DisplayQr, DisplayVirtualAccount, NextAction, Redirect
from gerbang.ports.payment import Method
from gerbang.web import texts
from gerbang.web.checkout import checkout_state as scenes
from gerbang.web.checkout import crypto_view, qr
from gerbang.web.checkout.checkout_state import CheckoutState
from gerbang.web.checkout.provider_signs import NO_SIGNS, ProviderSigns
from gerbang.web.views import attempt_failures, payment_steps

_AGAIN: Final = {Method.VIRTUAL_ACCOUNT: "number", Method.CONVENIENCE_STORE: "code", Method.QRIS: "qr"}


@dataclass(frozen=True, slots=True)
class Visit:
    """What a payer's page depends on beside the payment: the shop's name, business time, language, and what was just done.

    `key` is fresh for every page: a form that makes an attempt carries it, so that sending the form twice makes one. `restart_for` is
    how long after the deadline the payer may start again.
    """

    shop: str
    home: str
    now: datetime
    locale: Locale
    key: str
    restart_for: timedelta
    returned: bool = False
    choosing: bool = False
    going: bool = False
    asked: str = ""
    sandbox: str = ""
    seen: Sequence[crypto_view.Seen] = ()
    signs: ProviderSigns = NO_SIGNS
    refund_to: str = ""  # where the link of a refund that waits for an account is sent, masked; empty: nowhere
    push_key: str = ""  # what this browser can subscribe to pushes with; empty where nobody is reached so
    token: str = ""  # what the page's forms and links carry on, while no cookie has come back


@dataclass(frozen=True, slots=True)
class Choice:
    """The chooser's state: what can be chosen, what was, and what was wrong with it."""

    offers: Sequence[Offer]
    method: str = ""
    option: str = ""
    phone: str = ""
    wrong: str = ""
    wrong_phone: str = ""


def address_of(path: str, token: str) -> Callable[..., str]:
    """A function from what stands behind the path of a payer's page, and its query, to the whole address, with the token where one is carried."""

    def address(below: str = "", query: str = "") -> str:
        pairs = "&".join(part for part in (query, urlencode({"t": token}) if token else "") if part)
        return f"{path}{below}" + (f"?{pairs}" if pairs else "")

    return address


def page_of(details: PaymentDetail, visit: Visit, choice: Choice | None = None) -> tuple[str, dict[str, Any]]:
    """The template of a payment's page and its values. `choice` must be given where `state_of` says CHOOSE."""
    payment = details.payment
    checkout_state = scenes.state_of(details, choosing=visit.choosing, returned=visit.returned)
    if scenes.is_over(checkout_state, amount_due.payable(details), visit.now) and not visit.seen:
        checkout_state = CheckoutState.OVER
    if checkout_state is CheckoutState.REVERSED and visit.seen:
        checkout_state = CheckoutState.CRYPTO  # it is on the chain again, and counts as soon as it is deep enough
    shown: dict[str, Any] = {
        "payment": payment,
        "payment_id": ids.show("pay", payment.id),
        "page_at": address_of(f"/pay/{ids.show('pay', payment.id)}", visit.token),
        "here": f"/pay/{ids.show('pay', payment.id)}",
        "carried": visit.token,
        "push_key": visit.push_key,
        "shop": visit.shop,
        "home": visit.home,
        "is_test": not payment.livemode,
        "items": scenes.items(payment),
        "version": scenes.version_of(details, visit.seen),
        "live": checkout_state in scenes.LIVE,
        "can_choose": scenes.can_choose(payment, visit.now, visit.restart_for),
        "key": visit.key,
        "missing": amount_due.owed(payment),
        "part_paid": payment.status is PaymentStatus.PART_PAID,
        "came": amount_due.received(payment),
        "part_came": 0 < amount_due.received(payment) < payment.amount,
        "refunds": scenes.refunds_by_state(details.refunds),
        "refund_to": visit.refund_to,
        "taken_back": any(is_reversed_after_refund(attempt) for attempt in details.attempts),
        "asked": "" if visit.asked == "mailed" else visit.asked,
        "sandbox": "" if payment.livemode else visit.sandbox,
        "email": formats.mask_email(details.payer.email) if details.payer.email else "",
    }
    if checkout_state is CheckoutState.CHOOSE:
        assert choice is not None, "a chooser needs something to choose from"
        return "pay/choose.html", shown | _choosing(details, choice, visit.signs.titles, changing=visit.choosing)
    if checkout_state is CheckoutState.RECEIPT:
        return "pay/receipt.html", shown | _receipt(details, visit)
    return f"pay/{checkout_state}.html", shown | _instructions(details, checkout_state, visit)


def _choosing(details: PaymentDetail, choice: Choice, titles: Mapping[str, str], *, changing: bool) -> dict[str, Any]:
    """Chosen already is what was sent, else what was chosen last for this payment, else the only way there is."""
    offers = [_named(offer) for method in SHOWN_METHODS for offer in choice.offers if offer.method is method]
    usable = [offer.method.value for offer in offers if offer.available]
    given = (choice.method, choice.option) if choice.method else scenes.last_choice(details)
    chosen, option = (usable[0], "") if not given[0] and len(usable) == 1 else given
    attempt = amount_due.payable(details)
    return {
        "offers": offers,
        "chosen": chosen if chosen in usable else "",
        "chosen_option": option,
        "wrong": choice.wrong,
        "phone": choice.phone,
        "wrong_phone": choice.wrong_phone,
        "phone_known": _known_mobile(details.payer.phone),
        "changing": changing and attempt is not None,
        "kept": attempt.method.value if attempt else "",
        "kept_option": scenes.option_of(attempt, titles) if attempt else "",
        "abandoned": scenes.only_abandoned(details),
    }


def _known_mobile(number: str) -> str:
    """The end of the payer's number, where it is one that a wallet's request can go to."""
    return formats.mask_number(number) if phone.is_mobile(phone.known(number), phone.HOME) else ""


def _named(offer: Offer) -> Offer:
    """The offer with banks, stores and wallets called as everywhere else on these pages, whatever their provider calls them."""
    named = (replace(one, title=payment_steps.OPTION_TITLES.get(one.name, one.title)) for one in offer.options)
    return replace(offer, options=tuple(named))


def _instructions(details: PaymentDetail, checkout_state: CheckoutState, visit: Visit) -> dict[str, Any]:
    attempt = amount_due.payable(details) or scenes.latest(details.attempts)
    action = attempt.next_action if attempt else None
    rest = amount_due.owed(details.payment)
    more = (
        crypto_view.figures(attempt, action, visit.seen, rest) if attempt and isinstance(action, DisplayCrypto) else {}
    )
    return more | {
        "action": action,
        "pay_to": _pay_to(action) if amount_due.payable(details) is attempt and rest else "",
        "on_chain": attempt is not None and attempt.quote is not None,
        "method": attempt.method.value if attempt else "",
        "option": scenes.option_of(attempt, visit.signs.titles) if attempt else "",
        "until": attempt.expires_at if attempt else details.payment.expires_at,
        "is_past": attempt is not None and attempt.expires_at <= visit.now,
        "count": scenes.countdown(attempt, visit.now) if attempt else None,
        "again": scenes.again(attempt) if attempt else {},
        "again_kind": _AGAIN.get(attempt.method, "try") if attempt else "try",
        "channels": _channels(details, attempt, checkout_state, visit) if attempt else (),
        "host": urlsplit(action.url).hostname or "" if isinstance(action, Redirect) else "",
        "phone": formats.mask_number(details.payer.phone) if details.payer.phone else "",
        "by_phone": visit.signs.asks_on_phone,
        "going": visit.going,
        "advice": attempt_failures.to_payer(attempt.failure if attempt else None, visit.locale),
        "qris": qr.read_qris(action.content) if isinstance(action, DisplayQr) else None,
        "drawing": qr.drawing(action.content) if isinstance(action, DisplayQr) else "",
    }


def _pay_to(action: NextAction | None) -> str:
    """The number, code or address that takes the money, where there is one."""
    match action:
        case DisplayVirtualAccount(number=place) | DisplayCode(code=place) | DisplayCrypto(address=place):
            return place
        case _:
            return ""


def _channels(
    details: PaymentDetail, attempt: Attempt, checkout_state: CheckoutState, visit: Visit
) -> tuple[payment_steps.Channel, ...]:
    """The ways to pay by these instructions, step by step."""
    amount = formats.money(amount_due.owed(details.payment), details.payment.currency, visit.locale)
    place, action = next(iter(attempt.options.values()), ""), attempt.next_action
    known: tuple[payment_steps.Channel, ...] = ()
    match checkout_state:
        case CheckoutState.ACCOUNT:
            known = payment_steps.how_to_pay(place, visit.locale, shop=visit.shop, amount=amount)
        case CheckoutState.CODE:
            known = payment_steps.at_the_till(place, visit.locale, shop=visit.shop, amount=amount)
        case CheckoutState.QR if isinstance(action, DisplayQr):
            name = qr.read_qris(action.content).merchant or visit.shop
            known = payment_steps.by_qr(visit.locale, shop=name, amount=amount)
        case CheckoutState.APP | CheckoutState.ASKING if (
            checkout_state is CheckoutState.APP or visit.signs.asks_on_phone
        ):
            app = scenes.option_of(attempt, visit.signs.titles) or str(texts.words(visit.locale)("wait.app.any"))
            known = payment_steps.when_nothing_comes(app, visit.locale)
        case _:
            pass
    return tuple(payment_steps.Channel(one.title, tuple(texts.marked(step) for step in one.steps)) for one in known)


def _receipt(details: PaymentDetail, visit: Visit) -> dict[str, Any]:
    payment, attempt = details.payment, scenes.winner(details.attempts)
    mark = scenes.mark_of(payment.status, late=payment.late)
    action = attempt.next_action if attempt else None
    return {
        "status": payment.status.value,
        "mark": mark,
        "word": texts.words(visit.locale)(f"status.{mark}"),
        "late": payment.late,
        "called_off": amount_due.late_reason(payment) == "cancelled",
        "deadline": attempt.expires_at if attempt else payment.expires_at,
        "twice": scenes.paid_twice(details),
        "first_name": details.payer.name.split()[0] if details.payer.name.split() else "",
        "method": attempt.method.value if attempt else "",
        "option": scenes.option_of(attempt, visit.signs.titles) if attempt else "",
        "number": action.number if isinstance(action, DisplayVirtualAccount) and _is_account(attempt) else "",
        "mailed": visit.asked == "mailed",
    }


def _is_account(attempt: Attempt | None) -> bool:
    return attempt is not None and attempt.method is Method.VIRTUAL_ACCOUNT
