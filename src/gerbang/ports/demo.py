"""What a provider brings to `gerbang up`: the connections at its simulator that stand there from the start. Values; no I/O of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Keys = Callable[[Mapping[str, Callable[[], str]]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """One run of the sandbox. `keys` makes values by name at random once, and keeps them; `hook_url` is where a connection is told.

    `network` and `node_url` are those of the local chain, empty where there is none (yet).
    """

    sandbox_url: str
    hook_url: Callable[[str], str]
    keys: Keys
    network: str = ""
    node_url: str = ""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Settings of a connection, and the values of its secrets by credential."""

    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class DemoConnection:
    """One connection of the demo. `plays` is the simulator that it leads to, and which of its wires (`nicepay/snap`), or `chain`.

    `moves` are settings that another run may have elsewhere, or not at all; what people changed of the others stays. Connections are made
    in the order of their rank, those that need the local chain last: of several that can do the same, the oldest is offered first. `parent` is the app below which a shop stands.
    """

    id: str
    plays: str
    account: Callable[[DemoPlace], DemoAccount]
    moves: tuple[str, ...] = ("base_url",)
    needs_chain: bool = False
    rank: int = 0
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Demo:
    """`simulator` is what the provider's simulator must be told for these connections; None where it has none."""

    connections: tuple[DemoConnection, ...]
    simulator: Callable[[DemoPlace], Any] | None = None
