"""The simulators of a sandbox, loaded by the names of their entries: the sandbox itself knows no provider."""

import pkgutil
from collections.abc import Mapping
from typing import Any

import msgspec

from gerbang.ports.simulator import Contract, Simulator, SimulatorEntry


def load(named: Mapping[str, Any]) -> tuple[list[Simulator], list[Contract]]:
    """The simulators of `module:NAME` → what each is told (its own type, or the same as plain values), and their contracts on the chain."""
    made: list[Simulator] = []
    contracts: list[Contract] = []
    for name, told in named.items():
        entry: SimulatorEntry = pkgutil.resolve_name(name)
        config = told if isinstance(told, entry.config) else msgspec.convert(told, entry.config)
        made.append(entry.make(config))
        contracts += entry.contracts()
    return made, contracts
