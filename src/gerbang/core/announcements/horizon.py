"""How far a reader may look: to the oldest open transaction of the server, or, once it has found nothing for a second, of this database."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gerbang.base.db import Row

WAIT_S: Final = 1.0


@dataclass(slots=True)
class Horizon:
    """How one reader looks. An exact look must read all sessions of the server, so it is left out as long as the cheap look finds something."""

    monotonic: Callable[[], float] = time.monotonic
    _found_at: float = float("-inf")
    _helped: bool = False

    def exact(self) -> bool:
        """Whether to look exactly this time."""
        return self._helped or self.monotonic() - self._found_at > WAIT_S

    def read(self, rows: Sequence[Row]) -> None:
        """Note the rows of a look. The next look is exact again where these could not have been found by a cheap one."""
        if rows:
            self._found_at = self.monotonic()
            self._helped = rows[-1]["passed"]
