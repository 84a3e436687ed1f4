"""Settings: refunds."""

from typing import Literal

from pydantic import BaseModel, Field


class RefundSettings(BaseModel):
    """Refunds."""

    refund_second_person: Literal["auto", "never", "always"] = Field(
        "auto",
        description="Whether the person who pays a refund out must be another one than who asked for it: always, never, or auto (where at least two people may pay out).",
    )
    refund_approval_above: str = Field(
        "",
        pattern=r"^(\s*[A-Z]{3,5}=[0-9]{1,18}\s*)*$",
        description="A refund above this amount needs a second person's approval, as IDR=1000000 USD=50000 in minor units; empty: no refund does.",
    )
