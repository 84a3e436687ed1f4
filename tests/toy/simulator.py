"""The toy in a box: orders by QR, which are open or paid, with a webhook when one is paid; and by wallet, whose payer only agrees."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

import msgspec
from msgspec.structs import replace

from gerbang.ports.simulator import (
    Act,
    Answer,
    Ending,
    Impossible,
    Order,
    Outcome,
    Passed,
    Request,
    SimulatorEntry,
    Webhook,
)


class Config(msgspec.Struct, frozen=True):
    key: str = ""
    hook_url: str = ""


class Kept(msgspec.Struct, frozen=True, tag_field="kind", tag="toy_kept"):
    """An order as it stands from now on."""

    reference: str
    amount: int
    method: str
    state: str
    at: datetime


class ToySimulator:
    """Implements ports.simulator.Simulator."""

    name = "toy"
    prefix = "/toy"
    endings: ClassVar[Mapping[str, Sequence[Ending]]] = {}

    def __init__(self, config: Config) -> None:
        self._config = config
        self._orders: dict[str, Kept] = {}

    def answer(self, request: Request, now: datetime) -> Outcome:
        _, _, reference, *act = request.path.split("/")
        if request.method == "PUT":
            amount, method = request.body.decode().split()
            return self._keep(Kept(reference, int(amount), method, "open", now))
        known = self._orders.get(reference)
        if known is None or (act and known.state == "open"):
            return Outcome(Answer(404, b"{}"))
        return self._keep(replace(known, state="paid")) if act else Outcome(self._told(reference))

    def act(self, action: str, act: Act, now: datetime) -> Outcome:
        known = self._orders.get(act.reference)
        if known is None or action != "pay":
            raise Impossible("not_found", "There is no such order, or no such act.")
        if known.method == "ewallet":
            return self._keep(replace(known, state="agreed"))
        done = self._keep(replace(known, amount=act.amount or known.amount, state="paid"))
        return replace(done, webhooks=(self.webhook(act, "", now),))

    def webhook(self, act: Act, tamper: str, _now: datetime) -> Webhook:
        body = self._told(act.reference).body
        signature = hmac.digest(self._config.key.encode(), body + tamper.encode(), "sha256").hex()
        return Webhook(act.reference, self._config.hook_url, (("toy-signature", signature),), body)

    def stamped(self, webhook: Webhook, _at: datetime, _attempt: int) -> Webhook:
        return webhook

    def with_wrong_amount(self, answer: Answer) -> Answer:
        return answer

    def refusal(self, _request: Request) -> Answer:
        return Answer(403, b"{}")

    def pass_time(self, _now: datetime) -> Sequence[Passed]:
        return ()

    def replay(self, effect: bytes) -> None:
        kept = msgspec.json.decode(effect, type=Kept)
        self._orders[kept.reference] = kept

    def orders(self, limit: int) -> Sequence[Order]:
        found = list(self._orders.values())[-limit:]
        return [
            Order(
                id=o.reference,
                reference=o.reference,
                payment="",
                merchant="toy",
                method=o.method,
                number="",
                amount=o.amount,
                currency="IDR",
                state=o.state,
                detail="",
                created_at=o.at,
                expires_at=None,
            )
            for o in found
        ]

    def quirks(self) -> Mapping[str, Any]:
        return {}

    def quirk_choices(self) -> Mapping[str, Sequence[str]]:
        return {}

    def set_quirks(self, _values: Mapping[str, Any]) -> Any:
        raise Impossible("invalid", "There are none.")

    def _keep(self, order: Kept) -> Outcome:
        self._orders[order.reference] = order
        return Outcome(self._told(order.reference), (order,))

    def _told(self, reference: str) -> Answer:
        kept = self._orders[reference]
        told = {"reference": kept.reference, "amount": kept.amount, "state": kept.state}
        return Answer(200, msgspec.json.encode(told))


SIMULATOR: Final = SimulatorEntry(Config, ToySimulator)
