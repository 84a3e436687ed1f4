"""A virtual account at NICEPAY from order to paid: registration, notification, inquiry, ledger. There is nothing to compare it with.

The simulator that stands for NICEPAY takes processor time of its own, so what counts is Gerbang's share (bench/scores.py).
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final
from uuid import UUID

from bench import judging, ours
from bench.cpu import spent_us, tree_cpu_s
from bench.load.shots import AMOUNT, CURRENCY
from bench.scenarios import Bench
from bench.sides import NoScore, Sample
from gerbang.base import ids
from gerbang.base.http import Http

_PAYERS: Final = 32
_KNOWN_S: Final = 15.0


@dataclass(slots=True)
class FromOrderToPaid:
    """Payers who order and pay one after the other. `connection` is one of the demo's, and decides the dialect."""

    bench: Bench
    connection: str

    async def reference(self) -> None:
        """Nothing in PostgreSQL is like it."""

    async def naive(self) -> None:
        """The usual way speaks no NICEPAY."""

    async def gerbang(self) -> Sample:
        """Every payment that was ordered must be paid, once."""
        cluster, gerbang = self.bench.cluster, self.bench.ours
        await ours.clear(cluster)
        http = Http()
        try:
            async with gerbang.sandbox(), gerbang.workers():
                await self._first(http)
                before_s, began = tree_cpu_s(), monotonic()
                lanes = (self._payer(http, began + self.bench.seconds) for _ in range(_PAYERS))
                made = [payment for lane in await asyncio.gather(*lanes) for payment in lane]
                await judging.all_paid(cluster)
                elapsed_s, cpu_us = monotonic() - began, spent_us(before_s, len(made))
        finally:
            await http.close()
        await judging.every_payment_paid(cluster, made)
        return Sample(len(made) / elapsed_s, cpu_us=cpu_us)

    async def _first(self, http: Http) -> None:
        """Return when the connection that the sandbox has just made is known, and one order went all the way."""
        deadline = monotonic() + _KNOWN_S
        while True:
            try:
                await self._order_and_pay(http)
            except NoScore:
                if monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)
            else:
                break
        await judging.all_paid(self.bench.cluster)
        await ours.clear(self.bench.cluster)

    async def _payer(self, http: Http, deadline: float) -> list[UUID]:
        made = []
        while monotonic() < deadline:
            made.append(await self._order_and_pay(http))
        return made

    async def _order_and_pay(self, http: Http) -> UUID:
        gerbang = self.bench.ours
        order = {
            "amount": AMOUNT,
            "currency": CURRENCY,
            "method": "virtual_account",
            "method_options": {"bank": "BCA"},
            "connection": self.connection,
            "description": "Kopi Gayo 1 kg",
            "customer": {"name": "Budi Santoso"},
        }
        headers = {"Authorization": f"Bearer {gerbang.api_key}", "Idempotency-Key": secrets.token_hex(12)}
        made = await _post(http, f"http://127.0.0.1:{gerbang.port}/v1/payments", order, headers)
        if made["status"] != "pending" or made["next_action"] is None:
            raise NoScore(f"an order was not registered: {made}")
        await _post(http, f"{gerbang.sandbox_url}/control/nicepay/pay", {"number": made["next_action"]["number"]}, {})
        return ids.read("pay", made["id"])


async def _post(http: Http, url: str, content: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    """The answer's content. Raises NoScore for a refusal."""
    sent = {**headers, "Content-Type": "application/json"}
    answer = await http.send("POST", url, headers=sent, body=json.dumps(content).encode(), timeout_s=20)
    if not 200 <= answer.status < 300:
        raise NoScore(f"{url} answered {answer.status}: {answer.body[:300]!r}")
    found: dict[str, Any] = json.loads(answer.body)
    return found
