"""The owner's payment flow, from log-in to the mail, by HTTP alone. The numbers are the arrows of the owner's sequence diagram."""

import base64
import time
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import jwt
import pytest

from tests.journeys.world import (
    COFFEE,
    STRANGER,
    VIRTUAL_ACCOUNT,
    Browser,
    Json,
    Person,
    World,
    eventually,
    link_in,
    listening,
)

HOOK = "/hooks/nicepay-uji"
INQUIRY = "/direct/v2/inquiry"


async def test_a_virtual_account_is_ordered_paid_told_and_given_back(world: World) -> None:
    sari = await _signs_in(world)
    payment = await _orders_by_virtual_account(world, sari)
    async with listening(world, payment, sari) as heard:
        await world.pays(payment)  # 2.7 2.8
        notification = await _hears_of_it(world, payment)
        paid = await world.becomes(payment, "paid")  # 3.10
        told_at = await _heard_at(heard, "payment.paid")  # 3.11
    await _asked_before_it_believed(world, payment, notification, told_at)
    assert (paid["amount_captured"], paid["late"], paid["next_action"]) == (150_000, False, None)
    assert paid["paid_at"] is not None
    assert await world.ledger(payment) == [("clearing", "sales", 150_000)]  # 3.8 3.9
    mail = await world.mail(sari.email, "sudah menerima")  # 3.12, in Indonesian for Sari
    assert "Rp 150.000" in mail["text"].replace("\N{NO-BREAK SPACE}", " ")
    await _gives_back_by_transfer(world, paid, sari.email)


async def _signs_in(world: World) -> Person:
    demo = world.said["demo"]["customer"]
    wrong = {**demo, "password": "not her password at all"}
    assert (await world.http.post(f"{world.api}/v1/auth/login", json=wrong)).status_code == 401
    answer = await world.http.post(f"{world.api}/v1/auth/login", json=demo)  # 1.1 1.2
    assert answer.status_code == 200, answer.text
    signed = answer.json()  # 1.6
    assert set(signed) >= {"access_token", "token_type", "expires_in", "refresh_token"}
    header = jwt.get_unverified_header(signed["access_token"])
    assert (header["alg"], header["typ"]) == ("EdDSA", "at+jwt")
    keys = (await world.http.get(f"{world.api}/.well-known/jwks.json")).json()["keys"]
    (published,) = [
        key for key in keys if key["kid"] == header["kid"]
    ]  # 1.3 1.4: the secrets manager's key, its public half
    assert "d" not in published
    unverified = jwt.decode(signed["access_token"], options={"verify_signature": False})
    key, aud = jwt.PyJWK(published), unverified["aud"]
    claims = jwt.decode(signed["access_token"], key, algorithms=["EdDSA"], audience=aud)  # 1.5
    assert {"iss", "aud", "sub", "exp", "iat", "jti"} <= set(claims)
    assert claims["exp"] - claims["iat"] <= 600
    sari = Person(f"Bearer {signed['access_token']}", demo["email"])
    assert (await world.get("/v1/me", sari))["user"]["email"] == demo["email"]  # 1.7
    await world.get("/v1/me", Person(sari.authorization[:-4] + "AAAA"), expect=401)
    return sari


async def _orders_by_virtual_account(world: World, sari: Person) -> Json:
    order = {**COFFEE, **VIRTUAL_ACCOUNT, "order_reference": "LBG-1042"}
    wrong = await world.post("/v1/payments", {**order, "amount": 0}, sari, expect=422)  # 2.3
    assert [one["pointer"] for one in wrong["errors"]] == ["/amount"]
    without_key = await world.post("/v1/payments", order, sari, expect=400, key="")
    assert without_key["code"] == "idempotency_key_required"
    payment: Json = await world.post("/v1/payments", order, sari)  # 2.1 2.2
    assert (payment["status"], payment["amount"], payment["livemode"]) == ("pending", 150_000, False)
    action, attempt = payment["next_action"], payment["attempts"][0]
    assert (action["type"], action["bank"]) == ("display_virtual_account", "BCA")
    (registration,) = await world.wire(attempt["id"], "/direct/v2/registration")  # 2.6
    # 2.4 2.5: it was signed with the merchant key of the secrets manager, for the provider took it; and the reading is audited
    assert '"resultCd":"0000"' in registration["answer"]
    assert attempt["provider_reference"] in registration["answer"]
    assert action["number"] in registration["answer"]
    reads = (await world.get("/v1/audit", "admin", action="secret.read", limit=100))["data"]
    assert any(row["object"].endswith("merchant_key_virtual_account") for row in reads)
    return payment


