"""From what somebody was told, or reads on a statement, to the payments that it means."""

import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gerbang.base import phone
from gerbang.base.db import Tx
from gerbang.core.payments import search_store

_APART: Final = re.compile(r"[\s.\-]+")
_MOST_DIGITS: Final = 20


async def find(tx: Tx, text: str, limit: int) -> Sequence[UUID]:
    """Ids of payments, newest first, by order reference, number to pay to, provider's reference, payer's e-mail, phone or name, address or
    transaction on a chain; letters may be large or small.
    """
    written = text.strip()
    digits = sum(char.isdigit() for char in written)
    number = phone.known(text) if 0 < digits <= _MOST_DIGITS else ""
    return await search_store.find(tx, written, _APART.sub("", written), number, limit) if written else []
