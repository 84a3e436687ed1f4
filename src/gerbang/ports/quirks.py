"""Switches of a simulator for what its provider's documents leave open: their positions, and a change of some of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from gerbang.ports.simulator import Impossible

Quirks = TypeVar("Quirks", bound=msgspec.Struct)


def quirk_choices(kind: type[msgspec.Struct]) -> Mapping[str, Sequence[str]]:
    """The positions of each enumerated switch of a simulator's quirks, default first."""
    hints = get_type_hints(kind)
    return {name: get_args(hint) for name, hint in hints.items() if get_origin(hint) is Literal}


def with_quirks(now: Quirks, values: Mapping[str, Any]) -> Quirks:
    """The switches after `values`; raises Impossible for an unknown switch or position."""
    unknown = values.keys() - set(now.__struct_fields__)
    if unknown:
        raise Impossible("invalid", f"There is no switch named {min(unknown)}. GET shows them all.")
    try:
        return msgspec.convert({**msgspec.to_builtins(now), **values}, type(now))
    except msgspec.ValidationError as error:
        raise Impossible("invalid", f"{error}. GET shows every switch and its positions.") from error
