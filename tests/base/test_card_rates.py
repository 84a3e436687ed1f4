"""How often numbers of other kinds are taken for card numbers, and cards missed: measured, and compared with docs/how-to/card-data.md (R14)."""

import random
import re
import string
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from gerbang.base import number_kinds
from gerbang.base.card_numbers import holds_card_number
from tests.base.test_card_numbers import a_card, with_check_digit

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "how-to" / "card-data.md"
EACH: Final = 2_000


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
        (
            ("39355", 18),
            ("3901", 16),
            ("80777", 16),
            ("88480", 18),
            ("26215", 15),
            ("70014", 18),
            ("88608", 16),
            ("7812", 16),
            ("8848", 16),
            ("8625", 16),
            ("5919", 17),
            ("1899", 16),
            ("7915", 16),
            ("9772", 16),
        )
    )
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


def an_order_and_time(dice: random.Random) -> str:
    """As shops number their orders: 16 digits in all."""
    moment = str(dice.randint(1_700_000_000, 1_900_000_000)) + dice.choice(("", "", digits_of(dice, 3)))
    word, between = dice.choice((("order", "-"), ("INV", "-"), ("TRX", "_"), ("Pesanan ", " - ")))
    return f"{word}{between if word != 'Pesanan ' else ''}{dice.choice('45')}{digits_of(dice, dice.randint(2, 8))}{between}{moment}"


def a_marketplace_order(dice: random.Random) -> str:
    return digits_of(dice, dice.randint(13, 16))


def a_voucher(dice: random.Random) -> str:
    return "-".join(digits_of(dice, 4) for _ in range(4))


def a_power_token(dice: random.Random) -> str:
    fours = [digits_of(dice, 4) for _ in range(5)]
    return dice.choice(("", " ", "-")).join(fours)


def a_branch(dice: random.Random) -> str:
    return a_nik(dice) + digits_of(dice, 6)


def an_american_parcel(dice: random.Random) -> str:
    number = "94" + digits_of(dice, 20)
    return dice.choice((number, " ".join(re.findall(".{1,4}", number))))


def a_local_parcel(dice: random.Random) -> str:
    return digits_of(dice, 16)


def a_product(dice: random.Random) -> str:
    return digits_of(dice, 13)


def a_cimb_account(dice: random.Random) -> str:
    return "4598" + digits_of(dice, 12)


def a_wallets_account(dice: random.Random) -> str:
    return f"{dice.choice(('60737', '70001', '301341', '39358'))}08{dice.choice('12357')}{digits_of(dice, dice.randint(7, 9))}"


def an_iban(dice: random.Random) -> str:
    account = digits_of(dice, 18)
    return " ".join(re.findall(".{1,4}", f"DE{98 - int(account + '131400') % 97:02}{account}"))


def more_digits(dice: random.Random) -> str:
    return digits_of(dice, dice.randint(20, 40))


def more_fours(dice: random.Random) -> str:
    return " ".join(digits_of(dice, 4) for _ in range(dice.randint(5, 10)))


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
    "order and time": (an_order_and_time, "order_reference", "Bayar {}"),
    "power token": (a_power_token, "pln_token", "Token PLN {}"),
    "NITKU": (a_branch, "nitku", "NITKU {}"),
    "USPS parcel": (an_american_parcel, "tracking_number", "Tracking {}"),
    "JNE parcel": (a_local_parcel, "resi", "resi JNE {}"),
    "family card": (a_nik, "no_kk", "Kartu Keluarga {}"),
    "product": (a_product, "product_id", "SKU {}"),
    "CIMB virtual account": (a_cimb_account, "va_number", "VA CIMB Niaga {}"),
    "virtual account of a wallet": (a_wallets_account, "account_number", "No. rek Mandiri {}"),
    "IBAN": (an_iban, "iban", "IBAN {}"),
}
# Numbers that begin as cards do, and that nothing distinguishes from them where nothing says what they are.
WORSE: Final = frozenset({"CIMB virtual account", "JNE parcel", "product", "virtual account of a wallet"})
REFERENCES: Final[Mapping[str, Kind]] = {"marketplace order": a_marketplace_order, "voucher": a_voucher}
BARE: Final[Mapping[str, Kind]] = {
    **{name: kind for name, (kind, _, _) in KNOWN.items() if name not in WORSE},
    "two telephones": two_telephones,
    "time": a_time,
    "parcel": a_parcel,
    "UUID": a_uuid,
    "hash": a_hash,
    "token": a_token,
    "order": an_order,
    "more than 19 digits": more_digits,
    "five to ten groups of four": more_fours,
    "any 12 to 19 digits": bare_digits,
}
SENTENCES: Final = ("{}", "Pembayaran untuk {} lunas", "ref {}, 2 pcs")


SIGNS: Final = ("*", "**", "***", " * ", "#", "##", "###", "----", "\u30fc", "\u0640", "¹", "½", " | ", "****")
NAMED: Final = ("VA {}", "VA: {}", "No. rek BCA {}", "resi {}", "HP {}", "NIK {}", "Pesanan {}", "{}")
EXPIRIES: Final = (" 12/27", "12/27", " (01/2029)", "|11|28", " exp 09/30", " - 03/26", " cvv 123")


def between_signs(dice: random.Random, card: str) -> str:
    return dice.choice(SIGNS).join(re.findall(".{1,4}", card))


def with_expiry(dice: random.Random, card: str) -> str:
    """After a word that says that it is something else."""
    return dice.choice(NAMED).format(card + dice.choice(EXPIRIES))


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
    signs = random.Random(10)
    yield (
        "card between signs",
        "missed",
        sum(not holds_card_number(between_signs(signs, card)) for card in cards) / EACH,
    )
    yield (
        "card with its expiry",
        "missed",
        sum(not holds_card_number(with_expiry(signs, card)) for card in cards) / EACH,
    )
    for name, (kind, field, words) in KNOWN.items():
        numbers = [kind(dice) for _ in range(EACH)]
        yield name, "field", sum(holds_card_number(one, field) for one in numbers) / EACH
        yield name, "words", sum(holds_card_number(words.format(one)) for one in numbers) / EACH
    for name, kind in REFERENCES.items():
        yield name, "reference", sum(holds_card_number(kind(dice), "order_reference") for _ in range(EACH)) / EACH
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


def test_three_in_a_hundred_references_of_nothing_but_a_cards_digits_are_refused(
    rates: Sequence[tuple[str, str, float]],
) -> None:
    assert [(kind, rate) for kind, place, rate in rates if place == "reference" and rate > 0.03] == []


def test_the_document_says_what_is_measured(rates: Sequence[tuple[str, str, float]]) -> None:
    lines = [f"| {kind} | {place} | {rate:.2%} |" for kind, place, rate in rates]
    assert "\n".join(lines) in DOCUMENT.read_text(encoding="utf-8"), "\n".join(lines)
