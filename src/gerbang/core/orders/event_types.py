"""Every type of event that orders announce."""

from typing import Final

from gerbang.core.announcements.event_types import EventType
from gerbang.core.orders.claim_model import CLAIM
from gerbang.core.orders.model import ORDER

EVENT_TYPES: Final = (
    EventType("order.created", ORDER, "An order was bought, or was heard of for the first time."),
    EventType(
        "order.updated", ORDER, "Something of an order changed, and it does not stand where one of the others says."
    ),
    EventType(
        "order.oversold",
        ORDER,
        "A marketplace sold more than is in stock: the order is held, `hold` says what is missing.",
    ),
    EventType("order.packed", ORDER, "All that is to be packed of an order is packed."),
    EventType("order.ready_to_ship", ORDER, "An order waits for its carrier."),
    EventType("order.shipped", ORDER, "An order is with the carrier."),
    EventType("order.delivered", ORDER, "An order has arrived."),
    EventType("order.cancelled", ORDER, "Every item of an order was cancelled."),
    EventType("order.returning", ORDER, "Something of an order is on its way back."),
    EventType("order.returned", ORDER, "All that was delivered of an order has come back."),
    EventType("order.failed", ORDER, "An order could not be delivered."),
    EventType("order.lost", ORDER, "The carrier lost something of an order."),
    EventType("order.damaged", ORDER, "The carrier damaged something of an order."),
    EventType("order.scrapped", ORDER, "Something of an order was thrown away by the carrier."),
    EventType("order.unknown", ORDER, "The marketplace says of an order what is not known here: a person looks at it."),
)
CLAIM_EVENT_TYPES: Final = (
    EventType(
        "order.claim_opened", CLAIM, "A buyer wants to cancel, to send back, or money back: `waits` until `decide_by`."
    ),
    EventType("order.claim_updated", CLAIM, "A buyer's claim came on, by the seller's answer, the buyer or time."),
    EventType(
        "order.claim_held", CLAIM, "What goes back for a claim is in doubt: a person looks before it is accepted."
    ),
    EventType("order.claim_due", CLAIM, "A claim is not answered, and its deadline is near; told once."),
)
# Where an order stands that is told by a type of its own; of what comes before them `order.updated` tells.
TOLD: Final = frozenset(one.name.partition(".")[2] for one in EVENT_TYPES[3:])
