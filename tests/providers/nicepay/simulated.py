"""The NICEPAY simulator as the other side of the conformance suite: real HTTP, a sandbox of a mood, and the moods themselves.

The sandbox's clock is put to the suite's own moment, so that expiry dates and time stamps are near it.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from gerbang.ports.payment import Account, Method
from gerbang.providers.nicepay.account import PAID_TO_A_NUMBER, PAY_METHODS
from gerbang.providers.nicepay.adapter import NicepayPayments
from gerbang.providers.nicepay.simulator import Merchant, NicepaySimulator
from gerbang.sandbox.app import Connection, Sandbox, SandboxConfig, running
from tests.providers.conformance import AMOUNT, NOW, Choice
from tests.providers.nicepay import script as wire
from tests.providers.nicepay.orders import account
from tests.providers.nicepay.script import IMID, KEY

DAY_S: Final = 86_400
ALL_METHODS: Final = tuple(PAY_METHODS.values())
CHOICES: Final = {
    name: values
    for name, values in NicepaySimulator([Merchant(IMID, KEY.decode(), ALL_METHODS)]).quirk_choices().items()
    if not name.startswith("snap_")
}
ACCOUNT: Final[Choice] = (Method.VIRTUAL_ACCOUNT, {"bank": "MANDIRI"})
CARD: Final[Choice] = (Method.CARD, {})
STORE: Final[Choice] = (Method.CONVENIENCE_STORE, {"store": "ALFAMART"})
QR: Final[Choice] = (Method.QRIS, {})
OVO: Final[Choice] = (Method.EWALLET, {"wallet": "OVO"})
DANA: Final[Choice] = (Method.EWALLET, {"wallet": "DANA"})
AKULAKU: Final[Choice] = (Method.PAYLATER, {"lender": "AKULAKU"})
JENIUS: Final[Choice] = (Method.DIRECT_DEBIT, {"bank": "JENIUS"})
EVERY: Final[Mapping[str, Choice]] = {
    "virtual_account": ACCOUNT, "card": CARD, "store": STORE, "qris": QR, "ovo": OVO, "dana": DANA, "akulaku": AKULAKU, "jenius": JENIUS,
}  # fmt: skip
# The switches that bear on a method beside accounts and cards, which meet all of them.
_BEAR_ON_ALL: Final = frozenset({"second_cancel", "empty_fields", "error_http_status"})
_BEAR_ON_REFUNDS: Final = frozenset(
    {"cancel_amount", "status_after_partial_refund", "partial_refunds", "partial_refunds_elsewhere"}
)
BEARING: Final[Mapping[str, frozenset[str]]] = {
    "store": _BEAR_ON_ALL | {"cancelled_va_status"},
    "qris": _BEAR_ON_ALL | _BEAR_ON_REFUNDS | {"qris_request"},
    "ovo": _BEAR_ON_ALL | {"before_payment_step"},
    "dana": _BEAR_ON_ALL | _BEAR_ON_REFUNDS | {"before_payment_step"},
    "akulaku": _BEAR_ON_ALL | _BEAR_ON_REFUNDS | {"before_payment_step"},
    "jenius": _BEAR_ON_ALL | _BEAR_ON_REFUNDS | {"before_payment_step", "payment_url"},
}


@dataclass(frozen=True, slots=True)
class Mood:
    """How this NICEPAY behaves: its switches, and whether orders are given back on the day after they were paid."""

    name: str
    quirks: Mapping[str, str] = field(default_factory=dict)
    next_day: bool = False

    def __str__(self) -> str:
        return self.name


def each_position() -> list[Mood]:
    """The defaults, and then every other position of every switch, one at a time."""
    others = [(name, position) for name, values in CHOICES.items() for position in values[1:]]
    return [Mood("defaults"), *(Mood(f"{name}={position}", {name: position}) for name, position in others)]


def moods_of(name: str) -> list[Mood]:
    """Every mood for accounts and cards; for the others what bears on them, the next day, and two mixtures."""
    if name in {"virtual_account", "card"}:
        return [*each_position(), *next_days(), *mixtures(6, seed=20250115)]
    bearing = [mood for mood in each_position() if mood.quirks.keys() <= BEARING[name]]
    later = [mood for mood in next_days() if mood.quirks.keys() <= BEARING[name] & _BEAR_ON_REFUNDS]
    return [*bearing, *later, *mixtures(2, seed=20250116)]


def mixtures(count: int, seed: int) -> list[Mood]:
    """Every switch in a position drawn by the seed, on either day."""
    chance = Random(seed)
    drawn = [{name: chance.choice(values) for name, values in CHOICES.items()} for _ in range(count)]
    return [Mood(f"mixture-{seed}-{n}", quirks, chance.random() < 0.5) for n, quirks in enumerate(drawn)]


def next_days() -> list[Mood]:
    """What only shows when the money goes back a day later: a refund instead of a void."""
    names = ("status_after_partial_refund", "cancel_amount", "card_statuses", "second_cancel", "empty_fields")
    moods = [Mood("next-day", next_day=True)]
    for name, position in itertools.chain.from_iterable([(n, p) for p in CHOICES[n][1:]] for n in names):
        moods.append(Mood(f"next-day,{name}={position}", {name: position}, next_day=True))
    return moods


_ONE_WORD: Final = {Method.QRIS: "refunded", Method.DIRECT_DEBIT: "voided"}  # whatever the day


@dataclass
class Place:
    """A running sandbox, a control client, and the offset that puts its clock near NOW."""

    sandbox: Sandbox
    control: httpx.AsyncClient
    offset_s: int

    async def move_clock(self, seconds: int) -> None:
        """To and fro, which the control API alone would not do."""
        self.offset_s += seconds
        await self.post("clock", advance_s=0)

    async def post(self, act: str, **wish: Any) -> dict[str, Any]:
        answer = await self.control.post(f"/control/{act}", json=wish)
        assert answer.is_success, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def put(self, what: str, **wish: Any) -> None:
        answer = await self.control.put(f"/control/nicepay/{what}", json=wish)
        assert answer.is_success, answer.text

    async def sent(self) -> list[bytes]:
        """The bodies of the newest notifications that went out."""
        since = max(self.sandbox.journal.tail[0].seq - 1, -1) if self.sandbox.journal.tail else -1
        query: dict[str, str | int] = {"provider": "nicepay", "limit": 1000, "since": since}
        lines = (await self.control.get("/control/journal", params=query)).json()["data"]
        return [line["body"].encode() for line in lines if line["direction"] == "out"]


@asynccontextmanager
async def place(data: Path) -> AsyncIterator[Place]:
    held: list[Place] = []
    offset_s = int((NOW - datetime.now(UTC)).total_seconds())

    async def advance(seconds: int) -> int:
        if held:
            held[0].offset_s += seconds
        return held[0].offset_s if held else offset_s

    config = SandboxConfig(str(data), (Connection(IMID, KEY.decode(), ALL_METHODS),))
    async with running(config, advance) as sandbox, httpx.AsyncClient(base_url=sandbox.url, timeout=5) as control:
        held.append(Place(sandbox, control, offset_s))
        yield held[0]


@dataclass(slots=True)
class SimulatedStage:
    """The conformance stage over the simulator in one mood."""

    place: Place
    provider: NicepayPayments
    mood: Mood
    hook_url: str

    async def set_up(self) -> None:
        defaults = {name: values[0] for name, values in CHOICES.items()}
        await self.place.put("quirks", **(defaults | dict(self.mood.quirks)), notification_retry_s=[])

    @property
    def account(self) -> Account:
        everything = " ".join(PAY_METHODS)
        plain = account(
            f"{self.place.sandbox.url}/nicepay",
            methods=everything,
            card_status_table="2020" if self.says("card_statuses") == "of_2020" else "current",
            qris_encoding="form" if self.says("qris_request") == "form" else "json",
            partial_refunds=everything if self.says("partial_refunds_elsewhere") == "accepted" else "card",
            timeout_s="1",
        )
        return replace(plain, hook_url=self.hook_url)

    def unreachable(self) -> Account:
        return replace(self.account, settings={**self.account.settings, "base_url": wire.nobody()})

    def with_wrong_credentials(self) -> Account:
        return replace(self.account, secrets={"merchant_key": [b"not the key of this merchant"]})

    async def pay(self, reference: str) -> None:
        if self.mood.next_day:
            await self.place.move_clock(-DAY_S)
        await self.place.post("nicepay/pay", reference=reference)
        if self.mood.next_day:
            await self.place.move_clock(DAY_S)

    async def lose_next_answer(self) -> None:
        await self.place.put("faults", kind="reset_after_effect", count=1)

    async def registered(self, reference: str) -> int:
        orders = (await self.place.control.get("/control/nicepay/orders", params={"limit": 50})).json()["data"]
        return sum(order["reference"] == reference for order in orders)

    async def arm(self, kind: str, route: str = "") -> None:
        """The next request that the route names meets this fault."""
        await self.place.put("faults", kind=kind, route=route, count=1, delay_s=0.2)
        if kind == "refuse":
            await asyncio.sleep(0.05)  # the door shuts when the answer to this is out

    async def calm(self) -> None:
        """No fault is left, and the door is open."""
        async with asyncio.timeout(5):
            while True:
                try:
                    await self.place.control.delete("/control/nicepay/faults")
                except httpx.TransportError:
                    await asyncio.sleep(0.02)
                else:
                    return

    def says(self, switch: str) -> str:
        """The position of a switch."""
        return self.mood.quirks.get(switch, CHOICES[switch][0])

    def is_silent_about(self, method: Method, amount: int) -> bool:
        """Whether an inquiry after a refund of so much leaves open how much went back: only a void says it by its status alone."""
        if method in PAID_TO_A_NUMBER or self.says("cancel_amount") != "absent":
            return False
        if method in _ONE_WORD or (method is Method.CARD and self.says("card_statuses") == "of_2020"):
            return True
        return amount != AMOUNT or self.mood.next_day

    def given_back_as(self, method: Method) -> str:
        return _ONE_WORD.get(method, "refunded" if self.mood.next_day else "voided")

    async def posted(self, reference: str) -> bytes:
        """The body of the notification of this order, as it went out."""
        name = f"referenceNo={reference}&".encode()
        async with asyncio.timeout(5):
            while not (found := [line for line in await self.place.sent() if name in line]):
                await asyncio.sleep(0.01)
        return found[-1]

    async def state(self, reference: str) -> str:
        orders = (await self.place.control.get("/control/nicepay/orders", params={"limit": 50})).json()["data"]
        (state,) = [order["state"] for order in orders if order["reference"] == reference]
        assert isinstance(state, str)
        return state
