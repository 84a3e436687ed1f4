"""Which announcement calls for which message."""

import pytest

from gerbang.base import ids
from gerbang.core.announcements.model import Announcement
from gerbang.core.notifications.model import Template, message_id, template_for
from gerbang.core.notifications.operator_events import needs_operator
from tests.core.notifications.example_payments import AT


def announcement(type_: str, **data: object) -> Announcement:
    return Announcement(type_, None, data, AT)


@pytest.mark.parametrize(
    ("said", "template"),
    [
        (announcement("payment.paid"), Template.PAYMENT_PAID),
        (announcement("payment.paid", late=True), Template.PAYMENT_PAID_LATE),
        (announcement("payment.paid", amount_excess=20_000), None),
        (announcement("payment.overpaid", amount_excess=20_000), Template.PAYMENT_OVERPAID),
        (announcement("payment.part_paid"), Template.PAYMENT_PART_PAID),
        (announcement("payment.expired"), Template.PAYMENT_EXPIRED),
        (announcement("payment.instructions"), Template.PAYMENT_INSTRUCTIONS),
        (announcement("refund.requested"), Template.REFUND_REQUESTED),
        (announcement("refund.awaiting_transfer"), Template.REFUND_AWAITING_TRANSFER),
        (announcement("refund.succeeded"), Template.REFUND_SUCCEEDED),
        (announcement("refund.failed"), Template.REFUND_FAILED),
        (announcement("security.token_reuse"), Template.SECURITY_TOKEN_REUSE),
        (announcement("payment.created"), None),
        (announcement("payment.pending"), None),
        (announcement("payment.held"), None),
        (announcement("something.new"), None),
    ],
)
def test_the_person_concerned_is_told_what_matters_to_them(said: Announcement, template: Template | None) -> None:
    assert template_for(said) is template


@pytest.mark.parametrize(
    ("said", "needed"),
    [
        (announcement("payment.paid", late=True), True),
        (announcement("payment.paid"), False),
        (announcement("payment.held"), True),
        (announcement("payment.disputed"), True),
        (announcement("payment.overpaid"), True),
        (announcement("refund.awaiting_transfer"), True),
        (announcement("refund.failed"), True),
        (announcement("refund.unknown"), True),
        (announcement("refund.succeeded"), False),
    ],
)
def test_an_operator_is_told_what_waits_for_a_decision(said: Announcement, needed: bool) -> None:
    assert needs_operator(said) is needed


def test_a_message_id_is_the_notifications_own_and_a_resend_of_a_sent_one_gets_another() -> None:
    id_ = ids.new()
    assert message_id(id_, "toko.example") == f"<{ids.show('ntf', id_)}@toko.example>"
    assert message_id(id_, "toko.example", 2) == f"<{ids.show('ntf', id_)}.2@toko.example>"
