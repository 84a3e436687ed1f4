"""R58: one row that cannot be used stops its own work and says so; everybody else's goes on."""

from datetime import timedelta

import pytest

from gerbang import app
from gerbang.app import sandbox_process
from gerbang.base import ids
from gerbang.base.clock import MOST_OFFSET_S, BusinessClock, real_now
from gerbang.base.errors import GerbangError, RowUnreadable
from gerbang.base.http import Unreachable
from gerbang.cli import doctor
from gerbang.core.connections import probes
from gerbang.core.connections.model import BadConnection
from gerbang.core.identity.model import Role
from gerbang.core.inbox.model import EventFilters, EventStatus, NewEvent
from gerbang.core.notifications.model import Filters as NotificationFilters
from gerbang.core.payments.model import Filters, PaymentStatus
from gerbang.core.payments.refunds import store as refund_store
from gerbang.core.payments.refunds.model import RefundFilters
from gerbang.core.payments.verification import service as verification
from gerbang.core.queue import business_time
from gerbang.core.secrets.model import Purpose
from gerbang.ports.messenger import Channel

from .conftest import World
from .test_hooks import letter, send

GONE = """
    INSERT INTO connections (id, provider, livemode, settings, secrets, enabled)
    SELECT 'gone', 'vanished', livemode, settings, secrets, true FROM connections WHERE id = 'nicepay-uji'
"""
SEALED_AWAY = """
    INSERT INTO connections (id, provider, livemode, settings, secrets, enabled)
    SELECT 'sealed', provider, livemode, settings, '{"merchant_key_virtual_account": "service/none/key"}', true
    FROM connections WHERE id = 'nicepay-uji'
"""

RUINED = """
    INSERT INTO connections (id, provider, livemode, settings, secrets, enabled)
    SELECT 'ruined', provider, livemode, settings, secrets || '{"merchant_key_virtual_account": "service/ruined/key"}', true
    FROM connections WHERE id = 'nicepay-uji'
"""


async def sql(world: World, statement: str, *given: object) -> None:
    async with world.owner.transaction() as tx:
        await tx.execute(statement, *given)
    world.core.connections.forget()


async def test_a_connection_whose_provider_is_gone_is_unusable_and_all_others_work(world: World) -> None:
    gone = (await world.create()).details
    await sql(world, GONE)
    await sql(world, "UPDATE attempts SET connection = 'gone', look_at = now() WHERE payment_id = $1", gone.payment.id)
    await world.core.payments.context.look()  # type: ignore[misc]  # app.core has set it
    assert await app.message_route(world.core.settings, world.core.outbound, Channel.EMAIL) is None
    assert (await send(world, b"x", "gone")).status == 503
    assert [one.what for one in await doctor._connections(world.core.db)] == [
        "connection gone has no provider: 'vanished' is not installed"
    ]
    connection = await world.core.connections.get("gone")
    assert world.core.calls.terms(connection) == []
    with pytest.raises(Unreachable, match="vanished"):
        await world.core.calls.inquire((await world.core.payments.get(gone.payment.id)).attempts[-1], "x")
    with pytest.raises(BadConnection):
        await world.core.connections.update("t", "gone", settings={"a": "b"}, secrets={}, enabled=True)
    details = (await world.create()).details
    await world.pay(details)
    await world.until(details.payment.id, PaymentStatus.PAID, 40)
    await world.core.connections.update(
        "t", "gone", settings=connection.settings, secrets=connection.secrets, enabled=False
    )


@pytest.mark.parametrize(
    ("provider", "settings"),
    [
        ("evm", {"network": "nonet", "rpc_urls": "http://127.0.0.1:1", "xpub": "zzz"}),
        ("evm", {"network": "base", "rpc_urls": "http://127.0.0.1:1", "xpub": "zzz", "confirmations": "abc"}),
        ("nicepay", {"imid": "IONPAYTEST", "least_virtual_account": "abc"}),
        ("coinbase_checkouts", {"network": "zz"}),
    ],
)
async def test_a_connection_whose_settings_cannot_be_read_offers_nothing_and_all_others_work(
    world: World, provider: str, settings: dict[str, str]
) -> None:
    await sql(
        world,
        "INSERT INTO connections (id, provider, livemode, settings) VALUES ('bad', $1, false, $2)",
        provider,
        settings,
    )
    offered = await world.core.payments.methods(150_000, "IDR")
    assert {one.connection for one in offered} == {"nicepay-uji"}
    probed = await probes.probe(world.core.outbound, await world.core.connections.get("bad"))
    assert probes.usable_of(probed) is False, "doctor says so"
    assert (await world.create()).details.attempts


