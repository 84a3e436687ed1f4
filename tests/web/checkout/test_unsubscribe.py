"""The link of a mail by which somebody gets no more of its kind: what looking does, what one click does, and what they say who cannot be read."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import httpx
import pytest

from gerbang.base import ids
from gerbang.core.notifications.audiences import MayStop, may_stop
from gerbang.core.notifications.model import Notification, Template
from gerbang.core.notifications.unsubscribing import Unsubscribing
from gerbang.ports.messenger import Channel
from gerbang.sandbox.app import Sandbox
from tests.conftest import NO_TLS
from tests.web.conftest import Edge

pytestmark = pytest.mark.asyncio(loop_scope="module")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
A_MAIL = Notification(
    id=ids.new(),
    announcement_id=ids.new(),
    channel=Channel.EMAIL,
    recipient="Sari@example.com",
    template=Template.PAYMENT_REMINDER,
    locale="id",
    data={},
    object=None,
    message_id="<1@toko.example>",
    created_at=datetime(2026, 11, 23, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def edge(one_shop: tuple[Edge, Sandbox]) -> Edge:
    return one_shop[0]


@dataclass(frozen=True, slots=True)
class Mailed:
    """Somebody who got a reminder: their address, the customer whose it is, and where the mail's link leads on this server."""

    customer: str
    link: str


async def mailed(edge: Edge, locale: str = "id", template: Template = Template.PAYMENT_REMINDER) -> Mailed:
    email = f"{ids.new().hex[-12:]}@example.com"
    made = await edge.post("/v1/customers", "developer", {"email": email.upper()}, key="new")
    mail = replace(A_MAIL, recipient=email, locale=locale, template=template)
    address = await edge.services.service(Unsubscribing).address(mail)
    assert address.startswith(edge.services.settings.base_url + "/unsubscribe/")
    return Mailed(made.json()["id"], address.removeprefix(edge.services.settings.base_url))


async def wants_it(edge: Edge, one: Mailed) -> bool:
    """What the API says of the customer."""
    found = (await edge.get(f"/v1/customers/{one.customer}")).json()["preferences"]["messages"]
    wanted: bool = found["payment_reminder"]["email"]
    assert found["payment_expired"]["email"], "nothing else is stopped"
    return wanted


def stranger(edge: Edge) -> httpx.AsyncClient:
    """A mailbox provider: no cookies, no Origin."""
    return httpx.AsyncClient(base_url=edge.url, verify=NO_TLS)


async def test_looking_changes_nothing_keeps_nothing_and_tells_nobody(edge: Edge) -> None:
    one = await mailed(edge)
    async with stranger(edge) as scanner:
        for shown in [await scanner.get(one.link) for _ in range(2)]:
            assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
            assert shown.headers["referrer-policy"] == "no-referrer"
            assert "set-cookie" not in shown.headers
            assert "@example.com" not in shown.text
            assert not re.findall(r"(?:src|href)=\"https?://", shown.text)
        assert (await scanner.head(one.link)).status_code == 200
    assert await wants_it(edge, one)


@pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
async def test_one_click_of_a_mail_program_is_answered_at_once_and_does_the_same_twice(edge: Edge, kind: str) -> None:
    one = await mailed(edge)
    async with stranger(edge) as provider:
        for _ in range(2):
            sent = (
                provider.post(one.link, data=ONE_CLICK)
                if kind == "urlencoded"
                else provider.post(one.link, files={"List-Unsubscribe": (None, "One-Click")})
            )
            assert (await sent).status_code == 200
    assert not await wants_it(edge, one)
    noted = [row for row in await edge.audited("customer.updated") if row["object"] == one.customer]
    assert [(row["actor"], row["detail"]) for row in noted] == [("recipient", {"changed": ["muted"]})]


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "no"}, {"x": "One-Click"}])
async def test_a_form_that_asks_for_nothing_changes_nothing(edge: Edge, body: dict[str, str]) -> None:
    one = await mailed(edge)
    async with stranger(edge) as provider:
        answer = await provider.post(one.link, data=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 200
    assert await wants_it(edge, one)


@pytest.mark.parametrize(
    ("locale", "asks", "done"), [("id", "Berhenti", "sudah berhenti"), ("en", "Get no", "You are unsubscribed")]
)
async def test_the_page_stops_it_by_its_button_and_lets_them_agree_again(
    edge: Edge, locale: str, asks: str, done: str
) -> None:
    one = await mailed(edge, locale)
    async with stranger(edge) as browser:
        assert asks in (await browser.get(one.link)).text
        assert done in (await browser.post(one.link, data=ONE_CLICK)).text
        assert done in (await browser.get(one.link)).text, "the link goes on saying so"
        assert not await wants_it(edge, one)
        again = (await browser.post(one.link, data={"subscribe": "again"})).text
        assert (asks in again, 'role="status"' in again) == (True, True)
        assert 'role="status"' not in (await browser.get(one.link)).text
    assert await wants_it(edge, one)


async def test_somebody_who_is_signed_in_here_is_answered_like_everybody(edge: Edge) -> None:
    one = await mailed(edge)
    async with stranger(edge) as browser:
        cookie = edge.tokens["customer"].removeprefix("Bearer ")
        answer = await browser.post(
            one.link, data=ONE_CLICK, headers={"cookie": f"grb_session={cookie}", "origin": "null"}
        )
    assert answer.status_code == 200
    assert not await wants_it(edge, one)


async def test_a_link_that_was_changed_is_none(edge: Edge) -> None:
    one, other = await mailed(edge), await mailed(edge)
    path, _, query = one.link.partition("?")
    head, _, token = path.rpartition("/")
    theirs = other.link.partition("?")[0].rpartition("/")[2]
    bad = (
        f"/unsubscribe/payment_expired/{token}",
        f"/unsubscribe/payment_paid/{token}",
        f"/unsubscribe/fax/{token}",
        f"{head}/{token[:-1]}{'A' if token[-1] != 'A' else 'B'}",
        f"{head}/{theirs[:43]}{token[43:]}",
        f"{head}/{token[:20]}",
        f"{head}/%C3%A9",
    )
    async with stranger(edge) as browser:
        for address in bad:
            assert (await browser.get(f"{address}?{query}")).status_code == 404, address
            assert (await browser.post(f"{address}?{query}", data=ONE_CLICK)).status_code == 404, address
    assert await wants_it(edge, one)
    assert await wants_it(edge, other)


@pytest.mark.parametrize("template", list(Template))
async def test_only_a_mail_of_no_money_has_such_a_link(edge: Edge, template: Template) -> None:
    service = edge.services.service(Unsubscribing)
    mail = replace(A_MAIL, template=template)
    assert bool(await service.address(mail)) == (may_stop(template) is MayStop.UNSUBSCRIBE)
    assert await service.address(replace(mail, channel=Channel.SMS, recipient="+628120000001")) == ""


async def test_whoever_is_switched_on_again_by_the_shop_is_mailed_again_and_an_address_brings_what_it_wants_no_more(
    edge: Edge,
) -> None:
    one, other = await mailed(edge), await mailed(edge)
    async with stranger(edge) as browser:
        await browser.post(one.link, data=ONE_CLICK)
        email = (await edge.get(f"/v1/customers/{one.customer}")).json()["email"]

        async def change(who: Mailed, body: object) -> None:
            answer = await edge.client.patch(
                f"/v1/customers/{who.customer}", json=body, headers=edge.headers("support")
            )
            assert answer.status_code == 200, answer.text

        await change(other, {"email": email})
        assert not await wants_it(edge, other)
        await change(one, {"preferences": {"messages": {"payment_reminder": {"email": True}}}})
        assert await wants_it(edge, one)
        assert "Berhenti menerima email ini?" in (await browser.get(one.link)).text
