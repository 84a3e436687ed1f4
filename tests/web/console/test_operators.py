"""Operators at work over real HTTP: who gets in, the lists, one payment, and the acts that ask first."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gerbang.base import ids
from gerbang.core.identity.model import Role
from gerbang.core.inbox.model import NewEvent
from gerbang.sandbox.app import Sandbox
from tests import earlier_rows
from tests.conftest import NO_TLS
from tests.web.conftest import PASSWORD, Edge

Shop = tuple[Edge, Sandbox]


async def signed_in(edge: Edge, role: Role) -> httpx.AsyncClient:
    email = f"{role.value}-{ids.new().hex[-8:]}@lumbung.example"
    await edge.services.identity.accounts.create("system:test", email, PASSWORD, f"Ratih {role.value}", "id", role)
    browser = httpx.AsyncClient(base_url=edge.url, timeout=20, headers={"origin": edge.url}, verify=NO_TLS)
    answer = await browser.post("/login", data={"email": email, "password": PASSWORD, "next": "/console/payments"})
    assert answer.status_code == 303, answer.text
    return browser


@pytest.fixture
async def desk(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which an admin is signed in."""
    browser = await signed_in(shop[0], Role.ADMIN)
    yield browser
    await browser.aclose()


async def a_paid_payment(edge: Edge, sandbox: Sandbox, **more: Any) -> str:
    made = (await edge.create(method="virtual_account", method_options={"bank": "BCA"}, **more)).json()
    async with httpx.AsyncClient(base_url=sandbox.url) as client:
        await client.post("/control/nicepay/pay", json={"number": made["next_action"]["number"]})
    await edge.post(f"/v1/payments/{made['id']}/refresh")
    return str(made["id"])


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text[:1500]
    return found[1]


PAGES = ("/console/payments", "/console/webhooks", "/console/rejections", "/console/find?q=x")


async def test_strangers_are_led_to_the_door_and_customers_turned_away(shop: Shop) -> None:
    """R39"""
    edge, _ = shop
    made = (await edge.create()).json()["id"]
    async with httpx.AsyncClient(base_url=edge.url, headers={"origin": edge.url}) as browser:
        for address in (*PAGES, f"/console/payments/{made}", f"/console/payments/{made}/refund"):
            answer = await browser.get(address)
            assert answer.status_code == 303, address
            assert answer.headers["location"].startswith("/login?next=%2Fconsole")
        assert (await browser.post(f"/console/payments/{made}/cancel", data={})).status_code == 401
        await browser.post("/login", data={"email": "customer@example.com", "password": PASSWORD, "next": "/shop"})
        for address in (*PAGES, f"/console/payments/{made}", f"/console/payments/{made}/refund"):
            assert (await browser.get(address)).status_code == 403, address


async def test_support_may_look_and_ask_but_not_move_money(shop: Shop) -> None:
    """R39"""
    edge, sandbox = shop
    made = await a_paid_payment(edge, sandbox)
    browser = await signed_in(edge, Role.SUPPORT)
    page = await browser.get(f"/console/payments/{made}")
    assert page.status_code == 200
    assert "Tanya penyedia lagi" in page.text
    assert "Kembalikan…" not in page.text
    assert "Buku besar" not in page.text
    assert (
        await browser.post(f"/console/payments/{made}/refund", data={"amount": "1", "reason": "abc"})
    ).status_code == 403
    assert await edge.count("refunds") == 0
    await browser.aclose()


async def test_the_list_filters_by_address_and_goes_on_by_cursor(shop: Shop, desk: httpx.AsyncClient) -> None:
    """R46"""
    edge, _ = shop
    for number in range(53):
        await edge.create(order_reference=f"LBG-{number:03d}", customer={"name": "Sari <b>W</b>"})
    first = await desk.get("/console/payments")
    assert first.text.count('<td class="a1">') == 50
    assert "<b>W</b>" not in first.text
    older = re.search(r'href="(/console/payments\?cursor=[^"]+)" rel="next"', first.text)
    assert older
    second = await desk.get(older[1].replace("&amp;", "&"))
    assert second.text.count('<td class="a1">') == 3 + edge.earlier["payments"]
    assert (await desk.get("/console/payments?cursor=AAAA")).status_code == 422
    one = await desk.get("/console/payments?order_reference=LBG-007&status=created")
    assert one.text.count('<td class="a1">') == 1
    nothing = await desk.get("/console/payments?status=held")
    assert "Tidak ada yang cocok" in nothing.text
    assert (await desk.get("/console/payments?after=yesterday")).status_code == 422
    found = await desk.get("/console/find?q=LBG-007")
    assert found.headers["location"].startswith("/console/payments/pay_")


