"""Orders, as one value in a table of nouns."""

from typing import Final

from gerbang.core.announcements.broadcast import ObjectKind
from gerbang.core.announcements.live_changes import Watched
from gerbang.core.announcements.service import AnnouncementConsumer
from gerbang.core.identity.permissions import BUILDERS, STAFF, Permission
from gerbang.core.inbox.routing import EventHandler
from gerbang.core.personal_data.service import PersonalData
from gerbang.noun import Core, Noun
from gerbang.ports.kinds import Kind
from gerbang.web.console.pages import console_pages
from gerbang.web.policy_rows import Body, Rate, Row, Who
from gerbang.web.sidebar import Subpage
from tests.toy.orders import pages, service
from tests.toy.orders.model import ORDER
from tests.toy.orders.service import Orders

_READ: Final = "toy:read"
_ACTIONS: Final = {
    "order.received": ("**{actor}** menerima pesanan", "**{actor}** took the order in"),
    "order.packed": ("**{actor}** mengemas pesanan", "**{actor}** packed the order"),
    "order.shipped": ("**{actor}** mengirim pesanan", "**{actor}** shipped the order"),
    "order.buyer_told": ("**{actor}** mengabari pembelinya", "**{actor}** told its buyer"),
}


def _handler(core: Core) -> EventHandler:
    orders = core.service(Orders)
    return EventHandler(orders.handle, orders.preview)


ORDERS: Final = Noun(
    name="orders",
    service=lambda core: Orders(core.db, core.connections, core.wake),
    objects={ORDER: ObjectKind("ord", _READ)},
    events={Kind.MARKETPLACE: _handler},
    jobs={service.PACK: lambda core: core.service(Orders).pack},
    consumers=(lambda core: AnnouncementConsumer(core.db, "order_mails", service.tell_buyers, types=("order.*",)),),
    personal_data=(PersonalData("orders", ("toy_orders",), service.export_buyers, service.erase_buyers),),
    permissions=(Permission(_READ, STAFF, "see orders"), Permission("toy:write", BUILDERS, "note one")),
    actions={"orders": _ACTIONS},
    routes=(pages.create_toy_order, console_pages(pages.orders, pages.order)),
    policy=(
        Row("POST", "/v1/toy-orders", Who.PERMITTED, ("toy:write",), Rate.WRITE, Body.JSON, key_required=True),
        Row("GET", "/console/toy-orders", Who.ANYONE, rate=Rate.PAGE),
        Row("GET", "/console/toy-orders/{order}", Who.ANYONE, rate=Rate.PAGE),
    ),
    pages={"orders": (Subpage("orders", "/console/toy-orders", _READ),)},
    watched=lambda _core: {
        "orders": Watched(_READ, ("order.",)),
        "order": Watched(_READ, ("order.",), object=ORDER),
    },
)
