"""Card numbers in what people and programs write (R14): every spelling is found, numbers of other kinds are let through, in linear time."""

import random
import re
import string
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gerbang.base import number_kinds
from gerbang.base.card_numbers import ISSUERS, fits_luhn, holds_card_number, is_card_number, masked

VISA, AMEX = "4111111111111111", "378282246310005"
DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "how-to" / "card-data.md"
EACH: Final = 4_000

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
]  # fmt: skip

LET_THROUGH = [
    "", "4111111111111112", "8888020012345678", "+62 812-3456-7890", "20261123051355123", "150000", "pay_01M83D8F5BFHNV2QF93EYCG5SA",
    "0000000000000000", "12345678901234567890", "411111******1111", "4111 11** **** 1111", "4111-11••-••••-1111", "Rp 4.500.000,00 - Rp 5.200.000,00",
    "+62 812-3456-7890, +62 813-4567-8901", "0812-3456-7890 / 0813-4567-8901", "2026-11-29 14:05:33.123456", "29/11/2026 14.05.33",
    "IONPAYTEST02202611291405331234", "TNICEVA02402202611291405331234", "20261129140533000123", "cv 1234", "cvv", "4111 1111",
    "DE89370400440532013000", "34.567.890.1-234.567", "NIK 5171014101900001", "No. Rek BRI 3412-01-000123-50-5", "EAN 4006381333931",
    "VA BCA 3901082123456789",
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


SEPARATORS: Final = " -/_:.,\t\n\u00a0\u2009\u202f\u2013\u2014\u2212\u200b|;'()"
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
    assert holds_card_number(before + spelled.rstrip(SEPARATORS) + after)


# ── what numbers of other kinds meet ────────────────────────────────────────────────────────────────────────────────


def digits_of(dice: random.Random, count: int) -> str:
    return "".join(dice.choices("0123456789", k=count))


def a_nik(dice: random.Random) -> str:
    province = dice.choice(
        [*range(11, 20), 21, *range(31, 37), 51, 52, 53, *range(61, 66), *range(71, 77), 81, 82, 91, 94]
    )
    day = dice.randint(1, 28) + dice.choice((0, 40))
    return f"{province}{dice.randint(1, 79):02}{dice.randint(1, 30):02}{day:02}{dice.randint(1, 12):02}{dice.randint(50, 99)}{dice.randint(1, 40):04}"


def a_bank_account(dice: random.Random) -> str:
    lengths = {
        "BRI": 15,
        "BCA": 10,
        "Mandiri": 13,
        "BNI": 10,
        "CIMB": 13,
        "Permata": 10,
        "Danamon": 10,
        "SeaBank": 12,
        "BTN": 16,
    }
    bank = dice.choice([*lengths, "BRI", "BRI"])
    return ("0000" if bank == "BTN" else "") + digits_of(dice, lengths[bank] - (4 if bank == "BTN" else 0))


def a_virtual_account(dice: random.Random) -> str:
    prefix, length = dice.choice(
        (("39355", 18), ("3901", 16), ("80777", 16), ("88480", 18), ("26215", 15), ("70014", 18), ("88608", 16), ("7812", 16), ("8848", 16),
         ("8625", 16), ("5919", 17), ("1899", 16), ("7915", 16), ("9772", 16))
    )  # fmt: skip
    return prefix + digits_of(dice, length - len(prefix))


def an_article(dice: random.Random) -> str:
    body = dice.choice(("4", "899", "888", "955", "69", "4")) + digits_of(dice, 12)
    return next(body[:12] + digit for digit in "0123456789" if number_kinds.is_article(body[:12] + digit))


def a_telephone(dice: random.Random) -> str:
    number = f"8{dice.randint(11, 99)}{digits_of(dice, dice.randint(6, 9))}"
    return dice.choice(("0", "62", "+62", "+62 ")) + number


def two_telephones(dice: random.Random) -> str:
    def one() -> str:
        number = a_telephone(dice).replace("+62 ", "0")
        return "-".join((number[:4], number[4:8], number[8:])).rstrip("-")

    return one() + dice.choice((", ", " / ", " ", "; ")) + one()


def a_time(dice: random.Random) -> str:
    seconds = dice.randint(1_700_000_000, 1_900_000_000)
    stamp = time.strftime(dice.choice(("%y%m%d%H%M%S", "%Y%m%d%H%M%S", "%d%m%Y%H%M")), time.gmtime(seconds))
    return dice.choice(
        (f"{seconds}{digits_of(dice, dice.choice((3, 6, 9)))}", stamp + digits_of(dice, dice.choice((2, 3, 4, 6))))
    )


def a_device(dice: random.Random) -> str:
    return with_check_digit(dice.choice(("35", "86", "01")) + digits_of(dice, 12))


def a_parcel(dice: random.Random) -> str:
    return dice.choice(("00", "01", "11", "JP", "SPXID0", "9400", "TLJN")) + digits_of(
        dice, dice.choice((8, 10, 12, 18))
    )


def a_uuid(dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def a_hash(dice: random.Random) -> str:
    return dice.choice(("", "0x")) + f"{dice.getrandbits(256):064x}"


def a_token(dice: random.Random) -> str:
    return "".join(dice.choices(string.ascii_letters + string.digits + "-_", k=43))


def an_order(dice: random.Random) -> str:
    day = time.strftime("%Y%m%d", time.gmtime(dice.randint(1_700_000_000, 1_900_000_000)))
    return dice.choice(
        (
            f"INV/{day}/MPL/{digits_of(dice, 10)}",
            f"{day}{digits_of(dice, 8)}",
            f"#{digits_of(dice, 9)}",
            f"SO-{day}-{digits_of(dice, 5)}",
        )
    )


def bare_digits(dice: random.Random) -> str:
    return digits_of(dice, dice.randint(12, 19))


Kind = Callable[[random.Random], str]
KNOWN: Final[Mapping[str, tuple[Kind, str, str]]] = {
    "bank account": (a_bank_account, "destination_account", "No. rek {}"),
    "NIK": (a_nik, "nik", "NIK {}"),
    "virtual account": (a_virtual_account, "va_number", "VA BCA {}"),
    "EAN": (an_article, "ean", "EAN {}"),
    "telephone": (a_telephone, "phone", "HP {}"),
    "IMEI": (a_device, "imei", "IMEI {}"),
}
BARE: Final[Mapping[str, Kind]] = {
    **{name: kind for name, (kind, _, _) in KNOWN.items()}, "two telephones": two_telephones, "time": a_time, "parcel": a_parcel, "UUID": a_uuid,
    "hash": a_hash, "token": a_token, "order": an_order, "any 12 to 19 digits": bare_digits,
}  # fmt: skip
SENTENCES: Final = ("{}", "Pembayaran untuk {} lunas", "ref {}, 2 pcs")


def measured() -> Iterator[tuple[str, str, float]]:
    """Kind, place, and the share that was taken for card numbers (of cards: that was not)."""
    dice = random.Random(9)
    cards = [a_card(dice) for _ in range(EACH)]
    spelled = [
        dice.choice(
            (
                card,
                " ".join((card[:4], card[4:8], card[8:12], card[12:])).rstrip(),
                "-".join(re.findall(".{1,4}", card)),
            )
        )
        for card in cards
    ]
    yield "card", "missed", sum(not holds_card_number(dice.choice(SENTENCES).format(text)) for text in spelled) / EACH
    for name, (kind, field, words) in KNOWN.items():
        numbers = [kind(dice) for _ in range(EACH)]
        yield name, "field", sum(holds_card_number(one, field) for one in numbers) / EACH
        yield name, "words", sum(holds_card_number(words.format(one)) for one in numbers) / EACH
    for name, kind in BARE.items():
        yield (
            name,
            "free text",
            sum(holds_card_number(dice.choice(SENTENCES).format(kind(dice))) for _ in range(EACH)) / EACH,
        )


@pytest.fixture(scope="module")
def rates() -> Sequence[tuple[str, str, float]]:
    return list(measured())


def test_one_card_number_in_a_hundred_is_missed_at_most(rates: Sequence[tuple[str, str, float]]) -> None:
    assert [(kind, rate) for kind, place, rate in rates if place == "missed" and rate > 0.01] == []


def test_one_number_in_a_thousand_is_refused_where_its_field_or_the_words_before_it_tell_its_kind(
    rates: Sequence[tuple[str, str, float]],
) -> None:
    assert [(kind, place, rate) for kind, place, rate in rates if place in ("field", "words") and rate > 0.001] == []


def test_two_numbers_in_a_hundred_are_refused_in_free_text(rates: Sequence[tuple[str, str, float]]) -> None:
    assert [(kind, rate) for kind, place, rate in rates if place == "free text" and rate > 0.02] == []


def test_the_document_says_what_is_measured(rates: Sequence[tuple[str, str, float]]) -> None:
    lines = [f"| {kind} | {place} | {rate:.2%} |" for kind, place, rate in rates]
    assert "\n".join(lines) in DOCUMENT.read_text(encoding="utf-8"), "\n".join(lines)


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
