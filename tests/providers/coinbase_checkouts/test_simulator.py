"""The simulator by itself: its states, retries, lies and memory."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from gerbang.ports.simulator import Impossible, Request
from tests.providers.coinbase_checkouts.in_memory import ROOT, TRUE_HASH, InMemory


def test_a_payment_goes_its_way_and_is_told_once(coinbase: InMemory) -> None:
    made = coinbase.create()
    assert (made["status"], made["amount"], made["network"]) == ("ACTIVE", "48.50", "base")
    coinbase.quirk(processing="shown")
    coinbase.act("pay", transaction=TRUE_HASH)
    assert (coinbase.get(made["id"])["status"], coinbase.told) == ("PROCESSING", [])
    coinbase.later(seconds=20)
    paid = coinbase.get(made["id"])
    assert (paid["status"], paid["transactionHash"]) == ("COMPLETED", TRUE_HASH)
    assert paid["settlement"] == {"totalAmount": "48.50", "feeAmount": "0.61", "netAmount": "47.89", "currency": "USDC"}
    assert coinbase.events() == ["checkout.payment.success"]
    body = json.loads(coinbase.told[0].body)
    assert body == {**paid, "eventType": "checkout.payment.success"}
    assert coinbase.told[0].retry_after_s[:4] == (3.0, 10.0, 180.0, 1_800.0)


def test_time_and_failure_are_told_and_deactivation_is_not(coinbase: InMemory) -> None:
    first, second, third = coinbase.create(), coinbase.create(), coinbase.create()
    coinbase.act("decline", reference=first["id"])
    coinbase.act("cancel", reference=second["id"])
    coinbase.later(hours=25)
    assert [coinbase.get(one["id"])["status"] for one in (first, second, third)] == ["FAILED", "DEACTIVATED", "EXPIRED"]
    assert coinbase.events() == ["checkout.payment.failed", "checkout.payment.expired"]


def test_refunds_add_up_and_never_exceed_what_was_paid(coinbase: InMemory) -> None:
    made = coinbase.create("10.00")
    where = f"/api/v1/checkouts/{made['id']}/refund"
    assert coinbase.call("POST", where, {"amount": "1.00"})[0] == 400  # nobody has paid
    coinbase.act("pay", transaction=TRUE_HASH)
    status, answer = coinbase.call("POST", where, {"amount": "4.00", "reason": "a"})
    assert (status, answer["checkout"]["status"], answer["refund"]["status"]) == (
        200,
        "PARTIALLY_REFUNDED",
        "COMPLETED",
    )
    assert coinbase.call("POST", where, {"amount": "6.01"})[0] == 400
    assert coinbase.call("POST", where, {"amount": "6.00"})[1]["checkout"]["refundedAmount"] == "10.00"
    assert coinbase.get(made["id"])["status"] == "REFUNDED"
    assert coinbase.events() == ["checkout.payment.success", "checkout.refund.success", "checkout.refund.success"]


def test_a_refund_may_take_its_time_or_fail(coinbase: InMemory) -> None:
    made = coinbase.create("10.00")
    coinbase.act("pay", transaction=TRUE_HASH)
    coinbase.quirk(refund_settling="later")
    where = f"/api/v1/checkouts/{made['id']}/refund"
    assert coinbase.call("POST", where, {"amount": "10.00"})[1]["refund"]["status"] == "PENDING"
    assert coinbase.call("POST", where, {"amount": "0.01"})[0] == 400  # it is all on its way
    coinbase.later(seconds=20)
    assert coinbase.get(made["id"])["status"] == "REFUNDED"
    coinbase.quirk(refund_outcome="failed")
    second = coinbase.create("5.00")
    coinbase.act("pay", reference=second["id"], transaction=TRUE_HASH)
    coinbase.call("POST", f"/api/v1/checkouts/{second['id']}/refund", {"amount": "5.00"})
    assert coinbase.get(second["id"])["status"] == "COMPLETED"
    assert coinbase.events()[-1] == "checkout.refund.failed"


def test_a_lie_is_signed_and_changes_nothing(coinbase: InMemory) -> None:
    made = coinbase.create()
    coinbase.act("lie")
    (lie,) = coinbase.told
    body = json.loads(lie.body)
    assert (body["status"], body["eventType"]) == ("COMPLETED", "checkout.payment.success")
    assert body["transactionHash"] not in {"", TRUE_HASH}
    assert coinbase.get(made["id"])["status"] == "ACTIVE"
    coinbase.act("pay", transaction=TRUE_HASH)
    assert coinbase.get(made["id"])["transactionHash"] == TRUE_HASH


@pytest.mark.parametrize(
    ("came", "switches", "status", "events"),
    [
        (40_000_000, {}, "ACTIVE", []),
        (40_000_000, {"too_little": "completed"}, "COMPLETED", ["checkout.payment.success"]),
        (40_000_000, {"too_little": "failed"}, "FAILED", ["checkout.payment.failed"]),
        (60_000_000, {}, "COMPLETED", ["checkout.payment.success"]),
        (60_000_000, {"too_much": "unanswered"}, "ACTIVE", []),
    ],
)
def test_what_becomes_of_another_amount_is_a_switch_because_no_document_says_it(
    coinbase: InMemory, came: int, switches: Mapping[str, Any], status: str, events: list[str]
) -> None:
    made = coinbase.create("48.50")
    coinbase.quirk(**switches)
    coinbase.act("pay", amount=came, transaction=TRUE_HASH)
    shown = coinbase.get(made["id"])
    assert (shown["status"], shown["amount"]) == (status, "48.50")
    assert coinbase.events() == events


@pytest.mark.parametrize("end", ["expire", "cancel"])
def test_money_after_the_end_completes_a_checkout_only_where_the_act_says_that_it_is_late(
    coinbase: InMemory, end: str
) -> None:
    made = coinbase.create("48.50")
    coinbase.act(end)
    with pytest.raises(Impossible):
        coinbase.act("pay", transaction=TRUE_HASH)
    coinbase.act("pay", transaction=TRUE_HASH, late=True)
    assert (coinbase.get(made["id"])["status"], coinbase.events()[-1]) == ("COMPLETED", "checkout.payment.success")


def test_the_order_names_the_wallet_call_that_pays_it(coinbase: InMemory) -> None:
    """Call data as in the notes: transfer(address,uint256)."""
    made = coinbase.create("99.00")
    (order,) = coinbase.simulator.orders(10)
    (call,) = order.wallet
    assert (call.to, call.value, order.reference, order.payment) == (
        "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
        "0",
        "att_1",
        "pay_1",
    )
    assert call.data == f"0xa9059cbb{made['address'][2:]:0>64}{'5e69ec0':0>64}"
    coinbase.act("pay", transaction=TRUE_HASH)
    assert coinbase.simulator.orders(10)[0].wallet == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0.00"},
        {"amount": "1.001"},
        {"amount": 5},
        {"amount": "100000000.01"},
        {"currency": "IDR"},
        {"currency": None},
        {"description": "x" * 501},
        {"metadata": {"a": "x" * 101}},
        {"metadata": {"a": 1}},
        {"metadata": {str(n): "" for n in range(21)}},
        {"successRedirectUrl": "http://shop.test"},
        {"expiresAt": "yesterday"},
        {"expiresAt": "2020-01-01T00:00:00Z"},
        {"colour": "blue"},
    ],
    ids=",".join,
)
def test_a_wrong_order_is_refused_in_either_shape(coinbase: InMemory, wrong: Mapping[str, Any]) -> None:
    body = {"amount": "1.00", "currency": "USDC"} | dict(wrong)
    status, error = coinbase.call("POST", "/api/v1/checkouts", {k: v for k, v in body.items() if v is not None})
    assert (status, error["errorType"]) == (400, "invalid_request")
    coinbase.quirk(errors="business")
    _, error = coinbase.call("POST", "/api/v1/checkouts", {k: v for k, v in body.items() if v is not None})
    assert error["errors"][0]["id"] == "invalid_request"


def test_an_idempotency_key_stands_for_one_request(coinbase: InMemory) -> None:
    key, body = str(uuid4()), {"amount": "1.00", "currency": "USDC"}
    first = coinbase.call("POST", "/api/v1/checkouts", body, x_idempotency_key=key)
    coinbase.later(minutes=5)
    assert coinbase.call("POST", "/api/v1/checkouts", body, x_idempotency_key=key) == first
    assert coinbase.call("POST", "/api/v1/checkouts", {**body, "amount": "2.00"}, x_idempotency_key=key)[0] == 422
    coinbase.quirk(idempotency="ignored")
    assert coinbase.call("POST", "/api/v1/checkouts", body, x_idempotency_key=key)[1]["id"] != first[1]["id"]


def test_its_own_sandbox_tells_only_those_who_label_themselves(coinbase: InMemory) -> None:
    wish = {
        "description": "d",
        "eventTypes": ["checkout.payment.success"],
        "isEnabled": True,
        "target": {"url": "http://127.0.0.1:9/s"},
        "labels": {"sandbox": "true"},
    }
    status, made = coinbase.call("POST", "/platform/v2/data/webhooks/subscriptions", wish)
    assert (status, made["labels"], len(made["secret"])) == (201, {"sandbox": "true"}, 36)
    body = {"amount": "1.00", "currency": "USDC", "metadata": {"attempt": "att_s"}}
    assert coinbase.call("POST", "/sandbox/api/v1/checkouts", body)[0] == 201
    coinbase.act("pay", reference="att_s", transaction=TRUE_HASH)
    assert [one.url for one in coinbase.told] == ["http://127.0.0.1:9/s"]
    coinbase.create()
    coinbase.act("pay", transaction=TRUE_HASH)
    assert [one.url for one in coinbase.told] == ["http://127.0.0.1:9/s", "http://127.0.0.1:9/hooks"]


def test_another_project_sees_nothing(coinbase: InMemory) -> None:
    made = coinbase.create()
    place = f"/api/v1/checkouts/{made['id']}"
    stranger = coinbase.token("GET", place, sub="other", kid="other")
    assert coinbase.call("GET", place, token=stranger)[0] == 404


def test_what_cannot_happen_is_impossible(coinbase: InMemory) -> None:
    coinbase.create()
    for action, act in (
        ("dispute", {}),
        ("dance", {}),
        ("refund", {}),
        ("pay", {"amount": 0}),
        ("pay", {"amount": 5, "reason": "lost"}),
        ("pay", {"transaction": "0x12"}),
    ):
        with pytest.raises(Impossible):
            coinbase.act(action, **act)
    coinbase.act("expire")
    for action in ("pay", "expire", "cancel", "decline"):
        with pytest.raises(Impossible):
            coinbase.act(action)


def test_the_journal_rebuilds_everything(coinbase: InMemory) -> None:
    key, body = str(uuid4()), {"amount": "1.00", "currency": "USDC"}
    coinbase.quirk(refund_settling="later", processing="shown")
    kept = coinbase.call("POST", "/api/v1/checkouts", body, x_idempotency_key=key)
    made = coinbase.create("10.00")
    coinbase.act("pay", transaction=TRUE_HASH)
    coinbase.later(seconds=20)
    coinbase.call("POST", f"/api/v1/checkouts/{made['id']}/refund", {"amount": "4.00"})
    rebuilt = InMemory(now=coinbase.now)
    for effect in coinbase.effects:
        rebuilt.simulator.replay(effect)
    assert rebuilt.simulator.orders(10) == coinbase.simulator.orders(10)
    assert rebuilt.get(made["id"]) == coinbase.get(made["id"])
    assert rebuilt.call("POST", "/api/v1/checkouts", body, x_idempotency_key=key) == kept
    for world in (rebuilt, coinbase):
        world.later(days=2)
    assert rebuilt.get(made["id"])["status"] == coinbase.get(made["id"])["status"] == "PARTIALLY_REFUNDED"
    assert rebuilt.create()["id"] == coinbase.create()["id"]


def test_the_payers_page_tells_what_to_send(coinbase: InMemory) -> None:
    made = coinbase.create(description="Kopi <b>Gayo</b>")
    request = Request(method="GET", path=made["url"].removeprefix(ROOT), query=b"", headers={}, body=b"", base_url=ROOT)
    page = coinbase.simulator.answer(request, coinbase.now).answer
    assert page.status == 200
    assert made["address"].encode() in page.body
    assert b"<b>Gayo" not in page.body
    missing = Request(method="GET", path="/payment-links/pl_00", query=b"", headers={}, body=b"", base_url=ROOT)
    assert coinbase.simulator.answer(missing, coinbase.now).answer.status == 404
