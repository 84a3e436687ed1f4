"""How long a provider keeps an order open: what is asked for longer is refused at the door, and what is chosen later ends by then (R65)."""

from datetime import timedelta

import pytest

from gerbang.core.connections.model import Connection
from gerbang.core.payments.creation import attempt_of
from gerbang.core.payments.method_selection import check_expiry
from gerbang.core.payments.model import MethodChoice, MethodUnavailable
from gerbang.ports.payment import Lookup, Method, MethodTerms, SubmissionEffect

from .test_machine import NOW, a_payment

HOUR = MethodTerms(
    method=Method.VIRTUAL_ACCOUNT,
    effect=SubmissionEffect.INSTRUCTS,
    lookup=Lookup.BY_THEIRS,
    currency="IDR",
    least=1,
    most=10**9,
    longest_expiry_s=3_600,
)
CHOICE = MethodChoice(Method.VIRTUAL_ACCOUNT, {"bank": "BCA"})


def test_what_a_provider_keeps_open_for_less_is_refused_with_the_most_that_it_does() -> None:
    check_expiry(HOUR, 3_600)
    with pytest.raises(MethodUnavailable, match="3600 seconds at most") as refused:
        check_expiry(HOUR, 3_601)
    assert [one.pointer for one in refused.value.errors] == ["/expires_in_s"]
    assert "3600" in refused.value.errors[0].detail


def test_an_attempt_ends_with_its_payment_or_when_its_provider_ends_it() -> None:
    connection = Connection(
        id="nicepay",
        provider="nicepay",
        livemode=False,
        settings={},
        secrets={},
        enabled=True,
        created_at=NOW,
        updated_at=NOW,
    )
    for left, expected in ((timedelta(days=1), timedelta(hours=1)), (timedelta(minutes=5), timedelta(minutes=5))):
        payment = a_payment(expires_at=NOW + left)
        assert attempt_of(payment, 1, CHOICE, HOUR, connection, 1, NOW).expires_at == NOW + expected
