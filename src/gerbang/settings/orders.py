"""Settings: orders of marketplaces."""

from pydantic import BaseModel, Field


class OrderSettings(BaseModel):
    """Orders of marketplaces."""

    order_poll_s: float = Field(
        300.0,
        ge=10,
        le=21_600,
        description="How long between two walks over the changed orders of each shop, which find what pushes lost. A marketplace may switch an app off that asks all the time.",
    )
