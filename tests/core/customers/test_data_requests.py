"""What a person asks of their data: due on a day, done once by somebody who is named, and forgotten with the person."""

from datetime import timedelta

import pytest

from gerbang.base import ids
from gerbang.base.clock import BusinessClock, real_now
from gerbang.base.db import Database
from gerbang.base.errors import Forbidden
from gerbang.core.customers.data_requests import DataRequests, count_waiting
from gerbang.core.customers.model import (
    CustomerErased,
    DataRequest,
    DataRequestClosed,
    DataRequestFilters,
    DataRequestKind,
)
from gerbang.core.customers.service import Customers
from gerbang.core.identity.model import Caller, Role
from gerbang.nouns import NOUNS
from tests.core.customers.test_customers import ADMIN, customers, key, made

__all__ = ["customers"]  # a fixture
KIND = DataRequestKind
SUPPORT = Caller("user", "user:usr_support", permissions=NOUNS.roles().of(Role.SUPPORT))


@pytest.fixture
def requests(db: Database, customers: Customers) -> DataRequests:
    return DataRequests(db, BusinessClock(), customers, timedelta(days=3))


async def asked(requests: DataRequests, customers: Customers, kind: KIND, **more: str | None) -> DataRequest:
    one = await made(customers, **({"external_id": None} | more))
    return (await requests.open(SUPPORT, one.id, kind, "Sari asks", key()))[0]


async def waiting(db: Database) -> int:
    async with db.reading() as tx:
        return await count_waiting(tx, 10)


async def test_a_request_is_due_days_after_it_was_received_and_waits_with_what_is_due_first_above(
    db: Database, requests: DataRequests, customers: Customers
) -> None:
    late = await asked(requests, customers, KIND.ACCESS)
    received = real_now() - timedelta(days=5)
    early, _ = await requests.open(SUPPORT, late.customer_id, KIND.RECTIFICATION, "", key(), received)
    assert early.due_at == received + timedelta(days=3)
    assert [one.id for one in await requests.waiting(None, 10)] == [early.id, late.id]
    assert await waiting(db) == 2


async def test_the_same_request_is_noted_once(requests: DataRequests, customers: Customers) -> None:
    one, again = await made(customers), key("k")
    both = [await requests.open(SUPPORT, one.id, KIND.ACCESS, "", again) for _ in range(2)]
    assert (both[0][0], both[0][1], both[1][1]) == (both[1][0], False, True)


async def test_to_complete_an_objection_stops_all_messages_and_the_trail_says_who_did(
    db: Database, requests: DataRequests, customers: Customers
) -> None:
    one = await asked(requests, customers, KIND.OBJECTION)
    done = await requests.complete(SUPPORT, one.id, "Done")
    assert (done.status, done.answer, done.closed_by) == ("completed", "Done", SUPPORT.label)
    assert (await customers.get(one.customer_id)).stopped_at is not None
    trail = await customers.history(one.customer_id, 10)
    assert [(entry.action, entry.actor) for entry in trail][-1] == ("data_request.completed", SUPPORT.label)
    assert await waiting(db) == 0
    with pytest.raises(DataRequestClosed):
        await requests.complete(SUPPORT, one.id, "Done")
    with pytest.raises(DataRequestClosed):
        await requests.refuse(SUPPORT, one.id, "Too late")


async def test_to_complete_an_erasure_erases_the_person_and_what_they_said_by_who_may(
    db: Database, requests: DataRequests, customers: Customers
) -> None:
    one = await asked(requests, customers, KIND.ERASURE)
    other, _ = await requests.open(SUPPORT, one.customer_id, KIND.ACCESS, "Sari asks", key())
    with pytest.raises(Forbidden):
        await requests.complete(SUPPORT, one.id, "Done")
    done = await requests.complete(ADMIN, one.id, "Dear Sari")
    assert (done.status, done.closed_by, done.note, done.answer) == ("completed", ADMIN.label, "", "")
    assert (await customers.get(one.customer_id)).erased_at is not None
    ended = await requests.get(other.id)
    assert (ended.status, ended.note, ended.closed_by) == ("ended_by_erasure", "", ADMIN.label)
    assert await waiting(db) == 0
    with pytest.raises(CustomerErased):
        await requests.open(SUPPORT, one.customer_id, KIND.ACCESS, "", key())


async def test_a_refused_request_keeps_its_reason_and_does_nothing(
    requests: DataRequests, customers: Customers
) -> None:
    one = await asked(requests, customers, KIND.OBJECTION)
    done = await requests.refuse(SUPPORT, one.id, "We could not tell who asked")
    assert (done.status, done.answer) == ("refused", "We could not tell who asked")
    assert (await customers.get(one.customer_id)).stopped_at is None
    exported = await customers.export(ADMIN, one.customer_id)
    assert exported["data_requests"][0]["answer"] == done.answer


async def test_a_list_is_of_one_customer_one_kind_or_one_status(requests: DataRequests, customers: Customers) -> None:
    first = await asked(requests, customers, KIND.ACCESS)
    second = await asked(requests, customers, KIND.OBJECTION)
    await requests.refuse(SUPPORT, first.id, "No")

    async def found(**asked: object) -> list[str]:
        page = await requests.page(DataRequestFilters(**asked), None, 10)  # type: ignore[arg-type]  # as the edge gives them
        return [ids.show("dsr", one.id) for one in page]

    one, two = ids.show("dsr", first.id), ids.show("dsr", second.id)
    assert await found() == [two, one]
    assert (
        await found(status="open") == await found(kind="objection") == await found(customer=second.customer_id) == [two]
    )
    assert (
        await found(status="refused", kind="access")
        == await found(status="refused", customer=first.customer_id)
        == [one]
    )
    assert await found(status="open", customer=first.customer_id) == []
