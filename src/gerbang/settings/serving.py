"""Settings: where Gerbang listens, and how it is reached from outside."""

from pathlib import Path

from pydantic import BaseModel, Field, field_validator

from gerbang.base import setting_formats
from gerbang.base.addresses import public_url
from gerbang.settings.kinds import CommaSeparated, Port


class ServingSettings(BaseModel):
    """Where Gerbang listens, and how it is reached from outside."""

    data: Path = Field(Path("data"), description="Folder for the embedded database, the root key and demo users.")
    host: str = Field("127.0.0.1", description="Address that the API listens on.")
    port: Port = Field(8080, description="TCP port of the API, the checkout pages and the console.")
    share_port: bool = Field(
        default=False,
        description="Several `serve` on this machine listen on one port, and the kernel spreads the connections.",
    )
    public_url: str = Field(
        "",
        description="The address at which payers and providers reach Gerbang, as https://pay.example: all links and webhook addresses begin with it. Default: http://HOST:PORT.",
    )
    trusted_proxies: CommaSeparated = Field(
        (),
        description="Addresses or networks, by commas, of the proxies in front, whose X-Forwarded-* and Forwarded headers are believed.",
    )
    allowed_hosts: CommaSeparated = Field(
        (), description="Further host names, by commas, that requests may come to, beside that of GERBANG_PUBLIC_URL."
    )
    body_limit_bytes: int = Field(262_144, ge=1_024, description="Largest body of an API request.")
    idempotency_keep_s: int = Field(
        90 * 86_400,
        ge=7 * 86_400,
        description="How long an Idempotency-Key is kept: the same request is done once within that time, and anew after it.",
    )
    header_timeout_s: int = Field(
        10, ge=1, description="Within this time a client must have sent all headers of a request."
    )
    body_timeout_s: int = Field(
        30, ge=1, description="Within this time a client must have sent the whole body of a request."
    )

    @field_validator("public_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        return public_url(value) if value.strip() else ""

    @field_validator("host")
    @classmethod
    def _is_host(cls, value: str) -> str:
        return setting_formats.listening_host(value)

    @field_validator("allowed_hosts")
    @classmethod
    def _are_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return setting_formats.hosts(value)

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return setting_formats.networks(value)
