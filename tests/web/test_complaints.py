"""What the API says of what it cannot take: for every route, beside every field, in the sender's words."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from gerbang.base import ids
from gerbang.web import bodies
from gerbang.web.complaints import PATTERNS, in_words
from tests.web.conftest import Edge

MACHINE: Final = re.compile(r"`|regex|msgspec|\bstr\b|\bint\b|\bNone\b|\$\.|\^|Struct|Traceback")
WRONG: Final[tuple[Any, ...]] = (None, True, 1.5, -(10**20), "\u0007", "x" * 9_000, [], [1], {}, {"x": 1})


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Expected `int | str`, got `null` - at `$.amount`", "Expected a whole number or text, not nothing (null)."),
        ("Expected `str` of length <= 200", "Too long: at most 200 characters."),
        ("Expected `str` of length >= 1", "This must not be empty."),
        ("Expected `int` >= 60", "At least 60."),
        ("Object contains unknown field `x`", "There is no such field here: check its spelling, or leave it out."),
        ("Expected `str` matching regex '^([0-9]{5,20})?$'", "Write the account number in digits, 5 to 20 of them."),
        ("something that no release has said yet", "This value does not fit here; /docs shows what does."),
    ],
)
def test_what_a_reader_said_is_told_in_words(said: str, told: str) -> None:
    assert in_words(said) == told


def test_every_pattern_of_a_body_has_words() -> None:
    source = Path(bodies.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r'pattern=r"([^"]+)"', source)) <= set(PATTERNS)


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every documented route of the API, with its parameters filled in by what is nobody's id."""
    for path, item in schema["paths"].items():
        for verb, operation in item.items():
            if path.startswith("/v1/") and "events" not in path.rsplit("/", 1)[-1]:
                yield verb.upper(), re.sub(r"\{\w+\}", "x", path), operation


def fields(schema: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    """The members of an operation's body."""
    for told in operation.get("requestBody", {}).get("content", {}).values():
        shape = told["schema"]
        name = shape.get("$ref", "").rsplit("/", 1)[-1]
        return list(schema["components"]["schemas"].get(name, shape).get("properties", {}))
    return []


async def test_no_route_takes_a_parameter_that_it_does_not_know_or_one_that_says_nothing(edge: Edge) -> None:
    schema = (await edge.client.get("/openapi.json")).json()
    failed = []
    for verb, path, operation in operations(schema):
        key = {"idempotency-key": ids.new().hex}
        known = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
        for query in ("payed=1", *(f"{name}=" for name in known), *(f"{name}=1&{name}=2" for name in known)):
            answer = await edge.client.request(verb, f"{path}?{query}", headers=edge.headers("admin") | key)
            pointers = [one["pointer"] for one in answer.json().get("errors", ())]
            if (answer.status_code, set(pointers)) != (422, {"/" + query.partition("=")[0]}):
                failed.append((verb, path, query, answer.status_code, answer.text[:200]))
    assert failed == []


async def test_a_value_that_nothing_can_have_is_refused_in_words(edge: Edge) -> None:
    for query in (
        "payments?status=payed", "payments?method=cash", "refunds?status=x", "notifications?status=x", "notifications?template=x",
        "webhook-events?status=x", "webhook-events?verified=perhaps", "payments?limit=many", "payments?created_after=yesterday",
    ):  # fmt: skip
        answer = await edge.client.get(f"/v1/{query}", headers=edge.headers("admin"))
        assert answer.status_code == 422, query
        pointers = [one["pointer"] for one in answer.json()["errors"]]
        assert pointers == ["/" + query.partition("?")[2].partition("=")[0]]
        assert not MACHINE.search(answer.text), answer.text


async def test_a_wrong_value_in_any_field_of_any_body_is_told_without_the_machines_inside(edge: Edge) -> None:
    schema = (await edge.client.get("/openapi.json")).json()
    failed, tried = [], 0
    for verb, path, operation in operations(schema):
        for name in fields(schema, operation):
            for bad in WRONG:
                key = {"idempotency-key": ids.new().hex}
                answer = await edge.client.request(verb, path, json={name: bad}, headers=edge.headers("admin") | key)
                tried += 1
                if answer.status_code >= 500 or MACHINE.search(re.sub(r'"(instance|type)":"[^"]*"', "", answer.text)):
                    failed.append((verb, path, name, str(bad)[:20], answer.status_code, answer.text[:300]))
    assert failed == []
    assert tried > 100


async def test_a_connection_that_offers_nothing_is_blamed_itself(edge: Edge) -> None:
    answer = await edge.create(method="qris", connection="nobody")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/connection"]


async def test_a_wrong_api_key_is_called_one(edge: Edge) -> None:
    answer = await edge.client.get("/v1/me", headers={"authorization": "Bearer grb_test_" + "x" * 40})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert "API key" in answer.json()["detail"]


async def test_a_hooks_problem_is_as_whole_as_any_other(edge: Edge) -> None:
    answer = await edge.client.post("/hooks/nobody", content=b"{}")
    assert answer.status_code == 404
    assert {"type", "title", "status", "detail", "instance", "code", "request_id"} <= set(answer.json())
    assert answer.json()["instance"] == "/hooks/nobody"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
