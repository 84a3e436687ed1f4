"""The Idempotency-Key over HTTP (R1–R7)."""

import asyncio
from typing import Any

from gerbang.base import ids
from gerbang.sandbox.app import Sandbox
from tests.web.conftest import Edge

VA: dict[str, Any] = {"method": "virtual_account", "method_options": {"bank": "BCA"}}


async def test_fifty_requests_with_one_key_make_one_payment(shop: tuple[Edge, Sandbox]) -> None:
    """R1."""
    edge, _ = shop
    key = ids.new().hex
    answers = await asyncio.gather(*(edge.create(key=key, **VA) for _ in range(50)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(made) == 1
    assert await edge.count("payments") == 1
    assert await edge.count("attempts") == 1
    assert sum(answer.headers.get("idempotent-replayed") != "true" for answer in answers) == 1
    journal = await edge.client.get(edge.services.settings.sandbox_url + "/control/journal?provider=nicepay")
    assert sum(1 for entry in journal.json()["data"] if entry.get("route", "").endswith("registration")) == 1


async def test_the_same_key_with_another_body_is_refused(edge: Edge) -> None:
    """R2."""
    key = ids.new().hex
    assert (await edge.create(key=key)).status_code == 201
    answer = await edge.create(key=key, amount=150_001)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await edge.count("payments") == 1
    assert len(await edge.audited("idempotency_key.reused")) == 1


async def test_white_space_and_order_of_members_do_not_make_another_request(edge: Edge) -> None:
    headers = {**edge.headers("developer", "one-key-12345"), "content-type": "application/json"}
    first = await edge.client.post(
        "/v1/payments", content=b'{"amount":1000,"currency":"IDR","description":"x"}', headers=headers
    )
    second = await edge.client.post(
        "/v1/payments", content=b'{ "description": "x", "currency": "IDR",\n "amount": 1000 }', headers=headers
    )
    assert first.json()["id"] == second.json()["id"]
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers


async def test_a_replay_shows_the_payment_as_it_is_now(edge: Edge) -> None:
    first = (await edge.create(key="the-same")).json()
    await edge.post(f"/v1/payments/{first['id']}/cancel", "finance")
    again = await edge.create(key="the-same")
    assert again.status_code == 201
    assert again.json()["status"] == "cancelled"


async def test_money_does_not_move_without_a_key(edge: Edge) -> None:
    """R3."""
    paths = ["/v1/payments", "/v1/payments/pay_x/attempts", "/v1/payments/pay_x/refunds"]
    for path in paths:
        answer = await edge.post(path, "admin", {})
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required"), path
        assert "/docs/errors#idempotency_key_required" in answer.json()["hint"]
        assert answer.json()["type"] == "/docs/errors#idempotency_key_required"


async def test_a_bad_key_is_refused_and_never_repeated(edge: Edge, capsys: object) -> None:
    """R5: too long, empty, not ASCII, with a line break or a space."""
    for key in (b"k" * 256, b"", "kunci-é".encode(), b"a b", b"\x7fkey", b"a\tb"):
        headers = {**edge.headers("developer"), "content-type": "application/json"}
        answer = await edge.client.post(
            "/v1/payments",
            content=b"{}",
            headers=[*((n.encode(), v.encode()) for n, v in headers.items()), (b"idempotency-key", key)],
        )
        assert answer.status_code == 400, key
        assert answer.json()["code"] in ("idempotency_key_invalid", "malformed_request"), (
            key
        )  # the parser refuses DEL itself
        assert key.decode("latin-1") not in answer.text or not key
    doubled = [("idempotency-key", "a"), ("idempotency-key", "b"), *edge.headers("developer").items()]
    assert (await edge.client.post("/v1/payments", json={}, headers=doubled)).status_code == 400
    assert await edge.count("idempotency_keys") == 0


async def test_another_callers_key_is_another_key(shop: tuple[Edge, Sandbox]) -> None:
    """R6."""
    edge, _ = shop
    answers = [await edge.create(who, "shared-key") for who in ("developer", "admin", "customer", "other")]
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 4
    assert all("idempotent-replayed" not in answer.headers for answer in answers)


async def test_a_refund_happens_once_for_its_key(edge: Edge) -> None:
    """R10, at the edge: what is not captured cannot be given back, and says so the same way each time."""
    made = (await edge.create()).json()
    for _ in range(2):
        answer = await edge.post(f"/v1/payments/{made['id']}/refunds", "finance", {"reason": "cold"}, "refund-key")
        assert (answer.status_code, answer.json()["code"]) == (409, "not_refundable")
    assert await edge.count("refunds") == 0
