"""Both SDKs repeat a call only where that does it once, with the key of the first time, and as Gerbang's errors say."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from gerbang_client import AsyncGerbang, ConnectionFailedError, Gerbang, GerbangError, InvalidRequestError
from tests.sdk import node
from tests.sdk.scripted_api import CUT, Answer, ScriptedApi, done, problem, scripted

NOW: Final = {"retry-after": "0"}
OK: Final = done(id="pay_1")
BUSY: Final = problem(503, "database_busy", "same_key", **NOW)
LIMITED: Final = problem(429, "rate_limited", "later", **NOW)
LABEL: Final = (200, {"content-type": "application/pdf"}, "%PDF-1.4")
PROXY: Final = (502, {"content-type": "text/html"}, "<h1>Bad Gateway</h1>")


class Case(NamedTuple):
    """A call by its kind, what is answered to it, and what becomes of it: the error's class (or `done`), its code (or what a file holds), and how many requests came."""

    kind: str
    script: Sequence[Answer]
    outcome: str
    code: str
    requests: int


CASES: Final = {
    "limited": Case("without_key", (LIMITED, OK), "done", "", 2),
    "limited-for-an-hour": Case(
        "with_key",
        (problem(429, "rate_limited", "later", **{"retry-after": "3600"}),),
        "RateLimitError",
        "rate_limited",
        1,
    ),
    "busy": Case("with_key", (BUSY, OK), "done", "", 2),
    "busy-without-a-key": Case("without_key", (BUSY, OK), "ServerError", "database_busy", 1),
    "busy-while-reading": Case("reading", (BUSY, OK), "done", "", 2),
    "busy-for-long": Case("with_key", (BUSY,), "ServerError", "database_busy", 2),
    "cut": Case("with_key", (CUT, OK), "done", "", 2),
    "cut-without-a-key": Case("without_key", (CUT, OK), "OutcomeUnknownError", "", 1),
    "cut-while-reading": Case("reading", (CUT, OK), "done", "", 2),
    "cut-for-long": Case("with_key", (CUT,), "OutcomeUnknownError", "", 2),
    "proxy": Case("with_key", (PROXY, OK), "done", "", 2),
    "proxy-without-a-key": Case("without_key", (PROXY, OK), "ServerError", "", 1),
    "wrong": Case("with_key", (problem(422, "invalid_amount", "mended"),), "InvalidRequestError", "invalid_amount", 1),
    "unknown-at-the-provider": Case(
        "with_key", (problem(502, "outcome_unknown", "changed", **NOW),), "ServerError", "outcome_unknown", 1
    ),
    "conflict": Case("with_key", (problem(409, "payment_closed", "changed"),), "ConflictError", "payment_closed", 1),
    "file": Case("file", (BUSY, LABEL), "done", "%PDF-1.4", 2),
    "elsewhere": Case("reading", ((302, {"location": "http://127.0.0.1/"}, ""),), "APIError", "", 1),
}
Outcome = tuple[str, str, str, str | None]


async def by_python(api: ScriptedApi) -> Sequence[Outcome]:
    async with AsyncGerbang(api.url, "grb_test_x", max_retries=1) as gerbang:

        async def one(name: str, kind: str) -> Outcome:
            try:
                match kind:
                    case "with_key":
                        await gerbang.create_attempt(name, {"method": "qris"})
                    case "file":
                        return "done", (await gerbang.read_order_document(name)).decode(), "", None
                    case "without_key":
                        await gerbang.cancel_payment(name)
                    case _:
                        await gerbang.read_payment(name)
            except GerbangError as error:
                key = getattr(error, "idempotency_key", None)
                return type(error).__name__, getattr(error, "code", ""), str(error), key
            return "done", "", "", None

        return await asyncio.gather(*(one(name, case.kind) for name, case in CASES.items()))


