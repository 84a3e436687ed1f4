"""The client: a good one. It repeats with the same Idempotency-Key until it has an answer, and journals every answer before going on."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import httpx

from tests.chaos.deployment import Deployment
from tests.chaos.journal import Journal

PAID: Final = frozenset({"paid", "partially_refunded", "refunded"})
_OPEN: Final = frozenset({"created", "pending", "unknown", "part_paid"})
_REFUND_OVER: Final = frozenset({"succeeded", "failed", "awaiting_transfer"})


@dataclass(frozen=True, slots=True)
class Order:
    """One thing to buy. `tag` is unique in a run and stands in the payment, the e-mail address and the keys.

    `refunds` are asked for at the same moment, each with its own key.
    """

    scenario: str
    tag: str
    amount: int
    card: bool
    refunds: tuple[int, ...]
    is_paid: bool = True


class Refused(Exception):
    """A clear no from the API."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body[:300]}")
        self.status = status


class Shop:
    """All orders of a run. `wrong` is what the client saw that must never be seen; `trouble` what it was told to bear."""

    def __init__(self, house: Deployment, journal: Journal, rng: Random) -> None:
        self.house = house
        self.journal = journal
        self.wrong: list[tuple[str, str]] = []
        self.trouble: Counter[str] = Counter()
        self.orders: dict[str, Order] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._rng = rng
        headers = {"authorization": f"Bearer {house.api_key}"}
        self._api = httpx.AsyncClient(base_url=house.url, headers=headers, timeout=20)
        self._sandbox = httpx.AsyncClient(base_url=house.sandbox_url, timeout=20)

    async def close(self) -> None:
        """Close the connections."""
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)
        await self._api.aclose()
        await self._sandbox.aclose()

    def order(self, scenario: str, *, card: bool | None = None, is_paid: bool = True) -> "asyncio.Task[None]":
        """Start one order; it lives until it is paid and given back as its kind wants."""
        number = len(self.orders) + 1
        amount = 10_000 + number
        by_card = self._rng.random() < 0.6 if card is None else card
        refunds = self._rng.choice([(), (amount,), (4_000,), (2_000, 5_000)]) if is_paid else ()
        order = Order(
            scenario=scenario,
            tag=f"{scenario}-{number:04d}",
            amount=amount,
            card=by_card,
            refunds=refunds,
            is_paid=is_paid,
        )
        self.orders[order.tag] = order
        self.tasks[order.tag] = asyncio.create_task(self._life(order))
        return self.tasks[order.tag]

    @property
    def unfinished(self) -> list[str]:
        """Tags of orders whose life is not over."""
        return [tag for tag, task in self.tasks.items() if not task.done()]

    # ── the life of an order ────────────────────────────────────────────────────────────────────────────────────────

    async def _life(self, order: Order) -> None:
        payment = await self._create(order)
        if not order.is_paid:
            return
        await self._pay(order, payment)
        await asyncio.gather(*(self._refund(order, payment, amount) for amount in order.refunds))

    async def _create(self, order: Order) -> str:
        body: dict[str, Any] = {
            "amount": order.amount,
            "currency": "IDR",
            "description": f"Pesanan {order.tag}",
            "order_reference": order.tag,
            "customer": {"name": "Sari", "email": f"{order.tag.lower()}@pembeli.example", "locale": "id"},
            "method": "card" if order.card else "virtual_account",
        }
        if not order.card:
            body["method_options"] = {"bank": "BCA"}
        key = f"create-{order.tag}"
        made = await self.call("POST", "/v1/payments", key=key, body=body)
        self.journal.note("created", scenario=order.scenario, tag=order.tag, payment=made["id"])
        again = await self.call("POST", "/v1/payments", key=key, body=body)
        if again["id"] != made["id"]:
            self.wrong.append((order.scenario, f"O1 doubled: {order.tag} is {made['id']} and {again['id']}"))
        return str(made["id"])

    async def _pay(self, order: Order, payment: str) -> None:
        """The payer pays what the page shows, once, and then only waits."""
        has_paid = False
        while True:
            seen = await self.call("GET", f"/v1/payments/{payment}")
            if seen["status"] in PAID:
                self.journal.note("seen_paid", scenario=order.scenario, tag=order.tag, payment=payment)
                return
            if seen["status"] not in _OPEN:
                self.wrong.append((order.scenario, f"O2 stuck: {order.tag} {payment} became {seen['status']}"))
                return
            shown = [a for a in seen["attempts"] if (a["next_action"] or {}).get("type", "wait") != "wait"]
            if shown and not has_paid:
                reference = shown[-1]["id"]
                has_paid = await self.control("nicepay/pay", reference=reference) is not None
                if has_paid:
                    self.journal.note("payer_paid", scenario=order.scenario, tag=order.tag, attempt=reference)
            await asyncio.sleep(0.3 + self._rng.random() / 2)

    async def _refund(self, order: Order, payment: str, amount: int) -> None:
        body = {"amount": amount, "reason": "Barang rusak"}
        path, key = f"/v1/payments/{payment}/refunds", f"refund-{order.tag}-{amount}"
        made = await self.call("POST", path, key=key, body=body)
        self.journal.note("refund", scenario=order.scenario, tag=order.tag, payment=payment, refund=made["id"])
        again = await self.call("POST", path, key=key, body=body)
        if again["id"] != made["id"]:
            self.wrong.append((order.scenario, f"O1 doubled: refund of {order.tag} is {made['id']} and {again['id']}"))
        while made["status"] not in _REFUND_OVER:
            await asyncio.sleep(0.3 + self._rng.random() / 2)
            made = await self.call("GET", f"/v1/refunds/{made['id']}")
        if made["status"] == "failed":
            self.wrong.append((order.scenario, f"O2 refund of {order.tag} failed: {made['failure']}"))
        if made["status"] == "awaiting_transfer":
            settled = await self.call(
                "POST", f"/v1/refunds/{made['id']}/settle", body={"reference": f"TRF-{order.tag}"}
            )
            self.journal.note("settled", scenario=order.scenario, tag=order.tag, refund=settled["id"])

    # ── the wire ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def call(self, method: str, path: str, *, key: str | None = None, body: Any = None) -> Any:
        """Ask until there is an answer. Raises Refused for a clear no; anything that is not a 503 problem is noted as wrong."""
        headers = {"idempotency-key": key} if key else {}
        while True:
            try:
                answer = await self._api.request(method, path, headers=headers, json=body)
            except httpx.TransportError as error:
                self.trouble[type(error).__name__] += 1
                await asyncio.sleep(0.2)
                continue
            if answer.status_code < 300:
                return answer.json()
            self._judge(answer)
            if answer.status_code < 500 and answer.status_code != 429 and "retry-after" not in answer.headers:
                raise Refused(answer.status_code, answer.text)
            await asyncio.sleep(0.3)

    def _judge(self, answer: httpx.Response) -> None:
        kind = answer.headers.get("content-type", "")
        if "problem+json" not in kind:
            self.wrong.append(("client", f"{answer.status_code} without a problem document: {answer.text[:200]}"))
            return
        problem = answer.json()
        self.trouble[f"{answer.status_code} {problem['code']}"] += 1
        if answer.status_code in {500, 502, 504} or answer.status_code == 401:
            self.wrong.append(("client", f"{answer.request.url.path} got {answer.status_code}: {answer.text[:200]}"))

    async def control(self, path: str, method: str = "POST", **body: Any) -> Any:
        """A call to the sandbox's control page; None when the simulated world does not allow it now."""
        with contextlib.suppress(httpx.TransportError):
            answer = await self._sandbox.request(method, f"/control/{path}", json=body or None)
            if answer.status_code < 300:
                return answer.json() if answer.content else {}
        return None

    async def all_of(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every item of a list, page by page."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            query = "&".join(f"{k}={v}" for k, v in {**params, "limit": 100, "cursor": cursor}.items() if v is not None)
            page = await self.call("GET", f"{path}?{query}")
            found += page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found
