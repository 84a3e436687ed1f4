"""The Coinbase simulator as the other side of the conformance suite: real HTTP, a sandbox of a mood, and the moods themselves."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from gerbang.ports.payment import Account
from gerbang.providers.coinbase_checkouts.adapter import CheckoutPayments
from gerbang.providers.coinbase_checkouts.simulator import CoinbaseBusinessSimulator, Merchant
from gerbang.providers.coinbase_checkouts.simulator.book import Checkout, Progress
from gerbang.sandbox.app import Sandbox, running
from tests.demo_accounts import sandbox_config
from tests.providers import faults
from tests.providers.coinbase_checkouts import script as wire
from tests.providers.coinbase_checkouts.orders import HASH, KEY_ID, OTHER_SECRET, PUBLIC_KEY, WEBHOOK_SECRET, account
from tests.providers.conformance import NOW

CHOICES: Final = CoinbaseBusinessSimulator([Merchant(KEY_ID, PUBLIC_KEY)]).quirk_choices()
SETTLED_S: Final = 20  # by then what takes its time has come to its end


@dataclass(frozen=True, slots=True)
class Mood:
    """How this Coinbase behaves."""

    name: str
    quirks: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name

    def says(self, switch: str) -> str:
        """The position of a switch."""
        return self.quirks.get(switch, CHOICES[switch][0])

    @property
    def gives_back_at_once(self) -> bool:
        """Whether refunds come to a good end, and without delay."""
        return self.says("refund_settling") == "at_once" and self.says("refund_outcome") == "completed"


def each_position() -> list[Mood]:
    """The defaults, and then every other position of every switch, one at a time."""
    others = [(name, position) for name, values in CHOICES.items() for position in values[1:]]
    return [Mood("defaults"), *(Mood(f"{name}={position}", {name: position}) for name, position in others)]


def mixtures(count: int, seed: int) -> list[Mood]:
    """Every switch in a position drawn by the seed."""
    chance = Random(seed)
    drawn = [{name: chance.choice(values) for name, values in CHOICES.items()} for _ in range(count)]
    return [Mood(f"mixture-{seed}-{n}", quirks) for n, quirks in enumerate(drawn)]


@dataclass
class Place:
    """A running sandbox, a control client, and the offset that puts its clock near NOW."""

    sandbox: Sandbox
    control: httpx.AsyncClient
    offset_s: int

    async def reset_clock(self) -> None:
        """To the suite's own moment again: tokens are good for two minutes."""
        self.offset_s = int((NOW - datetime.now(UTC)).total_seconds())
        await self.post("clock", advance_s=0)

    async def move_clock(self, seconds: int) -> None:
        """Let so many seconds pass."""
        self.offset_s += seconds
        await self.post("clock", advance_s=0)

    async def post(self, act: str, **wish: Any) -> dict[str, Any]:
        answer = await self.control.post(f"/control/{act}", json=wish)
        assert answer.is_success, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def put(self, what: str, **wish: Any) -> None:
        answer = await self.control.put(f"/control/coinbase-business/{what}", json=wish)
        assert answer.is_success, answer.text

    async def sent(self) -> list[dict[str, Any]]:
        """The newest notifications that went out, as the journal has them."""
        since = max(self.sandbox.journal.tail[0].seq - 1, -1) if self.sandbox.journal.tail else -1
        query: dict[str, str | int] = {"provider": "coinbase-business", "limit": 1000, "since": since}
        lines = (await self.control.get("/control/journal", params=query)).json()["data"]
        return [line for line in lines if line["direction"] == "out"]


@asynccontextmanager
async def place(data: Path, hook_url: str) -> AsyncIterator[Place]:
    held: list[Place] = []
    offset_s = int((NOW - datetime.now(UTC)).total_seconds())

    async def advance(seconds: int) -> int:
        if held:
            held[0].offset_s += seconds
        return held[0].offset_s if held else offset_s

    config = sandbox_config(str(data), (), coinbase=(Merchant(KEY_ID, PUBLIC_KEY, "Toko", hook_url, WEBHOOK_SECRET),))
    async with running(config, advance) as sandbox, httpx.AsyncClient(base_url=sandbox.url, timeout=5) as control:
        held.append(Place(sandbox, control, offset_s))
        yield held[0]


@dataclass(slots=True)
class SimulatedStage:
    """The conformance stage over the simulator in one mood. Whoever trusts Coinbase needs no transaction to look for."""

    place: Place
    provider: CheckoutPayments
    mood: Mood
    trusting: bool = False

    async def set_up(self) -> None:
        await self.place.reset_clock()
        defaults = {name: values[0] for name, values in CHOICES.items()}
        await self.place.put("quirks", **(defaults | dict(self.mood.quirks)), webhook_retry_s=[0.05])

    @property
    def account(self) -> Account:
        onchain = "trust_processor" if self.trusting else "verify"
        return account(f"{self.place.sandbox.url}/coinbase-business/api/v1", onchain=onchain, timeout_s="1")

    def unreachable(self) -> Account:
        return replace(self.account, settings={**self.account.settings, "base_url": wire.nobody()})

    def with_wrong_credentials(self) -> Account:
        return replace(self.account, secrets={"api_key_secret": [OTHER_SECRET]})

    async def pay(self, reference: str) -> None:
        await self.place.post("coinbase-business/pay", reference=reference, transaction=HASH)
        if self.mood.says("processing") == "shown":
            await self.place.move_clock(SETTLED_S)

    async def settle(self) -> None:
        """What takes its time has come to its end."""
        await self.place.move_clock(SETTLED_S)

    async def lose_next_answer(self) -> None:
        await self.place.put("faults", kind="reset_after_effect", count=1)

    async def registered(self, reference: str) -> int:
        return sum(order["reference"] == reference for order in await self._orders())

    async def state(self, reference: str) -> str:
        (state,) = [order["state"] for order in await self._orders() if order["reference"] == reference]
        return str(state)

    async def refunds(self, id_: str) -> list[int]:
        """The refunds that Coinbase has in its books, past every switch, in base units."""
        return [one.amount for one in self._in_the_books(id_).refunds]

    async def going_back(self, id_: str) -> int:
        """Base units that went back, or are on their way."""
        return self._in_the_books(id_).refunded(Progress.PENDING, Progress.COMPLETED)

    async def arm(self, kind: str, route: str = "") -> None:
        await faults.arm(self.place.control, "coinbase-business", kind, route)

    async def calm(self) -> None:
        await faults.calm(self.place.control, "coinbase-business")

    async def posted(self, reference: str, kind: str) -> dict[str, Any]:
        """The notification of this checkout, as it went out."""
        async with asyncio.timeout(5):
            while True:
                named = [line for line in await self.place.sent() if reference in line["body"]]
                if found := [line for line in named if f'"eventType":"{kind}"' in line["body"]]:
                    return found[-1]
                await asyncio.sleep(0.01)

    def _in_the_books(self, id_: str) -> Checkout:
        simulator = self.place.sandbox.stage.simulators["coinbase-business"]
        assert isinstance(simulator, CoinbaseBusinessSimulator)
        one = simulator._world.book.get(id_)
        assert one is not None, f"no checkout {id_}"
        return one

    async def _orders(self) -> list[dict[str, Any]]:
        answer = await self.place.control.get("/control/coinbase-business/orders", params={"limit": 100})
        orders: list[dict[str, Any]] = answer.json()["data"]
        return orders
