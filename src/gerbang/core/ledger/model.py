"""Postings and the chart of accounts. Pure."""

from typing import Final
from uuid import UUID

import msgspec

SALES: Final = "sales"
FEES: Final = "fees"
BANK: Final = "bank"
REFUNDS: Final = "refunds"
REFUNDS_PAYABLE: Final = "refunds_payable"
PAYER_CREDIT: Final = "payer_credit"
DISPUTE_RECEIVABLE: Final = "dispute_receivable"
DISPUTE_LOSS: Final = "dispute_loss"
SHIPPING: Final = "shipping"  # what buyers pay for carriage, and what it costs
ADJUSTMENTS: Final = "adjustments"
UNCLASSIFIED: Final = "unclassified"  # money that moved, and nobody knows what for


def clearing(connection: str) -> str:
    """The account for money that a provider holds for us."""
    return f"clearing:{connection}"


def wallet(network: str, asset: str) -> str:
    """The account for an asset in a wallet of our own."""
    return f"wallet:{network}:{asset}"


def exchange(asset: str) -> str:
    """The account in which an asset stands against the price that it was taken for."""
    return f"exchange:{asset}"


class Line(msgspec.Struct, frozen=True):
    """`amount` minor units of `currency` moved: `debit` grows, `credit` gives. Balanced by its form."""

    debit: str
    credit: str
    amount: int
    currency: str


class Posting(msgspec.Struct, frozen=True):
    """Lines that belong together, and what they are about. `id` is given by who keeps it beside its own object; None makes one."""

    kind: str
    lines: tuple[Line, ...]
    payment: UUID | None = None
    attempt: UUID | None = None
    refund: UUID | None = None
    id: UUID | None = None
