"""Payment links over real HTTP: who makes them, what the form refuses and keeps, one payment a form, one mail a click, what is shown."""

import re
from collections.abc import AsyncIterator, Mapping
from html import unescape
from typing import Any

import httpx
import pytest

from gerbang.core.announcements.service import AnnouncementConsumer
from gerbang.core.identity.model import Role
from gerbang.core.notifications.service import CONSUMER
from gerbang.sandbox.app import Sandbox
from tests import earlier_rows
from tests.demo_accounts import SECOND
from tests.web.conftest import PASSWORD, Edge
from tests.web.console.test_operators import hidden, signed_in

Shop = tuple[Edge, Sandbox]
NEW = "/console/payments/new"
FORM: Mapping[str, str] = {
    "amount": "Rp 150.000",
    "currency": "IDR",
    "description": "Kopi Gayo 250 g",
    "order": "LBG-77",
    "expires": "3d",
    "name": "Sari Wulandari",
    "email": "sari@example.com",
    "phone": "+62 812 3456 7890",
    "language": "id",
}


@pytest.fixture
async def desk(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which somebody of finance is signed in."""
    browser = await signed_in(shop[0], Role.FINANCE)
    yield browser
    await browser.aclose()


async def made(desk: httpx.AsyncClient, **typed: str) -> str:
    """A new link's payment, by the form."""
    form = {**FORM, "key": hidden(await desk.get(NEW), "key"), **typed}
    answer = await desk.post(NEW, data=form)
    assert answer.status_code == 303, answer.text
    found = re.fullmatch(r"/console/payments/(pay_\w+)/link", answer.headers["location"])
    assert found, answer.headers["location"]
    return found[1]


async def mailed(edge: Edge) -> list[dict[str, Any]]:
    """What the worker's feed makes of what was announced."""
    feed = AnnouncementConsumer(edge.services.db, CONSUMER, edge.services.notifications.take)
    await feed.prepare()
    while await feed.run_once():
        pass
    async with edge.services.db.reading() as tx:
        rows = await tx.fetch(
            "SELECT recipient, template, locale, object_id AS payment_id FROM notifications ORDER BY id"
        )
    return [dict(row) for row in rows]


def payers_link(page: httpx.Response) -> str:
    found = re.search(r'id="url"[^>]*>([^<]+)<', page.text)
    assert found, page.text[:2000]
    return unescape(found[1])


async def test_two_clicks_make_a_link_that_a_payer_can_open(shop: Shop, desk: httpx.AsyncClient) -> None:
    edge, _ = shop
    assert f'href="{NEW}"' in (await desk.get("/console/payments")).text
    payment = await made(desk)
    kept = (await edge.get(f"/v1/payments/{payment}")).json()
    assert (kept["amount"], kept["currency"], kept["status"], kept["order_reference"]) == (
        150_000,
        "IDR",
        "created",
        "LBG-77",
    )
    assert kept["customer"]["email"] == "sari@example.com"
    assert kept["next_action"]["type"] == "choose_method"
    page = await desk.get(f"/console/payments/{payment}/link")
    assert payers_link(page) == kept["checkout_url"]
    assert "<svg" in page.text
    async with httpx.AsyncClient(follow_redirects=True) as payer:
        opened = await payer.get(payers_link(page))
    assert "Mau bayar lewat apa?" in opened.text
    (entry,) = await edge.audited("payment.created")
    assert entry["actor"].startswith("user:usr_")


async def test_an_empty_list_teaches_each_what_they_may_do(shop: Shop, desk: httpx.AsyncClient) -> None:
    await earlier_rows.remove(shop[0].database.owner_dsn)
    support = await signed_in(shop[0], Role.SUPPORT)
    assert "Buat tautan bayar di kanan atas" in (await desk.get("/console/payments")).text
    assert "Buat satu dari toko contoh" in (await support.get("/console/payments")).text
    await support.aclose()


async def test_the_same_form_sent_twice_makes_one_payment_and_another_amount_another(
    shop: Shop, desk: httpx.AsyncClient
) -> None:
    """R1"""
    edge, _ = shop
    key = hidden(await desk.get(NEW), "key")
    first, again = [(await desk.post(NEW, data={**FORM, "key": key})).headers["location"] for _ in range(2)]
    other = (await desk.post(NEW, data={**FORM, "key": key, "amount": "200.000"})).headers["location"]
    assert first == again != other
    assert await edge.count("payments") == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"amount": "150rb"}, "Tulis jumlahnya dengan angka, seperti Rp\u00a0150.000"),
        ({"amount": ""}, "Tulis jumlahnya dengan angka, seperti Rp\u00a0150.000"),
        ({"amount": "USD 48.50"}, "mata uang lain"),
        ({"amount": "1.234", "currency": "USD"}, "Bisa berarti dua jumlah"),
        ({"amount": "48.50", "currency": "USD"}, "Belum ada koneksi yang menerima USD"),
        ({"amount": "48.50", "currency": "ZZZ"}, "Belum ada koneksi yang menerima ZZZ"),
        ({"amount": "1.000.000.000.000"}, "Di luar jumlah yang bisa ditagih"),
        ({"description": ""}, "Tulis untuk apa"),
        ({"email": "sari"}, "Alamat email seperti"),
        ({"phone": "telepon saja"}, "Ini bukan nomor telepon"),
        ({"phone": "0812 3456 7890 / 0813 9876 5432"}, "Isi satu nomor saja"),
        ({"order": "x" * 65}, "Paling banyak 64 huruf"),
        ({"expires": "never"}, "Pilih salah satu"),
        ({"language": "fr"}, "Pilih salah satu"),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    one_shop: Shop, one_desk: httpx.AsyncClient, typed: Mapping[str, str], said: str
) -> None:
    edge, _ = one_shop
    answer = await one_desk.post(NEW, data={**FORM, "key": "k", **typed})
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert answer.text.count('class="err"') == 1
    assert 'value="Kopi Gayo 250 g"' in answer.text or "description" in typed
    assert await edge.count("payments") == 0


