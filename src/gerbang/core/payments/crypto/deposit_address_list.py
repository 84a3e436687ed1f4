"""The list of every deposit address, for the wallet that sweeps them. A connection that cannot be used makes its own lines poorer, no others."""

from collections.abc import Awaitable, Callable

import structlog

from gerbang.base import ids
from gerbang.base.errors import GerbangError
from gerbang.core.connections.model import Connection
from gerbang.core.payments.context import Context
from gerbang.core.payments.crypto import lost_address_store
from gerbang.core.payments.crypto import store as chain_store
from gerbang.core.payments.crypto.chain_connections import ChainConnection
from gerbang.core.payments.crypto.transfers import Deposit

log = structlog.get_logger()
Ready = Callable[[Connection], Awaitable[ChainConnection]]


async def listing(ctx: Context, ready: Ready, only: str | None = None) -> list[Deposit]:
    """Addresses by connection and number, then those that were shown and are in no payment here. Raises ConnectionNotFound for an unknown
    `only`.
    """
    if only is not None:
        await ctx.connections.get(only)
    async with ctx.db.reading() as tx:
        rows, lost = await chain_store.deposits(tx, only), await lost_address_store.of_wallets(tx)
    usable: dict[str, ChainConnection | str] = {}
    for name in [only] if only is not None else dict.fromkeys([row[0] for row in rows] + await _all(ctx)):
        usable[name] = await _made_ready(ctx, ready, name)
    found = []
    for name, number, address, payment, quote, received in rows:
        one = usable[name]
        place, path, wallet = address or "", "", str(quote.get("wallet") or "")
        if isinstance(one, ChainConnection) and one.wallet == wallet:
            place, path = one.chain.deposit(one.account, number)
        problem = one if isinstance(one, str) else ""
        asked = str(quote.get("network") or ""), str(quote.get("asset") or "")
        found.append(Deposit(name, wallet, number, path, place, ids.show("pay", payment), *asked, received, problem))
    for name, one in usable.items():
        if isinstance(one, ChainConnection):
            for number in lost.pop(one.wallet, ()):
                place, path = one.chain.deposit(one.account, number)
                found.append(
                    Deposit(
                        connection=name,
                        wallet=one.wallet,
                        number=number,
                        path=path,
                        address=place,
                        payment="",
                        network="",
                        asset="",
                        received="0",
                    )
                )
    return found


async def _all(ctx: Context) -> list[str]:
    connections = await ctx.connections.all()
    return [one.id for one in connections if ctx.connections.provider_of(one).chain is not None]


async def _made_ready(ctx: Context, ready: Ready, name: str) -> ChainConnection | str:
    """The connection ready for its calls, or why it is not."""
    try:
        connection = await ctx.connections.get(name)
        if why := ctx.connections.unusable(connection):
            return why
        return await ready(connection)
    except GerbangError as error:
        log.warning("chain.not_seen", connection=name, code=error.code, why=error.detail)
        return error.detail or error.title
    except Exception as error:  # a key or a setting that does not parse is this connection's matter alone
        log.exception("chain.not_seen", connection=name)
        return f"It cannot be made ready: {type(error).__name__}"
