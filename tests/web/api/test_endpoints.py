"""Endpoints by the API: made, changed, tried, sent again, and who may."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gerbang.cli.ports import free_port
from gerbang.core.announcements.service import AnnouncementConsumer
from gerbang.core.endpoints.queueing import CONSUMER
from gerbang.core.endpoints.service import Endpoints
from tests.conftest import FreshDatabase
from tests.core.endpoints.receiver import Receiver, receiving
from tests.web.api.test_event_log import say
from tests.web.conftest import Edge, running_edge

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def edge(module_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Edge]:
    """A service to whose machine endpoints may point, and whose worker sends."""
    data: Path = tmp_path_factory.mktemp("edge")
    async for one in running_edge(module_database, data, free_port(), allowed_private_targets=("127.0.0.1",)):
        stop = asyncio.Event()
        sending = asyncio.create_task(one.services.service(Endpoints).sender.run(stop))
        yield one
        stop.set()
        await sending


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def changed_by(edge: Edge, who: str, endpoint: str, body: dict[str, Any]) -> httpx.Response:
    return await edge.client.patch(f"/v1/endpoints/{endpoint}", json=body, headers=edge.headers(who))


async def made(edge: Edge, shop: Receiver, **more: Any) -> dict[str, Any]:
    answer = await edge.post("/v1/endpoints", "developer", {"url": shop.url, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def change(edge: Edge, endpoint: str, body: dict[str, Any]) -> httpx.Response:
    return await changed_by(edge, "developer", endpoint, body)


async def settled(edge: Edge, endpoint: str) -> dict[str, Any]:
    """The newest delivery of an endpoint, once it was tried."""
    async with asyncio.timeout(20):
        while True:
            answer = await edge.get(f"/v1/endpoints/{endpoint}/deliveries", "developer")
            if (found := answer.json()["data"]) and found[0]["attempts"]:
                newest: dict[str, Any] = found[0]
                return newest
            await asyncio.sleep(0.05)


async def test_the_secret_is_told_once(edge: Edge, shop: Receiver) -> None:
    endpoint = await made(
        edge, shop, events=["payment.*"], description="Toko", signing="both", ordered=True, rate_per_s=50
    )
    assert endpoint["secret"].startswith("whsec_")
    assert endpoint["public_key"].startswith("whpk_")
    seen = (await edge.get(f"/v1/endpoints/{endpoint['id']}", "developer")).json()
    assert "secret" not in seen
    assert "public_key" not in seen
    assert seen == {k: v for k, v in endpoint.items() if k not in ("secret", "public_key")}
    listed = (await edge.get("/v1/endpoints", "developer")).json()["data"]
    assert seen in listed


async def test_what_cannot_work_is_refused_beside_its_field_with_the_cure(edge: Edge, shop: Receiver) -> None:
    wrong = {"url": "http://169.254.169.254/latest/meta-data/"}
    answer = await edge.post("/v1/endpoints", "developer", wrong)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/url")
    assert "GERBANG_ALLOWED_PRIVATE_TARGETS" in answer.text
    answer = await edge.post("/v1/endpoints", "developer", {"url": shop.url, "events": ["pay*"]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/events/0")


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("payment.piad", "Did you mean payment.paid"),
        ("payments.*", "Did you mean payment.*"),
        ("payment", "No event is"),
    ],
)
async def test_a_pattern_that_names_no_event_is_refused_with_those_that_are_near(
    edge: Edge, shop: Receiver, pattern: str, said: str
) -> None:
    answer = await edge.post("/v1/endpoints", "developer", {"url": shop.url, "events": ["refund.*", pattern]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/events/1")
    assert said in answer.json()["errors"][0]["detail"]
    log = await edge.get("/v1/event-log", "developer", events=f"refund.*,{pattern}")
    assert (log.status_code, log.json()["errors"][0]["pointer"]) == (422, "/events")


async def test_a_change_keeps_what_it_does_not_name_and_tells_a_new_key(edge: Edge, shop: Receiver) -> None:
    endpoint = await made(edge, shop, description="Toko", rate_per_s=5)
    answer = await change(edge, endpoint["id"], {"signing": "both", "rate_per_s": None})
    assert (answer.status_code, answer.json()["description"], answer.json()["rate_per_s"]) == (200, "Toko", None)
    assert "public_key" in answer.json()
    assert "secret" not in answer.json()
    assert (await change(edge, endpoint["id"], {})).status_code == 422
    answer = await change(edge, endpoint["id"], {"enabled": False})
    assert (answer.json()["enabled"], answer.json()["disabled_reason"]) == (False, "by_hand")
    assert (await edge.post(f"/v1/endpoints/{endpoint['id']}/test", "developer")).status_code == 409
    assert (await change(edge, endpoint["id"], {"enabled": True})).json()["disabled_reason"] is None


async def test_a_test_event_arrives_and_its_attempt_is_shown_with_all_that_was_said(edge: Edge, shop: Receiver) -> None:
    endpoint = await made(edge, shop)
    sent = await edge.post(f"/v1/endpoints/{endpoint['id']}/test", "developer")
    assert (sent.status_code, sent.json()["status"]) == (202, "pending")
    delivery = await settled(edge, endpoint["id"])
    assert (delivery["id"], delivery["status"], delivery["type"]) == (sent.json()["id"], "succeeded", "endpoint.test")
    whole = (await edge.get(f"/v1/deliveries/{delivery['id']}", "developer")).json()["attempts"][0]
    assert (whole["status_code"], whole["response_body"]) == (200, "ok")
    assert whole["request_headers"]["webhook-id"] == delivery["event"]
    again = await edge.post(f"/v1/deliveries/{delivery['id']}/resend", "developer")
    assert again.status_code == 202


async def test_whether_the_shop_heard_of_an_object_is_asked_by_its_id_and_a_try_can_be_called_off(
    edge: Edge, shop: Receiver
) -> None:
    endpoint, payment = await made(edge, shop, events=["payment.*"]), (await edge.create()).json()["id"]
    consumer = AnnouncementConsumer(edge.services.db, CONSUMER, edge.services.service(Endpoints).queueing.take)
    await consumer.prepare()
    await say(edge, payment, "payment.opened", "payment.link")
    while await consumer.run_once():
        pass
    found = (await edge.get("/v1/deliveries", "developer", object=payment, limit=1)).json()
    older = await edge.get("/v1/deliveries", "developer", object=payment, limit=1, cursor=found["next_cursor"])
    everything = (await edge.get("/v1/deliveries", "developer", object=payment, limit=50)).json()["data"]
    assert found["data"] + older.json()["data"] == everything[:2]
    assert {one["type"] for one in everything} >= {"payment.link", "payment.opened"}
    for wrong, said in ((endpoint["id"][:-1], "26 characters"), ("order-1", "pay, ")):
        refused = await edge.get("/v1/deliveries", "developer", object=wrong)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/object")
        assert said in refused.text
    assert (await edge.get("/v1/deliveries", "developer")).json()["errors"][0]["pointer"] == "/object"

    delivery = found["data"][0]["id"]
    answer = await edge.post(f"/v1/deliveries/{delivery}/cancel", "developer")
    assert (answer.status_code, answer.json()["id"]) == (200, delivery)
    assert answer.json()["status"] in ("cancelled", "succeeded")


async def test_a_new_secret_is_told_when_it_is_made_and_many_are_sent_again_only_after_a_day(
    edge: Edge, shop: Receiver
) -> None:
    endpoint = await made(edge, shop)
    rotated = await edge.post(f"/v1/endpoints/{endpoint['id']}/rotate-secret", "developer", {"overlap_s": 60})
    assert rotated.status_code == 200, rotated.text
    assert rotated.json()["secret"] not in (None, endpoint["secret"])
    tap = await edge.post(f"/v1/endpoints/{endpoint['id']}/resend", "developer", {"since": "2026-01-01T00:00:00Z"})
    assert (tap.status_code, tap.json()["code"]) == (409, "endpoint_too_young")


async def test_a_deleted_endpoint_is_gone(edge: Edge, shop: Receiver) -> None:
    endpoint = await made(edge, shop)
    gone = await edge.client.delete(f"/v1/endpoints/{endpoint['id']}", headers=edge.headers("developer"))
    assert gone.status_code == 204
    for path in (f"/v1/endpoints/{endpoint['id']}", f"/v1/endpoints/{endpoint['id']}/deliveries"):
        answer = await edge.get(path, "developer")
        assert (answer.status_code, answer.json()["code"]) == (404, "endpoint_not_found")


@pytest.mark.parametrize("who", ["support", "finance", "customer"])
async def test_who_does_not_build_may_not_say_where_events_go(edge: Edge, shop: Receiver, who: str) -> None:
    assert (await edge.post("/v1/endpoints", who, {"url": shop.url})).status_code == 403
    assert (await edge.get("/v1/endpoints", who)).status_code == 403


async def test_what_was_done_stands_in_the_audit_trail_without_the_address_or_the_secret(
    edge: Edge, shop: Receiver
) -> None:
    endpoint = await made(edge, shop)
    rows = [row for row in await edge.audited("endpoint.created") if row["object"] == endpoint["id"]]
    assert [row["detail"]["host"] for row in rows] == [f"127.0.0.1:{shop.port}"]
    assert not [row for row in rows if shop.url in str(row) or endpoint["secret"] in str(row)]


async def test_the_same_request_with_the_same_key_makes_one_endpoint_and_tells_its_secret_again(
    edge: Edge, shop: Receiver
) -> None:
    answers = [
        await edge.post("/v1/endpoints", "developer", {"url": shop.url, "description": "once"}, key="endpoint-1")
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert [one.headers.get("idempotent-replayed") for one in answers] == [None, "true"]
    other = await edge.post("/v1/endpoints", "developer", {"url": shop.url}, key="endpoint-1")
    assert other.json()["code"] == "idempotency_key_reused"
    names = [one.name for one in await edge.services.secrets.names() if answers[0].json()["id"] in one.name]
    assert len(names) == 1


async def test_only_an_administrator_lets_an_endpoint_hear_of_people(edge: Edge, shop: Receiver) -> None:
    refused = await edge.post("/v1/endpoints", "developer", {"url": shop.url, "include": ["personal"]})
    assert (refused.status_code, "endpoints:disclose" in refused.text) == (403, True)
    endpoint = await made(edge, shop)
    assert endpoint["include"] == []
    assert (await change(edge, endpoint["id"], {"include": ["personal"]})).status_code == 403
    allowed = await changed_by(edge, "admin", endpoint["id"], {"include": ["personal"]})
    assert (allowed.status_code, allowed.json()["include"]) == (200, ["personal"])
    wrong = await changed_by(edge, "admin", endpoint["id"], {"include": ["everything"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/include/0")
