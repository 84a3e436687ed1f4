"""What a person asks of their data (see, correct, stop, erase): noted with the day by which it is due, done or refused by somebody who is named."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from gerbang.base import ids
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database, Tx
from gerbang.base.keyset import Place
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.customers import data_request_store as store
from gerbang.core.customers import store as customer_store
from gerbang.core.customers.model import (
    DATA_REQUEST,
    ERASE,
    PREFIX,
    REQUEST_PREFIX,
    WRITE,
    CustomerErased,
    CustomerNotFound,
    DataRequest,
    DataRequestClosed,
    DataRequestFilters,
    DataRequestKind,
    DataRequestNotFound,
    DataRequestStatus,
)
from gerbang.core.customers.service import Customers
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.idempotency.service import claim
from gerbang.core.identity.model import Caller


class DataRequests:
    """Requests of customers about their data. Each is due `due_after` it was received."""

    def __init__(self, db: Database, clock: BusinessClock, customers: Customers, due_after: timedelta) -> None:
        self._db = db
        self._clock = clock
        self._customers = customers
        self._due_after = due_after

    async def open(
        self,
        caller: Caller,
        customer: UUID,
        kind: DataRequestKind,
        note: str,
        key: IdempotencyKey,
        received_at: datetime | None = None,
    ) -> tuple[DataRequest, bool]:
        """Note what somebody asks, and whether the same `key` noted it before. Raises CustomerNotFound, CustomerErased, IdempotencyKeyReused."""
        now, id_ = self._clock.now(), ids.new()
        received = received_at or now
        new = DataRequest(
            id=id_,
            customer_id=customer,
            kind=kind,
            status=DataRequestStatus.OPEN,
            note=note,
            answer="",
            received_at=received,
            due_at=received + self._due_after,
            created_by=caller.label,
            created_at=now,
        )
        async with self._db.transaction() as tx:
            first = await claim(tx, key, DATA_REQUEST, id_)
            if first is None:
                known = await customer_store.lock(tx, customer)
                if known is None:
                    raise CustomerNotFound
                if known.erased_at is not None:
                    raise CustomerErased
                await store.add(tx, new)
                await record(tx, [_entry(caller, "data_request.opened", new)])
        return await self.get(first or id_), first is not None

    async def get(self, id_: UUID) -> DataRequest:
        """One. Raises DataRequestNotFound."""
        async with self._db.reading() as tx:
            found = await store.one(tx, id_)
        if found is None:
            raise DataRequestNotFound
        return found

    async def page(self, filters: DataRequestFilters, after: Place | None, limit: int) -> Sequence[DataRequest]:
        """Newest first, from a keyset place (created_at, id) on."""
        async with self._db.reading() as tx:
            return await store.page(tx, filters, after, limit)

    async def waiting(self, after: Place | None, limit: int) -> Sequence[DataRequest]:
        """Those that are open, what is due first above, from a keyset place (due_at, id) on: the work list's kind `data_request`."""
        async with self._db.reading() as tx:
            return await store.waiting(tx, after, limit)

    async def complete(self, caller: Caller, id_: UUID, answer: str) -> DataRequest:
        """Do what was asked, and say so: whoever objects is written to no more, whoever wants to be forgotten is erased. To show and to correct is done
        beside it. A run that was killed is run again. Raises DataRequestNotFound, DataRequestClosed, Forbidden.
        """
        asked = await self._opened(caller, id_)
        if asked.kind is DataRequestKind.OBJECTION:
            await self._customers.change(caller, asked.customer_id, {"stopped": True})
        elif asked.kind is DataRequestKind.ERASURE:
            await self._customers.erase(caller, asked.customer_id)
        async with self._db.transaction() as tx:
            now = await store.lock(tx, id_)
            assert now is not None, "a request does not go away"
            if now.status is not DataRequestStatus.OPEN and asked.kind is not DataRequestKind.ERASURE:
                raise DataRequestClosed
            await store.close(tx, id_, DataRequestStatus.COMPLETED, answer, caller.label, self._clock.now())
            await record(tx, [_entry(caller, "data_request.completed", asked)])
        return await self.get(id_)

    async def refuse(self, caller: Caller, id_: UUID, reason: str) -> DataRequest:
        """It is not done, for this reason. Raises DataRequestNotFound, DataRequestClosed, Forbidden."""
        asked = await self._opened(caller, id_)
        async with self._db.transaction() as tx:
            now = await store.lock(tx, id_)
            if now is None or now.status is not DataRequestStatus.OPEN:
                raise DataRequestClosed
            await store.close(tx, id_, DataRequestStatus.REFUSED, reason, caller.label, self._clock.now())
            await record(tx, [_entry(caller, "data_request.refused", asked)])
        return await self.get(id_)

    async def _opened(self, caller: Caller, id_: UUID) -> DataRequest:
        asked = await self.get(id_)
        caller.require(may_close(asked.kind))
        if asked.status is not DataRequestStatus.OPEN:
            raise DataRequestClosed(f"It was {asked.status.value} before.")
        return asked


def may_close(kind: DataRequestKind) -> str:
    """What somebody must be allowed who does or refuses what was asked."""
    return ERASE if kind is DataRequestKind.ERASURE else WRITE


async def count_waiting(tx: Tx, most: int) -> int:
    """How many are open, counted up to `most`."""
    return await store.count_waiting(tx, most)


def _entry(caller: Caller, action: str, one: DataRequest) -> Entry:
    """In the trail of the customer."""
    detail = {"request": ids.show(REQUEST_PREFIX, one.id), "kind": one.kind.value, "due_at": one.due_at.isoformat()}
    return Entry(caller.label, action, ids.show(PREFIX, one.customer_id), detail)
