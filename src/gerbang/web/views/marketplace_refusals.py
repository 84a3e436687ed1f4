"""What a marketplace would not do, as one problem: whether it was about the things asked for, or about the shop's authorisation."""

from collections.abc import Sequence
from typing import Final

from gerbang.base.errors import FieldError, GerbangError
from gerbang.core.orders.claim_decision_model import LineOutcome
from gerbang.core.orders.operation_model import ItemOutcome, MarketplaceRefused
from gerbang.ports.marketplace import ConnectionUnauthorized

_ASK_ANEW: Final = "Read what it says of each, and ask anew with a new Idempotency-Key."
Outcomes = Sequence[ItemOutcome] | Sequence[LineOutcome]


def refusal_code(outcomes: Outcomes) -> str:
    """The code of the problem where none of it was done."""
    codes = {one.code for one in outcomes}
    return ConnectionUnauthorized.code if codes == {ConnectionUnauthorized.code} else MarketplaceRefused.code


def refused(outcomes: Outcomes, detail: str, errors: Sequence[FieldError]) -> GerbangError:
    """What is raised where none of it was done."""
    if refusal_code(outcomes) == ConnectionUnauthorized.code:
        return ConnectionUnauthorized(outcomes[0].reason, errors=errors)
    return MarketplaceRefused(detail, hint=_ASK_ANEW, errors=errors)
