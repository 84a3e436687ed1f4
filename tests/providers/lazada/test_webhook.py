"""Pushes: whose they are, what tells them apart, and what each type says in spite of its traps."""

import hmac
import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerbang.ports.marketplace import ClaimHint, OrderHint, PackageHint, ProductHint, SellerStatus, TokenExpiring
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Ignored, Rejection, Verified, WebhookRequest
from gerbang.providers.lazada.webhook import LazadaWebhook
from gerbang.web.input.masking import without_card_numbers
from tests.providers.lazada.vectors import APP_KEY, P1X, PUSHES, SECRET

HOOK = LazadaWebhook()
APP = Account("lazada-uji", False, {"app_key": APP_KEY}, {"app_secret": [b"the next secret", SECRET]})
ORDER, UNIT = "260422900198363", "260422900298363"


def request(body: bytes, sign: str | None = None) -> WebhookRequest:
    genuine = hmac.new(SECRET, APP_KEY.encode() + body, sha256).hexdigest()
    return WebhookRequest({"authorization": genuine if sign is None else sign}, body)


def push(kind: Any, data: Any, **envelope: Any) -> WebhookRequest:
    whole = {"seller_id": "1234567", "message_type": kind, "data": data, "timestamp": 1, "site": "lazada_id"}
    return request(json.dumps({**whole, **envelope}).encode())


def read(incoming: WebhookRequest) -> Any:
    assert isinstance(HOOK.verify(APP, incoming, 0.0), Verified)
    return HOOK.read(APP, incoming)


@pytest.mark.parametrize("name", PUSHES)
def test_a_genuine_push_is_taken(name: str) -> None:
    body, sign = PUSHES[name]
    assert isinstance(HOOK.verify(APP, request(body, sign), 0.0), Verified)


@pytest.mark.parametrize(
    ("account", "incoming", "why"),
    [
        (APP, WebhookRequest({}, PUSHES["P1"][0]), Rejection.MISSING),
        (APP, request(PUSHES["P1"][0], P1X), Rejection.FORGED),
        (APP, request(PUSHES["P1"][0], "Ω"), Rejection.FORGED),
        (APP, request(PUSHES["P1"][0] + b" ", PUSHES["P1"][1]), Rejection.FORGED),
        (APP, request(b" " * 300_000), Rejection.MALFORMED),
        (
            Account("a", False, {"app_key": APP_KEY}, {"app_secret": [b""]}),
            request(PUSHES["P1"][0]),
            Rejection.NO_SECRET,
        ),
        (Account("a", False, {}, {"app_secret": [SECRET]}), request(PUSHES["P1"][0]), Rejection.NO_SECRET),
    ],
)
def test_what_is_not_genuine_is_refused(account: Account, incoming: WebhookRequest, why: Rejection) -> None:
    assert HOOK.verify(account, incoming, 0.0) is why


def test_the_published_pushes_say_what_they_say() -> None:
    assert [read(request(*PUSHES[name])) for name in ("P1", "P2", "P3", "P4")] == [
        OrderHint("1234567", "id", ORDER),
        PackageHint("1234567", "id", ORDER, "FP000000000000001"),
        TokenExpiring("1234567", "id", datetime(2025, 1, 17, 2, 30, tzinfo=UTC)),
        ClaimHint("1234567", "id", ORDER, "658960600102006"),
    ]


ITEM = {"item_id": 6718170187, "sku_list": [], "action": "PUBLISHED", "status_update_time": 1736908200000}
TYPES: list[tuple[Any, Any, dict[str, Any], Any]] = [
    (0, {"trade_order_id": ORDER, "reverse_order_id": "66", "order_status": "returned"}, {}, ClaimHint("1234567", "id", ORDER, "66")),
    (1, {"itemId": 5, "status": "Lock", "seller_id": 7}, {}, ProductHint("1234567", "id", "5", "product_quality")),
    (3, ITEM, {}, ProductHint("1234567", "id", "6718170187", "product_created")),
    (4, ITEM, {}, ProductHint("1234567", "id", "6718170187", "product_edited")),
    (5, ITEM, {}, ProductHint("1234567", "id", "6718170187", "product_deleted")),
    ("6", {"sku_id": 9, "seller_sku": "KOPI"}, {}, ProductHint("1234567", "id", "9", "low_stock")),
    (13, {"status": "normal"}, {}, SellerStatus("1234567", "id", True, "normal")),
    (13, {"status": "close"}, {"site": "LAZADA_SG"}, SellerStatus("1234567", "sg", False, "close")),
    (14, {"trade_order_id": ORDER, "fulfillment_package_id": "FP1"}, {"site": "lazada-sg"}, PackageHint("1234567", "sg", ORDER, "FP1")),
    (8, {"seller_id": 77, "auth_expiry_time": "nonsense"}, {"seller_id": "null"}, TokenExpiring("77", "id", None)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "data", "envelope", "wanted"), TYPES)
