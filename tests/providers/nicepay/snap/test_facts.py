"""What SNAP's statuses mean, without a network: every code of every table, wherever the answer keeps it, and what must not be believed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import pytest

from gerbang.base.http import OutcomeUnknown
from gerbang.ports.facts import (
    Accepted,
    Cancelled,
    Captured,
    Declined,
    Expired,
    Fact,
    Mismatched,
    RefundSettled,
    Reversed,
)
from gerbang.ports.next_action import DisplayQr, DisplayVirtualAccount, Wait
from gerbang.ports.payment import Method, SubmittedAttempt
from gerbang.providers.nicepay.snap import codes, facts, wire
from tests.providers.nicepay.orders import NOW, REFERENCE, submission

AMOUNT: Final = 150_000
TXID: Final = "DEMOSNAP0102202501150930056789"
ACCOUNT: Final = SubmittedAttempt(
    attempt=submission().attempt,
    reference=REFERENCE,
    provider_reference=TXID,
    method=Method.VIRTUAL_ACCOUNT,
    options={"bank": "BCA"},
    amount=submission().amount,
    captured=0,
    refunded=0,
    now=NOW,
    next_action=DisplayVirtualAccount("BCA", "123"),
    made_at=NOW,
)
CODE: Final = replace(ACCOUNT, method=Method.QRIS, next_action=DisplayQr("000201"))
WALLET: Final = replace(ACCOUNT, method=Method.EWALLET, options={"wallet": "DANA"}, next_action=Wait())
OVO: Final = replace(WALLET, options={"wallet": "OVO"}, provider_reference="", next_action=None)
PAID: Final = Captured(AMOUNT, "IDR")
BACK: Final = RefundSettled(AMOUNT, "IDR")


def account(status: str, words: str = "", **data: Any) -> wire.AccountAnswer:
    told = {"latestTransactionStatus": status, "transactionStatusDesc": words}
    raw = {"responseCode": "2002600", "virtualAccountData": {"trxId": REFERENCE, "additionalInfo": told} | data}
    return msgspec.convert(raw, wire.AccountAnswer)


def other(status: str, words: str = "", **more: Any) -> wire.Status:
    raw = {
        "responseCode": "2005100",
        "latestTransactionStatus": status,
        "transactionStatusDesc": words,
        "originalReferenceNo": TXID,
        "originalPartnerReferenceNo": REFERENCE,
        "amount": {"value": "150000.00", "currency": "IDR"},
    }
    return msgspec.convert(raw | more, wire.Status)


def found(submitted: SubmittedAttempt, answer: wire.AccountAnswer | wire.Status) -> tuple[Fact, ...]:
    said = (
        facts.account_said(submitted, answer)
        if isinstance(answer, wire.AccountAnswer)
        else facts.status_said(submitted, answer)
    )
    return tuple(facts.learnt(submitted, said, facts.inquired(submitted, said).facts))


@pytest.mark.parametrize(
    ("status", "words", "unpaid", "paid"),
    [
        ("00", "", (PAID,), (PAID,)),
        ("00", "Refunded", (PAID,), (PAID,)),  # what is paid is paid, whatever the words
        ("03", "", (), ()),
        ("06", "x", (Declined("payment_declined", "x", "06"),), (Declined("payment_declined", "x", "06"),)),
        ("01", "", (Cancelled(),), (Reversed("The bank reversed the deposit."),)),
        ("04", "Refunded", (PAID, BACK), (PAID, BACK)),
        ("04", "Expired", (Expired(),), (Expired(),)),
        ("04", "Canceled", (Expired(),), (Expired(),)),
        ("04", "", (Expired(),), (Expired(),)),
        ("05", "cancelled/expired", (Expired(),), (Expired(),)),
        ("05", "Reversal", (Cancelled(),), (Reversed("The bank reversed the deposit."),)),
        ("02", "", (), ()),
        ("08", "", (), ()),
        ("", "", (), ()),
        ("paid", "", (), ()),
    ],
)
def test_a_virtual_account_in_either_table(
    status: str, words: str, unpaid: tuple[Fact, ...], paid: tuple[Fact, ...]
) -> None:
    assert found(ACCOUNT, account(status, words)) == unpaid
    assert found(replace(ACCOUNT, captured=AMOUNT), account(status, words)) == paid


@pytest.mark.parametrize("submitted", [CODE, WALLET], ids=["qris", "ewallet"])
@pytest.mark.parametrize(
    ("status", "unpaid", "paid"),
    [
        ("00", (PAID,), (PAID,)),
        ("03", (), ()),
        ("04", (PAID, BACK), (PAID, BACK)),
        ("05", (Expired(),), (PAID, BACK)),
        ("06", (Declined("payment_declined", "failed", "06"),), (Declined("payment_declined", "failed", "06"),)),
        ("07", (), ()),
        ("02", (), ()),
        ("99", (), ()),
    ],
)
def test_a_wallet_and_a_qr_code(
    submitted: SubmittedAttempt, status: str, unpaid: tuple[Fact, ...], paid: tuple[Fact, ...]
) -> None:
    assert found(submitted, other(status)) == unpaid
    assert found(replace(submitted, captured=AMOUNT), other(status)) == paid


def test_only_a_wallet_is_initiated() -> None:
    assert found(WALLET, other("01")) == ()
    assert codes.state(Method.QRIS, "01", "") is None


@pytest.mark.parametrize(
    "raw",
    [
        {"virtualAccountData": {"additionalInfo": {"latestTransactionStatus": "00"}}},
        {"additionalInfo": {"latestTransactionStatus": "00"}},
        {"virtualAccountData": "", "additionalInfo": {"latestTransactionStatus": "00"}},
        {"virtualAccountData": {"additionalInfo": ""}, "additionalInfo": {"latestTransactionStatus": "00"}},
        {"virtualAccountData": [], "additionalInfo": [], "latestTransactionStatus": "00"},
    ],
)
def test_the_status_is_found_wherever_nicepay_keeps_it(raw: dict[str, Any]) -> None:
    answer = msgspec.convert({"responseCode": "2002600"} | raw, wire.AccountAnswer)
    assert found(ACCOUNT, answer) == (PAID,)


def test_an_account_that_says_no_amount_is_paid_as_it_was_made_and_one_that_does_as_it_says() -> None:
    assert found(ACCOUNT, account("00")) == (PAID,)
    whole = {"value": "150000.00", "currency": "IDR"}
    part = {"value": "100000.00", "currency": "IDR"}
    assert found(ACCOUNT, account("00", totalAmount=whole)) == (PAID,)
    assert found(ACCOUNT, account("00", totalAmount=whole, paidAmount=part)) == (Captured(100_000, "IDR"),)
    at = datetime(2025, 1, 15, 2, 45, 10, tzinfo=UTC)
    when = found(ACCOUNT, account("00", trxDateTime="2025-01-15T09:45:10+07:00"))
    assert when == (Captured(AMOUNT, "IDR", at),)


@pytest.mark.parametrize("amount", [None, "", {"value": ""}, {}, []])
def test_a_wallet_that_is_paid_and_says_no_amount_is_unknown(amount: Any) -> None:
    with pytest.raises(OutcomeUnknown):
        found(WALLET, other("00", amount=amount))


@pytest.mark.parametrize(
    "answer",
    [
        other("00", amount={"value": "150000.50", "currency": "IDR"}),
        other("00", transAmount={"value": "150000.00", "currency": "USD"}),
        other("00", originalPartnerReferenceNo="INV-1"),
        other("00", originalReferenceNo="DEMOSNAP0105202501150930050000"),
        other("04", refundAmount={"value": "1.01", "currency": "IDR"}),
    ],
)
def test_cents_another_currency_and_anothers_order_hold_it(answer: wire.Status) -> None:
    (fact,) = found(WALLET, answer)
    assert isinstance(fact, Mismatched)


def test_a_part_that_went_back_is_told_as_such() -> None:
    part = {"value": "50000.00", "currency": "IDR"}
    assert found(WALLET, other("04", refundAmount=part)) == (PAID, RefundSettled(50_000, "IDR"))


@pytest.mark.parametrize("submitted", [ACCOUNT, CODE, WALLET], ids=["virtual_account", "qris", "ewallet"])
def test_r20_a_txid_from_a_notification_counts_only_where_the_answer_names_our_order(
    submitted: SubmittedAttempt,
) -> None:
    hinted = replace(submitted, next_action=None)
    nameless = account("00", trxId=None) if submitted is ACCOUNT else other("00", originalPartnerReferenceNo=None)
    with pytest.raises(OutcomeUnknown):
        found(hinted, nameless)
    assert found(submitted, nameless) == (PAID,)


def test_what_is_found_by_our_reference_brings_theirs() -> None:
    assert found(OVO, other("03")) == (Accepted(TXID, Wait()),)
    assert found(OVO, other("00")) == (Accepted(TXID), PAID)
    dana = replace(OVO, options={"wallet": "DANA"})
    (lost,) = found(dana, other("03"))
    assert isinstance(lost, Declined)
    assert lost.code == "answer_lost"
    assert found(dana, other("00")) == (Accepted(TXID), PAID)


@pytest.mark.parametrize(("passed", "over"), [(0, False), (119, False), (120, True), (3_600, True)])
def test_an_order_that_is_not_there_is_over_only_when_none_can_be_on_its_way(passed: int, *, over: bool) -> None:
    later = replace(OVO, now=NOW + timedelta(seconds=passed))
    nameless = other("07", originalReferenceNo=None, amount=None)
    assert bool(found(later, nameless)) is over
    assert found(replace(later, made_at=None), nameless) == ()
    assert found(replace(later, provider_reference=TXID), nameless) == ()


@pytest.mark.parametrize(
    ("status", "total"), [("00", None), ("03", None), ("04", AMOUNT), ("05", AMOUNT), ("06", None)]
)
def test_a_refund_that_was_lost_is_seen_in_the_transaction(status: str, total: int | None) -> None:
    paid = replace(WALLET, captured=AMOUNT)
    assert facts.settled(paid, facts.status_said(paid, other(status)), AMOUNT) == total
    assert (
        facts.settled(paid, facts.status_said(paid, other(status, originalPartnerReferenceNo="INV-1")), AMOUNT) is None
    )


@pytest.mark.parametrize("code", ["", "200", "20027000", "2００2700", "abcdefg"])
def test_a_code_of_another_form_is_neither_success_nor_failure(code: str) -> None:
    assert codes.meaning(code).verdict is codes.Verdict.UNCLEAR


@pytest.mark.parametrize("service", ["27", "26", "31", "54", "55", "58", "47", "51", "78", "00"])
def test_a_code_means_the_same_of_every_service(service: str) -> None:
    """Their pages differ in it: a QRIS query is 51 on one and 47 on another."""
    for key, meaning in codes.MEANINGS.items():
        assert codes.meaning(key[:3] + service + key[3:]) is meaning
    assert codes.meaning(f"202{service}00").verdict is codes.Verdict.GOING