async def test_an_empty_list_teaches_how_to_fill_it(shop: Shop, desk: httpx.AsyncClient) -> None:
    await earlier_rows.remove(shop[0].database.owner_dsn)
    assert "gerbang trigger payment.succeeded" in (await desk.get("/console/payments")).text
    assert "gerbang trigger payment.succeeded" in (await desk.get("/console/webhooks")).text
    assert "Belum ada yang ditolak." in (await desk.get("/console/rejections")).text


async def test_a_payment_says_why_and_a_typed_refund_goes_to_a_transfer(shop: Shop, desk: httpx.AsyncClient) -> None:
    edge, sandbox = shop
    made = await a_paid_payment(edge, sandbox, customer={"name": "Sari Wulandari", "email": "sari@example.com"})
    page = await desk.get(f"/console/payments/{made}")
    assert "Lunas karena nicepay-uji menjawab begitu" in page.text
    assert "clearing:nicepay-uji" in page.text
    assert "sari@example.com" not in page.text
    question = await desk.get(f"/console/payments/{made}/refund")
    assert "Kembalikan uang ke Sari Wulandari?" in question.text
    form = {"key": hidden(question, "key"), "amount": "150000", "reason": "Barang habis"}
    for wrong in ({"amount": "150001"}, {"amount": "0"}, {"amount": "-5"}, {"amount": "1e5"}, {"reason": ""}):
        assert (await desk.post(f"/console/payments/{made}/refund", data=form | wrong)).status_code == 422
    done = await desk.post(f"/console/payments/{made}/refund", data=form)
    again = await desk.post(f"/console/payments/{made}/refund", data=form)
    assert done.headers["location"] == again.headers["location"] == f"/console/payments/{made}?done=refunded"
    assert await edge.count("refunds") == 1
    page = await desk.get(done.headers["location"])
    assert "Transfer balik" in page.text
    refund = re.search(r"(ref_\w+)", page.text)
    assert refund
    assert "/refund/ref_" not in page.text
    answer = await desk.post(f"/console/refunds/{refund[1]}/link", data={})
    link = re.search(r"(/refund/ref_\w+\?t=[\w.~-]+)", answer.text)
    assert link
    async with httpx.AsyncClient(base_url=edge.url, headers={"origin": edge.url}, verify=NO_TLS) as payer:
        await payer.get(link[1])
        account = {"bank": "BNI", "account": "03418822882", "name": "Sari Wulandari"}
        assert (await payer.post(f"{link[1].partition('?')[0]}/name", data=account)).status_code == 303
    settling = await desk.get(f"/console/refunds/{refund[1]}/settle")
    assert "BNI 03418822882, atas nama Sari Wulandari" in settling.text
    assert (await desk.post(f"/console/refunds/{refund[1]}/settle", data={"reference": ""})).status_code == 422
    transfer = {"reference": "BNI-20261123-1", "version": hidden(settling, "version")}
    mine = await desk.post(f"/console/refunds/{refund[1]}/settle", data=transfer)
    assert mine.headers["location"].endswith("done=refused&why=refund_asked_for_by_same_person")
    colleague = await signed_in(edge, Role.FINANCE)
    settled = await colleague.post(f"/console/refunds/{refund[1]}/settle", data=transfer)
    await colleague.aclose()
    assert settled.headers["location"].endswith("?done=settled")
    assert "Dikembalikan" in (await desk.get(settled.headers["location"])).text
    again = await desk.post(f"/console/refunds/{refund[1]}/settle", data={"reference": "BNI-20261123-2"})
    assert "done=refused&why=refund_not_awaiting_transfer" in again.headers["location"]
    assert "pengembalian ini tidak menunggu transfer lagi" in (await desk.get(again.headers["location"])).text


async def test_cancelling_asks_first_and_a_refusal_is_told(shop: Shop, desk: httpx.AsyncClient) -> None:
    edge, sandbox = shop
    made = (await edge.create()).json()["id"]
    assert "Batalkan Rp\u00a0150.000?" in (await desk.get(f"/console/payments/{made}/cancel")).text
    done = await desk.post(f"/console/payments/{made}/cancel", data={})
    assert done.headers["location"].endswith("?done=cancelled")
    assert "Pembayaran dibatalkan." in (await desk.get(done.headers["location"])).text
    paid = await a_paid_payment(edge, sandbox)
    refused = await desk.post(f"/console/payments/{paid}/cancel", data={})
    assert "why=not_cancellable" in refused.headers["location"]
    forged = await desk.get(f"/console/payments/{paid}?done=refused&why=<script>alert(1)</script>")
    assert "alert(1)" not in forged.text.partition("<main")[2]


