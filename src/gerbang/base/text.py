"""Text that people typed or pasted: what cannot be seen and means nothing goes, what means something stays. One place for all of it. Pure.

`clean` is for what people read (names, descriptions), `plain` for what machines read (amounts, numbers, ids, references), `latin` for
providers whose fields hold ASCII only.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from anyascii import anyascii

_ZWNJ: Final = "\u200c"
_ZWJ: Final = "\u200d"
# behind it begin the scripts, and far behind them the emoji, in which a joiner changes what is seen
_LAST_LATIN: Final = "\u02ff"
_BLACK_FLAG: Final = "\U0001f3f4"
_TAG_END: Final = "\U000e007f"
_KEYCAP: Final = "\u20e3"
_LINE_ENDS: Final = frozenset("\n\r\x0b\x0c\x85\u2028\u2029")
# Blank letters and marks that Unicode does not count among the invisible formats.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_RUNS: Final = re.compile(r"\s+")


def clean(text: str, *, lines: bool = True) -> str:
    """The text in NFC without control and direction characters, zero-width and soft marks; spaces of every width are plain ones.

    Joiners stay between letters and pictures that they join, variation selectors behind what they vary, tags in a flag. Without `lines`
    the text becomes one line.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = unicodedata.normalize("NFC", "".join(_kept(text))).strip()
    return kept if lines else _RUNS.sub(" ", kept)


def plain(text: str) -> str:
    """One line in compatibility form (NFKC): digits of every script are 0-9, every dash is `-`, no mark is left that cannot be seen."""
    if text.isascii() and text.isprintable():
        return text.strip()
    seen = "".join([_plain(char) for char in unicodedata.normalize("NFKC", text) if not _is_joined(char)])
    return clean(seen, lines=False)


def latin(text: str) -> str:
    """The letters and digits of every script in ASCII, as they sound: `Łukasz Ørsted` is `Lukasz Orsted`; pictures and marks are left out."""
    if text.isascii():
        return text
    return "".join([_latin(char) for char in unicodedata.normalize("NFC", text)])


def _latin(char: str) -> str:
    if char.isascii():
        return char
    kind = unicodedata.category(char)
    if kind[0] == "Z":
        return " "
    if kind == "Pd" or char == "\u2212":
        return "-"
    if kind[0] not in "LMN":
        return ""
    split = unicodedata.normalize("NFKD", char)
    bare = "".join([part for part in split if not unicodedata.combining(part)])
    return bare if bare.isascii() else anyascii(char)


def _plain(char: str) -> str:
    if char.isascii():
        return char
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.digit(char))
    return "-" if kind == "Pd" or char == "\u2212" else char


def _is_joined(char: str) -> bool:
    return char in (_ZWJ, _ZWNJ) or _is_selector(char)


def _kept(text: str) -> Iterator[str]:
    """Each character, or what stands for it, or nothing."""
    before, in_flag = "", False
    for place, char in enumerate(text):
        following = text[place + 1 : place + 2]
        in_flag = char == _BLACK_FLAG or (in_flag and _is_tag(char))
        told = _told(char, before, following, in_flag=in_flag)
        if told:
            before = told
            yield told
        if char == _TAG_END:
            in_flag = False


def _told(char: str, before: str, following: str, *, in_flag: bool) -> str:
    if char.isprintable():
        meaningless = char in _BLANK or (_is_selector(char) and not _varies(before, following))
        return "" if meaningless else char
    if char in _LINE_ENDS:
        return "" if char == "\r" and following == "\n" else "\n"
    if char in (_ZWJ, _ZWNJ):
        return char if before > _LAST_LATIN and following > _LAST_LATIN and following not in (_ZWJ, _ZWNJ) else ""
    if _is_tag(char):
        return char if in_flag else ""
    if char == "\t":
        return char
    kind = unicodedata.category(char)
    if kind == "Zs":
        return " "
    return char if kind in ("Co", "Cn") and not _is_no_character(char) else ""


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _varies(before: str, following: str) -> bool:
    """Whether a variation selector stands behind something that has variants: a picture, a keycap's digit, a Han or other letter."""
    if not before or _is_selector(before):
        return False
    return following == _KEYCAP or (before > _LAST_LATIN and not before.isspace()) or before in "\u00a9\u00ae"


def _is_tag(char: str) -> bool:
    return "\U000e0020" <= char <= _TAG_END


def _is_no_character(char: str) -> bool:
    return ord(char) & 0xFFFE == 0xFFFE or "\ufdd0" <= char <= "\ufdef"
