"""What outgoing webhooks say of a payment: all of it but for what names a person or lets whoever holds it act, and never too much."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.web.views.event_payloads import MOST_PARTS, payment_payload
from gerbang.web.views.payments import payment_view
from tests.core.notifications.example_payments import details

PERSONAL = ("Sari", "sari@", "+62", "8120000001")


@pytest.fixture(scope="module")
def paid() -> Any:
    return details()


def test_the_payload_is_the_payment_as_the_api_renders_it(paid: Any) -> None:
    shown = payment_payload(paid)
    rendered = msgspec.to_builtins(payment_view(paid, checkout_url=None))
    same = set(rendered) - {"customer", "checkout_url", "attempts", "refunds"}
    assert {name: shown[name] for name in same} == {name: rendered[name] for name in same}
    assert (shown["object"], shown["truncated"], shown["url"]) == ("payment", False, f"/v1/payments/{shown['id']}")


def test_nobody_is_named_and_no_link_is_given_away(paid: Any) -> None:
    attempts = tuple(replace(one, options={**one.options, "phone": "+628123456789"}) for one in paid.attempts)
    text = msgspec.json.encode(payment_payload(replace(paid, attempts=attempts))).decode()
    assert not [word for word in PERSONAL if word in text]
    assert "checkout_url" not in text


def test_of_very_many_attempts_the_newest_twenty_are_sent_and_it_says_that_there_are_more(paid: Any) -> None:
    first = paid.attempts[0]
    many = [
        replace(first, id=ids.new(), number=number, created_at=first.created_at + timedelta(minutes=number))
        for number in range(200)
    ]
    shown = payment_payload(replace(paid, attempts=tuple(many)))
    assert [one["id"] for one in shown["attempts"]] == [ids.show("att", one.id) for one in many[-MOST_PARTS:]]
    assert shown["truncated"] is True
    assert len(msgspec.json.encode(shown)) < 256_000
