"""What is wrong with an endpoint before it is saved, beside its field; and who may let it hear of people. Pure."""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from gerbang.base.errors import FieldError
from gerbang.core.endpoints.model import (
    DISCLOSE,
    MOST_PATTERNS,
    PERSONAL,
    BadEndpoint,
    Endpoint,
    host_of,
    is_pattern,
    wants,
)
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


def read_patterns(patterns: Sequence[str], types: Collection[str]) -> Sequence[str]:
    """The patterns, each once. Raises BadEndpoint, also for one that names none of the types that there are: nothing would ever come of it."""
    if not 0 < len(patterns) <= MOST_PATTERNS:
        raise bad("/events", f"1 to {MOST_PATTERNS} patterns.")
    for number, one in enumerate(patterns):
        if not is_pattern(one):
            raise bad(f"/events/{number}", "A type as payment.paid, all that begin so as payment.*, or * for all.")
        if not any(wants([one], type_) for type_ in types):
            raise bad(f"/events/{number}", no_such_type(one, types))
    return tuple(dict.fromkeys(patterns))


def no_such_type(pattern: str, types: Collection[str]) -> str:
    """What to say of a pattern that names no type, with those that are spelled alike."""
    stems = {f"{one.partition('.')[0]}.*" for one in types}
    near = get_close_matches(pattern, [*sorted(types), *sorted(stems)], 3, 0.6)
    also = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"No event is called {pattern}.{also} All of them: GET /v1/event-types."


def bad(pointer: str, detail: str, hint: str | None = None) -> BadEndpoint:
    return BadEndpoint(detail, hint=hint, errors=[FieldError(pointer, detail)])
