"""From announcements to rows and jobs: once, to the right person, in their language; listing, sending again, forgetting."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import AnnouncementConsumer
from gerbang.core.customers import unsubscribes
from gerbang.core.notifications import personal_data
from gerbang.core.notifications.model import (
    Contact,
    Filters,
    NotificationNotFound,
    NotificationUnderWay,
    NotificationUnwanted,
    Status,
    Template,
)
from gerbang.core.notifications.queueing import SEND
from gerbang.core.notifications.service import CONSUMER
from gerbang.core.notifications.suppression_store import digest_of
from gerbang.core.payments.model import PAYMENT, AttemptStatus, PaymentDetail, PaymentStatus, RefundStatus
from gerbang.core.personal_data.model import Person
from gerbang.ports.next_action import NextAction, Redirect
from gerbang.ports.payment import Payer
from tests.core.notifications.example_payments import (
    AT,
    JANE,
    VA,
    about,
    announced,
    details,
    notifications,
    stored,
    taken,
)

OPERATOR = Contact("Ratih", "ratih@toko.example", "id")


async def rows(db: Database) -> list[dict[str, Any]]:
    async with db.reading() as tx:
        found = await tx.fetch("SELECT * FROM notifications ORDER BY id")
    return [dict(row) for row in found]


async def jobs(db: Database) -> set[str]:
    async with db.reading() as tx:
        return {row["key"] for row in await tx.fetch("SELECT key FROM jobs WHERE kind = $1", SEND)}


async def test_a_paid_payment_makes_one_mail_and_its_job_in_the_payers_language(db: Database) -> None:
    one = await stored(db, details(JANE))
    await announced(db, about(one, "payment.paid"))
    await taken(db, notifications(db))
    (row,) = await rows(db)
    assert (row["recipient"], row["template"], row["locale"], row["status"], row["channel"]) == (
        "jane@example.com",
        "payment_paid",
        "en",
        "queued",
        "email",
    )
    shown = ids.show("ntf", row["id"])
    assert row["message_id"] == f"<{shown}@toko.example>"
    assert await jobs(db) == {shown}


async def test_names_addresses_and_links_are_kept_nowhere_but_in_the_recipient(db: Database) -> None:
    one = await stored(db, details())
    await announced(db, about(one, "payment.paid"), about(one, "payment.instructions"))
    await taken(db, notifications(db))
    for row in await rows(db):
        kept = str({key: value for key, value in row.items() if key != "recipient"})
        assert not any(word in kept for word in ("Sari", "sari@", "+62812", "http"))


async def test_the_same_announcement_taken_by_two_processes_makes_one_mail(db: Database) -> None:
    for _ in range(30):
        one = await stored(db, details())
        await announced(db, about(one, "payment.paid"))
    made = notifications(db)
    feeds = [AnnouncementConsumer(db, CONSUMER, made.take) for _ in range(4)]
    await feeds[0].prepare()
    while sum(await asyncio.gather(*(consumer.run_once() for consumer in feeds))):
        pass
    assert len(await rows(db)) == 30
    assert len(await jobs(db)) == 30


async def test_a_payment_that_becomes_paid_again_is_not_thanked_for_twice(db: Database) -> None:
    """A dispute that was won makes it `paid` a second time."""
    one = await stored(db, details())
    made = notifications(db)
    await announced(db, about(one, "payment.paid"), about(one, "payment.paid"))
    await taken(db, made)
    await announced(db, about(one, "payment.paid"))
    await taken(db, made)
    assert len(await rows(db)) == 1


async def test_too_much_money_is_one_mail_that_says_both(db: Database) -> None:
    one = await stored(db, details(captured=300_000))
    await announced(db, about(one, "payment.paid"), about(one, "payment.overpaid"))
    await taken(db, notifications(db))
    assert [row["template"] for row in await rows(db)] == ["payment_overpaid"]


async def test_instructions_are_mailed_for_a_number_to_carry_away_and_only_while_they_are_of_use(db: Database) -> None:
    useful = await stored(db, _pending(VA))
    redirect = await stored(db, _pending(Redirect("https://bank.example/3ds")))
    paid = await stored(db, details())
    await announced(db, *(about(one, "payment.instructions") for one in (useful, redirect, paid)))
    await taken(db, notifications(db))
    assert [(row["object_id"], row["data"]["number"]) for row in await rows(db)] == [
        (useful.payment.id, "8808123456789012")
    ]


def _pending(action: NextAction) -> PaymentDetail:
    return details(status=PaymentStatus.PENDING, attempt_status=AttemptStatus.PENDING, captured=0, next_action=action)


async def test_a_payer_without_an_address_gets_nothing_and_stops_nobody(db: Database) -> None:
    nobody = await stored(db, details(Payer("Anonim")))
    somebody = await stored(db, details())
    await announced(db, about(nobody, "payment.paid"), about(somebody, "payment.paid"))
    await taken(db, notifications(db))
    assert [row["object_id"] for row in await rows(db)] == [somebody.payment.id]


async def test_an_announcement_that_makes_no_sense_does_not_silence_the_next(db: Database) -> None:
    one = await stored(db, details())
    strange = Announcement(
        "refund.succeeded", ObjectRef(PAYMENT, one.payment.id), {"refund": "ref_nonsense", "amount_captured": "x"}, AT
    )
    await announced(db, strange, about(one, "payment.paid", amount_captured=None), about(one, "payment.expired"))
    await taken(db, notifications(db))
    assert [row["template"] for row in await rows(db)] == ["payment_paid", "payment_expired"]


@pytest.mark.parametrize("restart_for", [timedelta(), timedelta(hours=3)])
async def test_the_end_is_told_with_the_time_until_which_it_may_be_started_again(
    db: Database, restart_for: timedelta
) -> None:
    one = details(captured=0, status=PaymentStatus.EXPIRED, attempt_status=AttemptStatus.EXPIRED)
    over = await stored(db, replace(one, payment=replace(one.payment, expires_at=AT)))
    await announced(db, about(over, "payment.expired"))
    await taken(db, notifications(db, restart_for=restart_for))
    (row,) = await rows(db)
    assert row["data"].get("again_until") == ((AT + restart_for).isoformat() if restart_for else None)


async def test_a_bug_over_one_announcement_does_not_silence_the_next(db: Database) -> None:
    one, user = await stored(db, details()), ids.new()
    broken = Contact("Jane", "jane@example.com", None)  # type: ignore[arg-type]  # the bug
    said = Announcement("security.token_reuse", None, {"user": ids.show("usr", user)}, AT)
    await announced(db, said, about(one, "payment.expired"))
    await taken(db, notifications(db, people={user: broken}))
    assert [row["template"] for row in await rows(db)] == ["payment_expired"]


async def test_money_that_went_back_is_told_to_a_payer_who_has_no_account(db: Database) -> None:
    one = await stored(db, details(refund=RefundStatus.SUCCEEDED))
    assert one.payment.owner_id is None
    await announced(db, about(one, "refund.succeeded"))
    await taken(db, notifications(db))
    assert [(row["template"], row["recipient"]) for row in await rows(db)] == [("refund_succeeded", "sari@example.com")]


async def test_a_refund_in_doubt_is_the_operators_and_not_the_payers_news(db: Database) -> None:
    one = await stored(db, details(refund=RefundStatus.UNKNOWN))
    await announced(db, about(one, "refund.unknown"))
    await taken(db, notifications(db, alerts=OPERATOR))
    (row,) = await rows(db)
    assert (row["template"], row["recipient"]) == ("operator_attention", "ratih@toko.example")


async def test_a_transfer_that_waits_is_told_to_the_payer_and_to_the_operator(db: Database) -> None:
    one = await stored(db, details(refund=RefundStatus.AWAITING_TRANSFER))
    await announced(db, about(one, "refund.awaiting_transfer"), about(one, "refund.requested"))
    await taken(db, notifications(db, alerts=OPERATOR))
    assert {(row["recipient"], row["template"]) for row in await rows(db)} == {
        ("sari@example.com", "refund_awaiting_transfer"),
        ("ratih@toko.example", "operator_attention"),
    }


async def test_late_money_is_told_to_both(db: Database) -> None:
    one = await stored(db, details())
    await announced(db, about(one, "payment.paid", late=True))
    await taken(db, notifications(db, alerts=OPERATOR))
    assert {row["template"] for row in await rows(db)} == {"payment_paid_late", "operator_attention"}


async def test_whoevers_token_was_used_twice_is_told(db: Database) -> None:
    """R29."""
    user = ids.new()
    said = Announcement("security.token_reuse", None, {"user": ids.show("usr", user)}, AT)
    gone = Announcement("security.token_reuse", None, {"user": ids.show("usr", ids.new())}, AT)
    await announced(db, said, gone)
    await taken(db, notifications(db, people={user: Contact("Jane", "jane@example.com", "en")}))
    (row,) = await rows(db)
    assert (row["recipient"], row["template"], row["locale"]) == ("jane@example.com", "security_token_reuse", "en")


async def test_the_list_is_newest_first_filtered_and_goes_on_where_it_was(db: Database) -> None:
    made = notifications(db)
    details_by_id = [await stored(db, details()) for _ in range(5)]
    for one in details_by_id:
        await announced(db, about(one, "payment.paid"))
        await taken(db, made)
    first = await made.page(Filters(), None, 3)
    rest = await made.page(Filters(), (first[-1].created_at, first[-1].id), 3)
    assert [n.id_of(PAYMENT) for n in (*first, *rest)] == [one.payment.id for one in reversed(details_by_id)]
    assert len(await made.page(Filters(object=ObjectRef(PAYMENT, details_by_id[2].payment.id)), None, 10)) == 1
    assert await made.page(Filters(status="failed"), None, 10) == []
    assert len(await made.page(Filters(status="queued", template="payment_paid"), None, 10)) == 5


async def _mark(db: Database, id_: UUID, status: str, tries: int) -> None:
    async with db.transaction() as tx:
        await tx.execute(
            "UPDATE notifications SET status = $2, tries = $3, error = 'x' WHERE id = $1", id_, status, tries
        )
        await tx.execute("DELETE FROM jobs")


async def test_an_operator_can_send_a_failed_one_again_and_it_is_audited(db: Database) -> None:
    made = notifications(db)
    one = await stored(db, details())
    await announced(db, about(one, "payment.paid"))
    await taken(db, made)
    (row,) = await rows(db)
    with pytest.raises(NotificationUnderWay):
        await made.resend(row["id"], "user:usr_x")
    await _mark(db, row["id"], "failed", 3)
    again = await made.resend(row["id"], "user:usr_x")
    assert (again.status, again.tries, again.error, again.message_id) == (Status.QUEUED, 0, None, row["message_id"])
    assert await jobs(db) == {ids.show("ntf", row["id"])}
    async with db.reading() as tx:
        audited = await tx.fetch("SELECT actor, action, object FROM audit WHERE action = 'notification.resent'")
    assert [tuple(entry) for entry in audited] == [("user:usr_x", "notification.resent", ids.show("ntf", row["id"]))]


async def test_one_that_was_sent_goes_out_again_as_a_new_message_and_the_first_stays_proven(db: Database) -> None:
    made = notifications(db)
    one = await stored(db, details())
    await announced(db, about(one, "payment.paid"))
    await taken(db, made)
    (row,) = await rows(db)
    await _mark(db, row["id"], "sent", 1)
    again = await made.resend(row["id"], "user:usr_x")
    assert again.message_id != row["message_id"], "the mail program would fold it into the first"
    kept, added = await rows(db)
    assert (kept["id"], kept["status"], added["id"], added["status"]) == (row["id"], "sent", again.id, "queued")


async def test_what_its_reader_wants_no_more_is_not_queued_again_and_stays_proven(db: Database) -> None:
    made = notifications(db)
    one = await stored(db, details(status=PaymentStatus.EXPIRED))
    await announced(db, about(one, "payment.expired"))
    await taken(db, made)
    (row,) = await rows(db)
    await _mark(db, row["id"], "sent", 1)
    async with db.transaction() as tx:
        await unsubscribes.unsubscribe(tx, "recipient", digest_of("sari@example.com"), "payment_expired", AT)
    with pytest.raises(NotificationUnwanted):
        await made.resend(row["id"], "user:usr_x")
    assert [found["status"] for found in await rows(db)] == ["sent"]


async def test_an_unknown_one_cannot_be_sent_again(db: Database) -> None:
    with pytest.raises(NotificationNotFound):
        await notifications(db).resend(ids.new(), "user:usr_x")


async def test_an_erased_address_is_gone_and_what_was_not_sent_is_not_sent(db: Database) -> None:
    one, two = await stored(db, details()), await stored(db, details(JANE))
    await announced(db, about(one, "payment.paid"), about(one, "payment.expired"), about(two, "payment.paid"))
    await taken(db, notifications(db))
    async with db.transaction() as tx:
        await personal_data.erase_messages(tx, Person(email="SARI@example.com"), None, 10)
    kept = await rows(db)
    assert "sari" not in str([row["recipient"] for row in kept]).lower()
    assert [(row["status"], row["error"]) for row in kept] == [
        ("failed", "erased"),
        ("failed", "erased"),
        ("queued", None),
    ]


def test_every_template_of_the_table_is_a_template() -> None:
    assert {template.value for template in Template} == {template.name.lower() for template in Template}


async def test_operators_hear_of_an_endpoint_at_a_new_host_and_of_one_that_takes_nothing(db: Database) -> None:
    endpoint = ids.new()
    shown = ids.show("ep", endpoint)

    def said(type_: str, **more: Any) -> Announcement:
        data = {"endpoint": shown, "host": "shop.example", "by": "key:shop", **more}
        return Announcement(type_, ObjectRef("endpoint", endpoint), data, AT, 1, ids.new())

    await announced(
        db,
        said("endpoint.created", new_host=True),
        said("endpoint.created"),
        said("endpoint.changed", changed=["events"]),
        said("endpoint.failing"),
        said("endpoint.disabled", why="gone"),
        said("endpoint.deleted"),
    )
    await taken(db, notifications(db, alerts=OPERATOR))
    async with db.reading() as tx:
        told = await tx.fetch(
            "SELECT template, recipient, data FROM notifications WHERE object_id = $1 ORDER BY id", endpoint
        )
    assert [(row["recipient"], row["data"]["type"], row["data"].get("why")) for row in told] == [
        (OPERATOR.email, "endpoint.created", None),
        (OPERATOR.email, "endpoint.failing", None),
        (OPERATOR.email, "endpoint.disabled", "gone"),
    ]