async def _hears_of_it(world: World, payment: Json) -> Json:
    attempt = payment["attempts"][0]["id"]

    async def posted() -> list[Json]:
        return await world.wire(attempt, HOOK)

    (notification,) = await eventually(posted, "the notification")  # 3.1
    assert (notification["direction"], notification["status"]) == ("out", 200)  # 3.5
    events = (await world.get("/v1/webhook-events", "operator", source="nicepay-uji"))["data"]
    (event,) = [one for one in events if one["subject"] == attempt]  # 3.4
    assert event["verified"] is True  # 3.2 3.3
    whole = await world.get(f"/v1/webhook-events/{event['id']}", "operator")
    assert base64.b64decode(whole["body_base64"]).decode() == notification["body"]
    assert whole["headers"]["user-agent"] == "Jakarta Commons-HttpClient/3.1"
    return notification


async def _asked_before_it_believed(world: World, payment: Json, notification: Json, told_at: float) -> None:
    """The notification's status is not signed, so it is the answer to our own question that makes it paid."""
    attempt = payment["attempts"][0]["id"]
    inquiries = await world.wire(attempt, INQUIRY)  # 3.6
    answered = [line for line in inquiries if '"status":"0"' in line["answer"]]  # 3.7
    assert answered, [line["answer"] for line in inquiries]
    assert datetime.fromisoformat(answered[0]["at"]).timestamp() < told_at
    (event,) = [one for one in (await world.get("/v1/webhook-events"))["data"] if one["subject"] == attempt]
    assert (event["status"], event["attempt"]) == ("done", attempt)
    assert f'"{attempt}"' in notification["body"] or attempt in notification["body"]


async def _gives_back_by_transfer(world: World, paid: Json, email: str) -> None:
    """NICEPAY cannot give a paid virtual account back: the payer names an account, an operator transfers."""
    refund = await world.post(f"/v1/payments/{paid['id']}/refunds", {"reason": "Kopi habis"}, "operator")
    assert (refund["status"], refund["amount"]) == ("awaiting_transfer", 150_000)
    browser = Browser(world.http)
    await browser.open(link_in(await world.mail(email, "/refund/"), "/refund/"))
    await browser.submit("/review", bank="BCA", account="1234567890", name="Sari Wulandari")
    assert "1234567890" in browser.page
    await browser.submit("/name")
    seen = await world.get(f"/v1/refunds/{refund['id']}", "operator")
    account = {"bank": "BCA", "account": "1234567890", "name": "Sari Wulandari"}
    assert seen["destination"].items() >= (account | {"version": 1, "named_by": f"payer:{refund['id']}"}).items()
    paid_to = {"reference": "TRF-77", "destination_version": 1}
    settled = await world.post(f"/v1/refunds/{refund['id']}/settle", paid_to, "admin", expect=200)
    assert settled["status"] == "succeeded"
    back = await world.payment(paid)
    assert (back["status"], back["amount_refunded"]) == ("refunded", 150_000)
    lines = [("refunds", "refunds_payable", 150_000), ("refunds_payable", "bank", 150_000)]
    assert (await world.ledger(back))[1:] == lines
    await world.mail(email, "dikembalikan kepada Anda")


