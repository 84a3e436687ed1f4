"""Card numbers in what people and programs write (R14): every spelling is found, numbers of other kinds are let through, in linear time."""

import json
import random
import re
import time
from typing import Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gerbang.base import number_kinds
from gerbang.base.card_issuers import ISSUERS, fits_luhn, is_card_number
from gerbang.base.card_numbers import holds_card_number, masked

VISA, AMEX = "4111111111111111", "378282246310005"

FOUND = [
    VISA, AMEX, "4111 1111 1111 1111", "4111-1111-1111-1111", "4111 1111 1111 1111 12/27", "4111111111111111 12/27 123",
    "4111\t1111\t1111\t1111", "4111\u00a01111\u00a01111\u00a01111", "4111\u20091111\u20091111\u20091111", "4111\n1111\n1111\n1111",
    "4111/1111/1111/1111", "4111_1111_1111_1111", "4111:1111:1111:1111", "4111.1111.1111.1111", "4111,1111,1111,1111",
    "4111\u20131111\u20131111\u20131111", "4111 - 1111 - 1111 - 1111", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "4111\u200b1111\u200b1111\u200b1111",
    "４１１１１１１１１１１１１１１１", "٤١١١١١١١١١١١١١١١", "۴۱۱۱۱۱۱۱۱۱۱۱۱۱۱۱", "४१११ ११११ ११११ ११११", "𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏", "④①①①①①①①①①①①①①①①",
    "99 4111 1111 1111 1111 88", "No. 12 4111-1111-1111-1111 3 pcs", "kartu4111111111111111ya", "nomor kartu saya: 4111111111111111.",
    "41111111111111111227", "41111111111111112712123", "4111111111111111123", "3782822463100051227", "4111 1111 1111 11111227",
    "004111111111111111 12/27", "00004111111111111111", "%B4111111111111111^SARI/W^2512101000", ";4111111111111111=25121010000012345678?",
    "4111111111111111.0", "4111%201111%201111%201111", "%34%31%31%31111111111111", "4111&nbsp;1111&nbsp;1111&nbsp;1111", "&#52;111111111111111",
    '["4111","1111","1111","1111"]', "sari4111111111111111@example.com", "https://toko.example/?kartu=4111111111111111&x=1",
    "5555 5555 5555 4444", "2223003122003222", "6011111111111117", "3566002020360505", "36227206271667", "3056930009020004",
    "6200000000000005", "6304000000000000", "6759649826438453", "cvv 123", "CVC: 1234", "kode cvv2 = 123",
    "8171999900000026", "5061460410120223210", "6703444444444449", "9704000000000018", "4111•1111•1111•1111", "4111 • 1111 • 1111 • 1111",
    "4111    1111    1111    1111", "4111\r\n\r\n1111\r\n\r\n1111\r\n\r\n1111", "4111\u31641111\u31641111\u31641111", "4111<b>1111</b>1111<br/>1111",
    "04111111111111111", "0004111111111111111", "credit card account 4111111111111111", "kartu kredit rek 378282246310005", "4111 1111 1111 1111 1227",
    "4111 1111 1111 1111 4222 2222 2222 2220", "2026 4111 1111 1111 1111", "order-4111-1111-1111-1111", "Pesanan 4111111111111111", "kode keamanan 123",
    "4111*1111*1111*1111", "4111 ** 1111 ** 1111 ** 1111", "4111***1111***1111***1111", "4111#1111#1111#1111", "4111###1111###1111###1111",
    "4111****1111****1111****1111", "3782*822463*10005", "4111ー1111ー1111ー1111", "4111\u06401111\u06401111\u06401111", "4111¹1111¹1111¹1111",
    "4111½1111½1111½1111", "4111①1111②1111③1111", "4111----1111----1111----1111", "4111 ----- 1111 ----- 1111 ----- 1111", "四一一一一一一一一一一一一一一一",
    "411111111111111112/27", "41111111111111111/27", "411111111111111112/2027", "41111111111111112027-12", "4111 1111 1111 111112/27",
    "VA 4111111111111111 12/27", "VA: 4111111111111111 12/27", "resi 4111111111111111 12/27", "VA 411111111111111112/27", "VA BCA 4111111111111111 (12/27)",
    "No. rek 4111111111111111, exp 12/27", "VA 4111111111111111 valid thru 12/2027", "VA 4111111111111111|12|27|123", "SKU 4111111111111111 12-27",
    "VA 4111111111111111 cvv 123", "VA 4111 1111 1111 1111", "CVV saya 123", "security code 123", "csc 123", "kode keamanan kartu saya adalah 123",
]  # fmt: skip

