"""The console's audit page: who did what, in words and with names, by filters that stand in the address."""

import html
import re
from urllib.parse import quote

import httpx
import pytest

from gerbang.base import ids
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.identity.model import Role
from gerbang.sandbox.app import Sandbox
from gerbang.web.console.moments import read_moment
from tests.web.conftest import Edge, one_desk, one_shop
from tests.web.console.test_operators import a_paid_payment, signed_in

__all__ = ["one_desk", "one_shop"]
Shop = tuple[Edge, Sandbox]
HERE = "/console/audit"


async def lines(desk: httpx.AsyncClient, **filters: str) -> list[str]:
    """The rows of the list, as text without tags."""
    page = await desk.get(HERE, params={"lang": "en", **filters})
    assert page.status_code == 200, page.text
    body = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


@pytest.mark.asyncio(loop_scope="module")
async def test_what_somebody_did_is_told_in_words_with_their_name_and_links(
    one_shop: Shop, one_desk: httpx.AsyncClient
) -> None:
    edge, sandbox = one_shop
    payment = await a_paid_payment(edge, sandbox)
    asked = await one_desk.post(
        f"/console/payments/{payment}/refund", data={"amount": "40000", "reason": "Stok habis", "key": "k1"}
    )
    assert asked.status_code == 303
    told = await lines(one_desk, object=payment, subject="refunds")
    assert len(told) == 1
    assert re.search(r"Ratih finance \(Finance\) asked for a refund of Rp.40[.,]000", told[0])
    assert "reason Stok habis" in told[0]
    page = (await one_desk.get(HERE, params={"object": payment})).text
    assert f'href="/console/find?q={payment}"' in page
    assert f'data-copy="{payment}"' in page
    assert 'href="/console/audit?actor=user' in page
    assert 'href="/console/requests/' in page
    assert "usr_" not in re.sub(r"<[^>]+>", " ", page), "somebody is called by an id"


@pytest.mark.asyncio(loop_scope="module")
async def test_the_trail_is_narrowed_by_actor_subject_action_object_and_minutes(
    one_shop: Shop, one_desk: httpx.AsyncClient
) -> None:
    edge, sandbox = one_shop
    payment = await a_paid_payment(edge, sandbox)
    of_payment = await lines(one_desk, object=payment)
    assert any("created the payment" in one for one in of_payment)
    assert any('facts ["Captured"]' in html.unescape(one) for one in of_payment)
    created = await lines(one_desk, object=payment, action="payment.created")
    assert len(created) == 1
    assert await lines(one_desk, object=payment, action="payment.created", subject="refunds") == []
    key = re.search(r"actor=(key[^\"&]+)", (await one_desk.get(HERE, params={"action": "payment.created"})).text)
    assert key is not None
    actor = key[1].replace("%3A", ":")
    by_key = await lines(one_desk, actor=actor, subject="payments")
    assert by_key
    assert all("API key" in one for one in by_key)
    assert await lines(one_desk, after="2026-01-01T00:00", before="2026-01-02T13:45") == []
    assert await lines(one_desk, object=payment, before="2099-01-01T00:00", after="2020-01-01") == of_payment


@pytest.mark.asyncio(loop_scope="module")
async def test_a_list_longer_than_a_page_goes_on_behind_its_end(one_shop: Shop, one_desk: httpx.AsyncClient) -> None:
    edge, _ = one_shop
    for _ in range(30):
        assert (await edge.create()).status_code == 201
    first = (await one_desk.get(HERE)).text
    older = re.search(r'<a class="btn" href="([^"]+)" rel="next">', first)
    assert older is not None
    second = (await one_desk.get(older[1].replace("&amp;", "&"))).text
    rows = [re.findall(r'<tr id="row-(aud_\w+)"', page) for page in (first, second)]
    assert len(rows[0]) == 50
    assert rows[1]
    assert set(rows[0]).isdisjoint(rows[1])
    assert [*rows[0], *rows[1]] == sorted([*rows[0], *rows[1]], reverse=True)


@pytest.mark.asyncio(loop_scope="module")
async def test_what_nothing_can_match_is_told_beside_its_field_and_is_kept(one_desk: httpx.AsyncClient) -> None:
    for name, value in (
        ("subject", "weather"),
        ("action", "payment.danced"),
        ("actor", "payer:pay_1"),
        ("object", "pay_17"),
        ("object", "something"),
        ("after", "yesterday"),
        ("before", "2026-11-23T25:00"),
        ("after", "T14:00"),
    ):
        answer = await one_desk.get(HERE, params={name: value})
        assert (answer.status_code, 'class="err"' in answer.text) == (422, True), (name, value)
        assert value in answer.text, (name, value)
    unknown = await one_desk.get(HERE, params={"actor": "user:" + quote("usr_<gone>")})
    assert (unknown.status_code, "<gone>" in unknown.text) == (200, False)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_payment_with_a_long_history_shows_the_end_of_it_and_leads_back_to_its_beginning(
    one_shop: Shop, one_desk: httpx.AsyncClient
) -> None:
    edge, sandbox = one_shop
    payment = await a_paid_payment(edge, sandbox)
    async with edge.services.db.transaction() as tx:
        entries = [Entry("system:gerbang", "payment.heard", payment, {"source": "inquiry", "n": n}) for n in range(150)]
        await record(tx, entries)
    here = f"/console/payments/{payment}?lang=en"
    newest = (await one_desk.get(here)).text
    older = re.search(r'<a class="btn" href="([^"]+)" rel="next">', newest)
    assert older is not None
    assert "created the payment" not in newest
    first = (await one_desk.get(older[1].replace("&amp;", "&"))).text
    assert "created the payment" in first
    assert ['rel="next"' in first, f'href="/console/payments/{payment}"' in first] == [False, True]
    why = [page.partition('<p class="why">')[2].partition("</p>")[0] for page in (newest, first)]
    assert why[0] == why[1] != ""
    assert "–" not in why[0], "what brought the money lies on another page, and is told all the same"
    assert (await one_desk.get(f"{here}&cursor=x")).status_code == 422


