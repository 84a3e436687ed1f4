"""One call to NICEPAY, over real HTTP on loopback: which answers are clear, and what every other one is called (R8)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from gerbang.base.http import Http, OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.providers.nicepay import codes, timestamps, wire
from gerbang.providers.nicepay.client import Client, Endpoint, order_token
from tests.providers.nicepay.script import (
    HANG_UP,
    IMID,
    INQUIRY,
    KEY,
    TXID,
    Answer,
    Say,
    Script,
    inquired,
    nobody,
    refusal,
    say,
)

STAMP = "20250115093000"
QUESTION = wire.Inquiry(
    time_stamp=STAMP,
    t_xid=TXID,
    i_mid=IMID,
    reference_no="INV-2025-0001",
    amt="150000",
    merchant_token=order_token(STAMP, IMID, "INV-2025-0001", "150000", KEY),
)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    http = Http()
    yield Client(http)
    await http.close()


async def test_the_request_is_json_in_their_words(client: Client, script: Script) -> None:
    script.on(INQUIRY, lambda asked: say(inquired(asked, "3")))
    answer = await client.inquire(Endpoint(script.base_url, 2), QUESTION)
    assert script.heard == [
        (
            INQUIRY,
            {
                "timeStamp": STAMP,
                "tXid": TXID,
                "iMid": IMID,
                "referenceNo": "INV-2025-0001",
                "amt": "150000",
                "merchantToken": "a79ec8b567bd5b9924e707eb3fb3a08209273637a9a0440772958ba2106255ea",
            },
        )
    ]
    assert (answer.t_xid, answer.status, answer.cancel_amt) == (TXID, "3", None)


UNKNOWN: dict[str, Answer] = {
    "hangs up after reading": HANG_UP,
    "breaks off in the body": Say(b'{"resultCd":"0000","resultMsg":"SUCCESS"}', cut=20),
    "says nothing in time": Say(b"{}", after_s=3),
    "500 with a page": Say(b"<html>Internal Server Error</html>", 500),
    "502 with nothing": Say(b"", 502),
    "200 with nothing": Say(b""),
    "200 with a page": Say(b"<html>login</html>"),
    "200 with cut JSON": Say(b'{"resultCd":"00'),
    "200 with a list": Say(b'["0000"]'),
    "200 with bytes that are no text": Say(b'{"resultCd":"\xff\xfe"}'),
    "200 without a resultCd": Say(b'{"resultMsg":"SUCCESS"}'),
    "200 with a null resultCd": Say(b'{"resultCd":null}'),
    "200 with an object for a resultCd": Say(b'{"resultCd":{}}'),
    "404 with other JSON": Say(b'{"error":"not found"}', 404),
    "500 that says success": say({"resultCd": "0000", "tXid": TXID}, 500),
    "302": Say(b"", 302),
    "busy": refusal("9002"),
    "trouble inside": refusal("1004"),
    "our reference was used": refusal("9009"),
    "a code of nobody's": refusal("7777"),
    "a code that looks like success": refusal("000"),
}


@pytest.mark.parametrize("answer", UNKNOWN.values(), ids=UNKNOWN.keys())
async def test_r8_what_is_not_a_clear_answer_is_an_unknown_outcome(
    client: Client, script: Script, answer: Answer
) -> None:
    script.on(INQUIRY, answer)
    with pytest.raises(OutcomeUnknown):
        await client.inquire(Endpoint(script.base_url, 1), QUESTION)
    assert len(script.heard) == 1, "it must not be sent again"


async def test_r8_a_refused_connection_never_left(client: Client) -> None:
    with pytest.raises(Unreachable):
        await client.inquire(Endpoint(nobody(), 2), QUESTION)


@pytest.mark.parametrize("status", [200, 400, 401, 500])
async def test_a_wrong_key_is_refused_with_a_cure_whatever_the_http_status(
    client: Client, script: Script, status: int
) -> None:
    script.on(INQUIRY, refusal("9010", "Invalid merchantToken", status))
    with pytest.raises(ProviderRefused) as refused:
        await client.inquire(Endpoint(script.base_url, 2), QUESTION)
    assert "9010" in refused.value.detail
    assert "merchant key does not match the iMid" in (refused.value.hint or "")


async def test_a_decline_is_returned_and_not_raised(client: Client, script: Script) -> None:
    script.on(INQUIRY, refusal("9209", "Amount too small"))
    answer = await client.inquire(Endpoint(script.base_url, 2), QUESTION)
    assert codes.meaning(wire.text(answer.result_cd)).code == "amount_too_small"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("150000", 150_000),
        (150_000, 150_000),
        ("150000.00", 150_000),
        (150_000.0, 150_000),
        (" 150000 ", 150_000),
        ("0", 0),
        ("150000.50", None),
        ("-1", None),
        ("", None),
        (None, None),
        ("1e5", None),
        ("١٥", None),
        ("9" * 16, None),
        (1e300, None),
        (True, None),
    ],
)
def test_amounts_are_read_as_whole_rupiah_or_not_at_all(value: wire.Loose, expected: int | None) -> None:
    assert wire.amount(value) == expected


def test_time_stamps_are_jakarta_time_whatever_the_machine_thinks() -> None:
    assert timestamps.stamp(datetime(2025, 1, 14, 20, 5, 9, tzinfo=UTC)) == "20250115030509"


@pytest.mark.parametrize(
    ("date", "time", "expected"),
    [
        ("20250115", "030509", datetime(2025, 1, 14, 20, 5, 9, tzinfo=UTC)),
        ("", "", None),
        ("00000000", "000000", None),
        ("20251315", "000000", None),
        ("2025-1-1", "000000", None),
        ("20250115", "0305", None),
        ("٢٠٢٥٠١١٥", "030509", None),
        ("00010101", "000000", None),
    ],
)
def test_their_dates_are_read_as_moments_or_not_at_all(date: str, time: str, expected: datetime | None) -> None:
    assert timestamps.read(date, time) == expected