def test_each_type_is_read_through_its_traps(kind: Any, data: Any, envelope: dict[str, Any], wanted: Any) -> None:
    assert read(push(kind, data, **envelope)) == wanted


IGNORED: list[Any] = [
    *[
        {"seller_id": "1", "message_type": kind, "data": {}, "site": "lazada_id"}
        for kind in (2, 7, 11, 12, 19, 21, 35, 46, 99)
    ],
    {"promotionId": 1, "promotionType": "x", "sellerId": 7, "notifyTime": 1},
    {"seller_id": 7, "message_type": 19, "data": {"session_id": "x"}},
    {"seller_id": "1", "message_type": 0, "data": {"order_status": "pending"}},
    {"seller_id": "1", "message_type": None, "data": None},
    {"seller_id": "null", "message_type": 0, "data": {"trade_order_id": ORDER}},
    {"message_type": [], "data": "x", "seller_id": {}},
    ["a", "test"],
    "test",
    None,
]


@pytest.mark.parametrize("body", IGNORED)
def test_what_changes_nothing_here_is_taken_and_ignored(body: Any) -> None:
    assert isinstance(read(request(json.dumps(body).encode())), Ignored)


def test_a_try_again_has_the_same_key_and_another_status_another() -> None:
    body = json.loads(PUSHES["P1"][0])
    again = {**body, "timestamp": 1736910001530}
    moved = {**body, "data": {**body["data"], "order_status": "packed"}}
    other = {**body, "seller_id": "7654321"}
    found = [HOOK.verify(APP, request(json.dumps(one).encode()), 0.0) for one in (body, again, moved, other)]
    first, second, third, fourth = [one.key for one in found if isinstance(one, Verified)]
    assert first == second
    assert len({first, third, fourth}) == 3


def test_messages_of_one_order_keep_their_order_whatever_their_type() -> None:
    found = [HOOK.verify(APP, request(*PUSHES[name]), 0.0) for name in ("P1", "P2", "P4")]
    assert {one.subject for one in found if isinstance(one, Verified)} == {f"id:1234567:{ORDER}"}


def test_without_a_time_of_change_only_the_very_same_bytes_are_the_same() -> None:
    found = HOOK.verify(APP, request(*PUSHES["P3"]), 0.0)
    assert isinstance(found, Verified)
    assert (found.key, found.type) == ("", "token_expiring")


def test_ids_that_could_be_card_numbers_are_kept() -> None:
    """An order's id has 15 digits, as some cards have: 340000000000009 fits Luhn."""
    card = "340000000000009"
    data = {
        "trade_order_id": int(card),
        "trade_order_line_id": card,
        "reverse_order_id": int(card),
        "reverse_order_line_id": card,
    }
    incoming = push(10, {**data, "buyer_id": int(card), "fulfillment_package_id": card}, seller_id=card)
    kept = without_card_numbers(incoming.body)
    assert HOOK.read(APP, WebhookRequest({}, kept)) == ClaimHint(card, "id", card, card)


@given(st.binary(max_size=300) | st.recursive(st.none() | st.integers() | st.text(max_size=8), lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(["seller_id", "message_type", "data", "site", "trade_order_id", "status_update_time"]), one, max_size=6), max_leaves=12).map(lambda one: json.dumps(one).encode()))  # fmt: skip
def test_no_signed_body_breaks_it(body: bytes) -> None:
    found = HOOK.verify(APP, request(body), 0.0)
    assert isinstance(found, Verified)
    HOOK.read(APP, request(body))
