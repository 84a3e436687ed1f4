"""A payer's way through the pages over real HTTP, without script: shop, door, method, number, money, receipt, refund."""

import asyncio
import html
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gerbang.base import ids
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.identity.model import system_caller
from gerbang.sandbox.app import Sandbox
from tests.conftest import NO_TLS
from tests.web.conftest import PASSWORD, Edge

Shop = tuple[Edge, Sandbox]


@pytest.fixture
async def browser(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody's browser: keeps cookies, says where a form came from, follows nothing by itself."""
    async with httpx.AsyncClient(
        base_url=shop[0].url, timeout=20, headers={"origin": shop[0].url}, verify=NO_TLS
    ) as client:
        yield client


def field(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no field {name} in {page.text[:2000]}"
    return html.unescape(found[1])


async def follow(browser: httpx.AsyncClient, answer: httpx.Response) -> httpx.Response:
    while answer.status_code == 303:
        answer = await browser.get(answer.headers["location"])
    return answer


async def log_in(browser: httpx.AsyncClient, email: str, onward: str) -> None:
    answer = await browser.post("/login", data={"email": email, "password": PASSWORD, "next": onward})
    assert (answer.status_code, answer.headers["location"]) == (303, onward)


async def a_link(edge: Edge, **more: Any) -> str:
    """A fresh payment's link, as a path."""
    made = (await edge.create(**more)).json()
    return str(made["checkout_url"]).removeprefix(edge.url)


async def choose(browser: httpx.AsyncClient, page: httpx.Response, **choice: str) -> httpx.Response:
    return await browser.post(f"{page.url.path}/choose", data={"key": field(page, "key"), **choice})


async def transfer(sandbox: Sandbox, number: str, **more: Any) -> None:
    async with httpx.AsyncClient(base_url=sandbox.url) as client:
        answer = await client.post("/control/nicepay/pay", json={"number": number, **more})
        assert answer.status_code == 200, answer.text


def number_on(page: httpx.Response) -> str:
    found = re.search(r'data-copy="(\d{10,})"', page.text)
    assert found, page.text[:2000]
    return found[1]


async def test_a_cart_becomes_one_paid_payment_without_any_script(shop: Shop, browser: httpx.AsyncClient) -> None:
    edge, sandbox = shop
    await browser.post("/shop/cart", data={"sku": "kopi-gayo", "step": "more"})
    page = await browser.get("/shop")
    assert "Rp\u00a0112.000" in page.text
    form = {"key": field(page, "key")}
    assert (await browser.post("/shop/pay", data=form)).headers["location"] == "/login?next=/shop/pay"
    await log_in(browser, "customer@example.com", "/shop/pay")
    opened = await follow(browser, await browser.get("/shop/pay"))  # the press that led to the login counts
    assert "Mau bayar lewat apa?" in opened.text
    assert "t=" not in str(opened.url.query)
    waiting = await follow(browser, await choose(browser, opened, method="virtual_account", bank="BCA"))
    assert "Transfer ke nomor ini" in waiting.text
    assert "Kopi Gayo" in waiting.text
    before = (await browser.get(f"{opened.url.path}/state")).json()
    asked = await follow(
        browser,
        await browser.post(f"{opened.url.path}/check", headers={"content-type": "application/x-www-form-urlencoded"}),
    )
    assert "uangnya belum terlihat" in asked.text
    await transfer(sandbox, number_on(waiting))
    receipt = await follow(browser, await browser.post(f"{opened.url.path}/check"))
    assert "Pembayaran Anda sudah masuk." in receipt.text
    assert "seratus dua belas ribu rupiah" in receipt.text
    assert (await browser.get(f"{opened.url.path}/state")).json() != before
    assert await edge.count("payments") == 1
    assert "Keranjang masih kosong" in (await browser.get("/shop")).text


async def test_a_link_from_elsewhere_buys_nothing(shop: Shop, browser: httpx.AsyncClient) -> None:
    edge, _ = shop
    await log_in(browser, "customer@example.com", "/shop")
    await browser.post("/shop/cart", data={"sku": "sambal-roa", "step": "more"})
    assert (await browser.get("/shop/pay?key=0123456789abcdef")).headers["location"] == "/shop"
    assert await edge.count("payments") == 0


async def test_pressing_pay_twice_at_once_makes_one_payment(shop: Shop, browser: httpx.AsyncClient) -> None:
    edge, _ = shop  # R1: the key was made with the cart's form
    await log_in(browser, "customer@example.com", "/shop")
    await browser.post("/shop/cart", data={"sku": "sambal-roa", "step": "more"})
    form = {"key": field(await browser.get("/shop"), "key")}
    cart = {"cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
    async with httpx.AsyncClient(base_url=edge.url, headers={"origin": edge.url, **cart}) as other:
        answers = await asyncio.gather(*(other.post("/shop/pay", data=form) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await edge.count("payments") == 1


async def test_choosing_twice_at_once_makes_one_attempt(shop: Shop, browser: httpx.AsyncClient) -> None:
    """R1"""
    edge, _ = shop
    page = await follow(browser, await browser.get(await a_link(edge)))
    answers = await asyncio.gather(*(choose(browser, page, method="virtual_account", bank="BRI") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    assert await edge.count("attempts") == 1


async def test_another_bank_takes_the_place_of_the_first(shop: Shop, browser: httpx.AsyncClient) -> None:
    edge, _ = shop
    page = await follow(browser, await browser.get(await a_link(edge)))
    first = await follow(browser, await choose(browser, page, method="virtual_account", bank="BCA"))
    again = await browser.get(f"{page.url.path}?choose=1")
    assert "Nomor atau kode yang lama ditutup" in again.text
    second = await follow(browser, await choose(browser, again, method="virtual_account", bank="BNI"))
    assert "Virtual account BNI" in second.text
    assert number_on(first) != number_on(second)


async def test_a_link_is_answered_by_the_page_at_once_and_by_a_cookie_from_then_on(
    shop: Shop, browser: httpx.AsyncClient
) -> None:
    edge, _ = shop
    link = await a_link(edge)
    path = link.partition("?")[0]
    assert (await browser.get(f"{link[:-4]}AAAA")).status_code == 404
    assert (await browser.get(path)).status_code == 404
    opened = await browser.get(link)
    assert opened.status_code == 200
    assert opened.headers["content-encoding"] == "gzip"
    assert f"Path={path};" in opened.headers["set-cookie"]
    assert "HttpOnly" in opened.headers["set-cookie"]
    again = await browser.get(path, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in again.headers
    assert "Mau bayar lewat apa?" in again.text
    assert link.partition("?t=")[2] not in again.text


async def test_a_card_goes_to_the_providers_page_and_what_it_says_on_return_is_not_believed(
    shop: Shop, browser: httpx.AsyncClient
) -> None:
    edge, _ = shop
    link = await a_link(edge)
    page = await follow(browser, await browser.get(link))
    away = await follow(browser, await choose(browser, page, method="card"))
    assert f'content="2;url={page.url.path}/go"' in away.text
    gone = await browser.get(f"{page.url.path}/go")
    assert gone.status_code == 303
    assert "/nicepay/" in gone.headers["location"]
    back = await browser.get(f"{link}&back=1&resultCd=0000&resultMsg=SUCCESS&amt=150000")
    assert "Kami tanyakan hasilnya ke bank" in back.text
    by_form = await browser.post(
        f"{link}&back=1", data={"resultCd": "0000"}, headers={"origin": "https://bank.example"}
    )
    assert by_form.headers["location"] == f"{page.url.path}?back=1"
    assert await edge.count("ledger_lines") == 0


async def test_the_link_opens_its_payment_and_no_other(shop: Shop, browser: httpx.AsyncClient) -> None:
    edge, _ = shop
    mine, other = await a_link(edge), await a_link(edge)
    await follow(browser, await browser.get(mine))
    path, _, token = other.partition("?t=")
    for address in (
        path,
        f"{path}?t={token[1:]}{token[0]}",
        f"{path}?t={mine.partition('?t=')[2]}",
        "/pay/pay_nothing",
        f"{path}/state",
    ):
        refused = await browser.get(address)
        assert refused.status_code == 404, address
        assert "Halaman ini tidak ada" in refused.text
        assert refused.headers["content-type"].startswith("text/html")


async def test_a_customer_opens_their_own_bill_without_the_link(shop: Shop, browser: httpx.AsyncClient) -> None:
    """R39"""
    edge, _ = shop
    made = (await edge.create("customer")).json()["id"]
    assert (await browser.get(f"/pay/{made}")).status_code == 404
    await log_in(browser, "other@example.com", "/shop")
    assert (await browser.get(f"/pay/{made}")).status_code == 404
    browser.cookies.clear()
    await log_in(browser, "customer@example.com", "/shop")
    assert (await browser.get(f"/pay/{made}")).status_code == 200


async def test_another_sites_form_cannot_press_our_buttons(shop: Shop, browser: httpx.AsyncClient) -> None:
    edge, _ = shop
    page = await follow(browser, await browser.get(await a_link(edge)))
    form = {"key": field(page, "key"), "method": "virtual_account", "bank": "BCA"}
    for origin in ("https://evil.example", "null"):
        refused = await browser.post(f"{page.url.path}/choose", data=form, headers={"origin": origin})
        assert refused.status_code == 403
    assert await edge.count("attempts") == 0


async def test_a_choice_that_is_incomplete_is_told_what_is_missing(shop: Shop, browser: httpx.AsyncClient) -> None:
    edge, _ = shop
    page = await follow(browser, await browser.get(await a_link(edge)))
    nothing = await choose(browser, page)
    no_bank = await choose(browser, page, method="virtual_account")
    nonsense = await choose(browser, page, method="virtual_account", bank="' OR 1=1 --")
    assert [one.status_code for one in (nothing, no_bank, nonsense)] == [422, 422, 422]
    assert "Pilih dulu satu cara bayar." in nothing.text
    assert "Pilih dulu bank untuk Virtual account." in no_bank.text
    assert await edge.count("attempts") == 0


async def test_every_page_has_the_policy_and_its_files_are_kept_for_ever(
    shop: Shop, browser: httpx.AsyncClient
) -> None:
    """R47"""
    edge, _ = shop
    for address in ("/shop", "/login", "/owner?t=x", (await a_link(edge)).partition("?")[0]):
        page = await browser.get(address)
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "same-origin"
        files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
        assert len(files) >= 2
        for name in files:
            kept = await browser.get(name)
            assert kept.status_code == 200
            assert "immutable" in kept.headers["cache-control"]
            plain = await browser.get(name, headers={"accept-encoding": "identity"})
            assert "content-encoding" not in plain.headers
            assert plain.content == kept.content
            if name.endswith(".js"):
                assert kept.headers["content-encoding"] == "gzip"
    assert (await browser.get("/static/000000000000/pay.js")).headers["cache-control"] == "no-cache"
    for name in ("x/../../pages.py", "x/nothing.css", "x/%2e%2e/pages.py"):
        assert (await browser.get(f"/static/{name}")).status_code == 404


async def test_the_language_is_chosen_once_and_kept(shop: Shop, browser: httpx.AsyncClient) -> None:
    assert '<html lang="id">' in (await browser.get("/shop")).text
    assert '<html lang="en">' in (await browser.get("/shop", headers={"accept-language": "en-GB,en;q=0.9"})).text
    assert '<html lang="en">' in (await browser.get("/shop?lang=en")).text
    assert '<html lang="en">' in (await browser.get("/shop")).text
    assert '<html lang="id">' in (await browser.get("/shop?lang=id")).text


async def test_the_door_tells_nobody_which_half_was_wrong(shop: Shop, browser: httpx.AsyncClient) -> None:
    """R33"""
    answers = [
        await browser.post("/login", data={"email": email, "password": "salah sekali ini", "next": "/shop"})
        for email in ("customer@example.com", "nobody@example.com")
    ]
    assert [one.status_code for one in answers] == [401, 401]
    bodies = [
        one.text.replace(email, "")
        for one, email in zip(answers, ("customer@example.com", "nobody@example.com"), strict=True)
    ]
    assert bodies[0] == bodies[1]
    assert "grb_session" not in browser.cookies


async def test_a_session_is_renewed_by_the_door_and_ended_by_leaving(shop: Shop, browser: httpx.AsyncClient) -> None:
    edge, _ = shop
    await log_in(browser, "customer@example.com", "/shop")
    cookies = [one for one in browser.cookies.jar if one.name in ("grb_session", "grb_refresh")]
    assert all(one.has_nonstandard_attr("HttpOnly") for one in cookies)
    assert {one.name: one.path for one in cookies} == {"grb_session": "/", "grb_refresh": "/login"}
    browser.cookies.delete("grb_session")
    renewed = await browser.get("/login?next=/shop")
    assert (renewed.status_code, renewed.headers["location"]) == (303, "/shop")
    await browser.post("/shop/cart", data={"sku": "kopi-gayo", "step": "more"})
    assert "Masuk sebagai <b>Customer</b>" in (await browser.get("/shop")).text
    token = browser.cookies["grb_session"]
    await browser.post("/logout", data={"next": "/shop"})
    gone = await edge.client.get("/v1/me", headers={"authorization": f"Bearer {token}"})
    assert gone.status_code == 401


async def test_a_card_number_typed_anywhere_is_refused_and_kept_nowhere(shop: Shop, browser: httpx.AsyncClient) -> None:
    """R14"""
    edge, _ = shop
    page = await follow(browser, await browser.get(await a_link(edge)))
    refused = await browser.post(f"{page.url.path}/choose", data={"key": "4111 1111 1111 1111", "method": "card"})
    assert refused.status_code == 422
    (entry,) = await edge.noted("card_data.refused")
    assert (entry["object"], entry["detail"]) == ("route:POST /pay/{payment}/choose", {"pointer": "/key"})
    assert "41111111" not in (refused.text + str(entry)).replace(" ", "")
    assert await edge.count("attempts") == 0


async def a_waiting_refund(edge: Edge, sandbox: Sandbox) -> str:
    """The path of a refund's page that waits for an account."""
    made = (await edge.create(method="virtual_account", method_options={"bank": "BCA"})).json()
    await transfer(sandbox, made["next_action"]["number"])
    assert (await edge.post(f"/v1/payments/{made['id']}/refresh")).json()["status"] == "paid"
    payments, caller = edge.services.payments, system_caller("test")
    key = IdempotencyKey(caller.label, ids.new().hex, b"x" * 32)
    asked = await payments.refund(caller, ids.read("pay", made["id"]), None, "Barang habis", None, key)
    token = await payments.mailed_refund_token(asked.refund.id)
    return f"/refund/{ids.show('ref', asked.refund.id)}?t={token}"


async def test_a_payer_names_an_account_looks_twice_and_is_not_asked_again(
    shop: Shop, browser: httpx.AsyncClient
) -> None:
    edge, sandbox = shop
    page = await follow(browser, await browser.get(await a_waiting_refund(edge, sandbox)))
    assert "Ke rekening mana" in page.text
    path = page.url.path
    short = await browser.post(f"{path}/review", data={"bank": "BNI", "account": "03 41", "name": "Sari Wulandari"})
    assert short.status_code == 422
    assert "Di sini ada 4." in short.text
    card = await browser.post(f"{path}/review", data={"bank": "BNI", "account": "4111 1111 1111 1111", "name": "Sari"})
    assert card.status_code == 422
    assert "Ini nomor kartu" in card.text
    (entry,) = await edge.noted("card_data.refused")
    assert (entry["object"], entry["detail"]) == ("route:POST /refund/{refund}/review", {"pointer": "/account"})
    assert "41111111" not in (card.text + str(entry)).replace(" ", "")
    for typed in ("kartu 4111 1111 1111 1111", "rekening-sayadi4"):
        odd = await browser.post(f"{path}/review", data={"bank": "BNI", "account": typed, "name": "Sari"})
        assert odd.status_code == 422, odd.text
        assert "41111111" not in odd.text.replace(" ", "")
    account = {"bank": "BNI", "account": "0341 8822 882", "name": "Sari <b>Wulandari</b>"}
    review = await browser.post(f"{path}/review", data=account)
    assert "Benar rekening ini?" in review.text
    assert "<b>Wulandari" not in review.text
    named = await follow(browser, await browser.post(f"{path}/name", data=account))
    assert "rekeningnya sudah kami catat" in named.text
    assert "•••882" in named.text
    assert "03418822882" not in named.text
    stranger = httpx.AsyncClient(base_url=edge.url)
    assert (await stranger.get(path)).status_code == 404
    await stranger.aclose()


async def test_the_feed_tells_an_open_page_to_look_again(shop: Shop, browser: httpx.AsyncClient) -> None:
    edge, _ = shop
    page = await follow(browser, await browser.get(await a_link(edge)))
    async with browser.stream("GET", f"{page.url.path}/feed") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.aiter_lines()
        await asyncio.wait_for(anext(lines), 5)
        await choose(browser, page, method="virtual_account", bank="BCA")

        async def heard() -> str:
            async for line in lines:
                if line.startswith("event:"):
                    return line
            return ""

        assert await asyncio.wait_for(heard(), 10) == "event: changed"


async def test_the_owner_link_makes_the_first_account_once(edge: Edge) -> None:
    """R37"""
    async with edge.services.db.transaction() as tx:
        await tx.execute("UPDATE users SET role = 'support' WHERE role = 'admin'")
    token = await edge.services.identity.accounts.make_owner_link()
    async with httpx.AsyncClient(base_url=edge.url, headers={"origin": edge.url}) as browser:
        assert "Buat akun pemilik" in (await browser.get(f"/owner?t={token}")).text
        form = {"t": token, "email": "made@lumbung.example", "name": "Made", "password": "pendek"}
        assert (await browser.post("/owner", data=form)).status_code == 422
        made = await browser.post("/owner", data={**form, "password": "nasi jinggo di pinggir jalan"})
        assert (made.status_code, made.headers["location"]) == (303, "/console")
        again = await browser.post(
            "/owner", data={**form, "email": "x@lumbung.example", "password": "nasi jinggo di pinggir jalan"}
        )
        assert again.status_code == 403
        assert "tidak berlaku lagi" in again.text
    async with edge.services.db.reading() as tx:
        assert await tx.fetchval("SELECT role FROM users WHERE email = 'made@lumbung.example'") == "admin"


async def test_there_is_no_demo_shop_outside_the_sandbox(edge: Edge) -> None:
    assert (await edge.client.get("/shop")).status_code == 404
    page = await edge.client.get("/login")
    assert "demo.json" not in page.text
    assert '<aside class="test-band"' not in page.text
