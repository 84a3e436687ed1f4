"""Requests and pushes are signed byte for byte as the official SDK and Lazada's own samples do."""

from urllib.parse import parse_qsl, urlencode

import pytest

from gerbang.providers.lazada.account import Endpoint
from gerbang.providers.lazada.client import signed
from gerbang.providers.lazada.signature import is_push_genuine, request_signature
from tests.providers.lazada.vectors import ALL_ORDERS, APP_KEY, CAPTURED, NOW_MS, P1X, PUSHES, REQUESTS, SECRET, TOKEN


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_signed_as_the_sdk_signs_it(name: str) -> None:
    path, parameters, wanted = REQUESTS[name]
    assert request_signature(path, parameters, SECRET) == wanted


@pytest.mark.parametrize("method", CAPTURED)
def test_a_whole_request_of_the_sdk_is_reproduced(method: str) -> None:
    path, text = CAPTURED[method]
    *unsigned, (_, wanted) = parse_qsl(text)
    sign = request_signature(path, dict(unsigned), SECRET)
    assert sign == wanted
    assert urlencode([*unsigned, ("sign", sign)]) == text


def test_lazadas_own_published_sample_is_reproduced() -> None:
    common = {"app_key": "123456", "access_token": "test", "timestamp": "1517820392000", "sign_method": "sha256"}
    sign = request_signature("/order/get", {**common, "order_id": "1234"}, b"helloworld")
    assert sign == "4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A"


def test_what_we_send_is_signed_so_and_what_has_no_value_is_not_sent() -> None:
    at = Endpoint("", APP_KEY, SECRET, TOKEN)
    assert signed(at, "/orders/get", ALL_ORDERS, NOW_MS)["sign"] == REQUESTS["L3"][2]
    bare = signed(at, "/orders/get", {"created_after": ALL_ORDERS["created_after"], "status": ""}, NOW_MS)
    assert bare["sign"] == REQUESTS["L8b"][2]
    assert "status" not in bare


@pytest.mark.parametrize("name", PUSHES)
def test_a_push_is_genuine_by_any_of_the_secrets(name: str) -> None:
    body, given = PUSHES[name]
    assert is_push_genuine(given, APP_KEY, body, [b"the next secret", SECRET])
    assert not is_push_genuine(given, APP_KEY, body, [b"the next secret"])
    assert not is_push_genuine(given, APP_KEY, body, [])
    assert not is_push_genuine(given.upper(), APP_KEY, body, [SECRET])


def test_a_push_that_was_written_anew_is_not() -> None:
    body, given = PUSHES["P1"]
    anew = body.replace(b'":', b'": ').replace(b',"', b', "')
    assert is_push_genuine(P1X, APP_KEY, anew, [SECRET])
    assert not is_push_genuine(given, APP_KEY, anew, [SECRET])
