"""A second person at the console and by the API: who may, what is shown, and what must be typed."""

import re

import httpx

from gerbang.core.identity.model import Role
from gerbang.core.payments.refunds.model import read_rules
from gerbang.sandbox.app import Sandbox
from tests.web.conftest import PASSWORD, Edge
from tests.web.console.test_operators import a_paid_payment, hidden, signed_in

Shop = tuple[Edge, Sandbox]


async def let_sessions_grow_old(edge: Edge) -> None:
    async with edge.services.db.transaction() as tx:
        await tx.execute("UPDATE session_families SET created_at = created_at - interval '6 minutes'")


async def asks_for_the_password_again(
    edge: Edge, browser: httpx.AsyncClient, address: str, form: dict[str, str]
) -> None:
    """R38"""
    await let_sessions_grow_old(edge)
    assert 'name="password"' in (await browser.get(address)).text
    for password, says in (("", "Isi kata sandi Anda"), ("bukan kata sandi saya", "Kata sandinya tidak cocok")):
        refused = await browser.post(f"{address}/approve", data=form | {"password": password})
        assert refused.status_code == 422
        assert says in refused.text
        assert "bukan kata sandi saya" not in refused.text


async def approves_what_was_seen_by_api(edge: Edge, approval: str, fingerprint: str) -> None:
    """R38, R62"""
    path, email = f"/v1/approvals/{approval}/approve", "dimas@lumbung.example"
    await edge.services.identity.accounts.create("system:test", email, PASSWORD, "Dimas", "id", Role.FINANCE)
    signed_in = await edge.post("/v1/auth/login", "nobody", {"email": email, "password": PASSWORD})
    edge.tokens["dimas"] = f"Bearer {signed_in.json()['access_token']}"
    await let_sessions_grow_old(edge)
    refused = await edge.post(path, "dimas", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")
    wrong = await edge.post("/v1/auth/step-up", "dimas", {"password": "bukan kata sandi saya"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
    assert (await edge.post("/v1/auth/step-up", "dimas", {"password": PASSWORD})).status_code == 204
    other = await edge.post(path, "dimas", {"fingerprint": "0" * 16})
    assert (other.status_code, other.json()["code"]) == (409, "destination_changed")
    assert (await edge.get(f"/v1/approvals/{approval}", "finance")).json()["fingerprint"] == fingerprint


async def test_a_refund_above_the_limit_is_approved_by_another_person_who_types_the_amount(shop: Shop) -> None:
    edge, sandbox = shop
    edge.services.payments.context.refund_rules = read_rules("auto", "IDR=100000")
    asker, other, support = [await signed_in(edge, role) for role in (Role.FINANCE, Role.FINANCE, Role.SUPPORT)]
    made = await a_paid_payment(edge, sandbox, customer={"name": "Sari <b>W</b>"})
    form = {
        "key": hidden(await asker.get(f"/console/payments/{made}/refund"), "key"),
        "amount": "150000",
        "reason": "Beras berjamur",
    }
    await asker.post(f"/console/payments/{made}/refund", data=form)
    listed = await other.get("/console/work")
    address = re.search(r"/console/approvals/apr_\w+", listed.text)
    assert address
    approval = address[0].rpartition("/")[2]
    for seen_by_asker in ((await asker.get(address[0])).text, (await asker.get("/console/work")).text):
        assert "Menunggu: " in seen_by_asker  # whom it waits for, by name, and no dead button
        assert "Ratih finance (Keuangan)" in seen_by_asker
    assert "/approve" not in (await asker.get(address[0])).text
    assert address[0] not in (await asker.get("/console/work")).text
    assert (await support.get(address[0])).status_code == 403
    page = await other.get(address[0])
    assert "Setujui pengembalian Rp\u00a0150.000?" in page.text
    assert "<b>W</b>" not in page.text
    assert "Ratih finance (Keuangan)" in page.text
    assert not re.search(r"(user|key):(usr|key)_", page.text)  # people by their names, never by an id
    seen = {"fingerprint": hidden(page, "fingerprint")}
    assert (await other.post(f"{address[0]}/approve", data=seen | {"amount": "15000"})).status_code == 422
    assert (await other.post(f"{address[0]}/refuse", data=seen)).status_code == 422
    mine = await asker.post(f"{address[0]}/approve", data=seen | {"amount": "150000"})
    assert "why=refund_asked_for_by_same_person" in mine.headers["location"]
    by_key = await edge.post(f"/v1/approvals/{approval}/approve", "admin", {})
    assert (by_key.status_code, by_key.json()["code"]) == (403, "approval_needs_a_person")
    await asks_for_the_password_again(edge, other, address[0], seen | {"amount": "150.000"})
    await approves_what_was_seen_by_api(edge, approval, seen["fingerprint"])
    done = await other.post(f"{address[0]}/approve", data=seen | {"amount": "150.000", "password": PASSWORD})
    assert done.headers["location"] == f"/console/payments/{made}?done=approved"
    (listed_now,) = (await edge.get("/v1/approvals", "finance", status="approved")).json()["data"]
    assert (listed_now["id"], listed_now["amount"], listed_now["note"]) == (approval, 150_000, "")
    assert (await edge.get("/v1/approvals", "finance", status="open")).status_code == 422
    assert (await edge.get(f"/v1/approvals/{approval}", "support")).status_code == 403
    (refund,) = (await edge.get("/v1/refunds", payment=made)).json()["data"]
    assert (refund["status"], refund["approval"]) == ("awaiting_transfer", "approved")
    for browser in (asker, other, support):
        await browser.aclose()
