"""Orders that a wallet pays: the demo wallet sends their calls on a real node, the simulator hears the last hash; lies go to the simulator."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest

from gerbang.ports.simulator import (
    Act,
    Answer,
    Ending,
    Impossible,
    Order,
    Outcome,
    Passed,
    Request,
    WalletCall,
    Webhook,
)
from gerbang.sandbox.app import ChainConfig, Sandbox, SandboxConfig
from gerbang.sandbox.chain.local import USDC, transfer, word
from tests.anvil import PROGRAM, needs_anvil

SHOP = "0x" + "22" * 20
CALLS = (transfer("USDC", SHOP, 7), transfer("ETH", SHOP, 5))


class Said(msgspec.Struct, frozen=True, tag_field="kind", tag="said"):
    action: str
    transaction: str


@dataclass
class Kiosk:
    """A simulator of one order that is paid from a wallet."""

    name: str = "kiosk"
    prefix: str = "/kiosk"
    endings: Mapping[str, Sequence[Ending]] = field(default_factory=dict)
    heard: list[Said] = field(default_factory=list)
    calls: tuple[WalletCall, ...] = CALLS

    def orders(self, limit: int) -> Sequence[Order]:
        wallet = () if self.heard else self.calls
        at = datetime(2026, 1, 1, tzinfo=UTC)
        return [
            Order(
                id="k1",
                reference="att_1",
                payment="pay_1",
                merchant="m",
                method="crypto",
                number="",
                amount=1,
                currency="USDC",
                state="open",
                detail="",
                created_at=at,
                expires_at=None,
                wallet=wallet,
            )
        ]

    def act(self, action: str, act: Act, now: datetime) -> Outcome:
        if act.reference not in {"att_1", "k1"} and act.payment != "pay_1":
            raise Impossible("not_found", "No such order.")
        self.heard.append(Said(action, act.transaction))
        return Outcome(Answer(200, msgspec.json.encode(self.heard[-1])), (self.heard[-1],))

    def answer(self, request: Request, now: datetime) -> Outcome:
        return Outcome(Answer(404, b""))

    def webhook(self, act: Act, tamper: str, now: datetime) -> Webhook:
        raise Impossible("conflict", "Nothing to tell.")

    def stamped(self, webhook: Webhook, at: datetime, attempt: int) -> Webhook:
        return webhook

    def with_wrong_amount(self, answer: Answer) -> Answer:
        return answer

    def refusal(self, request: Request) -> Answer:
        return Answer(403, b"")

    def pass_time(self, now: datetime) -> Sequence[Passed]:
        return ()

    def replay(self, effect: bytes) -> None:
        self.heard.append(msgspec.json.decode(effect, type=Said))

    def quirks(self) -> Mapping[str, Any]:
        return {}

    def quirk_choices(self) -> Mapping[str, Sequence[str]]:
        return {}

    def set_quirks(self, values: Mapping[str, Any]) -> Any:
        raise Impossible("invalid", "There are none.")


@pytest.fixture
def kiosk() -> Kiosk:
    return Kiosk()


@pytest.fixture
async def bare(config: SandboxConfig, kiosk: Kiosk) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(config, [kiosk], (), None)
    await sandbox.open()
    yield sandbox
    await sandbox.close()


@pytest.fixture
async def sandbox(config: SandboxConfig, kiosk: Kiosk) -> AsyncIterator[Sandbox]:
    chain = ChainConfig(str(PROGRAM), block_s=0)
    sandbox = Sandbox(msgspec.structs.replace(config, chain=chain), [kiosk], (), None)
    await sandbox.open()
    yield sandbox
    await sandbox.close()


async def call(sandbox: Sandbox, action: str, **act: Any) -> tuple[int, dict[str, Any]]:
    request = Request(
        method="POST",
        path=f"/control/kiosk/{action}",
        query=b"",
        headers={},
        body=msgspec.json.encode(act),
        base_url="",
    )
    answer = await sandbox._control.answer(request)
    return answer.status, msgspec.json.decode(answer.body)


async def coins(sandbox: Sandbox) -> int:
    assert sandbox.chain is not None
    return int(await sandbox.chain.ask("eth_getBalance", SHOP, "latest"), 16)


@needs_anvil
@pytest.mark.parametrize("address", [{"reference": "att_1"}, {"reference": "k1"}, {"payment": "pay_1"}])
async def test_the_demo_wallet_pays_and_the_simulator_hears_the_last_hash(
    sandbox: Sandbox, kiosk: Kiosk, address: dict[str, str]
) -> None:
    assert (await call(sandbox, "pay", **address))[0] == 200
    assert sandbox.chain is not None
    (said,) = kiosk.heard
    mined = await sandbox.chain.ask("eth_getTransactionReceipt", said.transaction)
    assert (mined["status"], mined["to"]) == ("0x1", SHOP)
    assert await coins(sandbox) == 5


@needs_anvil
async def test_another_amount_is_sent_where_the_order_is_paid_by_a_plain_transfer(
    sandbox: Sandbox, kiosk: Kiosk
) -> None:
    kiosk.calls = (transfer("USDC", SHOP, 7),)
    assert (await call(sandbox, "pay", reference="att_1", amount=3))[0] == 200
    assert sandbox.chain is not None
    asked = {"to": USDC, "data": "0x70a08231" + word(SHOP)}
    assert int(await sandbox.chain.ask("eth_call", asked, "latest"), 16) == 3


async def test_another_amount_is_refused_where_a_contract_counts(bare: Sandbox, kiosk: Kiosk) -> None:
    assert (await call(bare, "pay", reference="att_1", amount=3))[0] == 422
    assert not kiosk.heard


@needs_anvil
async def test_a_second_press_sends_nothing_again(sandbox: Sandbox, kiosk: Kiosk) -> None:
    await asyncio.gather(call(sandbox, "pay", reference="att_1"), call(sandbox, "pay", reference="att_1"))
    assert await coins(sandbox) == 5
    assert [said.action for said in kiosk.heard] == ["pay", "pay"]


async def test_somebody_else_may_have_paid_and_names_the_transaction(bare: Sandbox, kiosk: Kiosk) -> None:
    assert (await call(bare, "pay", reference="att_1", transaction="0x1234"))[0] == 200
    assert kiosk.heard == [Said("pay", "0x1234")]


async def test_without_a_chain_the_refusal_says_how_to_get_one(bare: Sandbox, kiosk: Kiosk) -> None:
    status, problem = await call(bare, "pay", reference="att_1")
    assert (status, kiosk.heard) == (409, [])
    assert "GERBANG_ANVIL" in problem["detail"]


async def test_a_lie_reaches_the_simulator_and_needs_no_chain(bare: Sandbox, kiosk: Kiosk) -> None:
    assert (await call(bare, "lie", reference="att_1"))[0] == 200
    assert kiosk.heard == [Said("lie", "")]


async def test_the_page_offers_what_a_wallet_order_takes(bare: Sandbox) -> None:
    async with httpx.AsyncClient(base_url=bare.url) as http:
        page = (await http.get("/")).text
        assert "Pay from the demo wallet" in page
        assert "0.000001\u00a0USDC" in page
        await http.post("/do", data={"provider": "kiosk", "reference": "k1", "do": "lie"})
        assert "Pay from the demo wallet" not in (await http.get("/")).text
