"""Who may pay in crypto at all: a business in Indonesia takes rupiah from people there, unless its owner says why it may do otherwise."""

from typing import Final

from gerbang.base.db import Database
from gerbang.base.errors import FieldError
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import recent, record
from gerbang.core.payments.crypto.rates import QuoteTerms
from gerbang.core.payments.model import MethodUnavailable

OBJECT: Final = "setting:GERBANG_CRYPTO_REASON"
_HINT: Final = (
    "In Indonesia the rupiah is the only means of payment. GERBANG_BUSINESS_COUNTRY, GERBANG_CRYPTO_HIDDEN_FOR and GERBANG_CRYPTO_REASON say"
    " what holds here."
)


def is_hidden(terms: QuoteTerms, currency: str, phone: str) -> bool:
    """Whether crypto is no way to pay a price in this currency, or for a payer with this telephone (E.164, or empty)."""
    return currency in terms.hidden_for or phone.startswith(terms.hidden_phones)


def refuse_hidden(terms: QuoteTerms, currency: str, phone: str) -> None:
    """Raise MethodUnavailable where crypto is hidden."""
    if currency in terms.hidden_for:
        said = f"Prices in {currency} are not to be paid in crypto here."
        raise MethodUnavailable(said, hint=_HINT, errors=[FieldError("/method", "Not for this currency.")])
    if is_hidden(terms, currency, phone):
        said = "Payers from this country do not pay in crypto here."
        raise MethodUnavailable(said, hint=_HINT, errors=[FieldError("/method", "Not for this payer's country.")])


async def note_reason(db: Database, reason: str) -> None:
    """Have it in the audit, once a change, that the owner switched crypto on, and why, or off again."""
    async with db.transaction() as tx:
        earlier = await recent(tx, OBJECT, 1)
        known = earlier[0].detail.get("reason", "") if earlier else ""
        if known != reason:
            action = "crypto.allowed" if reason else "crypto.forbidden"
            await record(tx, [Entry("system:settings", action, OBJECT, {"reason": reason})])
