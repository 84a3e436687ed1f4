"""One person across all nouns: shown whole, erased whole, nobody else touched, and money where it was."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.base.errors import Invalid
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.identity import personal_data as users
from gerbang.core.identity.model import LastAdmin, UserNotFound
from gerbang.core.inbox.model import Event, EventErased, Replay
from gerbang.core.inbox.service import Inbox
from gerbang.core.notifications import push_store
from gerbang.core.notifications.model import NotificationErased
from gerbang.core.payments.late_messages import LateMessages
from gerbang.core.payments.model import PAYMENT, PaymentDetail, RefundStatus
from gerbang.core.personal_data.model import Erased, Person
from gerbang.core.personal_data.service import People, PersonalData
from gerbang.nouns import NOUNS
from gerbang.ports.messenger import Channel
from tests.core.notifications.example_payments import (
    JANE,
    SARI,
    about,
    announced,
    details,
    notifications,
    stored,
    taken,
)

SARIS = ("sari", "wulandari", "8120000001", "7712345009")
IN_TEXT = "SELECT coalesce(string_agg(t::text, ' '), '') FROM {} AS t"
TABLES = (
    "users",
    "payment_payers",
    "refund_destinations",
    "notifications",
    "push_devices",
    "audit",
    "announcements",
    "payments",
    "refunds",
    "jobs",
)


async def digest(named: str) -> str:
    return f"{hash(named):x}"


def people(db: Database, kept: Sequence[PersonalData] = NOUNS.personal_data, step: int = 100) -> People:
    return People(db, kept, digest, step=step)


async def everything(db: Database) -> str:
    """All rows of all tables that could name somebody, and the bytes that came in, as text."""
    async with db.reading() as tx:
        found = [str(await tx.fetchval(IN_TEXT.format(table))) for table in TABLES]
        bodies = await tx.fetch("SELECT convert_from(body, 'UTF8') AS body, headers::text AS headers FROM inbox")
    return " ".join([*found, *[f"{row['body']} {row['headers']}" for row in bodies]]).lower()


async def user(db: Database, email: str, name: str, role: str = "customer") -> UUID:
    id_ = ids.new()
    async with db.transaction() as tx:
        await tx.execute(
            "INSERT INTO users (id, email, name, role, password_hash) VALUES ($1, $2, $3, $4, 'x')",
            id_,
            email,
            name,
            role,
        )
    return id_


async def heard_of(db: Database, one: PaymentDetail, status: str = "done") -> None:
    """A message of the provider about a payment, worked on as they are."""
    event, pay = ids.new(), ids.show("pay", one.payment.id)
    async with db.transaction() as tx:
        await tx.execute(
            "INSERT INTO inbox (id, connection, key, subject, shard, type, headers, body, status)"
            " VALUES ($1, 'nicepay-main', ($1::uuid)::text, 'x', 0, 'paid', '{}', convert_to($2, 'UTF8'), $3)",
            event,
            f"buyer={one.payer.name}",
            status,
        )
        await tx.execute(
            "INSERT INTO inbox_seen (connection, key, id) VALUES ('nicepay-main', ($1::uuid)::text, $1)", event
        )
        await record(tx, [Entry("hook:nicepay-main", "webhook.received", pay, {"event": ids.show("evt", event)})])


async def paid_and_returned(
    db: Database, status: RefundStatus = RefundStatus.SUCCEEDED, name: str = "Sari Wulandari"
) -> PaymentDetail:
    """A payment of Sari's with a mail, a message of the provider, and a refund to her bank account."""
    one = await stored(db, details(replace(SARI, name=name), refund=status), Channel.SMS)
    await announced(db, about(one, "payment.paid"))
    await taken(db, notifications(db))
    await heard_of(db, one)
    async with db.transaction() as tx:
        browser = "https://push.example/the-browser-of-sari"
        await push_store.add(tx, ObjectRef(PAYMENT, one.payment.id), "push", browser, {"auth": "x"})
        await tx.execute(
            "INSERT INTO refund_destinations (refund_id, version, bank, account, name, named_by, named_at)"
            " VALUES ($1, 1, 'BCA', '7712345009', 'Sari Wulandari', 'payer', now())",
            one.refunds[0].id,
        )
        await tx.execute(
            "INSERT INTO personal_bodies (event_id, object_type, object_id, body) VALUES ($1, 'payment', $2, $3)",
            ids.new(),
            one.payment.id,
            b'{"name": "Sari Wulandari"}',
        )
    return one


