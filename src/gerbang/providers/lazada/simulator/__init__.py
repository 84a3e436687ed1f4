"""Lazada's Open Platform in a box: shops in six countries, buyers, carriers, returns, pay-outs and pushes, for any number of apps.

It speaks Lazada's wire from the notes alone and imports nothing of the adapter beside it, nor our signing code: shared code would share
its mistakes. A country's host is `/lazada/{country}/rest` (`/lazada/rest`: the token says which), the authorisation's `/lazada-auth`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar, Final

import msgspec

from gerbang.ports import simulator as port
from gerbang.ports.quirks import quirk_choices, with_quirks
from gerbang.ports.simulator import (
    Act,
    Answer,
    Button,
    Ending,
    Impossible,
    Outcome,
    Passed,
    Request,
    SimulatorEntry,
    Webhook,
)
from gerbang.providers.lazada.simulator import access, buyers, documents, oauth, push, routes, timers
from gerbang.providers.lazada.simulator.book import Change
from gerbang.providers.lazada.simulator.config import App, Article, Authorisation, Config, Country, Shop
from gerbang.providers.lazada.simulator.countries import COUNTRIES
from gerbang.providers.lazada.simulator.model import ShopOrder
from gerbang.providers.lazada.simulator.packing import NotDone
from gerbang.providers.lazada.simulator.quirks import Quirks
from gerbang.providers.lazada.simulator.refusals import Refused
from gerbang.providers.lazada.simulator.world import Turn, World

__all__ = ["App", "Article", "Authorisation", "Config", "Country", "LazadaSimulator", "Shop"]


class QuirksSet(msgspec.Struct, frozen=True, tag_field="kind", tag="lazada_quirks"):
    """The switches stand like this from now on."""

    quirks: Quirks


_AUTH: Final = "/lazada-auth"
_decode_effect: Final = msgspec.json.Decoder(Change | QuirksSet).decode
_REFUSING: Final = {
    name: name for name in ("998", "ApiCallLimit", "901", "ServiceTimeout", "IllegalAccessToken", "1000")
}
_CLOCK_OFF: Final = "IllegalTimestamp"


class LazadaSimulator:
    """Implements ports/simulator.Simulator, and what some of them have more."""

    name = "lazada"
    prefix = "/lazada"
    more_prefixes = (_AUTH,)
    endings: ClassVar[Mapping[str, Sequence[Ending]]] = {}
    own_faults: ClassVar[Mapping[str, str]] = {
        "998": "Nothing happened: the API is switched off during the campaign.",
        "ApiCallLimit": "Nothing happened: banned for a second.",
        "901": "Nothing happened: too many calls in this second.",
        "ServiceTimeout": "Nothing happened: it says that it was too much data.",
        "1000": "Nothing happened: an internal error.",
        "IllegalAccessToken": "Nothing happened: the token is said to be dead.",
        _CLOCK_OFF: "Nothing happened: the caller's clock is said to be off.",
        "half_page": "/orders/get shows half of the page and counts all.",
        "same_page": "/orders/get shows the page before once more.",
        "item_busy": "Code 0 and success, but the last item or package was not done (700024).",
    }

    def __init__(self, config: Config) -> None:
        self._world = World(config)

    def answer(self, request: Request, now: datetime) -> Outcome:
        turn = Turn(self._world, now)
        try:
            if request.base_url.endswith(_AUTH):
                found = oauth.answer(self._world, request, turn)
                return found if isinstance(found, Outcome) else self._done(request, turn, found)
            country, path = _place(request.path)
            if path.startswith(documents.FOLDER) and request.method == "GET":
                return Outcome(documents.download(self._world, request, now))
            return self._done(request, turn, self._call(country, path, request, turn))
        except Refused as refused:
            return self._done(request, turn, refused.envelope(), refused=True)

    def act(self, action: str, act: Act, now: datetime) -> Outcome:
        doing = buyers.ACTS.get(action)
        if doing is None:
            raise Impossible("invalid", f"People do {', '.join(buyers.ACTS)} here, not {action}.")
        turn = Turn(self._world, now)
        shown = doing(turn, act)
        return _outcome(Answer(200, msgspec.json.encode(shown)), turn)

    def webhook(self, act: Act, tamper: str, now: datetime) -> Webhook:
        if tamper not in push.TAMPERS:
            raise Impossible("invalid", "tamper is one of token, status.")
        order = buyers.find(self._world, act)
        newest = max(order.items, key=lambda item: item.updated_at)
        found = push.of_item(self._world, order, newest, now)
        if not found:
            raise Impossible("conflict", "Nobody is told of this shop: pushing is off, or no app is let in.")
        return push.forged(found[0], tamper) if tamper else found[0]

    def stamped(self, webhook: Webhook, at: datetime, attempt: int) -> Webhook | None:  # noqa: ARG002  the body tells its own time
        return push.stamped(self._world, webhook, attempt)

    def delivered(self, webhook: Webhook, *, accepted: bool) -> Any:
        return push.delivered(self._world, webhook, accepted=accepted)

    def with_wrong_amount(self, answer: Answer) -> Answer:
        """The first money in it is one more."""
        at = next((at for at in (answer.body.find(name) for name in (b'"price":"', b'"amount":"')) if at >= 0), -1)
        if at < 0:
            return answer
        start = answer.body.index(b':"', at) + 2
        return Answer(answer.status, answer.body[:start] + b"1" + answer.body[start:], answer.headers)

    def refusal(self, request: Request) -> Answer:
        return self._envelope(request, Refused("InsufficientPermission", request.path).envelope(), refused=True)

    def pass_time(self, now: datetime) -> Sequence[Passed]:
        turn = Turn(self._world, now)
        timers.pass_time(turn)
        return turn.passed

    def replay(self, effect: bytes) -> None:
        change = _decode_effect(effect)
        if isinstance(change, QuirksSet):
            self._world.quirks = change.quirks
        else:
            self._world.book.apply(change)

    def orders(self, limit: int) -> Sequence[port.Order]:
        found = sorted(self._world.book.orders.values(), key=lambda one: (one.id, one.seller))[-limit:]
        return [self._view(order) for order in reversed(found)]

    def buttons(self) -> Sequence[Button]:
        """What can be done without an order in hand, shop by shop, where an app was let in."""
        return [
            Button(act, f"{words} {shop.alias or shop.name}", {"shop": shop.seller_id, **more})
            for shop in self._world.shops.values()
            if any(self._world.listeners(shop.seller_id))
            for act, words, more in (
                ("order", "Order at", {}),
                ("order", "Order with COD at", {"kind": "cod"}),
                ("pay-out", "Pay out", {}),
            )
        ]

    def quirks(self) -> Mapping[str, Any]:
        values: dict[str, Any] = msgspec.to_builtins(self._world.quirks)
        return values

    def quirk_choices(self) -> Mapping[str, Sequence[str]]:
        return quirk_choices(Quirks)

    def set_quirks(self, values: Mapping[str, Any]) -> QuirksSet:
        self._world.quirks = with_quirks(self._world.quirks, values)
        return QuirksSet(self._world.quirks)

    def _call(self, country: str, path: str, request: Request, turn: Turn) -> Mapping[str, Any]:
        """Raises Refused."""
        if request.fault == _CLOCK_OFF or request.fault in _REFUSING:
            raise Refused(_REFUSING.get(request.fault, _CLOCK_OFF), "1")
        route = routes.ROUTES.get(path)
        if route is None:
            raise Refused("InvalidApiPath")
        call, grant = access.let_in(self._world, path, country, request)
        if request.method not in route.methods.split():
            raise Refused("UnsupportedMethod", request.method)
        oauth.warn(turn, grant, request.came_at)
        try:
            return routes.told(route, route.handler(call, turn))
        except NotDone as refused:
            return routes.not_done(refused.code)

    def _done(self, request: Request, turn: Turn, told: Mapping[str, Any], *, refused: bool = False) -> Outcome:
        return _outcome(self._envelope(request, told, refused=refused), turn)

    def _envelope(self, request: Request, told: Mapping[str, Any], *, refused: bool) -> Answer:
        id_ = sha256(f"{request.came_at!r}{request.path}{request.query!r}".encode()).hexdigest()[:26]
        whole = {"code": "0", **told, "request_id": f"0ba2{id_}"}
        if self._world.quirks.scalars == "strings":
            whole = routes.as_texts(whole)
        return Answer(int(self._world.quirks.error_http_status) if refused else 200, msgspec.json.encode(whole))

    def _view(self, order: ShopOrder) -> port.Order:
        statuses = list(dict.fromkeys(item.status.value for item in order.items))
        key, shop = f"{order.seller}/{order.id}", self._world.shops[order.seller]
        hundredths = sum(item.paid_price + item.shipping for item in order.items)
        in_minor = 100 // COUNTRIES[shop.country].smallest
        return port.Order(
            id=key,
            reference=str(order.id),
            payment="",
            merchant=shop.alias or shop.name,
            method="marketplace",
            number=str(order.id),
            amount=hundredths * in_minor // 100,
            currency=COUNTRIES[shop.country].currency,
            state=statuses[0] if len(statuses) == 1 else "mixed",
            detail=f"{', '.join(statuses)}, {order.payment_method}",
            created_at=order.created_at,
            expires_at=order.pay_until,
            buttons=tuple(
                Button(act, words, {"order": key, **({"kind": kind} if kind else {})})
                for act, kind, words in buyers.actions_of(order)
            ),
        )


def _place(path: str) -> tuple[str, str]:
    """The country whose host was called (empty: any) and the API's path, which is what is signed."""
    first, _, rest = path.removeprefix("/").partition("/")
    country, rest = (first, f"/{rest}") if first in COUNTRIES else ("", path)
    if rest.startswith("/rest/"):
        return country, rest.removeprefix("/rest")
    if rest.startswith(documents.FOLDER):
        return country, rest
    raise Refused("InvalidApiPath")


def _outcome(answer: Answer, turn: Turn) -> Outcome:
    """Nobody's card is ever in it: numbers of orders would be taken for some, and masked."""
    return Outcome(answer, turn.effects, turn.webhooks, is_plain=True)


SIMULATOR: Final = SimulatorEntry(Config, LazadaSimulator)
