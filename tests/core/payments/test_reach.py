"""The refusal where no channel would carry a link: what is missing, and what mends it."""

from gerbang.core.payments.reach import Lack, Missing, unreachable
from gerbang.ports.messenger import Channel


def test_the_refusal_names_what_is_missing_and_what_mends_it() -> None:
    error = unreachable(
        (Missing(Lack.NO_EMAIL, (Channel.EMAIL,)), Missing(Lack.NO_CONSENT, (Channel.SMS, Channel.WHATSAPP))),
        "Copy the link",
    )
    assert error.detail == "It has no e-mail address of its payer. Nobody agreed to SMS or WhatsApp to its phone."
    assert error.hint == (
        "Copy the link; or make it with `customer.email`, or record consent (`sms_consent` of the customer)."
    )
