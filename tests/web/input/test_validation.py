"""What a JSON body may be (R9, R14, R40–R42), read by our own rules and over HTTP."""

import time
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerbang.base.errors import Invalid
from gerbang.base.text import clean
from gerbang.sandbox.app import Sandbox
from gerbang.web.input import validation
from gerbang.web.problems import CardDataRefused, Malformed
from tests.web.conftest import BODY, Edge

VISA, AMEX = "4111111111111111", "378282246310005"

UNREADABLE = {
    "two of a name": b'{"amount":1,"amount":2}',
    "two of a name, escaped": b'{"amount":1,"\\u0061mount":2}',
    "two of a name, deep": b'{"metadata":{"a":[{"b":1,"b":1}]}}',
    "nested 10,000 deep": b"[" * 10_000 + b"]" * 10_000,
    "objects nested 10,000 deep": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "nested 201 deep, with brackets in words": b'{"a":"\\"[[[","b":' + b"[" * 200 + b"]" * 200 + b"}",
    "NaN": b'{"amount":NaN}',
    "Infinity": b'{"amount":-Infinity}',
    "1e309": b'{"amount":1e309}',
    "a number of 60,000 digits": b'{"amount":' + b"9" * 60_000 + b"}",
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"amount":1}'.encode("utf-16"),
    "not UTF-8": b'{"description":"\xff"}',
    "raw control character": b'{"description":"a\x00b"}',
    "comma too many": b'{"amount":1,}',
    "something behind": b"{} {}",
    "single quotes": b"{'amount':1}",
    "half": b'{"amount":',
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_not_one_unambiguous_json_text_is_malformed(body: bytes) -> None:
    """R42: and found to be so in less than 50 ms."""
    started = time.thread_time()
    with pytest.raises(Malformed):
        validation.read_json(body)
    assert time.thread_time() - started < 0.05


