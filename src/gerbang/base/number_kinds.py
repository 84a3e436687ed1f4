"""Numbers that are no card numbers although their digits might be: by their own form, by a word before them, or by the name of their field.

Accounts, virtual accounts, identity and tax numbers, articles, telephones, devices, parcels, times, ids and hashes. Pure; no card is known here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

_DATE_TIME: Final = re.compile(
    r"(?:2[0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])|(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])20[0-9]{2})"
    r"(?:[01][0-9]|2[0-3])[0-5][0-9][0-9]*"
)
_SECONDS: Final = slice(10, 12)
_DATE: Final = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_PROVINCES: Final = re.compile(r"1[1-9]|21|3[1-6]|5[1-3]|6[1-5]|7[1-6]|8[12]|9[1-7]")
# Forms that say what they are. Each is tried only where something in the text looks like a card number.
_FORMS: Final = re.compile(
    r"(?P<uuid>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)"
    r"|(?P<chain>\b0x(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40})\b)"
    r"|(?P<key>(?<![0-9A-Za-z])(?=(?:[0-9]*[a-fA-F]){3})[0-9a-fA-F]{32}(?![0-9A-Za-z]))"
    r"|(?P<iban>\b[A-Z]{2}[0-9]{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b)"
    r"|(?P<jwt>\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+)"
    r"|(?P<npwp>\b[0-9]{2}\.[0-9]{3}\.[0-9]{3}\.[0-9]-[0-9]{3}\.[0-9]{3}\b)"
    r"|(?P<bri>\b[0-9]{4}[-. ][0-9]{2}[-. ][0-9]{6}[-. ][0-9]{2}[-. ][0-9]\b)"
    r"|(?P<time>\b20[0-9]{2}[-/.](?:0[1-9]|1[0-2])[-/.](?:0[1-9]|[12][0-9]|3[01])(?:[ T][0-2][0-9][:.][0-5][0-9](?:[:.][0-5][0-9](?:[.,][0-9]{1,9})?)?)?\b)"
    r"|(?P<day>\b(?:0[1-9]|[12][0-9]|3[01])[-/.](?:0[1-9]|1[0-2])[-/.]20[0-9]{2}(?:[ ,]{1,2}[0-2][0-9][:.][0-5][0-9](?:[:.][0-5][0-9])?)?\b)"
    r"|(?<![0-9])(?<![0-9][-. ])(?P<mobile>(?:\+62|62|0)[ .()\-]{0,2}8[1-9][0-9](?:[ .\-]?[0-9]{3,4}){1,2}(?:[ .\-]?[0-9]{1,3})?)(?![0-9])"
    r"|(?P<grouped>(?<![0-9])628[1-9](?P<sign>[ .\-])[0-9]{3,4}(?P=sign)[0-9]{2,6}(?!(?P=sign)?[0-9]))"
    r"|(?P<abroad>(?<![0-9A-Za-z])\+[1-9][0-9]{0,2}(?:[ .()\-]{1,2}[0-9]{1,5}){1,5}\b)"
    r"|(?P<money>\bRp\.?\s?[0-9]{1,3}(?:\.[0-9]{3})*(?:,[0-9]{2}|,-)?)"
    r"|\b(?P<label>(?:no(?:mor|\.)?\s{0,2})?(?:nik|ktp|kk|kartu\s?keluarga|npwp|nitku|token|stroom|sku|va|virtual\s?account|briva|rek(?:ening)?|norek|account|acct|ean|gtin|barcode|isbn|imei|resi|awb|tracking|hp|wa|telp|tel|phone)"
    r"(?:\s{1,2}(?:number|no\.?|nomor|pln|listrik|bank|bca|bri|bni|mandiri|permata|cimb|niaga|danamon|maybank|hana|btn|bsi|gopay|jne|jnt|usps)){0,2})(?P<between>[\W_]{1,4})(?P<number>[0-9](?:[ .\-]?[0-9]){7,21})(?![0-9])",
    re.IGNORECASE,
)


_REFERENCE_BEFORE: Final = re.compile(
    r"(?i:\b|_)(?i:order|pesanan|inv|invoice|faktur|trx|booking|transaksi)[\W_]{0,3}(?i:no\.?|id|nomor)?[\W_]{0,3}(?:[0-9]{1,9}[\W_]{1,3})?\Z"
)
_AS_FAR: Final = 40  # characters before a number, in which a word belongs to it
_CARD_BEFORE: Final = re.compile(
    r"(?i:\b|_)(?i:card|cards|kartu|credit|kredit|debit|visa|mastercard|amex|cc)[\W_]{1,3}(?i:[a-z]{1,12}[\W_]{1,3})?\Z"
)


def _is_reference(around: str, start: int, end: int) -> bool:
    """Whether a word before groups of digits says that they are an order's, and they are no groups of a card."""
    written = around[start:end]
    if written.isdigit() or _is_written_as_card(written):
        return False
    return _REFERENCE_BEFORE.search(around, max(0, start - _AS_FAR), start) is not None


