"""Settings: payments in crypto and your own wallet."""

from pathlib import Path

from pydantic import BaseModel, Field, field_validator

from gerbang.base import setting_formats
from gerbang.settings.kinds import CommaSeparated


class CryptoSettings(BaseModel):
    """Payments in crypto and your own wallet."""

    crypto_reason: str = Field(
        "",
        pattern=r"^(\S.{18,498}\S)?$",
        description="Why a business in Indonesia may take crypto, in at least 20 characters. A reason shows crypto where GERBANG_BUSINESS_COUNTRY hides it, and is kept in the audit trail.",
    )
    fixed_rates: str = Field(
        "",
        description="What assets are worth, as USDC/USD=1 ETH/USD=3000; what stands here goes before any source of rates.",
    )
    crypto_hidden_for: CommaSeparated = Field(
        ("IDR",), description="Currencies, by commas, whose prices may not be paid in crypto."
    )
    crypto_spread_bp: int = Field(
        0, ge=0, le=1_000, description="How much is added to the quoted price, in hundredths of a percent."
    )
    crypto_tolerance_bp: int = Field(
        0,
        ge=0,
        le=500,
        description="How much of a crypto payment may be missing so that it still counts as whole, in hundredths of a percent.",
    )
    crypto_open_per_payer: int = Field(
        10,
        ge=1,
        le=1_000,
        description="Unpaid addresses of one live connection that one payer (network address, e-mail or telephone) may have open at once.",
    )
    crypto_open_per_connection: int = Field(
        500,
        ge=1,
        le=10_000,
        description="Unpaid addresses that all payers of one live connection together may have open at once.",
    )
    crypto_quote_s: int = Field(900, ge=60, le=86_400, description="How long a quoted rate holds.")
    address_marks: Path | None = Field(
        None,
        description="Folder of the high-water marks of deposit addresses, outside whatever a restore replaces; hosts share it. Default: beside the data folder, as DATA.addresses.",
    )
    wallet_gap_limit: int = Field(
        20,
        ge=1,
        le=100_000,
        description="Unused addresses in a row after which your own wallet stops looking; `doctor` and the console warn when more stand unpaid.",
    )

    @field_validator("fixed_rates")
    @classmethod
    def _is_rates(cls, value: str) -> str:
        return setting_formats.rates(value)