async def test_a_card_is_charged_on_the_providers_page_and_given_back_in_parts(world: World) -> None:
    """The same by card, for a customer who reads English."""
    customer = {"name": "Ayu Lestari", "email": f"{uuid4().hex}@example.com", "locale": "en"}
    payment = await world.buy(method="card", customer=customer, return_url="https://kopi.example.com/thanks")
    assert payment["next_action"]["type"] == "redirect"
    browser = Browser(world.http)
    await _pays_by_card(browser, payment, "5123450000000008")  # 2.7 2.8, and the way back by callback
    assert browser.url.startswith(f"{world.api}/pay/{payment['id']}"), browser.url
    paid = await world.becomes(payment, "paid")
    assert await world.ledger(payment) == [("clearing", "sales", 150_000)]
    mail = await world.mail(customer["email"], "has received")  # 3.12, in English
    assert "IDR" in mail["text"] or "Rp" in mail["text"]
    for amount, status in ((50_000, "partially_refunded"), (100_000, "refunded")):
        refund = await world.post(
            f"/v1/payments/{paid['id']}/refunds", {"amount": amount, "reason": "Sent back"}, "operator"
        )
        assert refund["status"] in {"requested", "submitted", "succeeded"}
        await world.becomes(payment, status)
    more = {"amount": 1, "reason": "Once more"}
    refused = await world.post(f"/v1/payments/{paid['id']}/refunds", more, "operator", expect=409)
    assert refused["code"]
    (order,) = await world.orders(payment)
    assert order["state"] == "voided"
    cancels = await world.wire(payment["attempts"][0]["provider_reference"], "/direct/v2/cancel")
    assert [('"amt":"50000"' in line["body"], '"amt":"100000"' in line["body"]) for line in cancels] == [
        (True, False),
        (False, True),
    ]
    assert (await world.payment(payment))["amount_refunded"] == 150_000
    typed = await world.wire("", "/redirect/v2/card")
    assert typed
    assert not [line for line in typed if "5123450000000008" in line["body"]]  # R14


async def _pays_by_card(browser: Browser, payment: Json, number: str, decision: str = "approve") -> None:
    """The payer's browser on the provider's page: card form, 3-D Secure, and home."""
    await browser.open(payment["next_action"]["url"])
    await browser.submit("/redirect/v2/card", cardNo=number, cardExpYymm="3901", cardCvv="100")
    assert "3-D Secure" in browser.page
    await browser.submit("/redirect/v2/secure", decision=decision)


@pytest.mark.parametrize(
    ("number", "code", "provider_code", "advice"),
    [
        ("5123450000000057", "card_declined", "05", "Ask the bank"),
        ("5123450000000917", "authentication_failed", "9117", "3-D Secure"),
        ("5123450000000545", "card_expired", "54", "has expired"),
    ],
)
async def test_a_refused_card_says_why_to_the_payer_and_to_the_shop(
    world: World, number: str, code: str, provider_code: str, advice: str
) -> None:
    payment = await world.buy(method="card")
    browser = Browser(world.http)
    await _pays_by_card(browser, payment, number)
    failed = await world.becomes(payment, "failed")
    assert (failed["failure"]["code"], failed["failure"]["provider_code"]) == (code, provider_code)
    assert advice in failed["failure"]["payer_message"]
    await browser.open(payment["checkout_url"])
    assert advice in browser.page


async def test_after_a_declined_card_the_payer_tries_a_virtual_account(world: World) -> None:
    payment = await world.buy(method="card", order_reference="LBG-2")
    browser = Browser(world.http)
    await _pays_by_card(browser, payment, "5123450000000511")
    failed = await world.becomes(payment, "failed")
    assert failed["failure"]["code"] == "insufficient_funds"
    again = await world.post(f"/v1/payments/{payment['id']}/attempts", dict(VIRTUAL_ACCOUNT))
    assert (again["status"], [one["status"] for one in again["attempts"]]) == ("pending", ["failed", "pending"])
    await world.pays(again)
    paid = await world.becomes(payment, "paid")
    assert (paid["method"], paid["amount_captured"]) == ("virtual_account", 150_000)
    assert [order["state"] for order in await world.orders(payment)] == ["paid", "declined"]


async def test_a_payment_link_lets_the_payer_choose_without_an_account(world: World) -> None:
    payment = await world.buy(method=None)
    assert (payment["status"], payment["next_action"]["type"]) == ("created", "choose_method")
    assert not await world.orders(payment)
    browser = Browser(world.http)
    await browser.open(payment["checkout_url"])
    await browser.submit("/choose", method="virtual_account", bank="BRI")
    assert browser.status == 200
    chosen = await world.payment(payment)
    assert (chosen["next_action"]["type"], chosen["next_action"]["bank"]) == ("display_virtual_account", "BRI")
    spaced = "".join(char for char in browser.page if char.isalnum())
    assert chosen["next_action"]["number"] in spaced
    await world.pays(chosen)
    await world.becomes(payment, "paid")
    await browser.open(payment["checkout_url"])
    assert "150" in browser.page


