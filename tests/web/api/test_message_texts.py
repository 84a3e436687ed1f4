"""/v1/message-texts: read, tried, saved, taken back, and agreed to by a second person who gives the password."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gerbang.core.identity.model import Role
from gerbang.core.notifications.text_rules import texts
from gerbang.sandbox.app import Sandbox
from tests.web.conftest import PASSWORD, Edge
from tests.web.console.test_approvals import let_sessions_grow_old

pytestmark = pytest.mark.asyncio(loop_scope="module")
PAID = "/v1/message-texts/payment_paid/en/email"
HOW = "/v1/message-texts/payment_instructions/en/sms"
WORDS = {"subject": "{{ amount }} is in", "body": "Dear {{ name }}, it is in."}


@pytest_asyncio.fixture(loop_scope="module")
async def edge(one_shop: tuple[Edge, Sandbox]) -> AsyncIterator[Edge]:
    """The module's shop, which says what we say."""
    edge = one_shop[0]
    yield edge
    async with edge.services.db.transaction() as tx:
        await tx.execute("UPDATE message_texts SET approval = 'withdrawn'")


async def standing(edge: Edge, template: str, language: str, channel: str) -> dict[str, object]:
    listed = (await edge.get("/v1/message-texts", "support")).json()["data"]
    (found,) = [
        one for one in listed if (one["template"], one["language"], one["channel"]) == (template, language, channel)
    ]
    return dict(found)


async def test_the_list_has_every_text_and_one_shows_what_is_needed_to_write_it(edge: Edge) -> None:
    assert len((await edge.get("/v1/message-texts")).json()["data"]) == len(texts())
    one = (await edge.get(HOW, "support")).json()
    assert one["mandatory"] == ["amount", "number", "code"]
    assert "{{ number }}" in one["ours"]["body"]
    assert set(one["mandatory"]) <= set(one["names"])


async def test_a_preview_saves_nothing_and_shows_every_example_or_every_mistake(edge: Edge) -> None:
    body = {"body": "{{ business }}: {{ amount }} {{ number }}{{ code }} {{ link }}"}
    good = (await edge.post(f"{HOW}/preview", "support", body)).json()
    assert (good["problems"], good["needs"], [one["case"] for one in good["previews"]]) == (
        {},
        ["instructions"],
        ["bank", "store"],
    )
    assert good["previews"][0]["segments"]["alphabet"] == "GSM-7"
    bad = (await edge.post(f"{PAID}/preview", "support", {"subject": "{{ x }}", "body": "{{ name.upper() }}"})).json()
    assert sorted(bad["problems"]) == ["body", "subject"]
    assert (await edge.get(PAID)).json()["versions"] == []


async def test_a_saved_text_is_used_and_ours_is_back_by_one_call(edge: Edge) -> None:
    saved = await edge.post(PAID, "developer", WORDS)
    assert (saved.status_code, saved.json()["approval"], saved.json()["source"]) == (200, "not_needed", "shop")
    assert (await standing(edge, "payment_paid", "en", "email"))["used"] == saved.json()
    assert (await edge.post(f"{PAID}/ours", "developer")).json()["source"] == "ours"
    assert (await standing(edge, "payment_paid", "en", "email"))["used"] is None
    actions = [
        one["action"]
        for one in (await edge.get("/v1/audit", object="message_text:payment_paid.en.email")).json()["data"]
    ]
    assert actions[:2] == ["message_text.ours_used", "message_text.saved"]


async def test_a_text_that_cannot_be_used_is_refused_part_by_part(edge: Edge) -> None:
    answer = await edge.post(PAID, "developer", {"subject": "{{ nam }}", "body": "Pay at evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (422, "message_text_unusable")
    assert {one["pointer"] for one in answer.json()["errors"]} == {"/subject"}
    assert "Did you mean name?" in answer.json()["errors"][0]["detail"]
    answer = await edge.post(PAID, "developer", {"subject": "Paid", "body": "Pay at evil.example"})
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/body"]


async def test_unknown_texts_parts_and_roles_are_refused(edge: Edge) -> None:
    for path in ("payment_paid/fr/email", "payment_paid/en/push", "endpoint_owner_code/en/email", "nothing/en/email"):
        assert (await edge.get(f"/v1/message-texts/{path}")).json()["code"] == "message_text_not_found", path
    assert (await edge.post(HOW, "developer", {"subject": "Pay", "body": "x"})).status_code == 422
    assert (await edge.post(PAID, "support", WORDS)).status_code == 403
    assert (await edge.post("/v1/message-text-versions/mtv_x/refuse", "developer", {"note": "why?"})).status_code == 403


async def test_another_person_agrees_with_their_password_and_no_key_does(edge: Edge) -> None:
    saved = (await edge.post(HOW, "developer", {"body": "Pay {{ amount }} to {{ number }}{{ code }}"})).json()
    assert (saved["approval"], (await standing(edge, "payment_instructions", "en", "sms"))["used"]) == ("pending", None)
    assert "wait for a second person" in str((await edge.get("/readyz")).json())
    path = f"/v1/message-text-versions/{saved['id']}/approve"
    assert (await edge.post(path, "admin", {})).json()["code"] == "approval_needs_a_person"
    await edge.services.identity.accounts.create(
        "system:test", "wati@lumbung.example", PASSWORD, "Wati", "id", Role.FINANCE
    )
    pair = await edge.post("/v1/auth/login", "nobody", {"email": "wati@lumbung.example", "password": PASSWORD})
    edge.tokens["wati"] = f"Bearer {pair.json()['access_token']}"
    await let_sessions_grow_old(edge)
    assert (await edge.post(path, "wati", {})).json()["code"] == "step_up_required"
    await edge.post("/v1/auth/step-up", "wati", {"password": PASSWORD})
    agreed = await edge.post(path, "wati", {"note": "Checked"})
    assert (agreed.status_code, agreed.json()["approval"], agreed.json()["note"]) == (200, "approved", "Checked")
    assert (await standing(edge, "payment_instructions", "en", "sms"))["used"] == agreed.json()
    assert (await edge.post(path, "wati", {})).json()["code"] == "message_text_decided"
