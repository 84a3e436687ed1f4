"""What carriers and Twilio do with messages, as switches. No behaviour in here."""

from typing import Final, Literal

import msgspec

Delivery = Literal[
    "delivered", "undelivered", "failed", "silent", "doubled", "reordered", "late", "only_sent", "after_all"
]


class Quirks(msgspec.Struct, frozen=True):
    """Positions of all switches."""

    # What becomes of a message: `silent` tells nothing, `reordered` says delivered before sent, `late` after seconds, `only_sent` is a
    # carrier without receipts, `after_all` is delivered after it was said not to be.
    delivery: Delivery = "delivered"
    signature: Literal["auth_token", "shared_key"] = "auth_token"
    empty_parameters: Literal["absent", "present"] = "absent"  # a parameter without a value is signed too
    trial: Literal["no", "yes"] = "no"  # a trial account's texts begin with a line of Twilio's


COURSES: Final[dict[str, tuple[tuple[str, float, int, int], ...]]] = {
    "delivered": (("sent", 0.05, 0, 1), ("delivered", 0.15, 0, 1)),
    "undelivered": (("sent", 0.05, 0, 1), ("undelivered", 0.15, 30005, 1)),
    "failed": (("failed", 0.05, 30008, 1),),
    "silent": (("sent", 0.05, 0, 0), ("delivered", 0.15, 0, 0)),
    "doubled": (("sent", 0.05, 0, 2), ("delivered", 0.15, 0, 2)),
    "reordered": (("delivered", 0.05, 0, 1), ("sent", 0.3, 0, 1)),
    "late": (("sent", 0.05, 0, 1), ("delivered", 3.0, 0, 1)),
    "only_sent": (("sent", 0.05, 0, 1),),
    "after_all": (("undelivered", 0.05, 30003, 1), ("delivered", 0.5, 0, 1)),
}
