"""The hosted page of a virtual account that was registered without a bank: the payer chooses one there, and Bank DKI is among them."""

from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from gerbang.ports.simulator import Impossible, Request
from gerbang.providers.nicepay.simulator import NicepaySimulator
from tests.sandbox.merchant import MERCHANTS, InMemory, registration

BASE = "http://sandbox.test/nicepay"
FORM = {"content-type": "application/x-www-form-urlencoded"}
BANKS = {"CENA", "BRIN", "BMRI", "IBBK", "BNIN", "BBBA", "BNIA", "BDIN", "HNBN", "BDKI"}


@pytest.fixture
def nicepay() -> InMemory:
    return InMemory()


def hosted(nicepay: InMemory, **changes: Any) -> str:
    body = registration(**{"bankCd": "", "callBackUrl": "http://shop.test/back", **changes})
    answer = nicepay.send("/redirect/v2/registration", body)
    assert (answer["resultCd"], answer["bankCd"], answer["vacctNo"]) == ("0000", None, None)
    assert answer["vacctValidDt"] == "20250117"
    return str(answer["tXid"])


def opened(nicepay: InMemory, txid: str) -> str:
    query = urlencode({"tXid": txid}).encode()
    return nicepay.request(
        Request(method="GET", path="/redirect/v2/payment", query=query, headers={}, body=b"", base_url=BASE)
    ).answer.body.decode()


def chosen(nicepay: InMemory, txid: str, bank: str) -> str:
    body = urlencode({"tXid": txid, "bankCd": bank}).encode()
    return nicepay.request(
        Request(method="POST", path="/redirect/v2/bank", query=b"", headers=FORM, body=body, base_url=BASE)
    ).answer.body.decode()


def test_the_page_offers_every_bank_and_gives_the_number_of_the_one_that_is_pressed(nicepay: InMemory) -> None:
    txid = hosted(nicepay)
    page = opened(nicepay, txid)
    assert {bank for bank in BANKS if f'value="{bank}"' in page} == BANKS
    before = nicepay.inquire(txid)
    assert (before["status"], before["bankCd"], before["vacctNo"]) == ("3", None, None)
    number = f"990110000{txid[-7:]}"
    assert f"BDKI {number}" in chosen(nicepay, txid, "BDKI")
    assert f"BDKI {number}" in opened(nicepay, txid)
    after = nicepay.inquire(txid)
    assert (after["bankCd"], after["vacctNo"]) == ("BDKI", number)


def test_the_first_choice_stands(nicepay: InMemory) -> None:
    txid = hosted(nicepay)
    first = chosen(nicepay, txid, "CENA")
    assert chosen(nicepay, txid, "BRIN") == first


def test_it_is_paid_by_the_number_once_there_is_one(nicepay: InMemory) -> None:
    txid = hosted(nicepay)
    with pytest.raises(Impossible):
        nicepay.act("pay", reference=txid)
    chosen(nicepay, txid, "BDKI")
    (told,) = nicepay.act("pay", number=f"990110000{txid[-7:]}").webhooks
    assert b"bankCd=BDKI" in told.body
    assert nicepay.inquire(txid)["status"] == "0"


def test_a_bank_that_is_none_is_refused_on_the_page_and_changes_nothing(nicepay: InMemory) -> None:
    txid = hosted(nicepay)
    assert 'role="alert"' in chosen(nicepay, txid, "XXXX")
    assert nicepay.inquire(txid)["vacctNo"] is None


def test_a_customer_who_always_pays_to_one_number_gets_it_at_the_bank_of_choice(nicepay: InMemory) -> None:
    txid = hosted(nicepay, merFixAcctId="4711")
    assert "CENA 3935500000004711" in chosen(nicepay, txid, "CENA")


def test_nobody_chooses_for_an_order_that_is_over(nicepay: InMemory) -> None:
    txid = hosted(nicepay)
    nicepay.act("expire", reference=txid)
    assert "Sudah selesai" in chosen(nicepay, txid, "CENA")


def test_the_journal_brings_the_choice_back(nicepay: InMemory) -> None:
    txid = hosted(nicepay)
    chosen(nicepay, txid, "BDKI")
    twin = NicepaySimulator(MERCHANTS)
    for effect in nicepay.effects:
        twin.replay(effect)
    assert msgspec.to_builtins(twin.orders(1)) == msgspec.to_builtins(nicepay.simulator.orders(1))


def test_the_merchants_own_page_must_name_a_bank(nicepay: InMemory) -> None:
    assert nicepay.register(bankCd="")["resultCd"] == "9205"
    assert nicepay.register(bankCd="BDKI")["vacctNo"].startswith("990110000")
