"""The NICEPAY simulator as the other side of the conformance suite: real HTTP, a sandbox of a mood, and what is asked.

The sandbox's clock is put to the suite's own moment, so that expiry dates and time stamps are near it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx

from gerbang.ports.payment import Account, Method
from gerbang.providers.nicepay.account import PAID_TO_A_NUMBER, PAY_METHODS
from gerbang.providers.nicepay.adapter import NicepayPayments
from gerbang.providers.nicepay.simulator import Merchant
from gerbang.providers.nicepay.terms import offered
from gerbang.sandbox.app import Sandbox, running
from tests.demo_accounts import sandbox_config
from tests.providers import conformance, faults
from tests.providers.conformance import AMOUNT, NOW, Choice, Operation, Question, Way, ways_to_pay
from tests.providers.nicepay import script as wire
from tests.providers.nicepay.behaviours import CHOICES, V2, Mood, cases, each_position, mixtures, next_days
from tests.providers.nicepay.orders import account
from tests.providers.nicepay.script import IMID, KEY

DAY_S: Final = 86_400
ALL_METHODS: Final = tuple(PAY_METHODS.values())
ACCOUNT: Final[Choice] = (Method.VIRTUAL_ACCOUNT, {"bank": "MANDIRI"})
CARD: Final[Choice] = (Method.CARD, {})
STORE: Final[Choice] = (Method.CONVENIENCE_STORE, {"store": "ALFAMART"})
QR: Final[Choice] = (Method.QRIS, {})
OVO: Final[Choice] = (Method.EWALLET, {"wallet": "OVO"})
DANA: Final[Choice] = (Method.EWALLET, {"wallet": "DANA"})
AKULAKU: Final[Choice] = (Method.PAYLATER, {"lender": "AKULAKU"})
JENIUS: Final[Choice] = (Method.DIRECT_DEBIT, {"bank": "JENIUS"})
EVERY: Final[Mapping[str, Choice]] = {
    "virtual_account": ACCOUNT,
    "card": CARD,
    "store": STORE,
    "qris": QR,
    "ovo": OVO,
    "dana": DANA,
    "akulaku": AKULAKU,
    "jenius": JENIUS,
}
MOODS: Final = [
    *each_position(V2),
    *next_days(["status_after_partial_refund", "cancel_amount", "card_statuses", "second_cancel", "empty_fields"]),
    *mixtures(V2, 8, seed=20250115),
]
_ASKED: Final = Question(Operation.INQUIRY, lambda way: way.choice[0] not in {*PAID_TO_A_NUMBER, Method.DIRECT_DEBIT})
QUESTIONS: Final[Mapping[str, Question]] = {
    **conformance.QUESTIONS,
    "test_the_rest_can_follow_a_part_or_is_declined": Question(Operation.REFUND, lambda way: way.terms.partial_refund),
    "test_what_it_posts_is_verified_and_names_the_attempt": Question(Operation.NOTIFICATION),
    "test_a_payer_who_is_refused_is_a_decline": _ASKED,
}


def account_in(mood: Mood, base_url: str) -> Account:
    """The connection of a merchant who knows this NICEPAY."""
    everything = " ".join(PAY_METHODS)
    return account(
        base_url,
        methods=everything,
        card_status_table="2020" if mood.says("card_statuses") == "of_2020" else "current",
        qris_encoding="form" if mood.says("qris_request") == "form" else "json",
        partial_refunds=everything if mood.says("partial_refunds_elsewhere") == "accepted" else "card",
        timeout_s="1",
    )


def ways_in(mood: Mood) -> list[Way]:
    """The ways to pay, with their terms in a mood."""
    return ways_to_pay(offered(account_in(mood, "")), **EVERY)


GIVEN_BACK: Final = {way.name: way.choice for way in ways_in(Mood("defaults")) if way.terms.refund}
TO_A_NUMBER: Final = {name: choice for name, choice in EVERY.items() if choice[0] in PAID_TO_A_NUMBER}
CASES: Final = cases(MOODS, ways_in, QUESTIONS)
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

    config = sandbox_config(str(data), (Merchant(IMID, KEY.decode(), ALL_METHODS),))
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
        defaults = {name: CHOICES[name][0] for name in V2}
        await self.place.put("quirks", **(defaults | dict(self.mood.quirks)), notification_retry_s=[])

    @property
    def account(self) -> Account:
        plain = account_in(self.mood, f"{self.place.sandbox.url}/nicepay")
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
        await faults.arm(self.place.control, "nicepay", kind, route)

    async def calm(self) -> None:
        await faults.calm(self.place.control, "nicepay")

    def says(self, switch: str) -> str:
        """The position of a switch."""
        return self.mood.says(switch)

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
