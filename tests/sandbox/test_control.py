"""The control API of the outer contract: acts, clock, journal, refusals as problem documents."""

import re
from typing import Any

import httpx
import pytest

from gerbang.sandbox.app import SandboxConfig, running
from tests.sandbox.merchant import inquiry, registration

REGISTER = "/nicepay/direct/v2/registration"


async def register(http: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await http.post(REGISTER, json=registration(**changes))).json()
    assert answer["resultCd"] == "0000", answer
    return answer


async def status(http: httpx.AsyncClient, txid: str) -> str:
    answer: dict[str, str] = (await http.post("/nicepay/direct/v2/inquiry", json=inquiry(txid))).json()
    return answer["status"]


@pytest.mark.parametrize("address", ["reference", "number", "payment"])
async def test_the_payer_pays_by_reference_number_or_payment(http: httpx.AsyncClient, address: str) -> None:
    order = await register(http, description="pay_01KC")
    by = {"reference": "INV-2025-0001", "number": order["vacctNo"], "payment": "pay_01KC"}
    answer = await http.post("/control/nicepay/pay", json={address: by[address]})
    assert (answer.status_code, answer.json()["state"]) == (200, "paid")
    assert await status(http, order["tXid"]) == "0"


@pytest.mark.parametrize(
    ("call", "body", "code"),
    [
        ("nicepay/pay", {"reference": "nobody"}, 404),
        ("nicepay/pay", {"reference": "INV-2025-0001", "amount": 0}, 422),
        ("nicepay/decline", {"reference": "INV-2025-0001"}, 409),
        ("nicepay/refund", {"reference": "INV-2025-0001"}, 409),
        ("nicepay/dispute", {"reference": "INV-2025-0001"}, 422),
        ("nicepay/dance", {"reference": "INV-2025-0001"}, 404),
        ("paypal/pay", {"reference": "INV-2025-0001"}, 404),
        ("nicepay/pay", {"refrence": "INV-2025-0001"}, 404),
        ("clock", {"advance_s": -1}, 422),
        ("clock", {"advance_s": "soon"}, 422),
        ("clock", {"advance_s": 10**18}, 422),
        ("clock", {"advance_s": 10**30}, 422),
        ("clock", {"advance_s": 1.5}, 422),
        ("clock", {"advance_s": True}, 422),
    ],
)
async def test_a_call_that_cannot_be_is_a_problem_and_changes_nothing(
    http: httpx.AsyncClient, call: str, body: dict[str, Any], code: int
) -> None:
    order = await register(http)
    answer = await http.post(f"/control/{call}", json=body)
    assert answer.status_code == code
    assert answer.json()["status"] == code
    assert answer.json()["detail"]
    assert await status(http, order["tXid"]) == "3"


async def test_business_time_moves_and_expires_what_is_due(http: httpx.AsyncClient) -> None:
    order = await register(http)
    before = (await http.get("/control/clock")).json()
    after = (await http.post("/control/clock", json={"advance_s": 3 * 86_400})).json()
    assert (before["offset_s"], after["offset_s"]) == (0, 259_200)
    journal = (await http.get("/control/journal", params={"provider": "nicepay"})).json()["data"]
    assert [entry["effect"]["kind"] for entry in journal if entry["direction"] == "internal"] == ["expired"]
    assert await status(http, order["tXid"]) == "4"


async def test_whoever_starts_the_sandbox_may_own_the_offset(config: SandboxConfig) -> None:
    asked: list[int] = []

    async def advance(seconds: int) -> int:
        asked.append(seconds)
        return 1_000 + sum(asked)

    async with running(config, advance) as sandbox, httpx.AsyncClient(base_url=sandbox.url) as http:
        assert (await http.get("/control/clock")).json()["offset_s"] == 1_000
        assert (await http.post("/control/clock", json={"advance_s": 60})).json()["offset_s"] == 1_060
    assert asked == [0, 0, 60]


