"""The types of what the API takes and answers. Made by `make sdk` from the OpenAPI document: change nothing here by hand."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

Line: TypeAlias = str


class AcceptClaimBody(TypedDict):
    """
    A cancel, a return, or money back is agreed to. `confirm_amount`: the amount of a held claim was compared with the seller centre.
    """

    lines: NotRequired[list[Line] | None]
    confirm_amount: NotRequired[bool]


class Account(TypedDict):
    account: str
    currency: str
    debit: int | str
    credit: int | str
    balance: int | str


class AccountList(TypedDict):
    data: list[Account]
    next_cursor: NotRequired[str | None]


class Address(TypedDict):
    name: str
    phone: str
    lines: list[str]
    city: str
    post_code: str
    country: str


class Approval(TypedDict):
    id: str
    status: str
    refund: str
    payment: str
    amount: int | str
    currency: str
    reason: str
    destination_version: int
    requested_by: str
    requested_at: str
    expires_at: str
    decided_by: str | None
    decided_at: str | None
    note: str
    fingerprint: NotRequired[str | None]


class ApprovalList(TypedDict):
    data: list[Approval]
    next_cursor: NotRequired[str | None]


class ApproveBody(TypedDict):
    """
    A second person agrees. `fingerprint`: that of the approval as the person saw it; without it, the destination must be the one that it
        was asked for with.
    """

    fingerprint: NotRequired[str | None]
    note: NotRequired[str]


class Asset(TypedDict):
    asset: str
    network: str
    title: str
    fee_hint: str
    amount: str


class AttemptCustomerBody(TypedDict):
    """
    What is new about the payer with this attempt; what is left out stays.
    """

    phone: NotRequired[str]
    ip: NotRequired[str]


AttemptStatus: TypeAlias = Literal[
    "created", "submitting", "pending", "captured", "failed", "expired", "cancelled", "abandoned", "unknown", "held"
]


class AuditEntry(TypedDict):
    id: str
    happened_at: str
    actor: str
    action: str
    object: str
    request_id: str | None
    detail: dict[str, Any]


class AuditEntryList(TypedDict):
    data: list[AuditEntry]
    next_cursor: NotRequired[str | None]


class Buyer(TypedDict):
    id: str
    customer: str | None
    name: str
    email: str
    phone: str
    billing: Address
    shipping: Address
    tax_number: str
    note: str


Item: TypeAlias = str


class CancelItemsBody(TypedDict):
    """
    `reason` is the id of one of `cancel-options`.
    """

    reason: str
    items: NotRequired[list[Item] | None]


class CancelReason(TypedDict):
    id: str
    text: str
    empties_stock: bool


class CancelRequest(TypedDict):
    claim: str
    decide_by: str | None


class Channels(TypedDict):
    email: bool
    sms: bool
    whatsapp: bool
    push: bool


class ChannelsBody(TypedDict):
    """
    On which channels they are written to; what is left out stays as it is, and is on for a new customer. A text goes only to who agreed to texts.
    """

    email: NotRequired[bool]
    sms: NotRequired[bool]
    whatsapp: NotRequired[bool]
    push: NotRequired[bool]


class ChooseMethod(TypedDict):
    type: Literal["choose_method"]


ClaimKind: TypeAlias = Literal["cancel", "return", "refund"]


ClaimStatus: TypeAlias = Literal[
    "requested", "coming_back", "received", "refunding", "refunded", "refused", "withdrawn", "done", "unknown"
]


Cod: TypeAlias = Literal["collected", "owed", "refused", "remitted"]


class CodBody(TypedDict):
    """
    `collected` by whoever brings it, `remitted` to your bank, or `refused` by the buyer.
    """

    status: Cod


class CodeSteps(TypedDict):
    store: str
    code: str
    steps: NotRequired[list[str]]
    type: Literal["display_code"]


class CompleteBody(TypedDict):
    """
    What they were answered.
    """

    answer: NotRequired[str]


class Component(TypedDict):
    sku: str
    quantity: int


class ConnectionChangeBody(TypedDict):
    """
    What is absent stays as it is; `settings` and `secrets` are replaced as a whole. `probe` as for a new one.
    """

    settings: NotRequired[dict[str, str] | None]
    secrets: NotRequired[dict[str, str] | None]
    enabled: NotRequired[bool | None]
    probe: NotRequired[bool]


class Consent(TypedDict):
    phone: str
    text: str
    where: str
    at: str


class ConsentBody(TypedDict):
    """
    That somebody agreed to messages to their phone: the words that they agreed to, and where they stood; now, unless `at` says when. Told of a customer, or with
        a payment that names one, it counts for all their payments to that number.
    """

    text: str
    where: str
    at: NotRequired[str | None]


class CustomerBody(TypedDict):
    """
    Who pays. `id` is a customer (cus_…), or a registered user (usr_…), who then sees the payment as their own. `external_id` is your own id for a customer,
        who is made with the payment where there is none. What is left out is taken from what is known of them; telling more here changes no customer.
    """

    id: NotRequired[str | None]
    external_id: NotRequired[str | None]
    name: NotRequired[str]
    email: NotRequired[str]
    phone: NotRequired[str]
    locale: NotRequired[Literal["en", "id"] | None]
    ip: NotRequired[str]
    sms_consent: NotRequired[ConsentBody | None]
    whatsapp_consent: NotRequired[ConsentBody | None]


DataRequestKind: TypeAlias = Literal["access", "erasure", "objection", "rectification"]


DataRequestStatus: TypeAlias = Literal["open", "completed", "refused", "ended_by_erasure"]


class DecideLineBody(TypedDict):
    """
    `book` puts the line into the ledger with `amount`, minor units with the sign of the line; as it was told without one. `set_aside` says that it moves no money.
    """

    decision: Literal["book", "set_aside"]
    amount: NotRequired[int | None]


class DeliveryAttempt(TypedDict):
    at: str
    status_code: int | None
    duration_ms: int
    error: str | None
    address: str
    timings: dict[str, int | None]


DeliveryStatus: TypeAlias = Literal["cancelled", "failed", "pending", "succeeded"]


class Destination(TypedDict):
    bank: NotRequired[str]
    account: NotRequired[str]
    name: NotRequired[str]
    address: NotRequired[str]
    network: NotRequired[str]
    asset: NotRequired[str]
    amount: NotRequired[str]
    version: NotRequired[int]
    named_by: NotRequired[str]
    named_at: NotRequired[str | None]
    link_issued_by: NotRequired[str]


class DestinationBody(TypedDict):
    """
    A bank account of the payer's: `bank`, `account`, `name`. Or `address` alone, where crypto goes back on the network it came on.
    """

    bank: NotRequired[str]
    account: NotRequired[str]
    name: NotRequired[str]
    address: NotRequired[str]


class Device(TypedDict):
    id: str
    payment: str
    connection: str


class DeviceBody(TypedDict):
    """
    `token` is what Firebase gives the app; `connection` is the first that reaches apps unless it is named.
    """

    token: str
    connection: NotRequired[str | None]


Difference: TypeAlias = Literal["none", "no_lines", "held_lines", "other_currency", "lines_differ"]


DisabledReason: TypeAlias = Literal["by_hand", "gone", "failing"]


class DisplayQr(TypedDict):
    content: str
    type: Literal["display_qr"]


Event: TypeAlias = str


IncludeItem: TypeAlias = str


class ErasedPart(TypedDict):
    rows: int
    waiting: int


class Erasure(TypedDict):
    customer: str
    erased: dict[str, ErasedPart]
    kept: dict[str, str]


class Event1(TypedDict):
    id: str
    type: str
    object: str | None
    payment: str | None
    sequence: int
    created_at: str
    data: Any


class EventAddress(TypedDict):
    """
    A person and a place; the marketplace may have masked any of it.
    """

    name: str
    phone: str
    lines: list[str]
    city: str
    post_code: str
    country: str


EventAttemptStatus: TypeAlias = Literal[
    "abandoned", "cancelled", "captured", "created", "expired", "failed", "held", "pending", "submitting", "unknown"
]


class EventBuyer(TypedDict):
    """
    Who buys, and where it goes. Of one who was erased all is empty but the customer's id.
    """

    id: str
    customer: str | None
    name: str
    email: str
    phone: str
    billing: EventAddress
    shipping: EventAddress
    tax_number: str
    note: str


class EventCancelRequest(TypedDict):
    """
    The buyer wants to cancel the item: without an answer by `decide_by` it is cancelled.
    """

    claim: str
    decide_by: str | None


class EventChannels(TypedDict):
    """
    On which channels they are written to.
    """

    email: bool
    sms: bool
    whatsapp: bool
    push: bool


class EventChooseMethod(TypedDict):
    """
    The payer has to choose how to pay: on the page behind `checkout_url`, or by POST …/attempts.
    """

    type: Literal["choose_method"]


EventClaimKind: TypeAlias = Literal["cancel", "refund", "return"]


EventClaimStatus: TypeAlias = Literal[
    "coming_back", "done", "received", "refunded", "refunding", "refused", "requested", "unknown", "withdrawn"
]


EventCod: TypeAlias = Literal["collected", "owed", "refused", "remitted"]


class EventCodeSteps(TypedDict):
    type: Literal["display_code"]
    store: str
    code: str
    steps: NotRequired[list[str]]


class EventComponent(TypedDict):
    """
    How many of a product are in one unit of a bundle.
    """

    sku: str
    quantity: int


class EventConsent(TypedDict):
    """
    That the customer agreed to be written to at this number: when, in which words, and where they stood.
    """

    phone: str
    text: str
    where: str
    at: str


class EventDestination(TypedDict):
    """
    A bank account, or for crypto an `address` on `network` that `amount` base units of `asset` are due to. `version` grows with every
        change; `named_by` is `payer:…`, `user:…` or `key:…`, and `link_issued_by` who made the payer's link, if it was not the mailed one.
    """

    bank: NotRequired[str]
    account: NotRequired[str]
    name: NotRequired[str]
    address: NotRequired[str]
    network: NotRequired[str]
    asset: NotRequired[str]
    amount: NotRequired[str]
    version: NotRequired[int]
    named_by: NotRequired[str]
    named_at: NotRequired[str | None]
    link_issued_by: NotRequired[str]


EventDifference: TypeAlias = Literal["held_lines", "lines_differ", "no_lines", "none", "other_currency"]


class EventDisplayQr(TypedDict):
    type: Literal["display_qr"]
    content: str


class EventEndpointTold(TypedDict):
    """
    An endpoint as other endpoints hear of it: its address may hold a token, so of that only the host.
    """

    object: Literal["endpoint"]
    url: str
    id: str
    host: str
    description: str
    events: list[str]
    include: list[str]
    enabled: bool
    disabled_reason: str | None
    failing_since: str | None
    created_at: str
    updated_at: str


class EventFailure(TypedDict):
    """
    `code` is stable and the same for every provider; `detail` and `provider_code` are the provider's own words and code (empty when it
        gave none); `payer_message` may be shown to the payer as it is, in the payer's language.
    """

    code: str
    detail: str
    provider_code: str
    payer_message: str


EventFeeKind: TypeAlias = Literal[
    "adjustment",
    "cash_on_delivery",
    "commission",
    "failed_delivery",
    "other",
    "payment_fee",
    "payout",
    "platform_voucher",
    "refund",
    "sale",
    "seller_voucher",
    "shipping_charged",
    "shipping_paid_by_buyer",
    "shipping_subsidy",
]


EventFulfilment: TypeAlias = Literal["carrier", "digital", "marketplace", "own_fleet", "pickup"]


EventGroup: TypeAlias = Literal[
    "blockchains",
    "claims",
    "endpoint_security",
    "endpoints_failing",
    "message_templates",
    "money_held",
    "money_unexpected",
    "open_work",
    "orders",
    "refund_destinations",
    "refunds",
    "security",
    "settlements",
    "shops",
]


EventItemStatus: TypeAlias = Literal[
    "cancelled",
    "damaged",
    "delivered",
    "failed",
    "lost",
    "packed",
    "pending",
    "ready_to_ship",
    "repacked",
    "returned",
    "returning",
    "scrapped",
    "shipped",
    "unknown",
    "unpaid",
]


class EventKindSum(TypedDict):
    """
    What the lines of one kind come to, above 0 for what the marketplace owes.
    """

    kind: EventFeeKind
    amount: int
    lines: int


class EventLineOutcome(TypedDict):
    """
    What became of one line. Where it was not answered: the marketplace's code and words, or ours.
    """

    line: str
    done: bool
    code: str | None
    reason: str | None


EventMethod: TypeAlias = Literal[
    "card", "convenience_store", "crypto", "direct_debit", "ewallet", "paylater", "qris", "virtual_account"
]


EventOperationStatus: TypeAlias = Literal["done", "not_done", "partly_done", "requested", "sending"]


class EventOrderItem(TypedDict):
    """
    An item: one unit where a marketplace counts so. `price` is the list price of one, `paid` what the buyer pays for it after vouchers.
        `said` is the marketplace's own word for where it stands, `ship_by` when it must be ready.
    """

    id: str
    external_id: str
    sku: str
    name: str
    variation: str
    quantity: int
    price: int
    paid: int
    currency: str
    status: EventItemStatus
    said: str
    package: str | None
    tracking: str | None
    carrier: str | None
    warehouse: str
    fulfilment: EventFulfilment
    preorder: bool
    ship_by: str | None
    invoice_number: str | None
    reason: str | None
    cancel_request: EventCancelRequest | None


class EventPackage(TypedDict):
    """
    A parcel: the marketplace's id of it, and which items are in it.
    """

    id: str
    tracking: str | None
    carrier: str | None
    items: list[str]


class Customer1(TypedDict):
    id: str | None
    name: NotRequired[str]
    email: NotRequired[str]
    phone: NotRequired[str]
    locale: NotRequired[str | None]


EventPaymentStatus: TypeAlias = Literal[
    "cancelled",
    "created",
    "disputed",
    "expired",
    "failed",
    "held",
    "paid",
    "part_paid",
    "partially_refunded",
    "pending",
    "refunded",
    "unknown",
]


class EventPayoutTold(TypedDict):
    """
    A payout as endpoints hear of it.
    """

    object: Literal["payout"]
    url: str
    id: str
    connection: str
    statement: str
    amount: int
    currency: str
    paid: bool
    opening: int
    sums: list[EventKindSum]
    held: int
    difference: int
    difference_why: EventDifference
    kept_back: int
    changed_at: str | None
    made_on: str | None
    created_at: str
    paid_at: str | None


class EventPreferences(TypedDict):
    """
    How the customer wants to be written to, which is no consent to be: `messages` says of each message on which channels they want it, and counts on
        `channels` that are on; nothing is sent where they `stopped` it, but for what guards their money (`refund_destination`). `quiet_hours` as `21:00-07:00`, or `none`, in
        `time_zone`; null: the shop's.
    """

    channels: EventChannels
    messages: dict[str, dict[str, bool]]
    stopped: bool
    stopped_at: str | None
    quiet_hours: str | None
    time_zone: str | None


class EventQuote(TypedDict):
    """
    `rate`: how much of the price's currency one whole asset is worth.
    """

    rate: str
    source: str
    expires_at: str


class EventRedirect(TypedDict):
    type: Literal["redirect"]
    url: str


EventRefundStatus: TypeAlias = Literal["awaiting_transfer", "failed", "requested", "submitted", "succeeded", "unknown"]


class EventRefundTold(TypedDict):
    """
    A refund. `related_refunds`: the others that the same request made, because the money had come over several attempts.
        `approval`: `not_needed`, `pending`, `approved`, `refused` or `expired`.
    """

    object: Literal["refund"]
    url: str
    id: str
    payment: str
    attempt: str
    amount: int | str
    currency: str
    status: EventRefundStatus
    reason: str
    provider_reference: str | None
    failure: str | None
    created_at: str
    updated_at: str
    requested_by: str
    related_refunds: list[str]
    approval: str


class EventStock(TypedDict):
    """
    What stands in one warehouse: `quantity` with what is `reserved` for orders, and how many are still `available`. `fulfilled_by` names the shop whose marketplace keeps it, which
        is only read; null: it is ours. Of a bundle only `available` is counted.
    """

    warehouse: str
    quantity: int | None
    reserved: int | None
    available: int
    fulfilled_by: str | None


class EventTestTold(TypedDict):
    """
    Which endpoint it is.
    """

    object: Literal["endpoint"]
    id: str


class EventType(TypedDict):
    type: str
    object: str | None
    description: str
    by_webhook: bool


class EventTypes(TypedDict):
    data: list[EventType]


class EventVirtualAccountSteps(TypedDict):
    type: Literal["display_virtual_account"]
    bank: str
    number: str
    steps: NotRequired[list[str]]


class EventWait(TypedDict):
    """
    Nothing to show: the payer acts elsewhere, in an app for one.
    """

    type: Literal["wait"]


class Export(TypedDict):
    customer: str
    data: dict[str, list[dict[str, Any]]]
    kept: dict[str, str]


class Failure(TypedDict):
    code: str
    detail: str
    provider_code: str
    payer_message: str


FeeKind: TypeAlias = Literal[
    "sale",
    "commission",
    "payment_fee",
    "shipping_paid_by_buyer",
    "shipping_charged",
    "shipping_subsidy",
    "platform_voucher",
    "seller_voucher",
    "refund",
    "cash_on_delivery",
    "failed_delivery",
    "payout",
    "adjustment",
    "other",
]


Frequency: TypeAlias = Literal["at_once", "daily", "hourly", "never"]


Fulfilment: TypeAlias = Literal["carrier", "own_fleet", "marketplace", "digital", "pickup"]


class Import(TypedDict):
    id: str
    connection: str
    status: Literal["running", "finished", "failed"]
    makes_products: bool
    variants: int
    added: int
    mapped: int
    made: int
    unreadable: int
    cut: bool
    said: str | None
    created_at: str
    finished_at: str | None


class ImportBody(TypedDict):
    """
    `makes_products`: what is no product of yours yet becomes one under its seller SKU, with its name, price and, as the first count, what can be sold of it and what its open orders hold.
    """

    makes_products: NotRequired[bool]


class InvoiceNumberBody(TypedDict):
    """
    The number of the invoice that the buyer gets with the order.
    """

    number: str


class ItemOutcome(TypedDict):
    item: str
    done: bool
    code: str | None
    reason: str | None


ItemStatus: TypeAlias = Literal[
    "unpaid",
    "pending",
    "packed",
    "repacked",
    "ready_to_ship",
    "shipped",
    "delivered",
    "cancelled",
    "returning",
    "returned",
    "failed",
    "lost",
    "damaged",
    "scrapped",
    "unknown",
]


class ItemsBody(TypedDict):
    items: NotRequired[list[Item] | None]


class Keys(TypedDict):
    secret: str | None
    public_key: str | None


class KindSum(TypedDict):
    kind: FeeKind
    amount: int
    lines: int


class LineFault(TypedDict):
    line: int
    detail: str


class LineOutcome(TypedDict):
    line: str
    done: bool
    code: str | None
    reason: str | None


LineStatus: TypeAlias = Literal["booked", "held", "noted"]


class Link(TypedDict):
    url: str


class LoggedEvent(TypedDict):
    place: str
    resent: bool
    event: Event1
    message: str | None


class LoginBody(TypedDict):
    email: str
    password: str


class LogoutBody(TypedDict):
    """
    `refresh_token` ends its session when the access token has run out.
    """

    refresh_token: NotRequired[str | None]


class MappingBody(TypedDict):
    """
    Which product of yours it is; null: none.
    """

    sku: str | None


class MappingFileBody(TypedDict):
    """
    Which product of yours each seller SKU of the shop is.
    """

    csv: str
    dry_run: NotRequired[bool]


class MappingReport(TypedDict):
    lines: int
    changed: int
    unchanged: int
    faults: list[LineFault]
    applied: bool


class MessageTemplate(TypedDict):
    connection: str
    template: str
    language: str
    recategorised: bool
    why: str
    since: str
    left_at: str | None


class MessageTemplateList(TypedDict):
    data: list[MessageTemplate]
    next_cursor: NotRequired[str | None]


class MessageTextBody(TypedDict):
    """
    A text in the small template language: `{{ name }}`, `{% if name %} … {% endif %}`, and in a mail `{% for item, price in items %} … {% endfor %}`. A text to a
        phone has no `subject`.
    """

    body: str
    subject: NotRequired[str]


class MessageTextVersion(TypedDict):
    id: str
    version: int
    source: Literal["shop", "ours"]
    subject: str
    body: str
    needs: list[str]
    approval: Literal["not_needed", "pending", "approved", "refused", "withdrawn"]
    saved_by: str
    saved_at: str
    decided_by: str | None
    decided_at: str | None
    note: str
    failed_at: str | None
    failed_why: str


class Missing(TypedDict):
    sku: str
    quantity: int


class Movement(TypedDict):
    id: str
    warehouse: str
    kind: Literal["set", "reserved", "released", "expired", "shipped"]
    change: int
    quantity: int
    reserved: int
    owner: str | None
    actor: str
    created_at: str


class MovementList(TypedDict):
    data: list[Movement]
    next_cursor: NotRequired[str | None]


class NameDestinationBody(TypedDict):
    """
    Where a refund is to go. `version`: the one that this replaces, 0 for none; without it, only where none was named yet.
    """

    bank: NotRequired[str]
    account: NotRequired[str]
    name: NotRequired[str]
    address: NotRequired[str]
    version: NotRequired[int]


class NewConnectionBody(TypedDict):
    """
    The provider is asked once whether it takes the account, and a clear no is refused; `probe` false saves it unasked. A shop of a marketplace is
        best made by its seller, from the app's page in the console; with tokens from elsewhere it is made here, with its app as `parent`.
    """

    id: str
    provider: str
    livemode: bool
    settings: NotRequired[dict[str, str]]
    secrets: NotRequired[dict[str, str]]
    parent: NotRequired[str | None]
    probe: NotRequired[bool]


class NewDataRequestBody(TypedDict):
    """
    `kind`: to see what is kept (`access`), to correct it (`rectification`), to be written to no more (`objection`), to be forgotten (`erasure`). `note` is
        what they said; `received_at` when, now unless it is given.
    """

    kind: DataRequestKind
    note: NotRequired[str]
    received_at: NotRequired[str | None]


Event2: TypeAlias = str


class NewProductBody(TypedDict):
    """
    A product of yours; one with `components` is a bundle. `amount` and `currency` together are its price.
    """

    sku: str
    name: str
    amount: NotRequired[int | None]
    currency: NotRequired[
        Literal["AUD", "CNY", "EUR", "GBP", "HKD", "IDR", "JPY", "KRW", "MYR", "PHP", "SGD", "THB", "USD", "VND"] | None
    ]
    components: NotRequired[dict[str, int]]


Order: TypeAlias = str


class NewWaveBody(TypedDict):
    """
    Without `orders` it takes what waits to be packed, the nearest deadline first; `shop` is the connection below an app. `shipment_provider` only where the shop
        chooses its carrier.
    """

    orders: NotRequired[list[Order] | None]
    shop: NotRequired[str | None]
    status: NotRequired[Literal["pending"] | None]
    ship_by_before: NotRequired[str | None]
    limit: NotRequired[int]
    shipment_provider: NotRequired[str | None]


class NotificationPreferencesBody(TypedDict):
    """
    What to change; what is left out stays. `choices` is by group and channel, as `{"refunds": {"email": "daily"}}`; a null `chat` is none, of the
        team the first that is connected. The `language` is chosen for the team alone: a person's is the account's.
    """

    choices: NotRequired[dict[str, dict[str, Frequency]]]
    quiet_hours: NotRequired[str | None]
    time_zone: NotRequired[str | None]
    language: NotRequired[str]
    chat: NotRequired[str | None]


NotificationStatus: TypeAlias = Literal["queued", "accepted", "sent", "failed", "delivered", "read"]


NotificationTemplate: TypeAlias = Literal[
    "payment_link",
    "payment_instructions",
    "payment_reminder",
    "payment_paid",
    "payment_paid_late",
    "payment_part_paid",
    "payment_overpaid",
    "payment_expired",
    "payment_retracted",
    "refund_requested",
    "refund_awaiting_transfer",
    "refund_destination",
    "refund_succeeded",
    "refund_failed",
    "security_token_reuse",
    "endpoint_owner_link",
    "endpoint_owner_code",
    "operator_attention",
    "operator_work",
    "operator_chain",
    "operator_endpoint",
    "operator_shop",
    "operator_settlement",
    "operator_claim",
    "operator_order",
    "operator_security",
    "operator_template",
    "operator_digest",
]


OperationKind: TypeAlias = Literal[
    "pack",
    "ship",
    "cancel",
    "invoice_number",
    "repack",
    "delivered",
    "failed_delivery",
    "digital_delivered",
    "returned",
]


OperationStatus: TypeAlias = Literal["requested", "sending", "done", "partly_done", "not_done"]


class Option(TypedDict):
    name: str
    title: str


class OrderAddressBody(TypedDict):
    """
    Where it goes.
    """

    lines: NotRequired[list[Line]]
    city: NotRequired[str]
    post_code: NotRequired[str]
    country: NotRequired[str]


class OrderCustomerBody(TypedDict):
    """
    Who buys: a customer by `id`, or whoever is told here.
    """

    id: NotRequired[str]
    name: NotRequired[str]
    email: NotRequired[str]
    phone: NotRequired[str]
    address: NotRequired[OrderAddressBody]


OrderDifference: TypeAlias = Literal["none", "price_not_told", "item_without_sale", "sale_is_not_price", "held_lines"]


class OrderItem(TypedDict):
    id: str
    external_id: str
    sku: str
    name: str
    variation: str
    quantity: int
    price: int
    paid: int
    currency: str
    status: ItemStatus
    said: str
    package: str | None
    tracking: str | None
    carrier: str | None
    warehouse: str
    fulfilment: Fulfilment
    preorder: bool
    ship_by: str | None
    invoice_number: str | None
    reason: str | None
    cancel_request: CancelRequest | None


class OrderLineBody(TypedDict):
    """
    So many units of one of your products, at `price` each in minor units. Without `warehouse` they come from wherever they are.
    """

    sku: str
    quantity: int
    price: int
    warehouse: NotRequired[str | None]
    name: NotRequired[str]


class OrderMoment(TypedDict):
    id: str
    at: str
    kind: str
    actor: str
    detail: dict[str, Any]
    request_id: str | None


class OrderMomentList(TypedDict):
    data: list[OrderMoment]
    next_cursor: NotRequired[str | None]


OrderState: TypeAlias = Literal["open", "unknown", "unpaid", "settled", "differs"]


class OwnerBody(TypedDict):
    """
    `token` is the `t` of the link that a new installation prints.
    """

    token: str
    email: str
    password: str
    name: str
    locale: NotRequired[Literal["en", "id"]]


class PackBody(TypedDict):
    """
    All items go into one parcel. `shipment_provider` only where the marketplace lets the shop choose.
    """

    items: NotRequired[list[Item] | None]
    shipment_provider: NotRequired[str | None]


class Package(TypedDict):
    id: str
    tracking: str | None
    carrier: str | None
    items: list[str]


Package1: TypeAlias = str


class ParcelsBody(TypedDict):
    packages: NotRequired[list[Package1] | None]


class PasswordBody(TypedDict):
    current: str
    new: str


PaymentAfter: TypeAlias = Literal["none", "cancelled", "kept"]


class PaymentCustomer(TypedDict):
    id: str | None
    name: str
    email: str
    phone: str
    locale: str | None


PaymentMethod: TypeAlias = Literal[
    "card", "convenience_store", "crypto", "direct_debit", "ewallet", "paylater", "qris", "virtual_account"
]


PaymentStatus: TypeAlias = Literal[
    "created",
    "pending",
    "part_paid",
    "paid",
    "partially_refunded",
    "refunded",
    "failed",
    "expired",
    "cancelled",
    "unknown",
    "held",
    "disputed",
]


class Payout(TypedDict):
    id: str
    connection: str
    statement: str
    amount: int
    currency: str
    paid: bool
    opening: int
    sums: list[KindSum]
    held: int
    difference: int
    difference_why: Difference
    kept_back: int
    changed_at: str | None
    made_on: str | None
    created_at: str
    paid_at: str | None


class PayoutList(TypedDict):
    data: list[Payout]
    next_cursor: NotRequired[str | None]


class PayoutReceivedEvent(TypedDict):
    """
    A marketplace paid out.
    """

    id: str
    type: Literal["payout.received"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayoutTold


class PickLine(TypedDict):
    sku: str
    name: str
    warehouse: str
    quantity: int


class PickLineList(TypedDict):
    data: list[PickLine]
    next_cursor: NotRequired[str | None]


class Posting(TypedDict):
    posting: str
    kind: str
    debit: str
    credit: str
    amount: int | str
    currency: str
    refund: str | None
    posted_at: str


class PostingList(TypedDict):
    data: list[Posting]
    next_cursor: NotRequired[str | None]


class Preferences(TypedDict):
    channels: Channels
    messages: dict[str, dict[str, bool]]
    stopped: bool
    stopped_at: str | None
    quiet_hours: str | None
    time_zone: str | None


class PreferencesBody(TypedDict):
    """
    How the customer wants to be written to. `messages` counts on channels that are on, and `stopped` is on no channel, whatever both say. What guards
        their money (`refund_destination`) is told whatever they want.
    """

    channels: NotRequired[ChannelsBody]
    messages: NotRequired[dict[str, ChannelsBody]]
    stopped: NotRequired[bool]
    quiet_hours: NotRequired[str | None]
    time_zone: NotRequired[str | None]


class PriceBody(TypedDict):
    """
    What it costs from now on.
    """

    amount: int
    currency: Literal["AUD", "CNY", "EUR", "GBP", "HKD", "IDR", "JPY", "KRW", "MYR", "PHP", "SGD", "THB", "USD", "VND"]


class Probed(TypedDict):
    what: str
    good: bool | None
    pointer: str
    cure: str


class ProductChangeBody(TypedDict):
    """
    What is absent stays as it is; `components` are replaced as a whole, and none make it a bundle no more.
    """

    name: NotRequired[str]
    components: NotRequired[dict[str, int]]


class Push(TypedDict):
    state: Literal["current", "due", "unclear", "locked", "not_mine", "refused", "no_warehouse"]
    due_at: str | None
    sent: dict[str, int] | None
    sent_at: str | None
    code: str | None
    said: str | None


class Quote(TypedDict):
    rate: str
    source: str
    expires_at: str


class ReceiveClaimBody(TypedDict):
    """
    The goods are back. `restock`: and can be sold again, so they are counted in.
    """

    lines: NotRequired[list[Line] | None]
    restock: NotRequired[bool]
    warehouse: NotRequired[str | None]


class Redirect(TypedDict):
    url: str
    type: Literal["redirect"]


class RefreshBody(TypedDict):
    refresh_token: str


class RefundApprovalRequestedEvent(TypedDict):
    """
    A refund waits for a second person's approval.
    """

    id: str
    type: Literal["refund.approval_requested"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventRefundTold


class RefundAwaitingTransferEvent(TypedDict):
    """
    A refund waits for a person's transfer to the payer's account.
    """

    id: str
    type: Literal["refund.awaiting_transfer"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventRefundTold


class RefundBody(TypedDict):
    """
    Money to give back; all that is left without `amount`. `destination` for methods that cannot give back by themselves.
    """

    reason: str
    amount: NotRequired[int | str | None]
    destination: NotRequired[DestinationBody | None]


class RefundDestinationChangedEvent(TypedDict):
    """
    Another account was named for the refund.
    """

    id: str
    type: Literal["refund.destination_changed"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventRefundTold


class RefundDestinationNamedEvent(TypedDict):
    """
    It was named where the refund goes.
    """

    id: str
    type: Literal["refund.destination_named"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventRefundTold


class RefundFailedEvent(TypedDict):
    """
    The refund did not go: refused by the provider, by a person or by a deadline.
    """

    id: str
    type: Literal["refund.failed"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventRefundTold


class RefundLinkEvent(TypedDict):
    """
    The payer is mailed a link at which to name an account for the refund.
    """

    id: str
    type: Literal["refund.link"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventRefundTold


class RefundLinkIssuedEvent(TypedDict):
    """
    A person made that link, to hand it to the payer another way.
    """

    id: str
    type: Literal["refund.link_issued"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventRefundTold


class RefundRequestedEvent(TypedDict):
    """
    A refund is about to be asked for at the provider.
    """

    id: str
    type: Literal["refund.requested"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventRefundTold


RefundStatus: TypeAlias = Literal["requested", "submitted", "succeeded", "failed", "unknown", "awaiting_transfer"]


class RefundSucceededEvent(TypedDict):
    """
    The money went back.
    """

    id: str
    type: Literal["refund.succeeded"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventRefundTold


class RefundUnknownEvent(TypedDict):
    """
    Nobody knows whether the refund went: a person looks. It is never sent again.
    """

    id: str
    type: Literal["refund.unknown"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventRefundTold


class RefusalReason(TypedDict):
    id: str
    text: str


class RefusalReasonList(TypedDict):
    data: list[RefusalReason]
    next_cursor: NotRequired[str | None]


class RefuseBody(TypedDict):
    """
    A second person refuses, and says why.
    """

    note: str


Image: TypeAlias = str


class RefuseClaimBody(TypedDict):
    """
    `reason` is the id of one of `refusal-reasons`; a return needs it and a comment, once the goods are back `images` too, and money alone a comment.
    """

    lines: NotRequired[list[Line] | None]
    reason: NotRequired[str | None]
    comment: NotRequired[str | None]
    images: NotRequired[list[Image] | None]


class RefuseDataRequestBody(TypedDict):
    """
    Why it is not done.
    """

    reason: str


class RegisterBody(TypedDict):
    """
    A password that is common, or holds our name or the address, is refused however long it is.
    """

    email: str
    password: str
    name: str
    locale: NotRequired[Literal["en", "id"]]


class Replay(TypedDict):
    event: str
    dry_run: bool
    outcome: str
    changes: list[dict[str, str]]


class ReplayBody(TypedDict):
    """
    `dry_run` only says what would change.
    """

    dry_run: NotRequired[bool]


class ResendBody(TypedDict):
    """
    Events of a range of time that ended so; without `status` those that failed or were cancelled. `cursor` goes on where an answer said that there is more.
    """

    since: str
    until: NotRequired[str | None]
    status: NotRequired[DeliveryStatus | None]
    cursor: NotRequired[str | None]


class Resent(TypedDict):
    resent: int
    next_cursor: str | None


class ResentEvent(TypedDict):
    id: str


class ResolveBody(TypedDict):
    """
    How a held payment ends.
    """

    decision: Literal["accept", "refund", "release"]
    reason: str


class ResolveRefundBody(TypedDict):
    """
    What a person saw at the provider of a refund in doubt.
    """

    decision: Literal["failed", "returned"]
    reason: str


RetryProfile: TypeAlias = Literal["long", "standard"]


Role: TypeAlias = Literal["admin", "customer", "developer", "finance", "support"]


class RotateBody(TypedDict):
    """
    For `overlap_s` seconds both secrets sign, so that the receiver may change over; 0 ends the old one at once.
    """

    overlap_s: NotRequired[int]


class RotationBody(TypedDict):
    """
    `value` of the new version, or none: then 32 random bytes are made, which nobody sees.
    """

    value: NotRequired[str | None]
    overlap_s: NotRequired[int]


class SecretBody(TypedDict):
    """
    A new value; older versions stay valid for `overlap_s` seconds.
    """

    value: str
    overlap_s: NotRequired[int]


class SeenStock(TypedDict):
    warehouse: str
    sellable: int
    held: int
    campaign: int
    read_only: bool


class Segments(TypedDict):
    alphabet: str
    units: int
    parts: int


class SettleBody(TypedDict):
    """
    An operator transferred the money; `reference` is the bank's, or the hash of the transaction. `destination_version` is the version of
        the destination that it went to: only where the refund was asked for with it, and nobody changed it, may it be left out.
    """

    reference: str
    destination_version: NotRequired[int | None]


class ShipBody(TypedDict):
    packages: NotRequired[list[Package1] | None]


Signing: TypeAlias = Literal["both", "ed25519", "hmac"]


class StepUpBody(TypedDict):
    password: str


class Stock(TypedDict):
    warehouse: str
    quantity: int | None
    reserved: int | None
    available: int
    fulfilled_by: str | None


class StockBody(TypedDict):
    """
    How many stand in the warehouse, those that are reserved for orders included.
    """

    quantity: int
    warehouse: NotRequired[str | None]


class StockRules(TypedDict):
    connection: str
    buffer: int
    warehouses: dict[str, str]
    looked_at: str | None


class StockRulesBody(TypedDict):
    """
    What the shop is offered: the pool without `buffer` units. `warehouses` names for each warehouse of the marketplace the one of yours that it shows; none: the whole pool. Both are named: one
        that was forgotten would put up for sale what is kept back.
    """

    buffer: int
    warehouses: dict[str, str]


class TextApproveBody(TypedDict):
    """
    What the second person says of a text that they agree to; nothing need be said.
    """

    note: NotRequired[str]


class TextRefuseBody(TypedDict):
    """
    Why it is refused.
    """

    note: str


class TimelineEntry(TypedDict):
    id: str
    at: str
    direction: str
    kind: str
    actor: str
    detail: dict[str, Any]
    request_id: str | None


class TimelineEntryList(TypedDict):
    data: list[TimelineEntry]
    next_cursor: NotRequired[str | None]


class Token(TypedDict):
    access_token: str
    expires_in: int
    refresh_token: str
    token_type: NotRequired[Literal["Bearer"]]


class Transfer(TypedDict):
    network: str
    asset: str
    amount: str
    tx_hash: str
    log_index: int
    sender: str
    recipient: str
    block: int
    confirmations: int
    required: int
    finalized: bool
    verdict: str
    mined_at: str


class TransferList(TypedDict):
    data: list[Transfer]
    next_cursor: NotRequired[str | None]


class User(TypedDict):
    id: str
    email: str
    name: str
    locale: str
    role: Role
    disabled: bool
    created_at: str


class UserChangeBody(TypedDict):
    """
    What is absent stays as it is.
    """

    role: NotRequired[Role | None]
    disabled: NotRequired[bool | None]


class UserList(TypedDict):
    data: list[User]
    next_cursor: NotRequired[str | None]


class Version(TypedDict):
    version: int
    created_at: str
    retired_at: str | None


class VirtualAccountSteps(TypedDict):
    bank: str
    number: str
    steps: NotRequired[list[str]]
    type: Literal["display_virtual_account"]


class Wait(TypedDict):
    type: Literal["wait"]


class WaveFailure(TypedDict):
    order: str
    shop: str | None
    packed: bool
    shipped: bool
    code: str
    reason: str


WaveStatus: TypeAlias = Literal["packing", "printing", "done", "shipping", "shipped"]


WebhookEventStatus: TypeAlias = Literal["new", "done", "waiting", "parked"]


class WebhookRejection(TypedDict):
    source: str
    reason: str
    address: str
    body_size: int
    body_sha256: str
    rejected_at: str


class WebhookRejectionList(TypedDict):
    data: list[WebhookRejection]
    next_cursor: NotRequired[str | None]


class WholeEventType(TypedDict):
    type: str
    object: str | None
    description: str
    by_webhook: bool
    schema: dict[str, Any]
    example: dict[str, Any]


class WholeWave(TypedDict):
    id: str
    status: WaveStatus
    total: int
    packed: int
    failed: int
    printed: int
    shipped: int
    shipment_provider: str | None
    livemode: bool
    created_at: str
    updated_at: str
    failures: list[WaveFailure]


class WholeWebhookEvent(TypedDict):
    id: str
    source: str
    type: str
    subject: str
    status: WebhookEventStatus
    verified: bool
    outcome: str | None
    tries: int
    times_seen: int
    attempt: str | None
    received_at: str
    done_at: str | None
    headers: dict[str, str]
    body: str | None
    body_base64: str


Why: TypeAlias = Literal["hundredfold", "nothing_known", "no_amount", "by_its_payout", ""]


class Written(TypedDict):
    name: str
    version: int


class ApiKey(TypedDict):
    id: str
    prefix: str
    name: str
    role: Role
    created_by: str
    created_at: str
    last_used_at: str | None
    revoked_at: str | None


class ApiKeyBody(TypedDict):
    """
    `role` says what the key may do; never more than its maker.
    """

    name: str
    role: NotRequired[Role]


class ApiKeyList(TypedDict):
    data: list[ApiKey]
    next_cursor: NotRequired[str | None]


class AttemptBody(TypedDict):
    """
    How to pay; `connection` is chosen by Gerbang when absent.
    """

    method: PaymentMethod
    method_options: NotRequired[dict[str, str]]
    connection: NotRequired[str | None]
    customer: NotRequired[AttemptCustomerBody]


class CancelOptions(TypedDict):
    items: list[str]
    payment: PaymentAfter
    tip: str
    reasons: list[CancelReason]


class ChannelPreference(TypedDict):
    frequency: Frequency
    allowed: list[Frequency]


class ClaimAnswer(TypedDict):
    id: str
    answer: Literal["accept", "refuse", "receive"]
    status: OperationStatus
    lines: list[LineOutcome]
    created_at: str
    updated_at: str


class ClaimLine(TypedDict):
    id: str
    item: str | None
    status: ClaimStatus
    said: str
    refund: int | None
    readings: list[int]
    held: str | None
    reason: str | None
    tracking: str | None
    dispute: bool
    decide_by: str | None
    answers: list[Literal["accept", "refuse", "receive"]]


class Connection(TypedDict):
    id: str
    provider: str
    livemode: bool
    enabled: bool
    settings: dict[str, str]
    secrets: dict[str, str]
    hook_url: str
    retired: str
    created_at: str
    updated_at: str
    parent: NotRequired[str | None]
    probed: NotRequired[list[Probed]]


class ConnectionList(TypedDict):
    data: list[Connection]
    next_cursor: NotRequired[str | None]


class CryptoSteps(TypedDict):
    network: str
    asset: str
    address: str
    amount: str
    uri: str
    page: str
    quote: Quote | None
    type: Literal["display_crypto"]


class Customer(TypedDict):
    id: str
    external_id: str | None
    name: str
    email: str
    phone: str
    locale: str | None
    preferences: Preferences
    sms_consent: Consent | None
    whatsapp_consent: Consent | None
    phone_stopped: bool
    created_at: str
    updated_at: str
    erased_at: str | None


class CustomerChangeBody(TypedDict):
    """
    What is absent stays as it is. `sms_consent` and `whatsapp_consent` say that the customer agreed to be written to at their number, null that they took it back,
        which counts for whatever was agreed to for that number.
    """

    external_id: NotRequired[str | None]
    name: NotRequired[str]
    email: NotRequired[str]
    phone: NotRequired[str]
    locale: NotRequired[Literal["en", "id"] | None]
    preferences: NotRequired[PreferencesBody]
    sms_consent: NotRequired[ConsentBody | None]
    whatsapp_consent: NotRequired[ConsentBody | None]


class CustomerList(TypedDict):
    data: list[Customer]
    next_cursor: NotRequired[str | None]


class DataRequest(TypedDict):
    id: str
    customer: str
    kind: DataRequestKind
    status: DataRequestStatus
    note: str
    answer: str
    received_at: str
    due_at: str
    created_by: str
    created_at: str
    closed_by: str | None
    closed_at: str | None


class DataRequestList(TypedDict):
    data: list[DataRequest]
    next_cursor: NotRequired[str | None]


class Delivery(TypedDict):
    id: str
    endpoint: str
    event: str
    type: str
    sequence: int
    status: DeliveryStatus
    attempts: list[DeliveryAttempt]
    next_attempt_at: str | None
    sending_until: str | None
    created_at: str


class DeliveryList(TypedDict):
    data: list[Delivery]
    next_cursor: NotRequired[str | None]


class Endpoint(TypedDict):
    id: str
    url: str
    description: str
    events: list[str]
    signing: Signing
    ordered: bool
    rate_per_s: int | None
    retries: RetryProfile
    include: list[str]
    enabled: bool
    disabled_reason: DisabledReason | None
    failing_since: str | None
    created_at: str
    updated_at: str
    secret: NotRequired[str]
    public_key: NotRequired[str]


class EndpointChangeBody(TypedDict):
    """
    What is absent stays as it is. `enabled` false cancels what is on its way.
    """

    url: NotRequired[str]
    events: NotRequired[list[Event]]
    description: NotRequired[str]
    signing: NotRequired[Signing]
    ordered: NotRequired[bool]
    rate_per_s: NotRequired[int | None]
    retries: NotRequired[RetryProfile]
    include: NotRequired[list[IncludeItem]]
    enabled: NotRequired[bool]


class EndpointChangedEvent(TypedDict):
    """
    Somebody changed an endpoint.
    """

    id: str
    type: Literal["endpoint.changed"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventEndpointTold


class EndpointCreatedEvent(TypedDict):
    """
    Somebody made an endpoint: its host hears of payments from now on.
    """

    id: str
    type: Literal["endpoint.created"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventEndpointTold


class EndpointDeletedEvent(TypedDict):
    """
    Somebody deleted an endpoint.
    """

    id: str
    type: Literal["endpoint.deleted"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventEndpointTold


class EndpointDisabledEvent(TypedDict):
    """
    An endpoint was disabled: it answered 410, or took nothing for five days.
    """

    id: str
    type: Literal["endpoint.disabled"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventEndpointTold


class EndpointFailingEvent(TypedDict):
    """
    An endpoint has taken nothing for a day: it is disabled after five.
    """

    id: str
    type: Literal["endpoint.failing"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventEndpointTold


class EndpointList(TypedDict):
    data: list[Endpoint]
    next_cursor: NotRequired[str | None]


class EndpointSecretRotatedEvent(TypedDict):
    """
    Somebody replaced the secret of an endpoint.
    """

    id: str
    type: Literal["endpoint.secret_rotated"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventEndpointTold


class EndpointTestEvent(TypedDict):
    """
    Somebody tries the endpoint out: nothing has happened.
    """

    id: str
    type: Literal["endpoint.test"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventTestTold


class EventClaimAnswer(TypedDict):
    """
    An answer. While it is `requested` or `sending` its end is not known: it is looked up, never sent twice.
    """

    id: str
    answer: Literal["accept", "receive", "refuse"]
    status: EventOperationStatus
    lines: list[EventLineOutcome]
    created_at: str
    updated_at: str


class EventClaimLine(TypedDict):
    """
    One unit of a claim. `refund` is what goes back; where its amount is in doubt it is null, `held` says why, and `readings` what it may be.
        `answers` are those that may be given now, `said` is the marketplace's own word for where it stands.
    """

    id: str
    item: str | None
    status: EventClaimStatus
    said: str
    refund: int | None
    readings: list[int]
    held: str | None
    reason: str | None
    tracking: str | None
    dispute: bool
    decide_by: str | None
    answers: list[Literal["accept", "receive", "refuse"]]


class EventClaimTold(TypedDict):
    """
    A claim as endpoints hear of it.
    """

    id: str
    order: str
    connection: str
    external_id: str
    kind: EventClaimKind
    to_seller: bool
    status: EventClaimStatus
    waits: bool
    decide_by: str | None
    refund: int | None
    currency: str
    held: str | None
    lines: list[EventClaimLine]
    answer: EventClaimAnswer | None
    created_at: str
    updated_at: str
    object: Literal["claim"]
    url: str


class EventCryptoSteps(TypedDict):
    """
    `amount` is base units of `asset` as text, `uri` what a wallet opens (ERC-681), `page` the processor's own page, if it has one.
    """

    type: Literal["display_crypto"]
    network: str
    asset: str
    address: str
    amount: str
    uri: str
    page: str
    quote: EventQuote | None


class EventCustomerTold(TypedDict):
    """
    A customer as endpoints hear of it: what names them, only those with `"include": ["personal"]`.
    """

    object: Literal["customer"]
    url: str
    id: str
    preferences: EventPreferences
    created_at: str
    updated_at: str
    erased_at: str | None
    external_id: NotRequired[str | None]
    name: NotRequired[str]
    email: NotRequired[str]
    phone: NotRequired[str]
    locale: NotRequired[str | None]
    sms_consent: NotRequired[EventConsent | None]
    whatsapp_consent: NotRequired[EventConsent | None]


class EventLog(TypedDict):
    data: list[LoggedEvent]
    next: str
    missed: bool


class EventOrderTold(TypedDict):
    """
    An order as endpoints hear of it: who buys, only those with `"include": ["personal"]`. `truncated`: there are more items than these, all of them at `url`.
    """

    object: Literal["order"]
    url: str
    truncated: bool
    id: str
    channel: str
    connection: str | None
    livemode: bool
    external_id: str
    number: str
    status: EventItemStatus
    items: list[EventOrderItem]
    packages: list[EventPackage]
    total: int
    price: int
    shipping_fee: int
    seller_voucher: int
    platform_voucher: int
    currency: str
    payment_method: str
    cod: bool
    cod_status: EventCod | None
    payment: str | None
    ship_by: str | None
    created_at: str
    updated_at: str
    buyer: NotRequired[EventBuyer]


class EventProductTold(TypedDict):
    """
    A product as endpoints hear of it.
    """

    id: str
    sku: str
    name: str
    amount: int | None
    currency: str | None
    available: int
    stock: list[EventStock]
    components: list[EventComponent]
    created_at: str
    updated_at: str
    object: Literal["product"]
    url: str


class EventRefund(TypedDict):
    """
    A refund. `related_refunds`: the others that the same request made, because the money had come over several attempts.
        `approval`: `not_needed`, `pending`, `approved`, `refused` or `expired`.
    """

    id: str
    payment: str
    attempt: str
    amount: int | str
    currency: str
    status: EventRefundStatus
    reason: str
    provider_reference: str | None
    failure: str | None
    created_at: str
    updated_at: str
    requested_by: NotRequired[str]
    destination: NotRequired[EventDestination | None]
    related_refunds: NotRequired[list[str]]
    approval: NotRequired[str]


class Hold(TypedDict):
    reason: Literal["oversold"]
    missing: list[Missing]


class ItemBody(TypedDict):
    """
    One line of the bill; `amount` is that of the whole line, in minor units, and below zero where `kind` is `discount` or `voucher`. All
        lines together are the payment's amount. A line for one way to pay only (`method`, the kind `surcharge`, or in Rupiah a name like “Biaya admin QRIS”) is refused.
    """

    name: str
    amount: int
    kind: NotRequired[Literal["discount", "goods", "service", "shipping", "surcharge", "voucher"]]
    method: NotRequired[PaymentMethod | None]
    quantity: NotRequired[int]
    note: NotRequired[str]


class Listing(TypedDict):
    id: str
    connection: str
    item: str
    variant: str
    seller_sku: str
    name: str
    active: bool
    amount: int
    currency: str
    sku: str | None
    differs: bool
    seen: list[SeenStock]
    seen_at: str
    stock: Push | None
    price: Push | None
    created_at: str


class ListingList(TypedDict):
    data: list[Listing]
    next_cursor: NotRequired[str | None]


class Me(TypedDict):
    kind: str
    permissions: list[str]
    id: NotRequired[str | None]
    role: NotRequired[Role | None]
    user: NotRequired[User | None]


class MessagePreview(TypedDict):
    case: str
    subject: str
    text: str
    segments: Segments | None


class MessageText(TypedDict):
    template: str
    language: str
    channel: str
    used: MessageTextVersion | None
    waiting: MessageTextVersion | None


class MessageTextCheck(TypedDict):
    problems: dict[str, list[str]]
    needs: list[str]
    previews: list[MessagePreview]


class MessageTextDetail(TypedDict):
    template: str
    language: str
    channel: str
    names: list[str]
    mandatory: list[str]
    ours: dict[str, str]
    versions: list[MessageTextVersion]


class MessageTextList(TypedDict):
    data: list[MessageText]
    next_cursor: NotRequired[str | None]


class NewApiKey(TypedDict):
    api_key: ApiKey
    key: str


class NewCustomerBody(TypedDict):
    """
    A customer of yours. `external_id` is your own id for them; a payment may name them by it.
    """

    external_id: NotRequired[str | None]
    name: NotRequired[str]
    email: NotRequired[str]
    phone: NotRequired[str]
    locale: NotRequired[Literal["en", "id"] | None]
    preferences: NotRequired[PreferencesBody]
    sms_consent: NotRequired[ConsentBody | None]
    whatsapp_consent: NotRequired[ConsentBody | None]


class NewEndpointBody(TypedDict):
    """
    `events` are types (`payment.paid`), all that begin so (`payment.*`) or all (`*`). `ordered` holds an object's later events back behind one that
        is still tried; `rate_per_s` is how much is sent at most; `retries` says for how long: `standard` three days, `long` thirty. `include` may be
        `["personal"]`, by who holds `endpoints:disclose`: payloads then name people.
    """

    url: str
    events: NotRequired[list[Event2]]
    description: NotRequired[str]
    signing: NotRequired[Signing]
    ordered: NotRequired[bool]
    rate_per_s: NotRequired[int | None]
    retries: NotRequired[RetryProfile]
    include: NotRequired[list[IncludeItem]]


class NewUserBody(TypedDict):
    email: str
    password: str
    name: str
    role: Role
    locale: NotRequired[Literal["en", "id"]]


class Notification(TypedDict):
    id: str
    channel: str
    recipient: str
    template: str
    locale: str
    status: NotificationStatus
    tries: int
    error: str | None
    payment: str | None
    message_id: str
    created_at: str
    sent_at: str | None
    accepted_at: str | None
    delivered_at: str | None
    read_at: str | None
    failed_at: str | None
    connection: str | None
    provider_id: str | None
    parts: int
    unknown_tries: int
    category: str
    billable: bool | None


class NotificationList(TypedDict):
    data: list[Notification]
    next_cursor: NotRequired[str | None]


class Offer(TypedDict):
    method: PaymentMethod
    connection: str
    option: str | None
    options: list[Option]
    least: int
    most: int
    available: bool
    reason: str | None
    assets: NotRequired[list[Asset]]


class OfferList(TypedDict):
    data: list[Offer]
    next_cursor: NotRequired[str | None]


class Operation(TypedDict):
    id: str
    kind: OperationKind
    status: OperationStatus
    items: list[ItemOutcome]
    created_at: str
    updated_at: str


class OperationList(TypedDict):
    data: list[Operation]
    next_cursor: NotRequired[str | None]


class Order1(TypedDict):
    id: str
    channel: str
    connection: str | None
    livemode: bool
    external_id: str
    number: str
    status: ItemStatus
    items: list[OrderItem]
    packages: list[Package]
    buyer: Buyer
    total: int
    price: int
    shipping_fee: int
    seller_voucher: int
    platform_voucher: int
    currency: str
    payment_method: str
    cod: bool
    cod_status: Cod | None
    payment: str | None
    hold: Hold | None
    ship_by: str | None
    created_at: str
    updated_at: str


class OrderAfter(TypedDict):
    id: str
    channel: str
    connection: str | None
    livemode: bool
    external_id: str
    number: str
    status: ItemStatus
    items: list[OrderItem]
    packages: list[Package]
    buyer: Buyer
    total: int
    price: int
    shipping_fee: int
    seller_voucher: int
    platform_voucher: int
    currency: str
    payment_method: str
    cod: bool
    cod_status: Cod | None
    payment: str | None
    hold: Hold | None
    ship_by: str | None
    created_at: str
    updated_at: str
    operation: Operation


class OrderBody(TypedDict):
    """
    An order of your own. `payment` is one of our payments, of the amount of all lines: until it is paid the order is `unpaid`, and its stock kept as long as the payment is open.
        `cod`: paid at the door. Without both it is paid already.
    """

    lines: list[OrderLineBody]
    currency: NotRequired[
        Literal["AUD", "CNY", "EUR", "GBP", "HKD", "IDR", "JPY", "KRW", "MYR", "PHP", "SGD", "THB", "USD", "VND"]
    ]
    external_id: NotRequired[str | None]
    customer: NotRequired[OrderCustomerBody]
    payment: NotRequired[str]
    cod: NotRequired[bool]


class OrderCancelledEvent(TypedDict):
    """
    Every item of an order was cancelled.
    """

    id: str
    type: Literal["order.cancelled"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventOrderTold


class OrderClaimDueEvent(TypedDict):
    """
    A claim is not answered, and its deadline is near; told once.
    """

    id: str
    type: Literal["order.claim_due"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventClaimTold


class OrderClaimHeldEvent(TypedDict):
    """
    What goes back for a claim is in doubt: a person looks before it is accepted.
    """

    id: str
    type: Literal["order.claim_held"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventClaimTold


class OrderClaimOpenedEvent(TypedDict):
    """
    A buyer wants to cancel, to send back, or money back: `waits` until `decide_by`.
    """

    id: str
    type: Literal["order.claim_opened"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventClaimTold


class OrderClaimUpdatedEvent(TypedDict):
    """
    A buyer's claim came on, by the seller's answer, the buyer or time.
    """

    id: str
    type: Literal["order.claim_updated"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventClaimTold


class OrderCreatedEvent(TypedDict):
    """
    An order was bought, or was heard of for the first time.
    """

    id: str
    type: Literal["order.created"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventOrderTold


class OrderDamagedEvent(TypedDict):
    """
    The carrier damaged something of an order.
    """

    id: str
    type: Literal["order.damaged"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventOrderTold


class OrderDeliveredEvent(TypedDict):
    """
    An order has arrived.
    """

    id: str
    type: Literal["order.delivered"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventOrderTold


class OrderFailedEvent(TypedDict):
    """
    An order could not be delivered.
    """

    id: str
    type: Literal["order.failed"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventOrderTold


class OrderList(TypedDict):
    data: list[Order1]
    next_cursor: NotRequired[str | None]


class OrderLostEvent(TypedDict):
    """
    The carrier lost something of an order.
    """

    id: str
    type: Literal["order.lost"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventOrderTold


class OrderOversoldEvent(TypedDict):
    """
    A marketplace sold more than is in stock: the order is held, `hold` says what is missing.
    """

    id: str
    type: Literal["order.oversold"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventOrderTold


class OrderPackedEvent(TypedDict):
    """
    All that is to be packed of an order is packed.
    """

    id: str
    type: Literal["order.packed"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventOrderTold


class OrderReadyToShipEvent(TypedDict):
    """
    An order waits for its carrier.
    """

    id: str
    type: Literal["order.ready_to_ship"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventOrderTold


class OrderReturnedEvent(TypedDict):
    """
    All that was delivered of an order has come back.
    """

    id: str
    type: Literal["order.returned"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventOrderTold


class OrderReturningEvent(TypedDict):
    """
    Something of an order is on its way back.
    """

    id: str
    type: Literal["order.returning"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventOrderTold


class OrderScrappedEvent(TypedDict):
    """
    Something of an order was thrown away by the carrier.
    """

    id: str
    type: Literal["order.scrapped"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventOrderTold


class OrderShippedEvent(TypedDict):
    """
    An order is with the carrier.
    """

    id: str
    type: Literal["order.shipped"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventOrderTold


class OrderUnknownEvent(TypedDict):
    """
    The marketplace says of an order what is not known here: a person looks at it.
    """

    id: str
    type: Literal["order.unknown"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventOrderTold


class OrderUpdatedEvent(TypedDict):
    """
    Something of an order changed, and it does not stand where one of the others says.
    """

    id: str
    type: Literal["order.updated"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventOrderTold


class PaymentBody(TypedDict):
    """
    A payment to be made. `amount` is whole minor units of `currency` (IDR has none: 150000 is Rp150.000), or, priced in an asset such
        as USDC, its base units as text.
    """

    amount: int | str
    currency: Literal[
        "AUD",
        "CNY",
        "ETH",
        "EUR",
        "GBP",
        "HKD",
        "IDR",
        "JPY",
        "KRW",
        "MYR",
        "PHP",
        "POL",
        "SGD",
        "THB",
        "USD",
        "USDC",
        "USDT",
        "VND",
    ]
    description: str
    method: NotRequired[PaymentMethod | None]
    method_options: NotRequired[dict[str, str]]
    connection: NotRequired[str | None]
    order_reference: NotRequired[str | None]
    customer: NotRequired[CustomerBody]
    metadata: NotRequired[dict[str, Any]]
    items: NotRequired[list[ItemBody]]
    return_url: NotRequired[str | None]
    expires_in_s: NotRequired[int]


class PreferenceGroup(TypedDict):
    group: EventGroup
    events: list[str]
    must_not_wait: bool
    channels: dict[str, ChannelPreference]


class Probe(TypedDict):
    usable: bool | None
    found: list[Probed]


class Product(TypedDict):
    id: str
    sku: str
    name: str
    amount: int | None
    currency: str | None
    available: int
    stock: list[Stock]
    components: list[Component]
    created_at: str
    updated_at: str


class ProductCreatedEvent(TypedDict):
    """
    A product was made.
    """

    id: str
    type: Literal["product.created"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventProductTold


class ProductList(TypedDict):
    data: list[Product]
    next_cursor: NotRequired[str | None]


class ProductOversoldEvent(TypedDict):
    """
    More of it was sold, or is kept for orders, than there is.
    """

    id: str
    type: Literal["product.oversold"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventProductTold


class ProductPriceChangedEvent(TypedDict):
    """
    It costs something else from now on.
    """

    id: str
    type: Literal["product.price_changed"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventProductTold


class ProductShortageCoveredEvent(TypedDict):
    """
    What an oversold order missed is there now, and kept for it.
    """

    id: str
    type: Literal["product.shortage_covered"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventProductTold


class ProductStockChangedEvent(TypedDict):
    """
    More or less of it can be sold than before.
    """

    id: str
    type: Literal["product.stock_changed"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventProductTold


class ProductUpdatedEvent(TypedDict):
    """
    Its name changed, or what a bundle consists of.
    """

    id: str
    type: Literal["product.updated"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventProductTold


class Refund(TypedDict):
    id: str
    payment: str
    attempt: str
    amount: int | str
    currency: str
    status: RefundStatus
    reason: str
    provider_reference: str | None
    failure: str | None
    created_at: str
    updated_at: str
    requested_by: NotRequired[str]
    destination: NotRequired[Destination | None]
    related_refunds: NotRequired[list[str]]
    approval: NotRequired[str]


class RefundList(TypedDict):
    data: list[Refund]
    next_cursor: NotRequired[str | None]


class Secret(TypedDict):
    name: str
    family: str
    versions: list[Version]


class SecretList(TypedDict):
    data: list[Secret]
    next_cursor: NotRequired[str | None]


class SettlementLine(TypedDict):
    id: str
    connection: str
    day: str
    kind: FeeKind
    said: str
    amount: int
    currency: str
    order: str
    item: str
    status: LineStatus
    why: Why | None
    booked: int
    payout: str | None
    statement: str
    paid_out: bool
    changed_at: str | None
    created_at: str


class SettlementLineList(TypedDict):
    data: list[SettlementLine]
    next_cursor: NotRequired[str | None]


class Wave(TypedDict):
    id: str
    status: WaveStatus
    total: int
    packed: int
    failed: int
    printed: int
    shipped: int
    shipment_provider: str | None
    livemode: bool
    created_at: str
    updated_at: str


class WaveList(TypedDict):
    data: list[Wave]
    next_cursor: NotRequired[str | None]


class WebhookEvent(TypedDict):
    id: str
    source: str
    type: str
    subject: str
    status: WebhookEventStatus
    verified: bool
    outcome: str | None
    tries: int
    times_seen: int
    attempt: str | None
    received_at: str
    done_at: str | None


class WebhookEventList(TypedDict):
    data: list[WebhookEvent]
    next_cursor: NotRequired[str | None]


class Attempt(TypedDict):
    id: str
    status: AttemptStatus
    method: PaymentMethod
    method_options: dict[str, str]
    connection: str
    amount: int | str
    currency: str
    provider_reference: str | None
    next_action: ChooseMethod | Redirect | VirtualAccountSteps | CodeSteps | DisplayQr | CryptoSteps | Wait | None
    failure: Failure | None
    created_at: str
    expires_at: str


class AttemptList(TypedDict):
    data: list[Attempt]
    next_cursor: NotRequired[str | None]


class Claim(TypedDict):
    id: str
    order: str
    connection: str
    external_id: str
    kind: ClaimKind
    to_seller: bool
    status: ClaimStatus
    waits: bool
    decide_by: str | None
    refund: int | None
    currency: str
    held: str | None
    lines: list[ClaimLine]
    answer: ClaimAnswer | None
    created_at: str
    updated_at: str


class ClaimList(TypedDict):
    data: list[Claim]
    next_cursor: NotRequired[str | None]


class CustomerCreatedEvent(TypedDict):
    """
    A customer was made, by a request of their own or with a payment.
    """

    id: str
    type: Literal["customer.created"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventCustomerTold


class CustomerErasedEvent(TypedDict):
    """
    A customer was erased: nothing names them any more.
    """

    id: str
    type: Literal["customer.erased"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventCustomerTold


class CustomerUpdatedEvent(TypedDict):
    """
    Somebody changed a customer, or what they want to be told.
    """

    id: str
    type: Literal["customer.updated"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventCustomerTold


class EventAttempt(TypedDict):
    id: str
    status: EventAttemptStatus
    method: EventMethod
    method_options: dict[str, str]
    connection: str
    amount: int | str
    currency: str
    provider_reference: str | None
    next_action: (
        EventChooseMethod
        | EventRedirect
        | EventVirtualAccountSteps
        | EventCodeSteps
        | EventDisplayQr
        | EventCryptoSteps
        | EventWait
        | None
    )
    failure: EventFailure | None
    created_at: str
    expires_at: str


class EventPayment(TypedDict):
    """
    A payment. Amounts are whole minor units of `currency`, of an asset base units as text; `method` and the two after it are those of the attempt that counts.
    """

    object: Literal["payment"]
    url: str
    truncated: bool
    id: str
    status: EventPaymentStatus
    late: bool
    late_reason: str | None
    livemode: bool
    amount: int | str
    currency: str
    amount_captured: int | str
    amount_refunded: int | str
    amount_excess: int | str
    method: EventMethod | None
    connection: str | None
    provider_reference: str | None
    order_reference: str | None
    description: str
    customer: Customer1
    metadata: dict[str, Any]
    items: list[dict[str, Any]]
    attempts: list[EventAttempt]
    refunds: list[EventRefund]
    next_action: (
        EventChooseMethod
        | EventRedirect
        | EventVirtualAccountSteps
        | EventCodeSteps
        | EventDisplayQr
        | EventCryptoSteps
        | EventWait
        | None
    )
    return_url: str | None
    failure: EventFailure | None
    created_at: str
    updated_at: str
    expires_at: str
    paid_at: str | None


class NotificationPreferences(TypedDict):
    recipient: str
    groups: list[PreferenceGroup]
    quiet_hours: str | None
    time_zone: str | None
    language: str
    chat: str | None
    chats: list[str]


class OrderSettlement(TypedDict):
    connection: str
    order: str
    state: OrderState
    currency: str
    expected: int | None
    sold: int
    difference: int
    difference_why: OrderDifference
    net: int
    paid_out: int
    lines: list[SettlementLine]


class Payment(TypedDict):
    id: str
    status: PaymentStatus
    late: bool
    late_reason: str | None
    livemode: bool
    amount: int | str
    currency: str
    amount_captured: int | str
    amount_refunded: int | str
    amount_excess: int | str
    method: PaymentMethod | None
    connection: str | None
    provider_reference: str | None
    order_reference: str | None
    description: str
    customer: PaymentCustomer
    metadata: dict[str, Any]
    items: list[dict[str, Any]]
    attempts: list[Attempt]
    refunds: list[Refund]
    next_action: ChooseMethod | Redirect | VirtualAccountSteps | CodeSteps | DisplayQr | CryptoSteps | Wait | None
    checkout_url: str | None
    return_url: str | None
    failure: Failure | None
    created_at: str
    updated_at: str
    expires_at: str
    paid_at: str | None


class PaymentCancelledEvent(TypedDict):
    """
    It was cancelled.
    """

    id: str
    type: Literal["payment.cancelled"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentConfirmingEvent(TypedDict):
    """
    A transfer on the chain is seen, and waits for confirmations.
    """

    id: str
    type: Literal["payment.confirming"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentCreatedEvent(TypedDict):
    """
    Its attempt was cancelled and the payment is still open: the payer may choose again.
    """

    id: str
    type: Literal["payment.created"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentDisputedEvent(TypedDict):
    """
    The payer's bank asks for the money back.
    """

    id: str
    type: Literal["payment.disputed"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentExpiredEvent(TypedDict):
    """
    Its time is over and nothing came.
    """

    id: str
    type: Literal["payment.expired"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentFailedEvent(TypedDict):
    """
    The attempt was declined, no money moved. The payer may choose again.
    """

    id: str
    type: Literal["payment.failed"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentHeldEvent(TypedDict):
    """
    Something does not agree: a person must decide.
    """

    id: str
    type: Literal["payment.held"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentInstructionsEvent(TypedDict):
    """
    The provider said how to pay: `next_action` shows it.
    """

    id: str
    type: Literal["payment.instructions"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentLinkEvent(TypedDict):
    """
    The payment's link is mailed to its payer.
    """

    id: str
    type: Literal["payment.link"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentList(TypedDict):
    data: list[Payment]
    next_cursor: NotRequired[str | None]


class PaymentOpenedEvent(TypedDict):
    """
    The payer opened the payment's page for the first time.
    """

    id: str
    type: Literal["payment.opened"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentOverpaidEvent(TypedDict):
    """
    More came than was asked for: `amount_excess` is due back to the payer.
    """

    id: str
    type: Literal["payment.overpaid"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentPaidEvent(TypedDict):
    """
    The whole amount is in: deliver, unless `late` is true. Comes again when more money comes.
    """

    id: str
    type: Literal["payment.paid"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentPartPaidEvent(TypedDict):
    """
    A part of the amount came; what is missing can still be paid. Comes again with each part.
    """

    id: str
    type: Literal["payment.part_paid"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentPartiallyRefundedEvent(TypedDict):
    """
    A part of the sale went back.
    """

    id: str
    type: Literal["payment.partially_refunded"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentPendingEvent(TypedDict):
    """
    It waits for money.
    """

    id: str
    type: Literal["payment.pending"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentRefundedEvent(TypedDict):
    """
    All of the sale went back.
    """

    id: str
    type: Literal["payment.refunded"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentRetractedEvent(TypedDict):
    """
    Money that had come was taken back, by the bank or by the chain.
    """

    id: str
    type: Literal["payment.retracted"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


class PaymentUnknownEvent(TypedDict):
    """
    The provider may have charged, and its answer was lost: Gerbang asks until it knows. Neither deliver nor ask for money again.
    """

    id: str
    type: Literal["payment.unknown"]
    sequence: int
    timestamp: str
    api_version: str
    data: EventPayment


DeliveredEvent: TypeAlias = (
    EndpointTestEvent
    | EndpointCreatedEvent
    | EndpointChangedEvent
    | EndpointDeletedEvent
    | EndpointSecretRotatedEvent
    | EndpointFailingEvent
    | EndpointDisabledEvent
    | PaymentCreatedEvent
    | PaymentPendingEvent
    | PaymentPartPaidEvent
    | PaymentPaidEvent
    | PaymentPartiallyRefundedEvent
    | PaymentRefundedEvent
    | PaymentFailedEvent
    | PaymentExpiredEvent
    | PaymentCancelledEvent
    | PaymentUnknownEvent
    | PaymentHeldEvent
    | PaymentDisputedEvent
    | PaymentInstructionsEvent
    | PaymentConfirmingEvent
    | PaymentOverpaidEvent
    | PaymentRetractedEvent
    | PaymentLinkEvent
    | PaymentOpenedEvent
    | RefundApprovalRequestedEvent
    | RefundRequestedEvent
    | RefundAwaitingTransferEvent
    | RefundLinkEvent
    | RefundLinkIssuedEvent
    | RefundDestinationNamedEvent
    | RefundDestinationChangedEvent
    | RefundSucceededEvent
    | RefundFailedEvent
    | RefundUnknownEvent
    | CustomerCreatedEvent
    | CustomerUpdatedEvent
    | CustomerErasedEvent
    | OrderCreatedEvent
    | OrderUpdatedEvent
    | OrderOversoldEvent
    | OrderPackedEvent
    | OrderReadyToShipEvent
    | OrderShippedEvent
    | OrderDeliveredEvent
    | OrderCancelledEvent
    | OrderReturningEvent
    | OrderReturnedEvent
    | OrderFailedEvent
    | OrderLostEvent
    | OrderDamagedEvent
    | OrderScrappedEvent
    | OrderUnknownEvent
    | ProductCreatedEvent
    | ProductUpdatedEvent
    | ProductPriceChangedEvent
    | ProductStockChangedEvent
    | ProductOversoldEvent
    | ProductShortageCoveredEvent
    | OrderClaimOpenedEvent
    | OrderClaimUpdatedEvent
    | OrderClaimHeldEvent
    | OrderClaimDueEvent
    | PayoutReceivedEvent
)
