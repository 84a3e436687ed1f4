"""Every route, every kind of caller, own and another's (R39): generated from the policy table and from the OpenAPI document."""

import re

import pytest

from gerbang.core.identity.model import Role
from gerbang.nouns import NOUNS
from gerbang.web import policy_rows
from gerbang.web.policy import POLICY, check_complete
from gerbang.web.policy_rows import Body, Row, Who

from .conftest import Edge

STAFF = ("support", "finance", "developer", "admin")
LONGEST_LIVED = frozenset({"/v1/events", "/v1/payments/{payment}/events"})  # streams: only refusals are tried here


async def _call(edge: Edge, row: Row, who: str, payment: str) -> int:
    path = row.path.replace("{payment}", payment).replace("{name:path}", "service/x")
    path = re.sub(r"\{\w+\}", "nothing", path)
    headers = edge.headers(who, "new" if row.key_required else None)
    if row.body is Body.JSON:
        answer = await edge.client.request(row.method, path, json={}, headers=headers)
    elif row.body is Body.FORM:
        answer = await edge.client.request(row.method, path, data={"a": "b"}, headers=headers)
    else:
        answer = await edge.client.request(row.method, path, headers=headers)
    assert answer.status_code < 500, (row.route, who, answer.text)
    return answer.status_code


def _may(row: Row, who: str) -> bool:
    role = Role.CUSTOMER if who in ("customer", "other") else Role(who)
    return row.who is Who.SIGNED_IN or not NOUNS.roles().of(role).isdisjoint(row.permissions)


API = [row for row in POLICY if row.path.startswith("/v1/") and row.who is not Who.ANYONE]


async def test_every_route_opens_to_whom_the_table_says(edge: Edge) -> None:
    """R39: 401 without a caller, 403 without the permission, and otherwise neither."""
    made = (await edge.create()).json()["id"]
    for row in API:
        assert await _call(edge, row, "nobody", made) == 401, row.route
        for who in (*STAFF, "customer"):
            if row.path in LONGEST_LIVED and _may(row, who):
                continue
            status = await _call(edge, row, who, made)
            if _may(row, who):
                assert status not in (401, 403), (row.route, who)
            else:
                assert status == 403, (row.route, who)


async def test_what_is_anothers_does_not_exist_for_a_customer(edge: Edge) -> None:
    """R39: the same answer as for what does not exist at all."""
    owner = edge.users["customer"]
    from gerbang.base import ids

    made = (await edge.create("developer", customer={"id": ids.show("usr", owner.id)})).json()["id"]
    for row in API:
        if not row.own or "{payment}" not in row.path or row.path in LONGEST_LIVED:
            continue
        mine = await _call(edge, row, "customer", made)
        theirs = await _call(edge, row, "other", made)
        nothing = await _call(edge, row, "other", "pay_00000000000000000000000000")
        assert theirs == nothing, row.route
        assert theirs in (404, 422), row.route  # 422: the empty body is refused before anything is looked up
        assert mine not in (401, 403, 404), row.route


async def test_an_unknown_token_is_401_everywhere(edge: Edge) -> None:
    edge.tokens["forged"] = "Bearer eyJhbGciOiJub25lIn0.e30."
    for row in API:
        assert await _call(edge, row, "forged", "pay_x") == 401, row.route


async def test_every_documented_operation_has_a_row_and_every_row_is_served(edge: Edge) -> None:
    """R39: the OpenAPI document and the table name the same routes."""
    schema = (await edge.client.get("/openapi.json")).json()
    documented = {
        f"{verb.upper()} {path}" for path, item in schema["paths"].items() for verb in item if verb != "parameters"
    }
    rows = {row.route.replace(":path}", "}"): row for row in POLICY}
    assert documented <= set(rows)
    undocumented = {route for route, row in rows.items() if row.path.startswith("/v1/")} - documented
    assert undocumented == set()


def test_a_route_without_a_row_fails_the_start() -> None:
    """R39."""
    check_complete([("GET", "/healthz")], POLICY)
    with pytest.raises(ValueError, match="/v1/forgotten"):
        check_complete([("GET", "/healthz"), ("POST", "/v1/forgotten")], POLICY)
    with pytest.raises(ValueError, match="twice"):
        check_complete([], [*POLICY, POLICY[0]])


def test_money_routes_need_a_key_or_change_no_money_twice() -> None:
    """R3: what creates something that moves money names its request."""
    creating = {row.route for row in POLICY if row.rate is policy_rows.Rate.MONEY and row.path.startswith("/v1/")}
    keyed = {row.route for row in POLICY if row.key_required}
    assert creating - keyed == {
        "POST /v1/payments/{payment}/resolve",
        "PUT /v1/refunds/{refund}/destination",
        "POST /v1/approvals/{approval}/approve",
        "POST /v1/approvals/{approval}/refuse",
        "POST /v1/refunds/{refund}/settle",
        "POST /v1/refunds/{refund}/resolve",
        "POST /v1/settlements/{line}/decide",  # of a line that is held, once
        "POST /v1/message-text-versions/{version}/approve",
        "POST /v1/message-text-versions/{version}/refuse",
    }
