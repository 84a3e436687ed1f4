"""The console's pages about what people are told: how far each message came, and who is told what."""

from dataclasses import replace
from uuid import UUID

import httpx
import pytest

from gerbang.core.announcements.model import ObjectRef
from gerbang.core.notifications.audiences import Audience
from gerbang.core.notifications.model import Notification, Status, Template
from gerbang.ports.messenger import Channel
from gerbang.web import texts
from gerbang.web.console.notifications import row_of
from tests.core.notifications.example_payments import AT
from tests.web.conftest import one_desk, one_shop

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
    for said in ("Pembayaran masuk", "dan juga SMS", "kalau gagal SMS", "refund.destination_changed"):
        assert said in table.text, said
    listed = await one_desk.get("/console/notifications")
    assert listed.status_code == 200
    assert 'href="/console/notifications/audiences"' in listed.text
    wrong = await one_desk.get("/console/notifications?status=lost")
    assert (wrong.status_code, 'class="err"' in wrong.text) == (422, True)
