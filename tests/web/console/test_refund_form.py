"""The form of a refund over real HTTP, and for currencies with cents as values: amounts as people type them, and what is wrong beside its field."""

from collections.abc import AsyncIterator
from html import unescape

import httpx
import pytest

from gerbang.core.identity.model import Role
from gerbang.core.payments.model import PaymentDetail, PaymentStatus
from gerbang.web.console import refund_form
from tests.web.checkout.example_payments import attempt, payment
from tests.web.console.test_operators import Shop, a_paid_payment, hidden, signed_in

DOLLARS = PaymentDetail(
    payment(PaymentStatus.PAID, amount=4_850, currency="USD", amount_captured=4_850),
    (attempt(amount=4_850, currency="USD", captured=4_850),),
    (),
)


@pytest.fixture
async def desk(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which somebody of finance is signed in."""
    browser = await signed_in(shop[0], Role.FINANCE)
    yield browser
    await browser.aclose()


@pytest.mark.parametrize("typed", ["150000", "150.000", "Rp 150.000", "rp150.000,-", "150 000", "IDR 150.000,00"])
@pytest.mark.asyncio(loop_scope="module")
async def test_an_amount_to_give_back_is_read_as_people_write_it(
    one_shop: Shop, one_desk: httpx.AsyncClient, typed: str
) -> None:
    edge, sandbox = one_shop
    made = await a_paid_payment(edge, sandbox)
    address = f"/console/payments/{made}/refund"
    form = {"key": hidden(await one_desk.get(address), "key"), "amount": typed, "reason": "Barang habis"}
    done = await one_desk.post(address, data=form)
    again = await one_desk.post(address, data={**form, "amount": "150000"})
    assert done.headers["location"] == again.headers["location"] == f"/console/payments/{made}?done=refunded"
    (refund,) = (await edge.get(f"/v1/payments/{made}")).json()["refunds"]
    assert (refund["amount"], refund["currency"]) == (150_000, "IDR")


async def test_what_is_wrong_with_a_refund_stands_beside_its_field_and_what_was_typed_stays(
    shop: Shop, desk: httpx.AsyncClient
) -> None:
    edge, sandbox = shop
    made = await a_paid_payment(edge, sandbox)
    for typed, said in {
        "150rb": "Tulis jumlahnya dengan angka, seperti Rp\u00a0150.000",
        "": "Tulis jumlahnya dengan angka, seperti Rp\u00a0150.000",
        "1500.50": "Tulis jumlahnya dengan angka, seperti Rp\u00a0150.000",
        "USD 12.50": "mata uang lain; pembayarannya dalam IDR",
        "0": "paling banyak Rp\u00a0150.000",
        "Rp 150.001": "paling banyak Rp\u00a0150.000",
    }.items():
        form = {"key": "k", "amount": typed, "reason": "Barang habis"}
        answer = await desk.post(f"/console/payments/{made}/refund", data=form)
        assert answer.status_code == 422, typed
        page = unescape(answer.text)
        assert said in page.partition('class="err"')[2], typed
        assert page.count('class="err"') == 1, typed
        assert f'value="{typed}"' in page
        assert 'value="Barang habis"' in page
    both = await desk.post(f"/console/payments/{made}/refund", data={"key": "k", "amount": "x", "reason": "x"})
    assert both.text.count('class="err"') == 2
    assert await edge.count("refunds") == 0


@pytest.mark.parametrize("field", refund_form.FIELDS)
async def test_a_card_number_in_a_refund_is_not_kept_and_not_shown_again(
    shop: Shop, desk: httpx.AsyncClient, field: str
) -> None:
    """R14"""
    edge, sandbox = shop
    made = await a_paid_payment(edge, sandbox)
    form = {"key": "k", "amount": "150.000", "reason": "Barang habis", field: "4111 1111 1111 1111"}
    answer = await desk.post(f"/console/payments/{made}/refund", data=form)
    assert answer.status_code == 422
    assert "mirip nomor kartu" in answer.text
    (entry,) = await edge.noted("card_data.refused")
    assert entry["detail"] == {"pointer": f"/{field}"}
    assert "41111111" not in (answer.text + str(entry)).replace(" ", "")
    assert await edge.count("refunds") == 0


@pytest.mark.parametrize(
    ("typed", "minor"), [("12,50", 1_250), ("12.50", 1_250), ("$ 48.5", 4_850), ("USD 48,50", 4_850)]
)
def test_cents_may_be_written_with_a_comma_or_a_point(typed: str, minor: int) -> None:
    assert refund_form.read({"amount": typed, "reason": "sold out"}, DOLLARS, "en") == (minor, {})


def test_what_could_mean_two_amounts_gives_back_neither() -> None:
    amount, wrong = refund_form.read({"amount": "1.234", "reason": "sold out"}, DOLLARS, "en")
    assert amount == 0
    assert "like USD\u00a048.50" in wrong["amount"]