async def test_all_wrong_fields_are_told_at_once(desk: httpx.AsyncClient) -> None:
    answer = await desk.post(NEW, data={**FORM, "amount": "x", "description": "", "email": "x"})
    assert answer.text.count('class="err"') == 3


async def test_an_amount_that_no_method_takes_makes_no_dead_link(shop: Shop, desk: httpx.AsyncClient) -> None:
    edge, _ = shop
    await edge.services.connections.switch("test", SECOND, enabled=False)
    known = await edge.services.connections.get("nicepay-uji")
    limits = {
        "methods": "virtual_account card",
        "least_virtual_account": "10000",
        "most_virtual_account": "50000000",
        "least_card": "10000",
    }
    await edge.services.connections.update(
        "test", "nicepay-uji", settings={**known.settings, **limits}, secrets=known.secrets, enabled=True
    )
    answer = await desk.post(NEW, data={**FORM, "amount": "5.000"})
    assert answer.status_code == 422
    assert "mulai Rp\u00a010.000 sampai" in answer.text


@pytest.mark.parametrize("field", ["description", "amount", "name", "order"])
async def test_a_card_number_is_not_kept_and_not_shown_again(shop: Shop, desk: httpx.AsyncClient, field: str) -> None:
    """R14"""
    edge, _ = shop
    answer = await desk.post(NEW, data={**FORM, field: "4111 1111 1111 1111"})
    assert answer.status_code == 422
    assert "mirip nomor kartu" in answer.text
    (entry,) = await edge.noted("card_data.refused")
    assert (entry["object"], entry["detail"]) == ("route:POST /console/payments/new", {"pointer": f"/{field}"})
    assert entry["actor"].startswith("user:usr_")
    assert "41111111" not in (answer.text + str(entry)).replace(" ", "")
    assert await edge.count("payments") == 0


async def test_only_staff_who_may_make_payments_make_links(shop: Shop) -> None:
    """R39: a customer who may set amounts, as in the sandbox, is no operator."""
    edge, _ = shop
    payment = (await edge.create()).json()["id"]
    addresses = (NEW, f"/console/payments/{payment}/link")
    support = await signed_in(edge, Role.SUPPORT)
    assert NEW not in (await support.get("/console/payments")).text
    assert f"{payment}/link" not in (await support.get(f"/console/payments/{payment}")).text
    async with httpx.AsyncClient(base_url=edge.url, headers={"origin": edge.url}) as browser:
        assert (await browser.get(NEW)).headers["location"].startswith("/login?next=%2Fconsole%2Fpayments%2Fnew")
        await browser.post("/login", data={"email": "customer@example.com", "password": PASSWORD, "next": "/shop"})
        for who in (browser, support):
            for address in addresses:
                assert (await who.get(address)).status_code == 403, address
                assert (await who.post(address, data={**FORM, "key": "k"})).status_code == 403, address
    await support.aclose()
    assert await edge.count("payments") == 1


async def test_another_sites_form_makes_and_mails_nothing(shop: Shop, desk: httpx.AsyncClient) -> None:
    edge, _ = shop
    payment = await made(desk)
    evil = {"origin": "https://evil.example"}
    for address in (NEW, f"/console/payments/{payment}/link"):
        assert (await desk.post(address, data={**FORM, "key": "k"}, headers=evil)).status_code in (401, 403)
    assert await edge.count("payments") == 1
    assert await mailed(edge) == []


async def test_a_double_click_mails_once_and_in_the_payers_language(shop: Shop, desk: httpx.AsyncClient) -> None:
    edge, _ = shop
    payment = await made(desk, language="en", email="jane@example.com")
    address = f"/console/payments/{payment}/link"
    page = await desk.get(address)
    assert "Kirim ke jane@example.com" in page.text
    form = {"key": hidden(page, "key")}
    for _ in range(2):
        assert (await desk.post(address, data=form)).headers["location"] == f"{address}?done=sent"
    (mail,) = await mailed(edge)
    assert (mail["recipient"], mail["template"], mail["locale"]) == ("jane@example.com", "payment_link", "en")
    page = await desk.get(f"{address}?done=sent")
    assert "Kirim lagi ke jane@example.com" in page.text
    assert "sedang dikirim" in page.text
    assert len(await edge.audited("payment.link_sent")) == 1


