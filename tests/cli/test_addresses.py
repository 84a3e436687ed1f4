"""`gerbang addresses` and what `doctor` says of wallets: the gap limit, and the mark that a restore must not lose."""

import json
from pathlib import Path

import asyncpg

from gerbang.providers.evm import hd
from gerbang.providers.sealed import ensure_root_key
from tests.cli.test_commands import gerbang
from tests.conftest import FreshDatabase
from tests.providers.evm.world import XPUB

WALLET = hd.address(XPUB, (0,), 0).lower()


async def a_wallet(database: FreshDatabase, given: int) -> None:
    """A connection to a wallet that showed so many addresses, none of them paid."""
    db = await asyncpg.connect(database.owner_dsn)
    place = {"network": "base", "rpc_urls": "http://127.0.0.1:9", "xpub": XPUB}
    await db.execute(
        "INSERT INTO connections (id, provider, livemode, settings) VALUES ('evm-base', 'evm', false, $1)",
        json.dumps(place),
    )
    await db.execute("INSERT INTO deposit_numbers (wallet, next, marked) VALUES ($1, $2, true)", WALLET, given)
    await db.close()


async def test_a_lost_mark_and_a_wide_gap_are_told_with_their_cures_and_cured(
    database: FreshDatabase, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    ensure_root_key(data / "root.key", create=True)
    given = {"database_url": database.app_dsn, "data": data}
    await a_wallet(database, 60)
    doctor = gerbang("doctor", at=tmp_path, given=given).stdout
    assert f"MEND  the high-water mark {data}.addresses/{WALLET}.next is missing" in doctor
    assert "→ set the wallet's gap limit to 61 or more" in doctor
    told = gerbang("addresses", "--json", at=tmp_path, given=given)
    assert json.loads(told.stderr.splitlines()[-1])["gap_limit"] == 61
    low = gerbang("addresses", "resume-at", "59", at=tmp_path, given=given)
    assert (low.returncode, "Resume at 60 or above." in low.stderr) == (2, True)
    said = gerbang("addresses", "resume-at", "100", "--connection", "evm-base", at=tmp_path, given=given)
    assert said.stdout == f"The wallet {WALLET} goes on at number 100.\n"
    assert (tmp_path / "data.addresses" / f"{WALLET}.next").read_text() == "100\n"
    again = gerbang("doctor", at=tmp_path, given={**given, "wallet_gap_limit": 200}).stdout
    assert f"ok    the wallet {WALLET} goes on at number 100" in again
    assert (
        f"ok    40 addresses of the wallet {WALLET} were shown before a restore, 60 to 99: what comes there is held"
        in again
    )