async def test_a_person_is_shown_with_everything_that_is_kept_about_them(db: Database) -> None:
    await user(db, "sari@example.com", "Sari Wulandari")
    await paid_and_returned(db)
    await stored(db, details(JANE))
    found = await people(db).export_person("user:usr_admin", await users.read_person(db, "Sari@Example.com"))
    assert {noun: len(rows) for noun, rows in found.items()} == {
        "messages": 1,
        "payment_messages": 0,
        "message_news": 0,
        "push_devices": 1,
        "notices": 0,
        "operator_preferences": 0,
        "webhooks": 1,
        "endpoint_owners": 0,
        "webhook_events": 1,
        "refund_destinations": 1,
        "payment_consents": 1,
        "payers": 1,
        "data_requests": 0,
        "order_documents": 0,
        "wave_labels": 0,
        "order_buyers": 0,
        "consents": 0,
        "customers": 0,
        "users": 1,
    }
    assert found["webhook_events"][0]["body"] == "buyer=Sari Wulandari"
    assert found["webhooks"][0]["body"] == {"name": "Sari Wulandari"}
    assert "jane" not in str(found).lower()


@pytest.mark.parametrize("who", ["sari@example.com", "0812 0000 001", "her id"])
async def test_an_erased_person_stands_nowhere_and_nobody_else_is_touched(db: Database, who: str) -> None:
    id_ = await user(db, "sari@example.com", "Sari Wulandari")
    for _ in range(3):
        one = await paid_and_returned(db)
        async with db.transaction() as tx:
            await tx.execute("UPDATE payments SET owner_id = $2 WHERE id = $1", one.payment.id, id_)
    jane = await stored(db, details(JANE))
    await heard_of(db, jane)
    if who.startswith("0"):
        async with db.transaction() as tx:  # a number is of a payer: the account is another thing
            await tx.execute("DELETE FROM users")
    person = await users.read_person(db, ids.show("usr", id_) if who == "her id" else who)
    done = await people(db, step=2).erase_person("user:usr_admin", person)
    left = await everything(db)
    assert [word for word in SARIS if word in left] == []
    assert "jane doe" in left
    assert (done["payers"].rows, done["webhook_events"].rows, done["refund_destinations"].rows) == (3, 3, 3)
    assert done["webhooks"].rows == 3
    async with db.reading() as tx:
        assert await tx.fetchval("SELECT count(*) FROM payments WHERE status = 'paid'") == 4
        trail = await tx.fetch("SELECT object, detail FROM audit WHERE action = 'person.erased'")
    assert [row["object"] for row in trail] == [f"person:{await digest(str(person))}"]


async def test_a_run_that_was_killed_is_run_again_and_ends_the_same(db: Database) -> None:
    async def die(_tx: Tx, _person: Person, _after: UUID | None, _most: int) -> Erased:
        raise RuntimeError

    await user(db, "sari@example.com", "Sari Wulandari")
    for _ in range(3):
        await paid_and_returned(db)
    person = await users.read_person(db, "sari@example.com")
    for place in range(len(NOUNS.personal_data)):
        killed = [*NOUNS.personal_data[:place], replace(NOUNS.personal_data[place], erase=die)]
        with pytest.raises(RuntimeError):
            await people(db, killed, step=1).erase_person("user:usr_admin", person)
    await people(db).erase_person("user:usr_admin", await users.read_person(db, "sari@example.com"))
    left = await everything(db)
    assert [word for word in SARIS if word in left] == []


