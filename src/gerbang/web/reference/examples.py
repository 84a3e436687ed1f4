"""A request of every operation that can be shown by one, sent by a test against a running service. Ids are made up; the test puts its own in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SHOP_URL: Final = "https://shop.example/hook"
# What stands for the parts of an address, by the name of the part.
IDS: Final[Mapping[str, str]] = {
    "payment": "pay_01KC3V9Q2M8RZ4T6W1X5Y7A9BC",
    "refund": "ref_01KC3VB6N4E2H8K0M3P5R7T9VX",
    "approval": "apr_01KC3VCA8G2J4M6P9R1T3W5Y7Z",
    "order": "ord_01KC3VM8R1T3W5Y7A9C2E4G6J8",
    "customer": "cus_01KC3VK4N6Q8S1V3X5Z7B9D2F4",
    "sku": "KOPI-250",
    "data_request": "dsr_01KC3VL6P8R1T3W5Y7A9C2E4G6",
    "endpoint": "ep_01KC3VD5T7W9Y1A3C5E7G9J2M4",
    "delivery": "dlv_01KC3VE9X2Z4B6D8F1H3K5N7Q9",
    "template": "payment_paid",
    "language": "en",
    "channel": "email",
    "version": "mtv_01KC3VL5P7R9T2W4Y6A8C1E3G5",
    "notification": "ntf_01KC3VF3B5D7F9H2K4N6Q8S1V3",
    "event": "evt_01KC3VG7F9H1K3M5P7R9T2W4Y6",
    "event_type": "payment.paid",
    "connection": "nicepay-uji",
    "key": "key_01KC3VH2K4N6Q8S1V3X5Z7B9D2",
    "user": "usr_01KC3VJ6P8R1T3W5Y7A9C2E4G6",
    "name": "service/nicepay-uji/merchant_key_card",
}


@dataclass(frozen=True, slots=True)
class Example:
    """One request: the parameters of its address and its body; `means` says what it asks for."""

    means: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    key: str = ""  # a key of its own: the same one at another route would be refused


EXAMPLES: Final[Mapping[str, Example]] = {
    # payments
    "createPayment": Example(
        "a bill by virtual account",
        body={
            "amount": 150_000,
            "currency": "IDR",
            "description": "Kopi Gayo 250 g",
            "order_reference": "LBG-1123-0417",
            "method": "virtual_account",
            "method_options": {"bank": "BCA"},
            "customer": {"name": "Sari Wulandari", "email": "sari@example.com"},
        },
        key="order-0417",
    ),
    "listPayments": Example("paid ones, newest first", {"status": "paid", "limit": "10"}),
    "readPayment": Example("with attempts and refunds"),
    "listAttempts": Example("every try to pay it"),
    "createAttempt": Example("by QRIS instead", body={"method": "qris"}, key="order-0417-qris"),
    "cancelPayment": Example("nobody will pay it"),
    "refreshPayment": Example("what the provider says now"),
    "sendPaymentLink": Example("by e-mail", key="order-0417-link"),
    "readTimeline": Example("from the first moment"),
    "listTransfers": Example("of a crypto payment"),
    "listPaymentMethods": Example("for Rp150.000", {"amount": "150000", "currency": "IDR"}),
    # refunds
    "createRefund": Example(
        "a part of it", body={"amount": 50_000, "reason": "One bag was torn"}, key="order-0417-torn-bag"
    ),
    "listRefunds": Example("newest first", {"limit": "10"}),
    "readRefund": Example("how far it is"),
    # orders
    "listOrders": Example("what is to be packed, newest first", {"status": "pending", "limit": "10"}),
    "listWaves": Example("newest first", {"limit": "10"}),
    # payouts of marketplaces
    "listPayouts": Example("what was paid, newest first", {"paid": "true", "limit": "10"}),
    "listSettlements": Example("what waits for a decision", {"status": "held"}),
    # customers
    "createCustomer": Example(
        "by your own id for them",
        body={
            "external_id": "C-20817",
            "name": "Sari Wulandari",
            "email": "sari@example.com",
            "phone": "081234567890",
            "locale": "id",
        },
        key="customer-20817",
    ),
    "listCustomers": Example("whoever has this address", {"email": "sari@example.com"}),
    "readCustomer": Example("with their preferences"),
    "changeCustomer": Example(
        "no more texts, please", body={"preferences": {"channels": {"sms": False}}, "locale": "en"}
    ),
    "createDataRequest": Example(
        "she wants no more reminders",
        body={"kind": "objection", "note": "Jangan kirim pengingat lagi"},
        key="objection-of-20817",
    ),
    "listDataRequests": Example("that wait", {"status": "open"}),
    "readDataRequest": Example("with its due date"),
    "completeDataRequest": Example("no more messages go out", body={"answer": "Sudah kami hentikan"}),
    "exportCustomer": Example("all that is kept about them"),
    "eraseCustomer": Example("they want to be forgotten"),
    # products
    "createProduct": Example(
        "coffee in bags",
        body={"sku": "KOPI-500", "name": "Kopi Gayo 500 g", "amount": 160_000, "currency": "IDR"},
        key="product-kopi-500",
    ),
    "listProducts": Example("newest first", {"limit": "10"}),
    "readProduct": Example("with its stock"),
    "changeProduct": Example("another name", body={"name": "Kopi Gayo 250 g, giling halus"}),
    "setStock": Example("what was counted this morning", body={"quantity": 64, "warehouse": "bantul"}),
    "setPrice": Example("it costs more now", body={"amount": 88_000, "currency": "IDR"}),
    "listMovements": Example("newest first", {"limit": "10"}),
    "listListings": Example("that are no product of yours", {"status": "unmapped"}),
    # what people who work here are told
    "readTeamNotificationPreferences": Example("by e-mail and chat"),
    "changeTeamNotificationPreferences": Example(
        "one mail a day about refunds",
        body={"choices": {"refunds": {"email": "daily"}}, "time_zone": "Asia/Jakarta"},
    ),
    # webhooks out
    "createEndpoint": Example(
        "for everything about payments and refunds",
        body={"url": SHOP_URL, "events": ["payment.*", "refund.*"]},
        key="endpoint-of-the-shop",
    ),
    "listEndpoints": Example("newest first"),
    "readEndpoint": Example("without its secret"),
    "changeEndpoint": Example("fewer events", body={"events": ["payment.paid"]}),
    "testEndpoint": Example("whether it hears us"),
    "listDeliveries": Example("those that failed", {"status": "failed"}),
    "readDelivery": Example("with what was sent and answered"),
    "listObjectDeliveries": Example("whether the shop heard of a payment", {"object": IDS["payment"]}),
    "cancelDelivery": Example("its receiver is gone"),
    "resendDelivery": Example("now, under the same event id"),
    "rotateEndpointSecret": Example("both sign for an hour", body={"overlap_s": 3600}),
    "deleteEndpoint": Example("no more of it"),
    # events
    "listEventTypes": Example("what there is to hear"),
    "readEventType": Example("with schema and example"),
    "readEventLog": Example("where it ends now"),
    # what happened
    "listMessageTexts": Example("all of them"),
    "readMessageText": Example("what the mail says when a payment is in"),
    "previewMessageText": Example(
        "in the shop's own words",
        body={
            "subject": "{{ amount }} is in",
            "body": "Dear {{ name }},\n\nYour {{ amount }} for {{ description }} is in.",
        },
    ),
    "saveMessageText": Example(
        "in the shop's own words",
        body={
            "subject": "{{ amount }} is in",
            "body": "Dear {{ name }},\n\nYour {{ amount }} for {{ description }} is in.",
        },
    ),
    "useOurMessageText": Example("what it said before"),
    "listNotifications": Example("what people were told", {"limit": "10"}),
    "listMessageTemplates": Example("those that are paused"),
    "listWebhookEvents": Example("what providers sent", {"limit": "10"}),
    "readWebhookEvent": Example("with its bytes"),
    "replayWebhookEvent": Example("what it would do now", body={"dry_run": True}),
    "listWebhookRejections": Example("what was not believed"),
    "listAccounts": Example("what is where"),
    "listPostings": Example("of one payment", {"payment": IDS["payment"]}),
    "listApprovals": Example("that wait", {"status": "pending"}),
    "listAudit": Example("who did what", {"limit": "10"}),
    # the house
    "listConnections": Example("providers in use"),
    "readConnection": Example("without its secrets"),
    "probeConnection": Example("whether it takes our keys"),
    "listSecrets": Example("names and versions"),
    "listUsers": Example("newest first"),
    "readUser": Example("by id"),
    "listApiKeys": Example("without their values"),
    "createApiKey": Example("for a shop's server", body={"name": "Web shop", "role": "developer"}),
    "revokeApiKey": Example("from now on"),
    "readMe": Example("whose key this is"),
    "healthz": Example("is it alive"),
    "readyz": Example("can it take payments"),
}
