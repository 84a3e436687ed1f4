"""Every fault of the catalogue, over real connections: what the caller sees, and whether it happened all the same (F6, R8)."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from gerbang.base.http import Http, OutcomeUnknown, Unreachable
from gerbang.sandbox.app import Sandbox
from gerbang.sandbox.faults import CATALOGUE, REFUSALS, Fault, Faults, Kind
from tests.providers.faults import FAULTS
from tests.sandbox.merchant import inquiry, registration

REGISTER = "/nicepay/direct/v2/registration"


async def arm(http: httpx.AsyncClient, kind: str, **rule: Any) -> None:
    answer = await http.put("/control/nicepay/faults", json={"kind": kind, **rule})
    assert answer.status_code == 200, answer.text


async def orders(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await http.get("/control/nicepay/orders")).json()["data"]
    return found


async def last_entry(http: httpx.AsyncClient) -> dict[str, Any]:
    data = (await http.get("/control/journal", params={"provider": "nicepay", "limit": 1000})).json()["data"]
    entry: dict[str, Any] = data[-1]
    return entry


def test_every_fault_of_the_way_is_tried_at_every_provider() -> None:
    assert {fault.kind for fault in FAULTS} == set(CATALOGUE)


@pytest.mark.parametrize(
    ("kind", "happened"),
    [
        ("reset_before", False),
        ("timeout_before", False),
        ("timeout_after_effect", True),
        ("reset_after_effect", True),
    ],
)
async def test_a_connection_without_an_answer(http: httpx.AsyncClient, kind: str, happened: bool) -> None:
    await arm(http, kind, count=1, delay_s=0.2)
    with pytest.raises(httpx.TransportError):
        await http.post(REGISTER, json=registration())
    assert bool(await orders(http)) is happened
    entry = await last_entry(http)
    assert (entry["fault"], entry.get("status", 0), "effect" in entry) == (kind, 0, happened)
    expected = "9009" if happened else "0000"
    assert (await http.post(REGISTER, json=registration())).json()["resultCd"] == expected


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after_effect"])
async def test_a_silent_provider_is_an_unknown_outcome_for_our_client(
    sandbox: Sandbox, http: httpx.AsyncClient, kind: str
) -> None:
    await arm(http, kind, count=1)
    client = Http()
    with pytest.raises(OutcomeUnknown):
        await client.send("POST", sandbox.url + REGISTER, body=b"{}", timeout_s=0.3)
    await client.close()


async def test_a_refused_connection_never_left_and_the_door_opens_again(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    await arm(http, "refuse", delay_s=0.6)
    await asyncio.sleep(0.2)
    client = Http()
    with pytest.raises(Unreachable):
        await client.send("POST", sandbox.url + REGISTER, body=b"{}", timeout_s=1)
    await client.close()
    await asyncio.sleep(0.7)
    assert await orders(http) == []


@pytest.mark.parametrize(("kind", "happened"), [("http_500", False), ("http_500_after_effect", True)])
async def test_a_server_error(http: httpx.AsyncClient, kind: str, happened: bool) -> None:
    await arm(http, kind, count=1)
    assert (await http.post(REGISTER, json=registration())).status_code == 500
    assert bool(await orders(http)) is happened


async def test_garbage_and_half_an_answer_are_two_hundred_and_happened(http: httpx.AsyncClient) -> None:
    for number, kind in enumerate(("garbage", "truncated_json")):
        await arm(http, kind, count=1)
        answer = await http.post(REGISTER, json=registration(referenceNo=f"R{number}"))
        assert answer.status_code == 200
        with pytest.raises(ValueError, match=r"."):
            answer.json()
        assert len(await orders(http)) == number + 1


async def test_slow_is_late_and_right(http: httpx.AsyncClient) -> None:
    await arm(http, "slow", count=1, delay_s=0.3)
    started = time.monotonic()
    assert (await http.post(REGISTER, json=registration())).json()["resultCd"] == "0000"
    assert time.monotonic() - started >= 0.3


async def test_a_wrong_amount_is_in_the_answer_only(http: httpx.AsyncClient) -> None:
    await arm(http, "wrong_amount", count=1)
    assert (await http.post(REGISTER, json=registration())).json()["amt"] == "150001"
    assert (await orders(http))[0]["amount"] == 150_000


async def test_a_duplicated_request_happens_once_and_is_answered_as_the_repeat(http: httpx.AsyncClient) -> None:
    await arm(http, "duplicate_reference", count=1)
    assert (await http.post(REGISTER, json=registration())).json()["resultCd"] == "9009"
    assert len(await orders(http)) == 1


async def test_a_fault_keeps_to_its_route_and_its_count(http: httpx.AsyncClient) -> None:
    await arm(http, "http_500", route="inquiry", count=1)
    registered = (await http.post(REGISTER, json=registration())).json()
    asked = inquiry(registered["tXid"])
    statuses = [(await http.post("/nicepay/direct/v2/inquiry", json=asked)).status_code for _ in range(2)]
    assert statuses == [500, 200]


async def test_cleared_faults_are_gone(http: httpx.AsyncClient) -> None:
    await arm(http, "http_500")
    await http.delete("/control/nicepay/faults")
    assert (await http.post(REGISTER, json=registration())).status_code == 200


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "meteor"},
        {"kind": "slow", "probability": 2},
        {"kind": "slow", "count": -1},
        {"kind": "slow", "typo": 1},
        {},
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused(http: httpx.AsyncClient, rule: dict[str, Any]) -> None:
    answer = await http.put("/control/nicepay/faults", json=rule)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_chance_comes_from_the_seed() -> None:
    def strikes(seed: int) -> list[bool]:
        faults = Faults()
        faults.arm("nicepay", Fault(Kind.HTTP_500, probability=0.5, seed=seed))
        return [faults.draw("nicepay", "/x") is not None for _ in range(64)]

    assert strikes(1) == strikes(1)
    assert strikes(1) != strikes(2)
    assert 16 < sum(strikes(1)) < 48


def test_the_catalogue_names_every_kind() -> None:
    assert {*CATALOGUE, *REFUSALS} == set(Kind)
    assert not CATALOGUE.keys() & REFUSALS.keys()
