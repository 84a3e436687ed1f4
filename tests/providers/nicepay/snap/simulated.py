"""The NICEPAY simulator's SNAP as the other side of the conformance suite: real HTTP, a sandbox of a mood, and what is asked."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx

from gerbang.base.http import Http
from gerbang.ports.payment import Account, Method
from gerbang.providers.nicepay.simulator import Merchant, SnapClient
from gerbang.providers.nicepay.snap.adapter import SnapPayments
from gerbang.sandbox.app import running
from tests.demo_accounts import sandbox_config
from tests.providers import conformance, faults
from tests.providers.conformance import NOW, Choice, Operation, Question, Way, ways_to_pay
from tests.providers.nicepay import script as wire
from tests.providers.nicepay.behaviours import CHOICES, SNAP, Mood, cases, each_position, mixtures, next_days
from tests.providers.nicepay.simulated import Place
from tests.providers.nicepay.snap.keys import CLIENT_ID, SECRET, account, private_key, public_key

DAY_S: Final = 86_400
ACCOUNT: Final[Choice] = (Method.VIRTUAL_ACCOUNT, {"bank": "MANDIRI"})
CODE: Final[Choice] = (Method.QRIS, {})
WALLET: Final[Choice] = (Method.EWALLET, {"wallet": "DANA"})
PHONE: Final[Choice] = (Method.EWALLET, {"wallet": "OVO"})
EVERY: Final[Mapping[str, Choice]] = {"virtual_account": ACCOUNT, "qris": CODE, "dana": WALLET, "ovo": PHONE}
MOODS: Final = [*each_position(SNAP), *next_days([]), *mixtures(SNAP, 4, seed=20250115)]
QUESTIONS: Final[Mapping[str, Question]] = {
    **conformance.QUESTIONS,
    "test_what_it_posts_is_verified_and_names_the_attempt": Question(Operation.NOTIFICATION),
    "test_an_order_that_ended_unpaid_is_over": Question(Operation.INQUIRY),
    "test_anothers_txid_is_never_taken_for_ours": Question(Operation.INQUIRY),
}


def ways_in(_: Mood) -> list[Way]:
    """The ways to pay, with their terms, which are the same in every mood."""
    return ways_to_pay(SnapPayments(Http()).terms(account("")), **EVERY)


GIVEN_BACK: Final = {way.name: way.choice for way in ways_in(Mood("defaults")) if way.terms.refund}
CASES: Final = cases(MOODS, ways_in, QUESTIONS)


@asynccontextmanager
async def place(data: Path) -> AsyncIterator[Place]:
    held: list[Place] = []
    offset_s = int((NOW - datetime.now(UTC)).total_seconds())

    async def advance(seconds: int) -> int:
        if held:
            held[0].offset_s += seconds
        return held[0].offset_s if held else offset_s

    merchant = Merchant(CLIENT_ID, "", ("02", "05", "08"), "Toko", SnapClient(SECRET, public_key("merchant")))
    config = sandbox_config(str(data), (merchant,), nicepay_private_key=private_key("nicepay"))
    async with running(config, advance) as sandbox, httpx.AsyncClient(base_url=sandbox.url, timeout=5) as control:
        held.append(Place(sandbox, control, offset_s))
        yield held[0]


@dataclass(slots=True)
class SnapStage:
    """The conformance stage over the simulator in one mood. Access tokens are left alone: what is lost is always a call."""

    place: Place
    provider: SnapPayments
    mood: Mood
    hook_url: str

    async def set_up(self) -> None:
        defaults = {name: CHOICES[name][0] for name in SNAP}
        await self.place.put("quirks", **(defaults | dict(self.mood.quirks)), notification_retry_s=[])

    @property
    def account(self) -> Account:
        wanted = self.mood.says("snap_qris_service_code")
        code = "47" if wanted == "either" else wanted
        plain = account(f"{self.place.sandbox.url}/nicepay", snap_qris_service_code=code, timeout_s="1")
        return replace(plain, hook_url=self.hook_url)

    def unreachable(self) -> Account:
        return replace(self.account, settings={**self.account.settings, "base_url": wire.nobody()})

    def with_wrong_credentials(self) -> Account:
        return replace(self.account, secrets={**self.account.secrets, "snap_client_secret": [b"not the secret"]})

    async def pay(self, reference: str) -> None:
        if self.mood.next_day:
            await self.place.move_clock(-DAY_S)
        await self.place.post("nicepay/pay", reference=reference)
        if self.mood.next_day:
            await self.place.move_clock(DAY_S)

    async def lose_next_answer(self) -> None:
        await self.place.put("faults", kind="reset_after_effect", route="/api/", count=1)

    async def registered(self, reference: str) -> int:
        return sum(order["reference"] == reference for order in await self._orders())

    async def arm(self, kind: str, route: str) -> None:
        await faults.arm(self.place.control, "nicepay", kind, route)

    async def calm(self) -> None:
        await faults.calm(self.place.control, "nicepay")

    def is_reached_by(self, method: Method) -> bool:
        """Whether an order whose tXid is not known can be asked about."""
        return method is Method.EWALLET and self.mood.says("snap_lookup") == "by_ours"

    async def state(self, reference: str) -> str:
        (state,) = [str(order["state"]) for order in await self._orders() if order["reference"] == reference]
        return state

    async def posted(self, reference: str) -> tuple[dict[str, str], bytes]:
        """Headers and body of the notification of this order, as it went out."""
        async with asyncio.timeout(5):
            while True:
                since = max(self.place.sandbox.journal.tail[0].seq - 1, -1)
                query: dict[str, str | int] = {"provider": "nicepay", "limit": 1000, "since": since}
                lines = (await self.place.control.get("/control/journal", params=query)).json()["data"]
                found = [line for line in lines if line["direction"] == "out" and reference in line["body"]]
                if found:
                    return dict(found[-1]["headers"]), str(found[-1]["body"]).encode()
                await asyncio.sleep(0.01)

    async def _orders(self) -> list[dict[str, object]]:
        answer = await self.place.control.get("/control/nicepay/orders", params={"limit": 50})
        found: list[dict[str, object]] = answer.json()["data"]
        return found
