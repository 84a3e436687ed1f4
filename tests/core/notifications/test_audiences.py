"""Who is told what: the table against the messages that there are, and the questions that are asked of it."""

from dataclasses import replace

from gerbang.core.notifications.approved_wording import STEMS
from gerbang.core.notifications.audiences import TABLE, Audience, channels_after, channels_for, told_on
from gerbang.core.notifications.model import TYPES, Contact, Template
from gerbang.ports.messenger import Channel

BOTH = Contact("Sari", "sari@example.com", "id", "+628120000001")
ALL = Contact("Sari", "sari@example.com", "id", "+628120000001", "+628120000001")
MAIL, TEXT, WHATSAPP = Channel.EMAIL, Channel.SMS, Channel.WHATSAPP


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
    assert channels_after(Template.PAYMENT_REMINDER, WHATSAPP) == [TEXT, MAIL]
    assert channels_after(Template.PAYMENT_REMINDER, TEXT) == [MAIL]
    assert channels_after(Template.PAYMENT_REMINDER, MAIL) == []
    assert channels_after(Template.PAYMENT_PAID, TEXT) == [], "the mail beside it says it"


def test_a_phone_gets_one_message_by_whatsapp_or_by_text_and_never_both() -> None:
    connected = {MAIL, TEXT, WHATSAPP}
    for template in told_on(WHATSAPP):
        told = channels_for(template, ALL, connected)
        assert len({TEXT, WHATSAPP} & set(told)) <= 1, template
        only_phone = replace(ALL, email="")
        assert channels_for(template, only_phone, connected) == [WHATSAPP], template
        assert channels_for(template, replace(only_phone, whatsapp=""), connected) == [TEXT], template


def test_whatsapp_says_what_it_has_an_approved_template_for_and_nothing_else() -> None:
    assert told_on(WHATSAPP) == set(STEMS.values())