LET_THROUGH = [
    "", "4111111111111112", "8888020012345678", "+62 812-3456-7890", "20261123051355123", "150000", "pay_01M83D8F5BFHNV2QF93EYCG5SA",
    "0000000000000000", "12345678901234567890", "411111******1111", "4111 11** **** 1111", "4111-11••-••••-1111", "Rp 4.500.000,00 - Rp 5.200.000,00",
    "+62 812-3456-7890, +62 813-4567-8901", "0812-3456-7890 / 0813-4567-8901", "2026-11-29 14:05:33.123456", "29/11/2026 14.05.33",
    "IONPAYTEST02202611291405331234", "TNICEVA02402202611291405331234", "20261129140533000123", "cv 1234", "cvv", "4111 1111",
    "DE89370400440532013000", "34.567.890.1-234.567", "NIK 5171014101900001", "No. Rek BRI 3412-01-000123-50-5", "EAN 4006381333931",
    "VA BCA 3901082123456789", "order-450691-1796163953", "INV-45069-1796163953123", "Pesanan 450691 - 1796163953", "4506911-20261129-7",
    "4111****1111", "4111********1111", "4111 11## #### 1111", "41111111****1111", "4111 **** **** 1111 4111 **** **** 1111", "4111****1111, 1111****1111", "4111 11** 1*** 1*** 4*** 1*** 1*** 1*** 4*** 1*** 1*** 1***",
    "4111####1111 dan 1111####1111", "VA 4111111111111111", "VA 4111111111111111 berlaku sampai 27/12/2026", "VA 4111111111111111, 12/12/2026", "VA 4111111111111111 12.30",
    "IBAN BE68 5390 0754 7034 dari", "411111111111111187654321", "1234 4111 1111 1111 1111", "4111-11••-••••-1111", "kode keamanan", "resi JNE 4111111111111111",
]  # fmt: skip


@pytest.mark.parametrize("text", FOUND)
def test_a_card_number_is_found_however_it_is_spelled(text: str) -> None:
    assert holds_card_number(text)


@pytest.mark.parametrize("text", LET_THROUGH)
def test_what_is_no_card_number_is_let_through(text: str) -> None:
    assert not holds_card_number(text)


@pytest.mark.parametrize("digits", [40, 64], ids=["address", "transaction"])
def test_what_stands_on_a_chain_holds_no_card_number_by_chance(digits: int) -> None:
    hexadecimal = "Ab" + VISA + "c" * (digits - 2 - len(VISA))
    assert not holds_card_number(f"0x{hexadecimal}")
    assert holds_card_number(hexadecimal)
    assert holds_card_number(f"0x{hexadecimal} {VISA}")


@settings(deadline=None)
@given(st.text(alphabet="0123456789", min_size=12, max_size=18))
def test_a_luhn_digit_makes_the_check_hold_and_any_other_breaks_it(body: str) -> None:
    assert len([digit for digit in "0123456789" if fits_luhn(body + digit)]) == 1


