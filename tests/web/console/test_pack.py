"""The pack station without script, and waves by the API: every scan leads to the address that has it counted, a wrong one is told and not counted, and one Enter packs."""

from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from gerbang.base import ids
from gerbang.core.identity.model import Role
from gerbang.ports.marketplace_orders import ItemStatus
from tests.web.api.test_orders import edge, heard, number
from tests.web.conftest import Edge
from tests.web.console.test_operators import signed_in
from tests.web.console.test_orders import builder

__all__ = ["builder", "edge"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
_S = ItemStatus


async def scan(browser: httpx.AsyncClient, word: str, state: str = "/console/pack") -> str:
    """The address to which a scan leads from another."""
    query = [(name, value) for name, values in parse_qs(urlsplit(state).query).items() for value in values]
    kept = [pair for pair in query if pair[0] in ("order", "got")]
    answer = await browser.get(f"/console/pack?{urlencode([*kept, ('scan', word)])}")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_an_order_a_parcel_and_a_tracking_number_are_known_and_what_is_none_is_told(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    name = number()
    one = await heard(edge, name, _S.PENDING, _S.PENDING, minutes=1)
    for word in (name, one):
        assert await scan(builder, word) == f"/console/pack?order={one}"
    packed = await heard(edge, number(), _S.PACKED, minutes=2)
    assert await scan(builder, "FP1") == f"/console/pack?order={packed}"
    assert await scan(builder, "", f"/console/pack?order={packed}") == f"/console/orders/{packed}/label"
    unknown = await scan(builder, "<b>7")
    assert unknown == "/console/pack?done=unknown&last=%3Cb%3E7"
    page = (await builder.get(f"{unknown}&lang=en")).text
    assert "Not known: &lt;b&gt;7" in page
    assert "<b>7" not in page


async def test_items_are_counted_off_and_a_wrong_one_is_not(edge: Edge, builder: httpx.AsyncClient) -> None:
    other = number()
    await heard(edge, other, minutes=3)
    one = await heard(edge, number(), _S.PENDING, _S.PENDING, _S.PENDING, minutes=4)
    begun = f"/console/pack?order={one}"
    page = (await builder.get(f"{begun}&lang=en")).text
    for words in ("Scan Kopi Gayo 250 g.", "0 of 3", 'name="scan"', "autofocus", f'value="{one}"'):
        assert words in page, words
    first = await scan(builder, "kopi-250", begun)
    assert first == f"{begun}&got=1+KOPI-250"
    wrong = await scan(builder, "GULA-500", first)
    assert wrong == f"{first}&done=wrong&last=GULA-500"
    page = (await builder.get(f"{wrong}&lang=id")).text
    assert 'role="alert"' in page
    assert "Bukan barang pesanan ini: GULA-500" in page
    assert "1 dari 3" in page
    assert await scan(builder, other, first) == f"{first}&done=other&last={other}"
    assert await scan(builder, "4×KOPI-250", first) == f"{first}&done=too_many&last=4%C3%97KOPI-250"
    whole = await scan(builder, "2×KOPI-250", wrong)
    assert whole == f"{begun}&got=3+KOPI-250"
    page = (await builder.get(f"{whole}&lang=en")).text
    assert "All there." in page
    assert f'method="post" action="/console/pack/{one}?got=3+KOPI-250"' in page


async def test_one_enter_packs_what_is_whole_and_nothing_else(edge: Edge, builder: httpx.AsyncClient) -> None:
    one = await heard(edge, number(), _S.PENDING, minutes=5)
    half = await builder.post(f"/console/pack/{one}", data={"scan": ""})
    assert half.headers["location"] == f"/console/pack?order={one}&done=incomplete"
    counted = await builder.post(f"/console/pack/{one}", data={"scan": "KOPI-250"})
    assert counted.headers["location"] == f"/console/pack?order={one}&got=1+KOPI-250"
    asked = [await builder.post(f"/console/pack/{one}?got=1+KOPI-250", data={"scan": ""}) for _ in range(2)]
    for answer in asked:  # pressed twice it is asked for once: this marketplace cannot be reached
        assert answer.headers["location"] == f"/console/pack?order={one}&got=1+KOPI-250&done=waits"
    assert "not sent twice" in (await builder.get(f"{asked[0].headers['location']}&lang=en")).text
    assert len((await edge.get(f"/v1/orders/{one}/operations", "support")).json()["data"]) == 1
    gone = await heard(edge, number(), _S.CANCELLED, minutes=6)
    assert "Stop: this order is cancelled." in (await builder.get(f"/console/pack?order={gone}&lang=en")).text


async def test_codes_with_spaces_in_lower_case_or_with_line_ends_are_the_same_codes(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    name = number()
    one = await heard(edge, name, _S.PENDING, _S.PENDING, minutes=8)
    spaced = f"{name[:3]} {name[3:]}"
    for word in (f" {name}\r\n", f"{name}\t", spaced, name.lower()):
        assert await scan(builder, word) == f"/console/pack?order={one}", word
    begun = f"/console/pack?order={one}"
    for word in ("kopi - 250", "KOPI-250\t", "Kopi-250\r\n"):
        assert await scan(builder, word, begun) == f"{begun}&got=1+KOPI-250", word
    packed = await heard(edge, number(), _S.PACKED, minutes=9)
    assert await scan(builder, "fp 1") == f"/console/pack?order={packed}"


async def test_what_was_cancelled_or_packed_while_it_was_counted_is_told_and_nothing_is_done(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    name = number()
    one = await heard(edge, name, _S.PENDING, _S.PENDING, minutes=10)
    counted = f"/console/pack?order={one}&got=2+KOPI-250"
    await heard(edge, name, _S.PENDING, _S.CANCELLED, minutes=11)
    pressed = await builder.post(f"/console/pack/{one}?got=2+KOPI-250", data={"scan": ""})
    assert pressed.headers["location"] == f"/console/pack?order={one}&got=1+KOPI-250&done=changed"
    assert await scan(builder, "KOPI-250", counted) == pressed.headers["location"]
    assert "this order has changed" in (await builder.get(f"{pressed.headers['location']}&lang=en")).text
    await heard(edge, name, _S.CANCELLED, _S.CANCELLED, minutes=12)
    pressed = await builder.post(f"/console/pack/{one}?got=1+KOPI-250", data={"scan": ""})
    assert pressed.headers["location"] == f"/console/pack?order={one}&done=cancelled"
    assert "Put the items back" in (await builder.get(f"{pressed.headers['location']}&lang=en")).text
    other = number()
    two = await heard(edge, other, _S.PENDING, minutes=10)
    await heard(edge, other, _S.PACKED, minutes=11)
    pressed = await builder.post(f"/console/pack/{two}?got=1+KOPI-250", data={"scan": ""})
    assert pressed.headers["location"] == f"/console/pack?order={two}&done=already"
    assert await scan(builder, "KOPI-250", f"/console/pack?order={two}&got=1+KOPI-250") == pressed.headers["location"]
    page = (await builder.get(f"{pressed.headers['location']}&lang=id")).text
    assert "sudah dikemas orang lain" in page
    for id_ in (one, two):
        assert (await edge.get(f"/v1/orders/{id_}/operations", "support")).json()["data"] == []


async def test_a_wave_is_made_at_the_station_and_its_page_has_what_to_fetch(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    await heard(edge, number(), _S.PENDING, _S.PENDING, minutes=7)
    for limit in ("0", "501", "many"):
        refused = await builder.post("/console/pack/waves", data={"key": "k", "limit": limit})
        assert refused.headers["location"] == "/console/pack?done=bad_limit"
    made = await builder.post("/console/pack/waves", data={"key": "k1", "limit": "500"})
    place = made.headers["location"]
    assert (await builder.post("/console/pack/waves", data={"key": "k1", "limit": "500"})).headers["location"] == place
    page = (await builder.get(f"{place}?lang=en")).text
    assert "Pick list" in page
    assert "KOPI-250" in page
    assert f'href="{place}"' in (await builder.get("/console/pack")).text
    nothing = await builder.post("/console/pack/waves", data={"key": "k2", "limit": "500"})
    assert nothing.headers["location"] == "/console/pack?done=nothing"
    labels = await builder.get(f"{place}/labels")
    assert labels.headers["location"] == f"{place}?done=refused&why=labels_not_there"
    early = await builder.post(f"{place}/ship", data={"key": "s1"})
    assert early.headers["location"] == f"{place}?done=refused&why=wave_not_packed"
    csv = await builder.get(f"{place}/pick-list")
    assert csv.headers["content-type"].startswith("text/csv")
    assert csv.content.decode("utf-8-sig").splitlines()[0] == "warehouse,sku,name,quantity"
    assert '<option value="pasar-1">' in (await builder.get("/console/pack")).text
    of_shop = await builder.post("/console/pack/waves", data={"key": "k3", "limit": "500", "shop": "pasar-2"})
    assert of_shop.headers["location"] == "/console/pack?done=nothing"
    desk = await signed_in(edge, Role.SUPPORT)
    assert (await desk.get("/console/pack")).status_code == 403
    assert (await desk.get("/console/pack/waves/wav_nothing")).status_code == 403
    await desk.aclose()
    assert (await builder.get("/console/pack/waves/wav_nothing")).status_code == 404
    assert (await builder.get("/console/pack?order=ord_nothing")).status_code == 404


async def test_a_wave_is_made_once_and_shown_with_its_pick_list(edge: Edge) -> None:
    one = await heard(edge, number(), _S.PENDING, _S.PENDING, minutes=1)
    other = await heard(edge, number(), _S.PENDING, shop="pasar-2", minutes=2)
    key = ids.new().hex
    made = await edge.post("/v1/waves", "developer", {"orders": [one, other]}, key)
    assert made.status_code == 201, made.text
    wave = made.json()
    assert (wave["status"], wave["total"], wave["printed"]) == ("packing", 2, 0)
    again = await edge.post("/v1/waves", "developer", {"orders": [one, other]}, key)
    assert (again.json()["id"], again.headers["idempotent-replayed"]) == (wave["id"], "true")
    lines = (await edge.get(f"/v1/waves/{wave['id']}/pick-list", "support")).json()["data"]
    assert lines == [{"sku": "KOPI-250", "name": "Kopi Gayo 250 g", "warehouse": "", "quantity": 3}]
    assert (await edge.get(f"/v1/waves/{wave['id']}", "support")).json()["failures"] == []
    csv = await edge.get(f"/v1/waves/{wave['id']}/pick-list/csv", "support")
    assert csv.content.decode("utf-8-sig") == "warehouse,sku,name,quantity\r\n,KOPI-250,Kopi Gayo 250 g,3\r\n"
    early = await edge.post(f"/v1/waves/{wave['id']}/ship", "developer", {}, ids.new().hex)
    assert (early.status_code, early.json()["code"]) == (409, "wave_not_packed")
    assert (await edge.post(f"/v1/waves/{wave['id']}/ship", "support", {}, ids.new().hex)).status_code == 403
    assert (await edge.post("/v1/waves/wav_nothing/ship", "developer", {}, ids.new().hex)).status_code == 404
    taken = await edge.post("/v1/waves", "developer", {"orders": [one]}, ids.new().hex)
    assert (taken.status_code, taken.json()["code"]) == (422, "orders_not_for_wave")
    labels = await edge.get(f"/v1/waves/{wave['id']}/labels", "developer")
    assert (labels.status_code, labels.json()["code"]) == (409, "labels_not_there")


async def test_a_list_has_the_newest_first_and_goes_on_where_it_ended(edge: Edge) -> None:
    made = []
    for minutes in (3, 4, 5):
        one = await heard(edge, number(), minutes=minutes)
        made.append((await edge.post("/v1/waves", "developer", {"orders": [one]}, ids.new().hex)).json()["id"])
    first = (await edge.get("/v1/waves", "support", limit=2)).json()
    rest = (await edge.get("/v1/waves", "support", limit=100, cursor=first["next_cursor"])).json()
    shown = [one["id"] for one in (*first["data"], *rest["data"])]
    assert shown[:3] == made[::-1]
    assert len(shown) == len(set(shown))


async def test_what_is_wrong_is_told_beside_it_and_nothing_is_made(edge: Edge) -> None:
    gone = await heard(edge, number(), _S.CANCELLED, minutes=6)
    wrong = await edge.post("/v1/waves", "developer", {"orders": [gone, "ord_nothing"]}, ids.new().hex)
    assert [one["pointer"] for one in wrong.json()["errors"]] == ["/orders/1"]
    wrong = await edge.post("/v1/waves", "developer", {"orders": [gone]}, ids.new().hex)
    assert wrong.json()["errors"] == [{"pointer": "/orders/0", "detail": "It is cancelled."}]
    for body, pointer in (
        ({"shop": "nowhere"}, "/shop"),
        ({"limit": 501}, "/limit"),
        ({"orders": [gone], "shop": "pasar-1"}, "/shop"),
        ({"ship_by_before": "soon"}, "/ship_by_before"),
        ({"status": "packed"}, "/status"),
    ):
        refused = await edge.post("/v1/waves", "developer", body, ids.new().hex)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer), refused.text
    nothing = await edge.post("/v1/waves", "developer", {"ship_by_before": "2020-01-01T00:00:00Z"}, ids.new().hex)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_pack")
    assert (await edge.get("/v1/waves/wav_nothing", "support")).status_code == 404
    assert (await edge.post("/v1/waves", "support", {}, ids.new().hex)).status_code == 403
    assert (await edge.get("/v1/waves", "customer")).status_code == 403