async def test_only_what_is_held_can_be_decided(shop: Shop, desk: httpx.AsyncClient) -> None:
    edge, _ = shop
    made = (await edge.create()).json()["id"]
    refused = await desk.post(f"/console/payments/{made}/resolve", data={"decision": "accept", "reason": "sudah dicek"})
    assert "why=not_held" in refused.headers["location"]
    for wrong in ({"decision": "accept", "reason": ""}, {"decision": "burn", "reason": "sudah dicek"}):
        assert (await desk.post(f"/console/payments/{made}/resolve", data=wrong)).status_code == 422


async def test_a_webhook_is_shown_as_text_and_replayed_after_a_dry_run(shop: Shop, desk: httpx.AsyncClient) -> None:
    """R47: a script in a payload is text."""
    edge, _ = shop
    body = b"goodsNm=<script>alert(1)</script>&amt=150000"
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-evil": "<img src=x>",
        "authorization": "Bearer geheim",
    }
    await edge.services.inbox.receive(
        NewEvent(
            connection="nicepay-uji",
            key="k1",
            subject="att_x",
            type="virtual_account.<b>paid</b>",
            headers=headers,
            body=body,
        )
    )
    listed = await desk.get("/console/webhooks")
    address = re.search(r"/console/webhooks/evt_\w+", listed.text)
    assert address
    page = await desk.get(address[0])
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    for forbidden in ("<script>alert", "<img src=x>", "<b>paid", "geheim"):
        assert forbidden not in page.text + listed.text
    dry = await desk.post(f"{address[0]}/replay", data={"dry_run": "yes"})
    assert dry.status_code in (200, 303), dry.text
    assert "Belum ada yang ditulis." in dry.text
    done = await desk.post(f"{address[0]}/replay", data={"dry_run": "no"})
    assert done.headers["location"].endswith("?done=queued")
    assert len(await edge.audited("webhook.replayed")) == 1


async def test_a_rejected_webhook_is_listed_without_its_content(shop: Shop, desk: httpx.AsyncClient) -> None:
    edge, _ = shop
    await edge.client.post(
        "/hooks/nicepay-uji", content=b"geheim=1", headers={"content-type": "application/x-www-form-urlencoded"}
    )
    page = await desk.get("/console/rejections")
    assert page.text.count("nicepay-uji") >= 1
    assert "geheim" not in page.text


async def test_another_sites_form_moves_nothing(shop: Shop, desk: httpx.AsyncClient) -> None:
    edge, _ = shop
    made = (await edge.create()).json()["id"]
    answer = await desk.post(f"/console/payments/{made}/cancel", data={}, headers={"origin": "https://evil.example"})
    assert answer.status_code in (401, 403)
    assert (await edge.get(f"/v1/payments/{made}")).json()["status"] == "created"


@pytest.mark.parametrize(("decision", "status"), [("returned", "succeeded"), ("failed", "failed")])
async def test_what_became_of_a_refund_in_doubt_is_a_persons_word_with_its_reason(
    shop: Shop, desk: httpx.AsyncClient, decision: str, status: str
) -> None:
    edge, sandbox = shop
    made = await a_paid_payment(edge, sandbox)
    refund = (await edge.post(f"/v1/payments/{made}/refunds", body={"reason": "Barang habis"}, key="new")).json()["id"]
    address = f"/console/refunds/{refund}/resolve"
    assert "Putuskan…" not in (await desk.get(f"/console/payments/{made}")).text
    early = await desk.post(address, data={"decision": decision, "reason": "sudah dicek"})
    assert "done=refused&why=refund_not_in_doubt" in early.headers["location"]
    async with edge.services.db.transaction() as tx:
        await tx.execute("UPDATE refunds SET status = 'unknown', failure = 'The provider has not confirmed it.'")
    assert f'href="{address}"' in (await desk.get(f"/console/payments/{made}")).text
    question = await desk.get(address)
    assert "Apa yang terjadi dengan pengembalian Rp\u00a0150.000?" in question.text
    for wrong in ({"decision": decision, "reason": ""}, {"decision": "burn", "reason": "sudah dicek"}):
        assert (await desk.post(address, data=wrong)).status_code == 422
    support = await signed_in(edge, Role.SUPPORT)
    assert (await support.post(address, data={"decision": decision, "reason": "sudah dicek"})).status_code == 403
    assert address not in (await support.get(f"/console/payments/{made}")).text
    await support.aclose()
    done = await desk.post(address, data={"decision": decision, "reason": "sudah dicek di dasbor"})
    assert done.headers["location"].endswith("?done=resolved")
    page = await desk.get(done.headers["location"])
    assert f"memutuskan: {'sudah kembali' if decision == 'returned' else 'gagal'}" in page.text
    assert "sudah dicek di dasbor" in page.text
    assert (await edge.get(f"/v1/refunds/{refund}")).json()["status"] == status
