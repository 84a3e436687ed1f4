"""Which endings of an order can be played here, by method. What each of them does is the sandbox's matter; what it means is acts.py's."""

from collections.abc import Mapping, Sequence
from typing import Final

from gerbang.ports.simulator import Ending

_TOLD: Final = (
    Ending("repeated"),
    Ending("lost"),
    Ending("forged"),
    Ending("false_word"),
    Ending("held", route="/registration"),
    Ending("down"),
)

_BY_NUMBER: Final = (Ending("paid"), Ending("late"), Ending("twice"), Ending("expired"), *_TOLD)
_IN_AN_APP: Final = (Ending("paid"), Ending("declined"), Ending("refund_refused", route="/cancel"), *_TOLD)

ENDINGS: Final[Mapping[str, Sequence[Ending]]] = {
    "virtual_account": (Ending("under"), Ending("over"), Ending("taken_back"), *_BY_NUMBER),
    "card": (
        Ending("paid"),
        Ending("declined", reason="51"),
        Ending("secure_refused", reason="9117"),
        Ending("refund_refused", route="/cancel"),
        *_TOLD,
    ),
    "convenience_store": _BY_NUMBER,
    "qris": (*_IN_AN_APP, Ending("expired")),
    "ewallet": (*_IN_AN_APP, Ending("expired"), Ending("unknown", route="/debit/payment-host-to-host", dialect="snap")),
    "paylater": _IN_AN_APP,
    "direct_debit": (Ending("paid"), Ending("refund_refused", route="/cancel"), *_TOLD),
}
