"""What the payer's templates are told about a payment: one flat table of values per page. Pure; asks nobody, decides no status."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from gerbang.base import formats, ids, phone
from gerbang.base.formats import Locale
from gerbang.core.payments import due
from gerbang.core.payments.machine import is_taken_back
from gerbang.core.payments.model import Attempt, Offer, PaymentStatus, Whole
from gerbang.ports.payment import (
    DisplayCode,
    DisplayCrypto,
    DisplayQr,
    DisplayVirtualAccount,
    Method,
    NextAction,
    Redirect,
)
from gerbang.web import failures, steps, texts
from gerbang.web.checkout import crypto, qr
from gerbang.web.checkout import scene as scenes
from gerbang.web.checkout.scene import Scene

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
    seen: Sequence[crypto.Seen] = ()
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


def page_of(whole: Whole, visit: Visit, choice: Choice | None = None) -> tuple[str, dict[str, Any]]:
    """The template of a payment's page and its values. `choice` must be given where `scene_of` says CHOOSE."""
    payment = whole.payment
    scene = scenes.scene_of(whole, choosing=visit.choosing, returned=visit.returned)
    if scenes.is_over(scene, due.payable(whole), visit.now) and not visit.seen:
        scene = Scene.OVER
    if scene is Scene.REVERSED and visit.seen:
        scene = Scene.CRYPTO  # it is on the chain again, and counts as soon as it is deep enough
    shown: dict[str, Any] = {
        "payment": payment,
        "payment_id": ids.show("pay", payment.id),
        "page_at": address_of(f"/pay/{ids.show('pay', payment.id)}", visit.token),
        "here": f"/pay/{ids.show('pay', payment.id)}",
        "carried": visit.token,
        "shop": visit.shop,
        "home": visit.home,
        "is_test": not payment.livemode,
        "items": scenes.items(payment),
        "version": scenes.version_of(whole, visit.seen),
        "live": scene in scenes.LIVE,
        "can_choose": scenes.can_choose(payment, visit.now, visit.restart_for),
        "key": visit.key,
        "missing": due.owed(payment),
        "part_paid": payment.status is PaymentStatus.PART_PAID,
        "came": due.received(payment),
        "part_came": 0 < due.received(payment) < payment.amount,
        "refunds": scenes.refunds_by_state(whole.refunds),
        "taken_back": any(is_taken_back(attempt) for attempt in whole.attempts),
        "asked": "" if visit.asked == "mailed" else visit.asked,
        "sandbox": "" if payment.livemode else visit.sandbox,
        "email": formats.mask_email(whole.payer.email) if whole.payer.email else "",
    }
    if scene is Scene.CHOOSE:
        assert choice is not None, "a chooser needs something to choose from"
        return "pay/choose.html", shown | _choosing(whole, choice, changing=visit.choosing)
    if scene is Scene.RECEIPT:
        return "pay/receipt.html", shown | _receipt(whole, visit)
    return f"pay/{scene}.html", shown | _instructions(whole, scene, visit)


def _choosing(whole: Whole, choice: Choice, *, changing: bool) -> dict[str, Any]:
    """Chosen already is what was sent, else what was chosen last for this payment, else the only way there is."""
    offers = [_named(offer) for method in scenes.SHOWN_METHODS for offer in choice.offers if offer.method is method]
    usable = [offer.method.value for offer in offers if offer.available]
    given = (choice.method, choice.option) if choice.method else scenes.last_choice(whole)
    chosen, option = (usable[0], "") if not given[0] and len(usable) == 1 else given
    attempt = due.payable(whole)
    return {
        "offers": offers,
        "chosen": chosen if chosen in usable else "",
        "chosen_option": option,
        "wrong": choice.wrong,
        "phone": choice.phone,
        "wrong_phone": choice.wrong_phone,
        "phone_known": _known_mobile(whole.payer.phone),
        "changing": changing and attempt is not None,
        "kept": attempt.method.value if attempt else "",
        "kept_option": scenes.option_of(attempt) if attempt else "",
        "abandoned": scenes.only_abandoned(whole),
    }


def _known_mobile(number: str) -> str:
    """The end of the payer's number, where it is one that a wallet's request can go to."""
    return formats.mask_number(number) if phone.is_mobile(phone.known(number), phone.HOME) else ""


