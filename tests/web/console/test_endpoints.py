"""Endpoints in the console: made, changed, tried, switched, sent to again; what is shown of them, and to whom."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from gerbang.base import ids
from gerbang.cli.ports import free_port
from gerbang.core.endpoints import delivery_store
from gerbang.core.endpoints.queueing import Payload, message
from gerbang.core.endpoints.service import Endpoints
from gerbang.core.identity.model import Role
from tests.conftest import FreshDatabase
from tests.core.endpoints.receiver import OK, Receiver, receiving, status
from tests.web.conftest import Edge, running_edge
from tests.web.console.open_form import open_form
from tests.web.console.test_operators import hidden, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
GIVEN = {"description": "Toko", "events": "payment.*, refund.*", "signing": "hmac", "ordered": "no", "rate": ""} | {
    "retries": "standard"
}


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
async def desk(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which a developer is signed in, who reads English."""
    browser = await signed_in(edge, Role.DEVELOPER)
    browser.cookies.set("grb_lang", "en")
    yield browser
    await browser.aclose()


@pytest_asyncio.fixture(loop_scope="module")
async def shop() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def make(desk: httpx.AsyncClient, shop: Receiver, **more: str) -> tuple[str, httpx.Response]:
    """Fill in the form; the id of the endpoint and the page that follows."""
    key = hidden(await desk.get("/console/endpoints/new"), "key")
    answer = await desk.post("/console/endpoints/new", data={**GIVEN, "url": shop.url, "key": key, **more})
    found = re.search(r"/console/endpoints/(ep_[0-9A-Z]{26})", answer.text)
    assert found is not None, answer.text
    return found[1], answer


async def tried(desk: httpx.AsyncClient, endpoint: str) -> httpx.Response:
    """Send a test event, and the page of its delivery once it was tried."""
    sent = await desk.post(f"/console/endpoints/{endpoint}/test")
    assert sent.status_code == 303, sent.text
    async with asyncio.timeout(20):
        while "try-1" not in (page := await desk.get(sent.headers["location"])).text:
            await asyncio.sleep(0.05)
    return page


async def paid(edge: Edge, endpoint: str, payment: str) -> str:
    """Tell an endpoint that a payment is paid; the delivery's id."""
    about, delivery = ("payment", ids.read("pay", payment)), ids.new()
    told = message(ids.new(), "payment.paid", datetime.now(UTC), 3, about, Payload({}))
    async with edge.services.db.transaction() as tx:
        await delivery_store.add(tx, [told], [(delivery, ids.read("ep", endpoint), told)])
    return ids.show("dlv", delivery)


async def test_a_new_endpoint_shows_its_secret_once(desk: httpx.AsyncClient, shop: Receiver) -> None:
    endpoint, made = await make(desk, shop, signing="both")
    assert made.status_code == 200, made.text
    secret = re.search(r"whsec_[A-Za-z0-9+/=]{20,}", made.text)
    assert secret is not None
    assert "whpk_" in made.text
    assert made.headers["cache-control"] == "no-store"
    for path in (f"/console/endpoints/{endpoint}", f"/console/endpoints/{endpoint}/edit", "/console/endpoints"):
        seen = await desk.get(path)
        assert (seen.status_code, secret[0] in seen.text) == (200, False), path


async def test_the_same_form_sent_twice_makes_one_endpoint(desk: httpx.AsyncClient, shop: Receiver) -> None:
    key = hidden(await desk.get("/console/endpoints/new"), "key")
    given = {**GIVEN, "url": shop.url, "key": key, "description": "twice"}
    first, second = [await desk.post("/console/endpoints/new", data=given) for _ in range(2)]
    secrets = {re.findall(r"whsec_[A-Za-z0-9+/=]{20,}", answer.text)[0] for answer in (first, second)}
    assert (first.status_code, second.status_code, len(secrets)) == (200, 200, 1)
    listed = await desk.get("/console/endpoints", params={"text": "twice"})
    assert len(set(re.findall(r'id="row-(ep_\w+)"', listed.text))) == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("url", "http://169.254.169.254/latest/meta-data/", "GERBANG_ALLOWED_PRIVATE_TARGETS"),
        ("url", "toko.example", "This is no web address"),
        ("events", "payment.paid, pay*", "pay*"),
        ("events", " , ", "1 to 50"),
        ("rate", "0", "1 to 10000"),
        ("signing", "md5", "Choose one"),
        ("description", "4111 1111 1111 1111", "card"),
    ],
)
async def test_what_cannot_work_is_said_beside_its_field_with_the_cure(
    desk: httpx.AsyncClient, shop: Receiver, name: str, value: str, said: str
) -> None:
    key = hidden(await desk.get("/console/endpoints/new"), "key")
    given = {**GIVEN, "url": shop.url, "key": key} | {name: value}
    answer = await desk.post("/console/endpoints/new", data=given)
    assert answer.status_code == 422
    beside = answer.text.partition(f'id="e-{name}"')[2].partition("</p>")[0]
    assert said in beside
    assert 'value="Toko"' in answer.text or name == "description"


