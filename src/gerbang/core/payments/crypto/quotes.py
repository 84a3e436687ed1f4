"""A price in an asset: what is asked of the payer, and what came in is worth. Decimals and whole numbers, no floats. Pure."""

from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal, localcontext
from typing import Final

from gerbang.base.money import EXPONENTS, Money
from gerbang.ports.payment import AssetTerms, Quote
from gerbang.ports.rates import Rate

_DIGITS: Final = 100  # more than any amount times any rate has


def freeze(
    price: Money,
    asset: AssetTerms,
    rate: Rate,
    *,
    holder: str,
    wallet: str = "",
    now: datetime,
    lasts: timedelta,
    spread_bp: int,
    tolerance_bp: int,
) -> Quote:
    """The price in the asset, rounded up at the last decimal that may be asked for. `spread_bp` and `tolerance_bp` are hundredths of a
    percent; a price that is in the asset already has no spread.
    """
    decimals = min(asset.decimals, asset.places)
    spread = 0 if price.currency == asset.asset else spread_bp
    with localcontext() as exact:
        exact.prec = _DIGITS
        whole = Decimal(price.amount).scaleb(-EXPONENTS[price.currency]) / rate.price
        units = (whole * (10_000 + spread) / 10_000).scaleb(decimals).to_integral_value(ROUND_CEILING)
    amount = int(units) * 10 ** (asset.decimals - decimals)
    return Quote(
        asset=asset.asset,
        network=asset.network,
        decimals=asset.decimals,
        amount=str(amount),
        rate=format(rate.price.normalize(), "f"),
        source=rate.source,
        spread_bp=spread,
        tolerance=str(amount * tolerance_bp // 10_000),
        holder=holder,
        locked_at=now,
        expires_at=now + lasts,
        wallet=wallet,
    )


def share(quote: Quote, asked: int, received: int, before: int, part: int) -> int:
    """Base units that a `part` of the price is worth by the quote, when `before` it so much went already: the shares of all parts of a
    whole are the whole, and never more than was `received`.
    """
    whole = int(quote.amount)
    return min((before + part) * whole // asked, received) - min(before * whole // asked, received)


def worth(quote: Quote, asked: int, received: int) -> int:
    """What `received` base units are worth, in minor units of the price whose whole is `asked`.

    All of it from the tolerance on; a part, and a surplus, its share rounded down. Never less for more.
    """
    whole, missing = int(quote.amount), int(quote.tolerance)
    if whole - missing <= received <= whole:
        return asked
    return received * asked // whole
