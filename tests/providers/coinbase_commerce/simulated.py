"""The simulator on real HTTP as the adapter's other side, in any position of its switches."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from gerbang.ports.payment import Account
from gerbang.ports.quirks import quirk_choices
from gerbang.providers.coinbase_commerce.adapter import CommercePayments
from gerbang.providers.coinbase_commerce.simulator import LEGACY, WEB3, Merchant
from gerbang.providers.coinbase_commerce.simulator.quirks import Quirks
from gerbang.sandbox.app import Sandbox, running
from tests.demo_accounts import sandbox_config
from tests.providers import faults
from tests.providers.coinbase_commerce.charges import NOW, SECRET, account
from tests.providers.coinbase_commerce.script import nobody

CHOICES: Final = quirk_choices(Quirks)
NAME: Final = "coinbase-commerce"
RECIPIENT: Final = "0x" + "c0" * 20
SHUT: Final = ("closed", "crypto_local_price")  # what no charge comes out of


def merchants(hook_url: str) -> tuple[Merchant, ...]:
    """One of each generation, with one webhook secret."""
    return tuple(
        Merchant(
            api_key=f"key-{kind}",
            shared_secret=SECRET.decode(),
            hook_url=hook_url,
            generation=kind,
            recipient=RECIPIENT,
            name=f"Toko {kind}",
        )
        for kind in (WEB3, LEGACY)
    )


@dataclass(frozen=True)
class Mood:
    """Positions of the simulator's switches, and whose word the connection takes."""

    name: str
    quirks: Mapping[str, str] = field(default_factory=dict)
    onchain: str = "trust_processor"

    def __str__(self) -> str:
        return self.name


def each_alone() -> list[Mood]:
    """The defaults, then every other position of every switch for itself."""
    moods = [Mood("defaults")]
    for name, positions in CHOICES.items():
        if name not in SHUT:
            moods += [Mood(f"{name}={position}", {name: position}) for position in positions[1:]]
    return moods


def mixtures(seed: int, count: int) -> list[Mood]:
    """Every switch in a position drawn by the seed."""
    chance = Random(seed)
    drawn = [
        {name: chance.choice(values) for name, values in CHOICES.items() if name not in SHUT} for _ in range(count)
    ]
    return [Mood(f"mixture-{seed}-{n}", quirks) for n, quirks in enumerate(drawn)]


@dataclass
class Place:
    """A running sandbox, a control client, and the offset that puts its clock near NOW."""

    sandbox: Sandbox
    control: httpx.AsyncClient
    offset_s: int

    async def post(self, act: str, **wish: Any) -> dict[str, Any]:
        answer = await self.control.post(f"/control/{act}", json=wish)
        assert answer.is_success, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def put(self, what: str, **wish: Any) -> None:
        answer = await self.control.put(f"/control/{NAME}/{what}", json=wish)
        assert answer.is_success, answer.text

    async def pass_time(self, seconds: int) -> None:
        """To and fro, which the control API alone would not do."""
        self.offset_s += seconds
        await self.post("clock", advance_s=0)

    async def orders(self) -> list[dict[str, Any]]:
        answer = await self.control.get(f"/control/{NAME}/orders", params={"limit": 200})
        found: list[dict[str, Any]] = answer.json()["data"]
        return found


@asynccontextmanager
async def place(folder: Path, hook_url: str = "http://127.0.0.1:9/hooks/cc") -> AsyncIterator[Place]:
    held: list[Place] = []
    offset_s = int((NOW - datetime.now(UTC)).total_seconds())

    async def advance(seconds: int) -> int:
        if held:
            held[0].offset_s += seconds
        return held[0].offset_s if held else offset_s

    config = sandbox_config(str(folder), (), commerce=merchants(hook_url))
    async with running(config, advance) as sandbox, httpx.AsyncClient(base_url=sandbox.url, timeout=5) as control:
        held.append(Place(sandbox, control, offset_s))
        yield held[0]


@dataclass(slots=True)
class SimulatedStage:
    """The conformance stage over the simulator in one mood."""

    place: Place
    provider: CommercePayments
    mood: Mood
    generation: str = WEB3

    async def set_up(self) -> None:
        defaults = {name: values[0] for name, values in CHOICES.items()}
        await self.place.put("quirks", **(defaults | dict(self.mood.quirks)), webhook_retry_s=[])

    @property
    def account(self) -> Account:
        url = f"{self.place.sandbox.url}/{NAME}"
        known = account(url, generation=self.generation, onchain=self.mood.onchain, recipient=RECIPIENT, timeout_s="1")
        return replace(known, secrets={"api_key": [f"key-{self.generation}".encode()], "shared_secret": [SECRET]})

    def unreachable(self) -> Account:
        return replace(self.account, settings={**self.account.settings, "base_url": nobody()})

    def with_wrong_credentials(self) -> Account:
        return replace(self.account, secrets={"api_key": [b"nobody's"]})

    async def pay(self, reference: str, **wish: Any) -> None:
        """Somebody pays; where it takes its time to be final, that passes."""
        await self.place.post(
            f"{NAME}/pay", reference=reference, transaction="0x" + reference.encode().hex().ljust(64, "0")[:64], **wish
        )
        if self.mood.quirks.get("completion") == "after_14_minutes":
            await self.place.pass_time(900)

    async def lose_next_answer(self) -> None:
        await self.arm("reset_after_effect")

    async def registered(self, reference: str) -> int:
        return sum(order["reference"] == reference for order in await self.place.orders())

    async def state(self, reference: str) -> str:
        (state,) = [order["state"] for order in await self.place.orders() if order["reference"] == reference]
        return str(state)

    async def arm(self, kind: str) -> None:
        await faults.arm(self.place.control, NAME, kind)

    async def calm(self) -> None:
        await faults.calm(self.place.control, NAME)
