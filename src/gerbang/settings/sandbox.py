"""Settings: the sandbox; only `gerbang up` and `gerbang sandbox` set these."""

from pydantic import BaseModel, Field

from gerbang.settings.kinds import Port


class SandboxSettings(BaseModel):
    """The sandbox; only `gerbang up` and `gerbang sandbox` set these."""

    sandbox: bool = Field(
        default=False, description="Simulators, demo users and a movable clock: never for real money."
    )
    sandbox_port: Port = Field(8090, description="TCP port of the simulators.")
    sandbox_chain_port: int = Field(
        8545,
        ge=0,
        le=65_535,
        description="JSON-RPC port of the sandbox's local chain; 0, or one that is taken: any free one.",
    )
    anvil: str = Field(
        "",
        description="The program anvil, for the sandbox's local chain. Default: where `make` put it, else on the PATH.",
    )
    sandbox_mail_port: int = Field(0, ge=0, le=65_535, description="SMTP port of the sandbox; 0 chooses a free one.")
