"""The hosted card pages: form, 3-D Secure, redirect home, notification. No card number is kept (R14)."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from gerbang.ports.simulator import Outcome, Request
from gerbang.providers.nicepay.simulator.cards import TEST_CARDS
from tests.sandbox.merchant import CARD_IMID, CARD_KEY, InMemory, card_registration, token

BASE = "http://sandbox.test/nicepay"
FORM = {"content-type": "application/x-www-form-urlencoded"}
GOOD = TEST_CARDS[0].number


@pytest.fixture
def nicepay() -> InMemory:
    return InMemory()


def get(nicepay: InMemory, path: str, **query: str) -> Outcome:
    return nicepay.request(
        Request(method="GET", path=path, query=urlencode(query).encode(), headers={}, body=b"", base_url=BASE)
    )


def post(nicepay: InMemory, path: str, **form: str) -> Outcome:
    return nicepay.request(
        Request(method="POST", path=path, query=b"", headers=FORM, body=urlencode(form).encode(), base_url=BASE)
    )


def luhn(number: str) -> bool:
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def type_card(nicepay: InMemory, txid: str, number: str = GOOD, expiry: str = "3901", cvv: str = "100") -> Outcome:
    return post(
        nicepay, "/redirect/v2/card", tXid=txid, cardNo=number, cardExpYymm=expiry, cardCvv=cvv, cardHolderNm="B"
    )


def hidden_fields(page: bytes) -> dict[str, str]:
    inputs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.decode())
    return {name: unescape(value) for name, value in inputs}


def pay(nicepay: InMemory, txid: str, number: str = GOOD, decision: str = "approve", expiry: str = "3901") -> Outcome:
    step = type_card(nicepay, txid, number, expiry)
    return post(nicepay, "/redirect/v2/secure", **hidden_fields(step.answer.body), otp="112233", decision=decision)


def home(outcome: Outcome) -> dict[str, str]:
    assert outcome.answer.status == 303
    location = dict(outcome.answer.headers)["location"]
    assert location.startswith("http://shop.test/back?x=1&")
    return dict(parse_qsl(urlsplit(location).query))


def test_all_test_cards_pass_the_checksum_that_shops_apply() -> None:
    assert all(luhn(card.number) for card in TEST_CARDS)


def test_the_page_says_what_it_is_and_offers_a_test_card(nicepay: InMemory) -> None:
    txid = nicepay.register_card()["tXid"]
    page = get(nicepay, "/redirect/v2/payment", tXid=txid).answer
    assert page.status == 200
    assert b"simulator NICEPAY, bukan NICEPAY" in page.body
    assert GOOD.encode() in page.body
    assert b"<script" not in page.body


def test_a_good_card_pays_and_the_browser_goes_home_with_the_result(nicepay: InMemory) -> None:
    txid = nicepay.register_card()["tXid"]
    outcome = pay(nicepay, txid)
    result = home(outcome)
    assert (result["resultCd"], result["tXid"], result["referenceNo"], result["amt"]) == (
        "0000",
        txid,
        "INV-2025-0001",
        "150000",
    )
    assert result["cardNo"] == "51234500****0008"
    assert "merchantToken" not in result
    told = dict(parse_qsl(outcome.webhooks[0].body.decode(), keep_blank_values=True))
    assert told["merchantToken"] == token(CARD_IMID, txid, "150000", CARD_KEY)
    assert (told["payMethod"], told["status"], told["cardNo"]) == ("01", "0", "51234500****0008")
    paid = nicepay.inquire_card(txid)
    assert (paid["status"], paid["cardNo"], paid["authNo"]) == ("0", "51234500****0008", told["authNo"])


@pytest.mark.parametrize(
    ("number", "decision", "expiry", "code"),
    [
        ("5123450000000511", "approve", "3901", "51"),
        ("5123450000000057", "approve", "3901", "05"),
        ("5123450000000917", "approve", "3901", "9117"),
        ("5123450000000545", "approve", "3901", "54"),
        (GOOD, "refuse", "3901", "9117"),
        (GOOD, "approve", "2412", "54"),
    ],
)
def test_a_refused_card_ends_in_status_eight_and_tells_nobody_but_the_browser(
    nicepay: InMemory, number: str, decision: str, expiry: str, code: str
) -> None:
    txid = nicepay.register_card()["tXid"]
    outcome = pay(nicepay, txid, number, decision, expiry)
    assert home(outcome)["resultCd"] == code
    assert outcome.webhooks == ()
    after = nicepay.inquire_card(txid)
    assert after["status"] == "8"
    assert [one["resultCd"] for one in after["latestFailHistory"]] == [code]


@pytest.mark.parametrize(
    ("number", "expiry", "cvv"),
    [
        ("4111111111111111", "3901", "100"),
        ("", "3901", "100"),
        (GOOD, "01/39", "100"),
        (GOOD, "3913", "100"),
        (GOOD, "3901", "x"),
    ],
)
def test_wrong_card_data_shows_the_form_again_and_changes_nothing(
    nicepay: InMemory, number: str, expiry: str, cvv: str
) -> None:
    txid = nicepay.register_card()["tXid"]
    outcome = type_card(nicepay, txid, number, expiry, cvv)
    assert b'role="alert"' in outcome.answer.body
    assert outcome.effects == ()
    assert nicepay.inquire_card(txid)["status"] == "9"


def test_no_card_number_and_no_cvv_reaches_the_journal_r14(nicepay: InMemory) -> None:
    txid = nicepay.register_card()["tXid"]
    for number in (GOOD, "4111111111111111"):
        outcome = type_card(nicepay, txid, number, cvv="987")
        assert outcome.journal_body is not None
        assert number.encode() not in outcome.journal_body
        assert b"987" not in outcome.journal_body
    assert GOOD.encode() not in b"".join(nicepay.effects)


def test_a_second_try_on_a_finished_order_shows_the_end_and_pays_nothing(nicepay: InMemory) -> None:
    txid = nicepay.register_card()["tXid"]
    step = hidden_fields(type_card(nicepay, txid).answer.body)
    pay(nicepay, txid)
    again = post(nicepay, "/redirect/v2/secure", **step, decision="approve")
    assert again.effects == ()
    assert b"paid" in again.answer.body
    assert get(nicepay, "/redirect/v2/payment", tXid=txid).effects == ()


def test_the_merchants_own_page_may_send_the_browser_with_the_card(nicepay: InMemory) -> None:
    fields = {"amt": "150000", "referenceNo": "INV-2025-0001", "callBackUrl": "http://shop.test/back?x=1"}
    txid = nicepay.send("/direct/v2/registration", card_registration(**fields))["tXid"]
    stamp = "20250115093100"
    given = {
        "timeStamp": stamp,
        "tXid": txid,
        "merchantToken": token(stamp, CARD_IMID, "INV-2025-0001", "150000", CARD_KEY),
        "callBackUrl": "http://shop.test/back?x=1",
        "cardNo": GOOD,
        "cardExpYymm": "3901",
        "cardCvv": "100",
    }
    step = get(nicepay, "/direct/v2/payment", **given)
    assert step.journal_query is not None
    assert GOOD.encode() not in step.journal_query
    outcome = post(nicepay, "/redirect/v2/secure", **hidden_fields(step.answer.body), decision="approve")
    assert home(outcome)["resultCd"] == "0000"
    wrong = get(nicepay, "/direct/v2/payment", **{**given, "merchantToken": "0"})
    assert b"9010" in wrong.answer.body
    assert wrong.journal_query is not None
    assert GOOD.encode() not in wrong.journal_query


def test_text_from_the_merchant_is_shown_and_not_run(nicepay: InMemory) -> None:
    txid = nicepay.register_card(goodsNm="<script>alert(1)</script>")["tXid"]
    page = get(nicepay, "/redirect/v2/payment", tXid=txid).answer.body
    assert b"<script>" not in page
    assert b"&lt;script&gt;" in page


def test_an_unknown_transaction_has_a_page_too(nicepay: InMemory) -> None:
    assert get(nicepay, "/redirect/v2/payment", tXid="nothing").answer.status == 404
