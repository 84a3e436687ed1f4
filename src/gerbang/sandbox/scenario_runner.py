"""Playing an ending: find the order that is to end, or have the demo shop make one, then call what endings.py says, one call after the other."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import msgspec

from gerbang.ports.simulator import Answer, Impossible, Order, Request
from gerbang.sandbox.endings import CHAIN, ON_CHAIN, SENT, STORIES, Call, Target, calls_for, curl
from gerbang.sandbox.expectations import Observed, look, watch
from gerbang.sandbox.shop import Shop
from gerbang.sandbox.world import World

_OPEN: Final = frozenset({"open", "new"})
_MOST_ORDERS: Final = 1_000


class ScenarioRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked: an ending for a payment (`pay_…`) or an attempt (`att_…`); with neither the newest open one, or else a new one."""

    ending: str
    method: str = ""
    payment: str = ""
    reference: str = ""


class ScenarioResult(NamedTuple):
    """What was done: for which payment, what must now be seen, the calls that did it, and what was seen then: None where no Gerbang can be
    asked.
    """

    ending: str
    title: str
    provider: str
    method: str
    payment: str
    see: str
    calls: Sequence[Call]
    seen: Observed | None = None

    def shown(self, sandbox: str, gerbang: str) -> Sequence[str]:
        """Every call as it can be made in a terminal."""
        return [curl(call, sandbox, gerbang) for call in self.calls]


