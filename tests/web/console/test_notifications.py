"""The console's pages about what people are told: how far each message came, who is told what, and the bell of those who work here."""

import re
from dataclasses import replace
from uuid import UUID

import httpx
import pytest

from gerbang.base import ids
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.notifications import notice_store
from gerbang.core.notifications.audiences import Audience
from gerbang.core.notifications.model import Notification, Status, Template
from gerbang.core.notifications.operator_events import OPERATOR_TYPES
from gerbang.core.payments.model import PAYMENT
from gerbang.ports.messenger import Channel
from gerbang.sandbox.app import Sandbox
from gerbang.web import texts
from gerbang.web.console.notifications import row_of
from tests.core.notifications.example_payments import AT
from tests.web.conftest import Edge, one_desk, one_shop

__all__ = ["one_desk", "one_shop"]
TEXT = Notification(
    id=UUID(int=1),
    announcement_id=UUID(int=2),
    channel=Channel.SMS,
    recipient="+6281200000001",
    template=Template.PAYMENT_PAID,
    locale="id",
    data={},
    object=ObjectRef("payment", UUID(int=3)),
    message_id="<m>",
    created_at=AT,
    status=Status.DELIVERED,
    connection="twilio-uji",
    parts=2,
)


def test_everything_that_is_shown_has_words() -> None:
    wanted = [
        *(f"notes.status.{one}" for one in Status),
        *(f"notes.says.{one}" for one in Template),
        *(f"channel.{one}" for one in Channel),
        *(f"told.who.{one}" for one in Audience),
    ]
    assert [one for one in wanted if not texts.knows(one)] == []


def test_a_line_says_how_far_it_came_by_whom_in_how_many_parts_and_masks_the_number() -> None:
    cells = row_of(TEXT, "en").cells
    assert [cells[name].text for name in ("status", "what", "to", "parts")] == [
        "Delivered",
        "The payment is in",
        "•••001",
        "2",
    ]
    assert cells["channel"].below == ("twilio-uji",)
    assert "notes" not in str(cells)


def test_a_line_says_that_copies_may_have_come_and_why_one_failed() -> None:
    one = replace(TEXT, status=Status.FAILED, error="30005: nobody has this number", unknown_tries=2)
    assert row_of(one, "en").cells["status"].below == (
        "30005: nobody has this number",
        "2 tries of which nothing was heard: as many copies may have come too",
    )
    assert row_of(replace(one, status=Status.QUEUED), "en").cells["status"].below[1] == "", "it is being asked for"


@pytest.mark.asyncio(loop_scope="module")
async def test_the_pages_stand_in_the_sidebar_and_say_who_is_told_what(one_desk: httpx.AsyncClient) -> None:
    table = await one_desk.get("/console/notifications/audiences")
    assert table.status_code == 200, table.text
    for said in (
        "Pembayaran masuk",
        "dan juga SMS",
        "kalau gagal SMS",
        "refund.<wbr>destination_<wbr>changed",
        "langsung dikirim: payment.<wbr>held",
        '<td class="lg c1 wrap said" data-name="Pada jam tenang">',
        '<td class="lg d1 wrap said" data-name="Bisa dihentikan">',
    ):
        assert said in table.text, said
    listed = await one_desk.get("/console/notifications")
    assert listed.status_code == 200
    assert 'href="/console/notifications/audiences"' in listed.text
    wrong = await one_desk.get("/console/notifications?status=lost")
    assert (wrong.status_code, 'class="err"' in wrong.text) == (422, True)


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


def test_every_kind_of_news_has_words() -> None:
    assert [one for one in OPERATOR_TYPES if not texts.knows(f"bell.says.{one}")] == []


@pytest.mark.asyncio(loop_scope="module")
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


@pytest.mark.asyncio(loop_scope="module")
async def test_an_open_page_is_given_the_count_with_its_part(one_desk: httpx.AsyncClient) -> None:
    part = (await one_desk.get("/console/notices", headers={"hx-request": "true"})).text
    assert 'id="unread"' in part


@pytest.mark.asyncio(loop_scope="module")
async def test_nobody_reads_what_there_is_not(one_desk: httpx.AsyncClient) -> None:
    nothing = ids.show("evt", ids.new())
    assert (await one_desk.post(f"/console/notices/{nothing}/read")).status_code == 404
    assert (await one_desk.post("/console/notices/read", data={"upto": "x"})).status_code == 303
