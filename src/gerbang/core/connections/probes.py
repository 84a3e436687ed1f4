"""Asking a provider, once and within seconds, whether an account works: before it is saved, whenever somebody wants to know, and where its
breaker is open and nobody calls, so that it closes all the same.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Final

import structlog

from gerbang.base.errors import DatabaseUnavailable, FieldError, GerbangError, NotFound
from gerbang.base.polling import poll
from gerbang.core.connections.model import BadConnection, Connection
from gerbang.core.connections.outbound_calls import PROBES, Operation, OutboundCalls, Outcome
from gerbang.core.connections.service import Connections
from gerbang.core.secrets.model import Purpose
from gerbang.ports.provider import Probed

PATIENCE_S: Final = 10.0
QUIET_S: Final = 10.0
EVERY_S: Final = 5.0
_PROBE: Final = Operation("probe", repeatable=True, tells_silence=True)

log = structlog.get_logger()


async def probe(outbound: OutboundCalls, connection: Connection) -> Sequence[Probed]:
    """What the provider shows of a connection, stored or not; never raises what the provider does. Empty where it cannot be asked."""
    connections = outbound.connections
    if wrong := _wrong(connections, connection):
        return wrong
    provider = connections.provider_of(connection)
    ask, http = provider.probe, outbound.http_for(provider)
    if ask is None:
        return ()
    try:
        account = await connections.account_of(connection, Purpose.CALL_PROVIDER)
    except NotFound as error:
        return [_of_secret(error.detail, "Put the secret first: gerbang secrets put NAME.")]
    except DatabaseUnavailable as error:
        return [Probed(error.detail, None)]
    except GerbangError as error:  # one that does not open
        return [_of_secret(error.detail, "Write it anew: gerbang secrets put NAME.")]
    try:
        async with asyncio.timeout(PATIENCE_S):
            result = await outbound.probe(connection.id, _PROBE, lambda: ask(http, account, outbound.now()))
    except TimeoutError:
        return (Probed(f"no answer within {PATIENCE_S:.0f} s", None),)
    except GerbangError as error:  # it could not be asked
        return (Probed(error.detail, None),)
    if result.outcome is Outcome.REFUSED:
        cure = result.error.hint if result.error is not None else None
        return (Probed(result.why, good=False, cure=cure or "Check settings and secrets."),)
    return result.value() if result.outcome is Outcome.ANSWERED else (Probed(result.why, None),)


async def keep_trying(outbound: OutboundCalls, stop: asyncio.Event) -> None:
    """Until `stop` is set: an open breaker that nothing has tried lately is tried by a probe. Every process has its own breakers."""
    await poll(stop, EVERY_S, partial(try_quiet, outbound), failed="breaker.not_tried")


async def try_quiet(outbound: OutboundCalls, quiet_s: float = QUIET_S) -> None:
    """Be the trial of each open breaker that could have had one for `quiet_s`: real calls come first, for they are what must work."""
    await asyncio.gather(*(_try_one(outbound, one) for one in outbound.untried(quiet_s)))


async def _try_one(outbound: OutboundCalls, connection_id: str) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await outbound.ask(connection_id, PROBES, _PROBE, lambda ask, account: ask(account, outbound.now()))
    except (GerbangError, TimeoutError) as error:  # no stored connection, no secret, or no answer: it stays as it is
        log.warning("breaker.not_tried", connection=connection_id, why=str(error)[:200])


def _of_secret(what: str, cure: str) -> Probed:
    return Probed(what, good=False, pointer="/secrets", cure=cure)


def _wrong(connections: Connections, connection: Connection) -> Sequence[Probed]:
    """What would not be saved today: it was, by another version or by hand, and may keep the connection from offering anything."""
    if connections.unusable(connection):
        return ()
    cure = f"Change it: PATCH /v1/connections/{connection.id}."
    try:
        found = connections.provider_of(connection).problems(connection.settings, connection.secrets)
    except (TypeError, ValueError, AttributeError):
        return (Probed("its settings are no table of texts", good=False, pointer="/settings", cure=cure),)
    return [Probed(f"{one.pointer}: {one.detail}", good=False, pointer=one.pointer, cure=cure) for one in found]


def usable_of(found: Sequence[Probed]) -> bool | None:
    """False when something was clearly refused, None when nothing clear was learnt."""
    if any(one.good is False for one in found):
        return False
    return True if any(one.good for one in found) else None


def refuse_bad(found: Sequence[Probed]) -> None:
    """Raise BadConnection with a pointer for everything that the provider clearly refused."""
    bad = [one for one in found if one.good is False]
    if bad:
        errors = [FieldError(one.pointer, f"{one.what.rstrip('.')}. {one.cure}".rstrip()) for one in bad]
        raise BadConnection("The provider was asked and refuses it; nothing was saved.", errors=errors)
