"""Settings: mail, and who is written to."""

from pydantic import BaseModel, Field, SecretStr, field_validator

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
    operator_email: str = Field(
        "", description="Address to which mails go about what needs a person's decision; empty: none are sent."
    )

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
