"""What core asks of a payment provider, and the facts a provider answers with. Frozen values and one protocol; no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

import msgspec

from gerbang.base.money import Money

LONGEST_EXPIRY_S: Final = 31 * 86_400  # that a payment may wait, whatever its method takes


class Method(StrEnum):
    """How a payer can pay; the words of the outer contract."""

    CARD = "card"
    VIRTUAL_ACCOUNT = "virtual_account"
    CONVENIENCE_STORE = "convenience_store"
    QRIS = "qris"
    EWALLET = "ewallet"
    PAYLATER = "paylater"
    DIRECT_DEBIT = "direct_debit"
    CRYPTO = "crypto"


class Effect(StrEnum):
    """What a submission may do at the provider. INSTRUCTS moves no money by itself: a VA number, a hosted page."""

    INSTRUCTS = "instructs"
    MAY_CHARGE = "may_charge"


class Lookup(StrEnum):
    """How a transaction whose answer was lost can be found at the provider."""

    BY_OUR_REFERENCE = "by_our_reference"
    BY_THEIRS = "by_theirs"
    NONE = "none"


# What the payer must do next, as the outer contract's `next_action`: tagged by `type`.
class Redirect(msgspec.Struct, frozen=True, tag="redirect"):
    url: str


class DisplayVirtualAccount(msgspec.Struct, frozen=True, tag="display_virtual_account"):
    bank: str
    number: str


class DisplayCode(msgspec.Struct, frozen=True, tag="display_code"):
    store: str
    code: str


class DisplayQr(msgspec.Struct, frozen=True, tag="display_qr"):
    content: str


class Wait(msgspec.Struct, frozen=True, tag="wait"):
    """Nothing to show: the payer acts elsewhere, in an app for one."""


class DisplayCrypto(msgspec.Struct, frozen=True, tag="display_crypto"):
    """`amount` is base units of `asset` as text (JSON would lose them), `uri` what a wallet opens (ERC-681), `page` the processor's own
    page for the same transfer, if it has one.
    """

    network: str
    asset: str
    address: str
    amount: str
    uri: str
    page: str = ""


NextAction = Redirect | DisplayVirtualAccount | DisplayCode | DisplayQr | DisplayCrypto | Wait


class Quote(msgspec.Struct, frozen=True):
    """What a crypto attempt froze: so many base units of `asset` on `network` (amounts are text, JSON would lose them) for its price.

    `rate` is how much of the price's currency one whole asset is worth, as a decimal; `source` who said so; `spread_bp` hundredths of a
    percent that were added for the risk; `tolerance` base units that may be missing; `holder` the ledger account that the asset comes
    into (`clearing:{connection}` at a processor, `wallet:{network}:{asset}` of our own); `wallet` whose next address it is paid to.
    """

    asset: str
    network: str
    decimals: int
    amount: str
    rate: str
    source: str
    spread_bp: int
    tolerance: str
    holder: str
    locked_at: datetime
    expires_at: datetime
    wallet: str = ""


# Facts: what a provider says happened to one transaction of one attempt. Totals, never deltas.
class Accepted(msgspec.Struct, frozen=True, tag=True):
    """Registered at the provider: its reference, what the payer must do, and until when."""

    reference: str
    next_action: NextAction | None = None
    expires_at: datetime | None = None


class ActionRequired(msgspec.Struct, frozen=True, tag=True):
    """The payer must go to `url` before anything else happens."""

    url: str


class Captured(msgspec.Struct, frozen=True, tag=True):
    """Money is in: `total` minor units of `currency` so far; `at` is the provider's time of it. A crypto attempt is captured in base
    units of its quote's asset; `by_person`: in the price's currency, for nobody counted what came.
    """

    total: int
    currency: str
    at: datetime | None = None
    by_person: bool = False


class Claimed(msgspec.Struct, frozen=True, tag=True):
    """A processor says that crypto came in, and our own node must see it before it counts.

    `total` base units of `currency` are what the payer is credited with; the node must see `onchain` of them (less than `total` where
    the processor keeps a fee) reach `recipient` in the transaction `transaction` on `network`. Amounts as text where JSON is near.
    """

    total: int
    currency: str
    network: str
    transaction: str
    recipient: str
    onchain: int
    at: datetime | None = None


class Declined(msgspec.Struct, frozen=True, tag=True):
    """The attempt, or a refund, was refused: a stable `code` of ours (of an attempt: declines.py), the provider's own words and its code."""

    code: str
    reason: str
    provider_code: str = ""


