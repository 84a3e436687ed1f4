"""The two tables of NICEPAY's words: complete, disjoint, and without a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerbang.ports.payment import Method
from gerbang.providers.nicepay.account import PAY_METHODS
from gerbang.providers.nicepay.codes import (
    _DECLINED,
    _FIELDS,
    _REFUSED,
    _TAKEN,
    _UNCLEAR,
    MEANINGS,
    State,
    Verdict,
    meaning,
    state,
)


def test_no_code_stands_in_two_rows() -> None:
    rows = [row[0].split() for table in (_UNCLEAR, _TAKEN, _DECLINED, _REFUSED) for row in table]
    codes = [code for row in rows for code in row] + [row.split()[1] for row in _FIELDS] + ["0000"]
    assert sorted(codes) == sorted(MEANINGS)


def test_only_0000_is_a_success() -> None:
    assert [code for code, one in MEANINGS.items() if one.verdict is Verdict.DONE] == ["0000"]


@given(st.text(max_size=8).filter(lambda code: code not in MEANINGS))
def test_a_code_that_nobody_documented_is_neither_success_nor_failure(code: str) -> None:
    assert meaning(code).verdict is Verdict.UNCLEAR


def test_declines_carry_a_code_of_ours_and_refusals_a_cure() -> None:
    for code, one in MEANINGS.items():
        assert bool(one.code) == (one.verdict is Verdict.DECLINED), code
        assert bool(one.cure) == (one.verdict is Verdict.REFUSED), code
        assert one.text, code


@pytest.mark.parametrize(
    ("code", "ours"),
    [
        ("51", "insufficient_funds"),
        ("05", "card_declined"),
        ("9117", "authentication_failed"),
        ("9129", "expired"),
        ("9509", "amount_too_small"),
        ("9752", "payment_declined"),
        ("9806", "payment_declined"),
        ("9209", "amount_too_small"),
        ("9155", "limit_exceeded"),
        ("9151", "suspected_fraud"),
        ("9330", "refund_not_supported"),
    ],
)
def test_declines_have_stable_names(code: str, ours: str) -> None:
    assert meaning(code).code == ours


@pytest.mark.parametrize(
    "code", ["9010", "9011", "9012", "9013", "9020", "9205", "9503", "9505", "9525", "9751", "9802"]
)
def test_a_fault_of_the_set_up_is_a_refused_call(code: str) -> None:
    assert meaning(code).verdict is Verdict.REFUSED


@pytest.mark.parametrize("code", ["9002", "1001", "1004", "9201", "9302", "9750", "9801"])
def test_busy_says_nothing_about_what_was_kept(code: str) -> None:
    assert meaning(code).verdict is Verdict.UNCLEAR


def test_a_reference_used_before_means_that_an_earlier_try_arrived() -> None:
    assert meaning("9009").verdict is Verdict.TAKEN


def test_the_two_generations_of_card_statuses_differ_where_it_hurts() -> None:
    assert state(Method.CARD, "1", "current") is State.VOIDED
    assert state(Method.CARD, "1", "2020") is State.FAILED
    assert state(Method.CARD, "8", "current") is State.FAILED
    assert state(Method.CARD, "8", "2020") is None


@pytest.mark.parametrize(
    ("status", "expected"), [("0", State.PAID), ("1", State.REVERSED), ("3", State.UNPAID), ("4", State.EXPIRED)]
)
def test_virtual_account_statuses(status: str, expected: State) -> None:
    assert state(Method.VIRTUAL_ACCOUNT, status, "current") is expected


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (Method.CONVENIENCE_STORE, "0paid 3unpaid 4expired 5unpaid"),
        (Method.DIRECT_DEBIT, "0paid 1refunded 3unpaid 9unpaid"),
        (Method.EWALLET, "0paid 1voided 2refunded 3unpaid 4unpaid 5expired 8failed 9unpaid"),
        (Method.PAYLATER, "0paid 1voided 2refunded 3unpaid 8failed 9unpaid"),
        (Method.QRIS, "0paid 2refunded 3unpaid 4unpaid 5expired 6failed"),
    ],
)
def test_each_method_has_its_own_statuses(method: Method, expected: str) -> None:
    """The provider's page "Payment Status Code", and nothing that is not on it."""
    found = {digit: state(method, digit, "current") for digit in "0123456789"}
    assert " ".join(f"{digit}{one.value}" for digit, one in found.items() if one is not None) == expected


@given(st.text(max_size=4).filter(lambda text: text not in {*"0123456789"}))
def test_a_status_in_no_table_means_nothing(status: str) -> None:
    for method in PAY_METHODS:
        for table in ("current", "2020"):
            assert state(method, status, table) is None
