"""Where a rate comes from: the price itself, the settings, or a connection to a source. Without one there is no quote, and no guess."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import structlog

from gerbang.base.clock import real_now
from gerbang.base.errors import FieldError, Invalid
from gerbang.base.money import EXPONENTS, Money
from gerbang.core.connections.model import Connection
from gerbang.core.connections.outbound_calls import RATES, Operation, OutboundCalls
from gerbang.core.ledger.model import clearing, wallet
from gerbang.core.payments.crypto import quotes
from gerbang.core.payments.model import MethodUnavailable
from gerbang.ports.payment import AssetTerms, MethodTerms, Quote
from gerbang.ports.rates import Rate

log = structlog.get_logger()
_RATE: Final = Operation("rate", repeatable=True)
_FRESH_S: Final = 30.0
_OLDEST: Final = timedelta(minutes=10)


class NoRate(Invalid):
    """Nobody says what the asset is worth in the price's currency."""

    code = "no_rate"
    title = "There is no exchange rate for this"


@dataclass(frozen=True, slots=True)
class QuoteTerms:
    """How quotes are made here: fixed rates by (asset, currency), spread and tolerance in hundredths of a percent, and how long one holds;
    `hidden_for` are the currencies whose prices may not be paid in crypto, `hidden_phones` how telephones begin of payers who may not;
    so many unpaid attempts at addresses of our own may be open at once.
    """

    fixed: Mapping[tuple[str, str], Decimal]
    hidden_for: frozenset[str] = frozenset({"IDR"})
    spread_bp: int = 0
    tolerance_bp: int = 0
    lasts: timedelta = timedelta(minutes=15)
    hidden_phones: tuple[str, ...] = ()
    open_per_payer: int = 10
    open_per_connection: int = 500


class Quotes:
    """Quotes for crypto attempts. A source's rate is kept for half a minute in each process."""

    def __init__(self, terms: QuoteTerms, outbound: OutboundCalls) -> None:
        self.terms = terms
        self._outbound = outbound
        self._known: dict[tuple[str, str], tuple[float, Rate]] = {}

    async def freeze(
        self, price: Money, asset: AssetTerms, terms: MethodTerms, connection: Connection, now: datetime
    ) -> Quote:
        """What an attempt asks. Raises NoRate, and MethodUnavailable for an amount outside what the asset takes."""
        rate = await self.rate(asset.asset, price.currency, now)
        holder = wallet(asset.network, asset.asset) if terms.wallet else clearing(connection.id)
        own = self.terms
        quote = quotes.freeze(
            price,
            asset,
            rate,
            holder=holder,
            wallet=terms.wallet,
            now=now,
            lasts=own.lasts,
            spread_bp=own.spread_bp,
            tolerance_bp=own.tolerance_bp,
        )
        if not asset.least <= int(quote.amount) <= asset.most:
            raise MethodUnavailable(
                f"{asset.title} takes {asset.least} to {asset.most} base units; this would be {quote.amount}.",
                errors=[FieldError("/amount", "Outside what this asset takes.")],
            )
        return quote

    async def rate(self, asset: str, currency: str, now: datetime) -> Rate:
        """How much of `currency` one whole `asset` is worth. Raises NoRate."""
        if asset == currency:
            return Rate(asset, currency, Decimal(1), "the price itself", now)
        fixed = self.terms.fixed.get((asset, currency))
        if fixed is not None:
            return Rate(asset, currency, fixed, "settings", now)
        read_at, known = self._known.get((asset, currency), (0.0, None))
        if known is None or time.monotonic() - read_at > _FRESH_S:
            known = await self._asked(asset, currency)
        if known is None or real_now() - known.at > _OLDEST:  # the world outside knows no business time
            raise NoRate(
                f"Nobody here says what {asset} is worth in {currency}.",
                hint="Set GERBANG_FIXED_RATES, or connect a source of rates.",
            )
        self._known[asset, currency] = (time.monotonic(), known)
        return known

    async def _asked(self, asset: str, currency: str) -> Rate | None:
        for connection in await self._outbound.connections.all():
            if not connection.enabled:
                continue
            try:
                if self._outbound.adapter(connection, RATES) is None:
                    continue
                result = await self._outbound.ask(
                    connection.id, RATES, _RATE, lambda p, a: p.rate(a, asset, currency), about=(asset, currency)
                )
            except Exception as error:  # noqa: BLE001  one source that is set up wrongly must not silence the others
                log.warning(
                    "rates.source_failed", connection=connection.id, why=f"{type(error).__name__}: {error}"[:200]
                )
                continue
            if result.answer is not None:
                return result.answer
        return None  # of those that failed another may know; without any the payer is told that there is no rate


def read_fixed(text: str) -> dict[tuple[str, str], Decimal]:
    """`USDC/USD=1 ETH/USD=3000` as a table; raises ValueError with a sentence."""
    table: dict[tuple[str, str], Decimal] = {}
    for word in text.split():
        pair, _, price = word.partition("=")
        asset, _, currency = pair.partition("/")
        if asset not in EXPONENTS or currency not in EXPONENTS:
            raise ValueError(f"{pair[:20]} is not ASSET/CURRENCY of currencies that are known here")
        try:
            value = Decimal(price)
        except ArithmeticError as error:
            raise ValueError(f"{word[:30]} has no number behind the =") from error
        if not value.is_finite() or value <= 0:
            raise ValueError(f"{word[:30]} must be above zero")
        table[asset, currency] = value
    return table
