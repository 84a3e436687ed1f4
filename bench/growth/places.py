"""What is asked in both databases: every GET of the policy table, plain and with every filter and pair of filters that it takes.

A new route, path part or filter that is not known here is an error: whoever adds one says what to ask for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final
from urllib.parse import urlencode

from bench.growth.filling import Known
from gerbang.web.policy_rows import Row

# Streams do not end; what they ask the database is a sweep of the process (announcements), measured with the idle worker.
_STREAMS: Final = frozenset({"/v1/events", "/v1/payments/{payment}/events", "/pay/{payment}/feed"})
_NO_DATABASE: Final = frozenset(
    {
        "/static/{version}/{name:path}",
        "/pay/worker.js",
        "/console/worker.js",
        "/docs",
        "/docs/search",
        "/docs/operations/{operation}",
        "/docs/clients",
        "/docs/clients/{file}",
        "/docs/{guide}",
    }
)
# Opened by a mailed link that is exchanged for a session, and ask what the console's pages of an endpoint ask; or by a marketplace, once.
_BY_SESSION: Final = frozenset(
    {"/owner/endpoint/{link}", "/owner/endpoint/{link}/deliveries/{delivery}", "/console/shops/callback"}
)
_SIGNED: Final = frozenset({"/unsubscribe/{message}/{token}"})  # the address is signed, and asks for one row by its key
_WHOLE: Final = frozenset(
    {"/v1/customers/{customer}/export"}
)  # all of one person's: as long as their own past, and no list
# What these answer is the marketplace's, asked at that moment; of the database they ask one order.
_OF_MARKETPLACES: Final = frozenset(
    {
        "/console/orders/{order}/label",
        "/console/orders/{order}/invoice",
        "/console/orders/{order}/cancel",
        "/v1/orders/{order}/cancel-options",
        "/v1/orders/{order}/documents",
        "/v1/orders/{order}/claims/{claim}/refusal-reasons",
    }
)
_NO_FILTERS: Final = frozenset({"limit", "cursor", "t"})  # what asks for a page of so many, and a payer's link
# Of each filter a value that half of the rows have, and one that hardly any has.
_WAYS: Final = {"method": ("virtual_account", "paylater"), "connection": ("shop-jakarta", "closed-shop")}
_FILTERS: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "/v1/payments": {
        "status": ("paid", "refunded", "pending", "held"),
        **_WAYS,
        "order_reference": ("donation", "{order_reference}"),
        "customer": ("{busiest_customer}", "{customer}"),
        "created_after": ("2020-01-01T00:00:00Z", "{created_at}"),
        "created_before": ("2030-01-01T00:00:00Z", "{created_at}", "2020-01-02T00:00:00Z"),
    },
    "/v1/orders": {
        "status": ("delivered", "unknown", "returned"),
        "channel": ("lazada", "own"),
        "connection": ("market", "market-2"),
        "shop": ("market-1", "market-2"),
        "external_id": ("O-1",),
        "created_after": ("2020-01-01T00:00:00Z", "{created_at}"),
        "created_before": ("2030-01-01T00:00:00Z", "{created_at}", "2020-01-02T00:00:00Z"),
    },
    "/v1/payouts": {
        "paid": ("true", "false"),
        "connection": ("market-1", "market-2"),
        "created_after": ("2020-01-01T00:00:00Z", "{created_at}"),
        "created_before": ("2030-01-01T00:00:00Z", "{created_at}", "2020-01-02T00:00:00Z"),
    },
    "/v1/payouts/{payout}/csv": {"after": ("{line}",)},
    "/console/payouts": {
        "paid": ("paid", "unpaid"),
        "connection": ("market-1", "market-2"),
        "after": ("2020-01-01",),
        "before": ("2030-01-01",),
    },
    "/console/settlements": {
        "status": ("noted", "held", "booked"),
        "kind": ("sale", "refund", "other"),
        "payout": ("{payout}",),
        "order": ("O-1",),
        "connection": ("market-1", "market-2"),
    },
    "/v1/settlements": {
        "payout": ("{payout}",),
        "order": ("O-1",),
        "connection": ("market-1", "market-2"),
        "kind": ("sale", "refund", "other"),
        "status": ("noted", "held", "booked"),
    },
    "/v1/customers": {
        "external_id": ("C-1",),
        "email": ("budi@example.com",),
        "phone": ("+6281200000005",),
        "created_after": ("2020-01-01T00:00:00Z", "{created_at}"),
        "created_before": ("2030-01-01T00:00:00Z", "{created_at}", "2020-01-02T00:00:00Z"),
    },
    "/v1/products": {"sku": ("KOPI-250", "SKU-50")},
    "/v1/listings": {"connection": ("market-1", "market-2"), "status": ("unmapped", "different", "pending")},
    "/console/stock": {"sku": ("KOPI-250", "SKU-50")},
    "/console/listings": {"status": ("unmapped", "different", "pending"), "connection": ("market-1", "market-2")},
    "/v1/data-requests": {
        "status": ("completed", "open"),
        "kind": ("access", "objection"),
        "customer": ("{customer}",),
    },
    "/v1/refunds": {
        "status": ("succeeded", "unknown"),
        "payment": ("{payment}",),
        "created_after": ("2020-01-01T00:00:00Z", "{created_at}"),
        "created_before": ("2030-01-01T00:00:00Z", "{created_at}", "2020-01-02T00:00:00Z"),
    },
    "/console/refunds": {
        "status": ("succeeded", "unknown"),
        "payment": ("{payment}",),
        "after": ("2020-01-01",),
        "before": ("2030-01-01",),
    },
    "/v1/approvals": {"status": ("approved", "pending", "refused")},
    "/console/work": {
        "kind": (
            "approval",
            "transfer",
            "surplus",
            "held",
            "disputed",
            "unknown",
            "doubt",
            "failed",
            "late",
            "duplicate",
            "foreign",
            "settlement_line",
            "data_request",
        ),
    },
    "/console/payments": {
        "status": ("paid", "held"),
        **_WAYS,
        "order_reference": ("donation", "{order_reference}"),
        "customer": ("{busiest_customer}", "{customer}"),
        "after": ("2020-01-01",),
        "before": ("2030-01-01",),
    },
    "/console/orders": {
        "status": ("delivered", "unknown"),
        "shop": ("market-1", "market-2", "own"),
        "external_id": ("O-1",),
        "after": ("2020-01-01",),
        "before": ("2030-01-01",),
    },
    "/console/claims": {"status": ("waiting",), "shop": ("market-1", "market-2")},
    "/console/customers": {
        "external_id": ("C-1",),
        "email": ("budi@example.com",),
        "phone": ("+6281200000005",),
        "after": ("2020-01-01",),
        "before": ("2030-01-01",),
    },
    "/v1/webhook-events": {
        "source": ("shop-jakarta", "closed-shop"),
        "type": ("notification", "account.closed"),
        "status": ("done", "parked", "new"),
        "verified": ("true",),
        "received_after": ("2020-01-01T00:00:00Z", "{created_at}", "2030-01-01T00:00:00Z"),
    },
    "/console/webhooks": {
        "source": ("shop-jakarta", "closed-shop"),
        "type": ("notification", "account.closed"),
        "status": ("done", "parked"),
    },
    "/v1/notifications": {
        "status": ("sent", "failed", "queued"),
        "template": ("payment_paid", "payment_retracted"),
        "payment": ("{payment}",),
    },
    "/console/notices": {"status": ("unread",), "type": ("payment.overpaid", "endpoint.disabled")},
    "/v1/audit": {
        "action": ("payment.created", "payment.cancelled"),
        "object": ("connection:closed-shop", "connection:shop-jakarta"),
    },
    "/console/audit": {
        "subject": ("payments", "connections"),
        "actor": ("key:bench", "user:seldom"),
        "action": ("payment.created", "payment.cancelled"),
        "object": ("connection:shop-jakarta", "connection:closed-shop"),
        "after": ("2020-01-01", "2030-01-01T00:00"),
        "before": ("2030-01-01T00:00", "2020-01-02"),
    },
    "/v1/event-log": {"after": ("0-" + "0" * 32,), "events": ("payment.*",), "wait_s": ("0",)},
    "/v1/endpoints/{endpoint}/deliveries": {"status": ("succeeded", "failed", "pending")},
    "/v1/deliveries": {"object": ("{payment}",)},
    "/console/endpoints/{endpoint}": {"status": ("succeeded", "failed")},
    "/v1/ledger/postings": {"payment": ("{payment}",)},
    "/v1/payment-methods": {"amount": ("50000",), "currency": ("IDR",)},
    "/console/find": {"q": ("{order_reference}", "{payment}", "{refund}", "{event}")},
}
# Sets of filters that are larger than a pair: what each of them leaves is common, and what all leave is rare.
_MORE: Final[Mapping[str, Sequence[Mapping[str, str]]]] = {
    "/v1/payments": (
        {"status": "held", "method": "virtual_account", "connection": "shop-jakarta"},
        {"status": "paid", "method": "paylater", "order_reference": "donation"},
        {"method": "virtual_account", "connection": "closed-shop", "order_reference": "donation"},
        {"method": "paylater", "connection": "shop-jakarta", "created_after": "2020-01-01T00:00:00Z"},
    ),
    "/v1/webhook-events": ({"source": "shop-jakarta", "type": "notification", "status": "parked"},),
}
_REQUIRED: Final = frozenset({"/v1/ledger/postings", "/v1/payment-methods", "/v1/deliveries"})


def every(
    table: Sequence[Row], document: Mapping[str, Any], known: Known, links: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Every question by a name, and the address that is sent; `links` are tokens by the first part of the page's address.

    Raises KeyError for what nobody said how to ask for.
    """
    values = known.places() | {"order_reference": known.order_reference, "created_at": known.created_at.isoformat()}
    for row in table:
        if (
            row.method == "GET"
            and row.path not in _STREAMS | _NO_DATABASE | _BY_SESSION | _SIGNED | _WHOLE | _OF_MARKETPLACES
        ):
            path = re.sub(r"\{(\w+)\}", lambda part: values[part[1]], row.path)
            link = {"t": links[kind]} if (kind := row.path.split("/")[1]) in links else {}
            for chosen in _questions(row.path, _documented(document, row.path)):
                query = urlencode({name: value.format(**values) for name, value in chosen.items()} | link)
                yield f"GET {row.path} {urlencode(chosen)}".strip(), f"{path}?{query}" if query else path


def _documented(document: Mapping[str, Any], path: str) -> Sequence[str]:
    """The names of the filters that the OpenAPI document tells of."""
    parameters = document["paths"].get(path, {}).get("get", {}).get("parameters", ())
    return [one["name"] for one in parameters if one["in"] == "query" and one["name"] not in _NO_FILTERS]


def _questions(path: str, documented: Sequence[str]) -> Iterator[Mapping[str, str]]:
    filters = _FILTERS.get(path, {})
    if unknown := set(documented) - set(filters):
        raise KeyError(f"bench/growth/places.py: what is asked of GET {path} by {sorted(unknown)}?")
    if path in _REQUIRED:
        yield {name: values[0] for name, values in filters.items()}
        return
    yield {}
    for name, values in filters.items():
        yield from ({name: value} for value in values)
    for (one, ones), (other, others) in combinations(
        filters.items(), 2
    ):  # a common value of one with a rare one of the other
        yield {one: ones[0], other: others[-1]}
        yield {one: ones[-1], other: others[0]}
    yield from _MORE.get(path, ())
