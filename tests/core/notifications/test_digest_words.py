"""What a digest says in a chat, whose rooms cut silently, and of a time that it waited."""

from datetime import UTC, datetime, timedelta

from gerbang.core.notifications.model import Template
from gerbang.core.notifications.rendering import MOST_IN_CHAT, Letterhead, render

AT = datetime(2026, 11, 23, 3, 35, tzinfo=UTC)
LINK = "https://bayar.toko.example/console/notices"


def said(events: int, *, waited: timedelta = timedelta(), chat: bool = True, language: str = "en") -> str:
    newest = [
        {
            "type": "payment.held",
            "about": f"pay_{n:026}",
            "path": f"/console/payments/pay_{n:026}",
            "at": AT.isoformat(),
        }
        for n in range(events)
    ]
    digest = {
        "frequency": "hourly",
        "zone": "Asia/Jakarta",
        "total": events,
        "since": (AT - waited).isoformat(),
        "counts": {"payment.held": events},
        "newest": newest,
    }
    data = {"type": "operator.digest", "at": AT.isoformat(), "livemode": True, "digest": digest}
    return render(
        Template.OPERATOR_DIGEST, language, data, name="", link=LINK, letterhead=Letterhead("Toko"), chat=chat
    ).text


def test_a_chat_is_told_the_count_and_the_link_first_and_as_many_events_as_every_room_takes() -> None:
    text = said(50)
    listed = text.count("- ") - text.count("\n-- ")
    assert len(text) <= MOST_IN_CHAT
    assert text.index("50 events") < text.index(LINK) < text.index("/console/payments/")
    assert listed > 1
    assert f"the other {50 - listed} in the console" in text
    assert said(50, chat=False).count("/console/payments/") == 50


def test_a_chat_is_no_mail_and_what_waited_says_since_when() -> None:
    assert "mail" not in said(1).lower()
    assert "email" not in said(1, language="id").lower()
    assert "In the last hour" in said(1)
    assert "In the last hour" not in said(1, waited=timedelta(hours=5))
    assert "Since" in said(1, waited=timedelta(hours=5))
