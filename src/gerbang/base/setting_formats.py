"""Settings of a form of their own, read; and what is wrong with a setting, in a sentence that says what may stand there. Pure.

No sentence holds the value itself, which may be a secret in the wrong place, nor the machine's own words.
"""

import re
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any, Final
from urllib.parse import urlsplit

from gerbang.base import email_address, phone
from gerbang.base.addresses import UNIX, host_name, read_network
from gerbang.base.target_policy import read_private_targets

# Of each setting with a form of its own: what may stand there.
FORMS: Final[Mapping[str, str]] = {
    "business_country": "must be the two capital letters of a country, as ID or SG",
    "crypto_reason": "must be a reason of 20 to 500 characters, or empty",
    "refund_approval_above": "must be currencies with whole minor units, as IDR=1000000 USD=50000, or empty",
}
_UNITS: Final = {"_s": "seconds", "_ms": "milliseconds", "_bytes": "bytes", "_days": "days"}
_NUMBERS: Final = frozenset(
    {
        "int_parsing",
        "int_type",
        "int_from_float",
        "int_parsing_size",
        "float_parsing",
        "float_type",
        "finite_number",
        "greater_than",
        "greater_than_equal",
        "less_than",
        "less_than_equal",
    }
)


def unit(name: str) -> str:
    """The unit that the end of a setting's name says; empty for none."""
    return next((word for suffix, word in _UNITS.items() if name.endswith(suffix)), "")


def said_of(
    name: str, kind: str, context: Mapping[str, Any], bounds: Mapping[str, float], *, whole: bool, measured: str
) -> str:
    """The sentence for one setting. `kind` and `context` are the reader's; `bounds` (ge, gt, le, lt) are what the setting declares."""
    if kind == "value_error":
        return str(context.get("error", "does not fit"))
    if name in FORMS:
        return FORMS[name]
    if kind in _NUMBERS:
        return f"must be {'a whole number' if whole else 'a number'}{_range(bounds)}{f', in {measured}' if measured else ''}"
    match kind:
        case "bool_parsing" | "bool_type":
            return "must be true or false"
        case "literal_error" | "enum":
            return f"must be one of: {str(context.get('expected', '')).replace(chr(39), '').replace(' or ', ', ')}"
        case "string_too_short" | "too_short":
            return "must not be empty"
        case "string_too_long" | "too_long":
            return f"is too long: at most {context.get('max_length')} characters"
        case "path_type":
            return "must be a path"
        case "missing":
            return "is missing"
        case _:
            return "does not fit: docs/reference/settings.md says what it means"


def _range(bounds: Mapping[str, float]) -> str:
    parts = []
    if "ge" in bounds:
        parts.append(f"from {_number(bounds['ge'])}" if "le" in bounds else f"of {_number(bounds['ge'])} or more")
    if "gt" in bounds:
        parts.append(f"above {_number(bounds['gt'])}")
    if "le" in bounds:
        parts.append(f"to {_number(bounds['le'])}" if "ge" in bounds else f"up to {_number(bounds['le'])}")
    if "lt" in bounds:
        parts.append(f"below {_number(bounds['lt'])}")
    return "".join(f" {part}" for part in parts)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def rates(text: str) -> str:
    """Fixed rates as they were written; raises ValueError with the form that they have."""
    if not re.fullmatch(r"(\s*[A-Z]{3,5}/[A-Z]{3,5}=[0-9]{1,18}(\.[0-9]{1,18})?\s*)*", text):
        raise ValueError("must be pairs like USDC/USD=1 with spaces between")
    return text


def contact(text: str, country: str) -> str:
    """Where the shop is reached, a phone number as E.164; raises ValueError."""
    if re.fullmatch(r"|[^\s@/:?&<>\"]+@[^\s@/:?&<>\"]+|https://[^\s<>\"]+", text):
        return text
    try:
        return phone.read(text, country)
    except phone.BadPhone as error:
        raise ValueError(
            "must be an e-mail address, a phone number like +628123456789, or begin with https://"
        ) from error


def email(text: str) -> str:
    """An e-mail address that can be written to, or nothing; raises ValueError."""
    try:
        return email_address.read(text)
    except email_address.BadEmail as error:
        raise ValueError("must be one e-mail address, as ratih@shop.example, or empty") from error


def sender(text: str) -> str:
    """Who mail is from, with or without a name; raises ValueError."""
    said = "must be an e-mail address, with a name before it if you like: Toko Lumbung <halo@lumbung.example>"
    name, address = parseaddr(text)
    if (
        not address
        or re.search(r"[\r\n\x00]", text)
        or text.count("<") != text.count(">")
        or (name and "<" not in text)
    ):
        raise ValueError(said)
    if not address.endswith("@localhost"):
        try:
            email_address.read(address)
        except email_address.BadEmail as error:
            raise ValueError(said) from error
    return text.strip()


def mail_host(url: str) -> str:
    """The address of a mail host as it was written; raises ValueError."""
    said = "must be like smtp://user:password@mail.example:587 (STARTTLS) or smtps://…:465; write @ : / ? # % in its password as %40 %3A %2F %3F %23 %25"
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        good = (
            good and parts.path in ("", "/") and not parts.query and not parts.fragment and parts.netloc.count("@") < 2
        )
    except ValueError:
        good = False
    if not good:
        raise ValueError(said)
    return url


def contact_link(text: str) -> str:
    """What a link to the shop's people opens; empty when nobody said."""
    scheme = "tel:" if text.startswith("+") else "mailto:" if "@" in text and "://" not in text else ""
    return f"{scheme}{text}"


def networks(written: tuple[str, ...]) -> tuple[str, ...]:
    """Proxies as they were written; raises ValueError for what is no address or network."""
    if any(one != UNIX and read_network(one) is None for one in written):
        raise ValueError(
            "must be addresses or networks, by commas, as 10.0.0.5, 172.16.0.0/12 or unix:; names are not looked up"
        )
    return written


def hosts(written: tuple[str, ...]) -> tuple[str, ...]:
    """Names of hosts in the form in which requests name them; raises ValueError for what is no name of one."""
    found = [host_name(one) for one in written]
    if None in found:
        raise ValueError(
            "must be host names, by commas, as pay.example or 10.0.0.5, without https:// and without a path; there are no wildcards"
        )
    return tuple(one for one in found if one)


def listening_host(text: str) -> str:
    """Where to listen, as it was written; raises ValueError for what can be no address or name of a machine."""
    text = text.strip()
    if text.startswith("[") or (":" in text and text.count(":") < 2) or host_name(text.partition("%")[0]) is None:
        raise ValueError(
            "must be an address of this machine, as 127.0.0.1, 0.0.0.0 or ::, or its name, without a port: that is GERBANG_PORT"
        )
    return text


def private_targets(written: tuple[str, ...]) -> tuple[str, ...]:
    """Private targets as they were written; raises ValueError for what is none."""
    try:
        read_private_targets(written)
    except ValueError as error:
        raise ValueError(
            "must be addresses or networks, by commas, as 127.0.0.1:3000, 10.1.2.0/24 or [fd00::/64]:8443; names are not looked up (write "
            "127.0.0.1 and ::1 for localhost), and none may be wider than /8, or /7 of IPv6"
        ) from error
    return written
