"""The NICEPAY simulator speaks the notes' wire: numbers, codes, states and times. No network, no quirks (those have their own file)."""

import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from gerbang.ports.simulator import Act, Impossible, Request
from gerbang.providers.nicepay.simulator import NicepaySimulator
from tests.sandbox.merchant import (
    CARD_IMID,
    CARD_KEY,
    IMID,
    MERCHANTS,
    STAMP,
    InMemory,
    card_registration,
    registration,
    token,
)

TXID = "DEMOMERCH102202501150930011234"


@pytest.fixture
def nicepay() -> InMemory:
    return InMemory()


def test_the_registration_vector_is_accepted_and_answered_in_the_shape_of_the_sample(nicepay: InMemory) -> None:
    answer = nicepay.register(merchantToken="a79ec8b567bd5b9924e707eb3fb3a08209273637a9a0440772958ba2106255ea")
    assert list(answer) == [
        *("resultCd", "resultMsg", "tXid", "referenceNo", "payMethod", "amt", "transDt", "transTm", "description"),
        *("bankCd", "vacctNo", "mitraCd", "payNo", "currency", "goodsNm", "billingNm", "vacctValidDt", "vacctValidTm"),
        *("payValidDt", "payValidTm"),
    ]
    assert answer["resultCd"] == "0000"
    assert re.fullmatch(r"DEMOMERCH10220250115093001\d{4}", answer["tXid"])
    assert answer["vacctNo"] == "7001400009" + answer["tXid"][-10:]
    assert (answer["amt"], answer["transDt"], answer["transTm"]) == ("150000", "20250115", "093001")
    assert (answer["vacctValidDt"], answer["vacctValidTm"]) == ("20250117", "093001")
    assert answer["mitraCd"] is None


def test_the_sdks_own_captured_request_w1_is_accepted(nicepay: InMemory) -> None:
    fields = registration(
        referenceNo="OrdNo20250115093000",
        cartData='{"count":"1","item":[{"goods_name":"Kopi","goods_amt":"150000"}]}',
        merchantToken="f951ef16d8d79b82a2a7c6c03746b132b295369763fb1ce7be433f9cb8ed06f9",
    )
    assert nicepay.send("/direct/v2/registration", fields)["resultCd"] == "0000"


@pytest.mark.parametrize(
    ("bank", "prefix", "length"),
    [
        ("CENA", "39355000", 18),
        ("BRIN", "88480004", 18),
        ("BMRI", "7001400009", 20),
        ("IBBK", "78120001", 16),
        ("BNIN", "8848000", 16),
        ("BBBA", "8625000", 16),
        ("BNIA", "5919000", 17),
        ("BDIN", "7915000", 16),
        ("HNBN", "9772000", 16),
    ],
)
def test_a_number_has_its_banks_prefix_and_length_and_ends_like_its_transaction(
    nicepay: InMemory, bank: str, prefix: str, length: int
) -> None:
    answer = nicepay.register(bankCd=bank)
    assert answer["vacctNo"].startswith(prefix)
    assert len(answer["vacctNo"]) == length
    assert answer["tXid"].endswith(answer["vacctNo"][len(prefix) :])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iMid": "NOBODY0001"}, "9011"),
        ({"iMid": None}, "9011"),
        ({"amt": None}, "9007"),
        ({"amt": "150000.00"}, "9008"),
        ({"amt": "1e3"}, "9008"),
        ({"amt": "-1"}, "9008"),
        ({"amt": "1234567890123"}, "9008"),
        ({"amt": "٣٠"}, "9008"),
        ({"timeStamp": "2025"}, "9031"),
        ({"timeStamp": "20251315093000"}, "9031"),
        ({"currency": None}, "9013"),
        ({"referenceNo": ""}, "9014"),
        ({"goodsNm": None}, "9015"),
        ({"billingNm": None}, "9016"),
        ({"billingPhone": None}, "9017"),
        ({"billingEmail": None}, "9018"),
        ({"dbProcessUrl": None}, "9020"),
        ({"billingCity": None}, "9025"),
        ({"billingState": None}, "9026"),
        ({"billingPostCd": None}, "9027"),
        ({"billingCountry": None}, "9028"),
        ({"merchantToken": "0" * 64}, "9010"),
        ({"referenceNo": "R" * 41}, "9207"),
        ({"goodsNm": "g" * 101}, "9001"),
        ({"currency": "USD"}, "9001"),
        ({"payMethod": "01", "userIP": "203.0.113.9"}, "9012"),
        ({"payMethod": "05", "userIP": "203.0.113.9"}, "9012"),
        ({"payMethod": "09"}, "9012"),
        ({"payMethod": "00"}, "9012"),
        ({"bankCd": None}, "9205"),
        ({"bankCd": "XXXX"}, "9205"),
        ({"amt": "0"}, "9209"),
        ({"cartData": "not json"}, "9022"),
        ({"cartData": '{"count":"1","item":[{"goods_amt":"1"}]}'}, "9023"),
        ({"cartData": '{"count":"1","item":[{"goods_amt":[]}]}'}, "9023"),
        ({"vacctValidDt": "20250116"}, "9211"),
        ({"vacctValidDt": "20250116", "vacctValidTm": "0930"}, "9211"),
        ({"vacctValidDt": "20251316", "vacctValidTm": "093000"}, "9210"),
        ({"merFixAcctId": "123456789"}, "9226"),
        ({"merFixAcctId": "abc"}, "9223"),
        ({"goodsNm": {"nested": "value"}}, "9001"),
    ],
)
def test_a_bad_registration_gets_the_code_of_the_list_and_leaves_nothing(
    nicepay: InMemory, changes: dict[str, Any], code: str
) -> None:
    answer = nicepay.register(**changes)
    assert answer["resultCd"] == code
    assert nicepay.effects == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"callBackUrl": None}, "9019"),
        ({"userIP": None}, "9024"),
        ({"amt": "0"}, "9115"),
        ({"referenceNo": "R" * 41}, "9109"),
    ],
)
def test_a_bad_card_registration_gets_the_code_of_the_list(
    nicepay: InMemory, changes: dict[str, Any], code: str
) -> None:
    assert nicepay.register_card(**changes)["resultCd"] == code


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff\xfe", b'"text"', b"[" * 100_000, b'{"a":"\xff"}', b'{"iMid":"\\ud800"}']
)
def test_a_body_that_is_no_json_object_is_malformed(nicepay: InMemory, body: bytes) -> None:
    assert nicepay.send("/direct/v2/registration", body)["resultCd"] == "9001"


