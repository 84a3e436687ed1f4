"""Which connection and terms a payer's choice means, what it costs in crypto, and what there is to choose from. Writes nothing."""

from collections.abc import Sequence
from typing import Final

import structlog

from gerbang.base import phone as phones
from gerbang.base.errors import FieldError, Invalid
from gerbang.base.high_water_marks import HighWaterMarkUnusable
from gerbang.base.money import Money
from gerbang.core.connections.model import Connection
from gerbang.core.payments.context import Context
from gerbang.core.payments.crypto import open_address_limit
from gerbang.core.payments.crypto.deposit_addresses import AddressesUnmarked
from gerbang.core.payments.crypto.permission import is_hidden, refuse_hidden
from gerbang.core.payments.crypto.rates import NoRate
from gerbang.core.payments.model import MethodChoice, MethodUnavailable, Offer, OfferedAsset
from gerbang.ports.payment import AssetTerms, Method, MethodTerms, Payer, Quote

log = structlog.get_logger()
# In the order of the payer's chooser.
SHOWN_METHODS: Final = (
    Method.VIRTUAL_ACCOUNT,
    Method.QRIS,
    Method.EWALLET,
    Method.CARD,
    Method.CONVENIENCE_STORE,
    Method.PAYLATER,
    Method.DIRECT_DEBIT,
    Method.CRYPTO,
)


class PhoneNeeded(Invalid):
    """The request to pay would go to a phone, and no number is known to which it can go."""

    code = "phone_needed"
    title = "This way to pay needs the payer's mobile number"


class CurrencyUnavailable(Invalid):
    """Nobody could ever pay it here."""

    code = "currency_unavailable"
    title = "No connection takes this currency"


async def check_payable(ctx: Context, amount: int, currency: str, phone: str) -> None:
    """Whether somebody could pay this by some enabled connection; where none takes money yet, nothing is said. Raises CurrencyUnavailable, and
    MethodUnavailable for an amount that is outside what every method takes.
    """
    enabled = [(c, terms) for c in await ctx.connections.all() if c.enabled for terms in ctx.calls.terms(c)]
    limits = [(terms.least, terms.most) for _, terms in enabled if terms.currency == currency]
    if not enabled or any(least <= amount <= most for least, most in limits):
        return
    if any(offer.available for offer in await offers(ctx, amount, currency, phone)):
        return
    if limits:
        least, most = min(low for low, _ in limits), max(high for _, high in limits)
        said = f"No method takes it: the least is {least}, the most {most} {currency}."
        raise MethodUnavailable(said, errors=[FieldError("/amount", f"Must be {least} to {most}.")])
    taken = sorted({terms.currency for _, terms in enabled if terms.currency})
    by_rate = ["by crypto what an exchange rate is known for"] if any(terms.assets for _, terms in enabled) else []
    cure = f"Taken are: {'; '.join([' '.join(taken), *by_rate] if taken else by_rate)}."
    raise CurrencyUnavailable(f"No enabled connection takes {currency}.", errors=[FieldError("/currency", cure)])


def check_expiry(terms: MethodTerms, expires_in_s: int) -> None:
    """Whether the provider keeps an order open for so long. Raises MethodUnavailable with the most that it does."""
    if expires_in_s > terms.longest_expiry_s:
        raise MethodUnavailable(
            f"{terms.method.value} is kept open for {terms.longest_expiry_s} seconds at most.",
            errors=[
                FieldError(
                    "/expires_in_s", f"Must be {terms.longest_expiry_s} at most, or let the payer choose the method."
                )
            ],
        )


async def choose(
    ctx: Context, choice: MethodChoice, amount: int, currency: str, phone: str
) -> tuple[Connection, MethodTerms]:
    """The connection and terms for a choice by a payer of this phone. Raises MethodUnavailable with a pointer to what does not fit, and
    PhoneNeeded.
    """
    wanted = [
        (connection, terms)
        for connection in await ctx.connections.all()
        if connection.enabled and choice.connection in (None, connection.id)
        for terms in ctx.calls.terms(connection)
        if terms.method is choice.method and (terms.assets or terms.currency == currency)
    ]
    if not wanted and choice.connection is not None:
        raise MethodUnavailable(
            f"This connection does not offer {choice.method.value} in {currency}.",
            errors=[
                FieldError(
                    "/connection",
                    "No enabled connection of this name offers it; GET /v1/payment-methods shows which do.",
                )
            ],
        )
    if not wanted:
        raise MethodUnavailable(
            f"No enabled connection offers {choice.method.value} in {currency}.",
            errors=[FieldError("/method", "Choose one of GET /v1/payment-methods.")],
        )
    if choice.method is Method.CRYPTO:
        refuse_hidden(ctx.quotes.terms, currency, phones.known(phone))
        return _crypto(choice, wanted)
    connection, terms = wanted[0]
    _check_option(choice, terms)
    if not terms.least <= amount <= terms.most:
        raise MethodUnavailable(
            f"{choice.method.value} takes {terms.least} to {terms.most} {currency}.",
            errors=[FieldError("/amount", "Outside what this method takes.")],
        )
    _check_phone(choice, terms, phone)
    return connection, terms


