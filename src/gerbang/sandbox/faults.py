"""The fault catalogue, and which fault strikes next. What a fault does to a connection is in dispatch.py, to a mail in mail.py.

Everything is drawn from a seed, so a run can be repeated.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from random import Random
from typing import Final

import msgspec


class Kind(StrEnum):
    REFUSE = "refuse"
    RESET_BEFORE = "reset_before"
    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER_EFFECT = "timeout_after_effect"
    RESET_AFTER_EFFECT = "reset_after_effect"
    HTTP_500 = "http_500"
    HTTP_500_AFTER_EFFECT = "http_500_after_effect"
    GARBAGE = "garbage"
    TRUNCATED_JSON = "truncated_json"
    SLOW = "slow"
    WRONG_AMOUNT = "wrong_amount"
    DUPLICATE_REFERENCE = "duplicate_reference"
    SAYS_NO = "says_no"


CATALOGUE: Final[Mapping[str, str]] = {
    Kind.REFUSE: "The whole sandbox takes no TCP connection for delay_s (2): never left, safe to send again. At once, no draw.",
    Kind.RESET_BEFORE: "The connection is reset when the request is in; nothing happened. Mail: closed, not kept.",
    Kind.TIMEOUT_BEFORE: "No answer for delay_s (90), then a reset; nothing happened.",
    Kind.TIMEOUT_AFTER_EFFECT: "It happened; no answer for delay_s (90), then a reset.",
    Kind.RESET_AFTER_EFFECT: "It happened; the connection is reset instead of an answer. Mail: kept, no 250.",
    Kind.HTTP_500: "500 and nothing happened. Mail: 451, not kept.",
    Kind.HTTP_500_AFTER_EFFECT: "It happened, and the answer is 500. Mail: kept, and 451.",
    Kind.GARBAGE: "It happened, and the answer is 200 with bytes that mean nothing.",
    Kind.TRUNCATED_JSON: "It happened, and the answer stops half-way.",
    Kind.SLOW: "The right answer, delay_s (3) late.",
    Kind.WRONG_AMOUNT: "It happened, and the answer names another amount.",
    Kind.DUPLICATE_REFERENCE: "The request arrives twice, and the second's answer is given.",
}
# No fault of the way, but a clear answer: nothing is uncertain after it.
REFUSALS: Final[Mapping[str, str]] = {Kind.SAYS_NO: "Nothing happened, and the provider refuses in its own words."}
DEFAULT_DELAY_S: Final[Mapping[str, float]] = {
    Kind.REFUSE: 2.0,
    Kind.TIMEOUT_BEFORE: 90.0,
    Kind.TIMEOUT_AFTER_EFFECT: 90.0,
    Kind.SLOW: 3.0,
}


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule: `kind` (one of the catalogue, or the simulator's own) strikes requests whose route contains `route`, with `probability`, at most `count` times."""

    kind: str
    route: str = ""
    probability: float = msgspec.field(default=1.0)
    count: int | None = None
    seed: int = 0
    delay_s: float | None = None

    @property
    def wait_s(self) -> float:
        return DEFAULT_DELAY_S.get(self.kind, 0.0) if self.delay_s is None else self.delay_s


class _Armed:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.left = fault.count
        self._chance = Random(fault.seed)  # noqa: S311  faults are drawn from a seed, not guarded by chance

    def strikes(self, route: str) -> bool:
        if self.left == 0 or self.fault.route not in route or self._chance.random() >= self.fault.probability:
            return False
        if self.left is not None:
            self.left -= 1
        return True


class Faults:
    """The armed rules of every provider. They do not outlive the process."""

    def __init__(self) -> None:
        self._armed: dict[str, list[_Armed]] = {}

    def arm(self, provider: str, fault: Fault) -> None:
        """Add a rule; one of the same kind and route is replaced."""
        same = (fault.kind, fault.route)
        others = [armed for armed in self._of(provider) if (armed.fault.kind, armed.fault.route) != same]
        self._armed[provider] = [*others, _Armed(fault)]

    def clear(self, provider: str) -> None:
        self._armed.pop(provider, None)

    def draw(self, provider: str, route: str) -> Fault | None:
        """The fault that strikes this request, if any; the first rule that strikes wins."""
        armed = self._armed.get(provider)
        if not armed:
            return None
        return next((one.fault for one in armed if one.strikes(route)), None)

    def list(self, provider: str) -> Sequence[Mapping[str, object]]:
        return [{**msgspec.to_builtins(armed.fault), "left": armed.left} for armed in self._of(provider)]

    def _of(self, provider: str) -> Sequence[_Armed]:
        return self._armed.get(provider, [])
