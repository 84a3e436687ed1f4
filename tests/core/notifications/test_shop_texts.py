"""The shop's own texts: saved as versions, agreed to by a second person, used in the messages that leave, and never in the way of one."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from gerbang.base.db import Database
from gerbang.base.text_segments import segments
from gerbang.core.audit import service as audit
from gerbang.core.identity.model import Caller, Role, StepUpRequired, system_caller
from gerbang.core.notifications import store, text_rules
from gerbang.core.notifications.model import Template
from gerbang.core.notifications.own_words import our_text
from gerbang.core.notifications.rendering import Letterhead
from gerbang.core.notifications.shop_texts import ShopTexts
from gerbang.core.notifications.text_model import (
    TextDecided,
    TextKey,
    TextNotFound,
    TextSavedThemselves,
    TextUnusable,
    TextVersion,
)
from gerbang.core.payments.refunds.model import ApprovalNeedsAPerson
from gerbang.ports.messenger import Channel
from tests.core.notifications.test_sending import sending, told, until_status
from tests.providers.smtp.listener import listening

PAID = TextKey(Template.PAYMENT_PAID, "en", Channel.EMAIL)
HOW = TextKey(Template.PAYMENT_INSTRUCTIONS, "en", Channel.EMAIL)
LINK = TextKey(Template.PAYMENT_LINK, "en", Channel.SMS)
SMS = TextKey(Template.PAYMENT_PAID, "en", Channel.SMS)
RATIH, BAYU = system_caller("ratih"), system_caller("bayu")


@pytest.fixture
async def texts(db: Database) -> AsyncIterator[ShopTexts]:
    made = ShopTexts(db, origin="https://toko.example", letterhead=Letterhead("Toko Lumbung"))
    yield made
    await made.close()


async def history(db: Database, key: TextKey) -> list[str]:
    async with db.reading() as tx:
        return [one.action for one in await audit.recent(tx, key.shown, 20)][::-1]


async def used(texts: ShopTexts, key: TextKey) -> TextVersion | None:
    return next(one.used for one in await texts.standing() if one.key == key)


async def test_every_text_of_ours_can_be_written_in_the_shops_language_and_passes_its_rules(texts: ShopTexts) -> None:
    every = text_rules.texts()
    assert len(every) > 40
    for key in every:
        ours = our_text(key)
        checked = await texts.check(key, ours.get("subject", ""), ours["body"])
        assert checked.problems == {}, key.shown
        assert checked.previews, key.shown


async def test_a_saved_text_is_used_from_now_on_and_the_newest_version_counts(texts: ShopTexts, db: Database) -> None:
    await texts.save(RATIH, PAID, "Thanks", "It is in, {{ name }}.")
    second = await texts.save(BAYU, PAID, "Thank you", "It is in, {{ name }}.")
    assert (await used(texts, PAID)) == second
    assert [(one.number, one.saved_by) for one in await texts.versions(PAID, 5)] == [(2, BAYU.label), (1, RATIH.label)]
    assert await history(db, PAID) == ["message_text.saved", "message_text.saved"]


async def test_the_same_text_once_more_makes_no_version(texts: ShopTexts) -> None:
    first = await texts.save(RATIH, PAID, "Thanks", "It is in.")
    assert await texts.save(BAYU, PAID, "Thanks", "It is in.") == first


async def test_one_call_goes_back_to_ours_and_the_versions_stay(texts: ShopTexts, db: Database) -> None:
    with pytest.raises(TextDecided):
        await texts.use_ours(RATIH, PAID)
    await texts.save(RATIH, PAID, "Thanks", "It is in.")
    await texts.use_ours(RATIH, PAID)
    assert await used(texts, PAID) is None
    assert len(await texts.versions(PAID, 5)) == 2
    assert await history(db, PAID) == ["message_text.saved", "message_text.ours_used"]


@pytest.mark.parametrize(
    ("key", "body", "says"),
    [
        (PAID, "Hi {{ nama }}", "Did you mean name"),
        (PAID, "{{ ''.__class__ }}", "no dot or bracket behind it"),
        (PAID, "Pay at https://evil.example", "links lead only"),
        (PAID, "{% if on_chain %}evil.example{% endif %}Hi", "links lead only"),
        (PAID, "evil.{{ name }}", "links lead only"),
        (PAID, "{% if on_chain %}Hi{% endif %}", "nothing is left"),
        (PAID, "x" * 4_001, "characters"),
        (PAID, "Pay {{ link }}{{ until }}", "is a dead link"),
        (PAID, "{{ link }}x", "is a dead link"),
        (PAID, "{{ link }}{{ link }}", "is a dead link"),
        (PAID, "{{ link }}?x=1", "is a dead link"),
        (PAID, "Bayar:{{ link }}", "is a dead link"),
        (HOW, "Pay {{ amount }} at once", "must say {{ number }}"),
        (HOW, "Pay {{ amount }} to {{ number }}", "must say {{ code }}"),
        (HOW, "Pay {{ amount | upper }} to {{ number }}{{ code }}", "must say {{ amount }}"),
        (SMS, "{{ what }} é 💛 " + "long " * 70, "at most 4 parts"),
        (SMS, "Hi {{ name }}", "there is no name"),
    ],
)
async def test_what_cannot_be_used_is_refused_with_its_cure_and_nothing_is_saved(
    texts: ShopTexts, key: TextKey, body: str, says: str
) -> None:
    with pytest.raises(TextUnusable) as refused:
        await texts.save(RATIH, key, "Subject", body)
    assert says in " ".join(one.detail for one in refused.value.errors), refused.value.errors
    assert await texts.versions(key, 5) == []


async def test_a_link_may_stand_in_a_sentence(texts: ShopTexts) -> None:
    body = 'See {{ link }}.\n({{ link }}), "{{ link }}"; and\n{{ link }}\nThanks, {{ business }}! {{ link }}'
    assert (await texts.check(PAID, "Paid", body)).problems == {}


async def test_a_preview_counts_a_link_as_long_as_real_ones(texts: ShopTexts) -> None:
    (one,) = (await texts.check(LINK, "", "{{ business }}: {{ link }} " + "x" * 60)).previews
    real = f"https://toko.example/pay/pay_01KC3V9Q2M8RZ4T6W1X5Y7A9BC?t={'A' * 32}"
    assert (len(one.text), one.segments) == (len("Toko Lumbung: " + real) + 61, segments(one.text))


async def test_a_text_that_grows_past_its_parts_when_it_is_sent_is_ours(texts: ShopTexts, db: Database) -> None:
    await texts.save(RATIH, SMS, "", "{{ description }} " + "x" * 500)
    id_ = await told(db)
    async with db.reading() as tx:
        known = await store.lock(tx, id_)
    assert known is not None
    short = replace(known, locale="en", channel=Channel.SMS)
    assert await texts.words(short, "", "https://toko.example/pay/x") is not None
    long = replace(short, data={**known.data, "description": "y" * 200})
    assert await texts.words(long, "", "https://toko.example/pay/x") is None
    assert (failed := await used(texts, SMS)) is not None
    assert "it takes 5 parts" in str(failed.failed_why)


async def test_a_text_to_a_phone_shows_its_parts_and_what_doubles_them(texts: ShopTexts) -> None:
    plain = (await texts.check(SMS, "", "{{ business }}: {{ amount }} is in.")).previews[0]
    typed = (await texts.check(SMS, "", "{{ business }}: {{ amount }} is in 💛.")).previews[0]
    assert plain.segments
    assert typed.segments
    assert (plain.segments.alphabet, plain.segments.parts, typed.segments.alphabet) == ("GSM-7", 1, "UCS-2")


async def test_how_to_pay_waits_for_a_second_person_and_ours_is_used_meanwhile(texts: ShopTexts) -> None:
    saved = await texts.save(RATIH, HOW, "Pay", "Pay {{ amount }} to {{ number }}{{ code }}.")
    assert (saved.approval, saved.needs) == ("pending", ("instructions",))
    assert await used(texts, HOW) is None
    digits = await texts.save(RATIH, PAID, "Thanks", "Next time: BCA 8808 1234 56.")
    assert (digits.approval, digits.needs) == ("pending", ("digits",))


async def test_another_version_takes_the_place_of_the_one_that_waits(texts: ShopTexts) -> None:
    first = await texts.save(RATIH, PAID, "Thanks", "BCA 8808 1234 56.")
    await texts.save(RATIH, PAID, "Thanks", "It is in.")
    assert (await texts.version(first.id)).approval == "withdrawn"
    with pytest.raises(TextDecided):
        await texts.decide(person(), first.id, approve=True, note="")


def person(label: str = "user:usr_1") -> Caller:
    return Caller("user", label, role=Role.ADMIN)


async def test_neither_a_key_nor_who_saved_it_nor_an_old_session_agrees(texts: ShopTexts) -> None:
    mine = person("user:usr_2")
    saved = await texts.save(mine, HOW, "Pay", "Pay {{ amount }} to {{ number }}{{ code }}.")
    with pytest.raises(ApprovalNeedsAPerson):
        await texts.decide(RATIH, saved.id, approve=True, note="")
    with pytest.raises(TextSavedThemselves):
        await texts.decide(mine, saved.id, approve=True, note="")
    with pytest.raises(StepUpRequired):
        await texts.decide(person(), saved.id, approve=True, note="")
    refused = await texts.decide(person(), saved.id, approve=False, note="To whom?")
    assert (refused.approval, refused.note) == ("refused", "To whom?")


async def test_what_is_not_the_shops_to_write_is_not_there(texts: ShopTexts) -> None:
    with pytest.raises(TextNotFound):
        await texts.save(RATIH, TextKey(Template.ENDPOINT_OWNER_CODE, "en", Channel.EMAIL), "Code", "None")


async def test_a_mail_leaves_in_the_shops_words_escaped_in_our_frame(texts: ShopTexts, db: Database) -> None:
    body = "Dear {{ name }},\n\n<b>{{ amount }}</b> is in.\n\nReceipt: {{ link }}"
    await texts.save(RATIH, PAID, "Paid: {{ amount }}", body)
    async with listening() as smtp, sending(db, smtp.port, words=texts.words):
        id_ = await told(db)
        await until_status(db, id_, "sent")
    (mail,) = smtp.received
    text, html = (part.get_content() for part in mail.iter_parts())
    assert str(mail["subject"]).replace("\u00a0", " ") == "Paid: Rp 150.000"
    assert "Dear Jane,\r\n" in text
    assert "&lt;b&gt;Rp" in html
    assert ">Receipt</a>" in html


async def test_a_text_that_fails_when_it_is_sent_is_told_and_ours_goes_once(texts: ShopTexts, db: Database) -> None:
    await texts.save(RATIH, PAID, "Paid", "It is in.")
    async with db.transaction() as tx:  # saved under other rules than those of today
        await tx.execute("UPDATE message_texts SET body = 'Pay at https://evil.example'")
    async with listening() as smtp, sending(db, smtp.port, words=texts.words):
        for _ in range(2):
            await until_status(db, await told(db), "sent")
    assert len(smtp.received) == 2
    for mail in smtp.received:
        assert "evil" not in mail.as_string()
    failed = await used(texts, PAID)
    assert failed is not None
    assert "links lead only" in failed.failed_why
    assert await history(db, PAID) == ["message_text.saved", "message_text.failed"], "told once"


async def test_a_text_that_failed_is_used_again_when_it_is_saved_once_more(texts: ShopTexts, db: Database) -> None:
    await texts.save(RATIH, PAID, "Paid", "It is in.")
    async with db.transaction() as tx:  # as after a moment in which the process that renders could not start
        await tx.execute("UPDATE message_texts SET failed_at = now(), failed_why = 'did not start'")
    again = await texts.save(RATIH, PAID, "Paid", "It is in.")
    assert (again.number, again.failed_at, await used(texts, PAID)) == (2, None, again)
