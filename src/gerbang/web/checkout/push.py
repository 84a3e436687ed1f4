"""Pushes on the payer's pages: the service worker, and the form by which a browser asks to be told, or takes it back. What is told is core's matter."""

import json
from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath

from gerbang.base.errors import GerbangError
from gerbang.base.formats import Locale
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.notifications.model import Template
from gerbang.core.notifications.push_devices import PushDevices
from gerbang.core.notifications.push_messages import SENTENCES, title_of
from gerbang.core.notifications.rendering import Letterhead
from gerbang.core.payments.model import PAYMENT
from gerbang.web.checkout.access import payment_for
from gerbang.web.forms import read_form
from gerbang.web.pages import HEADERS, STATIC, page_error, services_of
from gerbang.web.texts import push as texts

_FIELDS: Final = ("endpoint", "p256dh", "auth", "key")


@get("/worker.js")
async def worker(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The service worker of the payer's pages: the words that it may say, and the one file that says them. Its folder is its scope."""
    return service_worker(services_of(request).settings.shop_name, SENTENCES, "push.any", home="")


def service_worker(
    shop: str, sentences: Mapping[Locale, Mapping[Template, str]], otherwise: str, *, home: str
) -> Response[bytes]:
    """The one file, before it the words that it may say, those for what it does not know (`otherwise`), and the page that a push of no payment leads to."""
    words = {
        locale: {
            "title": title_of(Letterhead(shop), locale, livemode=True),
            "test": title_of(Letterhead(shop), locale, livemode=False),
            "any": texts.WORDS[otherwise][place],
            "says": {template.value: sentence for template, sentence in sentences[locale].items()},
        }
        for place, locale in enumerate(sentences)
    }
    said = f"const HOME = {json.dumps(home)}, WORDS = {json.dumps(words, ensure_ascii=False)};\n"
    headers = {**HEADERS, "cache-control": "no-cache"}
    content = said.encode() + STATIC["worker.js"].content
    return Response(content, media_type="text/javascript; charset=utf-8", headers=headers)


@post("/{payment:str}/push", status_code=204)
async def push(request: Request[Any, Any, Any], payment: FromPath[str]) -> None:
    """The page's script says that its browser wants to be told of this payment (`on`), or not any more."""
    details, caller = await payment_for(request, payment)
    form = await read_form(request, "state", *_FIELDS, cards_in=_FIELDS)
    devices, about = services_of(request).service(PushDevices), ObjectRef(PAYMENT, details.payment.id)
    if form["state"] == "on":
        keys = {name: form[name] for name in _FIELDS[1:]}
        await devices.subscribe(about, form["endpoint"], keys, caller.label)
    else:
        await devices.unsubscribe(about, form["endpoint"], caller.label)


HANDLERS: Final = [
    Router(
        path="/pay",
        route_handlers=[worker, push],
        exception_handlers={GerbangError: page_error},
        include_in_schema=False,
    )
]
