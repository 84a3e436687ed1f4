"""Mail that is never not sent: a real SMTP server that refuses, hangs up and falls silent, and a worker that is killed."""

import asyncio
import contextlib
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.announcements.model import Announcement
from gerbang.core.connections.breaker import BreakerRules
from gerbang.core.connections.outbound_calls import OutboundCalls
from gerbang.core.notifications.composing import Composer, FindWords, ours
from gerbang.core.notifications.fallback import Fallback
from gerbang.core.notifications.jobs import Sender
from gerbang.core.notifications.model import MOST_TRIES, Contact, Notification, Template
from gerbang.core.notifications.queueing import SEND
from gerbang.core.notifications.rendering import Letterhead
from gerbang.core.notifications.routes import FindRoute, Route
from gerbang.core.payments.model import AttemptStatus, PaymentStatus
from gerbang.core.payments.provider_calls import load_details
from gerbang.core.queue.worker import Worker
from gerbang.ports.messenger import Channel
from gerbang.ports.payment import Account, Payer
from gerbang.providers.smtp.adapter import SmtpMessenger
from tests.core.connections.unstored import Clock, outbound_calls
from tests.core.notifications.example_payments import (
    AT,
    JANE,
    People,
    about,
    announced,
    details,
    notifications,
    on,
    stored,
    taken,
)
from tests.providers.smtp.listener import Listener, Trick, listening

ROOT = Path(__file__).parents[3]
JANES = ids.new()


async def link(template: Template, notification: Notification) -> str:
    return (
        ""
        if template is Template.SECURITY_TOKEN_REUSE
        else f"https://toko.example/pay/{notification.data['payment']}?t=secret"
    )


def route_to(port: int) -> FindRoute:
    settings = {"host": "127.0.0.1", "port": str(port), "tls": "none", "from": "Toko Lumbung <bayar@toko.example>"}
    found = Route(SmtpMessenger(step_timeout_s=2), Account("smtp", livemode=True, settings=settings, secrets={}))

    async def route(_channel: Channel, _last: str | None) -> Route | None:
        return found if port else None

    return route


async def code(_about: Notification) -> str:
    return "052419"


