"""What the demo shop makes of a webhook: the newest word of its own orders, and nothing of a message that is not Gerbang's."""

import json
from collections.abc import Mapping
from pathlib import Path
from time import time
from typing import Any

import pytest

from gerbang.base.errors import NotFound
from gerbang.core.endpoints.signatures import SharedSecret, headers
from gerbang.web.checkout.shop_orders import WEBHOOK, Order, Orders
from gerbang.web.problems import WebhookRejected

SECRET = SharedSecret(b"s" * 32)


@pytest.fixture
def orders(tmp_path: Path) -> Orders:
    (tmp_path / WEBHOOK).write_text(json.dumps({"secret": SECRET.text()}), encoding="utf-8")
    found = Orders(tmp_path)
    found.add(Order("LBG-1", "usr_1", "pay_1", 112_000))
    return found


def told(status: str, sequence: int, **more: Any) -> bytes:
    data = {"id": "pay_1", "order_reference": "LBG-1", "status": status, **more}
    return json.dumps({"type": f"payment.{status}", "sequence": sequence, "data": data}).encode()


def signed(body: bytes, at_s: float | None = None, *secrets: SharedSecret) -> Mapping[bytes, bytes]:
    named = headers("evt_1", int(at_s or time()), body, secrets or (SECRET,))
    return {name.encode(): value.encode() for name, value in named.items()}


def test_a_webhook_marks_its_order_and_an_older_one_changes_nothing(orders: Orders) -> None:
    for status, sequence in (("paid", 4), ("expired", 3), ("paid", 4)):
        orders.receive(told(status, sequence), signed(told(status, sequence)))
    assert [(one.status, one.sequence) for one in orders.of("usr_1", 5)] == [("paid", 4)]
    assert orders.of("usr_2", 5) == []


def test_while_the_secret_is_replaced_either_signature_will_do(orders: Orders) -> None:
    orders.receive(told("paid", 4), signed(told("paid", 4), None, SharedSecret(b"n" * 32), SECRET))
    assert orders.of("usr_1", 5)[0].status == "paid"


@pytest.mark.parametrize("more", [{"order_reference": "LBG-2"}, {"id": "pay_2"}])
def test_a_payment_of_another_order_changes_nothing(orders: Orders, more: Mapping[str, Any]) -> None:
    orders.receive(told("paid", 4, **more), signed(told("paid", 4, **more)))
    assert orders.of("usr_1", 5)[0].status == "waiting"


def test_what_gerbang_did_not_sign_or_long_ago_is_refused(orders: Orders) -> None:
    body = told("paid", 4)
    for wrong in (signed(body, None, SharedSecret(b"x" * 32)), signed(body + b" "), signed(body, time() - 301), {}):
        with pytest.raises(WebhookRejected):
            orders.receive(body, wrong)
    assert orders.of("usr_1", 5)[0].status == "waiting"


def test_without_an_endpoint_there_is_nothing_to_hear(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Orders(tmp_path).receive(b"{}", {})
