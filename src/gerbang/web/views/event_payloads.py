"""What outgoing webhooks say of objects: whole, as the API renders them, but for what names a person or lets whoever holds it act. Pure but for the reading."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.catalogue.service import load_products
from gerbang.core.customers.service import load_customers
from gerbang.core.endpoints.model import Endpoint
from gerbang.core.endpoints.queueing import Payload, Payloads
from gerbang.core.endpoints.service import load_endpoints
from gerbang.core.payments.model import PAYMENT, PaymentDetail, Refund
from gerbang.core.payments.provider_calls import load_readable
from gerbang.core.payments.refunds.loading import load_refunds
from gerbang.web.views.customers import customer_payload
from gerbang.web.views.payment_steps import steps_for
from gerbang.web.views.payments import Steps, no_steps, payment_view
from gerbang.web.views.products import product_payload
from gerbang.web.views.refunds import refund_view

REFUND: Final = "refund"
MOST_PARTS: Final = 20
MOST_BYTES: Final = 250_000  # and what stands around it stays below 256 kB
_LISTS: Final = ("attempts", "refunds")
_CUT: Final = (*_LISTS, "items")
_OPTIONS: Final = frozenset({"bank", "store", "wallet", "asset", "network", "lender"})  # others may be a payer's number


class EndpointTold(msgspec.Struct, frozen=True):
    """An endpoint as other endpoints hear of it: its address may hold a token, so of that only the host."""

    object: Literal["endpoint"]
    url: str
    id: str
    host: str
    description: str
    events: Sequence[str]
    include: Sequence[str]
    enabled: bool
    disabled_reason: str | None
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime


def payments(shop: str) -> Payloads:
    """Payments by id, with instructions that name the shop; one that cannot be read is left out."""
    steps = steps_for(shop)

    async def shown(tx: Tx, wanted: Sequence[UUID]) -> Mapping[UUID, Payload]:
        return {
            id_: Payload(payment_payload(details, steps), partial(payment_payload, details, steps, personal=True))
            for id_, details in (await load_readable(tx, wanted)).items()
        }

    return shown


async def refunds(tx: Tx, wanted: Sequence[UUID]) -> Mapping[UUID, Payload]:
    """Refunds by id. Where one goes is told to nobody: an endpoint cannot be somebody who transfers."""
    return {
        id_: Payload(refund_payload(refund, others))
        for id_, (refund, others) in (await load_refunds(tx, wanted)).items()
    }


async def customers(tx: Tx, wanted: Sequence[UUID]) -> Mapping[UUID, Payload]:
    """Customers by id, erased ones too."""
    return {
        one.id: Payload(customer_payload(one), partial(customer_payload, one, personal=True))
        for one in await load_customers(tx, wanted)
    }


async def products(tx: Tx, wanted: Sequence[UUID]) -> Mapping[UUID, Payload]:
    """Products by id, with their stock."""
    return {one.id: Payload(product_payload(one)) for one in await load_products(tx, wanted)}


async def endpoints(tx: Tx, wanted: Sequence[UUID]) -> Mapping[UUID, Payload]:
    """Endpoints by id, deleted ones too."""
    return {one.id: Payload(endpoint_payload(one)) for one in await load_endpoints(tx, wanted)}


def payment_payload(details: PaymentDetail, steps: Steps = no_steps, *, personal: bool = False) -> Mapping[str, Any]:
    """A payment without its payer's name and addresses, unless it is `personal`, and without its link. Attempts and refunds are the newest twenty:
    `truncated` says that there are more, and `url` where all of them are.
    """
    shown: dict[str, Any] = msgspec.to_builtins(payment_view(details, checkout_url=None, steps=steps))
    shown["truncated"] = any(len(shown[one]) > MOST_PARTS for one in _LISTS)
    del shown["checkout_url"]
    shown |= {one: sorted(shown[one], key=lambda part: str(part["created_at"]))[-MOST_PARTS:] for one in _LISTS}
    if not personal:
        shown["customer"] = {"id": shown["customer"]["id"]}
        for attempt in shown["attempts"]:
            attempt["method_options"] = {k: v for k, v in attempt["method_options"].items() if k in _OPTIONS}
    return _fitted({"object": PAYMENT, "url": f"/v1/payments/{shown['id']}", **shown})


def refund_payload(refund: Refund, others: Sequence[Refund] = ()) -> Mapping[str, Any]:
    """A refund without where it goes."""
    shown: dict[str, Any] = msgspec.to_builtins(refund_view(refund, others=others))
    del shown["destination"]
    return {"object": REFUND, "url": f"/v1/refunds/{shown['id']}", **shown}


def endpoint_payload(one: Endpoint) -> EndpointTold:
    """An endpoint as others hear of it."""
    shown = ids.show("ep", one.id)
    return EndpointTold(
        object="endpoint",
        url=f"/v1/endpoints/{shown}",
        id=shown,
        host=urlsplit(one.url).netloc,
        description=one.description,
        events=one.events,
        include=one.include,
        enabled=one.disabled is None,
        disabled_reason=one.disabled.value if one.disabled else None,
        failing_since=one.failing_since,
        created_at=one.created_at,
        updated_at=one.updated_at,
    )


def _fitted(shown: dict[str, Any]) -> Mapping[str, Any]:
    """A payload that is small enough whatever a provider said: where texts are very long fewer parts are sent, and then none of their words."""
    while len(msgspec.json.encode(shown)) > MOST_BYTES and any(shown[one] for one in _CUT):
        shown |= {one: shown[one][(len(shown[one]) + 1) // 2 :] for one in _CUT} | {"truncated": True}
    if len(msgspec.json.encode(shown)) > MOST_BYTES:
        shown |= {"next_action": None, "failure": None}
    return shown
