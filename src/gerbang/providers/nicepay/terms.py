"""What a NICEPAY connection offers, method by method, with what each declares. Pure.

No registration moves money, not even a wallet's: the payer's own browser asks for the payment afterwards, once the tXid stands in our
books. So every method only instructs.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from gerbang.ports.payment import Account, Lookup, Method, MethodOption, MethodTerms, SubmissionEffect
from gerbang.providers.nicepay.account import (
    BANKS,
    DEBITS,
    LENDERS,
    PAID_TO_A_NUMBER,
    PAY_METHODS,
    STORES,
    WALLETS,
    chosen,
    imid,
    longest_expiry_s,
    number,
    setting,
)
from gerbang.providers.nicepay.facts import CURRENCY

# Of each method: the field of `method_options`, what may stand in it, and the setting that says which of those are activated.
OPTIONS: Final[Mapping[Method, tuple[str, Mapping[str, str], str]]] = {
    Method.VIRTUAL_ACCOUNT: ("bank", BANKS, "banks"),
    Method.CONVENIENCE_STORE: ("store", STORES, "stores"),
    Method.EWALLET: ("wallet", WALLETS, "wallets"),
    Method.PAYLATER: ("lender", LENDERS, "lenders"),
    Method.DIRECT_DEBIT: ("bank", DEBITS, ""),
}
_TITLES: Final = {
    "BCA": "BCA",
    "BRI": "BRI",
    "MANDIRI": "Bank Mandiri",
    "BNI": "BNI",
    "PERMATA": "PermataBank",
    "CIMB": "CIMB Niaga",
    "DANAMON": "Danamon",
    "MAYBANK": "Maybank",
    "HANA": "KEB Hana",
    "ALFAMART": "Alfamart",
    "INDOMARET": "Indomaret",
    "OVO": "OVO",
    "DANA": "DANA",
    "LINKAJA": "LinkAja",
    "SHOPEEPAY": "ShopeePay",
    "KREDIVO": "Kredivo",
    "AKULAKU": "Akulaku",
    "INDODANA": "Indodana",
    "JENIUS": "Jenius",
}
_MOBILE_OF: Final = {"OVO": "ID"}  # it asks in the app of this number; everybody else asks on a page
_TWELVE_DIGITS: Final = 999_999_999_999


def offered(account: Account) -> Sequence[MethodTerms]:
    """What is activated and has a merchant id."""
    active = chosen(account, "methods")
    return [_terms(account, method) for method in PAY_METHODS if method.value in active and imid(account, method)]


def options(account: Account, method: Method) -> tuple[str | None, tuple[MethodOption, ...]]:
    """The field of `method_options` that a method asks for, and what may stand in it; None for a method that asks for none."""
    option, known, activated = OPTIONS.get(method, (None, {}, ""))
    names = [name for name in setting(account, activated).split() if name in known] if activated else list(known)
    return option, tuple([MethodOption(name, _TITLES[name], _MOBILE_OF.get(name, "")) for name in names])


def _terms(account: Account, method: Method) -> MethodTerms:
    option, choices = options(account, method)
    gives_back = method not in PAID_TO_A_NUMBER
    return MethodTerms(
        method=method,
        effect=SubmissionEffect.INSTRUCTS,
        lookup=Lookup.BY_THEIRS,
        currency=CURRENCY,
        least=number(account, f"least_{method}"),
        most=min(number(account, f"most_{method}"), _TWELVE_DIGITS),
        option=option,
        options=choices,
        cancel=not gives_back or method is Method.CARD,
        refund=gives_back,
        partial_refund=gives_back and method.value in chosen(account, "partial_refunds"),
        longest_expiry_s=longest_expiry_s(account, method),
    )