async def test_a_test_event_is_seen_to_arrive_with_all_that_was_sent_and_answered(
    desk: httpx.AsyncClient, shop: Receiver
) -> None:
    shop.answer = lambda _: OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: sid=geheim\r\n\r\n")
    endpoint, _ = await make(desk, shop)
    page = await tried(desk, endpoint)
    assert "Delivered" in page.text
    for shown in ("webhook-signature", "endpoint.test", "127.0.0.1", "connected, address checked", "curl -i -X POST"):
        assert shown in page.text, shown
    assert "geheim" not in page.text
    assert shop.came[-1].id in page.text


async def test_a_failing_endpoint_says_since_when_and_what_to_do(
    edge: Edge, desk: httpx.AsyncClient, shop: Receiver
) -> None:
    shop.answer = status(404)
    endpoint, _ = await make(desk, shop)
    delivery = await paid(edge, endpoint, (await edge.create()).json()["id"])
    async with asyncio.timeout(20):
        while "try-1" not in (seen := await desk.get(f"/console/deliveries/{delivery}")).text:
            await asyncio.sleep(0.05)
    assert "Retrying" in seen.text
    page = await desk.get(f"/console/endpoints/{endpoint}")
    assert "Nothing has arrived since" in page.text
    assert "There is nothing at that address" in page.text
    listed = await desk.get("/console/endpoints", params={"state": "failing"})
    assert endpoint in listed.text
    assert endpoint not in (await desk.get("/console/endpoints", params={"state": "on"})).text


async def test_a_delivery_that_waits_is_cancelled_and_sent_again(desk: httpx.AsyncClient, shop: Receiver) -> None:
    shop.answer = status(503)
    endpoint, _ = await make(desk, shop)
    delivery = (await tried(desk, endpoint)).url.path
    assert "Cancel this delivery?" in (await desk.get(f"{delivery}/cancel")).text
    cancelled = await desk.post(f"{delivery}/cancel")
    assert "Cancelled" in (await desk.get(cancelled.headers["location"])).text
    shop.answer = lambda _: OK
    await desk.post(f"{delivery}/resend")
    async with asyncio.timeout(20):
        while "Delivered" not in (await desk.get(delivery)).text:
            await asyncio.sleep(0.05)
    assert len({one.id for one in shop.came}) == 1


async def test_a_rotated_secret_is_shown_once_and_says_until_when_the_old_one_signs(
    desk: httpx.AsyncClient, shop: Receiver
) -> None:
    endpoint, made = await make(desk, shop)
    assert "One day" in (await desk.get(f"/console/endpoints/{endpoint}/rotate")).text
    new = await desk.post(f"/console/endpoints/{endpoint}/rotate", data={"overlap": "3600"})
    assert "the old key signs too" in new.text
    keys = [re.search(r"whsec_[A-Za-z0-9+/=]{20,}", page.text) for page in (made, new)]
    assert keys[0] is not None
    assert keys[1] is not None
    assert keys[0][0] != keys[1][0]
    await tried(desk, endpoint)
    assert shop.came[-1].headers["webhook-signature"].count("v1,") == 2
    refused = await desk.post(f"/console/endpoints/{endpoint}/rotate", data={"overlap": "-1"})
    assert refused.status_code == 422


async def test_switching_off_cancels_and_switching_on_sends_again(desk: httpx.AsyncClient, shop: Receiver) -> None:
    endpoint, _ = await make(desk, shop)
    here = f"/console/endpoints/{endpoint}"
    off = await desk.get((await desk.post(f"{here}/disable")).headers["location"])
    assert "Switched off by a person" in off.text
    assert f"{here}/test" not in off.text
    refused = await desk.post(f"{here}/test")
    assert "Not done" in (await desk.get(refused.headers["location"])).text
    on = await desk.get((await desk.post(f"{here}/enable")).headers["location"])
    assert f"{here}/test" in on.text


async def test_a_change_is_kept_and_a_deleted_endpoint_is_gone(desk: httpx.AsyncClient, shop: Receiver) -> None:
    endpoint, _ = await make(desk, shop)
    here = f"/console/endpoints/{endpoint}"
    given = {**GIVEN, "url": shop.url, "events": "refund.*", "rate": "7", "ordered": "yes", "description": "ERP"}
    saved = await desk.post(f"{here}/edit", data=given)
    assert saved.headers["location"].endswith("done=saved")
    page = await desk.get(here)
    for shown in ("refund.*", "7 a second", "In order per object", "ERP"):
        assert shown in page.text, shown
    assert endpoint not in (await desk.get("/console/endpoints", params={"event": "payment.paid"})).text
    assert "Delete 127.0.0.1" in (await desk.get(f"{here}/delete")).text
    await desk.post(f"{here}/delete")
    assert (await desk.get(here)).status_code == 404


