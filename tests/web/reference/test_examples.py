"""What the reference tells a reader to send: each request is sent, in the words of each language, and answered as the page shows."""

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gerbang.base import ids as fresh_ids
from gerbang.cli.ports import free_port
from gerbang.sandbox.app import Sandbox
from gerbang.web.reference import samples
from gerbang.web.reference.answers import ANSWERS_FILE, answers
from gerbang.web.reference.document import Document, Operation
from gerbang.web.reference.examples import EXAMPLES, SHOP_URL
from gerbang.web.reference.pages import call_of
from tests.conftest import FreshDatabase
from tests.web.conftest import Edge, running_shop

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOOK = "https://127.0.0.1/hook"
OF_THE_OPEN_ONE = ("cancelPayment", "createAttempt", "sendPaymentLink")
# What ends something that others need stands last.
LAST = ("cancelPayment", "completeDataRequest", "deleteEndpoint", "eraseCustomer", "revokeApiKey")
# Differs from run to run: what stands on the page instead.
_SECRET = re.compile(r"(?<=[?&]t=)[\w.-]+|whsec_\S+|whpk_\S+|grb_test_\S+")
_PLACE = re.compile(r"http://127\.0\.0\.1:\d+")
_MOST_SHOWN = 1


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_shop(
    module_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Edge, Sandbox]]:
    """A shop whose endpoints may stand on this machine."""
    ports, data = (free_port(), free_port()), tmp_path_factory.mktemp("shop")
    async for one in running_shop(module_database, data, ports, allowed_private_targets=("127.0.0.1",)):
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def document(one_shop: tuple[Edge, Sandbox]) -> Document:
    return Document((await one_shop[0].client.get("/openapi.json")).json())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ids(one_shop: tuple[Edge, Sandbox]) -> Mapping[str, str]:
    """What stands for the parts of addresses: a paid payment with a refund, one to cancel, an endpoint with a delivery, and what came of them."""
    edge, sandbox = one_shop
    chosen: dict[str, Any] = {"method": "virtual_account", "method_options": {"bank": "BCA"}}
    mine: dict[str, Any] = {"customer": {"name": "Sari Wulandari", "email": "sari@example.com"}}
    paid, open_one = [(await edge.create("admin", **chosen, **mine)).json()["id"] for _ in range(2)]
    async with httpx.AsyncClient() as client:
        await client.post(f"{sandbox.url}/control/nicepay/pay", json={"payment": paid})
    events = await until(edge, "/v1/webhook-events")
    async with asyncio.timeout(20):
        while (await edge.get(f"/v1/payments/{paid}")).json()["status"] != "paid":
            await edge.post(f"/v1/payments/{paid}/refresh")
    refund = await edge.post(f"/v1/payments/{paid}/refunds", "admin", {"amount": 1000, "reason": "x"}, key="new")
    endpoint = (await edge.post("/v1/endpoints", "admin", {"url": HOOK})).json()
    delivery = (await edge.post(f"/v1/endpoints/{endpoint['id']}/test", "admin")).json()
    told = {"name": "Wayan Sudira", "email": "wayan@example.com", "phone": "0812 3456 7891"}
    customer = (await edge.post("/v1/customers", "admin", told, key="new")).json()
    coffee = {"sku": "KOPI-250", "name": "Kopi Gayo 250 g", "amount": 85_000, "currency": "IDR"}
    sku = (await edge.post("/v1/products", "admin", coffee, key="new")).json()["sku"]
    told = {"kind": "access", "note": "Apa saja yang disimpan?"}
    asked = (await edge.post(f"/v1/customers/{customer['id']}/data-requests", "admin", told, key="new")).json()
    key = (await edge.post("/v1/api-keys", "admin", {"name": "old", "role": "support"})).json()
    return {
        "payment": paid,
        "open": open_one,
        "refund": refund.json()["id"],
        "customer": customer["id"],
        "data_request": asked["id"],
        "sku": sku,
        "endpoint": endpoint["id"],
        "delivery": delivery["id"],
        "event": events[0]["id"],
        "event_type": "payment.paid",
        "connection": "nicepay-uji",
        "key": key["api_key"]["id"],
        "template": "payment_paid",
        "language": "en",
        "channel": "email",
        "user": (await edge.get("/v1/users")).json()["data"][0]["id"],
    }


