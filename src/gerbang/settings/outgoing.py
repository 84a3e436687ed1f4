"""Settings: where calls may go whose addresses users set."""

from pydantic import BaseModel, Field, field_validator

from gerbang.base import setting_formats
from gerbang.settings.kinds import CommaSeparated


class OutgoingSettings(BaseModel):
    """Calls to addresses that users set: endpoints of webhooks, sources of rates."""

    allowed_private_targets: CommaSeparated = Field(
        (),
        description="Private addresses or networks, by commas, that endpoints and sources of rates may name, each with a port where it is one "
        "server, as 127.0.0.1:3000, 10.1.2.0/24. All others must be public, by https. Link-local and the clouds' metadata addresses never.",
    )

    webhook_keep_days: int = Field(
        30,
        ge=1,
        le=3_650,
        description="Days for which the bodies of webhooks to endpoints, and what their receivers answered, are kept: so long they can be sent again.",
    )

    @field_validator("allowed_private_targets")
    @classmethod
    def _are_targets(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return setting_formats.private_targets(value)
