"""The NICEPAY simulator by shop, wallet, lender, Jenius and QRIS: what each is registered with, its statuses, its end, and what goes back."""

import re
from typing import Any

import msgspec
import pytest

from gerbang.ports.simulator import Impossible
from gerbang.providers.nicepay.simulator import NicepaySimulator
from gerbang.providers.nicepay.simulator.emv import checksum
from gerbang.providers.nicepay.simulator.notify import HEADERS
from tests.sandbox.merchant import MERCHANTS, OTHER_IMID, OTHER_KEY, InMemory, token

SHOPS = [("03", "ALMA"), ("03", "INDO")]
APPS = [
    ("05", "OVOE"),
    ("05", "DANA"),
    ("05", "LINK"),
    ("05", "ESHP"),
    ("06", "KDVI"),
    ("06", "AKLP"),
    ("06", "IDNA"),
    ("04", "JENC"),
]
QRS = [("08", "QSHP"), ("08", "NOBU")]
REFUNDABLE = [*APPS, *QRS]


@pytest.fixture
def nicepay() -> InMemory:
    return InMemory()


@pytest.mark.parametrize(("method", "partner"), SHOPS)
def test_a_code_for_a_counter_is_the_end_of_its_transaction(nicepay: InMemory, method: str, partner: str) -> None:
    answer = nicepay.register_at(method, partner)
    assert (answer["resultCd"], answer["mitraCd"], answer["vacctNo"]) == ("0000", partner, None)
    assert re.fullmatch(r"\d{12}", answer["payNo"])
    assert answer["tXid"].endswith(answer["payNo"])
    assert (answer["payValidDt"], answer["payValidTm"]) == ("20250117", "093001")


@pytest.mark.parametrize(("method", "partner"), QRS)
def test_a_qr_carries_its_amount_and_a_checksum_and_runs_out(nicepay: InMemory, method: str, partner: str) -> None:
    answer = nicepay.register_at(method, partner, paymentExpDt="20250115", paymentExpTm="094000")
    content = answer["qrContent"]
    assert content.startswith("000201010212")
    assert "5406150000" in content
    assert content[-4:] == f"{checksum(content[:-4].encode()):04X}"
    assert answer["qrUrl"] == f"http://sandbox.test/nicepay/api/generateQrisImage/{answer['tXid']}"
    assert nicepay.status_of(answer["tXid"]) == "3"
    nicepay.later(minutes=10)
    assert nicepay.status_of(answer["tXid"]) == "5"


def test_the_checksum_is_the_one_of_the_emv_specification() -> None:
    assert checksum(b"123456789") == 0x29B1


@pytest.mark.parametrize(("method", "partner"), APPS)
def test_an_app_needs_a_payment_step_before_anybody_can_pay(nicepay: InMemory, method: str, partner: str) -> None:
    answer = nicepay.register_at(method, partner)
    assert (answer["resultCd"], answer["mitraCd"], answer["payNo"]) == ("0000", partner, None)
    assert answer["tXid"][10:12] == method
    assert nicepay.status_of(answer["tXid"]) == "9"


@pytest.mark.parametrize(
    ("method", "partner", "changes", "code"),
    [
        ("03", "MANY", {}, "9505"),
        ("03", "ALMA", {"amt": "0"}, "9509"),
        ("03", "ALMA", {"payValidDt": "20250116"}, "9511"),
        ("03", "ALMA", {"payValidDt": "20251316", "payValidTm": "093000"}, "9510"),
        ("03", "ALMA", {"payValidDt": "20250115", "payValidTm": "093001"}, "9510"),
        ("04", "MDRC", {}, "9802"),
        ("05", "BCAE", {}, "9751"),
        ("05", "OVOE", {"userIP": None}, "9024"),
        ("05", "OVOE", {"amt": "0"}, "9115"),
        ("05", "DANA", {"cartData": '{"count":"1","item":[{"goods_amt":"1"}]}'}, "9023"),
        ("06", "KDVI", {"instmntType": None}, "9118"),
        ("06", "KDVI", {"instmntMon": "2"}, "9029"),
        ("06", "KDVI", {"deliveryCity": None}, "9003"),
        ("06", "AKLP", {"sellers": "[]"}, "9003"),
        ("06", "AKLP", {"sellers": "no list"}, "9003"),
        ("06", "OVOE", {}, "9003"),
        ("08", "DANA", {}, "9751"),
        ("08", "QSHP", {"paymentExpDt": "20250115", "paymentExpTm": "093001"}, "9031"),
    ],
)
def test_a_bad_registration_gets_a_code_and_leaves_nothing(
    nicepay: InMemory, method: str, partner: str, changes: dict[str, Any], code: str
) -> None:
    assert nicepay.register_at(method, partner, **changes)["resultCd"] == code
    assert nicepay.effects == []


