"""SNAP's signatures against vectors computed with NICEPAY's own Python library; nothing here calls the code that made them."""

from datetime import UTC, datetime
from typing import Final

import msgspec
import pytest

from gerbang.providers.nicepay import timestamps
from gerbang.providers.nicepay.snap import signing, wire
from gerbang.providers.nicepay.wire import Loose
from tests.providers.nicepay.snap.keys import CLIENT_ID, SECRET, private_key, public_key

TOKEN: Final = "made.up.access-token"
PUBLIC_KEY: Final = (
    b"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAmZVaHxfhuLJxBdDn5plNn167kgghalzl4sZtzuMD1nzfQSdYt0U21tsy\n"
    b"ZADnsi4inYK8RhEi/2zeDESXSCajzjH+UBpMXBOOoNhV5bMe1MnKiMfvB+OcCYzI3XvJCkg88PzxDu/XI+rv6aLquYX2EJvuE34s\n"
    b"9H246k0XeHfZF37KaBqV5/jHukZCuXlfIJJODXDNvi5tH08S0B39lKs0hkiz3FmypaUExoaowxzo4pV1w4J2vurOF2wmq7SqpTn0\n"
    b"T4WC1qM+inujDlnaVYy2IGlPbZMCt+hmbykdKHCqJWyp2G4RmAjAv2J5O2X/wus3LLvlXY+AeLVwfQDCV6oDSwIDAQAB\n"
)
PEM: Final = b"-----BEGIN PUBLIC KEY-----\n" + PUBLIC_KEY + b"-----END PUBLIC KEY-----\n"
FOR_A_TOKEN: Final = (
    "DUE7hdrSKuE64H7oVMQT/OQ9NXiyMVGQtD3BlFYnxyXG1FhQXNPaRZFxeWUzsYo5EdMlwmOol0LkMCBY2IuwbOnHsHBX3l8fCZ2A1HgKZ/ACwXTs96zWkAN1X3vvXbz2"
    "KqNhO0asRxDsfdDKEzrYZIxSuwSr9cWBKA80C1PQTvkh8E+EeyB1GYZWd4c7RbIsWt+9cbc4+JO+i2q/buXXkh8JtopPddd6tdR7acVEc7nvivMlzxCn0hsWTKgltsHF"
    "D51UvJ2qnYaRrqTKvVA01uwJUzSagNNrE27E6if3HUajXIOy4lEWItvO8k6hknRJfLTbIIDvrgzYFQFWGgMr9A=="
)
FOR_A_NOTIFICATION: Final = (
    "g4pDT9kG7b9UN2+6g2dH+9WG6YbxXo84grc3H8FQkBxP1sevSljVFZeYdO0JycdWQIR3KgRIqiryUV7nKvtDUXiZIcnl8MDKeJvedbcz18HKKUZB5kMRIgSnbOzLIQvY"
    "RfRW0rS1cGnHQaXz7xNBBpcldJ7tLK/2RAugtfuPz8/vd73lCeY5joFZFfsQVFjzVGhTIqRxSe6cxGWJbE0CKAp8SvGFQl3oZTxhfz9mysSg5RaVkclhZD1oDMWpFZig"
    "8dSbJfM2M4nYAsyzPksKJWlfYRgqyafmtKro21RCEsgXqip2x+qaemKfMMayAtHp5YTz6cMW95UV/vQoctngaQ=="
)
CREATE: Final = "/api/v1.0/transfer-va/create-va"
S1: Final = (
    b'{"partnerServiceId":"","customerNo":"","virtualAccountNo":"","virtualAccountName":"Budi Santoso","trxId":"INV-2025-0001",'
    b'"totalAmount":{"value":"150000.00","currency":"IDR"},"additionalInfo":{"bankCd":"BMRI","goodsNm":"Kopi Gayo 1kg",'
    b'"dbProcessUrl":"https://shop.example.com/nicepay/notify","vacctValidDt":"20250116","vacctValidTm":"093000","msId":"","msFee":"",'
    b'"msFeeType":"","mbFee":"","mbFeeType":""}}'
)
S2: Final = S1.replace(b'":', b'": ').replace(b',"', b', "')
S3: Final = S1.replace(b"/", rb"\/")
W3: Final = (
    b'{"partnerServiceId": "", "customerNo": "", "virtualAccountNo": "", "virtualAccountName": "Budi Santoso", "trxId": "INV-2025-0001", '
    b'"totalAmount": {"value": "150000.00", "currency": "IDR"}, "additionalInfo": {"bankCd": "BMRI", "goodsNm": "Kopi Gayo 1kg", '
    b'"dbProcessUrl": "https://shop.example.com/nicepay/notify"}}'
)
DELETE: Final = (
    b'{"partnerServiceId":"","customerNo":"","virtualAccountNo":"7015000000123456","trxId":"INV-2025-0001","additionalInfo":{"totalAmount":'
    b'{"value":"150000.00","currency":"IDR"},"tXidVA":"DEMOSNAP0102202501150930056789","cancelMessage":"Customer request"}}'
)


