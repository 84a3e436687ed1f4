"""The provider's own Python SDK, an independent client, drives the simulator over HTTP and checks its notifications.

It speaks to plain http with a warning, prints every warning of an answer, and blocks: so it runs beside the sandbox's loop.
"""

import asyncio
import json
import warnings
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from coinbase_commerce import error
    from coinbase_commerce.client import Client
    from coinbase_commerce.webhook import Webhook

from tests.providers.coinbase_commerce.charges import SECRET
from tests.providers.coinbase_commerce.simulated import NAME, Place, place
from tests.sandbox.receiver import Receiver, receiving

CHARGE = {
    "name": "Kopi Gayo",
    "description": "1 kg",
    "pricing_type": "fixed_price",
    "local_price": {"amount": "12.50", "currency": "USD"},
    "metadata": {"order_id": "A-1001"},
}


@pytest.fixture
async def shop() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


@pytest.fixture
async def where(tmp_path: Path, shop: Receiver) -> AsyncIterator[Place]:
    async with place(tmp_path, shop.url) as one:
        yield one


def got(shop: Receiver) -> list[tuple[dict[str, str], str]]:
    """Headers and bodies as they came."""
    return [(headers, body.decode()) for (headers, _), body in zip(shop.received, shop.bodies, strict=True)]


def client(where: Place, key: str = "key-legacy", version: str | None = None) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it dislikes plain http
        return Client(key, base_api_uri=f"{where.sandbox.url}/{NAME}/", api_version=version)


