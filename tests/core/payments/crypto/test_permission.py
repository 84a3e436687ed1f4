"""A business in Indonesia takes no crypto for rupiah prices or from payers there, unless its owner says why."""

import pytest
from pydantic import ValidationError

from gerbang.app import quote_terms
from gerbang.core.audit.service import timeline
from gerbang.core.payments.crypto.permission import OBJECT, is_hidden, note_reason, refuse_hidden
from gerbang.core.payments.model import MethodUnavailable
from gerbang.settings import Settings
from tests.core.payments.conftest import World

REASON = "Penjualan ekspor saja, surat OJK 12/2026"


@pytest.mark.parametrize(
    ("given", "currency", "phone", "hidden"),
    [
        ({}, "IDR", "", True),
        ({}, "USD", "+628123456789", True),
        ({}, "USD", "+6591234567", False),
        ({}, "USD", "", False),
        ({"crypto_hidden_for": ""}, "IDR", "", True),
        ({"crypto_reason": REASON}, "USD", "+628123456789", False),
        ({"crypto_reason": REASON}, "IDR", "", True),
        ({"crypto_reason": REASON, "crypto_hidden_for": ""}, "IDR", "", False),
        ({"business_country": "SG"}, "USD", "+628123456789", False),
        ({"business_country": "SG", "crypto_hidden_for": ""}, "IDR", "", False),
    ],
)
def test_what_is_hidden_depends_on_where_the_business_and_the_payer_are(
    given: dict[str, str], currency: str, phone: str, hidden: bool
) -> None:
    terms = quote_terms(Settings.model_validate(given))
    assert is_hidden(terms, currency, phone) is hidden
    if hidden:
        with pytest.raises(MethodUnavailable):
            refuse_hidden(terms, currency, phone)


def test_switching_it_on_takes_a_reason_that_is_one() -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"crypto_reason": "yes"})


async def test_the_reason_is_in_the_audit_once_a_change(world: World) -> None:
    for reason in ("", REASON, REASON, ""):
        await note_reason(world.core.db, reason)
    async with world.core.db.reading() as tx:
        noted = [(one.action, one.detail) for one in await timeline(tx, OBJECT, 10)]
    assert noted == [("crypto.allowed", {"reason": REASON}), ("crypto.forbidden", {"reason": ""})]
