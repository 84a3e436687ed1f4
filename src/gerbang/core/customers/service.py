"""The use cases of customers: made, found, changed, shown whole and erased."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from gerbang.base import ids, phone
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database, Tx, UniqueViolation
from gerbang.base.errors import FieldError, Invalid
from gerbang.base.keyset import Place
from gerbang.core.audit import service as audit
from gerbang.core.audit.model import Entry, Recorded
from gerbang.core.customers import consents, store, unsubscribe_store
from gerbang.core.customers.changes import save_change, with_unsubscribes
from gerbang.core.customers.consent_model import Agreement, Given
from gerbang.core.customers.matching import note_created
from gerbang.core.customers.model import (
    CUSTOMER,
    ERASE,
    PREFIX,
    Customer,
    CustomerErased,
    CustomerFilters,
    CustomerNotFound,
    ExternalIdTaken,
    NewCustomer,
    switched,
)
from gerbang.core.customers.personal_data import customers_of
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.idempotency.service import claim
from gerbang.core.identity.model import Caller
from gerbang.core.identity.personal_data import shopper_of
from gerbang.core.personal_data.model import Erased, Person
from gerbang.core.personal_data.service import People
from gerbang.ports.messenger import Channel


class Customers:
    """Customers of the shop. Who may do what is decided at the edge."""

    def __init__(self, db: Database, clock: BusinessClock, people: People) -> None:
        self._db = db
        self._clock = clock
        self._people = people

    async def create(self, caller: Caller, new: NewCustomer, key: IdempotencyKey) -> tuple[Customer, bool]:
        """A new customer, and whether the same `key` made them before. Raises ExternalIdTaken, IdempotencyKeyReused, and Invalid for a message that is said to be
        wanted by an address that unsubscribed from it.
        """
        async with self._db.transaction() as tx:
            first = await claim(tx, key, CUSTOMER, new.id)
            if first is None:
                await _refuse_unsubscribed(tx, new)
                if not await store.add(tx, [new]):
                    raise await _taken(tx, new.external_id or "")
                await note_created(tx, [(new, caller.label)], self._clock.now())
                given = [Given(new.id, None, new.phone, said, caller.label) for said in new.agreed]
                await consents.agree(tx, given, self._clock.now())
            (made,) = await load_customers(tx, [first or new.id])
        return made, first is not None

    async def get(self, id_: UUID) -> Customer:
        """One, who may have been erased. Raises CustomerNotFound."""
        async with self._db.reading() as tx:
            found = await load_customers(tx, [id_])
        if not found:
            raise CustomerNotFound
        return found[0]

    async def show(self, caller: Caller, id_: UUID) -> Customer:
        """One for somebody who sees the addresses unmasked: noted. Raises CustomerNotFound."""
        one = await self.get(id_)
        async with self._db.transaction() as tx:
            await audit.record(tx, [Entry(caller.label, "customer.shown", ids.show(PREFIX, id_))])
        return one

    async def with_external_id(self, external_id: str) -> Customer | None:
        """The one that the shop calls so."""
        async with self._db.reading() as tx:
            return next(iter(await _whole(tx, await store.of_external_ids(tx, [external_id]))), None)

    async def page(self, filters: CustomerFilters, after: Place | None, limit: int) -> Sequence[Customer]:
        """Newest first, from a keyset place (created_at, id) on, without those who were erased."""
        async with self._db.reading() as tx:
            return await _whole(tx, await store.page(tx, filters, after, limit))

    async def find(self, text: str, limit: int) -> Sequence[Customer]:
        """Those whom somebody means by an external id, an address, a number or a whole name, newest first."""
        written = text.strip()
        async with self._db.reading() as tx:
            return await _whole(tx, await store.find(tx, written, phone.known(written), limit)) if written else []

    async def change(self, caller: Caller, id_: UUID, changes: Mapping[str, Any]) -> Customer:
        """Change what `changes` names, fields of Customer; `switched` says of channels, and of messages on one, whether they are wanted, and leaves the others;
        `stopped` stops all messages, or lets them go again; `agreed` says by channel what they agreed to, None what they take back. Raises CustomerNotFound, CustomerErased, ExternalIdTaken.
        """
        try:
            return await self._change(caller, id_, changes)
        except UniqueViolation as error:
            async with self._db.reading() as tx:
                raise await _taken(tx, changes["external_id"]) from error

    async def _change(self, caller: Caller, id_: UUID, changes: Mapping[str, Any]) -> Customer:
        async with self._db.transaction() as tx:
            before = await store.lock(tx, id_)
            if before is None:
                raise CustomerNotFound
            if before.erased_at is not None:
                raise CustomerErased
            now, wanted = self._clock.now(), dict(changes)
            if "stopped" in wanted:
                wanted["stopped_at"] = (before.stopped_at or now) if wanted.pop("stopped") else None
            if (
                "switched" in wanted
            ):  # of the row that is locked: whoever unsubscribes at this moment stays unsubscribed
                wanted["muted"] = switched(before.muted, wanted.pop("switched"))
            agreed: Mapping[str, Agreement | None] = wanted.pop("agreed", {})
            saved = await save_change(tx, caller.label, before, await with_unsubscribes(tx, before, wanted), now)
            ended = [channel for channel, said in agreed.items() if said is None]
            if ended and saved.phone:
                await consents.withdraw(tx, caller.label, saved.phone, now, ended)
            given = [Given(id_, None, saved.phone, said, caller.label) for said in agreed.values() if said is not None]
            await consents.agree(tx, given, now)
            (changed,) = await load_customers(tx, [id_])
        return changed

    async def export(self, caller: Caller, id_: UUID) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Everything that any noun keeps about the person, by noun. Raises CustomerNotFound, Forbidden."""
        caller.require(ERASE)
        person = await self.person(id_)
        async with self._db.transaction() as tx:
            await audit.record(tx, [Entry(caller.label, "customer.exported", ids.show(PREFIX, id_))])
        return await self._people.export_person(caller.label, person)

    async def erase(self, caller: Caller, id_: UUID) -> Mapping[str, Erased]:
        """Erase the person from every noun; money and proof stay. By noun what was erased, and what must stay for now: whoever asks again erases the rest.
        Raises CustomerNotFound, Forbidden.
        """
        caller.require(ERASE)
        return await self._people.erase_person(caller.label, await self.person(id_))

    async def person(self, id_: UUID) -> Person:
        """Who the customer is to other nouns: whoever has their addresses, and their account, unless it is of somebody who works here. Raises CustomerNotFound."""
        one = await self.get(id_)
        email = one.email.lower()
        async with self._db.reading() as tx:
            named = Person(await shopper_of(tx, email) if email else None, email, one.phone, (id_,))
            return dataclasses.replace(named, customers=await customers_of(tx, named))

    async def history(self, id_: UUID, limit: int, before: UUID | None = None) -> Sequence[Recorded]:
        """The last of what was done to a customer, oldest first; those before an entry if it is named."""
        async with self._db.reading() as tx:
            entries = await audit.recent(tx, ids.show(PREFIX, id_), limit, before=before)
        return list(reversed(entries))


