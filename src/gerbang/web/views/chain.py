"""The outer shape of what our own node saw come in on a chain. Pure."""

from datetime import datetime

import msgspec

from gerbang.core.payments.crypto.transfers import Judged, State


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


def transfer_view(judged: Judged) -> TransferView:
    """A transfer on a chain."""
    moved = judged.transfer
    return TransferView(
        judged.network, judged.asset, str(moved.amount), moved.transaction, moved.log, moved.sender, moved.recipient, moved.block,
        judged.confirmations, judged.required, judged.state is State.SETTLED, judged.verdict, moved.at,
    )  # fmt: skip
