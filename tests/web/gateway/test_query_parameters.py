"""A filter that nothing can match, and a change that changes nothing, are refused with a pointer and with what there is (R40)."""

import httpx
import pytest

from gerbang.base import ids
from gerbang.sandbox.app import Sandbox
from tests.web.conftest import Edge, one_desk, one_shop

__all__ = ["one_desk", "one_shop"]
Shop = tuple[Edge, Sandbox]
IMPOSSIBLE = {
    "/v1/payments?connection=nicepya": ("/connection", "nicepay-uji"),
    "/v1/webhook-events?source=nicepya": ("/source", "nicepay-uji"),
    "/v1/refunds?payment=17": ("/payment", "pay_"),
    "/v1/notifications?payment=17": ("/payment", "pay_"),
    "/v1/audit?action=created": ("/action", "payment.created"),
    "/v1/audit?object=pay_17": ("/object", "pay_"),
    "/v1/audit?object=somebody": ("/object", "connection:nicepay"),
}


@pytest.mark.asyncio(loop_scope="module")
async def test_a_filter_that_nothing_can_match_is_refused_with_what_there_is(one_shop: Shop) -> None:
    edge, _ = one_shop
    told = {}
    for address in IMPOSSIBLE:
        answer = await edge.client.get(address, headers=edge.headers("admin"))
        assert answer.status_code == 422, f"{address}: {answer.text}"
        told[address] = answer.json()["errors"]
    assert {address: [one["pointer"] for one in errors] for address, errors in told.items()} == {
        address: [pointer] for address, (pointer, _) in IMPOSSIBLE.items()
    }
    assert [address for address, (_, named) in IMPOSSIBLE.items() if named not in str(told[address])] == []


@pytest.mark.asyncio(loop_scope="module")
async def test_a_filter_that_nothing_matches_yet_gives_an_empty_list(one_shop: Shop) -> None:
    edge, _ = one_shop
    nobody = ids.show("pay", ids.new())
    for address in (
        "/v1/payments?connection=nicepay-uji&method=crypto",
        "/v1/webhook-events?source=nicepay-uji&type=never",
        f"/v1/refunds?payment={nobody}",
        f"/v1/audit?action=payment.never_happened&object={nobody}",
        "/v1/audit?object=connection:never-there",
    ):
        answer = await edge.client.get(address, headers=edge.headers("admin"))
        assert (answer.status_code, answer.json()["data"]) == (200, []), address


@pytest.mark.asyncio(loop_scope="module")
async def test_a_customer_is_not_told_the_names_of_connections(one_shop: Shop) -> None:
    edge, _ = one_shop
    answer = await edge.client.get("/v1/payments?connection=nicepya", headers=edge.headers("customer"))
    assert answer.status_code == 422
    assert "nicepay-uji" not in answer.text


@pytest.mark.asyncio(loop_scope="module")
async def test_a_change_that_changes_nothing_is_refused(one_shop: Shop) -> None:
    edge, _ = one_shop
    user = ids.show("usr", edge.users["customer"].id)
    for path, body, names in (
        (f"/v1/users/{user}", {}, "role, disabled"),
        ("/v1/connections/nicepay-uji", {}, "settings, secrets, enabled"),
        ("/v1/connections/nicepay-uji", {"probe": False}, "settings, secrets, enabled"),
    ):
        answer = await edge.client.patch(path, json=body, headers=edge.headers("admin"))
        assert answer.status_code == 422, f"{path}: {answer.text}"
        assert f"There is nothing to change: give {names}" in answer.json()["detail"]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_request_that_touched_no_payment_leads_to_what_the_audit_has_of_it(
    one_shop: Shop, one_desk: httpx.AsyncClient
) -> None:
    edge, _ = one_shop
    refused = await edge.create(description="4111 1111 1111 1111 12/27")
    await edge.noted("card_data.refused")
    request = refused.headers["x-request-id"]
    led = await one_desk.get("/console/find", params={"q": request.lower()})
    assert led.headers["location"] == f"/console/requests/{request}"
    page = await one_desk.get(led.headers["location"])
    assert "card_data.refused" in page.text
    assert "/description" in page.text
    unknown = await one_desk.get("/console/find", params={"q": "req_00000000000000000000000000"})
    assert "tidak tercatat di jejak audit" in (await one_desk.get(unknown.headers["location"])).text