@pytest.mark.asyncio(loop_scope="module")
async def test_who_may_not_read_the_trail_by_the_api_sees_no_page_of_it(one_shop: Shop) -> None:
    edge, _ = one_shop
    for role, status in ((Role.SUPPORT, 403), (Role.DEVELOPER, 403), (Role.ADMIN, 200)):
        browser = await signed_in(edge, role)
        assert (await browser.get(HERE)).status_code == status, role
        assert ('href="/console/audit"' in (await browser.get("/console/payments")).text) == (status == 200), role
        await browser.aclose()


@pytest.mark.asyncio(loop_scope="module")
async def test_an_object_is_found_as_people_write_it_and_a_refund_by_its_payment(
    one_shop: Shop, one_desk: httpx.AsyncClient
) -> None:
    edge, sandbox = one_shop
    payment = await a_paid_payment(edge, sandbox)
    of_payment = await lines(one_desk, object=payment)
    assert await lines(one_desk, object=payment.lower().replace("pay", "PAY")) == of_payment != []
    attempt = (await edge.services.payments.get(ids.read("pay", payment))).attempts[0]
    assert await lines(one_desk, object=ids.show("att", attempt.id)) == of_payment
    named = await one_desk.get(HERE, params={"object": ids.show("att", attempt.id).lower(), "lang": "en"})
    assert f"stands under its payment, {payment}" in re.sub(r"<[^>]+>", "", named.text)
    async with edge.services.db.transaction() as tx:
        await record(tx, [Entry("system:gerbang", "connection.probed", f"connection:{attempt.connection}")])
    assert len(await lines(one_desk, object=f"connection:{attempt.connection}")) >= 1
    assert await lines(one_desk, object=attempt.connection.upper()) == await lines(
        one_desk, object=f"connection:{attempt.connection}"
    )


@pytest.mark.asyncio(loop_scope="module")
async def test_what_gerbang_itself_did_is_chosen_from_the_list(one_shop: Shop, one_desk: httpx.AsyncClient) -> None:
    edge, sandbox = one_shop
    payment = await a_paid_payment(edge, sandbox)
    page = await one_desk.get(HERE, params={"actor": "system:gerbang", "lang": "en"})
    assert (page.status_code, '<option value="system:gerbang" selected>' in page.text) == (200, True)
    assert payment in page.text
    assert 'href="/console/audit?actor=user' not in page.text.partition("<tbody>")[2]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2026-11-30T16:00", "2026-11-30T16:00"),
        ("2026-11-30 16:00", "2026-11-30T16:00"),
        ("2026-11-30T09:00:00Z", "2026-11-30T16:00"),
        ("2026-11-30T16:00:00+07:00", "2026-11-30T16:00"),
        ("2026-11-30T16:00:00 07:00", "2026-11-30T16:00"),
        ("2026-11-30T18:30:05.123456Z", "2026-12-01T01:30:05"),
        ("2026-11-30T04:00-0500", "2026-11-30T16:00"),
        ("2026-11-30 16:00 WIB", "2026-11-30T16:00"),
        ("2026-11-30", "2026-11-30T00:00"),
    ],
)
def test_a_moment_is_read_as_the_api_and_the_log_write_it_and_shown_in_wib(written: str, shown: str) -> None:
    found = read_moment(written)
    assert found is not None
    assert found.shown == shown
    again = read_moment(shown)
    assert again is not None
    assert again.at == found.at
    end, shown_end = read_moment(written, after=True), read_moment(shown, after=True)
    assert end is not None
    assert shown_end is not None
    assert end.at > found.at
    assert (end.at == shown_end.at) == (written != "2026-11-30")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_pasted_moment_stands_in_its_field_in_wib(one_desk: httpx.AsyncClient) -> None:
    page = await one_desk.get(HERE, params={"after": "2026-11-30T09:00:00Z", "before": "2026-11-30T18:30:05Z"})
    assert page.status_code == 200
    assert 'value="2026-11-30T16:00"' in page.text
    assert 'step="1" value="2026-12-01T01:30:05"' in page.text
