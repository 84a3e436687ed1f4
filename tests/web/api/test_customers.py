"""Customers by the API: made, found, changed and named by payments; a shop that only sends names goes on as before."""

from typing import Any

import httpx
import pytest

from gerbang.base import ids
from gerbang.core.notifications import suppression_store
from gerbang.ports.messenger import Channel
from gerbang.sandbox.app import Sandbox
from tests.web.conftest import Edge

pytestmark = pytest.mark.asyncio(loop_scope="module")
SARI = {"name": "Sari Wulandari", "email": "Sari@example.com", "phone": "0812 3456 7890", "locale": "id"}


@pytest.fixture(scope="module")
def edge(one_shop: tuple[Edge, Sandbox]) -> Edge:
    return one_shop[0]


async def made(edge: Edge, **more: Any) -> dict[str, Any]:
    answer = await edge.post("/v1/customers", "developer", {**SARI, **more}, key="new")
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def changed(edge: Edge, customer: str, body: dict[str, Any], who: str = "support") -> httpx.Response:
    return await edge.client.patch(f"/v1/customers/{customer}", json=body, headers=edge.headers(who))


def a_phone() -> str:
    """A mobile number that no other test has."""
    return f"+62812{ids.new().int % 10**8:08}"


def shops_own() -> str:
    return f"C-{ids.new().hex[-12:]}"


async def test_a_customer_is_made_with_what_was_told_and_is_written_to_on_every_channel(edge: Edge) -> None:
    mine = shops_own()
    one = await made(edge, external_id=mine)
    told = {name: one[name] for name in ("external_id", "name", "email", "phone", "locale", "erased_at")}
    assert told == {**SARI, "external_id": mine, "phone": "+6281234567890", "erased_at": None}
    channels = {"email": True, "sms": True, "whatsapp": True, "push": True}
    shops = {"quiet_hours": None, "time_zone": None}
    messages = one["preferences"].pop("messages")
    assert messages["payment_reminder"] == channels
    assert messages["refund_requested"] == {"email": True}, "it is told by mail alone"
    assert one["preferences"] == {"channels": channels, "stopped": False, "stopped_at": None, **shops}
    one["preferences"]["messages"] = messages
    assert (await edge.get(f"/v1/customers/{one['id']}", "support")).json() == one
    for filters in (
        {"external_id": mine},
        {"external_id": mine, "phone": "0812-3456-7890", "email": "SARI@example.com"},
    ):
        assert (await edge.get("/v1/customers", "support", **filters)).json()["data"] == [one]


async def test_the_same_request_answers_with_the_same_customer(edge: Edge) -> None:
    key, body = ids.new().hex, {**SARI, "external_id": shops_own()}
    first, again = [await edge.post("/v1/customers", "developer", body, key=key) for _ in range(2)]
    assert (first.json(), again.headers["idempotent-replayed"]) == (again.json(), "true")
    taken = await edge.post("/v1/customers", "developer", body, key="new")
    assert (taken.status_code, taken.json()["code"]) == (409, "external_id_taken")
    assert first.json()["id"] in taken.json()["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"email": "sari@"}, "/email"),
        ({"phone": "081"}, "/phone"),
        ({"locale": "fr"}, "/locale"),
        ({"external_id": ""}, "/external_id"),
        ({"preferences": {"channels": {"fax": True}}}, "/preferences/channels/fax"),
        ({"preferences": {"messages": {"payment_news": {"email": False}}}}, "/preferences/messages/payment_news"),
        (
            {"preferences": {"messages": {"refund_requested": {"sms": False}}}},
            "/preferences/messages/refund_requested/sms",
        ),
        (
            {"preferences": {"messages": {"refund_destination": {"email": False}}}},
            "/preferences/messages/refund_destination/email",
        ),
        ({"preferences": {"messages": {"payment_paid": {"fax": True}}}}, "/preferences/messages/payment_paid/fax"),
        ({}, ""),
    ],
)
async def test_what_is_wrong_is_said_at_its_place(edge: Edge, body: dict[str, Any], pointer: str) -> None:
    answer = await edge.post("/v1/customers", "developer", body, key="new")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text


