"""What is sent of a listing, and what an answer of the marketplace means for it. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from gerbang.core.catalogue.allocation import free_in
from gerbang.core.catalogue.listings.model import Listing, Push, PushState, SeenStock, StockRules
from gerbang.core.catalogue.model import Product
from gerbang.ports.marketplace_catalogue import StockOutcome, StockVerdict

_FIRST_WAIT_S: Final = 2.0
_LONGEST_WAIT_S: Final = 900.0
_WORST_FIRST: Final = (
    StockVerdict.UNCLEAR,
    StockVerdict.BUSY,
    StockVerdict.LOCKED,
    StockVerdict.NOT_MINE,
    StockVerdict.REFUSED,
)


def offered(product: Product, rules: StockRules, seen: Sequence[SeenStock]) -> dict[str, int] | None:
    """By warehouse of the marketplace, how many units it is to sell; empty for a product of which nobody has counted anything, and None where it is not said which
    warehouses there are ours. Those that have the same names here and there are the same. The buffer is kept back once, from where there is most.
    """
    free = free_in(product)
    if not free:
        return {}
    codes = [one.warehouse for one in seen if not one.read_only]
    named = {code: ours for code, ours in rules.warehouses.items() if code in codes}
    if named:
        return _kept_back({code: free.get(ours, 0) for code, ours in named.items()}, rules.buffer)
    if len(codes) > 1:
        return _kept_back({one: free.get(one, 0) for one in codes}, rules.buffer) if free.keys() <= set(codes) else None
    return _kept_back({(codes or [""])[0]: sum(free.values())}, rules.buffer)


def answered(push: Push, outcomes: Sequence[StockOutcome], wish: Mapping[str, int], now: datetime) -> Push:
    """How a push stands after an answer to each of its wishes: the worst counts. What may be done by asking again is due again, later each time; what a campaign or the
    marketplace keeps, pends.
    """
    worst = next((one for verdict in _WORST_FIRST for one in outcomes if one.verdict is verdict), None)
    if worst is None:
        return replace(push, state=PushState.CURRENT, due_at=None, tries=0, sent=wish, sent_at=now, code="", said="")
    told = replace(push, tries=push.tries + 1, code=worst.code, said=worst.said, due_at=None)
    match worst.verdict:
        case StockVerdict.LOCKED:
            return replace(told, state=PushState.LOCKED)
        case StockVerdict.NOT_MINE:
            return replace(told, state=PushState.NOT_MINE)
        case StockVerdict.REFUSED:
            return replace(told, state=PushState.REFUSED)
        case StockVerdict.UNCLEAR:
            return replace(told, state=PushState.UNCLEAR, due_at=now + _wait(push.tries) if push.tries else now)
        case _:
            return replace(told, state=PushState.DUE, due_at=now + _wait(push.tries))


def goes_alone(push: Push) -> bool:
    """Whether it is sent by itself: batches with it failed twice and did not say for whom. The first time it goes again with the others that were not named."""
    return push.state is PushState.UNCLEAR and push.tries > 1


def pends(push: Push, wish: Mapping[str, int], seen: Sequence[SeenStock]) -> bool:
    """Whether it is not sent now: a campaign has locked it, still holds units, and would be asked for less than there is."""
    if push.state is PushState.NOT_MINE:
        return True
    locked = any(one.campaign for one in seen)
    return push.state is PushState.LOCKED and locked and any(wish.get(one.warehouse, 0) < one.sellable for one in seen)


def differs(listing: Listing, seen: Sequence[SeenStock], read_at: datetime) -> bool:
    """Whether the marketplace has other stock than what it took: of what is under way, or was sent after the reading began, nothing is known."""
    push = listing.stock
    if push is None or push.sent is None or push.state is not PushState.CURRENT:
        return False
    if push.sent_at is not None and push.sent_at >= read_at:
        return listing.differs
    found = {one.warehouse: one.sellable for one in seen}
    return any(found.get(code, 0) != count for code, count in push.sent.items())


def freed(push: Push | None, seen: Sequence[SeenStock]) -> bool:
    """Whether a lock that a push waits for has been taken away."""
    return push is not None and push.state is PushState.LOCKED and not any(one.campaign for one in seen)


def _kept_back(counts: dict[str, int], buffer: int) -> dict[str, int]:
    left = buffer
    for code in sorted(counts, key=lambda one: (-counts[one], one)):
        kept = min(left, counts[code])
        counts[code] -= kept
        left -= kept
    return counts


def _wait(tries: int) -> timedelta:
    return timedelta(seconds=min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** min(tries, 10)))
