"""The console's lists of refunds and of connections: filters in the address, roles as the API's, and a question before a connection is switched."""

import re

import httpx
import pytest

from gerbang.base import ids
from gerbang.base.http import Unreachable
from gerbang.core.connections.outbound_calls import Operation
from gerbang.core.identity.model import Role
from gerbang.sandbox.app import Sandbox
from tests.web.conftest import Edge, one_desk, one_shop
from tests.web.console.test_operators import a_paid_payment, signed_in

__all__ = ["one_desk", "one_shop"]
Shop = tuple[Edge, Sandbox]


@pytest.mark.asyncio(loop_scope="module")
async def test_refunds_are_listed_by_filters_in_the_address(one_shop: Shop, one_desk: httpx.AsyncClient) -> None:
    edge, sandbox = one_shop
    paid = [await a_paid_payment(edge, sandbox, customer={"name": "Sari"}) for _ in range(2)]
    for payment, reason in zip(paid, ("Stok <habis>", "Beras berjamur"), strict=True):
        asked = await edge.post(f"/v1/payments/{payment}/refunds", body={"reason": reason, "amount": 40_000}, key="new")
        assert asked.status_code == 201, asked.text
    every = (await one_desk.get("/console/refunds")).text
    assert [reason in every for reason in ("Stok &lt;habis&gt;", "Beras berjamur", "Stok <habis>")] == [
        True,
        True,
        False,
    ]
    assert "Rp\u00a040.000" in every
    one = (await one_desk.get(f"/console/refunds?payment={paid[1]}&status=awaiting_transfer")).text
    assert ["Stok" in one, "Beras berjamur" in one] == [False, True]
    none = await one_desk.get("/console/refunds?status=succeeded")
    assert (none.status_code, "Tidak ada yang cocok" in none.text) == (200, True)
    for wrong in ("payment=pay_17", "status=lost", "after=yesterday", "before=2026-13-01"):
        answer = await one_desk.get(f"/console/refunds?{wrong}")
        assert (answer.status_code, 'class="err"' in answer.text) == (422, True), wrong


async def silence() -> None:
    raise Unreachable("Could not connect.")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_connection_whose_provider_does_not_answer_is_told_until_it_is_asked_and_answers(
    one_shop: Shop, one_desk: httpx.AsyncClient
) -> None:
    edge, _ = one_shop
    for _ in range(5):
        await edge.services.outbound.send("nicepay-uji", Operation("inquiry", repeatable=True), silence)
    page = (await one_desk.get("/console/connections/nicepay-uji")).text
    assert ["Aktif, tidak menjawab" in page, "Permintaan menunggu dan tidak dikirim" in page] == [True, True]
    assert 'gerbang_breaker_open{connection="nicepay-uji"} 1.0' in (await edge.client.get("/metrics")).text
    notices = (await edge.client.get("/readyz")).json()["notices"]
    assert notices["connections"].startswith("No answer comes from nicepay-uji:")

    admin = await signed_in(edge, Role.ADMIN)
    assert "tidak menjawab" not in (await admin.post("/console/connections/nicepay-uji/probe")).text
    assert 'gerbang_breaker_open{connection="nicepay-uji"} 0.0' in (await edge.client.get("/metrics")).text


@pytest.mark.asyncio(loop_scope="module")
async def test_a_connection_is_switched_off_and_on_by_an_admin_and_asked_about(
    one_shop: Shop, one_desk: httpx.AsyncClient
) -> None:
    edge, _ = one_shop
    here = "/console/connections/nicepay-uji"
    seen = (await one_desk.get(here)).text
    assert ["Hanya admin" in seen, "/switch" in seen] == [True, False]
    for act in ("switch", "probe"):
        assert (await one_desk.post(f"{here}/{act}", data={"enabled": "no"})).status_code == 403
    admin = await signed_in(edge, Role.ADMIN)
    assert "Nonaktifkan koneksi ini?" in (await admin.get(here)).text
    asked = await admin.post(f"{here}/probe")
    assert (asked.status_code, "Jawaban penyedia" in asked.text) == (200, True)
    assert re.search(r"(diterima|ditolak|tanpa jawaban jelas)[^<]+Ratih admin", (await admin.get(here)).text)
    off = await admin.post(f"{here}/switch", data={"enabled": "no"})
    assert off.headers["location"] == "/console/connections?done=off"
    listed = (await admin.get(off.headers["location"])).text
    assert ["Koneksinya nonaktif." in listed, "Nonaktif" in listed] == [True, True]
    assert (await edge.get("/v1/connections/nicepay-uji")).json()["enabled"] is False
    on = await admin.post(f"{here}/switch", data={"enabled": "yes"})
    assert on.headers["location"] == "/console/connections?done=on"
    assert [one["detail"] for one in await edge.audited("connection.updated")][-2:] == [
        {"enabled": False},
        {"enabled": True},
    ]
    await admin.aclose()


@pytest.mark.asyncio(loop_scope="module")
async def test_a_connection_that_the_provider_refuses_is_not_switched_on(one_shop: Shop) -> None:
    edge, _ = one_shop
    body = {
        "id": "bad-uji",
        "provider": "nicepay",
        "livemode": False,
        "settings": {"imid": "WRONG00001"},
        "secrets": {},
        "probe": False,
    }
    made = await edge.client.post("/v1/connections", json=body, headers=edge.headers("admin"))
    async with edge.services.db.transaction() as tx:
        if made.status_code != 201:
            await tx.execute(
                "INSERT INTO connections (id, provider, livemode, settings, secrets, enabled) VALUES ('bad-uji', 'nicepay', false, $1, $2, false)",
                {"imid": "WRONG00001"},
                {},
            )
    edge.services.connections.forget()
    admin = await signed_in(edge, Role.ADMIN)
    refused = await admin.post("/console/connections/bad-uji/switch", data={"enabled": "yes"})
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert (await edge.get("/v1/connections/bad-uji")).json()["enabled"] is False
    assert (await admin.get(f"/console/connections/{ids.new().hex[:8]}")).status_code == 404
    await admin.aclose()