async def test_a_change_leaves_what_it_does_not_name_and_takes_off_what_is_null(edge: Edge) -> None:
    one = await made(edge, external_id=shops_own())
    answer = await changed(
        edge,
        one["id"],
        {"external_id": None, "preferences": {"channels": {"sms": False}, "stopped": True}},
    )
    now = answer.json()
    assert (now["external_id"], now["name"], now["preferences"]["stopped"]) == (None, SARI["name"], True)
    assert now["preferences"]["channels"] == {"email": True, "sms": False, "whatsapp": True, "push": True}
    again = (await changed(edge, one["id"], {"preferences": {"stopped": False}})).json()["preferences"]
    assert (again["stopped_at"], again["channels"]["sms"]) == (None, False)
    assert (await changed(edge, one["id"], {})).json()["code"] == "invalid_request"


async def test_a_message_is_switched_off_on_one_channel_and_what_is_left_out_stays(edge: Edge) -> None:
    one = await made(edge, preferences={"messages": {"payment_reminder": {"sms": False}}})
    off = {"payment_reminder": {"whatsapp": False}, "payment_paid": {"email": False}}
    now = (await changed(edge, one["id"], {"preferences": {"messages": off}})).json()["preferences"]["messages"]
    assert now["payment_reminder"] == {"email": True, "sms": False, "whatsapp": False, "push": True}
    assert (now["payment_paid"]["email"], now["payment_paid_late"]["email"]) == (False, True)
    on = {"payment_reminder": {"sms": True}}
    again = (await changed(edge, one["id"], {"preferences": {"messages": on}})).json()["preferences"]["messages"]
    assert again["payment_reminder"] == {"email": True, "sms": True, "whatsapp": False, "push": True}


CONSENT = {"text": "Kirimi saya kabar lewat SMS.", "where": "checkout of toko.example", "at": "2026-11-01T08:00:00Z"}


async def test_consent_told_of_a_customer_is_shown_for_their_number_and_taken_back_by_null(edge: Edge) -> None:
    one = await made(edge, phone=a_phone(), sms_consent=CONSENT)
    assert one["sms_consent"] == {**CONSENT, "phone": one["phone"]}
    assert one["whatsapp_consent"] is None
    assert (await changed(edge, one["id"], {"name": "Sari W"})).json()["sms_consent"] == one["sms_consent"]
    assert (await changed(edge, one["id"], {"phone": a_phone()})).json()["sms_consent"] is None, "another number"
    back = (await changed(edge, one["id"], {"phone": one["phone"]})).json()
    assert back["sms_consent"] == one["sms_consent"]
    assert (await changed(edge, one["id"], {"sms_consent": None})).json()["sms_consent"] is None
    again = await changed(edge, one["id"], {"sms_consent": CONSENT})
    assert again.json()["sms_consent"] is None, "it is older than the withdrawal"
    nobody = await made(edge, phone="")
    answer = await changed(edge, nobody["id"], {"sms_consent": CONSENT})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/sms_consent")


async def test_a_number_that_answered_stop_is_told_of_its_customer(edge: Edge) -> None:
    number = a_phone()
    one = await made(edge, phone=number)
    assert one["phone_stopped"] is False
    async with edge.services.db.transaction() as tx:
        await suppression_store.suppress(tx, Channel.SMS, number, suppression_store.SAID_STOP)
    assert (await edge.get(f"/v1/customers/{one['id']}", "developer")).json()["phone_stopped"] is True
    found = await edge.get("/v1/customers", "developer", phone=number)
    assert [row["phone_stopped"] for row in found.json()["data"]] == [True]


async def test_the_next_payment_of_a_customer_needs_no_second_consent_and_one_that_names_nobody_does(
    edge: Edge,
) -> None:
    mine, number = shops_own(), a_phone()
    first = (await edge.create(customer={"external_id": mine, "phone": number, "sms_consent": CONSENT})).json()
    next_, guest = [(await edge.create(customer=who)).json() for who in ({"external_id": mine}, {"phone": number})]
    payments = edge.services.payments
    agreed = [
        set(await payments.agreed_channels(await payments.get(ids.read("pay", each["id"]))))
        for each in (first, next_, guest)
    ]
    assert agreed == [{"sms"}, {"sms"}, set()]
    customer = (await edge.get(f"/v1/customers/{first['customer']['id']}")).json()
    assert customer["sms_consent"]["text"] == CONSENT["text"]


