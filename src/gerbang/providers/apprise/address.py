"""Which addresses of chats are taken, and where a message to each goes. Pure. An address holds tokens, so no word here repeats any of it.

The library knows far more: mail, files, programs and the desktop of this machine. What is not named here is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Service:
    """One kind of chat: the hosts that it calls; none: the one in the address, and there by TLS or not."""

    hosts: tuple[str, ...] = ()
    encrypted: bool = True


SERVICES: Final[Mapping[str, Service]] = {
    "discord": Service(("discord.com",)),
    "gchat": Service(("chat.googleapis.com",)),
    "json": Service(encrypted=False),
    "jsons": Service(),
    "mmost": Service(encrypted=False),
    "mmosts": Service(),
    "rocket": Service(encrypted=False),
    "rockets": Service(),
    "slack": Service(("hooks.slack.com", "slack.com")),
    "tgram": Service(("api.telegram.org",)),
    "workflow": Service(),
    "workflows": Service(),
}
# What may stand behind the question mark. Others read files (`template`), turn checks off (`verify`, `redirect`) or send several times (`retry`).
_OPTIONS: Final = frozenset({"channel", "footer", "format", "image", "pa", "silent", "thread", "topic", "ver"})
_OF_JSON: Final = (":", "+", "-")  # fields, headers and query of a receiver of one's own
_SCHEME: Final = re.compile(r"([a-z]+)://[^\s]{1,2000}")


_ANOTHER: Final = re.compile(r"[,;|][a-z]+://")
# What people copy from a chat's own page, and what the library calls it.
_PASTED: Final[Mapping[str, str]] = {
    "https://hooks.slack.com/services/": "slack://, and then what stands behind /services/",
    "https://discord.com/api/webhooks/": "discord://, and then what stands behind /webhooks/",
    "https://chat.googleapis.com/v1/spaces/": "gchat://SPACE/KEY/TOKEN, of which the key and the token stand behind the question mark",
    "https://api.telegram.org/bot": "tgram://, then the bot's token, and then /CHAT_ID",
}
_TEAMS: Final = re.compile(r"https://[^/]+(?:\.logic\.azure\.com|\.powerplatform\.com|\.webhook\.office\.com)")


class BadAddress(ValueError):
    """An address that is not taken; its text says why and repeats nothing."""


def service_of(address: str) -> Service:
    """The kind of chat that an address leads to. Raises BadAddress."""
    match = _SCHEME.fullmatch(address)
    for start, recipe in _PASTED.items():
        if address.startswith(start):
            raise BadAddress(f"is the webhook's own: write it as {recipe}")
    if _TEAMS.match(address):
        raise BadAddress(
            "is the webhook's own: write it as workflows://HOST:443/WORKFLOW/SIGNATURE (`sig` of the address)"
        )
    if match is None and (found := _SCHEME.match(address)) and found[1] in SERVICES:
        raise BadAddress("must be one address, without blanks")
    if match is not None and _ANOTHER.search(address):
        raise BadAddress("must be one address and not several: each room is a connection of its own")
    if match is None or match[1] not in SERVICES:
        raise BadAddress(f"must begin with one of {', '.join(f'{one}://' for one in SERVICES)}")
    takes_any = match[1] in ("json", "jsons")
    for pair in re.split(r"[?&;]", address)[1:]:
        name = unquote(pair.partition("=")[0]).strip().lower()
        if name and name not in _OPTIONS and not (takes_any and name.startswith(_OF_JSON)):
            raise BadAddress(f"may say nothing behind the question mark but {', '.join(sorted(_OPTIONS))}")
    return SERVICES[match[1]]


def targets(service: Service, room: Any) -> list[str]:
    """The addresses that a message to a room calls, without path and tokens; `room` is what the library read. Raises BadAddress."""
    if service.hosts:
        return [f"https://{host}/" for host in service.hosts]
    if not room.host:
        raise BadAddress("names no host")
    scheme, port = "https" if service.encrypted else "http", f":{room.port}" if room.port else ""
    return [f"{scheme}://{room.host}{port}/"]
