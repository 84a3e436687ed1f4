"""What must never be in orders, looked for slice by slice: claims against their lines, their answers and the items; what is sent once; and for whom stock is kept. Writes nothing.

What the marketplace says takes its time to come here: what is compared with it is looked at an hour after it changed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.base.errors import NotFound
from gerbang.base.verification import SLICE, Broken, business_now, picture
from gerbang.core.catalogue import reservation_store
from gerbang.core.orders import claim_decision_store, claim_store, operation_store, store
from gerbang.core.orders.claim_calls import DECIDING
from gerbang.core.orders.claim_decision_model import DECISION_PREFIX, ClaimDecision, ended
from gerbang.core.orders.claim_model import CLAIM_PREFIX, BuyerClaim, folded
from gerbang.core.orders.model import PREFIX, Item, Order
from gerbang.core.orders.operation_calls import OPERATE
from gerbang.core.orders.operation_model import OPEN, OPERATION_PREFIX, status_of
from gerbang.core.orders.stock import LEFT
from gerbang.core.queue import service as queue
from gerbang.ports.marketplace_orders import ClaimKind, ClaimStatus, ItemStatus

_HEARD_BY: Final = timedelta(hours=1)
_FOLLOWED_BY: Final = timedelta(minutes=10)
# An item stands so until somebody has packed it and a carrier has it.
_UNTOUCHED: Final = frozenset(
    {ItemStatus.UNPAID, ItemStatus.PENDING, ItemStatus.PACKED, ItemStatus.REPACKED, ItemStatus.READY_TO_SHIP}
)


class Open(Protocol):
    """A store of what is sent once."""

    async def __call__(self, tx: Tx, after: UUID, limit: int, /) -> list[tuple[UUID, bool]]: ...


async def verify(db: Database, *, since: datetime | None = None) -> list[Broken]:
    """What is wrong: an empty list is the only good answer. With `since`, only what was made from then on, and all that is open."""
    first = ids.first_of(since) if since is not None else UUID(int=0)
    found = [*await _claims(db, first), *await _operations(db, first), *await _owners(db, first)]
    found += await _open(db, operation_store.long_open, OPERATE, OPERATION_PREFIX)
    return [*found, *await _open(db, claim_decision_store.long_open, DECIDING, DECISION_PREFIX)]


async def _claims(db: Database, after: UUID) -> list[Broken]:
    found: list[Broken] = []
    while True:
        async with picture(db) as tx:
            claims = await claim_store.made_after(tx, after, SLICE)
            answers = await claim_decision_store.of_claims(tx, [one.id for one in claims])
            items = await store.items_of(tx, list({one.order_id for one in claims}))
            now = await business_now(tx)
        if not claims:
            return found
        for one in claims:
            known = {item.id: item for item in items[one.order_id]}
            found += [*of_claim(one, known, now), *of_answers(one, answers[one.id], now)]
        after = claims[-1].id


def of_claim(claim: BuyerClaim, items: Mapping[UUID, Item], now: datetime) -> list[Broken]:
    """Whether a claim is what its lines say, and whether the items that it is about have followed it. Pure."""
    shown, found = ids.show(CLAIM_PREFIX, claim.id), list[Broken]()
    is_, should_be = _summary(claim), _summary(folded(claim))
    if is_ != should_be:
        found.append(("a claim is not what its lines say", shown, is_, should_be))
    if claim.kind is ClaimKind.CANCEL and now - claim.updated_at > _HEARD_BY:
        cancelled = [line.item for line in claim.lines if line.status is ClaimStatus.DONE and line.item is not None]
        for item in [items[id_] for id_ in cancelled if id_ in items and items[id_].status in _UNTOUCHED]:
            name = "an item whose cancellation is done stands as if it were to be sent"
            found.append((name, shown, item.status.value, ItemStatus.CANCELLED.value))
    return found


def of_answers(claim: BuyerClaim, answers: Sequence[ClaimDecision], now: datetime) -> list[Broken]:
    """Whether each answer ended as its lines did, none was given twice, and the claim moved on after it. Pure."""
    found, done = list[Broken](), Counter[tuple[str, ClaimStatus]]()
    lines = {line.id: line for line in claim.lines}
    for one in answers:
        if one.status in OPEN:
            continue
        shown, given = ids.show(DECISION_PREFIX, one.id), [line.line for line in one.outcomes if line.is_done]
        done.update((line, one.asked.status) for line in given)
        if ended(one.outcomes) is not one.status:
            found.append(("an answer did not end as its lines", shown, one.status.value, ended(one.outcomes).value))
        still = [id_ for id_ in given if id_ in lines and lines[id_].status is one.asked.status]
        if now - one.updated_at > _HEARD_BY and any(not lines[id_].is_dispute for id_ in still):
            name = "an answer was given, and the claim stands as before"
            found.append((name, shown, one.asked.status.value, f"moved on by {one.answer}"))
    claim_name = ids.show(CLAIM_PREFIX, claim.id)
    return found + [
        ("a line of a claim was answered twice", f"{claim_name} {line}", f"{count} answers while {status.value}", "one")
        for (line, status), count in done.items()
        if count > 1
    ]


async def _operations(db: Database, after: UUID) -> list[Broken]:
    found: list[Broken] = []
    while True:
        async with picture(db) as tx:
            rows = await operation_store.made_after(tx, after, SLICE)
        if not rows:
            return found
        found += [
            (
                "an operation did not end as its items",
                ids.show(OPERATION_PREFIX, one.id),
                one.status.value,
                status_of(one.outcomes).value,
            )
            for one in rows
            if one.status not in OPEN and status_of(one.outcomes) is not one.status
        ]
        after = rows[-1].id


async def _open(db: Database, long_open: Open, kind: str, prefix: str) -> list[Broken]:
    """What was asked of a marketplace and is not over: somebody must be about to look, and it must come to an end."""
    found: list[Broken] = []
    after = UUID(int=0)
    while True:
        async with picture(db) as tx:
            rows = await long_open(tx, after, SLICE)
            names = [ids.show(prefix, id_) for id_, _ in rows]
            watched = await queue.known_keys(tx, kind, names)
        if not rows:
            return found
        for name, (_, is_late) in zip(names, rows, strict=True):
            if name not in watched:
                found.append(("something is sent to a marketplace and no job watches over it", name, "no job", kind))
            elif is_late:
                invariant = "something was sent to a marketplace, and its end is not known for more than an hour"
                found.append((invariant, name, "open", "over"))
        after = rows[-1][0]


async def _owners(db: Database, after: UUID) -> list[Broken]:
    """Whether each reservation is of an order that there is, and is given up once nothing of it is to be sent any more."""
    found: list[Broken] = []
    while True:
        async with picture(db) as tx:
            rows = await reservation_store.made_after(tx, after, SLICE)
            owners = {owner: id_ for _, owner, _ in rows if (id_ := _order_id(owner)) is not None}
            orders = {one.id: one for one in await store.of_ids(tx, list(owners.values()))}
            kept = [owners[owner] for _, owner, is_kept in rows if is_kept and owners.get(owner) in orders]
            items = await store.items_of(tx, kept)
            now = await business_now(tx)
        if not rows:
            return found
        found += [
            ("stock is reserved for nobody that there is", owner, "no order", "an order")
            for _, owner, _ in rows
            if owners.get(owner) not in orders
        ]
        found += [broken for id_ in kept for broken in of_reservation(orders[id_], items[id_], now)]
        after = rows[-1][0]


def of_reservation(order: Order, items: Sequence[Item], now: datetime) -> list[Broken]:
    """Whether stock is kept for an order of which nothing is to be sent. Pure."""
    is_over = all(item.status in LEFT or item.status is ItemStatus.CANCELLED for item in items)
    if not is_over or now - order.updated_at < _FOLLOWED_BY:
        return []
    name = "stock is kept for an order of which nothing is to be sent any more"
    return [(name, ids.show(PREFIX, order.id), f"kept, {order.status.value}", "given up, or gone")]


def _order_id(owner: str) -> UUID | None:
    try:
        return ids.read(PREFIX, owner)
    except NotFound:
        return None


def _summary(claim: BuyerClaim) -> str:
    until = f"{claim.decide_by:%Y-%m-%dT%H:%M:%S}" if claim.decide_by else "no deadline"
    return f"{claim.status.value}, {'waits' if claim.waits else 'does not wait'}, {until}, held: {claim.held or 'no'}"
