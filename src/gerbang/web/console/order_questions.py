"""What is asked before something is done to an order: what it does, and what must be chosen for it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.orders.model import COD_STEPS, ITEM_PREFIX, OWN, PREFIX, Cod, Item, Order, OrderDetails
from gerbang.core.orders.operation_model import OperationKind, PaymentAfter, why_not_of
from gerbang.core.orders.service import CancelPreview
from gerbang.web import texts
from gerbang.web.console.confirmation import Input, Question, Words
from gerbang.web.console.objects import Crumb

RELEASE: Final = "release"
# What is asked about once and then done, by the last part of its address.
KINDS: Final[Mapping[str, OperationKind]] = {
    "repack": OperationKind.REPACK,
    "delivered": OperationKind.DELIVERED,
    "failed-delivery": OperationKind.FAILED_DELIVERY,
    "digital-delivered": OperationKind.DIGITAL_DELIVERED,
    "returned": OperationKind.RETURNED,
}
CASH: Final[Mapping[str, Cod]] = {f"cash-{one.value}": one for one in (Cod.COLLECTED, Cod.REMITTED, Cod.REFUSED)}
_DANGER: Final = frozenset({"failed-delivery", "cash-refused", RELEASE})


class Choice(NamedTuple):
    """An item that can be ticked."""

    id: str
    words: str


def acts_of(one: OrderDetails) -> Sequence[str]:
    """What can be done to an order now, of all that is asked about first."""
    fit = [name for name, kind in KINDS.items() if any(not why_not_of(kind, one.order, item) for item in one.items)]
    if one.order.connection is None and one.order.cod:
        steps = COD_STEPS[Cod(one.order.cod)]
        left = [item for item in one.items if item.status.value != "cancelled"]
        is_out = one.order.cod != Cod.OWED or all(item.status.value == "shipped" for item in left)
        fit += [name for name, cod in CASH.items() if cod in steps and is_out and left]
    return fit + ([RELEASE] if one.is_held else [])


def can_cancel(one: OrderDetails) -> Sequence[Item]:
    """What of an order can be cancelled now."""
    return [item for item in one.items if not why_not_of(OperationKind.CANCEL, one.order, item)]


def question_of(one: OrderDetails, act: str, locale: Locale) -> Question:
    """Asks about an act; without a button where it cannot be done now."""
    say, word = texts.words(locale), act.replace("-", "_")
    return Question(
        say(f"ord.{word}.ask"),
        say(f"ord.{word}.lead", missing=missing_of(one)),
        f"{place_of(one.order)}/do/{act}",
        place_of(one.order),
        _way(one, locale),
        say(f"ord.{word}") if act in acts_of(one) else "",
        danger=act in _DANGER,
        note="" if act in acts_of(one) else say("ord.not_now"),
    )


def cancel_question(one: OrderDetails, preview: CancelPreview, locale: Locale) -> Question:
    """Asks for the reason, and says first what goes, what the marketplace says of it, and what becomes of the payment."""
    say, options = texts.words(locale), preview.options
    is_own = one.order.channel == OWN
    reasons = tuple((each.id, _reason(each.text, say, empties=each.empties_stock)) for each in options.reasons)
    reason = Input("reason", say("ord.cancel.reason"), most=64, focus=True)
    if not is_own:
        reason = Input("reason", say("ord.cancel.reason"), kind="radio", options=reasons)
    return Question(
        say("ord.cancel.ask"),
        say("ord.cancel.lead", count=sum(item.quantity for item in preview.items)),
        f"{place_of(one.order)}/cancel",
        place_of(one.order),
        _way(one, locale),
        say("ord.cancel.do") if is_own or reasons else "",
        danger=True,
        note=_warning(preview, is_own, locale),
        inputs=(reason,),
        earlier=tuple(_named(item, one, locale) for item in preview.items),
    )


def choices_of(one: OrderDetails, some: Sequence[Item], locale: Locale) -> Sequence[Choice]:
    """Items to choose from."""
    return [Choice(ids.show(ITEM_PREFIX, item.id), _named(item, one, locale)) for item in some]


def place_of(order: Order) -> str:
    """The page of an order."""
    return f"/console/orders/{ids.show(PREFIX, order.id)}"


def missing_of(one: OrderDetails) -> str:
    """What is not in stock, as people read it."""
    return ", ".join(f"{count} × {sku}" for sku, count in one.missing.items())


def named_items(items: Sequence[Item]) -> str:
    """Items as the form carries them."""
    return ",".join(ids.show(ITEM_PREFIX, item.id) for item in items)


def _warning(preview: CancelPreview, is_own: bool, locale: Locale) -> Words:
    say = texts.words(locale)
    if is_own:
        words = {PaymentAfter.CANCELLED: "ord.cancel.unpaid", PaymentAfter.KEPT: "ord.cancel.paid"}
        return say(words[preview.payment]) if preview.payment in words else ""
    told = [say("ord.cancel.parcel")] if any(item.package for item in preview.items) else []
    told += [say("ord.cancel.said", said=preview.options.tip)] if preview.options.tip else []
    return Markup(" ").join(told)


def _reason(text: str, say: texts.Words, *, empties: bool) -> Words:
    return say("ord.cancel.empties", reason=text) if empties else text


def _named(item: Item, one: OrderDetails, locale: Locale) -> str:
    price = formats.money(item.paid * item.quantity, one.order.currency, locale)
    parcel = f" · {item.package}" if item.package else ""
    sku = f" · {item.sku}" if item.sku != item.name else ""
    return f"{item.quantity} × {item.name}{sku} · {price}{parcel}"


def _way(one: OrderDetails, locale: Locale) -> tuple[Crumb, ...]:
    return (
        Crumb(texts.words(locale)("nav.orders"), "/console/orders"),
        Crumb(ids.show(PREFIX, one.order.id), place_of(one.order)),
    )
