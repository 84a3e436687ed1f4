"""Customers: one for each id of the shop's, changed in order and told of, and made with a payment by whoever is first."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from gerbang.base import ids
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database
from gerbang.base.errors import Invalid
from gerbang.core.customers import unsubscribes
from gerbang.core.customers.matching import match
from gerbang.core.customers.model import (
    Customer,
    CustomerErased,
    CustomerFilters,
    CustomerNotFound,
    ExternalIdTaken,
    NewCustomer,
)
from gerbang.core.customers.service import Customers
from gerbang.core.idempotency.model import IdempotencyKey, IdempotencyKeyReused
from gerbang.core.identity.model import Role, system_caller
from gerbang.core.notifications.suppression_store import digest_of
from gerbang.core.payments import store as payments
from gerbang.core.personal_data.service import People
from gerbang.nouns import NOUNS
from tests.core.notifications.example_payments import SARI, details, stored

ADMIN = replace(system_caller("test"), permissions=NOUNS.roles().of(Role.ADMIN))


def sari(**more: str | None) -> NewCustomer:
    told = {"external_id": "C-1", "name": "Sari", "email": "Sari@example.com", "phone": "+628120000001", "locale": "id"}
    return NewCustomer(ids.new(), **{**told, **more})  # type: ignore[arg-type]  # texts, but for an external id that is none


def key(text: str = "") -> IdempotencyKey:
    return IdempotencyKey("key:test", text or ids.new().hex, b"fingerprint")


@pytest.fixture
def customers(db: Database) -> Customers:
    async def digest(named: str) -> str:
        return f"{hash(named):x}"

    return Customers(db, BusinessClock(), People(db, NOUNS.personal_data, digest))


async def told(db: Database, id_: UUID) -> list[tuple[str, int]]:
    """What was announced of a customer, with its number."""
    async with db.reading() as tx:
        rows = await tx.fetch(
            "SELECT type, sequence FROM announcements WHERE object_type = 'customer' AND object_id = $1 ORDER BY id",
            id_,
        )
    return [(row["type"], row["sequence"]) for row in rows]


async def made(customers: Customers, **more: str | None) -> Customer:
    return (await customers.create(ADMIN, sari(**more), key()))[0]


async def test_the_same_request_makes_one_customer_and_another_under_its_key_is_refused(
    db: Database, customers: Customers
) -> None:
    first, again = [await customers.create(ADMIN, sari(), key("k")) for _ in range(2)]
    assert (first[0], first[1], again[1]) == (again[0], False, True)
    assert await told(db, first[0].id) == [("customer.created", 1)]
    with pytest.raises(IdempotencyKeyReused):
        await customers.create(ADMIN, sari(), IdempotencyKey("key:test", "k", b"another request"))


async def test_what_an_address_unsubscribed_from_is_not_said_to_be_wanted_in_passing(
    db: Database, customers: Customers
) -> None:
    async with db.transaction() as tx:
        digest = digest_of("sari@example.com")
        await unsubscribes.unsubscribe(tx, "recipient", digest, "payment_reminder", datetime(2026, 11, 23, tzinfo=UTC))
    wanting = replace(sari(), wanted=frozenset({"payment_reminder:email", "payment_paid:email"}))
    with pytest.raises(Invalid) as refused:
        await customers.create(ADMIN, wanting, key())
    assert [one.pointer for one in refused.value.errors] == ["/preferences/messages/payment_reminder/email"]
    one = await made(customers)
    assert one.muted == {"payment_reminder:email"}


async def test_no_two_customers_have_one_external_id_and_the_refusal_names_who_has_it(customers: Customers) -> None:
    first, other = await made(customers), await made(customers, external_id="C-2")
    with pytest.raises(ExternalIdTaken, match=ids.show("cus", first.id)):
        await customers.create(ADMIN, sari(), key())
    with pytest.raises(ExternalIdTaken, match=ids.show("cus", first.id)):
        await customers.change(ADMIN, other.id, {"external_id": "C-1"})
    both = [await made(customers, external_id=None) for _ in range(2)]
    assert both[0].id != both[1].id


async def test_a_change_is_told_once_with_the_names_of_what_changed_and_never_the_words(
    db: Database, customers: Customers
) -> None:
    one = await made(customers)
    await customers.change(ADMIN, one.id, {"name": "Sari Wulandari", "locale": "id"})
    await customers.change(ADMIN, one.id, {"name": "Sari Wulandari"})
    assert await told(db, one.id) == [("customer.created", 1), ("customer.updated", 2)]
    happened = await customers.history(one.id, 10)
    assert [(entry.action, entry.detail) for entry in happened] == [
        ("customer.created", {}),
        ("customer.updated", {"changed": ["name"]}),
    ]
    with pytest.raises(CustomerNotFound):
        await customers.change(ADMIN, ids.new(), {"name": "Nobody"})


async def test_of_changes_at_once_none_is_lost_and_each_has_its_own_number(db: Database, customers: Customers) -> None:
    one = await made(customers)
    await asyncio.gather(*(customers.change(ADMIN, one.id, {"name": f"Sari {n}"}) for n in range(8)))
    assert [number for _, number in await told(db, one.id)] == list(range(1, 10))


async def test_payments_at_once_that_name_the_same_new_customer_make_one(db: Database) -> None:
    async def pay() -> UUID:
        async with db.transaction() as tx:
            now = await payments.business_now(tx)
            return (await match(tx, {"C-9": (sari(external_id="C-9"), "key:shop")}, now))["C-9"]

    found = set(await asyncio.gather(*(pay() for _ in range(6))))
    assert len(found) == 1
    assert await told(db, found.pop()) == [("customer.created", 1)]


async def test_a_list_finds_by_address_number_and_the_shops_id_newest_first_page_by_page(customers: Customers) -> None:
    mine = [await made(customers, external_id=f"C-{n}") for n in range(3)]
    other = await made(customers, external_id="B-1", email="budi@example.com", phone="+628120000002", name="Budi")

    async def found(**asked: str) -> list[UUID]:
        return [one.id for one in await customers.page(CustomerFilters(**asked), None, 10)]  # type: ignore[arg-type]  # texts only

    newest = [one.id for one in reversed(mine)]
    assert await found(email="sari@example.com") == await found(phone="+628120000001") == newest
    assert await found(external_id="B-1") == await found(external_id="B-1", email="budi@example.com") == [other.id]
    assert await found(external_id="B-1", email="sari@example.com") == []
    assert await found() == [other.id, *newest]
    first = await customers.page(CustomerFilters(), None, 2)
    rest = await customers.page(CustomerFilters(), (first[-1].created_at, first[-1].id), 10)
    assert [one.id for one in (*first, *rest)] == [other.id, *newest]


@pytest.mark.parametrize("said", ["c-1", "SARI@example.com", "0812 0000 001", "sari", " C-1 "])
async def test_a_customer_is_found_by_whatever_they_read_out(customers: Customers, said: str) -> None:
    one = await made(customers)
    await made(customers, external_id="C-10", email="budi@example.com", phone="+628120000002", name="Budi")
    assert [found.id for found in await customers.find(said, 5)] == [one.id]


async def test_an_erased_customer_is_nobody_their_payments_too_and_their_id_may_be_used_again(
    db: Database, customers: Customers
) -> None:
    one, jane = await made(customers), await made(customers, external_id="J", email="jane@example.com", phone="")
    paid = await stored(db, details(replace(SARI, email="other@example.com", phone="")))
    async with db.transaction() as tx:  # found by the customer alone: under another address
        await tx.execute("UPDATE payments SET customer_id = $2 WHERE id = $1", paid.payment.id, one.id)
    kept = await customers.export(ADMIN, one.id)
    assert (kept["customers"][0]["external_id"], kept["payers"][0]["email"]) == ("C-1", "other@example.com")
    done = await customers.erase(ADMIN, one.id)
    assert (done["customers"].rows, done["payers"].rows) == (1, 1)
    gone = await customers.get(one.id)
    assert (gone.external_id, gone.name, gone.email, gone.phone, gone.erased_at is not None) == (None, "", "", "", True)
    assert (await told(db, one.id))[-1] == ("customer.erased", 2)
    assert (await customers.get(jane.id)).email == "jane@example.com"
    with pytest.raises(CustomerErased):
        await customers.change(ADMIN, one.id, {"name": "Sari"})
    assert (await customers.erase(ADMIN, one.id))["customers"].rows == 0
    assert (await made(customers)).id != one.id
    happened = [entry.action for entry in await customers.history(one.id, 10)]
    assert happened == ["customer.created", "customer.exported", "person.erased_part"]


async def test_customers_under_the_same_address_are_one_person_and_whoever_works_here_is_not(
    db: Database, customers: Customers
) -> None:
    one, twice = await made(customers), await made(customers, external_id="guest-7", phone="")
    async with db.transaction() as tx:
        await tx.execute(
            "INSERT INTO users (id, email, name, role, password_hash) VALUES ($1, 'sari@example.com', 'Sari', 'support', 'x')",
            ids.new(),
        )
    done = await customers.erase(ADMIN, one.id)
    assert (done["customers"].rows, done["users"].rows) == (2, 0)
    assert (await customers.get(twice.id)).erased_at is not None