@pytest.mark.parametrize(
    ("chosen", "typed"),
    [
        ({"method": "ewallet", "wallet": "DANA"}, {}),
        ({"method": "paylater", "lender": "KREDIVO"}, {}),
        ({"method": "direct_debit", "bank": "JENIUS"}, {"cashtag": "$sari"}),
    ],
    ids=["wallet", "lender", "bank"],
)
async def test_a_payer_chooses_whom_to_pay_by_agrees_there_and_comes_home(
    world: World, chosen: dict[str, str], typed: dict[str, str]
) -> None:
    payment = await world.buy(method=None)
    async with world.browser() as browser:
        await browser.open(payment["checkout_url"])
        await browser.submit("/choose", **chosen)
        assert browser.query == {"go": "1"}
        await browser.open(f"{world.api}/pay/{payment['id']}/go")
        assert "simulator NICEPAY" in browser.page
        assert not await world.ledger(payment)
        await browser.submit("/decide", decision="approve", **typed)
        assert urlsplit(browser.url).path == f"/pay/{payment['id']}"
    paid = await world.becomes(payment, "paid")
    assert (paid["method"], len(paid["attempts"])) == (chosen["method"], 1)
    assert await world.ledger(payment) == [("clearing", "sales", 150_000)]


async def test_a_checkout_link_opens_its_own_payment_only(world: World) -> None:
    mine, other = await world.buy(), await world.buy()
    token = mine["checkout_url"].partition("?t=")[2]
    assert token
    assert token not in other["checkout_url"]
    async with world.browser() as browser:
        await browser.open(mine["checkout_url"])
        assert browser.status == 200
        assert mine["next_action"]["number"] in "".join(char for char in browser.page if char.isalnum())
        for address in (f"/pay/{other['id']}", f"/pay/{other['id']}?t={token}", f"/v1/payments/{other['id']}"):
            await browser.open(world.api + address)
            assert other["next_action"]["number"] not in "".join(char for char in browser.page if char.isalnum())
            assert browser.status in {401, 403, 404}
    await world.get(f"/v1/payments/{mine['id']}", Person(f"Bearer {token}"), expect=401)


async def test_a_customer_sees_their_own_payments_and_nobody_elses(world: World) -> None:
    """R39."""
    sari, ayu = await world.person("customer"), await world.register("Ayu Lestari", "en")
    mine, hers = await world.buy(sari), await world.buy(ayu)
    assert {one["id"] for one in (await world.get("/v1/payments", ayu))["data"]} == {hers["id"]}
    assert (await world.get(f"/v1/payments/{hers['id']}", ayu))["customer"]["email"] == ayu.email
    nothing = await world.get("/v1/payments/pay_00000000000000000000000000", ayu, expect=404)
    for path in ("", "/attempts", "/events"):
        found = await world.get(f"/v1/payments/{mine['id']}{path}", ayu, expect=404)
        assert found["code"] == nothing["code"]
    for act, body in (("cancel", None), ("refresh", None), ("attempts", dict(VIRTUAL_ACCOUNT))):
        await world.post(f"/v1/payments/{mine['id']}/{act}", body, ayu, expect=404)
    await world.get(f"/v1/payments/{mine['id']}", STRANGER, expect=401)
    for path in ("/v1/webhook-events", "/v1/audit", "/v1/ledger/accounts", "/v1/users"):
        await world.get(path, sari, expect=403)
    await world.post(f"/v1/payments/{mine['id']}/refunds", {"reason": "Mine"}, sari, expect=403)


async def _heard_at(heard: list[tuple[float, str, Any]], name: str) -> float:
    async def look() -> float | None:
        return next((at for at, said, _ in heard if said == name), None)

    at = await eventually(look, f"{name} by server-sent event")
    assert at <= time.time()
    return at
