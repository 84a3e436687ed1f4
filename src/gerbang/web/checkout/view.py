"""What the payer's templates are told about a payment: one flat table of values per page. Pure; asks nobody, decides no status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.payments.model import Attempt, Offer, PaymentStatus, Whole
from gerbang.ports.payment import DisplayCrypto, DisplayVirtualAccount, Method, Redirect
from gerbang.web import texts
from gerbang.web.checkout import crypto
from gerbang.web.checkout import scene as scenes
from gerbang.web.checkout.scene import Scene
from gerbang.web.steps import Channel, how_to_pay


@dataclass(frozen=True, slots=True)
class Visit:
    """What a payer's page depends on beside the payment: the shop's name, business time, language, and what was just done."""

    shop: str
    home: str
    now: datetime
    locale: Locale
    returned: bool = False
    choosing: bool = False
    going: bool = False
    asked: str = ""
    sandbox: str = ""
    refund_links: Mapping[UUID, str] = field(default_factory=dict)
    seen: Sequence[crypto.Seen] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """The chooser's state: what can be chosen, what was, and what was wrong with it."""

    offers: Sequence[Offer]
    key: str
    method: str = ""
    option: str = ""
    wrong: str = ""


def page_of(whole: Whole, visit: Visit, choice: Choice | None = None) -> tuple[str, dict[str, Any]]:
    """The template of a payment's page and its values. `choice` must be given where `scene_of` says CHOOSE."""
    payment = whole.payment
    scene = scenes.scene_of(whole, choosing=visit.choosing, returned=visit.returned)
    shown: dict[str, Any] = {
        "payment": payment,
        "payment_id": ids.show("pay", payment.id),
        "here": f"/pay/{ids.show('pay', payment.id)}",
        "shop": visit.shop,
        "home": visit.home,
        "is_test": not payment.livemode,
        "items": scenes.items(payment),
        "version": scenes.version_of(whole, visit.seen),
        "live": scene in scenes.LIVE,
        "can_choose": scenes.can_choose(payment, visit.now),
        "missing": scenes.missing(payment),
        "part_paid": payment.status is PaymentStatus.PART_PAID,
        "asked": visit.asked,
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
    return {
        "offers": [offer for method in scenes.SHOWN_METHODS for offer in choice.offers if offer.method is method],
        "key": choice.key,
        "chosen": choice.method,
        "chosen_option": choice.option,
        "wrong": choice.wrong,
        "changing": changing and scenes.current(whole.attempts) is not None,
        "abandoned": scenes.only_abandoned(whole),
    }


def _instructions(whole: Whole, scene: Scene, visit: Visit) -> dict[str, Any]:
    attempt = scenes.current(whole.attempts) or scenes.latest(whole.attempts)
    action = attempt.next_action if attempt else None
    more = crypto.figures(attempt, action, visit.seen) if attempt and isinstance(action, DisplayCrypto) else {}
    return more | {
        "action": action,
        "method": attempt.method.value if attempt else "",
        "option": scenes.option_of(attempt) if attempt else "",
        "count": scenes.countdown(attempt, visit.now) if attempt else None,
        "channels": _channels(whole, attempt, visit) if attempt and scene is Scene.ACCOUNT else (),
        "host": urlsplit(action.url).hostname or "" if isinstance(action, Redirect) else "",
        "going": visit.going,
    }


def _channels(whole: Whole, attempt: Attempt, visit: Visit) -> tuple[Channel, ...]:
    bank = attempt.options.get("bank", "")
    amount = formats.money(scenes.missing(whole.payment), whole.payment.currency, visit.locale)
    channels = how_to_pay(bank, visit.locale, shop=visit.shop, amount=amount)
    return tuple(Channel(channel.title, tuple(texts.marked(step) for step in channel.steps)) for channel in channels)


def _receipt(whole: Whole, visit: Visit) -> dict[str, Any]:
    payment, attempt = whole.payment, scenes.winner(whole.attempts)
    mark = scenes.mark_of(payment.status, late=payment.late)
    action = attempt.next_action if attempt else None
    return {
        "status": payment.status.value,
        "mark": mark,
        "word": texts.words(visit.locale)(f"status.{mark}"),
        "late": payment.late,
        "twice": scenes.paid_twice(whole),
        "first_name": whole.payer.name.split()[0] if whole.payer.name.split() else "",
        "method": attempt.method.value if attempt else "",
        "option": scenes.option_of(attempt) if attempt else "",
        "number": action.number if isinstance(action, DisplayVirtualAccount) and _is_account(attempt) else "",
        "refunds": scenes.refunds_by_state(whole.refunds),
        "refund_links": {refund.id: visit.refund_links.get(refund.id, "") for refund in whole.refunds},
    }


def _is_account(attempt: Attempt | None) -> bool:
    return attempt is not None and attempt.method is Method.VIRTUAL_ACCOUNT
