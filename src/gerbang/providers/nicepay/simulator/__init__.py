"""NICEPAY in a box: every way to pay of classic V2 but GPN, with the payer's pages, and SNAP beside it. No V1, no payouts.

It speaks the provider's wire from the notes alone and imports nothing of the adapter beside it, nor our signing code: shared code
would share its mistakes.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from gerbang.ports import simulator as port
from gerbang.ports.quirks import quirk_choices, with_quirks
from gerbang.ports.simulator import Act, Answer, Impossible, Outcome, Passed, Request, SimulatorEntry, Webhook
from gerbang.providers.nicepay.simulator import acts, apps, bankless, pages
from gerbang.providers.nicepay.simulator.cancellation import cancel
from gerbang.providers.nicepay.simulator.endings import ENDINGS
from gerbang.providers.nicepay.simulator.inquiry import inquire, status
from gerbang.providers.nicepay.simulator.notify import TAMPERS, notification
from gerbang.providers.nicepay.simulator.orders import (
    QRIS,
    VIRTUAL_ACCOUNT,
    Change,
    Expired,
    Order,
    Paid,
    Refunded,
    State,
)
from gerbang.providers.nicepay.simulator.partners import METHOD_NAMES, title
from gerbang.providers.nicepay.simulator.quirks import Quirks
from gerbang.providers.nicepay.simulator.refusals import Refused
from gerbang.providers.nicepay.simulator.registration import register
from gerbang.providers.nicepay.simulator.snap import refunds, routes, statuses
from gerbang.providers.nicepay.simulator.snap.notify import stamped
from gerbang.providers.nicepay.simulator.world import Merchant, SnapClient, World

__all__ = ["Config", "Merchant", "NicepaySimulator", "SnapClient"]


class QuirksSet(msgspec.Struct, frozen=True, tag_field="kind", tag="quirks_set"):
    """The switches stand like this from now on."""

    quirks: Quirks


_TAKES_CARDS: Final = frozenset({"/direct/v2/payment", "/redirect/v2/card"})
_QR_IMAGE: Final = "/api/generateQrisImage/"
_decode_effect: Final = msgspec.json.Decoder(Change | QuirksSet).decode


class NicepaySimulator:
    """Several merchants, one book. Implements ports/simulator.Simulator."""

    name = "nicepay"
    prefix = "/nicepay"
    endings = ENDINGS

    def __init__(self, merchants: Sequence[Merchant], private_key: str = "") -> None:
        """`private_key` (PEM) is NICEPAY's own, which signs SNAP's notifications; without one it makes one."""
        self._world = World(tuple(merchants), private_key)
        self._routes: Mapping[str, Callable[[Request, datetime], Outcome]] = {
            "POST /direct/v2/registration": lambda request, now: register(self._world, request, now, redirect=False),
            "POST /redirect/v2/registration": lambda request, now: register(self._world, request, now, redirect=True),
            "POST /direct/v2/inquiry": lambda request, now: inquire(self._world, request, now),
            "POST /direct/v2/cancel": lambda request, now: cancel(self._world, request, now),
            "GET /direct/v2/payment": lambda request, now: pages.direct_payment(self._world, request, now),
            "POST /direct/v2/payment": lambda request, now: pages.direct_payment(self._world, request, now),
            "GET /redirect/v2/payment": lambda request, now: pages.payment(self._world, request, now),
            "POST /redirect/v2/card": lambda request, now: pages.card(self._world, request, now),
            "POST /redirect/v2/secure": lambda request, now: pages.secure(self._world, request, now),
            "POST /redirect/v2/bank": lambda request, _now: bankless.choose(self._world, request),
            "POST /redirect/v2/decide": lambda request, now: apps.decide(self._world, request, now),
        }

    def answer(self, request: Request, now: datetime) -> Outcome:
        if routes.speaks(request.path):
            return routes.answer(self._world, request, now)
        handler = self._routes.get(f"{request.method} {request.path}")
        if handler is None and request.method == "GET" and request.path.startswith(_QR_IMAGE):
            return apps.qr_page(self._world, request, request.path.removeprefix(_QR_IMAGE))
        if handler is None:
            return Outcome(Answer(404, b"Not Found", (("content-type", "text/plain"),)))
        try:
            outcome = handler(request, now)
        except Refused as refused:
            outcome = Outcome(self._world.refusal(refused.code))
        return pages.without_card(request, outcome) if request.path in _TAKES_CARDS else outcome

    def act(self, action: str, act: Act, now: datetime) -> Outcome:
        change = acts.decide(acts.find(self._world, act), action, act, now)
        after = self._world.book.apply(change)
        told = isinstance(change, Paid) or (isinstance(change, Refunded) and self._tells(change))
        webhooks = (notification(self._world, after, now),) if told else ()
        view = msgspec.json.encode(self._view(after))
        return Outcome(Answer(200, view), (change,), webhooks)

    def webhook(self, act: Act, tamper: str, now: datetime) -> Webhook:
        if tamper not in TAMPERS:
            raise Impossible("invalid", "tamper is one of token, amount, status.")
        order = acts.find(self._world, act)
        if order.paid_at is None and not tamper:
            raise Impossible("conflict", "NICEPAY tells of payments and reversals only, and this order is not paid.")
        return notification(self._world, order, now, tamper)

    def with_wrong_amount(self, answer: Answer) -> Answer:
        values = msgspec.json.decode(answer.body)
        if isinstance(values, dict) and "responseCode" in values:
            return Answer(answer.status, msgspec.json.encode(statuses.one_more(values)), answer.headers)
        if not isinstance(values, dict) or not str(values.get("amt", "")).isdigit():
            return answer
        values["amt"] = str(int(values["amt"]) + 1)
        return Answer(answer.status, msgspec.json.encode(values), answer.headers)

    def stamped(self, webhook: Webhook, at: datetime, attempt: int) -> Webhook:  # noqa: ARG002  every try is alike but for its time
        return stamped(self._world, webhook, at)  # V2's tell no time and leave as they are

    def pass_time(self, now: datetime) -> Sequence[Passed]:
        changes: list[Change] = [
            Expired(order.txid, order.reference, order.amount, order.valid_until or now)
            for order in self._world.book.due(now)
        ]
        changes += [refunds.ended(order, now) for order in self._world.book.returning(now)]
        for change in changes:
            self._world.book.apply(change)
        return [Passed(change) for change in changes]

    def replay(self, effect: bytes) -> None:
        change = _decode_effect(effect)
        if isinstance(change, QuirksSet):
            self._world.quirks = change.quirks
        else:
            self._world.book.apply(change)

    def orders(self, limit: int) -> Sequence[port.Order]:
        return [self._view(order) for order in self._world.book.newest(limit)]

    def quirks(self) -> Mapping[str, Any]:
        values: dict[str, Any] = msgspec.to_builtins(self._world.quirks)
        return values

    def quirk_choices(self) -> Mapping[str, Sequence[str]]:
        return quirk_choices(Quirks)

    def set_quirks(self, values: Mapping[str, Any]) -> QuirksSet:
        self._world.quirks = with_quirks(self._world.quirks, values)
        return QuirksSet(self._world.quirks)

    def refusal(self, request: Request) -> Answer:
        return routes.no(request) if routes.speaks(request.path) else self._world.refusal("9314")

    def _tells(self, change: Refunded) -> bool:
        return change.how is State.REVERSED or self._world.quirks.notification_on_cancel == "sent"

    def _status(self, order: Order) -> str:
        if order.snap:
            return f"SNAP status {statuses.status(order, self._world.quirks)[0]}"
        return f"status {status(order, self._world.quirks)}"

    def _view(self, order: Order) -> port.Order:
        return port.Order(
            id=order.txid,
            reference=order.reference,
            payment=order.description,
            merchant=self._world.merchants[order.imid].name or order.imid,
            method=METHOD_NAMES[order.method],
            number="" if order.method == QRIS else order.number,
            amount=order.amount,
            currency=order.currency,
            state=order.state.value,
            detail=f"{self._status(order)} {title(order.method, order.partner)}".rstrip(),
            created_at=order.registered_at,
            expires_at=order.valid_until,
            page=""
            if order.method == VIRTUAL_ACCOUNT and order.number
            else f"{self.prefix}/redirect/v2/payment?tXid={order.txid}",
        )


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The merchants, and NICEPAY's own private key (PEM), which signs what it tells by SNAP; empty: one of its own."""

    merchants: tuple[Merchant, ...] = ()
    private_key: str = ""


SIMULATOR: Final = SimulatorEntry(Config, lambda config: NicepaySimulator(config.merchants, config.private_key))
