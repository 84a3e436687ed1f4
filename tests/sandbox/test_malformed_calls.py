"""Every control route says in words what is wrong with a body: never a bare 500, whatever stands in it."""

from collections.abc import AsyncIterator
from itertools import product
from typing import Any, Final

import httpx
import msgspec
import pytest
import pytest_asyncio

from gerbang.base import ids
from gerbang.providers.nicepay.simulator import Merchant
from gerbang.sandbox.app import ChainConfig, running
from gerbang.sandbox.chain.calls import Instructions
from gerbang.sandbox.control import ACTS
from tests.anvil import PROGRAM, needs_anvil
from tests.conftest import NO_TLS
from tests.demo_accounts import sandbox_config
from tests.sandbox.merchant import IMID, KEY, registration

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_anvil]
HASH: Final = "0x" + "ab" * 32
VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    "",
    "x",
    HASH,
    HASH[:42],
    "INV-2025-0001",
    "\x00",
    "١٢",
    "9" * 60,
    "-1",
    "1e3",
    -1,
    0,
    1.5,
    2**63,
    10**40,
    [],
    {},
    ["x"],
)
FIELDS: Final = {
    **{f"nicepay/{act}": ("reference", "number", "payment", "amount", "late", "reason", "transaction") for act in ACTS},
    "nicepay/webhooks": ("reference", "times", "delay_s", "shuffle", "tamper", "drop", "seed"),
    "nicepay/endings": ("ending", "payment", "amount", "method"),
    "chain/endings": ("ending", "payment", "amount", "method"),
    "chain/pay": ("payment", "address", "amount", "token", "transfers"),
    "chain/mine": ("blocks",),
    "chain/reorg": ("depth", "keep"),
    "chain/drop": ("transaction",),
    "clock": ("advance_s",),
}
PUTS: Final = {
    "nicepay/faults": ("kind", "route", "probability", "count", "seed", "delay_s"),
    "nicepay/quirks": ("notification_on_cancel", "anything"),
}
RAW: Final = (b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"1", b'{"payment": NaN}', b"[" * 10_000)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    async def asked(payment: str) -> Instructions | None:
        ids.read("pay", payment)  # as Gerbang does: raises NotFound
        return None

    folder = tmp_path_factory.mktemp("malformed")
    chain = ChainConfig(str(PROGRAM), block_s=0)
    config = sandbox_config(str(folder), (Merchant(IMID, KEY, ("02",)),), smtp_port=0, chain=chain)
    async with (
        running(config, asked=asked) as sandbox,
        httpx.AsyncClient(base_url=sandbox.url, timeout=20, verify=NO_TLS) as client,
    ):
        assert (await client.post("/nicepay/direct/v2/registration", json=registration())).json()["resultCd"] == "0000"
        yield client


async def is_told(http: httpx.AsyncClient, method: str, call: str, body: bytes | dict[str, Any]) -> None:
    given = body if isinstance(body, bytes) else msgspec.json.encode(body)
    answer = await http.request(method, f"/control/{call}", content=given)
    said = answer.json() if answer.content else {}
    assert answer.status_code < 300 or (answer.status_code in {404, 409, 422} and said["detail"]), (
        call,
        body,
        answer.status_code,
        answer.text[:300],
    )


IN_THE_GATE: Final = ("chain/pay", "clock")
CALLS: Final = [
    pytest.param(call, marks=() if call in IN_THE_GATE else pytest.mark.full, id=call) for call in (*FIELDS, *PUTS)
]


@pytest.mark.parametrize("call", CALLS)
async def test_a_malformed_body_is_told_what_is_wrong_with_it(http: httpx.AsyncClient, call: str) -> None:
    method, fields = ("PUT", PUTS[call]) if call in PUTS else ("POST", FIELDS[call])
    for raw in RAW:
        await is_told(http, method, call, raw)
    for field, value in product(fields, VALUES):
        start = {"reference": "INV-2025-0001"} if "reference" in fields and field not in {"number", "payment"} else {}
        if (call, field, value) != ("nicepay/webhooks", "times", 1):
            await is_told(http, method, call, start | {field: value})


async def test_a_payment_that_is_none_is_named(http: httpx.AsyncClient) -> None:
    answer = await http.post("/control/chain/pay", json={"payment": HASH})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert "pay_" in answer.json()["detail"]