async def test_a_clock_of_our_own_and_the_switches_survive_a_restart(config: SandboxConfig) -> None:
    async with running(config) as sandbox, httpx.AsyncClient(base_url=sandbox.url) as http:
        await http.post("/control/clock", json={"advance_s": 60})
        await http.put("/control/nicepay/quirks", json={"second_cancel": "9314"})
    async with running(config) as sandbox, httpx.AsyncClient(base_url=sandbox.url) as http:
        assert (await http.get("/control/clock")).json()["offset_s"] == 60
        assert (await http.get("/control/nicepay/quirks")).json()["quirks"]["second_cancel"] == "9314"


async def test_the_journal_holds_bytes_answers_and_effects(http: httpx.AsyncClient) -> None:
    body = b'{"iMid":"\xff"}'
    await http.post("/nicepay//direct//v2/registration", content=body, headers={"content-type": "application/json"})
    order = await register(http)
    await http.post("/control/nicepay/pay", json={"reference": "INV-2025-0001", "amount": 1})
    entries = (await http.get("/control/journal")).json()["data"]
    bad, good, paid = entries[:3]
    assert (bad["route"], bad["body_base64"], bad["status"]) == ("/direct/v2/registration", "eyJpTWlkIjoi/yJ9", 200)
    assert "9001" in bad["answer"]
    assert good["effect"]["kind"] == "registered"
    assert good["effect"]["order"]["number"] == order["vacctNo"]
    assert ("content-type", "application/json") in [tuple(pair) for pair in good["headers"]]
    effect = paid["effect"]
    assert (effect["kind"], effect["tXid"], effect["reference"], effect["amount"]) == (
        "paid",
        order["tXid"],
        "INV-2025-0001",
        1,
    )
    assert [entry["seq"] for entry in entries] == list(range(len(entries)))
    assert (await http.get("/control/journal", params={"since": 1, "limit": 1})).json()["data"][0]["seq"] == 2


async def test_a_page_of_another_site_may_not_act(http: httpx.AsyncClient) -> None:
    foreign = {"sec-fetch-site": "cross-site"}
    assert (await http.post("/control/clock", json={"advance_s": 60}, headers=foreign)).status_code == 403
    assert (await http.get("/control/clock")).json()["offset_s"] == 0


async def test_a_body_over_the_limit_is_refused(http: httpx.AsyncClient) -> None:
    assert (await http.post(REGISTER, content=b"x" * (1 << 20 | 1))).status_code == 413


async def test_the_fault_catalogue_is_told(http: httpx.AsyncClient) -> None:
    kinds = [one["kind"] for one in (await http.get("/control/faults")).json()["data"]]
    assert "reset_after_effect" in kinds


async def test_every_address_that_a_404_names_leads_somewhere(http: httpx.AsyncClient) -> None:
    said = (await http.get("/control/nicepay/acts")).json()["detail"]
    fixed, of_provider = re.findall(r"There are (.+), and /control/PROVIDER/… with one of (.+); / shows", said)[0]
    named = [*fixed.split(", "), *(f"/control/nicepay/{one}" for one in of_provider.split(", "))]
    found = {one: {(await http.request(method, one)).status_code for method in ("GET", "PUT")} for one in named}
    assert [
        one for one, statuses in found.items() if statuses == {404} and "takes" not in (await http.get(one)).text
    ] == []
    assert {"/control/mail", "/control/nicepay/pay"} <= set(named)


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("PUT", "/control/clock", {}, "/control/clock takes GET or POST, not PUT."),
        ("POST", "/control/nicepay/faults", {}, "takes DELETE or GET or PUT, not POST."),
        ("GET", "/control/nowhere", {}, "There is no /control/nowhere here. There are /control/"),
        ("POST", "/control/paypal/pay", {"reference": "x"}, "There is no simulator named paypal here. There are "),
        ("POST", "/control/clock", {"advance_s": "x"}, "advance_s: Expected a whole number, not text."),
        ("POST", "/control/clock", {"advance": 1}, "advance: There is no such field here"),
        ("GET", "/nowhere", {}, "its pages begin at /"),
        ("POST", "/control/clock", {"x": "y" * 1_100_000}, "larger than 1 MB"),
    ],
)
async def test_what_the_sandbox_cannot_do_is_said_with_what_it_can(
    http: httpx.AsyncClient, method: str, path: str, body: dict[str, Any], said: str
) -> None:
    answer = await http.request(method, path, json=body)
    assert answer.status_code >= 400
    assert said in answer.text
    assert "`" not in answer.text
