"""The same flow when things go wrong between us and everybody else: lost, doubled, forged and late messages, dead processes.

Sandbox faults, signals and the sandbox's clock are all that is used; what is right is read from the API and from the provider's own book.
"""

import asyncio
import os
import signal
from collections import Counter
from uuid import uuid4

import httpx

from tests.journeys.world import COFFEE, VIRTUAL_ACCOUNT, Json, World, eventually, processes

HOOK = "/hooks/nicepay-uji"
WEEK_S = 7 * 86_400
CAPTURE = [("clearing", "sales", 150_000)]
ORDER = {**COFFEE, **VIRTUAL_ACCOUNT}


async def test_a_payment_whose_notifications_are_all_lost_is_found_by_asking(world: World) -> None:
    payment = await world.buy()
    reference = payment["attempts"][0]["id"]
    await world.control("nicepay/webhooks", reference=reference, drop=True)
    await world.pays(payment)
    await asyncio.sleep(0.8)
    assert (await world.payment(payment))["status"] == "pending"
    assert not await world.wire(reference, "/direct/v2/inquiry")
    await world.control("clock", advance_s=65)
    await world.becomes(payment, "paid")
    assert await world.ledger(payment) == CAPTURE
    assert not [line for line in await world.wire(reference, HOOK) if "status" in line]  # none was answered


async def test_fifty_requests_with_one_key_make_one_payment_and_one_registration(world: World) -> None:
    """R1."""
    person, key = await world.person("api_key"), uuid4().hex

    async def ask() -> httpx.Response:
        return await world.http.post(f"{world.api}/v1/payments", json=ORDER, headers=person.headers(key))

    answers = await asyncio.gather(*(ask() for _ in range(50)))
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}, statuses
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 409)
    made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(made) == 1
    payment = (await ask()).json()
    assert payment["id"] in made
    assert len(await world.orders(payment)) == 1
    assert len(await world.wire(payment["attempts"][0]["id"], "/direct/v2/registration")) == 1


async def test_a_key_with_another_body_is_refused_and_nothing_is_made(world: World) -> None:
    """R2."""
    key = uuid4().hex
    payment = await world.post("/v1/payments", ORDER, key=key)
    before = (await world.get("/v1/payments"))["data"][0]["id"]
    refused = await world.post("/v1/payments", {**ORDER, "amount": 150_001}, key=key, expect=422)
    assert refused["code"] == "idempotency_key_reused"
    assert (await world.get("/v1/payments"))["data"][0]["id"] == before
    again = await world.post("/v1/payments", ORDER, key=key)
    assert again["id"] == payment["id"]


async def test_a_notification_a_hundred_times_has_one_effect(world: World) -> None:
    """R17, R18."""
    first, second = await world.buy(), await world.buy()
    for payment in (first, second):
        await world.pays(payment)
        await world.becomes(payment, "paid")
    for payment in (first, second):
        reference = payment["attempts"][0]["id"]
        await world.control("nicepay/webhooks", reference=reference, times=100, shuffle=True, seed=7)

        async def all_came(reference: str = reference) -> bool:
            return len(await world.wire(reference, HOOK)) >= 101

        await eventually(all_came, "a hundred notifications")
        assert {line["status"] for line in await world.wire(reference, HOOK)} == {200}
        (event,) = await _events(world, reference)
        assert event["times_seen"] == 101
        assert await world.ledger(payment) == CAPTURE
        assert (await world.payment(payment))["amount_captured"] == 150_000
        assert len(await world.mails("sari@lumbung.example", payment["id"])) <= 1


async def test_a_forged_notification_is_refused_and_kept_nowhere(world: World) -> None:
    """R15, and R20: a true signature over a false status only makes us ask."""
    payment = await world.buy()
    reference = payment["attempts"][0]["id"]
    await _tries_again_after(world, [])
    for tamper in ("token", "amount"):
        await world.control("nicepay/webhooks", reference=reference, tamper=tamper)

    async def answered() -> list[int] | None:
        lines = await world.wire(reference, HOOK)
        return [line["status"] for line in lines] if len(lines) == 2 else None

    assert await eventually(answered, "two answers") == [401, 401]
    assert not await _events(world, reference)
    rejected = (await world.get("/v1/webhook-rejections", "operator"))["data"]
    assert [one["reason"] for one in rejected[:2]] == ["forged", "forged"]
    await world.control("nicepay/webhooks", reference=reference, tamper="status")

    async def asked() -> bool:
        return bool(await world.wire(reference, "/direct/v2/inquiry"))

    await eventually(asked, "an inquiry")
    assert (await world.payment(payment))["status"] == "pending"
    assert not await world.ledger(payment)


async def test_a_notification_that_comes_a_week_late_changes_nothing(world: World) -> None:
    """R18."""
    payment = await world.buy(method="card")
    await world.control("nicepay/pay", payment=payment["id"])
    await world.becomes(payment, "paid")
    await world.post(f"/v1/payments/{payment['id']}/refunds", {"reason": "Habis"}, "operator")
    before = await world.becomes(payment, "refunded")
    await world.control("clock", advance_s=WEEK_S)
    reference = payment["attempts"][0]["id"]
    tries = len(await world.wire(reference, HOOK))
    await world.control("nicepay/webhooks", reference=reference, times=3)

    async def came() -> bool:
        return len(await world.wire(reference, HOOK)) == tries + 3

    await eventually(came, "the late notifications")

    async def done() -> bool:
        return all(event["status"] == "done" for event in await _events(world, reference))

    await eventually(done, "the late events to be done")
    after = await world.payment(payment)
    for name in ("status", "amount_captured", "amount_refunded", "amount_excess", "late"):
        assert after[name] == before[name], name