def test_a_form_is_not_taken_for_json(nicepay: InMemory) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert nicepay.send("/direct/v2/registration", registration(), form)["resultCd"] == "9001"


def test_a_repeated_reference_is_an_error_and_not_a_replay_but_only_within_one_merchant(nicepay: InMemory) -> None:
    nicepay.register()
    assert nicepay.register()["resultCd"] == "9009"
    assert nicepay.register_card()["resultCd"] == "0000"


def test_ten_thousand_numbers_of_one_second_are_all_different_and_then_the_generator_gives_up(
    nicepay: InMemory,
) -> None:
    seen = {nicepay.register(referenceNo=f"R{i}")["vacctNo"] for i in range(10_000)}
    assert len(seen) == 10_000
    assert nicepay.register(referenceNo="one more")["resultCd"] == "9006"


def test_a_number_is_never_given_to_two_open_orders_even_a_day_later(nicepay: InMemory) -> None:
    first = nicepay.register(vacctValidDt="20250131", vacctValidTm="000000")["vacctNo"]
    nicepay.later(days=1)
    again = {nicepay.register(referenceNo=f"R{i}")["vacctNo"] for i in range(9_999)}
    assert first not in again


def test_a_fixed_account_keeps_its_number_and_has_one_open_order(nicepay: InMemory) -> None:
    first = nicepay.register(merFixAcctId="4711")
    assert first["vacctNo"] == "700140000900004711"
    assert nicepay.register(referenceNo="R2", merFixAcctId="4711")["resultCd"] == "9233"
    nicepay.act("pay", number=first["vacctNo"])
    assert nicepay.register(referenceNo="R3", merFixAcctId="4711")["vacctNo"] == first["vacctNo"]


