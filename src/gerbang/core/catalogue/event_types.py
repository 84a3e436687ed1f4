"""Every type of event that products announce."""

from typing import Final

from gerbang.core.announcements.event_types import EventType
from gerbang.core.catalogue.model import PRODUCT

EVENT_TYPES: Final = (
    EventType("product.created", PRODUCT, "A product was made."),
    EventType("product.updated", PRODUCT, "Its name changed, or what a bundle consists of."),
    EventType("product.price_changed", PRODUCT, "It costs something else from now on."),
    EventType("product.stock_changed", PRODUCT, "More or less of it can be sold than before."),
    EventType("product.oversold", PRODUCT, "More of it was sold, or is kept for orders, than there is."),
    EventType("product.shortage_covered", PRODUCT, "What an oversold order missed is there now, and kept for it."),
)
SHOP_EVENT_TYPES: Final = (
    EventType(
        "shop.stock_refused",
        None,
        "A marketplace does not take a stock or a price: a campaign locks it, or it keeps it.",
    ),
)
