"""What people who work here choose to be told: their own page and the team's, the same by API, pushes to their browser, and paused templates with the decision about each."""

import re

import httpx
import pytest
import pytest_asyncio

from gerbang.base import ids
from gerbang.core.identity.model import Client, Role
from gerbang.core.notifications import conversation_store
from gerbang.core.notifications.operator_events import EventGroup, Frequency
from gerbang.core.notifications.push_messages import OPERATOR_SENTENCES, SENTENCES
from gerbang.ports.messenger import TemplateNews, TemplateState
from gerbang.sandbox.app import Sandbox
from gerbang.web import texts
from tests.web.checkout.test_push import KEYS, POINT, a_key
from tests.web.conftest import PASSWORD, Edge, one_shop
from tests.web.console.open_form import open_form
from tests.web.console.test_operators import signed_in

__all__ = ["one_shop"]
MINE, TEAMS = "/console/notifications/preferences", "/console/notifications/preferences/team"
API = "/v1/me/notification-preferences"
ASKED = "/console/notifications/push"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def support(one_shop: tuple[Edge, Sandbox]) -> httpx.AsyncClient:
    return await signed_in(one_shop[0], Role.SUPPORT)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def admin(one_shop: tuple[Edge, Sandbox]) -> httpx.AsyncClient:
    return await signed_in(one_shop[0], Role.ADMIN)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def token(one_shop: tuple[Edge, Sandbox]) -> dict[str, str]:
    """Of an admin who is signed in by API."""
    sessions = one_shop[0].services.identity.sessions
    pair = await sessions.login("owner@example.com", PASSWORD, Client("127.0.0.1"))
    return {"authorization": f"Bearer {pair.access_token}"}


def chosen(page: str, name: str) -> str:
    """What a box of the page shows as chosen; empty where there is no such box."""
    box = re.search(rf'<select id="{re.escape(name)}".*?</select>', page, re.DOTALL)
    found = re.search(r'value="(\w+)" selected', box[0]) if box else None
    return found[1] if found else ""


def test_every_choice_has_words_in_both_languages() -> None:
    wanted = [*(f"prefs.group.{one}" for one in EventGroup), *(f"prefs.frequency.{one}" for one in Frequency)]
    assert [one for one in wanted if not texts.knows(one)] == []