class Expired(msgspec.Struct, frozen=True, tag=True):
    """The provider no longer takes money for it."""


class Cancelled(msgspec.Struct, frozen=True, tag=True):
    """Closed before any money moved."""


class RefundSettled(msgspec.Struct, frozen=True, tag=True):
    """Money went back: `total` minor units so far over all refunds of this transaction."""

    total: int
    currency: str
    reference: str | None = None


class Disputed(msgspec.Struct, frozen=True, tag=True):
    """The payer's bank took the money back for now."""


class DisputeClosed(msgspec.Struct, frozen=True, tag=True):
    won: bool


class Retracted(msgspec.Struct, frozen=True, tag=True):
    """A reorg or a bank's reversal took the capture back."""

    reason: str


class Mismatched(msgspec.Struct, frozen=True, tag=True):
    """A right signature over a wrong amount, currency, token, chain or recipient."""

    why: str


class Lost(msgspec.Struct, frozen=True, tag=True):
    """Our own note: the call left and no clear answer came back."""

    why: str


Fact = (
    Accepted
    | ActionRequired
    | Captured
    | Claimed
    | Declined
    | Expired
    | Cancelled
    | RefundSettled
    | Disputed
    | DisputeClosed
    | Retracted
    | Mismatched
    | Lost
)


@dataclass(frozen=True, slots=True)
class MethodOption:
    """One choice inside a method that the payer sees: a bank of `virtual_account`, for one.

    `mobile_of` is the country (ISO 3166) whose mobile number the payer must have for it, since the request to pay goes to that phone.
    """

    name: str
    title: str
    mobile_of: str = ""


@dataclass(frozen=True, slots=True)
class AssetTerms:
    """One asset on one network that a crypto method takes. `least` and `most` in base units, `fee_hint` a word to payers about what the
    network itself costs: `low`, `medium` or `high`. A quote is rounded up at the decimal `places`, the last that can be asked for.
    """

    asset: str
    network: str
    title: str
    decimals: int
    least: int
    most: int
    fee_hint: str
    places: int = 8


