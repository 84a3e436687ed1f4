"""Customers in the console: found by what they read out, made, changed, exported and erased; what is masked, and for whom."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from gerbang.base import ids
from gerbang.core.identity.model import Role
from gerbang.core.notifications import suppression_store
from gerbang.core.notifications.model import PHONE
from gerbang.sandbox.app import Sandbox
from gerbang.web.console.customer_form import BOXES
from tests.web.conftest import Edge
from tests.web.console.open_form import open_form
from tests.web.console.test_operators import hidden, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
GIVEN = {"name": "Sari Wulandari", "email": "sari@example.com", "phone": "0812 3456 7890", "language": "id"}
YES = dict.fromkeys(("email", "sms", "whatsapp", "push", *BOXES.values()), "yes") | {
    "stopped": "no",
    "quiet_hours": "",
    "time_zone": "",
}


@pytest.fixture(scope="module")
def edge(one_shop: tuple[Edge, Sandbox]) -> Edge:
    return one_shop[0]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which an admin is signed in, who reads English."""
    browser = await signed_in(edge, Role.ADMIN)
    browser.cookies.set("grb_lang", "en")
    yield browser
    await browser.aclose()


async def send(desk: httpx.AsyncClient, address: str, **given: str) -> httpx.Response:
    """The form at an address, with its key."""
    key = hidden(await desk.get(address), "key")
    return await desk.post(address, data={"key": key, **given})


async def made(desk: httpx.AsyncClient, **more: str) -> tuple[str, str]:
    """A customer who is made by the form: their page, and the shop's own id for them."""
    mine = f"C-{ids.new().hex[-12:]}"
    answer = await send(desk, "/console/customers/new", **{**GIVEN, "external_id": mine, **more})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0], mine


async def test_a_customer_who_was_made_stands_in_the_sidebars_list_masked(desk: httpx.AsyncClient) -> None:
    page, mine = await made(desk)
    assert 'href="/console/customers"' in (await desk.get("/console/payments")).text
    for address in (page, f"/console/customers?external_id={mine}"):
        shown = (await desk.get(address)).text
        assert ("s•••@example.com" in shown, "sari@example.com" in shown, "81234567890" in shown) == (
            True,
            False,
            False,
        )
    assert mine not in (await desk.get("/console/customers?email=budi@example.com")).text


async def test_the_same_form_sent_twice_makes_one_customer(desk: httpx.AsyncClient) -> None:
    key, given = hidden(await desk.get("/console/customers/new"), "key"), {**GIVEN, "external_id": ids.new().hex}
    both = [await desk.post("/console/customers/new", data={**given, "key": key}) for _ in range(2)]
    assert both[0].headers["location"] == both[1].headers["location"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("email", "sari@", "email address"),
        ("phone", "081", "no phone number"),
        ("language", "fr", "Choose one"),
        ("name", "4111 1111 1111 1111", "card"),
    ],
)
async def test_what_cannot_be_read_is_said_beside_its_field(
    desk: httpx.AsyncClient, name: str, value: str, said: str
) -> None:
    answer = await send(desk, "/console/customers/new", **{**GIVEN, name: value})
    assert answer.status_code == 422
    assert said in answer.text.partition(f'id="e-{name}"')[2].partition("</p>")[0]


async def test_an_id_of_another_customer_is_refused_with_what_was_typed_kept(desk: httpx.AsyncClient) -> None:
    _, mine = await made(desk)
    answer = await send(desk, "/console/customers/new", **GIVEN, external_id=mine)
    assert (answer.status_code, "Another customer has this id" in answer.text) == (422, True)
    assert 'value="Sari Wulandari"' in answer.text
    other, _ = await made(desk)
    assert (await send(desk, f"{other}/edit", **GIVEN, external_id=mine)).status_code == 422


async def test_contact_and_preferences_are_changed_and_the_timeline_says_who_did_and_who_looked(
    desk: httpx.AsyncClient,
) -> None:
    page, mine = await made(desk)
    assert (await send(desk, f"{page}/edit", **{**GIVEN, "external_id": mine, "name": "Sari W"})).status_code == 303
    assert (await send(desk, f"{page}/preferences", **{**YES, "sms": "no", "stopped": "yes"})).status_code == 303
    shown = (await desk.get(page)).text
    for said in (
        "Sari W",
        "Wants no messages since",
        "opened a customer&#39;s address",
        "name</p>",
        "which messages are off, stop of all messages",
    ):
        assert said in shown, said
    assert shown.count("changed a customer") == 2


