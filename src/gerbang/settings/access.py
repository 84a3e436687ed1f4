"""Settings: the root key and sessions."""

from pathlib import Path

from pydantic import BaseModel, Field


class AccessSettings(BaseModel):
    """The root key and sessions."""

    root_key_file: Path | None = Field(
        None, description="File (0600) of the key that wraps every sealed secret. Default: DATA/root.key."
    )
    access_token_ttl_s: int = Field(600, ge=60, le=600, description="Life of an access token.")
    refresh_token_ttl_s: int = Field(30 * 86_400, ge=3_600, description="Life of a session that is not used.")
    owner_link_ttl_s: int = Field(
        1_800, ge=60, le=86_400, description="Life of the one-time link that makes the first owner."
    )