@dataclass(frozen=True, slots=True)
class MethodTerms:
    """What a provider declares of one method, because it decides what a lost answer and a refund mean.

    `least` and `most` are minor units of `currency` that one attempt may ask for; `option` names the field of `method_options`
    that must be given (`bank`), `options` its values. `cancel` says whether an unpaid attempt can be closed at the provider,
    `refund` whether a paid one can be given back there, `partial_refund` whether in parts.

    A crypto method has `assets` instead of a currency (which is empty) and of options: `method_options` names `asset` and `network`, and
    core quotes the price in it. `wallet` names the wallet of ours that the asset comes into, empty where that is the processor's: each
    attempt wants a number of its own, never used before in that wallet (`Submission.number`), whichever connections share it.

    An attempt by this method ends after `longest_expiry_s` at the latest, for its provider keeps none open for longer.

    A provider that speaks a method in several ways names each in `dialect`. An attempt keeps the dialect that it was made in, whatever the
    connection's settings say later; `offered` is False for the terms that only such older attempts stand on.
    """

    method: Method
    effect: Effect
    lookup: Lookup
    currency: str
    least: int
    most: int
    option: str | None = None
    options: tuple[MethodOption, ...] = ()
    cancel: bool = False
    refund: bool = False
    partial_refund: bool = False
    default_expiry_s: int = 86_400
    longest_expiry_s: int = LONGEST_EXPIRY_S
    assets: tuple[AssetTerms, ...] = ()
    wallet: str = ""
    dialect: str = ""
    offered: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """A connection as its adapter sees it: settings, and its secrets already read for this one call.

    `hook_url` is the address for the provider's notifications, `secrets` maps the adapter's credential names to the valid values,
    newest first; adapters sign with the first and verify with any.
    """

    connection: str
    livemode: bool
    settings: Mapping[str, str]
    secrets: Mapping[str, Sequence[bytes]] = field(repr=False)
    hook_url: str = ""


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, as far as the provider asks; every field may be empty.

    `phone` is E.164. `locale` is the language that somebody named, `browser_locale` what their browser was answered in, `ip` the address
    from which they pressed last.
    """

    name: str = ""
    email: str = ""
    phone: str = ""
    locale: str = ""
    ip: str = ""
    browser_locale: str = ""

    @property
    def language(self) -> str:
        """The language to write to them in; empty where none is known."""
        return self.locale or self.browser_locale


@dataclass(frozen=True, slots=True)
class Submission:
    """One attempt to be registered. `reference` is ours, sent as the provider's order number, and unique for ever."""

    attempt: UUID
    reference: str
    payment: str
    method: Method
    options: Mapping[str, str]
    amount: Money
    description: str
    payer: Payer
    return_url: str
    expires_at: datetime
    now: datetime
    quote: Quote | None = None
    number: int | None = None
    dialect: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """An attempt that the provider knows: what an inquiry, a cancel or a refund must name. Amounts in minor units.

    `provider_reference` is empty when the answer that named it was lost and the method can be looked up by our reference: then an
    inquiry says `Accepted` with it. `next_action` is what the payer was shown, `made_at` when the attempt was made.
    """

    attempt: UUID
    reference: str
    provider_reference: str
    method: Method
    options: Mapping[str, str]
    amount: Money
    captured: int
    refunded: int
    now: datetime
    quote: Quote | None = None
    dialect: str = ""
    next_action: NextAction | None = None
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Giveback:
    """One refund to be asked for; `full` when nothing of the capture stays, `again` when an earlier ask may have arrived. Of a crypto attempt
    it is in the price's currency: the adapter turns it into the asset by the attempt's quote.
    """

    refund: UUID
    amount: Money
    full: bool
    reason: str
    again: bool = False


class PaymentProvider(Protocol):
    """A provider that collects money. Methods do I/O through base/http and nothing else: no database, no clock.

    Every method raises `Unreachable` when nothing left this machine, `OutcomeUnknown` when it may have arrived and no clear answer
    came, and `ProviderRefused` when the provider clearly said no to the call itself (bad credentials, unknown merchant).
    A decline of the payer is a fact, not an exception.
    """

    def terms(self, account: Account) -> Sequence[MethodTerms]:
        """The methods that this connection offers, one offered dialect each, with what they declare. Pure."""
        ...

    async def submit(self, account: Account, submission: Submission) -> Sequence[Fact]:
        """Register the attempt: `Accepted` with what the payer needs, or `Declined`."""
        ...

    async def inquire(self, account: Account, standing: Standing) -> Sequence[Fact]:
        """What the provider says now about the transaction; an empty answer means nothing has happened yet."""
        ...

    async def cancel(self, account: Account, standing: Standing) -> Sequence[Fact]:
        """Close an unpaid attempt: `Cancelled`, or what turned out to be true instead (`Captured`, `Expired`)."""
        ...

    async def refund(self, account: Account, standing: Standing, giveback: Giveback) -> Sequence[Fact]:
        """Give money back: `RefundSettled` with the new total, `Accepted` when the provider took it and is not done, so that it is only looked
        for from then on, or `Declined` when it refuses.
        """
        ...