class ScenarioRunner:
    """Plays endings. `control` answers the sandbox's own calls; `shop` is None where no Gerbang is known, and then some cannot be played."""

    def __init__(self, world: World, control: Callable[[Request], Awaitable[Answer]], shop: Shop | None) -> None:
        self._world = world
        self._control = control
        self._shop = shop
        self.last: ScenarioResult | None = None

    @property
    def gerbang(self) -> str:
        """Gerbang's address, or what it usually is."""
        return self._shop.url if self._shop else "http://127.0.0.1:8080"

    def able(self, *, has_chain: bool) -> Mapping[str, Sequence[Target]]:
        """Who can play each ending of the catalogue."""
        played = {name: simulator.endings for name, simulator in self._world.simulators.items()}
        everything = [
            Target(provider, method, ending)
            for provider, methods in (played | ({CHAIN: ON_CHAIN} if has_chain else {})).items()
            for method, endings in methods.items()
            for ending in endings
        ]
        return {name: [one for one in everything if one.ending.name == name] for name in STORIES}

    async def play(self, provider: str, wish: ScenarioRequest) -> ScenarioResult:
        """Bring an ending about; raises Impossible, naming the call that would not go."""
        asked = self._asked_for(provider, wish)
        scenario = STORIES[asked.ending.name]
        if not scenario.own:
            asked = await self._target(asked, wish)
        calls = await self._make(calls_for(asked))
        if scenario.own:  # the trouble came first, and the payment comes into it
            asked = await self._bought(asked)
        played = ScenarioResult(
            ending=wish.ending,
            title=scenario.title,
            provider=provider,
            method=asked.method,
            payment=asked.payment,
            see=scenario.see,
            calls=calls,
        )
        self.last = played._replace(seen=await self._seen(watch, played))
        return self.last

    async def looked_again(self) -> ScenarioResult | None:
        """The last ending with what Gerbang shows of it now, if what must be seen was not seen yet."""
        played = self.last
        if played is None or (played.seen and played.seen.as_told):
            return played
        newer = played._replace(seen=await self._seen(look, played))
        if self.last is played:  # another may have been played meanwhile
            self.last = newer
        return newer

    async def _seen(
        self, how: Callable[[Shop, str, str], Awaitable[Observed]], played: ScenarioResult
    ) -> Observed | None:
        if self._shop is None or not played.payment:
            return None
        try:
            return await how(self._shop, played.ending, played.payment)
        except Impossible:  # it was played all the same
            return None

    def _asked_for(self, provider: str, wish: ScenarioRequest) -> Target:
        able = [one for targets in self.able(has_chain=True).values() for one in targets if one.provider == provider]
        for one in able:
            if one.ending.name == wish.ending and wish.method in ("", one.method):
                return one
        known = ", ".join(sorted({one.ending.name for one in able}))
        raise Impossible("invalid", f"{provider} can play {known or 'no ending'}, each by its own methods.")

    async def _target(self, target: Target, wish: ScenarioRequest) -> Target:
        provider, method = target.provider, target.method
        if provider == CHAIN:
            return await self._on_chain(target, wish)
        simulator = self._world.simulators[provider]
        self._world.pass_time(simulator)
        open_ = [one for one in simulator.orders(_MOST_ORDERS) if one.method == method and one.state in _OPEN]
        if wish.payment or wish.reference:
            named = next((one for one in open_ if _is_meant(one, wish)), None)
            if named is None:
                raise Impossible("not_found", f"{provider} holds no open order for that, by {method}.")
            return await self._of(target, named)
        newest = open_[0] if open_ else None
        if self._shop is not None:  # an order that Gerbang has closed may stand open at the provider
            waiting = await self._shop.newest(provider, method)
            newest = next((one for one in open_ if waiting and one.payment == waiting["id"]), None)
        return await self._bought(target) if newest is None else await self._of(target, newest)

    async def _of(self, target: Target, order: Order) -> Target:
        named = order.reference or order.id  # not every merchant gives an order a name of its own
        found = target._replace(payment=order.payment, reference=named, amount=order.amount)
        if target.ending.name != "twice":
            return found
        return found._replace(another=(await self._known_shop().options(target.provider, target.method))[-1])

    async def _bought(self, target: Target) -> Target:
        made = await self._known_shop().buy(_wire_of(target), target.method)
        if target.provider == CHAIN:
            return _asked(target, made)
        simulator = self._world.simulators[target.provider]
        order = next((one for one in simulator.orders(_MOST_ORDERS) if one.payment == made["id"]), None)
        return target._replace(payment=made["id"]) if order is None else await self._of(target, order)

    async def _on_chain(self, target: Target, wish: ScenarioRequest) -> Target:
        shop = self._known_shop()
        if wish.reference:
            raise Impossible("invalid", "Name the payment (pay_…): the chain knows no attempts.")
        if wish.payment:
            return _asked(target, await shop.call("GET", f"/v1/payments/{quote(wish.payment, safe='')}"))
        waiting = await shop.newest(CHAIN, target.method)
        return await self._bought(target) if waiting is None else _asked(target, waiting)

    def _known_shop(self) -> Shop:
        if self._shop is None:
            raise Impossible(
                "conflict", "This sandbox knows no Gerbang: name an open order, and play what needs the sandbox alone."
            )
        return self._shop

    async def _make(self, calls: Sequence[Call]) -> Sequence[Call]:
        """The calls as they were made, one after the other."""
        made: list[Call] = []
        sent = SENT
        for call in calls:
            made.append(
                call._replace(body={name: sent if value == SENT else value for name, value in call.body.items()})
            )
            told = await self._answered(made[-1])
            sent = told.get("transactions", [sent])[-1]
        return made

    async def _answered(self, call: Call) -> Mapping[str, Any]:
        """Raises Impossible, naming the call, when the answer is no."""
        if not call.path.startswith("/control/"):
            answered: Mapping[str, Any] = await self._known_shop().call(call.method, call.path, call.body)
            return answered
        headers = {"content-type": "application/json"}
        answer = await self._control(
            Request(
                method=call.method,
                path=call.path,
                query=b"",
                headers=headers,
                body=msgspec.json.encode(call.body),
                base_url="",
            )
        )
        told: Mapping[str, Any] = msgspec.json.decode(answer.body)
        if answer.status >= 300:
            raise Impossible(told["code"], f"{call.path}: {told['detail']}")
        return told


def _wire_of(target: Target) -> str:
    return f"{target.provider}/{target.ending.dialect}".removesuffix("/")


def _is_meant(order: Order, wish: ScenarioRequest) -> bool:
    return (wish.payment or order.payment) == order.payment and (wish.reference or order.reference) in (
        order.reference,
        order.id,
    )


def _asked(target: Target, payment: Mapping[str, Any]) -> Target:
    """A payment of Gerbang's that asks for coins; raises Impossible for any other."""
    action = payment.get("next_action") or {}
    if action.get("type") != "display_crypto":
        raise Impossible("conflict", f"{payment['id']} asks its payer for no coins now.")
    return target._replace(payment=payment["id"], amount=int(action["amount"]))
