"""The catalogue of events: its examples and what is really sent agree with its schemas, and programs read the same in three places."""

import json
from typing import Any

import msgspec
import pytest

from gerbang.core.payments.model import PaymentStatus
from gerbang.nouns import NOUNS
from gerbang.web.event_catalogue import CatalogueEntry
from gerbang.web.views.event_payloads import payment_payload
from tests.core.notifications.example_payments import details
from tests.web.conftest import Edge
from tests.web.json_schema import disagreements

CATALOGUE = {one.name: one for one in NOUNS.event_catalogue}


def wrong(entry: CatalogueEntry, body: Any) -> list[str]:
    schema: Any = entry.alone()
    return list(disagreements(body, schema, schema["$defs"]))


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_an_example_is_valid_by_the_schema_of_its_type(name: str) -> None:
    body = json.loads(msgspec.json.encode(CATALOGUE[name].example))
    assert wrong(CATALOGUE[name], body) == []


def test_a_body_of_another_shape_is_not() -> None:
    entry = CATALOGUE["payment.paid"]
    body = json.loads(msgspec.json.encode(entry.example))
    without = {name: one for name, one in body["data"].items() if name != "status"}
    assert wrong(entry, body | {"data": without}) == ["/data/status: is missing"]
    assert wrong(entry, body | {"data": body["data"] | {"amount": None}})
    assert wrong(entry, body | {"data": body["data"] | {"payer": "Sari"}}) == ["/data/payer: is not in the schema"]
    assert wrong(CATALOGUE["payment.expired"], body)


@pytest.mark.parametrize("status", PaymentStatus)
def test_a_payment_that_is_really_sent_is_valid_too(status: PaymentStatus) -> None:
    entry = CATALOGUE[f"payment.{status.value}"]
    for personal in (False, True):
        data = json.loads(msgspec.json.encode(payment_payload(details(status=status), personal=personal)))
        assert wrong(entry, {**entry.example, "data": data}) == []


def test_the_example_of_a_status_has_that_status() -> None:
    for status in PaymentStatus:
        example: Any = CATALOGUE[f"payment.{status.value}"].example
        assert example["data"]["status"] == status.value
    assert CATALOGUE["payment.overpaid"].example["data"]["amount_excess"] == 30_000


async def test_the_document_lists_every_event_that_endpoints_get_as_a_webhook(edge: Edge) -> None:
    document = (await edge.client.get("/openapi.json")).json()
    sent = {name for name, one in CATALOGUE.items() if one.data.by_webhook}
    assert set(document["webhooks"]) == sent
    for name, item in document["webhooks"].items():
        media = item["post"]["requestBody"]["content"]["application/json"]
        assert not list(disagreements(media["example"], media["schema"], document["components"]["schemas"])), name
    operations = [one["operationId"] for item in document["paths"].values() for one in item.values()]
    assert not {item["post"]["operationId"] for item in document["webhooks"].values()} & set(operations)


async def test_the_api_lists_the_types_and_tells_each_with_its_schema_and_an_example(edge: Edge) -> None:
    listed = (await edge.client.get("/v1/event-types", headers=edge.headers("developer"))).json()["data"]
    assert {one["type"] for one in listed} == set(CATALOGUE)
    paid = (await edge.client.get("/v1/event-types/payment.paid", headers=edge.headers("developer"))).json()
    assert (paid["object"], paid["by_webhook"]) == ("payment", True)
    assert not list(disagreements(paid["example"], paid["schema"], paid["schema"]["$defs"]))


async def test_a_type_that_is_none_is_answered_by_where_the_types_are(edge: Edge) -> None:
    answer = await edge.client.get("/v1/event-types/payment.payed", headers=edge.headers("developer"))
    assert (answer.status_code, answer.json()["code"]) == (404, "event_type_not_found")
    assert "GET /v1/event-types" in answer.json()["hint"]
