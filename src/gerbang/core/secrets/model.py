"""Names, families and purposes of secrets, and what may be told about them. Never a value."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from gerbang.base.errors import Invalid

_NAME: Final = re.compile(r"[a-z]+(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,63}){1,4}")


class Purpose(StrEnum):
    """Why a value is read. Every read names one, and the audit keeps it."""

    SIGN_TOKEN = "sign_token"  # noqa: S105  a name, not a value
    VERIFY_TOKEN = "verify_token"  # noqa: S105  a name, not a value
    REFRESH_SESSION = "refresh_session"
    DIGEST_PERSONAL_DATA = "digest_personal_data"
    CALL_PROVIDER = "call_provider"
    VERIFY_WEBHOOK = "verify_webhook"
    SIGN_WEBHOOK = "sign_webhook"
    SEND_MESSAGE = "send_message"
    CALL_API = "call_api"
    SIGN_AUDIT = "sign_audit"
    SIGN_LINK = "sign_link"
    CONNECT_DATABASE = "connect_database"


# What every process needs to tell who asks, to know its own links, and to lead through a list: made when the first of them starts.
LINK_KEY: Final = "service/gerbang/links"
CURSOR_KEY: Final = "service/gerbang/cursors"
JWT_SECRET: Final = "service/gerbang/jwt"  # noqa: S105  a name, not a value
DIGEST_SECRET: Final = "service/gerbang/digest"  # noqa: S105  a name, not a value
OWN_KEYS: Final = {
    LINK_KEY: Purpose.SIGN_LINK,
    CURSOR_KEY: Purpose.SIGN_LINK,
    JWT_SECRET: Purpose.VERIFY_TOKEN,
    DIGEST_SECRET: Purpose.DIGEST_PERSONAL_DATA,
}


class Family(StrEnum):
    """What kind of secret it is, told by the first part of its name."""

    API_KEY = "api_key"
    DATABASE_CREDENTIAL = "database_credential"
    SERVICE_TOKEN = "service_token"  # noqa: S105  a name, not a value
    WEBHOOK_SECRET = "webhook_secret"  # noqa: S105  a name, not a value


FAMILIES: Final = {
    "key": Family.API_KEY,
    "database": Family.DATABASE_CREDENTIAL,
    "service": Family.SERVICE_TOKEN,
    "webhook": Family.WEBHOOK_SECRET,
}


class BadSecretName(Invalid):
    """The name does not say what kind of secret it is."""

    code = "invalid_secret_name"
    title = "The secret's name is not valid"


class BadSecretValue(Invalid):
    """The value is empty or too long."""

    code = "invalid_secret_value"
    title = "The secret's value is not valid"


@dataclass(frozen=True, slots=True)
class Version:
    """A version's number and times; `retired_at` is the end of its overlap."""

    version: int
    created_at: datetime
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class Secret:
    """What may be told about a secret; versions newest first."""

    name: str
    family: Family
    versions: Sequence[Version]


def is_name(text: str) -> bool:
    """Whether a text could be the name of a secret at all."""
    return _NAME.fullmatch(text) is not None and text.partition("/")[0] in FAMILIES


def family_of(name: str) -> Family:
    """The family by the name's first part, as `service/nicepay-uji/merchant_key`; raises BadSecretName."""
    family = FAMILIES.get(name.partition("/")[0])
    if family is None or not is_name(name):
        raise BadSecretName(
            "A secret's name is its family and one to four more parts, as service/nicepay-uji/merchant_key.",
            hint=f"The families are {', '.join(FAMILIES)}.",
        )
    return family