@pytest.mark.asyncio(loop_scope="module")
async def test_somebody_chooses_a_daily_digest_on_their_own_page_and_it_stays_chosen(
    support: httpx.AsyncClient,
) -> None:
    before = await support.get(MINE)
    assert (before.status_code, chosen(before.text, "refunds-email")) == (200, "never")
    form = {"refunds-email": "daily", "quiet_hours": "21:00-07:00", "time_zone": "Asia/Makassar"}
    answer = await support.post(MINE, data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{MINE}?done=saved")
    after = (await support.get(MINE)).text
    assert [chosen(after, name) for name in ("refunds-email", "refunds-in_app")] == ["daily", "at_once"]
    assert 'value="Asia/Makassar"' in after


@pytest.mark.asyncio(loop_scope="module")
async def test_what_must_not_wait_has_no_digest_on_the_page_and_one_that_is_sent_is_refused(
    support: httpx.AsyncClient,
) -> None:
    page = (await support.get(MINE)).text
    box = re.search(r'<select id="security-email".*?</select>', page, re.DOTALL)
    assert box is not None
    assert re.findall(r'value="(\w+)"', box[0]) == ["at_once", "never"]
    answer = await support.post(MINE, data={"security-email": "daily"})
    assert (answer.status_code, 'id="e-security-email"' in answer.text) == (422, True)


@pytest.mark.asyncio(loop_scope="module")
async def test_only_who_may_chooses_for_the_team(support: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    assert (await support.get(TEAMS)).status_code == 403
    assert (await support.post(TEAMS, data={"refunds-email": "never"})).status_code == 403
    assert TEAMS not in (await support.get(MINE)).text
    answer = await admin.post(TEAMS, data={"refunds-email": "hourly", "language": "en"})
    assert answer.status_code == 303, answer.text
    page = (await admin.get(TEAMS)).text
    assert [chosen(page, name) for name in ("refunds-email", "language", "refunds-in_app")] == ["hourly", "en", ""]


@pytest.mark.asyncio(loop_scope="module")
async def test_the_same_is_chosen_by_api_and_stands_in_the_audit_trail(
    one_shop: tuple[Edge, Sandbox], token: dict[str, str]
) -> None:
    edge = one_shop[0]
    body = {"choices": {"refunds": {"email": "hourly"}}, "time_zone": "Asia/Jayapura"}
    answer = await edge.client.patch(API, json=body, headers=token)
    assert answer.status_code == 200, answer.text
    refunds = next(one for one in answer.json()["groups"] if one["group"] == "refunds")
    assert refunds["channels"]["email"]["frequency"] == "hourly"
    assert (answer.json()["time_zone"], answer.json()["quiet_hours"]) == ("Asia/Jayapura", None)
    assert [one["detail"]["refunds/email"] for one in await edge.audited("operator_preferences.changed")][
        -1
    ] == "hourly"


@pytest.mark.asyncio(loop_scope="module")
async def test_by_api_a_digest_of_what_must_not_wait_is_refused_with_its_place(
    one_shop: tuple[Edge, Sandbox], token: dict[str, str]
) -> None:
    edge = one_shop[0]
    body = {"choices": {"money_held": {"email": "daily"}}}
    answer = await edge.client.patch(API, json=body, headers=token)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_operator_preferences")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/choices/money_held/email"]


@pytest.mark.asyncio(loop_scope="module")
async def test_an_api_key_is_told_nothing(one_shop: tuple[Edge, Sandbox]) -> None:
    answer = await one_shop[0].get(API, who="developer")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_operator")


async def paused(edge: Edge, template: str) -> None:
    news = TemplateNews(template, "id", TemplateState.RECATEGORISED, "now MARKETING, was UTILITY")
    async with edge.services.db.transaction() as tx:
        await conversation_store.pause(tx, "wa-main", news)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_paused_template_is_shown_with_its_cause_and_used_again_by_who_may_decide(
    one_shop: tuple[Edge, Sandbox], admin: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    edge = one_shop[0]
    await paused(edge, "gerbang_receipt_1")
    path = "/console/notifications/templates/wa-main/gerbang_receipt_1/id"
    seen = (await support.get("/console/notifications/templates")).text
    assert ("now MARKETING, was UTILITY" in seen, path in seen) == (True, False)
    assert ("Ada templat pesan yang dijeda" in seen, "GET /v1/message-templates" in seen) == (True, False)
    assert (await support.post(path, data={"decision": "resume"})).status_code == 403
    assert "now MARKETING" in (await admin.get(path)).text
    assert (await admin.post(path, data={"decision": "resume"})).headers["location"].endswith("?done=resumed")
    assert (await admin.get(path)).status_code == 404
    assert [one["object"] for one in await edge.audited("message_template.resumed")] == ["connection:wa-main"]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_paused_template_that_is_left_stays_paused_and_reminds_nobody(
    one_shop: tuple[Edge, Sandbox], admin: httpx.AsyncClient
) -> None:
    edge = one_shop[0]
    await paused(edge, "gerbang_link_9")
    assert "templat pesan yang dijeda" in (await admin.get("/console/payments")).text, "every page says so"
    path = "/console/notifications/templates/wa-main/gerbang_link_9/id"
    assert (await admin.post(path, data={"decision": "leave"})).headers["location"].endswith("?done=left")
    assert "templat pesan yang dijeda" not in (await admin.get("/console/payments")).text
    listed = (await admin.get("/console/notifications/templates")).text
    assert "gerbang_link_9" in listed
    assert len(await edge.audited("message_template.left_paused")) == 1


@pytest.mark.asyncio(loop_scope="module")
async def test_the_button_is_there_once_pushes_are_and_the_choice_is_a_column(
    one_shop: tuple[Edge, Sandbox], support: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    edge, _ = one_shop
    assert "data-push" not in (await support.get(MINE)).text
    key = await a_key(edge)
    page = (await support.get(MINE)).text
    assert f'data-push="{ASKED}" data-worker="/console/worker.js" data-key="{key}" data-whose="usr_' in page
    assert ("push.js" in page, 'name="refunds-push"' in page) == (True, True)
    assert "Kabari saya di peramban ini" in page
    assert 'name="refunds-push"' not in (await admin.get(TEAMS)).text


@pytest.mark.asyncio(loop_scope="module")
async def test_who_is_signed_in_asks_and_takes_back_for_themselves_alone(
    one_shop: tuple[Edge, Sandbox], support: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    edge, _ = one_shop
    form = {"state": "on", "endpoint": "https://1.1.1.1/push/9", **KEYS, "key": await a_key(edge)}
    assert (await support.post(ASKED, data={**form, "key": POINT})).status_code == 409
    assert (await support.post(ASKED, data={**form, "endpoint": "https://127.0.0.1:1/push"})).status_code == 422
    assert (await support.post(ASKED, data=form, headers={"origin": "https://evil.example"})).status_code in (401, 403)
    async with httpx.AsyncClient(base_url=edge.url, headers={"origin": edge.url}) as stranger:
        assert (await stranger.post(ASKED, data=form)).status_code != 204
    assert await edge.count("push_devices") == 0
    assert (await support.post(ASKED, data=form)).status_code == 204
    assert (await admin.post(ASKED, data={"state": "off", "endpoint": form["endpoint"]})).status_code == 204
    assert await edge.count("push_devices") == 1
    (noted,) = await edge.audited("push.subscribed")
    assert ids.read("usr", noted["object"]).version == 7
    assert noted["actor"] == f"user:{noted['object']}"
    assert (await support.post(ASKED, data={"state": "off", "endpoint": form["endpoint"]})).status_code == 204
    assert await edge.count("push_devices") == 0


@pytest.mark.asyncio(loop_scope="module")
async def test_the_consoles_service_worker_says_what_operators_are_told_and_nothing_of_payers(
    one_shop: tuple[Edge, Sandbox],
) -> None:
    edge, _ = one_shop
    mine, payers = (await edge.client.get("/console/worker.js")), (await edge.client.get("/pay/worker.js"))
    assert (mine.status_code, mine.headers["cache-control"]) == (200, "no-cache")
    assert mine.text.startswith('const HOME = "/console/notices", WORDS = ')
    assert payers.text.startswith('const HOME = "", WORDS = ')
    assert mine.text.partition("\n")[2] == payers.text.partition("\n")[2], "one file"
    for locale, sentences in OPERATOR_SENTENCES.items():
        assert all(one in mine.text and one not in payers.text for one in sentences.values())
        assert not [one for one in SENTENCES[locale].values() if one in mine.text]


@pytest.mark.asyncio(loop_scope="module")
async def test_an_old_tab_leaves_alone_what_was_chosen_in_another(support: httpx.AsyncClient) -> None:
    old = open_form((await support.get(MINE)).text, MINE)
    assert (
        await support.post(MINE, data={**old, "open_work-email": "hourly", "quiet_hours": "22:00-06:00"})
    ).status_code == 303
    assert (await support.post(MINE, data={**old, "refunds-email": "hourly"})).status_code == 303
    after = (await support.get(MINE)).text
    assert [chosen(after, name) for name in ("open_work-email", "refunds-email")] == ["hourly", "hourly"]
    assert 'value="22:00-06:00"' in after
