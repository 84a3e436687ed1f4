"""What Gerbang shows of a payment after an ending was played, and whether that is what the catalogue says must be seen.

Gerbang is asked by its API for a few seconds, as any merchant's program would ask; what has not come by then is told as not seen yet.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from gerbang.ports.simulator import Impossible
from gerbang.sandbox.shop import Shop

_PATIENCE_S: Final = 5.0
_QUIET_S: Final = 0.5  # how long nothing must move, where nothing may
_PAUSE_S: Final = 0.2
_ANSWER_S: Final = 3.0

Payment = Mapping[str, Any]


def _has_all(payment: Payment) -> bool:
    return bool(payment["status"] == "paid" and payment["amount_captured"] == payment["amount"])


def _is_back(payment: Payment) -> bool:
    return bool(payment["status"] == "pending" and int(payment["amount_captured"]) == 0)


def _was_down(payment: Payment) -> bool:
    *before, last = [attempt["status"] for attempt in payment["attempts"]] or [""]
    return last == "pending" and before == ["abandoned"] * 3


# By ending: whether the payment is as the catalogue's sentence says.
IS_SEEN: Final[Mapping[str, Callable[[Payment], bool]]] = {
    "paid": lambda it: _has_all(it) and not it["late"],
    "under": lambda it: it["status"] == "part_paid" and 0 < int(it["amount_captured"]) < int(it["amount"]),
    "over": lambda it: it["status"] == "paid" and int(it["amount_excess"]) > 0,
    "late": lambda it: it["status"] == "paid" and it["late"],
    "parts": lambda it: _has_all(it) and int(it["amount_excess"]) == 0,
    "under_untold": _is_back,
    "under_claimed": lambda it: it["status"] == "held" and int(it["amount_captured"]) < int(it["amount"]),
    "repeated": _has_all,
    "twice": lambda it: it["status"] == "paid" and it["amount_excess"] == it["amount"],
    "expired": lambda it: it["status"] == "expired",
    "declined": lambda it: it["status"] == "failed",
    "secure_refused": lambda it: it["status"] == "failed",
    "refund_refused": lambda it: it["status"] == "paid" and [one["status"] for one in it["refunds"]] == ["failed"],
    "taken_back": _is_back,
    "wrong_coin": _is_back,
    "lost": _is_back,
    "forged": _is_back,
    "false_word": _is_back,
    "held": lambda it: it["status"] == "held",
    "unknown": lambda it: it["status"] == "unknown",
    "down": _was_down,
}
# Here it is so from the start: what is seen is that nothing moves.
_NOTHING_MOVES: Final = frozenset({"under_untold", "wrong_coin", "lost", "forged", "false_word"})


class Observed(msgspec.Struct, frozen=True):
    """The payment as Gerbang shows it. `as_told`: it is what the ending says must be seen; `console` is its page there."""

    as_told: bool
    status: str
    amount: int | str
    amount_captured: int | str
    amount_refunded: int | str
    amount_excess: int | str
    currency: str
    late: bool
    failure: str
    attempts: Sequence[str]
    refunds: Sequence[str]
    console: str


async def watch(shop: Shop, ending: str, payment: str, patience_s: float = _PATIENCE_S) -> Observed:
    """Ask until it is as told, or a few seconds are over. Raises Impossible when Gerbang cannot be asked."""
    now = asyncio.get_running_loop().time
    until = now() + patience_s
    if ending in _NOTHING_MOVES:
        await asyncio.sleep(_QUIET_S)
    seen = await look(shop, ending, payment)
    while not seen.as_told and now() < until:
        await asyncio.sleep(_PAUSE_S)
        seen = await look(shop, ending, payment)
    return seen


async def look(shop: Shop, ending: str, payment: str) -> Observed:
    """The payment as it is now. Raises Impossible when Gerbang cannot be asked."""
    it = await shop.call("GET", f"/v1/payments/{payment}", timeout_s=_ANSWER_S)
    try:
        return Observed(
            as_told=IS_SEEN[ending](it),
            status=it["status"],
            amount=it["amount"],
            amount_captured=it["amount_captured"],
            amount_refunded=it["amount_refunded"],
            amount_excess=it["amount_excess"],
            currency=it["currency"],
            late=it["late"],
            failure=next((one["failure"]["code"] for one in (it, *reversed(it["attempts"])) if one["failure"]), ""),
            attempts=[one["status"] for one in it["attempts"]],
            refunds=[one["status"] for one in it["refunds"]],
            console=f"{shop.url}/console/payments/{payment}",
        )
    except (KeyError, TypeError) as error:
        raise Impossible("conflict", f"What Gerbang at {shop.url} shows is no payment: {error!r}.") from error
