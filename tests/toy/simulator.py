"""The toy in a box: orders that are open or paid, and a webhook when one is paid."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

import msgspec

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
    paid: bool
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
        reference = request.path.rpartition("/")[2]
        if request.method == "PUT":
            self._orders[reference] = Kept(reference, int(request.body), paid=False, at=now)
            return Outcome(self._told(reference), (self._orders[reference],))
        return Outcome(self._told(reference) if reference in self._orders else Answer(404, b"{}"))

    def act(self, action: str, act: Act, now: datetime) -> Outcome:
        known = self._orders.get(act.reference)
        if known is None or action != "pay":
            raise Impossible("not_found", "There is no such order, or no such act.")
        self._orders[act.reference] = Kept(known.reference, act.amount or known.amount, paid=True, at=now)
        return Outcome(self._told(act.reference), (self._orders[act.reference],), (self.webhook(act, "", now),))

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
                method="qris",
                number="",
                amount=o.amount,
                currency="IDR",
                state="paid" if o.paid else "open",
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

    def _told(self, reference: str) -> Answer:
        kept = self._orders[reference]
        told = {"reference": kept.reference, "amount": kept.amount, "paid": kept.paid}
        return Answer(200, msgspec.json.encode(told))


SIMULATOR: Final = SimulatorEntry(Config, ToySimulator)
