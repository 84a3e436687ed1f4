"""A buyer's claim, from its announcement to the operators' mail and the bell: told where it waits for the seller, and not where the marketplace decides."""

from datetime import timedelta
from uuid import UUID

import pytest

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.effects import Effects
from gerbang.core.notifications.model import Contact
from gerbang.core.notifications.operator_notices import OperatorNotices
from gerbang.core.orders.claim_intake import tell
from gerbang.core.orders.claim_model import CLAIM, BuyerClaim, Line, folded
from gerbang.ports.marketplace_orders import ClaimKind, ClaimStatus
from tests.core.notifications.example_payments import AT, announced, notifications, taken

READER = UUID(int=7)


def opened(*, to_seller: bool) -> Effects:
    """What follows from a return that a buyer asks for."""
    effects = Effects()
    line = Line(id="1", item=None, status=ClaimStatus.REQUESTED, said="RTM_INIT", decide_by=AT + timedelta(days=1))
    claim = BuyerClaim(
        id=ids.new(),
        order_id=ids.new(),
        connection="toko-lazada",
        external_id="658",
        kind=ClaimKind.RETURN,
        to_seller=to_seller,
        status=ClaimStatus.UNKNOWN,
        waits=False,
        lines=(line,),
        decide_by=None,
        held="",
        version=None,
        read_at=AT,
        due_told=None,
        sequence=0,
        created_at=AT,
        updated_at=AT,
    )
    tell(effects, folded(claim), "opened", "push", livemode=True)
    return effects


@pytest.mark.parametrize("to_seller", [True, False])
async def test_a_claim_that_waits_for_the_seller_is_mailed_to_operators_and_stands_in_the_bell(
    db: Database, to_seller: bool
) -> None:
    await announced(db, *opened(to_seller=to_seller).announcements)
    await taken(db, notifications(db, alerts=Contact("Ops", "ops@toko.example", "en")))
    async with db.reading() as tx:
        rows = await tx.fetch("SELECT channel, recipient FROM notifications WHERE template = 'operator_claim'")
    bell = [one.type for one in await OperatorNotices(db).page(READER, (CLAIM,), None, 10, unread=False)]
    if to_seller:
        assert [row["channel"] for row in rows] == ["email"]
        assert rows[0]["recipient"] == "ops@toko.example"
        assert bell == ["order.claim_opened"]
    else:
        assert (rows, bell) == ([], [])
