"""Calls to providers through a connection, the same for every kind of provider: how many at once, whether at all, and what became of each.

No transaction is open while a provider is asked. What an outcome means for a payment, a mail or a rate is decided by who asks.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any, Final, Generic, TypeVar, cast

import msgspec
import structlog

from gerbang.base.clock import real_now
from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import HTTP_CALLS, Http, HttpCall, ProviderRefused, TurnedAway, Unreachable
from gerbang.core.connections.breaker import STANDARD, Breaker, BreakerRules
from gerbang.core.connections.model import Connection
from gerbang.core.connections.service import Connections
from gerbang.core.secrets.model import Purpose
from gerbang.ports.chain import Chain
from gerbang.ports.marketplace import ConnectionUnauthorized, Marketplace, Refused, ShopAuthorisation, Why
from gerbang.ports.messenger import Messenger, PushSubscriptions
from gerbang.ports.payment import Account, PaymentConfirmer, PaymentProvider
from gerbang.ports.provider import Probed, Provider
from gerbang.ports.rates import RateSource

log = structlog.get_logger()
AT_ONCE: Final = 32
_UNAUTHORIZED: Final = frozenset({Why.TOKEN_EXPIRED, Why.AUTHORISE_AGAIN})
A = TypeVar("A")
T = TypeVar("T")
Probing = Callable[[Account, datetime], Awaitable[Sequence[Probed]]]


class Outcome(StrEnum):
    """What is known of a call when it is over. There is no fifth."""

    ANSWERED = "answered"  # a clear answer, whatever it says
    REFUSED = "refused"  # ProviderRefused: a clear no to the call itself
    UNREACHABLE = "unreachable"  # Unreachable: certainly not carried out, so it may be sent again
    UNKNOWN = "unknown"  # OutcomeUnknown: it may have been carried out


@dataclass(frozen=True, slots=True)
class Operation:
    """What is asked. `repeatable`: asking twice does no harm, so an unknown outcome may be asked again; else it is looked up, or held.
    `tells_silence`: what it brings may be words about calls that nobody answered, so only those calls say whether anybody is there.
    """

    name: str
    repeatable: bool
    tells_silence: bool = False


@dataclass(frozen=True, slots=True)
class Capability(Generic[A]):
    """One thing that a provider can do: its name, how its adapter is made from the registry entry, and for which purpose secrets are read."""

    name: str
    factory: Callable[[Provider], Callable[[Http], A] | None]
    purpose: Purpose = Purpose.CALL_PROVIDER


PAYMENTS: Final[Capability[PaymentProvider]] = Capability("payments", lambda provider: provider.payment)
CHAIN: Final[Capability[Chain]] = Capability("a chain", lambda provider: provider.chain)
CONFIRMATIONS: Final[Capability[PaymentConfirmer]] = Capability("confirmations", lambda provider: provider.confirm)
RATES: Final[Capability[RateSource]] = Capability("exchange rates", lambda provider: provider.rates)
AUTHORISATIONS: Final[Capability[ShopAuthorisation]] = Capability(
    "authorisations", lambda provider: provider.shops.authorisation if provider.shops is not None else None
)
MARKETPLACES: Final[Capability[Marketplace]] = Capability("a marketplace", lambda provider: provider.marketplace)
MESSAGES: Final[Capability[Messenger]] = Capability(
    "messages", lambda provider: provider.messenger, Purpose.SEND_MESSAGE
)
SUBSCRIPTIONS: Final[Capability[PushSubscriptions]] = Capability(
    "subscriptions", lambda provider: provider.subscriptions, Purpose.SEND_MESSAGE
)


def _probe_of(provider: Provider) -> Callable[[Http], Probing] | None:
    return None if provider.probe is None else partial(partial, provider.probe)


PROBES: Final[Capability[Probing]] = Capability("a probe", _probe_of)


class CallResult(msgspec.Struct, Generic[T], frozen=True):
    """What became of one call: the `answer` when there was one, else the `error`. `asked` is False when nothing was tried at all, `heard` when
    nothing came back.
    """

    operation: Operation
    outcome: Outcome
    took_ms: float
    answer: T | None = None
    error: UpstreamFailed | None = None
    asked: bool = True
    heard: bool = True

    def value(self) -> T:
        """The answer; raises what came instead of one.

        An unknown outcome of what must not be repeated is never raised: whatever tries again after an error would send it twice. Who asks
        for such a thing decides by `outcome`.
        """
        if self.error is None:
            return cast("T", self.answer)
        assert self.outcome is not Outcome.UNKNOWN or self.operation.repeatable, f"undecided: {self.operation.name}"
        raise self.error

    @property
    def why(self) -> str:
        """What kept the answer from coming; empty when it came."""
        return self.error.detail if self.error is not None else ""

    def journal(self) -> dict[str, Any]:
        """The call as an audit entry keeps it, beside what it brought. Audit entries are never erased, and what a provider says may name a person: so why
        it failed is told only where the words are all our own.
        """
        told = {"operation": self.operation.name, "outcome": self.outcome.value, "took_ms": self.took_ms}
        return told if self.heard else {**told, "why": self.why}


@dataclass(frozen=True, slots=True)
class OpenBreaker:
    """A connection whose calls are not sent now: since when, what the last call came to, and in how many seconds one is let through."""

    since: datetime
    why: str
    next_s: float


@dataclass(slots=True)
class _State:
    """What this process knows of one connection's calls."""

    breaker: Breaker
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    opened: datetime = field(default_factory=lambda: datetime.now(UTC))
    why: str = ""


