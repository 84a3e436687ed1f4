"""How many parts a text takes, by the vectors that were counted by hand."""

import pytest

from gerbang.base.text_segments import Segments, plain_text, segments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("GSM-7", 0, 1)),
        ("a" * 160, Segments("GSM-7", 160, 1)),
        ("a" * 161, Segments("GSM-7", 161, 2)),
        ("a" * 306, Segments("GSM-7", 306, 2)),
        ("a" * 307, Segments("GSM-7", 307, 3)),
        ("a" * 159 + "€", Segments("GSM-7", 161, 2)),
        ("€" * 80, Segments("GSM-7", 160, 1)),
        ("ê" * 70, Segments("UCS-2", 70, 1)),
        ("ê" * 71, Segments("UCS-2", 71, 2)),
        ("é" * 160, Segments("GSM-7", 160, 1)),
        ("☕" * 70, Segments("UCS-2", 70, 1)),
        ("😀" * 35, Segments("UCS-2", 70, 1)),
        ("😀" * 36, Segments("UCS-2", 72, 2)),
        ("don’t", Segments("UCS-2", 5, 1)),
    ],
)
def test_a_text_takes_so_many_parts(text: str, expected: Segments) -> None:
    assert segments(text) == expected


def test_an_extended_character_is_not_split_between_parts() -> None:
    assert segments("a" * 152 + "€" + "a" * 152).parts == 3, "153 and 153 would hold 306, but one place stays empty"


def test_a_pair_of_surrogates_is_not_split_between_parts() -> None:
    assert segments("ê" * 66 + "😀" + "ê" * 66).parts == 3


def test_typesetting_is_taken_out_so_that_a_part_holds_what_it_can() -> None:
    assert plain_text("Rp\u00a0150.000 – don’t “wait” …") == 'Rp 150.000 - don\'t "wait" ...'
    assert segments(plain_text("Rp\u00a0150.000 – don’t")).alphabet == "GSM-7"
