"""The event log by the API: in order and without gaps, whatever is open meanwhile; with the bodies that endpoints get; and sent again."""

import asyncio
import json
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import pytest
import pytest_asyncio

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.cli.ports import free_port
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import AnnouncementConsumer, announce
from gerbang.core.endpoints.queueing import CONSUMER
from gerbang.core.endpoints.service import Endpoints
from tests.conftest import FreshDatabase
from tests.web.conftest import Edge, running_edge

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def edge(module_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Edge]:
    data = tmp_path_factory.mktemp("edge")
    async for one in running_edge(module_database, data, free_port(), allowed_private_targets=("127.0.0.1",)):
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def payment(edge: Edge) -> str:
    return str((await edge.create()).json()["id"])


async def say_in(tx: Tx, payment: str, *types: str) -> None:
    now = await tx.fetchval("SELECT business_now()")
    about = ObjectRef("payment", ids.read("pay", payment))
    await announce(tx, [Announcement(one, about, {"payment": payment}, now) for one in types])


async def say(edge: Edge, payment: str, *types: str) -> None:
    async with edge.services.db.transaction() as tx:
        await say_in(tx, payment, *types)


async def end(edge: Edge) -> str:
    return str((await edge.get("/v1/event-log", "developer")).json()["next"])


async def read(edge: Edge, after: str, who: str = "developer", **params: Any) -> Any:
    answer = await edge.get("/v1/event-log", who, after=after, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def types(page: Any) -> list[str]:
    return [one["event"]["type"] for one in page["data"]]


async def test_what_is_read_page_by_page_is_all_of_it_once_and_in_order(edge: Edge, payment: str) -> None:
    place = await end(edge)
    said = [("payment.opened", "payment.link")[number % 2] for number in range(25)]
    for one in said:
        await say(edge, payment, one)
    found: list[str] = []
    while (page := await read(edge, place, limit=7))["data"]:
        found, place = [*found, *types(page)], page["next"]
    assert found == said
    assert page["next"] == place


async def test_an_event_of_a_transaction_that_is_open_meanwhile_is_not_passed_over(edge: Edge, payment: str) -> None:
    place = await end(edge)
    async with edge.services.db.transaction() as slow:
        await slow.execute("SELECT pg_current_xact_id()")
        await say(edge, payment, "payment.opened")
        held_back = await read(edge, place)
        await say_in(slow, payment, "payment.link")
    assert types(held_back) == []
    assert types(await read(edge, held_back["next"])) == ["payment.link", "payment.opened"]


async def test_whoever_waits_is_answered_when_something_happens_and_not_before(edge: Edge, payment: str) -> None:
    place, began = await end(edge), monotonic()
    waiting = asyncio.create_task(read(edge, place, wait_s=20))
    await asyncio.sleep(0.5)
    assert not waiting.done()
    await say(edge, payment, "payment.opened")
    assert types(await waiting) == ["payment.opened"]
    assert monotonic() - began < 10


async def test_only_what_is_named_is_told_and_the_place_moves_on_all_the_same(edge: Edge, payment: str) -> None:
    place = await end(edge)
    await say(edge, payment, "payment.opened", "refund.link", "payment.link")
    page = await read(edge, place, events="refund.*,payment.paid")
    assert types(page) == ["refund.link"]
    rest = await read(edge, page["next"], events="refund.*")
    assert (types(rest), types(await read(edge, rest["next"]))) == ([], [])


async def test_the_message_is_the_very_body_that_an_endpoint_is_sent(edge: Edge, payment: str) -> None:
    endpoint = await edge.post("/v1/endpoints", "developer", {"url": "http://127.0.0.1:3000/", "events": ["payment.*"]})
    place = await end(edge)
    await say(edge, payment, "payment.opened")
    early = (await read(edge, place))["data"][0]["message"]
    consumer = AnnouncementConsumer(edge.services.db, CONSUMER, edge.services.service(Endpoints).queueing.take)
    await consumer.prepare()
    while await consumer.run_once():
        pass
    async with edge.services.db.reading() as tx:
        sent = await tx.fetchval("SELECT body FROM outgoing_messages ORDER BY event_id DESC LIMIT 1")
    await edge.client.delete(f"/v1/endpoints/{endpoint.json()['id']}", headers=edge.headers("developer"))
    assert (early.encode(), (await read(edge, place))["data"][0]["message"].encode()) == (sent, sent)
    assert json.loads(early)["data"]["id"] == payment


async def test_an_event_that_no_endpoint_is_told_has_no_message(edge: Edge) -> None:
    place = await end(edge)
    async with edge.services.db.transaction() as tx:
        now = await tx.fetchval("SELECT business_now()")
        await announce(tx, [Announcement("work.waiting", None, {"counts": {}, "livemode": False}, now)])
    assert [(one["event"]["type"], one["message"]) for one in (await read(edge, place))["data"]] == [
        ("work.waiting", None)
    ]


async def test_an_event_that_is_sent_again_comes_once_more_under_its_own_id(edge: Edge, payment: str) -> None:
    place = await end(edge)
    await say(edge, payment, "payment.opened")
    first = await read(edge, place)
    event = first["data"][0]["event"]["id"]
    answer = await edge.post(f"/v1/events/{event}/resend", "developer")
    assert answer.status_code == 202, answer.text
    (again,) = (await read(edge, first["next"]))["data"]
    assert (again["event"], again["resent"]) == (first["data"][0]["event"], True)
    assert again["message"] == first["data"][0]["message"]
    assert types(await read(edge, first["next"], events="refund.*")) == []
    assert [one["object"] for one in await edge.audited("event.resent")] == [event]


async def test_an_event_that_is_none_cannot_be_sent_again(edge: Edge) -> None:
    for event in (ids.show("evt", ids.new()), "evt_1", "pay"):
        answer = await edge.post(f"/v1/events/{event}/resend", "developer")
        assert (answer.status_code, answer.json()["code"]) == (404, "event_not_found")


async def test_a_place_of_another_database_is_told_as_missed_and_leads_to_now(edge: Edge, payment: str) -> None:
    far = f"{2**62}-{'0' * 32}"
    page = await read(edge, far)
    assert (page["data"], page["missed"]) == ([], True)
    await say(edge, payment, "payment.opened")
    assert types(await read(edge, page["next"])) == ["payment.opened"]


async def test_of_endpoints_only_those_are_told_who_may_manage_them(edge: Edge) -> None:
    place = await end(edge)
    made = await edge.post("/v1/endpoints", "developer", {"url": "http://127.0.0.1:3000/", "events": ["refund.*"]})
    await edge.client.delete(f"/v1/endpoints/{made.json()['id']}", headers=edge.headers("developer"))
    assert types(await read(edge, place)) == ["endpoint.created", "endpoint.deleted"]
    assert types(await read(edge, place, "support")) == []
    assert (await edge.get("/v1/event-log", "customer", after=place)).status_code == 403


@pytest.mark.parametrize(("name", "value"), [("after", "12"), ("events", "pay*"), ("wait_s", "31"), ("limit", "0")])
async def test_what_cannot_be_read_is_refused_by_its_name(edge: Edge, name: str, value: str) -> None:
    answer = await edge.get("/v1/event-log", "developer", **{name: value})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == f"/{name}"
