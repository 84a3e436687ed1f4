"""Addresses of the web that people give us: read to one form, or refused in a sentence that never repeats them. One reader for all of them. Pure."""

import re
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

import idna

from gerbang.base.addresses import read_address

LONGEST: Final = 2_048
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_HOST: Final = 253
_PORTS: Final = {"http": 80, "https": 443}
_KEPT: Final = "%/:?#[]@!$&'()*+,;=~-._"
_SECRET_NAME: Final = re.compile(
    r"(?i)(?:^|[_\-.])(?:api[_\-]?key|apikey|key|token|secret|passw(?:or)?d|auth|signature|sig|dkey|projectid)$"
)
_LEAST_KEY: Final = 20
_HIDDEN: Final = "…"


class BadAddress(ValueError):
    """The text is no address that can be opened; the message says why, in English, and ends the sentence that begins with what it is."""


def read(text: str, *, fragment: bool = False) -> str:
    """The address with scheme and host in small letters, the host in ASCII (IDNA), and everything else as it may stand on a line of HTTP. Raises BadAddress."""
    if len(text) > LONGEST:
        raise BadAddress(f"is longer than {LONGEST} characters")
    if not text.isprintable() or " " in text or "\\" in text:
        raise BadAddress("holds a space, a backslash or a character that cannot be seen")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise BadAddress("has a port that is no number from 1 to 65535, or brackets that do not close") from error
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not text[len(scheme) :].startswith("://"):
        raise BadAddress("must begin with https:// or http:// and name a host")
    if "@" in parts.netloc:
        raise BadAddress("cannot hold a user or a password: who sees the address would have them")
    if port == 0 or parts.netloc.endswith(":"):
        raise BadAddress("has a port that is no number from 1 to 65535")
    if "#" in text and not fragment:
        raise BadAddress("cannot have a part behind #, which never reaches a server")
    host = _host(parts.hostname or "")
    place = host if port in (None, _PORTS[scheme]) else f"{host}:{port}"
    path, query, behind = (quote(one, safe=_KEPT) for one in (parts.path, parts.query, parts.fragment))
    return urlunsplit(SplitResult(scheme, place, path, query, behind))


def _host(name: str) -> str:
    if ":" in name:
        address = read_address(name)
        if address is None:
            raise BadAddress("has an address in brackets that is none")
        return f"[{address}]" if address.version == 6 else str(address)
    if name and not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise BadAddress("has a host name that cannot be one") from error
    labels = name.split(".")
    if not name or len(name) > _HOST or not all(_LABEL.fullmatch(one) for one in labels):
        raise BadAddress("has a host name that cannot be one; write it as https://shop.example/thanks")
    if labels[-1].isdigit() and (len(labels) != 4 or any(int(one) > 255 for one in labels)):
        raise BadAddress("has a host that looks like an IPv4 address and is none")
    return name


def holds_key(text: str) -> bool:
    """Whether a user, a password or a key seems to stand in an address: whoever may read the address would have it."""
    return without_keys(text) != text


def without_keys(text: str) -> str:
    """The address as it may be shown, with … for a user, a password, and what seems to be a key in its path or query."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return _HIDDEN
    if parts.scheme.lower() not in _PORTS:
        return text
    user, mark, host = parts.netloc.rpartition("@")
    path = "/".join(_HIDDEN if _is_key(step) else step for step in parts.path.split("/"))
    query = "&".join([_shown_pair(pair) for pair in parts.query.split("&")])
    return urlunsplit(
        SplitResult(parts.scheme, f"{_HIDDEN}@{host}" if mark or user else host, path, query, parts.fragment)
    )


def _shown_pair(pair: str) -> str:
    name, _, value = pair.partition("=")
    stands_for_one = value.startswith("{") and value.endswith("}")
    is_secret = bool(value) and not stands_for_one and (bool(_SECRET_NAME.search(name)) or _is_key(value))
    return f"{name}={_HIDDEN}" if is_secret else pair


def _is_key(word: str) -> bool:
    """Long, in one piece, with letters and several digits: node operators' keys are (32 or 40 hex digits, 32 letters and digits, UUIDs)."""
    return (
        len(word) >= _LEAST_KEY
        and re.fullmatch(r"[A-Za-z0-9_\-]+", word) is not None
        and sum(char.isdigit() for char in word) > 2
        and any(char.isalpha() for char in word)
    )
