"""What a QRIS code holds: tags, lengths and values of the EMV merchant-presented QR, with its checksum. Pure; no picture is drawn here."""

from typing import Final

_POLYNOMIAL: Final = 0x1021  # CRC-16/CCITT-FALSE, EMV QRCPS 4.7.3
_ISSUERS: Final = {"QSHP": "ID.CO.SHOPEE.WWW", "NOBU": "ID.CO.NOBUBANK.WWW"}


def content(txid: str, partner: str, merchant: str, amount: int) -> str:
    """A dynamic code over so many rupiah for one transaction; nobody can pay it outside this sandbox."""
    account = _tag("00", _ISSUERS[partner]) + _tag("01", "936009180000000000") + _tag("02", txid[-10:])
    fields = (
        _tag("00", "01"),
        _tag("01", "12"),  # for one payment only
        _tag("26", account),
        _tag("52", "5411"),
        _tag("53", "360"),
        _tag("54", str(amount)),
        _tag("58", "ID"),
        _tag("59", merchant[:25] or "SIMULATOR"),
        _tag("60", "Jakarta"),
        _tag("62", _tag("01", txid[-20:])),
    )
    whole = "".join(fields) + "6304"
    return f"{whole}{checksum(whole.encode()):04X}"


def checksum(data: bytes) -> int:
    """CRC-16 with the polynomial 0x1021 and all ones at the start."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ _POLYNOMIAL if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    return crc


def _tag(name: str, value: str) -> str:
    return f"{name}{len(value):02}{value}"
