"""What orders keep about whoever buys. The order stays; its buyer is nobody, and what the marketplace tells of them later is not kept."""

from typing import Any
from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.orders import buyer_store as store
from gerbang.core.orders import document_store, waves_store
from gerbang.core.orders.model import PREFIX
from gerbang.core.personal_data.model import Erased, Exported, Person


async def export_buyers(tx: Tx, person: Person, after: UUID | None, most: int) -> Exported:
    """Name, addresses and words beside each order."""
    found = await store.of_person(tx, person, after, most)
    rows: list[dict[str, Any]] = [
        {
            "order": ids.show(PREFIX, one.order_id),
            "email": one.email,
            "phone": one.phone,
            **msgspec.to_builtins(one.told),
        }
        for one in found
    ]
    return Exported(rows, found[-1].order_id if len(found) == most else None)


async def erase_buyers(tx: Tx, person: Person, after: UUID | None, most: int) -> Erased:
    """Forget who bought."""
    found = await store.of_person(tx, person, after, most)
    await store.erase(tx, [one.order_id for one in found])
    shown = tuple(ids.show(PREFIX, one.order_id) for one in found)
    return Erased(len(found), 0, found[-1].order_id if len(found) == most else None, shown)


async def export_documents(tx: Tx, person: Person, after: UUID | None, most: int) -> Exported:
    """Which labels are kept; what stands on them is told beside the order."""
    found = await store.of_person(tx, person, after, most)
    rows = [
        {"order": ids.show(PREFIX, order), "type": kind, "made_at": made_at.isoformat()}
        for order, kind, made_at in await document_store.of_orders(tx, [one.order_id for one in found])
    ]
    return Exported(rows, found[-1].order_id if len(found) == most else None)


async def erase_documents(tx: Tx, person: Person, after: UUID | None, most: int) -> Erased:
    """Forget the labels; the marketplace has them still."""
    found = await store.of_person(tx, person, after, most)
    gone = await document_store.erase(tx, [one.order_id for one in found])
    return Erased(gone, 0, found[-1].order_id if len(found) == most else None)


async def export_wave_labels(tx: Tx, person: Person, after: UUID | None, most: int) -> Exported:
    """Which labels are kept with those of others; what stands on them is told beside the order."""
    found = await store.of_person(tx, person, after, most)
    kept = await waves_store.labels_of_orders(tx, [one.order_id for one in found])
    rows = [{"order": ids.show(PREFIX, order), "made_at": made_at.isoformat()} for order, made_at in kept]
    return Exported(rows, found[-1].order_id if len(found) == most else None)


async def erase_wave_labels(tx: Tx, person: Person, after: UUID | None, most: int) -> Erased:
    """Forget every document that names them; those of the others in it are fetched anew when somebody prints."""
    found = await store.of_person(tx, person, after, most)
    gone = await waves_store.erase_labels(tx, [one.order_id for one in found])
    return Erased(gone, 0, found[-1].order_id if len(found) == most else None)
