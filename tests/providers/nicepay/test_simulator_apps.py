"""Where payers agree: a wallet's page, OVO's push, a lender, Jenius, a QR and a counter. Signed on the way in, unsigned on the way home."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
import pytest

from gerbang.ports.simulator import Outcome, Request
from tests.sandbox.merchant import OTHER_IMID, OTHER_KEY, STAMP, InMemory, partner_registration, token

BASE = "http://sandbox.test/nicepay"
FORM = {"content-type": "application/x-www-form-urlencoded"}
BACK = "http://shop.test/back?x=1"


@pytest.fixture
def nicepay() -> InMemory:
    return InMemory()


def get(nicepay: InMemory, path: str, **query: str) -> Outcome:
    return nicepay.request(
        Request(method="GET", path=path, query=urlencode(query).encode(), headers={}, body=b"", base_url=BASE)
    )


def press(nicepay: InMemory, page: bytes, decision: str, **typed: str) -> Outcome:
    """The page's form, with a button of it pressed."""
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.decode())
    fields = {name: unescape(value) for name, value in hidden} | {"decision": decision} | typed
    return nicepay.request(
        Request(
            method="POST",
            path="/redirect/v2/decide",
            query=b"",
            headers=FORM,
            body=urlencode(fields).encode(),
            base_url=BASE,
        )
    )


def payment_step(nicepay: InMemory, txid: str, stamp: str = STAMP, **changes: str) -> Outcome:
    signed = token(stamp, OTHER_IMID, "INV-2025-0001", "150000", OTHER_KEY)
    query = {"timeStamp": stamp, "tXid": txid, "merchantToken": signed, "callBackUrl": BACK}
    return get(nicepay, "/direct/v2/payment", **(query | changes))


def went_home(outcome: Outcome) -> dict[str, str]:
    assert outcome.answer.status == 303
    location = dict(outcome.answer.headers)["location"]
    assert location.startswith(f"{BACK}&")
    return dict(parse_qsl(urlsplit(location).query))


@pytest.mark.parametrize(
    ("method", "partner", "name"), [("05", "DANA", "DANA"), ("05", "ESHP", "ShopeePay"), ("06", "AKLP", "Akulaku")]
)
def test_the_browser_goes_to_the_partner_and_home_with_the_result(
    nicepay: InMemory, method: str, partner: str, name: str
) -> None:
    txid = nicepay.register_at(method, partner)["tXid"]
    page = payment_step(nicepay, txid).answer.body
    assert f"Bayar dengan {name}".encode() in page
    assert b"<script" not in page
    outcome = press(nicepay, page, "approve")
    told = went_home(outcome)
    assert (told["resultCd"], told["tXid"], told["mitraCd"]) == ("0000", txid, partner)
    assert "merchantToken" not in told
    assert len(outcome.webhooks) == 1
    assert nicepay.status_of(txid) == "0"


def test_opening_the_wallet_puts_the_order_under_way_once(nicepay: InMemory) -> None:
    txid = nicepay.register_at("05", "DANA")["tXid"]
    first, second = payment_step(nicepay, txid), payment_step(nicepay, txid)
    assert [len(outcome.effects) for outcome in (first, second)] == [1, 0]
    assert nicepay.status_of(txid) == "4"


def test_ovo_pushes_to_the_payers_phone_once_and_waits(nicepay: InMemory) -> None:
    txid = nicepay.register_at("05", "OVOE", billingPhone="081298765432")["tXid"]
    page = payment_step(nicepay, txid)
    assert b"081298765432" in page.answer.body
    assert b'http-equiv="refresh"' in page.answer.body
    assert nicepay.status_of(txid) == "4"
    assert payment_step(nicepay, txid).effects == ()
    assert went_home(press(nicepay, page.answer.body, "approve"))["resultCd"] == "0000"


@pytest.mark.parametrize(
    ("method", "partner", "code"), [("05", "DANA", "9752"), ("06", "KDVI", "9030"), ("04", "JENC", "9806")]
)
def test_a_payer_who_refuses_goes_home_with_a_code_and_nobody_is_told(
    nicepay: InMemory, method: str, partner: str, code: str
) -> None:
    txid = nicepay.register_at(method, partner)["tXid"]
    outcome = press(nicepay, payment_step(nicepay, txid).answer.body, "refuse")
    assert went_home(outcome)["resultCd"] == code
    assert outcome.webhooks == ()


def test_shopeepay_answers_a_machine_with_addresses_and_a_browser_with_a_page(nicepay: InMemory) -> None:
    txid = nicepay.register_at("05", "ESHP")["tXid"]
    told = msgspec.json.decode(payment_step(nicepay, txid, returnJsonFormat="1").answer.body)
    assert told["redirectUrlHttp"] == f"{BASE}/redirect/v2/payment?tXid={txid}"
    assert nicepay.status_of(txid) == "9"
    assert b"Bayar dengan ShopeePay" in payment_step(nicepay, txid, returnJsonFormat="0").answer.body


