"""The control API of the outer contract: /control/…, JSON in and out, for tests and for the page. Nothing of a provider's wire.

Every call that changes something is in the journal like a provider's own request.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import msgspec

from gerbang.base.clock import MOST_OFFSET_S
from gerbang.base.errors import GerbangError, Unavailable
from gerbang.base.validation_messages import in_words
from gerbang.ports.simulator import Act, Answer, Impossible, Request, Simulator, Webhook, own_faults
from gerbang.sandbox.chain.calls import ChainCalls
from gerbang.sandbox.chain.wallet_calls import calls_of
from gerbang.sandbox.endings import STORIES
from gerbang.sandbox.faults import CATALOGUE, REFUSALS, Fault, Faults, Kind
from gerbang.sandbox.inspector import MOST_ARRIVALS, HookChange, Inspector
from gerbang.sandbox.mail import PROVIDER as MAIL
from gerbang.sandbox.mailbox import CHANNELS, Mailbox
from gerbang.sandbox.scenario_runner import ScenarioRequest, ScenarioRunner
from gerbang.sandbox.server import SandboxServer
from gerbang.sandbox.shop import Shop
from gerbang.sandbox.webhook_sender import DropSet
from gerbang.sandbox.world import World

_BY_PHONE: Final = ("stop", "start", "say")
_OF_TEMPLATES: Final = ("pause", "approve", "recategorise")
_OF_MARKETPLACES: Final = ("order", "return", "scan", "pay-out", "close", "verify")
ACTS: Final = (
    *("pay", "decline", "expire", "refund", "dispute", "cancel", "lie"),
    *_BY_PHONE,
    *_OF_TEMPLATES,
    *_OF_MARKETPLACES,
)
SANDBOX: Final = "sandbox"
CHAIN: Final = "chain"
HOOKS: Final = "hooks"
_PLACE: Final = re.compile(r"`\$\.([^`]+)`$|field `([^`]+)`")
_STATUS: Final = {"not_found": 404, "conflict": 409, "invalid": 422}
_MOST: Final = 1_000
_Body = TypeVar("_Body")
Handler = Callable[[Request, str], Awaitable[Answer]]


class ClockMoved(msgspec.Struct, frozen=True, tag_field="kind", tag="clock_moved"):
    offset_s: int


class _Clock(msgspec.Struct, forbid_unknown_fields=True):
    advance_s: int


class _Push(msgspec.Struct, forbid_unknown_fields=True):
    on: bool


class _Webhooks(msgspec.Struct, forbid_unknown_fields=True):
    """`reference` empty: all orders. `tamper` is true (the token), token, amount or status."""

    reference: str = ""
    times: int = 1
    delay_s: float = 0.0
    shuffle: bool = False
    tamper: bool | str = False
    drop: bool | None = None
    seed: int = 0


class Control:
    """Answers the calls. `door` is set when the server stands; without it nothing can be refused."""

    def __init__(
        self,
        world: World,
        faults: Faults,
        mailbox: Mailbox,
        chain: ChainCalls,
        inspector: Inspector,
        shop: Shop | None = None,
    ) -> None:
        self.inspector = inspector
        self.director = ScenarioRunner(world, self.answer, shop)
        self._world = world
        self._faults = faults
        self._mailbox = mailbox
        self.door: SandboxServer | None = None
        self._chain = chain
        self._paying = asyncio.Lock()
        self._fixed: Mapping[str, Callable[[Request], Awaitable[Answer]]] = {
            "GET /control/clock": self._get_clock,
            "POST /control/clock": self._post_clock,
            "GET /control/journal": self._journal,
            "GET /control/faults": self._catalogue,
            "GET /control/chain": self._chain_view,
            "GET /control/endings": self._endings,
            f"GET /control/{HOOKS}": self._hooks,
            f"POST /control/{CHAIN}/endings": lambda request: self._play(request, CHAIN),
        }
        self._of_provider: Mapping[str, Handler] = {
            "GET faults": self._get_faults,
            "PUT faults": self._put_faults,
            "DELETE faults": self._delete_faults,
            "GET quirks": self._get_quirks,
            "PUT quirks": self._put_quirks,
            "PUT push": self._put_push,
            "GET orders": self._orders,
            "POST webhooks": self._webhooks,
            "POST endings": self._play,
            **{f"POST {act}": self._act for act in ACTS},
        }

    async def answer(self, request: Request) -> Answer:
        """The answer to a call under /control; refusals are problem documents."""
        try:
            return await self._handler(request)
        except Impossible as refusal:
            return _problem(_STATUS[refusal.code], refusal.code, refusal.detail)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return _problem(422, "invalid", _in_words(str(error)))
        except Unavailable as error:
            return _problem(503, error.code, error.detail)
        except GerbangError as error:  # what Gerbang was asked for an act
            return _problem(422, error.code, error.detail)

    def _handler(self, request: Request) -> Awaitable[Answer]:
        fixed = self._fixed.get(f"{request.method} {request.path}")
        if fixed is not None:
            return fixed(request)
        _, _, provider, *rest = [*request.path.split("/"), "", ""][:5]
        if provider in CHANNELS and request.method == "GET" and not rest[0]:
            return self._messages(request, provider)
        if provider == HOOKS and rest[0]:
            return self._hook(request, rest[0])
        if provider == CHAIN and request.method == "POST":
            return self._chain_act(request, rest[0])
        handler = self._of_provider.get(f"{request.method} {rest[0]}")
        if handler is None:
            raise Impossible("not_found", self._what_there_is(request.method, request.path, rest[0]))
        return handler(request, provider)

    def _what_there_is(self, method: str, path: str, last: str) -> str:
        """What to ask for instead: another method at the same address, or the addresses that there are."""
        taken = sorted(one.split()[0] for one in self._fixed if one.endswith(f" {path}"))
        taken += sorted(one.split()[0] for one in self._of_provider if one.endswith(f" {last}"))
        if taken:
            return f"{path} takes {' or '.join(dict.fromkeys(taken))}, not {method}."
        fixed = ", ".join(sorted({one.split()[1] for one in self._fixed} | {f"/control/{one}" for one in CHANNELS}))
        of_provider = ", ".join(dict.fromkeys(one.split()[1] for one in self._of_provider))
        return f"There is no {path} here. There are {fixed}, and /control/PROVIDER/… with one of {of_provider}; / shows them as a page."

    def _simulator(self, provider: str) -> Simulator:
        simulator = self._world.simulators.get(provider)
        if simulator is None:
            known = ", ".join(sorted(self._world.simulators))
            raise Impossible("not_found", f"There is no simulator named {provider} here. There are {known}.")
        return simulator

    async def _get_clock(self, _request: Request) -> Answer:
        clock = self._world.clock
        offset_s = await clock.advance(0)
        return _json({"now": clock.now(), "offset_s": offset_s})

    async def _post_clock(self, request: Request) -> Answer:
        seconds = _body(request, _Clock).advance_s
        clock = self._world.clock
        room_s = MOST_OFFSET_S - clock.offset_s
        if not 0 <= seconds <= room_s:
            raise Impossible(
                "invalid", f"Business time moves forward only, by 0 to {max(0, room_s)} seconds from here."
            )
        offset_s = await clock.advance(seconds)
        answer = _json({"now": clock.now(), "offset_s": offset_s})
        await self._world.note(SANDBOX, request, answer, ClockMoved(offset_s) if clock.is_ours else None)
        await self._world.settle()
        if self._chain.chain is not None:
            await self._chain.chain.set_time()
        return answer

    async def _journal(self, request: Request) -> Answer:
        query = _query(request)
        limit = max(1, min(_number(query, "limit", 200), _MOST))
        lines, more = await self._world.journal.read(query.get("provider", ""), _number(query, "since", -1), limit)
        cursor = b"null" if more is None else b'"%d"' % more
        return Answer(200, b'{"data":[' + b",".join(lines) + b'],"next_cursor":' + cursor + b"}")

    async def _chain_view(self, _request: Request) -> Answer:
        return _json(await self._chain.view())

    async def _chain_act(self, request: Request, name: str) -> Answer:
        answer = _json(await self._chain.act(name, request.body))
        await self._world.note(CHAIN, request, answer)
        return answer

    async def _catalogue(self, _request: Request) -> Answer:
        own = [own_faults(one) for one in self._world.simulators.values()]
        faults = {kind: does for of in [CATALOGUE, REFUSALS, *own] for kind, does in of.items()}
        return _json({"data": [{"kind": kind, "does": does} for kind, does in faults.items()]})

    async def _endings(self, _request: Request) -> Answer:
        able = self.director.able(has_chain=self._chain.chain is not None)
        by = {name: [{"provider": one.provider, "method": one.method} for one in able[name]] for name in STORIES}
        return _json({"data": [{"ending": n, "title": s.title, "see": s.see, "by": by[n]} for n, s in STORIES.items()]})

    async def _hooks(self, _request: Request) -> Answer:
        return _json({"data": self.inspector.names})

    async def _hook(self, request: Request, name: str) -> Answer:
        """What arrived at a hook, newest first; PUT enters keys and another answer, DELETE forgets it. None of it is in the journal."""
        match request.method:
            case "GET":
                limit = max(1, min(_number(_query(request), "limit", MOST_ARRIVALS), MOST_ARRIVALS))
                return _json(self.inspector.view(name, request.base_url, limit))
            case "PUT":
                self.inspector.change(name, _body(request, HookChange))
            case "DELETE":
                self.inspector.forget(name)
            case other:
                raise Impossible("not_found", f"{request.path} takes GET or PUT or DELETE, not {other}.")
        return _json(self.inspector.view(name, request.base_url))

    async def _play(self, request: Request, provider: str) -> Answer:
        played = await self.director.play(provider, _body(request, ScenarioRequest))
        return _json({**played._asdict(), "calls": played.shown(request.base_url, self.director.gerbang)})

    async def _messages(self, request: Request, channel: str) -> Answer:
        query = _query(request)
        limit = max(1, min(_number(query, "limit", 100), _MOST))
        return _json({"data": self._mailbox.list(channel, query.get("to", ""), limit), "next_cursor": None})

    async def _orders(self, request: Request, provider: str) -> Answer:
        simulator = self._simulator(provider)
        self._world.pass_time(simulator)
        limit = max(1, min(_number(_query(request), "limit", 100), _MOST))
        return _json({"data": simulator.orders(limit), "next_cursor": None})

    async def _get_quirks(self, _request: Request, provider: str) -> Answer:
        simulator = self._simulator(provider)
        return _json({"quirks": simulator.quirks(), "choices": simulator.quirk_choices()})

    async def _put_quirks(self, request: Request, provider: str) -> Answer:
        simulator = self._simulator(provider)
        effect = simulator.set_quirks(_body(request, dict[str, Any]))
        answer = _json({"quirks": simulator.quirks(), "choices": simulator.quirk_choices()})
        await self._world.note(provider, request, answer, effect)
        return answer

    async def _put_push(self, request: Request, provider: str) -> Answer:
        """Whether a marketplace pushes at all: its switch `push`, under a name of its own."""
        simulator, is_on = self._simulator(provider), _body(request, _Push).on
        if "push" not in simulator.quirks():
            raise Impossible("not_found", f"{provider} pushes nothing that can be switched off.")
        effect = simulator.set_quirks({"push": "on" if is_on else "off"})
        answer = _json({"on": is_on})
        await self._world.note(provider, request, answer, effect)
        return answer

    async def _get_faults(self, _request: Request, provider: str) -> Answer:
        return _json({"data": self._faults.list(provider)})

    async def _put_faults(self, request: Request, provider: str) -> Answer:
        simulator = self._simulator(provider) if provider != MAIL else None
        own = own_faults(simulator)
        fault = _body(request, Fault)
        if fault.kind not in {*CATALOGUE, *REFUSALS, *own}:
            raise Impossible("invalid", f"kind is one of {', '.join([*CATALOGUE, *REFUSALS, *own])}.")
        if not 0 <= fault.probability <= 1 or fault.wait_s < 0 or (fault.count or 0) < 0:
            raise Impossible("invalid", "probability is 0 to 1, count and delay_s are not negative.")
        if fault.kind == Kind.REFUSE:
            if self.door is None:
                raise Impossible("conflict", "There is no server whose door could be shut.")
            self.door.shut(fault.wait_s)
        else:
            self._faults.arm(provider, fault)
        answer = _json({"data": self._faults.list(provider)})
        await self._world.note(provider, request, answer)
        return answer

    async def _delete_faults(self, request: Request, provider: str) -> Answer:
        self._faults.clear(provider)
        answer = _json({"data": []})
        await self._world.note(provider, request, answer)
        return answer

    async def _act(self, request: Request, provider: str) -> Answer:
        action = request.path.rpartition("/")[2]
        simulator, act = self._simulator(provider), _body(request, Act)
        if action == "pay" and not act.transaction:
            self._world.pass_time(simulator)
            if calls_of(simulator, act):
                return await self._pay_by_wallet(simulator, act, request)
        return await self._world.act(simulator, action, act, request)

    async def _pay_by_wallet(self, simulator: Simulator, act: Act, request: Request) -> Answer:
        """The demo wallet sends what the order asks for, then the simulator hears of its last transaction."""
        async with self._paying:  # a second press finds the order as the first one left it
            self._world.pass_time(simulator)
            calls = calls_of(simulator, act)
            if calls:
                act = msgspec.structs.replace(act, transaction=await self._chain.send(calls))
            return await self._world.act(simulator, "pay", act, request)

    async def _webhooks(self, request: Request, provider: str) -> Answer:
        simulator = self._simulator(provider)
        wish = _body(request, _Webhooks)
        if wish.drop is not None:
            change = DropSet(provider, wish.reference, wish.drop)
            self._world.webhook_sender.drop(change)
            answer = _json({"dropped": self._world.webhook_sender.dropped(provider)})
            await self._world.note(provider, request, answer, change)
            return answer
        if not 1 <= wish.times <= _MOST or not 0 <= wish.delay_s <= 86_400:
            raise Impossible("invalid", "times is 1 to 1000, delay_s 0 to 86400.")
        self._world.pass_time(simulator)
        webhooks = [webhook for webhook in self._wanted(simulator, wish) for _ in range(wish.times)]
        if wish.shuffle:
            Random(wish.seed).shuffle(webhooks)  # noqa: S311  an order to be repeated, not to be guarded
        answer = _json({"scheduled": len(webhooks)}, 202)
        await self._world.send(simulator, [(webhook, wish.delay_s) for webhook in webhooks], request, answer)
        return answer

    def _wanted(self, simulator: Simulator, wish: _Webhooks) -> list[Webhook]:
        """One of each order; without a reference, of all that have something to tell."""
        now = self._world.clock.now()
        tamper = "token" if wish.tamper is True else wish.tamper or ""
        if wish.reference:
            return [simulator.webhook(Act(reference=wish.reference), tamper, now)]
        found = []
        for order in reversed(simulator.orders(_MOST)):
            try:
                found.append(simulator.webhook(Act(reference=order.id), tamper, now))
            except Impossible as nothing_to_tell:
                if nothing_to_tell.code != "conflict":
                    raise
        return found


def _body(request: Request, kind: type[_Body]) -> _Body:
    return msgspec.json.decode(request.body or b"{}", type=kind)


def _query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.query.decode("utf-8", "replace")))


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    try:
        return int(query.get(name, default))
    except ValueError as error:
        raise Impossible("invalid", f"{name} is a whole number.") from error


def _in_words(said: str) -> str:
    """What the reader of a body said, as a sentence with its place."""
    place = _PLACE.search(said)
    if "malformed" in said or "truncated" in said or "utf-8" in said:
        return "The body must be one JSON object, as {}."
    return f"{place[1] or place[2]}: {in_words(said)}" if place else in_words(said)


def _json(value: object, status: int = 200) -> Answer:
    return Answer(status, msgspec.json.encode(value), (("content-type", "application/json"),))


def _problem(status: int, code: str, detail: str) -> Answer:
    problem = {
        "type": "about:blank",
        "title": "The sandbox cannot do this",
        "status": status,
        "code": code,
        "detail": detail,
    }
    return Answer(status, msgspec.json.encode(problem), (("content-type", "application/problem+json"),))
