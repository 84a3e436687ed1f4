"""The outer shape of refunds and where they go. Pure: what is shown, not what may be seen."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from gerbang.base import ids
from gerbang.base.money import as_json
from gerbang.core.payments.model import CryptoAmount, Refund, RefundStatus
from gerbang.core.payments.refunds.model import NamedDestination


class DestinationView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A bank account, or for crypto an `address` on `network` that `amount` base units of `asset` are due to. `version` grows with every
    change; `named_by` is `payer:…`, `user:…` or `key:…`, and `link_issued_by` who made the payer's link, if it was not the mailed one.
    """

    bank: str = ""
    account: str = ""
    name: str = ""
    address: str = ""
    network: str = ""
    asset: str = ""
    amount: str = ""
    version: int = 0
    named_by: str = ""
    named_at: datetime | None = None
    link_issued_by: str = ""


class RefundView(msgspec.Struct, frozen=True):
    """A refund. `related_refunds`: the others that the same request made, because the money had come over several attempts.
    `approval`: `not_needed`, `pending`, `approved`, `refused` or `expired`.
    """

    id: str
    payment: str
    attempt: str
    amount: int | str
    currency: str
    status: RefundStatus
    reason: str
    provider_reference: str | None
    failure: str | None
    created_at: datetime
    updated_at: datetime
    requested_by: str = ""
    destination: DestinationView | None = None
    related_refunds: Sequence[str] = ()
    approval: str = "not_needed"


def refund_view(
    refund: Refund, destination: DestinationView | None = None, others: Sequence[Refund] = ()
) -> RefundView:
    """A refund as the business sees it; `destination` only for who will transfer it."""
    return RefundView(
        id=ids.show("ref", refund.id),
        payment=ids.show("pay", refund.payment_id),
        attempt=ids.show("att", refund.attempt_id),
        amount=as_json(refund.amount, refund.currency),
        currency=refund.currency,
        status=refund.status,
        reason=refund.reason,
        provider_reference=refund.provider_reference,
        failure=refund.failure,
        created_at=refund.created_at,
        updated_at=refund.updated_at,
        requested_by=refund.requested_by,
        destination=destination,
        approval=refund.approval,
        related_refunds=[ids.show("ref", one.id) for one in others],
    )


def destination_view(versions: Sequence[NamedDestination], coins: CryptoAmount | None) -> DestinationView | None:
    """Where a refund goes, as far as somebody has said so."""
    if not versions:
        return None
    named, to = versions[0], versions[0].to
    sums = (coins.network, coins.asset, str(coins.amount)) if coins and not to.bank else ("", "", "")
    bank, address = (to.account, "") if to.bank else ("", to.account)
    return DestinationView(
        bank=to.bank,
        account=bank,
        name=to.name,
        address=address,
        network=sums[0],
        asset=sums[1],
        amount=sums[2],
        version=named.version,
        named_by=named.named_by,
        named_at=named.named_at,
        link_issued_by=named.link_issued_by,
    )
