"""Pushes to operators: their service worker, and the form by which a browser asks to be told, or takes it back. What is told is core's matter."""

from typing import Any, Final

from litestar import Request, Response, get, post

from gerbang.base import ids
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.identity.model import Caller
from gerbang.core.notifications.operator_preferences import READ
from gerbang.core.notifications.push_devices import PushDevices
from gerbang.core.notifications.push_messages import OPERATOR_SENTENCES
from gerbang.core.notifications.push_store import USER
from gerbang.web.checkout.push import service_worker
from gerbang.web.console.page_frame import operator
from gerbang.web.forms import read_form
from gerbang.web.pages import services_of

AnyRequest = Request[Any, Any, Any]
ASKED: Final = "/console/notifications/push"
WORKER: Final = "/console/worker.js"
_FIELDS: Final = ("endpoint", "p256dh", "auth", "key")


@get(WORKER)
async def worker(request: AnyRequest) -> Response[bytes]:
    """The service worker of the console, whose folder is its scope: fixed sentences, for whoever asks."""
    shop = services_of(request).settings.shop_name
    return service_worker(shop, OPERATOR_SENTENCES, "push.operator.any", home="/console/notices")


@post(ASKED, status_code=204)
async def push(request: AnyRequest) -> None:
    """The page's script says that its browser wants what this operator is told (`on`), or not any more."""
    caller = operator(request, READ)
    form = await read_form(request, "state", *_FIELDS, cards_in=_FIELDS)
    devices, about = services_of(request).service(PushDevices), _about(caller)
    if form["state"] == "on":
        keys = {name: form[name] for name in _FIELDS[1:]}
        await devices.subscribe(about, form["endpoint"], keys, caller.label)
    else:
        await devices.unsubscribe(about, form["endpoint"], caller.label)


async def bell(request: AnyRequest, caller: Caller) -> dict[str, str]:
    """What the page's bell is drawn with; empty where nobody is reached by push."""
    offered = await services_of(request).service(PushDevices).offer()
    if offered is None:
        return {}
    whose = ids.show("usr", _about(caller).id)
    return {"push": ASKED, "worker": WORKER, "key": offered.public_key, "whose": whose}


def _about(caller: Caller) -> ObjectRef:
    assert caller.id is not None, "operator() lets in people alone"
    return ObjectRef(USER, caller.id)


HANDLERS: Final = [worker, push]
