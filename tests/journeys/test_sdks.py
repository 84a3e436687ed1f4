"""Both SDKs and the shops of docs/how-to/integrate.md against a running `up`, from making a payment to hearing that it was paid."""

import asyncio
import os
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import standardwebhooks

from gerbang_client import AsyncGerbang, InvalidRequestError, NotFoundError, Webhook, WebhookVerificationError
from tests.core.endpoints.receiver import Came, Receiver, receiving
from tests.journeys.world import World, eventually
from tests.sdk import node

PAGE: Final = Path(__file__).parents[2] / "docs" / "how-to" / "integrate.md"
COFFEE: Final = {"amount": 150_000, "currency": "IDR", "description": "Kopi Gayo 250 g"}


@pytest.fixture
async def gerbang(world: World) -> AsyncIterator[AsyncGerbang]:
    async with AsyncGerbang(world.api, world.said["demo"]["api_key"]) as client:
        yield client


async def test_python_makes_lists_and_repeats_payments_and_is_told_what_is_wrong(gerbang: AsyncGerbang) -> None:
    made = [await gerbang.create_payment({**COFFEE, "order_reference": "sdk-py"}) for _ in range(3)]  # type: ignore[typeddict-item]  # a dictionary that was taken apart has no types
    listed = [one["id"] async for one in gerbang.list_payments(order_reference="sdk-py", limit=1)]
    assert listed == [one["id"] for one in reversed(made)]
    pages = [len(page) async for page in gerbang.list_payments(order_reference="sdk-py", limit=2).pages()]
    assert sum(pages) == 3
    twice = [
        await gerbang.create_payment(
            {"amount": 1000, "currency": "IDR", "description": "x"}, idempotency_key=f"sdk-{made[0]['id']}"
        )
        for _ in range(2)
    ]
    assert twice[0]["id"] == twice[1]["id"]
    with pytest.raises(NotFoundError) as missing:
        await gerbang.read_payment("pay_00000000000000000000000000")
    assert (missing.value.code, missing.value.retry, bool(missing.value.hint)) == ("payment_not_found", "no", True)
    assert missing.value.request_id in str(missing.value)
    with pytest.raises(InvalidRequestError) as wrong:
        await gerbang.create_payment({"amount": -1, "currency": "IDR", "description": "x"})
    assert [one.pointer for one in wrong.value.errors] == ["/amount"]


TYPESCRIPT: Final = """
import { Gerbang, NotFoundError } from "gerbang-client";

const gerbang = new Gerbang(process.env.GERBANG_URL, process.env.GERBANG_API_KEY);
const coffee = { amount: 150_000, currency: "IDR", description: "Kopi Gayo 250 g" };
const made = [];
for (let one = 0; one < 3; one += 1) made.push((await gerbang.createPayment({ ...coffee, order_reference: "sdk-ts" })).id);
const listed = [];
for await (const payment of gerbang.listPayments({ order_reference: "sdk-ts", limit: 1 })) listed.push(payment.id);
const key = { idempotencyKey: `sdk-${made[0]}` };
const twice = [await gerbang.createPayment(coffee, key), await gerbang.createPayment(coffee, key)].map((one) => one.id);
const missing = await gerbang.readPayment("pay_00000000000000000000000000").catch((error) => error);
const wrong = await gerbang.createPayment({ ...coffee, amount: -1 }).catch((error) => error);
console.log(JSON.stringify({
  listed: listed.join() === made.reverse().join(), same: twice[0] === twice[1],
  missing: [missing instanceof NotFoundError, missing.code, missing.message.includes(missing.requestId)],
  wrong: wrong.errors.map((one) => one.pointer),
}));
"""


async def test_typescript_does_the_same(world: World, tmp_path: Path, need: Callable[..., str]) -> None:
    need("node")
    told = await node.run(node.installed(tmp_path), TYPESCRIPT, environment=shop_environment(world))
    assert told == {
        "listed": True,
        "same": True,
        "missing": [True, "payment_not_found", True],
        "wrong": ["/amount"],
    }


# ── what the running product signs ──────────────────────────────────────────────────────────────────────────────────


async def heard(gerbang: AsyncGerbang, endpoint: str, receiver: Receiver, signatures: int) -> Came:
    """A test event with so many signatures: for a moment after a rotation the worker has not heard of it, and the old key signs alone."""

    async def look() -> Came | None:
        before = len(receiver.came)
        await gerbang.test_endpoint(endpoint)
        await eventually(lambda: asyncio.sleep(0, len(receiver.came) > before), "a delivery")
        newest = receiver.came[-1]
        return newest if len(newest.headers["webhook-signature"].split()) == signatures else None

    return await eventually(look, f"a delivery with {signatures} signatures")


async def test_what_gerbang_sends_is_verified_by_secret_and_public_key_and_through_a_rotation(
    gerbang: AsyncGerbang, tmp_path: Path, need: Callable[..., str]
) -> None:
    async with receiving() as receiver:
        made = await gerbang.create_endpoint({"url": receiver.url, "signing": "both", "events": ["endpoint.test"]})
        before = await heard(gerbang, made["id"], receiver, signatures=2)
        renewed = await gerbang.rotate_endpoint_secret(made["id"], {"overlap_s": 600})
        after = await heard(gerbang, made["id"], receiver, signatures=4)
        await gerbang.delete_endpoint(made["id"])
    old, new, public = made["secret"], renewed["secret"], made["public_key"]
    assert new is not None
    assert renewed["public_key"] is not None
    taken = [
        (before, old),
        (before, public),
        (after, old),
        (after, new),
        (after, public),
        (after, renewed["public_key"]),
    ]
    for came, key in taken:
        event: Any = Webhook(key).verify(came.body, came.headers)
        assert event["type"] == "endpoint.test"
    for key in (old, new):
        assert standardwebhooks.Webhook(key).verify(after.body, after.headers)["type"] == "endpoint.test"
    with pytest.raises(WebhookVerificationError, match="another endpoint's secret"):
        Webhook(new).verify(before.body, before.headers)
    need("node")
    told = [{"keys": key, "headers": one.headers, "body": one.body.decode()} for one, key in taken]
    verdicts = await node.run(node.installed(tmp_path), Path(node.__file__).parent / "verify.mjs", told)
    assert verdicts == [["good", ""]] * len(taken)


