"""`gerbang addresses`: where crypto was asked to go, and by which path the owner's own wallet finds it. Sweeping is the wallet's work."""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from gerbang.base.errors import Conflict
from gerbang.cli.process import run, settings_here
from gerbang.core.payments.crypto.deposit_address_store import Wallet
from gerbang.settings import Settings

addresses = App(name="addresses", help="Deposit addresses and their derivation paths, for the wallet that sweeps them.")


class NoOneWallet(Conflict):
    """It is not clear which wallet is meant."""

    code = "no_one_wallet"
    title = "Name the connection whose wallet is meant"


@addresses.default
def show(
    *, as_json: Annotated[bool, Parameter("--json")] = False, connection: str | None = None, data: Path | None = None
) -> None:
    """Deposit addresses, oldest first, as CSV, each with its path from the account of the extended public key down; those without a payment
    were shown before a restore. On standard error, for each wallet, the gap limit that finds them all.

    Parameters
    ----------
    as_json
        One JSON object a line.
    connection
        Only those of one connection.
    data
        Data folder of a running `gerbang up`.
    """
    from gerbang import app
    from gerbang.core.payments.crypto.transfers import Deposit

    found: list[Deposit] = []
    wallets: list[Wallet] = []

    async def story(settings: Settings) -> None:
        async with app.core(settings, "addresses") as core:
            if connection is not None:
                await core.connections.get(connection)  # an empty list would read as if nothing had been shown
            found.extend(await core.watcher.deposits(connection))
            wallets.extend(await core.calls.deposits.wallets())

    run(story, settings_here(data))
    if as_json:
        for one in found:
            print(msgspec.json.encode(one).decode())
    else:
        table = csv.writer(sys.stdout)
        table.writerow(Deposit.__struct_fields__)
        table.writerows(msgspec.structs.astuple(one) for one in found)
    for name, why in {one.connection: one.problem for one in found if one.problem}.items():
        print(f"connection {name} cannot be used, its addresses are as they were stored: {why}", file=sys.stderr)
    _say(
        wallets if connection is None else [one for one in wallets if one.wallet in {d.wallet for d in found}], as_json
    )


@addresses.command(name="resume-at")
def resume_at(number: int, /, *, connection: str | None = None, data: Path | None = None) -> None:
    """Give addresses from this number on: after a restore, or where the high-water mark is lost. Nothing lower is ever shown again.

    Parameters
    ----------
    number
        Above every number that was ever shown; leave room, an unused number costs nothing but a larger gap.
    connection
        The connection whose wallet is meant, where there are several wallets.
    data
        Data folder of a running `gerbang up`.
    """
    from gerbang import app

    async def story(settings: Settings) -> None:
        async with app.core(settings, "addresses") as core:
            if connection is not None:
                await core.connections.get(connection)
            named = await core.calls.wallets(connection)
            if len(named) != 1:
                raise NoOneWallet(
                    f"There are {len(named)} wallets here.", hint="Add --connection with the connection's id."
                )
            await core.calls.deposits.resume_at(named[0], number, "system:cli")
            print(f"The wallet {named[0]} goes on at number {number}.")

    run(story, settings_here(data))


def _say(wallets: Sequence[Wallet], as_json: bool) -> None:
    for one in wallets:
        told = {
            "wallet": one.wallet,
            "next": one.next,
            "unpaid_run": one.unpaid_run,
            "unpaid_now": one.unpaid_now,
            "gap_limit": one.gap_limit,
        }
        said = (
            f"wallet {one.wallet}: at most {one.unpaid_run} addresses in a row were never paid ({one.unpaid_now} of them at the end). "
            f"Set the wallet's gap limit to {one.gap_limit} or more, or it will not show what came behind them."
        )
        print(msgspec.json.encode(told).decode() if as_json else said, file=sys.stderr)
