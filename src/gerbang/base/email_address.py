"""Reading an e-mail address: one that can be written to, as it is put on an envelope, or why it is none. Asks no name server."""

import re
from typing import Final

from email_validator import EmailNotValidError, validate_email

LONGEST: Final = 254
_ENCODED: Final = re.compile(r"=\?|\?=")  # RFC 2047: some mail programs would read another address out of it


class BadEmail(ValueError):
    """The text is no address that a mail could be sent to; the message says why, in English."""


def read(text: str) -> str:
    """The address in ASCII, its host in small letters and, where it is not ASCII, as IDNA; empty for empty text. Raises BadEmail."""
    typed = text.strip()
    if not typed:
        return ""
    if _ENCODED.search(typed):
        raise BadEmail("An address is written as it is, without the =?…?= by which a mail's header encodes words.")
    try:
        found = validate_email(typed, check_deliverability=False, strict=True)
    except EmailNotValidError as error:
        raise BadEmail(str(error)) from error
    if found.ascii_email is None:
        raise BadEmail("The part before the @-sign must be letters a to z, digits and signs of ASCII.")
    if len(found.ascii_email) > LONGEST:
        raise BadEmail(f"An address has at most {LONGEST} characters.")
    return found.ascii_email


def as_kept(text: str) -> str:
    """What stands in our tables for what somebody typed to log in, whether or not it is an address."""
    try:
        return read(text)
    except BadEmail:
        return text.strip()