async def run(call: Callable[..., Any], *args: Any, **params: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return await asyncio.to_thread(call, *args, **params)


async def test_charges_are_made_read_listed_and_canceled(where: Place) -> None:
    sdk = client(where)
    made = await run(sdk.charge.create, **CHARGE)
    assert (len(made.code), made.pricing.local.amount, made.pricing.usdc.amount) == (8, "12.50", "12.500000")
    assert made.timeline[-1].status == "NEW"
    for name in (made.id, made.code):
        assert (await run(sdk.charge.retrieve, name)).id == made.id
    assert [one.id for one in (await run(sdk.charge.list)).data] == [made.id]
    canceled = await run(post_to, sdk, made.id)
    assert canceled["data"]["timeline"][-1]["status"] == "CANCELED"
    refreshed = await run((await run(sdk.charge.retrieve, made.id)).refresh)
    assert refreshed.timeline[-1].status == "CANCELED"


def post_to(sdk: Any, name: str, verb: str = "cancel") -> Any:
    """The SDK has no method for it; its session does."""
    response = sdk.session.post(f"{sdk.BASE_API_URI}charges/{name}/{verb}")
    return response.json()


async def test_unresolved_money_is_resolved_by_the_merchant(where: Place) -> None:
    sdk = client(where)
    made = await run(sdk.charge.create, **CHARGE)
    early = await run(post_to, sdk, made.id, "resolve")
    assert early["error"]["type"] == "invalid_request"
    await where.post(f"{NAME}/pay", reference=made.id, amount=1_000_000)
    resolved = await run(post_to, sdk, made.id, "resolve")
    words = [(entry["status"], entry.get("context")) for entry in resolved["data"]["timeline"]]
    assert words == [("NEW", None), ("PENDING", None), ("UNRESOLVED", "UNDERPAID"), ("RESOLVED", None)]


async def test_the_paging_iterator_sees_every_charge_once(where: Place) -> None:
    sdk = client(where)
    made = [(await run(sdk.charge.create, **CHARGE)).id for _ in range(7)]
    seen = await run(lambda: [one.id for one in sdk.charge.list_paging_iter(limit=3)])
    assert seen == made[::-1]
    oldest_first = await run(lambda: [one.id for one in sdk.charge.list_paging_iter(limit=2, order="asc")])
    assert oldest_first == made


async def test_events_tell_what_happened_newest_first(where: Place) -> None:
    sdk = client(where, "key-web3")
    made = await run(sdk.charge.create, **CHARGE)
    await where.post(f"{NAME}/pay", reference=made.id, transaction="0x" + "ab" * 32)
    events = (await run(sdk.event.list)).data
    assert [event.type for event in events] == ["charge:confirmed", "charge:pending", "charge:created"]
    one = await run(sdk.event.retrieve, events[0].id)
    assert one.data.web3_data.success_events[-1].tx_hsh == "0x" + "ab" * 32
    assert one.data.web3_data.success_events[-1].finalized is True


async def test_checkouts_are_made_changed_and_deleted(where: Place) -> None:
    sdk = client(where)
    made = await run(
        sdk.checkout.create, name="Kopi", description="1 kg", pricing_type="no_price", requested_info=["email"]
    )
    made.name = "Kopi Toraja"
    await run(made.save)
    changed = await run(sdk.checkout.modify, (await run(sdk.checkout.list)).data[0].id, description="2 kg")
    assert (changed.name, changed.description) == ("Kopi Toraja", "2 kg")
    await run(changed.delete)
    assert (await run(sdk.checkout.list)).data == []


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"name": ""}, error.ParamRequiredError),
        ({"local_price": None}, error.ParamRequiredError),
        ({"name": "x" * 101}, error.ValidationError),
        ({"local_price": {"amount": "1", "currency": "XYZ"}}, error.ValidationError),
        ({"local_price": {"amount": "much", "currency": "USD"}}, error.ValidationError),
        ({"pricing_type": "haggling"}, error.ValidationError),
    ],
)
async def test_errors_are_of_the_sdks_own_kinds(where: Place, change: dict[str, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await run(client(where).charge.create, **(CHARGE | change))


async def test_strangers_and_the_unknown_are_refused(where: Place) -> None:
    made = await run(client(where).charge.create, **CHARGE)
    with pytest.raises(error.AuthenticationError):
        await run(client(where, "nobody's").charge.list)
    with pytest.raises(error.ResourceNotFoundError):
        await run(client(where).charge.retrieve, "NOSUCH00")
    with pytest.raises(error.ResourceNotFoundError):
        await run(client(where, "key-web3").charge.retrieve, made.id)
    with pytest.raises(error.ResourceNotFoundError):
        await run(client(where).event.retrieve, "nothing")
    with pytest.raises(error.ValidationError):
        await run(client(where).charge.list, limit=101)


async def test_who_names_no_version_is_warned(where: Place) -> None:
    async with httpx.AsyncClient(base_url=where.sandbox.url, headers={"x-cc-api-key": "key-web3"}) as http:
        body = (await http.get(f"/{NAME}/charges")).json()
        assert body["warnings"] == ["Missing X-CC-Version header; serving latest API version (2018-03-22)"]
        named = await http.get(f"/{NAME}/charges", headers={"x-cc-version": "2018-03-22"})
        assert "warnings" not in named.json()
        assert named.headers["x-request-id"]


async def test_the_sdk_believes_the_simulators_notifications_and_no_tampered_one(where: Place, shop: Receiver) -> None:
    made = await run(client(where, "key-web3").charge.create, **CHARGE)
    await where.post(f"{NAME}/pay", reference=made.id, transaction="0x" + "ab" * 32)
    await shop.wait_for(3)
    types = []
    for headers, body in got(shop):
        event = Webhook.construct_event(body, headers["x-cc-webhook-signature"], SECRET.decode())
        types.append(event.type)
        assert event.data.id == made.id
        for forged in (body.replace(made.id, made.code), body + " ", json.dumps(json.loads(body))):
            with pytest.raises(error.SignatureVerificationError):
                Webhook.construct_event(forged, headers["x-cc-webhook-signature"], SECRET.decode())
    assert sorted(types) == ["charge:confirmed", "charge:created", "charge:pending"]
    for tamper in ("token", "amount", "status"):
        await where.post(f"{NAME}/webhooks", reference=made.id, tamper=tamper)
    await shop.wait_for(6)
    for headers, body in got(shop)[3:]:
        with pytest.raises(error.SignatureVerificationError):
            Webhook.construct_event(body, headers["x-cc-webhook-signature"], SECRET.decode())
