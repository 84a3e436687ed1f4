"""Who collects for NICEPAY beside banks and cards: shops, wallets, lenders and QR issuers by their mitraCd (notes 3.3). Names only."""

from collections.abc import Mapping
from typing import Final

from gerbang.providers.nicepay.simulator.orders import (
    ANY_METHOD,
    CARD,
    CONVENIENCE_STORE,
    DIRECT_DEBIT,
    EWALLET,
    PAYLOAN,
    QRIS,
    VIRTUAL_ACCOUNT,
)

OVO: Final = "OVOE"
LINKAJA: Final = "LINK"
SHOPEEPAY: Final = "ESHP"
AKULAKU: Final = "AKLP"
ALFAMART: Final = "ALMA"
PARTNERS: Final[Mapping[str, Mapping[str, str]]] = {
    CONVENIENCE_STORE: {ALFAMART: "Alfamart", "INDO": "Indomaret"},
    DIRECT_DEBIT: {"JENC": "Jenius"},
    EWALLET: {OVO: "OVO", "DANA": "DANA", LINKAJA: "LinkAja", SHOPEEPAY: "ShopeePay"},
    PAYLOAN: {"KDVI": "Kredivo", AKULAKU: "Akulaku", "IDNA": "Indodana"},
    QRIS: {"QSHP": "ShopeePay QRIS", "NOBU": "Nobu QRIS"},
}
METHOD_NAMES: Final[Mapping[str, str]] = {
    ANY_METHOD: "card",
    CARD: "card",
    VIRTUAL_ACCOUNT: "virtual_account",
    CONVENIENCE_STORE: "convenience_store",
    DIRECT_DEBIT: "direct_debit",
    EWALLET: "ewallet",
    PAYLOAN: "paylater",
    QRIS: "qris",
}
# What a payer's refusal is called in the callback, and the code for a partner that nobody knows.
REFUSED_BY_PAYER: Final[Mapping[str, str]] = {DIRECT_DEBIT: "9806", EWALLET: "9752", PAYLOAN: "9030", QRIS: "9752"}
UNKNOWN_PARTNER: Final[Mapping[str, str]] = {
    CONVENIENCE_STORE: "9505",
    DIRECT_DEBIT: "9802",
    EWALLET: "9751",
    PAYLOAN: "9003",
    QRIS: "9751",
}


def title(method: str, partner: str) -> str:
    """The partner as payers know it; empty where the method has none."""
    return PARTNERS.get(method, {}).get(partner, "")
