"""Settings: payments."""

from typing import Literal

from pydantic import BaseModel, Field


class PaymentSettings(BaseModel):
    """Payments."""

    restart_for_s: int = Field(
        86_400,
        ge=0,
        le=30 * 86_400,
        description="How long after a payment's deadline its payer may start again on the page; 0: the deadline closes the bill.",
    )
    customer_amounts: Literal["deny", "allow"] = Field(
        "deny", description="Whether a customer may create a payment, and so choose its amount: allow or deny."
    )
    provider_wait_s: float = Field(
        8.0,
        gt=0,
        le=30,
        description="How long a request waits for a provider. After that it is answered without the provider's word, and a job goes on.",
    )
    hook_body_limit_bytes: int = Field(262_144, ge=1_024, description="Largest body of an incoming webhook.")
