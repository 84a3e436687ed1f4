"""What every handler of the simulated Coinbase works on: projects, book, switches, ids, and how an answer is written."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.ports.simulator import Answer
from gerbang.providers.coinbase_checkouts.simulator.bearer import Merchant
from gerbang.providers.coinbase_checkouts.simulator.book import Book, Subscribed, Subscription
from gerbang.providers.coinbase_checkouts.simulator.quirks import Quirks

JSON: Final = (("content-type", "application/json"),)
SHARED_ADDRESS: Final = "0xC00Bb0ac72F15C3dBFc6eb58B257887b529fEF57"  # Coinbase's own sandbox receives everything here
_LONG_AGO: Final = datetime(2025, 1, 1, tzinfo=UTC)


class World:
    """The state of the simulator. Checkouts change through `book.apply` only."""

    def __init__(self, merchants: Sequence[Merchant], events: tuple[str, ...]) -> None:
        self.merchants = {one.key_id: one for one in merchants}
        self.book = Book()
        self.quirks = Quirks()
        for one in merchants:
            if one.hook_url:
                id_ = str(self.uuid(one.key_id, "standing"))
                submitted = Subscription(
                    id=id_,
                    project=one.key_id,
                    secret=one.webhook_secret,
                    url=one.hook_url,
                    created_at=_LONG_AGO,
                    event_types=events,
                )
                self.book.apply(Subscribed(id_, submitted))

    def digest(self, *parts: str) -> str:
        """64 hex digits that nothing else here has: from these words and how much has happened."""
        return sha256("|".join([*parts, str(self.book.count)]).encode()).hexdigest()

    def uuid(self, *parts: str) -> UUID:
        return UUID(hex=self.digest(*parts)[:32], version=4)

    def answer(self, values: Mapping[str, Any], status: int = 200) -> Answer:
        return Answer(status, msgspec.json.encode(values), JSON)
