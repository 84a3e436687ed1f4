"""Coinbase Commerce in a box, both generations of charges. No invoices, no swaps, no checkout that anybody could pay.

It speaks the provider's wire from the notes alone and imports nothing of the adapter beside it, nor our signing code: shared code
would share its mistakes.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from gerbang.ports import simulator as port
from gerbang.ports.quirks import quirk_choices, with_quirks
from gerbang.ports.simulator import Act, Answer, Ending, Impossible, Outcome, Passed, Request, SimulatorEntry, Webhook
from gerbang.providers.coinbase_commerce.simulator import acts, calls, html, moves
from gerbang.providers.coinbase_commerce.simulator.charges import LEGACY, WEB3, Changed, Charge, CheckoutSet
from gerbang.providers.coinbase_commerce.simulator.checkouts import checkouts
from gerbang.providers.coinbase_commerce.simulator.contract import contracts
from gerbang.providers.coinbase_commerce.simulator.creation import create
from gerbang.providers.coinbase_commerce.simulator.notify import TAMPERS, notification, told, tried_again
from gerbang.providers.coinbase_commerce.simulator.quirks import Quirks
from gerbang.providers.coinbase_commerce.simulator.refusals import Refused
from gerbang.providers.coinbase_commerce.simulator.world import Merchant, World

__all__ = ["LEGACY", "WEB3", "CommerceSimulator", "Config", "Merchant"]


class QuirksSet(msgspec.Struct, frozen=True, tag_field="kind", tag="quirks_set"):
    """The switches stand like this from now on."""

    quirks: Quirks


_decode_effect: Final = msgspec.json.Decoder(Changed | CheckoutSet | QuirksSet).decode
_EVENT_OF: Final = {
    "NEW": "charge:created",
    "SIGNED": "charge:created",
    "PENDING": "charge:pending",
    "COMPLETED": "charge:confirmed",
    "EXPIRED": "charge:failed",
    "FAILED": "charge:failed",
    "RESOLVED": "charge:resolved",
    "UNRESOLVED": "charge:delayed",
}
_ENDINGS: Final = (
    Ending("paid"),
    Ending("expired"),
    Ending("lost"),
    Ending("forged"),
    Ending("false_word", act="lie"),
    Ending("held", route="/charges"),
)
_BY_CONTRACT: Final = (Ending("declined"),)  # which takes the whole amount in time, or nothing (notes 2.4)
_BY_ADDRESS: Final = (Ending("under"), Ending("over"), Ending("parts"), Ending("late"))
_GONE: Final = (("content-type", "text/html; charset=utf-8"),)


def _endings(generations: Collection[str]) -> Sequence[Ending]:
    """Of the generations of charges that somebody here makes."""
    by_contract = _BY_CONTRACT if WEB3 in generations else ()
    return (*_ENDINGS, *by_contract, *(_BY_ADDRESS if LEGACY in generations else ()))


class CommerceSimulator:
    """Several merchants, one book. Implements ports/simulator.Simulator."""

    name = "coinbase-commerce"
    prefix = "/coinbase-commerce"

    def __init__(self, merchants: Sequence[Merchant]) -> None:
        self._world = World(tuple(merchants))
        self.endings: Mapping[str, Sequence[Ending]] = {"crypto": _endings({one.generation for one in merchants})}

    def answer(self, request: Request, now: datetime) -> Outcome:
        if self._world.quirks.closed != "open":
            return Outcome(Answer(int(self._world.quirks.closed), b"<html><body>Gone</body></html>", _GONE))
        try:
            return self._route(request, now)
        except Refused as refused:
            return Outcome(self._world.refusal(request, refused))

    def act(self, action: str, act: Act, now: datetime) -> Outcome:
        changes = acts.decide(self._world, acts.find(self._world, act), action, act, now)
        for change in changes:
            self._world.book.apply(change)
        webhooks = tuple(webhook for change in changes for webhook in told(self._world, change))
        return Outcome(Answer(200, msgspec.json.encode(self._view(changes[-1].charge))), tuple(changes), webhooks)

    def webhook(self, act: Act, tamper: str, now: datetime) -> Webhook:
        if tamper not in TAMPERS:
            raise Impossible("invalid", "tamper is one of token, amount, status.")
        charge = acts.find(self._world, act)
        event = _EVENT_OF.get(charge.status)
        if event is None:
            raise Impossible("conflict", f"Commerce tells nothing of a charge that is {charge.status}.")
        return notification(self._world, self._last_told(charge, event, now), tamper)

    def stamped(self, webhook: Webhook, at: datetime, attempt: int) -> Webhook:  # noqa: ARG002  nothing in a notification tells its time
        return tried_again(self._world, webhook, attempt)

    def with_wrong_amount(self, answer: Answer) -> Answer:
        try:
            values = msgspec.json.decode(answer.body)
        except msgspec.DecodeError:
            return answer
        found = values.get("data") if isinstance(values, dict) else None
        for charge in found if isinstance(found, list) else [found]:
            if isinstance(charge, dict) and "local" in charge.get("pricing", {}):
                charge["pricing"]["local"]["amount"] += "1"
        return Answer(answer.status, msgspec.json.encode(values), answer.headers)

    def refusal(self, request: Request) -> Answer:
        return self._world.refusal(request, Refused("invalid_request", "The request cannot be carried out."))

    def pass_time(self, now: datetime) -> Sequence[Passed]:
        found = []
        for charge in self._world.book.due(now):
            change = moves.passed(charge, now)
            if change is not None:
                self._world.book.apply(change)
                found.append(Passed(change, told(self._world, change)))
        return found

    def replay(self, effect: bytes) -> None:
        change = _decode_effect(effect)
        if isinstance(change, QuirksSet):
            self._world.quirks = change.quirks
        else:
            self._world.book.apply(change)

    def orders(self, limit: int) -> Sequence[port.Order]:
        return [self._view(charge) for charge in self._world.book.newest(limit)]

    def quirks(self) -> Mapping[str, Any]:
        values: dict[str, Any] = msgspec.to_builtins(self._world.quirks)
        return values

    def quirk_choices(self) -> Mapping[str, Sequence[str]]:
        return quirk_choices(Quirks)

    def set_quirks(self, values: Mapping[str, Any]) -> QuirksSet:
        self._world.quirks = with_quirks(self._world.quirks, values)
        return QuirksSet(self._world.quirks)

    def _route(self, request: Request, now: datetime) -> Outcome:
        world = self._world
        match request.method, *request.path.strip("/").split("/"):
            case "POST", "charges":
                return create(world, request, now)
            case "GET", "charges":
                return calls.list_charges(world, request)
            case "GET", "charges", name:
                return calls.read_charge(world, request, name)
            case (("POST" | "PUT"), "charges", name, verb):
                return calls.act_on_charge(world, request, name, verb, now)
            case "GET", "events":
                return calls.list_events(world, request)
            case "GET", "events", id_:
                return calls.read_event(world, request, id_)
            case _, "checkouts", *_:
                return checkouts(world, request, now)
            case "GET", "hosted", ("pay" | "charges"), name:
                return self._page(request, name)
            case _:
                world.caller(request)
                raise Refused("not_found", "Not found")

    def _page(self, request: Request, name: str) -> Outcome:
        charge = self._world.book.get(name)
        if charge is None or name not in {charge.id, charge.code}:
            body = html.message("Tagihan tidak ditemukan", "Charge not found")
            return Outcome(Answer(404, body, html.HEADERS))
        return Outcome(Answer(200, html.page(charge, self.name, f"{self.prefix}{request.path}"), html.HEADERS))

    def _last_told(self, charge: Charge, event: str, now: datetime) -> Any:
        """The event of the charge as it stands: the very one that was told, where there is one."""
        known = next((one for one in self._world.book.events() if one.charge == charge), None)
        return known or Changed(charge.reference, charge.amount, now, event, charge).told()

    def _view(self, charge: Charge) -> port.Order:
        last = charge.timeline[-1]
        return port.Order(
            id=charge.id,
            reference=charge.reference,
            payment=str(charge.metadata.get("payment", "")),
            merchant=charge.merchant,
            method="crypto",
            number=charge.code,
            amount=charge.amount,
            currency=charge.asset,
            state=charge.status.lower(),
            detail=f"{charge.generation} {last.status} {last.context}".strip(),
            created_at=charge.created_at,
            expires_at=charge.expires_at,
            page=f"{self.prefix}/{charge.page}",
            wallet=acts.wallet_calls(self._world, charge),
        )


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The accounts at Coinbase Commerce."""

    merchants: tuple[Merchant, ...] = ()


SIMULATOR: Final = SimulatorEntry(Config, lambda config: CommerceSimulator(config.merchants), contracts)
