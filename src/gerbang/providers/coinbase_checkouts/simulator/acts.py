"""What people do in the simulated world, outside the merchant's API: the payer pays, a transfer fails, time runs out, money goes back."""

import re
from datetime import datetime
from typing import Final

from gerbang.ports.simulator import Act, Impossible
from gerbang.providers.coinbase_checkouts.simulator.book import Change, Checkout, Moved, Progress, Refunded, Status
from gerbang.providers.coinbase_checkouts.simulator.checkouts import new_refund
from gerbang.providers.coinbase_checkouts.simulator.refusals import Refused
from gerbang.providers.coinbase_checkouts.simulator.world import World

_HASH: Final = re.compile(r"0x[0-9a-fA-F]{64}")
_ENDED_UNPAID: Final = frozenset({Status.EXPIRED, Status.DEACTIVATED})
_GOING: Final = (Progress.PENDING, Progress.COMPLETED)


def find(world: World, act: Act) -> Checkout:
    """The checkout that the act names, by its id, the merchant's reference, payment or the address; raises Impossible not_found."""
    found = world.book.find(act.reference or act.payment or act.number)
    if found is None:
        raise Impossible("not_found", "No checkout here has this reference, address or payment.")
    return found


def decide(world: World, one: Checkout, action: str, act: Act, now: datetime) -> Change:
    """What the act does to the checkout; raises Impossible conflict where the real world would not let it happen."""
    match action:
        case "pay":
            return _pay(world, one, act, now)
        case "decline":
            return Moved(one.id, Status.FAILED, now, _open(one, Status.ACTIVE, Status.PROCESSING).transaction)
        case "expire":
            return Moved(_open(one, Status.ACTIVE).id, Status.EXPIRED, now)
        case "cancel":
            return Moved(_open(one, Status.ACTIVE).id, Status.DEACTIVATED, now)
        case "refund":
            return _refund(world, one, act, now)
        case "dispute":
            raise Impossible("invalid", "Nobody can dispute a transfer on a chain.")
        case _:
            raise Impossible("invalid", f"There is no act named {action}.")


def hash_of(world: World, one: Checkout, act: Act) -> str:
    """The transaction that the act names, else one that nobody has ever sent; raises Impossible."""
    if act.transaction and not _HASH.fullmatch(act.transaction):
        raise Impossible("invalid", "transaction is a hash: 0x and 64 hex digits.")
    return act.transaction.lower() or f"0x{world.digest('transaction', one.id)}"


def _pay(world: World, one: Checkout, act: Act, now: datetime) -> Moved:
    """What Coinbase makes of another amount is not documented: a switch says it, or the act's `reason`. Neither is money after the end."""
    if one.status in _ENDED_UNPAID and not act.late:
        raise Impossible(
            "conflict", f"This checkout is {one.status.value}. Money that comes all the same: add late=true."
        )
    if one.status is not Status.ACTIVE and one.status not in _ENDED_UNPAID:
        raise Impossible("conflict", f"This checkout is {one.status.value}, and takes one payment only.")
    what, transaction = _made_of(world, one, act), hash_of(world, one, act)
    if what == "unanswered":
        return Moved(one.id, one.status, now)
    if what == "failed":
        return Moved(one.id, Status.FAILED, now, transaction)
    return Moved(
        one.id, Status.PROCESSING if world.quirks.processing == "shown" else Status.COMPLETED, now, transaction
    )


def _made_of(world: World, one: Checkout, act: Act) -> str:
    """`completed`, `failed` or `unanswered`, by how much came; raises Impossible."""
    if act.amount in {None, one.amount}:
        return "completed"
    assert act.amount is not None
    if act.amount < 1 or one.status is not Status.ACTIVE:
        raise Impossible("conflict", "Another amount is above zero, and comes while the checkout is ACTIVE.")
    if act.reason not in {"", "completed", "failed", "unanswered"}:
        raise Impossible("invalid", "reason is completed, failed or unanswered.")
    return act.reason or (world.quirks.too_little if act.amount < one.amount else world.quirks.too_much)


def _refund(world: World, one: Checkout, act: Act, now: datetime) -> Refunded:
    """As from Coinbase's own pages, where nobody writes the merchant's words into it."""
    left = one.amount - one.refunded(*_GOING)
    try:
        back = new_refund(world, one, left if act.amount is None else act.amount, act.reason, now)
    except Refused as refused:
        raise Impossible("conflict", refused.message) from refused
    if back.amount < 1:
        raise Impossible("conflict", "Nothing is left to give back.")
    return Refunded(one.id, back, now)


def _open(one: Checkout, *statuses: Status) -> Checkout:
    if one.status not in statuses:
        raise Impossible("conflict", f"This checkout is {one.status.value}.")
    return one
