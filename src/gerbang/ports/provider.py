"""What a provider says about itself, so that core, console and CLI can list, set up and check connections. Values; no I/O."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal

from gerbang.base import web_address
from gerbang.base.errors import FieldError
from gerbang.base.http import Http
from gerbang.ports.chain import Chain
from gerbang.ports.kinds import Kind
from gerbang.ports.marketplace import Marketplace, ShopAuthorisation
from gerbang.ports.messenger import Messenger, PushSubscriptions
from gerbang.ports.next_action import NextAction
from gerbang.ports.page_origins import PageOrigins
from gerbang.ports.payment import Account, PaymentConfirmer, PaymentProvider
from gerbang.ports.rates import RateSource
from gerbang.ports.webhook import VerifyAddress, WebhookProvider

_MOST_DIGITS: Final = 18


class SecretFamily(StrEnum):
    """The four families of secrets; rotation and the audit name them."""

    API_KEY = "api_key"
    DATABASE = "database"
    SERVICE_TOKEN = "service_token"  # noqa: S105  the name of a family, no secret
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class CredentialField:
    """A secret that a connection may need. `name` is the key in `Account.secrets`; label and hint are shown to people. `made_here`: 32 bytes by chance,
    made with the connection where nobody brings one.
    """

    name: str
    label: str
    hint: str
    family: SecretFamily
    required: bool = False
    made_here: bool = False


@dataclass(frozen=True, slots=True)
class SettingField:
    """A setting that is no secret. `name` is the key in `Account.settings`; `default` is what an absent or empty value means. A whole number
    lies between `least` and `most`.
    """

    name: str
    label: str
    hint: str
    default: str = ""
    form: Literal["text", "integer", "url"] = "text"
    choices: tuple[str, ...] = ()
    required: bool = False
    least: int = 1
    most: int = 0

    def __post_init__(self) -> None:
        """A number without bounds is taken at its word, until something is reckoned with it."""
        assert self.form != "integer" or self.least <= self.most, f"say the least and the most of {self.name}"


@dataclass(frozen=True, slots=True)
class Probed:
    """What one question to the provider showed. `good` is None where it gave no clear answer: then nothing is known.

    `pointer` names the setting or secret to mend (`/secrets/merchant_key`), `cure` says how.
    """

    what: str
    good: bool | None
    pointer: str = ""
    cure: str = ""


Check = Callable[[Mapping[str, str], Collection[str]], Sequence[FieldError]]
Probe = Callable[[Http, Account, datetime], Awaitable[Sequence[Probed]]]
AccountOfUrl = Callable[[str, str, bool], Account]  # address with user and password, sender, whether it is for real


@dataclass(frozen=True, slots=True)
class Shops:
    """What stands below an app of a marketplace: connections of their own, made by letting the app in, never by hand. Settings `seller_id`, `site` and `account` say whose
    they are, the credentials `access_token` and `refresh_token` are kept by Gerbang.
    """

    settings: tuple[SettingField, ...]
    credentials: tuple[CredentialField, ...]
    authorisation: Callable[[Http], ShopAuthorisation]


@dataclass(frozen=True, slots=True)
class Provider:
    """One outside system that Gerbang speaks to. A factory or half that is absent means: it does not do that.

    `is_guarded`: its address is whatever somebody wrote, and is called only where the operator lets it. `has_secret_path`: its messages are signed by nothing but
    a secret that stands behind the hook's address. `asks_for_validated_hook`: it pushes only to hosts whose certificate is OV or EV.

    `check` sees in the settings, and in which credentials there are, what only this provider understands; its words never repeat a value
    that may be a secret. `verify_address` answers a provider that asks the hook by GET whether it is ours. `confirm` is of a provider whose payers only agree: what is needed to take the money then. `account_of_url` makes an account of an address in
    the settings, without a connection. `page_origins` says, for a next action that needs a field or a script of the provider's own,
    what its page may load beside ours: that page alone, and only for an attempt at this provider. `simulator` and `demo` name a SimulatorEntry and a Demo (`module:NAME`), which only a sandbox loads. `probe` asks the provider whether an account works and moves nothing there; it raises what base/http.py raises.
    """

    name: str
    title: str
    kinds: tuple[Kind, ...]
    credentials: tuple[CredentialField, ...]
    settings: tuple[SettingField, ...]
    documentation: str
    payment: Callable[[Http], PaymentProvider] | None = None
    confirm: Callable[[Http], PaymentConfirmer] | None = None
    chain: Callable[[Http], Chain] | None = None
    rates: Callable[[Http], RateSource] | None = None
    marketplace: Callable[[Http], Marketplace] | None = None
    shops: Shops | None = None
    webhook: WebhookProvider[Any] | None = None
    verify_address: VerifyAddress | None = None
    account_of_url: AccountOfUrl | None = None
    simulator: str = ""
    demo: str = ""
    messenger: Callable[[Http], Messenger] | None = None
    subscriptions: Callable[[Http], PushSubscriptions] | None = None
    retired: str = ""
    check: Check | None = None
    probe: Probe | None = None
    page_origins: Mapping[type[NextAction], PageOrigins] | None = None
    is_guarded: bool = False
    has_secret_path: bool = False
    asks_for_validated_hook: bool = False

    @property
    def kind(self) -> Kind:
        """What its messages are about: the first of its kinds."""
        return self.kinds[0]

    def of_shop(self) -> "Provider":
        """The same, with the fields of a connection below an app."""
        return (
            self
            if self.shops is None
            else replace(self, settings=self.shops.settings, credentials=self.shops.credentials)
        )

    def shown(self, settings: Mapping[str, str]) -> dict[str, str]:
        """The settings as they may be read: without what seems to be a key or a password in an address, however it came there."""
        return {
            name: " ".join(web_address.without_keys(word) for word in value.split(" "))
            for name, value in settings.items()
        }

    def problems(self, settings: Mapping[str, str], credentials: Collection[str]) -> Sequence[FieldError]:
        """What is wrong with a connection's settings and the names of its secrets; empty when it can be saved."""
        wanted = {field.name: field for field in self.settings}
        known = {field.name for field in self.credentials}
        found = [
            FieldError(f"/settings/{name}", "There is no such setting.") for name in settings if name not in wanted
        ]
        found += [
            FieldError(f"/secrets/{name}", "There is no such credential.") for name in credentials if name not in known
        ]
        for name, field in wanted.items():
            complaint = _complaint(field, settings.get(name, ""))
            if complaint:
                found.append(FieldError(f"/settings/{name}", complaint))
        for credential in self.credentials:
            if credential.required and credential.name not in credentials:
                found.append(
                    FieldError(f"/secrets/{credential.name}", f"{credential.label} is needed. {credential.hint}")
                )
        found += self.check(settings, credentials) if self.check is not None else ()
        first: dict[str, FieldError] = {}
        for one in found:  # a place to mend is named once, by what is wrong there first
            first.setdefault(one.pointer, one)
        return list(first.values())


def _complaint(field: SettingField, value: str) -> str:
    if not value:
        return f"{field.label} is needed. {field.hint}" if field.required else ""
    if field.choices and value not in field.choices:
        return f"Must be one of: {', '.join(field.choices)}."
    if field.form == "integer" and not (_is_number(value) and field.least <= int(value) <= field.most):
        return f"Must be a whole number from {field.least} to {field.most}."
    return url_complaint(value) if field.form == "url" else ""


def url_complaint(value: str, instead: str = "give it as a secret of the connection") -> str:
    """What is wrong with an address in the settings, which many may read: a key has no place in it. Never repeats it; `instead` is where a key goes."""
    try:
        web_address.read(value)
    except web_address.BadAddress as error:
        return f"This address {error}."
    if web_address.holds_key(value):
        return f"This address seems to hold a key, and settings are shown: {instead}."
    return ""


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS
