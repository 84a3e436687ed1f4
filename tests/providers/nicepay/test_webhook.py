"""NICEPAY's notifications: only what one of our keys signed gets in (R15), and it is never more than a hint (R20)."""

import json
from hashlib import sha256
from urllib.parse import urlencode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerbang.base import ids
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Hint, Ignored, Rejection, Verified, WebhookRequest
from gerbang.providers.nicepay.webhook import NicepayWebhook

IMID, KEY, OLD_KEY = "DEMOMERCH1", b"made-up-key-of-today", b"made-up-key-of-yesterday"
CARD_IMID, CARD_KEY = "DEMOMERCH2", b"made-up-key-of-cards"
TXID = "DEMOMERCH102202501150930011234"
ATTEMPT = UUID("01946a2e-5c40-7abc-8def-0123456789ab")
REFERENCE = ids.show("att", ATTEMPT)
HOOK = NicepayWebhook()
ACCOUNT = Account(
    "con_1",
    livemode=False,
    settings={"imid": IMID, "imid_card": CARD_IMID},
    secrets={"merchant_key": [KEY, OLD_KEY], "merchant_key_card": [CARD_KEY]},
)


def token(imid: str = IMID, txid: str = TXID, amt: str = "150000", key: bytes = KEY) -> str:
    return sha256(f"{imid}{txid}{amt}".encode() + key).hexdigest()


def fields(**changes: str) -> dict[str, str]:
    return {
        "tXid": TXID,
        "referenceNo": REFERENCE,
        "amt": "150000",
        "merchantToken": token(),
        "matchCl": "1",
        "status": "0",
        "payMethod": "02",
        "currency": "IDR",
        "goodsNm": "Kopi & gula",
        "billingNm": "Budi",
        "vacctNo": "70014000090930011234",
    } | changes


def form(**changes: str) -> WebhookRequest:
    return WebhookRequest({"content-type": "application/x-www-form-urlencoded"}, urlencode(fields(**changes)).encode())


def verify(incoming: WebhookRequest, account: Account = ACCOUNT) -> Verified | Rejection:
    return HOOK.verify(account, incoming, 1_736_908_200.0)


def test_a_genuine_notification_gets_in_and_is_kept_in_order_by_our_reference() -> None:
    assert verify(form()) == Verified(key="", subject=REFERENCE, type="virtual_account.paid")


def test_the_answer_is_200() -> None:
    assert HOOK.reply.status == 200


def test_every_valid_key_verifies_during_a_rotation() -> None:
    assert isinstance(verify(form(merchantToken=token(key=OLD_KEY))), Verified)


def test_a_key_that_was_retired_verifies_nothing() -> None:
    now = Account("con_1", livemode=False, settings={"imid": IMID}, secrets={"merchant_key": [KEY]})
    assert verify(form(merchantToken=token(key=OLD_KEY)), now) is Rejection.FORGED


def test_each_method_may_have_its_own_merchant_id_and_key() -> None:
    card = form(merchantToken=token(CARD_IMID, key=CARD_KEY), payMethod="01")
    assert verify(card) == Verified(key="", subject=REFERENCE, type="card.paid")
    assert verify(form(merchantToken=token(CARD_IMID, key=KEY))) is Rejection.FORGED


def test_a_merchant_id_that_is_named_must_be_the_one_that_signed() -> None:
    assert isinstance(verify(form(iMid=IMID)), Verified)
    assert verify(form(iMid=CARD_IMID)) is Rejection.FORGED
    assert verify(form(iMid="SOMEBODY99")) is Rejection.FORGED


def test_json_is_taken_as_a_form_is() -> None:
    said = fields() | {"amt": 150_000, "fee": None, "acquirerData": {"rrn": 1}}
    incoming = WebhookRequest({"content-type": "application/json"}, json.dumps(said).encode())
    assert isinstance(verify(incoming), Verified)
    assert HOOK.read(ACCOUNT, incoming) == Hint(ATTEMPT, TXID)


@pytest.mark.parametrize("text", ["", "{}", "tXid=" + TXID, urlencode(fields(merchantToken=""))])
def test_r15_no_signature_no_entry(text: str) -> None:
    assert verify(WebhookRequest({}, text.encode())) is Rejection.MISSING


@pytest.mark.parametrize(
    "change",
    [
        {"amt": "150001"},
        {"amt": "15000"},
        {"amt": "150000.00"},
        {"tXid": TXID[:-1] + "5"},
        {"merchantToken": "0" * 64},
        {"merchantToken": token().upper()},
        {"merchantToken": token()[:-1]},
        {"merchantToken": token() + "0"},
        {"merchantToken": "é" * 64},
    ],
)
def test_r15_a_changed_signed_field_is_forged(change: dict[str, str]) -> None:
    assert verify(form(**change)) is Rejection.FORGED


def test_a_digit_cannot_move_between_transaction_and_amount() -> None:
    """The token is over a plain concatenation, so both spellings have the same token."""
    assert verify(form(tXid=TXID + "1", amt="50000")) is Rejection.MALFORMED
    assert verify(form(tXid=TXID[:-1], amt="4150000")) is Rejection.MALFORMED