async def test_where_money_has_yet_to_go_is_kept_until_it_went_and_so_is_what_waits_in_the_inbox(db: Database) -> None:
    one = await paid_and_returned(db, RefundStatus.AWAITING_TRANSFER)
    await heard_of(db, one, status="parked")
    done = await people(db).erase_person("user:usr_admin", Person(email="sari@example.com"))
    assert (done["refund_destinations"], done["webhook_events"]) == (Erased(0, 1, None), Erased(1, 1, None))
    assert "7712345009" in await everything(db)


async def test_an_erased_user_is_signed_out_and_their_address_may_be_used_again(db: Database) -> None:
    id_, family = await user(db, "sari@example.com", "Sari Wulandari"), ids.new()
    async with db.transaction() as tx:
        await tx.execute("INSERT INTO session_families (id, user_id) VALUES ($1, $2)", family, id_)
    await people(db).erase_person("user:usr_admin", Person(id_, "sari@example.com"))
    async with db.reading() as tx:
        assert await tx.fetchval("SELECT revoked_for FROM session_families WHERE id = $1", family) == "erased"
        told = {row["kind"] for row in await tx.fetch("SELECT kind FROM changes")}
        assert await tx.fetchval("SELECT disabled_at IS NOT NULL FROM users WHERE id = $1", id_)
    assert told == {"session", "user"}
    await user(db, "sari@example.com", "Another Sari")


async def test_the_last_admin_is_refused_before_anything_is_erased(db: Database) -> None:
    id_ = await user(db, "sari@example.com", "Sari Wulandari", "admin")
    await paid_and_returned(db)
    before = await everything(db)
    with pytest.raises(LastAdmin):
        await people(db).erase_person("user:usr_admin", Person(id_, "sari@example.com"))
    assert await everything(db) == before


async def test_an_erased_message_says_nothing_and_is_not_sent_again(db: Database) -> None:
    await paid_and_returned(db)
    await people(db).erase_person("user:usr_admin", Person(email="sari@example.com"))
    async with db.reading() as tx:
        row = (await tx.fetch("SELECT id, data FROM notifications"))[0]
    assert row["data"] == {}
    with pytest.raises(NotificationErased):
        await notifications(db).resend(row["id"], "user:usr_admin")


async def test_what_comes_about_the_payment_of_an_erased_person_is_erased_once_it_is_worked_on(db: Database) -> None:
    """A virtual account that is still open is paid by name; half of the payments' messages come in a later lot."""
    theirs = [await stored(db, details()) for _ in range(3)]
    other = await stored(db, details(JANE))
    await people(db).erase_person("user:usr_admin", Person(email="sari@example.com"))
    for one in (*theirs, other):
        await heard_of(db, one)
    late = LateMessages(db, lot=2)
    assert [await late.look() for _ in range(3)] == [2, 1, 0]
    found = await everything(db)
    assert "sari" not in found
    assert "jane" in found


async def test_a_message_whose_bytes_were_erased_is_not_run_again(db: Database) -> None:
    one = await stored(db, details())
    await heard_of(db, one)
    await people(db).erase_person("user:usr_admin", Person(email="sari@example.com"))
    async with db.reading() as tx:
        event = await tx.fetchval("SELECT id FROM inbox")

    async def preview(event: Event) -> Replay:
        return Replay(event.id, dry_run=True, outcome="never asked", changes=[])

    for dry_run in (True, False):
        with pytest.raises(EventErased):
            await Inbox(db, preview).replay("user:usr_admin", event, dry_run=dry_run)


async def test_a_user_id_that_is_nobodys_is_told(db: Database) -> None:
    with pytest.raises(UserNotFound):
        await users.read_person(db, ids.show("usr", ids.new()))


@pytest.mark.parametrize(
    "who", ["", " \u200b", "081", "+62", "tel", "zoë@münchen.example", "a@", "straße@lumbung.example"]
)
async def test_who_cannot_be_read_is_refused_in_words_and_never_taken_for_nobody(db: Database, who: str) -> None:
    with pytest.raises(Invalid) as refused:
        await users.read_person(db, who)
    assert "Name a user id (usr_…), an e-mail address, or a phone number" in (refused.value.hint or "")
