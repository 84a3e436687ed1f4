"""The OpenAPI document against the server, both ways: what it allows is taken, what it forbids is refused with a pointer."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gerbang.base.errors import FieldError, Invalid
from gerbang.web import openapi
from gerbang.web.api import approvals, auth, connections, payments, refunds, secrets, webhook_events
from gerbang.web.input.bodies import PaymentBody
from gerbang.web.input.validation import read_as
from gerbang.web.policy import POLICY
from tests.web.conftest import Edge
from tests.web.openapi_values import Values, put

MACHINE: Final = re.compile(r"`|regex|msgspec|\bstr\b|\bint\b|\bNone\b|\$\.|\^|Struct|Traceback")
_MODULES: Final = (approvals, auth, connections, payments, refunds, secrets, webhook_events)
BODIES: Final = {
    one.__name__: one
    for module in _MODULES
    for one in vars(module).values()
    if isinstance(one, type) and issubclass(one, msgspec.Struct) and one.__name__.endswith("Body")
}
SCHEMAS: Final = openapi.completed({"paths": {}}, (), list(BODIES.values()))
VALUES: Final = Values(SCHEMAS)
QUICK: Final = settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def test_a_route_that_creates_requires_an_idempotency_key_or_says_what_sending_it_twice_does() -> None:
    required = {row.path for row in POLICY if row.method == "POST" and row.key_required}
    told = {
        re.sub(r":str\}", "}", path): str(one.fn.__doc__)
        for module in (auth, connections, payments, refunds)
        for one in module.HANDLERS
        if one.status_code == 201
        for path in one.paths
    }
    assert {"/v1/payments", "/v1/api-keys", "/v1/users", "/v1/connections"} < set(told)
    assert [path for path, said in told.items() if path not in required and "no Idempotency-Key" not in said] == []


@pytest.mark.parametrize("name", sorted(BODIES))
@given(data=st.data())
@QUICK
def test_every_body_that_the_document_allows_is_read(name: str, data: st.DataObject) -> None:
    body = data.draw(VALUES.allowed({"$ref": openapi.BODY_REF.format(name=name)}))
    written = json.dumps(body).encode()
    assert isinstance(read_as(written, BODIES[name]), BODIES[name])


@pytest.mark.parametrize("name", sorted(BODIES))
def test_no_body_takes_what_the_document_does_not_name(name: str) -> None:
    assert VALUES.resolved({"$ref": openapi.BODY_REF.format(name=name)})["additionalProperties"] is False


@given(data=st.data())
@QUICK
def test_a_payment_that_the_document_allows_is_refused_only_for_what_fields_mean_together(data: st.DataObject) -> None:
    body = data.draw(VALUES.allowed({"$ref": openapi.BODY_REF.format(name="PaymentBody")}))
    refused = refusal_of(read_as(json.dumps(body).encode(), PaymentBody))
    assert {"/" + one.pointer.split("/")[1] for one in refused} <= {"/amount", "/items", "/method"}


def refusal_of(body: PaymentBody) -> Sequence[FieldError]:
    try:
        body.check()
        body.payer()
    except Invalid as error:
        return error.errors
    return ()


# ── over HTTP, every route ──────────────────────────────────────────────────────────────────────────────────────────


class Route(NamedTuple):
    """A route of the API, its address filled in by what is nobody's id; `query` are its parameters by name."""

    verb: str
    path: str
    body: Mapping[str, Any] | None
    query: Mapping[str, Mapping[str, Any]]


def routes(document: Mapping[str, Any]) -> Iterator[Route]:
    """Every route of the API, streams too."""
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            if path.startswith("/v1/"):
                told = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
                query = {one["name"]: one for one in operation["parameters"] if one["in"] == "query"}
                filled = re.sub(r"\{\w+\}", "x", path).replace("/secrets/x", "/secrets/service/x")
                yield Route(verb.upper(), filled, told.get("schema"), query)


NO_BODY: Final = object()


async def asked(edge: Edge, route: Route, body: Any = NO_BODY, query: str = "") -> httpx.Response:
    """The answer of a route; an API key has no password to change."""
    headers = edge.headers("customer" if route.path == "/v1/auth/password" else "admin", "new")
    address = f"{route.path}?{query}"
    if body is NO_BODY:
        return await edge.client.request(route.verb, address, headers=headers)
    headers["content-type"] = "application/json"
    return await edge.client.request(route.verb, address, headers=headers, content=json.dumps(body))


def pointers(answer: httpx.Response) -> set[str]:
    return {one["pointer"] for one in answer.json().get("errors", ())} if answer.content else set()


async def document_of(edge: Edge) -> Mapping[str, Any]:
    document: Mapping[str, Any] = (await edge.client.get("/openapi.json")).json()
    return document


async def test_whatever_the_document_forbids_in_a_body_is_refused_beside_its_field_in_plain_words(edge: Edge) -> None:
    document = await document_of(edge)
    values, failed, tried = Values(document), [], 0
    for route in routes(document):
        schema = route.body or {}
        for pointer, bad in values.forbidden(schema):
            answer = await asked(edge, route, put(values.example(schema), pointer, bad))
            plain = MACHINE.search(re.sub(r'"(instance|type)":"[^"]*"', "", answer.text)) is None
            tried += 1
            if answer.status_code not in (400, 422) or pointer not in pointers(answer) or not plain:
                failed.append((route[:2], pointer, str(bad)[:20], answer.status_code, answer.text[:300]))
    assert not failed, "\n".join(map(str, failed))
    assert tried > 300


