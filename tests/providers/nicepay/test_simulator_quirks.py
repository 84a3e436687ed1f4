"""Every switch of the NICEPAY simulator changes what it says it changes, in each position."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode

import msgspec
import pytest

from gerbang.ports.simulator import Act, Impossible
from tests.sandbox.merchant import InMemory, partner_registration

ENDED: dict[str, Callable[[InMemory, str], object]] = {
    "expired": lambda nicepay, txid: nicepay.act("expire", reference=txid),
    "cancelled": lambda nicepay, txid: nicepay.cancel(txid),
}


@pytest.fixture
def nicepay() -> InMemory:
    return InMemory()


def notified(nicepay: InMemory, txid: str, tamper: str = "") -> dict[str, str]:
    body = nicepay.simulator.webhook(Act(reference=txid), tamper, nicepay.now).body
    return {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}


def positions() -> list[tuple[str, str]]:
    choices = InMemory().simulator.quirk_choices()
    return [(name, position) for name, values in choices.items() for position in values]


@pytest.mark.parametrize(("name", "position"), positions())
def test_every_position_can_be_set_and_is_shown(nicepay: InMemory, name: str, position: str) -> None:
    nicepay.quirk(**{name: position})
    assert nicepay.simulator.quirks()[name] == position


def test_the_first_position_is_the_default(nicepay: InMemory) -> None:
    defaults = nicepay.simulator.quirks()
    assert {name: values[0] for name, values in nicepay.simulator.quirk_choices().items()} == {
        name: value for name, value in defaults.items() if name != "notification_retry_s"
    }


@pytest.mark.parametrize(
    "values", [{"cancelled_va_status": "7"}, {"no_such_switch": "1"}, {"notification_retry_s": "soon"}]
)
def test_an_unknown_switch_or_position_is_refused(nicepay: InMemory, values: dict[str, Any]) -> None:
    with pytest.raises(Impossible):
        nicepay.quirk(**values)


def test_a_journal_of_a_later_version_with_other_switches_can_still_be_read(nicepay: InMemory) -> None:
    kept = {"kind": "quirks_set", "quirks": {"second_cancel": "9314", "switch_of_tomorrow": "on"}}
    nicepay.simulator.replay(msgspec.json.encode(kept))
    assert nicepay.simulator.quirks()["second_cancel"] == "9314"


@pytest.mark.parametrize("status", ["4", "1", "3"])
def test_cancelled_va_status(nicepay: InMemory, status: str) -> None:
    nicepay.quirk(cancelled_va_status=status)
    txid = nicepay.register()["tXid"]
    nicepay.cancel(txid)
    assert nicepay.inquire(txid)["status"] == status


@pytest.mark.parametrize("code", ["9314", "9315"])
def test_second_cancel(nicepay: InMemory, code: str) -> None:
    nicepay.quirk(second_cancel=code)
    account, card = nicepay.register()["tXid"], nicepay.register_card()["tXid"]
    nicepay.act("pay", reference=card)
    assert [nicepay.cancel(account)["resultCd"], nicepay.cancel(account)["resultCd"]] == ["0000", code]
    assert [nicepay.cancel_card(card)["resultCd"], nicepay.cancel_card(card)["resultCd"]] == ["0000", code]


@pytest.mark.parametrize(("position", "told"), [("total", "80000"), ("last", "30000"), ("absent", None)])
def test_cancel_amount(nicepay: InMemory, position: str, told: str | None) -> None:
    nicepay.quirk(cancel_amount=position)
    card = nicepay.register_card()["tXid"]
    nicepay.act("pay", reference=card)
    for part in ("50000", "30000"):
        assert nicepay.cancel_card(card, cancelType="2", amt=part)["resultCd"] == "0000"
    assert nicepay.inquire_card(card)["cancelAmt"] == told


@pytest.mark.parametrize(("position", "expected"), [("null", (None, None)), ("registration", ("20250115", "093001"))])
def test_trans_before_payment(nicepay: InMemory, position: str, expected: tuple[str | None, str | None]) -> None:
    nicepay.quirk(trans_before_payment=position)
    answer = nicepay.inquire(nicepay.register()["tXid"])
    assert (answer["transDt"], answer["transTm"]) == expected
    assert answer["depositDt"] is None


@pytest.mark.parametrize(("position", "present"), [("null", True), ("absent", False)])
def test_empty_fields(nicepay: InMemory, position: str, present: bool) -> None:
    nicepay.quirk(empty_fields=position)
    answer = nicepay.register()
    assert ("payNo" in answer) is present
    assert ("depositDt" in nicepay.inquire(answer["tXid"])) is present


@pytest.mark.parametrize(("position", "code"), [("accepted", "0000"), ("refused", "9008")])
def test_amount_number(nicepay: InMemory, position: str, code: str) -> None:
    nicepay.quirk(amount_number=position)
    assert nicepay.register(amt=150000)["resultCd"] == code


def test_an_amount_with_a_fraction_is_refused_as_a_number_too(nicepay: InMemory) -> None:
    assert nicepay.register(amt=150000.0)["resultCd"] == "9008"


@pytest.mark.parametrize(("position", "other"), [("issuBankCd", "IssueBankCd"), ("IssueBankCd", "issuBankCd")])
def test_issuer_field(nicepay: InMemory, position: str, other: str) -> None:
    nicepay.quirk(issuer_field=position)
    txid = nicepay.register_card()["tXid"]
    nicepay.act("pay", reference=txid)
    form = notified(nicepay, txid)
    assert form[position] == "CENA"
    assert other not in form


@pytest.mark.parametrize(("position", "declined", "voided"), [("current", "8", "1"), ("of_2020", "1", "2")])
def test_card_statuses(nicepay: InMemory, position: str, declined: str, voided: str) -> None:
    nicepay.quirk(card_statuses=position)
    bad, good = nicepay.register_card()["tXid"], nicepay.register_card(referenceNo="R2")["tXid"]
    assert nicepay.inquire_card(bad)["status"] == "9"
    nicepay.act("decline", reference=bad)
    nicepay.act("pay", reference=good)
    assert nicepay.inquire_card(good, referenceNo="R2")["status"] == "0"
    nicepay.cancel_card(good)
    assert nicepay.inquire_card(bad)["status"] == declined
    assert nicepay.inquire_card(good, referenceNo="R2")["status"] == voided


@pytest.mark.parametrize(("position", "code"), [("refused", "9009"), ("accepted", "0000")])
@pytest.mark.parametrize("ending", list(ENDED))
def test_reference_after_end(nicepay: InMemory, position: str, code: str, ending: str) -> None:
    nicepay.quirk(reference_after_end=position)
    ENDED[ending](nicepay, nicepay.register()["tXid"])
    assert nicepay.register()["resultCd"] == code


def test_a_paid_reference_is_never_free_again(nicepay: InMemory) -> None:
    nicepay.quirk(reference_after_end="accepted")
    nicepay.act("pay", reference=nicepay.register()["tXid"])
    assert nicepay.register()["resultCd"] == "9009"


@pytest.mark.parametrize("status", ["200", "400"])
def test_error_http_status(nicepay: InMemory, status: str) -> None:
    nicepay.quirk(error_http_status=status)
    assert nicepay.simulator._world.refusal("9010").status == int(status)


@pytest.mark.parametrize("code", ["9210", "9211"])
def test_past_expiry(nicepay: InMemory, code: str) -> None:
    nicepay.quirk(past_expiry=code)
    assert nicepay.register(vacctValidDt="20250115", vacctValidTm="093001")["resultCd"] == code


@pytest.mark.parametrize(
    ("position", "account", "card"), [("by_method", "9228", "8005"), ("8005", "8005", "8005"), ("9228", "9228", "9228")]
)
def test_unknown_transaction(nicepay: InMemory, position: str, account: str, card: str) -> None:
    nicepay.quirk(unknown_transaction=position)
    assert nicepay.inquire("DEMOMERCH102202501150930011234")["resultCd"] == account
    assert nicepay.inquire("DEMOMERCH101202501150930011234")["resultCd"] == card


@pytest.mark.parametrize(("position", "code"), [("9003", "9003"), ("9010", "9010"), ("accepted", "0000")])
def test_inquiry_mismatch(nicepay: InMemory, position: str, code: str) -> None:
    nicepay.quirk(inquiry_mismatch=position)
    assert nicepay.inquire(nicepay.register()["tXid"], amt="1")["resultCd"] == code


@pytest.mark.parametrize(("position", "amount"), [("paid", "149000"), ("registered", "150000")])
def test_amounts_when_mispaid(nicepay: InMemory, position: str, amount: str) -> None:
    nicepay.quirk(inquiry_amount_when_mispaid=position, notified_amount_when_mispaid=position)
    txid = nicepay.register()["tXid"]
    nicepay.act("pay", reference=txid, amount=149_000)
    assert nicepay.inquire(txid)["amt"] == amount
    form = notified(nicepay, txid)
    assert (form["amt"], form["matchCl"]) == (amount, "3")


@pytest.mark.parametrize(("position", "time"), [("payment", "103001"), ("registration", "093001")])
def test_notified_trans_time(nicepay: InMemory, position: str, time: str) -> None:
    nicepay.quirk(notified_trans_time=position)
    txid = nicepay.register()["tXid"]
    nicepay.later(hours=1)
    nicepay.act("pay", reference=txid)
    form = notified(nicepay, txid)
    assert (form["transTm"], form["depositTm"]) == (time, "103001")


@pytest.mark.parametrize("position", ["any_2xx", "only_200"])
def test_notification_accepts_and_retry_schedule(nicepay: InMemory, position: str) -> None:
    nicepay.quirk(notification_accepts=position, notification_retry_s=[0.5])
    nicepay.register()
    webhook = nicepay.act("pay", reference="INV-2025-0001").webhooks[0]
    assert (webhook.accepts, webhook.retry_after_s) == (position, (0.5,))


@pytest.mark.parametrize(("position", "count"), [("none", 0), ("sent", 1)])
def test_notification_on_cancel(nicepay: InMemory, position: str, count: int) -> None:
    nicepay.quirk(notification_on_cancel=position)
    txid = nicepay.register_card()["tXid"]
    nicepay.act("pay", reference=txid)
    assert len(nicepay.act("refund", reference=txid).webhooks) == count


@pytest.mark.parametrize(("position", "word"), [("word", "init"), ("success", "SUCCESS")])
def test_inquiry_message(nicepay: InMemory, position: str, word: str) -> None:
    nicepay.quirk(inquiry_message=position)
    assert nicepay.inquire(nicepay.register()["tXid"])["resultMsg"] == word


@pytest.mark.parametrize(("position", "status"), [("paid", "0"), ("refund", "2")])
def test_status_after_partial_refund(nicepay: InMemory, position: str, status: str) -> None:
    nicepay.quirk(status_after_partial_refund=position)
    txid = nicepay.register_card()["tXid"]
    nicepay.act("pay", reference=txid)
    nicepay.cancel_card(txid, cancelType="2", amt="1000")
    assert nicepay.inquire_card(txid)["status"] == status


@pytest.mark.parametrize(("position", "code"), [("many", "0000"), ("once", "9317")])
def test_partial_refunds(nicepay: InMemory, position: str, code: str) -> None:
    nicepay.quirk(partial_refunds=position)
    txid = nicepay.register_card()["tXid"]
    nicepay.act("pay", reference=txid)
    nicepay.cancel_card(txid, cancelType="2", amt="1000")
    assert nicepay.cancel_card(txid, cancelType="2", amt="1000")["resultCd"] == code


@pytest.mark.parametrize("position", ["bare", "with_txid"])
def test_payment_url(nicepay: InMemory, position: str) -> None:
    nicepay.quirk(payment_url=position)
    answer = nicepay.register_card()
    assert answer["paymentURL"].endswith(f"?tXid={answer['tXid']}") is (position == "with_txid")


@pytest.mark.parametrize(("position", "length"), [("twenty", 20), ("eighteen", 18)])
def test_mandiri_number(nicepay: InMemory, position: str, length: int) -> None:
    nicepay.quirk(mandiri_number=position)
    assert len(nicepay.register()["vacctNo"]) == length


@pytest.mark.parametrize(("position", "code"), [("100", "0000"), ("30", "9001")])
def test_billing_name_length(nicepay: InMemory, position: str, code: str) -> None:
    nicepay.quirk(billing_name_length=position)
    assert nicepay.register(billingNm="B" * 31)["resultCd"] == code


@pytest.mark.parametrize(("position", "code"), [("n8", "9223"), ("an40", "0000")])
def test_fixed_account(nicepay: InMemory, position: str, code: str) -> None:
    nicepay.quirk(fixed_account=position)
    assert nicepay.register(merFixAcctId="customer-4711")["resultCd"] == code


@pytest.mark.parametrize(("position", "code"), [("accepted", "0000"), ("refused", "9022")])
def test_cart_item_object(nicepay: InMemory, position: str, code: str) -> None:
    nicepay.quirk(cart_item_object=position)
    cart = msgspec.json.encode({"count": "1", "item": {"goods_amt": 150000}}).decode()
    assert nicepay.register(cartData=cart)["resultCd"] == code


@pytest.mark.parametrize(("position", "code"), [("none", "0000"), ("five_minutes", "9031")])
def test_timestamp_tolerance(nicepay: InMemory, position: str, code: str) -> None:
    nicepay.quirk(timestamp_tolerance=position)
    assert nicepay.register(timeStamp="20250115092400")["resultCd"] == code


@pytest.mark.parametrize(("position", "code"), [("refused", "9333"), ("accepted", "0000")])
@pytest.mark.parametrize(("method", "partner"), [("04", "JENC"), ("05", "DANA"), ("06", "KDVI"), ("08", "QSHP")])
def test_partial_refunds_elsewhere(nicepay: InMemory, method: str, partner: str, position: str, code: str) -> None:
    nicepay.quirk(partial_refunds_elsewhere=position)
    txid = nicepay.register_at(method, partner)["tXid"]
    nicepay.act("pay", reference=txid)
    assert nicepay.cancel_at(txid, cancelType="2", amt="1000")["resultCd"] == code


@pytest.mark.parametrize("status", ["9", "3"])
@pytest.mark.parametrize(("method", "partner"), [("04", "JENC"), ("05", "DANA"), ("06", "KDVI")])
def test_before_payment_step(nicepay: InMemory, method: str, partner: str, status: str) -> None:
    nicepay.quirk(before_payment_step=status)
    assert nicepay.status_of(nicepay.register_at(method, partner)["tXid"]) == status


@pytest.mark.parametrize(
    ("position", "json", "form"), [("either", "0000", "0000"), ("json", "0000", "9001"), ("form", "9001", "0000")]
)
def test_qris_request(nicepay: InMemory, position: str, json: str, form: str) -> None:
    nicepay.quirk(qris_request=position)
    assert nicepay.register_at("08", "QSHP")["resultCd"] == json
    fields = partner_registration("08", "QSHP", referenceNo="R2")
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert nicepay.send("/direct/v2/registration", urlencode(fields).encode(), headers)["resultCd"] == form
    wallet = partner_registration("05", "DANA", referenceNo="R3")
    assert nicepay.send("/direct/v2/registration", urlencode(wallet).encode(), headers)["resultCd"] == "9001"
