"""A payer with a phone: one message to it and one mail for one payment, and where one sender is down or does not deliver another says the same."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gerbang.base import ids
from tests.conftest import FreshDatabase
from tests.journeys.message_house import CONSENT, House, open_house

pytestmark = pytest.mark.asyncio(loop_scope="module")
BOTH = {"whatsapp_consent": {"text": "Kirim kabar pembayaran lewat WhatsApp.", "where": "kasir toko"}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(module_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(tmp_path_factory.mktemp("texts"), module_database) as made:
        yield made


async def test_a_paid_payment_is_one_text_and_one_mail_and_the_text_is_said_to_have_arrived(house: House) -> None:
    phone = "+6281200000001"
    payment = await house.pay_by_account(phone)
    await house.paid(payment)
    told = await house.until(payment, "payment_paid", sms="delivered", email="sent")
    (text,) = await house.got("sms", phone)
    assert text["text"].startswith("UJI - ")
    assert "Rp 150.000 untuk Kopi Gayo sudah masuk" in text["text"]
    assert (told["sms"]["provider_id"], told["sms"]["connection"], told["sms"]["recipient"]) == (
        text["id"],
        "twilio-uji",
        "•••001",
    )
    assert told["sms"]["unknown_tries"] == 0
    assert told["sms"]["sent_at"] is not None
    mails = [one["subject"] for one in await house.got("mail", "sari0001@example.com")]
    assert len([one for one in mails if "Rp\u00a0150.000" in one and "masuk" in one]) == 1, mails


async def test_who_gave_a_phone_and_did_not_agree_gets_a_mail_alone(house: House) -> None:
    payment = await house.pay_by_account("+6281200000002", sms_consent=None)
    await house.paid(payment)
    await house.until(payment, "payment_paid", email="sent")
    assert await house.got("sms", "+6281200000002") == []


async def test_consent_goes_with_a_phone_and_lies_in_the_past(house: House) -> None:
    body = {"amount": 1_000, "currency": "IDR", "description": "Kopi", "customer": {"sms_consent": CONSENT}}
    answer = await house.api.post("/v1/payments", json=body, headers={"idempotency-key": ids.new().hex})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/customer/sms_consent")
    body["customer"] = {"phone": "+6281200000001", "sms_consent": {**CONSENT, "at": "2099-01-01T00:00:00Z"}}
    answer = await house.api.post("/v1/payments", json=body, headers={"idempotency-key": ids.new().hex})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/customer/sms_consent/at")


async def test_a_reminder_that_was_not_delivered_comes_by_mail(house: House) -> None:
    phone = "+6281200000003"
    await house.sandbox.put("/control/twilio/quirks", json={"delivery": "undelivered"})
    payment = await house.pay_by_account(phone)
    await house.until(payment, "payment_instructions", email="sent")
    await house.later(10_900)
    told = await house.until(payment, "payment_reminder", sms="failed", email="sent")
    await house.sandbox.put("/control/twilio/quirks", json={"delivery": "delivered"})
    assert told["sms"]["error"] == "30005: nobody has this number"
    assert len(await house.got("sms", phone)) == 1
    await house.paid(payment)
    told = await house.until(payment, "payment_paid", sms="failed", email="sent")
    assert told["sms"]["error"] == "not written to any more: 30005: nobody has this number"


async def test_links_go_to_who_has_a_phone_only_as_one_text_where_they_agreed_and_to_nobody_where_not(
    house: House,
) -> None:
    phone, key, other = "+6281200000008", {"idempotency-key": "by-text"}, {"idempotency-key": "refund-by-text"}
    payment, page = await house.open_page(phone=phone, sms_consent=CONSENT)
    sent = [await house.api.post(f"/v1/payments/{payment}/send-link", headers=key) for _ in range(2)]
    assert [one.status_code for one in sent] == [202, 202]
    await house.until(payment, "payment_link", sms="delivered")
    (text,) = await house.got("sms", phone)
    assert f"/pay/{payment}?t=" in text["text"]
    await house.choose_account(payment)
    await house.paid(payment)
    await house.until(payment, "payment_paid", sms="delivered")
    asked = {"amount": 1_000, "reason": "kopi tumpah"}
    refund = (await house.api.post(f"/v1/payments/{payment}/refunds", json=asked, headers=other)).json()
    assert "hanya kami kirim ke •••008 (SMS)" in (await house.api.get(page)).text
    assert (await house.api.post(f"/v1/refunds/{refund['id']}/send-link")).status_code == 202
    silent, _ = await house.open_page(phone="+6281200000009")
    refused = await house.api.post(f"/v1/payments/{silent}/send-link", headers={"idempotency-key": "to-nobody"})
    assert (refused.status_code, refused.json()["code"]) == (409, "payer_unreachable")
    assert "Nobody agreed to SMS or WhatsApp to its phone." in refused.json()["detail"]
    assert await house.told(silent, "payment_link") == {}


async def test_with_the_gateway_down_the_mail_reminds_after_a_quarter_of_an_hour(house: House) -> None:
    phone = "+6281200000004"
    payment = await house.pay_by_account(phone)
    await house.until(payment, "payment_instructions", email="sent")
    await house.sandbox.put("/control/twilio/faults", json={"kind": "reset_before"})
    await house.later(10_900)
    await house.until_tried(payment, "payment_reminder", "sms")
    await house.later(1_000)
    told = await house.until(payment, "payment_reminder", sms="failed", email="sent")
    await house.sandbox.delete("/control/twilio/faults")
    assert told["sms"]["error"].startswith("nobody knows whether it arrived; ")
    assert await house.got("sms", phone) == []


async def test_who_says_stop_is_sent_no_more_texts_until_they_say_start(house: House) -> None:
    phone = "+6281200000005"
    await house.sandbox.post("/control/twilio/stop", json={"number": phone})
    await house.until_stopped(phone)
    payment = await house.pay_by_account(phone)
    await house.paid(payment)
    told = await house.until(payment, "payment_paid", sms="failed", email="sent")
    assert await house.got("sms", phone) == []
    assert told["sms"]["error"] in (
        "not written to any more: the person said stop",
        "refused: Twilio answered HTTP 400, 21610: the person asked to be left alone (STOP).",
    )
    await house.sandbox.post("/control/twilio/start", json={"number": phone})
    await house.until_heard("this number may be written to again")
    again = await house.pay_by_account(phone)
    await house.paid(again)
    await house.until(again, "payment_paid", sms="delivered", email="sent")


async def test_without_twilio_the_described_gateway_sends_and_its_receipt_comes_by_a_secret_in_the_path(
    house: House,
) -> None:
    phone = "+6281200000006"
    answer = await house.api.patch("/v1/connections/twilio-uji", json={"enabled": False})
    assert answer.status_code == 200, answer.text
    payment = await house.pay_by_account(phone)
    await house.paid(payment)
    told = await house.until(payment, "payment_paid", sms="delivered", email="sent")
    await house.api.patch("/v1/connections/twilio-uji", json={"enabled": True})
    assert told["sms"]["connection"] == "sms-uji"
    assert len(await house.got("sms", phone)) == 1
    guess = await house.api.post("/hooks/sms-uji/guess", content=b"messageId=1&status=failed")
    assert guess.status_code == 401
    assert "guess" not in guess.text
    assert (await house.api.post("/hooks/twilio-uji/anything", content=b"x")).status_code == 404


async def test_who_is_erased_is_erased_from_what_the_sender_told_too(house: House) -> None:
    phone = "+6281200000007"
    payment = await house.pay_by_account(phone)
    await house.paid(payment)
    await house.until(payment, "payment_paid", sms="delivered", email="sent")
    assert await house.stored("twilio-uji", phone) == 2, "sent and delivered"
    await house.sandbox.post("/control/twilio/stop", json={"number": phone})
    await house.until_heard("nobody writes to this number any more")
    assert await house.stored("twilio-uji", phone) == 3
    await house.erase(phone)
    assert await house.stored("twilio-uji", phone) == 0
    erased = await house.told(payment, "payment_paid")
    assert {one["recipient"] for one in erased.values()} == {"erased"}


async def test_who_agreed_to_both_gets_one_whatsapp_and_no_text_and_its_price_is_known(house: House) -> None:
    phone = "+6281200000011"
    payment = await house.pay_by_account(phone, **BOTH)
    await house.paid(payment)
    told = await house.until(payment, "payment_paid", whatsapp="delivered", email="sent")
    (message,) = await house.got("whatsapp", phone)
    assert message["text"].startswith("Pembayaran Anda kepada UJI - ")
    assert f"[pay/{payment}?t=" in message["text"]
    assert await house.got("sms", phone) == []
    one = told["whatsapp"]
    assert (one["connection"], one["provider_id"], one["recipient"]) == ("whatsapp-uji", message["id"], "•••011")
    assert (one["category"], one["billable"], one["unknown_tries"]) == ("utility", True, 0)


@pytest.mark.full
async def test_a_whatsapp_that_is_not_delivered_is_told_by_one_text(house: House) -> None:
    phone = "+6281200000012"
    await house.sandbox.put("/control/whatsapp/quirks", json={"delivery": "undeliverable"})
    payment = await house.pay_by_account(phone, **BOTH)
    await house.paid(payment)
    told = await house.until(payment, "payment_paid", whatsapp="failed", sms="delivered", email="sent")
    await house.sandbox.put("/control/whatsapp/quirks", json={"delivery": "delivered"})
    assert told["whatsapp"]["error"] == "131026: the number is not at WhatsApp, or its app is too old"
    assert (len(await house.got("sms", phone)), len(await house.got("whatsapp", phone))) == (1, 0)


async def test_with_whatsapp_down_the_text_speaks_and_with_the_gateway_down_too_the_mail(house: House) -> None:
    phone = "+6281200000013"
    payment = await house.pay_by_account(phone, **BOTH)
    await house.until(payment, "payment_instructions", email="sent")
    for one in ("whatsapp", "twilio"):
        await house.sandbox.put(f"/control/{one}/faults", json={"kind": "reset_before"})
    await house.later(10_900)
    await house.until_tried(payment, "payment_reminder", "whatsapp")
    await house.later(1_000)
    await house.until_tried(payment, "payment_reminder", "sms")
    await house.later(1_000)
    await house.until(payment, "payment_reminder", whatsapp="failed", sms="failed", email="sent")
    await house.sandbox.delete("/control/twilio/faults")
    await house.paid(payment)
    await house.until_tried(payment, "payment_paid", "whatsapp")
    await house.later(1_000)
    await house.until(payment, "payment_paid", whatsapp="failed", sms="delivered", email="sent")
    await house.sandbox.delete("/control/whatsapp/faults")
    assert (len(await house.got("sms", phone)), await house.got("whatsapp", phone)) == (1, [])


@pytest.mark.full
async def test_with_the_gateway_for_texts_down_who_agreed_to_both_is_told_by_whatsapp(house: House) -> None:
    phone = "+6281200000014"
    await house.sandbox.put("/control/twilio/faults", json={"kind": "reset_before"})
    payment = await house.pay_by_account(phone, **BOTH)
    await house.paid(payment)
    await house.until(payment, "payment_paid", whatsapp="delivered", email="sent")
    await house.sandbox.delete("/control/twilio/faults")
    assert (len(await house.got("whatsapp", phone)), await house.got("sms", phone)) == (1, [])


async def test_a_phone_that_is_off_is_sent_a_text_after_a_quarter_of_an_hour_and_one_that_only_did_not_read_is_not(
    house: House,
) -> None:
    unread, off = "+6281200000015", "+6281200000016"
    seen = await house.pay_by_account(unread, **BOTH)
    await house.paid(seen)
    await house.until(seen, "payment_paid", whatsapp="delivered", email="sent")
    await house.sandbox.put("/control/whatsapp/quirks", json={"delivery": "only_sent"})
    payment = await house.pay_by_account(off, **BOTH)
    await house.paid(payment)
    await house.until(payment, "payment_paid", whatsapp="sent", email="sent")
    await house.later(1_000)
    told = await house.until(payment, "payment_paid", whatsapp="sent", sms="delivered", email="sent")
    await house.sandbox.put("/control/whatsapp/quirks", json={"delivery": "delivered"})
    assert told["whatsapp"]["error"] == "nobody said within 15 minutes that it arrived"
    assert set(await house.told(seen, "payment_paid")) == {"whatsapp", "email"}


async def test_a_whatsapp_whose_answer_was_lost_is_known_by_its_news_and_not_sent_again(house: House) -> None:
    phone = "+6281200000017"
    payment = await house.pay_by_account(phone, **BOTH)
    await house.until(payment, "payment_instructions", email="sent")
    await house.sandbox.put("/control/whatsapp/faults", json={"kind": "reset_after_effect", "count": 1})
    await house.paid(payment)
    told = await house.until(payment, "payment_paid", whatsapp="delivered", email="sent")
    (message,) = await house.got("whatsapp", phone)
    assert (told["whatsapp"]["provider_id"], told["whatsapp"]["unknown_tries"]) == (message["id"], 0)
    assert await house.got("sms", phone) == []


@pytest.mark.full
async def test_a_whatsapp_of_which_nothing_is_ever_heard_is_told_by_a_text_and_never_sent_again(house: House) -> None:
    phone = "+6281200000018"
    payment = await house.pay_by_account(phone, **BOTH)
    await house.until(payment, "payment_instructions", email="sent")
    await house.sandbox.put("/control/whatsapp/quirks", json={"delivery": "silent"})
    await house.sandbox.put("/control/whatsapp/faults", json={"kind": "reset_after_effect", "count": 1})
    await house.paid(payment)
    await house.until_tried(payment, "payment_paid", "whatsapp")
    await house.later(1_000)
    told = await house.until(payment, "payment_paid", whatsapp="failed", sms="delivered", email="sent")
    await house.sandbox.put("/control/whatsapp/quirks", json={"delivery": "delivered"})
    assert told["whatsapp"]["error"] == "nobody knows whether it arrived, and nothing was heard of it"
    assert told["whatsapp"]["unknown_tries"] == 1, "the copy that may have come is counted"
    assert len(await house.got("whatsapp", phone)) == 1


@pytest.mark.full
async def test_who_wrote_within_a_day_is_written_to_freely(house: House) -> None:
    phone = "+6281200000019"
    payment = await house.pay_by_account(phone, **BOTH)
    await house.sandbox.post("/control/whatsapp/say", json={"number": phone, "reason": "Sudah saya bayar ya"})
    await house.until_heard("a person wrote; nobody reads it here")
    await house.paid(payment)
    told = await house.until(payment, "payment_paid", whatsapp="delivered", email="sent")
    assert (told["whatsapp"]["category"], told["whatsapp"]["billable"]) == ("service", False)
    (message,) = await house.got("whatsapp", phone)
    assert f"/pay/{payment}?t=" in message["text"]


async def test_stop_on_whatsapp_is_stop_on_the_phone_and_what_was_written_is_erased_with_the_person(
    house: House,
) -> None:
    phone = "+6281200000020"
    await house.sandbox.post("/control/whatsapp/stop", json={"number": phone})
    await house.until_heard("nobody writes to this number any more", "a person wrote")
    payment = await house.pay_by_account(phone, **BOTH)
    await house.paid(payment)
    told = await house.until(payment, "payment_paid", whatsapp="failed", sms="failed", email="sent")
    assert {one["error"] for name, one in told.items() if name != "email"} == {
        "not written to any more: the person said stop"
    }
    assert await house.stored("whatsapp-uji", phone) == 1
    await house.erase(phone)
    assert await house.stored("whatsapp-uji", phone) == 0
    await house.sandbox.post("/control/whatsapp/start", json={"number": phone})
    await house.until_heard("this number may be written to again", "a person wrote")
    again = await house.pay_by_account(phone, **BOTH)
    await house.paid(again)
    await house.until(again, "payment_paid", whatsapp="delivered", email="sent")


async def test_a_template_that_is_charged_for_otherwise_is_not_used_and_operators_are_told(house: House) -> None:
    for language in ("id", "en"):
        about = {"reference": f"gerbang_payment_paid_1/{language}"}
        await house.sandbox.post("/control/whatsapp/recategorise", json=about)
    async with asyncio.timeout(20):
        while "2 message templates are paused" not in (ready := (await house.api.get("/readyz")).text):
            await asyncio.sleep(0.2)
    assert "its category is MARKETING now, and was UTILITY" in ready
    phone = "+6281200000021"
    payment = await house.pay_by_account(phone, **BOTH)
    await house.paid(payment)
    told = await house.until(payment, "payment_paid", whatsapp="failed", sms="delivered", email="sent")
    assert "a person decides" in told["whatsapp"]["error"]
    assert await house.got("whatsapp", phone) == []
    paused = (await house.api.get("/v1/message-templates")).json()["data"]
    assert [(one["template"], one["recategorised"]) for one in paused] == [("gerbang_payment_paid_1", True)] * 2
    for one in paused:
        way = f"/v1/message-templates/{one['connection']}/{one['template']}/{one['language']}/resume"
        assert [(await house.api.post(way)).status_code for _ in range(2)] == [204, 404]
    again = await house.pay_by_account(phone, **BOTH)
    await house.paid(again)
    told = await house.until(again, "payment_paid", whatsapp="delivered", email="sent")
    assert told["whatsapp"]["category"] == "marketing", "as Meta charges for it now"


async def test_meta_is_shown_that_the_address_is_ours_and_a_guess_is_not(house: House) -> None:
    token = json.loads((house.core.settings.data / "sandbox.json").read_text())["whatsapp_verify_token"]
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": token}
    answer = await house.api.get("/hooks/whatsapp-uji", params=asked)
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (
        200,
        "1158201444",
        "text/plain; charset=utf-8",
    )
    refused = await house.api.get("/hooks/whatsapp-uji", params={**asked, "hub.verify_token": "guess"})
    assert refused.status_code == 401
    assert "1158201444" not in refused.text


async def test_a_payer_ticks_the_box_on_their_page_and_is_told_there_and_takes_it_back_as_easily(house: House) -> None:
    phone = "+6281200000031"
    payment, page = await house.open_page(email="box@example.com")
    shown = (await house.api.get(page)).text
    assert '<input type="checkbox" name="agreed" value="yes">' in shown, "nobody ticks it for them"
    form = {"phone": "0812-0000-0031"}
    for wrong, given in (
        ("Centang kotaknya", form),
        ("bukan nomor", {**form, "phone": "nomor saya", "agreed": "yes"}),
        ("Isi nomor ponselnya.", {**form, "phone": "", "agreed": "yes"}),
    ):
        answer = await house.press(page, **given)
        assert (answer.status_code, wrong in answer.text) == (422, True), wrong
    assert 'value="nomor saya"' in (await house.press(page, phone="nomor saya")).text
    assert await house.agreed(payment) == (None, None, "", "")
    assert (await house.press(page, **form, agreed="yes")).status_code == 303
    sms, whatsapp, where, text = await house.agreed(payment)
    assert sms == whatsapp is not None
    assert (where, "lewat WhatsApp atau SMS. Saya bisa berhenti" in text) == ("halaman bayar 127.0.0.1", True)
    assert "•••031" in (await house.api.get(page)).text
    await house.choose_account(payment)
    await house.paid(payment)
    await house.until(payment, "payment_paid", whatsapp="delivered", email="sent")
    assert len(await house.got("whatsapp", phone)) == 1
    again, page = await house.open_page(phone=phone, sms_consent=CONSENT, **BOTH)
    assert (await house.press(page, agreed="stop")).status_code == 303
    assert await house.agreed(again) == (None, None, "", "")
    assert await house.agreed(payment) == (sms, whatsapp, where, text), "anybody can type a number, and silences nobody"


async def test_a_customer_ticks_the_box_once_and_a_stop_from_the_phone_unticks_it_for_all(house: House) -> None:
    phone, who = "+6281200000032", {"external_id": f"C-{ids.new().hex[-8:]}", "email": "once@example.com"}
    _, page = await house.open_page(**who, phone=phone)
    assert "kabar tentang pembayaran-pembayaran saya" in (await house.api.get(page)).text
    assert (await house.press(page, agreed="yes")).status_code == 303
    second, page = await house.open_page(**who)
    paid_page = page
    shown = (await house.api.get(page)).text
    assert ("Kabarnya kami kirim ke" in shown, 'name="agreed" value="yes"' in shown) == (True, False)
    await house.choose_account(second)
    await house.paid(second)
    await house.until(second, "payment_paid", whatsapp="delivered", email="sent")
    await house.sandbox.post("/control/twilio/stop", json={"number": phone})
    await house.until_stopped(phone)
    _, page = await house.open_page(**who)
    shown = (await house.api.get(page)).text
    assert ("Kabarnya kami kirim ke" in shown, 'name="agreed" value="yes"' in shown) == (False, True)
    assert "Selain mencentang, balas START" in shown
    assert (await house.press(paid_page, agreed="yes", phone="0812 9999 9999")).status_code == 303
    kept = (await house.api.get(f"/v1/payments/{second}")).json()["customer"]["phone"]
    assert kept == phone, "refunds are told there: whoever only holds the page's link names no other once it is paid"
    assert (await house.press(page, agreed="yes")).status_code == 303
    shown = (await house.api.get(page)).text
    assert ("Kabarnya kami kirim ke" in shown, "Balas START ke pesan kami" in shown) == (False, True)
    assert "Answer START to our last message" in (await house.api.get(f"{page}&lang=en")).text
    await house.sandbox.post("/control/twilio/start", json={"number": phone})
    await house.until_heard("this number may be written to again")
    assert "Kabarnya kami kirim ke" in (await house.api.get(f"{page}&lang=id")).text
