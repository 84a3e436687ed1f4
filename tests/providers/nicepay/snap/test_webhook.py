"""SNAP's notifications: which are genuine, what they are about, and what each is answered with (R15, R20)."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from gerbang.base import ids
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Hint, Ignored, Rejection, Verified, WebhookRequest
from gerbang.providers.nicepay.dialects import NicepayHooks
from tests.providers.nicepay.orders import REFERENCE
from tests.providers.nicepay.script import IMID, KEY
from tests.providers.nicepay.snap.keys import CLIENT_ID, account, private_key, public_key
from tests.providers.nicepay.snap.test_vectors import FOR_A_NOTIFICATION, PEM
from tests.providers.nicepay.test_vectors import NOTIFICATION

STAMP: Final = "2025-01-15T09:45:10+07:00"
NOW_S: Final = datetime(2025, 1, 15, 2, 45, 10, tzinfo=UTC).timestamp()
TXID: Final = "DEMOSNAP0102202501150930056789"
ACCOUNT: Final = {
    "partnerServiceId": "",
    "customerNo": "",
    "virtualAccountNo": "7015000000123456",
    "virtualAccountName": "Budi",
    "trxId": REFERENCE,
    "paymentRequestId": "NICEPAY-77",
    "paidAmount": {"value": "150000.00", "currency": "IDR"},
    "trxDateTime": STAMP,
    "additionalInfo": {"bankCd": "BMRI", "goodsNm": "Kopi", "tXidVA": TXID},
}
OTHER: Final = {
    "originalReferenceNo": "DEMOSNAP0105202501150930056789",
    "originalPartnerReferenceNo": REFERENCE,
    "amount": {"value": "150000.00", "currency": "IDR"},
    "latestTransactionStatus": "00",
    "transactionStatusDesc": "Success",
}
BOTH: Final = replace(
    account("http://x"),
    settings={**account("http://x").settings, "imid": IMID},
    secrets={**account("http://x").secrets, "merchant_key": [KEY]},
)
HOOKS: Final = NicepayHooks()


@cache
def _signing_key(owner: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(private_key(owner).encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def sign(text: str, owner: str = "nicepay") -> str:
    return base64.b64encode(_signing_key(owner).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def message(body: Mapping[str, Any] | bytes = ACCOUNT, **headers: str | None) -> WebhookRequest:
    plain: dict[str, str | None] = {
        "x-timestamp": STAMP,
        "x-client-key": CLIENT_ID,
        "x-signature": sign(f"{CLIENT_ID}|{STAMP}"),
    }
    given = {
        name.replace("_", "-"): value
        for name, value in (plain | {k.replace("_", "-"): v for k, v in headers.items()}).items()
    }
    told = {name: value for name, value in given.items() if value is not None}
    return WebhookRequest(told, body if isinstance(body, bytes) else json.dumps(body).encode())


def test_the_official_vector_is_genuine() -> None:
    theirs = replace(account("http://x"), secrets={"snap_nicepay_public_key": [PEM]})
    assert isinstance(HOOKS.verify(theirs, message(x_signature=FOR_A_NOTIFICATION), NOW_S), Verified)


@pytest.mark.parametrize(("body", "kind", "code"), [
    (ACCOUNT, "virtual_account.paid", "2002500"),
    (OTHER, "ewallet.paid", "2005600"),
    (OTHER | {"originalReferenceNo": "DEMOSNAP0108202501150930056789", "latestTransactionStatus": "04"}, "qris.refunded", "2005200"),
    ({"tXid": TXID, "referenceNo": REFERENCE, "vacctNo": "7015000000123456", "amt": "150000"}, "virtual_account.paid", "2002500"),
])  # fmt: skip
def test_each_kind_has_its_name_its_hint_and_its_reply(body: Mapping[str, Any], kind: str, code: str) -> None:
    incoming = message(body)
    genuine = HOOKS.verify(BOTH, incoming, NOW_S)
    assert isinstance(genuine, Verified), genuine
    assert (genuine.key, genuine.subject, genuine.type) == ("", REFERENCE, kind)
    assert genuine.reply is not None
    answer = json.loads(genuine.reply.body)
    assert (genuine.reply.status, genuine.reply.content_type, answer["responseCode"]) == (200, "application/json", code)
    assert genuine.reply.headers == (("x-timestamp", STAMP),)
    hint = HOOKS.read(BOTH, incoming)
    assert isinstance(hint, Hint)
    assert hint.attempt == ids.read("att", REFERENCE)
    assert hint.provider_reference in {TXID, body.get("originalReferenceNo")}


def test_a_virtual_account_is_answered_with_what_it_said() -> None:
    genuine = HOOKS.verify(BOTH, message(), NOW_S)
    assert isinstance(genuine, Verified)
    assert genuine.reply is not None
    answer = json.loads(genuine.reply.body)
    assert answer["virtualAccountData"] == {name: value for name, value in ACCOUNT.items() if name != "additionalInfo"}
    assert answer["additionalInfo"] == {"bankCd": "BMRI", "goodsNm": "Kopi"}


@pytest.mark.parametrize(
    ("incoming", "why"),
    [
        (message(x_timestamp=None), Rejection.MISSING),
        (message(x_signature=""), Rejection.MISSING),
        (message(x_timestamp="yesterday"), Rejection.MALFORMED),
        (message(x_timestamp="2025-01-15T09:45:10"), Rejection.MALFORMED),
        (message(x_timestamp="2" * 5000), Rejection.MALFORMED),
        (message(x_signature=sign(f"{CLIENT_ID}|{STAMP}", "merchant")), Rejection.FORGED),
        (message(x_signature=sign(f"DEMOSNAP02|{STAMP}")), Rejection.FORGED),
        (message(x_signature=sign(STAMP)), Rejection.FORGED),
        (message(x_signature="not base64!"), Rejection.FORGED),
        (message(x_client_key="DEMOSNAP02"), Rejection.FORGED),
        (message(x_signature="00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"), Rejection.FORGED),
        (message(b"not json"), Rejection.MALFORMED),
        (message(b"[]"), Rejection.MALFORMED),
        (message(b'{"trxId":"a","trxId":"b"}'), Rejection.MALFORMED),
        (message(b"[" * 100_000), Rejection.MALFORMED),
        (message(b'{"a":"' + b"x" * 70_000 + b'"}'), Rejection.MALFORMED),
    ],
)
def test_r15_what_is_not_genuine_does_not_get_in(incoming: WebhookRequest, why: Rejection) -> None:
    assert HOOKS.verify(BOTH, incoming, NOW_S) is why


@pytest.mark.parametrize(("seconds", "gets_in"), [(300, True), (301, False), (-300, True), (-301, False)])
def test_r15_a_time_stamp_is_good_for_five_minutes(seconds: int, *, gets_in: bool) -> None:
    found = HOOKS.verify(BOTH, message(), NOW_S + seconds)
    assert isinstance(found, Verified) if gets_in else found is Rejection.STALE


@pytest.mark.parametrize("secrets", [{}, {"snap_nicepay_public_key": []}, {"snap_nicepay_public_key": [b""]}])
def test_without_nicepays_key_nothing_gets_in(secrets: Mapping[str, Any]) -> None:
    assert HOOKS.verify(replace(BOTH, secrets=secrets), message(), NOW_S) is Rejection.NO_SECRET


def test_several_keys_and_client_ids_are_valid_at_once() -> None:
    older = public_key("an older one of nicepay").encode()
    two: Account = replace(
        BOTH,
        settings={**BOTH.settings, "snap_client_id_qris": "DEMOSNAPQR"},
        secrets={"snap_nicepay_public_key": [b"a key that is none", older, public_key("nicepay").encode()]},
    )
    assert isinstance(HOOKS.verify(two, message(), NOW_S), Verified)
    for named in ("DEMOSNAPQR", None):  # told to which client id it goes, or not
        other = message(OTHER, x_client_key=named, x_signature=sign(f"DEMOSNAPQR|{STAMP}"))
        assert isinstance(HOOKS.verify(two, other, NOW_S), Verified)


def test_both_dialects_arrive_at_one_address() -> None:
    v2 = WebhookRequest({}, NOTIFICATION)
    genuine = HOOKS.verify(BOTH, v2, NOW_S)
    assert isinstance(genuine, Verified)
    assert genuine.reply is None
    assert genuine.type == "virtual_account.paid"
    only_snap = account("http://x")
    assert HOOKS.verify(only_snap, v2, NOW_S) is Rejection.NO_SECRET
    disguised = WebhookRequest(
        {"x-signature": "AAAA", "x-timestamp": STAMP}, NOTIFICATION
    )  # V2's word in SNAP's clothes
    assert HOOKS.verify(BOTH, disguised, NOW_S) is Rejection.FORGED


def test_a_message_that_names_nothing_changes_nothing() -> None:
    assert isinstance(HOOKS.read(BOTH, message({"hello": "world"})), Ignored)
    assert isinstance(HOOKS.read(BOTH, message(b"not json")), Ignored)
    assert HOOKS.read(BOTH, message({"trxId": "INV-1", "additionalInfo": {"tXidVA": TXID}})) == Hint(None, TXID)
    odd = HOOKS.read(BOTH, message({"trxId": REFERENCE, "additionalInfo": [], "paymentRequestId": {"a": 1}}))
    assert odd == Hint(ids.read("att", REFERENCE), None)
