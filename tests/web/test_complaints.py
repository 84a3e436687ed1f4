"""What the API says of what it cannot take: for every route, beside every field, in the sender's words."""

import re
from pathlib import Path
from typing import Final

import pytest

from gerbang.base.validation_messages import PATTERNS, in_words
from gerbang.web.input import bodies
from tests.web.conftest import Edge

MACHINE: Final = re.compile(r"`|regex|msgspec|\bstr\b|\bint\b|\bNone\b|\$\.|\^|Struct|Traceback")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Expected `int | str`, got `null` - at `$.amount`", "Expected a whole number or text, not nothing (null)."),
        (
            "Expected `int`, got `float` - at `$.amount`",
            "Write a whole number without a decimal point or exponent: 15000, not 15000.0.",
        ),
        (
            "Expected `int | str`, got `float` - at `$.amount`",
            "Write a whole number without a decimal point or exponent: 15000, not 15000.0.",
        ),
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


async def test_a_value_that_nothing_can_have_is_refused_in_words(edge: Edge) -> None:
    for query in (
        "payments?status=payed",
        "payments?method=cash",
        "refunds?status=x",
        "notifications?status=x",
        "notifications?template=x",
        "webhook-events?status=x",
        "webhook-events?verified=perhaps",
        "payments?limit=many",
        "payments?created_after=yesterday",
        "payments?status=null",
        "payments?method=NULL",
        "payments?connection=null",
        "payments?created_after=null",
        "notifications?template=null",
        "webhook-events?verified=null",
        "webhook-events?verified=0",
        "payments?created_after=0",
        "payments?created_after=-1",
        "payments?created_after=1e9",
        "payments?created_after=1.5",
        "payments?created_after=2026-11-29T10:00:00",
        "refunds?created_after=2026-11-29T10:00:00",
    ):
        answer = await edge.client.get(f"/v1/{query}", headers=edge.headers("admin"))
        assert answer.status_code == 422, query
        pointers = [one["pointer"] for one in answer.json()["errors"]]
        assert pointers == ["/" + query.partition("?")[2].partition("=")[0]]
        assert not MACHINE.search(answer.text), answer.text


async def test_a_span_in_which_nothing_can_lie_is_refused(edge: Edge) -> None:
    for path in ("payments", "refunds"):
        span = {"created_after": "2026-11-29T10:00:00Z", "created_before": "2026-11-29T10:00:00+07:00"}
        answer = await edge.get(f"/v1/{path}", **span)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/created_before"), path


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
