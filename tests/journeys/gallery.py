"""Every page of console and checkout with something on it, as its text: what the layout tests measure and read. Names, numbers and
sentences are as long as they get, since those break a page.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from gerbang.base import ids
from gerbang.core.identity.model import Role
from gerbang.core.inbox.model import NewEvent
from gerbang.core.payments.refunds.model import read_rules
from gerbang.sandbox.app import Sandbox
from tests.conftest import NO_TLS
from tests.web.conftest import PASSWORD, Edge

NAME: Final = "R.A. Kartika Prameswari Wiryodiningrat Kusumaningtyas-Hadikusumo"
ORDER: Final = "LBG-2026-1123-0417-PESANAN-KANTOR-PUSAT-YOGYAKARTA"
_ACCOUNT: Final = {"bank": "BNI", "account": "0341882288", "name": NAME}
_EVENT: Final = b'{"tXid":"TESTMID00102202611231419472931","status":"0","amt":"150000","goodsNm":"' + b"x" * 300 + b'"}'


@dataclass
class Gallery:
    """`pages`: by a name and the language, `work.id`; `status`: what each was answered with."""

    pages: dict[str, str] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)

    def keep(self, name: str, answer: httpx.Response) -> None:
        """One more page; a redirect is none."""
        assert answer.headers["content-type"].startswith("text/html"), f"{name}: {answer.status_code} {answer.text}"
        self.pages[f"/{name}"], self.status[f"/{name}"] = answer.text, answer.status_code


async def taken(edge: Edge, sandbox: Sandbox, locales: Sequence[str] = ("id", "en")) -> Gallery:
    """All pages, in these languages."""
    edge.services.payments.context.refund_rules = read_rules("auto", "IDR=140000")
    world, gallery = await _set(edge, sandbox), Gallery()
    for locale in locales:
        desk = await _signed_in(edge, Role.ADMIN, locale)
        for name, address in _console(world).items():
            gallery.keep(f"{name}.{locale}", await desk.get(address))
        for name, (address, form) in _console_forms(world).items():
            gallery.keep(f"{name}.{locale}", await desk.post(address, data=form, follow_redirects=True))
        unread = await desk.post("/console/payments/new", content="{}", headers={"content-type": "application/json"})
        gallery.keep(f"form-unreadable.{locale}", unread)
        foreign = {"origin": "https://elsewhere.example"}
        form = {"reason": "Barang rusak di jalan", "amount": "150000"}
        sent = await desk.post(f"/console/payments/{world['paid']}/refund", data=form, headers=foreign)
        gallery.keep(f"form-foreign.{locale}", sent)
        support = await _signed_in(edge, Role.SUPPORT, locale)
        gallery.keep(
            f"form-denied.{locale}", await support.post(f"/console/payments/{world['paid']}/refund", data=form)
        )
        await _payer(edge, world, gallery, locale)
        await desk.aclose()
        await support.aclose()
    return gallery


def _console(world: Mapping[str, str]) -> dict[str, str]:
    pay, refund = "/console/payments/", "/console/refunds/"
    return {
        "work": "/console/work",
        "work-kind": "/console/work?kind=transfer",
        "work-none-of-kind": "/console/work?kind=doubtful",
        "approval": f"/console/approvals/{world['approval']}",
        "settle": f"{refund}{world['named']}/settle",
        "destination": f"{refund}{world['unnamed']}/destination",
        "doubt": f"{refund}{world['doubt']}/resolve",
        "payments": "/console/payments",
        "payments-wrong": "/console/payments?method=cash&connection=nicepya&after=yesterday",
        "payments-none": "/console/payments?status=cancelled",
        "found": "/console/payments?q=" + NAME.partition(" ")[0],
        "found-none": "/console/payments?q=nobody-of-this-name-" + "x" * 60,
        "payment": pay + world["paid"],
        "payment-refunds": f"{pay}{world['refunded']}?done=refused&why=refund_asked_for_by_same_person",
        "refund": f"{pay}{world['paid']}/refund",
        "cancel": f"{pay}{world['open']}/cancel",
        "resolve": f"{pay}{world['held']}/resolve",
        "link": f"{pay}{world['open']}/link",
        "new": "/console/payments/new",
        "webhooks": "/console/webhooks",
        "webhooks-wrong": "/console/webhooks?source=nicepya&status=lost",
        "webhook": f"/console/webhooks/{world['event']}",
        "rejections": "/console/rejections",
        "refunds": "/console/refunds",
        "refunds-wrong": "/console/refunds?payment=pay_17&status=lost&after=yesterday",
        "refunds-none": "/console/refunds?status=succeeded",
        "connections": "/console/connections",
        "connection": "/console/connections/nicepay-uji",
        "request": f"/console/requests/{world['request']}",
        "lost": f"{pay}{ids.show('pay', ids.new())}",
    }


def _console_forms(world: Mapping[str, str]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Forms that are complained about, and a link that is shown once."""
    refund = "/console/refunds/"
    long = "tidak-ada-spasi-" * 12
    return {
        "new-wrong": (
            "/console/payments/new",
            {"amount": long, "email": long, "phone": "0812", "name": NAME * 4, "currency": "IDR"},
        ),
        "refund-wrong": (f"/console/payments/{world['paid']}/refund", {"amount": long, "reason": "x"}),
        "settle-wrong": (f"{refund}{world['named']}/settle", {"reference": "x", "version": "1"}),
        "destination-wrong": (
            f"{refund}{world['unnamed']}/destination",
            {"bank": "", "account": long[:80], "name": "x", "version": "0"},
        ),
        "approval-wrong": (
            f"/console/approvals/{world['approval']}/approve",
            {"amount": long[:40], "note": long, "fingerprint": "x"},
        ),
        "resolve-wrong": (f"/console/payments/{world['held']}/resolve", {"reason": ""}),
        "refund-link": (f"{refund}{world['unnamed']}/link", {}),
        "work-claimed": (
            "/console/work/claim",
            {"line": [f"transfer.{ids.read('ref', world[name]).hex}" for name in ("named", "unnamed")]},
        ),
        "connection-asked": ("/console/connections/nicepay-uji/probe", {}),
        "replay": (f"/console/webhooks/{world['event']}/replay", {"dry_run": "yes"}),
    }


