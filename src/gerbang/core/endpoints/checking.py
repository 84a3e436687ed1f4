"""What is wrong with an endpoint before it is saved, beside its field; and who may let it hear of people. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gerbang.base.errors import FieldError
from gerbang.core.endpoints.model import DISCLOSE, MOST_PATTERNS, PERSONAL, BadEndpoint, Endpoint, host_of, is_pattern
from gerbang.core.identity.model import Caller

MOST_RATE: Final = 10_000


def check_disclosure(caller: Caller, before: Endpoint, changes: Mapping[str, Any]) -> None:
    """Who may let people be named may also say where to: raises Forbidden for who may not."""
    after = changes.get("include", before.include)
    is_moved = host_of(changes.get("url", before.url)) != host_of(before.url)
    if set(after) - set(before.include) or (after and is_moved):
        caller.require(DISCLOSE)


def read_rate(rate_per_s: int | None) -> int | None:
    """A rate that can be held. Raises BadEndpoint."""
    if rate_per_s is not None and not 0 < rate_per_s <= MOST_RATE:
        raise bad("/rate_per_s", f"1 to {MOST_RATE}, or nothing.")
    return rate_per_s


def read_include(asked: Sequence[str]) -> Sequence[str]:
    """What payloads may include. Raises BadEndpoint."""
    for number, one in enumerate(asked):
        if one != PERSONAL:
            raise bad(f"/include/{number}", f"`{PERSONAL}`, or nothing.")
    return tuple(dict.fromkeys(asked))


def read_patterns(patterns: Sequence[str]) -> Sequence[str]:
    """The patterns, each once. Raises BadEndpoint."""
    if not 0 < len(patterns) <= MOST_PATTERNS:
        raise bad("/events", f"1 to {MOST_PATTERNS} patterns.")
    for number, one in enumerate(patterns):
        if not is_pattern(one):
            raise bad(f"/events/{number}", "A type as payment.paid, all that begin so as payment.*, or * for all.")
    return tuple(dict.fromkeys(patterns))


def bad(pointer: str, detail: str, hint: str | None = None) -> BadEndpoint:
    return BadEndpoint(detail, hint=hint, errors=[FieldError(pointer, detail)])
