"""Every form of ours under what people paste and mistype: told beside the field, in their language, with everything else still there (R66)."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from html import unescape

import httpx
import pytest

from gerbang.base import ids
from gerbang.core.identity.model import Role
from gerbang.core.limits.model import Limit
from gerbang.sandbox.app import Sandbox
from gerbang.web.policy import POLICY
from gerbang.web.policy_rows import Body
from tests.web.conftest import Edge
from tests.web.console.test_operators import a_paid_payment, signed_in

CARD, MARKED = "4111 1111 1111 1111", "\u202a{}\u202c\u200b\u00a0"
ACCOUNT = {"bank": "BRI", "account": "0023 0100 1234 561", "name": "Sari Wulandari"}
LINK = {
    "amount": "Rp 150.000",
    "description": "Kopi Gayo 250 g",
    "order": "LBG-77",
    "name": "Sari W",
    "email": "sari@example.com",
    "phone": "0812 3456 7890",
}
# Of each form, what a person types into it. Those with nothing to type are buttons.
TYPED: Mapping[str, Mapping[str, str]] = {
    "/login": {"email": "sari@example.com"},
    "/owner": {"email": "sari@example.com", "name": "Sari"},
    "/logout": {},
    "/shop/cart": {},
    "/shop/pay": {},
    "/pay/{payment}": {},
    "/pay/{payment}/check": {},
    "/pay/{payment}/refund-link": {},
    "/pay/{payment}/notify": {"phone": "0812 3456 7890"},
    "/pay/{payment}/choose": {"phone": "0812 3456 7890"},
    "/pay/{payment}/push": {},
    "/unsubscribe/{message}/{token}": {},
    "/refund/{refund}/review": ACCOUNT,
    "/refund/{refund}/edit": ACCOUNT,
    "/refund/{refund}/name": ACCOUNT,
    "/console/notifications/preferences": {"quiet_hours": "21:00-07:00", "time_zone": "Asia/Makassar"},
    "/console/notifications/preferences/team": {"quiet_hours": "21:00-07:00", "time_zone": "Asia/Makassar"},
    "/console/notifications/templates/{connection}/{template}/{language}": {},
    "/console/orders/{order}/pack": {},
    "/console/orders/{order}/ship": {},
    # what is typed about an order is tried where there is one: the console's own tests
    "/console/orders/{order}/cancel": {},
    "/console/orders/new": {"sku1": "KOPI-250", "quantity1": "1", "name": "Sari W", "phone": "0812 3456 7890"},
    "/console/orders/{order}/do/{act}": {},
    "/console/pack/{order}": {},
    "/console/pack/waves": {},
    "/console/pack/waves/{wave}/ship": {},
    # what is typed to answer a claim is tried where there is one: the console's own tests
    "/console/claims/{claim}/{answer}": {},
    "/console/payments/new": LINK,
    "/console/payments/{payment}/link": {},
    "/console/payments/{payment}/ask": {},
    "/console/payments/{payment}/cancel": {},
    "/console/payments/{payment}/refund": {"amount": "Rp 1.000", "reason": "Rusak"},
    "/console/payments/{payment}/resolve": {"reason": "Sudah dicek"},
    "/console/refunds/{refund}/destination": ACCOUNT,
    "/console/refunds/{refund}/send-link": {},
    "/console/refunds/{refund}/link": {},
    "/console/refunds/{refund}/settle": {"reference": "BRI-20261129-1"},
    "/console/refunds/{refund}/resolve": {"reason": "Sudah dicek"},
    "/console/webhooks/{event}/replay": {},
    "/console/webhooks/{event}/set-aside": {},
    "/console/payments/{payment}/return-excess": {},
    "/console/refunds/{refund}/dismiss": {},
    "/console/connections/{connection}/probe": {},
    "/console/connections/{connection}/connect-shop": {},
    "/console/connections/{connection}/switch": {},
    "/console/notifications/push": {},
    "/console/notices/read": {},
    "/console/notices/{notice}/read": {},
    "/console/work/claim": {},
    "/console/work/release": {},
    "/console/work/dismiss": {},
    # a key of the reference is neither kept nor shown when it is none: web/reference
    "/docs/key": {},
    # what is typed about stock is tried where there is a product: the console's own tests
    "/console/stock/new": {},
    "/console/stock/{sku}/count": {},
    "/console/stock/{sku}/price": {},
    "/console/stock-rules/{connection}": {},
    "/console/listings/import": {},
    "/console/listings/file": {},
    "/console/listings/check": {},
    "/console/listings/{listing_id}/map": {},
    "/console/listings/{listing_id}/push": {},
    # what is typed about a customer is tried where there is one: the console's own tests
    "/console/customers/new": {},
    "/console/customers/{customer}/edit": {},
    "/console/customers/{customer}/preferences": {},
    "/console/customers/{customer}/consent": {},
    "/console/customers/{customer}/consent/withdraw": {},
    "/console/customers/{customer}/data-requests": {},
    "/console/data-requests/{data_request}": {},
    "/console/customers/{customer}/export": {},
    "/console/customers/{customer}/erase": {},
    # what becomes of a held line is typed where there is one: the console's own tests
    "/console/settlements/{line}": {},
    # what is typed about an endpoint is tried where there is one: the console's own tests
    "/console/endpoints/new": {},
    "/console/endpoints/{endpoint}/edit": {},
    "/console/endpoints/{endpoint}/test": {},
    "/console/endpoints/{endpoint}/rotate": {},
    "/console/endpoints/{endpoint}/resend": {},
    "/console/endpoints/{endpoint}/owner": {},
    "/console/endpoints/{endpoint}/disable": {},
    "/console/endpoints/{endpoint}/enable": {},
    "/console/endpoints/{endpoint}/delete": {},
    "/console/deliveries/{delivery}/resend": {},
    "/console/deliveries/{delivery}/cancel": {},
    "/owner/endpoint/{link}/open": {},
    "/owner/endpoint/{link}/code": {},
    "/owner/endpoint/{link}/secret": {},
    "/owner/endpoint/{link}/deliveries/{delivery}/resend": {},
    # what is typed into the text of a message, and to who must agree to it, is tried in the console's own tests
    "/console/notifications/texts/{template}/{language}/{channel}": {},
    "/console/notifications/texts/{template}/{language}/{channel}/ours": {},
    "/console/notifications/text-versions/{version}": {},
    # what is typed to an approval is tried where there is one to decide: core's and the console's own tests
    "/console/approvals/{approval}/approve": {},
    "/console/approvals/{approval}/refuse": {},
}
CHOSEN: Mapping[str, Mapping[str, str]] = {
    "/owner": {"t": "of-nobody"},
    "/pay/{payment}/choose": {"method": "ewallet", "wallet": "OVO"},
    "/console/orders/new": {"currency": "IDR", "pay": "cod"},
    "/console/payments/new": {"currency": "IDR", "expires": "3d", "language": "id"},
}


@dataclass
class Desk:
    """A browser that is signed in as an admin, and holds the links of an unpaid payment and of a refund that waits for an account."""

    edge: Edge
    browser: httpx.AsyncClient
    payment: str
    refund: str

    async def post(self, path: str, form: Mapping[str, str], **headers: str) -> httpx.Response:
        """Send a form as it stands on our page."""
        address = path.replace("{payment}", self.payment).replace("{refund}", self.refund)
        return await self.browser.post(
            address, data={"key": ids.new().hex, **CHOSEN.get(path, {}), **form}, headers=headers
        )


@pytest.fixture
async def desk(shop: tuple[Edge, Sandbox]) -> AsyncIterator[Desk]:
    edge, sandbox = shop
    browser = await signed_in(edge, Role.ADMIN)
    try:
        paid = await a_paid_payment(edge, sandbox, customer={"email": "sari@example.com"})
        refund = (await edge.post(f"/v1/payments/{paid}/refunds", body={"reason": "Rusak"}, key="new")).json()["id"]
        link = await edge.services.payments.mailed_refund_token(ids.read("ref", refund))
        made = (await edge.create()).json()
        await browser.get(made["checkout_url"])
        await browser.get(f"/refund/{refund}?t={link}")
        yield Desk(edge, browser, made["id"], refund)
    finally:
        await browser.aclose()


def test_every_form_of_the_policy_table_is_tried_here() -> None:
    assert {row.path for row in POLICY if row.body is Body.FORM} == set(TYPED)


async def test_a_bad_value_in_any_field_is_told_beside_it_and_nothing_else_is_lost(desk: Desk) -> None:
    tried = [(path, name) for path, typed in TYPED.items() if not path.endswith("/edit") for name in typed]
    failed = []
    for path, name in tried:
        for bad in (CARD, "x" * 5_000):
            answer = await desk.post(path, {**TYPED[path], name: bad})
            told = unescape(answer.text)
            kept = [value for other, value in TYPED[path].items() if other != name]
            lost = [value for value in kept if value not in told and value.replace(" ", "") not in told]
            expected = 401 if path == "/login" and bad != CARD else 422
            seen = (
                answer.status_code,
                answer.headers.get("content-language"),
                'class="err"' in told,
                CARD in told,
                lost,
            )
            if seen != (expected, "id", True, False, []):
                failed.append((path, name, bad[:8], seen))
    assert failed == []
    assert len(await desk.edge.audited("card_data.refused")) == len(tried)


async def test_what_is_pasted_with_marks_that_nobody_sees_is_read_as_it_looks(desk: Desk) -> None:
    pasted = {name: MARKED.format(value.replace(" ", "\u00a0")) for name, value in LINK.items()}
    made = await desk.post("/console/payments/new", pasted)
    assert made.status_code == 303, made.text
    found = await desk.edge.get("/v1/payments", order_reference=MARKED.format("LBG-77"))
    (payment,) = found.json()["data"]
    assert (payment["amount"], payment["customer"]["phone"], payment["customer"]["email"]) == (
        150_000,
        "+6281234567890",
        "sari@example.com",
    )
    by_name = await desk.browser.get("/console/find", params={"q": MARKED.format("LBG-77")})
    assert by_name.headers["location"] == f"/console/payments/{payment['id']}"
    named = await desk.post("/refund/{refund}/name", {key: MARKED.format(value) for key, value in ACCOUNT.items()})
    assert named.status_code == 303, named.text
    to = await desk.edge.get(f"/v1/refunds/{desk.refund}")
    assert to.json()["destination"]["account"] == "002301001234561"


async def test_a_form_whose_session_ended_is_given_back_whole(desk: Desk) -> None:
    form = {"amount": "Rp 1.000", "reason": "Rusak & basah"}
    path = "/console/payments/{payment}/refund"
    session = desk.browser.cookies.get("grb_session")
    assert session
    desk.browser.cookies.delete("grb_session")
    ended = await desk.post(path, form)
    assert ended.status_code == 401
    assert "Sesi Anda sudah berakhir" in ended.text
    assert [value for value in form.values() if f'value="{value}"' not in unescape(ended.text)] == []
    assert "Kirim lagi" in ended.text
    foreign = await desk.post(path, form, origin="https://evil.example")
    assert (foreign.status_code, "datang dari situs lain" in foreign.text) == (403, True)
    assert "Kirim lagi" not in foreign.text


async def test_a_form_that_comes_too_often_shows_what_was_typed_but_no_password(desk: Desk) -> None:
    login = Limit("login", 600, 60, shared=True)
    while (await desk.edge.services.limits.take(login, "address:127.0.0.9")).allowed:
        pass
    elsewhere = httpx.AsyncHTTPTransport(local_address="127.0.0.9")
    async with httpx.AsyncClient(
        transport=elsewhere, headers={"origin": desk.edge.url, "accept-language": "id"}
    ) as other:
        typed = {"email": "sari@example.com", "password": "rahasia sekali"}
        answer = await other.post(f"{desk.edge.url}/login", data=typed)
    assert answer.status_code == 429
    assert "Terlalu cepat" in answer.text
    assert "sari@example.com" in answer.text
    assert "rahasia sekali" not in answer.text


async def test_a_form_that_is_too_long_is_answered_with_a_page_that_says_how_to_go_on(desk: Desk) -> None:
    answer = await desk.post("/console/payments/new", {**LINK, "description": "x" * 2_000_000})
    assert answer.status_code == 413
    assert "Isian itu terlalu panjang" in answer.text