async def test_the_page_tells_consent_from_preference(edge: Edge, desk: httpx.AsyncClient) -> None:
    page, _ = await made(desk, phone=f"0812{ids.new().int % 10**8:08}")
    assert "Not agreed: nothing is sent" in (await desk.get(page)).text
    said = {"text": "Kabari saya.", "where": "kasir toko", "at": "2026-11-01T08:00:00Z"}
    customer = page.rpartition("/")[2]
    told = await edge.client.patch(
        f"/v1/customers/{customer}", json={"sms_consent": said}, headers=edge.headers("support")
    )
    assert told.status_code == 200, told.text
    shown = re.sub(r"\s+", " ", (await desk.get(page)).text)
    assert re.search(r"Consent for the phone.*SMS</dt><dd[^>]*>Agreed <small[^>]*>1 Nov [^<]*, kasir toko", shown)
    assert "recorded consent to messages on the phone" in shown
    assert "Wanted" in shown.partition("Preferences")[2]


HEARD = {
    "channel": "sms",
    "text": "The shop may send me news by SMS.",
    "where": "phone call",
    "at": "2026-11-02T09:30",
}


async def test_consent_is_recorded_with_its_words_and_withdrawn_for_the_number_and_the_timeline_says_who_did(
    edge: Edge, desk: httpx.AsyncClient
) -> None:
    phone = f"0812{ids.new().int % 10**8:08}"
    (page, _), (other, _) = await made(desk, phone=phone), await made(desk, phone=phone)
    for one in (page, other):
        done = await send(desk, f"{one}/consent", **{**HEARD, "channel": "both"})
        assert done.headers["location"] == f"{one}?done=agreed"
    shown = re.sub(r"\s+", " ", (await desk.get(f"{page}?done=agreed")).text)
    assert "The consent was recorded." in shown
    assert shown.count("2 Nov 09:30:00, phone call: “The shop may send me news by SMS.”") == 2
    assert "Recorded by" in shown
    (kept,) = [one for one in await edge.audited("customer.agreed") if one["object"] == page.rpartition("/")[2]]
    assert kept["detail"] == {"channels": ["sms", "whatsapp"]}
    ended = await send(desk, f"{page}/consent/withdraw", channel="sms")
    assert ended.headers["location"] == f"{page}?done=withdrew"
    for one in (page, other):
        assert (await desk.get(one)).text.count("Not agreed: nothing is sent") == 1, "it counts for the number"
    assert "recorded that consent was withdrawn" in (await desk.get(page)).text
    late = await send(desk, f"{page}/consent", **HEARD)
    assert (late.status_code, "withdrawn after that time" in late.text) == (422, True)
    assert (await send(desk, f"{page}/consent", **{**HEARD, "at": ""})).status_code == 303
    desk.cookies.set("grb_lang", "id")
    assert "Catat penarikan persetujuan" in (await desk.get(f"{page}/consent/withdraw")).text
    desk.cookies.set("grb_lang", "en")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("channel", "fax", "Choose one"),
        ("text", "", "Write the words"),
        ("where", "x" * 201, "Write where"),
        ("at", "2999-01-01T00:00", "not to come"),
        ("text", "4111 1111 1111 1111", "card"),
    ],
)
async def test_consent_that_cannot_be_recorded_says_why_beside_the_field(
    desk: httpx.AsyncClient, name: str, value: str, said: str
) -> None:
    page, _ = await made(desk)
    answer = await send(desk, f"{page}/consent", **{**HEARD, name: value})
    assert answer.status_code == 422
    assert said in answer.text.partition(f'id="e-{name}"')[2].partition("</p>")[0]


async def test_nobody_agrees_without_a_phone_or_withdraws_what_nobody_gave(desk: httpx.AsyncClient) -> None:
    page, _ = await made(desk, phone="")
    asked = (await desk.get(f"{page}/consent")).text
    assert ("no phone number yet" in asked, "Record the consent" in asked) == (True, False)
    assert (await send(desk, f"{page}/consent", **HEARD)).status_code == 422
    assert "no consent to withdraw" in (await desk.get(f"{page}/consent/withdraw")).text
    assert (await send(desk, f"{page}/consent/withdraw", channel="sms")).status_code == 422


async def test_a_number_that_said_stop_is_shown_to_wait_for_a_start_whatever_was_agreed_to(
    edge: Edge, desk: httpx.AsyncClient
) -> None:
    number = f"+62812{ids.new().int % 10**8:08}"
    page, _ = await made(desk, phone=number)
    async with edge.services.db.transaction() as tx:
        for channel in PHONE:
            await suppression_store.suppress(tx, channel, number, suppression_store.SAID_STOP)
    assert "Answered STOP: nothing is sent" in (await desk.get(page)).text
    await send(desk, f"{page}/consent", **{**HEARD, "at": ""})
    shown = (await desk.get(page)).text
    assert ("Agreed, but waits for START" in shown, "Ask them to send START" in shown) == (True, True)


