"""Every setting, read once from the environment and `.env`, frozen. The only file that looks at `os.environ`.

A setting `x` is the variable `GERBANG_X`. Names end in their unit. Secrets may stand in a file named by `GERBANG_X_FILE`, or be
a reference `secret://name` that the secrets manager resolves; database addresses and the root key must not be references.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from gerbang.base import phone, setting_formats
from gerbang.base.addresses import public_url
from gerbang.base.child_processes import needed
from gerbang.base.database_url import problem_of
from gerbang.base.errors import FieldError, Invalid
from gerbang.base.service_manager import ServiceManager

_PREFIX: Final = "GERBANG_"
_PASSWORD_IN_URL: Final = re.compile(r"(://[^:/@]*:)[^@]*@")

Port = Annotated[int, Field(ge=1, le=65_535)]


class SettingsInvalid(Invalid):
    """A variable of the environment does not say what it must; the errors name each."""

    code = "settings_invalid"
    title = "The settings are not valid"


class Settings(BaseSettings):
    """What one deployment may choose. Defaults are safe; `gerbang up` overrides what a laptop needs."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    # where it runs
    data: Path = Field(Path("data"), description="Folder for the embedded database, the root key and demo users.")
    host: str = Field("127.0.0.1", description="Address that the API listens on.")
    port: Port = Field(8080, description="TCP port of the API, the checkout pages and the console.")
    share_port: bool = Field(
        default=False,
        description="Several `serve` on this machine listen on one port, and the kernel spreads the connections.",
    )
    public_url: str = Field(
        "",
        description="How the outside reaches us, as https://pay.example: base of all links and webhook addresses. Default: http://HOST:PORT.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Addresses or networks, by commas, of the proxies in front, whose X-Forwarded-* and Forwarded headers are believed.",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Further host names, by commas, that requests may come to, beside that of GERBANG_PUBLIC_URL."
    )

    # the database
    database_url: SecretStr | None = Field(None, description="PostgreSQL under the application's role (gerbang_app).")
    database_owner_url: SecretStr | None = Field(
        None, description="The same database under the role that owns the schema; for `migrate`."
    )
    database_pool_size: int = Field(10, ge=2, le=100, description="Connections that one process keeps at most.")
    database_wait_s: float = Field(
        1.4, ge=0.2, le=30, description="A request waits for the database at most so long before it is answered 503."
    )
    statement_timeout_ms: int = Field(15_000, ge=100, description="A statement that runs longer is cancelled.")

    # secrets
    root_key_file: Path | None = Field(
        None, description="File (0600) of the key that wraps every sealed secret. Default: DATA/root.key."
    )

    # the shop and its people
    business_country: str = Field("ID", pattern=r"^[A-Z]{2}$", description="Where the business is, whose telephones need no country code. `ID` hides crypto from prices in rupiah and from payers with +62 telephones.")  # fmt: skip
    shop_name: str = Field(
        "Toko Lumbung", min_length=1, max_length=80, description="Name that customers see on pages and in messages."
    )
    shop_contact: str = Field(
        "",
        max_length=254,
        description="Where customers reach the shop: an e-mail address, a phone number as +62…, or an https address.",
    )
    restart_for_s: int = Field(
        86_400,
        ge=0,
        le=30 * 86_400,
        description="How long after a payment's deadline its payer may start again on the page; 0: the deadline closes the bill.",
    )
    customer_amounts: Literal["deny", "allow"] = Field(
        "deny", description="Whether a customer may create a payment and so set its amount."
    )
    access_token_ttl_s: int = Field(600, ge=60, le=600, description="Life of an access token.")
    refresh_token_ttl_s: int = Field(30 * 86_400, ge=3_600, description="Life of a session that is not used.")
    owner_link_ttl_s: int = Field(
        1_800, ge=60, le=86_400, description="Life of the one-time link that makes the first owner."
    )

    # crypto
    crypto_reason: str = Field("", pattern=r"^(\S.{18,498}\S)?$", description="Why a business in Indonesia takes crypto all the same, in at least 20 characters: lifts what GERBANG_BUSINESS_COUNTRY hides, and is kept in the audit.")  # fmt: skip
    fixed_rates: str = Field(
        "",
        description="What assets are worth, as USDC/USD=1 ETH/USD=3000; what stands here goes before any source of rates.",
    )
    crypto_hidden_for: Annotated[tuple[str, ...], NoDecode] = Field(
        ("IDR",), description="Currencies, by commas, whose prices may not be paid in crypto."
    )
    crypto_spread_bp: int = Field(0, ge=0, le=1_000, description="Added to a quote, in hundredths of a percent.")
    crypto_tolerance_bp: int = Field(0, ge=0, le=500, description="May be missing from a payment in crypto, in hundredths of a percent.")  # fmt: skip
    crypto_open_per_payer: int = Field(10, ge=1, le=1_000, description="Unpaid addresses of your own wallet that one payer (network address, e-mail or telephone) may have open at once, of a live connection.")  # fmt: skip
    crypto_open_per_connection: int = Field(500, ge=1, le=10_000, description="The same for all payers of one connection together.")  # fmt: skip
    crypto_quote_s: int = Field(900, ge=60, le=86_400, description="How long a quoted rate holds.")

    address_marks: Path | None = Field(None, description="Folder of the high-water marks of deposit addresses, outside whatever a restore replaces; hosts share it. Default: beside the data folder, as DATA.addresses.")  # fmt: skip
    wallet_gap_limit: int = Field(20, ge=1, le=100_000, description="Unused addresses in a row after which your own wallet stops looking; `doctor` and the console warn when more stand unpaid.")  # fmt: skip

    # messages
    smtp_url: SecretStr | None = Field(
        None, description="Mail host, as smtp://user:password@host:587 (STARTTLS) or smtps://…."
    )
    mail_from: str = Field("Gerbang <gerbang@localhost>", description="Sender of e-mail.")

    reminder_before_s: int = Field(
        3_600,
        ge=0,
        le=7 * 86_400,
        description="A payer is reminded by e-mail this long before the deadline, at most a quarter of its time before; 0: never.",
    )
    operator_email: str = Field(
        "", description="Address that hears what needs a person's decision; empty: nobody is written to."
    )

    # refunds
    refund_second_person: Literal["auto", "never", "always"] = Field(
        "auto",
        description="Whether somebody else than asked for a refund must pay it out; auto: where at least two people may.",
    )

    refund_approval_above: str = Field(
        "",
        pattern=r"^(\s*[A-Z]{3,5}=[0-9]{1,18}\s*)*$",
        description="Refunds of more than this need a second person, as IDR=1000000 USD=50000 in minor units; empty: none does.",
    )

    # work and limits
    worker_concurrency: int = Field(24, ge=1, le=256, description="Jobs that one worker runs at once, three quarters for one connection.")  # fmt: skip
    body_limit_bytes: int = Field(262_144, ge=1_024, description="Largest body of an API request.")
    hook_body_limit_bytes: int = Field(262_144, ge=1_024, description="Largest body of an incoming webhook.")
    header_timeout_s: int = Field(10, ge=1, description="A client must have sent its headers by then.")
    body_timeout_s: int = Field(30, ge=1, description="A client must have sent its body by then.")
    provider_wait_s: float = Field(
        8.0, gt=0, le=30, description="How long a request waits for a provider before the job goes on alone."
    )
    drain_s: int = Field(10, ge=1, le=120, description="Requests and jobs in flight get this long at shutdown.")

    # logs
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    log_json: bool = Field(default=True, description="One JSON object a line; otherwise coloured text for a person.")

    # the sandbox; only `up` and `sandbox` set these
    sandbox: bool = Field(
        default=False, description="Simulators, demo users and a movable clock: never for real money."
    )
    sandbox_port: Port = Field(8090, description="TCP port of the simulators.")
    sandbox_chain_port: int = Field(
        8545,
        ge=0,
        le=65_535,
        description="JSON-RPC port of the sandbox's local chain; 0, or one that is taken: any free one.",
    )
    anvil: str = Field(
        "",
        description="The program anvil, for the sandbox's local chain. Default: where `make` put it, else on the PATH.",
    )
    sandbox_mail_port: int = Field(0, ge=0, le=65_535, description="SMTP port of the sandbox; 0 chooses a free one.")

    @field_validator("fixed_rates")
    @classmethod
    def _is_rates(cls, value: str) -> str:
        return setting_formats.rates(value)

    @field_validator("shop_contact")
    @classmethod
    def _is_contact(cls, value: str, known: ValidationInfo) -> str:
        return setting_formats.contact(value, known.data.get("business_country", phone.HOME))

    @field_validator("operator_email")
    @classmethod
    def _is_email(cls, value: str) -> str:
        return setting_formats.email(value)

    @field_validator("mail_from")
    @classmethod
    def _is_sender(cls, value: str) -> str:
        return setting_formats.sender(value)

    @field_validator("smtp_url")
    @classmethod
    def _is_mail_host(cls, value: SecretStr | None) -> SecretStr | None:
        return value and SecretStr(setting_formats.mail_host(value.get_secret_value()))

    @field_validator("trusted_proxies", "allowed_hosts", "crypto_hidden_for", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        return public_url(value) if value.strip() else ""

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return setting_formats.networks(value)

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _is_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value and (problem := problem_of(value.get_secret_value())):
            raise ValueError(problem)
        return value

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
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  pydantic hands it over; ours are _SecretFiles
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then variables, then files named by variables, then `.env`."""
        return init_settings, env_settings, _SecretFiles(settings_cls), dotenv_settings

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
        return _required(self.database_url, "GERBANG_DATABASE_URL")

    def owner_dsn(self) -> str:
        """The database under the owner's role; raises SettingsInvalid when none is set."""
        return _required(self.database_owner_url, "GERBANG_DATABASE_OWNER_URL")


class _SecretFiles(PydanticBaseSettingsSource):
    """GERBANG_X_FILE for every secret x: the file's content without the line end."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{_PREFIX}{field_name.upper()}_FILE")
        if path is None or not is_secret(field):
            return None, field_name, False
        if f"{_PREFIX}{field_name.upper()}" in os.environ:
            raise SettingsInvalid(f"{_PREFIX}{field_name.upper()} and …_FILE are both set; keep one.")
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n"), field_name, False
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", "") or "it holds no text in UTF-8"
            raise SettingsInvalid(f"{_PREFIX}{field_name.upper()}_FILE cannot be read: {why}.") from error

    def __call__(self) -> dict[str, Any]:
        values = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


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
    return FieldError(f"{_PREFIX}{name.upper()}" if name else "", words)


def child_environment(settings: Mapping[str, object]) -> dict[str, str]:
    """The environment of a child process: these settings, and of this process's own no more than any program needs."""
    ours = {f"{_PREFIX}{name.upper()}": _as_text(value) for name, value in settings.items()}
    return needed(os.environ) | ours


def service_manager() -> ServiceManager:
    """Who wants to be told how this process is, as systemd says it: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID."""
    told, whom = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    is_ours = told.isdecimal() and whom in ("", str(os.getpid()))
    return ServiceManager(os.environ.get("NOTIFY_SOCKET", ""), int(told) / 1e6 if is_ours else 0.0)


def unknown_variables() -> list[str]:
    """Variables that look like ours and mean nothing: most likely a typing mistake."""
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    known |= {f"{_PREFIX}{name.upper()}_FILE" for name, field in Settings.model_fields.items() if is_secret(field)}
    return sorted(name for name in os.environ if name.startswith(_PREFIX) and name not in known)


def described(settings: Settings) -> Iterator[tuple[str, str, str, str]]:
    """For each setting: variable, value without secrets, unit, sentence."""
    for name, field in Settings.model_fields.items():
        yield (
            f"{_PREFIX}{name.upper()}",
            redacted(getattr(settings, name)),
            setting_formats.unit(name),
            field.description or "",
        )


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
            return _as_text(value)


def is_secret(field: FieldInfo) -> bool:
    """Whether the setting holds a secret."""
    return field.annotation is SecretStr or SecretStr in get_args(field.annotation)


def _required(value: SecretStr | None, variable: str) -> str:
    if value is None:
        raise SettingsInvalid(f"{variable} is not set.", hint="Set it, or let `gerbang up` bring its own PostgreSQL.")
    return value.get_secret_value()


def _as_text(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case tuple() | list():
            return ",".join(str(part) for part in value)
        case SecretStr():
            return value.get_secret_value()
        case _:
            return str(value)
