"""The nouns of selling in the shops of marketplaces: orders, and what buyers claim of them."""

from typing import Final

from gerbang.core.announcements.broadcast import ObjectKind
from gerbang.core.announcements.live_changes import Watched
from gerbang.core.announcements.service import AnnouncementConsumer
from gerbang.core.catalogue.listings.pushing import MAPPED
from gerbang.core.catalogue.listings.service import Listings
from gerbang.core.catalogue.reservations import Reservations
from gerbang.core.catalogue.service import Catalogue
from gerbang.core.connections.shops import Shops
from gerbang.core.identity.permissions import BUILDERS, STAFF, Permission
from gerbang.core.inbox.routing import EventHandler
from gerbang.core.orders import claim_intake, claim_reading, own_orders
from gerbang.core.orders import event_types as order_events
from gerbang.core.orders import personal_data as buyers
from gerbang.core.orders.claim_calls import DECIDING
from gerbang.core.orders.claim_model import CLAIM, CLAIM_PREFIX
from gerbang.core.orders.claims import Claims
from gerbang.core.orders.gathering import GATHER
from gerbang.core.orders.jobs import FETCH
from gerbang.core.orders.model import ORDER, PREFIX, READ, WRITE
from gerbang.core.orders.operation_calls import OPERATE
from gerbang.core.orders.operations import CANCEL_PAYMENT
from gerbang.core.orders.own_orders import OwnOrders
from gerbang.core.orders.polling import POLL
from gerbang.core.orders.service import Orders
from gerbang.core.orders.stock import STOCK, Stock
from gerbang.core.orders.uncounted import Uncounted
from gerbang.core.orders.waves import WAVE_JOB
from gerbang.core.orders.webhook_handler import Pushes
from gerbang.core.personal_data.service import PersonalData
from gerbang.noun import Core, Noun
from gerbang.ports.kinds import Kind
from gerbang.web.event_catalogue import entries
from gerbang.web.sidebar import Subpage
from gerbang.web.texts import order_actions
from gerbang.web.views.claim_examples import CLAIM_DATA
from gerbang.web.views.claims import claim_payloads
from gerbang.web.views.order_examples import ORDER_DATA
from gerbang.web.views.orders import order_payloads


def _pushes(core: Core) -> EventHandler:
    pushes = Pushes(core.connections, core.service(Shops), core.clock, core.wake)
    return EventHandler(pushes.handle, pushes.preview)


def _stock(core: Core) -> Stock:
    return Stock(core.db, core.service(Reservations), core.service(Listings))


OWN_ORDERS: Final = Noun(
    name="own orders",
    service=lambda core: OwnOrders(
        core.db, core.clock, core.service(Reservations), core.payments, is_sandbox=core.settings.sandbox
    ),
    jobs={CANCEL_PAYMENT: lambda core: core.service(OwnOrders).cancel_payment},
    consumers=(
        lambda core: AnnouncementConsumer(
            core.db, own_orders.CONSUMER, core.service(OwnOrders).take, types=own_orders.TYPES, data=False
        ),
    ),
)
ORDERS: Final = Noun(
    name="orders",
    service=lambda core: Orders(
        core.db,
        core.outbound,
        core.clock,
        lambda order: _stock(core).count(order),
        poll_s=core.settings.order_poll_s,
        wait_s=core.settings.provider_wait_s,
        seller=core.settings.shop_name,
    ),
    objects={ORDER: ObjectKind(PREFIX, READ)},
    events={Kind.MARKETPLACE: _pushes},
    jobs={
        FETCH: lambda core: core.service(Orders).fetching.run,
        GATHER: lambda core: core.service(Orders).gathering.run,
        OPERATE: lambda core: core.service(Orders).operating.run,
        WAVE_JOB: lambda core: core.service(Orders).waves.run,
        STOCK: lambda core: _stock(core).run,
        MAPPED: lambda core: Uncounted(core.db, core.connections, _stock(core)).run,
        POLL: lambda core: core.service(Orders).polling.walk,
    },
    loops={"order_polls": lambda core, stop: core.service(Orders).polling.run(stop)},
    notices={"orders": lambda core: core.service(Orders).notice()},
    announces=entries(order_events.EVENT_TYPES, ORDER_DATA),
    payloads={ORDER: lambda _core: order_payloads},
    # Labels are found by who buys: they are erased first.
    personal_data=(
        PersonalData("order_documents", ("order_documents",), buyers.export_documents, buyers.erase_documents),
        PersonalData("wave_labels", ("wave_labels",), buyers.export_wave_labels, buyers.erase_wave_labels),
        PersonalData("order_buyers", ("order_buyers",), buyers.export_buyers, buyers.erase_buyers),
    ),
    permissions=(
        Permission(READ, STAFF, "see orders and who buys"),
        Permission("orders:write", BUILDERS, "pack, ship and cancel orders, and print their labels"),
    ),
    pages={"orders": (Subpage("orders", "/console/orders", READ), Subpage("pack", "/console/pack", WRITE))},
    watched=lambda _core: {
        "orders": Watched(READ, ("order.",)),
        "order": Watched(READ, ("order.",), object=ORDER),
    },
    actions={"orders": order_actions.ORDERS},
)
CLAIMS: Final = Noun(
    name="claims",
    service=lambda core: Claims(
        core.db,
        core.service(Orders).reading,
        core.service(Catalogue),
        poll_s=core.settings.order_poll_s,
        wait_s=core.settings.provider_wait_s,
    ),
    objects={CLAIM: ObjectKind(CLAIM_PREFIX, READ)},
    jobs={
        claim_reading.FETCH: lambda core: core.service(Claims).reading.fetch,
        claim_reading.POLL: lambda core: core.service(Claims).reading.walk,
        claim_intake.DUE: lambda core: core.service(Claims).reading.tell_due,
        DECIDING: lambda core: core.service(Claims).deciding.run,
    },
    loops={"claim_polls": lambda core, stop: core.service(Claims).reading.run(stop)},
    notices={"claims": lambda core: core.service(Claims).notice()},
    announces=entries(order_events.CLAIM_EVENT_TYPES, CLAIM_DATA),
    payloads={CLAIM: lambda _core: claim_payloads},
    pages={"orders": (Subpage("claims", "/console/claims", READ),)},
    watched=lambda _core: {
        "claims": Watched(READ, ("order.claim_",)),
        "claim": Watched(READ, ("order.claim_",), object=CLAIM),
    },
)
