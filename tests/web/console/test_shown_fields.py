"""What a form remembers of what it showed: only what somebody touched in it counts."""

from gerbang.web.console.shown_fields import FIELD, touched, with_shown

NAMES = ("url", "events", "note")


def test_only_what_differs_from_what_was_shown_is_touched_whatever_a_browser_does_to_line_ends() -> None:
    shown = with_shown({"url": "https://toko.example", "events": "a\nb\n", "note": ""}, NAMES)
    assert touched({**shown, "events": "a\r\nb"}, NAMES) == frozenset()
    assert touched({**shown, "events": "a\r\nc", "note": "x"}, NAMES) == {"events", "note"}


def test_of_a_form_that_does_not_say_what_it_showed_all_is_touched() -> None:
    assert touched({FIELD: "", "url": "", "events": "", "note": ""}, NAMES) == set(NAMES)


def test_nothing_that_was_shown_can_be_read_in_what_is_carried() -> None:
    assert "sari" not in with_shown({"url": "sari@example.com", "events": "", "note": ""}, NAMES)[FIELD]
