"""X-Twilio-Signature by the vectors that Twilio's own validator made, and what it accepts and refuses."""

import pytest

from gerbang.providers.twilio.signature import is_json_signed, is_signed, signature

TOKEN = b"test_auth_token_0123456789abcdef"
URL = "https://example.test/hooks/twilio?tenant=7"
DELIVERED = [
    ("AccountSid", "AC" + "0" * 32),
    ("ApiVersion", "2010-04-01"),
    ("From", "+15005550006"),
    ("MessageSid", "SM" + "1" * 32),
    ("SmsSid", "SM" + "1" * 32),
    ("MessageStatus", "delivered"),
    ("SmsStatus", "delivered"),
    ("To", "+6281200000001"),
]
UNDELIVERED = [(n, "undelivered" if n.endswith("Status") else v) for n, v in DELIVERED] + [("ErrorCode", "30003")]
JSON_URL = "https://example.test/hooks/j?bodySHA256=015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
FIRST = "1tQu3efENXD7vc08kHMCgzpJOus="


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (DELIVERED, FIRST),
        (UNDELIVERED, "++eJ6KKwWaUS2xCyZpFtfTl/On4="),
        ([*DELIVERED, ("ErrorMessage", "")], "ZAyjFiuj5jAmQ2QHIfgSOhcW9Vc="),
        (
            [("Body", "Halo dunia ☕ é"), ("From", "+6281200000001"), ("To", "+15005550006")],
            "xxGNSJ6QU/xqRdknR5MnIc7wvf0=",
        ),
        ([("A", "2"), ("A", "1"), ("A", "2")], "OcRcWbYa5PXwhAjAGMvoY7gP5Cw="),
    ],
)
def test_a_form_is_signed_as_twilio_signs_it(parameters: list[tuple[str, str]], expected: str) -> None:
    assert signature(TOKEN, URL, parameters) == expected


def test_with_a_shared_key_it_is_the_same_text_by_sha256() -> None:
    assert signature(TOKEN, URL, DELIVERED, "sha256") == "df3otu3GkWiiyL7svby+t6Gf+71NtvvPoMm2uuhRu2A="


def test_a_json_body_is_signed_by_its_digest_in_the_address() -> None:
    assert is_json_signed(TOKEN, JSON_URL, b'{"a":1}', "xwWIBPVS2cWgsglZcrI6m5KBgOs=")
    assert not is_json_signed(TOKEN, JSON_URL, b'{"a":2}', "xwWIBPVS2cWgsglZcrI6m5KBgOs=")


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        (URL, True),
        (URL + "#rc=3&rp=all", True),
        (URL.replace("example.test", "example.test:443"), True),
        (URL.replace("example.test", "example.test:8443"), True),
        (URL.replace("https", "http"), False),
        (URL.replace("tenant=7", "tenant=8"), False),
        (URL.replace("/twilio", "/twilio/"), False),
    ],
)
def test_the_address_counts_but_for_its_port_and_fragment(url: str, is_good: bool) -> None:
    assert is_signed(TOKEN, url, DELIVERED, FIRST, "sha1") is is_good
