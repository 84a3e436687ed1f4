"""What people typed, cut and cleaned to NICEPAY's field table (A letters, N digits, AN both; lengths in characters). Pure."""

from collections.abc import Callable
from typing import Final

from gerbang.base import phone
from gerbang.base.text import latin

_COUNTRY: Final = "ID"
_SEPARATORS: Final = "-_/.,;:+&"


def letters(text: str, limit: int) -> str:
    """ASCII letters and single spaces: "Ayu O'Brien-Sánchez" is "Ayu OBrien Sanchez"."""
    return _kept(text, limit, str.isalpha)


def words(text: str, limit: int) -> str:
    """ASCII letters, digits and single spaces."""
    return _kept(text, limit, str.isalnum)


def phone_digits(text: str) -> str:
    """A phone number as digits with its country's code: "+62 812-3456-7890" is "6281234567890"; at most 15 by E.164, empty for none."""
    return phone.known(text).removeprefix("+")


def local_phone(text: str) -> str:
    """The same as Indonesians write it, with a 0 instead of 62: what every sample of a wallet's phone looks like. Empty for one that is
    no mobile of Indonesia, which no wallet there knows.
    """
    number = phone.known(text)
    return phone.national(number) if phone.is_mobile(number, _COUNTRY) else ""


def email(text: str, limit: int) -> str:
    """The address itself, or nothing: half an address would be somebody else's."""
    whole = text.strip()
    return whole if whole.isascii() and whole.isprintable() and 3 <= len(whole) <= limit and "@" in whole else ""


def _kept(text: str, limit: int, wanted: Callable[[str], bool]) -> str:
    plain = latin(text[: 4 * limit])
    spaced = "".join([char if char.isascii() and wanted(char) else _gap(char) for char in plain])
    return " ".join(spaced.split())[:limit].rstrip()


def _gap(char: str) -> str:
    return " " if char in _SEPARATORS or char.isspace() else ""
