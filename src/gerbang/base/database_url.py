"""A PostgreSQL address: what it names, and what is wrong with it before anybody connects. No driver here, and never a password in a sentence."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

_SCHEMES: Final = ("postgresql://", "postgres://")
_TLS: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_ESCAPES: Final = "write @ : / ? # % in its password as %40 %3A %2F %3F %23 %25"
_PORT: Final = re.compile(r"[0-9]{1,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """What an address names; `setting` is what it stands in, `files` are those that its options ask for, by option."""

    setting: str
    user: str
    host: str
    port: str
    database: str
    tls: str
    files: tuple[tuple[str, str], ...] = ()


def problem_of(url: str) -> str:
    """What is wrong with an address, as the rest of a sentence; empty when nothing is."""
    if not url.startswith(_SCHEMES):
        return "must begin with postgresql://; it cannot be a secret:// reference, which lives in this database"
    try:
        parts = urlsplit(url)
    except ValueError:
        return f"is no whole address, as postgresql://gerbang_app:PASSWORD@db.example:5432/gerbang; {_ESCAPES}"
    place, mark, hosts = parts.netloc.rpartition("@")
    if "@" in place or (not mark and "@" in f"{parts.path}{parts.query}{parts.fragment}".partition("host=")[0]):
        return f"cannot be read: {_ESCAPES}"
    ports = [re.sub(r"^\[[^\]]*\]", "", host).rpartition(":") for host in hosts.split(",")]
    if any(colon and not (_PORT.fullmatch(port) and 0 < int(port) <= 65_535) for _, colon, port in ports):
        return f"has a port that is no number from 1 to 65535; {_ESCAPES}"
    tls = parse_qs(parts.query).get("sslmode", ["prefer"])[-1]
    return "" if tls in _TLS else f"has an sslmode that does not exist: it is one of {', '.join(_TLS)}"


def place_of(url: str, setting: str) -> Place:
    """What an address that has no problem names, with PostgreSQL's own defaults."""
    parts = urlsplit(url)
    person, _, hosts = parts.netloc.rpartition("@")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    first = hosts.split(",")[0]
    host, _, port = first.rpartition(":") if re.search(r":[0-9]+$", first) else (first, "", "")
    user = unquote(person.partition(":")[0]) or options.get("user", "")
    return Place(
        setting=setting,
        user=user,
        host=unquote(host).strip("[]") or options.get("host", "localhost"),
        port=port or options.get("port", "5432"),
        database=unquote(parts.path.lstrip("/")) or options.get("dbname", "") or options.get("database", "") or user,
        tls=options.get("sslmode", "prefer"),
        files=tuple((name, path) for name, path in options.items() if name in ("sslrootcert", "sslcert", "sslkey")),
    )
