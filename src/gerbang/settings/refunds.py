"""Settings: refunds."""

from typing import Literal

from pydantic import BaseModel, Field


class RefundSettings(BaseModel):
    """Refunds."""

    refund_second_person: Literal["auto", "never", "always"] = Field(
        "auto",
        description="Whether somebody else than asked for a refund must pay it out; auto: where at least two people may.",
    )
    refund_approval_above: str = Field(
        "",
        pattern=r"^(\s*[A-Z]{3,5}=[0-9]{1,18}\s*)*$",
        description="Refunds of more than this need a second person, as IDR=1000000 USD=50000 in minor units; empty: none does.",
    )