async def test_a_secret_that_does_not_open_is_called_that_and_keeps_no_other_connection_away(
    world: World,
) -> None:
    await world.core.secrets.put("service/ruined/key", b"x", overlap_s=0, actor="test")
    await sql(world, "UPDATE sealed_secrets SET sealed_value = '\\x00' WHERE name = 'service/ruined/key'")
    await sql(world, RUINED)
    probed = await probes.probe(world.core.outbound, await world.core.connections.get("ruined"))
    found = doctor._of_probe("ruined", probed, livemode=False)
    assert (found.good, found.cure) == (False, "Write it anew: gerbang secrets put NAME.")
    assert "service/ruined/key version 1 does not open" in found.what
    await sandbox_process.connect("ruined", world.core.secrets.get("service/ruined/key", Purpose.CALL_PROVIDER))
    assert (await world.create()).details.attempts


async def test_events_of_a_connection_without_its_secret_wait_and_block_no_others(world: World) -> None:
    await sql(world, SEALED_AWAY)
    await world.core.inbox.receive(
        NewEvent(connection="sealed", key="k", subject="s", type="payment", headers={}, body=b"x")
    )
    details = (await world.create()).details
    await send(world, letter(world, details))
    await world.pay(details)
    await world.until(details.payment.id, PaymentStatus.PAID, 40)
    waiting = await world.core.inbox.page(EventFilters(source="sealed"), None, 10)
    assert [event.status for event in waiting] == [EventStatus.WAITING]


async def test_a_secret_that_does_not_open_stops_only_who_uses_it(world: World) -> None:
    await sql(world, SEALED_AWAY)
    await world.core.secrets.put("service/none/key", b"k", overlap_s=0, actor="t")
    await sql(world, "UPDATE sealed_secrets SET sealed_value = 'x' WHERE name = 'service/none/key'")
    connection = await world.core.connections.get("sealed")
    with pytest.raises(GerbangError):
        await world.core.connections.account_for(connection, Purpose.VERIFY_WEBHOOK)
    await world.core.inbox.receive(
        NewEvent(connection="sealed", key="k", subject="s", type="payment", headers={}, body=b"x")
    )
    details = (await world.create()).details
    await world.pay(details)
    await world.until(details.payment.id, PaymentStatus.PAID, 40)


@pytest.mark.parametrize(
    ("spoil", "mend"),
    [
        ("UPDATE payments SET status = 'bogus' WHERE id = $1", "UPDATE payments SET status = 'pending' WHERE id = $1"),
        (
            "UPDATE attempts SET status = 'bogus', look_at = now() WHERE payment_id = $1",
            "UPDATE attempts SET status = 'pending' WHERE payment_id = $1",
        ),
        (
            "UPDATE payments SET currency = 'ZZZ' WHERE id = $1",
            "UPDATE payments SET currency = 'IDR' WHERE id = $1",
        ),
        (
            """UPDATE attempts SET quote = '{"amount": []}', look_at = now() WHERE payment_id = $1""",
            "UPDATE attempts SET quote = NULL WHERE payment_id = $1",
        ),
    ],
)
async def test_a_payment_that_cannot_be_read_is_alone_with_that(world: World, spoil: str, mend: str) -> None:
    """Due together with others, listed together, read at the same moment, heard of in the same batch."""
    bad, good = (await world.create()).details.payment.id, (await world.create()).details
    await sql(world, spoil, bad)
    await sql(world, "UPDATE payments SET look_at = now()")
    await world.pay(good)
    await world.until(good.payment.id, PaymentStatus.PAID, 40)
    listed, _ = await world.core.payments.page(
        Filters(created_after=good.payment.created_at - timedelta(hours=1)), None, 10
    )
    assert [details.payment.id for details in listed] == [good.payment.id]
    with pytest.raises(RowUnreadable):
        await world.core.payments.get(bad)
    _, found = await verification.verify(world.core.db)
    assert ("a payment can be read", ids.show("pay", bad)) in [(one.invariant, one.object) for one in found]
    assert {one.object for one in found} <= {ids.show("pay", bad), str(bad)}
    await sql(world, mend, bad)
    await sql(world, "DELETE FROM jobs WHERE parked_at IS NOT NULL OR error IS NOT NULL")