async def test_without_an_address_the_page_says_to_copy_it(shop: Shop, desk: httpx.AsyncClient) -> None:
    payment = await made(desk, email="", name="")
    address = f"/console/payments/{payment}/link"
    page = await desk.get(address)
    assert "Tidak ada alamat email pembayar." in page.text
    assert "persetujuan untuk" in page.text
    assert "Kirim ke" not in page.text
    refused = await desk.post(address, data={"key": "k"})
    assert refused.headers["location"].endswith("?done=refused&why=payer_unreachable")
    assert "tidak ada pesan yang sampai ke pembayarnya" in (await desk.get(refused.headers["location"])).text


async def test_the_stages_follow_the_payer_and_the_shops_own_look_is_none(shop: Shop, desk: httpx.AsyncClient) -> None:
    edge, sandbox = shop
    payment = await made(desk)
    address = f"/console/payments/{payment}/link"
    link = payers_link(await desk.get(address))
    await desk.get(link, follow_redirects=True)
    assert reached(await desk.get(address)) == 1
    async with httpx.AsyncClient(base_url=edge.url, headers={"origin": edge.url}, follow_redirects=True) as payer:
        page = await payer.get(link)
        await payer.get(link)
        assert reached(await desk.get(address)) == 2
        assert len(await edge.audited("payment.link_opened")) == 1
        chosen = {"key": hidden(page, "key"), "method": "virtual_account", "bank": "BCA"}
        await payer.post(f"/pay/{payment}/choose", data=chosen)
    assert reached(await desk.get(address)) == 3
    number = (await edge.get(f"/v1/payments/{payment}")).json()["next_action"]["number"]
    async with httpx.AsyncClient(base_url=sandbox.url) as client:
        await client.post("/control/nicepay/pay", json={"number": number})
    await edge.post(f"/v1/payments/{payment}/refresh")
    page = await desk.get(address)
    assert reached(page) == 4
    assert "Sudah dibayar" in page.text
    assert 'class="qrbox"' not in page.text


def reached(page: httpx.Response) -> int:
    """Stages that have a time: made, mailed, opened, chosen, paid."""
    return page.text.partition('class="stages"')[2].count('class="done"')


async def test_a_cancelled_link_says_so_to_both_and_can_be_made_again(desk: httpx.AsyncClient) -> None:
    payment = await made(desk)
    address = f"/console/payments/{payment}/link"
    link = payers_link(await desk.get(address))
    await desk.post(f"/console/payments/{payment}/cancel", data={})
    page = await desk.get(address)
    assert "Dibatalkan" in page.text
    assert "?t=" not in page.text
    refused = await desk.post(address, data={"key": "k"})
    assert refused.headers["location"].endswith("why=payment_closed")
    async with httpx.AsyncClient(follow_redirects=True) as payer:
        assert "Tagihan ini dibatalkan" in (await payer.get(link)).text
    again = await desk.get(f"{NEW}?like={payment}")
    for kept in ("Rp 150.000", "Kopi Gayo 250 g", "LBG-77", "Sari Wulandari", "sari@example.com", "+62 812-3456-7890"):
        assert f'value="{kept}"' in again.text, kept


async def test_the_api_mails_a_link_once_a_key(shop: Shop) -> None:
    """R1, R3"""
    edge, _ = shop
    payment = (await edge.create(customer={"name": "Jane", "email": "jane@example.com", "locale": "en"})).json()["id"]
    address = f"/v1/payments/{payment}/send-link"
    assert (await edge.post(address, "developer")).json()["code"] == "idempotency_key_required"
    first, again = [await edge.post(address, "developer", key="send-1") for _ in range(2)]
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == payment
    assert again.headers["idempotent-replayed"] == "true"
    assert [mail["template"] for mail in await mailed(edge)] == ["payment_link"]
    nobody = (await edge.create()).json()["id"]
    refused = await edge.post(f"/v1/payments/{nobody}/send-link", "developer", key="send-2")
    assert (refused.status_code, refused.json()["code"]) == (409, "payer_unreachable")
    assert (await edge.post(address, "support", key="send-3")).status_code == 403
    assert (await edge.post(address, "customer", key="send-4")).status_code == 404


async def test_text_of_strangers_stays_text(desk: httpx.AsyncClient) -> None:
    """R47"""
    payment = await made(desk, description="<script>alert(1)</script>", name='"><img src=x>')
    page = await desk.get(f"/console/payments/{payment}/link")
    again = await desk.get(f"{NEW}?like={payment}")
    for shown in (page, again):
        assert "<script>alert" not in shown.text
        assert "<img" not in shown.text
