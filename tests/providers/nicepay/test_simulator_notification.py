"""The simulator's notifications: the form of the notes, what its token covers, and forgeries to order."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import msgspec
import pytest

from gerbang.ports.simulator import Act, Impossible
from gerbang.providers.nicepay.simulator import NicepaySimulator
from tests.sandbox.merchant import IMID, KEY, MERCHANTS, InMemory, token

EXAMPLE = (
    "tXid=DEMOMERCH102202501150930011234&referenceNo=INV-2025-0001&amt=150000"
    "&merchantToken=58892c8adeb9a0c731ac610bd392062b83c1893de407e41c623c703d0d80336f&matchCl=1&status=0&payMethod=02"
    "&transDt=20250115&transTm=094510&currency=IDR&goodsNm=Kopi&billingNm=Budi&bankCd=BMRI&vacctNo=70014000090930011234"
    "&vacctValidDt=20250117&vacctValidTm=093001&depositDt=20250115&depositTm=094510"
)


@pytest.fixture
def nicepay() -> InMemory:
    return InMemory()


def form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def test_the_example_of_the_notes_comes_out_byte_for_byte() -> None:
    order = {
        "tXid": "DEMOMERCH102202501150930011234",
        "iMid": IMID,
        "method": "02",
        "reference": "INV-2025-0001",
        "amount": 150000,
        "currency": "IDR",
        "goods": "Kopi",
        "buyer": "Budi",
        "description": "",
        "notify_url": "https://shop.example.com/nicepay/notify",
        "registered_at": "2025-01-15T02:30:01Z",
        "bank": "BMRI",
        "number": "70014000090930011234",
        "valid_until": "2025-01-17T02:30:01Z",
    }
    who = {"tXid": order["tXid"], "reference": "INV-2025-0001", "amount": 150000}
    simulator = NicepaySimulator(MERCHANTS)
    simulator.replay(msgspec.json.encode({"kind": "registered", **who, "order": order}))
    paid_at = datetime(2025, 1, 15, 2, 45, 10, tzinfo=UTC)
    webhook = simulator.act("pay", Act(reference="INV-2025-0001"), paid_at).webhooks[0]
    assert webhook.body.decode() == EXAMPLE
    assert dict(webhook.headers) == {
        "content-type": "application/x-www-form-urlencoded",
        "user-agent": "Jakarta Commons-HttpClient/3.1",
    }
    assert webhook.url == "https://shop.example.com/nicepay/notify"


@pytest.mark.parametrize(("amount", "match"), [(150_000, "1"), (150_001, "2"), (1, "3")])
def test_match_says_equal_over_or_under(nicepay: InMemory, amount: int, match: str) -> None:
    nicepay.register()
    assert form(nicepay.act("pay", reference="INV-2025-0001", amount=amount).webhooks[0].body)["matchCl"] == match


def test_a_reversal_is_told_as_status_one(nicepay: InMemory) -> None:
    nicepay.register()
    nicepay.act("pay", reference="INV-2025-0001")
    assert form(nicepay.act("refund", reference="INV-2025-0001").webhooks[0].body)["status"] == "1"


def test_expiry_and_cancel_are_told_to_nobody(nicepay: InMemory) -> None:
    for number, action in enumerate(("expire", "cancel")):
        nicepay.register(referenceNo=f"R{number}")
        assert nicepay.act(action, reference=f"R{number}").webhooks == ()
        with pytest.raises(Impossible):
            nicepay.simulator.webhook(Act(reference=f"R{number}"), "", nicepay.now)


@pytest.mark.parametrize(("tamper", "valid"), [("token", False), ("amount", False), ("status", True)])
def test_a_forgery_of_an_unpaid_order_claims_it_was_paid(nicepay: InMemory, tamper: str, valid: bool) -> None:
    nicepay.register()
    told = form(nicepay.simulator.webhook(Act(reference="INV-2025-0001"), tamper, nicepay.now).body)
    expected = token(IMID, told["tXid"], told["amt"], KEY)
    assert (told["merchantToken"] == expected) is valid
    assert told["status"] == "0"
    assert nicepay.inquire(told["tXid"])["status"] == "3"


def test_a_forged_status_keeps_a_valid_token_because_the_status_is_not_signed(nicepay: InMemory) -> None:
    nicepay.register()
    nicepay.act("pay", reference="INV-2025-0001")
    told = form(nicepay.simulator.webhook(Act(reference="INV-2025-0001"), "status", nicepay.now).body)
    assert told["merchantToken"] == token(IMID, told["tXid"], told["amt"], KEY)
    assert told["status"] == "1"


def test_an_unknown_forgery_is_refused(nicepay: InMemory) -> None:
    nicepay.register()
    with pytest.raises(Impossible):
        nicepay.simulator.webhook(Act(reference="INV-2025-0001"), "everything", nicepay.now)
