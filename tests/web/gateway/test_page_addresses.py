"""Addresses as people reach them: a mark or a slash too many, a form's address opened like a page, an address that is none (R66)."""

import re
from html import unescape
from urllib.parse import unquote

import pytest

from gerbang.sandbox.app import Sandbox
from gerbang.web.gateway.page_addresses import page_meant, without_marks
from gerbang.web.gateway.request_context import RequestContext
from gerbang.web.gateway.routing import Routes
from gerbang.web.policy import POLICY
from gerbang.web.policy_rows import Body
from tests.web.conftest import PASSWORD, Edge
from tests.web.test_forms import Desk
from tests.web.test_forms import desk as desk  # noqa: PLC0414  a fixture

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("mark", [".", ",", ")", ">", "!", "*", "’", " ", ").", '">'])
def test_marks_behind_a_pasted_link_are_not_taken_for_a_part_of_it(mark: str) -> None:
    assert without_marks(f"abc_-9{mark}") == "abc_-9"


ROUTES = Routes(POLICY)


def meant(path: str) -> str | None:
    raw, _, query = path.partition("?")
    scope = {
        "method": "GET",
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "headers": [],
    }
    return page_meant(RequestContext(scope, None, None), ROUTES)


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/logout", "/"),
        ("/shop/cart", "/shop"),
        ("/shop/cart?lang=en", "/shop?lang=en"),
        ("/pay/pay_1/choose?lang=en&t=secret", "/pay/pay_1?lang=en"),
        ("/refund/ref_1/review", "/refund/ref_1"),
        ("/console/payments/pay_1/ask", "/console/payments/pay_1"),
        ("/console/refunds/ref_1/send-link", "/console/refunds"),
        ("/console/webhooks/evt_1/replay", "/console/webhooks/evt_1"),
        ("/console/", "/console"),
        ("/docs/", "/docs"),
        ("/pay/pay_1/?t=abc", "/pay/pay_1?t=abc"),
        ("//pay/pay_1?t=abc", "/pay/pay_1?t=abc"),
        ("/docs%3E", "/docs"),
        ("/console%E2%80%9D.", "/console"),
        ("//evil.example", None),
        ("//evil.example/console/", None),
        ("/v1/payments/", None),
        ("//v1/payments", None),
        ("/nothing/", None),
    ],
)
def test_an_address_with_no_page_of_its_own_leads_to_the_page_that_is_meant(path: str, page: str | None) -> None:
    assert meant(path) == page


def test_every_form_of_the_policy_table_leads_somewhere_when_it_is_opened() -> None:
    pages = {row.path for row in POLICY if row.method == "GET"}
    lost = [
        row.path
        for row in POLICY
        if row.body is Body.FORM and row.path not in pages and not meant(re.sub(r"\{\w+\}", "x_1", row.path))
    ]
    assert lost == []


async def test_a_browser_is_answered_every_error_by_a_page_and_a_program_by_a_problem(edge: Edge) -> None:
    for path, host, status in (("/nothing", "", 404), ("/pay", "", 404), ("/docs", "evil.example", 400)):
        headers = {"host": host} if host else {}
        shown = await edge.client.get(path, headers=BROWSER | headers)
        assert (shown.status_code, shown.headers["content-type"]) == (status, "text/html; charset=utf-8"), path
        assert shown.headers["x-request-id"] in shown.text
        told = await edge.client.get(path, headers={"accept": "*/*"} | headers)
        assert (told.status_code, told.headers["content-type"]) == (status, "application/problem+json"), path
    assert (await edge.client.get("/v1/nothing", headers=BROWSER)).headers["content-type"] == "application/problem+json"
    wrong = await edge.client.request("DELETE", "/login", headers=BROWSER)
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, POST")


SWITCH = re.compile(r'<form method="post" action="([^"]+\?lang=en)">((?:<input[^>]*>)*)<button type="submit" lang="en"')
INPUT = re.compile(r'name="([^"]*)" value="([^"]*)"')


async def test_the_other_language_of_a_page_that_answered_a_form_keeps_what_was_typed_and_carries_nothing_out(
    desk: Desk,
) -> None:
    bad = {
        "/login": {"email": "sari@example.com", "next": "/shop", "password": PASSWORD + "x"},
        "/pay/{payment}/choose": {"phone": "12"},
        "/refund/{refund}/review": {"bank": "BRI", "account": "002301001234561", "name": "Sari"},
        "/refund/{refund}/name": {"bank": "BRI", "account": "1", "name": "Sari"},
        "/console/payments/new": {"amount": "?", "description": "Kopi Gayo 250 g", "name": "Sari W"},
        "/console/payments/{payment}/resolve": {"decision": "accept", "reason": "x"},
        "/console/refunds/{refund}/settle": {"reference": "B-1", "version": "1"},
        "/console/refunds/{refund}/destination": {"bank": "BRI", "account": "1", "name": "Sari"},
        "/console/refunds/{refund}/resolve": {"decision": "failed", "reason": "x"},
    }
    for path, typed in bad.items():
        shown = await desk.post(path, typed)
        found = SWITCH.search(shown.text)
        assert found is not None, (path, shown.status_code, shown.text)
        fields = {name: unescape(value) for name, value in INPUT.findall(found[2])}
        before = [await desk.edge.count(table) for table in ("payments", "attempts", "audit")]
        other = await desk.browser.post(found[1], data=fields)
        assert other.headers.get("content-language") == "en", (path, other.status_code, other.text)
        desk.browser.cookies.delete("grb_lang")
        lost = [value for name, value in typed.items() if name != "password" and value not in unescape(other.text)]
        assert (lost, "password" in fields) == ([], False), path
        assert [await desk.edge.count(table) for table in ("payments", "attempts", "audit")] == before, path


async def test_the_switch_of_a_form_that_is_right_carries_nothing_out(desk: Desk, shop: tuple[Edge, Sandbox]) -> None:
    before = await desk.edge.count("payments")
    whole = {"amount": "Rp 150.000", "currency": "IDR", "description": "Kopi", "expires": "3d", "language": "id"}
    answer = await desk.browser.post("/console/payments/new?lang=en", data=whole)
    assert (answer.status_code, answer.headers["content-language"]) == (200, "en")
    chosen = {"method": "virtual_account", "bank": "BCA", "key": "k" * 24}
    answer = await desk.browser.post(f"/pay/{desk.payment}/choose?lang=en", data=chosen)
    assert (answer.status_code, answer.headers["content-language"]) == (200, "en")
    assert (await desk.edge.count("payments"), await desk.edge.count("attempts")) == (before, 1)


async def test_a_link_that_was_copied_with_a_mark_behind_it_still_opens(desk: Desk) -> None:
    link = (await desk.edge.create()).json()["checkout_url"]
    for mark in (".", ",", ")", "%3E"):
        desk.browser.cookies.clear()
        assert (await desk.browser.get(link + mark)).status_code == 200, mark
