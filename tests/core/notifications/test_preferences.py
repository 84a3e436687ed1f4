"""What customers do not want they are not sent: on a channel or at all, under their id or an address of theirs, also when they say so late."""

import asyncio
from dataclasses import replace
from uuid import UUID

from msgspec.structs import replace as with_

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.customers import store as customers
from gerbang.core.customers import unsubscribes
from gerbang.core.customers.model import NewCustomer
from gerbang.core.notifications.suppression_store import digest_of
from gerbang.core.payments.model import PaymentStatus, RefundStatus
from gerbang.ports.messenger import Channel
from tests.core.notifications.example_payments import (
    AT,
    SARI,
    about,
    announced,
    details,
    notifications,
    on,
    stored,
    taken,
)
from tests.core.notifications.test_sending import row, sending, told
from tests.providers.smtp.listener import listening

BOTH = on(Channel.EMAIL, Channel.SMS)


async def customer(db: Database, *, muted: tuple[str, ...] = (), stopped: bool = False, email: str = "") -> UUID:
    new = NewCustomer(ids.new(), None, "Sari", email, "", "id", frozenset(muted), stopped)
    async with db.transaction() as tx:
        await customers.add(tx, [new])
    return new.id


async def channels(db: Database, of: UUID | None, type_: str = "payment.paid") -> set[str]:
    """On which channels the payer of a new payment of this customer is told of an event."""
    refund = RefundStatus.AWAITING_TRANSFER if type_.startswith("refund.") else None
    status = PaymentStatus.EXPIRED if type_ == "payment.expired" else PaymentStatus.PAID
    one = details(SARI, refund=refund, status=status)
    one = await stored(db, with_(one, payment=with_(one.payment, customer_id=of)), Channel.SMS)
    await announced(db, about(one, type_, to="BCA •••009", was="BCA •••008", by="payer"))
    await taken(db, notifications(db, connected=BOTH))
    async with db.reading() as tx:
        rows = await tx.fetch("SELECT channel FROM notifications WHERE object_id = $1", one.payment.id)
    return {found["channel"] for found in rows}


async def test_a_muted_channel_is_passed_over_and_the_other_speaks(db: Database) -> None:
    assert await channels(db, None) == {"email", "sms"}
    assert await channels(db, await customer(db, muted=("email",))) == {"sms"}
    assert await channels(db, await customer(db, muted=("email",)), "payment.part_paid") == {"sms"}
    assert await channels(db, await customer(db, muted=("sms", "push"))) == {"email"}


async def test_whoever_stopped_is_told_nothing_but_that_somebody_changed_where_their_money_goes(db: Database) -> None:
    one = await customer(db, stopped=True)
    assert await channels(db, one) == set()
    assert await channels(db, one, "refund.destination_changed") == {"email", "sms"}


async def test_what_guards_their_money_and_reaches_nobody_stands_there_as_failed_with_why(db: Database) -> None:
    one = await stored(db, details(replace(SARI, email=""), refund=RefundStatus.AWAITING_TRANSFER))
    await announced(db, about(one, "refund.destination_changed", to="BCA •••009", was="BCA •••008", by="user:usr_1"))
    await taken(db, notifications(db, connected=BOTH))
    async with db.reading() as tx:
        (found,) = await tx.fetch("SELECT * FROM notifications WHERE object_id = $1", one.payment.id)
        jobs = await tx.fetchval("SELECT count(*) FROM jobs WHERE key = $1", ids.show("ntf", found["id"]))
    assert (found["template"], found["status"], found["recipient"]) == ("refund_destination", "failed", SARI.phone)
    assert (found["failed_at"] is not None, jobs) == (True, 0)
    assert found["error"] == "not sent: nobody agreed to messages to this phone, or no sender is connected"


async def test_a_payment_under_the_same_address_is_theirs_too_and_stays_so_after_they_were_erased(db: Database) -> None:
    one = await customer(db, stopped=True, email="Sari@Example.com")
    assert await channels(db, None) == set()
    async with db.transaction() as tx:
        await customers.erase(tx, [one])
    assert await channels(db, None) == set()


async def test_a_message_that_is_not_wanted_on_a_channel_goes_on_the_other_and_everything_else_goes_as_ever(
    db: Database,
) -> None:
    one = await customer(db, muted=("payment_paid:email", "refund_destination:email"))
    assert await channels(db, one) == {"sms"}
    assert await channels(db, one, "payment.part_paid") == {"email"}
    assert await channels(db, one, "refund.destination_changed") == {"email", "sms"}, "it guards their money"


async def test_an_address_that_unsubscribed_is_not_mailed_that_message_by_any_payment_until_it_says_again(
    db: Database,
) -> None:
    digest = digest_of("Sari@example.com")
    assert await channels(db, None, "payment.expired") == {"email"}
    for _ in range(2):
        async with db.transaction() as tx:
            await unsubscribes.unsubscribe(tx, "recipient", digest, "payment_expired", AT)
    assert await channels(db, None, "payment.expired") == set()
    assert await channels(db, None) == {"email", "sms"}, "of their money they hear"
    async with db.transaction() as tx:
        await unsubscribes.subscribe(tx, "recipient", digest, "payment_expired", AT)
    assert await channels(db, None, "payment.expired") == {"email"}


async def test_whoever_unsubscribed_shows_it_as_a_preference_of_the_customers_with_that_address_earlier_and_later(
    db: Database,
) -> None:
    before = await customer(db, email="Sari@Example.com")
    other = await customer(db, email="budi@example.com")
    for _ in range(2):
        async with db.transaction() as tx:
            await unsubscribes.unsubscribe(tx, "recipient", digest_of("sari@example.com"), "payment_expired", AT)
    later = await customer(db, email="sari@example.com")
    async with db.reading() as tx:
        muted = {one.id: one.muted for one in await customers.of_ids(tx, [before, other, later])}
        told = await tx.fetchval("SELECT count(*) FROM announcements WHERE type = 'customer.updated'")
    assert muted == {before: {"payment_expired:email"}, other: set(), later: {"payment_expired:email"}}
    assert told == 1, "done twice it is announced once"
    async with db.transaction() as tx:
        await unsubscribes.subscribe(tx, "recipient", digest_of("sari@example.com"), "payment_expired", AT)
        assert [one.muted for one in await customers.of_ids(tx, [before, later])] == [set(), set()]


async def test_a_mail_from_which_its_address_unsubscribed_while_it_waited_is_not_sent(db: Database) -> None:
    waiting = await told(db, SARI, type_="payment.expired", status=PaymentStatus.EXPIRED)
    async with db.transaction() as tx:
        await unsubscribes.unsubscribe(tx, "recipient", digest_of("sari@example.com"), "payment_expired", AT)
    async with listening() as mailbox, sending(db, mailbox.port):
        while (found := await row(db, waiting))["status"] == "queued":
            await asyncio.sleep(0.02)
    assert (found["status"], mailbox.received) == ("failed", [])


async def test_whoever_stops_while_a_mail_waits_is_not_sent_it(db: Database) -> None:
    waiting = await told(db, SARI)
    await customer(db, stopped=True, email="sari@example.com")
    async with listening() as mailbox, sending(db, mailbox.port):
        while (found := await row(db, waiting))["status"] == "queued":
            await asyncio.sleep(0.02)
    assert (found["status"], found["error"]) == ("failed", "not written to any more: the customer does not want it")
    assert mailbox.received == []