def test_a_masked_number_keeps_its_ends_and_the_text_around_it() -> None:
    text = f"Bayar ٤{VISA[1:12]} 1111 dari sari, lalu {AMEX}; pesanan 12345678901234"
    safe = masked(text)
    assert (len(safe), "411111" in masked(VISA), safe.endswith("pesanan 12345678901234")) == (len(text), True, True)
    assert safe.startswith("Bayar ٤11111****** 1111 dari sari, lalu 378282*****0005;"), safe
    assert masked('{"vacctNo":"3412345678901230","note":"x"}') == '{"vacctNo":"3412345678901230","note":"x"}'


# ── every spelling ──────────────────────────────────────────────────────────────────────────────────────────────────


def with_check_digit(body: str) -> str:
    return next(body + digit for digit in "0123456789" if fits_luhn(body + digit))


def a_card(dice: random.Random) -> str:
    """Of an issuer at random, as a card of that issuer has it."""
    while True:
        _, low, high, lengths = dice.choice(ISSUERS)
        length = dice.choice(list(lengths))
        body = str(dice.randint(low, high)) + "".join(dice.choice("0123456789") for _ in range(length - 5))
        card = with_check_digit(body)
        if not number_kinds.looks_made(card):
            return card


SEPARATORS: Final = " -/_:.,\t\n\u00a0\u2009\u202f\u2013\u2014\u2212\u200b|;'()*#\u30fc\u0640½¹"
ZEROS: Final = "0٠۰०๐０𝟎᠐"
AROUND: Final = ("", "kartu ", "No. ", "bayar dengan kartu: ", "pesanan A-12, ", "(", "halo ")
BEHIND: Final = ("", " ya", " 12/27", " exp 12/27 cvv 123", ")", ", terima kasih", ". Total 150.000", "; 2 pcs")


@settings(deadline=None)  # a busy machine is no slow code
@given(
    seed=st.integers(0, 2**32),
    often=st.sampled_from((1, 3, 4, 16)),
    before=st.sampled_from(AROUND),
    after=st.sampled_from(BEHIND),
)
def test_any_card_number_is_found_in_any_script_with_any_separators_in_any_text(
    seed: int, often: int, before: str, after: str
) -> None:
    dice = random.Random(seed)
    zero = dice.choice(ZEROS)
    card = [chr(ord(zero) + int(digit)) for digit in a_card(dice)]
    spelled = "".join(
        digit + ("".join(dice.choices(SEPARATORS, k=dice.randint(0, 3))) if number % often == 0 else "")
        for number, digit in enumerate(card, start=1)
    )
    groups = [
        "".join(str(ord(digit) - ord(zero)) for digit in group)
        for group in re.split(f"[{re.escape(SEPARATORS)}]+", spelled)
    ]
    assume(not number_kinds.holds_moment(groups))  # as shops number their orders
    assert holds_card_number(before + spelled.rstrip(SEPARATORS) + after)


@pytest.mark.parametrize("field", ["order_reference", "Idempotency-Key", "customer_id", "invoice"])
@pytest.mark.parametrize(
    "written", ["4111-1111-1111-1111", "ORDER-4111 1111 1111 1111", VISA, AMEX, "3782 822463 10005"]
)
def test_a_reference_that_is_written_as_a_card_is_one(field: str, written: str) -> None:
    assert holds_card_number(written, field)


def test_a_field_of_a_card_explains_no_number_by_its_last_word() -> None:
    assert holds_card_number(AMEX, "credit_card_account")
    assert not holds_card_number(AMEX, "account")  # one of ten accounts of 15 digits that begin so passes by chance


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("va_number", "4111 1111 1111 1111"),
        ("virtual_account", "4111-1111-1111-1111"),
        ("account_number", "3782 822463 10005"),
        ("va_number", f"{VISA} 12/27"),
        ("resi", f"{VISA} 12/27"),
        ("account", f"{AMEX}, exp 12/27"),
        ("order_reference", f"{VISA[:12]}-{VISA[12:]} 12/27"),
    ],
)
def test_no_name_of_a_field_explains_a_number_in_a_cards_groups_or_with_an_expiry(field: str, written: str) -> None:
    assert holds_card_number(written, field)


