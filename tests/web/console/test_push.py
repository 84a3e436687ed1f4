"""The operators' bell for pushes: whom it serves, what it refuses, and a service worker of their own that does nothing but show."""

from typing import Final

import httpx
import pytest

from gerbang.base import ids
from gerbang.core.identity.model import Role
from gerbang.core.notifications.push_messages import OPERATOR_SENTENCES, SENTENCES
from gerbang.sandbox.app import Sandbox
from tests.web.checkout.test_push import KEYS, POINT, a_key
from tests.web.conftest import Edge
from tests.web.console.test_operators import signed_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
PAGE: Final = "/console/notifications/preferences"
ASKED: Final = "/console/notifications/push"
Shop = tuple[Edge, Sandbox]


async def test_the_button_is_there_once_pushes_are_and_the_choice_is_a_column(
    one_shop: Shop, one_desk: httpx.AsyncClient
) -> None:
    edge, _ = one_shop
    assert "data-push" not in (await one_desk.get(PAGE)).text
    key = await a_key(edge)
    page = (await one_desk.get(PAGE)).text
    assert f'data-push="{ASKED}" data-worker="/console/worker.js" data-key="{key}" data-whose="usr_' in page
    assert ("push.js" in page, 'name="refunds-push"' in page) == (True, True)
    assert "Kabari saya di peramban ini" in page
    assert 'name="refunds-push"' not in (await one_desk.get(f"{PAGE}/team")).text


async def test_who_is_signed_in_asks_and_takes_back_for_themselves_alone(
    one_shop: Shop, one_desk: httpx.AsyncClient
) -> None:
    edge, _ = one_shop
    form = {"state": "on", "endpoint": "https://1.1.1.1/push/9", **KEYS, "key": await a_key(edge)}
    assert (await one_desk.post(ASKED, data={**form, "key": POINT})).status_code == 409
    assert (await one_desk.post(ASKED, data={**form, "endpoint": "https://127.0.0.1:1/push"})).status_code == 422
    assert (await one_desk.post(ASKED, data=form, headers={"origin": "https://evil.example"})).status_code in (401, 403)
    async with httpx.AsyncClient(base_url=edge.url, headers={"origin": edge.url}) as stranger:
        assert (await stranger.post(ASKED, data=form)).status_code != 204
    assert await edge.count("push_devices") == 0
    assert (await one_desk.post(ASKED, data=form)).status_code == 204
    other = await signed_in(edge, Role.SUPPORT)
    assert (await other.post(ASKED, data={"state": "off", "endpoint": form["endpoint"]})).status_code == 204
    await other.aclose()
    assert await edge.count("push_devices") == 1
    (noted,) = await edge.audited("push.subscribed")
    assert ids.read("usr", noted["object"]).version == 7
    assert noted["actor"] == f"user:{noted['object']}"
    assert (await one_desk.post(ASKED, data={"state": "off", "endpoint": form["endpoint"]})).status_code == 204
    assert await edge.count("push_devices") == 0


async def test_the_consoles_service_worker_says_what_operators_are_told_and_nothing_of_payers(one_shop: Shop) -> None:
    edge, _ = one_shop
    mine, payers = (await edge.client.get("/console/worker.js")), (await edge.client.get("/pay/worker.js"))
    assert (mine.status_code, mine.headers["cache-control"]) == (200, "no-cache")
    assert mine.text.startswith('const HOME = "/console/notices", WORDS = ')
    assert payers.text.startswith('const HOME = "", WORDS = ')
    assert mine.text.partition("\n")[2] == payers.text.partition("\n")[2], "one file"
    for locale, sentences in OPERATOR_SENTENCES.items():
        assert all(one in mine.text and one not in payers.text for one in sentences.values())
        assert not [one for one in SENTENCES[locale].values() if one in mine.text]
