"""Fees for a way to pay by their names: found however they are written, and nothing else taken for one."""

import pytest

from gerbang.base.errors import Invalid
from gerbang.web.input.bodies import ItemBody, check_items
from gerbang.web.input.surcharges import is_surcharge

FEES = (
    "Biaya admin QRIS",
    "biaya ADMIN  virtual account",
    "Biaya layanan kartu kredit",
    "Fee OVO",
    "Card surcharge",
    "Admin fee (bank transfer)",
    "MDR QRIS 0,7%",
    "Biaya tambahan metode pembayaran",
    "Ｂｉａｙａ ＱＲＩＳ",
    "Biaya Alfamart",
    "Biaya layanan BCA",
    "Biaya admin bank",
    "Surcharge",
    "Payment fee",
    "Biaya pembayaran",
    "Biaya  Layanan  Pembayaran",
    "Transaction fee",
)
GOODS = (
    "Kopi Gayo",
    "Biaya kirim",
    "Biaya administrasi kelas",
    "Dana darurat, biaya tahunan",
    "Kartu ucapan",
    "Dompet digital lucu (gantungan kunci)",
    "Stiker QRIS",
    "Delivery fee",
    "Ongkos kirim JNE",
    "Kartu perdana",
    "Biaya bank sampah",
    "Biaya layanan",
    "Service charge",
    "Biaya mandiri",
    "Permata (cincin)",
    "Pembayaran sekolah",
    "Biaya pembayaran pajak",
)


@pytest.mark.parametrize("name", FEES)
def test_a_fee_for_a_way_to_pay_is_refused_in_rupiah_by_its_name(name: str) -> None:
    assert is_surcharge(name)
    with pytest.raises(Invalid) as refused:
        check_items([ItemBody("Kopi", 10_000), ItemBody(name, 2_000, "service")], 12_000, "IDR")
    assert [one.pointer for one in refused.value.errors] == ["/items/1/name"]


@pytest.mark.parametrize("name", GOODS)
def test_what_is_no_such_fee_is_taken(name: str) -> None:
    check_items([ItemBody(name, 12_000)], 12_000, "IDR")


def test_a_discount_for_a_way_to_pay_is_none() -> None:
    check_items([ItemBody("Kopi", 12_000), ItemBody("Diskon biaya admin QRIS", -2_000, "discount")], 10_000, "IDR")