def test_an_inquiry_tells_unpaid_then_paid(nicepay: InMemory) -> None:
    txid = nicepay.register()["tXid"]
    unpaid = nicepay.inquire(txid)
    assert (unpaid["resultCd"], unpaid["status"], unpaid["depositDt"], unpaid["cancelAmt"]) == ("0000", "3", None, "0")
    assert (unpaid["reqDt"], unpaid["reqTm"]) == ("20250115", "093001")
    nicepay.later(hours=16)
    nicepay.act("pay", reference="INV-2025-0001")
    paid = nicepay.inquire(txid)
    assert (paid["status"], paid["resultMsg"], paid["depositDt"], paid["depositTm"]) == (
        "0",
        "paid",
        "20250116",
        "013001",
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tXid": None}, "8005"),
        ({"tXid": TXID}, "9228"),
        ({"tXid": IMID + "01" + TXID[12:]}, "8005"),
        ({"tXid": ""}, "8005"),
        ({"referenceNo": ""}, "9014"),
        ({"merchantToken": "x"}, "9010"),
        ({"amt": "1"}, "9003"),
        ({"referenceNo": "another"}, "9003"),
        ({"iMid": "NOBODY0001"}, "9011"),
    ],
)
def test_a_bad_inquiry_gets_the_code_of_the_list(nicepay: InMemory, changes: dict[str, Any], code: str) -> None:
    txid = nicepay.register()["tXid"]
    assert nicepay.inquire(**{"txid": txid, **changes})["resultCd"] == code


def test_one_merchant_cannot_ask_about_anothers_transaction(nicepay: InMemory) -> None:
    txid = nicepay.register()["tXid"]
    assert nicepay.inquire_card(txid)["resultCd"] == "9228"


def test_an_account_expires_at_its_own_moment_and_not_before(nicepay: InMemory) -> None:
    txid = nicepay.register(vacctValidDt="20250115", vacctValidTm="100000")["tXid"]
    nicepay.now = nicepay.now.replace(hour=2, minute=59, second=59)
    assert nicepay.inquire(txid)["status"] == "3"
    nicepay.later(seconds=1)
    assert nicepay.inquire(txid)["status"] == "4"


def test_an_unpaid_account_can_be_cancelled_once(nicepay: InMemory) -> None:
    txid = nicepay.register()["tXid"]
    answer = nicepay.cancel(txid)
    assert (answer["resultCd"], answer["amt"], answer["tXid"]) == ("0000", "150000", txid)
    assert answer["canceltXid"] != txid
    assert nicepay.cancel(txid)["resultCd"] == "9315"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cancelType": None}, "9301"),
        ({"cancelType": "3"}, "9301"),
        ({"amt": None}, "9312"),
        ({"amt": "abc"}, "9312"),
        ({"amt": "0"}, "9321"),
        ({"amt": "150001"}, "9319"),
        ({"cancelType": "2", "amt": "1000"}, "9318"),
        ({"payMethod": "01"}, "9003"),
        ({"merchantToken": "x"}, "9010"),
    ],
)
def test_a_bad_cancel_gets_the_code_of_the_list(nicepay: InMemory, changes: dict[str, Any], code: str) -> None:
    txid = nicepay.register()["tXid"]
    assert nicepay.cancel(txid, **changes)["resultCd"] == code
    assert nicepay.inquire(txid)["status"] == "3"


def test_a_paid_account_cannot_be_cancelled_and_an_expired_one_neither(nicepay: InMemory) -> None:
    paid = nicepay.register()["tXid"]
    nicepay.act("pay", reference="INV-2025-0001")
    assert nicepay.cancel(paid)["resultCd"] == "9330"
    expired = nicepay.register(referenceNo="R2")["tXid"]
    nicepay.later(days=3)
    assert nicepay.cancel(expired)["resultCd"] == "9314"
    assert nicepay.cancel(TXID)["resultCd"] == "9228"


def test_a_card_is_voided_on_the_day_and_refunded_later(nicepay: InMemory) -> None:
    today, later = nicepay.register_card()["tXid"], nicepay.register_card(referenceNo="R2")["tXid"]
    for txid in (today, later):
        nicepay.act("pay", reference=txid)
    assert nicepay.cancel_card(today)["resultCd"] == "0000"
    nicepay.later(hours=15)
    assert nicepay.cancel_card(later)["resultCd"] == "0000"
    assert nicepay.inquire_card(today)["status"] == "1"
    assert nicepay.inquire_card(later, referenceNo="R2")["status"] == "2"


def test_parts_of_a_card_payment_go_back_until_nothing_is_left(nicepay: InMemory) -> None:
    txid = nicepay.register_card()["tXid"]
    nicepay.act("pay", reference=txid)
    assert nicepay.cancel_card(txid, cancelType="2", amt="100000")["resultCd"] == "0000"
    after_one = nicepay.inquire_card(txid)
    assert (after_one["status"], after_one["cancelAmt"]) == ("0", "100000")
    assert nicepay.cancel_card(txid, cancelType="2", amt="50001")["resultCd"] == "9319"
    assert nicepay.cancel_card(txid)["resultCd"] == "9320"
    assert nicepay.cancel_card(txid, cancelType="2", amt="50000")["resultCd"] == "0000"
    assert nicepay.inquire_card(txid)["status"] == "1"
    assert nicepay.cancel_card(txid)["resultCd"] == "9315"


