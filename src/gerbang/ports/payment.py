"""What core asks of a payment provider; what it answers: facts.py. Frozen values and one protocol; no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

import msgspec

from gerbang.base.money import Money
from gerbang.ports.facts import Fact
from gerbang.ports.next_action import NextAction

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


class SubmissionEffect(StrEnum):
    """What a submission may do at the provider. INSTRUCTS moves no money by itself: a VA number, a hosted page."""

    INSTRUCTS = "instructs"
    MAY_CHARGE = "may_charge"


class Lookup(StrEnum):
    """How a transaction whose answer was lost can be found at the provider."""

    BY_OUR_REFERENCE = "by_our_reference"
    BY_THEIRS = "by_theirs"
    NONE = "none"


# What the payer must do next, as the outer contract's `next_action`: tagged by `type`.
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
    effect: SubmissionEffect
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
class SubmittedAttempt:
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
class RefundRequest:
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

    async def inquire(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        """What the provider says now about the transaction; an empty answer means nothing has happened yet."""
        ...

    async def cancel(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        """Close an unpaid attempt: `Cancelled`, or what turned out to be true instead (`Captured`, `Expired`)."""
        ...

    async def refund(
        self, account: Account, submitted: SubmittedAttempt, refund_request: RefundRequest
    ) -> Sequence[Fact]:
        """Give money back: `RefundSettled` with the new total, `Accepted` when the provider took it and is not done, so that it is only looked
        for from then on, or `Declined` when it refuses.
        """
        ...


class PaymentConfirmer(Protocol):
    """Of a provider whose payer only agrees: the money moves by a call of ours, after the payer came back. `inquire` says `Approved` for that
    state and no other, so that a call whose answer was lost can be looked up.
    """

    async def confirm(self, account: Account, submitted: SubmittedAttempt) -> Sequence[Fact]:
        """Take what the payer agreed to: `Captured`, or `Declined`; nothing when the provider took the call and is not done. Raises as
        PaymentProvider's methods do. Asked again only after `inquire` has said `Approved` once more.
        """
        ...
