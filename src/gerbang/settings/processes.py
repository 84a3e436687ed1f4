"""Settings: processes and logs."""

from typing import Literal

from pydantic import BaseModel, Field


class ProcessSettings(BaseModel):
    """Processes and logs."""

    worker_concurrency: int = Field(
        24,
        ge=1,
        le=256,
        description="Jobs that one worker runs at once; at most three quarters of them call the same connection.",
    )
    drain_s: int = Field(10, ge=1, le=120, description="Requests and jobs in flight get this long at shutdown.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important level that is logged: debug, info, warning or error."
    )
    log_json: bool = Field(default=True, description="One JSON object a line; otherwise coloured text for a person.")
