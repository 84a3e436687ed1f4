"""Reading the number of a bank account or of e-money as people write it: digits, grouped or behind the words that call it one; or refusing it. Pure."""

import re
from typing import Final

from gerbang.base.text import plain

SHORTEST: Final = 5
LONGEST: Final = 20
_CALLED: Final = re.compile(
    r"(?:(?:no(?:mor|\.)?|nr\.?|a/c|#)\s{0,2})?(?:(?:rek(?:ening|\.)?|norek|account|acct?|akun|va)\b\.?\s{0,2})?"
    r"(?:(?:no(?:mor|\.)?|number)\s{0,2})?[:=]?\s{0,2}(?=[0-9])",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"[0-9](?:[ .\-]{0,3}[0-9])*")
_MOBILE: Final = re.compile(r"(?:0|62)8[1-9][0-9]{7,10}")
_E_MONEY: Final = re.compile(
    r"go\s?pay|gojek|ovo|dana|shopee|spay|link\s?aja|isaku|astra\s?pay|doku|e-?wallet|dompet|e-?money|jenius|sakuku|linkaja",
    re.IGNORECASE,
)


class BadAccount(ValueError):
    """The text is no account number: `digits` of them stand in it, which are too few, too many, or not alone."""

    def __init__(self, digits: int, *, alone: bool) -> None:
        super().__init__(digits)
        self.digits = digits
        self.alone = alone


def read(text: str) -> str:
    """The digits of an account number; raises BadAccount for whatever holds anything else that means something."""
    typed = plain(text)
    bare = _CALLED.sub("", typed, count=1) if _CALLED.match(typed) else typed
    alone = _DIGITS.fullmatch(bare) is not None
    digits = "".join([char for char in bare if char.isdigit()])
    if not alone or not SHORTEST <= len(digits) <= LONGEST:
        raise BadAccount(len(digits), alone=alone)
    return digits


def is_telephone_at_bank(bank: str, digits: str) -> bool:
    """Whether the number looks like an Indonesian mobile's, which e-money has for an account, and the bank is no e-money."""
    return _MOBILE.fullmatch(digits) is not None and not _E_MONEY.search(bank)