def explains(around: str, start: int, end: int) -> bool:
    """Whether what stands from `start` to `end` is, or is a part of, something that its own form or the word before it explains.

    What lies wholly inside explains nothing: a card number may hold a date or a telephone number.
    """
    if _is_reference(around, start, end):
        return True
    for form in _FORMS.finditer(around):
        outer = (
            form.start() <= start if form["mobile"] or form["grouped"] else form.start() <= start or end <= form.end()
        )
        if (
            form.start() < end
            and start < form.end()
            and outer
            and _holds(form)
            and not (form["label"] and _CARD_BEFORE.search(around, max(0, form.start() - _AS_FAR), form.start()))
        ):
            return True
    return False


def is_kind_of(field: str, written: str, whole: str = "") -> bool:
    """Whether a field of this name rightly holds these digits, however they are grouped, or as its whole value the digits around them too."""
    names = names_of(field)
    if not names or _OF_CARDS.search(field):
        return False
    if not _REFERENCES.isdisjoint(names):
        return not _is_written_as_card(written)
    if not _PARCELS.isdisjoint(names):
        is_long = _is_one_number(whole) and len(_digits(whole)) > _LONGEST_CARD
        return is_long or not _GROUPED_AS_CARD.fullmatch(written)
    if names[-1] == "iban" and _is_iban(whole.strip()):
        return True
    rule = next((_RULES[name] for name in names if name in _RULES), None)
    if rule is None or (rule in (_is_account, _is_virtual_account) and _is_in_groups_of_a_network(written)):
        return False
    return rule(_digits(written)) or (_is_one_number(whole) and rule(_digits(whole)))


def _is_in_groups_of_a_network(written: str) -> bool:
    """Whether digits stand in the groups that the large networks print on their cards, and begin as theirs do."""
    return _PRINTED.fullmatch(written) is not None and _LARGE.match(written) is not None


def looks_made(digits: str) -> bool:
    """Whether digits that a card might have are, far more likely, an article's or a person's number, or a time."""
    if len(digits) == 13 and is_article(digits):
        return True  # card numbers of 13 digits are no longer issued, EANs are on every product
    if len(digits) == 16 and digits[12:14] == "00" and is_nik(digits):
        return True  # the last four count who was born in a district on one day
    return len(digits) >= 14 and digits[_SECONDS] < "60" and _DATE_TIME.fullmatch(digits) is not None


def begins_with_date(digits: str) -> bool:
    """Whether a long number begins with a day of this century, as order numbers do."""
    return _DATE.match(digits) is not None


def is_nik(digits: str) -> bool:
    """The form of an Indonesian identity number: province, district, day of birth (plus 40 for women), month, year, count."""
    return (
        len(digits) == 16
        and _PROVINCES.match(digits) is not None
        and (1 <= int(digits[6:8]) <= 31 or 41 <= int(digits[6:8]) <= 71)
        and 1 <= int(digits[8:10]) <= 12
    )


