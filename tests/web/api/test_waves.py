"""Waves by the API: made once under a key, refused beside what is wrong, shown page by page, and hidden from customers."""

import pytest

from gerbang.base import ids
from gerbang.ports.marketplace_orders import ItemStatus
from tests.web.api.test_orders import edge, heard, number
from tests.web.conftest import Edge

__all__ = ["edge"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
_S = ItemStatus


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
