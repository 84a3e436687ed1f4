"""A provider with two dialects: an attempt goes on in the one that it was made in, whatever the connection speaks by now."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from gerbang.base import ids
from gerbang.core.payments.model import (
    AttemptStatus,
    MethodChoice,
    NotCancellable,
    PaymentDetail,
    PaymentStatus,
    RefundStatus,
)
from gerbang.ports.next_action import Wait
from gerbang.ports.payment import Method
from gerbang.providers.nicepay.simulator.snap import signing
from tests import demo_accounts

from .conftest import OPERATOR, VA, World

QRIS: Final = MethodChoice(Method.QRIS, {})
OVO: Final = MethodChoice(Method.EWALLET, {"wallet": "OVO"}, demo_accounts.SNAP)
DANA: Final = MethodChoice(Method.EWALLET, {"wallet": "DANA"}, demo_accounts.SNAP)
V2, SNAP = "", "snap"


async def speak(world: World, dialect: str) -> None:
    """From now on the demo's connection makes accounts and QR codes in this dialect; it has the credentials of both."""
    connections = world.core.connections
    await demo_accounts.connect(demo_accounts.SNAP, connections, world.core.secrets, world.core.settings)
    snap, known = await connections.get(demo_accounts.SNAP), await connections.get(demo_accounts.NICEPAY)
    settings: Mapping[str, str] = {
        **known.settings,
        "snap_client_id": snap.settings["snap_client_id"],
        "snap": "virtual_account qris" if dialect == SNAP else "",
    }
    both = {**known.secrets, **snap.secrets}
    await connections.update("test", known.id, settings=settings, secrets=both, enabled=True)


async def routes(world: World, after: int = 0) -> list[str]:
    """What NICEPAY was called for, oldest first."""
    journal = await world.control("journal?provider=nicepay&limit=1000", "GET")
    found = [entry["route"] for entry in journal["data"] if entry["direction"] == "in"]
    return [route for route in found if not route.startswith(("/control", "/v1.0"))][after:]


async def settled(world: World, details: PaymentDetail) -> PaymentDetail:
    async def check() -> bool:
        found = await world.core.payments.get(details.payment.id)
        return bool(found.refunds) and found.refunds[-1].status is RefundStatus.SUCCEEDED

    await world.eventually(check)
    return await world.core.payments.get(details.payment.id)


@pytest.mark.parametrize(("before", "after"), [(V2, SNAP), (SNAP, V2)], ids=["to_snap", "to_v2"])
async def test_a_switch_strands_no_open_qr_code(world: World, before: str, after: str) -> None:
    """Paid and given back after the switch, by webhook and calls of the dialect that it was made in."""
    await speak(world, before)
    details = (await world.create(choice=QRIS)).details
    assert (details.attempts[0].status, details.attempts[0].dialect) == (AttemptStatus.PENDING, before)
    await speak(world, after)
    so_far = len(await routes(world))
    await world.pay(details)
    paid = await world.until(details.payment.id, PaymentStatus.PAID)
    assert not paid.payment.late
    await world.core.payments.refund(OPERATOR, details.payment.id, None, "Kopi habis", None, world.key())
    back = await settled(world, details)
    assert back.payment.status is PaymentStatus.REFUNDED
    called = set(await routes(world, so_far))
    spoken = (
        {"/api/v1.0/qr/qr-mpm-query", "/api/v1.0/qr/qr-mpm-refund"}
        if before == SNAP
        else {"/direct/v2/inquiry", "/direct/v2/cancel"}
    )
    assert called == spoken
    fresh = (await world.create(choice=QRIS)).details
    assert (fresh.attempts[0].status, fresh.attempts[0].dialect) == (AttemptStatus.PENDING, after)


@pytest.mark.parametrize(("before", "after"), [(V2, SNAP), (SNAP, V2)], ids=["to_snap", "to_v2"])
async def test_a_switch_strands_no_open_virtual_account(world: World, before: str, after: str) -> None:
    """One is paid after the switch and given back by a transfer, as a virtual account is; another is closed at NICEPAY."""
    await speak(world, before)
    details, other = (await world.create()).details, (await world.create()).details
    assert {one.attempts[0].dialect for one in (details, other)} == {before}
    await speak(world, after)
    await world.pay(details)
    await world.until(details.payment.id, PaymentStatus.PAID)
    refund = (
        await world.core.payments.refund(OPERATOR, details.payment.id, None, "Kopi habis", None, world.key())
    ).refund
    assert refund.status is RefundStatus.AWAITING_TRANSFER
    await world.core.payments.settle_refund(OPERATOR, refund.id, "TRF-1")
    assert (await settled(world, details)).payment.status is PaymentStatus.REFUNDED
    await world.core.payments.cancel(OPERATOR, other.payment.id)
    orders = (await world.control("nicepay/orders?limit=10", "GET"))["data"]
    states = {order["reference"]: order["state"] for order in orders}
    assert states[ids.show("att", other.attempts[0].id)] == "cancelled"


async def test_what_is_offered_once_is_offered_in_one_dialect(world: World) -> None:
    await speak(world, SNAP)
    offers = [one for one in await world.core.payments.methods(150_000, "IDR") if one.method is VA.method]
    assert len(offers) == 1
    assert (await world.create()).details.attempts[0].dialect == SNAP


async def test_a_notification_of_snap_is_answered_as_snap_wants_it(world: World) -> None:
    await demo_accounts.connect(demo_accounts.SNAP, world.core.connections, world.core.secrets, world.core.settings)
    details = (await world.create(choice=OVO)).details
    await world.pay(details)
    await world.until(details.payment.id, PaymentStatus.PAID)

    async def told() -> bool:
        return bool(await letters(world))

    await world.eventually(told)
    (letter,) = await letters(world)
    assert letter["status"] == 200
    assert json.loads(letter["answer"])["responseCode"] == "2005600"