@pytest.mark.parametrize("key", [PEM, PUBLIC_KEY, PUBLIC_KEY.replace(b"\n", b""), PEM.replace(b"\n", b"\r\n")])
@pytest.mark.parametrize(
    ("stamp", "signature"),
    [
        ("2025-01-15T09:30:00+07:00", FOR_A_TOKEN),
        ("2025-01-15T09:45:10+07:00", FOR_A_NOTIFICATION),
    ],
)
def test_rsa_signatures_of_the_official_library_hold_however_the_key_is_pasted(
    key: bytes, stamp: str, signature: str
) -> None:
    assert signing.is_signed([key], "DEMOSNAP01", stamp, signature)
    assert signing.is_signed([b"no key at all", key], "DEMOSNAP01", stamp, signature)
    assert not signing.is_signed([key], "DEMOSNAP02", stamp, signature)
    assert not signing.is_signed([key], "DEMOSNAP01", "2025-01-15T09:30:01+07:00", signature)
    assert not signing.is_signed([public_key("nicepay").encode()], "DEMOSNAP01", stamp, signature)


def test_our_own_signature_for_a_token_is_verified_by_our_public_key_under_either_label() -> None:
    stamp = timestamps.iso(datetime(2025, 1, 15, 2, 30, tzinfo=UTC))
    assert stamp == "2025-01-15T09:30:00+07:00"
    pem = private_key("merchant").encode()
    for key in (pem, pem.replace(b" PRIVATE KEY", b" RSA PRIVATE KEY"), b"".join(pem.splitlines()[1:-1])):
        signature = signing.sign_for_token(key, CLIENT_ID, stamp)
        assert signing.is_signed([public_key("merchant").encode()], CLIENT_ID, stamp, signature)


@pytest.mark.parametrize("key", [b"", b"nonsense", PEM, b"-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----"])
def test_what_is_no_private_key_signs_nothing(key: bytes) -> None:
    with pytest.raises(signing.BadKey):
        signing.sign_for_token(key, CLIENT_ID, "2025-01-15T09:30:00+07:00")


@pytest.mark.parametrize(
    ("body", "size", "expected"),
    [
        (S1, 404, "QTg2ZINIUPVh1KWl47+0Yub6+IYKg0bvMhkRpYDPgksqakoRucBtpIIj2ty7PJ54gYPhVIoNhlLQ9l53UGRmfg=="),
        (S2, 439, "K6+womC7LPwq5W2lgpL1L3tAPXcO7SMgOJRp+jRSWy+RbRiid/Ui6swXA9eLJoBKYvBaPW+YWCQpjkXfgfcC/Q=="),
        (S3, 408, "//pMnf5bDRIHOquuwbq7aD9TMJb2/K0kCyZMVts71UG7k1j4BS14ZDb2ZlFdkeJc3YqSkShNcEZEjLhBqJ03ig=="),
    ],
    ids=["minified", "spaced", "escaped"],
)
def test_a_call_is_signed_over_the_very_bytes_that_are_sent(body: bytes, size: int, expected: str) -> None:
    assert len(body) == size
    assert signing.sign_call(SECRET.encode(), "POST", CREATE, TOKEN, body, "2025-01-15T09:30:05+07:00") == expected


def test_the_official_librarys_captured_call_has_the_same_signature() -> None:
    """W3."""
    expected = "PcmjRJPPPvmRp39X7DuBlRZ6Te37w/vlD+JwHOrCrE2+nBPX7bCEk0ww8mi0G2Dy17u03AW4b9tovqA5UpTSHg=="
    assert len(W3) == 313
    assert signing.sign_call(SECRET.encode(), "POST", CREATE, TOKEN, W3, "2025-01-15T09:30:00+07:00") == expected


def test_a_delete_is_signed_with_its_body() -> None:
    path, stamp = "/api/v1.0/transfer-va/delete-va", "2025-01-15T10:00:00+07:00"
    expected = "6pdkeO0YHEa1ncI6t4qA2tixi0R+m+wu8rp9SkJytKBTnhyrczmsh4m2GE6h+GWcbZVGijVoTbyehxy5/JNpnw=="
    assert signing.sign_call(SECRET.encode(), "DELETE", path, TOKEN, DELETE, stamp) == expected


def test_our_own_bodies_are_the_vectors_byte_for_byte() -> None:
    order = wire.NewAccount(
        virtual_account_name="Budi Santoso",
        trx_id="INV-2025-0001",
        total_amount=wire.rupiah(150_000),
        additional_info=wire.NewAccountInfo(
            bank_cd="BMRI",
            goods_nm="Kopi Gayo 1kg",
            db_process_url="https://shop.example.com/nicepay/notify",
            vacct_valid_dt="20250116",
            vacct_valid_tm="093000",
        ),
    )
    end = wire.AccountEnd(
        virtual_account_no="7015000000123456",
        trx_id="INV-2025-0001",
        additional_info=wire.AccountEndInfo(
            total_amount=wire.rupiah(150_000),
            t_xid_va="DEMOSNAP0102202501150930056789",
            cancel_message="Customer request",
        ),
    )
    assert msgspec.json.encode(order) == S1
    assert msgspec.json.encode(end) == DELETE


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("150000.00", 150_000),
        ("150000", 150_000),
        (150_000, 150_000),
        ("150000.0", 150_000),
        ("150000.01", None),
        ("150000.50", None),
        (150_000.5, None),
        ("-1.00", None),
        ("1e5", None),
        ("", None),
        (None, None),
        ("150.000,00", None),
    ],
)
def test_cents_that_are_not_zero_are_never_rounded(said: Loose, whole: int | None) -> None:
    assert wire.whole(wire.LooseMoney(value=said, currency="IDR")) == whole
    assert wire.whole(wire.LooseMoney(value=said, currency="USD")) is None
