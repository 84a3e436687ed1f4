"""Settings: the business and its name."""

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from gerbang.base import phone, setting_formats
from gerbang.base.text import plain


class ShopSettings(BaseModel):
    """The business and its name."""

    business_country: str = Field(
        "ID",
        pattern=r"^[A-Z]{2}$",
        description="Where the business is, whose telephones need no country code. `ID` hides crypto from prices in rupiah and from payers with +62 telephones.",
    )
    shop_name: str = Field(
        "Toko Lumbung", min_length=1, max_length=80, description="Name that customers see on pages and in messages."
    )
    shop_contact: str = Field(
        "",
        max_length=254,
        description="Where customers reach the shop: an e-mail address, a phone number as +62…, or an https address.",
    )

    data_request_due_days: int = Field(
        3,
        ge=1,
        le=90,
        description="In how many days what a person asks of their data is due: 3 in Indonesia (UU PDP), 30 in the EU (GDPR).",
    )

    @field_validator("shop_name")
    @classmethod
    def _is_name(cls, value: str) -> str:
        if not plain(value):
            raise ValueError("must not be empty: payers see it")
        return value.strip()

    @field_validator("shop_contact")
    @classmethod
    def _is_contact(cls, value: str, known: ValidationInfo) -> str:
        return setting_formats.contact(value, known.data.get("business_country", phone.HOME))
