"""The one writer of buyers' claims: what a push made us read, what the walk found and what was read after an answer end here, under the claims' row locks."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.statement_batch import StatementBatch
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM
from gerbang.core.connections.model import Connection
from gerbang.core.effects import Effects
from gerbang.core.orders import claim_store, store
from gerbang.core.orders.claim_model import CLAIM, CLAIM_PREFIX, BuyerClaim, folded, is_news, line_of
from gerbang.core.orders.model import PREFIX, Item
from gerbang.core.queue.model import NewJob
from gerbang.ports.marketplace_orders import Claim, ClaimStatus

log = structlog.get_logger()
DUE: Final = "order.claim_due"
TOLD_BEFORE: Final = timedelta(hours=6)  # the deadline, or in the middle of a time that is shorter than twice this


async def take_claims(
    tx: Tx, shop: Connection, claims: Sequence[Claim], *, read_at: datetime, source: str
) -> Sequence[str]:
    """Write what was read of claims of one shop at `read_at`. Returns the marketplace's ids of orders that are not here yet: their claims wait for them."""
    orders = await claim_store.orders_called(tx, shop.id, [one.order for one in claims])
    told = {one.id: one for one in claims if one.order in orders}
    if told:
        await _take(tx, shop, told, orders, read_at, source)
    return [one for one in dict.fromkeys(claim.order for claim in claims) if one not in orders]


async def _take(
    tx: Tx,
    shop: Connection,
    told: Mapping[str, Claim],
    orders: Mapping[str, tuple[UUID, str]],
    read_at: datetime,
    source: str,
) -> None:
    items = await store.items_of(tx, [id_ for id_, _ in orders.values()])
    said = {
        id_: _said(shop, one, *orders[one.order], items[orders[one.order][0]], read_at) for id_, one in told.items()
    }
    await claim_store.add(tx, list(said.values()))
    effects, changed = Effects(), list[BuyerClaim]()
    for known in await claim_store.lock_called(tx, shop.id, list(said)):
        after = _after(effects, known, said[known.external_id], read_at, source, shop)
        if after != known:
            changed.append(after)
    changes = StatementBatch()
    await claim_store.save(changes, changed)
    await effects.save(tx, changes)


def _after(
    effects: Effects, known: BuyerClaim, said: BuyerClaim, now: datetime, source: str, shop: Connection
) -> BuyerClaim:
    """A claim after what was read of it, with what follows from that."""
    is_new = known.sequence == 0
    if not is_new and not is_news(known, said):
        return known
    kept = ("id", "sequence", "created_at", "updated_at", "due_told")
    after = replace(said, **{name: getattr(known, name) for name in kept})
    if not is_new and replace(after, version=known.version, read_at=known.read_at) == known:
        return after  # read again, and nothing of it is new
    after = replace(after, updated_at=now)
    after = tell(effects, after, "opened" if is_new else "updated", source, livemode=shop.livemode)
    if after.held and (is_new or not known.held):
        after = tell(effects, after, "held", source, livemode=shop.livemode)
        alert = "What goes back for a claim is in doubt: it is held for a person."
        log.error("order.claim_held", claim=ids.show(CLAIM_PREFIX, known.id), why=after.held, alert=alert)
    if after.status is ClaimStatus.UNKNOWN and (is_new or known.status is not after.status):
        alert = "The marketplace says of a claim what is not known here: it waits for a person."
        log.error("order.claim_unknown", claim=ids.show(CLAIM_PREFIX, known.id), connection=shop.id, alert=alert)
    if after.decide_by is not None and after.decide_by != known.decide_by and after.decide_by > now:
        at = after.decide_by - min(TOLD_BEFORE, (after.decide_by - now) / 2)
        effects.jobs.append(NewJob(DUE, ids.show(CLAIM_PREFIX, known.id), run_at=at))
    return after


def tell(effects: Effects, claim: BuyerClaim, what: str, source: str, *, livemode: bool) -> BuyerClaim:
    """That something happened to a claim: noted beside its order, and announced. The claim with its next number."""
    after = replace(claim, sequence=claim.sequence + 1)
    shown, order = ids.show(CLAIM_PREFIX, claim.id), ids.show(PREFIX, claim.order_id)
    data = {
        "claim": shown,
        "order": order,
        "kind": claim.kind.value,
        "status": claim.status.value,
        "connection": claim.connection,
        "livemode": livemode,
        "waits": claim.waits,
        "why": claim.held,
        "until": claim.decide_by.isoformat() if claim.decide_by else "",
    }
    detail = {"claim": shown, "kind": claim.kind.value, "status": claim.status.value, "source": source}
    effects.entries.append(Entry(SYSTEM, f"order.claim_{what}", order, detail))
    about = ObjectRef(CLAIM, claim.id)
    effects.announcements.append(Announcement(f"order.claim_{what}", about, data, claim.updated_at, after.sequence))
    return after


def _said(
    shop: Connection, told: Claim, order: UUID, currency: str, items: Sequence[Item], read_at: datetime
) -> BuyerClaim:
    """A claim as the marketplace tells it."""
    known = {item.external_id: item for item in items}
    return folded(
        BuyerClaim(
            id=ids.new(),
            order_id=order,
            connection=shop.id,
            external_id=told.id,
            kind=told.kind,
            to_seller=told.to_seller,
            status=ClaimStatus.UNKNOWN,
            waits=False,
            lines=tuple(line_of(one, known.get(one.item), currency) for one in told.lines),
            decide_by=None,
            held="",
            version=told.version,
            read_at=read_at,
            due_told=None,
            sequence=0,
            created_at=read_at,
            updated_at=read_at,
        )
    )
