"""Which nouns there are, and what each brings: a new noun is one value here, and its own package. Those that tell people things stand in message_nouns.py."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.core.announcements import event_log
from gerbang.core.announcements.broadcast import ObjectKind
from gerbang.core.announcements.live_changes import Watched
from gerbang.core.announcements.service import AnnouncementConsumer
from gerbang.core.catalogue import event_types as product_events
from gerbang.core.catalogue import expiry
from gerbang.core.catalogue.listings import pushing, walking
from gerbang.core.catalogue.listings.service import Listings
from gerbang.core.catalogue.model import PRODUCT
from gerbang.core.catalogue.reservations import Reservations
from gerbang.core.catalogue.service import Catalogue
from gerbang.core.connections import event_types as shop_events
from gerbang.core.connections.shops import Shops
from gerbang.core.customers import event_types as customer_events
from gerbang.core.customers import personal_data as customer_data
from gerbang.core.customers.data_requests import DataRequests
from gerbang.core.customers.model import CUSTOMER
from gerbang.core.customers.service import Customers
from gerbang.core.endpoints import event_types as endpoint_events
from gerbang.core.endpoints import personal_data as receivers
from gerbang.core.endpoints import queueing, sender
from gerbang.core.endpoints.model import DISCLOSE, ENDPOINT
from gerbang.core.endpoints.service import Endpoints
from gerbang.core.identity import event_types as security_events
from gerbang.core.identity import personal_data as users
from gerbang.core.identity.digests import Digests
from gerbang.core.identity.permissions import ADMINS, BUILDERS, MAKERS, MONEY, STAFF, Permission
from gerbang.core.payments import event_types as payment_events
from gerbang.core.payments import jobs, sweeps, webhook_handler
from gerbang.core.payments import permissions as payment_permissions
from gerbang.core.payments import personal_data as payers
from gerbang.core.payments.context import Context
from gerbang.core.payments.late_messages import LateMessages
from gerbang.core.payments.model import PAYMENT
from gerbang.core.payments.open_work import decisions
from gerbang.core.payments.provider_calls import load_readable
from gerbang.core.personal_data.service import People, PersonalData
from gerbang.core.queue.model import Job
from gerbang.core.queue.worker import Handler
from gerbang.core.settlements import event_types as settlement_events
from gerbang.core.settlements import jobs as settlement_jobs
from gerbang.core.settlements.model import PAYOUT
from gerbang.core.settlements.service import Settlements
from gerbang.message_nouns import (
    MESSAGE_TEMPLATES,
    MESSAGE_TEXTS,
    MESSAGES,
    NOTICES,
    OPERATOR_PREFERENCES,
    UNSUBSCRIBES,
)
from gerbang.noun import Core, Noun, Nouns
from gerbang.order_nouns import CLAIMS, ORDERS, OWN_ORDERS
from gerbang.ports.kinds import Kind
from gerbang.web.console import live_marks as marks
from gerbang.web.event_catalogue import entries
from gerbang.web.sidebar import Subpage
from gerbang.web.texts import actions
from gerbang.web.views import event_examples, event_payloads, settlement_examples
from gerbang.web.views.settlements import payout_payloads

_READ: Final = "payments:read"
_HOOKS: Final = "webhooks:read"
_TRAIL: Final = "audit:read"
_ENDPOINTS: Final = "endpoints:manage"
_CUSTOMERS: Final = "customers:read"
_PRODUCTS: Final = "products:read"
_PAYOUTS: Final = "payouts:read"


async def _payment_owners(tx: Tx, payments: Sequence[UUID]) -> Mapping[UUID, UUID | None]:
    return {id_: details.payment.owner_id for id_, details in (await load_readable(tx, payments)).items()}


def _payment_job(run: Callable[[Context, Job], Awaitable[None]], core: Core) -> Handler:
    return partial(run, core.payments.context)


def _payment_pages(core: Core) -> Mapping[str, Watched]:
    return {
        "payments": Watched(_READ, ("payment.", "refund."), partial(marks.newest_payment, core.payments)),
        "payment": Watched(_READ, ("payment.", "refund."), object=PAYMENT),
        "refunds": Watched(_READ, ("refund.",)),
        "work": Watched(_READ, ("payment.", "refund.", "settlement."), partial(marks.waiting, core.payments)),
    }


async def _unanswered(core: Core) -> str | None:
    found = sorted(core.open_breakers())
    return f"No answer comes from {', '.join(found)}: calls wait, and one is tried now and then." if found else None


PAYMENTS: Final = Noun(
    name="payments",
    objects={PAYMENT: ObjectKind("pay", _READ, _payment_owners)},
    events={Kind.PAYMENT: lambda core: webhook_handler.handler(core.payments.context)},
    jobs={kind: partial(_payment_job, run) for kind, run in jobs.HANDLERS.items()},
    consumers=(
        lambda core: AnnouncementConsumer(
            core.db, decisions.CONSUMER, decisions.take, types=decisions.TYPES, data=False
        ),
    ),
    loops={
        "timetable": lambda core, stop: sweeps.run(core.payments.context, stop),
        "chains": lambda core, stop: core.watcher.run(stop),
        "late_messages": lambda core, stop: LateMessages(core.db).run(stop),
    },
    notices={"chains": lambda core: core.watcher.stalls()},
    # Rows that are found by the payer of their payment come before the payer: a run that was killed finds by them what it has not reached.
    personal_data=(
        PersonalData("webhook_events", ("inbox",), payers.export_messages, payers.erase_messages),
        PersonalData(
            "refund_destinations", ("refund_destinations",), payers.export_destinations, payers.erase_destinations
        ),
        PersonalData("payment_consents", ("contact_consents",), payers.export_consents, payers.erase_consents),
        PersonalData("payers", ("payment_payers",), payers.export_payers, payers.erase_payers),
    ),
    announces=(
        *entries(payment_events.EVENT_TYPES, event_examples.PAYMENT_DATA),
        *entries(payment_events.REFUND_EVENT_TYPES, event_examples.REFUND_DATA),
        *entries(payment_events.CHAIN_EVENT_TYPES, event_examples.CHAIN_DATA),
        *entries(payment_events.WORK_EVENT_TYPES, event_examples.WORK_DATA),
    ),
    payloads={
        PAYMENT: lambda core: event_payloads.payments(core.settings.shop_name),
        event_payloads.REFUND: lambda _core: event_payloads.refunds,
    },
    permissions=payment_permissions.PERMISSIONS,
    actions={"payments": actions.PAYMENTS, "refunds": actions.REFUNDS, "crypto": actions.CRYPTO},
    pages={
        "work": (Subpage("work", "/console/work", _READ),),
        "payments": (
            Subpage("payments", "/console/payments", _READ),
            Subpage("refunds", "/console/refunds", _READ),
        ),
    },
    watched=_payment_pages,
)
CUSTOMERS: Final = Noun(
    name="customers",
    service=lambda core: Customers(
        core.db, core.clock, People(core.db, core.nouns.personal_data, Digests(core.secrets).person)
    ),
    objects={CUSTOMER: ObjectKind("cus", _CUSTOMERS)},
    announces=entries(customer_events.EVENT_TYPES, event_examples.CUSTOMER_DATA),
    payloads={CUSTOMER: lambda _core: event_payloads.customers},
    personal_data=(
        PersonalData("data_requests", ("data_requests",), customer_data.export_requests, customer_data.erase_requests),
        PersonalData("consents", ("contact_consents",), customer_data.export_consents, customer_data.erase_consents),
        PersonalData("customers", ("customers",), customer_data.export_customers, customer_data.erase_customers),
    ),
    permissions=(
        Permission(_CUSTOMERS, STAFF, "see customers"),
        Permission("customers:write", STAFF, "make and change customers, and say how they want to be written to"),
        Permission("customers:erase", ADMINS, "show and erase all that is kept about a customer"),
    ),
    actions={"customers": actions.CUSTOMERS},
    pages={"customers": (Subpage("customers", "/console/customers", _CUSTOMERS),)},
    watched=lambda _core: {
        "customers": Watched(_CUSTOMERS, ("customer.",)),
        "customer": Watched(_CUSTOMERS, ("customer.",), object=CUSTOMER),
    },
)
DATA_REQUESTS: Final = Noun(
    name="data requests",
    service=lambda core: DataRequests(
        core.db, core.clock, core.service(Customers), timedelta(days=core.settings.data_request_due_days)
    ),
    actions={"data_requests": actions.DATA_REQUESTS},
)
WEBHOOK_EVENTS: Final = Noun(
    name="webhook events",
    actions={"webhooks": actions.WEBHOOKS},
    permissions=(
        Permission(_HOOKS, STAFF, "see what providers sent, byte for byte, and what was rejected"),
        Permission("webhooks:replay", BUILDERS, "run a webhook event again, or set it aside"),
    ),
    pages={
        "webhooks": (
            Subpage("webhooks", "/console/webhooks", _HOOKS),
            Subpage("rejections", "/console/rejections", _HOOKS),
        )
    },
    watched=lambda core: {
        "webhooks": Watched(_HOOKS, mark=partial(marks.newest_events, core.inbox)),
        "rejections": Watched(_HOOKS, mark=partial(marks.newest_rejection, core.inbox)),
    },
)
CONNECTIONS: Final = Noun(
    name="connections",
    service=lambda core: Shops(core.db, core.connections, core.secrets, core.outbound),
    announces=entries(shop_events.EVENT_TYPES, event_examples.SHOP_DATA),
    loops={"shop_tokens": lambda core, stop: core.service(Shops).refresh.run(stop)},
    actions={"connections": actions.CONNECTIONS},
    permissions=(Permission("connections:manage", ADMINS, "make, change and switch connections"),),
    notices={"connections": _unanswered},
    pages={"connections": (Subpage("connections", "/console/connections", _READ),)},
    watched=lambda core: {
        "connections": Watched(_READ, mark=partial(marks.connections, core.connections, core.open_breakers))
    },
)
RESERVATIONS: Final = Noun(
    name="reservations",
    service=lambda core: Reservations(core.db, core.clock),
    loops={"reservations": lambda core, stop: expiry.run(core.service(Reservations), stop)},
)
PRODUCTS: Final = Noun(
    name="products",
    service=lambda core: Catalogue(core.db, core.clock, core.service(Reservations)),
    objects={PRODUCT: ObjectKind("prd", _PRODUCTS)},
    announces=entries(product_events.EVENT_TYPES, event_examples.PRODUCT_DATA),
    payloads={PRODUCT: lambda _core: event_payloads.products},
    permissions=(
        Permission(_PRODUCTS, STAFF, "see products, their stock and their prices"),
        Permission("products:write", BUILDERS, "make and change products, count stock and set prices"),
    ),
    actions={"products": actions.PRODUCTS},
    pages={"orders": (Subpage("stock", "/console/stock", _PRODUCTS),)},
    watched=lambda _core: {
        "stock": Watched(_PRODUCTS, ("product.",)),
        "product": Watched(_PRODUCTS, ("product.",), object=PRODUCT),
    },
)
SETTLEMENTS: Final = Noun(
    name="settlements",
    service=lambda core: Settlements(core.db, core.outbound),
    objects={PAYOUT: ObjectKind("pyo", _PAYOUTS)},
    jobs={settlement_jobs.READ: lambda core: core.service(Settlements).reading.handle},
    loops={"settlements": lambda core, stop: core.service(Settlements).run(stop)},
    notices={"settlements": lambda core: core.service(Settlements).failing()},
    announces=(
        *entries(settlement_events.EVENT_TYPES, settlement_examples.SETTLEMENT_DATA),
        *entries(settlement_events.PAYOUT_EVENT_TYPES, settlement_examples.PAYOUT_DATA),
    ),
    payloads={PAYOUT: lambda _core: payout_payloads},
    permissions=(
        Permission(_PAYOUTS, MONEY, "see what marketplaces pay out, and of which lines"),
        Permission("payouts:decide", MONEY, "decide about a line of a statement that is held"),
    ),
    pages={
        "payments": (
            Subpage("payouts", "/console/payouts", _PAYOUTS),
            Subpage("settlements", "/console/settlements", _PAYOUTS),
        )
    },
    watched=lambda _core: {
        "payouts": Watched(_PAYOUTS, ("payout.", "settlement.")),
        "settlements": Watched(_PAYOUTS, ("payout.", "settlement.")),
        "payout": Watched(_PAYOUTS, ("payout.", "settlement.")),
    },
    actions={"settlements": actions.SETTLEMENTS},
)
LISTINGS: Final = Noun(
    name="listings",
    service=lambda core: Listings(core.db, core.clock, core.outbound, core.service(Catalogue)),
    announces=entries(product_events.SHOP_EVENT_TYPES, event_examples.SHOP_DATA),
    jobs={
        pushing.PUSH: lambda core: core.service(Listings).pushing.run,
        walking.IMPORT_JOB: lambda core: core.service(Listings).walking.run_import,
        walking.LOOK_JOB: lambda core: core.service(Listings).walking.run_look,
    },
    consumers=(
        lambda core: AnnouncementConsumer(
            core.db, pushing.CONSUMER, pushing.take, types=pushing.TYPES, data=False, taken=core.wake
        ),
    ),
    notices={"listings": lambda core: core.service(Listings).waiting()},
    loops={"listings": lambda core, stop: core.service(Listings).walking.run_timetable(stop)},
    actions={"listings": actions.LISTINGS},
    pages={"orders": (Subpage("listings", "/console/listings", _PRODUCTS),)},
    watched=lambda core: {"listings": Watched(_PRODUCTS, mark=partial(marks.newest_listings, core.service(Listings)))},
)
ENDPOINTS: Final = Noun(
    name="endpoints",
    service=lambda core: Endpoints(
        core.db,
        core.guarded,
        core.secrets,
        core.clock,
        core.nouns.payloads(core),
        timedelta(days=core.settings.webhook_keep_days),
        types=[one.name for one in core.nouns.event_catalogue if one.data.by_webhook],
    ),
    objects={ENDPOINT: ObjectKind("ep", _ENDPOINTS)},
    consumers=(
        lambda core: AnnouncementConsumer(
            core.db,
            queueing.CONSUMER,
            core.service(Endpoints).queueing.take,
            taken=core.service(Endpoints).queueing.taken,
            idle_s=core.service(Endpoints).queueing.gather_s,
        ),
    ),
    announces=(
        *entries(endpoint_events.TEST_EVENT_TYPES, event_examples.TEST_DATA),
        *entries(endpoint_events.EVENT_TYPES, event_examples.ENDPOINT_DATA),
        *entries(endpoint_events.OWNER_EVENT_TYPES, event_examples.OWNER_DATA),
    ),
    loops={
        "deliveries": lambda core, stop: core.service(Endpoints).sender.run(stop),
        "old_deliveries": lambda core, stop: core.service(Endpoints).retention.run(stop),
    },
    wakes={sender.TOPIC: lambda core: core.service(Endpoints).sender.wake},
    payloads={ENDPOINT: lambda _core: event_payloads.endpoints},
    personal_data=(
        PersonalData("webhooks", ("personal_bodies",), receivers.export_bodies, receivers.erase_bodies),
        PersonalData("endpoint_owners", ("endpoint_owner_links",), receivers.export_owners, receivers.erase_owners),
    ),
    permissions=(
        Permission(_ENDPOINTS, BUILDERS, "say where events go, and send them again"),
        Permission(DISCLOSE, ADMINS, "let an endpoint hear of people: names, addresses and phones"),
    ),
    actions={"endpoints": actions.ENDPOINTS},
    pages={"webhooks": (Subpage("endpoints", "/console/endpoints", _ENDPOINTS),)},
    # What is sent is announced to nobody: pages look again when a delivery has moved.
    watched=lambda core: {
        name: Watched(_ENDPOINTS, ("endpoint.",), core.service(Endpoints).overview.mark)
        for name in ("endpoints", "endpoint")
    },
)
USERS: Final = Noun(
    name="users",
    objects={"user": ObjectKind("usr", "users:manage")},
    announces=(
        *entries(security_events.SESSION_EVENT_TYPES, event_examples.SESSION_DATA),
        *entries(security_events.LOGIN_EVENT_TYPES, event_examples.STORM_DATA),
    ),
    personal_data=(PersonalData("users", ("users",), users.export_users, users.erase_users, users.check_users),),
    actions={"people": actions.PEOPLE, "personal_data": actions.PERSONAL_DATA},
    permissions=(
        Permission("users:manage", ADMINS, "make people, change roles, show and erase what is kept about a person"),
        Permission("keys:manage", ADMINS, "make and end API keys"),
    ),
)
LEDGER: Final = Noun(name="ledger", permissions=(Permission("ledger:read", MAKERS, "see accounts and postings"),))
AUDIT: Final = Noun(
    name="audit",
    permissions=(Permission(_TRAIL, MONEY, "see who did what"),),
    actions={"requests": actions.REQUESTS},  # what the gateway refuses is about no other noun
    pages={"audit": (Subpage("audit", "/console/audit", _TRAIL),)},
)
SECRETS: Final = Noun(
    name="secrets",
    actions={"secrets": actions.SECRETS},
    permissions=(Permission("secrets:manage", ADMINS, "see the names of secrets and write values, never read them"),),
)
EVENTS: Final = Noun(name="events", announces=entries(event_log.EVENT_TYPES, event_examples.RESENT_DATA))
# Words of the outer contract that roles hold already, for nouns that are not here yet.
RESERVED: Final = Noun(
    name="reserved",
    permissions=(
        Permission("ai:use", BUILDERS, "ask AI providers", "AI"),
        Permission("requests:send", BUILDERS, "send requests to any connected API", "requests"),
        Permission("analytics:read", STAFF, "see figures over time", "analytics"),
        Permission("security:manage", ADMINS, "acknowledge and resolve alerts", "security alerts"),
        Permission("sandbox:control", BUILDERS, "control the sandbox from the console", "the sandbox in the console"),
    ),
)

# A person is erased in this order. Messages, and what webhooks said, are found by the payer of their payment; users come last: everything else is found by what they are.
NOUNS: Final = Nouns(
    (
        MESSAGES,
        MESSAGE_TEMPLATES,
        UNSUBSCRIBES,
        MESSAGE_TEXTS,
        NOTICES,
        OPERATOR_PREFERENCES,
        WEBHOOK_EVENTS,
        ENDPOINTS,
        PAYMENTS,
        CUSTOMERS,
        DATA_REQUESTS,
        CONNECTIONS,
        ORDERS,
        RESERVATIONS,
        OWN_ORDERS,
        PRODUCTS,
        LISTINGS,
        CLAIMS,
        SETTLEMENTS,
        EVENTS,
        LEDGER,
        AUDIT,
        SECRETS,
        RESERVED,
        USERS,
    )
)
