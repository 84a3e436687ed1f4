"""What phones, people and Meta do with messages, as switches. No behaviour in here."""

from typing import Final, Literal

import msgspec

Delivery = Literal[
    "delivered", "read", "undeliverable", "silent", "only_sent", "doubled", "reordered", "together", "after_all"
]


class Quirks(msgspec.Struct, frozen=True):
    """Positions of all switches."""

    # What becomes of a message: `undeliverable` fails after it was taken (131026), `silent` tells nothing, `only_sent` is a phone that is off, `together` are all
    # statuses in one webhook, `after_all` is delivered after it was said to have failed.
    delivery: Delivery = "delivered"
    window: Literal["answer", "webhook"] = "answer"  # where 131047 is told: at once, or after 200
    limit: Literal["open", "number", "person", "payment", "held_back"] = "open"  # 130429, 131056, 131042, 131049
    rate_status: Literal["400", "429"] = "400"


Step = tuple[str, float, int]  # status, seconds after, error code
COURSES: Final[dict[str, tuple[tuple[Step, ...], ...]]] = {
    "delivered": ((("sent", 0.05, 0),), (("delivered", 0.15, 0),)),
    "read": ((("sent", 0.05, 0),), (("delivered", 0.15, 0),), (("read", 0.3, 0),)),
    "undeliverable": ((("failed", 0.05, 131026),),),
    "silent": (),
    "only_sent": ((("sent", 0.05, 0),),),
    "doubled": tuple(((one, 0.05 * n, 0),) for n, one in enumerate(("sent", "sent", "delivered", "delivered"), 1)),
    "reordered": ((("delivered", 0.05, 0),), (("sent", 0.3, 0),)),
    "together": ((("sent", 0.05, 0), ("delivered", 0.05, 0)),),
    "after_all": ((("failed", 0.05, 131026),), (("delivered", 0.5, 0),)),
}
