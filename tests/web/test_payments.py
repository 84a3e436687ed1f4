"""Payments over HTTP: the contract's shape, whose they are, lists and cursors."""

import asyncio

import httpx

from gerbang.base import ids
from gerbang.sandbox.app import Sandbox

from .conftest import Edge

PAYMENT_FIELDS = {
    "id",
    "status",
    "late",
    "livemode",
    "amount",
    "currency",
    "amount_captured",
    "amount_refunded",
    "amount_excess",
    "method",
    "connection",
    "provider_reference",
    "order_reference",
    "description",
    "customer",
    "metadata",
    "attempts",
    "refunds",
    "next_action",
    "checkout_url",
    "failure",
    "created_at",
    "updated_at",
    "expires_at",
    "paid_at",
}


async def test_a_payment_has_the_shape_of_the_contract(edge: Edge) -> None:
    answer = await edge.create(
        order_reference="LBG-7", metadata={"table": 4}, customer={"name": "Sari", "locale": "en"}
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert set(made) >= PAYMENT_FIELDS
    assert made["status"] == "created"
    assert (made["amount"], made["currency"]) == (150_000, "IDR")
    assert made["created_at"].endswith("Z")
    assert made["next_action"] == {"type": "choose_method"}
    assert made["metadata"] == {"table": 4}
    assert made["checkout_url"].startswith(f"{edge.url}/pay/{made['id']}?t=")
    read = await edge.get(f"/v1/payments/{made['id']}", "support")
    assert read.json() == made | {"checkout_url": None}  # who may not send links is shown none


async def test_a_virtual_account_comes_with_its_number_and_steps(shop: tuple[Edge, Sandbox]) -> None:
    edge, _ = shop
    answer = await edge.create(method="virtual_account", method_options={"bank": "BCA"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["status"] == "pending"
    assert made["next_action"]["type"] == "display_virtual_account"
    assert made["next_action"]["bank"] == "BCA"
    assert made["next_action"]["number"].isdigit()
    assert any("150.000" in step for step in made["next_action"]["steps"])
    assert made["attempts"][0]["status"] == "pending"
    assert made["method"] == "virtual_account"
    assert "upstream;dur=" in answer.headers["server-timing"]


async def test_a_registered_customer_is_written_to_as_their_account_says(shop: tuple[Edge, Sandbox]) -> None:
    edge, _ = shop
    known = (await edge.get("/v1/me", "customer")).json()["user"]
    own = (await edge.create("customer")).json()["customer"]
    assert (own["name"], own["email"], own["locale"]) == (known["name"], known["email"], known["locale"])
    named = {"id": known["id"], "name": "Ibu Sari", "locale": "en"}
    given = (await edge.create(customer=named)).json()["customer"]
    assert (given["name"], given["email"], given["locale"]) == ("Ibu Sari", known["email"], "en")
    nobody = await edge.create(customer={"id": ids.show("usr", ids.new())})
    assert nobody.status_code == 422
    assert [one["pointer"] for one in nobody.json()["errors"]] == ["/customer/id"]


async def test_a_customer_sees_and_pays_only_their_own(shop: tuple[Edge, Sandbox]) -> None:
    """R39: what is another's does not exist."""
    edge, _ = shop
    made = (await edge.create("customer")).json()
    assert made["customer"]["id"] is not None
    assert (await edge.get(f"/v1/payments/{made['id']}", "customer")).status_code == 200
    theirs = await edge.get(f"/v1/payments/{made['id']}", "other")
    nothing = await edge.get("/v1/payments/pay_00000000000000000000000000", "other")
    assert theirs.status_code == nothing.status_code == 404
    assert theirs.json()["code"] == nothing.json()["code"] == "payment_not_found"
    body = {"method": "virtual_account", "method_options": {"bank": "BNI"}}
    assert (await edge.post(f"/v1/payments/{made['id']}/attempts", "other", body, "new")).status_code == 404
    paid = await edge.post(f"/v1/payments/{made['id']}/attempts", "customer", body, "new")
    assert paid.status_code == 201, paid.text
    assert [one["id"] for one in (await edge.get("/v1/payments", "customer")).json()["data"]] == [made["id"]]
    assert (await edge.get("/v1/payments", "other")).json()["data"] == []


async def test_a_customer_cannot_set_an_amount_unless_it_is_allowed(edge: Edge) -> None:
    answer = await edge.create("customer")
    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"


async def test_the_link_opens_one_payment_and_nothing_else(edge: Edge) -> None:
    made = (await edge.create()).json()
    another = (await edge.create()).json()
    token = made["checkout_url"].partition("?t=")[2]
    by_link = {"x-payment-token": token}
    assert (await edge.client.get(f"/v1/payments/{made['id']}", headers=by_link)).status_code == 200
    assert (await edge.client.get(f"/v1/payments/{made['id']}?t={token}")).status_code == 200
    assert (await edge.client.get(f"/v1/payments/{another['id']}", headers=by_link)).status_code == 401
    assert (await edge.client.get("/v1/payments", headers=by_link)).status_code == 401
    refund = await edge.client.post(f"/v1/payments/{made['id']}/refunds", json={"reason": "x"}, headers=by_link)
    assert refund.status_code == 401


async def test_a_list_leads_on_by_signed_cursors(edge: Edge) -> None:
    """R46."""
    made = [(await edge.create(order_reference=f"N{number}")).json()["id"] for number in range(5)]
    first = (await edge.get("/v1/payments", limit=2)).json()
    second = (await edge.get("/v1/payments", limit=2, cursor=first["next_cursor"])).json()
    last = (await edge.get("/v1/payments", limit=5, cursor=second["next_cursor"])).json()
    seen = [one["id"] for page in (first, second, last) for one in page["data"]]
    assert seen[: len(made)] == made[::-1]
    assert len(seen) == len(made) + edge.earlier["payments"]
    assert last["next_cursor"] is None
    one = await edge.get("/v1/payments", order_reference="N3")
    assert [payment["id"] for payment in one.json()["data"]] == [made[3]]


async def test_a_cursor_that_we_did_not_make_is_refused(edge: Edge) -> None:
    """R46."""
    for _ in range(2):
        await edge.create()
    cursor = (await edge.get("/v1/payments", limit=1)).json()["next_cursor"]
    changed = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    for wrong in (changed, "x", "' OR 1=1", cursor[:-4], "%00", "ÿ" * 20):
        answer = await edge.get("/v1/payments", cursor=wrong)
        assert answer.status_code == 422, wrong
    other_list = await edge.get("/v1/audit", cursor=cursor)
    assert other_list.status_code == 422


async def test_a_limit_is_capped_at_a_hundred(edge: Edge) -> None:
    """R46."""
    await asyncio.gather(*(edge.create() for _ in range(103)))
    answer = await edge.get("/v1/payments", limit=10**9)
    assert answer.status_code == 200
    assert len(answer.json()["data"]) == 100
    assert (await edge.get("/v1/payments", limit=0)).status_code == 422
    assert (await edge.get("/v1/payments", limit=-1)).status_code == 422


async def test_an_order_is_paid_refunded_and_explained(shop: tuple[Edge, Sandbox]) -> None:
    edge, _sandbox = shop
    made = (await edge.create(method="virtual_account", method_options={"bank": "BCA"})).json()
    control = edge.services.settings.sandbox_url + "/control/nicepay/pay"
    async with httpx.AsyncClient() as client:
        assert (await client.post(control, json={"payment": made["id"]})).status_code < 300
    paid = (await edge.post(f"/v1/payments/{made['id']}/refresh", "support")).json()
    assert paid["status"] == "paid", paid
    assert paid["paid_at"] is not None
    asked, wallet = {"amount": 50_000, "reason": "cold"}, {"address": "0x" + "ab" * 20}
    for wrong in (wallet, {"bank": "BCA"}, wallet | {"bank": "BCA"}):
        refused = await edge.post(
            f"/v1/payments/{made['id']}/refunds", "finance", asked | {"destination": wrong}, "new"
        )
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/destination"), refused.text
    refund = await edge.post(f"/v1/payments/{made['id']}/refunds", "finance", asked, "new")
    assert refund.status_code == 201, refund.text
    body = refund.json()
    assert (body["amount"], body["status"], body["payment"]) == (50_000, "awaiting_transfer", made["id"])
    early = await edge.post(
        f"/v1/refunds/{body['id']}/resolve", "finance", {"decision": "returned", "reason": "seen there"}
    )
    assert (early.status_code, early.json()["code"]) == (409, "refund_not_in_doubt"), early.text
    settled = await edge.post(f"/v1/refunds/{body['id']}/settle", "admin", {"reference": "TRX-1"})
    assert settled.json()["status"] == "succeeded", settled.text
    assert (await edge.get(f"/v1/refunds/{body['id']}", "other")).status_code == 404
    timeline = (await edge.get(f"/v1/payments/{made['id']}/timeline")).json()["data"]
    assert timeline[0]["kind"] == "payment.created"
    lines = (await edge.get("/v1/ledger/postings", payment=made["id"])).json()["data"]
    assert {"clearing:nicepay-uji", "sales"} <= {line["debit"] for line in lines} | {line["credit"] for line in lines}
    balances = (await edge.get("/v1/ledger/accounts")).json()["data"]
    assert sum(account["balance"] for account in balances) == 0


async def test_a_refund_in_doubt_is_resolved_once_by_whoever_may_settle(shop: tuple[Edge, Sandbox]) -> None:
    edge, _sandbox = shop
    made = (await edge.create(method="virtual_account", method_options={"bank": "BCA"})).json()
    control = edge.services.settings.sandbox_url + "/control/nicepay/pay"
    async with httpx.AsyncClient() as client:
        assert (await client.post(control, json={"payment": made["id"]})).status_code < 300
    await edge.post(f"/v1/payments/{made['id']}/refresh", "support")
    refund = (await edge.post(f"/v1/payments/{made['id']}/refunds", "finance", {"reason": "cold"}, "new")).json()["id"]
    async with edge.services.db.transaction() as tx:
        await tx.execute("UPDATE refunds SET status = 'unknown', failure = 'The provider has not confirmed it.'")
    word = {"decision": "returned", "reason": "seen in the back office"}
    assert (await edge.post(f"/v1/refunds/{refund}/resolve", "support", word)).status_code == 403
    for wrong in (word | {"decision": "burn"}, word | {"reason": ""}, {"decision": "returned"}):
        assert (await edge.post(f"/v1/refunds/{refund}/resolve", "finance", wrong)).status_code == 422
    done = await edge.post(f"/v1/refunds/{refund}/resolve", "finance", word)
    assert (done.status_code, done.json()["status"]) == (200, "succeeded"), done.text
    again = await edge.post(f"/v1/refunds/{refund}/resolve", "finance", word)
    assert (again.status_code, again.json()["code"]) == (409, "refund_not_in_doubt")
    assert (await edge.get(f"/v1/payments/{made['id']}")).json()["status"] == "refunded"


async def test_a_currency_that_no_connection_takes_is_refused_with_those_that_are_taken(
    shop: tuple[Edge, Sandbox],
) -> None:
    """R65: as the console's form refuses it; the payer would find no way to pay."""
    edge, _ = shop
    refused = await edge.create(currency="EUR")
    assert (refused.status_code, refused.json()["code"]) == (422, "currency_unavailable")
    assert refused.json()["errors"] == [{"pointer": "/currency", "detail": "Taken are: IDR."}]
    assert await edge.count("payments") == 0
    async with edge.services.db.transaction() as tx:
        await tx.execute("UPDATE connections SET enabled = false")
    edge.services.payments.context.connections.forget()
    assert (await edge.create(currency="EUR")).status_code == 201, "where nothing is set up yet, nothing is refused"