async def test_each_message_has_a_box_on_each_of_its_channels_but_what_guards_their_money(
    desk: httpx.AsyncClient,
) -> None:
    page, _ = await made(desk)
    form = (await desk.get(f"{page}/preferences")).text
    assert form.count('type="checkbox"') == form.count(" checked") == len(BOXES)
    row = form.partition("Where the refund goes")[2].partition("</tr>")[0]
    assert ("Always told" in row, "checkbox" in row) == (True, False)
    without = {name: value for name, value in YES.items() if name != "payment_reminder:email"}
    assert (await send(desk, f"{page}/preferences", **without)).status_code == 303
    assert "A reminder before the deadline: E-mail" in (await desk.get(page)).text
    again = (await desk.get(f"{page}/preferences")).text
    assert again.count(" checked") == len(BOXES) - 1


async def test_the_page_shows_their_payments_and_a_new_link_is_theirs(edge: Edge, desk: httpx.AsyncClient) -> None:
    page, mine = await made(desk)
    paid = (await edge.create(customer={"external_id": mine})).json()["id"]
    customer = page.rpartition("/")[2]
    form = await desk.get(f"/console/payments/new?customer={customer}")
    assert 'value="sari@example.com"' in form.text
    asked = {"amount": "50.000", "currency": "IDR", "description": "Kopi", "expires": "3d", **GIVEN, "order": ""}
    answer = await desk.post(
        "/console/payments/new", data={**asked, "key": hidden(form, "key"), "customer": hidden(form, "customer")}
    )
    assert answer.status_code == 303, answer.text
    shown = set(re.findall(r"/console/payments/(pay_\w+)", (await desk.get(page)).text))
    assert shown == {paid, answer.headers["location"].split("/")[3]}
    assert page in (await desk.get(f"/console/payments/{paid}")).text
    listed = await desk.get(f"/console/payments?customer={customer}")
    assert set(re.findall(r'id="row-(pay_\w+)"', listed.text)) == shown


async def test_whatever_a_customer_reads_out_leads_to_their_page(edge: Edge, desk: httpx.AsyncClient) -> None:
    mail = f"{ids.new().hex[-12:]}@example.com"
    page, mine = await made(desk, email=mail, phone="", name=f"Sari {mail[:6]}")
    for _ in range(2):
        await edge.create(customer={"external_id": mine})
    for said in (mine, mine.lower(), mail, f"Sari {mail[:6]}", page.rpartition("/")[2].lower()):
        found = await desk.get("/console/find", params={"q": said})
        assert found.headers["location"] == page, said


async def test_whoever_is_exported_comes_as_a_file_and_is_erased_only_by_the_typed_word(
    edge: Edge, desk: httpx.AsyncClient
) -> None:
    mail = f"{ids.new().hex[-12:]}@example.com"
    page, mine = await made(desk, email=mail, phone="")
    paid = (await edge.create(customer={"external_id": mine})).json()["id"]
    saved = await send(desk, f"{page}/export")
    assert saved.headers["content-disposition"] == f'attachment; filename="{page.rpartition("/")[2]}.json"'
    assert saved.json()["data"]["payers"][0]["payment"] == paid
    assert (await send(desk, f"{page}/erase", word="yes")).status_code == 422
    assert mail in str((await edge.get(f"/v1/payments/{paid}")).json())
    assert (await send(desk, f"{page}/erase", word="erase")).headers["location"] == f"{page}?done=erased"
    shown = (await desk.get(page)).text
    assert ("This person was erased" in shown, "Edit contact" in shown, mail in shown) == (True, False, False)
    assert mail not in str((await edge.get(f"/v1/payments/{paid}")).json())
    assert (
        (await send(desk, f"{page}/preferences", **{**YES, "sms": "no"}))
        .headers["location"]
        .endswith("why=customer_erased")
    )


async def test_support_changes_a_customer_and_neither_exports_nor_erases(edge: Edge, desk: httpx.AsyncClient) -> None:
    page, _ = await made(desk)
    support = await signed_in(edge, Role.SUPPORT)
    assert (await send(support, f"{page}/preferences", **YES)).status_code == 303
    for act in ("export", "erase"):
        assert (await support.get(f"{page}/{act}")).status_code == 403
        assert (await support.post(f"{page}/{act}", data={})).status_code == 403
        assert f"{page}/{act}" not in (await support.get(page)).text
    await support.aclose()


