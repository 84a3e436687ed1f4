"""What the page of a crypto payment shows beside the payment itself: the stairs of the gate, what the chain shows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from gerbang.core.payments.amount_due import instructions
from gerbang.core.payments.crypto.transfers import ClassifiedTransfer, State
from gerbang.core.payments.model import Attempt
from gerbang.ports.next_action import DisplayCrypto
from gerbang.web.checkout.qr import drawing

NETWORKS: Final = {
    "ethereum": "Ethereum",
    "base": "Base",
    "polygon": "Polygon",
    "arbitrum": "Arbitrum One",
    "optimism": "Optimism",
    "sepolia": "Sepolia",
    "base-sepolia": "Base Sepolia",
}
_HEIGHTS: Final = (20, 37, 54, 71, 88, 105, 105, 88, 71, 54, 37, 20)
_PLACES: Final = (0, 44, 88, 132, 176, 220, 292, 336, 380, 424, 468, 512)
_GROUND: Final = 120


@dataclass(frozen=True, slots=True)
class Seen:
    """One transfer to us as our own node shows it. `amount` is base units; it counts at `required` confirmations."""

    transaction: str
    block: int
    confirmations: int
    required: int
    counted: bool
    amount: int
    at: datetime

    @property
    def sure(self) -> int:
        """Confirmations that matter: never more than are needed."""
        return min(self.confirmations, self.required)


def seen_of(attempt: Attempt, judged: Sequence[ClassifiedTransfer]) -> tuple[Seen, ...]:
    """Of what came to an attempt's address: what counts or will."""
    return tuple(
        Seen(
            one.transfer.transaction,
            one.transfer.block,
            one.confirmations,
            one.required,
            counted=one.state is not State.SEEN,
            amount=one.transfer.amount,
            at=one.transfer.at,
        )
        for one in judged
        if one.attempt == attempt.id and one.verdict in ("counts", "waits")
    )


@dataclass(frozen=True, slots=True)
class ProgressStep:
    """One stone of the stairs: `kind` is `laid`, `laying` or `left`."""

    x: int
    y: int
    height: int
    kind: str


def figures(attempt: Attempt, action: DisplayCrypto, seen: Sequence[Seen], rest: int) -> dict[str, Any]:
    """The values of the page, for the `rest` of the payment in minor units. The transfer that decides is the least confirmed of those that
    are not counted yet. Without anything due there is no QR and nothing for a wallet to open.
    """
    assert attempt.quote is not None, f"a crypto attempt without a quote: {attempt.id}"
    waiting = min((one for one in seen if not one.counted), key=lambda one: one.confirmations, default=None)
    arrived = max(attempt.received + attempt.arriving, sum(one.amount for one in seen))
    asking = instructions(replace(attempt, arriving=arrived - attempt.received), rest)
    shown = asking if isinstance(asking, DisplayCrypto) else None
    return {
        "network": NETWORKS.get(action.network, action.network),
        "asset": action.asset,
        "quote": attempt.quote,
        "whole_amount": int(action.amount),
        "due": int(shown.amount) if shown else 0,
        "arrived": arrived,
        "seen": seen,
        "waiting": waiting,
        "stairs": stairs(waiting.sure, waiting.required) if waiting else (),
        "uri": shown.uri if shown else "",
        "processor": shown.page if shown else "",
        "qr": drawing(shown.uri) if shown else "",
    }


def stairs(confirmations: int, required: int) -> tuple[ProgressStep, ...]:
    """Twelve stones, as many of them laid as the share of confirmations; the next one is being laid."""
    laid = len(_PLACES) * confirmations // max(required, 1)
    return tuple(
        ProgressStep(x, _GROUND - height, height, "laid" if n < laid else "laying" if n == laid else "left")
        for n, (x, height) in enumerate(zip(_PLACES, _HEIGHTS, strict=True))
    )
