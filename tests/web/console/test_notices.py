"""The bell in the head of every page, and its list."""

import re

import httpx
import pytest

from gerbang.base import ids
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.notifications import notice_store
from gerbang.core.notifications.model import OPERATOR_TYPES
from gerbang.core.payments.model import PAYMENT
from gerbang.sandbox.app import Sandbox
from gerbang.web import texts
from tests.core.notifications.example_payments import AT
from tests.web.conftest import Edge, one_desk, one_shop

__all__ = ["one_desk", "one_shop"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def heard(edge: Edge, *types: str) -> str:
    """Lines of the bell about a payment, whose id is given back."""
    payment = ids.new()
    async with edge.services.db.transaction() as tx:
        told = [Announcement(one, ObjectRef(PAYMENT, payment), {}, AT, id=ids.new()) for one in types]
        await notice_store.add(tx, told)
    return ids.show("pay", payment)


async def unread(desk: httpx.AsyncClient) -> int:
    """What the head of a page says."""
    found = re.search(r'id="unread">(?:<span class="n">(\d+))?', (await desk.get("/console/payments")).text)
    assert found is not None, "there is no bell"
    return int(found[1] or 0)


async def test_every_kind_of_news_has_words() -> None:
    assert [one for one in OPERATOR_TYPES if not texts.knows(f"bell.says.{one}")] == []


async def test_news_are_counted_in_the_head_lead_to_their_object_and_are_read_one_by_one_or_all(
    one_shop: tuple[Edge, Sandbox], one_desk: httpx.AsyncClient
) -> None:
    before = await unread(one_desk)
    payment = await heard(one_shop[0], "payment.held", "payment.disputed", "payment.retracted")
    assert await unread(one_desk) == before + 3
    page = (await one_desk.get("/console/notices?status=unread&type=payment.held")).text
    assert (page.count("Pembayaran ditahan"), f'href="/console/payments/{payment}"' in page) >= (1, True)
    assert "Pembayaran disengketakan</span></td>" not in page, "it is of another kind"
    button = re.search(r'action="(/console/notices/evt_\w+/read)"', page)
    assert button is not None
    assert (await one_desk.post(button[1])).status_code == 303
    assert await unread(one_desk) == before + 2
    upto = re.search(r'name="upto" value="(\d+)"', (await one_desk.get("/console/notices")).text)
    assert upto is not None
    assert (await one_desk.post("/console/notices/read", data={"upto": upto[1]})).status_code == 303
    assert await unread(one_desk) == 0


async def test_an_open_page_is_given_the_count_with_its_part(one_desk: httpx.AsyncClient) -> None:
    part = (await one_desk.get("/console/notices", headers={"hx-request": "true"})).text
    assert 'id="unread"' in part


async def test_nobody_reads_what_there_is_not(one_desk: httpx.AsyncClient) -> None:
    nothing = ids.show("evt", ids.new())
    assert (await one_desk.post(f"/console/notices/{nothing}/read")).status_code == 404
    assert (await one_desk.post("/console/notices/read", data={"upto": "x"})).status_code == 303