async def by_typescript(api: ScriptedApi, folder: Path) -> Sequence[Outcome]:
    told = {"url": api.url, "calls": [[name, case.kind] for name, case in CASES.items()]}
    outcomes: Sequence[Outcome] = await node.run(node.installed(folder), Path(__file__).parent / "call.mjs", told)
    return outcomes


@pytest.mark.parametrize("language", ["python", "typescript"])
async def test_a_call_is_repeated_only_where_that_does_it_once(
    language: str, tmp_path: Path, need: Callable[..., str]
) -> None:
    async with scripted({name: case.script for name, case in CASES.items()}) as api:
        if language == "python":
            outcomes = await by_python(api)
        else:
            need("node")
            outcomes = await by_typescript(api, tmp_path)
    became = {name: (kind, code, len(api.asked[name])) for name, (kind, code, *_) in zip(CASES, outcomes, strict=True)}
    assert became == {name: (case.outcome, case.code, case.requests) for name, case in CASES.items()}
    for name, (_, code, says, key) in zip(CASES, outcomes, strict=True):
        requests = api.asked[name]
        keys = {one.headers.get("idempotency-key") for one in requests}
        assert len(keys) == len({one.body for one in requests}) == 1, name
        assert (keys != {None}) is (CASES[name].kind == "with_key"), name
        assert CASES[name].outcome == "done" or not code or "The cure." in says, (name, says)
        assert key in {None, *keys}, name
        assert {one.headers["authorization"] for one in requests} == {"Bearer grb_test_x"}


async def test_the_caller_that_waits_repeats_alike_and_waits_as_long_as_it_is_told() -> None:
    async with scripted({"pay_1": (problem(429, "rate_limited", "later", **{"retry-after": "1"}), OK)}) as api:
        began = time.monotonic()
        paid: Any = await asyncio.to_thread(_read, api.url)
    assert (paid, len(api.asked["pay_1"])) == ({"id": "pay_1"}, 2)
    assert time.monotonic() - began >= 1


def _read(url: str) -> Any:
    with Gerbang(url, "grb_test_x") as gerbang:
        return gerbang.read_payment("pay_1")


def test_where_nobody_listens_nothing_was_sent(free_port: Callable[[], int]) -> None:
    gerbang = Gerbang(f"http://127.0.0.1:{free_port()}", "grb_test_x", max_retries=0)
    with pytest.raises(ConnectionFailedError, match="cannot be reached"):
        gerbang.create_payment({"amount": 1000, "currency": "IDR", "description": "x"})


async def test_an_error_tells_code_cure_fields_and_request() -> None:
    told = problem(422, "invalid_amount", "mended")
    body = told[2].replace('"retry"', '"errors": [{"pointer": "/amount", "detail": "is no number"}], "retry"')
    async with scripted({"pay_1": ((*told[:2], body),)}) as api:
        with pytest.raises(InvalidRequestError) as refused:
            await asyncio.to_thread(_read, api.url)
    error = refused.value
    assert (error.status, error.code, error.retry, error.request_id) == (422, "invalid_amount", "mended", "req_1")
    assert [(one.pointer, one.detail) for one in error.errors] == [("/amount", "is no number")]
    assert str(error) == "Told (422, invalid_amount, req_1). Why. /amount is no number The cure."


@pytest.mark.parametrize("id_", ["", ".", "..", "pay_1/../users"])
def test_an_id_that_leads_elsewhere_is_not_sent(id_: str) -> None:
    with pytest.raises(ValueError, match="payment must be an id"):
        Gerbang("http://127.0.0.1:1", "grb_test_x").read_payment(id_)


@pytest.mark.parametrize(("url", "key"), [("pay.example.com", "grb_test_x"), ("https://pay.example.com", "whsec_x")])
def test_an_address_or_a_key_that_cannot_be_one_is_refused_before_anything_is_sent(url: str, key: str) -> None:
    with pytest.raises(ValueError, match=r"base_url|api_key"):
        Gerbang(url, key)