def _named(offer: Offer) -> Offer:
    """The offer with banks, stores and wallets called as everywhere else on these pages, whatever their provider calls them."""
    named = (replace(one, title=steps.OPTION_TITLES.get(one.name, one.title)) for one in offer.options)
    return replace(offer, options=tuple(named))


def _instructions(whole: Whole, scene: Scene, visit: Visit) -> dict[str, Any]:
    attempt = due.payable(whole) or scenes.latest(whole.attempts)
    action = attempt.next_action if attempt else None
    rest = due.owed(whole.payment)
    more = crypto.figures(attempt, action, visit.seen, rest) if attempt and isinstance(action, DisplayCrypto) else {}
    return more | {
        "action": action,
        "pay_to": _pay_to(action) if due.payable(whole) is attempt and rest else "",
        "on_chain": attempt is not None and attempt.quote is not None,
        "method": attempt.method.value if attempt else "",
        "option": scenes.option_of(attempt) if attempt else "",
        "until": attempt.expires_at if attempt else whole.payment.expires_at,
        "is_past": attempt is not None and attempt.expires_at <= visit.now,
        "count": scenes.countdown(attempt, visit.now) if attempt else None,
        "again": scenes.again(attempt) if attempt else {},
        "again_kind": _AGAIN.get(attempt.method, "try") if attempt else "try",
        "channels": _channels(whole, attempt, scene, visit) if attempt else (),
        "host": urlsplit(action.url).hostname or "" if isinstance(action, Redirect) else "",
        "phone": formats.mask_number(whole.payer.phone) if whole.payer.phone else "",
        "by_phone": attempt is not None and _asks_on_the_phone(attempt),
        "going": visit.going,
        "advice": failures.to_payer(attempt.failure if attempt else None, visit.locale),
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


def _channels(whole: Whole, attempt: Attempt, scene: Scene, visit: Visit) -> tuple[steps.Channel, ...]:
    """The ways to pay by these instructions, step by step."""
    amount = formats.money(due.owed(whole.payment), whole.payment.currency, visit.locale)
    place, action = next(iter(attempt.options.values()), ""), attempt.next_action
    known: tuple[steps.Channel, ...] = ()
    match scene:
        case Scene.ACCOUNT:
            known = steps.how_to_pay(place, visit.locale, shop=visit.shop, amount=amount)
        case Scene.CODE:
            known = steps.at_the_till(place, visit.locale, shop=visit.shop, amount=amount)
        case Scene.QR if isinstance(action, DisplayQr):
            name = qr.read_qris(action.content).merchant or visit.shop
            known = steps.by_qr(visit.locale, shop=name, amount=amount)
        case Scene.APP | Scene.ASKING if scene is Scene.APP or _asks_on_the_phone(attempt):
            app = scenes.option_of(attempt) or str(texts.words(visit.locale)("wait.app.any"))
            known = steps.when_nothing_comes(app, visit.locale)
        case _:
            pass
    return tuple(steps.Channel(one.title, tuple(texts.marked(step) for step in one.steps)) for one in known)


def _asks_on_the_phone(attempt: Attempt) -> bool:
    return not steps.ASK_ON_THE_PHONE.isdisjoint(attempt.options.values())


def _receipt(whole: Whole, visit: Visit) -> dict[str, Any]:
    payment, attempt = whole.payment, scenes.winner(whole.attempts)
    mark = scenes.mark_of(payment.status, late=payment.late)
    action = attempt.next_action if attempt else None
    return {
        "status": payment.status.value,
        "mark": mark,
        "word": texts.words(visit.locale)(f"status.{mark}"),
        "late": payment.late,
        "called_off": due.late_reason(payment) == "cancelled",
        "deadline": attempt.expires_at if attempt else payment.expires_at,
        "twice": scenes.paid_twice(whole),
        "first_name": whole.payer.name.split()[0] if whole.payer.name.split() else "",
        "method": attempt.method.value if attempt else "",
        "option": scenes.option_of(attempt) if attempt else "",
        "number": action.number if isinstance(action, DisplayVirtualAccount) and _is_account(attempt) else "",
        "mailed": visit.asked == "mailed",
    }


def _is_account(attempt: Attempt | None) -> bool:
    return attempt is not None and attempt.method is Method.VIRTUAL_ACCOUNT