async def test_unreadable_bodies_get_400_over_http(edge: Edge) -> None:
    """R42."""
    for name, body in UNREADABLE.items():
        headers = {**edge.headers("developer", "new"), "content-type": "application/json"}
        answer = await edge.client.post("/v1/payments", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request"), name
    assert await edge.count("payments") == 0


@pytest.mark.parametrize("body", [b'{"a":"\\ud800"}', b'{"a":"x\\u0000y"}', b'{"\\u0000":1}', b'["\\udc00\\ud800"]'])
def test_text_that_cannot_be_stored_is_invalid(body: bytes) -> None:
    """R41."""
    with pytest.raises(Invalid) as caught:
        validation.read_json(body)
    assert not isinstance(caught.value, Malformed)


WRONG_AMOUNTS = [
    150_000.0,
    1.5,
    "150000",
    "1e5",
    0,
    -1,
    2**63,
    10**12,
    2**64,
    None,
    True,
    [1],
    {"value": 1},
    1e5,
    -0.0,
]


async def test_wrong_amounts_are_pointed_at(edge: Edge) -> None:
    """R9."""
    for amount in WRONG_AMOUNTS:
        answer = await edge.create(amount=amount)
        assert answer.status_code == 422, (amount, answer.text)
        assert answer.json()["errors"][0]["pointer"] == "/amount", amount
    for raw in (b"1e5", b"150000.00", b"-0"):
        body = b'{"amount":' + raw + b',"currency":"IDR","description":"x"}'
        headers = {**edge.headers("developer", "new"), "content-type": "application/json"}
        answer = await edge.client.post("/v1/payments", content=body, headers=headers)
        assert answer.status_code == 422, raw
        assert answer.json()["errors"][0]["pointer"] == "/amount"
    for currency in ("idr", "XTS", "", 360, None):
        answer = await edge.create(currency=currency)
        assert answer.status_code == 422, currency
        assert answer.json()["errors"][0]["pointer"] == "/currency"
    for units in (150_000, "1.5", "0", "1" * 31):
        answer = await edge.create(amount=units, currency="USDC")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/amount"), units
    assert await edge.count("payments") == 0


async def test_base_units_that_look_like_a_card_number_are_an_amount(edge: Edge) -> None:
    answer = await edge.create(amount="4111111111111111", currency="ETH")
    assert (answer.status_code, answer.json()["amount"]) == (201, "4111111111111111"), answer.text


READ_ONLY: dict[str, Any] = {
    "status": "paid",
    "customer_id": "usr_x",
    "amount_captured": 150_000,
    "owner_id": "x",
    "livemode": True,
    "id": "pay_x",
    "created_at": "2026-01-01T00:00:00Z",
    "refunds": [],
    "isAdmin": True,
}


async def test_members_that_nobody_may_set_are_refused(edge: Edge) -> None:
    """R40."""
    for name, value in READ_ONLY.items():
        answer = await edge.create(**{name: value})
        assert answer.status_code == 422, name
        assert answer.json()["errors"][0]["pointer"] == f"/{name}"
    nested = await edge.create(customer={"name": "Sari", "role": "admin"})
    assert nested.json()["errors"][0]["pointer"] == "/customer/role"
    assert await edge.count("payments") == 0


HOSTILE = [
    "'; DROP TABLE payments; --",
    '" OR ""="',
    "%00",
    "\u202egnp.exe",
    "\u200f\u200e",
    "💸" * 20,
    "a" * 400,
    "<script>alert(1)</script>",
    "${7*7}",
    "{{7*7}}",
    "../../etc/passwd",
    "\t\r\n",
    "\u2028",
    "\ufeff",
    "İıſ",
    "\U0010ffff",
]


async def test_hostile_text_is_stored_as_data_or_refused(edge: Edge) -> None:
    """R41: in every string field; never a 500, and what is stored comes back as it was seen; metadata as it was sent."""
    for text in HOSTILE:
        answer = await edge.create(
            description=text, metadata={"note": text, text[:60] or "x": 1}, customer={"name": text[:200]}
        )
        seen = clean(text)
        assert answer.status_code == (201 if seen else 422), (text, answer.text)
        if seen:
            made = answer.json()
            told = (made["description"], made["metadata"]["note"], made["customer"]["name"])
            assert told == (seen, text, clean(text[:200], lines=False))
        for field in ("order_reference", "return_url", "connection", "method", "currency"):
            assert (await edge.create(**{field: text})).status_code in (201, 422), (field, text)
        for parameter in ("status", "method", "connection", "order_reference", "created_after", "limit", "cursor"):
            listed = await edge.get("/v1/payments", **{parameter: text})
            assert listed.status_code in (200, 422), (parameter, text, listed.text)
        assert (await edge.get(f"/v1/payments/{quote(text[:50], safe='')}")).status_code in (404, 422)


async def test_nul_and_endless_text_are_refused(edge: Edge) -> None:
    """R41."""
    for field in ("description", "order_reference", "return_url"):
        assert (await edge.create(**{field: "a\x00b"})).status_code == 422
        assert (await edge.create(**{field: "a" * 3_000})).status_code == 422
    assert (await edge.create(metadata={"a": "x" * 20_000})).status_code == 422
    assert (await edge.create(metadata={"a": "x" * 10_000_000})).status_code == 413
    assert (await edge.client.get("/v1/payments?status=%00", headers=edge.headers("admin"))).status_code == 422
    assert (await edge.client.get("/v1/payments/pay_%00", headers=edge.headers("admin"))).status_code in (404, 422)
    assert (await edge.client.get("/v1/connections/%ff%fe", headers=edge.headers("admin"))).status_code == 404


# ── card data ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "value",
    [
        {"note": VISA},
        {"a": {"b": [1, f"x {AMEX}"]}},
        {"n": int(VISA)},
        {VISA: "x"},
        {"cvv": "123"},
        {"card": {"CVC-2": 123}},
        {"x": "4\u0031" + VISA[2:]},
        {"n": 4111111111111111.0},
        {"n": 411111111111.1111},
        {"x": "4111 1111 1111 1111 12/27"},
        {"card.cvvCode": "1"} | {"cvv": "１２３"},
        {"boxes": ["4111", "1111", "1111", "1111"]},
        {"pan": [4111, 1111, 1111, 1111]},
        {"pan": ["4111", 1111, 1111.0, "1111"]},
        {"pan": [int(digit) for digit in VISA]},
        {"pan": [[4111, 1111], [[1111], 1111]]},
        {"pan": [4000, 0, 0, 2]},
        {"cvv_code": "123"},
        {"cvvNumber": 1234},
        {"cardCscValue": "123"},
        {"x": "4111<b>1111</b>1111 <i>1111</i>"},
        {"x": "4111    1111    1111    1111"},
        {"note": "security code 123"},
        {"x": "4111\n1111\t1111\u00a01111"},
        {"track2": "x"},
        {"٤١١١١١١١١١١١١١١١": 1},
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_card_data_is_refused_kept_nowhere_and_audited_without_it(
    one_shop: tuple[Edge, Sandbox], value: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """R14."""
    edge, _ = one_shop
    answer = await edge.create(metadata=value)
    assert (answer.status_code, answer.json()["code"]) == (422, "card_data_refused")
    asked = answer.headers["x-request-id"]
    entries = [entry for entry in await edge.audited("card_data.refused") if entry["request_id"] == asked]
    assert [entry["object"] for entry in entries] == ["route:POST /v1/payments"]
    said = answer.text + str(entries) + "".join(capsys.readouterr())
    assert VISA not in said
    assert AMEX not in said
    assert await edge.count("payments") == 0


def test_an_escaped_card_number_is_found_too() -> None:
    """R14."""
    escaped = "".join(f"\\u{ord(digit):04x}" for digit in VISA)
    with pytest.raises(CardDataRefused):
        validation.read_json(f'{{"a":"{escaped}"}}'.encode())


async def test_card_data_is_refused_in_every_string_field(edge: Edge) -> None:
    """R14."""
    for field in ("description", "order_reference", "return_url", "currency"):
        assert (await edge.create(**{field: VISA})).json()["code"] == "card_data_refused", field
    for customer in ({"name": VISA}, {"email": f"{VISA}@x.id"}, {"phone": VISA}):
        assert (await edge.create(customer=customer)).json()["code"] == "card_data_refused"
    refund = await edge.post("/v1/payments/pay_x/refunds", "finance", {"reason": VISA}, "new")
    assert refund.json()["code"] == "card_data_refused"
    login = await edge.post("/v1/auth/register", "nobody", {**BODY, "name": VISA})
    assert login.json()["code"] == "card_data_refused"


async def test_card_data_is_refused_outside_of_the_body_too(edge: Edge) -> None:
    """R14: where proxies and our own tables would keep it; and told to the audit without it."""
    spelled = "4111-1111-1111-1111"
    body = {"amount": 150_000, "currency": "IDR", "description": "x"}
    as_key = await edge.client.post(
        "/v1/payments", json=body, headers={**edge.headers("developer", "new"), "idempotency-key": spelled}
    )
    admin = edge.headers("admin")
    in_query = await edge.client.get("/v1/payments", params={"order_reference": spelled}, headers=admin)
    in_path = await edge.client.get(f"/v1/payments/{spelled}", headers=admin)
    in_name = await edge.client.put(f"/v1/secrets/{spelled}", json={"value": "x"}, headers=admin)
    for answer, pointer in (
        (as_key, "/Idempotency-Key"),
        (in_query, "/order_reference"),
        (in_path, "/path"),
        (in_name, "/path"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "card_data_refused"), answer.text
        assert answer.json()["errors"][0]["pointer"] == pointer
        assert VISA[-4:] + "-" + VISA[-4:] not in answer.text
    assert len(await edge.audited("card_data.refused")) == 4


async def test_a_request_id_that_is_a_card_number_is_replaced(edge: Edge) -> None:
    answer = await edge.client.get(
        "/v1/payments", headers={**edge.headers("admin"), "x-request-id": "4111-1111-1111-1111"}
    )
    assert answer.status_code == 200
    assert answer.headers["x-request-id"].startswith("req_")


NO_CARDS: dict[str, Any] = {
    "nik": "5171014101900001",
    "va_number": "3901082123456789",
    "ean": "4006381333931",
    "account": "341201000123506",
    "uuid": "c0ffee00-4111-4111-8111-411111111111",
    "at_ms": 1764412345678,
    "at_us": 1764412345678901,
    "at_ns": 1764412345678901234,
    "phone": "+62 812-3456-7890, 0813-4567-8901",
    "imei": "356938035643809",
    "sizes": [36, 38, 40, 42, 44],
    "pln_token": "41111111111111111111",
    "no_kk": "5171014101900001",
    "shop_ref": "order-450691-1796163953",
    "verification_code": 1234,
    "cid": 123,
}


async def test_numbers_of_other_kinds_are_let_through(edge: Edge) -> None:
    answer = await edge.create(metadata=NO_CARDS, order_reference="INV/20261129/MPL/4111111111")
    assert answer.status_code == 201, answer.text
    assert answer.json()["metadata"] == NO_CARDS


async def test_what_strangers_may_send_is_small(edge: Edge) -> None:
    """A log-in of some kilobytes is read, one of a quarter of a megabyte is not even looked at."""
    body = {"email": "sari@example.com", "password": "x" * 4_000}
    assert (await edge.post("/v1/auth/login", "nobody", body)).status_code == 401
    for path in ("/v1/auth/login", "/v1/auth/register", "/v1/auth/refresh", "/v1/auth/logout"):
        answer = await edge.post(path, "nobody", {**body, "password": "4 " * 120_000})
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large"), path


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5) | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    )
)
def test_what_json_can_say_once_is_read_or_refused_and_never_breaks(value: Any) -> None:
    try:
        body = msgspec.json.encode(value)
    except (UnicodeEncodeError, msgspec.MsgspecError, OverflowError):
        return
    try:
        assert validation.read_json(body) == value
    except Invalid:
        assert isinstance(value, list | dict | str | int)


def test_many_brackets_that_are_not_deep_are_no_offence() -> None:
    """R42: what counts is how deep, not how many; and a bracket in a word is a letter."""
    body = b'{"a":"' + b"[{" * 400 + b'\\"[","b":[' + b",".join([b"[1]"] * 300) + b"]}"
    assert len(validation.read_json(body)["b"]) == 300


ENDLESS = {"one run": "4", "single digits": "4 ", "dates": "20261129101010 ", "in per cent": "%34", "entities": "&#52;"}


@pytest.mark.parametrize("piece", ENDLESS.values(), ids=ENDLESS.keys())
def test_a_body_of_nothing_but_digits_is_refused_unsearched(piece: str) -> None:
    text = piece * (247_000 // len(piece))
    with pytest.raises(Invalid, match="more than 15,000 digits"):
        validation.refuse_card_data(msgspec.json.encode({"metadata": {"a": text}}), {"metadata": {"a": text}})


@pytest.mark.parametrize("piece", ["4 ", "4", "4999999999990-", "6200 ", "\u0662 "])
def test_four_times_the_digits_take_no_more_than_their_share_of_time(piece: str) -> None:
    """R14, R43: linear, whatever the machine: the best of five each, in the time of this thread alone."""

    def best(digits: int) -> float:
        text = piece * (digits // sum(map(str.isdigit, piece)))
        body, took_s = msgspec.json.encode({"metadata": {"a": text}}), []
        for _ in range(5):
            started = time.thread_time()
            with suppress(CardDataRefused):
                validation.refuse_card_data(body, {"metadata": {"a": text}})
            took_s.append(time.thread_time() - started)
        return min(took_s)

    assert best(14_900) < 8 * best(3_725) + 0.005
