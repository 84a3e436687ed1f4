"""Calls without a stored connection: for tests that bring the adapter and the account themselves."""

from collections.abc import Callable, Mapping
from datetime import datetime

from gerbang.base.clock import real_now
from gerbang.base.db import Database
from gerbang.base.http import Http
from gerbang.base.target_policy import TargetPolicy
from gerbang.core.connections.breaker import STANDARD, BreakerRules
from gerbang.core.connections.outbound_calls import OutboundCalls
from gerbang.core.connections.service import Connections
from gerbang.core.secrets.service import Secrets
from gerbang.ports.provider import Provider
from gerbang.providers.sealed import SealedStore
from gerbang.providers.sealed.root_key import RootKey


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def outbound_calls(
    rules: BreakerRules = STANDARD,
    clock: Clock | None = None,
    providers: Mapping[str, Provider] | None = None,
    now: Callable[[], datetime] = real_now,
) -> OutboundCalls:
    """Its database is none: whoever asks through a stored connection would notice."""
    nowhere = Database("postgresql://127.0.0.1:1/none", size=1)
    secrets = Secrets(nowhere, SealedStore(nowhere, RootKey(b"0" * 32, "none")))
    connections = Connections(nowhere, secrets, providers or {}, "http://127.0.0.1:1")
    guarded = Http(policy=TargetPolicy())
    return OutboundCalls(connections, Http(), guarded, rules=rules, monotonic=clock or Clock(), now=now)