async def until(edge: Edge, path: str) -> list[dict[str, Any]]:
    async with asyncio.timeout(20):
        while not (found := (await edge.get(path)).json()["data"]):
            await asyncio.sleep(0.05)
    rows: list[dict[str, Any]] = found
    return rows


def asked(one: Operation, edge: Edge, ids: Mapping[str, str], key: str) -> samples.Call:
    """The example with what is true here: our own ids, and an endpoint that may be called."""
    mine = {**ids, "payment": ids["open"]} if one.id in OF_THE_OPEN_ONE else ids
    call = call_of(one, edge.url, key, mine)
    body = {**call.body, "url": HOOK} if call.body and call.body.get("url") == SHOP_URL else call.body
    return replace(call, body=body, idempotency_key=fresh_ids.new().hex if call.idempotency_key else "")


def as_shown(value: Any) -> Any:
    """An answer as the page shows it: the first of each list, no secrets, and the address of a usual installation."""
    match value:
        case str():
            return _PLACE.sub("http://127.0.0.1:8080", _SECRET.sub("…", value)).replace(HOOK, SHOP_URL)
        case list():
            return [as_shown(one) for one in value[:_MOST_SHOWN]]
        case dict():
            return {name: as_shown(one) for name, one in value.items()}
    return value


def differs(known: Any, now: Any) -> list[str]:
    """Names that only one of two answers has, where both have something there."""
    if not isinstance(known, dict) or not isinstance(now, dict):
        return []
    return [
        *sorted(set(known) ^ set(now)),
        *(one for name in known if name in now for one in differs(known[name], now[name])),
    ]


async def test_every_example_is_taken_and_answered_as_the_page_shows(
    one_shop: tuple[Edge, Sandbox], document: Document, ids: Mapping[str, str]
) -> None:
    edge, _ = one_shop
    operations = {one.id: one for one in document.operations}
    key = edge.tokens["admin"].removeprefix("Bearer ")
    refused, changed, recorded = [], [], {}
    for name in sorted(EXAMPLES, key=lambda one: one in LAST):
        call = asked(operations[name], edge, ids, key)
        headers = dict(call.headers)
        answer = await edge.client.request(call.verb, call.url, headers=headers, json=call.body)
        if not answer.is_success:
            refused.append((name, answer.status_code, answer.text[:300]))
            continue
        body = as_shown(answer.json()) if answer.content else None
        recorded[name] = {"status": answer.status_code, "body": body}
        known = answers().get(name)
        if known is None or known.status != answer.status_code or differs(known.body, body):
            changed.append((name, differs(known.body, body) if known else "not recorded"))
    if os.environ.get("RECORD_ANSWERS"):
        ANSWERS_FILE.write_text(
            json.dumps(recorded, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
        )
    assert refused == []
    assert changed == [], "RECORD_ANSWERS=1 pytest tests/web/reference/test_examples.py writes them anew"


RUN: Mapping[str, tuple[Callable[[samples.Call], str], Sequence[str]]] = {
    "curl": (samples.curl, ("sh", "-c")),
    "python": (samples.python, (sys.executable, "-c")),
    "typescript": (samples.typescript, ("node", "--input-type=module", "-e")),
}


@pytest.mark.parametrize("language", RUN)
async def test_a_sample_runs_as_it_is_copied(
    one_shop: tuple[Edge, Sandbox],
    document: Document,
    ids: Mapping[str, str],
    need: Callable[..., str],
    language: str,
) -> None:
    edge, _ = one_shop
    write, (program, *flags) = RUN[language]
    path = need({"sh": "curl"}.get(program, program)) and (need(program) if program != sys.executable else program)
    operations = {one.id: one for one in document.operations}
    key = edge.tokens["admin"].removeprefix("Bearer ")
    for name, says in (("createPayment", '"id":"pay_'), ("listPayments", '"data":['), ("refreshPayment", '"id":"pay_')):
        text = write(asked(operations[name], edge, ids, key))
        running = await asyncio.create_subprocess_exec(path, *flags, text, stdout=PIPE, stderr=PIPE)
        said, complained = await asyncio.wait_for(running.communicate(), 30)
        assert says in said.decode().replace(" ", ""), (text, said[-400:], complained[-400:])