async def test_money_that_comes_after_the_deadline_is_taken_and_said_to_be_late(world: World) -> None:
    payment = await world.buy(expires_in_s=600)
    await world.control("clock", advance_s=700)
    await world.becomes(payment, "expired")
    await world.pays(payment, late=True)
    paid = await world.becomes(payment, "paid")
    assert paid["late"] is True
    assert await world.ledger(payment) == CAPTURE


async def test_a_registration_whose_answer_is_lost_leaves_one_way_to_pay(world: World) -> None:
    """F6: the lost number is not shown, a new one is, and whichever is paid is counted once."""
    fault = {"kind": "timeout_after_effect", "route": "/registration", "count": 1, "delay_s": 0.3}
    await world.control("nicepay/faults", method="PUT", **fault)
    made = await world.buy()
    payment = await world.becomes(made, "pending")
    payment = await _with_instructions(world, payment)
    assert [one["status"] for one in payment["attempts"]] == ["abandoned", "pending"]
    assert [one["next_action"] is not None for one in payment["attempts"]] == [False, True]
    orders = await world.orders(payment)
    assert len(orders) == 2
    assert payment["next_action"]["number"] == orders[0]["number"] != orders[1]["number"]
    await world.pays(payment)
    await world.becomes(payment, "paid")
    assert await world.ledger(payment) == CAPTURE


async def test_a_lost_number_that_is_paid_all_the_same_counts(world: World) -> None:
    fault = {"kind": "reset_after_effect", "route": "/registration", "count": 1}
    await world.control("nicepay/faults", method="PUT", **fault)
    payment = await _with_instructions(world, await world.buy())
    lost = next(o for o in await world.orders(payment) if o["reference"] == payment["attempts"][0]["id"])
    await world.control("nicepay/pay", number=lost["number"])
    paid = await world.becomes(payment, "paid")
    assert paid["amount_captured"] == 150_000
    assert await world.ledger(payment) == CAPTURE


async def test_a_dead_worker_is_started_again_and_does_what_waited(world: World) -> None:
    payment = await world.buy()
    (worker,) = processes(world.data, "gerbang", "work")
    os.kill(worker, signal.SIGKILL)
    await world.pays(payment)
    await world.becomes(payment, "paid")
    (fresh,) = processes(world.data, "gerbang", "work")
    assert fresh != worker
    assert await world.ledger(payment) == CAPTURE


async def test_a_dead_api_loses_nothing_and_doubles_nothing(world: World) -> None:
    """F1: requests under way are asked again with their keys, and a notification that met nobody is sent again."""
    waiting = await world.buy()
    await _tries_again_after(world, [1.0] * 40)
    keys = [uuid4().hex for _ in range(8)]
    (serve,) = processes(world.data, "gerbang", "serve")
    asked = [asyncio.create_task(_until_answered(world, key)) for key in keys]
    await asyncio.sleep(0.03)
    os.kill(serve, signal.SIGKILL)
    await world.pays(waiting)
    made = [await _with_instructions(world, payment) for payment in await asyncio.gather(*asked)]
    assert len({payment["id"] for payment in made}) == len(keys)
    await world.becomes(waiting, "paid")
    for payment in made:
        shown = [one for one in payment["attempts"] if one["next_action"] is not None]
        assert len(shown) == 1
        await world.pays(payment)
    for payment in made:
        await world.becomes(payment, "paid")
        assert await world.ledger(payment) == CAPTURE


async def _until_answered(world: World, key: str) -> Json:
    """A careful client: the same request with the same key until there is an answer to it."""
    person = await world.person("api_key")

    async def ask() -> Json | None:
        try:
            answer = await world.http.post(f"{world.api}/v1/payments", json=ORDER, headers=person.headers(key))
        except httpx.TransportError:
            return None
        assert answer.status_code in {201, 409, 503}, answer.text
        return answer.json() if answer.status_code == 201 else None

    return await eventually(ask, f"an answer for {key}", 30)


async def _with_instructions(world: World, payment: Json) -> Json:
    """The payment when it shows a number to pay to; an API that is being started again is asked again."""

    async def look() -> Json | None:
        try:
            found = await world.payment(payment)
        except httpx.TransportError:
            return None
        shown = found["next_action"] and found["next_action"]["type"] == "display_virtual_account"
        return found if shown else None

    return await eventually(look, f"instructions of {payment['id']}", 45)


async def _events(world: World, subject: str) -> list[Json]:
    found = (await world.get("/v1/webhook-events", "operator", limit=100))["data"]
    return [one for one in found if one["subject"] == subject]


async def _tries_again_after(world: World, seconds: list[float]) -> None:
    """NICEPAY's own schedule is documented nowhere; the sandbox keeps to this one."""
    await world.control("nicepay/quirks", method="PUT", notification_retry_s=seconds)
