"""Server-sent events over real HTTP: what a client hears, who may, how it resumes, when it ends."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from gerbang.base import ids
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from tests.web.conftest import Edge


@dataclass
class Event:
    """One event as a browser would hand it on."""

    id: str
    type: str
    data: Any


class Stream:
    """The open answer, read event by event."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def next(self) -> Event:
        """The next event; comments are skipped. Raises StopAsyncIteration at the end."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(10):
            while True:
                line = await anext(self._lines)
                name, _, value = line.partition(": ")
                if not line and "data" in fields:
                    return Event(fields["id"], fields["event"], json.loads(fields["data"]))
                if name in ("id", "event", "data"):
                    fields[name] = value

    async def ended(self) -> bool:
        """Whether the server closes it within ten seconds."""
        try:
            async with asyncio.timeout(10):
                async for _ in self._lines:
                    pass
        except TimeoutError:
            return False
        return True


@contextlib.asynccontextmanager
async def stream(edge: Edge, path: str, who: str = "", after: str = "", **params: str) -> AsyncIterator[Stream]:
    headers = edge.headers(who) | ({"last-event-id": after} if after else {})
    async with edge.client.stream("GET", path, headers=headers, params=params) as answer:
        if answer.status_code != 200:
            await answer.aread()
        yield Stream(answer)


async def say(edge: Edge, payment: str, *types: str) -> None:
    async with edge.services.db.transaction() as tx:
        now = await tx.fetchval("SELECT business_now()")
        made = [
            Announcement(type_, ObjectRef("payment", ids.read("pay", payment)), {"status": "paid"}, now, number)
            for number, type_ in enumerate(types)
        ]
        await announce(tx, made)


async def test_staff_hear_everything_as_it_happens(edge: Edge) -> None:
    async with stream(edge, "/v1/events", "support") as heard:
        assert heard.answer.headers["content-type"].startswith("text/event-stream")
        assert heard.answer.headers["cache-control"] == "no-store"
        assert (await heard.next()).type == "ready"
        made = (await edge.create()).json()
        await say(edge, made["id"], "payment.pending")
        event = await heard.next()
    assert event.type == "payment.pending"
    assert event.data["payment"] == made["id"]
    assert event.data["id"].startswith("evt_")
    assert event.data["created_at"].endswith("Z")
    assert (event.data["sequence"], event.data["data"]) == (0, {"status": "paid"})


async def test_a_payers_link_opens_its_own_payments_events_and_no_others(edge: Edge) -> None:
    mine, other = (await edge.create()).json(), (await edge.create()).json()
    token = httpx.URL(mine["checkout_url"]).params["t"]
    async with stream(edge, f"/v1/payments/{mine['id']}/events", t=token) as heard:
        assert (await heard.next()).type == "ready"
        await say(edge, other["id"], "payment.paid")
        await say(edge, mine["id"], "payment.pending", "payment.paid")
        assert [(await heard.next()).type, (await heard.next()).type] == ["payment.pending", "payment.paid"]
    async with stream(edge, f"/v1/payments/{other['id']}/events", t=token) as refused:
        assert refused.answer.status_code == 401
    async with stream(edge, "/v1/events", t=token) as refused:
        assert refused.answer.status_code == 401


async def test_customers_hear_their_own_payments_only_r39(shop: tuple[Edge, Any]) -> None:
    edge, _ = shop
    made = (await edge.create("customer")).json()
    async with stream(edge, f"/v1/payments/{made['id']}/events", "customer") as heard:
        assert (await heard.next()).type == "ready"
    async with stream(edge, f"/v1/payments/{made['id']}/events", "other") as refused:
        assert (refused.answer.status_code, refused.answer.json()["code"]) == (404, "payment_not_found")
    async with stream(edge, "/v1/events", "customer") as refused:
        assert refused.answer.status_code == 403


async def test_a_client_that_was_away_resumes_by_last_event_id(edge: Edge) -> None:
    made = (await edge.create()).json()
    path = f"/v1/payments/{made['id']}/events"
    async with stream(edge, path, "support") as heard:
        await heard.next()
        await say(edge, made["id"], "one", "two")
        first = await heard.next()
    await say(edge, made["id"], "three")
    async with stream(edge, path, "support", after=first.id) as again:
        assert [(await again.next()).type for _ in range(3)] == ["two", "three", "ready"]


@pytest.mark.parametrize("place", ["nonsense", "1-2", "99999999999999999999-" + "0" * 32])
async def test_a_place_that_we_never_gave_out_is_refused(edge: Edge, place: str) -> None:
    async with stream(edge, "/v1/events", "support", after=place) as refused:
        assert (refused.answer.status_code, refused.answer.json()["code"]) == (422, "bad_last_event_id")


async def test_a_stream_ends_soon_after_its_caller_lost_the_right_to_it_r30(edge: Edge) -> None:
    made = (await edge.create()).json()
    token = edge.tokens["customer"]
    user = edge.users["customer"]
    async with edge.services.db.transaction() as tx:
        await tx.execute("UPDATE payments SET owner_id = $2 WHERE id = $1", ids.read("pay", made["id"]), user.id)
    async with stream(edge, f"/v1/payments/{made['id']}/events", "customer") as heard:
        assert (await heard.next()).type == "ready"
        await edge.client.post("/v1/auth/logout", headers={"authorization": token}, json={})
        assert await heard.ended()


async def test_too_many_streams_of_one_caller_are_refused_and_closed_ones_make_room(edge: Edge) -> None:
    async with contextlib.AsyncExitStack() as stack:
        held = [await stack.enter_async_context(stream(edge, "/v1/events", "support")) for _ in range(10)]
        assert [(await one.next()).type for one in held] == ["ready"] * 10
        async with stream(edge, "/v1/events", "support") as refused:
            assert (refused.answer.status_code, refused.answer.json()["code"]) == (429, "too_many_listeners")
            assert refused.answer.headers["retry-after"]
        async with stream(edge, "/v1/events", "finance") as another:
            assert (await another.next()).type == "ready"
    async with asyncio.timeout(5):
        while edge.services.broadcast.listeners:
            await asyncio.sleep(0.02)
    async with stream(edge, "/v1/events", "support") as heard:
        assert (await heard.next()).type == "ready"
