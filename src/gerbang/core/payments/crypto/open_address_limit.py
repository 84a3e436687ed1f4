"""How many unpaid addresses of a wallet may be open at once: for one payer, and for one connection. A visitor who only asks makes no endless
row of them, behind which the owner's wallet finds nothing.

Counted among the open attempts alone, of which there are never more than a connection may have. Requests of the same moment may each be the
last one that fits.
"""

from gerbang.core.connections.model import Connection
from gerbang.core.payments.context import Context
from gerbang.core.payments.crypto import deposit_address_store
from gerbang.core.payments.crypto.deposit_addresses import TooManyAddresses
from gerbang.ports.payment import Payer


class TooManyOpenAddresses(TooManyAddresses):
    """One payer, or all together, have as many unpaid crypto attempts open as may be."""

    code = "too_many_open_addresses"
    title = "Too many crypto payments are open and unpaid"


async def check(ctx: Context, connection: Connection, payer: Payer) -> None:
    """Raise TooManyOpenAddresses where one more would be too many. Connections of play money have no bound."""
    if not connection.livemode:
        return
    terms = ctx.quotes.terms
    async with ctx.db.reading() as tx:
        everybody, mine = await deposit_address_store.open_unpaid(tx, connection.id, payer, terms.open_per_connection)
    minutes = max(1, int(terms.lasts.total_seconds()) // 60)
    if mine >= terms.open_per_payer:
        raise TooManyOpenAddresses(
            f"This payer has {mine} crypto payments open that are not paid.",
            hint=f"Pay one of them, pay another way, or ask again in {minutes} minutes, when they have expired. GERBANG_CRYPTO_OPEN_PER_PAYER says how many.",
        )
    if everybody >= terms.open_per_connection:
        raise TooManyOpenAddresses(
            f"{everybody} crypto payments of {connection.id} are open and not paid.",
            hint=f"Pay another way, or ask again in some minutes. They expire within {minutes}; GERBANG_CRYPTO_OPEN_PER_CONNECTION says how many.",
        )
