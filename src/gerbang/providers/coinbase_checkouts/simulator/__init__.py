"""Coinbase Business in a box: Checkouts in both environments, CDP webhook subscriptions and their signed events.

It speaks the provider's wire from the notes alone and imports nothing of the adapter beside it, nor our signing code: shared code would
share its mistakes. Prices in fiat are refused here, and what was delivered to a subscription is not told.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from gerbang.ports import simulator as port
from gerbang.ports.quirks import quirk_choices, with_quirks
from gerbang.ports.simulator import (
    Act,
    Answer,
    Ending,
    Impossible,
    Outcome,
    Passed,
    Request,
    SimulatorEntry,
    WalletCall,
    Webhook,
)
from gerbang.providers.coinbase_checkouts.simulator import acts, checkouts, notify, pages, subscriptions, views
from gerbang.providers.coinbase_checkouts.simulator.bearer import Merchant, caller
from gerbang.providers.coinbase_checkouts.simulator.book import (
    Change,
    Checkout,
    Made,
    Moved,
    Refunded,
    Status,
    Subscribed,
    Unsubscribed,
)
from gerbang.providers.coinbase_checkouts.simulator.checkouts import Call
from gerbang.providers.coinbase_checkouts.simulator.quirks import Quirks
from gerbang.providers.coinbase_checkouts.simulator.refusals import Refused
from gerbang.providers.coinbase_checkouts.simulator.refusals import answer as refusal
from gerbang.providers.coinbase_checkouts.simulator.world import World

__all__ = ["CoinbaseBusinessSimulator", "Config", "Merchant"]


class QuirksSet(msgspec.Struct, frozen=True, tag_field="kind", tag="quirks_set"):
    """The switches stand like this from now on."""

    quirks: Quirks


_CHECKOUT: Final = re.compile(r"(/sandbox)?/api/v1/checkouts(?:/([0-9A-Za-z_-]+))?(?:/(deactivate|refund))?")
_SUBSCRIPTION: Final = re.compile(r"/platform/v2/data/webhooks/subscriptions(?:/([0-9a-f-]+))?")
_PAGE: Final = re.compile(r"/payment-links/pl_([0-9a-f]+)")
_STATES: Final = {
    Status.ACTIVE: "open",
    Status.PROCESSING: "processing",
    Status.COMPLETED: "paid",
    Status.PARTIALLY_REFUNDED: "paid",
    Status.REFUNDED: "refunded",
    Status.FAILED: "declined",
    Status.EXPIRED: "expired",
    Status.DEACTIVATED: "cancelled",
}
_TRANSFER: Final = "0xa9059cbb"
_decode_effect: Final = msgspec.json.Decoder(Made | Moved | Refunded | Subscribed | Unsubscribed | QuirksSet).decode


class CoinbaseBusinessSimulator:
    """Several projects, one book. Implements ports/simulator.Simulator."""

    name = "coinbase-business"
    prefix = "/coinbase-business"
    endings: Mapping[str, Sequence[Ending]] = {
        "crypto": (
            Ending("paid"),
            Ending("under_untold"),
            Ending("over"),
            Ending("under_claimed"),
            Ending("late"),
            Ending("declined"),
            Ending("expired"),
            Ending("lost"),
            Ending("forged"),
            Ending("false_word", act="lie"),
            Ending("held", route="/checkouts"),
            Ending("down"),
        )
    }

    def __init__(self, merchants: Sequence[Merchant]) -> None:
        self._world = World(merchants, notify.EVENTS)

    def answer(self, request: Request, now: datetime) -> Outcome:
        world, page = self._world, _PAGE.fullmatch(request.path)
        if page is not None and request.method == "GET":
            one = world.book.get(page[1])
            return Outcome(pages.missing() if one is None else pages.payment(one, world.quirks))
        try:
            return self._called(request, now)
        except Refused as refused:
            return Outcome(refusal(refused, world.quirks.errors))

    def act(self, action: str, act: Act, now: datetime) -> Outcome:
        one = acts.find(self._world, act)
        if action == "lie":
            return self._lie(one, act, now)
        change = acts.decide(self._world, one, action, act, now)
        after, webhooks = self._applied(change)
        return Outcome(Answer(200, msgspec.json.encode(self._view(after))), (change,), webhooks)

    def webhook(self, act: Act, tamper: str, now: datetime) -> Webhook:
        if tamper not in notify.TAMPERS:
            raise Impossible("invalid", "tamper is one of token, amount, status.")
        one = acts.find(self._world, act)
        kind = notify.event_type(one)
        if not kind and not tamper:
            raise Impossible(
                "conflict", "Coinbase tells of payments, failures, expiries and refunds that have ended only."
            )
        if not kind:
            one = replace(one, status=Status.COMPLETED, transaction=acts.hash_of(self._world, one, act), updated_at=now)
        found = notify.told(self._world, one, tamper)
        if not found:
            raise Impossible("conflict", "Nobody has subscribed to it.")
        return found[0]

    def stamped(self, webhook: Webhook, at: datetime, attempt: int) -> Webhook:  # noqa: ARG002  every try is alike but for its time
        return notify.stamped(self._world, webhook, at)

    def with_wrong_amount(self, answer: Answer) -> Answer:
        values = msgspec.json.decode(answer.body or b"null")
        if not isinstance(values, dict) or "amount" not in values:
            return answer
        values["amount"] = f"{Decimal(values['amount']) + 1:.2f}"
        return Answer(answer.status, msgspec.json.encode(values), answer.headers)

    def refusal(self, request: Request) -> Answer:  # noqa: ARG002  every request is refused alike
        return refusal(Refused("invalid_request", "The request cannot be carried out."), self._world.quirks.errors)

    def pass_time(self, now: datetime) -> Sequence[Passed]:
        passed = []
        for change in self._world.book.due(now):
            _, webhooks = self._applied(change)
            passed.append(Passed(change, webhooks))
        return passed

    def replay(self, effect: bytes) -> None:
        change = _decode_effect(effect)
        if isinstance(change, QuirksSet):
            self._world.quirks = change.quirks
        else:
            self._world.book.apply(change)

    def orders(self, limit: int) -> Sequence[port.Order]:
        return [self._view(one) for one in self._world.book.newest(limit)]

    def quirks(self) -> Mapping[str, Any]:
        values: dict[str, Any] = msgspec.to_builtins(self._world.quirks)
        return values

    def quirk_choices(self) -> Mapping[str, Sequence[str]]:
        return quirk_choices(Quirks)

    def set_quirks(self, values: Mapping[str, Any]) -> QuirksSet:
        self._world.quirks = with_quirks(self._world.quirks, values)
        return QuirksSet(self._world.quirks)

    def _called(self, request: Request, now: datetime) -> Outcome:
        """An authenticated call; raises Refused."""
        merchant = caller(request, self._world.merchants, now)
        checkout, subscription = _CHECKOUT.fullmatch(request.path), _SUBSCRIPTION.fullmatch(request.path)
        if checkout is not None:
            sandbox, id_, verb = checkout.groups()
            return self._checkout(Call(request, merchant, sandbox is not None, now), id_, verb)
        if subscription is not None:
            return self._subscription(request, merchant, subscription[1], now)
        raise Refused("not_found", "There is no such endpoint.")

    def _checkout(self, call: Call, id_: str | None, verb: str | None) -> Outcome:
        match call.request.method, id_, verb:
            case "POST", None, None:
                return checkouts.create(self._world, call)
            case "GET", None, None:
                return checkouts.page(self._world, call)
            case "GET", str(one), None:
                return checkouts.get(self._world, call, one)
            case "POST", str(one), "deactivate":
                return checkouts.deactivate(self._world, call, one)
            case "POST", str(one), "refund":
                return checkouts.refund(self._world, call, one)
            case _:
                raise Refused("not_found", "There is no such endpoint.")

    def _subscription(self, request: Request, merchant: Merchant, id_: str | None, now: datetime) -> Outcome:
        match request.method, id_:
            case "POST", None:
                return subscriptions.create(self._world, request, merchant, now)
            case "GET", None:
                return subscriptions.listed(self._world, merchant)
            case "GET", str(one):
                return subscriptions.get(self._world, merchant, one)
            case "PUT", str(one):
                return subscriptions.put(self._world, request, merchant, one, now)
            case "DELETE", str(one):
                return subscriptions.delete(self._world, merchant, one)
            case _:
                raise Refused("not_found", "There is no such endpoint.")

    def _applied(self, change: Change) -> tuple[Checkout, tuple[Webhook, ...]]:
        """The checkout after a change, and who is told: nobody of a refund that has only begun."""
        self._world.book.apply(change)
        after = self._world.book.get(change.id)
        assert after is not None, f"no checkout {change.id}"
        return after, notify.told(self._world, after)

    def _lie(self, one: Checkout, act: Act, now: datetime) -> Outcome:
        """A validly signed word that it was paid, when it was not; the checkout stays as it is."""
        claimed = replace(
            one, status=Status.COMPLETED, transaction=acts.hash_of(self._world, one, act), updated_at=now, refunds=()
        )
        told = notify.told(self._world, claimed)
        if not told:
            raise Impossible("conflict", "Nobody has subscribed to it.")
        return Outcome(Answer(200, msgspec.json.encode(self._view(one))), (), told)

    def _view(self, one: Checkout) -> port.Order:
        call = WalletCall(views.TOKENS[False], f"{_TRANSFER}{int(one.address, 16):064x}{one.amount:064x}")
        payable = one.status in {Status.ACTIVE, Status.EXPIRED, Status.DEACTIVATED} and not one.sandbox
        return port.Order(
            id=one.id,
            reference=one.reference,
            payment=one.payment,
            merchant=self._world.merchants[one.project].name or one.project,
            method="crypto",
            number="",
            amount=one.amount,
            currency="USDC",
            state=_STATES[one.status],
            detail=f"{one.status.value} on {views.NETWORKS[one.sandbox]}",
            created_at=one.created_at,
            expires_at=one.expires_at,
            page=f"{self.prefix}/payment-links/pl_{one.id}",
            wallet=(call,) if payable else (),
        )


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The projects at Coinbase, one API key each."""

    merchants: tuple[Merchant, ...] = ()


SIMULATOR: Final = SimulatorEntry(Config, lambda config: CoinbaseBusinessSimulator(config.merchants))