# ── the page ────────────────────────────────────────────────────────────────────────────────────────────────────────


def listing(language: str) -> str:
    """The whole shop as it stands in the page."""
    section = PAGE.read_text(encoding="utf-8").partition("## 2. The whole shop")[2].partition("\n## ")[0]
    found = re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def shop_environment(world: World, **more: str) -> Mapping[str, str]:
    place = {"GERBANG_URL": world.api, "GERBANG_API_KEY": world.said["demo"]["api_key"]}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(node.SDK / "python" / "src"), **place, **more}


@asynccontextmanager
async def open_shop(language: str, folder: Path, port: int, environment: Mapping[str, str]) -> AsyncIterator[Process]:
    """The listing as its reader starts it."""
    if language == "python":
        (folder / "shop.py").write_text(listing("python"), encoding="utf-8")
        words = [sys.executable, "-m", "uvicorn", "shop:shop", "--port", str(port)]
    else:
        (node.installed(folder) / "shop.mjs").write_text(listing("ts"), encoding="utf-8")
        words = ["node", "shop.mjs"]
    running = await asyncio.create_subprocess_exec(*words, cwd=folder, env=environment, stdout=DEVNULL, stderr=PIPE)
    try:
        yield running
    finally:
        if running.returncode is None:
            running.terminate()
        await running.wait()


def test_each_listing_is_twenty_lines_beside_blank_and_closing_ones() -> None:
    lengths = {
        language: sum(1 for line in listing(language).splitlines() if line.strip(" })"))
        for language in ("python", "ts")
    }
    assert max(lengths.values()) <= 20, lengths


@pytest.mark.parametrize("language", ["python", "ts"])
async def test_the_shop_of_the_page_marks_its_order_paid_by_webhook(
    world: World,
    gerbang: AsyncGerbang,
    tmp_path: Path,
    free_port: Callable[[], int],
    need: Callable[..., str],
    language: str,
) -> None:
    need("node" if language == "ts" else "sh")
    port = free_port()
    shop = f"http://127.0.0.1:{port}"
    made = await gerbang.create_endpoint({"url": f"{shop}/hook", "events": ["payment.paid"]})
    mine = (await gerbang.create_api_key({"name": language, "role": "developer"}))["key"]  # each has its own order-1001
    place = {"GERBANG_API_KEY": mine, "GERBANG_WEBHOOK_SECRET": made["secret"], "PORT": str(port)}
    environment = shop_environment(world, **place)
    async with open_shop(language, tmp_path, port, environment) as running, httpx.AsyncClient() as buyer:

        async def opened() -> httpx.Response | None:
            if running.returncode is not None and running.stderr is not None:
                pytest.fail((await running.stderr.read()).decode())
            try:
                return await buyer.get(f"{shop}/orders/1001")
            except httpx.TransportError:
                return None

        answer = await eventually(opened, "the shop to open")
        assert answer.status_code == 303, answer.text
        assert (await buyer.post(f"{shop}/hook", content=b"{}")).status_code == 400
        payment = (await gerbang.list_payments(order_reference="1001", limit=1).pages().__anext__())[0]
        bill = await gerbang.create_attempt(
            payment["id"], {"method": "virtual_account", "method_options": {"bank": "BCA"}}
        )
        await world.pays(dict(bill))

        async def is_paid() -> bool:
            return (await buyer.get(f"{shop}/orders/1001")).text == "order 1001 is paid"

        await eventually(is_paid, "the order to be marked paid")
    await gerbang.delete_endpoint(made["id"])


OTHERS: Final = """
import { text } from "node:stream/consumers";
import { Webhook as Standard } from "standardwebhooks";
import { Webhook as Svix } from "svix";

const { body, headers, secrets } = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(
  secrets.flatMap((secret) => [new Standard(secret), new Svix(secret)]).map((one) => one.verify(body, headers).type),
));
"""


@pytest.mark.full
async def test_npm_packages_of_others_verify_what_gerbang_sends_also_in_a_rotation_and_beside_v1a(
    gerbang: AsyncGerbang, tmp_path: Path, need: Callable[..., str]
) -> None:
    npm = need("npm")
    installing = await asyncio.create_subprocess_exec(
        npm, "install", "--silent", "--ignore-scripts", "standardwebhooks@1.1.1", "svix@1", cwd=tmp_path
    )
    assert await asyncio.wait_for(installing.wait(), 300) == 0
    async with receiving() as receiver:
        made = await gerbang.create_endpoint({"url": receiver.url, "signing": "both", "events": ["endpoint.test"]})
        renewed = await gerbang.rotate_endpoint_secret(made["id"], {"overlap_s": 600})
        came = await heard(gerbang, made["id"], receiver, signatures=4)
        await gerbang.delete_endpoint(made["id"])
    told = {"body": came.body.decode(), "headers": came.headers, "secrets": [made["secret"], renewed["secret"]]}
    assert await node.run(tmp_path, OTHERS, told) == ["endpoint.test"] * 4