async def _payer(edge: Edge, world: Mapping[str, str], gallery: Gallery, locale: str) -> None:
    """What somebody without an account sees: the door, the shop, a refund's page, and what is not there."""
    async with _browser(edge, locale) as visitor:
        for name, address in {
            "login": "/login",
            "owner": "/owner?t=nothing",
            "shop": "/shop",
            "pay-lost": f"/pay/{world['open']}",
            "choose": world["link"],
        }.items():
            gallery.keep(f"{name}.{locale}", await visitor.get(address))
        wrong = {"email": "somebody.with.a.long.name@toko-lumbung-jaya-abadi.example", "password": "no"}
        gallery.keep(f"login-wrong.{locale}", await visitor.post("/login", data=wrong))
        token = await edge.services.payments.mailed_refund_token(ids.read("ref", world["unnamed"]))
        here = f"/refund/{world['unnamed']}"
        await visitor.get(here, params={"t": token})
        gallery.keep(f"refund-form.{locale}", await visitor.get(here))
        gallery.keep(f"refund-form-wrong.{locale}", await visitor.post(f"{here}/review", data={"account": "12"}))
        gallery.keep(f"refund-confirm.{locale}", await visitor.post(f"{here}/review", data=_ACCOUNT))
        named = await edge.services.payments.mailed_refund_token(ids.read("ref", world["named"]))
        await visitor.get(f"/refund/{world['named']}", params={"t": named})
        gallery.keep(f"refund-named.{locale}", await visitor.get(f"/refund/{world['named']}"))


