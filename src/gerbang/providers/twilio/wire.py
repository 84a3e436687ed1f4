"""Twilio's own JSON (API of 2010-04-01), as far as we read it."""

import msgspec


class Message(msgspec.Struct, frozen=True):
    """One message. Numbers are text; `num_segments` is "0" until a messaging service has chosen the sender."""

    sid: str
    status: str
    to: str = ""
    body: str = ""
    direction: str = ""
    num_segments: str = "0"
    date_created: str | None = None
    error_code: int | None = None


class Page(msgspec.Struct, frozen=True):
    """Messages, newest first."""

    messages: list[Message]
    next_page_uri: str | None = None


class Problem(msgspec.Struct, frozen=True):
    """Why a call was refused."""

    code: int | None = None
    message: str = ""


class AccountInfo(msgspec.Struct, frozen=True):
    """The account itself."""

    sid: str
    status: str
    type: str = ""
