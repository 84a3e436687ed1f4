"""Every role at every page of the console: nothing stands there that leads to a refusal, and no payer's link for who only reads (R39, R62)."""

import re

import httpx

from gerbang.core.identity.model import Role
from gerbang.core.payments.refunds.model import read_rules
from gerbang.sandbox.app import Sandbox
from tests.web.conftest import Edge
from tests.web.console.test_operators import a_paid_payment, signed_in

Shop = tuple[Edge, Sandbox]
STAFF = (Role.SUPPORT, Role.FINANCE, Role.DEVELOPER, Role.ADMIN)
_LINK = re.compile(r'href="(/console[^"]*)"')
_FORM = re.compile(r'<form[^>]*method="post"[^>]*action="(/console[^"]*)"')


async def something_of_everything(edge: Edge, sandbox: Sandbox) -> list[str]:
    """Payments with a refund that waits for a transfer, with one that waits for a second person, with a link, and with none of these."""
    edge.services.payments.context.refund_rules = read_rules("auto", "IDR=100000")
    paid = [await a_paid_payment(edge, sandbox) for _ in range(2)]
    for payment, amount in zip(paid, (50_000, 150_000), strict=True):
        asked = await edge.post(
            f"/v1/payments/{payment}/refunds", body={"amount": amount, "reason": "rusak"}, key="new"
        )
        assert asked.status_code == 201, asked.text
    return [*paid, (await edge.create()).json()["id"]]


async def shown(browser: httpx.AsyncClient, address: str) -> str:
    answer = await browser.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return answer.text


async def test_no_link_and_no_button_of_the_console_leads_to_a_refusal(shop: Shop) -> None:
    """R39"""
    edge, sandbox = shop
    payments = await something_of_everything(edge, sandbox)
    seeds = [
        "/console/work",
        "/console/payments",
        "/console/webhooks",
        *(f"/console/payments/{one}" for one in payments),
    ]
    for role in STAFF:
        browser = await signed_in(edge, role)
        pages = [await shown(browser, address) for address in seeds]
        links = {link.replace("&amp;", "&") for page in pages for link in _LINK.findall(page)}
        answers = {link: await browser.get(link) for link in sorted(links)}
        assert {link: one.status_code for link, one in answers.items() if one.status_code not in (200, 303)} == {}, role
        forms = {form for page in (*pages, *(one.text for one in answers.values())) for form in _FORM.findall(page)}
        assert forms or role is Role.SUPPORT
        pressed = {form: (await browser.post(form, data={})).status_code for form in sorted(forms)}
        assert {form: status for form, status in pressed.items() if status in (401, 403, 404, 405)} == {}, role
        await browser.aclose()


async def test_who_only_reads_is_shown_no_link_of_a_payer(shop: Shop) -> None:
    """R62"""
    edge, sandbox = shop
    payments = await something_of_everything(edge, sandbox)
    browser = await signed_in(edge, Role.SUPPORT)
    for address in ("/console/work", "/console/payments", *(f"/console/payments/{one}" for one in payments)):
        page = await shown(browser, address)
        assert not re.search(r"[?&](amp;)?t=", page), address
        assert "/pay/" not in page
    await browser.aclose()
