"""A text that fails, is refused or may have left: another channel says the same, once; what may have left is looked for before it is sent again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from gerbang.base.db import Database
from gerbang.base.http import OutcomeUnknown, Unreachable
from gerbang.core.notifications import suppression_store
from gerbang.core.notifications.composing import ALL_DAY, Composer
from gerbang.core.notifications.fallback import Fallback
from gerbang.core.notifications.holding import ShopHours
from gerbang.core.notifications.jobs import Sender
from gerbang.core.notifications.queueing import SEND, UNHEARD
from gerbang.core.notifications.rendering import Letterhead
from gerbang.core.notifications.routes import Route
from gerbang.core.payments.model import AttemptStatus, PaymentStatus
from gerbang.core.payments.provider_calls import load_details
from gerbang.core.queue.worker import Worker
from gerbang.ports.messenger import (
    Abilities,
    Channel,
    LookUp,
    Message,
    Progress,
    Receipt,
    Refused,
    Sent,
    Sought,
    TextMessage,
    Why,
    text_digest,
)
from gerbang.ports.payment import Account, Payer
from tests.core.connections.unstored import outbound_calls
from tests.core.notifications.example_payments import (
    SARI,
    People,
    about,
    announced,
    details,
    notifications,
    on,
    stored,
    taken,
)
from tests.core.notifications.test_sending import code, link, make_due, route_to
from tests.providers.smtp.listener import listening

REACHED: Final = on(Channel.EMAIL, Channel.SMS)
ACCOUNT: Final = Account("sms-uji", livemode=True, settings={}, secrets={})
Rows = dict[tuple[str, str], dict[str, Any]]


@dataclass
class Gateway:
    """A sender of texts in this process. `answers` are what it says next; OutcomeUnknown is said after the text has left."""

    answers: list[Sent | Exception] = field(default_factory=list)
    can_look_up: bool = False
    tells: Progress | None = None
    says: Receipt | None = None
    texts: list[TextMessage] = field(default_factory=list)
    channel: Channel = Channel.SMS

    @property
    def abilities(self) -> Abilities:
        look_up: LookUp | None = self._look_up if self.can_look_up else None
        return Abilities(look_up=look_up, tells=self.tells, ask=self._ask if self.says else None)

    async def _ask(self, _account: Account, _provider_id: str) -> Receipt:
        assert self.says is not None, "only who says something is asked"
        return self.says

    async def send(self, _account: Account, message: Message) -> Sent:
        assert isinstance(message, TextMessage)
        answer = self.answers.pop(0) if self.answers else Sent(f"SM{len(self.texts)}", Progress.ACCEPTED, 1)
        if isinstance(answer, Sent | OutcomeUnknown):
            self.texts.append(message)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _look_up(self, _account: Account, sought: Sought) -> Sent | None:
        found = [one for one in self.texts if one.to == sought.to and text_digest(one.text) in sought.digests]
        return Sent("SM0", Progress.SENT, 1) if found else None


@contextlib.asynccontextmanager
async def working(
    db: Database, gateway: Gateway, port: int, a_day: int = 100, absent: int = 0, hours: ShopHours = ALL_DAY
) -> AsyncIterator[None]:
    """A worker with a gateway for texts, which is not set up the first times, and a mail server on this port."""
    nobody, mail, missing = People({}).read, route_to(port), iter(range(absent))

    async def route(channel: Channel, last: str | None) -> Route | None:
        if channel is not Channel.SMS:
            return await mail(channel, last)
        return Route(gateway, ACCOUNT) if next(missing, None) is None else None

    sender = Sender(
        db,
        outbound=outbound_calls(),
        composer=Composer(
            payments=load_details,
            people=nobody,
            link=link,
            code=code,
            letterhead=Letterhead("Toko Lumbung"),
            hours=hours,
        ),
        route=route,
        fallback=Fallback(payments=load_details, people=nobody, connected=REACHED, host="toko.example"),
        most_a_day={Channel.SMS: a_day},
    )
    stop = asyncio.Event()
    jobs = {SEND: sender.handle, UNHEARD: sender.unheard.handle}
    task = asyncio.create_task(Worker(db, jobs).run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def told_destination(db: Database, payer: Payer = SARI) -> None:
    """A payment whose instructions go by mail, or by text where no mail reaches."""
    one = await stored(
        db,
        details(payer, captured=0, status=PaymentStatus.PENDING, attempt_status=AttemptStatus.PENDING),
        Channel.SMS,
    )
    await announced(db, about(one, "payment.instructions"))
    await taken(db, notifications(db, connected=REACHED))


async def told_paid(db: Database, *agreed: Channel) -> None:
    await announced(db, about(await stored(db, details(SARI), *agreed), "payment.paid"))
    await taken(db, notifications(db, connected=REACHED))


async def told_reminder(db: Database) -> None:
    """A reminder as it is told: by text first, then by mail."""
    await told_destination(db, replace(SARI, email=""))
    async with db.transaction() as tx:
        await tx.execute("UPDATE notifications SET template = 'payment_reminder'")
        await tx.execute("UPDATE payment_payers SET email = 'sari@example.com'")
        await tx.execute("UPDATE payments SET expires_at = now() + interval '1 day'")
        await tx.execute("UPDATE attempts SET expires_at = now() + interval '1 day'")


async def waiting_for_news(db: Database) -> int:
    """How many messages are looked at again, whether anything was heard of them."""
    async with db.reading() as tx:
        return int(await tx.fetchval("SELECT count(*) FROM jobs WHERE kind = $1", UNHEARD))


async def rows(db: Database) -> Rows:
    async with db.reading() as tx:
        found = await tx.fetch("SELECT * FROM notifications ORDER BY id")
    return {(row["channel"], row["template"]): dict(row) for row in found}


async def until_over(db: Database, *also: tuple[str, str]) -> Rows:
    """Wait until nothing is to be sent any more, and these are there."""
    async with asyncio.timeout(20):
        while True:
            now = await rows(db)
            if all(row["status"] != "queued" for row in now.values()) and set(also) <= set(now):
                return now
            await make_due(db)
            await asyncio.sleep(0.05)


async def test_a_payer_who_agreed_gets_one_text_and_one_mail_and_one_who_did_not_gets_a_mail(db: Database) -> None:
    await told_paid(db, Channel.SMS)
    gateway = Gateway()
    async with listening() as server, working(db, gateway, server.port):
        done = await until_over(db)
    text, mail = done["sms", "payment_paid"], done["email", "payment_paid"]
    assert (text["status"], text["provider_id"], text["parts"], text["unknown_tries"]) == ("accepted", "SM0", 1, 0)
    assert (mail["status"], mail["recipient"]) == ("sent", "sari@example.com")
    assert [one.to for one in gateway.texts] == ["+628120000001"]
    assert gateway.texts[0].text.startswith("Toko Lumbung: pembayaran Rp 150.000 untuk Kopi Gayo 1 kg sudah masuk.")
    assert len(server.received) == 1


async def test_nobody_is_sent_a_text_who_did_not_agree(db: Database) -> None:
    await told_paid(db)
    assert list(await rows(db)) == [("email", "payment_paid")]


async def test_a_mail_that_is_refused_is_told_by_text_instead_once(db: Database) -> None:
    await told_destination(db)
    gateway = Gateway()
    async with listening() as server:
        server.recipient_answers.append("550 5.1.1 no such user")
        async with working(db, gateway, server.port):
            done = await until_over(db)
    assert {name: row["status"] for name, row in done.items()} == {
        ("email", "payment_instructions"): "failed",
        ("sms", "payment_instructions"): "accepted",
    }
    assert len(gateway.texts) == 1


async def test_a_refused_text_beside_a_mail_is_told_by_nobody_else(db: Database) -> None:
    await told_paid(db, Channel.SMS)
    gateway = Gateway([Refused("21614: this is no mobile number", Why.PERMANENT, gone=True)])
    async with listening() as server, working(db, gateway, server.port):
        done = await until_over(db)
    assert done["sms", "payment_paid"]["status"] == "failed"
    assert done["sms", "payment_paid"]["failed_at"] is not None
    assert len(server.received) == 1
    async with db.reading() as tx:
        why = await suppression_store.why_suppressed(tx, Channel.SMS, "+628120000001")
    assert why == "21614: this is no mobile number"


async def test_a_number_that_is_gone_is_not_asked_again(db: Database) -> None:
    async with db.transaction() as tx:
        await suppression_store.suppress(tx, Channel.SMS, "+628120000001", "the person said stop")
    await told_paid(db, Channel.SMS)
    gateway = Gateway()
    async with listening() as server, working(db, gateway, server.port):
        done = await until_over(db)
    assert gateway.texts == []
    assert done["sms", "payment_paid"]["error"] == "not written to any more: the person said stop"


async def test_a_day_has_so_many_texts_and_no_more(db: Database) -> None:
    for _ in range(3):
        await told_paid(db, Channel.SMS)
    gateway = Gateway()
    async with listening() as server, working(db, gateway, server.port, a_day=2):
        async with asyncio.timeout(20):
            while len(server.received) < 3 or len(gateway.texts) < 2:
                await asyncio.sleep(0.05)
        await until_over(db)
    assert len(gateway.texts) == 2
    async with db.reading() as tx:
        failed = await tx.fetchval("SELECT error FROM notifications WHERE channel = 'sms' AND status = 'failed'")
    assert failed == "the day's 2 messages on this channel are used up"


async def test_a_text_that_waits_or_is_tried_again_takes_one_place_of_the_day(db: Database) -> None:
    await told_paid(db, Channel.SMS)
    gateway = Gateway([Unreachable("refused"), Unreachable("refused")])
    async with listening() as server, working(db, gateway, server.port, a_day=1, absent=3):
        done = await until_over(db)
    assert done["sms", "payment_paid"]["status"] == "accepted"
    async with db.reading() as tx:
        assert await suppression_store.sent_today(tx, Channel.SMS) == 1


async def test_a_text_whose_answer_was_lost_is_looked_up_and_not_sent_again(db: Database) -> None:
    await told_paid(db, Channel.SMS)
    gateway = Gateway([OutcomeUnknown("no answer")], can_look_up=True)
    async with listening() as server, working(db, gateway, server.port):
        done = await until_over(db)
    assert len(gateway.texts) == 1
    text = done["sms", "payment_paid"]
    assert (text["status"], text["provider_id"], text["unknown_tries"]) == ("sent", "SM0", 0)


async def test_a_text_that_is_not_found_is_sent_and_nothing_is_in_doubt(db: Database) -> None:
    await told_paid(db, Channel.SMS)
    gateway = Gateway([Unreachable("refused"), OutcomeUnknown("no answer")], can_look_up=True)
    async with listening() as server, working(db, gateway, server.port):
        async with asyncio.timeout(20):
            while not gateway.texts:
                await make_due(db)
                await asyncio.sleep(0.02)
        gateway.texts.clear()  # it was taken by nobody after all
        done = await until_over(db)
    assert len(gateway.texts) == 1
    assert done["sms", "payment_paid"]["unknown_tries"] == 0


async def test_where_nobody_can_be_asked_a_text_is_repeated_once_and_both_are_counted(db: Database) -> None:
    await told_paid(db, Channel.SMS)
    gateway = Gateway([OutcomeUnknown("no answer"), OutcomeUnknown("no answer")])
    async with listening() as server, working(db, gateway, server.port):
        done = await until_over(db)
    text = done["sms", "payment_paid"]
    assert len(gateway.texts) == 2
    assert (text["status"], text["unknown_tries"]) == ("failed", 2)
    assert text["error"] == "nobody knows whether it arrived, and it was sent again once"


async def test_with_the_gateway_down_the_mail_speaks_once_a_quarter_of_an_hour_has_passed(db: Database) -> None:
    await told_reminder(db)
    gateway = Gateway([Unreachable("refused") for _ in range(1_000)])
    async with listening() as server, working(db, gateway, server.port):
        async with asyncio.timeout(20):
            while (await rows(db))["sms", "payment_reminder"]["error"] is None:
                await asyncio.sleep(0.02)
        assert list(await rows(db)) == [("sms", "payment_reminder")], "it may come back in a moment"
        async with db.autocommit() as tx:
            await tx.execute("UPDATE notifications SET created_at = created_at - interval '15 minutes'")
        done = await until_over(db)
    assert done["sms", "payment_reminder"]["error"].startswith("too late; upstream_unreachable")
    assert done["email", "payment_reminder"]["status"] == "sent"
    assert (gateway.texts, len(server.received)) == ([], 1)


async def test_a_text_that_waited_long_and_then_may_have_left_is_not_told_elsewhere_at_once(db: Database) -> None:
    await told_reminder(db)
    gateway = Gateway([OutcomeUnknown("no answer")], can_look_up=True)
    async with db.autocommit() as tx:
        await tx.execute("UPDATE notifications SET created_at = created_at - interval '20 minutes'")
    async with listening() as server, working(db, gateway, server.port):
        done = await until_over(db)
    assert list(done) == [("sms", "payment_reminder")]
    assert (done["sms", "payment_reminder"]["status"], len(gateway.texts)) == ("sent", 1), (
        "it was looked up and is there"
    )


async def test_a_text_that_is_taken_and_of_which_nothing_is_heard_is_told_by_mail_once(db: Database) -> None:
    await told_reminder(db)
    gateway = Gateway(tells=Progress.SENT)
    async with listening() as server, working(db, gateway, server.port):
        done = await until_over(db, ("email", "payment_reminder"))
    assert done["sms", "payment_reminder"]["status"] == "accepted"
    assert done["sms", "payment_reminder"]["error"] == "nobody said within 15 minutes that it arrived"
    assert len(server.received) == 1


async def test_a_text_that_was_sent_is_left_to_its_carrier(db: Database) -> None:
    await told_reminder(db)
    gateway = Gateway([Sent("SM0", Progress.SENT, 1)], tells=Progress.SENT)
    async with listening() as server, working(db, gateway, server.port):
        await until_over(db)
        async with asyncio.timeout(20):
            while await waiting_for_news(db):
                await make_due(db)
                await asyncio.sleep(0.02)
    assert list(await rows(db)) == [("sms", "payment_reminder")]


async def test_a_mailbox_that_is_gone_is_not_written_to_again_and_operators_are(db: Database) -> None:
    await told_paid(db)
    async with listening() as server:
        server.recipient_answers.append("550 5.1.1 no such user")
        async with working(db, Gateway(), server.port):
            await until_over(db)
            await told_paid(db)
            async with db.reading() as tx:
                assert await suppression_store.why_suppressed(tx, Channel.EMAIL, "sari@example.com") == "550 5.1.1"
            await until_over(db)
    async with db.reading() as tx:
        errors = [row["error"] for row in await tx.fetch("SELECT error FROM notifications ORDER BY created_at, id")]
    assert errors == ["refused: 550 5.1.1", "not written to any more: 550 5.1.1"]
    assert server.received == []


async def test_a_sender_that_said_nothing_is_asked_before_anybody_else_speaks(db: Database) -> None:
    await told_reminder(db)
    gateway = Gateway(tells=Progress.SENT, says=Receipt("SM0", Progress.DELIVERED))
    async with listening() as server, working(db, gateway, server.port):
        await until_over(db)
        async with asyncio.timeout(20):
            while await waiting_for_news(db):
                await make_due(db)
                await asyncio.sleep(0.02)
    done = await rows(db)
    assert (list(done), done["sms", "payment_reminder"]["status"]) == ([("sms", "payment_reminder")], "delivered")


async def test_a_sender_that_says_when_asked_that_it_failed_is_told_by_mail_with_its_cause(db: Database) -> None:
    await told_reminder(db)
    says = Receipt("SM0", Progress.FAILED, Why.PERMANENT, "30005: nobody has this number", gone=True)
    gateway = Gateway(tells=Progress.SENT, says=says)
    async with listening() as server, working(db, gateway, server.port):
        done = await until_over(db, ("email", "payment_reminder"))
    assert (done["sms", "payment_reminder"]["status"], done["sms", "payment_reminder"]["error"]) == (
        "failed",
        "30005: nobody has this number",
    )
    assert len(server.received) == 1
