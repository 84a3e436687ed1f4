"""Every type of event that customers announce."""

from typing import Final

from gerbang.core.announcements.event_types import EventType
from gerbang.core.customers.model import CUSTOMER

EVENT_TYPES: Final = (
    EventType("customer.created", CUSTOMER, "A customer was made, by a request of their own or with a payment."),
    EventType("customer.updated", CUSTOMER, "Somebody changed a customer, or what they want to be told."),
    EventType("customer.erased", CUSTOMER, "A customer was erased: nothing names them any more."),
)