def test_linkaja_adds_up_each_item_times_its_quantity(nicepay: InMemory) -> None:
    cart = '{"count":"1","item":[{"goods_amt":"50000","goods_quantity":"3"}]}'
    assert nicepay.register_at("05", "LINK", cartData=cart)["resultCd"] == "0000"
    assert nicepay.register_at("05", "DANA", cartData=cart, referenceNo="R2")["resultCd"] == "9023"


@pytest.mark.parametrize(("method", "partner"), [*SHOPS, *REFUNDABLE])
def test_paid_is_status_zero_and_told_with_the_partners_receipt(nicepay: InMemory, method: str, partner: str) -> None:
    txid = nicepay.register_at(method, partner)["tXid"]
    webhook = nicepay.act("pay", reference=txid).webhooks[0]
    told = dict(pair.split("=", 1) for pair in webhook.body.decode().split("&"))
    assert told["merchantToken"] == token(OTHER_IMID, txid, "150000", OTHER_KEY)
    assert (told["payMethod"], told["status"], told["mitraCd"], told["depositDt"]) == (method, "0", partner, "20250115")
    assert told["receiptCode"]
    assert len(told["mRefNo"]) <= 18
    assert webhook.headers == HEADERS
    paid = nicepay.inquire(txid, imid=OTHER_IMID, key=OTHER_KEY)
    assert (paid["status"], paid["receiptCode"], paid["mitraCd"]) == ("0", told["receiptCode"], partner)


@pytest.mark.parametrize(
    ("method", "partner", "status"),
    [("05", "DANA", "8"), ("06", "KDVI", "8"), ("08", "QSHP", "6"), ("04", "JENC", "3")],
)
def test_a_refusal_has_the_status_of_its_method_and_direct_debit_has_none(
    nicepay: InMemory, method: str, partner: str, status: str
) -> None:
    txid = nicepay.register_at(method, partner)["tXid"]
    assert nicepay.act("decline", reference=txid).webhooks == ()
    assert nicepay.status_of(txid) == status


@pytest.mark.parametrize(
    ("method", "partner", "status"), [("03", "ALMA", "4"), ("05", "OVOE", "5"), ("08", "QSHP", "5")]
)
def test_time_runs_out_with_the_status_of_its_method(nicepay: InMemory, method: str, partner: str, status: str) -> None:
    txid = nicepay.register_at(method, partner)["tXid"]
    nicepay.act("expire", reference=txid)
    assert nicepay.status_of(txid) == status
    with pytest.raises(Impossible):
        nicepay.act("pay", reference=txid)
    nicepay.act("pay", reference=txid, late=True)
    assert nicepay.status_of(txid) == "0"


@pytest.mark.parametrize(
    ("method", "partner", "action"),
    [
        ("03", "ALMA", "decline"),
        ("04", "JENC", "expire"),
        ("06", "KDVI", "expire"),
        ("05", "DANA", "cancel"),
        ("05", "DANA", "refund"),
    ],
)
def test_what_cannot_happen_to_an_open_order_does_not(
    nicepay: InMemory, method: str, partner: str, action: str
) -> None:
    txid = nicepay.register_at(method, partner)["tXid"]
    with pytest.raises(Impossible):
        nicepay.act(action, reference=txid)
    assert nicepay.status_of(txid) in {"3", "9"}


