"""The page of an endpoint's owner: by a link that opens once, for one mailbox, with a fresh code before a secret is seen."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from gerbang.base import ids
from gerbang.core.announcements.service import AnnouncementConsumer
from gerbang.core.endpoints import delivery_store
from gerbang.core.endpoints.owner_access import MOST_CODES, MOST_TRIES, OwnerTokens
from gerbang.core.endpoints.queueing import Payload, message
from gerbang.core.identity.model import Role
from gerbang.core.notifications.service import CONSUMER
from tests.conftest import NO_TLS
from tests.core.endpoints.receiver import Receiver
from tests.web.conftest import Edge
from tests.web.console.test_endpoints import desk, edge, make, shop, tried
from tests.web.console.test_operators import signed_in

__all__ = ["desk", "edge", "shop"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
MAILBOX = "it@lumbung.example"


@pytest_asyncio.fixture(loop_scope="module")
async def owner(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which nobody is signed in."""
    headers = {"origin": edge.url, "accept-language": "en"}
    async with httpx.AsyncClient(base_url=edge.url, timeout=20, headers=headers, verify=NO_TLS) as browser:
        yield browser


async def mailed(edge: Edge, desk: httpx.AsyncClient, endpoint: str) -> tuple[UUID, str]:
    """An operator mails a link; its id, and its address as the mail has it."""
    sent = await desk.post(f"/console/endpoints/{endpoint}/owner", data={"email": MAILBOX, "language": "en"})
    assert sent.headers["location"].endswith("done=mailed"), sent.text
    async with edge.services.db.reading() as tx:
        link: UUID = await tx.fetchval("SELECT id FROM endpoint_owner_links ORDER BY id DESC LIMIT 1")
    token = await OwnerTokens(edge.services.secrets).link(link)
    return link, f"/owner/endpoint/{ids.show('eol', link)}?t={token}"


async def opened(edge: Edge, desk: httpx.AsyncClient, owner: httpx.AsyncClient, endpoint: str) -> tuple[UUID, str]:
    """The same, opened in this browser; its id and the page's address."""
    link, address = await mailed(edge, desk, endpoint)
    here, _, token = address.partition("?t=")
    answer = await owner.post(f"{here}/open", data={"t": token})
    assert answer.status_code == 303, answer.text
    return link, here


async def code_of(edge: Edge, owner: httpx.AsyncClient, link: UUID, here: str, act: str) -> str:
    """Ask for a code; the one that is mailed."""
    asked = await owner.post(f"{here}/code", data={"act": act})
    assert f"code={act}" in asked.headers["location"]
    async with edge.services.db.reading() as tx:
        number = await tx.fetchval("SELECT code_number FROM endpoint_owner_links WHERE id = $1", link)
    return await OwnerTokens(edge.services.secrets).code(link, number)


async def set_back(edge: Edge, link: UUID, **by: timedelta) -> None:
    """Let it be as if this much time had passed for the link, its session or its code."""
    none = timedelta()
    async with edge.services.db.transaction() as tx:
        await tx.execute(
            """
            UPDATE endpoint_owner_links SET made_at = made_at - $2::interval, opened_at = opened_at - $3::interval,
                code_until = code_until - $4::interval WHERE id = $1
            """,
            link,
            by.get("made", none),
            by.get("opened", none),
            by.get("code", none),
        )


async def test_a_link_is_looked_at_as_often_as_one_likes_and_opens_once(
    edge: Edge, desk: httpx.AsyncClient, shop: Receiver, owner: httpx.AsyncClient
) -> None:
    endpoint, _ = await make(desk, shop)
    _, address = await mailed(edge, desk, endpoint)
    here, _, token = address.partition("?t=")
    for _ in range(2):
        seen = await owner.get(address)
        assert (seen.status_code, "Open the page" in seen.text) == (200, True)
        assert (seen.headers["referrer-policy"], seen.headers["cache-control"]) == ("no-referrer", "no-store")
    first = await owner.post(f"{here}/open", data={"t": token})
    assert (first.status_code, first.headers["referrer-policy"]) == (303, "no-referrer")
    assert f"path={here}".lower() in first.headers["set-cookie"].lower()
    page = await owner.get(here)
    assert (page.status_code, "127.0.0.1" in page.text) == (200, True)
    async with httpx.AsyncClient(base_url=edge.url, headers={"origin": edge.url}, verify=NO_TLS) as stranger:
        for answer in (
            await stranger.get(address),
            await stranger.post(f"{here}/open", data={"t": token}),
            await stranger.get(here),
        ):
            assert answer.status_code == 404


