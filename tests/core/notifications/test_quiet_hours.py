"""Nobody's phone rings at night: what waits, until when, what is left out, and that it is said once in the morning if it is still so."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.customers import store as customers
from gerbang.core.customers.model import NewCustomer
from gerbang.core.notifications.audiences import TABLE, InQuietHours
from gerbang.core.notifications.holding import QUIET_CHANNELS, Hold, ShopHours, is_quieted
from gerbang.core.notifications.model import Contact, Template
from gerbang.ports.messenger import Channel
from tests.core.notifications.test_fallback import Gateway, told_paid, told_reminder, working
from tests.core.notifications.test_sending import make_due
from tests.providers.smtp.listener import listening

SHOP: Final = ShopHours("21:00-07:00")
SARI: Final = Contact("Sari", "sari@example.com", "id", "+628120000001")
NIGHT, MORNING = datetime(2026, 11, 30, 16, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
HELD: Final = Hold(MORNING)
PAID, REMINDER = Template.PAYMENT_PAID, Template.PAYMENT_REMINDER


def until(at: datetime) -> dict[str, Any]:
    return {"expires_at": at.isoformat()}


@pytest.mark.parametrize(
    ("template", "channel", "who", "data", "hold"),
    [
        (PAID, Channel.SMS, SARI, {}, HELD),
        (PAID, Channel.WHATSAPP, SARI, {}, HELD),
        (PAID, Channel.PUSH, SARI, {}, HELD),
        (PAID, Channel.EMAIL, SARI, {}, None),
        (Template.PAYMENT_INSTRUCTIONS, Channel.SMS, SARI, until(MORNING), None),
        (Template.PAYMENT_LINK, Channel.WHATSAPP, SARI, until(MORNING), None),
        (Template.REFUND_DESTINATION, Channel.SMS, SARI, {}, None),
        (REMINDER, Channel.SMS, SARI, until(MORNING + timedelta(minutes=6)), HELD),
        (REMINDER, Channel.SMS, SARI, until(MORNING + timedelta(minutes=5)), Hold(MORNING, is_too_late=True)),
        (REMINDER, Channel.EMAIL, SARI, until(MORNING), None),
        (PAID, Channel.SMS, replace(SARI, quiet_hours="none"), {}, None),
        (PAID, Channel.SMS, replace(SARI, quiet_hours="00:00-04:00"), {}, None),
        (PAID, Channel.SMS, replace(SARI, time_zone="Europe/London"), {}, None),
        (PAID, Channel.SMS, replace(SARI, time_zone="Asia/Jayapura"), {}, Hold(MORNING - timedelta(hours=2))),
    ],
)
def test_what_waits_waits_as_the_table_and_the_person_say(
    template: Template, channel: Channel, who: Contact, data: dict[str, Any], hold: Hold | None
) -> None:
    assert SHOP.hold(template, channel, who, NIGHT, data) == hold


def test_by_day_and_where_the_shop_has_no_quiet_hours_nothing_waits() -> None:
    assert SHOP.hold(PAID, Channel.SMS, SARI, MORNING, {}) is None
    assert ShopHours().hold(PAID, Channel.SMS, SARI, NIGHT, {}) is None


def test_what_may_be_too_late_in_the_morning_has_a_mail_that_says_it_at_night() -> None:
    ways = [way for one in TABLE if one.in_quiet_hours is InQuietHours.HELD_IN_TIME for way in one.ways]
    assert ways
    assert [set(way) - QUIET_CHANNELS for way in ways] == [{Channel.EMAIL}] * len(ways)


def test_only_what_goes_to_a_phone_or_a_screen_is_said_to_wait() -> None:
    assert {one.template for one in TABLE if not is_quieted(one)} >= {
        Template.ENDPOINT_OWNER_LINK,
        Template.REFUND_REQUESTED,
    }


def now_quiet(left: timedelta = timedelta(hours=1)) -> ShopHours:
    """Hours that began an hour ago and end in an hour."""
    now = datetime.now(UTC)
    return ShopHours(f"{now - timedelta(hours=1):%H:%M}-{now + left:%H:%M}", "UTC")


async def seen(db: Database, is_so: Callable[[dict[str, dict[str, Any]]], bool]) -> dict[str, dict[str, Any]]:
    """The messages by channel, once they are so."""
    async with asyncio.timeout(10):
        while True:
            async with db.reading() as tx:
                found = await tx.fetch("SELECT * FROM notifications WHERE message_id LIKE '%@toko.example>'")
            rows = {row["channel"]: dict(row) for row in found}
            if is_so(rows):
                return rows
            await asyncio.sleep(0.02)


def is_held(rows: dict[str, dict[str, Any]]) -> bool:
    return rows["sms"]["held_until"] is not None and rows["email"]["status"] == "sent"


async def test_a_text_waits_for_the_morning_through_workers_that_end_and_is_sent_once(db: Database) -> None:
    gateway = Gateway()
    await told_paid(db, Channel.SMS)
    async with listening() as mailbox:
        async with working(db, gateway, mailbox.port, hours=now_quiet()):
            held = (await seen(db, is_held))["sms"]
        assert (held["status"], held["tries"], gateway.texts) == ("queued", 0, [])
        async with working(db, gateway, mailbox.port, hours=now_quiet(timedelta(hours=2))):
            await make_due(db)
            await seen(db, lambda rows: rows["sms"]["held_until"] > held["held_until"])
        assert gateway.texts == [], "whoever looks again in the night holds it again"
        async with working(db, gateway, mailbox.port, hours=ShopHours()):
            await make_due(db)
            await seen(db, lambda rows: rows["sms"]["status"] == "accepted")
    assert (len(gateway.texts), len(mailbox.received)) == (1, 1)


@pytest.mark.parametrize(
    "change", ["amount_captured = 0, status = 'pending'", "amount_refunded = amount, status = 'refunded'"]
)
async def test_what_is_so_no_longer_in_the_morning_is_not_said(db: Database, change: str) -> None:
    gateway = Gateway()
    await told_paid(db, Channel.SMS)
    async with listening() as mailbox:
        async with working(db, gateway, mailbox.port, hours=now_quiet()):
            await seen(db, is_held)
        async with db.transaction() as tx:
            await tx.execute(f"UPDATE payments SET {change} WHERE id IN (SELECT object_id FROM notifications)")  # noqa: S608 - constants of this test only
        async with working(db, gateway, mailbox.port):
            await make_due(db)
            rows = await seen(db, lambda rows: rows["sms"]["status"] == "failed")
    assert (rows["sms"]["error"], gateway.texts) == ("no longer needed", [])


async def test_a_reminder_that_would_come_after_its_deadline_is_a_mail_at_night(db: Database) -> None:
    gateway = Gateway()
    await told_reminder(db)
    async with db.transaction() as tx:
        soon = (datetime.now(UTC) + timedelta(minutes=50)).isoformat()
        await tx.execute("UPDATE notifications SET data = data || jsonb_build_object('expires_at', $1::text)", soon)
        await tx.execute("UPDATE attempts SET expires_at = now() + interval '50 minutes'")
    async with listening() as mailbox, working(db, gateway, mailbox.port, hours=now_quiet()):
        rows = await seen(db, lambda rows: rows.get("email", {}).get("status") == "sent")
    assert (rows["sms"]["status"], rows["sms"]["error"]) == ("failed", "its deadline comes before quiet hours end")
    assert (gateway.texts, len(mailbox.received)) == ([], 1)


async def test_a_customers_own_hours_count_before_those_of_another_with_the_same_number(db: Database) -> None:
    hours = now_quiet().hours
    gateway = Gateway()
    await told_paid(db, Channel.SMS)
    async with db.transaction() as tx:
        mine = NewCustomer(ids.new(), None, "Sari", "", "", "id", quiet_hours="none")
        other = NewCustomer(ids.new(), None, "Ibu Sari", "", "+628120000001", "id", quiet_hours=hours, time_zone="UTC")
        await customers.add(tx, [mine, other])
    async with listening() as mailbox:
        async with working(db, gateway, mailbox.port):
            await seen(db, is_held)
        async with db.transaction() as tx:
            await tx.execute(
                "UPDATE payments SET customer_id = $1 WHERE id IN (SELECT object_id FROM notifications)", mine.id
            )
        async with working(db, gateway, mailbox.port):
            await make_due(db)
            await seen(db, lambda rows: rows["sms"]["status"] == "accepted")
    assert len(gateway.texts) == 1
