"""Which endings of an order can be played here, by method. What each of them does is the sandbox's matter; what it means is acts.py's."""

from collections.abc import Mapping, Sequence
from typing import Final

from gerbang.ports.simulator import Ending

_TOLD: Final = (Ending("repeated"), Ending("lost"), Ending("forged"), Ending("false_word"), Ending("down"))

ENDINGS: Final[Mapping[str, Sequence[Ending]]] = {
    "virtual_account": (
        Ending("paid"), Ending("under"), Ending("over"), Ending("late"), Ending("twice"), Ending("expired"), Ending("taken_back"), *_TOLD,
    ),
    "card": (
        Ending("paid"), Ending("declined", reason="51"), Ending("secure_refused", reason="9117"),
        Ending("refund_refused", route="/cancel"), *_TOLD,
    ),
}  # fmt: skip