async def test_many_are_sent_again_from_a_day_after_it_was_made(desk: httpx.AsyncClient, shop: Receiver) -> None:
    endpoint, _ = await make(desk, shop)
    here = f"/console/endpoints/{endpoint}/resend"
    assert (await desk.post(here, data={"since": "", "status": "lost"})).status_code == 422
    assert (await desk.post(here, data={"since": "gestern", "status": "lost"})).status_code == 422
    early = await desk.post(here, data={"since": "2026-11-01T00:00", "status": "lost"})
    assert "done=refused" in early.headers["location"]


async def test_a_payments_page_tells_what_its_webhook_was_answered(
    edge: Edge, desk: httpx.AsyncClient, shop: Receiver
) -> None:
    endpoint, _ = await make(desk, shop)
    payment = (await edge.create()).json()["id"]
    delivery = await paid(edge, endpoint, payment)
    page = f"/console/payments/{payment}"
    async with asyncio.timeout(20):
        while "answered 200 in" not in (seen := await desk.get(page)).text:
            await asyncio.sleep(0.05)
    assert f"/console/deliveries/{delivery}" in seen.text
    support = await signed_in(edge, Role.SUPPORT)
    theirs = (await support.get(page)).text
    assert ("127.0.0.1" in theirs, "/console/deliveries/" in theirs) == (True, False)
    await support.aclose()


async def test_only_an_administrator_lets_an_endpoint_hear_of_people_or_moves_one_that_does(
    edge: Edge, desk: httpx.AsyncClient, shop: Receiver
) -> None:
    refused, _ = await make(desk, shop, personal="yes")
    assert "Left out" in (await desk.get(f"/console/endpoints/{refused}")).text
    admin = await signed_in(edge, Role.ADMIN)
    admin.cookies.set("grb_lang", "en")
    endpoint, _ = await make(admin, shop, personal="yes")
    here = f"/console/endpoints/{endpoint}"
    assert "Sent too" in (await desk.get(here)).text
    moved = {**GIVEN, "url": "http://127.0.0.1:3000/elsewhere"}
    answer = await desk.post(f"{here}/edit", data=moved)
    assert (answer.status_code, "only an administrator" in answer.text) == (422, True)
    assert (await desk.post(f"{here}/edit", data={**GIVEN, "url": shop.url, "rate": "9"})).status_code == 303
    assert "Sent too" in (await desk.get(here)).text
    await admin.aclose()


async def test_support_sees_no_endpoint(edge: Edge, desk: httpx.AsyncClient, shop: Receiver) -> None:
    endpoint, _ = await make(desk, shop)
    support = await signed_in(edge, Role.SUPPORT)
    for path in ("/console/endpoints", f"/console/endpoints/{endpoint}", "/console/endpoints/new"):
        assert (await support.get(path)).status_code == 403, path
    assert "/console/endpoints" not in (await support.get("/console/payments")).text
    await support.aclose()


async def test_an_unknown_endpoint_or_delivery_is_not_there(desk: httpx.AsyncClient) -> None:
    nobody = ids.new()
    paths = ("endpoints/ep_", "endpoints/" + ids.show("ep", nobody), "deliveries/" + ids.show("dlv", nobody))
    for path in paths:
        assert (await desk.get(f"/console/{path}")).status_code == 404, path


async def test_an_endpoint_and_a_delivery_are_found_by_their_ids(desk: httpx.AsyncClient, shop: Receiver) -> None:
    endpoint, _ = await make(desk, shop)
    delivery = (await tried(desk, endpoint)).url.path
    for shown, page in ((endpoint, f"/console/endpoints/{endpoint}"), (delivery.split("/")[-1], delivery)):
        found = await desk.get("/console/find", params={"q": shown.lower()})
        assert found.headers["location"] == page


async def test_an_old_tab_changes_what_was_touched_in_it_alone(desk: httpx.AsyncClient, shop: Receiver) -> None:
    id_, _ = await make(desk, shop)
    here = f"/console/endpoints/{id_}/edit"
    old = open_form((await desk.get(here)).text, here)
    assert (await desk.post(here, data={**old, "events": "payout.*"})).status_code == 303
    assert (await desk.post(here, data={**old, "description": "Gudang"})).status_code == 303
    after = open_form((await desk.get(here)).text, here)
    assert (after["events"], after["description"]) == ("payout.*", "Gudang")
