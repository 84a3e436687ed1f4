"""What each fault of the sandbox makes of one call to a provider, whoever it is, how it is armed, and which way to pay meets which."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import httpx
import pytest

from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import OutcomeUnknown, Unreachable
from tests.providers.conformance import Choice
from tests.providers.sampling import diagonal, sampled


class Sort(StrEnum):
    """What a fault leaves to be known."""

    NOT_SENT = "not sent"
    NOT_DONE = "not done, and nobody says so"
    UNTOLD = "done, and nobody says so"
    ANSWERED = "done, and answered"


@dataclass(frozen=True, slots=True)
class Fault:
    """What the sandbox's fault makes of one call: the exception it ends in, and whether the call took effect all the same."""

    kind: str
    happened: bool
    ends_in: type[UpstreamFailed] | None = OutcomeUnknown

    def __str__(self) -> str:
        return self.kind

    @property
    def sort(self) -> Sort:
        if not self.happened:
            return Sort.NOT_SENT if self.ends_in is Unreachable else Sort.NOT_DONE
        return Sort.UNTOLD if self.ends_in else Sort.ANSWERED


FAULTS: Final = (
    Fault("refuse", happened=False, ends_in=Unreachable),
    Fault("reset_before", happened=False),
    Fault("timeout_before", happened=False),
    Fault("http_500", happened=False),
    Fault("timeout_after_effect", happened=True),
    Fault("reset_after_effect", happened=True),
    Fault("http_500_after_effect", happened=True),
    Fault("garbage", happened=True),
    Fault("truncated_json", happened=True),
    Fault("slow", happened=True, ends_in=None),
    Fault("wrong_amount", happened=True, ends_in=None),
    Fault("duplicate_reference", happened=True, ends_in=None),  # the provider answers both alike
)


def met(ways: Sequence[str], faults: Sequence[Fault] = FAULTS) -> list[tuple[str, Fault]]:
    """Which way to pay meets which fault at one call: every fault one of them at least, and every way each sort of fault."""
    pairs = ((way, fault) for fault, way in diagonal(faults, ways))
    return sampled(pairs, lambda pair: (pair[1].kind, (pair[0], pair[1].sort)))


def meeting(ways: Mapping[str, Choice], faults: Sequence[Fault] = FAULTS) -> pytest.MarkDecorator:
    """Try a call under faults: its test takes a choice and the fault that it meets."""
    pairs = [pytest.param(ways[way], fault, id=f"{way}-{fault}") for way, fault in met(list(ways), faults)]
    return pytest.mark.parametrize(("choice", "fault"), pairs)


@contextmanager
def failing(error: type[UpstreamFailed] | None) -> Iterator[None]:
    """The block ends in this error, or in none."""
    with pytest.raises(error) if error else nullcontext():
        yield


async def arm(sandbox: httpx.AsyncClient, provider: str, kind: str, route: str = "") -> None:
    """The next request that the route names meets this fault."""
    shut = kind == "refuse"
    wish = {"kind": kind, "route": route, "count": 1, "delay_s": 0.4 if shut else 0.2}
    answer = await sandbox.put(f"/control/{provider}/faults", json=wish)
    assert answer.is_success, answer.text
    if shut:
        await asyncio.sleep(0.05)  # the door shuts when the answer to this is out


async def calm(sandbox: httpx.AsyncClient, provider: str) -> None:
    """No fault is left, and the door is open."""
    async with asyncio.timeout(5):
        while True:
            try:
                await sandbox.delete(f"/control/{provider}/faults")
            except httpx.TransportError:
                await asyncio.sleep(0.02)
            else:
                return
