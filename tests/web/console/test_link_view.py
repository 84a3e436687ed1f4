"""What the page of a link says in every state of its payment, from made-up values: open or closed, and why; and its five stages."""

from dataclasses import replace as replace_
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from msgspec.structs import replace

from gerbang.base.formats import Locale
from gerbang.core.notifications.model import Notification, Status, Template
from gerbang.core.payments.model import LINK_OPENED, LINK_SENT, PaymentStatus, takes_money
from gerbang.core.payments.reach import Lack, Missing, Place, Reach
from gerbang.ports.messenger import Channel
from gerbang.ports.payment import Payer
from gerbang.web import texts
from gerbang.web.console import link_view
from gerbang.web.views import reach_words
from tests.web.checkout.example_payments import NOW, STORIES
from tests.web.console.test_views import moment

NOWHERE = Reach(
    (), (Missing(Lack.NO_EMAIL, (Channel.EMAIL,)), Missing(Lack.NO_CONSENT, (Channel.SMS, Channel.WHATSAPP)))
)


def page(name: str, locale: Locale = "en", *moments: Any, mails: tuple[Notification, ...] = ()) -> dict[str, Any]:
    return link_view.page_of(STORIES[name], moments, mails, NOW, locale, NOWHERE)


def mail(status: Status, error: str | None = None) -> Notification:
    return Notification(
        id=UUID(int=1),
        announcement_id=UUID(int=2),
        channel=Channel.EMAIL,
        recipient="sari@example.com",
        template=Template.PAYMENT_LINK,
        locale="id",
        data={},
        object=None,
        status=status,
        message_id="<m>",
        tries=1,
        error=error,
        created_at=NOW,
        sent_at=None,
    )


@pytest.mark.parametrize("name", list(STORIES))
@pytest.mark.parametrize("locale", ["id", "en"])
def test_every_state_is_open_or_says_why_not(name: str, locale: Locale) -> None:
    shown = page(name, locale)
    assert shown["is_open"] is takes_money(STORIES[name].payment, NOW)
    assert bool(shown["closed"]) is not shown["is_open"]
    if shown["closed"]:
        assert texts.words(locale)(f"link.closed.{shown['closed']}")
    assert [stage.name for stage in shown["stages"]] == ["made", "sent", "opened", "chosen", "paid"]


def test_closed_links_are_told_apart() -> None:
    assert page("paid")["closed"] == "paid"
    assert page("cancelled")["closed"] == "cancelled"
    assert page("expired")["closed"] == "expired"
    assert page("checking-held")["closed"] == "other"


def test_a_link_whose_time_is_over_is_closed_before_anybody_has_looked() -> None:
    details = STORIES["choose"]
    assert details.payment.status is PaymentStatus.CREATED
    shown = link_view.page_of(details, (), (), details.payment.expires_at + timedelta(seconds=1), "en", NOWHERE)
    assert (shown["is_open"], shown["closed"]) == (False, "expired")


def test_the_stages_have_their_times_and_the_newest_mail_its_fate() -> None:
    sent, opened = moment(LINK_SENT), moment(LINK_OPENED)
    assert reached(page("choose")) == ["made"]
    assert reached(page("choose", "en", sent, opened)) == ["made", "sent", "opened"]
    chosen = moment("payment.attempt_added", "payer:pay_1", method="virtual_account")
    assert reached(page("account", "en", chosen)) == ["made", "opened", "chosen"]  # who chose has seen it
    assert reached(page("account")) == ["made", "chosen"]  # chosen by whoever made it: nobody need have looked
    assert reached(page("paid", "en", chosen)) == ["made", "opened", "chosen", "paid"]
    assert note(page("choose", "en", sent), "sent") == "on its way"
    assert note(page("choose", "en", sent, mails=(mail(Status.SENT),)), "sent") == "taken by the mail server"
    text = replace_(mail(Status.SENT), channel=Channel.SMS)
    assert note(page("choose", "en", sent, mails=(text,)), "sent") == "handed to the phone network"
    failed = page("choose", "en", sent, mails=(mail(Status.FAILED, "refused: <no such user>"),))
    assert note(failed, "sent") == "failed: refused: &lt;no such user&gt;"
    assert note(page("paid", "id"), "paid") == "Rp\u00a0150.000"


def test_where_a_message_would_go_is_named_and_where_none_does_what_is_missing() -> None:
    to_phone = Reach((Place(Channel.SMS, "+6281234567890"),))
    assert reach_words.place_of(to_phone, "en", masked=False) == "+6281234567890 (SMS)"
    assert "1234567" not in reach_words.place_of(to_phone, "en", masked=True)
    assert reach_words.place_of(NOWHERE, "en", masked=False) == ""
    assert reach_words.lacks_of(to_phone, "en") == []
    for lack in Lack:
        (indonesian,), (english,) = (
            reach_words.lacks_of(Reach((), (Missing(lack, (Channel.SMS, Channel.WHATSAPP)),)), locale)
            for locale in ("id", "en")
        )
        assert indonesian != english
        assert ("SMS or WhatsApp" in english) == ("SMS atau WhatsApp" in indonesian)
    assert page("choose", "id")["to"] == ""
    assert "belum ada persetujuan untuk SMS atau WhatsApp" in page("choose", "id")["lacks"][1]


def test_the_words_for_whatsapp_are_the_payers_and_carry_the_whole_link() -> None:
    link = "https://pay.example.com/pay/pay_1?t=a-b_c&x=1"
    details = replace(STORIES["choose"], payer=Payer(locale="en"))
    details = replace(details, payment=replace(details.payment, description='Kopi & "gula" <1 kg>'))
    address = urlsplit(link_view.whatsapp(details, "Toko Lumbung", link))
    assert (address.scheme, address.netloc, address.path) == ("https", "wa.me", "/")
    assert parse_qs(address.query) == {
        "text": [
            f'Toko Lumbung sent you a bill of Rp\u00a0150.000 for Kopi & "gula" <1 kg>. Choose how to pay here: {link}'
        ]
    }


def reached(shown: dict[str, Any]) -> list[str]:
    return [stage.name for stage in shown["stages"] if stage.at]


def note(shown: dict[str, Any], name: str) -> str:
    return next(str(stage.note) for stage in shown["stages"] if stage.name == name)
