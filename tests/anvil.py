"""The real node that chain tests run on: where it is found, and the mark that skips them aloud without it."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gerbang.ports.simulator import Contract
from gerbang.sandbox.chain.anvil import Anvil, find
from gerbang.sandbox.chain.local import CHAIN_ID, LocalChain

PROGRAM = find(os.environ.get("GERBANG_ANVIL", ""))
needs_anvil = pytest.mark.skipif(
    PROGRAM is None, reason="anvil is missing: run `make install` with npm on the PATH, or set GERBANG_ANVIL"
)


def node(chain_id: int = CHAIN_ID, state: Path | None = None) -> Anvil:
    """A node that is not started yet; every start of it takes a free port."""
    assert PROGRAM is not None, "a test without needs_anvil"
    return Anvil(PROGRAM, chain_id, 0, state)


@asynccontextmanager
async def local_chain(
    chain_id: int = CHAIN_ID, state: Path | None = None, contracts: Sequence[Contract] = ()
) -> AsyncIterator[LocalChain]:
    """The sandbox's chain with tokens and demo wallet, whose blocks come only when somebody asks."""
    chain = LocalChain(node(chain_id, state), lambda: datetime.now(UTC), block_s=0, contracts=contracts)
    await chain.open()
    try:
        yield chain
    finally:
        await chain.close()