async def test_what_a_customer_asks_waits_in_the_work_list_until_somebody_answered_it(
    edge: Edge, desk: httpx.AsyncClient
) -> None:
    page, _ = await made(desk, email=f"{ids.new().hex[-12:]}@example.com", phone="")
    assert "Each has a due date" in (await desk.get(page)).text
    assert (await send(desk, f"{page}/data-requests", note="Cukup")).status_code == 422
    noted = await send(desk, f"{page}/data-requests", kind="objection", note="Cukup sudah")
    assert noted.headers["location"] == f"{page}?done=noted"
    work = (await desk.get("/console/work?kind=data_request")).text
    found = re.search(r'href="(/console/data-requests/dsr_\w+)"', work)
    assert found, work[:2000]
    assert ("Cukup sudah" in work, "due " in work) == (True, True)
    assert (await send(desk, found[1], decision="complete", reason="")).status_code == 422
    done = await send(desk, found[1], decision="complete", reason="Sudah kami hentikan")
    assert done.headers["location"] == f"{page}?done=answered"
    assert found[1] not in (await desk.get("/console/work?kind=data_request")).text
    shown = (await desk.get(page)).text
    assert ("Completed" in shown, "Wants no messages since" in shown) == (True, True)
    assert "Sudah kami hentikan" in (await desk.get(found[1])).text


async def test_an_old_tab_does_not_undo_what_the_customer_said_meanwhile(edge: Edge, desk: httpx.AsyncClient) -> None:
    page, _ = await made(desk)
    customer, here = page.rpartition("/")[2], f"{page}/preferences"
    old, contact = (
        open_form((await desk.get(here)).text, here),
        open_form((await desk.get(f"{page}/edit")).text, f"{page}/edit"),
    )
    meanwhile = {"preferences": {"stopped": True, "messages": {"payment_reminder": {"email": False}}}, "locale": "en"}
    told = await edge.client.patch(f"/v1/customers/{customer}", json=meanwhile, headers=edge.headers("support"))
    assert told.status_code == 200, told.text
    assert (await desk.post(here, data={**old, "quiet_hours": "21:00-07:00"})).status_code == 303
    assert (await desk.post(f"{page}/edit", data={**contact, "name": "Sari W"})).status_code == 303
    now = (await edge.client.get(f"/v1/customers/{customer}", headers=edge.headers("support"))).json()
    assert (now["preferences"]["stopped_at"] is not None, now["preferences"]["quiet_hours"]) == (True, "21:00-07:00")
    assert (now["preferences"]["messages"]["payment_reminder"]["email"], now["name"], now["locale"]) == (
        False,
        "Sari W",
        "en",
    )


async def test_an_erasure_that_was_asked_for_takes_the_typed_word_and_names_who_goes_with_it(
    edge: Edge, desk: httpx.AsyncClient
) -> None:
    number = f"0812{ids.new().int % 10**8:08}"
    (page, _), (spouse, _) = await made(desk, phone=number), await made(desk, phone=number, email="budi@example.com")
    form = {"kind": "erasure", "note": "", "received_at": "2020-01-01T07:00"}
    assert (await send(desk, f"{page}/data-requests", **form)).headers["location"] == f"{page}?done=noted"
    shown = (await desk.get(page)).text
    found = re.search(r'href="(/console/data-requests/dsr_\w+)"', shown)
    assert found
    assert re.search(r"overdue since \d+\sJan\s2020", shown)
    assert spouse.rpartition("/")[2] in (await desk.get(found[1])).text
    assert spouse.rpartition("/")[2] in (await desk.get(f"{page}/export")).text
    finance = await signed_in(edge, Role.FINANCE)
    finance.cookies.set("grb_lang", "en")
    theirs = (await finance.get(found[1])).text
    await finance.aclose()
    assert ("an erasure is answered by an admin" in theirs, "overdue since" in theirs) == (True, True)
    answer = {"decision": "complete", "reason": "Sudah dihapus"}
    refused = await send(desk, found[1], **answer)
    assert (refused.status_code, 'id="e-word"' in refused.text) == (422, True)
    assert "This person was erased" not in (await desk.get(page)).text
    assert (await send(desk, found[1], **answer, word="erase")).headers["location"] == f"{page}?done=answered"
    for one in (page, spouse):
        assert "This person was erased" in (await desk.get(one)).text


async def test_when_a_request_came_is_not_to_come(desk: httpx.AsyncClient) -> None:
    page, _ = await made(desk)
    wrong = await send(desk, f"{page}/data-requests", kind="access", received_at="2999-01-01T00:00")
    assert (wrong.status_code, 'id="e-received_at"' in wrong.text) == (422, True)