# ── time ────────────────────────────────────────────────────────────────────────────────────────────────────────────

SLOWEST = (
    "4",
    "4 ",
    "41 ",
    "4-- ",
    "0",
    "4444444444444x",
    "12345678901x",
    "150000, 2500 x 3; ",
    "5171014101900001 NIK ",
    "%34",
    "４",
)


@pytest.mark.parametrize("part", SLOWEST)
def test_eight_times_the_text_takes_about_eight_times_as_long(part: str) -> None:
    def seconds(size: int) -> float:
        text = (part * size)[:size]
        started = time.process_time()
        holds_card_number(text)
        return time.process_time() - started

    small = min(seconds(15_000) for _ in range(5))
    large = min(seconds(120_000) for _ in range(3))
    assert large < 32 * max(small, 0.0005)


def test_a_number_that_no_table_knows_is_none() -> None:
    assert not is_card_number("9999999999999995")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('{"cvv":"123","a":1}', '{"cvv":"***","a":1}'),
        ('{"securityCode": 1234}', '{"securityCode": ****}'),
        ("cardCvv=999&x=1", "cardCvv=***&x=1"),
        ("kode_keamanan: 123", "kode_keamanan: ***"),
        ('{"cvvResult":"123"}', '{"cvvResult":"123"}'),
        ('{"statusCode":"123"}', '{"statusCode":"123"}'),
    ],
)
def test_a_security_code_is_masked_by_the_name_of_its_field(written: str, kept: str) -> None:
    assert masked(written) == kept


@pytest.mark.parametrize(
    "piece", ["0812 3456 7890 ", "4111 1111 1111 1111 ", "4 ", "4000 ", '"4111111111111111",', "٤ "]
)
def test_a_body_full_of_numbers_is_masked_in_time_that_grows_with_its_length_only(piece: str) -> None:
    body = piece * (250_000 // len(piece))
    begin = time.process_time()
    safe = masked(body)
    assert time.process_time() - begin < 0.5
    assert len(safe) == len(body)
    assert not holds_card_number(safe[:4_000])
    assert not holds_card_number(safe[200_000:204_000])


def test_behind_many_numbers_signs_of_the_text_stay_as_they_were() -> None:
    safe = masked("[" + ",".join(["4111111111111111"] * 2_000) + "]", "0")
    assert len(json.loads(safe)) == 2_000


@pytest.mark.parametrize(
    "made_up",
    ["4705186741778317c4410794bd86ce25", "49e0b4343071724470a7529595c73e01", "35b085323cce4153806935353247105b"],
)
def test_an_id_of_32_hex_digits_is_no_card_although_some_of_them_look_like_one(made_up: str) -> None:
    """A UUID without dashes: one of thirty thousand has such digits."""
    assert not holds_card_number(made_up, "Idempotency-Key")
    assert not holds_card_number(f"ref {made_up}")
    assert holds_card_number("4532015260181596abcdef", "Idempotency-Key")


@pytest.mark.parametrize(
    "digest", ["3696672981271769c3349242893fb8dea784c263cb17a6f290b9c6272eadae1f", "A" * 24 + "4111111111111111"]
)
def test_digits_inside_a_digest_are_no_card_number_and_stay_as_they_were_signed(digest: str) -> None:
    body = f"amt=10032&merchantToken={digest}&matchCl=1"
    assert masked(body) == body


@pytest.mark.parametrize(
    "text", ["abcdef 4111111111111111", "deadbeef4111111111111111", "4111111111111111 " + "ab12" * 10]
)
def test_a_card_number_beside_a_digest_or_behind_a_short_word_of_its_letters_is_one(text: str) -> None:
    assert "4111111111111111" not in masked(text)