async def letters(world: World) -> list[dict[str, Any]]:
    journal = await world.control("journal?provider=nicepay&limit=1000", "GET")
    return [entry for entry in journal["data"] if entry["direction"] == "out"]


@pytest.mark.parametrize("kind", ["reset_after_effect", "http_500_after_effect", "truncated_json"])
async def test_an_order_whose_answer_was_lost_is_found_by_our_reference(world: World, kind: str) -> None:
    """R8: OVO has asked the payer already, so nothing is sent again; NICEPAY is asked for our reference until it tells."""
    await demo_accounts.connect(demo_accounts.SNAP, world.core.connections, world.core.secrets, world.core.settings)
    await world.control("nicepay/faults", "PUT", kind=kind, route="/payment-host-to-host", count=1)
    details = (await world.create(choice=OVO)).details
    assert details.attempts[0].status is AttemptStatus.UNKNOWN
    await world.advance(11)
    found = await world.until(details.payment.id, PaymentStatus.PENDING)
    (attempt,) = found.attempts
    assert attempt.provider_reference is not None
    assert attempt.next_action == Wait()
    await world.pay(found)
    paid = await world.until(details.payment.id, PaymentStatus.PAID)
    assert len(paid.attempts) == 1
    assert (await routes(world)).count("/api/v1.0/debit/payment-host-to-host") == 1


async def test_a_payer_who_pays_before_we_know_is_found_too(world: World) -> None:
    """R18: the notification names a transaction whose answer we never had."""
    await demo_accounts.connect(demo_accounts.SNAP, world.core.connections, world.core.secrets, world.core.settings)
    await world.control("nicepay/faults", "PUT", kind="reset_after_effect", route="/payment-host-to-host", count=1)
    details = (await world.create(choice=OVO)).details
    await world.pay(details)
    paid = await world.until(details.payment.id, PaymentStatus.PAID)
    assert paid.attempts[0].provider_reference is not None


async def test_an_order_that_never_arrived_is_over_and_the_payer_may_choose_again(world: World) -> None:
    await demo_accounts.connect(demo_accounts.SNAP, world.core.connections, world.core.secrets, world.core.settings)
    await world.control("nicepay/faults", "PUT", kind="reset_before", route="/payment-host-to-host", count=1)
    details = (await world.create(choice=DANA)).details
    assert details.attempts[0].status is AttemptStatus.UNKNOWN
    for _ in range(13):
        await world.advance(11)
        await asyncio.sleep(0.2)
    failed = await world.until(details.payment.id, PaymentStatus.FAILED)
    assert failed.attempts[0].failure is not None
    assert failed.attempts[0].failure.code == "not_registered"


async def test_an_order_that_we_know_only_by_our_reference_is_asked_about_before_it_is_cancelled(world: World) -> None:
    await demo_accounts.connect(demo_accounts.SNAP, world.core.connections, world.core.secrets, world.core.settings)
    await world.control("nicepay/webhooks", drop=True)
    await world.control("nicepay/faults", "PUT", kind="reset_after_effect", route="/payment-host-to-host", count=1)
    details = (await world.create(choice=OVO)).details
    await world.pay(details)
    with pytest.raises(NotCancellable):
        await world.core.payments.cancel(OPERATOR, details.payment.id)
    paid = await world.until(details.payment.id, PaymentStatus.PAID)
    assert paid.attempts[0].provider_reference is not None


async def test_r20_a_hint_that_names_nonsense_does_not_keep_us_from_asking_by_our_reference(world: World) -> None:
    """Whoever has seen one signed notification can send another body under it for five minutes."""
    await demo_accounts.connect(demo_accounts.SNAP, world.core.connections, world.core.secrets, world.core.settings)
    await world.control("nicepay/faults", "PUT", kind="reset_after_effect", route="/payment-host-to-host", count=1)
    details = (await world.create(choice=OVO)).details
    stamp = datetime.now(UTC).replace(microsecond=0).isoformat()
    key = signing.read_private(demo_accounts.all_merchants(world.core.settings.data).private_key)
    body = {
        "originalPartnerReferenceNo": ids.show("att", details.attempts[0].id),
        "originalReferenceNo": "NONSENSE" * 3 + "123456",
    }
    answer = await world.core.http.send(
        "POST",
        f"{world.core.settings.base_url}/hooks/{demo_accounts.SNAP}",
        headers={
            "content-type": "application/json",
            "x-timestamp": stamp,
            "x-signature": signing.signed(key, f"LUMBUNGSN1|{stamp}"),
        },
        body=json.dumps(body).encode(),
    )
    assert answer.status == 200
    found = await world.until(details.payment.id, PaymentStatus.PENDING)
    assert found.attempts[0].next_action == Wait()
    assert found.attempts[0].provider_reference != body["originalReferenceNo"]


async def test_one_that_turns_out_to_be_open_is_closed_on_our_side(world: World) -> None:
    """SNAP closes no wallet's order, so it can still be paid: that is late money, and counts."""
    await demo_accounts.connect(demo_accounts.SNAP, world.core.connections, world.core.secrets, world.core.settings)
    await world.control("nicepay/faults", "PUT", kind="reset_after_effect", route="/payment-host-to-host", count=1)
    details = (await world.create(choice=OVO)).details
    gone = await world.core.payments.cancel(OPERATOR, details.payment.id)
    assert (gone.payment.status, gone.attempts[0].status) == (PaymentStatus.CANCELLED, AttemptStatus.CANCELLED)
    await world.pay(details)
    paid = await world.until(details.payment.id, PaymentStatus.PAID)
    assert paid.payment.late
