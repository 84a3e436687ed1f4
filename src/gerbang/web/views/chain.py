"""The outer shape of what our own node saw come in on a chain. Pure."""

from datetime import datetime

import msgspec

from gerbang.core.payments.crypto.transfers import ClassifiedTransfer, State


class TransferView(msgspec.Struct, frozen=True):
    """A transfer as our own node saw it. `amount` is base units as text; it counts from `required` confirmations on. `verdict` is
    `counts`, `waits`, `wrong_asset`, `wrong_network`, `unknown_token`, `worthless`, `too_early` or `gone`.
    """

    network: str
    asset: str
    amount: str
    tx_hash: str
    log_index: int
    sender: str
    recipient: str
    block: int
    confirmations: int
    required: int
    finalized: bool
    verdict: str
    mined_at: datetime


def transfer_view(judged: ClassifiedTransfer) -> TransferView:
    """A transfer on a chain."""
    moved = judged.transfer
    return TransferView(
        network=judged.network,
        asset=judged.asset,
        amount=str(moved.amount),
        tx_hash=moved.transaction,
        log_index=moved.log,
        sender=moved.sender,
        recipient=moved.recipient,
        block=moved.block,
        confirmations=judged.confirmations,
        required=judged.required,
        finalized=judged.state is State.SETTLED,
        verdict=judged.verdict,
        mined_at=moved.at,
    )
