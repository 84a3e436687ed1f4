"""The console's search finds a payment by everything that a payer, a bank or a provider can name."""

from gerbang.base import ids
from gerbang.core.identity.model import Role
from gerbang.sandbox.app import Sandbox
from tests.web.conftest import Edge
from tests.web.console.test_operators import signed_in

PERSON = {"name": "Sari Wulandari", "email": "Sari.W@example.com", "phone": "0812 3456 7890"}


async def test_a_payment_is_found_by_whatever_somebody_can_name_of_it(shop: tuple[Edge, Sandbox]) -> None:
    edge, _ = shop
    made = await edge.create(
        order_reference="LBG-77a", customer=PERSON, method="virtual_account", method_options={"bank": "BRI"}
    )
    payment, request = made.json()["id"], made.headers["x-request-id"]
    details = await edge.services.payments.get(ids.read("pay", payment))
    (attempt,) = details.attempts
    number = made.json()["next_action"]["number"]
    await edge.create(order_reference="LBG-78", customer={"name": "Budi", "email": "budi@example.com"})
    names = [
        payment.upper(),
        payment.lower(),
        ids.show("att", attempt.id),
        ids.show("att", attempt.id).lower(),
        "lbg-77A",
        number,
        " ".join(number[at : at + 4] for at in range(0, len(number), 4)),
        attempt.provider_reference or "",
        "sari.w@EXAMPLE.com",
        "+62 812-3456-7890",
        "081234567890",
        "sari wulandari",
        request,
        request.lower(),
    ]
    browser = await signed_in(edge, Role.ADMIN)
    try:
        led = {name: (await browser.get("/console/find", params={"q": name})).headers["location"] for name in names}
        assert led == dict.fromkeys(names, f"/console/payments/{payment}")
        lost = await browser.get("/console/find", params={"q": "nobody@example.com"})
        nothing = await browser.get(lost.headers["location"])
        assert ("nobody@example.com" in nothing.text, "LBG-7" in nothing.text) == (True, False)
        assert "virtual account" in nothing.text
    finally:
        await browser.aclose()


async def test_several_payments_of_one_name_are_listed_and_no_others(shop: tuple[Edge, Sandbox]) -> None:
    edge, _ = shop
    for order in ("LBG-1", "LBG-2"):
        await edge.create(order_reference=order, customer=PERSON)
    await edge.create(order_reference="LBG-3", customer={"name": "Budi"})
    browser = await signed_in(edge, Role.SUPPORT)
    try:
        lead = await browser.get("/console/find", params={"q": "sari.w@example.com"})
        page = (await browser.get(lead.headers["location"])).text
        assert [order in page for order in ("LBG-1", "LBG-2", "LBG-3")] == [True, True, False]
    finally:
        await browser.aclose()
