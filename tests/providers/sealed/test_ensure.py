"""Two processes that start together and make the same secret end with one and the same value."""

import asyncio
from pathlib import Path

from gerbang.base.db import Database
from gerbang.core.secrets.model import Purpose
from gerbang.core.secrets.service import Secrets
from gerbang.providers.sealed import SealedStore, ensure_root_key

NAME = "service/gerbang/links"


async def test_of_two_processes_that_make_a_secret_at_once_one_wins(db: Database, tmp_path: Path) -> None:
    store = SealedStore(db, ensure_root_key(tmp_path / "root.key", create=True))
    await store.prepare()
    processes = [Secrets(db, store) for _ in range(8)]
    made = await asyncio.gather(
        *(one.ensure(NAME, f"made by {n}".encode, Purpose.SIGN_LINK) for n, one in enumerate(processes))
    )
    values = {values[0].value for values in made}
    assert len(values) == 1
    assert [len(versions) for versions in made] == [1] * 8
