"""The bell's routes: whom they serve, what they refuse, and a service worker that does nothing but show."""

import re
from collections.abc import Mapping
from typing import Final

import httpx
import pytest

from gerbang.core.notifications.push_devices import PushDevices
from gerbang.core.notifications.push_messages import SENTENCES
from gerbang.sandbox.app import Sandbox
from gerbang.web.pages import STATIC, content_security_policy
from tests.conftest import NO_TLS
from tests.web.checkout.test_payer_journey import Shop, a_link
from tests.web.conftest import Edge

POINT: Final = "BNZak5d8qj0bCBhS_1ennkZfFmBXcwS66tUF3TpIWJzzUBheiVNy32Ih6joTdVfkc_3bZ1XwW9UHw8Uz_OnJEoU"
KEYS: Final = {"p256dh": POINT, "auth": "AAECAwQFBgcICQoLDA0ODw"}


async def a_key(edge: Edge) -> str:
    """Web Push is set up; with what a page subscribes."""
    services = edge.services
    if "webpush-uji" not in [one.id for one in await services.connections.all()]:
        contact = {"contact": "mailto:ops@toko.example"}
        await services.connections.create(
            "test", "webpush-uji", "webpush", livemode=False, settings=contact, secrets={}
        )
    offered = await services.service(PushDevices).offer()
    assert offered is not None
    return offered.public_key


async def sent(edge: Edge, link: str, form: Mapping[str, str], origin: str = "") -> httpx.Response:
    """What a page's script sends, with the token of the page's link."""
    path, _, token = link.partition("?t=")
    async with httpx.AsyncClient(base_url=edge.url, headers={"origin": origin or edge.url}, verify=NO_TLS) as browser:
        return await browser.post(f"{path}/push", data={"t": token, **form})


async def test_without_a_connection_there_is_no_bell_and_with_one_the_page_offers_its_public_key(shop: Shop) -> None:
    edge, sandbox = shop
    link = await a_link(edge)
    assert "data-push" not in (await edge.client.get(link)).text
    assert (await sent(edge, link, {"state": "on", "endpoint": "https://x.example/1", **KEYS})).status_code == 409
    key = await a_key(edge)
    page = await edge.client.get(link)
    assert f'data-key="{key}"' in page.text
    assert page.headers["content-security-policy"] == content_security_policy(form_to=sandbox.url)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"endpoint": "https://127.0.0.1:1/push"}, 422),
        ({"endpoint": "https://169.254.169.254/latest"}, 422),
        ({"endpoint": "http://93.184.216.34/push"}, 422),
        ({"endpoint": "file:///etc/passwd"}, 422),
        ({"endpoint": ""}, 422),
        ({"p256dh": "AAAA"}, 422),
        ({"auth": ""}, 422),
        ({"key": POINT}, 409),
    ],
)
async def test_what_cannot_or_may_not_be_sent_to_is_not_kept(
    shop: tuple[Edge, Sandbox], change: dict[str, str], status: int
) -> None:
    edge, _ = shop
    link = await a_link(edge)
    form = {"state": "on", "endpoint": "https://1.1.1.1/push/1", **KEYS, "key": await a_key(edge)}
    assert (await sent(edge, link, {**form, **change})).status_code == status
    assert await edge.count("push_devices") == 0


async def test_only_who_holds_the_link_asks_and_takes_back_and_both_are_in_the_trail(shop: Shop) -> None:
    edge, _ = shop
    link, other = await a_link(edge), await a_link(edge)
    form = {"state": "on", "endpoint": "https://1.1.1.1/push/1", **KEYS, "key": await a_key(edge)}
    assert (await sent(edge, f"{link.partition('?t=')[0]}?t={other.partition('?t=')[2]}", form)).status_code == 404
    assert (await sent(edge, link, form, origin="https://evil.example")).status_code == 403
    assert (await sent(edge, link, form)).status_code == 204
    assert (await sent(edge, other, {"state": "off", "endpoint": form["endpoint"]})).status_code == 204
    assert await edge.count("push_devices") == 1
    assert (await sent(edge, link, {"state": "off", "endpoint": form["endpoint"]})).status_code == 204
    assert await edge.count("push_devices") == 0
    payment = link.removeprefix("/pay/").partition("?")[0]
    assert [row["object"] for row in await edge.audited("push.subscribed")] == [payment]
    assert [row["object"] for row in await edge.audited("push.unsubscribed")] == [payment]


async def test_the_service_worker_fetches_and_keeps_nothing_and_says_every_message_in_both_languages(
    shop: Shop,
) -> None:
    edge, _ = shop
    answer = await edge.client.get("/pay/worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    script = re.sub(r"/\*.*?\*/", "", STATIC["worker.js"].content.decode(), flags=re.DOTALL)
    assert re.findall(r'addEventListener\("(\w+)"', script) == ["install", "push", "notificationclick"]
    assert not re.search(r"\b(fetch|caches|importScripts|indexedDB|XMLHttpRequest)\b", script)
    for sentences in SENTENCES.values():
        for template, sentence in sentences.items():
            assert f'"{template.value}": "{sentence}"' in answer.text