def is_article(digits: str) -> bool:
    """An EAN, UPC or GTIN with the right check digit (GS1: weights 3 and 1 from the right)."""
    if len(digits) not in (8, 12, 13, 14):
        return False
    return (sum(map(int, digits[-1::-2])) + 3 * sum(map(int, digits[-2::-2]))) % 10 == 0


def _is_iban(text: str) -> bool:
    """Whether the text is one, or begins with one: the word behind it may be as long as its last group."""
    groups = text.upper().split()
    return any(_is_one_iban("".join(groups[:count])) for count in range(len(groups), 0, -1))


def _is_one_iban(plain: str) -> bool:
    if not 15 <= len(plain) <= 34 or not (plain.isascii() and plain.isalnum()):
        return False
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def _is_account(digits: str) -> bool:
    """Up to 15 digits; with more, what begins as no card of the large networks, or is a wallet's virtual account: a prefix and a mobile number."""
    return len(digits) <= 15 or (
        len(digits) <= 20 and (not _LARGE.match(digits) or _WALLET.fullmatch(digits) is not None)
    )


def _is_virtual_account(digits: str) -> bool:
    return 8 <= len(digits) <= 20


def _is_telephone(digits: str) -> bool:
    return len(digits) <= (15 if digits[:1] == "0" or digits[:2] == "62" else 14)


def _is_tax_number(digits: str) -> bool:
    return len(digits) == 15 or is_nik(digits)


def _is_device(digits: str) -> bool:
    return 14 <= len(digits) <= 17 and digits[:2] in {"00", "01", "35", "86", "98", "99"}


def _is_token(digits: str) -> bool:
    return len(digits) == 20


def _is_branch(digits: str) -> bool:
    return len(digits) == 22  # NITKU: a tax number of 16 digits and six of the branch


def _is_product(digits: str) -> bool:
    return len(digits) <= 14 or is_article(digits)