async def load_customers(tx: Tx, wanted: Sequence[UUID]) -> Sequence[Customer]:
    """These, erased ones too."""
    return await _whole(tx, await store.of_ids(tx, wanted))


async def _whole(tx: Tx, found: Sequence[Customer]) -> Sequence[Customer]:
    """With what they agreed to."""
    agreed = await consents.of_customers(tx, [one.id for one in found])
    return [replace(one, consents=agreed.get(one.id, ())) for one in found]


async def _refuse_unsubscribed(tx: Tx, new: NewCustomer) -> None:
    """What somebody unsubscribed from themselves stays so: told otherwise in passing, it would be kept back without a word."""
    if not new.email or not new.wanted:
        return
    wrong = [
        one for one in await unsubscribe_store.of_email(tx, new.email) if f"{one}:{Channel.EMAIL.value}" in new.wanted
    ]
    if wrong:
        said = "This address unsubscribed from it: leave it out, and switch it on by PATCH once they have asked you to."
        raise Invalid(said, errors=[FieldError(f"/preferences/messages/{one}/email", said) for one in wrong])


async def _taken(tx: Tx, external_id: str) -> ExternalIdTaken:
    """Who has it, so that whoever asks goes on with that one."""
    found = await store.of_external_ids(tx, [external_id])
    other = ids.show(PREFIX, found[0].id) if found else "another customer"
    return ExternalIdTaken(
        f"{other} has this external id.", hint=f"Read it by GET /v1/customers?external_id=, or change {other}."
    )
