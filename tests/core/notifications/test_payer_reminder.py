"""Reminding before the time is up: once, after asking, and nobody who paid, left or has too little time."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.base.http import Unreachable
from gerbang.core.notifications import personal_data
from gerbang.core.notifications.model import remind_at
from gerbang.core.notifications.payer_reminder import Reminder
from gerbang.core.notifications.queueing import REMIND
from gerbang.core.notifications.service import Notifications
from gerbang.core.payments.model import AttemptStatus, PaymentDetail, PaymentStatus
from gerbang.core.payments.provider_calls import load_details
from gerbang.core.personal_data.model import Person
from gerbang.core.queue import store as queue
from gerbang.core.queue.model import Job, LeaseLost, Retry
from gerbang.ports.messenger import Channel
from gerbang.ports.next_action import NextAction, Redirect
from gerbang.ports.payment import Payer
from tests.core.notifications.example_payments import (
    SARI,
    VA,
    People,
    about,
    announced,
    as_row,
    details,
    on,
    stored,
    taken,
)
from tests.providers.smtp.listener import listening

from .test_sending import row, sending, until_status

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("life", "before", "lead"),
    [
        (DAY, HOUR, HOUR),
        (2 * HOUR, HOUR, HOUR / 2),
        (timedelta(minutes=40), HOUR, timedelta(minutes=10)),
        (timedelta(minutes=39), HOUR, None),
        (timedelta(minutes=15), HOUR, None),
        (DAY, timedelta(), None),
        (DAY, timedelta(minutes=9), None),
    ],
)
def test_a_reminder_comes_before_the_end_and_never_too_near_it(
    life: timedelta, before: timedelta, lead: timedelta | None
) -> None:
    made = datetime(2026, 11, 23, tzinfo=UTC)
    assert remind_at(made, made + life, before) == (None if lead is None else made + life - lead)


def waiting(
    payer: Payer = SARI, left: timedelta = HOUR, life: timedelta = DAY, next_action: NextAction = VA
) -> PaymentDetail:
    """A payment that waits for its money, with so much of its time left."""
    one = details(
        payer, status=PaymentStatus.PENDING, attempt_status=AttemptStatus.PENDING, next_action=next_action, captured=0
    )
    deadline = datetime.now(UTC) + left
    (attempt,) = one.attempts
    return replace(one, attempts=(replace(attempt, created_at=deadline - life, expires_at=deadline),))


def made(db: Database, before: timedelta = HOUR) -> Notifications:
    return Notifications(
        db,
        payments=load_details,
        people=People({}).read,
        connected=on(Channel.EMAIL),
        host="toko.example",
        remind_before=before,
    )


async def instructed(db: Database, one: PaymentDetail, before: timedelta = HOUR) -> PaymentDetail:
    """The payment with its instructions announced and told."""
    await stored(db, one)
    await announced(db, about(one, "payment.instructions"))
    await taken(db, made(db, before))
    return one


async def reminders(db: Database) -> list[Mapping[str, Any]]:
    async with db.reading() as tx:
        rows = await tx.fetch("SELECT * FROM notifications WHERE template = 'payment_reminder'")
    return [dict(one) for one in rows]


async def jobs(db: Database) -> list[Mapping[str, Any]]:
    async with db.reading() as tx:
        return [dict(one) for one in await tx.fetch("SELECT key, run_at FROM jobs WHERE kind = $1", REMIND)]


async def claimed(db: Database) -> Job:
    """The job as a worker takes it, due or not."""
    async with db.autocommit() as tx:
        await tx.execute(
            "UPDATE jobs SET run_at = business_now(), lease_until = clock_timestamp() - interval '1 second' WHERE kind = $1",
            REMIND,
        )
        (taken_row,) = await queue.claim(tx, [REMIND], 1, 60)
    return Job(**taken_row)


class Provider:
    """What the provider knows when it is asked; it may not answer."""

    def __init__(self, db: Database, truth: str = "pending", *, silent: bool = False) -> None:
        self._db, self._truth, self._silent = db, truth, silent
        self.asked = 0

    async def look(self, payment: Any) -> None:
        self.asked += 1
        if self._silent:
            raise Unreachable("the line is dead")
        async with self._db.transaction() as tx:
            await tx.execute("UPDATE payments SET status = $2 WHERE id = $1", payment, self._truth)


def handler(db: Database, provider: Provider | None = None) -> Reminder:
    return Reminder(db, made(db), payments=load_details, look=(provider or Provider(db)).look)


async def test_the_job_is_written_with_the_instructions_for_its_time(db: Database) -> None:
    one = await instructed(db, waiting(left=timedelta(hours=20)))
    (job,) = await jobs(db)
    assert job["key"] == ids.show("att", one.attempts[0].id)
    assert job["run_at"] == one.attempts[0].expires_at - HOUR


async def test_who_left_for_a_page_elsewhere_is_reminded_too(db: Database) -> None:
    await instructed(db, waiting(next_action=Redirect("https://bank.example")))
    assert len(await jobs(db)) == 1


@pytest.mark.parametrize(
    ("one", "before"),
    [
        (waiting(Payer("Sari", "")), HOUR),
        (waiting(left=timedelta(minutes=15), life=timedelta(minutes=15)), HOUR),
        (waiting(), timedelta()),
    ],
    ids=["no address", "a short life", "switched off"],
)
async def test_no_job_is_written_where_nobody_would_be_reminded(
    db: Database, one: PaymentDetail, before: timedelta
) -> None:
    await instructed(db, one, before)
    assert await jobs(db) == []


async def test_the_payer_is_reminded_once_however_often_the_job_runs(db: Database) -> None:
    one = await instructed(db, waiting())
    job = await claimed(db)
    provider = Provider(db)
    await handler(db, provider).handle(job)
    (found,) = await reminders(db)
    assert (found["recipient"], found["locale"], found["data"]["number"]) == (
        "sari@example.com",
        "id",
        "8808123456789012",
    )
    assert provider.asked == 1
    assert await jobs(db) == []
    await taken(db, made(db))
    await announced(db, about(one, "payment.part_paid"))
    await taken(db, made(db))
    assert len(await reminders(db)) == 1


@pytest.mark.parametrize("end", ["payment.paid", "payment.expired"])
async def test_the_job_is_dropped_when_the_payment_ends(db: Database, end: str) -> None:
    one, other = await instructed(db, waiting()), await instructed(db, waiting())
    await announced(db, about(one, end))
    await taken(db, made(db))
    assert [job["key"] for job in await jobs(db)] == [ids.show("att", other.attempts[0].id)]


async def test_who_starts_again_after_the_end_is_reminded_of_the_new_number(db: Database) -> None:
    one = await stored(db, waiting())
    await announced(db, about(one, "payment.expired"), about(one, "payment.instructions"))
    await taken(db, made(db))
    assert [job["key"] for job in await jobs(db)] == [ids.show("att", one.attempts[0].id)]


async def test_a_worker_that_stalled_writes_nothing_after_another_did_it(db: Database) -> None:
    await instructed(db, waiting())
    stalled, fresh = await claimed(db), await claimed(db)
    await handler(db).handle(fresh)
    with pytest.raises(LeaseLost):
        await handler(db).handle(stalled)
    assert len(await reminders(db)) == 1


@pytest.mark.parametrize("truth", ["paid", "cancelled", "expired", "held", "unknown"])
async def test_the_provider_is_asked_first_and_what_it_says_counts(db: Database, truth: str) -> None:
    await instructed(db, waiting())
    job = await claimed(db)
    await handler(db, Provider(db, truth)).handle(job)
    assert await reminders(db) == []
    assert await jobs(db) == []


async def test_without_an_answer_nobody_is_told_that_money_is_missing(db: Database) -> None:
    await instructed(db, waiting())
    with pytest.raises(Retry):
        await handler(db, Provider(db, silent=True)).handle(await claimed(db))
    assert await reminders(db) == []
    assert len(await jobs(db)) == 1


@pytest.mark.parametrize("status", [s for s in AttemptStatus if s is not AttemptStatus.PENDING])
async def test_only_an_attempt_that_waits_is_reminded_of(db: Database, status: AttemptStatus) -> None:
    one = await instructed(db, waiting())
    async with db.transaction() as tx:
        await tx.execute("UPDATE attempts SET status = $2 WHERE payment_id = $1", one.payment.id, status.value)
    provider = Provider(db)
    await handler(db, provider).handle(await claimed(db))
    assert (await reminders(db), provider.asked) == ([], 0)


async def test_an_attempt_that_was_left_for_another_is_not_reminded_of(db: Database) -> None:
    one = await instructed(db, waiting())
    other = replace(one.attempts[0], id=ids.new(), number=2)
    async with db.transaction() as tx:
        await tx.execute(
            "INSERT INTO attempts SELECT (jsonb_populate_record(a, $2)).* FROM attempts a WHERE payment_id = $1",
            one.payment.id,
            {"id": str(other.id), "number": 2},
        )
    await handler(db).handle(await claimed(db))
    assert await reminders(db) == []


async def test_with_too_little_time_left_nobody_is_hurried(db: Database) -> None:
    await instructed(db, waiting(left=timedelta(minutes=4)))
    await handler(db).handle(await claimed(db))
    assert (await reminders(db), await jobs(db)) == ([], [])


async def test_an_address_that_was_erased_meanwhile_is_not_written_to(db: Database) -> None:
    one = await instructed(db, waiting())
    async with db.transaction() as tx:
        await tx.execute("UPDATE payment_payers SET email = '' WHERE payment_id = $1", one.payment.id)
        await personal_data.erase_messages(tx, Person(email="sari@example.com"), None, 10)
    await handler(db).handle(await claimed(db))
    assert await reminders(db) == []


async def test_a_reminder_that_waited_too_long_for_a_mail_server_is_not_sent(db: Database) -> None:
    one = await instructed(db, waiting())
    await handler(db).handle(await claimed(db))
    (found,) = await reminders(db)
    async with db.transaction() as tx:
        await tx.execute("UPDATE payments SET status = 'paid' WHERE id = $1", one.payment.id)
    async with listening() as server, sending(db, server.port):
        done = await until_status(db, found["id"], "failed")
        assert (await row(db, found["id"]))["error"] == "no longer needed"
    assert done["sent_at"] is None
    assert not [mail for mail in server.received if "Belum dibayar" in str(mail["Subject"])]


async def sent_text(db: Database, found: Mapping[str, Any]) -> str:
    """The words of this reminder, once it has gone out."""
    async with listening() as server, sending(db, server.port):
        await until_status(db, found["id"], "sent")
    mail = next(mail for mail in server.received if mail["Message-ID"] == found["message_id"])
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def test_a_reminder_in_time_is_sent_with_number_and_link(db: Database) -> None:
    await instructed(db, waiting())
    await handler(db).handle(await claimed(db))
    (found,) = await reminders(db)
    text = await sent_text(db, found)
    assert "8808 1234 5678 9012" in text
    assert f"https://toko.example/pay/{found['data']['payment']}?t=secret" in text


# ── a link whose payer chose no way yet ─────────────────────────────────────────────────────────────────────────────


def unchosen(payer: Payer = SARI, left: timedelta = 3 * DAY) -> PaymentDetail:
    """A bill whose payer has not chosen how to pay, with so much of its time left."""
    one = waiting(payer)
    payment = replace(one.payment, status=PaymentStatus.CREATED, expires_at=datetime.now(UTC) + left)
    return replace(one, payment=payment, attempts=())


async def said(db: Database, one: PaymentDetail, *types: str) -> None:
    """Announced now, one after the other, and told."""
    for type_ in types:
        announcement = replace(about(one, type_), made_at=datetime.now(UTC))
        await announced(db, announcement)
        await taken(db, made(db))


@pytest.mark.parametrize("how", ["payment.link", "payment.opened"])
async def test_a_link_that_was_mailed_or_opened_is_reminded_of_once_with_its_address(db: Database, how: str) -> None:
    one = await stored(db, unchosen())
    await said(db, one, how)
    (job,) = await jobs(db)
    assert job == {"key": ids.show("pay", one.payment.id), "run_at": one.payment.expires_at - HOUR}
    await handler(db).handle(await claimed(db))
    (found,) = await reminders(db)
    assert found["recipient"] == "sari@example.com"
    text = await sent_text(db, found)
    assert "Cara bayarnya Anda pilih di halaman tagihannya." in text
    assert f"https://toko.example/pay/{ids.show('pay', one.payment.id)}?t=secret" in text
    await said(db, one, "payment.link", "payment.opened")
    assert (len(await reminders(db)), await jobs(db)) == (1, [])


async def test_a_link_that_was_only_copied_is_not_spoken_of(db: Database) -> None:
    one = await stored(db, unchosen())
    await said(db, one, "payment.created")
    assert await jobs(db) == []


async def test_a_link_is_not_reminded_of_right_after_it_is_mailed_again(db: Database) -> None:
    one = await stored(db, unchosen(left=HOUR + timedelta(minutes=2)))
    early = replace(about(one, "payment.link"), made_at=one.payment.expires_at - 3 * DAY)
    await announced(db, early)
    await taken(db, made(db))
    (first,) = await jobs(db)
    await said(db, one, "payment.link")
    (again,) = await jobs(db)
    assert first["run_at"] == one.payment.expires_at - HOUR
    assert timedelta(minutes=10) < one.payment.expires_at - again["run_at"] < timedelta(minutes=16)


@pytest.mark.parametrize(
    "one",
    [unchosen(Payer("Sari", "")), unchosen(left=timedelta(minutes=30)), waiting()],
    ids=["no address", "a short life", "already chosen"],
)
async def test_a_link_is_not_reminded_of_where_that_would_be_in_vain(db: Database, one: PaymentDetail) -> None:
    await stored(db, one)
    await said(db, one, "payment.link", "payment.opened")
    assert await jobs(db) == []


@pytest.mark.parametrize("end", ["chosen", "cancelled", "paid", "over"])
async def test_a_link_is_not_reminded_of_when_something_became_of_it(db: Database, end: str) -> None:
    one = await stored(db, unchosen())
    await said(db, one, "payment.link")
    job, other = await claimed(db), waiting()
    async with db.transaction() as tx:
        match end:
            case "chosen":
                attempt = replace(other.attempts[0], payment_id=one.payment.id)
                await tx.execute(
                    "INSERT INTO attempts SELECT * FROM jsonb_populate_record(NULL::attempts, $1)", as_row(attempt)
                )
            case "over":
                await tx.execute("UPDATE payments SET expires_at = business_now() + interval '4 minutes'")
            case status:
                await tx.execute("UPDATE payments SET status = $1", status)
    await handler(db).handle(job)
    assert (await reminders(db), await jobs(db)) == ([], [])
