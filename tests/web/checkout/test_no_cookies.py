"""Who keeps no cookies can do all that a payer does, and the link's token stands in no form's address."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape

import httpx

from gerbang.sandbox.app import Sandbox
from tests.web.checkout.test_payer_journey import a_waiting_refund
from tests.web.conftest import Edge


async def test_who_keeps_no_cookies_can_pay_all_the_same(shop: tuple[Edge, Sandbox]) -> None:
    edge, _ = shop
    link = (await edge.create(customer={"name": "Sari"})).json()["checkout_url"]
    async with without_cookies(edge) as browser:
        page = await browser.get(link)
        for chosen in ({"key": "k" * 24, "method": "virtual_account", "bank": "BRI"}, {}):
            sent = await pressed(browser, page, chosen)
            assert sent.status_code == 303, sent.text
            page = await browser.get(sent.headers["location"])
            assert page.status_code == 200, page.text
        switch = re.search(r'href="([^"]+lang=en[^"]*)"', page.text)
        assert switch is not None
        assert (await browser.get(unescape(switch[1]))).status_code == 200


async def test_who_keeps_no_cookies_names_an_account_all_the_same(shop: tuple[Edge, Sandbox]) -> None:
    edge, sandbox = shop
    link = await a_waiting_refund(edge, sandbox)
    account = {"bank": "BNI", "account": "0341882288", "name": "Sari", "version": "0"}
    async with without_cookies(edge) as browser:
        opened = await browser.get(link)
        assert (await pressed(browser, opened, {"bank": "BNI"})).status_code == 422
        review = await pressed(browser, opened, account)
        named = await pressed(browser, review, account)
        assert "•••288" in (await browser.get(named.headers["location"])).text


@asynccontextmanager
async def without_cookies(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that forgets every cookie at once."""
    async with httpx.AsyncClient(headers={"origin": edge.url}, base_url=edge.url, timeout=20) as browser:
        browser.event_hooks["request"].append(without_cookie)
        yield browser


async def without_cookie(request: httpx.Request) -> None:
    request.headers.pop("cookie", None)


async def pressed(browser: httpx.AsyncClient, page: httpx.Response, typed: dict[str, str]) -> httpx.Response:
    """The first form of the page is sent with these fields and with its own hidden token: its address holds none."""
    form = re.search(r'<form[^>]* action="([^"?]+)"[^>]*><input type="hidden" name="t" value="([^"]+)">', page.text)
    assert form is not None, page.text
    return await browser.post(form[1], data=typed | {"t": unescape(form[2])})


async def test_once_the_cookie_is_kept_no_address_of_the_page_holds_the_token(shop: tuple[Edge, Sandbox]) -> None:
    edge, _ = shop
    link = (await edge.create()).json()["checkout_url"]
    async with httpx.AsyncClient(timeout=20) as browser:
        await browser.get(link)
        assert link.rpartition("t=")[2] not in (await browser.get(link)).text
