"""Settings: what the developer's commands need to ask a Gerbang elsewhere."""

from pydantic import BaseModel, Field, SecretStr


class DevelopmentSettings(BaseModel):
    """The developer's commands (`gerbang listen`, `events`) with a Gerbang elsewhere; beside `gerbang up` they need nothing."""

    api_key: SecretStr | None = Field(
        None, description="API key of the role developer, for the Gerbang that --api names."
    )
