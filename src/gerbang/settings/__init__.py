"""Every setting, read once from the environment and `.env`, frozen: one file for the settings of each noun.

A setting `x` is the variable `GERBANG_X`. Names end in their unit. Secrets may stand in a file named by `GERBANG_X_FILE`, or be
a reference `secret://name` that the secrets manager resolves; database addresses and the root key must not be references.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from gerbang.base import quiet_hours, setting_formats
from gerbang.base.errors import FieldError
from gerbang.settings import environment
from gerbang.settings.access import AccessSettings
from gerbang.settings.crypto import CryptoSettings
from gerbang.settings.database import DatabaseSettings
from gerbang.settings.development import DevelopmentSettings
from gerbang.settings.environment import (
    PREFIX,
    SecretFiles,
    SettingsInvalid,
    as_text,
    child_environment,
    is_secret,
    replace_environment,
    service_manager,
    variable,
)
from gerbang.settings.messages import MessageSettings
from gerbang.settings.orders import OrderSettings
from gerbang.settings.outgoing import OutgoingSettings
from gerbang.settings.payments import PaymentSettings
from gerbang.settings.processes import ProcessSettings
from gerbang.settings.refunds import RefundSettings
from gerbang.settings.sandbox import SandboxSettings
from gerbang.settings.serving import ServingSettings
from gerbang.settings.shop import ShopSettings

__all__ = [
    "Settings",
    "SettingsInvalid",
    "child_environment",
    "described",
    "is_secret",
    "load",
    "redacted",
    "replace_environment",
    "service_manager",
    "unknown_variables",
]

_PASSWORD_IN_URL: Final = re.compile(r"(://[^:/@]*:)[^@]*@")


class Settings(
    ServingSettings,
    DatabaseSettings,
    AccessSettings,
    ShopSettings,
    PaymentSettings,
    RefundSettings,
    CryptoSettings,
    MessageSettings,
    OrderSettings,
    OutgoingSettings,
    ProcessSettings,
    DevelopmentSettings,
    SandboxSettings,
    BaseSettings,
):
    """What one deployment may choose. Defaults are safe; `gerbang up` overrides what a laptop needs."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    @model_validator(mode="after")
    def _ports_differ(self) -> "Settings":
        if self.sandbox and self.port == self.sandbox_port:
            raise ValueError("GERBANG_PORT and GERBANG_SANDBOX_PORT must differ")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  pydantic hands it over; ours are SecretFiles
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then variables, then files named by variables, then `.env`."""
        return init_settings, env_settings, SecretFiles(settings_cls), dotenv_settings

    @property
    def base_url(self) -> str:
        """How the outside reaches us, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def contact_link(self) -> str:
        """What a link to the shop's people opens; empty when nobody said."""
        return setting_formats.contact_link(self.shop_contact)

    @property
    def quiet_hours_of_shop(self) -> str:
        """The shop's quiet hours. The sandbox's simulators wake nobody, and whoever tries them at night wants to see what comes."""
        return self.quiet_hours or (quiet_hours.NONE if self.sandbox else "21:00-07:00")

    @property
    def sandbox_url(self) -> str:
        """Base address of the simulators."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def root_key_path(self) -> Path:
        """Where the root key is expected."""
        return self.root_key_file or self.data / "root.key"

    @property
    def marks_folder(self) -> Path:
        """Where the high-water marks of deposit addresses stand: not in the data folder, which an older copy may replace."""
        data = self.data.absolute()
        return self.address_marks or data.with_name(f"{data.name}.addresses")

    def database_dsn(self) -> str:
        """The application's database; raises SettingsInvalid when none is set."""
        return self._required(self.database_url, "GERBANG_DATABASE_URL")

    def owner_dsn(self) -> str:
        """The database under the owner's role; raises SettingsInvalid when none is set."""
        return self._required(self.database_owner_url, "GERBANG_DATABASE_OWNER_URL")

    def _required(self, value: SecretStr | None, variable: str) -> str:
        if value is not None:
            return value.get_secret_value()
        if self.database_url is not None:
            raise SettingsInvalid(f"{variable} is not set.", hint="Set it: the role that owns the schema.")
        raise SettingsInvalid(
            f"{variable} is not set, and no `gerbang up` runs on {self.data.absolute()}.",
            hint=f"Name the folder of a running `gerbang up` by --data or GERBANG_DATA, or set {variable}.",
        )


def load(**overrides: object) -> Settings:
    """The settings of this process; raises SettingsInvalid naming every wrong variable at once."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # checked by pydantic, which is what it is for
    except UnicodeError as error:
        raise SettingsInvalid("The file .env is no text in UTF-8.", hint="Save it as UTF-8.") from error
    except ValidationError as error:
        wrong = [_wrong(str(one["loc"][0]) if one["loc"] else "", one) for one in error.errors()]
        detail = "; ".join(f"{one.pointer} {one.detail}".strip() for one in wrong)
        raise SettingsInvalid(
            f"{detail}.", errors=wrong, hint="docs/reference/settings.md explains every setting."
        ) from error


def _wrong(name: str, said: Any) -> FieldError:
    field = Settings.model_fields.get(name)
    declared = field.metadata if field else ()
    known = {one: getattr(part, one) for part in declared for one in ("ge", "gt", "le", "lt") if hasattr(part, one)}
    whole = field is not None and "int" in str(field.annotation)
    words = setting_formats.said_of(
        name, said["type"], said.get("ctx", {}), known, whole=whole, measured=setting_formats.unit(name)
    )
    return FieldError(variable(name) if name else "", words)


class Described(NamedTuple):
    """One setting for people."""

    group: str  # the title of its noun
    variable: str
    value: str  # without secrets
    unit: str
    sentence: str


GROUPS: Final[tuple[type[BaseModel], ...]] = tuple(base for base in Settings.__bases__ if base is not BaseSettings)


def unknown_variables() -> list[str]:
    """Variables that look like ours and mean nothing: most likely a typing mistake."""
    return environment.unknown_variables(Settings.model_fields)


def described(settings: Settings) -> Iterator[Described]:
    """Every setting, noun by noun."""
    for group in GROUPS:
        title = (group.__doc__ or "").removesuffix(".")
        for name, field in group.model_fields.items():
            value = redacted(getattr(settings, name))
            yield Described(title, variable(name), value, setting_formats.unit(name), field.description or "")


def redacted(value: object) -> str:
    """A setting's value for people: a password in an address becomes …, any other secret only says that it is set."""
    match value:
        case None:
            return "(not set)"
        case SecretStr() as secret if "://" in secret.get_secret_value():
            return _PASSWORD_IN_URL.sub(r"\1…@", secret.get_secret_value())
        case SecretStr():
            return "(set, hidden)"
        case _:
            return as_text(value)