def test_a_card_payment_older_than_ninety_days_stays(nicepay: InMemory) -> None:
    txid = nicepay.register_card()["tXid"]
    assert nicepay.cancel_card(txid)["resultCd"] == "9314"
    nicepay.act("pay", reference=txid)
    nicepay.later(days=90, seconds=1)
    assert nicepay.cancel_card(txid)["resultCd"] == "9334"


def test_money_can_come_late_only_when_said_so(nicepay: InMemory) -> None:
    txid = nicepay.register()["tXid"]
    nicepay.act("expire", reference="INV-2025-0001")
    with pytest.raises(Impossible) as refusal:
        nicepay.act("pay", reference="INV-2025-0001")
    assert refusal.value.code == "conflict"
    nicepay.act("pay", reference="INV-2025-0001", late=True)
    assert nicepay.inquire(txid)["status"] == "0"


def test_a_payment_is_found_by_the_description_that_names_it(nicepay: InMemory) -> None:
    nicepay.register(description="pay_01")
    nicepay.register(description="pay_01", referenceNo="R2")
    nicepay.act("expire", reference="R2")
    outcome = nicepay.act("pay", payment="pay_01")
    assert msgspec.json.decode(outcome.answer.body)["reference"] == "INV-2025-0001"


@pytest.mark.parametrize("action", ["decline", "refund", "dispute", "fly"])
def test_what_cannot_happen_to_an_open_account_does_not(nicepay: InMemory, action: str) -> None:
    txid = nicepay.register()["tXid"]
    with pytest.raises(Impossible):
        nicepay.act(action, reference=txid)
    assert nicepay.inquire(txid)["status"] == "3"


def test_a_bank_can_reverse_a_deposit(nicepay: InMemory) -> None:
    txid = nicepay.register()["tXid"]
    nicepay.act("pay", reference=txid)
    nicepay.act("refund", reference=txid)
    assert nicepay.inquire(txid)["status"] == "1"


def test_replaying_the_effects_rebuilds_every_order(nicepay: InMemory) -> None:
    nicepay.quirk(cancelled_va_status="1")
    for number in range(6):
        nicepay.register(referenceNo=f"R{number}")
    card = nicepay.register_card()["tXid"]
    nicepay.act("pay", reference="R1", amount=1)
    nicepay.act("cancel", reference="R2")
    nicepay.act("expire", reference="R3")
    nicepay.act("pay", reference="R4")
    nicepay.act("refund", reference="R4")
    nicepay.act("pay", reference=card)
    nicepay.cancel_card(card, cancelType="2", amt="1")
    rebuilt = NicepaySimulator(MERCHANTS)
    for effect in nicepay.effects:
        rebuilt.replay(effect)
    assert rebuilt.orders(100) == nicepay.simulator.orders(100)
    assert rebuilt.quirks() == nicepay.simulator.quirks()
    assert [one.effect.reference for one in rebuilt.pass_time(nicepay.now + timedelta(days=3))] == ["R0", "R5"]


def test_an_unknown_route_is_not_found(nicepay: InMemory) -> None:
    outcome = nicepay.request(
        Request(method="GET", path="/direct/v2/inquiry", query=b"", headers={}, body=b"", base_url="")
    )
    assert outcome.answer.status == 404


def test_an_act_without_an_address_finds_nothing(nicepay: InMemory) -> None:
    with pytest.raises(Impossible) as refusal:
        nicepay.simulator.act("pay", Act(), nicepay.now)
    assert refusal.value.code == "not_found"


def test_a_checkout_registration_may_name_all_methods(nicepay: InMemory) -> None:
    answer = nicepay.send("/redirect/v2/registration", card_registration(payMethod="00"))
    assert answer["tXid"].startswith(CARD_IMID + "00")
    assert answer["paymentURL"] == "http://sandbox.test/nicepay/redirect/v2/payment"
    assert card_registration()["merchantToken"] == token(STAMP, CARD_IMID, "INV-2025-0001", "150000", CARD_KEY)
