"""The catalogue of endings, and a sandbox that plays them alone: without a Gerbang it plays what needs the provider only."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from gerbang.ports.simulator import Ending
from gerbang.providers.coinbase_commerce.simulator import LEGACY, Merchant
from gerbang.sandbox.app import Sandbox, SandboxConfig, running
from gerbang.sandbox.endings import CHAIN, ON_CHAIN, STORIES, Call, Target, calls_for, curl
from tests.conftest import NO_TLS
from tests.demo_accounts import sandbox_config
from tests.sandbox.gerbang import answering, payment
from tests.sandbox.merchant import card_registration, registration
from tests.sandbox.receiver import Receiver

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "how-to" / "endings.md"


def declared(sandbox: Sandbox) -> list[Target]:
    """Every ending that somebody says they can play."""
    able = {name: simulator.endings for name, simulator in sandbox.stage.simulators.items()} | {CHAIN: ON_CHAIN}
    return [Target(p, m, ending) for p, methods in able.items() for m, endings in methods.items() for ending in endings]


async def test_every_ending_is_played_by_somebody_and_nobody_plays_an_unknown_one(sandbox: Sandbox) -> None:
    assert {one.ending.name for one in declared(sandbox)} == set(STORIES)


async def test_nobody_declares_an_ending_twice_for_a_method(sandbox: Sandbox) -> None:
    named = [(one.provider, one.method, one.ending.name) for one in declared(sandbox)]
    assert len(named) == len(set(named))


def test_the_how_to_lists_the_endings_of_the_page_in_the_same_words() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(name, story.title, story.see) for name, story in STORIES.items()]


def test_a_curl_says_what_the_page_does() -> None:
    put = Call("PUT", "/control/nicepay/faults", {"kind": "http_500", "count": 3})
    assert curl(put, "http://s", "http://g") == (
        """curl -s -X PUT http://s/control/nicepay/faults -d '{"kind":"http_500","count":3}'"""
    )
    refresh = Call("POST", "/v1/payments/pay_1/refresh", {})
    assert curl(refresh, "http://s", "http://g").startswith("curl -s http://g/v1/payments/pay_1/refresh -H ")


def test_no_call_breaks_out_of_its_quotes(sandbox: Sandbox) -> None:
    for one in declared(sandbox):
        for call in calls_for(one):
            assert curl(call, "http://s", "http://g").count("'") == 2


async def play(http: httpx.AsyncClient, ending: str, **wish: str) -> httpx.Response:
    return await http.post("/control/nicepay/endings", json={"ending": ending, **wish})


async def order(http: httpx.AsyncClient, **changes: Any) -> str:
    answer = await http.post("/nicepay/direct/v2/registration", json=registration(**changes))
    txid: str = answer.json()["tXid"]
    return txid


async def state(http: httpx.AsyncClient) -> Mapping[str, Any]:
    orders = (await http.get("/control/nicepay/orders")).json()["data"]
    return msgspec.convert(orders[0], dict[str, Any])


async def test_the_newest_open_order_is_taken(http: httpx.AsyncClient) -> None:
    await order(http)
    newest = await order(http, referenceNo="att_2")
    played = await play(http, "paid")
    assert played.status_code == 200, played.text
    assert (played.json()["title"], played.json()["method"]) == ("Paid", "virtual_account")
    assert ((await state(http))["id"], (await state(http))["state"]) == (newest, "paid")
    assert (await http.get("/control/nicepay/orders")).json()["data"][1]["state"] == "open"


@pytest.mark.parametrize(("ending", "amount"), [("paid", "150000"), ("under", "120000"), ("over", "180000")])
async def test_the_amount_is_right_or_wrong_on_purpose(
    http: httpx.AsyncClient, shop: Receiver, sandbox: Sandbox, ending: str, amount: str
) -> None:
    txid = await order(http, dbProcessUrl=shop.url)
    assert (await play(http, ending, reference=txid)).status_code == 200
    await sandbox.webhook_sender.idle()
    assert [form["amt"] for form in shop.forms] == [amount]


async def test_a_webhook_is_repeated_lost_or_forged(http: httpx.AsyncClient, shop: Receiver, sandbox: Sandbox) -> None:
    for reference, ending, heard in (("att_1", "repeated", 4), ("att_2", "lost", 4), ("att_3", "forged", 5)):
        await order(http, referenceNo=reference, dbProcessUrl=shop.url)
        assert (await play(http, ending, reference=reference)).status_code == 200
        await sandbox.webhook_sender.idle()
        assert len(shop.forms) == heard, ending
    assert len({form["merchantToken"] for form in shop.forms[:4]}) == 1