async def test_people_keys_events_and_refunds_of_words_that_are_unknown_are_alone_with_that_and_doctor_names_them(
    world: World,
) -> None:
    """As after a downgrade. Whoever has a role of tomorrow cannot do anything; all others can, and are listed."""
    accounts = world.core.identity.accounts
    bad, good = [
        await accounts.create("t", f"{name}@lumbung.example", "kopi gayo enak sekali", name, "id", Role.SUPPORT)
        for name in ("bad", "good")
    ]
    await sql(world, "ALTER TABLE users DROP CONSTRAINT users_role_check")
    await sql(world, "ALTER TABLE inbox DROP CONSTRAINT inbox_status_check")
    await sql(world, "UPDATE users SET role = 'auditor' WHERE id = $1", bad.id)
    await world.core.inbox.receive(
        NewEvent(connection="nicepay-uji", key="odd", subject="s", type="payment", headers={}, body=b"x")
    )
    await sql(world, "UPDATE inbox SET status = 'bogus' WHERE key = 'odd'")
    assert [user.id for user in await accounts.page(None, 10)] == [good.id]
    with pytest.raises(RowUnreadable):
        await accounts.get(bad.id)
    async with world.core.db.reading() as tx:
        assert set(await app.people(tx, [bad.id, good.id])) == {good.id}
    assert [one.key for one in await world.core.inbox.page(EventFilters(source="nicepay-uji"), None, 10)].count(
        "odd"
    ) == 0
    assert await verification.unreadable(world.core.db) == [(ids.show("usr", bad.id), "auditor")]
    await sql(world, "DELETE FROM session_families")
    await sql(world, "DELETE FROM users")
    await sql(world, "DELETE FROM inbox WHERE key = 'odd'")


async def test_a_refund_that_cannot_be_read_hides_its_own_payment_and_no_other(world: World) -> None:
    bad, good = (await world.create()).details, (await world.create()).details
    refund, by = ids.new(), RefundFilters()
    await sql(world, "UPDATE payments SET amount_captured = 1 WHERE id = $1", bad.payment.id)
    await sql(
        world,
        "INSERT INTO refunds (id, payment_id, attempt_id, status, amount, currency, reason, requested_by, created_at, updated_at)"
        " VALUES ($1, $2, $3, 'bogus', 1, 'IDR', 'x', 't', now(), now())",
        refund,
        bad.payment.id,
        bad.attempts[0].id,
    )
    listed, _ = await world.core.payments.page(Filters(), None, 10)
    shown = [details.payment.id for details in listed]
    assert (good.payment.id in shown, bad.payment.id in shown) == (True, False)
    async with world.core.db.reading() as tx:
        assert await refund_store.page(tx, by, None, 10) == []
    assert (ids.show("ref", refund), "bogus IDR") in await verification.unreadable(world.core.db)
    await sql(world, "DELETE FROM refunds")
    await sql(world, "UPDATE payments SET amount_captured = 0 WHERE id = $1", bad.payment.id)


async def test_a_notification_of_a_template_that_is_gone_is_left_out_of_the_list(world: World) -> None:
    await sql(
        world,
        "INSERT INTO notifications (id, announcement_id, channel, recipient, template, locale, data, status, message_id, created_at)"
        " VALUES (gen_random_uuid(), gen_random_uuid(), 'email', 'a@b.example', 'bygone', 'id', '{}', 'queued', 'x', now())",
    )
    assert await world.core.notifications.page(NotificationFilters(), None, 10) == []


# ── time ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seconds", [10**18, 10**30, MOST_OFFSET_S + 1, -1])
async def test_business_time_moves_no_further_than_dates_can_bear(world: World, seconds: int) -> None:
    with pytest.raises(business_time.OutOfTime):
        await business_time.advance(world.owner, seconds)
    assert await business_time.offset_s(world.core.db) == 0


async def test_an_offset_that_was_ruined_stops_neither_a_start_nor_the_ear_for_changes(world: World) -> None:
    await sql(world, "ALTER TABLE business_clock DROP CONSTRAINT within_a_hundred_years")
    await sql(world, "UPDATE business_clock SET offset_s = 1000000000000000000")
    await sql(world, "INSERT INTO changes (kind, subject) VALUES ('clock', '1000000000000000000')")
    await world.core.changes.poll()
    clock = BusinessClock()
    clock.set_offset(await business_time.offset_s(world.core.db))
    assert clock.now().year - real_now().year in (99, 100, 101)
    async with world.core.db.reading() as tx:
        assert (await tx.fetchval("SELECT business_now()")).year == clock.now().year
    assert not doctor._business_time(await business_time.offset_s(world.core.db)).good
    await sql(world, "UPDATE business_clock SET offset_s = 0")
