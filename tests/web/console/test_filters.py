"""The filters of the operators' lists: what nothing can have is told beside its field, in the reader's language, with what was typed kept."""

from collections.abc import AsyncIterator
from html import escape

import httpx
import pytest

from gerbang.core.identity.model import Role
from tests.web.conftest import Edge
from tests.web.console.test_operators import signed_in

IMPOSSIBLE = (
    ("payments", "status", "payed"),
    ("payments", "method", "cash"),
    ("payments", "connection", "nobody"),
    ("payments", "after", "yesterday"),
    ("payments", "before", "2026-13-45"),
    ("payments", "after", "0001-01-01"),
    ("webhooks", "status", "payed"),
    ("webhooks", "source", "nobody"),
    ("work", "kind", "nothing"),
)
ODD = ("٢٠٢٦-١١-٢٣", "9" * 300, "\u202e<b>", "-1", "💳", "1e400", "%")


@pytest.fixture
async def desk(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which an admin is signed in."""
    browser = await signed_in(edge, Role.ADMIN)
    yield browser
    await browser.aclose()


async def test_a_filter_that_nothing_can_match_is_told_beside_its_field_in_both_languages(
    desk: httpx.AsyncClient,
) -> None:
    for lang, start in (("id", ("“", "Tulis tanggal")), ("en", ("There is no", "Write a date"))):
        for page, name, value in IMPOSSIBLE:
            answer = await desk.get(f"/console/{page}", params={name: value, "lang": lang})
            assert answer.status_code == 422, (page, name, value)
            told = answer.text.partition(f'id="e-{name}"')[2].partition("</p>")[0]
            assert any(words in told for words in start), (page, name, told)
            assert escape(value) in answer.text, (page, name, value)


async def test_no_list_breaks_whatever_stands_in_its_address(desk: httpx.AsyncClient) -> None:
    for page, names in (
        ("payments", ("status", "method", "connection", "order_reference", "after", "before", "cursor", "q", "lang")),
        ("webhooks", ("status", "source", "type", "cursor")),
        ("work", ("kind", "cursor")),
        ("rejections", ("x",)),
        ("find", ("q",)),
    ):
        for name in names:
            for value in ODD:
                answer = await desk.get(f"/console/{page}", params={name: value})
                assert answer.status_code < 500, (page, name, value)
                assert "<b>" not in answer.text.partition("<main")[2].partition("<h1")[0]