class OutboundCalls:
    """The way to every provider. Limit and breaker are each process's own: one that cannot reach a provider says nothing of another machine,
    and what is shared would cost a statement a call. `guarded` is the client whose calls go to permitted addresses only,
    `now` the time that providers are told: business time, as in the calls about payments.
    """

    def __init__(
        self,
        connections: Connections,
        http: Http,
        guarded: Http,
        *,
        rules: BreakerRules = STANDARD,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = real_now,
    ) -> None:
        self.connections = connections
        self.now = now
        self.http = http
        self._guarded = guarded
        self._rules = rules
        self._monotonic = monotonic
        self._adapters: dict[tuple[str, str], Any] = {}
        self._states: dict[str, _State] = {}

    def adapter(self, connection: Connection, capability: Capability[A]) -> A | None:
        """What speaks to the connection's provider, for what is pure; None when it cannot do that. Calls go through `ask`."""
        key = (connection.provider, capability.name)
        if key not in self._adapters:
            provider = self.connections.provider_of(connection)
            factory = capability.factory(provider)
            if factory is None:
                return None
            self._adapters[key] = factory(self.http_for(provider))
        return cast("A", self._adapters[key])

    def http_for(self, provider: Provider) -> Http:
        """The client for its calls: one whose address is whatever somebody wrote goes only where the operator lets it."""
        return self._guarded if provider.is_guarded else self.http

    async def ask(
        self,
        connection_id: str,
        capability: Capability[A],
        operation: Operation,
        call: Callable[[A, Account], Awaitable[T]],
        *,
        about: Hashable = None,
    ) -> CallResult[T]:
        """Ask a provider once. `about` names what the call is about: of several about the same thing the breaker counts one.

        Raises ConnectionNotFound, NotFound for a missing secret and Unavailable when the secret store does not answer: nobody was asked.
        """
        connection = await self.connections.get(connection_id)
        if why := self.connections.unusable(connection):
            return _not_asked(operation, Unreachable(why))  # nothing is decided: it is tried again
        adapter = self.adapter(connection, capability)
        if adapter is None:
            refused = ProviderRefused(f"{connection.provider} does not offer {capability.name}.")
            return CallResult(operation, Outcome.REFUSED, 0.0, error=refused, asked=False)
        account = await self.connections.account_for(connection, capability.purpose)
        result = await self.send(connection_id, operation, lambda: call(adapter, account), about=about)
        if isinstance(result.error, Refused) and result.error.why is Why.TOKEN_EXPIRED:
            newer = await self.connections.newer_account(connection, capability.purpose, account)
            if newer is not None:  # it was refreshed a moment ago, and nothing was done with the old one
                result = await self.send(connection_id, operation, lambda: call(adapter, newer), about=about)
        if connection.parent is not None and isinstance(result.error, Refused) and result.error.why in _UNAUTHORIZED:
            hint = f"Tokens are refreshed by themselves; if this stays, connect the shop again: /console/connections/{connection.parent}."
            refusal = result.error
            error = ConnectionUnauthorized(f"{connection_id}: {refusal.detail}", refusal.why, refusal.said, hint=hint)
            return msgspec.structs.replace(result, error=error)
        return result

    async def send(
        self, connection_id: str, operation: Operation, call: Callable[[], Awaitable[T]], *, about: Hashable = None
    ) -> CallResult[T]:
        """As `ask`, with an adapter and an account that the caller has already."""
        state = self._states.get(connection_id) or self._states.setdefault(connection_id, _State(Breaker(self._rules)))
        breaker, monotonic = state.breaker, self._monotonic
        if breaker.wait_s(monotonic()):
            return _held_back(state, operation, monotonic())
        async with state.slots:
            began = monotonic()
            if breaker.wait_s(began):  # it opened while this one waited for its turn
                return _held_back(state, operation, began)
            breaker.enter(began)
            result, is_answered = await _carried_out(operation, call, monotonic, began)
        if is_answered:
            if breaker.note_answer():
                log.info("breaker.closed", connection=connection_id)
        elif breaker.note_silence(object() if about is None else about, began, monotonic()):
            _note_opening(state, connection_id, result)
        return result

    async def probe(self, connection_id: str, operation: Operation, call: Callable[[], Awaitable[T]]) -> CallResult[T]:
        """Ask for a person who wants to know whether it works: whatever the breaker says, and without waiting behind others. An answer closes
        the breaker; silence counts for nothing, for what is probed may be settings that are not saved yet.
        """
        result, is_answered = await _carried_out(operation, call, self._monotonic, self._monotonic())
        state = self._states.get(connection_id)
        if is_answered and state is not None and state.breaker.note_answer():
            log.info("breaker.closed", connection=connection_id)
        return result

    def untried(self, quiet_s: float) -> Sequence[str]:
        """The connections whose breaker is open and has let a call through for `quiet_s`, and nobody had one."""
        now = self._monotonic()
        return [id_ for id_, state in self._states.items() if state.breaker.untried_s(now) >= quiet_s]

    def open_breakers(self) -> Mapping[str, OpenBreaker]:
        """The connections whose calls this process does not send now."""
        now = self._monotonic()
        return {
            id_: OpenBreaker(state.opened, state.why, state.breaker.wait_s(now))
            for id_, state in self._states.items()
            if state.breaker.is_open(now)
        }

    def breaker_gauge(self) -> Mapping[str, float]:
        """For each connection that this process has asked: 1 while its breaker is open, else 0."""
        now = self._monotonic()
        return {id_: float(state.breaker.is_open(now)) for id_, state in self._states.items()}


