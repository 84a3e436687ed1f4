"""Who is told what: the table against the messages that there are, and the questions that are asked of it."""

from dataclasses import replace

from gerbang.core.notifications.approved_wording import STEMS
from gerbang.core.notifications.audiences import (
    TABLE,
    TYPES,
    Audience,
    at_once_all_the_same,
    channels_after,
    channels_for,
    told_on,
)
from gerbang.core.notifications.model import Contact, Template
from gerbang.core.notifications.push_messages import OPERATOR_SENTENCES, SENTENCES
from gerbang.ports.messenger import Channel

BOTH = Contact("Sari", "sari@example.com", "id", "+628120000001")
ALL = Contact("Sari", "sari@example.com", "id", "+628120000001", "+628120000001")
HERE = replace(ALL, push="dev_1")
MAIL, TEXT, WHATSAPP, PUSH = Channel.EMAIL, Channel.SMS, Channel.WHATSAPP, Channel.PUSH


def test_every_message_is_in_the_table_once_and_every_event_of_it_is_announced() -> None:
    assert sorted(one.template for one in TABLE) == sorted(Template)
    assert {event for one in TABLE for event in one.events} - {"payment.reminder"} <= set(TYPES)


def test_operators_are_told_on_every_channel_of_theirs_by_itself_and_no_text_is_paid_for() -> None:
    told = [one for one in TABLE if one.audience is Audience.OPERATORS and one.events]
    assert {tuple(one.ways) for one in told} == {((MAIL,), (Channel.IN_APP,), (Channel.CHAT,), (PUSH,))}
    digest = next(one for one in TABLE if one.template is Template.OPERATOR_DIGEST)
    assert tuple(digest.ways) == ((MAIL,), (Channel.CHAT,)), "the bell is a list by itself, and a push leads to it"


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


def test_who_asked_for_pushes_is_told_by_one_beside_mail_and_text_where_money_came() -> None:
    assert channels_for(Template.PAYMENT_PAID, HERE, {MAIL, TEXT, PUSH}) == [MAIL, TEXT, PUSH]
    assert channels_for(Template.PAYMENT_PAID, HERE, {MAIL, TEXT}) == [MAIL, TEXT]
    assert channels_for(Template.PAYMENT_PAID, BOTH, {MAIL, TEXT, PUSH}) == [MAIL, TEXT]


def test_a_reminder_is_a_push_before_it_is_a_message_to_a_phone_and_that_before_it_is_a_mail() -> None:
    assert channels_for(Template.PAYMENT_REMINDER, HERE, {MAIL, TEXT, PUSH}) == [PUSH]
    assert channels_after(Template.PAYMENT_REMINDER, PUSH) == [WHATSAPP, TEXT, MAIL]
    assert channels_after(Template.PAYMENT_EXPIRED, PUSH) == [MAIL]


def test_every_message_that_may_be_a_push_has_a_sentence_in_both_languages_and_no_other_has() -> None:
    said = {locale: {*sentences, *OPERATOR_SENTENCES[locale]} for locale, sentences in SENTENCES.items()}
    assert said == dict.fromkeys(("id", "en"), told_on(PUSH))
    assert all(not set(SENTENCES[locale]) & set(OPERATOR_SENTENCES[locale]) for locale in SENTENCES)


def test_the_table_says_which_events_of_a_held_message_do_not_wait() -> None:
    told = {one.template: at_once_all_the_same(one) for one in TABLE}
    assert set(told[Template.OPERATOR_ATTENTION]) >= {"payment.held", "payment.disputed"}
    assert "payment.overpaid" not in told[Template.OPERATOR_ATTENTION]
    assert "endpoint.disabled" in told[Template.OPERATOR_ENDPOINT]
    assert "endpoint.failing" not in told[Template.OPERATOR_ENDPOINT]
    assert told[Template.OPERATOR_SECURITY] == (), "all of it is sent at once"
