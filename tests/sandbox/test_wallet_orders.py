"""Orders that a wallet pays: the demo wallet sends their calls, the simulator hears the last hash; lies go to the simulator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from gerbang.ports.simulator import Act, Answer, Impossible, Order, Outcome, Request, WalletCall, Webhook
from gerbang.sandbox.app import Sandbox, SandboxConfig

CALLS = (WalletCall("0x" + "11" * 20, "0xa9059cbb", "0"), WalletCall("0x" + "22" * 20, "0x", "5"))
HASH = "0x" + "ab" * 32


class Said(msgspec.Struct, frozen=True, tag_field="kind", tag="said"):
    action: str
    transaction: str


@dataclass
class Kiosk:
    """A simulator of one order that is paid from a wallet."""

    name: str = "kiosk"
    prefix: str = "/kiosk"
    heard: list[Said] = field(default_factory=list)

    def orders(self, limit: int) -> Sequence[Order]:
        wallet = () if self.heard else CALLS
        at = datetime(2026, 1, 1, tzinfo=UTC)
        return [Order("k1", "att_1", "pay_1", "m", "crypto", "", 1, "USDC", "open", "", at, None, wallet=wallet)]

    def act(self, action: str, act: Act, now: datetime) -> Outcome:
        if act.reference not in {"att_1", "k1"}:
            raise Impossible("not_found", "No such order.")
        self.heard.append(Said(action, act.transaction))
        return Outcome(Answer(200, msgspec.json.encode(self.heard[-1])), (self.heard[-1],))

    def answer(self, request: Request, now: datetime) -> Outcome:
        return Outcome(Answer(404, b""))

    def webhook(self, act: Act, tamper: str, now: datetime) -> Webhook:
        raise Impossible("conflict", "Nothing to tell.")

    def with_wrong_amount(self, answer: Answer) -> Answer:
        return answer

    def pass_time(self, now: datetime) -> Sequence[Any]:
        return ()

    def replay(self, effect: bytes) -> None:
        self.heard.append(msgspec.json.decode(effect, type=Said))

    def quirks(self) -> Mapping[str, Any]:
        return {}

    def quirk_choices(self) -> Mapping[str, Sequence[str]]:
        return {}

    def set_quirks(self, values: Mapping[str, Any]) -> Any:
        raise Impossible("invalid", "There are none.")


@dataclass
class NotingWallet:
    """A wallet that writes down what it is asked to send."""

    sent: list[WalletCall] = field(default_factory=list)

    async def send(self, calls: Sequence[WalletCall]) -> str:
        self.sent += calls
        return HASH


@pytest.fixture
def kiosk() -> Kiosk:
    return Kiosk()


@pytest.fixture
async def sandbox(config: SandboxConfig, kiosk: Kiosk) -> Any:
    sandbox = Sandbox(config, [kiosk], None)
    await sandbox.open()
    yield sandbox
    await sandbox.close()


async def call(sandbox: Sandbox, action: str, **act: str) -> tuple[int, dict[str, Any]]:
    request = Request("POST", f"/control/kiosk/{action}", b"", {}, msgspec.json.encode(act), "")
    answer = await sandbox._control.answer(request)
    return answer.status, msgspec.json.decode(answer.body)


@pytest.mark.parametrize("address", [{"reference": "att_1"}, {"reference": "k1"}])
async def test_the_demo_wallet_pays_and_the_simulator_hears_the_last_hash(
    sandbox: Sandbox, kiosk: Kiosk, address: dict[str, str]
) -> None:
    sandbox._control.wallet = wallet = NotingWallet()
    assert (await call(sandbox, "pay", **address))[0] == 200
    assert wallet.sent == list(CALLS)
    assert kiosk.heard == [Said("pay", HASH)]


async def test_a_second_press_sends_nothing_again(sandbox: Sandbox) -> None:
    sandbox._control.wallet = wallet = NotingWallet()
    await call(sandbox, "pay", reference="att_1")
    await call(sandbox, "pay", reference="att_1")
    assert wallet.sent == list(CALLS)


async def test_somebody_else_may_have_paid_and_names_the_transaction(sandbox: Sandbox, kiosk: Kiosk) -> None:
    sandbox._control.wallet = wallet = NotingWallet()
    await call(sandbox, "pay", reference="att_1", transaction="0x1234")
    assert (wallet.sent, kiosk.heard) == ([], [Said("pay", "0x1234")])


async def test_without_a_chain_the_refusal_says_how_to_get_one(sandbox: Sandbox, kiosk: Kiosk) -> None:
    sandbox._control.wallet = None
    status, problem = await call(sandbox, "pay", reference="att_1")
    assert (status, kiosk.heard) == (409, [])
    assert "GERBANG_ANVIL" in problem["detail"]


async def test_a_lie_reaches_the_simulator_and_moves_nothing_on_the_chain(sandbox: Sandbox, kiosk: Kiosk) -> None:
    sandbox._control.wallet = wallet = NotingWallet()
    assert (await call(sandbox, "lie", reference="att_1"))[0] == 200
    assert (wallet.sent, kiosk.heard) == ([], [Said("lie", "")])
