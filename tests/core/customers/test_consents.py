"""Consent to messages on a phone is the customer's: given once, withdrawn for all, in effect again by START, and never by what is older than a withdrawal."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from gerbang.base import ids
from gerbang.base.clock import real_now
from gerbang.base.db import Database, Tx
from gerbang.core.customers import consent_store, consents
from gerbang.core.customers import personal_data as erasing
from gerbang.core.customers import store as customers
from gerbang.core.customers.consent_model import Agreement, Given
from gerbang.core.customers.model import NewCustomer
from gerbang.core.personal_data.model import Person
from gerbang.ports.messenger import Channel

AT = datetime(2026, 11, 23, tzinfo=UTC)
SARI, BUDI = "+628120000001", "+628120000002"
BOTH = (Channel.SMS, Channel.WHATSAPP)


async def somebody(tx: Tx) -> UUID:
    new = NewCustomer(ids.new(), None, "Sari", "", SARI)
    await customers.add(tx, [new])
    return new.id


async def agreed(tx: Tx, of: UUID | None, payment: UUID | None = None, at: datetime = AT, *on: Channel) -> None:
    said = [Agreement(channel, at, "checkout", "Kabari saya.") for channel in on or (Channel.SMS,)]
    await consents.agree(tx, [Given(of, payment, SARI, one, "key:test") for one in said], AT)


async def written_to(tx: Tx, of: UUID | None, payment: UUID | None, phone: str = SARI) -> set[str]:
    (found,) = await consents.granted(tx, [(of, payment, phone)])
    return set(found)


async def test_a_customer_agrees_once_for_every_payment_to_that_number_and_to_no_other(db: Database) -> None:
    async with db.transaction() as tx:
        one, other = await somebody(tx), await somebody(tx)
        await agreed(tx, one)
        await agreed(tx, one)
        assert await written_to(tx, one, ids.new()) == {"sms"}
        assert await written_to(tx, one, ids.new(), BUDI) == set()
        assert await written_to(tx, other, ids.new()) == set()
        assert await written_to(tx, None, ids.new()) == set()
        told = await tx.fetchval("SELECT count(*) FROM announcements WHERE type = 'customer.updated'")
    assert told == 1, "agreed twice is agreed once"


async def test_who_pays_as_nobody_agrees_for_that_payment_alone(db: Database) -> None:
    payment = ids.new()
    async with db.transaction() as tx:
        await agreed(tx, None, payment)
        assert await written_to(tx, None, payment) == {"sms"}
        assert await written_to(tx, None, ids.new()) == set()


async def test_a_withdrawal_holds_for_all_payments_and_customers_with_the_number_until_they_agree_anew(
    db: Database,
) -> None:
    payment = ids.new()
    async with db.transaction() as tx:
        one, other = await somebody(tx), await somebody(tx)
        await agreed(tx, one, None, AT, *BOTH)
        await agreed(tx, other)
        await agreed(tx, None, payment)
        await consents.withdraw(tx, "payer:pay_1", SARI, AT)
        for of, about in ((one, ids.new()), (other, ids.new()), (None, payment)):
            assert await written_to(tx, of, about) == set()
        await agreed(tx, one)
        assert await written_to(tx, one, None) == set(), "what was agreed to before is no answer to a withdrawal"
        await agreed(tx, one, None, real_now() + timedelta(seconds=1))
        assert await written_to(tx, one, None) == {"sms"}
        trail = await tx.fetch("SELECT action FROM audit WHERE object = $1 ORDER BY id", ids.show("cus", one))
    assert [row["action"] for row in trail] == ["customer.agreed", "customer.withdrew", "customer.agreed"]


async def test_a_stop_ends_all_and_a_start_brings_back_what_it_ended_and_nothing_else(db: Database) -> None:
    async with db.transaction() as tx:
        one = await somebody(tx)
        await agreed(tx, one, None, AT, *BOTH)
        await consents.withdraw(tx, "key:test", SARI, AT, ["whatsapp"])
        for _ in range(2):
            await consents.withdraw(tx, "hook:twilio", SARI, AT, is_stop=True)
            assert await written_to(tx, one, None) == set()
            for _ in range(2):
                await consents.restore(tx, "hook:twilio", SARI, AT)
            assert await written_to(tx, one, None) == {"sms"}, "WhatsApp they had taken back themselves"


async def test_who_takes_it_back_on_the_page_of_a_bill_silences_nobody_else_with_the_number(db: Database) -> None:
    strangers, theirs = ids.new(), ids.new()
    async with db.transaction() as tx:
        victim = await somebody(tx)
        await agreed(tx, victim)
        await agreed(tx, None, theirs)
        await agreed(tx, None, strangers)
        await consents.withdraw_own(tx, "payer:pay_1", (None, strangers, SARI), AT)
        assert await written_to(tx, None, strangers) == set()
        assert await written_to(tx, victim, ids.new()) == {"sms"}
        assert await written_to(tx, None, theirs) == {"sms"}
        another = await somebody(tx)
        await agreed(tx, another)  # before the stranger's no
        assert await written_to(tx, another, None) == {"sms"}, "a stranger's no makes nothing older void either"
        await consents.withdraw_own(tx, "payer:pay_2", (victim, ids.new(), SARI), AT)
        assert await written_to(tx, victim, ids.new()) == set(), "on a bill of theirs it is for all of their bills"
        await agreed(tx, victim)
        assert await written_to(tx, victim, ids.new()) == set(), "and not given by what is older"


async def test_a_start_brings_nothing_back_that_was_withdrawn_by_other_means_meanwhile(db: Database) -> None:
    bill = ids.new()
    async with db.transaction() as tx:
        one = await somebody(tx)
        await agreed(tx, one)
        await agreed(tx, None, bill)
        await consents.withdraw(tx, "hook:twilio", SARI, AT, is_stop=True)
        await agreed(tx, one, None, real_now() + timedelta(seconds=1))
        await consents.restore(tx, "hook:twilio", SARI, AT)
        await consents.withdraw_own(tx, "payer:pay_1", (None, bill, SARI), AT)
        await consents.withdraw(tx, "key:test", SARI, AT)
        await consents.restore(tx, "hook:twilio", SARI, AT)
        assert await written_to(tx, one, bill) == set()


async def test_a_person_is_shown_what_they_agreed_to_and_is_forgotten(db: Database) -> None:
    payment = ids.new()
    async with db.transaction() as tx:
        one = await somebody(tx)
        await agreed(tx, one)
        await agreed(tx, None, payment)
        person = Person(None, "", SARI, (one,))
        shown = await erasing.export_consents(tx, person, None, 100)
        assert [(row["phone"], row["agreed_text"]) for row in shown.rows] == [(SARI, "Kabari saya.")] * 2
        assert (await erasing.erase_consents(tx, person, None, 100)).rows == 2
        assert await consent_store.of_payments(tx, [payment]) == []
        assert await written_to(tx, one, payment) == set()
