"""The console's pages of the shop's own texts: tried before they are saved, taken back by one press, and agreed to by somebody else."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from gerbang.core.identity.model import Role
from gerbang.sandbox.app import Sandbox
from tests.web.conftest import PASSWORD, Edge
from tests.web.console.open_form import open_form
from tests.web.console.test_operators import hidden, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
LIST = "/console/notifications/texts"
PAID = f"{LIST}/payment_paid/en/email"
HOW = f"{LIST}/payment_instructions/en/sms"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(one_shop: tuple[Edge, Sandbox]) -> AsyncIterator[httpx.AsyncClient]:
    browser = await signed_in(one_shop[0], Role.ADMIN)
    browser.cookies.set("grb_lang", "en")
    yield browser
    await browser.aclose()


@pytest.mark.full
async def test_every_text_of_the_list_opens_with_ours_and_how_it_reads(desk: httpx.AsyncClient) -> None:
    assert f'href="{LIST}"' in (await desk.get("/console/notifications")).text
    listed = set(re.findall(rf"{LIST}/\w+/\w+/\w+", (await desk.get(LIST)).text))
    assert len(listed) > 40
    for address in sorted(listed):
        page = await desk.get(address)
        assert (page.status_code, 'class="letter"' in page.text, 'class="err"' in page.text) == (200, True, False), (
            address
        )


async def test_a_text_is_shown_with_examples_before_it_is_saved(desk: httpx.AsyncClient) -> None:
    form = {"subject": "In: {{ amount }}", "body": "Dear {{ name }},\n\n<b>thanks</b>", "act": "preview"}
    shown = await desk.post(PAID, data=form)
    assert shown.status_code == 200
    assert "In: Rp\u00a0150.000" in shown.text
    assert "Dear Sari,\n\n&lt;b&gt;thanks&lt;/b&gt;" in shown.text
    assert "version 1" not in (await desk.get(LIST)).text


async def test_the_page_says_how_a_part_is_left_out_as_the_language_has_it(desk: httpx.AsyncClient) -> None:
    page = (await desk.get(PAID)).text
    assert "{{% if" not in page
    assert ">{% if name %}</span>" in page.partition('id="h-body"')[2]


async def test_what_is_wrong_stands_beside_its_field_with_everything_kept(desk: httpx.AsyncClient) -> None:
    form = {"subject": "In", "body": "Dear {{ nama }}", "act": "save"}
    refused = await desk.post(PAID, data=form)
    assert refused.status_code == 422
    assert "Did you mean name?" in refused.text.partition('id="e-body"')[2].partition("</p>")[0]
    assert "Dear {{ nama }}</textarea>" in refused.text


async def test_it_is_saved_and_taken_back_by_one_press(desk: httpx.AsyncClient) -> None:
    form = {"subject": "In", "body": "Dear {{ name }}", "act": "save"}
    assert (await desk.post(PAID, data=form)).headers["location"] == f"{PAID}?done=saved"
    page = (await desk.get(f"{PAID}?done=saved")).text
    assert "Saved. The next message says this." in page
    assert "Dear {{ name }}</textarea>" in page
    assert "version 1" in (await desk.get(LIST)).text
    assert (await desk.post(f"{PAID}/ours", data={})).headers["location"] == f"{PAID}?done=ours"
    assert "Back to ours" not in (await desk.get(PAID)).text


async def test_somebody_else_agrees_to_how_to_pay(one_shop: tuple[Edge, Sandbox], desk: httpx.AsyncClient) -> None:
    form = {"body": "Pay {{ amount }} to {{ number }}{{ code }}", "act": "save"}
    assert (await desk.post(HOW, data=form)).headers["location"] == f"{HOW}?done=waits"
    found = re.search(r"/console/notifications/text-versions/mtv_\w+", (await desk.get(HOW)).text)
    assert found
    form = {"decision": "approve", "note": "", "password": PASSWORD}
    key = hidden(await desk.get(found[0]), "key")
    assert (
        "why=message_text_saved_by_same_person"
        in (await desk.post(found[0], data=form | {"key": key})).headers["location"]
    )
    other, support = [await signed_in(one_shop[0], role) for role in (Role.FINANCE, Role.SUPPORT)]
    assert (await support.get(found[0])).status_code == 403
    assert (await other.post(found[0], data={"decision": "refuse", "note": ""})).status_code == 422
    shown = (await other.get(found[0])).text
    assert "Pay {{ amount }} to {{ number }}{{ code }}" in shown
    assert (await other.post(found[0], data=form)).headers["location"] == f"{HOW}?done=approved"
    for browser in (other, support):
        await browser.aclose()


async def test_an_old_tab_is_told_that_somebody_saved_another_text_meanwhile(desk: httpx.AsyncClient) -> None:
    here = f"{LIST}/payment_paid/id/email"
    old = open_form((await desk.get(here)).text, here)
    first = await desk.post(here, data={**old, "body": "Halo {{ name }}", "act": "save"})
    assert first.headers["location"] == f"{here}?done=saved"
    late = await desk.post(here, data={**old, "body": "Hai {{ name }}", "act": "save"})
    assert (late.status_code, "Somebody saved another text" in late.text) == (422, True)
    again = await desk.post(here, data={**open_form(late.text, here), "act": "save"})
    assert again.headers["location"] == f"{here}?done=saved"
    assert open_form((await desk.get(here)).text, here)["body"] == "Hai {{ name }}"
