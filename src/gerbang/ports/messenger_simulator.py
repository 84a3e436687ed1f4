"""What the simulators of all messengers have in common: they know neither orders nor amounts, and keep their switches as one value. No I/O."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, Generic

import msgspec

from gerbang.ports.quirks import Quirks, quirk_choices, with_quirks
from gerbang.ports.simulator import Answer, Ending, Order, Passed, Webhook


class MessengerSimulator(ABC, Generic[Quirks]):
    """The part of `ports/simulator.Simulator` that does not differ. `quirks_set` makes the effect by which a change of switches is journaled;
    `_apply` takes it in like every other.
    """

    endings: ClassVar[Mapping[str, Sequence[Ending]]] = MappingProxyType({})

    def __init__(self, quirks: Quirks, quirks_set: Callable[[Quirks], Any]) -> None:
        self._quirks = quirks
        self._quirks_set = quirks_set

    def stamped(self, webhook: Webhook, at: datetime, attempt: int) -> Webhook:  # noqa: ARG002  nothing that is told depends on when it leaves
        return webhook

    def with_wrong_amount(self, answer: Answer) -> Answer:
        return answer

    def pass_time(self, now: datetime) -> Sequence[Passed]:  # noqa: ARG002  a message's course is known when it is taken
        return ()

    def orders(self, limit: int) -> Sequence[Order]:  # noqa: ARG002  messages are no orders: /control/{channel} shows them
        return ()

    def quirks(self) -> Mapping[str, Any]:
        values: dict[str, Any] = msgspec.to_builtins(self._quirks)
        return values

    def quirk_choices(self) -> Mapping[str, Sequence[str]]:
        return quirk_choices(type(self._quirks))

    def set_quirks(self, values: Mapping[str, Any]) -> Any:
        change = self._quirks_set(with_quirks(self._quirks, values))
        self._apply(change)
        return change

    @abstractmethod
    def _apply(self, change: Any) -> None: ...