def _crypto(choice: MethodChoice, wanted: Sequence[tuple[Connection, MethodTerms]]) -> tuple[Connection, MethodTerms]:
    """The connection whose network has the chosen asset. Limits are checked once the price is quoted."""
    unknown = sorted(set(choice.options) - {"asset", "network"})
    if unknown:
        raise MethodUnavailable(errors=[FieldError(f"/method_options/{unknown[0]}", "There is no such option.")])
    found = next(((c, t) for c, t in wanted if _asset(choice, t) is not None), None)
    if found is None:
        known = sorted({f"{one.asset} on {one.network}" for _, t in wanted for one in t.assets})
        raise MethodUnavailable(
            "Choose asset and network.",
            errors=[FieldError("/method_options/asset", f"Must be one of: {', '.join(known)}.")],
        )
    return found


def _asset(choice: MethodChoice, terms: MethodTerms) -> AssetTerms | None:
    wanted = (choice.options.get("asset"), choice.options.get("network"))
    return next((one for one in terms.assets if (one.asset, one.network) == wanted), None)


async def quoted(
    ctx: Context, choice: MethodChoice, price: Money, terms: MethodTerms, connection: Connection, payer: Payer
) -> Quote | None:
    """The price in the chosen asset; None where the method asks for the price itself. Raises NoRate, MethodUnavailable, AddressesUnmarked,
    TooManyOpenAddresses.
    """
    asset = _asset(choice, terms)
    if terms.wallet:
        await open_address_limit.check(ctx, connection, payer)
        await ctx.calls.deposits.check(terms.wallet)
    return None if asset is None else await ctx.quotes.freeze(price, asset, terms, connection, ctx.clock.now())


def _check_option(choice: MethodChoice, terms: MethodTerms) -> None:
    unknown = sorted(set(choice.options) - ({terms.option} if terms.option else set()))
    if unknown:
        raise MethodUnavailable(errors=[FieldError(f"/method_options/{unknown[0]}", "There is no such option.")])
    if terms.option is None:
        return
    names = [option.name for option in terms.options]
    if choice.options.get(terms.option) not in names:
        raise MethodUnavailable(
            f"Choose the {terms.option}.",
            errors=[FieldError(f"/method_options/{terms.option}", f"Must be one of: {', '.join(names)}.")],
        )


def _check_phone(choice: MethodChoice, terms: MethodTerms, phone: str) -> None:
    """Whether the request to pay can go where it must, before anybody is asked to send it."""
    option = next((one for one in terms.options if one.name == choice.options.get(terms.option or "")), None)
    if option is None or not option.mobile_of or phones.is_mobile(phones.known(phone), option.mobile_of):
        return
    said = f"{option.title} asks on the payer's phone, and "
    said += "this is no mobile number of its country." if phone else "no number is known."
    cure = f"Give the mobile number ({option.mobile_of}) that is registered at {option.title}, like +6281234567890."
    raise PhoneNeeded(said, errors=[FieldError("/customer/phone", cure)])


async def offers(ctx: Context, amount: int, currency: str, phone: str = "") -> list[Offer]:
    """What a payer of this phone can choose from for an amount, each with a reason where it is not available."""
    found: dict[str, Offer] = {}
    for connection in await ctx.connections.all():
        for terms in ctx.calls.terms(connection) if connection.enabled else ():
            shown = terms.assets and not is_hidden(ctx.quotes.terms, currency, phones.known(phone))
            if shown and await _gives_addresses(ctx, terms):
                await _offer_assets(ctx, found, Money(amount, currency), connection, terms)
            if terms.currency != currency or terms.method.value in found:
                continue
            fits = terms.least <= amount <= terms.most
            reason = "" if fits else ("below_minimum" if amount < terms.least else "above_maximum")
            found[terms.method.value] = Offer(
                method=terms.method,
                connection=connection.id,
                option=terms.option,
                options=terms.options,
                least=terms.least,
                most=terms.most,
                available=fits,
                reason=reason,
            )
    return sorted(found.values(), key=lambda offer: SHOWN_METHODS.index(offer.method))


async def _gives_addresses(ctx: Context, terms: MethodTerms) -> bool:
    try:
        if terms.wallet:
            await ctx.calls.deposits.check(terms.wallet)
    except (AddressesUnmarked, HighWaterMarkUnusable) as error:
        log.warning("addresses.stopped", wallet=terms.wallet, alert=error.detail)
        return False
    return True


async def _offer_assets(
    ctx: Context, found: dict[str, Offer], price: Money, connection: Connection, terms: MethodTerms
) -> None:
    """Add the assets of one connection to the offer of crypto, each with what it would cost now; those without a rate are left out, and
    those that an earlier connection offers, which is the one that `choose` picks.
    """
    offered, known = [], found.get(terms.method.value)
    there = {(one.asset, one.network) for one in known.assets} if known else set()
    for asset in terms.assets:
        if (asset.asset, asset.network) in there:
            continue
        try:
            quote = await ctx.quotes.freeze(price, asset, terms, connection, ctx.clock.now())
        except (NoRate, MethodUnavailable):
            continue
        offered.append(OfferedAsset(asset.asset, asset.network, asset.title, asset.fee_hint, int(quote.amount)))
    if offered:
        assets = (*(known.assets if known else ()), *offered)
        found[terms.method.value] = Offer(
            method=terms.method,
            connection=known.connection if known else connection.id,
            option=None,
            options=(),
            least=1,
            most=price.amount,
            available=True,
            reason="",
            assets=assets,
        )
