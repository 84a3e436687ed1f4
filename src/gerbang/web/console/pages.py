"""The operators' pages as one router; each page stands in a file of its own, whose `HANDLERS` are listed here."""

from typing import Any, Final

from litestar import Request, Response, Router, get

from gerbang.base.errors import GerbangError
from gerbang.web.console import (
    approvals,
    audit,
    claims,
    connections,
    customer_acts,
    customer_consent,
    customers,
    data_requests,
    deliveries,
    endpoint_acts,
    endpoint_editing,
    endpoint_owner,
    endpoint_owner_link,
    endpoints,
    links,
    listings,
    live,
    message_texts,
    new_order,
    notices,
    notification_preferences,
    notifications,
    order_acts,
    orders,
    pack,
    paused_templates,
    payments,
    push,
    refund_list,
    refunds,
    requests,
    search,
    settlements,
    shops,
    stock,
    stock_rules,
    webhooks,
    work,
)
from gerbang.web.pages import caller_or_none, page_error, see_other, services_of


@get("/console")
async def console(request: Request[Any, Any, Any]) -> Response[None]:  # noqa: ARG001 - the framework hands it over
    """The console begins with the payments."""
    return see_other("/console/payments")


@get("/")
async def root(request: Request[Any, Any, Any]) -> Response[None]:
    """Operators to their pages; others to the demo shop in the sandbox, and elsewhere to the operators' door."""
    caller = caller_or_none(request)
    is_operator = caller is not None and caller.may("payments:read")
    to_shop = services_of(request).settings.sandbox and not is_operator
    return see_other("/shop" if to_shop else "/console/payments")


def console_pages(*handlers: Any) -> Router:
    """Pages of the console: what is refused is told as a page, and none stands in the API's document."""
    return Router(
        path="/", route_handlers=handlers, exception_handlers={GerbangError: page_error}, include_in_schema=False
    )


HANDLERS: Final = [
    *live.HANDLERS,  # a stream is no page: who may not have it is answered and not led to the door
    *endpoint_owner.HANDLERS,
    console_pages(
        root,
        console,
        *links.HANDLERS,
        *search.HANDLERS,
        *requests.HANDLERS,
        *payments.HANDLERS,
        *refund_list.HANDLERS,
        *refunds.HANDLERS,
        *settlements.HANDLERS,
        *connections.HANDLERS,
        *shops.HANDLERS,
        *orders.HANDLERS,
        *order_acts.HANDLERS,
        *new_order.HANDLERS,
        *pack.HANDLERS,
        *claims.HANDLERS,
        *stock.HANDLERS,
        *listings.HANDLERS,
        *stock_rules.HANDLERS,
        *customers.HANDLERS,
        *customer_acts.HANDLERS,
        *customer_consent.HANDLERS,
        *push.HANDLERS,
        *data_requests.HANDLERS,
        *endpoints.HANDLERS,
        *endpoint_editing.HANDLERS,
        *endpoint_acts.HANDLERS,
        *endpoint_owner_link.HANDLERS,
        *deliveries.HANDLERS,
        *approvals.HANDLERS,
        *work.HANDLERS,
        *audit.HANDLERS,
        *notices.HANDLERS,
        *notifications.HANDLERS,
        *notification_preferences.HANDLERS,
        *paused_templates.HANDLERS,
        *message_texts.HANDLERS,
        *webhooks.HANDLERS,
    ),
]