@pytest.mark.parametrize("token", ["", "x", "A" * 32])
async def test_a_link_without_its_token_opens_nothing(
    edge: Edge, desk: httpx.AsyncClient, shop: Receiver, owner: httpx.AsyncClient, token: str
) -> None:
    endpoint, _ = await make(desk, shop)
    _, address = await mailed(edge, desk, endpoint)
    here = address.partition("?")[0]
    assert (await owner.get(f"{here}?t={token}")).status_code == 404
    assert (await owner.post(f"{here}/open", data={"t": token})).status_code == 404


async def test_a_link_dies_after_a_day_and_its_session_after_half_an_hour(
    edge: Edge, desk: httpx.AsyncClient, shop: Receiver, owner: httpx.AsyncClient
) -> None:
    endpoint, _ = await make(desk, shop)
    late, address = await mailed(edge, desk, endpoint)
    await set_back(edge, late, made=timedelta(hours=24, seconds=1))
    assert (await owner.get(address)).status_code == 404
    link, here = await opened(edge, desk, owner, endpoint)
    assert (await owner.get(here)).status_code == 200
    await set_back(edge, link, opened=timedelta(minutes=30, seconds=1))
    assert (await owner.get(here)).status_code == 404
    over = await owner.post(f"{here}/code", data={"act": "show"})
    assert (over.status_code, "not valid any more" in over.text) == (404, True)


async def test_an_owner_sees_this_endpoint_only_and_sends_again(
    edge: Edge, desk: httpx.AsyncClient, shop: Receiver, owner: httpx.AsyncClient
) -> None:
    endpoint, _ = await make(desk, shop)
    other, _ = await make(desk, shop, description="another")
    theirs = (await tried(desk, other)).url.path.split("/")[-1]
    own = (await tried(desk, endpoint)).url.path.split("/")[-1]
    _, here = await opened(edge, desk, owner, endpoint)
    page = await owner.get(here)
    assert own in page.text
    assert theirs not in page.text
    one = await owner.get(f"{here}/deliveries/{own}")
    assert "webhook-signature" in one.text
    assert "/console/" not in page.text + one.text
    assert (await owner.get(f"{here}/deliveries/{theirs}")).status_code == 404
    assert (await owner.post(f"{here}/deliveries/{theirs}/resend")).status_code == 404
    before = len(shop.came)
    assert (await owner.post(f"{here}/deliveries/{own}/resend")).headers["location"].endswith("done=resent")
    async with asyncio.timeout(20):
        while len(shop.came) == before:
            await asyncio.sleep(0.02)
    assert [entry["actor"].partition(":")[0] for entry in await edge.noted("delivery.resent")][-1:] == [
        "endpoint_owner"
    ]


async def test_a_secret_is_seen_and_replaced_by_a_fresh_code_only(
    edge: Edge, desk: httpx.AsyncClient, shop: Receiver, owner: httpx.AsyncClient
) -> None:
    endpoint, made = await make(desk, shop)
    link, here = await opened(edge, desk, owner, endpoint)
    secret = re.search(r"whsec_[A-Za-z0-9+/=]{20,}", made.text)
    assert secret is not None
    nothing = await owner.post(f"{here}/secret", data={"act": "show", "code": "000000"})
    assert (nothing.status_code, secret[0] in nothing.text) == (422, False)

    code = await code_of(edge, owner, link, here, "show")
    shown = await owner.post(f"{here}/secret", data={"act": "show", "code": f" {code[:3]} {code[3:]} "})
    assert (shown.status_code, secret[0] in shown.text) == (200, True)
    again = await owner.post(f"{here}/secret", data={"act": "show", "code": code})
    assert (again.status_code, secret[0] in again.text) == (422, False)

    code = await code_of(edge, owner, link, here, "rotate")
    new = await owner.post(f"{here}/secret", data={"act": "rotate", "code": code})
    assert "whsec_" in new.text
    assert secret[0] not in new.text
    for done in ("opened", "code_sent", "code_used_to_show", "code_used_to_rotate"):
        assert await edge.noted(f"endpoint.owner_{done}"), done


async def test_codes_are_guessed_five_times_and_asked_for_five_times(
    edge: Edge, desk: httpx.AsyncClient, shop: Receiver, owner: httpx.AsyncClient
) -> None:
    endpoint, _ = await make(desk, shop)
    link, here = await opened(edge, desk, owner, endpoint)
    code = await code_of(edge, owner, link, here, "show")
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(MOST_TRIES):
        assert (await owner.post(f"{here}/secret", data={"act": "show", "code": wrong})).status_code == 422
    right = await owner.post(f"{here}/secret", data={"act": "show", "code": code})
    assert (right.status_code, "valid no more" in right.text) == (422, True)
    for _ in range(MOST_CODES - 1):
        await code_of(edge, owner, link, here, "show")
    over = await owner.post(f"{here}/code", data={"act": "show"})
    assert over.headers["location"].endswith("done=too_many")
    assert "no more codes" in (await owner.get(here)).text


