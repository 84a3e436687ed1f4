"""Ids: sortable, typed, and never read from anything that was not written so."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerbang.base import ids
from gerbang.base.errors import NotFound


@given(st.uuids())
def test_what_is_shown_is_read_back(value: UUID) -> None:
    assert ids.read("pay", ids.show("pay", value)) == value


@given(st.uuids(), st.uuids())
def test_the_text_sorts_as_the_ids_do(one: UUID, other: UUID) -> None:
    assert (ids.show("evt", one) < ids.show("evt", other)) is (one.int < other.int)


@given(st.text(max_size=40))
def test_no_other_text_is_an_id(text: str) -> None:
    try:
        value = ids.read("pay", text)
    except NotFound:
        return
    assert ids.show("pay", value) == text


@pytest.mark.parametrize(
    "spoilt",
    [
        str.lower,
        lambda t: t.replace("pay", "att"),
        lambda t: t[:-1],
        lambda t: t + "0",
        lambda t: t[:-1] + "I",
        lambda t: t[:-2] + "_0",
        lambda t: "pay_8" + t[5:],
        lambda t: t[:-1] + "٣",
        lambda t: t[:-1] + " ",
    ],
)
def test_a_spoilt_id_is_not_found(spoilt: object) -> None:
    text = ids.show("pay", UUID("0192a000-0000-7000-8000-000000000001"))
    assert callable(spoilt)
    with pytest.raises(NotFound):
        ids.read("pay", spoilt(text))


def test_new_ids_are_version_7_and_come_in_order() -> None:
    made = [ids.new() for _ in range(1_000)]
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}
    assert [one.int >> 64 for one in made] == sorted(one.int >> 64 for one in made)
