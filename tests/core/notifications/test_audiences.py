"""Who is told what: the table against the messages that there are, and the questions that are asked of it."""

from gerbang.core.notifications.audiences import TABLE, Audience, channels_after, channels_for
from gerbang.core.notifications.model import TYPES, Contact, Template
from gerbang.ports.messenger import Channel

BOTH = Contact("Sari", "sari@example.com", "id", "+628120000001")
MAIL, TEXT = Channel.EMAIL, Channel.SMS


def test_every_message_is_in_the_table_once_and_every_event_of_it_is_announced() -> None:
    assert sorted(one.template for one in TABLE) == sorted(Template)
    assert {event for one in TABLE for event in one.events} - {"payment.reminder"} <= set(TYPES)


def test_operators_are_told_by_mail_and_no_text_is_paid_for() -> None:
    assert {channel for one in TABLE if one.audience is Audience.OPERATORS for way in one.ways for channel in way} == {
        MAIL
    }


def test_a_paid_payment_is_told_by_mail_and_by_text_each_once() -> None:
    assert channels_for(Template.PAYMENT_PAID, BOTH, {MAIL, TEXT}) == [MAIL, TEXT]


def test_nobody_is_written_to_on_a_channel_that_has_no_connection() -> None:
    assert channels_for(Template.PAYMENT_PAID, BOTH, {MAIL}) == [MAIL]
    assert channels_for(Template.PAYMENT_REMINDER, BOTH, {MAIL}) == [MAIL]


def test_the_first_channel_of_a_way_that_reaches_a_person_speaks_and_no_other() -> None:
    assert channels_for(Template.PAYMENT_REMINDER, BOTH, {MAIL, TEXT}) == [TEXT]
    only_phone = Contact("Sari", "", "id", "+628120000001")
    assert channels_for(Template.PAYMENT_LINK, only_phone, {MAIL, TEXT}) == [TEXT]


def test_after_a_failure_the_rest_of_its_way_may_speak_and_no_other_way() -> None:
    assert channels_after(Template.PAYMENT_REMINDER, TEXT) == [MAIL]
    assert channels_after(Template.PAYMENT_REMINDER, MAIL) == []
    assert channels_after(Template.PAYMENT_PAID, TEXT) == [], "the mail beside it says it"
