"""What people typed, cut and cleaned to NICEPAY's field table (A letters, N digits, AN both; lengths in characters). Pure."""

import unicodedata
from collections.abc import Callable
from ipaddress import AddressValueError, IPv4Address
from typing import Final

_SEPARATORS: Final = "-_/.,;:+&"


def letters(text: str, limit: int) -> str:
    """ASCII letters and single spaces: "Ayu O'Brien-Sánchez" is "Ayu OBrien Sanchez"."""
    return _kept(text, limit, str.isalpha)


def words(text: str, limit: int) -> str:
    """ASCII letters, digits and single spaces."""
    return _kept(text, limit, str.isalnum)


def digits(text: str, limit: int) -> str:
    """Digits only: "+62 812-3456-7890" is "6281234567890"; empty when there are more than `limit`, since a part is a wrong number."""
    kept = "".join([char for char in text if char.isascii() and char.isdigit()])
    return kept if len(kept) <= limit else ""


def local_phone(text: str, limit: int) -> str:
    """The same as Indonesians write it, with a 0 instead of 62: what every sample of a wallet's phone looks like."""
    kept = digits(text, limit)
    return "0" + kept.removeprefix("62") if kept.startswith("62") else kept


def email(text: str, limit: int) -> str:
    """The address itself, or nothing: half an address would be somebody else's."""
    whole = text.strip()
    return whole if whole.isascii() and whole.isprintable() and 3 <= len(whole) <= limit and "@" in whole else ""


def ipv4(text: str) -> str:
    """A dotted IPv4 address, or nothing: their field has no room for IPv6."""
    try:
        return str(IPv4Address(text))
    except AddressValueError:
        return ""


def _kept(text: str, limit: int, wanted: Callable[[str], bool]) -> str:
    plain = text if text.isascii() else unicodedata.normalize("NFKD", text[: 4 * limit])
    spaced = "".join([char if char.isascii() and wanted(char) else _gap(char) for char in plain])
    return " ".join(spaced.split())[:limit].rstrip()


def _gap(char: str) -> str:
    return " " if char in _SEPARATORS or char.isspace() else ""
