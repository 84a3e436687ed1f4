"""Pushes on the payer's pages: the service worker, and the form by which a browser asks to be told, or takes it back. What is told is core's matter."""

import json
from typing import Any, Final

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath

from gerbang.base.errors import GerbangError
from gerbang.core.notifications.push_devices import PushDevices
from gerbang.core.notifications.push_messages import SENTENCES, title_of
from gerbang.core.notifications.rendering import Letterhead
from gerbang.web.checkout.access import payment_for
from gerbang.web.forms import read_form
from gerbang.web.pages import HEADERS, STATIC, page_error, services_of
from gerbang.web.texts import push as texts

_FIELDS: Final = ("endpoint", "p256dh", "auth", "key")


@get("/worker.js")
async def worker(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The service worker of the payer's pages: the words that it may say, and the one file that says them. Its folder is its scope."""
    shop = Letterhead(services_of(request).settings.shop_name)
    words = {
        locale: {
            "title": title_of(shop, locale, livemode=True),
            "test": title_of(shop, locale, livemode=False),
            "any": texts.WORDS["push.any"][place],
            "says": {template.value: sentence for template, sentence in SENTENCES[locale].items()},
        }
        for place, locale in enumerate(SENTENCES)
    }
    content = f"const WORDS = {json.dumps(words, ensure_ascii=False)};\n".encode() + STATIC["worker.js"].content
    headers = {**HEADERS, "cache-control": "no-cache"}
    return Response(content, media_type="text/javascript; charset=utf-8", headers=headers)


@post("/{payment:str}/push", status_code=204)
async def push(request: Request[Any, Any, Any], payment: FromPath[str]) -> None:
    """The page's script says that its browser wants to be told of this payment (`on`), or not any more."""
    details, caller = await payment_for(request, payment)
    form = await read_form(request, "state", *_FIELDS, cards_in=_FIELDS)
    devices = services_of(request).service(PushDevices)
    if form["state"] == "on":
        keys = {name: form[name] for name in _FIELDS[1:]}
        await devices.subscribe(details.payment.id, form["endpoint"], keys, caller.label)
    else:
        await devices.unsubscribe(details.payment.id, form["endpoint"], caller.label)


HANDLERS: Final = [
    Router(
        path="/pay",
        route_handlers=[worker, push],
        exception_handlers={GerbangError: page_error},
        include_in_schema=False,
    )
]