async def _carried_out(
    operation: Operation, call: Callable[[], Awaitable[T]], monotonic: Callable[[], float], began: float
) -> tuple[CallResult[T], bool]:
    """What became of one call, and whether anybody answered. What a provider does never raises here; a fault of ours does."""
    outer, made = HTTP_CALLS.get(), list[HttpCall]()
    token = HTTP_CALLS.set(made)
    answer: T | None = None
    error: UpstreamFailed | None = None
    try:
        answer, outcome = await call(), Outcome.ANSWERED
    except ProviderRefused as refused:
        error, outcome = refused, Outcome.REFUSED
    except Unreachable as unreachable:
        error, outcome = unreachable, Outcome.UNREACHABLE
    except UpstreamFailed as failed:
        error, outcome = failed, Outcome.UNKNOWN
    finally:
        HTTP_CALLS.reset(token)
        if outer is not None:
            outer += made
    took_ms = round((monotonic() - began) * 1000, 1)
    is_clear = outcome is Outcome.ANSWERED or outcome is Outcome.REFUSED or isinstance(error, TurnedAway)
    heard = is_clear or (bool(made) and made[-1].status is not None)
    result = CallResult(operation, outcome, took_ms, answer=answer, error=error, heard=heard)
    if operation.tells_silence and made:
        return result, any(one.is_answer for one in made)
    return result, is_clear or (bool(made) and made[-1].is_answer)


def _held_back(state: _State, operation: Operation, now: float) -> CallResult[Any]:
    """Nobody is asked, and that is certain: it may be sent again, and it may not be taken for an outcome."""
    next_s = max(1, math.ceil(state.breaker.wait_s(now)))
    detail = (
        f"The provider does not answer ({state.why.rstrip('.')}): it was not asked, and is tried again in {next_s} s."
    )
    return _not_asked(operation, Unreachable(detail, retry_after_s=next_s))


def _not_asked(operation: Operation, error: Unreachable) -> CallResult[Any]:
    return CallResult(operation, Outcome.UNREACHABLE, 0.0, error=error, asked=False, heard=False)


def _note_opening(state: _State, connection_id: str, result: CallResult[Any]) -> None:
    state.opened = datetime.now(UTC)
    state.why = "it answers with faults of its own" if result.heard else result.why  # its words are about one call
    alert = "Its provider does not answer: calls wait, and one is let through now and then."
    log.error("breaker.opened", connection=connection_id, why=state.why, alert=alert)