async def _set(edge: Edge, sandbox: Sandbox) -> dict[str, str]:
    """One of everything that waits, and what its pages are found by."""
    paid = [await _paid(edge, sandbox, order_reference=f"{ORDER}-{number}") for number in range(8)]
    made = (await edge.create(order_reference=ORDER, customer=_customer(), description="Kopi Gayo " * 40)).json()
    refused = await edge.create(description="4111 1111 1111 1111 12/27")
    await edge.noted("card_data.refused")
    world = {
        "request": refused.headers["x-request-id"],
        "open": made["id"],
        "link": made["checkout_url"],
        "paid": paid[0],
        "refunded": paid[1],
        "held": paid[4],
    }
    for name, number, amount in (
        ("unnamed", 1, 40_000),
        ("named", 1, 45_000),
        ("doubt", 2, 50_000),
        ("failed", 3, 60_000),
    ):
        body = {"reason": "Stok habis, pembeli meminta uangnya kembali lewat telepon", "amount": amount}
        answer = await edge.post(f"/v1/payments/{paid[number]}/refunds", body=body, key="new")
        world[name] = answer.json()["id"]
    put = await edge.client.put(
        f"/v1/refunds/{world['named']}/destination", json=_ACCOUNT, headers=edge.headers("finance")
    )
    assert put.status_code == 200, put.text
    asked = await edge.post(
        f"/v1/payments/{paid[7]}/refunds", "finance", {"reason": "Beras berjamur", "amount": 150_000}, "new"
    )
    assert asked.status_code == 201, asked.text
    (approval,) = (await edge.get("/v1/approvals", "finance", status="pending")).json()["data"]
    await _make_hard(edge, world, paid)
    await edge.client.post(
        "/hooks/nicepay-uji", content=b"x=1", headers={"content-type": "application/x-www-form-urlencoded"}
    )
    async with edge.services.db.reading() as tx:
        attempt = await tx.fetchval("SELECT id FROM attempts WHERE payment_id = $1", ids.read("pay", paid[0]))
    headers = {"content-type": "application/json", "user-agent": "NICEPAY-Notification/2.0 " * 6}
    kept = NewEvent(
        connection="nicepay-uji",
        key="k1",
        subject=ids.show("att", attempt),
        type="virtual_account.payment_notification",
        headers=headers,
        body=_EVENT,
    )
    await edge.services.inbox.receive(kept)
    async with edge.services.db.reading() as tx:
        event = await tx.fetchval("SELECT id FROM inbox LIMIT 1")
    return world | {"approval": approval["id"], "event": ids.show("evt", event)}


async def _make_hard(edge: Edge, world: Mapping[str, str], paid: Sequence[str]) -> None:
    """What a provider or a bank would have to do for it."""
    inner = {name: ids.read("ref", world[name]) for name in ("doubt", "failed")}
    async with edge.services.db.transaction() as tx:
        await tx.execute(
            "UPDATE refunds SET status = 'unknown', failure = 'The provider has not confirmed it.' WHERE id = $1",
            inner["doubt"],
        )
        await tx.execute(
            "UPDATE refunds SET status = 'failed', failure = 'insufficient_funds: balance', needs_attention = true WHERE id = $1",
            inner["failed"],
        )
        for number, status in ((4, "held"), (5, "disputed"), (6, "unknown")):
            await tx.execute("UPDATE payments SET status = $2 WHERE id = $1", ids.read("pay", paid[number]), status)
        await tx.execute("UPDATE attempts SET status = 'held' WHERE payment_id = $1", ids.read("pay", paid[4]))


async def _paid(edge: Edge, sandbox: Sandbox, **more: Any) -> str:
    body: dict[str, Any] = {"method": "virtual_account", "method_options": {"bank": "BCA"}, "customer": _customer()}
    made = (await edge.create(**body, **more)).json()
    async with httpx.AsyncClient(base_url=sandbox.url, verify=NO_TLS) as client:
        await client.post("/control/nicepay/pay", json={"number": made["next_action"]["number"], "amount": 150_000})
    await edge.post(f"/v1/payments/{made['id']}/refresh")
    return str(made["id"])


def _customer() -> dict[str, str]:
    return {"name": NAME, "email": "kartika.prameswari@kantor-pusat-yogyakarta.example"}


def _browser(edge: Edge, locale: str) -> httpx.AsyncClient:
    headers = {"origin": edge.url, "accept-language": locale}
    return httpx.AsyncClient(base_url=edge.url, timeout=30, headers=headers, verify=NO_TLS)


async def _signed_in(edge: Edge, role: Role, locale: str) -> httpx.AsyncClient:
    email = f"{role.value}-{ids.new().hex[-8:]}@lumbung.example"
    await edge.services.identity.accounts.create("system:test", email, PASSWORD, NAME, locale, role)
    browser = _browser(edge, locale)
    answer = await browser.post("/login", data={"email": email, "password": PASSWORD, "next": "/console/payments"})
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)
    return browser
