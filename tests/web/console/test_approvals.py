"""A second person at the console and by the API: who may, what is shown, and what must be typed."""

import re

from gerbang.core.identity.model import Role
from gerbang.core.payments.refund_model import read_rules
from gerbang.sandbox.app import Sandbox
from tests.web.conftest import Edge
from tests.web.console.test_operators import a_paid_payment, hidden, signed_in

Shop = tuple[Edge, Sandbox]


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
    assert "Anda yang meminta" in (await asker.get(address[0])).text
    assert (await support.get(address[0])).status_code == 403
    page = await other.get(address[0])
    assert "Setujui pengembalian Rp\u00a0150.000?" in page.text
    assert "<b>W</b>" not in page.text
    seen = {"fingerprint": hidden(page, "fingerprint")}
    assert (await other.post(f"{address[0]}/approve", data=seen | {"amount": "15000"})).status_code == 422
    assert (await other.post(f"{address[0]}/refuse", data=seen)).status_code == 422
    mine = await asker.post(f"{address[0]}/approve", data=seen | {"amount": "150000"})
    assert "why=refund_asked_for_by_same_person" in mine.headers["location"]
    by_key = await edge.post(f"/v1/approvals/{approval}/approve", "admin", {})
    assert (by_key.status_code, by_key.json()["code"]) == (403, "approval_needs_a_person")
    done = await other.post(f"{address[0]}/approve", data=seen | {"amount": "150.000"})
    assert done.headers["location"] == f"/console/payments/{made}?done=approved"
    (listed_now,) = (await edge.get("/v1/approvals", "finance", status="approved")).json()["data"]
    assert (listed_now["id"], listed_now["amount"], listed_now["note"]) == (approval, 150_000, "")
    assert (await edge.get("/v1/approvals", "finance", status="open")).status_code == 422
    assert (await edge.get(f"/v1/approvals/{approval}", "support")).status_code == 403
    (refund,) = (await edge.get("/v1/refunds", payment=made)).json()["data"]
    assert (refund["status"], refund["approval"]) == ("awaiting_transfer", "approved")
    for browser in (asker, other, support):
        await browser.aclose()