def test_a_code_is_closed_while_it_is_unpaid_and_cash_does_not_come_back(nicepay: InMemory) -> None:
    closed, paid = (nicepay.register_at("03", "INDO", referenceNo=name)["tXid"] for name in ("INV-2025-0001", "R2"))
    assert nicepay.cancel_at(closed)["resultCd"] == "0000"
    assert nicepay.cancel_at(closed)["resultCd"] == "9315"
    assert nicepay.status_of(closed) == "4"
    nicepay.act("pay", reference=paid)
    assert nicepay.cancel_at(paid)["resultCd"] == "9314"
    with pytest.raises(Impossible):
        nicepay.act("refund", reference=paid)


@pytest.mark.parametrize(("method", "partner"), REFUNDABLE)
def test_an_unpaid_order_is_not_closed_by_a_cancel_and_a_paid_one_goes_back_once(
    nicepay: InMemory, method: str, partner: str
) -> None:
    txid = nicepay.register_at(method, partner)["tXid"]
    assert nicepay.cancel_at(txid)["resultCd"] == "9314"
    nicepay.act("pay", reference=txid)
    assert nicepay.cancel_at(txid, cancelType="2", amt="1000")["resultCd"] == "9333"
    assert nicepay.cancel_at(txid)["resultCd"] == "0000"
    assert nicepay.status_of(txid) == ("2" if method == "08" else "1")
    assert nicepay.cancel_at(txid)["resultCd"] == "9315"


@pytest.mark.parametrize(("method", "status"), [("05", "2"), ("06", "2"), ("04", "1"), ("08", "2")])
def test_a_day_later_it_is_a_refund_and_after_ninety_it_stays(nicepay: InMemory, method: str, status: str) -> None:
    partner = {"05": "DANA", "06": "AKLP", "04": "JENC", "08": "QSHP"}[method]
    soon, never = (nicepay.register_at(method, partner, referenceNo=name)["tXid"] for name in ("INV-2025-0001", "R2"))
    for txid in (soon, never):
        nicepay.act("pay", reference=txid)
    nicepay.later(days=1)
    assert nicepay.cancel_at(soon)["resultCd"] == "0000"
    assert nicepay.status_of(soon) == status
    nicepay.later(days=89, seconds=1)
    assert nicepay.cancel_at(never)["resultCd"] == "9334"


def test_a_payer_is_found_by_what_the_qr_or_the_code_says(nicepay: InMemory) -> None:
    qr, code = nicepay.register_at("08", "QSHP"), nicepay.register_at("03", "ALMA", referenceNo="R2")
    nicepay.act("pay", number=qr["qrContent"])
    nicepay.act("pay", number=code["payNo"])
    assert nicepay.status_of(qr["tXid"]) == "0"


def test_the_control_page_knows_every_order_by_its_method(nicepay: InMemory) -> None:
    for number, (method, partner) in enumerate(
        [("03", "ALMA"), ("04", "JENC"), ("05", "OVOE"), ("06", "KDVI"), ("08", "QSHP")]
    ):
        nicepay.register_at(method, partner, referenceNo=f"R{number}")
    seen = [(order.method, order.number.isdigit(), bool(order.page)) for order in nicepay.simulator.orders(10)]
    assert seen == [
        ("qris", False, True),
        ("paylater", False, True),
        ("ewallet", False, True),
        ("direct_debit", False, True),
        ("convenience_store", True, True),
    ]


def test_replaying_the_effects_rebuilds_every_order(nicepay: InMemory) -> None:
    kinds = enumerate([*SHOPS, *REFUNDABLE])
    txids = [nicepay.register_at(method, partner, referenceNo=f"R{n}")["tXid"] for n, (method, partner) in kinds]
    for txid in txids:
        nicepay.act("pay", reference=txid)
    assert nicepay.cancel_at(txids[-1])["resultCd"] == "0000"
    rebuilt = NicepaySimulator(MERCHANTS)
    for effect in nicepay.effects:
        rebuilt.replay(effect)
    assert msgspec.json.encode(rebuilt.orders(100)) == msgspec.json.encode(nicepay.simulator.orders(100))