def test_jenius_asks_for_a_cashtag_first(nicepay: InMemory) -> None:
    txid = nicepay.register_at("04", "JENC")["tXid"]
    page = payment_step(nicepay, txid).answer.body
    again = press(nicepay, page, "approve", cashtag=" ")
    assert again.answer.status == 200
    assert again.effects == ()
    assert went_home(press(nicepay, page, "approve", cashtag="$budi"))["resultCd"] == "0000"


@pytest.mark.parametrize("changes", [{"merchantToken": "0" * 64}, {"timeStamp": "20250115093001"}])
def test_a_payment_step_that_is_not_signed_right_is_refused(nicepay: InMemory, changes: dict[str, str]) -> None:
    txid = nicepay.register_at("05", "DANA")["tXid"]
    assert msgspec.json.decode(payment_step(nicepay, txid, **changes).answer.body)["resultCd"] == "9010"
    assert nicepay.status_of(txid) == "9"


def test_a_payment_step_for_a_code_is_no_order_of_that_kind(nicepay: InMemory) -> None:
    txid = nicepay.register_at("03", "ALMA")["tXid"]
    assert msgspec.json.decode(payment_step(nicepay, txid).answer.body)["resultCd"] == "9003"


def test_the_checkout_page_needs_no_signature(nicepay: InMemory) -> None:
    fields = partner_registration("05", "DANA")
    answer = nicepay.send("/redirect/v2/registration", fields)
    assert answer["paymentURL"] == f"{BASE}/redirect/v2/payment"
    page = get(nicepay, "/redirect/v2/payment", tXid=answer["tXid"])
    assert b"Bayar dengan DANA" in page.answer.body
    assert went_home(press(nicepay, page.answer.body, "approve"))["resultCd"] == "0000"


def test_a_second_try_on_a_finished_order_shows_the_end_and_pays_nothing(nicepay: InMemory) -> None:
    txid = nicepay.register_at("05", "DANA")["tXid"]
    page = payment_step(nicepay, txid).answer.body
    press(nicepay, page, "approve")
    for again in (press(nicepay, page, "approve"), press(nicepay, page, "refuse"), payment_step(nicepay, txid)):
        assert again.effects == ()
        assert b"paid" in again.answer.body


def test_a_qr_is_paid_on_the_page_of_its_picture(nicepay: InMemory) -> None:
    answer = nicepay.register_at("08", "QSHP")
    path = urlsplit(answer["qrUrl"]).path.removeprefix("/nicepay")
    page = get(nicepay, path).answer.body
    assert answer["qrContent"].encode() in page
    press(nicepay, page, "begin")
    assert nicepay.status_of(answer["tXid"]) == "4"
    outcome = press(nicepay, page, "approve")
    assert len(outcome.webhooks) == 1
    assert nicepay.status_of(answer["tXid"]) == "0"
    assert b"paid" in get(nicepay, path).answer.body


def test_the_clerk_looks_the_code_up_and_takes_the_cash(nicepay: InMemory) -> None:
    answer = nicepay.register_at("03", "ALMA")
    page = get(nicepay, "/redirect/v2/payment", tXid=answer["tXid"]).answer.body
    assert answer["payNo"].encode() in page
    press(nicepay, page, "begin")
    assert nicepay.status_of(answer["tXid"]) == "5"
    assert press(nicepay, page, "refuse").effects == ()
    press(nicepay, page, "approve")
    assert nicepay.status_of(answer["tXid"]) == "0"


@pytest.mark.parametrize("path", ["/api/generateQrisImage/nothing", "/redirect/v2/payment"])
def test_an_unknown_transaction_has_a_page_too(nicepay: InMemory, path: str) -> None:
    assert get(nicepay, path).answer.status == 404


def test_nobody_agrees_to_an_order_before_its_payment_step(nicepay: InMemory) -> None:
    txid = nicepay.register_at("05", "DANA")["tXid"]
    form = urlencode({"tXid": txid, "decision": "approve"}).encode()
    outcome = nicepay.request(
        Request(method="POST", path="/redirect/v2/decide", query=b"", headers=FORM, body=form, base_url=BASE)
    )
    assert outcome.webhooks == ()
    assert nicepay.status_of(txid) == "4"


def test_a_decision_about_a_card_an_account_or_about_nothing_is_not_found(nicepay: InMemory) -> None:
    for txid in ("nothing", nicepay.register_card()["tXid"], nicepay.register()["tXid"]):
        form = urlencode({"tXid": txid, "decision": "approve"}).encode()
        outcome = nicepay.request(
            Request(method="POST", path="/redirect/v2/decide", query=b"", headers=FORM, body=form, base_url=BASE)
        )
        assert (outcome.answer.status, outcome.effects) == (404, ())


def test_text_from_the_merchant_is_shown_and_not_run(nicepay: InMemory) -> None:
    txid = nicepay.register_at("05", "DANA", goodsNm="<script>alert(1)</script>", billingPhone='"><script>')["tXid"]
    assert b"<script>" not in payment_step(nicepay, txid).answer.body
