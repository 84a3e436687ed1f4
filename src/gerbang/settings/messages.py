"""Settings: mail, and who is written to."""

from pydantic import BaseModel, Field, SecretStr, field_validator

from gerbang.base import quiet_hours as night
from gerbang.base import setting_formats


class MessageSettings(BaseModel):
    """Mail, and who is written to."""

    smtp_url: SecretStr | None = Field(
        None, description="Mail host, as smtp://user:password@host:587 (STARTTLS) or smtps://…."
    )
    mail_from: str = Field("Gerbang <gerbang@localhost>", description="Sender of e-mail.")
    reminder_before_s: int = Field(
        3_600,
        ge=0,
        le=7 * 86_400,
        description="How long before the deadline a payer is reminded by e-mail, at most a quarter of the time to pay; 0: never.",
    )
    sms_per_day: int = Field(
        1_000,
        ge=0,
        le=10_000_000,
        description="Most text messages of a day (UTC) to all people together; past it the next channel speaks, and who has none is not told. 0: none.",
    )
    whatsapp_per_day: int = Field(
        1_000,
        ge=0,
        le=10_000_000,
        description="Most WhatsApp messages of a day (UTC) to all people together; past it the next channel speaks, and who has none is not told. 0: none.",
    )
    quiet_hours: str | None = Field(
        None,
        description="When payers' phones are left alone, as 21:00-07:00, or none: SMS, WhatsApp and push then wait, where docs/reference/notifications.md says so. A customer may have hours of their own. Default: 21:00-07:00; none with the sandbox.",
    )
    time_zone: str = Field(
        night.HOME, description="Zone of the quiet hours of whoever has none of their own, by its IANA name."
    )
    operator_email: str = Field(
        "", description="Address to which mails go about what needs a person's decision; empty: none are sent."
    )

    @field_validator("operator_email")
    @classmethod
    def _is_email(cls, value: str) -> str:
        return setting_formats.email(value)

    @field_validator("quiet_hours")
    @classmethod
    def _are_hours(cls, value: str | None) -> str | None:
        if value is not None:
            night.read(value)
        return value

    @field_validator("time_zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        night.read_zone(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_sender(cls, value: str) -> str:
        return setting_formats.sender(value)

    @field_validator("smtp_url")
    @classmethod
    def _is_mail_host(cls, value: SecretStr | None) -> SecretStr | None:
        return value and SecretStr(setting_formats.mail_host(value.get_secret_value()))