async def test_what_needs_gerbang_is_refused_in_words_and_changes_nothing(http: httpx.AsyncClient) -> None:
    assert (
        "knows no Gerbang" in (await play(http, "paid")).json()["detail"]
    )  # no order is open, and nobody can make one
    txid = await order(http)
    for ending in ("twice", "down"):
        assert (await play(http, ending, reference=txid)).status_code == 409, ending
    assert (await state(http))["state"] == "open"


async def test_an_ending_of_another_method_or_an_unknown_one_is_refused(http: httpx.AsyncClient) -> None:
    txid = await order(http)
    for wish in ({"ending": "declined", "method": "virtual_account"}, {"ending": "burn"}):
        answer = await http.post("/control/nicepay/endings", json={**wish, "reference": txid})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    refused = await play(http, "declined", reference=txid)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert (await http.post("/control/nobody/endings", json={"ending": "paid"})).status_code == 422


async def test_a_card_is_declined_with_the_providers_own_code(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await http.post("/nicepay/redirect/v2/registration", json=card_registration())
    (declined,) = [one for one in sandbox.stage.simulators["nicepay"].endings["card"] if one.name == "secure_refused"]
    assert declined == Ending("secure_refused", reason="9117")
    assert (
        "knows no Gerbang" in (await play(http, "secure_refused")).json()["detail"]
    )  # only its last step: Gerbang looks
    assert (await state(http))["state"] == "declined"


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ("under", "legacy UNRESOLVED UNDERPAID"),
        ("over", "legacy UNRESOLVED OVERPAID"),
        ("parts", "legacy UNRESOLVED MULTIPLE"),
        ("late", "legacy UNRESOLVED DELAYED"),
    ],
)
async def test_commerce_ends_a_charge_by_an_address_in_each_of_its_contexts(
    config: SandboxConfig, ending: str, words: str
) -> None:
    merchant = Merchant("a-key", "a-secret", "http://127.0.0.1:9/hooks", generation=LEGACY)
    async with (
        answering(payment("expired", 0)) as (_, shop),
        running(sandbox_config(config.data_dir, commerce=(merchant,)), shop=shop) as sandbox,
        httpx.AsyncClient(base_url=sandbox.url, timeout=20, verify=NO_TLS) as client,
    ):
        price = {"amount": "100", "currency": "USDC"}
        body = {"name": "Kopi", "description": "Kopi", "pricing_type": "fixed_price", "local_price": price}
        made = await client.post("/coinbase-commerce/charges", json=body, headers={"x-cc-api-key": "a-key"})
        wish = {"ending": ending, "reference": made.json()["data"]["id"]}
        played = await client.post("/control/coinbase-commerce/endings", json=wish)
        assert played.status_code == 200, played.text
        (order,) = (await client.get("/control/coinbase-commerce/orders")).json()["data"]
    assert order["detail"] == words


async def test_the_page_plays_by_one_press_and_shows_the_calls(http: httpx.AsyncClient) -> None:
    await order(http)
    before = (await http.get("/")).text
    for story in STORIES.values():
        assert f"<h3>{story.title}</h3>" in before
    pressed = await http.post("/endings", data={"do": "nicepay/virtual_account/under", "payment": ""})
    assert pressed.headers["location"] == "/#endings"
    page = (await http.get("/")).text
    assert "<b>Too little</b> was played for" in page
    assert "<code>part_paid</code>" in page
    assert "&#34;amount&#34;:120000" in page
    assert (await state(http))["state"] == "paid"
    refused = await http.post(
        "/endings", data={"do": "nicepay/virtual_account/under", "payment": "att_x"}, follow_redirects=True
    )
    assert "said no" in refused.text
    nonsense = await http.post("/endings", data={"do": "nonsense"}, follow_redirects=True)
    assert "said no" in nonsense.text


async def test_a_fault_says_no_in_the_providers_own_words(http: httpx.AsyncClient) -> None:
    await http.put("/control/nicepay/faults", json={"kind": "says_no", "route": "registration", "count": 1})
    refused = await http.post("/nicepay/direct/v2/registration", json=registration())
    assert (refused.status_code, refused.json()["resultCd"]) == (200, "9314")
    assert (await http.get("/control/nicepay/orders")).json()["data"] == []
    assert (await http.post("/nicepay/direct/v2/registration", json=registration())).json()["resultCd"] == "0000"
