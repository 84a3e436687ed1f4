"""What outgoing webhooks say of objects: whole, as the API renders them, but for what names a person or lets whoever holds it act. Pure but for the reading."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base.db import Tx
from gerbang.core.endpoints.queueing import Payloads
from gerbang.core.payments.model import PAYMENT, PaymentDetail
from gerbang.core.payments.provider_calls import load_readable
from gerbang.web.views.payment_steps import steps_for
from gerbang.web.views.payments import Steps, no_steps, payment_view

MOST_PARTS: Final = 20
_LISTS: Final = ("attempts", "refunds")
_OPTIONS: Final = frozenset({"bank", "store", "wallet", "asset", "network", "lender"})  # others may be a payer's number


def payments(shop: str) -> Payloads:
    """Payments by id, with instructions that name the shop; one that cannot be read is left out."""
    steps = steps_for(shop)

    async def shown(tx: Tx, ids: Sequence[UUID]) -> Mapping[UUID, Any]:
        return {id_: payment_payload(details, steps) for id_, details in (await load_readable(tx, ids)).items()}

    return shown


def payment_payload(details: PaymentDetail, steps: Steps = no_steps) -> Mapping[str, Any]:
    """A payment without its payer's name and addresses and without its link. Attempts and refunds are the newest twenty: `truncated` says that there
    are more, and `url` where all of them are.
    """
    shown: dict[str, Any] = msgspec.to_builtins(payment_view(details, checkout_url=None, steps=steps))
    shown |= {
        "customer": {"id": shown["customer"]["id"]},
        "truncated": any(len(shown[one]) > MOST_PARTS for one in _LISTS),
    }
    del shown["checkout_url"]
    shown |= {one: sorted(shown[one], key=lambda part: str(part["created_at"]))[-MOST_PARTS:] for one in _LISTS}
    for attempt in shown["attempts"]:
        attempt["method_options"] = {k: v for k, v in attempt["method_options"].items() if k in _OPTIONS}
    return {"object": PAYMENT, "url": f"/v1/payments/{shown['id']}", **shown}
