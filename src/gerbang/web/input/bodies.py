"""What clients may send about payments and refunds. Unknown members are refused (R40); nothing here is decided by core's rules."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec

from gerbang.base import email_address, ids, ip, phone, web_address
from gerbang.base.errors import FieldError, NotFound
from gerbang.base.money import EXPONENTS, FIAT_LIMIT, BadMoney, from_json
from gerbang.core.customers.consent_model import Agreement
from gerbang.core.payments.model import Destination, MethodChoice, PayerUpdate
from gerbang.ports.payment import LONGEST_EXPIRY_S, Method, Payer
from gerbang.web import texts
from gerbang.web.input.body_errors import all_at_once
from gerbang.web.input.consents import CHANNEL_OF, ConsentBody, read_consents
from gerbang.web.input.surcharges import is_surcharge
from gerbang.web.problems import invalid_field

Line = Annotated[str, msgspec.Meta(max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=500)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Purpose = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Email = Annotated[
    str,
    msgspec.Meta(
        max_length=254,
        description="An e-mail address that can be written to, without a name beside it.",
        extra_json_schema={"format": "email"},
    ),
]
Phone = Annotated[
    str,
    msgspec.Meta(
        max_length=64,
        description="A phone number as people write it; kept as E.164, +6281234567890.",
        extra_json_schema={"format": "phone"},
    ),
]
Ip = Annotated[
    str,
    msgspec.Meta(
        max_length=64,
        description="From where the payer pressed, IPv4 or IPv6, where your server asks for them.",
        extra_json_schema={"format": "ip"},
    ),
]
# What the document says of an amount; which of both it is, its currency decides.
_FIAT: Final = {"exclusiveMinimum": 0, "exclusiveMaximum": FIAT_LIMIT}
_UNITS: Final = {"pattern": "^[1-9][0-9]{0,29}$"}
Amount = (
    Annotated[int, msgspec.Meta(description="Whole minor units of a fiat currency.", extra_json_schema=_FIAT)]
    | Annotated[str, msgspec.Meta(description="Base units of an asset (USDC, ETH …).", extra_json_schema=_UNITS)]
)
Currency = Annotated[str, msgspec.Meta(extra_json_schema={"enum": sorted(EXPONENTS)})]
CustomerId = Annotated[str, msgspec.Meta(extra_json_schema={"pattern": "^(cus|usr)_[0-7][0-9A-HJKMNP-TV-Z]{25}$"})]
ExternalId = Annotated[
    str, msgspec.Meta(min_length=1, max_length=100, description="Your own id for the customer; no two have the same.")
]
Account = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^([0-9]{5,20})?$",
        description="The account number: 5 to 20 digits, which may be grouped by spaces, dots or dashes.",
        extra_json_schema={"pattern": r"^([0-9](?:[ .\-]?[0-9]){4,19})?$"},
    ),
]
ReturnUrl = Annotated[
    str,
    msgspec.Meta(
        max_length=2048,
        description="Where the payer goes afterwards: a whole address, http or https, with a host and without a user.",
        extra_json_schema={"format": "uri", "pattern": "^[hH][tT][tT][pP][sS]?://"},
    ),
]
_METADATA_BYTES: Final = 16_384
_METADATA_DEPTH: Final = 8
Metadata = Annotated[
    Mapping[Annotated[str, msgspec.Meta(max_length=64)], Any],
    msgspec.Meta(
        max_length=50,
        description=f"Yours to use: at most 50 names, {_METADATA_BYTES} bytes as JSON, {_METADATA_DEPTH} levels.",
    ),
]
_BELOW_ZERO: Final = frozenset({"discount", "voucher"})
_NO_SURCHARGE: Final = "A payment costs the same however it is paid; put what every payer owes into the amount."
_NO_SURCHARGE_ID: Final = "In Indonesia nothing may be added for the way somebody pays (Bank Indonesia forbids merchants a surcharge); put what every payer owes into the amount."


class CustomerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who pays. `id` is a customer (cus_…), or a registered user (usr_…), who then sees the payment as their own. `external_id` is your own id for a customer,
    who is made with the payment where there is none. What is left out is taken from what is known of them; telling more here changes no customer.
    """

    id: CustomerId | None = None
    external_id: ExternalId | None = None
    name: Line = ""
    email: Email = ""
    phone: Phone = ""
    locale: Literal["id", "en"] | None = None
    ip: Ip = ""
    sms_consent: ConsentBody | None = None
    whatsapp_consent: ConsentBody | None = None


class ItemBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line of the bill; `amount` is that of the whole line, in minor units, and below zero where `kind` is `discount` or `voucher`. All
    lines together are the payment's amount. A line for one way to pay only (`method`, the kind `surcharge`, or in Rupiah a name like “Biaya admin QRIS”) is refused.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    amount: Annotated[int, msgspec.Meta(gt=-(10**12), lt=10**12)]
    kind: Literal["goods", "shipping", "discount", "voucher", "service", "surcharge"] = "goods"
    method: Method | None = None
    quantity: Annotated[int, msgspec.Meta(ge=1, le=10**6)] = 1
    note: Line = ""


class AttemptCustomerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is new about the payer with this attempt; what is left out stays."""

    phone: Phone = ""
    ip: Ip = ""


MethodOptions = Annotated[
    Mapping[Code, Code],
    msgspec.Meta(
        description='What the method needs to know: `{"bank": "BCA"}` for a virtual account, `store`, `wallet`, `lender`, `asset` and `network`. Which values there are says `GET /v1/payment-methods`.'
    ),
]


class AttemptBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to pay; `connection` is chosen by Gerbang when absent."""

    method: Method
    method_options: MethodOptions = {}
    connection: Code | None = None
    customer: AttemptCustomerBody = AttemptCustomerBody()

    def choice(self) -> MethodChoice:
        """As core takes it."""
        return MethodChoice(self.method, dict(self.method_options), self.connection)

    def told(self, region: str = phone.HOME) -> PayerUpdate:
        """What is new about the payer, whose number without a country code is of this region; raises Invalid with a pointer."""
        return PayerUpdate(read_phone(self.customer.phone, region), read_ip(self.customer.ip))


class PaymentBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A payment to be made. `amount` is whole minor units of `currency` (IDR has none: 150000 is Rp150.000), or, priced in an asset such
    as USDC, its base units as text.
    """

    amount: Amount
    currency: Currency
    description: Purpose
    method: Method | None = None
    method_options: MethodOptions = {}
    connection: Code | None = None
    order_reference: Code | None = None
    customer: CustomerBody = CustomerBody()
    metadata: Metadata = {}
    items: Annotated[Sequence[ItemBody], msgspec.Meta(max_length=100)] = ()
    return_url: ReturnUrl | None = None
    expires_in_s: Annotated[int, msgspec.Meta(ge=60, le=LONGEST_EXPIRY_S)] = 86_400

    def check(self, region: str = phone.HOME) -> None:
        """What types cannot say; raises Invalid with a pointer for each fault. A number without a country code is of this region."""
        all_at_once(
            lambda: check_items(self.items, read_amount(self.amount, self.currency), self.currency),
            lambda: check_named_once(self.customer),
            lambda: read_email(self.customer.email),
            lambda: read_phone(self.customer.phone, region),
            lambda: read_ip(self.customer.ip),
            lambda: check_metadata(self.metadata),
            lambda: read_return_url(self.return_url),
            self._check_choice,
            lambda: self._check_consents(region),
        )

    def _check_choice(self) -> None:
        if self.method is None and (self.method_options or self.connection):
            raise invalid_field("/method", "Needed when method_options or connection is given.")

    def choice(self) -> MethodChoice | None:
        """How the first attempt is to be made, if at once."""
        return MethodChoice(self.method, dict(self.method_options), self.connection) if self.method else None

    def agreed(self, number: str | None) -> tuple[Agreement, ...]:
        """What the payer agreed to on this phone; None: it is not known yet. Raises Invalid with a pointer."""
        return read_consents({name: getattr(self.customer, name) for name in CHANNEL_OF}, number, "/customer")

    def _check_consents(self, region: str) -> None:
        """A customer's own number may stand for one that is left out."""
        number = read_phone(self.customer.phone, region)
        self.agreed(number if number or not (self.customer.id or self.customer.external_id) else None)

    def payer(self, region: str = phone.HOME) -> Payer:
        """Who pays, without the registered id; a number without a country code is of this region. Raises Invalid with a pointer."""
        told = self.customer
        return Payer(
            name=told.name,
            email=read_email(told.email),
            phone=read_phone(told.phone, region),
            locale=told.locale or "",
            ip=read_ip(told.ip),
        )


class DestinationBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bank account of the payer's: `bank`, `account`, `name`. Or `address` alone, where crypto goes back on the network it came on."""

    bank: Annotated[str, msgspec.Meta(max_length=64)] = ""
    account: Account = ""
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    address: Annotated[str, msgspec.Meta(max_length=64)] = ""

    def as_destination(self, pointer: str) -> Destination:
        """The bank account or address, as core takes it."""
        account = (self.bank, self.account, self.name)
        if self.address and not any(account):
            return Destination("", self.address, "")
        if all(account) and not self.address:
            return Destination(*account)
        raise invalid_field(pointer, "Either bank, account and name, or address.")


class RefundBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money to give back; all that is left without `amount`. `destination` for methods that cannot give back by themselves."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    amount: Amount | None = None
    destination: DestinationBody | None = None

    def to(self) -> Destination | None:
        """The bank account or address, as core takes it."""
        return None if self.destination is None else self.destination.as_destination("/destination")


class NameDestinationBody(DestinationBody, frozen=True, forbid_unknown_fields=True):
    """Where a refund is to go. `version`: the one that this replaces, 0 for none; without it, only where none was named yet."""

    version: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0


class SettleBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An operator transferred the money; `reference` is the bank's, or the hash of the transaction. `destination_version` is the version of
    the destination that it went to: only where the refund was asked for with it, and nobody changed it, may it be left out.
    """

    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    destination_version: Annotated[int, msgspec.Meta(ge=0, le=10_000)] | None = None


class ApproveBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A second person agrees. `fingerprint`: that of the approval as the person saw it; without it, the destination must be the one that it
    was asked for with.
    """

    fingerprint: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")] | None = None
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class RefuseBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A second person refuses, and says why."""

    note: Annotated[str, msgspec.Meta(min_length=3, max_length=500)]


class ResolveBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a held payment ends."""

    decision: Literal["accept", "refund", "release"]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class ResolveRefundBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person saw at the provider of a refund in doubt."""

    decision: Literal["returned", "failed"]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


def read_amount(amount: int | str, currency: str, pointer: str = "/amount") -> int:
    """An amount of a currency or asset, in its minor or base units; raises BadMoney with a pointer unless this is money that we take."""
    if currency not in EXPONENTS:
        known = ", ".join(sorted(EXPONENTS))
        raise BadMoney("The currency is not supported.", errors=[FieldError("/currency", f"Must be one of: {known}.")])
    try:
        return from_json(amount, currency).amount
    except BadMoney as error:
        raise BadMoney(error.detail, errors=[FieldError(pointer, error.detail)]) from error


def read_phone(text: str, region: str, pointer: str = "/customer/phone") -> str:
    """A phone number as it is kept, empty for none; raises Invalid with a pointer."""
    try:
        return phone.read(text, region)
    except phone.BadPhone as error:
        raise invalid_field(pointer, texts.words("en")(f"phone.wrong.{error.why}").unescape()) from error


def read_ip(text: str, pointer: str = "/customer/ip") -> str:
    """An address of the internet in its canonical form, empty for none; raises Invalid with a pointer."""
    try:
        return ip.read(text) if text else ""
    except ValueError as error:
        raise invalid_field(pointer, "Give the payer's IPv4 or IPv6 address alone, like 203.0.113.7.") from error


def read_email(text: str, pointer: str = "/customer/email") -> str:
    """An e-mail address as mails are sent to it, empty for none; raises Invalid with a pointer."""
    try:
        return email_address.read(text)
    except email_address.BadEmail as error:
        raise invalid_field(pointer, str(error)) from error


def check_items(items: Sequence[ItemBody], amount: int, currency: str) -> None:
    """Whether the lines of the bill mean what the amount says; raises Invalid with a pointer."""
    for number, item in enumerate(items):
        if item.kind == "surcharge" or item.method is not None:
            field = "kind" if item.kind == "surcharge" else "method"
            raise invalid_field(f"/items/{number}/{field}", _NO_SURCHARGE_ID if currency == "IDR" else _NO_SURCHARGE)
        if currency == "IDR" and item.amount > 0 and is_surcharge(item.name):
            raise invalid_field(f"/items/{number}/name", _NO_SURCHARGE_ID)
        if (item.amount < 0) != (item.kind in _BELOW_ZERO) and item.amount != 0:
            said = "is below zero" if item.kind in _BELOW_ZERO else "is not below zero; discounts and vouchers are"
            raise invalid_field(f"/items/{number}/amount", f"The amount of {item.kind} {said}.")
    total = sum(item.amount for item in items)
    if items and total != amount:
        raise invalid_field("/items", f"The lines add up to {total}, the amount is {amount}.")


def check_metadata(metadata: Mapping[str, Any]) -> None:
    """At most 50 names, 16 KiB, eight levels deep."""
    if len(metadata) > 50 or len(json.dumps(metadata)) > _METADATA_BYTES or _depth(metadata) > _METADATA_DEPTH:
        raise invalid_field("/metadata", f"At most 50 names, {_METADATA_BYTES} bytes and {_METADATA_DEPTH} levels.")


def read_return_url(url: str | None) -> str | None:
    """Where the payer goes afterwards, in one form; raises Invalid with a pointer."""
    if url is None:
        return None
    try:
        return web_address.read(url, fragment=True)
    except web_address.BadAddress as error:
        raise invalid_field("/return_url", f"This address {error}.") from error


def owner_id(customer: CustomerBody) -> UUID | None:
    """The inner id of a registered user, or None; raises Invalid for what is no such id."""
    if customer.id is None or customer.id.startswith("cus_"):
        return None
    try:
        return ids.read("usr", customer.id)
    except NotFound as error:
        raise invalid_field("/customer/id", "Not the id of a customer or a user.") from error


def customer_id(customer: CustomerBody) -> UUID | None:
    """The inner id of a customer, or None; raises Invalid for what is no such id."""
    if customer.id is None or not customer.id.startswith("cus_"):
        return None
    try:
        return ids.read("cus", customer.id)
    except NotFound as error:
        raise invalid_field("/customer/id", "Not the id of a customer or a user.") from error


def check_named_once(customer: CustomerBody) -> None:
    """Two names could be of two people."""
    if customer.id is not None and customer.external_id is not None:
        raise invalid_field("/customer/external_id", "Give either id or external_id.")


def _depth(value: Any) -> int:
    if isinstance(value, Mapping):
        return 1 + max((_depth(inner) for inner in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((_depth(inner) for inner in value), default=0)
    return 0
