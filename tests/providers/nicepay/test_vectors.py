"""The signatures against vectors computed with NICEPAY's own Python library and by hand; nothing here calls the code that made them."""

import pytest

from gerbang.ports.payment import Account
from gerbang.ports.webhook import Rejection, Verified, WebhookRequest
from gerbang.providers.nicepay.client import cancel_token, cart_data, order_token
from gerbang.providers.nicepay.webhook import NicepayWebhook

IMID, KEY, STAMP = "DEMOMERCH1", b"k3y-made-up-0123456789abcdefghijklmnopqrstuvwxyz==", "20250115093000"
TXID = "DEMOMERCH102202501150930011234"
NOTIFICATION_TOKEN = "58892c8adeb9a0c731ac610bd392062b83c1893de407e41c623c703d0d80336f"
NOTIFICATION = (
    "tXid=DEMOMERCH102202501150930011234&referenceNo=INV-2025-0001&amt=150000&"
    f"merchantToken={NOTIFICATION_TOKEN}&matchCl=1&status=0&payMethod=02&transDt=20250115&transTm=094510&currency=IDR&"
    "goodsNm=Kopi&billingNm=Budi&bankCd=BMRI&vacctNo=70014000090930011234&vacctValidDt=20250117&vacctValidTm=093001&"
    "depositDt=20250115&depositTm=094510"
).encode()


def test_a_registration_and_an_inquiry_are_signed_over_stamp_merchant_reference_amount_and_key() -> None:
    expected = "a79ec8b567bd5b9924e707eb3fb3a08209273637a9a0440772958ba2106255ea"
    assert order_token(STAMP, IMID, "INV-2025-0001", "150000", KEY) == expected


def test_an_amount_with_decimals_is_another_signature() -> None:
    wrong = order_token(STAMP, IMID, "INV-2025-0001", "150000.00", KEY)
    assert wrong == "9722de3a504910ca7969e9ffb2cccbbfcf254f5a64c3273beb66faff17dcc03d"
    assert wrong != order_token(STAMP, IMID, "INV-2025-0001", "150000", KEY)


@pytest.mark.parametrize(
    ("amt", "expected"),
    [
        ("150000", "882c1d01d6bf123ff8fc800c02e92d9e6d0ccbd8706fe642cfad44a4fb598252"),
        ("50000", "143fb0701fc4a6420d4931f0669f7f029c29158d6d78436ed2932e7fee2bbfba"),
    ],
)
def test_a_cancel_is_signed_over_the_txid_and_the_amount_taken_back(amt: str, expected: str) -> None:
    assert cancel_token(STAMP, IMID, TXID, amt, KEY) == expected


def test_the_official_librarys_captured_registration_has_the_same_token_and_cart() -> None:
    """W1: a whole request of NICEPAY's Python library, captured on a socket."""
    expected = "f951ef16d8d79b82a2a7c6c03746b132b295369763fb1ce7be433f9cb8ed06f9"
    assert order_token(STAMP, IMID, "OrdNo20250115093000", "150000", KEY) == expected
    assert cart_data("Kopi", "150000").startswith('{"count":"1","item":[{"goods_name":"Kopi",')


def test_the_sample_notification_is_genuine_and_its_token_is_no_request_token() -> None:
    account = Account("con_1", livemode=False, settings={"imid": IMID}, secrets={"merchant_key": [KEY]})
    verdict = NicepayWebhook().verify(account, WebhookRequest({}, NOTIFICATION), 0.0)
    assert verdict == Verified(key="", subject="INV-2025-0001", type="virtual_account.paid")
    assert cancel_token("", IMID, TXID, "150000", KEY) == NOTIFICATION_TOKEN  # V1's cancel: why bodies stay out of logs
    assert cancel_token(STAMP, IMID, TXID, "150000", KEY) != NOTIFICATION_TOKEN


@pytest.mark.parametrize(
    "token",
    [
        "a79ec8b567bd5b9924e707eb3fb3a08209273637a9a0440772958ba2106255ea",  # of the registration
        "882c1d01d6bf123ff8fc800c02e92d9e6d0ccbd8706fe642cfad44a4fb598252",  # of the cancel
        "65f8aa533d31d72d0dab7c3be3c203c5ac21046750767ff0549194b8da2f0a7c",  # of a V1 registration
    ],
)
def test_tokens_of_other_calls_do_not_make_a_notification(token: str) -> None:
    account = Account("con_1", livemode=False, settings={"imid": IMID}, secrets={"merchant_key": [KEY]})
    body = NOTIFICATION.replace(NOTIFICATION_TOKEN.encode(), token.encode())
    assert NicepayWebhook().verify(account, WebhookRequest({}, body), 0.0) is Rejection.FORGED
