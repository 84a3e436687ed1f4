"""What Meta tells: verified over the very bytes that came, closed by default, and read into facts."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from gerbang.ports.messenger import OptOut, Progress, Receipt, Several, TemplateNews, TemplateState, Why, Wrote
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Ignored, Rejection, Reply, Verified, WebhookRequest
from gerbang.providers.whatsapp.webhook import WhatsAppWebhook, verify_address

WEBHOOK = WhatsAppWebhook()
SECRET = b"00112233445566778899aabbccddeeff"
NUMBER = "106540352242922"
# The vector of the notes: 347 bytes, and what they are signed with.
BODY = (
    b'{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{"messaging_product":"whatsapp","metadata":'
    b'{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},"statuses":[{"id":"wamid.TEST0001","status":"delivered",'
    b'"timestamp":"1780000000","recipient_id":"6281200000001"}]},"field":"messages"}]}]}'
)
SIGNATURE = "sha256=ba78ecf9a0025699cc7c14249bae5075faae07be6e5549961cb4828369205850"


def account(*secrets: bytes, verify: bytes = b"ours") -> Account:
    return Account(
        "whatsapp-main",
        livemode=True,
        settings={"phone_number_id": NUMBER},
        secrets={"app_secret": secrets or (SECRET,), "verify_token": [verify]},
    )


def signed(body: bytes, secret: bytes = SECRET) -> WebhookRequest:
    made = hmac.new(secret, body, hashlib.sha256).hexdigest()
    return WebhookRequest({"x-hub-signature-256": f"sha256={made}"}, body)


def notice(*changes: tuple[str, dict[str, Any]]) -> bytes:
    told = [{"field": field, "value": value} for field, value in changes]
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": told}]}).encode()


def messages(number: str = NUMBER, **value: Any) -> tuple[str, dict[str, Any]]:
    return "messages", {"metadata": {"phone_number_id": number}, **value}


def status(word: str, **more: Any) -> dict[str, Any]:
    return {"id": "wamid.1", "status": word, "timestamp": "1780000000", "recipient_id": "6281200000001", **more}


def read(*changes: tuple[str, dict[str, Any]]) -> tuple[object, ...]:
    said = WEBHOOK.read(account(), signed(notice(*changes)))
    return said.news if isinstance(said, Several) else (said,)


def test_the_published_bytes_have_the_published_signature() -> None:
    found = WEBHOOK.verify(account(), WebhookRequest({"x-hub-signature-256": SIGNATURE}, BODY), 0.0)
    assert found == Verified("", "wamid.TEST0001", "message.delivered")
    assert WEBHOOK.read(account(), signed(BODY)) == Several((Receipt("wamid.TEST0001", Progress.DELIVERED),))


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        ('{"note":"Café ☕"}', "48905ab6b23d6934877c1749e43ca21841413f2aa161d9a636a1dfe7a4c51542"),
        ('{"note":"Caf\\u00e9 \\u2615"}', "e941e72b681c7fd34595c4e010dca1acb170a44e2b20d924275b18f9e53d57f5"),
    ],
)
def test_the_bytes_are_signed_and_not_what_they_say(text: str, signature: str) -> None:
    incoming = WebhookRequest({"x-hub-signature-256": f"sha256={signature}"}, text.encode())
    assert WEBHOOK.verify(account(), incoming, 0.0) is Rejection.MALFORMED, "genuine, and no notice"
    changed = WebhookRequest(incoming.headers, text.encode() + b" ")
    assert WEBHOOK.verify(account(), changed, 0.0) is Rejection.FORGED


@pytest.mark.parametrize(
    ("incoming", "why"),
    [
        (WebhookRequest({}, BODY), Rejection.MISSING),
        (WebhookRequest({"x-hub-signature-256": "sha256="}, BODY), Rejection.FORGED),
        (WebhookRequest({"x-hub-signature-256": SIGNATURE.removeprefix("sha256=")}, BODY), Rejection.FORGED),
        (
            WebhookRequest({"x-hub-signature-256": SIGNATURE}, BODY.replace(b"delivered", b"readready")),
            Rejection.FORGED,
        ),
        (signed(BODY, b"another"), Rejection.FORGED),
        (signed(b"[]"), Rejection.MALFORMED),
        (signed(b"{" * 100_000), Rejection.MALFORMED),
        (signed(b'{"object":"page","entry":[]}'), Rejection.MALFORMED),
    ],
)
def test_what_is_not_signed_with_the_apps_secret_is_refused(incoming: WebhookRequest, why: Rejection) -> None:
    assert WEBHOOK.verify(account(), incoming, 0.0) is why


def test_any_of_the_apps_secrets_verifies_and_an_empty_one_never() -> None:
    assert isinstance(WEBHOOK.verify(account(b"new", SECRET), signed(BODY), 0.0), Verified)
    assert WEBHOOK.verify(account(b""), signed(BODY, b""), 0.0) is Rejection.NO_SECRET


def test_meta_is_shown_its_challenge_as_plain_text_where_it_knows_the_token() -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "<b>1158201444</b>", "hub.verify_token": "ours"}
    found = verify_address(account(), asked)
    assert found == Reply(200, "text/plain; charset=utf-8", b"<b>1158201444</b>")
    assert verify_address(account(), {**asked, "hub.verify_token": "theirs"}) is Rejection.FORGED
    assert verify_address(account(), {**asked, "hub.mode": "unsubscribe"}) is Rejection.MALFORMED
    assert verify_address(account(), {**asked, "hub.challenge": ""}) is Rejection.MALFORMED
    assert verify_address(account(), {**asked, "hub.challenge": "1" * 1_000}) is Rejection.MALFORMED
    assert verify_address(account(), {}) is Rejection.MISSING
    assert verify_address(account(verify=b""), {**asked, "hub.verify_token": ""}) is Rejection.NO_SECRET


def test_a_status_names_our_reference_and_how_it_is_charged_for() -> None:
    priced = {"billable": True, "pricing_model": "PMP", "category": "utility", "type": "regular"}
    assert read(messages(statuses=[status("sent", biz_opaque_callback_data="ntf_1", pricing=priced)])) == (
        Receipt("wamid.1", Progress.SENT, reference="ntf_1", category="utility", billable=True),
    )


def test_a_failure_says_why_by_its_code() -> None:
    failed = status("failed", errors=[{"code": 131026, "title": "Message undeliverable"}])
    said = Receipt(
        "wamid.1",
        Progress.FAILED,
        Why.PERMANENT,
        "131026: the number is not at WhatsApp, or its app is too old",
    )
    assert read(messages(statuses=[failed])) == (said,)
    assert read(messages(statuses=[status("failed")])) == (
        Receipt("wamid.1", Progress.FAILED, Why.PERMANENT, "failed"),
    )


def test_several_things_in_one_webhook_are_all_read_and_those_of_another_number_are_not() -> None:
    news = read(
        messages(statuses=[status("sent"), status("delivered"), status("dreamt")]),
        messages("999", statuses=[status("read")]),
        ("account_update", {}),
    )
    assert [type(one) for one in news] == [Receipt, Receipt, Ignored, Ignored, Ignored]


@pytest.mark.parametrize(
    ("text", "out"), [("STOP", True), (" berhenti ", True), ("mulai", False), ("please stop calling me", None)]
)
def test_whoever_writes_opens_the_window_and_one_word_alone_stops_or_starts(text: str, out: bool | None) -> None:
    inbound = {"from": "6281200000001", "id": "wamid.2", "timestamp": "1780000000", "text": {"body": text}}
    wrote = Wrote("+6281200000001", datetime.fromtimestamp(1_780_000_000, UTC))
    stop = () if out is None else (OptOut("+6281200000001", out=out),)
    assert read(messages(messages=[inbound])) == (wrote, *stop)


def test_a_button_stops_too_and_who_hides_the_number_is_nobody_to_write_to() -> None:
    pressed = {"from": "6281200000001", "timestamp": "1", "type": "button", "button": {"text": "Stop"}}
    assert OptOut("+6281200000001", out=True) in read(messages(messages=[pressed]))
    hidden = {"from": "ID.abcdef", "id": "wamid.2", "timestamp": "1", "text": {"body": "STOP"}}
    assert read(messages(messages=[hidden, {"user_id": "ID.abcdef"}])) == (
        Ignored(
            "WhatsApp withholds the sender's number (ID.abcdef): they said STOP, and no number can be stopped by it; stop the customer by hand"
        ),
        Ignored(
            "WhatsApp withholds the sender's number (ID.abcdef): nobody is known by it, and nobody reads what they wrote"
        ),
    )


@pytest.mark.parametrize(
    ("field", "told", "state"),
    [
        ("message_template_status_update", {"event": "PAUSED", "reason": "NONE"}, TemplateState.UNUSABLE),
        ("message_template_status_update", {"event": "DISABLED"}, TemplateState.UNUSABLE),
        ("message_template_status_update", {"event": "APPROVED"}, TemplateState.USABLE),
        ("message_template_status_update", {"event": "REINSTATED"}, TemplateState.USABLE),
        ("message_template_status_update", {"event": "PENDING"}, None),
        (
            "template_category_update",
            {"previous_category": "UTILITY", "new_category": "MARKETING"},
            TemplateState.RECATEGORISED,
        ),
        (
            "template_category_update",
            {"previous_category": "UTILITY", "correct_category": "MARKETING"},
            TemplateState.RECATEGORISED,
        ),
        (
            "template_category_update",
            {"previous_category": "MARKETING", "new_category": "UTILITY"},
            TemplateState.USABLE,
        ),
    ],
)
def test_what_became_of_a_template_is_read(field: str, told: dict[str, str], state: TemplateState | None) -> None:
    named = {"message_template_name": "gerbang_payment_paid_1", "message_template_language": "id"}
    (news,) = read((field, {**named, **told}))
    if state is None:
        assert isinstance(news, Ignored)
        return
    assert isinstance(news, TemplateNews)
    assert (news.template, news.language, news.state) == ("gerbang_payment_paid_1", "id", state)


@pytest.mark.parametrize("value", [{"statuses": "x"}, {"statuses": [{"id": 1}]}, {"messages": [1]}, {"metadata": []}])
def test_what_cannot_be_read_is_nothing_and_breaks_nothing(value: dict[str, Any]) -> None:
    incoming = signed(notice(("messages", value)))
    assert isinstance(WEBHOOK.verify(account(), incoming, 0.0), Verified)
    assert all(isinstance(one, Ignored) for one in read(("messages", value)))