_NAMES: Final = (
    (
        "account accountno accountnumber acct accountid bankaccount rekening norek norekening nomorrekening rek",
        _is_account,
    ),
    (
        "va vano vanumber vacct vacctno virtualaccount virtualaccountno virtualaccountnumber briva nomorva nova paymentcode paycode payno",
        _is_virtual_account,
    ),
    ("nik noktp nomorktp ktp nationalid identitynumber idnumber nonik nomornik kk nokk nomorkk kartukeluarga", is_nik),
    ("npwp nonpwp nomornpwp taxid taxnumber", _is_tax_number),
    ("ean ean13 gtin gtin13 gtin14 barcode upc isbn isbn13", is_article),
    ("sku product productid productno variantid itemid skuid", _is_product),
    ("token plntoken tokenpln stroom tokenlistrik strum", _is_token),
    ("nitku", _is_branch),
    (
        "phone phonenumber phoneno hp nohp nomorhp handphone wa whatsapp nowa mobile mobileno msisdn tel telp telephone telepon telpon",
        _is_telephone,
    ),
    ("imei imei1 imei2 imeisv deviceid", _is_device),
)
_RULES: Final[Mapping[str, Callable[[str], bool]]] = {name: rule for names, rule in _NAMES for name in names.split()}
_PARCELS: Final = frozenset(
    {
        "resi",
        "noresi",
        "nomorresi",
        "awb",
        "awbnumber",
        "trackingnumber",
        "trackingno",
        "trackingid",
        "tracking",
        "waybill",
        "usps",
    }
)
_REFERENCES: Final = frozenset(
    {
        "idempotencykey",
        "id",
        "reference",
        "orderreference",
        "orderid",
        "orderno",
        "ordernumber",
        "order",
        "invoice",
        "invoiceid",
        "invoiceno",
        "invoicenumber",
        "transactionid",
        "trxid",
        "externalid",
        "referenceid",
        "referenceno",
        "bookingcode",
        "pesanan",
        "nomorpesanan",
        "nopesanan",
        "faktur",
        "nofaktur",
    }
)
_OF_CARDS: Final = re.compile(r"(?i:card|credit|debit)|kartu(?!_?keluarga)|\bpan\b")
_GROUPED_AS_CARD: Final = re.compile(
    r"[0-9]{4}([^0-9]{1,3})[0-9]{4}\1[0-9]{4}\1[0-9]{1,4}|[0-9]{4}[^0-9]+[0-9]{6}[^0-9]+[0-9]{4,5}"
)
_PRINTED: Final = re.compile(
    r"[0-9]{4}([^0-9]{1,8})[0-9]{4}\1[0-9]{4}\1[0-9]{4}|[0-9]{4}[^0-9]{1,8}[0-9]{6}[^0-9]{1,8}[0-9]{5}"
)
_LARGE: Final = re.compile(r"4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|35|62|6011|65")
_WALLET: Final = re.compile(r"[1-9][0-9]{2,5}08[1-9][0-9]{7,10}")
_LETTER: Final = re.compile(r"[A-Za-z]")
_LONGEST_VALUE: Final = 64
_LONGEST_CARD: Final = 19
# Seconds, milliseconds or microseconds since 1970 in the years 2017 to 2033, or a day.
_MOMENT: Final = re.compile(
    r"1[5-9][0-9]{8}(?:[0-9]{3}(?:[0-9]{3})?)?|20[1-3][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[0-2][0-9][0-5][0-9](?:[0-5][0-9])?)?"
)
_LONGEST_NAME: Final = 48
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def names_of(field: str) -> Sequence[str]:
    """A field's name in small letters without anything else, then without its first words: `card.cvvCode` as `cardcvvcode`, `cvvcode`, `code`."""
    if len(field) > _LONGEST_NAME:
        return ()
    words = [word for word in re.split(r"[^a-z0-9]+", _HUMP.sub("_", field).lower()) if word]
    return ["".join(words[start:]) for start in range(len(words))]


def holds_moment(groups: Sequence[str]) -> bool:
    """Whether one of several groups of digits is a moment, counted from 1970 or as a day: programs put one behind a number of an order."""
    return len(groups) > 1 and any(_MOMENT.fullmatch(group) for group in groups)


def _is_written_as_card(written: str) -> bool:
    """Whether digits in a reference stand as those of a card do: alone and as many as nearly all cards have, or in a card's groups."""
    if written.isdigit():
        return (
            len(written) == 16
            or (len(written) == 15 and written[:2] in {"34", "37"})
            or (len(written) == 19 and written[:2] == "62")
        )
    sizes = [len(group) for group in re.findall(r"[0-9]+", written)]
    return sizes in ([4, 6, 5], [4, 6, 4]) or (len(set(sizes[:-1])) == 1 and sizes[-1] <= sizes[0])


def _is_one_number(whole: str) -> bool:
    """Whether a value is digits in even groups and nothing else: an expiry behind a card number is another group."""
    if len(whole) > _LONGEST_VALUE or _LETTER.search(whole):
        return False
    sizes = [len(group) for group in re.findall(r"[0-9]+", whole)]
    return len(sizes) == 1 or (len(sizes) > 1 and sizes[0] <= 6 and len(set(sizes[:-1])) == 1 and sizes[-1] <= sizes[0])


def _digits(written: str) -> str:
    return "".join([char for char in written if char.isdigit()])


def _holds(form: re.Match[str]) -> bool:
    """Whether a form is what it looks like, as far as check digits and lengths tell."""
    if form["label"]:
        words = re.findall(r"[A-Za-z]+", form["label"])
        return any(is_kind_of(word, form["number"]) for word in ("".join(words), *words))
    if form["iban"]:
        return _is_iban(form[0])
    if form["mobile"]:
        return 9 <= sum(map(str.isdigit, form[0])) <= 15
    return True
