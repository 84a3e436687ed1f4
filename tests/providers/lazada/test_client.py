"""One call: how it travels, what of an answer is a success, and which of our errors each code is."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import Http, OutcomeUnknown, TurnedAway, Unreachable
from gerbang.ports.marketplace import RateLimited, Refused, SwitchedOff, TooMuchData, Why
from gerbang.providers.lazada.account import shop_endpoint
from gerbang.providers.lazada.client import Client
from gerbang.providers.lazada.codes import Family
from gerbang.providers.lazada.signature import request_signature
from tests.providers.lazada import gateway as other_side
from tests.providers.lazada.gateway import Gateway, data, refusal, result
from tests.providers.lazada.vectors import SECRET, TOKEN

CODES = [
    ("IllegalAccessToken", Family.ORDERS, Why.TOKEN_EXPIRED),
    ("IllegalRefreshToken", Family.TOKENS, Why.AUTHORISE_AGAIN),
    ("AUTH_TYPE_UNSUPPORTED", Family.TOKENS, Why.AUTHORISE_AGAIN),
    ("InvalidCode", Family.TOKENS, Why.CODE_USED),
    ("IncompleteSignature", Family.ORDERS, Why.BAD_KEY),
    ("IllegalTimestamp", Family.ORDERS, Why.CLOCK_SKEW),
    ("MissingParameter", Family.ORDERS, Why.BAD_REQUEST),
    ("SellerNotActive", Family.ORDERS, Why.SELLER_INACTIVE),
    ("SellerNotVerified", Family.ORDERS, Why.SELLER_INACTIVE),
    ("InsufficientPermission", Family.ORDERS, Why.NOT_PERMITTED),
    ("E0501", Family.ORDERS, Why.NOT_PERMITTED),
    ("Mp3SellerApiLimit", Family.CLAIMS, Why.NOT_PERMITTED),
    ("16", Family.ORDERS, Why.NOT_FOUND),
    ("E016", Family.ORDERS, Why.NOT_FOUND),
    ("39", Family.ORDERS, Why.NOT_FOUND),
    ("34", Family.PARCELS, Why.NOT_ALLOWED_NOW),
    ("700026", Family.PARCELS, Why.NOT_ALLOWED_NOW),
    ("600001", Family.PARCELS, Why.NOT_FOUND),
    ("131", Family.CLAIMS, Why.NOT_ALLOWED_NOW),
    ("104", Family.CLAIMS, Why.BAD_REQUEST),
    ("1000012", Family.FINANCE, Why.BAD_REQUEST),
]
NOT_NOW = [
    ("ApiCallLimit", Family.ORDERS, RateLimited),
    ("901", Family.PRODUCTS, RateLimited),
    ("700024", Family.PARCELS, RateLimited),
    ("4147", Family.PRODUCTS, RateLimited),
    ("998", Family.ORDERS, SwitchedOff),
    ("ServiceTimeout", Family.PRODUCTS, TooMuchData),
    ("38", Family.ORDERS, TooMuchData),
    ("6", Family.ORDERS, OutcomeUnknown),
    ("1000", Family.ORDERS, OutcomeUnknown),
    ("40011", Family.PARCELS, OutcomeUnknown),
    ("106", Family.CLAIMS, OutcomeUnknown),
    ("a code of next year", Family.ORDERS, OutcomeUnknown),
]


async def asked(http: Http, gateway: Gateway, family: Family = Family.ORDERS, **more: Any) -> Any:
    at = shop_endpoint(other_side.shop(gateway))
    return await Client(http).call(at, more.pop("method", "GET"), "/order/get", family, {"order_id": "1"}, **more)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_everything_travels_in_the_query_of_a_get_and_in_the_form_of_a_post(
    http: Http, gateway: Gateway, method: str
) -> None:
    gateway.answers["/order/get"] = data({})
    await asked(http, gateway, method=method)
    heard = gateway.heard[0]
    assert (dict(heard.query) == {}, dict(heard.form) == {}) == ((False, True) if method == "GET" else (True, False))
    assert heard.parameters["access_token"] == TOKEN
    assert heard.parameters["sign"] == request_signature("/order/get", heard.parameters, SECRET)


@pytest.mark.parametrize(("code", "family", "why"), CODES)
async def test_a_clear_no_says_why_and_never_repeats_lazadas_words(
    http: Http, gateway: Gateway, code: str, family: Family, why: Why
) -> None:
    gateway.answers["/order/get"] = refusal(code, "Budi Santoso may not do this")
    with pytest.raises(Refused) as refused:
        await asked(http, gateway, family)
    assert (refused.value.why, refused.value.said) == (why, code)
    assert "Budi" not in str(refused.value)
    assert "0ba2" in str(refused.value)


@pytest.mark.parametrize(("code", "family", "error"), NOT_NOW)
async def test_what_is_no_clear_no_is_told_apart(
    http: Http, gateway: Gateway, code: str, family: Family, error: type[UpstreamFailed]
) -> None:
    gateway.answers["/order/get"] = refusal(code)
    with pytest.raises(error):
        await asked(http, gateway, family)


async def test_only_what_was_surely_not_carried_out_may_be_sent_again() -> None:
    assert issubclass(RateLimited, TurnedAway)
    assert issubclass(SwitchedOff, Unreachable)
    assert not issubclass(TooMuchData, Unreachable)


@pytest.mark.parametrize("success", [False, "false"])
async def test_code_0_over_a_result_without_success_is_a_no(http: Http, gateway: Gateway, success: object) -> None:
    gateway.answers["/order/get"] = result({}, success=success, code="700021")
    with pytest.raises(Refused) as refused:
        await asked(http, gateway, Family.PARCELS)
    assert refused.value.why is Why.NOT_FOUND


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"{}", b'{"data":{}}', b"\xff", b""])
async def test_what_is_no_envelope_leaves_the_outcome_open(http: Http, gateway: Gateway, answer: bytes) -> None:
    gateway.answers["/order/get"] = answer
    with pytest.raises(OutcomeUnknown):
        await asked(http, gateway)


async def test_a_fault_of_their_server_leaves_the_outcome_open(http: Http, gateway: Gateway) -> None:
    gateway.answers["/order/get"], gateway.status = data({}), 500
    with pytest.raises(OutcomeUnknown):
        await asked(http, gateway)


async def test_while_lazada_asks_for_a_pause_the_same_call_is_not_sent(http: Http, gateway: Gateway) -> None:
    now = [100.0]
    client = Client(http, monotonic=lambda: now[0])
    at = shop_endpoint(other_side.shop(gateway))
    gateway.by = lambda heard: (
        data({})
        if heard.path == "/seller/get"
        else refusal("ApiCallLimit", "Api access frequency exceeds the limit. this ban will last 3 seconds")
    )
    for _ in range(2):
        with pytest.raises(RateLimited) as limited:
            await client.call(at, "GET", "/order/get", Family.ORDERS, {})
        assert limited.value.retry_after_s == 3
    assert len(gateway.heard) == 1
    await client.call(at, "GET", "/seller/get", Family.ORDERS, {})
    now[0] += 3.1
    with pytest.raises(RateLimited):
        await client.call(at, "GET", "/order/get", Family.ORDERS, {})
    assert len(gateway.heard) == 3
    now[0] += 3.1  # banned again within a minute: twice as long
    with pytest.raises(RateLimited):
        await client.call(at, "GET", "/order/get", Family.ORDERS, {})
    assert len(gateway.heard) == 3


async def test_the_fifty_first_write_of_stock_within_a_second_is_not_sent(http: Http, gateway: Gateway) -> None:
    client = Client(http, monotonic=lambda: 100.0)
    at, path = shop_endpoint(other_side.shop(gateway)), "/product/stock/sellable/update"
    gateway.answers[path] = data({})
    for _ in range(50):
        await client.call(at, "POST", path, Family.PRODUCTS, {})
    with pytest.raises(RateLimited):
        await client.call(at, "POST", path, Family.PRODUCTS, {})
    assert len(gateway.heard) == 50


async def test_a_clock_that_is_off_is_told_by_how_much(http: Http, gateway: Gateway) -> None:
    gateway.answers["/order/get"] = refusal("IllegalTimestamp")
    late = datetime.now(UTC) - timedelta(seconds=9_000)
    gateway.headers = f"Date: {format_datetime(late, usegmt=True)}\r\n"
    with pytest.raises(Refused, match=r"This machine's clock is (8999|9000|9001) s ahead of Lazada's") as refused:
        await asked(http, gateway)
    assert refused.value.why is Why.CLOCK_SKEW