async def test_an_older_code_and_one_of_ten_minutes_ago_open_nothing(
    edge: Edge, desk: httpx.AsyncClient, shop: Receiver, owner: httpx.AsyncClient
) -> None:
    endpoint, _ = await make(desk, shop)
    link, here = await opened(edge, desk, owner, endpoint)
    first = await code_of(edge, owner, link, here, "show")
    second = await code_of(edge, owner, link, here, "show")
    assert first != second
    assert (await owner.post(f"{here}/secret", data={"act": "show", "code": first})).status_code == 422
    await set_back(edge, link, code=timedelta(minutes=10, seconds=1))
    assert (await owner.post(f"{here}/secret", data={"act": "show", "code": second})).status_code == 422


async def test_another_sites_form_presses_nothing(
    edge: Edge, desk: httpx.AsyncClient, shop: Receiver, owner: httpx.AsyncClient
) -> None:
    endpoint, _ = await make(desk, shop)
    _, here = await opened(edge, desk, owner, endpoint)
    foreign = {"origin": "https://elsewhere.example"}
    for path, data in ((f"{here}/code", {"act": "rotate"}), (f"{here}/secret", {"act": "rotate", "code": "1"})):
        assert (await owner.post(path, data=data, headers=foreign)).status_code == 403


async def test_the_link_and_the_code_are_mailed_to_the_mailbox_and_nowhere_kept(
    edge: Edge, desk: httpx.AsyncClient, shop: Receiver, owner: httpx.AsyncClient
) -> None:
    endpoint, _ = await make(desk, shop)
    link, here = await opened(edge, desk, owner, endpoint)
    await code_of(edge, owner, link, here, "show")
    telling = AnnouncementConsumer(edge.services.db, CONSUMER, edge.services.notifications.take)
    await telling.prepare()
    while await telling.run_once():
        pass
    async with edge.services.db.reading() as tx:
        mails = await tx.fetch(
            "SELECT recipient, template, locale, data::text FROM notifications WHERE object_id = $1", link
        )
    assert {(one["recipient"], one["template"], one["locale"]) for one in mails} == {
        (MAILBOX, "endpoint_owner_link", "en"),
        (MAILBOX, "endpoint_owner_code", "en"),
    }
    token = await OwnerTokens(edge.services.secrets).link(link)
    assert not any("one_time_code" in one["data"] or token in one["data"] for one in mails)


async def test_names_are_shown_to_administrators_only_whatever_the_endpoint_hears(
    edge: Edge, desk: httpx.AsyncClient, shop: Receiver, owner: httpx.AsyncClient
) -> None:
    admin = await signed_in(edge, Role.ADMIN)
    endpoint, _ = await make(admin, shop, personal="yes")
    payload = Payload({"object": "payment"}, lambda: {"object": "payment", "payer": "Sari Wulandari"})
    told, delivery = (
        message(ids.new(), "payment.paid", datetime.now(UTC), 1, ("payment", ids.new()), payload),
        ids.new(),
    )
    async with edge.services.db.transaction() as tx:
        await delivery_store.add(tx, [told], [(delivery, ids.read("ep", endpoint), told)])
    async with asyncio.timeout(20):
        while not any(b"Sari" in one.body for one in shop.came):
            await asyncio.sleep(0.02)
    _, here = await opened(edge, desk, owner, endpoint)
    shown = ids.show("dlv", delivery)
    seen = {
        "admin": await admin.get(f"/console/deliveries/{shown}"),
        "developer": await desk.get(f"/console/deliveries/{shown}"),
        "owner": await owner.get(f"{here}/deliveries/{shown}"),
    }
    assert {who: (page.status_code, "Sari" in page.text) for who, page in seen.items()} == {
        "admin": (200, True),
        "developer": (200, False),
        "owner": (200, False),
    }
    assert "they are left out here" in seen["developer"].text
    await admin.aclose()


async def test_a_mailbox_that_is_none_is_refused_beside_its_field(desk: httpx.AsyncClient, shop: Receiver) -> None:
    endpoint, _ = await make(desk, shop)
    wrong = ({"email": "it@", "language": "en"}, {"email": "", "language": "en"}, {"email": MAILBOX, "language": "xx"})
    for given in wrong:
        answer = await desk.post(f"/console/endpoints/{endpoint}/owner", data=given)
        assert (answer.status_code, 'class="err"' in answer.text) == (422, True)
