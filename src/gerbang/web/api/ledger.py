"""/v1/ledger: accounts with their totals, and the lines of one payment. Reading only; nobody posts by HTTP."""

from datetime import datetime
from typing import Final

import msgspec
from litestar import get

from gerbang.base import ids
from gerbang.base.money import as_json
from gerbang.web.cursors import Page, Part
from gerbang.web.ownership import payment_id
from gerbang.web.services import Services

_TAGS: Final = ["ledger"]


class AccountView(msgspec.Struct, frozen=True):
    """Totals in minor units, of assets as text; `balance` is debit less credit."""

    account: str
    currency: str
    debit: int | str
    credit: int | str
    balance: int | str


class PostingView(msgspec.Struct, frozen=True):
    """One line: `debit` grows by `amount`, `credit` gives it. Base units of an asset are text."""

    posting: str
    kind: str
    debit: str
    credit: str
    amount: int | str
    currency: str
    refund: str | None
    posted_at: datetime


@get("/v1/ledger/accounts", summary="Accounts and their totals", tags=_TAGS)
async def list_accounts(services: Services, part: Part) -> Page[AccountView]:
    """Per account and currency; the balances of one currency add up to zero."""
    found = await services.ledger.accounts()
    views = [
        AccountView(b.account, b.currency, *(as_json(n, b.currency) for n in (b.debit, b.credit, b.debit - b.credit)))
        for b in found
    ]
    return await part.of("ledger-accounts", views)


@get("/v1/ledger/postings", summary="The ledger lines of a payment", tags=_TAGS)
async def list_postings(services: Services, part: Part, payment: str) -> Page[PostingView]:
    """Oldest first."""
    details = await services.payments.get(payment_id(payment))
    lines = await services.ledger.postings(details.payment.id)
    views = [
        PostingView(
            posting=ids.show("pst", line.posting),
            kind=line.kind,
            debit=line.debit,
            credit=line.credit,
            amount=as_json(line.amount, line.currency),
            currency=line.currency,
            refund=ids.show("ref", line.refund) if line.refund else None,
            posted_at=line.posted_at,
        )
        for line in lines
    ]
    return await part.of(f"ledger-postings-{details.payment.id}", views)


HANDLERS: Final = [list_accounts, list_postings]