async def test_a_payment_that_only_tells_a_name_is_as_it_was_and_makes_no_customer(edge: Edge) -> None:
    before = len((await edge.get("/v1/customers", limit=100)).json()["data"])
    payment = (await edge.create(customer={"name": "Budi", "email": "budi@example.com"})).json()
    assert payment["customer"] == {
        "id": None,
        "name": "Budi",
        "email": "budi@example.com",
        "phone": "",
        "locale": None,
    }
    assert len((await edge.get("/v1/customers", limit=100)).json()["data"]) == before


async def test_a_payment_takes_from_its_customer_what_it_leaves_out_and_changes_nothing_of_them(edge: Edge) -> None:
    one = await made(edge, external_id=shops_own())
    by_id = (await edge.create(customer={"id": one["id"], "name": "Sari W"})).json()
    by_own = (await edge.create(customer={"external_id": one["external_id"]})).json()
    theirs = {"id": one["id"], "email": "Sari@example.com", "phone": "+6281234567890", "locale": "id"}
    assert by_id["customer"] == {**theirs, "name": "Sari W"}
    assert by_own["customer"] == {**theirs, "name": SARI["name"]}
    assert (await edge.get(f"/v1/customers/{one['id']}")).json() == one
    listed = (await edge.get("/v1/payments", customer=one["id"])).json()["data"]
    assert [payment["id"] for payment in listed] == [by_own["id"], by_id["id"]]
    both = await edge.get("/v1/payments", customer=one["id"], order_reference="none")
    assert both.json()["data"] == []


async def test_a_payment_makes_the_customer_whom_nobody_knew_once(edge: Edge) -> None:
    mine = {"external_id": shops_own(), "name": "Wayan", "email": "wayan@example.com"}
    first, second = [(await edge.create(customer=mine)).json()["customer"]["id"] for _ in range(2)]
    assert first == second
    one = (await edge.get(f"/v1/customers/{first}")).json()
    assert (one["external_id"], one["name"], one["email"]) == (mine["external_id"], "Wayan", "wayan@example.com")
    made_by = [row for row in await edge.audited("customer.created") if row["object"] == first]
    assert len(made_by) == 1


async def test_a_refused_payment_makes_no_customer(edge: Edge) -> None:
    mine = shops_own()
    answer = await edge.create(customer={"external_id": mine, "name": "Wayan"}, method="paylater")
    assert answer.status_code == 422
    assert (await edge.get("/v1/customers", external_id=mine)).json()["data"] == []


async def test_whoever_pays_for_themselves_names_no_customer_of_the_shop(edge: Edge) -> None:
    one = await made(edge)
    for named in ({"id": one["id"]}, {"external_id": "C-1"}):
        answer = await edge.create("customer", customer=named)
        assert answer.status_code in (403, 422), answer.text


@pytest.mark.parametrize(
    ("customer", "pointer"),
    [
        ({"id": "cus_01KC3V9Q2M8RZ4T6W1X5Y7A9BC"}, "/customer/id"),
        ({"id": "cus_1"}, "/customer/id"),
        ({"id": "cus_01KC3V9Q2M8RZ4T6W1X5Y7A9BC", "external_id": "C-1"}, "/customer/external_id"),
    ],
)
async def test_a_payment_for_nobody_is_refused_at_the_place(edge: Edge, customer: dict[str, str], pointer: str) -> None:
    answer = await edge.create(customer=customer)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text


async def test_no_link_is_sent_to_who_wants_no_messages_and_the_answer_says_so(edge: Edge) -> None:
    one = await made(edge, external_id=shops_own(), email=f"{ids.new().hex}@example.com", phone="")
    await changed(edge, one["id"], {"preferences": {"stopped": True}})
    payment = (await edge.create(customer={"id": one["id"]})).json()["id"]
    refused = await edge.post(f"/v1/payments/{payment}/send-link", "developer", key="new")
    assert (refused.status_code, refused.json()["code"]) == (409, "payer_stopped")
    await changed(edge, one["id"], {"preferences": {"stopped": False}})
    assert (await edge.post(f"/v1/payments/{payment}/send-link", "developer", key="new")).status_code == 202