@pytest.mark.parametrize(
    "body",
    [
        urlencode(fields()).encode() + b"&amt=1",
        urlencode(fields()).encode() + b"&%61mt=1",
        urlencode(fields()).encode() + b"&tXid=",
        json.dumps(fields()).encode()[:-1] + b',"\\u0061mt":"1"}',
        json.dumps(fields()).encode()[:-1],
        b"{" * 100_000,
        b'{"a":' * 10_000,
        b'{"merchantToken":["a"]}',
        urlencode(fields()).encode() + b"&x=" + b"y" * 65_536,
        urlencode(fields()).encode() + b"&x=y" * 300,
        b"merchantToken=%ff&tXid=" + TXID.encode() + b"&amt=1",
        urlencode(fields(amt="")).encode(),
        urlencode(fields(tXid="")).encode(),
    ],
)
def test_what_is_said_twice_cut_nested_or_huge_is_malformed(body: bytes) -> None:
    assert verify(WebhookRequest({}, body)) is Rejection.MALFORMED


@pytest.mark.parametrize(
    "account",
    [
        Account("con_1", livemode=False, settings={"imid": IMID}, secrets={}),
        Account("con_1", livemode=False, settings={"imid": IMID}, secrets={"merchant_key": []}),
        Account("con_1", livemode=False, settings={"imid": IMID}, secrets={"merchant_key": [b""]}),
        Account("con_1", livemode=False, settings={}, secrets={"merchant_key": [KEY]}),
    ],
)
def test_a_connection_without_keys_is_closed(account: Account) -> None:
    assert verify(form(merchantToken=token(key=b"")), account) is Rejection.NO_SECRET


def test_r20_a_notification_is_a_hint_whatever_it_says_about_status_and_amount() -> None:
    for change in ({}, {"status": "1"}, {"matchCl": "3"}, {"status": "paid"}, {"amt": "1"}):
        assert HOOK.read(ACCOUNT, form(**change)) == Hint(ATTEMPT, TXID)


@pytest.mark.parametrize(
    "reference",
    ["INV-2025-0001", "", "att_", REFERENCE.lower(), "pay" + REFERENCE[3:], REFERENCE + "0", "\x00", "é" * 30],
)
def test_r19_a_reference_that_is_not_ours_is_a_hint_without_an_attempt(reference: str) -> None:
    assert HOOK.read(ACCOUNT, form(referenceNo=reference)) == Hint(None, TXID)


def test_a_test_of_the_address_changes_nothing() -> None:
    assert isinstance(HOOK.read(ACCOUNT, WebhookRequest({}, b"test=1")), Ignored)
    assert isinstance(HOOK.read(ACCOUNT, WebhookRequest({}, b"{")), Ignored)


@pytest.mark.parametrize("reference", ["", "\x00", "a\nb", "é", "x" * 41])
def test_an_odd_reference_never_names_the_subject(reference: str) -> None:
    genuine = verify(form(referenceNo=reference))
    assert isinstance(genuine, Verified)
    assert genuine.subject == TXID


_BODY = urlencode(fields()).encode()
_SIGNED = [
    at
    for name in (b"tXid=", b"amt=", b"merchantToken=")
    for at in range(_BODY.index(name), (_BODY + b"&").index(b"&", _BODY.index(name)))
]


@given(at=st.sampled_from(_SIGNED), byte=st.integers(0, 255))
def test_r15_any_changed_byte_in_a_signed_part_is_refused(at: int, byte: int) -> None:
    changed = _BODY[:at] + bytes([byte]) + _BODY[at + 1 :]
    assert isinstance(verify(WebhookRequest({}, changed)), Rejection) == (changed != _BODY)


_INSIDE = [at for at in _SIGNED if _BODY.rfind(b"=", 0, at) > _BODY.rfind(b"&", 0, at)]  # past the "=" of its field


@given(at=st.sampled_from(_INSIDE), extra=st.binary(min_size=1, max_size=3))
def test_r15_bytes_put_into_a_signed_value_are_refused(at: int, extra: bytes) -> None:
    assert isinstance(verify(WebhookRequest({}, _BODY[:at] + extra + _BODY[at:])), Rejection)


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=100).map(str.encode),
        st.dictionaries(st.text(), st.text()).map(lambda d: urlencode(d).encode()),
    )
)
def test_no_bytes_make_a_reader_raise_or_let_themselves_in(body: bytes) -> None:
    assert isinstance(verify(WebhookRequest({}, body)), Rejection)
    assert isinstance(HOOK.read(ACCOUNT, WebhookRequest({}, body)), Hint | Ignored)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["tXid", "amt", "merchantToken", "referenceNo"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["tXid", "amt", "merchantToken", "referenceNo", "iMid", "status"]), _JSON))
def test_no_json_makes_a_reader_raise_or_lets_itself_in(said: dict[str, object]) -> None:
    incoming = WebhookRequest({}, json.dumps(said).encode())
    assert isinstance(verify(incoming), Rejection)
    assert isinstance(HOOK.read(ACCOUNT, incoming), Hint | Ignored)


@given(st.text(max_size=64))
def test_lone_surrogates_in_json_are_refused_and_do_not_raise(text: str) -> None:
    body = json.dumps(fields(merchantToken="\ud800" + text)).encode()
    assert verify(WebhookRequest({}, body)) is Rejection.FORGED