async def test_a_route_that_takes_no_body_is_told_nothing_by_one(edge: Edge) -> None:
    failed = []
    for route in routes(await document_of(edge)):
        if route.verb == "GET" or route.body:
            continue
        answer, empty = await asked(edge, route, {"reason": "x"}), await asked(edge, route, {})
        if (answer.status_code, pointers(answer)) != (422, {"/reason"}) or pointers(empty):
            failed.append((route[:2], answer.status_code, answer.text[:200], empty.text[:200]))
    assert not failed, "\n".join(map(str, failed))


ODD: Final = (
    "%00",
    "٣",
    "1e400",
    "9" * 400,
    "-1",
    "0x1F",
    "true",
    "null",
    "x" * 300,
    "%F0%9F%8D%9C",
    "0001-01-01T00:00:00%2B14:00",
)


async def test_what_no_parameter_can_be_is_refused_by_its_name(edge: Edge) -> None:
    """Of every list and stream: unknown parameters, empty ones, one twice, and what its schema forbids."""
    document = await document_of(edge)
    assert not (failed := await misread(edge, document, refusable)), "\n".join(failed)


@pytest.mark.full
async def test_no_parameter_breaks_a_route_whatever_stands_in_it(edge: Edge) -> None:
    document = await document_of(edge)
    assert not (failed := await misread(edge, document, odd)), "\n".join(failed)


Tries = Iterator[tuple[str, str, bool]]


async def misread(edge: Edge, document: Mapping[str, Any], tries: Callable[[Values, Route], Tries]) -> Sequence[str]:
    """What was answered by a fault of ours, was not refused though it must, or was refused without its name."""
    values, failed = Values(document), []
    for route in routes(document):
        needed = {n: values.in_address(one["schema"]) for n, one in route.query.items() if one.get("required")}
        for name, value, must in tries(values, route):
            rest = [f"{other}={one}" for other, one in needed.items() if other != name]
            answer = await asked(edge, route, query="&".join([f"{name}={value}", *rest]))
            named = f"/{name}" in pointers(answer) or value == "%00"
            if answer.status_code >= 500 or ((must or answer.status_code == 422) and not named):
                failed.append(f"{route[:2]} {name}={value[:40]} {answer.status_code} {answer.text[:200]}")
    return failed


def refusable(values: Values, route: Route) -> Tries:
    yield "payed", "1", True
    for name, one in route.query.items():
        yield name, "", True
        yield name, f"1&{name}=2", True
        if route.verb == "GET":
            yield from ((name, bad, True) for bad in values.forbidden_in_address(one["schema"]))


def odd(_values: Values, route: Route) -> Tries:
    if route.verb == "GET":
        yield from ((name, value, False) for name in route.query for value in ODD)


THEIRS = (
    {"/payment"},
    {"/connection"},
    {"/channel"},
    {"/shop"},
    {"/source"},
)  # ids of what an installation has, of which the document knows none


async def test_what_the_document_allows_in_an_address_is_answered(edge: Edge) -> None:
    document = await document_of(edge)
    values, failed = Values(document), []
    for route in routes(document):
        needed = {n: values.in_address(one["schema"]) for n, one in route.query.items() if one.get("required")}
        for name, one in route.query.items():
            if route.verb != "GET" or name in (
                "cursor",
                "payment",
                "payout",
                "customer",
                "t",
            ):  # made by us, or somebody's
                continue
            given_ = needed | {name: values.in_address(one["schema"])}
            answer = await asked(edge, route, query="&".join(f"{n}={value}" for n, value in given_.items()))
            if answer.status_code not in (200, 404) and pointers(answer) not in THEIRS:
                failed.append((route[:2], name, answer.status_code, answer.text[:200]))
    assert not failed, "\n".join(map(str, failed))


async def test_a_short_list_is_handed_out_in_parts_as_asked(edge: Edge) -> None:
    whole = (await edge.get("/v1/secrets")).json()
    parts: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = await edge.get("/v1/secrets", limit="2", **({"cursor": cursor} if cursor else {}))
        assert len(answer.json()["data"]) <= 2
        parts += answer.json()["data"]
        cursor = answer.json()["next_cursor"]
    assert len(parts) > 2
    assert (parts, whole["next_cursor"]) == (whole["data"], None)


async def test_generated_clients_have_the_names_of_the_field_and_every_operation_is_told(edge: Edge) -> None:
    document: Mapping[str, Any] = (await edge.client.get("/openapi.json")).json()
    operations = [one for item in document["paths"].values() for one in item.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", name)] == []
    assert [name for name in document["components"]["schemas"] if not re.fullmatch(r"([A-Z][a-z]+)+", name)] == []
    assert [one["operationId"] for one in operations if not one.get("description")] == []
    statuses = document["components"]["schemas"]["Payment"]["properties"]["status"]
    assert statuses == {"$ref": "#/components/schemas/PaymentStatus"}


async def test_what_an_operation_says_of_its_answers_is_in_the_document(edge: Edge) -> None:
    document = (await edge.get("/openapi.json")).json()
    told = {
        (one["operationId"], status): status in one["responses"]
        for path in document["paths"].values()
        for one in path.values()
        if "operationId" in one
        for status in re.findall(r"\b(20\d) where", one.get("description", ""))
    }
    assert told
    assert [key for key, is_listed in told.items() if not is_listed] == []