async def test_only_an_admin_exports_and_erases_and_the_answer_says_what_stays_and_why(edge: Edge) -> None:
    one = await made(edge, external_id=shops_own(), email=f"{ids.new().hex}@example.com", phone="")
    payment = (await edge.create(customer={"id": one["id"]})).json()
    for who in ("support", "finance", "developer"):
        assert (await edge.get(f"/v1/customers/{one['id']}/export", who)).status_code == 403
        assert (await edge.post(f"/v1/customers/{one['id']}/erase", who)).status_code == 403
    kept = (await edge.get(f"/v1/customers/{one['id']}/export")).json()
    assert kept["data"]["payers"][0]["payment"] == payment["id"]
    done = (await edge.post(f"/v1/customers/{one['id']}/erase")).json()
    assert done["erased"]["payers"] == done["erased"]["customers"] == {"rows": 1, "waiting": 0}
    assert "ten years" in done["kept"]["payments"]
    gone = (await edge.get(f"/v1/customers/{one['id']}")).json()
    assert (gone["name"], gone["email"], gone["erased_at"] is not None) == ("", "", True)
    after = (await edge.get(f"/v1/payments/{payment['id']}")).json()
    assert (after["amount"], after["customer"]["id"], after["customer"]["email"]) == (150_000, one["id"], "")
    refused = await edge.create(customer={"id": one["id"]})
    assert refused.json()["errors"][0]["detail"] == "This customer was erased."
    assert (await edge.get("/v1/customers/cus_nobody")).json()["code"] == "customer_not_found"


async def test_what_a_customer_asks_is_noted_answered_and_refused_where_it_cannot_be(edge: Edge) -> None:
    one = await made(edge, external_id=shops_own(), email=f"{ids.new().hex}@example.com", phone="")
    address = f"/v1/customers/{one['id']}/data-requests"
    asked = (await edge.post(address, "support", {"kind": "objection", "note": "Cukup"}, key="new")).json()
    assert (asked["customer"], asked["status"], asked["closed_by"]) == (one["id"], "open", None)
    open_ones = (await edge.get("/v1/data-requests", "support", status="open", customer=one["id"])).json()["data"]
    assert open_ones == [asked]
    done = await edge.post(f"/v1/data-requests/{asked['id']}/complete", "support", {"answer": "Sudah"})
    assert (done.json()["status"], done.json()["answer"]) == ("completed", "Sudah")
    assert (await edge.get(f"/v1/customers/{one['id']}")).json()["preferences"]["stopped"]
    again = await edge.post(f"/v1/data-requests/{asked['id']}/refuse", "support", {"reason": "late"})
    assert (again.status_code, again.json()["code"]) == (409, "data_request_closed")
    erasure = (await edge.post(address, "support", {"kind": "erasure"}, key="new")).json()
    assert (await edge.post(f"/v1/data-requests/{erasure['id']}/complete", "support", {})).status_code == 403
    for wrong, pointer in (
        ({"kind": "delete"}, "/kind"),
        ({"kind": "access", "received_at": "2999-01-01T00:00:00Z"}, "/received_at"),
    ):
        answer = await edge.post(address, "support", wrong, key="new")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await edge.get("/v1/data-requests/dsr_none")).json()["code"] == "data_request_not_found"


async def test_quiet_hours_and_their_zone_are_the_customers_own_until_they_are_the_shops_again(edge: Edge) -> None:
    one = await made(edge, external_id=shops_own(), preferences={"quiet_hours": "22:00-06:30"})
    assert (one["preferences"]["quiet_hours"], one["preferences"]["time_zone"]) == ("22:00-06:30", None)
    there = await changed(edge, one["id"], {"preferences": {"time_zone": "Asia/Jayapura"}})
    assert there.json()["preferences"]["quiet_hours"] == "22:00-06:30", "what was left out stays"
    again = (await changed(edge, one["id"], {"preferences": {"quiet_hours": None}})).json()["preferences"]
    assert (again["quiet_hours"], again["time_zone"]) == (None, "Asia/Jayapura")


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"quiet_hours": "22-6"}, "/preferences/quiet_hours"),
        ({"quiet_hours": "07:00-07:00"}, "/preferences/quiet_hours"),
        ({"time_zone": "Jakarta"}, "/preferences/time_zone"),
        ({"time_zone": "../../etc/passwd"}, "/preferences/time_zone"),
        ({"time_zone": "Asia"}, "/preferences/time_zone"),
    ],
)
async def test_hours_and_zones_that_nobody_can_read_are_refused_with_their_place(
    edge: Edge, said: dict[str, str], pointer: str
) -> None:
    answer = await edge.post("/v1/customers", "developer", {"external_id": shops_own(), "preferences": said}, key="new")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
