"""What outgoing webhooks say of a payment: all of it but for what names a person or lets whoever holds it act, and never too much."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.core.endpoints.model import DisabledReason, Endpoint, Profile, Signing
from gerbang.core.endpoints.queueing import Payload, message
from gerbang.core.payments.model import AttemptStatus, Failure, PaymentDetail, PaymentStatus, RefundStatus
from gerbang.ports.next_action import Redirect
from gerbang.web.input.bodies import check_metadata
from gerbang.web.views.event_payloads import MOST_PARTS, endpoint_payload, payment_payload, refund_payload
from gerbang.web.views.payments import payment_view
from gerbang.web.views.refunds import refund_view
from tests.core.notifications.example_payments import AT, details

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


def test_an_endpoint_that_includes_people_gets_the_payer_and_still_no_link(paid: Any) -> None:
    shown = payment_payload(paid, personal=True)
    assert (shown["customer"]["name"], shown["customer"]["email"]) == ("Sari Wulandari", "sari@example.com")
    assert "checkout_url" not in shown


@pytest.mark.parametrize("words", [1, 2_000, 100_000], ids=["as usual", "long", "absurd"])
def test_the_worst_payment_is_small_enough_and_says_what_is_missing(paid: Any, words: int) -> None:
    first, long = paid.attempts[0], "\u3042" * words
    attempts = [
        replace(
            first,
            id=ids.new(),
            status=AttemptStatus.PENDING,
            number=number,
            next_action=Redirect(f"https://pay.example/{long}"),
            failure=Failure("card_declined", long),
            options=dict.fromkeys(("bank", "store", "wallet", "asset", "network", "lender"), "X" * 200),
        )
        for number in range(300)
    ]
    refunds = [
        replace(one, id=ids.new(), reason="R" * 500, failure=long)
        for one in details(refund=RefundStatus.FAILED).refunds * 300
    ]
    payment = replace(
        paid.payment,
        status=PaymentStatus.PENDING,
        metadata={f"name {number}": "\u3042" * 100 for number in range(26)},
        items=tuple({"name": "\u3042" * 200, "note": "\u3042" * 200, "amount": 1} for _ in range(100)),
        description="\u3042" * 500,
        return_url="https://shop.example/" + "x" * 2_000,
    )
    check_metadata(payment.metadata)
    worst = PaymentDetail(payment, tuple(attempts), tuple(refunds), paid.payer)
    for personal in (False, True):
        made = message(
            ids.new(),
            "payment.paid",
            AT,
            1,
            ("payment", payment.id),
            Payload(payment_payload(worst, personal=personal)),
        )
        assert len(made.body) <= 256_000
        assert msgspec.json.decode(made.body)["data"]["truncated"] is True


def test_a_refund_is_told_as_the_api_renders_it_without_where_it_goes() -> None:
    (refund,) = details(refund=RefundStatus.SUCCEEDED).refunds
    shown = refund_payload(refund)
    rendered = msgspec.to_builtins(refund_view(refund))
    assert {**rendered, "object": "refund", "url": f"/v1/refunds/{rendered['id']}"} == {**shown, "destination": None}


def test_of_an_endpoint_others_hear_its_host_and_no_token_of_its_address() -> None:
    endpoint = Endpoint(
        id=ids.new(),
        url="https://shop.example/hooks?token=hidden",
        description="Toko",
        events=("*",),
        signing=Signing.HMAC,
        ordered=False,
        rate_per_s=None,
        profile=Profile.STANDARD,
        include=(),
        disabled=DisabledReason.GONE,
        failing_since=None,
        created_at=AT,
        updated_at=AT,
    )
    shown = endpoint_payload(endpoint)
    assert (shown.object, shown.host, shown.disabled_reason) == ("endpoint", "shop.example", "gone")
    assert "hidden" not in str(shown)
