"""What operators read, from made-up values: raw bytes, the timeline, the sentence that says why."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from gerbang.base.errors import Invalid
from gerbang.core.identity.model import Actor, Role, user_caller
from gerbang.core.payments.model import Failure, PaymentStatus, Refund, RefundStatus, TimelineEntry
from gerbang.nouns import NOUNS
from gerbang.web.console import payment_view
from gerbang.web.console.actors import called, listed
from gerbang.web.console.page_frame import exact, read_day
from gerbang.web.console.raw import MOST_BYTES, raw_of
from gerbang.web.console.timeline import steps_of
from gerbang.web.views import attempt_failures
from tests.web.checkout.example_payments import NOW, STORIES, attempt, payment

FINANCE = user_caller(UUID(int=1), Role.FINANCE, UUID(int=2), NOUNS.roles().of(Role.FINANCE))
SUPPORT = user_caller(UUID(int=1), Role.SUPPORT, UUID(int=2), NOUNS.roles().of(Role.SUPPORT))


def moment(kind: str, actor: str = "system:gerbang", **detail: Any) -> TimelineEntry:
    return TimelineEntry(
        id=UUID(int=9), at=NOW, direction="decision", kind=kind, actor=actor, detail=detail, request_id=None
    )


def test_a_form_breaks_before_each_field_at_its_true_offset() -> None:
    raw = raw_of(b"tXid=1&amt=150000&name=S%26ri", "application/x-www-form-urlencoded")
    assert (raw.kind, raw.size) == ("form", 29)
    assert [(line.offset, line.text) for line in raw.lines] == [(0, "tXid=1"), (6, "&amt=150000"), (17, "&name=S%26ri")]


def test_json_and_text_keep_their_lines_and_bytes_that_are_no_text_are_hexadecimal() -> None:
    assert raw_of(b'{"a":\n1}', "application/json").kind == "json"
    assert [line.offset for line in raw_of(b'{"a":\n1}', "application/json").lines] == [0, 6]
    assert raw_of(b"hello", "text/plain").kind == "text"
    hexadecimal = raw_of(b"\xff\xfe\x00", "application/json")
    assert (hexadecimal.kind, hexadecimal.lines[0].text) == ("hex", "ff fe 00")


def test_marks_that_turn_text_are_shown_and_not_obeyed() -> None:
    """R41"""
    line = raw_of("a\u202eb\x00c".encode(), "text/plain").lines[0]
    assert line.text == "a\\u202eb\\u0000c"


def test_a_huge_body_is_cut_even_through_a_character() -> None:
    raw = raw_of("é".encode() * MOST_BYTES, "text/plain")
    assert (raw.size, raw.shown, raw.kind) == (2 * MOST_BYTES, MOST_BYTES, "text")
    odd = raw_of(b"x" + "é".encode() * MOST_BYTES, "text/plain")
    assert odd.kind == "text"


def test_what_came_stands_outside_and_what_we_decided_inside() -> None:
    moments = [
        moment("payment.created", "key:key_01ABCDEFGH", amount=150_000),
        moment("webhook.received", "hook:nicepay-uji", event="evt_1", attempt="att_1"),
        moment(
            "payment.heard", source="inquiry", facts=["Captured"], to="captured", took_ms=211, **{"from": "pending"}
        ),
    ]
    steps = steps_of(moments, payment(), "id")
    assert [step.lane for step in steps] == ["from", "from", "to", "ins"]
    assert steps[1].link == "evt_1"
    assert "Captured" in steps[2].says
    assert "211" in steps[2].says
    assert (steps[3].good, steps[3].mark) == (True, "paid")
    assert "Menunggu → Uang masuk" in steps[3].title


def asked(outcome: str, *facts: str, operation: str = "submit", **more: Any) -> str:
    """The sentence of the timeline about one call."""
    heard = moment(
        "payment.heard",
        source="submit",
        operation=operation,
        outcome=outcome,
        facts=list(facts),
        took_ms=10_000,
        **more,
    )
    (step,) = steps_of([heard], payment(), "en")
    return f"{step.title}: {step.says}".replace("\u00a0", " ")


def test_a_call_is_told_with_its_operation_its_outcome_and_how_long_it_took() -> None:
    assert "<b>Sent the attempt</b> to the provider: Answered <code>Accepted</code> in 10 s." in asked(
        "answered", "Accepted"
    )
    lost = asked("unknown", "AnswerLost", why="Sent, then <TimeoutError>.")
    assert "No clear answer came in 10 s." in lost
    assert "Sent, then &lt;TimeoutError&gt;." in lost
    assert "Answered" not in lost
    assert "The request was refused in 10 s." in asked("refused", "Declined", why="NICEPAY 9004")
    assert "<b>Asked the provider</b> what is true" in asked("answered", operation="inquiry")


def test_an_attempt_that_was_closed_here_only_is_not_told_as_if_the_provider_had_been_asked() -> None:
    closed = moment(
        "payment.moved", source="cancel", facts=["Cancelled"], at_provider=False, to="cancelled", **{"from": "pending"}
    )
    assert [step.lane for step in steps_of([closed], payment(), "en")] == ["ins"]


def test_a_link_is_sent_from_inside_and_opened_outside() -> None:
    moments = [moment("payment.link_sent", "user:usr_01ABCDEFGH"), moment("payment.link_opened", "payer:pay_1")]
    steps = steps_of(moments, payment(), "en")
    assert [step.lane for step in steps] == ["ins", "from"]
    assert "had the payment link sent to the payer" in steps[0].title
    assert "opened the payment link" in steps[1].title


def test_people_and_keys_are_called_by_their_names_and_whoever_is_not_known_by_the_end_of_the_id() -> None:
    names = {"user:usr_1": Actor("Ratih <b>", Role.FINANCE), "key:key_1": Actor("toko", Role.DEVELOPER)}
    told = {label: called(label, names, "en") for label in (*names, "user:usr_01ABCDEFGH", "payer:pay_1", "odd:<i>")}
    assert told["user:usr_1"] == "Ratih &lt;b&gt; (Finance)"
    assert told["key:key_1"] == "API key toko"
    assert "usr_…CDEFGH" in told["user:usr_01ABCDEFGH"]
    assert (told["payer:pay_1"], told["odd:<i>"]) == ("The payer", "odd:&lt;i&gt;")
    (step,) = steps_of([moment("payment.cancelled", "user:usr_1")], payment(), "en", names)
    assert "Ratih &lt;b&gt; (Finance)" in step.title
    assert listed([f"user:usr_{n}" for n in range(8)], names, "en").endswith("+3")


def test_why_a_refund_failed_is_told_in_the_readers_language_with_the_providers_own_words() -> None:
    assert (
        attempt_failures.of_refund("Nobody approved it in time.", "id") == "Tidak ada yang menyetujuinya tepat waktu."
    )
    assert attempt_failures.of_refund("Refused: <b>no", "en") == "Refused by the second person: &lt;b&gt;no"
    declined = attempt_failures.of_refund("card_declined: do not honour", "id")
    assert "do not honour" in declined
    assert declined != attempt_failures.of_refund("card_declined: do not honour", "en")
    assert attempt_failures.of_refund("something <else>", "en") == "something &lt;else&gt;"


def test_a_row_names_its_method_shortly_and_says_that_a_refund_waits_for_a_second_person() -> None:
    row = payment_view.row_of(STORIES["paid"], NOW, "id")
    assert str(row.cells["method"].text).startswith("VA ")
    waiting = Refund(
        id=UUID(int=7),
        payment_id=UUID(int=8),
        attempt_id=UUID(int=9),
        status=RefundStatus.REQUESTED,
        amount=1_000,
        currency="IDR",
        credit_amount=0,
        reason="x",
        provider_reference=None,
        failure=None,
        requested_by="key:key_1",
        created_at=NOW,
        updated_at=NOW,
        approval="pending",
    )
    asked = type(STORIES["paid"])(STORIES["paid"].payment, STORIES["paid"].attempts, (waiting,))
    assert payment_view.row_of(asked, NOW, "en").cells["note"].text == "refund of Rp\u00a01.000 awaits approval"


def test_an_unknown_kind_of_moment_is_told_as_it_is_and_as_text() -> None:
    """R47"""
    (step,) = steps_of([moment("thing.<b>done", "strange:<script>")], payment(), "en")
    assert "<script>" not in step.title
    assert "&lt;script&gt;" in step.title


@pytest.mark.parametrize("name", list(STORIES))
def test_every_state_has_a_row_and_a_reason_in_both_languages(name: str) -> None:
    details = STORIES[name]
    for locale in ("id", "en"):
        row = payment_view.row_of(details, NOW, locale)
        assert str(row.cells["amount"].text).startswith(("Rp", "USD"))
        page = payment_view.page_of(details, payment_view.History([]), FINANCE, NOW, locale)
        assert "<b>" in page.why


def test_the_buttons_are_what_the_state_allows_and_the_person_may() -> None:
    paid, held, created = STORIES["paid"], STORIES["checking-held"], STORIES["choose"]
    assert payment_view.actions_of(paid, FINANCE, NOW) == {"ask", "refund"}
    assert payment_view.actions_of(held, FINANCE, NOW) == {"ask", "resolve"}
    assert payment_view.actions_of(created, FINANCE, NOW) == {"cancel", "link"}
    assert payment_view.actions_of(paid, SUPPORT, NOW) == {"ask"}


def test_the_note_says_what_one_wants_to_know() -> None:
    short = STORIES["part-paid"]
    assert payment_view.row_of(short, NOW, "id").cells["note"].text == "kurang Rp\u00a020.000"
    lost = attempt(failure=Failure("answer_lost", "long story"))
    held = STORIES["checking-held"]
    assert (
        payment_view.row_of(type(held)(payment(PaymentStatus.HELD), (lost,), ()), NOW, "en").cells["note"].text
        == "answer lost"
    )


def test_times_are_those_of_jakarta_to_the_millisecond() -> None:
    at = datetime(2026, 11, 23, 7, 19, 47, 231_000, tzinfo=UTC)
    assert exact(at, "id") == "14.19.47,231"
    assert exact(at, "en") == "14:19:47.231"
    assert read_day("2026-11-23") == datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert read_day("2026-11-23", after=True) == datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert read_day("") is None
    for nonsense in ("yesterday", "2026-13-01", "0001-01-01", "9999-12-31"):
        with pytest.raises(Invalid):
            read_day(nonsense)