@contextlib.asynccontextmanager
async def sending(
    db: Database, port: int, outbound: OutboundCalls | None = None, words: FindWords = ours
) -> AsyncIterator[None]:
    """A worker that sends to this port; what waits for its time is brought forward, so that no test waits."""
    people = People({JANES: Contact("Jane Doe", "jane@example.com", "en")}).read
    sender = Sender(
        db,
        outbound=outbound or outbound_calls(),
        composer=Composer(
            payments=load_details,
            people=people,
            link=link,
            code=code,
            letterhead=Letterhead("Toko Lumbung"),
            words=words,
        ),
        route=route_to(port),
        fallback=Fallback(payments=load_details, people=people, connected=on(Channel.EMAIL), host="toko.example"),
        most_a_day={},
    )
    stop = asyncio.Event()
    task = asyncio.create_task(Worker(db, {SEND: sender.handle}).run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def told(db: Database, payer: Payer = JANE, type_: str = "payment.paid", **more: Any) -> UUID:
    """A payment, paid unless said otherwise, whose notification is queued; its id."""
    one = await stored(db, details(payer, **more))
    await announced(db, about(one, type_))
    await taken(db, notifications(db))
    async with db.reading() as tx:
        found: UUID = await tx.fetchval("SELECT id FROM notifications WHERE object_id = $1", one.payment.id)
    return found


async def row(db: Database, id_: UUID) -> dict[str, Any]:
    async with db.reading() as tx:
        found = await tx.fetchrow("SELECT * FROM notifications WHERE id = $1", id_)
    assert found is not None
    return dict(found)


async def until_status(db: Database, id_: UUID, status: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while (now := await row(db, id_))["status"] != status:
            await make_due(db)
            await asyncio.sleep(0.05)
    return now


async def make_due(db: Database) -> None:
    async with db.autocommit() as tx:
        await tx.execute("UPDATE jobs SET run_at = business_now() WHERE lease_until IS NULL AND parked_at IS NULL")


async def the_lease_runs_out(db: Database) -> None:
    async with db.autocommit() as tx:
        await tx.execute(
            "UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second' WHERE lease_until IS NOT NULL"
        )


async def jobs_left(db: Database) -> int:
    async with db.reading() as tx:
        return int(await tx.fetchval("SELECT count(*) FROM jobs"))


async def test_how_to_pay_that_waited_for_a_mail_server_asks_for_what_is_due_by_then(db: Database) -> None:
    id_ = await how_to_pay(db, "payment.link", captured=130_000)
    async with listening() as server, sending(db, server.port):
        await until_status(db, id_, "sent")
    (mail,) = server.received
    assert "Rp\u00a020.000" in mail["Subject"]


async def test_how_to_pay_is_not_sent_once_it_is_paid_or_its_number_takes_no_more(db: Database) -> None:
    paid = await how_to_pay(db, "payment.instructions", captured=150_000, status="paid", attempt="captured")
    used_up = await how_to_pay(db, "payment.instructions", captured=130_000)
    async with listening() as server, sending(db, server.port):
        for id_ in (paid, used_up):
            assert (await until_status(db, id_, "failed"))["error"] == "no longer needed"
    assert server.received == []


async def how_to_pay(
    db: Database, event: str, captured: int, status: str = "part_paid", attempt: str = "pending"
) -> UUID:
    """A mail that says how to pay, written before this money came, and not sent yet."""
    one = await stored(
        db, details(JANE, captured=0, status=PaymentStatus.PENDING, attempt_status=AttemptStatus.PENDING)
    )
    async with db.transaction() as tx:
        await tx.execute("UPDATE payments SET expires_at = now() + interval '1 day' WHERE id = $1", one.payment.id)
    await announced(db, about(one, event))
    await taken(db, notifications(db))
    async with db.transaction() as tx:
        now = {"payments": ("id", "amount_captured", status), "attempts": ("payment_id", "captured", attempt)}
        for table, (key, amount, status_now) in now.items():
            update = f"UPDATE {table} SET {amount} = $2, status = $3 WHERE {key} = $1"  # noqa: S608  names of ours
            await tx.execute(update, one.payment.id, captured, status_now)
        found: UUID = await tx.fetchval("SELECT id FROM notifications WHERE object_id = $1", one.payment.id)
    return found


async def test_a_queued_notification_arrives_is_marked_and_audited_and_its_job_is_gone(db: Database) -> None:
    id_ = await told(db)
    async with listening() as server, sending(db, server.port):
        done = await until_status(db, id_, "sent")
    (mail,) = server.received
    assert mail["To"] == "jane@example.com"
    assert mail["Subject"] == "Your payment of Rp\u00a0150.000 is in"
    assert mail["Message-ID"] == f"<{ids.show('ntf', id_)}@toko.example>"
    text = mail.get_body(("plain",))
    assert text is not None
    assert "Thank you, Jane. Your payment is in." in text.get_content()
    assert "?t=secret" in text.get_content()
    assert (done["tries"], done["error"]) == (1, None)
    assert done["sent_at"] is not None
    assert await jobs_left(db) == 0
    async with db.reading() as tx:
        assert await tx.fetchval("SELECT count(*) FROM audit WHERE action = 'notification.sent'") == 1


async def test_a_security_mail_greets_the_user_by_name_and_carries_no_link(db: Database) -> None:
    said = Announcement("security.token_reuse", None, {"user": ids.show("usr", JANES)}, AT)
    await announced(db, said)
    await taken(db, notifications(db, people={JANES: Contact("Jane Doe", "jane@example.com", "en")}))
    async with listening() as server, sending(db, server.port):
        async with asyncio.timeout(10):
            while not server.received:
                await asyncio.sleep(0.02)
    text = server.received[0].get_body(("plain",))
    assert text is not None
    assert "Hello, Jane." in text.get_content()
    assert "http" not in text.get_content()


async def test_a_4xx_is_tried_again_until_it_goes_through(db: Database) -> None:
    id_ = await told(db)
    async with listening() as server:
        server.recipient_answers.append("450 4.2.0 greylisted")
        server.answers.append("451 4.3.0 try later")
        async with sending(db, server.port):
            done = await until_status(db, id_, "sent")
    assert done["tries"] == 3
    assert len(server.received) == 2
    assert len({mail["Message-ID"] for mail in server.received}) == 1


async def test_a_server_that_is_away_is_waited_for_with_the_reason_in_sight(db: Database) -> None:
    id_ = await told(db)
    async with listening() as server:
        port = server.port
    async with sending(db, port), asyncio.timeout(10):
        while (await row(db, id_))["error"] is None:
            await asyncio.sleep(0.02)
    waiting = await row(db, id_)
    assert waiting["status"] == "queued"
    assert waiting["error"].startswith("upstream_unreachable")
    async with db.reading() as tx:
        wait_s = float(await tx.fetchval("SELECT extract(epoch FROM run_at - business_now()) FROM jobs"))
    assert 0 < wait_s < 3


async def test_a_5xx_is_for_good_and_shown(db: Database) -> None:
    id_ = await told(db)
    async with listening() as server:
        server.recipient_answers.append("550 5.1.1 jane@example.com: no such user")
        async with sending(db, server.port):
            done = await until_status(db, id_, "failed")
    assert (done["error"], done["tries"]) == ("refused: 550 5.1.1", 1)
    assert await jobs_left(db) == 0
    async with db.reading() as tx:
        assert await tx.fetchval("SELECT count(*) FROM audit WHERE action = 'notification.failed'") == 1


async def test_a_failed_one_that_an_operator_sends_again_arrives(db: Database) -> None:
    id_ = await told(db)
    async with listening() as server:
        server.answers.append("554 5.7.1 not today")
        async with sending(db, server.port):
            await until_status(db, id_, "failed")
            await notifications(db).resend(id_, "user:usr_x")
            await until_status(db, id_, "sent")
    assert len({mail["Message-ID"] for mail in server.received}) == 1


async def test_a_connection_lost_before_the_250_repeats_with_the_same_message_id_and_is_counted(db: Database) -> None:
    id_ = await told(db)
    async with listening() as server:
        server.answers.append(Trick.HANG_UP_AFTER_MESSAGE)
        async with sending(db, server.port):
            done = await until_status(db, id_, "sent")
    assert [mail["Message-ID"] for mail in server.received] == [done["message_id"]] * 2
    assert done["tries"] == 2


async def test_an_address_that_cannot_be_one_fails_at_once_and_nothing_is_smuggled(db: Database) -> None:
    id_ = await told(db, Payer("Eve", "eve@example.com\r\nBcc: all@example.com", "", "en"))
    async with listening() as server, sending(db, server.port):
        done = await until_status(db, id_, "failed")
    assert done["error"].startswith("refused:")
    assert server.received == []


async def test_without_a_mail_connection_it_waits_and_no_try_is_counted(db: Database) -> None:
    id_ = await told(db)
    async with sending(db, 0), asyncio.timeout(10):
        while (await row(db, id_))["error"] is None:
            await asyncio.sleep(0.02)
    waiting = await row(db, id_)
    assert (waiting["status"], waiting["tries"], waiting["error"]) == ("queued", 0, "no mail connection is set up")
    async with listening() as server, sending(db, server.port):
        await until_status(db, id_, "sent")


async def test_one_that_an_open_breaker_held_back_counts_no_try_and_goes_when_its_trial_is_answered(
    db: Database,
) -> None:
    clock = Clock()
    outbound, id_ = outbound_calls(BreakerRules(failures=1), clock), await told(db)
    async with listening() as server:
        port = server.port
        async with sending(db, 1, outbound), asyncio.timeout(10):
            while not outbound.open_breakers():
                await asyncio.sleep(0.02)
        async with sending(db, port, outbound), asyncio.timeout(10):
            while "was not asked" not in (await row(db, id_))["error"]:
                await make_due(db)
                await asyncio.sleep(0.02)
        assert (await row(db, id_))["tries"] == 1, "the one that opened it"
        clock.now += 5
        async with sending(db, port, outbound):
            done = await until_status(db, id_, "sent")
    assert (done["tries"], len(server.received), outbound.open_breakers()) == (2, 1, {})
    async with db.reading() as tx:
        sent = await tx.fetchval("SELECT detail FROM audit WHERE action = 'notification.sent'")
    assert (sent["operation"], sent["outcome"]) == ("send", "answered")


async def test_it_gives_up_in_the_end_and_says_so(db: Database) -> None:
    id_ = await told(db)
    async with db.autocommit() as tx:
        await tx.execute("UPDATE notifications SET tries = $1", MOST_TRIES - 1)
    async with listening() as server:
        server.answers.append("451 4.3.0 never now")
        async with sending(db, server.port):
            done = await until_status(db, id_, "failed")
    assert done["error"].startswith(f"gave up after {MOST_TRIES} tries; upstream_unreachable")


async def test_a_name_that_was_erased_meanwhile_is_not_written(db: Database) -> None:
    id_ = await told(db)
    async with db.autocommit() as tx:
        await tx.execute("UPDATE payment_payers SET name = '', phone = ''")
    async with listening() as server, sending(db, server.port):
        await until_status(db, id_, "sent")
    assert b"Jane" not in server.raw[0]


async def test_a_hundred_mails_at_once_arrive_once_each(db: Database) -> None:
    wanted = [await told(db) for _ in range(100)]
    async with listening() as server, sending(db, server.port):
        for id_ in wanted:
            await until_status(db, id_, "sent")
    assert sorted(mail["Message-ID"] for mail in server.received) == sorted(
        f"<{ids.show('ntf', id_)}@toko.example>" for id_ in wanted
    )


# ── kill -9 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def sender_process(dsn: str, port: int, mode: str) -> "Iterator[subprocess.Popen[bytes]]":
    command = [sys.executable, "-m", "tests.core.notifications.sender_process", dsn, str(port), mode]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


async def died(process: "subprocess.Popen[bytes]") -> None:
    async with asyncio.timeout(20):
        while process.poll() is None:
            await asyncio.sleep(0.02)


async def test_a_worker_killed_between_send_and_commit_sends_exactly_one_more_with_the_same_message_id(
    db: Database, database_url: str
) -> None:
    id_ = await told(db)
    async with listening() as server:
        with sender_process(database_url, server.port, "die_after_sending") as process:
            await died(process)
        assert process.returncode == -signal.SIGKILL
        assert (await row(db, id_))["status"] == "queued"
        await the_lease_runs_out(db)
        done = await _finish(db, database_url, server, id_)
    assert [mail["Message-ID"] for mail in server.received] == [done["message_id"]] * 2
    assert done["tries"] == 2


async def test_a_worker_killed_between_the_end_of_the_message_and_the_250_repeats_it_once(
    db: Database, database_url: str
) -> None:
    id_ = await told(db)
    async with listening() as server:
        with sender_process(database_url, server.port, "work") as process:
            server.on_message = lambda: process.send_signal(signal.SIGKILL)
            await died(process)
        server.on_message = None
        await the_lease_runs_out(db)
        done = await _finish(db, database_url, server, id_)
    assert [mail["Message-ID"] for mail in server.received] == [done["message_id"]] * 2
    assert done["tries"] == 2


async def _finish(db: Database, dsn: str, server: Listener, id_: UUID) -> dict[str, Any]:
    with sender_process(dsn, server.port, "work"):
        done = await until_status(db, id_, "sent")
        await asyncio.sleep(0.5)  # a third one would come now
    return done
