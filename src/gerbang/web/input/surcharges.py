"""Lines of a bill that are named like a fee for the way somebody pays, which a merchant must not ask for in Rupiah. Pure."""

import re
from typing import Final

from gerbang.base.text import plain

_FEE: Final = re.compile(
    r"\b(?:biaya|bea|ongkos|beban|tambahan|charge|surcharge|fee|mdr|admin|administrasi)\b", re.IGNORECASE
)
_WAY: Final = re.compile(
    r"\b(?:qris|va|virtual account|kartu(?: kredit| debit)?|(?:credit|debit)? ?cards?|e-?wallet|dompet digital|ovo|dana|gopay|linkaja"
    r"|bank(?! (?:sampah|darah|soal|makanan))|bca|bri|bni|btn|bsi|permata ?bank|cimb|niaga|danamon|maybank"
    r"|shopee ?pay|alfamart|indomaret|minimarket|convenience store|paylater|kredivo|akulaku|indodana|jenius|transfer(?: bank)?|bank transfer"
    r"|crypto|kripto|usdc|usdt|metode (?:bayar|pembayaran)|cara (?:bayar|pembayaran)|payment method)\b",
    re.IGNORECASE,
)
# What is a fee for paying however one pays, as the whole name of a line.
_FOR_PAYING: Final = re.compile(
    r"(?:(?:card |payment )?surcharge|(?:payment|transaction|processing|convenience)(?: processing)? (?:fee|charge|surcharge)s?"
    r"|(?:biaya|fee|tambahan)(?: (?:layanan|admin|administrasi|proses|pemrosesan))? (?:pembayaran|transaksi))",
    re.IGNORECASE,
)
_BORROWED: Final = re.compile(r"\bdana (?:darurat|pendidikan|sosial|haji|pensiun|bantuan)\b", re.IGNORECASE)


def is_surcharge(name: str) -> bool:
    """Whether a line of this name asks for more because of the way somebody pays: a fee and a way to pay beside it, or a fee for paying."""
    words = _BORROWED.sub("", plain(name))
    if _FOR_PAYING.fullmatch(" ".join(words.split())):
        return True
    return _FEE.search(words) is not None and _WAY.search(words) is not None
