"""What stands in every migrated database before its test begins: no table that a shop fills is empty, and nothing of it is the test's own."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from gerbang import app, settings
from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.identity.model import system_caller
from gerbang.core.payments.model import NewPayment
from gerbang.ports.payment import Payer
from gerbang.providers.sealed import ensure_root_key

_WHO: Final = "earlier"
ACTOR: Final = f"system:{_WHO}"
_SOMEBODY: Final = Payer("Wayan Sudira", "wayan@earlier.example", "081355550000", "en")
_CANCELLED: Final = 2


async def put(app_dsn: str, owner_dsn: str) -> None:
    """Two payments that were cancelled weeks ago, with what came of them: written by the product itself."""
    with TemporaryDirectory() as folder:
        chosen = settings.load(data=Path(folder), database_url=app_dsn, database_owner_url=owner_dsn)
        ensure_root_key(chosen.root_key_path, create=True)
        async with app.core(chosen, "earlier") as core:
            caller = system_caller(_WHO)
            for number in range(_CANCELLED):
                new = NewPayment(99_000 + number, "IDR", "Teh Kintamani", f"EARLIER-{number}", payer=_SOMEBODY)
                key = IdempotencyKey(caller.label, ids.new().hex, b"fingerprint")
                made = await core.payments.create(caller, new, key)
                await core.payments.cancel(caller, made.details.payment.id)
    await _as_owner(
        owner_dsn,
        "UPDATE payments SET created_at = created_at - interval '40 days'",
        "TRUNCATE root_keys, sealed_secrets",  # each test's installation has keys of its own
    )


async def remove(owner_dsn: str) -> None:
    """For what is only seen where nobody has paid anything yet."""
    await _as_owner(owner_dsn, "TRUNCATE payments CASCADE")


async def _as_owner(dsn: str, *statements: str) -> None:
    owner = Database(dsn, size=1)
    await owner.open()
    async with owner.transaction() as tx:
        for one in statements:
            await tx.execute(one)
    await owner.close()
