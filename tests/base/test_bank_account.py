"""Account numbers as people write them: understood, or refused whole."""

import pytest

from gerbang.base.bank_account import BadAccount, is_telephone_at_bank, read


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("12345", "12345"),
        ("3412-01-031234-53-6", "341201031234536"),
        ("123.456.7890", "1234567890"),
        ("No. rek 1234567890", "1234567890"),
        ("no rekening: 123 456 7890", "1234567890"),
        ("Nomor Rekening 1234567890", "1234567890"),
        ("Norek 1234567890", "1234567890"),
        ("Rek. No. 1234567890", "1234567890"),
        ("Account number 1234567890", "1234567890"),
        ("a/c 1234567890", "1234567890"),
        ("１２３４５６７８９０", "1234567890"),
        ("\u202a1234567890\u202c", "1234567890"),
    ],
)
def test_a_number_is_understood_however_it_is_grouped_or_called(typed: str, kept: str) -> None:
    assert read(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "1234",
        "1" * 21,
        "BCA 1234567890",
        "1234567890 a.n. Sari",
        "12a34567",
        "1234567890 / 987654321",
        "rek",
        "+62 812 3456 7890",
        "1234567890,00",
    ],
)
def test_whatever_else_stands_there_is_refused_and_not_thrown_away(typed: str) -> None:
    with pytest.raises(BadAccount):
        read(typed)


@pytest.mark.parametrize(
    ("bank", "number", "looks"),
    [
        ("BRI", "081234567890", True),
        ("BCA", "6281234567890", True),
        ("GoPay", "081234567890", False),
        ("Bank Jago / OVO", "081234567890", False),
        ("BCA", "1234567890", False),
    ],
)
def test_a_telephone_number_is_noticed_where_the_bank_is_no_e_money(bank: str, number: str, looks: bool) -> None:
    assert is_telephone_at_bank(bank, number) is looks
