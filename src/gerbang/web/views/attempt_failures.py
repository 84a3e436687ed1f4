"""Why an attempt did not work, in three forms: to the API, to the payer, and to the operator. The words stand in texts/declines.py."""

from typing import Final

import msgspec
from markupsafe import Markup

from gerbang.base.formats import Locale, locale_of
from gerbang.core.payments.model import Failure
from gerbang.ports.declines import DeclineCode
from gerbang.web import texts
from gerbang.web.texts.declines import DECLINES

_KNOWN: Final = frozenset(str(code) for code in DECLINES)


class FailureView(msgspec.Struct, frozen=True):
    """`code` is stable and the same for every provider; `detail` and `provider_code` are the provider's own words and code (empty when it
    gave none); `payer_message` may be shown to the payer as it is, in the payer's language.
    """

    code: str
    detail: str
    provider_code: str
    payer_message: str


def failure_view(failure: Failure | None, locale: str) -> FailureView | None:
    """A failure as clients of the API see it."""
    if failure is None:
        return None
    return FailureView(failure.code, failure.detail, failure.provider_code, to_payer(failure, locale_of(locale)))


def code_for_payer(failure: Failure) -> str:
    """The code as its payer may know it: what a bank suspects reads like any other refusal."""
    kept = {DeclineCode.CARD_BLOCKED, DeclineCode.SUSPECTED_FRAUD}
    return DeclineCode.CARD_DECLINED.value if failure.code in kept else failure.code


def to_payer(failure: Failure | None, locale: Locale) -> str:
    """What a payer reads: what happened as far as it is theirs to know, and what helps."""
    return DECLINES[_code(failure)].payer[locale == "en"]


def to_operator(failure: Failure, locale: Locale) -> str:
    """What an operator reads: what it means, what helps, and the provider's own words behind it."""
    said = " · ".join(part for part in (failure.provider_code, failure.detail) if part)
    return f"{DECLINES[_code(failure)].operator[locale == 'en']} (`{failure.code}`: {said})"


_SAID_OF_REFUNDS: Final = {
    "The provider has not confirmed it.": "refund.why.unconfirmed",
    "Nobody approved it in time.": "refund.why.lapsed",
    "The money was taken back.": "refund.why.taken",
}


def of_refund(said: str, locale: Locale) -> Markup:
    """Why a refund failed or is in doubt, as an operator reads it; `said` is what is kept of it: a code and the provider's own words."""
    code, _, words = said.partition(": ")
    if said in _SAID_OF_REFUNDS:
        return texts.words(locale)(_SAID_OF_REFUNDS[said])
    if code == "Refused":
        return texts.words(locale)("refund.why.refused", note=words)
    return texts.marked(to_operator(Failure(code, words), locale)) if code in _KNOWN else Markup("{}").format(said)


def _code(failure: Failure | None) -> DeclineCode:
    return DeclineCode(failure.code) if failure and failure.code in _KNOWN else DeclineCode.PAYMENT_FAILED
