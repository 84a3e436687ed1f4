"""What customers keep about people. An erased customer is nobody; the row and its id stay, for payments and the trail refer to it."""

from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from gerbang.core.audit.service import SYSTEM
from gerbang.core.customers import consent_store, data_request_store, store
from gerbang.core.customers.consent_model import shown
from gerbang.core.customers.model import CUSTOMER, PREFIX, REQUEST_PREFIX, DataRequestFilters
from gerbang.core.personal_data.model import Erased, Exported, Person


async def customers_of(tx: Tx, person: Person) -> tuple[UUID, ...]:
    """Those who have one of the person's addresses, and those whom it names already."""
    found = await store.with_addresses(tx, person.email, person.phone)
    return tuple(sorted({*found, *person.customers}))


async def export_customers(tx: Tx, person: Person, _after: UUID | None, _most: int) -> Exported:
    """How they are called and reached, and what they want to be told."""
    rows = [
        {
            "customer": ids.show(PREFIX, one.id),
            "external_id": one.external_id,
            "name": one.name,
            "email": one.email,
            "phone": one.phone,
            "locale": one.locale,
            "muted": sorted(one.muted),
            "stopped_at": one.stopped_at.isoformat() if one.stopped_at else None,
            "quiet_hours": one.quiet_hours,
            "time_zone": one.time_zone,
            "created_at": one.created_at.isoformat(),
        }
        for one in await store.of_ids(tx, person.customers)
        if one.erased_at is None
    ]
    return Exported(rows, None)


async def export_consents(tx: Tx, person: Person, after: UUID | None, most: int) -> Exported:
    """What they agreed to on a phone, with its words, and what they took back."""
    found = await consent_store.of_person(tx, person.customers, person.phone, after, most)
    return Exported(shown(found), found[-1].id if len(found) == most else None)


async def erase_consents(tx: Tx, person: Person, after: UUID | None, most: int) -> Erased:
    """Forget it. That a number said STOP stays as a digest (suppressions)."""
    found = await consent_store.of_person(tx, person.customers, person.phone, after, most)
    await consent_store.erase(tx, [one.id for one in found])
    return Erased(len(found), 0, found[-1].id if len(found) == most else None)


async def export_requests(tx: Tx, person: Person, after: UUID | None, most: int) -> Exported:
    """What they asked of their data, and what they were answered."""
    if after is not None or not person.customers:
        return Exported([], None)
    rows = [
        {
            "data_request": ids.show(REQUEST_PREFIX, one.id),
            "kind": one.kind.value,
            "status": one.status.value,
            "note": one.note,
            "answer": one.answer,
            "received_at": one.received_at.isoformat(),
        }
        for customer in person.customers
        for one in await data_request_store.page(tx, DataRequestFilters(customer=customer), None, most)
    ]
    return Exported(rows, None)


async def erase_requests(tx: Tx, person: Person, _after: UUID | None, _most: int) -> Erased:
    """The words go; that something was asked, and how it ended, stays: what else was open ends with the erasure, and was not done."""
    return Erased(await data_request_store.erase(tx, person.customers, person.asked_by or SYSTEM), 0, None)


async def erase_customers(tx: Tx, person: Person, _after: UUID | None, _most: int) -> Erased:
    """Whoever listens is told that they are gone."""
    rows = await store.erase(tx, person.customers)
    told = [
        Announcement(
            "customer.erased",
            ObjectRef(CUSTOMER, row["id"]),
            {"customer": ids.show(PREFIX, row["id"])},
            row["updated_at"],
            row["sequence"],
        )
        for row in rows
    ]
    await announce(tx, told)
    return Erased(len(rows), 0, None, tuple(ids.show(PREFIX, row["id"]) for row in rows))
