"""A catch-all receiver: whatever arrives at /inspect/{name} is kept for a while, and told with the verdict on its signature. In memory, bounded, and
forgotten when the sandbox ends.
"""

import re
import time
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from gerbang.ports.simulator import Answer, Impossible, Request
from gerbang.sandbox.signature_verdict import Verdict, judge

MOST_HOOKS: Final = 50
MOST_ARRIVALS: Final = 50  # of each
MOST_BYTES: Final = 16 << 20  # of all together
KEPT_BODY: Final = 256 << 10
_KEPT_HEADERS: Final = 16 << 10
_MOST_KEYS: Final = 10
_LONGEST_KEY: Final = 200
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_TOO_LONG: Final = Verdict("", None, ["The body is longer than is kept here: its signature cannot be checked."])
_TEXT: Final = (("content-type", "text/plain; charset=utf-8"),)


class Arrival(msgspec.Struct, frozen=True):
    """One request as it came; `body` is cut to 256 kB (`cut`)."""

    number: int
    at_s: float
    method: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    cut: bool

    @property
    def size(self) -> int:
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers.items())


class HookChange(msgspec.Struct, forbid_unknown_fields=True):
    """What may be set of a hook: the keys that its signatures are checked with, and what it answers."""

    keys: list[str] | None = None
    status: int | None = None


class ArrivalView(msgspec.Struct, frozen=True):
    """An arrival with the verdict by the keys that are entered now."""

    number: int
    received_at: str
    method: str
    query: str
    headers: Mapping[str, str]
    body: str
    cut: bool
    verdict: Verdict


class HookView(msgspec.Struct, frozen=True):
    """A hook with what arrived, newest first. `keys` counts those that are entered; they are not shown again."""

    name: str
    url: str
    status: int
    keys: int
    data: Sequence[ArrivalView]


class _Hook:
    __slots__ = ("arrivals", "keys", "status")

    def __init__(self) -> None:
        self.arrivals: deque[Arrival] = deque(maxlen=MOST_ARRIVALS)
        self.keys: list[str] = []
        self.status = 200


class Inspector:
    """All hooks. The one that was used longest ago goes when there are too many, and the largest gives up its oldest when all hold too much."""

    def __init__(self) -> None:
        self._hooks: OrderedDict[str, _Hook] = OrderedDict()
        self._count = 0

    @property
    def names(self) -> Sequence[str]:
        """The hooks that there are, the one that was used last first."""
        return list(reversed(self._hooks))

    def receive(self, request: Request) -> Answer:
        """Keep what came, and answer as the hook is told to."""
        name = request.path.removeprefix("/inspect/").strip("/")
        if not _NAME.fullmatch(name):
            return Answer(404, b"A hook is /inspect/NAME: small letters, digits and dashes, at most 40.", _TEXT)
        hook, cut = self._used(name), len(request.body) > KEPT_BODY
        self._count += 1
        kept = Arrival(
            number=self._count,
            at_s=time.time(),
            method=request.method,
            query=request.query.decode("latin-1")[:2_000],
            headers=_bounded(request.headers),
            body=request.body[:KEPT_BODY],
            cut=cut,
        )
        hook.arrivals.appendleft(kept)
        self._shrink()
        return Answer(hook.status, b"received\n", _TEXT)

    def change(self, name: str, change: HookChange) -> None:
        """Enter keys or another answer; raises Impossible for what cannot be."""
        hook = self._used(_checked(name))
        if change.status is not None:
            if not 200 <= change.status <= 599:
                raise Impossible("invalid", "status is 200 to 599.")
            hook.status = change.status
        if change.keys is not None:
            keys = [one.strip() for one in change.keys if one.strip()]
            if len(keys) > _MOST_KEYS or any(len(one) > _LONGEST_KEY for one in keys):
                raise Impossible("invalid", f"keys are at most {_MOST_KEYS}, of {_LONGEST_KEY} characters each.")
            hook.keys = keys

    def forget(self, name: str) -> None:
        """The hook with all that it holds."""
        self._hooks.pop(name, None)

    def view(self, name: str, base_url: str, limit: int = MOST_ARRIVALS) -> HookView:
        """A hook as it is told; one that nobody has used yet is empty. Raises Impossible for what is no name."""
        hook = self._hooks.get(_checked(name)) or _Hook()
        shown = [_view(one, hook) for one in list(hook.arrivals)[:limit]]
        return HookView(name, f"{base_url}/inspect/{name}", hook.status, len(hook.keys), shown)

    def _used(self, name: str) -> _Hook:
        hook = self._hooks.setdefault(name, _Hook())
        self._hooks.move_to_end(name)
        while len(self._hooks) > MOST_HOOKS:
            self._hooks.popitem(last=False)
        return hook

    def _shrink(self) -> None:
        sizes = {name: sum(one.size for one in hook.arrivals) for name, hook in self._hooks.items()}
        while sum(sizes.values()) > MOST_BYTES:
            largest = max(sizes, key=lambda name: sizes[name])
            sizes[largest] -= self._hooks[largest].arrivals.pop().size


def _view(one: Arrival, hook: _Hook) -> ArrivalView:
    same = [other.body for other in hook.arrivals if _id_of(other) == _id_of(one) and other.body != one.body]
    return ArrivalView(
        number=one.number,
        received_at=datetime.fromtimestamp(one.at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        method=one.method,
        query=one.query,
        headers=one.headers,
        body=one.body.decode(errors="replace"),
        cut=one.cut,
        verdict=_TOO_LONG if one.cut else judge(one.headers, one.body, hook.keys, one.at_s, same),
    )


def _id_of(one: Arrival) -> Any:
    return one.headers.get("webhook-id") or one.headers.get("svix-id") or one.number


def _bounded(headers: Mapping[str, str]) -> Mapping[str, str]:
    kept: dict[str, str] = {}
    room = _KEPT_HEADERS
    for name, value in headers.items():
        room -= len(name) + len(value)
        if room < 0:
            break
        kept[name] = value
    return kept


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Impossible("invalid", "A hook's name has small letters, digits and dashes, at most 40.")
    return name
