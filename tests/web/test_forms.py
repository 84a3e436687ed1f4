"""What people type into our forms, as it is kept."""

import pytest

from gerbang.web.forms import read_phone


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0812 3456 7890", "+6281234567890"),
        ("+62 812-3456-7890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("(0812) 3456.789", "+628123456789"),
        ("", ""),
        ("0812", ""),
        ("021 555 1234", ""),
        ("+1 415 555 2671", ""),
        ("0812 3456 7890 1234", ""),
        ("٠٨١٢٣٤٥٦٧٨٩٠", ""),
        ("0812x34567890", ""),
    ],
)
def test_a_phone_number_is_kept_in_one_form_however_it_was_typed(typed: str, kept: str) -> None:
    assert read_phone(typed) == kept
